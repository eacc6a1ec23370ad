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
from rosters import (
    build_roster,
    clock_s,
)
from worked_week import (
    MONDAY,
    TUESDAY,
    codes,
    the_problem,
    the_roster,
)

from scheduler.checks import check
from scheduler.model.clock import at
from scheduler.model.roster import Roster, Round, Stop


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
    "no slot": (edit_stop(0, "p1", slot=None), "slot"),
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
    "stop that ends first": (edit_stop(0, "p1", end=at(MONDAY, clock_s("9:00"))), "stop_order"),
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


def test_second_round_on_a_day() -> None:
    roster = the_roster()
    assert codes(the_problem(), roster.replace(rounds=roster.rounds * 2)) == {"second_round"}


def test_stops_out_of_order() -> None:
    roster = the_roster()
    backwards = edit_round(0, stops=roster.rounds[0].stops[::-1])(roster)
    assert codes(the_problem(), backwards) == {"stop_order"}


def test_unassigned_listed_twice() -> None:
    roster = the_roster()
    twice = roster.replace(unassigned=roster.unassigned * 2)
    assert codes(the_problem(), twice) == {"unassigned"}


def test_desk_work_needs_stops_away_from_base_around_it() -> None:
    roster = the_roster()
    desk = next(stop for stop in roster.rounds[0].stops if stop.kind == "desk")
    hours = [at(TUESDAY, clock_s(text)) for text in ("10:00", "11:00")]
    on_tuesday = dataclasses.replace(
        desk, arrival=hours[0], start=hours[0], end=hours[1], ride_seconds=0, ride_metres=0
    )
    meeting, lunch = roster.rounds[1].stops
    changed = edit_round(1, stops=(meeting, on_tuesday, lunch))(roster)
    assert "desk" in codes(the_problem(), changed)


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
