"""A valid roster in which a field lies: exactly that is found."""

import dataclasses
import datetime as dt
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from brute_force import best_roster
from hypothesis import given, settings
from hypothesis import strategies as st
from random_problems import tiny_problem
from rosters import Lunch, build_roster, clock_s
from worked_week import (
    MONDAY,
    TUESDAY,
    codes,
    the_plans,
    the_problem,
    the_roster,
)

from scheduler.checks import check
from scheduler.model.clock import at
from scheduler.model.project import BASE
from scheduler.model.roster import Roster, Round, Stop, StopSlot


def edit_stop(round_at: int, stop_id: str, **changes: Any) -> Callable[[Roster], Roster]:
    def edit(roster: Roster) -> Roster:
        rounds = list(roster.rounds)
        stops = tuple(
            dataclasses.replace(s, **changes) if s.id == stop_id else s for s in rounds[round_at].stops
        )
        rounds[round_at] = dataclasses.replace(rounds[round_at], stops=stops)
        return roster.replace(rounds=tuple(rounds))

    return edit


def edit_round(round_at: int, **changes: Any) -> Callable[[Roster], Roster]:
    def edit(roster: Roster) -> Roster:
        rounds = list(roster.rounds)
        rounds[round_at] = dataclasses.replace(rounds[round_at], **changes)
        return roster.replace(rounds=tuple(rounds))

    return edit


def edit(**changes: object) -> Callable[[Roster], Roster]:
    return lambda roster: roster.replace(**changes)


def edit_consultant(**changes: Any) -> Callable[[Roster], Roster]:
    def change(roster: Roster) -> Roster:
        first, *others = roster.consultants
        return roster.replace(consultants=(dataclasses.replace(first, **changes), *others))

    return change


def edit_unassigned(**changes: Any) -> Callable[[Roster], Roster]:
    def change(roster: Roster) -> Roster:
        first, *others = roster.unassigned
        return roster.replace(unassigned=(dataclasses.replace(first, **changes), *others))

    return change


def edit_term(name: str, **changes: Any) -> Callable[[Roster], Roster]:
    def change(roster: Roster) -> Roster:
        term = dataclasses.replace(roster.terms[name], **changes)
        return roster.replace(terms={**roster.terms, name: term})

    return change


SCORE = the_roster().score

#: What is changed, and everything that is then found.
WRONG_FIELDS = {
    "ride seconds": (edit_stop(0, "p2", ride_seconds=301), "ride"),
    "ride metres": (edit_stop(0, "p2", ride_metres=1), "ride"),
    "arrival": (edit_stop(0, "p2", arrival=at(MONDAY, clock_s("10:27:01"))), "arrival"),
    "arrival at base": (edit_stop(0, "phone", arrival=at(MONDAY, clock_s("8:00"))), "arrival"),
    "waiting": (edit_stop(0, "p2", waiting_seconds=0), "waiting"),
    "waiting, lunch not taken off": (edit_stop(2, "p3", waiting_seconds=6280), "waiting"),
    "conversation starts": (edit_stop(0, "p1", conversation_starts=()), "conversation_starts"),
    "conversations a minute late": (
        edit_stop(0, "p2", conversation_starts=(at(MONDAY, clock_s("10:35")), at(MONDAY, clock_s("11:21")))),
        "conversation_starts",
    ),
    "one conversation too many begins": (
        edit_stop(0, "p1", conversation_starts=(at(MONDAY, clock_s("9:35")), at(MONDAY, clock_s("10:20")))),
        "conversation_starts",
    ),
    "no slot": (edit_stop(0, "p1", slot=None), "slot"),
    "desk begun too late": (edit_stop(0, "desk", start=at(MONDAY, clock_s("12:18"))), "desk"),
    "desk left too early": (edit_stop(0, "desk", end=at(MONDAY, clock_s("13:17"))), "desk"),
    "engagement shortened": (
        edit_stop(1, "meeting", end=at(TUESDAY, clock_s("9:59"))),
        "engagement returns_base",
    ),
    "engagement's name": (edit_stop(1, "meeting", name="<b>"), "place"),
    "practice's name": (edit_stop(0, "p1", name="Another"), "place"),
    "home visit's name": (edit_stop(2, "h1", name="Mr Jensen"), "place"),
    "lunch's name": (edit_stop(2, "lunch", name="Mr Jensen"), "place"),
    "coordinates": (edit_stop(0, "p1", lat=55.7), "place"),
    "no coordinates": (edit_stop(2, "h1", lat=None, lon=None), "place"),
    "address": (edit_stop(0, "p1", address="Elsewhere 1"), "place"),
    "place id": (edit_stop(0, "p1", place_id="p2"), "place"),
    "engagement that holds conversations": (
        edit_stop(1, "meeting", conversation_starts=(at(TUESDAY, 9),)),
        "conversations",
    ),
    "short lunch": (edit_stop(2, "lunch", end=at(TUESDAY, clock_s("11:59"))), "lunch"),
    "lunch with a ride": (edit_stop(2, "lunch", ride_seconds=1), "lunch"),
    "lunch nowhere": (edit_stop(2, "lunch", place_id="nowhere"), "lunch place"),
    "unknown stop": (edit_stop(0, "p1", id="p9"), "unknown_stop"),
    "home visit called a visit": (edit_stop(2, "h1", kind="visit"), "unknown_stop"),
    "desk by another id": (edit_stop(0, "desk", id="desk-1"), "unknown_stop"),
    "unknown engagement": (edit_stop(1, "meeting", id="party"), "unknown_stop"),
    "desk elsewhere": (edit_stop(0, "desk", place_id="p1"), "place"),
    "stop that ends first": (edit_stop(0, "p1", end=at(MONDAY, clock_s("9:00"))), "stop_order"),
    "lunch that arrives before": (edit_stop(2, "lunch", arrival=at(TUESDAY, clock_s("11:29"))), "lunch"),
    "lunch with metres": (edit_stop(2, "lunch", ride_metres=1), "lunch"),
    "lunch with a wait": (edit_stop(2, "lunch", waiting_seconds=1), "lunch"),
    "district": (edit_stop(0, "p1", district="Elsewhere"), "place"),
    "one coordinate": (edit_stop(0, "p1", lon=12.4), "place"),
    "desk's name": (edit_stop(0, "desk", name="Desk"), "place"),
    "engagement in a room slot": (
        edit_stop(1, "meeting", slot=the_roster().rounds[0].stops[1].slot),
        "conversations",
    ),
    "engagement with conversations": (
        edit_stop(1, "meeting", conversations=1),
        "conversations round_sum",
    ),
    "two days later": (edit_round(0, returns_base=at(MONDAY + dt.timedelta(2), 1)), "time"),
    "parts of a second": (
        edit_round(0, returns_base=at(MONDAY, clock_s("14:42")).replace(microsecond=1)),
        "time",
    ),
    "naive time": (edit_stop(0, "p1", start=dt.datetime(2009, 5, 11, 9, 30)), "time"),
    "leaves base": (edit_round(0, leaves_base=at(MONDAY, clock_s("9:17"))), "leaves_base"),
    "leaves base, day at base": (edit_round(1, leaves_base=at(TUESDAY, clock_s("8:00"))), "leaves_base"),
    "returns to base": (edit_round(0, returns_base=at(MONDAY, clock_s("14:43"))), "returns_base"),
    "a day later": (edit_round(0, returns_base=at(TUESDAY, clock_s("14:42"))), "returns_base"),
    "a time long ago": (edit_round(0, leaves_base=dt.datetime.min.replace(tzinfo=dt.UTC)), "time"),
    "countless conversations": (
        edit_stop(0, "p1", conversations=10**15),
        "conversations conversation_starts duration round_sum terms score",
    ),
    "round's seconds": (edit_round(0, ride_seconds=2100), "round_sum"),  # without the way back
    "round's metres": (edit_round(0, ride_metres=0), "round_sum"),
    "round's waiting": (edit_round(0, waiting_seconds=0), "round_sum"),
    "round's conversations": (edit_round(0, conversations=4), "round_sum"),
    "day without shift": (edit_round(2, date=MONDAY), "no_shift"),
    "unknown consultant": (edit_round(2, consultant_id="nobody"), "no_shift"),
    "week": (edit(week="2009-W19"), "week"),
    "weights": (edit(weights={}), "weights"),
    "no terms": (edit(terms={}), "terms"),
    "term's count": (edit_term("continuity", count=0), "terms"),
    "term's points": (edit_term("imbalance_minute", points=166), "terms"),
    "term's weight": (edit_term("cycling_second", weight=11), "terms"),
    "score": (edit(score=SCORE + 1, bound=SCORE + 1), "score"),
    "bound": (edit(bound=SCORE + 1, status="feasible", gap=-1 / SCORE), "bound"),
    "optimal without proof": (edit(bound=SCORE - 1, gap=1 / SCORE), "status"),
    "proof not claimed": (edit(status="feasible"), "status"),
    "gap": (edit(gap=0.01), "gap"),
    "bases": (edit(bases=()), "bases"),
    "consultants": (edit(consultants=()), "consultants"),
    "load shown with three decimals": (edit_consultant(load_seconds=8700.0009), ""),
    "load a little off": (edit_consultant(load_seconds=8700.002), "consultants"),
    "consultant's name": (edit_consultant(name="Hanna"), "consultants"),
    "consultant's base": (edit_consultant(base_id="course"), "consultants"),
    "seconds of visits": (edit_consultant(visit_seconds=8701), "consultants"),
    "gap of next to nothing": (edit(gap=1e-13), ""),
    "gap of a little": (edit(gap=1e-11), "gap"),
    "availability": (edit_consultant(availability_seconds=1), "consultants"),
    "load": (edit_consultant(load_seconds=8700.01), "consultants"),
    "shifts": (edit_consultant(shifts=()), "consultants"),
    "unassigned: none": (edit(unassigned=()), "unassigned"),
    "unassigned: held": (edit_unassigned(held=1), "unassigned"),
    "unassigned: kind": (edit_unassigned(kind="home_visit"), "unassigned"),
    "unassigned: met": (edit_unassigned(id="p1"), "unassigned"),
    "unassigned: nobody": (edit_unassigned(id="../../x"), "unassigned"),
}


@pytest.mark.parametrize(("change", "expected"), WRONG_FIELDS.values(), ids=WRONG_FIELDS.keys())
def test_field_that_is_wrong(change: Callable[[Roster], Roster], expected: str) -> None:
    assert codes(the_problem(), change(the_roster())) == set(expected.split())


#: What is said then, for one change of each kind, in full.
SAID = {
    "ride seconds": "Anna, Monday 11 May, p2: ride_seconds is 301, but should be 300",
    "ride metres": "Anna, Monday 11 May, p2: ride_metres is 1, but should be 1200",
    "arrival": "Anna, Monday 11 May, p2: arrival is 10:27:01, but should be 10:27:00",
    "waiting": "Anna, Monday 11 May, p2: waiting_seconds is 0, but should be 180",
    "conversation starts": "Anna, Monday 11 May, p1: conversations do not follow one another",
    "no slot": "Anna, Monday 11 May, p1: the visit names no room slot",
    "desk begun too late": "Anna, Monday 11 May, desk: work at base does not begin on arrival",
    "desk left too early": "Anna, Monday 11 May, desk: base is not left just in time for the next stop",
    "engagement shortened": (
        "Anna, Tuesday 12 May: returns_base is 10:00:00, but should be 09:59:00\n"
        "Anna, Tuesday 12 May, meeting: the engagement is not kept at its time"
    ),
    "engagement's name": "Anna, Tuesday 12 May, meeting: name is <b>, but should be The meeting",
    "practice's name": "Anna, Monday 11 May, p1: name is Another, but should be Name p1",
    "lunch's name": "Bo, Tuesday 12 May, lunch: name is Mr Jensen, but should be lunch",
    "address": "Anna, Monday 11 May, p1: address, district or coordinates are not the place's",
    "place id": "Anna, Monday 11 May, p1: place p2 instead of p1",
    "engagement that holds conversations": (
        "Anna, Tuesday 12 May, meeting: only visits hold conversations in a room slot"
    ),
    "short lunch": "Bo, Tuesday 12 May, lunch: lunch lasts 1740 s instead of 1800 s",
    "lunch with a ride": (
        "Bo, Tuesday 12 May, lunch: lunch has no ride and no waiting of its own: those stand on the next stop"
    ),
    "lunch nowhere": (
        "Bo, Tuesday 12 May, lunch: place_id is nowhere, but should be p3\n"
        "Bo, Tuesday 12 May, lunch: the week has no such place"
    ),
    "unknown stop": "Anna, Monday 11 May, p9: the week has no such stop",
    "stop that ends first": "Anna, Monday 11 May, p1: the stop ends before it begins",
    "naive time": "Anna, Monday 11 May: a time of another day, without time zone, or with parts of a second",
    "leaves base": "Anna, Monday 11 May: leaves_base is 09:17:00, but should be 09:18:00",
    "returns to base": "Anna, Monday 11 May: returns_base is 14:43:00, but should be 14:42:00",
    "countless conversations": (
        "Anna, Monday 11 May: conversations is 3, but should be 1000000000000002\n"
        "Anna, Monday 11 May, p1: 1000000000000000 conversations, where 1 to 1 are possible\n"
        "Anna, Monday 11 May, p1: lasts 3000 s instead of 2700000000000000300 s\n"
        "Anna, Monday 11 May, p1: conversations do not follow one another\n"
        "2009-W20: unserved_conversation is 3 × 36000 = 108000, "
        "but should be -999999999999996 × 36000 = -35999999999999856000\n"
        "2009-W20: the score is 278465, but the points add up to -35999999999999685535"
    ),
    "round's seconds": "Anna, Monday 11 May: ride_seconds is 2100, but should be 2700",
    "round's metres": "Anna, Monday 11 May: ride_metres is 0, but should be 10800",
    "round's waiting": "Anna, Monday 11 May: waiting_seconds is 0, but should be 180",
    "round's conversations": "Anna, Monday 11 May: conversations is 4, but should be 3",
    "day without shift": "Bo, Monday 11 May: a round on a day without a shift",
    "unknown consultant": "nobody, Tuesday 12 May: a round on a day without a shift",
    "week": "2009-W19: the roster is of 2009-W19, the problem of 2009-W20",
    "weights": "2009-W20: the weights are not those of the project",
    "term's count": "2009-W20: continuity is 0 × 6000 = 6000, but should be 1 × 6000 = 6000",
    "score": "2009-W20: the score is 278466, but the points add up to 278465",
    "bound": "2009-W20: the bound 278466 lies above the score 278465",
    "optimal without proof": ("2009-W20: the status optimal does not go with bound 278464 and score 278465"),
    "gap": "2009-W20: the gap is 0.01, but should be 0.0",
    "bases": "base: the base is not listed as the tables have it",
    "consultants": "2009-W20: the consultants listed are not those of the week",
    "availability": "Anna: availability, visits or load are not what the rounds say",
    "shifts": "Anna: the shifts are not those of the tables",
    "unassigned: none": (
        "p2: not fully met, but not listed as unassigned\np4: not fully met, but not listed as unassigned"
    ),
    "unassigned: held": "p2: should be listed as a visit with 3 requested and 2 held",
    "unassigned: nobody": (
        "p2: not fully met, but not listed as unassigned\n../../x: listed as unassigned without reason"
    ),
}


NAIVE = dt.datetime(2009, 5, 11, 9, 30)


@pytest.mark.parametrize(
    "change",
    [
        edit_round(0, leaves_base=NAIVE),
        edit_round(0, returns_base=NAIVE),
        edit_stop(0, "p1", arrival=NAIVE),
        edit_stop(0, "p1", end=NAIVE),
        edit_stop(0, "p1", conversation_starts=(NAIVE,)),
        edit_stop(0, "p1", slot=StopSlot(start=NAIVE, end=at(MONDAY, clock_s("11:00")), room="2")),
        edit_stop(0, "p1", slot=StopSlot(start=at(MONDAY, clock_s("8:00")), end=NAIVE, room="2")),
    ],
)
def test_no_time_is_without_a_time_zone(change: Callable[[Roster], Roster]) -> None:
    assert codes(the_problem(), change(the_roster())) == {"time"}


def test_an_engagement_is_kept_once() -> None:
    roster = the_roster()
    meeting, lunch = roster.rounds[1].stops
    twice = edit_round(1, stops=(meeting, meeting, lunch))(roster)
    assert [str(violation) for violation in check(the_problem(), twice)] == [
        "Anna, Tuesday 12 May, meeting: begins 3600 s before one can be there",
        "Anna, Tuesday 12 May: the engagement meeting must be in the round once, and is there 2 times",
    ]


def test_a_week_without_weights_has_no_gap() -> None:
    problem = the_problem()
    problem = problem.replace(weights=dict.fromkeys(problem.weights, 0))
    roster = the_roster(problem)
    assert (roster.score, roster.gap) == (0, 0.0)
    assert check(problem, roster) == ()


def test_a_lunch_that_begins_with_the_work_at_base_is_listed_after_it() -> None:
    problem = the_problem()
    plans = the_plans(problem)
    plans[0] = plans[0]._replace(lunch=Lunch(clock_s("12:17"), BASE))
    roster = build_roster(problem, plans)
    assert check(problem, roster) == ()
    phone, p1, p2, desk, lunch, talk = roster.rounds[0].stops
    swapped = edit_round(0, stops=(phone, p1, p2, lunch, desk, talk))(roster)
    assert codes(problem, swapped) == {"stop_order"}


@pytest.mark.parametrize(("name", "said"), SAID.items(), ids=SAID.keys())
def test_what_is_said_of_a_wrong_field(name: str, said: str) -> None:
    change, _codes = WRONG_FIELDS[name]
    found = check(the_problem(), change(the_roster()))
    assert "\n".join(str(violation) for violation in found) == said


def test_terms_that_are_missing_are_said_so() -> None:
    found = check(the_problem(), the_roster().replace(terms={}))
    assert [str(violation) for violation in found][:2] == [
        "2009-W20: change is –, but should be 1 × 9000 = 9000",
        "2009-W20: continuity is –, but should be 1 × 6000 = 6000",
    ]


def test_second_round_on_a_day() -> None:
    roster = the_roster()
    found = check(the_problem(), roster.replace(rounds=roster.rounds * 2))
    assert {violation.code for violation in found} == {"second_round"}
    assert [str(violation) for violation in found] == [
        f"{where}: a second round on the same day"
        for where in ("Anna, Monday 11 May", "Anna, Tuesday 12 May", "Bo, Tuesday 12 May")
    ]


def test_every_round_without_a_shift_is_told() -> None:
    roster = edit_round(2, date=MONDAY)(edit_round(0, consultant_id="nobody")(the_roster()))
    late = edit_round(1, leaves_base=NAIVE)(roster)
    assert [violation.code for violation in check(the_problem(), late)] == ["no_shift", "time", "no_shift"]


def test_stops_out_of_order() -> None:
    roster = the_roster()
    first, second, *others = roster.rounds[0].stops
    for stops in (roster.rounds[0].stops[::-1], (second, first, *others)):
        assert codes(the_problem(), edit_round(0, stops=stops)(roster)) == {"stop_order"}
    swapped = edit_round(0, stops=(second, first, *others))(roster)
    assert [str(violation) for violation in check(the_problem(), swapped)] == [
        "Anna, Monday 11 May, phone: listed after p1, which begins later"
    ]


def test_unassigned_listed_twice() -> None:
    roster = the_roster()
    twice = roster.replace(unassigned=(*roster.unassigned, roster.unassigned[0]))
    assert [str(violation) for violation in check(the_problem(), twice)] == [
        "p2: listed as unassigned more than once"
    ] * 2


def at_a_desk(roster: Roster, round_at: int, position: int, start: str, end: str) -> Roster:
    """Return the roster with work at base before one of a round's stops."""
    desk = next(stop for stop in roster.rounds[0].stops if stop.kind == "desk")
    date, stops = roster.rounds[round_at].date, roster.rounds[round_at].stops
    from_, to = at(date, clock_s(start)), at(date, clock_s(end))
    more = dataclasses.replace(desk, arrival=from_, start=from_, end=to, ride_seconds=0, ride_metres=0)
    return edit_round(round_at, stops=(*stops[:position], more, *stops[position:]))(roster)


NOT_BETWEEN = "work at base that does not lie between two stops away from it"


def test_desk_work_needs_stops_away_from_base_around_it() -> None:
    last = at_a_desk(the_roster(), 1, 1, "10:00", "11:00")
    first = at_a_desk(the_roster(), 1, 0, "8:00", "9:00")
    for roster in (first, last):
        assert f"Anna, Tuesday 12 May, desk: {NOT_BETWEEN}" in map(str, check(the_problem(), roster))
    after_base = at_a_desk(
        edit_stop(0, "desk", end=at(MONDAY, clock_s("13:17")))(the_roster()), 0, 1, "9:00", "9:18"
    )
    assert [str(violation) for violation in check(the_problem(), after_base)] == [
        f"Anna, Monday 11 May, desk: {NOT_BETWEEN}",
        "Anna, Monday 11 May, desk: base is not left just in time for the next stop",
    ]


def test_roster_read_with_plain_offsets_is_the_same() -> None:
    summer = dt.timezone(dt.timedelta(hours=2))

    def plain(stop: Stop) -> Stop:
        return dataclasses.replace(
            stop,
            arrival=stop.arrival.astimezone(summer),
            start=stop.start.astimezone(dt.UTC),
            end=stop.end.astimezone(summer),
            conversation_starts=tuple(moment.astimezone(dt.UTC) for moment in stop.conversation_starts),
        )

    def in_round(item: Round) -> Round:
        return dataclasses.replace(item, stops=tuple(plain(stop) for stop in item.stops))

    roster = the_roster()
    again = roster.replace(rounds=tuple(in_round(item) for item in roster.rounds))
    assert check(the_problem(), again) == ()


def test_no_violation_gives_away_a_home_visit_s_address() -> None:
    roster = edit_stop(2, "h1", address="Elsewhere 1", lat=1.0, ride_seconds=1, conversations=2)(the_roster())
    found = check(the_problem(), roster)
    assert found
    assert not any("Secret" in str(violation) or "Elsewhere" in str(violation) for violation in found)


def test_violation_says_who_when_and_what() -> None:
    violation, *others = check(the_problem(), edit_stop(0, "p2", ride_seconds=1)(the_roster()))
    assert not others
    assert str(violation) == "Anna, Monday 11 May, p2: ride_seconds is 1, but should be 300"


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, 400), st.randoms(use_true_random=False), st.sampled_from([-1800, -1, 1, 300]))
def test_any_clock_time_that_is_moved_is_found(seed: int, rng: Random, by_s: int) -> None:
    problem = tiny_problem(Random(seed))
    best = best_roster(problem)
    if best is None or not best.plans:
        return
    roster = build_roster(problem, best.plans)
    round_at = rng.randrange(len(roster.rounds))
    fixed = [stop for stop in roster.rounds[round_at].stops if stop.kind != "lunch"]
    stop, field = rng.choice(fixed), rng.choice(["arrival", "start", "end"])
    moment = getattr(stop, field) + dt.timedelta(seconds=by_s)
    moved = edit_stop(round_at, stop.id, **{field: moment})(roster)
    assert check(problem, moved)
