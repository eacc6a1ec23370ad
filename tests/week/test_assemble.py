import pytest
from random_problems import small_week
from worked_week import the_problem

from scheduler.checks import check
from scheduler.model.roster import Roster
from scheduler.solver.engine import solve


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
    assert max(anna.load_seconds, bo.load_seconds) > 0


def test_a_waived_lunch_is_noted() -> None:
    problem = the_problem()
    assert not any(note.code == "lunch_waived" for note in solve(problem).roster.notes)
