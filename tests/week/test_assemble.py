"""Rosters written down from schedules: of the engine's choice, and of random days in any order that can be kept."""

import dataclasses
import datetime as dt
from random import Random

import pytest
from random_problems import small_week, tiny_problem
from rosters import clock_s
from worked_week import MONDAY, TUESDAY, an_engagement, the_problem

from scheduler.checks import check
from scheduler.model.clock import at
from scheduler.model.locks import Delay
from scheduler.model.problem import ClosedDay, ConsultantDay, Problem, Request
from scheduler.model.project import BASE
from scheduler.model.roster import Roster, Unassigned
from scheduler.model.text import Text
from scheduler.solver.engine import solve
from scheduler.week.assemble import assemble, named
from scheduler.week.happened import since
from scheduler.week.schedule import DayModel, DaySchedule
from scheduler.week.score import unmet_points

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(scope="module")
def roster() -> Roster:
    return solve(the_problem()).roster


def test_the_worked_week_becomes_a_valid_roster(roster: Roster) -> None:
    assert check(the_problem(), roster) == ()
    assert roster.status == "optimal"


def test_stops_stand_in_the_order_of_the_clock(roster: Roster) -> None:
    for round_ in roster.rounds:
        starts = [stop.start for stop in round_.stops]
        assert starts == sorted(starts)
        assert round_.leaves_base <= round_.returns_base


def test_lunch_is_near_the_middle_of_the_window_where_it_may_be() -> None:
    # Nothing else that day: 12:00 is the middle of 11:00 to 13:30 for half an hour.
    week = small_week(0)
    friday = tuple(day for day in week.days if day.date.weekday() == 4)
    roster = solve(week.replace(requests=(), days=friday)).roster
    lunches = [stop for round_ in roster.rounds for stop in round_.stops if stop.kind == "lunch"]
    assert [f"{lunch.start:%H:%M}" for lunch in lunches] == ["12:00", "12:00"]


def test_a_day_at_base_begins_and_ends_with_its_engagements(roster: Roster) -> None:
    (at_base,) = (r for r in roster.rounds if r.ride_seconds == 0)
    engagement = next(stop for stop in at_base.stops if stop.kind == "engagement")
    assert (at_base.leaves_base, at_base.returns_base) == (engagement.start, engagement.end)


def test_consultants_base_and_shifts_are_told(roster: Roster) -> None:
    assert [base.place_id for base in roster.bases] == ["base"]
    anna, bo = roster.consultants
    assert (len(anna.shifts), len(bo.shifts)) == (2, 1)
    # Anna has 7 h 30 min for visits, Bo 5 h 35 min.
    assert (anna.availability_seconds, bo.availability_seconds) == (27_000, 20_100)
    assert anna.load_seconds == anna.visit_seconds
    assert bo.load_seconds == round(bo.visit_seconds * 270 / 201, 3) > 0


def test_a_waived_lunch_is_noted() -> None:
    problem = the_problem()
    assert not any(note.code == "lunch_waived" for note in solve(problem).roster.notes)


# --- without the engine ------------------------------------------------------------------------------


def random_schedules(problem: Problem, rng: Random) -> list[DaySchedule]:
    """Put requests anywhere into the days, as long as these can be kept."""
    left = rng.sample(problem.requests, len(problem.requests))
    schedules = []
    for day in problem.days:
        model = DayModel(problem, day)
        most = model.consultant.max_conversations_per_day
        stops, found = list(model.engagements), model.best_schedule(model.engagements)
        for request in list(left):
            for option in rng.sample(model.options(request), len(model.options(request))):
                place = rng.randint(0, len(stops))
                longer = [*stops[:place], option, *stops[place:]]
                kept = most is None or sum(stop.conversations for stop in longer) <= most
                if kept and (schedule := model.best_schedule(longer)):
                    stops, found = longer, schedule
                    left.remove(request)
                    break
        if stops:
            assert found
            schedules.append(found)
    return schedules


def random_roster(problem: Problem, schedules: list[DaySchedule]) -> Roster:
    held = {visit.id: visit.conversations for schedule in schedules for visit in schedule.visits}
    unmet = [
        Unassigned(
            id=request.request_id,
            kind=request.kind,
            name="",
            requested=request.conversations,
            held=held.get(request.request_id, 0),
            reason=Text("not_placed"),
        )
        for request in problem.requests
        if request.request_id not in held or held[request.request_id] < request.conversations
    ]
    return assemble(problem, schedules, bound=0, unassigned=unmet, solve_seconds=0.0, seed=0)


def engagements_alone(problem: Problem, day: ConsultantDay) -> DaySchedule:
    model = DayModel(problem, day)
    schedule = model.best_schedule(model.engagements)
    assert schedule
    return schedule


def schedule_of(problem: Problem, day: ConsultantDay, visit: Request, *, start_s: int) -> DaySchedule:
    """Return the schedule of a day with one visit, that begins then."""
    model = DayModel(problem, day)
    option = model.options(visit)[0]
    schedule = model.best_schedule((option.only(option.starts_s == start_s),))
    assert schedule
    return schedule


def written(problem: Problem) -> Roster:
    """Return the roster of a week in which no request is met."""
    return random_roster(problem, [engagements_alone(problem, day) for day in problem.days])


@pytest.mark.parametrize("first", range(0, 80, 10))
def test_whatever_a_day_holds_is_written_down_as_the_rules_have_it(first: int) -> None:
    """Its points are those that the roster's terms come to."""
    visits = 0
    for seed in range(first, first + 10):
        problem, rng = tiny_problem(Random(seed)), Random(seed)
        schedules = random_schedules(problem, rng)
        roster = random_roster(problem, schedules)
        met = {visit.id for schedule in schedules for visit in schedule.visits}
        assert {(wrong.code, wrong.where) for wrong in check(problem, roster)} == {
            ("pin", request.request_id)
            for request in problem.requests
            if request.pin and request.request_id not in met
        }
        points = sum(schedule.points for schedule in schedules) + unmet_points(problem)
        assert points == roster.score - roster.terms["imbalance_minute"].points
        visits += len(met)
    assert visits > 8


def going_on(week: Problem, day: ConsultantDay, schedule: DaySchedule) -> DaySchedule:
    """Return what is still to come of a schedule, all of it when it was planned."""
    model = DayModel(week, day)
    begun = {stop.id for stop in day.happened.stops} if day.happened else set()
    stops, requests = list(model.engagements), {request.request_id: request for request in week.requests}
    for planned in schedule.stops:
        visit = planned.option
        if visit in schedule.visits and visit.id not in begun:
            options = model.options(requests[visit.id])
            option = next(option for option in options if option.conversations == visit.conversations)
            stops.append(option.only(option.starts_s == planned.start_s))
    found = model.best_schedule(sorted(stops, key=lambda stop: int(stop.starts_s[0])))
    assert found
    return found


@pytest.mark.parametrize("first", range(0, 48, 12))
def test_a_week_that_goes_on_as_planned_is_the_same_from_any_moment_on(first: int) -> None:
    """While riding, waiting, eating, at work, at a desk and after the last way back."""
    cuts = 0
    for seed in range(first, first + 12):
        problem, rng = tiny_problem(Random(seed)), Random(seed)
        requests = tuple(dataclasses.replace(r, pin=None, published=None) for r in problem.requests)
        problem = problem.replace(requests=requests)
        schedules = random_schedules(problem, rng)
        roster = random_roster(problem, schedules)
        of_day = {(schedule.day.consultant_id, schedule.day.date): schedule for schedule in schedules}
        for round_ in roster.rounds:
            stop = rng.choice(round_.stops)
            times = [stop.arrival, stop.start, stop.end, round_.leaves_base, round_.returns_base]
            moment = rng.choice(times) + MINUTE * rng.choice([-10, -1, 0, 1, 10])
            week = since(problem, roster, moment)
            again = assemble(
                week,
                [
                    going_on(week, day, of_day[key])
                    for day in week.days
                    if (key := (day.consultant_id, day.date)) in of_day
                ],
                bound=0,
                unassigned=roster.unassigned,
                solve_seconds=0.0,
                seed=0,
            )
            assert (again.rounds, again.terms) == (roster.rounds, roster.terms)
            cuts += any(day.happened and day.happened.stops and not day.happened.is_over for day in week.days)
    assert cuts > 5


@pytest.mark.parametrize(
    ("gaps", "busy", "start"),
    [
        # The window is from 11:00 to 13:30: half an hour in its middle begins at 12:00.
        ((), ("9:00", "10:00"), "12:00"),
        ((), ("9:00", "12:10"), "12:10"),
        ((), ("11:45", "14:00"), "11:15"),
        # Of two spans the one in which it is nearer to the middle.
        ((("11:50", "12:20"),), ("9:00", "10:00"), "12:20"),
        ((("11:51", "12:40"),), ("9:00", "10:00"), "11:21"),
        ((("11:30", "12:05"),), ("12:35", "14:00"), "12:05"),
        # And none where it does not fit.
        ((("11:50", "12:20"),), ("12:49", "14:00"), "11:20"),
        ((("11:29", "12:50"),), ("9:00", "10:00"), "12:50"),
    ],
)
def test_lunch_is_as_near_to_the_middle_of_the_window_as_can_be(
    gaps: tuple[tuple[str, str], ...], busy: tuple[str, str], start: str
) -> None:
    hours = tuple((clock_s(from_), clock_s(to)) for from_, to in gaps)
    problem = the_problem()
    day = dataclasses.replace(problem.days[2], gaps=hours, engagements=(an_engagement("e", BASE, *busy),))
    problem = problem.replace(days=(day,), requests=())
    roster = written(problem)
    assert check(problem, roster) == ()
    (lunch,) = (stop for stop in roster.rounds[0].stops if stop.kind == "lunch")
    assert f"{lunch.start:%-H:%M}" == start


@pytest.mark.parametrize(
    ("gaps", "busy", "code"),
    [
        ((("11:20", "13:10"),), ("9:00", "10:00"), "lunch_waived_by_gaps"),
        ((("11:20", "11:40"),), ("11:40", "13:10"), "lunch_waived_by_both"),
        ((), ("11:20", "13:10"), "lunch_waived"),
        ((), ("9:00", "10:00"), None),
    ],
)
def test_a_note_says_that_there_is_no_time_for_lunch(
    gaps: tuple[tuple[str, str], ...], busy: tuple[str, str], code: str | None
) -> None:
    hours = tuple((clock_s(from_), clock_s(to)) for from_, to in gaps)
    problem = the_problem()
    day = dataclasses.replace(problem.days[2], gaps=hours, engagements=(an_engagement("e", BASE, *busy),))
    told = Text("outside_period", {"week": "2009-W20"})
    problem = problem.replace(days=(problem.days[0], day), requests=(), notes=(told,))
    expected = [Text(code, {"consultant_id": "bo", "date": "2009-05-12"})] if code else []
    assert list(written(problem).notes) == [told, *expected]


def test_a_lunch_that_what_happened_leaves_no_time_for_is_noted() -> None:
    """Bo is free at 13:10; the window ends at 13:30."""
    problem = the_problem()
    late = Delay(consultant_id="bo", free=at(TUESDAY, clock_s("13:10")))
    busy = dataclasses.replace(problem.days[1], engagements=(an_engagement("e", BASE, "10:50", "11:40"),))
    problem = problem.replace(days=(problem.days[2], busy), requests=())
    week = since(problem, written(problem), None, [late])
    of_day = {"date": "2009-05-12"}
    assert list(written(week).notes) == [
        Text("lunch_waived_by_what_happened", {"consultant_id": "bo", **of_day}),
        Text("lunch_waived", {"consultant_id": "anna", **of_day}),
    ]


def test_who_has_had_no_more_than_lunch_has_had_no_round() -> None:
    problem = the_problem()
    problem = problem.replace(days=problem.days[2:])
    (visit,) = (request for request in problem.requests if request.request_id == "p3")
    lunch = at(TUESDAY, clock_s("12:10"))
    planned = random_roster(problem, [schedule_of(problem, problem.days[0], visit, start_s=clock_s("13:00"))])
    assert [stop.kind for stop in planned.rounds[0].stops] == ["lunch", "visit"]
    week = since(problem, planned, lunch)
    assert [stop.kind for day in week.days if day.happened for stop in day.happened.stops] == ["lunch"]
    assert written(week).rounds == ()


@pytest.mark.parametrize(
    ("from_place", "to_place", "gap", "rides_s"),
    [
        # p1 is in the house of the base. From there it is 300 s to p2, from the base 600; to p1 it is 360.
        ("p1", "p2", (), [0, 300, 600]),
        ("p1", "p2", (("10:00", "10:30"),), [0, 600, 600]),
        ("p2", "p1", (), [600, 360, 0]),
        ("p2", "p1", (("10:30", "11:00"),), [600, 600, 0]),
    ],
)
def test_over_a_gap_one_is_at_base_and_not_elsewhere_in_its_house(
    from_place: str, to_place: str, gap: tuple[tuple[str, str], ...], rides_s: list[int]
) -> None:
    problem = the_problem()
    one_house = frozenset({(BASE, "p1"), ("p1", BASE)})
    engagements = (
        an_engagement("e1", from_place, "9:00", "10:00"),
        an_engagement("e2", to_place, "12:00", "13:00"),
    )
    day = dataclasses.replace(
        problem.days[0],
        gaps=tuple((clock_s(from_), clock_s(to)) for from_, to in gap),
        engagements=engagements,
    )
    travel = dataclasses.replace(problem.travel, one_house=one_house)
    problem = problem.replace(days=(day,), requests=(), travel=travel)
    roster = written(problem)
    assert check(problem, roster) == ()
    (round_,) = roster.rounds
    stops = [stop for stop in round_.stops if stop.kind == "engagement"]
    assert [*(stop.ride_seconds for stop in stops), round_.back_seconds] == rides_s
    (lunch,) = (stop for stop in round_.stops if stop.kind == "lunch")
    assert lunch.place_id == BASE
    assert round_.ride_metres == 4 * round_.ride_seconds == 4 * sum(rides_s)


def test_a_roster_says_whether_it_is_the_best_and_where_it_comes_from() -> None:
    closed = ClosedDay(date=MONDAY, reason=Text("closure"))
    problem = the_problem().replace(inputs_sha256="5ha", closed_days=(closed,), max_changes=3)
    score = unmet_points(problem) + written(problem).terms["cycling_second"].points
    best, worse = (
        assemble(
            problem,
            [schedule for day in problem.days if (schedule := engagements_alone(problem, day)).stops[:-1]],
            bound=bound,
            unassigned=(),
            solve_seconds=1.23456,
            seed=7,
        )
        for bound in (score, score // 2)
    )
    assert (best.score, best.bound, best.status, best.gap) == (score, score, "optimal", 0.0)
    assert (worse.score, worse.bound, worse.status) == (score, score // 2, "feasible")
    assert worse.gap == pytest.approx(0.5, abs=1e-5)
    assert (best.solve_seconds, best.seed, best.inputs_sha256) == (1.235, 7, "5ha")
    assert (best.closed_days, best.week, best.unassigned) == ((closed,), "2009-W20", ())
    assert best.max_changes == 3


def test_a_week_that_costs_nothing_has_no_gap() -> None:
    problem = the_problem().replace(days=(), requests=())
    roster = assemble(problem, [], bound=0, unassigned=(), solve_seconds=0.0, seed=0)
    assert (roster.score, roster.status, roster.gap, roster.rounds) == (0, "optimal", 0.0, ())


def test_requests_are_called_as_people_know_them() -> None:
    problem = the_problem()
    visit, home = problem.requests[0], problem.requests[-1]
    task = dataclasses.replace(visit, kind="task", title="Letters")
    assert [named(problem, request) for request in (visit, home, task)] == [
        "Name p1",
        Text("home_visit"),
        "Letters",
    ]
