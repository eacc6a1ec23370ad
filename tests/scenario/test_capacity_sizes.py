"""Projects of other sizes, and the frontier of what they hold and cost."""

import dataclasses
import json
import math

import numpy as np
import pytest
from scenario.joiners import PROJECT, week_figures, write_project

from scheduler.model.clock import Week
from scheduler.model.config import Costs, SimulationSettings
from scheduler.scenario.chance.outlook import WorkingDay, expected_held, written
from scheduler.scenario.goals.frontier import Size, frontier, sampled, size_tasks, sizes
from scheduler.scenario.goals.road import Road, WeekPlan
from scheduler.scenario.goals.sampled import Sample
from scheduler.scenario.goals.sizes import resized, with_size
from scheduler.scenario.model import WeekFigures
from scheduler.services import planner
from scheduler.services.planner import Prepared
from scheduler.week.problem import week_problem

HEALTHY = SimulationSettings(no_show_share=0.3, illness_share=0)
WEEKS = tuple(Week(2009, 20).shift(n) for n in range(26))


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    practices = PROJECT["practices"].replace(",priority\n", ",priority,consultant_id\n")
    practices = (
        practices.replace(",1,1\n", ",1,1,c2\n").replace(",2,1\n", ",2,1,c1\n").replace(",1,2\n", ",1,2,\n")
    )
    folder = write_project(
        tmp_path_factory.mktemp("project"),
        practices=practices,
        consultants=f"{PROJECT['consultants']}c2,Rådgiver 2\n",
        shifts=f"{PROJECT['shifts']}c2,tue,08:30,12:30,0\n",
        engagements="engagement_id,title,kind,consultant_id,weekday,date,start,end\n"
        "meet,Møde,meeting,all,mon,,12:00,12:30\n"
        "own,Telefon,phone,c2,tue,,12:00,12:30\n"
        "once,Kursus,course,c2,,2009-05-12,11:00,11:30\n",
        pins="id,date,start\nP1,2009-05-11,09:30\n",
        home_visits="visit_id,address,postcode,city,date,start,end,minutes,consultant_id\n"
        "H1,Istedgade 90,1650,København V,2009-05-12,09:00,12:00,30,c2\n",
    )
    return planner.prepare(folder)


def test_the_same_size_is_the_same_but_for_pins(prepared: Prepared) -> None:
    project = prepared.project
    same, times = resized(project, prepared.travel.times, consultants=2, practices=3)
    assert {practice.practice_id for practice in same.practices} == {"P1", "P2", "P3"}
    assert same.replace(practices=project.practices, rooms=project.rooms, pins=project.pins) == project
    assert sorted(same.rooms, key=str) == sorted(project.rooms, key=str)
    assert same.pins == ()
    assert times.place_ids == prepared.travel.times.place_ids
    assert (times.seconds == prepared.travel.times.seconds).all()


def test_fewer_are_the_first_and_those_who_ask_for_most(prepared: Prepared) -> None:
    less = with_size(prepared.project, consultants=1, practices=2)
    assert [consultant.consultant_id for consultant in less.consultants] == ["c1"]
    assert {shift.consultant_id for shift in less.shifts} == {"c1"}
    assert {rule.engagement_id for rule in less.engagements} == {"meet"}
    assert [practice.practice_id for practice in less.practices] == ["P1", "P3"]  # P2 every second week
    assert {room.practice_id for room in less.rooms} == {"P1", "P3"}
    assert [practice.consultant_id for practice in less.practices] == [None, None]  # c2 is not there
    assert [visit.consultant_id for visit in less.home_visits] == [None]
    week_problem(less, prepared.travel.times, Week(2009, 20))


def test_more_are_twins(prepared: Prepared) -> None:
    more, times = resized(prepared.project, prepared.travel.times, consultants=5, practices=7)
    assert [c.consultant_id for c in more.consultants] == ["c1", "c2", "c1~1", "c2~1", "c1~2"]
    assert [p.practice_id for p in more.practices] == ["P1", "P3", "P2", "P1~1", "P3~1", "P2~1", "P1~2"]
    assert [p.consultant_id for p in more.practices] == ["c2", None, "c1", None, None, None, None]
    assert sorted(s.consultant_id for s in more.shifts) == sorted(
        ["c1", "c1", "c2", "c1~1", "c1~1", "c2~1", "c1~2", "c1~2"]
    )
    own = {rule.consultant_id: rule for rule in more.engagements if rule.title == "Telefon"}
    assert own.keys() == {"c2", "c2~1"}
    assert len({rule.engagement_id for rule in more.engagements}) == len(more.engagements) == 4
    rows = times.index()
    first, twin, other = rows["P1"], rows["P1~2"], rows["P2"]
    assert times.seconds[first, twin] == times.seconds[twin, first] == 0
    assert times.seconds[twin, other] == times.seconds[first, other]
    assert times.metres[other, twin] == times.metres[other, first]
    asked = week_problem(more, times, Week(2009, 20))
    assert len(asked.days) == 2 * 3 + 2
    assert {"P1~2", "P3~1"} <= {request.request_id for request in asked.requests}


def test_weeks_are_sampled_evenly_and_stand_for_all() -> None:
    for count in range(1, 30):
        chosen = sampled(WEEKS, count)
        assert len(chosen) == min(count, len(WEEKS))
        assert sum(chosen.values()) == len(WEEKS)
        assert list(chosen) == sorted(chosen)
    odd = [week.number % 2 for week in sampled(WEEKS, 6)]
    assert odd == [0, 1, 0, 1, 0, 1]
    assert sampled(WEEKS[:1], 6) == {WEEKS[0]: 1}


def test_sizes_have_those_of_today_among_them(prepared: Prepared) -> None:
    found = sizes(prepared.project, (1, 4), ())
    assert Size.of(prepared.project) == Size(2, 3)
    assert {size.consultants for size in found} == {1, 2, 4}
    assert {size.practices for size in found} == {2, 3, 4}
    assert sizes(prepared.project, (), (9,)) == (Size(2, 3), Size(2, 9))
    demands = dict.fromkeys(WEEKS[:2], prepared.project)
    tasks = size_tasks(demands, prepared.travel.times, found)
    assert len(tasks) == 9 * 2
    assert {task.scenario for task in tasks} == {size.name for size in found}


def _figures(size: Size, week: Week, planned: int) -> WeekFigures:
    days = [_day(week, planned)]
    return week_figures(
        scenario=size.name,
        week=str(week),
        status="optimal" if planned < 9 else "feasible",
        requested=planned + 1,
        planned=planned,
        expected_held=expected_held(days, HEALTHY),
        days=written(days),
        by_base=json.dumps({"base": {"room_s": 3600 * planned}}),
    )


def _today(goal: int = 70) -> Road:
    """Return 26 weeks with 4 conversations each, as it turns out; nobody is ever ill."""
    return Road(
        weeks=WEEKS,
        plans=tuple((WeekPlan(requested=5, days=(_day(week, 4),)),) for week in WEEKS),
        asked=(5.0,) * 26,
        held=0,
        goal=goal,
        end=WEEKS[-1].days[-1],
        settings=HEALTHY,
    )


def _day(week: Week, planned: int) -> WorkingDay:
    return WorkingDay(consultant_id="c1", date=week.monday, conversations=planned, seen_share=1.0)


def test_the_frontier_says_of_today_what_all_weeks_say(prepared: Prepared) -> None:
    project = prepared.project
    costs = Costs(
        consultant_dkk_a_year=100_000, bicycle_dkk_a_year=0, room_dkk_an_hour=100, other_dkk_a_year=0
    )
    project = project.replace(config=dataclasses.replace(project.config, costs=costs))
    wanted = (Size(1, 3), Size(2, 3), Size(3, 3), Size(3, 4), Size(4, 3))
    planned = {Size(1, 3): 2, Size(2, 3): 5, Size(3, 3): 5, Size(3, 4): 9}
    chosen = {WEEKS[3]: 13, WEEKS[16]: 13}
    figures = {size.name: [_figures(size, week, n) for week in chosen] for size, n in planned.items()}
    table = frontier(project, wanted, figures, Sample(chosen, asked=5, is_drawn=False), today=_today())
    assert list(table["is_today"]) == [False, True, False, False, False]
    own = table.iloc[1]
    assert own["requested_a_quarter"] == pytest.approx(65)
    assert own["planned_a_quarter"] == pytest.approx(52)
    assert own["expected_held_a_quarter"] == pytest.approx(104 * 0.7 / 2)
    # They work 8 and 4 hours a week, and each conversation takes a room for an hour.
    paid = 12 / 37 * 100_000 * 13 * 7 / 365.25
    assert own["cost_dkk_a_quarter"] == pytest.approx(paid + 5 * 100 * 13)
    assert own["cost_a_held_conversation_dkk"] == pytest.approx(own["cost_dkk_a_quarter"] / 36.4)
    # Three conversations a week less are planned, of which 0.7 would be held.
    assert table["planned_a_quarter"].iloc[0] == pytest.approx(52 - 39)
    assert table["expected_held_a_quarter"].iloc[0] == pytest.approx(36.4 - 39 * 0.7)
    assert list(table["on_frontier"]) == [True, True, False, True, False]
    assert list(table["proven_weeks"]) == [2, 2, 2, 0, 0]
    assert table["chance_of_goal"].iloc[3] > 0.99
    # One of which a week is not there has no figures.
    assert np.isnan(table["chance_of_goal"].iloc[4])
    assert np.isnan(table["expected_held_a_quarter"].iloc[4])


def test_room_hours_cost_at_every_size(prepared: Prepared) -> None:
    project = prepared.project
    size, chosen = Size.of(project), {WEEKS[3]: 13, WEEKS[16]: 13}

    def cost_dkk(room_dkk_an_hour: int, *hours: float) -> float:
        costs = Costs(room_dkk_an_hour=room_dkk_an_hour)
        priced = project.replace(config=dataclasses.replace(project.config, costs=costs))
        drawn = [(week, draw) for week in chosen for draw in (1, 2)]
        figures = [
            dataclasses.replace(
                _figures(size, week, 5),
                week=f"{week}#{draw}",
                by_base=json.dumps({"base": {"room_s": int(3600 * each)}}),
            )
            for (week, draw), each in zip(drawn, hours, strict=True)
        ]
        sample = Sample(chosen, asked=5, is_drawn=True)
        table = frontier(priced, (size,), {size.name: figures}, sample, today=_today())
        return float(table["cost_dkk_a_quarter"].iloc[0])

    # A week counts with the mean of its draws: 2 and 4 hours, each for 6.5 weeks of the quarter.
    assert cost_dkk(100, 1, 3, 4, 4) - cost_dkk(0, 1, 3, 4, 4) == pytest.approx(100 * 6.5 * (2 + 4))


def test_what_more_consultants_cost_is_not_known_without_costs(prepared: Prepared) -> None:
    project = prepared.project.replace(config=dataclasses.replace(prepared.project.config, costs=None))
    size = Size.of(project)
    chosen = {WEEKS[3]: 13, WEEKS[16]: 13}
    figures = {size.name: [_figures(size, week, 4) for week in chosen]}
    table = frontier(project, (size,), figures, Sample(chosen, asked=5, is_drawn=False), today=_today())
    assert math.isnan(table["cost_dkk_a_quarter"].iloc[0])
    assert not table["on_frontier"].iloc[0]
    assert table["expected_held_a_quarter"].iloc[0] == pytest.approx(104 * 0.7 / 2)


def test_what_a_sample_leaves_open_makes_the_goal_less_certain(prepared: Prepared) -> None:
    wanted = (Size(2, 3), Size(3, 3), Size(4, 3))
    chosen = {WEEKS[3]: 13, WEEKS[16]: 13}
    planned = {Size(2, 3): (4, 6), Size(3, 3): (6, 8), Size(4, 3): (4, 10)}
    figures = {
        size.name: [_figures(size, week, count) for week, count in zip(chosen, counts, strict=True)]
        for size, counts in planned.items()
    }
    table = frontier(
        prepared.project, wanted, figures, Sample(chosen, asked=5, is_drawn=False), today=_today(goal=100)
    )
    # Two a week more in both weeks, or none and four: 0.7 of that is held.
    spread = 0.7 * np.std([0, 4], ddof=1)
    expected = [0, 0, spread * 26 * math.sqrt((1 - 2 / 26) / 2) / 2]
    assert table["standard_error_a_quarter"].tolist() == pytest.approx(expected)
    alike = table["expected_held_a_quarter"]
    assert alike.iloc[1] == pytest.approx(alike.iloc[2])
    assert alike.iloc[1] > alike.iloc[0]
    today, certain, open_ = table["chance_of_goal"]
    assert certain == pytest.approx(open_, abs=0.02)  # but for how far they spread
    assert certain > 0.5 > today
    assert table["chance_error"].iloc[:2].tolist() == pytest.approx([0, 0])
    assert table["chance_error"].iloc[2] > 0.2

    # Where demand is drawn, it is as if there were any number of weeks.
    drawn = frontier(
        prepared.project, wanted, figures, Sample(chosen, asked=5, is_drawn=True), today=_today(goal=100)
    )
    assert drawn["standard_error_a_quarter"].iloc[2] == pytest.approx(spread * 26 / math.sqrt(2) / 2)


def test_today_among_the_sizes_is_today(prepared: Prepared) -> None:
    today = _today(goal=75)
    size = Size.of(prepared.project)
    chosen = {WEEKS[3]: 13, WEEKS[16]: 13}
    figures = {size.name: [_figures(size, week, count) for week, count in zip(chosen, (1, 9), strict=True)]}
    for is_drawn in (False, True):
        sample = Sample(chosen, asked=5, is_drawn=is_drawn)
        own = frontier(prepared.project, (size,), figures, sample, today=today).iloc[0]
        assert own["expected_held_a_quarter"] == pytest.approx(today.expected / 2)
        assert own["chance_of_goal"] == pytest.approx(today.chance)
        assert own["standard_error_a_quarter"] == pytest.approx(own["chance_error"]) == 0


def test_all_weeks_leave_nothing_open(prepared: Prepared) -> None:
    wanted = (Size(2, 3), Size(3, 3))
    chosen = dict.fromkeys(WEEKS, 1)
    figures = {
        size.name: [_figures(size, week, count) for count, week in enumerate(chosen, start=size.consultants)]
        for size in wanted
    }
    table = frontier(
        prepared.project, wanted, figures, Sample(chosen, asked=5, is_drawn=False), today=_today()
    )
    assert list(table["standard_error_a_quarter"]) == [0, 0]
