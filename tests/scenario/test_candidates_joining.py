"""What a practice brings: counted against rosters that are solved here by hand."""

import dataclasses
from pathlib import Path

import pytest
from scenario.joiners import Plans, write_candidates, write_project

from scheduler.inputs.candidates import Candidate
from scheduler.model.clock import Week
from scheduler.places.travel import travel_times
from scheduler.scenario.model import TODAY
from scheduler.scenario.practices.joining import JoinedWeeks
from scheduler.scenario.practices.newcomers import locate_candidates
from scheduler.services import planner
from scheduler.services.planner import Prepared
from scheduler.solver.engine import solve
from scheduler.week.problem import week_problem

WEEKS = (Week(2009, 20), Week(2009, 21))
SAXO = "saxo,Lægerne Saxogade,Saxogade 94,1662,København V,,,,tue,08:30,12:00\n"
# Monday is full with P1 and P2 in even weeks of the rhythm; this one wants nearly all of it.
GREEDY = "greedy,Lægerne Krusågade,Krusågade 20,1719,København V,1,3,9,mon,09:00,12:00\n"
EARLY = "early,Lægerne Saxogade,Saxogade 94,1662,København V,,,9,mon,08:30,12:00\n"
LATE = "late,Lægerne Istedgade,Istedgade 89,1650,København V,,,,mon,13:00,16:00\n"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return planner.prepare(write_project(tmp_path_factory.mktemp("project")))


def _joined(
    prepared: Prepared,
    folder: Path,
    *rows: str,
    plans: Plans | None = None,
    weeks: tuple[Week, ...] = WEEKS,
) -> tuple[JoinedWeeks, tuple[Candidate, ...]]:
    found, _exact, _notes = locate_candidates(write_candidates(folder, *rows), prepared)
    project = prepared.project
    times = travel_times(prepared.network, (*project.bases, *project.places, *(c.place for c in found))).times
    by_id = {candidate.candidate_id: candidate for candidate in found}
    return JoinedWeeks(project, times, by_id, weeks, plans or Plans()), found


def test_the_worth_is_the_difference_of_two_rosters(prepared: Prepared, tmp_path: Path) -> None:
    joined, (saxo,) = _joined(prepared, tmp_path, SAXO)
    joined.plan((), ["saxo"])
    gain = joined.gain((), "saxo")
    assert gain is not None
    project = prepared.project
    places = (*project.places, saxo.place)
    times = travel_times(prepared.network, (*project.bases, *places), project.config.cycling).times
    changed = project.replace(
        practices=(*project.practices, saxo.practice), places=places, rooms=(*project.rooms, *saxo.rooms)
    )
    value = 0
    for week in WEEKS:
        asked = week_problem(changed, times, week)
        # The same week, in which nobody can be there: what the best roster scores that leaves it out.
        shut = asked.replace(
            requests=tuple(
                dataclasses.replace(request, slots=()) if request.request_id == "saxo" else request
                for request in asked.requests
            )
        )
        value += solve(shut).roster.score - solve(asked).roster.score
    assert gain.value_points == value > 0
    assert (gain.due_weeks, gain.asked, gain.held, gain.visits) == (2, 2, 2, 2)
    assert gain.conversations == 2
    assert gain.missed_elsewhere == 0
    assert gain.cycling_s > 0
    assert gain.proven


def test_what_nobody_can_reach_is_worth_nothing(prepared: Prepared, tmp_path: Path) -> None:
    joined, _found = _joined(prepared, tmp_path, LATE)
    joined.plan((), ["late"])
    gain = joined.gain((), "late")
    assert gain is not None
    assert gain.value_points == 0
    assert (gain.asked, gain.held, gain.conversations, gain.missed_elsewhere) == (2, 0, 0, 0)
    assert (gain.cycling_s, gain.waiting_s) == (0, 0)


def test_what_it_displaces_is_counted_apart(prepared: Prepared, tmp_path: Path) -> None:
    joined, _found = _joined(prepared, tmp_path, GREEDY)
    joined.plan((), ["greedy"])
    gain = joined.gain((), "greedy")
    assert gain is not None
    assert gain.held == 6
    assert gain.missed_elsewhere > 0
    assert gain.conversations == gain.held - gain.missed_elsewhere  # the others ask for one each
    assert gain.value_points > 0


def test_a_week_is_planned_once_for_all_that_ask_the_same(prepared: Prepared, tmp_path: Path) -> None:
    plans = Plans()
    seldom = (
        SAXO.replace("saxo,", "seldom,")
        .replace("Lægerne Saxogade", "Lægerne Nr. 2")
        .replace(",,,,tue", ",2,,,tue")
    )
    joined, _found = _joined(prepared, tmp_path, SAXO, seldom, plans=plans)
    joined.plan((), ["saxo", "seldom"])
    planned = sorted((task.scenario, task.week) for task in plans.tasks)
    (due,) = (week for week in WEEKS if ("+seldom", str(week)) in planned)
    assert planned == sorted(
        [*((name, str(week)) for name in (TODAY, "+saxo") for week in WEEKS), ("+seldom", str(due))]
    )
    plans.tasks.clear()
    joined.plan(["saxo"], ["seldom"])
    assert [(task.scenario, task.week, task.watched) for task in plans.tasks] == [
        ("+saxo+seldom", str(due), "seldom")
    ]
    gain = joined.gain(["saxo"], "seldom")
    assert gain is not None
    assert gain.due_weeks == 1
    today, both = joined.whole(()), joined.whole(["saxo", "seldom"])
    assert today is not None
    assert both is not None
    assert today.conversations == 5
    assert both.conversations == 5 + 2 + gain.conversations


def test_a_week_without_a_room_is_not_planned_again(prepared: Prepared, tmp_path: Path) -> None:
    plans = Plans()
    holiday = Week(2009, 23)  # its Monday is Whit Monday
    joined, _found = _joined(prepared, tmp_path, EARLY, plans=plans, weeks=(WEEKS[0], holiday))
    joined.plan((), ["early"])
    assert [task.week for task in plans.tasks if task.scenario == "+early"] == [str(WEEKS[0])]
    gain = joined.gain((), "early")
    assert gain is not None
    assert (gain.due_weeks, gain.asked, gain.held, gain.visits) == (2, 2, 1, 1)
    # As the week itself has it, with the request in it that cannot be met.
    alone, _found = _joined(prepared, tmp_path, EARLY, weeks=(WEEKS[0],))
    alone.plan((), ["early"])
    before = alone.gain((), "early")
    assert before is not None
    assert gain.value_points == before.value_points
    assert gain.missed_elsewhere == before.missed_elsewhere


def test_without_a_week_there_is_no_figure(prepared: Prepared, tmp_path: Path) -> None:
    plans = Plans(("+saxo", "2009-W21"))
    joined, _found = _joined(prepared, tmp_path, SAXO, plans=plans)
    joined.plan((), ["saxo"])
    assert joined.gain((), "saxo") is None
    assert [(failure.scenario, failure.week) for failure in joined.failures] == [("+saxo", "2009-W21")]


def test_the_costs_of_practices_count(tmp_path: Path) -> None:
    settings = "\n[costs]\npractice_dkk_a_year = 52000\nroom_dkk_an_hour = 120\n"
    from scenario.joiners import PROJECT

    prepared = planner.prepare(write_project(tmp_path / "project", settings=PROJECT["settings"] + settings))
    joined, _found = _joined(prepared, tmp_path, SAXO)
    joined.plan((), ["saxo"])
    gain = joined.gain((), "saxo")
    assert gain is not None
    # Two weeks of the practice, and 50 minutes in its room in each of them.
    assert gain.cost_dkk == pytest.approx(2 * 52_000 * 7 / 365.25 + 2 * 100)
