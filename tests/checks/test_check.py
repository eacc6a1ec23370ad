"""A roster worked out by hand passes; with one rule broken, exactly that is found."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from rosters import (
    DayPlan,
    Lunch,
    PlannedStop,
    build_roster,
    clock_s,
    plan_engagements,
    plan_visit,
)
from worked_week import (
    MONDAY,
    TUESDAY,
    a_slot,
    an_engagement,
    codes,
    the_plans,
    the_problem,
    the_roster,
)

from scheduler.checks import check, recount
from scheduler.model.clock import Week
from scheduler.model.problem import Agreement, Problem, PublishedVisit
from scheduler.model.project import BASE, Consultant, Pin
from scheduler.model.roster import Roster, Term


def test_roster_worked_out_by_hand_is_valid() -> None:
    assert check(the_problem(), the_roster()) == ()


def test_clock_times_of_the_roster_are_those_worked_out_by_hand() -> None:
    monday, base_day, bo = the_roster().rounds
    assert [(stop.id, f"{stop.arrival:%H:%M:%S}", f"{stop.start:%H:%M:%S}") for stop in monday.stops] == [
        ("phone", "08:30:00", "08:30:00"),
        ("p1", "09:30:00", "09:30:00"),
        ("p2", "10:27:00", "10:30:00"),
        ("desk", "12:17:00", "12:17:00"),
        ("lunch", "12:20:00", "12:20:00"),
        ("talk", "13:30:00", "13:30:00"),
    ]
    assert (f"{monday.leaves_base:%H:%M:%S}", f"{monday.returns_base:%H:%M:%S}") == ("09:18:00", "14:42:00")
    assert (f"{base_day.leaves_base:%H:%M}", f"{base_day.returns_base:%H:%M}") == ("09:00", "10:00")
    assert (f"{bo.leaves_base:%H:%M:%S}", f"{bo.returns_base:%H:%M:%S}") == ("09:44:40", "14:05:20")


def with_gap(start: str, end: str, *, desk_s: int = 45 * 60) -> Problem:
    """Return the problem with a gap in Anna's Monday."""
    problem = the_problem()
    monday = dataclasses.replace(problem.days[0], gaps=((clock_s(start), clock_s(end)),))
    return problem.replace(
        days=(monday, *problem.days[1:]), defaults=dataclasses.replace(problem.defaults, desk_s=desk_s)
    )


@pytest.mark.parametrize(
    ("gap", "expected"),
    [
        (("12:50", "13:10"), set()),  # at a desk, after lunch
        (("8:00", "8:30"), set()),
        (("9:00", "9:18"), set()),
        (("14:42", "15:00"), set()),
        (("12:40", "13:00"), {"lunch"}),
        (("12:16:59", "12:20"), {"gap"}),
        (("13:00", "13:18:01"), {"gap"}),
        (("12:17", "12:20"), set()),  # from the first second at the desk
        (("13:00", "13:18"), set()),  # to the last
        (("9:10", "9:19"), {"gap"}),
        (("14:41:59", "14:50"), {"gap"}),
        (("10:22", "10:25"), {"gap"}),
        (("13:40", "13:50"), {"gap"}),
    ],
)
def test_between_two_shifts_a_consultant_is_at_base(gap: tuple[str, str], expected: set[str]) -> None:
    problem = with_gap(*gap)
    assert codes(problem, the_roster(problem)) == expected


def test_time_between_two_shifts_that_is_spent_elsewhere_is_told() -> None:
    problem = with_gap("12:16", "12:20")
    assert [str(violation) for violation in check(problem, the_roster(problem))] == [
        "Anna, Monday 11 May: away from base from 12:16 to 12:20, between two shifts"
    ]
    problem = with_gap("12:40", "13:00")
    assert [str(violation) for violation in check(problem, the_roster(problem))] == [
        "Anna, Monday 11 May, lunch: lunch lies between two shifts"
    ]


def test_a_desk_over_a_gap_needs_no_least_time() -> None:
    problem = with_gap("12:50", "13:10", desk_s=2 * 3600)
    assert codes(problem, the_roster(problem)) == set()
    for gap in (("12:17", "12:20"), ("12:50", "13:18")):
        over = with_gap(*gap, desk_s=2 * 3600)
        assert codes(over, the_roster(over)) == set()
    for gap in (("12:16:59", "12:20"), ("12:50", "13:18:01")):
        beside = with_gap(*gap, desk_s=2 * 3600)
        assert codes(beside, the_roster(beside)) == {"gap", "desk"}
    other = with_gap("14:42", "14:50", desk_s=2 * 3600)
    assert codes(other, the_roster(other)) == {"desk"}


def test_a_roster_that_rides_within_a_house_is_found() -> None:
    problem = the_problem()
    travel, rows = problem.travel, problem.travel.index()
    seconds = travel.seconds.copy()
    seconds[rows["p1"], rows["p2"]] = seconds[rows["p2"], rows["p1"]] = 0
    housed = problem.replace(
        travel=dataclasses.replace(
            travel, seconds=seconds, metres=seconds * 4, one_house=frozenset({("p1", "p2"), ("p2", "p1")})
        )
    )
    assert codes(housed, the_roster(housed)) == set()
    stop = the_roster(housed).rounds[0].stops[2]
    assert (stop.id, f"{stop.arrival:%H:%M}", stop.waiting_seconds) == ("p2", "10:20", 600)
    assert codes(housed, the_roster()) >= {"ride", "arrival", "waiting", "round_sum", "terms"}


@pytest.mark.parametrize(
    ("engagements", "gap", "ride_s"),
    [
        ((("course", "9:00", "10:00"), ("p1", "11:00", "11:30")), ("10:00", "10:20"), 600),
        ((("course", "9:00", "10:00"), ("p1", "11:00", "11:30")), ("10:30", "10:48"), 600),
        ((("course", "9:00", "10:00"), ("p1", "11:00", "11:30")), ("8:10", "8:20"), 700),
        ((("course", "9:00", "10:00"), ("p1", "11:00", "11:30")), ("11:45", "11:50"), 700),
        ((("p1", "8:30", "9:00"), ("course", "9:30", "10:00")), ("9:12", "9:30"), 600),
        ((("p1", "8:30", "9:00"), ("course", "9:30", "10:00")), ("11:45", "11:50"), 700),
    ],
)
def test_between_two_shifts_one_is_at_base_and_not_elsewhere_in_its_house(
    engagements: tuple[tuple[str, str, str], ...], gap: tuple[str, str], ride_s: int
) -> None:
    problem = the_problem()
    travel, rows = problem.travel, problem.travel.index()
    seconds = travel.seconds.copy()
    seconds[rows["course"], rows["p1"]] = seconds[rows["p1"], rows["course"]] = 700
    seconds[rows["course"], rows[BASE]] = seconds[rows[BASE], rows["course"]] = 0
    house = frozenset({("course", BASE), (BASE, "course")})
    travel = dataclasses.replace(travel, seconds=seconds, metres=seconds * 4, one_house=house)
    held = tuple(an_engagement(f"e{i}", *where) for i, where in enumerate(engagements))
    problem = with_day(1, engagements=held, gaps=((clock_s(gap[0]), clock_s(gap[1])),), lunch_s=0)(
        problem.replace(travel=travel)
    )
    monday, _meeting, bo = the_plans(the_problem())
    roster = build_roster(problem, [monday, DayPlan(problem.days[1], plan_engagements(problem.days[1])), bo])
    assert roster.rounds[1].stops[1].ride_seconds == ride_s
    assert "ride" not in codes(problem, roster)
    other = dataclasses.replace(roster.rounds[1].stops[1], ride_seconds=1300 - ride_s)
    round_ = dataclasses.replace(roster.rounds[1], stops=(roster.rounds[1].stops[0], other))
    assert "ride" in codes(problem, roster.replace(rounds=(roster.rounds[0], round_, roster.rounds[2])))


def test_terms_are_counted_from_the_clock() -> None:
    terms = recount(the_problem(), the_roster())
    assert {name: term.points for name, term in terms.items()} == {
        "unserved_conversation": (2 + 1) * 36_000,  # one of p2 at priority 2, and p4's
        "missed_visit": 72_000,  # p4
        "continuity": 6_000,  # p1 is Bo's
        "moved_from_agreement": 9_000,  # p1, half an hour late
        "change": 9_000,  # p4 is dropped; p3 is only ten minutes early
        "cycling_second": (600 + 300 + 600 + 600 + 600 + 3 * 800) * 10,
        "waiting_second": (180 + 6280 - 1800) * 5,  # Bo is there at 11:15:20 and begins at 13:00
        "imbalance_minute": 165,  # |8700 − 6600 × 27000 ÷ 20100| = 165.67 s
    }
    assert terms["imbalance_minute"].count == pytest.approx((6600 * 27000 / 20100 - 8700) / 60)


def test_terms_do_not_depend_on_what_the_roster_says_of_rides_and_waits() -> None:
    roster = the_roster()
    liar = roster.replace(
        rounds=tuple(
            dataclasses.replace(
                item,
                ride_seconds=0,
                waiting_seconds=0,
                stops=tuple(dataclasses.replace(s, ride_seconds=0, waiting_seconds=0) for s in item.stops),
            )
            for item in roster.rounds
        ),
        terms={},
        score=0,
    )
    assert recount(the_problem(), liar) == recount(the_problem(), roster)


# --- A problem that the roster no longer fits --------------------------------------------------------


def with_defaults(**changes: int) -> Callable[[Problem], Problem]:
    return lambda problem: problem.replace(defaults=dataclasses.replace(problem.defaults, **changes))


def with_request(request_id: str, **changes: Any) -> Callable[[Problem], Problem]:
    def change(problem: Problem) -> Problem:
        return problem.replace(
            requests=tuple(
                dataclasses.replace(r, **changes) if r.request_id == request_id else r
                for r in problem.requests
            )
        )

    return change


def with_anna(**changes: Any) -> Callable[[Problem], Problem]:
    def change(problem: Problem) -> Problem:
        anna, bo = problem.consultants
        return problem.replace(consultants=(dataclasses.replace(anna, **changes), bo))

    return change


def with_day(position: int, **changes: Any) -> Callable[[Problem], Problem]:
    def change(problem: Problem) -> Problem:
        days = list(problem.days)
        days[position] = dataclasses.replace(days[position], **changes)
        return problem.replace(days=tuple(days))

    return change


def a_pin(request_id: str, start: str, **named: Any) -> Pin:
    return Pin(id=request_id, date=MONDAY, start_s=clock_s(start), **named)


#: What is said of a plan that the problem does not allow, for each rule.
SAID = {
    "grid": ("Anna, Monday 11 May, p1: the visit does not start on the grid",),
    "desk": ("Anna, Monday 11 May, desk: only 3660 s at base between two stops; at least 3661 s are needed",),
    "day_maximum": ("Anna, Monday 11 May: 3 conversations in a day, where 2 are the most",),
    "home_visit_consultant": ("Bo, Tuesday 12 May, h1: only anna may make it",),
    "base": ("Bo, Tuesday 12 May, p3: belongs to the base other",),
    "conversations": ("Anna, Monday 11 May, p2: 2 conversations, where 1 to 1 are possible",),
    "slot": (
        "Anna, Monday 11 May, p2: the visit does not lie inside the room slot from 10:00 to 12:00",
        "Anna, Monday 11 May, p1: the visit does not lie inside the room slot from 9:31 to 12:00",
    ),
    "pin": (
        "Anna, Monday 11 May, p1: the visit is not where it is pinned",
        "Anna, Monday 11 May, p2: the visit is not where it is pinned",
        "p4: the pinned visit is not in the roster",
    ),
    "shift": (
        "Anna, Monday 11 May: the round does not lie inside the shift from 8:00 to 14:41",
        "Bo, Tuesday 12 May: the round does not lie inside the shift from 9:45 to 15:05",
        "Anna, Tuesday 12 May: the round does not lie inside the shift from 9:05 to 12:00",
    ),
    "lunch": (
        "Anna, Monday 11 May, lunch: lunch lies outside 11:00 to 12:30",
        "Anna, Tuesday 12 May: 1 lunch stops where 0 should be",
    ),
    "week": ("2009-W20: the roster is of 2009-W20, the problem of 2009-W21",),
}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param(with_defaults(start_grid_s=3600), "grid", id="grid"),
        pytest.param(with_defaults(desk_s=3661), "desk", id="desk minimum"),
        pytest.param(with_defaults(lunch_to_s=clock_s("12:30")), "lunch", id="lunch window"),
        pytest.param(with_anna(max_conversations_per_day=2), "day_maximum", id="day maximum"),
        pytest.param(
            with_request("h1", consultant_id="anna"), "home_visit_consultant", id="whose home visit"
        ),
        pytest.param(with_request("p3", base_id="other"), "base", id="another base's practice"),
        pytest.param(with_request("p2", max_conversations=1), "conversations", id="practice's maximum"),
        pytest.param(with_request("p2", slots=(a_slot(MONDAY, "10:00", "12:00"),)), "slot", id="slot's end"),
        pytest.param(with_request("p1", slots=(a_slot(MONDAY, "9:31", "12:00"),)), "slot", id="slot's begin"),
        pytest.param(with_request("p1", pin=a_pin("p1", "9:35")), "pin", id="pin's hour"),
        pytest.param(
            with_request("p1", pin=a_pin("p1", "9:30", consultant_id="bo")), "pin", id="pin's adviser"
        ),
        pytest.param(with_request("p2", pin=a_pin("p2", "10:30", conversations=1)), "pin", id="pin's number"),
        pytest.param(with_request("p4", pin=a_pin("p4", "9:30")), "pin", id="pin dropped"),
        pytest.param(with_day(0, end_s=clock_s("14:41")), "shift", id="back after the shift"),
        pytest.param(with_day(2, start_s=clock_s("9:45")), "shift", id="leaves before the shift"),
        pytest.param(with_day(1, start_s=clock_s("9:05")), "shift", id="engagement before the shift"),
        pytest.param(with_day(1, lunch_s=0), "lunch", id="lunch not owed"),
        pytest.param(with_day(1, end_s=clock_s("11:29")), "lunch", id="no lunch window in the shift"),
        pytest.param(lambda p: p.replace(week=Week(2009, 21)), "week", id="another week"),
    ],
)
def test_plan_that_a_problem_does_not_allow(change: Callable[[Problem], Problem], code: str) -> None:
    problem = change(the_problem())
    roster = the_roster(problem)
    if code == "week":
        roster = the_roster()
    found = check(problem, roster)
    assert {violation.code for violation in found} == {code}
    assert str(found[0]) in SAID[code]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(with_defaults(desk_s=3660), id="desk minimum"),
        pytest.param(with_defaults(lunch_to_s=clock_s("12:50")), id="lunch window's end"),
        pytest.param(with_anna(max_conversations_per_day=3), id="day maximum"),
        pytest.param(with_day(0, end_s=clock_s("14:42")), id="back at the end of the shift"),
        pytest.param(with_day(2, start_s=clock_s("9:44:40")), id="leaves at the begin of the shift"),
        pytest.param(with_day(0, start_s=clock_s("8:30")), id="engagement at the begin of the shift"),
        pytest.param(with_day(1, end_s=clock_s("11:30")), id="lunch at the end of the shift"),
        pytest.param(with_request("p2", slots=(a_slot(MONDAY, "10:30", "12:05"),)), id="just the slot"),
    ],
)
def test_plan_that_a_problem_just_allows(change: Callable[[Problem], Problem]) -> None:
    problem = change(the_problem())
    assert check(problem, the_roster(problem)) == ()


@pytest.mark.parametrize(
    ("day", "start", "counted"),
    [
        (MONDAY, "9:15", 0),
        (MONDAY, "9:14:59", 1),
        (MONDAY, "9:45", 0),
        (MONDAY, "9:45:01", 1),
        (TUESDAY, "9:30", 1),
    ],
)
def test_a_quarter_of_an_hour_from_the_agreement_is_kept(day: dt.date, start: str, counted: int) -> None:
    agreement = Agreement(date=day, start_s=clock_s(start))
    problem = with_request("p1", agreement=agreement)(the_problem())
    assert check(problem, the_roster(problem)) == ()
    assert recount(problem, the_roster(problem))["moved_from_agreement"].count == counted


@pytest.mark.parametrize(
    ("who", "day", "start", "counted"),
    [
        ("bo", TUESDAY, "13:15", 0),
        ("bo", TUESDAY, "13:15:01", 1),
        ("bo", TUESDAY, "12:45", 0),
        ("bo", TUESDAY, "12:44:59", 1),
        ("anna", TUESDAY, "13:00", 1),
        ("bo", MONDAY, "13:00", 1),
    ],
)
def test_a_quarter_of_an_hour_from_what_is_published_is_kept(
    who: str, day: dt.date, start: str, counted: int
) -> None:
    told = PublishedVisit(date=day, start_s=clock_s(start), consultant_id=who)
    problem = with_request("p3", published=told)(the_problem())
    assert check(problem, the_roster(problem)) == ()
    assert recount(problem, the_roster(problem))["change"].count == counted + 1  # p4 is dropped


def test_visit_without_conversations() -> None:
    phone, _p1, p2, talk = the_plans(the_problem())[0].stops
    empty = plan_visit(the_problem(), "p1", MONDAY, "9:30", 0)
    found = check(the_problem(), replan(0, (phone, empty, p2, talk), Lunch(clock_s("12:20"), BASE)))
    assert [str(violation) for violation in found] == [
        "Anna, Monday 11 May, p1: 0 conversations, where 1 to 1 are possible"
    ]


def test_pin_that_is_kept() -> None:
    problem = with_request("p1", pin=a_pin("p1", "9:30", consultant_id="anna", conversations=1))(
        the_problem()
    )
    assert check(problem, the_roster(problem)) == ()


def test_engagement_that_is_no_longer_at_its_time() -> None:
    moved = (
        an_engagement("phone", BASE, "8:25", "8:55"),
        an_engagement("talk", "course", "13:30", "14:30"),
    )
    assert codes(with_day(0, engagements=moved)(the_problem()), the_roster()) == {"engagement"}


# --- A plan that breaks a rule -----------------------------------------------------------------------


def replan(position: int, stops: Sequence[PlannedStop], lunch: Lunch | None) -> Roster:
    """Build the roster with other stops in one of its rounds."""
    problem = the_problem()
    plans = the_plans(problem)
    plans[position] = DayPlan(plans[position].day, tuple(stops), lunch)
    return build_roster(problem, plans)


def test_visit_that_begins_before_one_can_be_there() -> None:
    phone, p1, _p2, talk = the_plans(the_problem())[0].stops
    early = plan_visit(the_problem(), "p2", MONDAY, "10:25", 2)
    found = check(the_problem(), replan(0, (phone, p1, early, talk), Lunch(clock_s("12:20"), BASE)))
    assert [(violation.code, str(violation)) for violation in found] == [
        ("late", "Anna, Monday 11 May, p2: begins 120 s before one can be there")
    ]


def test_visit_of_another_length() -> None:
    home, visit = the_plans(the_problem())[2].stops
    longer = visit._replace(end_s=visit.end_s + 60)
    assert codes(the_problem(), replan(2, (home, longer), Lunch(clock_s("11:30"), "p3"))) == {"duration"}


def test_engagement_left_out() -> None:
    _phone, *others = the_plans(the_problem())[0].stops
    assert codes(the_problem(), replan(0, others, Lunch(clock_s("12:20"), BASE))) == {"engagement"}


def test_practice_visited_twice() -> None:
    plan = the_plans(the_problem())[2]
    stops = (*plan.stops, plan_visit(the_problem(), "p3", TUESDAY, "13:55"))
    (found,) = check(the_problem(), replan(2, stops, plan.lunch))
    assert (found.code, str(found)) == ("visited_twice", "p3: visited 2 times in the week")


def test_conversations_of_all_visits_are_held_though_one_is_too_many() -> None:
    problem = with_request("p3", conversations=2)(the_problem())
    *others, bo = the_plans(problem)
    stops = (*bo.stops, plan_visit(problem, "p3", TUESDAY, "13:55"))
    roster = build_roster(problem, [*others, DayPlan(bo.day, stops, bo.lunch)])
    assert [(item.id, item.held) for item in roster.unassigned][1] == ("p3", 1)
    assert [str(violation) for violation in check(problem, roster)][:2] == [
        "p3: visited 2 times in the week",
        "p3: listed as unassigned without reason",
    ]


def test_day_with_an_engagement_needs_a_round() -> None:
    problem = the_problem()
    monday, _meeting, bo = the_plans(problem)
    (found,) = check(problem, build_roster(problem, [monday, bo]))
    assert (found.code, str(found)) == (
        "missing_round",
        "Anna, Tuesday 12 May: a day with engagements, but no round",
    )


def test_round_with_nothing_but_lunch() -> None:
    problem = with_day(1, engagements=())(the_problem())
    monday, _meeting, bo = the_plans(problem)
    roster = build_roster(problem, [monday, bo])
    only_lunch = dataclasses.replace(the_roster().rounds[1], stops=the_roster().rounds[1].stops[1:])
    (found,) = check(problem, roster.replace(rounds=(*roster.rounds, only_lunch)))
    assert (found.code, str(found)) == (
        "empty_round",
        "Anna, Tuesday 12 May: a round without visit or engagement",
    )


@pytest.mark.parametrize("position", [0, 1])
def test_a_round_may_hold_nothing_but_a_visit_or_home_visit(position: int) -> None:
    one = the_plans(the_problem())[2].stops[position]
    roster = replan(2, [one], Lunch(clock_s("11:30"), BASE))
    assert roster.rounds[2].stops[0].kind in ("home_visit", "lunch")
    assert check(the_problem(), roster) == ()


@pytest.mark.parametrize(
    ("lunch", "message"),
    [
        (None, ": 0 lunch stops where 1 should be"),
        (Lunch(clock_s("11:10"), "p3"), ", lunch: lunch is not free of stops and riding"),  # still riding
        (Lunch(clock_s("12:45"), "p3"), ", lunch: lunch is not free of stops and riding"),  # into the visit
        (Lunch(clock_s("11:30"), BASE), ", lunch: place_id is base, but should be p3"),
    ],
)
def test_lunch_that_is_no_lunch(lunch: Lunch | None, message: str) -> None:
    roster = replan(2, the_plans(the_problem())[2].stops, lunch)
    found = [violation for violation in check(the_problem(), roster) if violation.code == "lunch"]
    assert [str(violation) for violation in found] == [f"Bo, Tuesday 12 May{message}"]


def test_lunch_takes_its_length_off_a_wait_only_inside_the_wait() -> None:
    problem = the_problem()
    day = problem.days[2]
    in_wait = the_plans(problem)[2]
    desk = plan_visit(problem, "p3", TUESDAY, "13:00", via_base=True)
    at_desk = DayPlan(day, (in_wait.stops[0], desk), Lunch(clock_s("11:30"), BASE))
    for plan, waits_s in ((in_wait, 6280 - 1800), (at_desk, 0)):
        roster = build_roster(problem, [*the_plans(problem)[:2], plan])
        assert check(problem, roster) == ()
        assert recount(problem, roster)["waiting_second"].count == 180 + waits_s


def test_wait_at_the_same_place_counts_and_may_hold_lunch() -> None:
    teaching = an_engagement("teaching", "p3", "10:00", "11:20")
    problem = with_day(2, engagements=(teaching,))(the_problem())
    monday, meeting, _bo = the_plans(problem)
    bo = DayPlan(
        problem.days[2],
        (*plan_engagements(problem.days[2]), plan_visit(problem, "p3", TUESDAY, "12:00")),
        Lunch(clock_s("11:20"), "p3"),
    )
    roster = build_roster(problem, [monday, meeting, bo])
    assert check(problem, roster) == ()
    visit = roster.rounds[2].stops[-1]
    assert (visit.ride_seconds, f"{visit.arrival:%H:%M}", visit.waiting_seconds) == (0, "11:20", 600)


def test_a_wait_of_just_a_lunch_counts_nothing() -> None:
    problem = with_day(2, engagements=(an_engagement("teaching", "p3", "10:00", "11:20"),))(the_problem())
    *others, _bo = the_plans(problem)
    visit = plan_visit(problem, "p3", TUESDAY, "11:50")
    bo = DayPlan(problem.days[2], (*plan_engagements(problem.days[2]), visit), Lunch(clock_s("11:20"), "p3"))
    roster = build_roster(problem, [*others, bo])
    assert roster.rounds[2].stops[-1].waiting_seconds == 0
    assert check(problem, roster) == ()


def test_at_base_before_an_engagement_there_is_no_wait_and_no_desk_minimum() -> None:
    problem = with_day(2, engagements=(an_engagement("call", BASE, "11:30", "11:45"),))(the_problem())
    monday, meeting, _bo = the_plans(problem)
    call = plan_engagements(problem.days[2])
    home, visit = plan_visit(problem, "h1", TUESDAY, "10:00"), plan_visit(problem, "p3", TUESDAY, "13:00")
    bo = DayPlan(problem.days[2], (home, *call, visit), Lunch(clock_s("11:45"), BASE))
    roster = build_roster(problem, [monday, meeting, bo])
    assert check(problem, roster) == ()
    assert roster.rounds[2].waiting_seconds == 0
    assert f"{roster.rounds[2].stops[1].arrival:%H:%M:%S}" == "11:15:20"


def test_a_desk_with_more_than_one_stop_after_it() -> None:
    problem = with_day(2, engagements=(an_engagement("talk", "course", "14:10", "14:30"),))(the_problem())
    *others, bo = the_plans(problem)
    home, visit = bo.stops
    stops = (home, visit._replace(via_base=True), *plan_engagements(problem.days[2]))
    roster = build_roster(problem, [*others, DayPlan(problem.days[2], stops, Lunch(clock_s("11:30"), BASE))])
    assert [stop.kind for stop in roster.rounds[2].stops] == [
        "home_visit",
        "desk",
        "lunch",
        "visit",
        "engagement",
    ]
    assert check(problem, roster) == ()


def test_a_desk_before_an_engagement_at_base_is_none() -> None:
    problem = with_day(2, engagements=(an_engagement("call", BASE, "12:30", "12:35"),))(the_problem())
    *others, bo = the_plans(problem)
    home, visit = bo.stops
    stops = (home, plan_engagements(problem.days[2])[0]._replace(via_base=True), visit)
    roster = build_roster(problem, [*others, DayPlan(problem.days[2], stops, Lunch(clock_s("11:30"), BASE))])
    assert roster.rounds[2].stops[1].kind == "desk"
    assert "Bo, Tuesday 12 May, desk: work at base that does not lie between two stops away from it" in map(
        str, check(problem, roster)
    )


def test_lunch_is_waived_where_engagements_leave_no_room() -> None:
    talk = an_engagement("talk", "course", "10:45", "13:20")
    problem = with_day(2, engagements=(talk,))(the_problem())
    monday, meeting, _bo = the_plans(problem)
    visit = plan_visit(problem, "p3", TUESDAY, "13:40")
    bo = DayPlan(problem.days[2], (*plan_engagements(problem.days[2]), visit))
    assert check(problem, build_roster(problem, [monday, meeting, bo])) == ()


def test_a_desk_between_two_engagements_can_hold_the_lunch() -> None:
    # Riding on from one to the other leaves 28 minutes; by base there are 46, but only with the minimum.
    talks = (an_engagement("one", "p1", "9:00", "11:00"), an_engagement("two", "p2", "12:10", "14:40"))
    problem = with_day(0, engagements=talks)(the_problem())
    problem = problem.replace(defaults=dataclasses.replace(problem.defaults, desk_s=2700))
    _monday, meeting, bo = the_plans_of_others(problem)
    one, two = plan_engagements(problem.days[0])
    by_base = DayPlan(problem.days[0], (one, two._replace(via_base=True)), Lunch(clock_s("11:15"), BASE))
    assert check(problem, build_roster(problem, [by_base, meeting, bo])) == ()


def the_plans_of_others(problem: Problem) -> list[DayPlan]:
    """Return plans in which Anna's Monday has only its engagements."""
    anna, meeting, bo = problem.days
    return [
        DayPlan(anna, plan_engagements(anna)),
        DayPlan(meeting, plan_engagements(meeting), Lunch(clock_s("11:00"), BASE)),
        DayPlan(
            bo,
            (plan_visit(problem, "h1", TUESDAY, "10:00"), plan_visit(problem, "p3", TUESDAY, "13:00")),
            Lunch(clock_s("11:30"), "p3"),
        ),
    ]


def test_imbalance_is_summed_over_bases() -> None:
    problem = with_anna(base_id=BASE)(the_problem())
    anna, bo = problem.consultants
    alone = problem.replace(
        consultants=(anna, dataclasses.replace(bo, base_id="course")),
        requests=tuple(dataclasses.replace(request, base_id=None) for request in problem.requests),
    )
    roster = build_roster(alone, the_plans(alone))
    assert check(alone, roster) == ()
    assert recount(alone, roster)["imbalance_minute"] == Term(count=0.0, weight=60, points=0)


def test_each_base_adds_its_imbalance() -> None:
    problem = the_problem()
    anna, bo = problem.consultants
    bo = dataclasses.replace(bo, base_id="course")
    idle = [
        Consultant(consultant_id="one", name="One"),
        Consultant(consultant_id="two", name="Two", base_id="course"),
    ]
    days = [dataclasses.replace(problem.days[1], consultant_id=who) for who in ("one", "two")]
    problem = problem.replace(consultants=(anna, bo, *idle), days=(*problem.days, *days))
    assert recount(problem, the_roster())["imbalance_minute"].count == (8700 + 6600) / 60


def test_load_of_a_second_of_availability() -> None:
    problem = with_day(2, lunch_s=clock_s("15:05") - clock_s("9:00") - 1)(the_problem())
    assert recount(problem, the_roster())["imbalance_minute"].count == (6600 * 27000 - 8700) / 60


def test_consultant_with_a_second_of_availability_is_compared() -> None:
    idle = Consultant(consultant_id="idle", name="Idle")
    problem = the_problem()
    second = dataclasses.replace(problem.days[1], consultant_id="idle", lunch_s=0, engagements=())
    second = dataclasses.replace(second, end_s=second.start_s + 1)
    problem = problem.replace(consultants=(*problem.consultants, idle), days=(*problem.days, second))
    roster = build_roster(problem, the_plans(the_problem()))
    assert check(problem, roster) == ()
    assert roster.terms["imbalance_minute"].count == pytest.approx(6600 * 27000 / 20100 / 60)


def test_consultant_without_availability_is_not_compared() -> None:
    idle = Consultant(consultant_id="idle", name="Idle")
    problem = the_problem()
    problem = problem.replace(consultants=(*problem.consultants, idle))
    roster = the_roster(problem)
    assert check(problem, roster) == ()
    assert roster.score == the_roster().score
