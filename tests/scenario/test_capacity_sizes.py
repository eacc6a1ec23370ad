"""Projects of other sizes, and the frontier of what they hold and cost."""

import itertools
import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scenario.joiners import PROJECT, week_figures, write_project

from scheduler.inputs.settings import OPEN_PERIOD
from scheduler.model.clock import Week
from scheduler.model.config import Config, Costs, SimulationSettings
from scheduler.model.problem import TravelTimes
from scheduler.model.project import Closure, Demand, Place, Practice, Project
from scheduler.scenario.chance.outlook import WorkingDay, expected_held, written
from scheduler.scenario.goals.drawing import Member, apportioned, drawn_offices, offices, pivotal
from scheduler.scenario.goals.frontier import Frontier
from scheduler.scenario.goals.goal import capacity
from scheduler.scenario.goals.grid import Grid, Size, sampled, sizes
from scheduler.scenario.goals.road import Road, WeekPlan
from scheduler.scenario.goals.sampled import Sample
from scheduler.scenario.goals.sizes import resized, with_size
from scheduler.scenario.model import WeekFigures
from scheduler.scenario.runs.running import Runs
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


def members(*own: str) -> tuple[Member, ...]:
    return tuple(Member(each, each.partition("~")[0]) for each in own)


def test_the_same_size_is_the_same_but_for_pins(prepared: Prepared) -> None:
    project = prepared.project
    everybody = drawn_offices(project, 3, np.random.default_rng(0))
    assert everybody == members("P1", "P2", "P3")
    same, times = resized(project, prepared.travel.times, consultants={"base": 2}, practices=everybody)
    assert same == project.replace(pins=())
    assert times.place_ids == prepared.travel.times.place_ids
    assert (times.seconds == prepared.travel.times.seconds).all()


def test_fewer_are_the_first_consultants_and_the_practices_drawn(prepared: Prepared) -> None:
    less = with_size(prepared.project, consultants={"base": 1}, practices=members("P1", "P3"))
    assert [consultant.consultant_id for consultant in less.consultants] == ["c1"]
    assert {shift.consultant_id for shift in less.shifts} == {"c1"}
    assert {rule.engagement_id for rule in less.engagements} == {"meet"}
    assert [practice.practice_id for practice in less.practices] == ["P1", "P3"]
    assert {room.practice_id for room in less.rooms} == {"P1", "P3"}
    assert [practice.consultant_id for practice in less.practices] == [None, None]  # c2 is not there
    assert [visit.consultant_id for visit in less.home_visits] == [None]
    week_problem(less, prepared.travel.times, Week(2009, 20))


def test_more_are_twins(prepared: Prepared) -> None:
    everybody = drawn_offices(prepared.project, 7, np.random.default_rng(0))
    assert [member.own for member in everybody[:6]] == ["P1", "P2", "P3", "P1~1", "P2~1", "P3~1"]
    assert everybody[6] in members("P1~2", "P2~2", "P3~2")
    everybody = (*everybody[:6], *members("P1~2"))
    more, times = resized(
        prepared.project, prepared.travel.times, consultants={"base": 5}, practices=everybody
    )
    assert [c.consultant_id for c in more.consultants] == ["c1", "c2", "c1~1", "c2~1", "c1~2"]
    assert [p.practice_id for p in more.practices] == [member.own for member in everybody]
    assert [p.consultant_id for p in more.practices] == ["c2", "c1", None, None, None, None, None]
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


def test_twins_ask_and_are_closed_as_their_originals(prepared: Prepared) -> None:
    week = Week(2009, 21)
    quiet = prepared.project.replace(
        demand=(Demand(practice_id="P1", week=week, conversations=4),),
        closures=tuple(
            Closure(who=who, first_day=week.monday, last_day=week.days[-1]) for who in ("P3", "c2", "own")
        ),
    )
    more = with_size(quiet, consultants={"base": 4}, practices=members("P1", "P3", "P1~1", "P3~1"))
    assert more.demand_of == {("P1", week): 4, ("P1~1", week): 4}
    assert [closure.who for closure in more.closures] == ["P3", "c2", "own", "c2~1", "own~c2~1", "P3~1"]
    assert {day.consultant_id for day in week_problem(more, _times(more), week).days} == {"c1", "c1~1"}


def _times(project: Project) -> TravelTimes:
    ids = tuple(place.place_id for place in project.all_places)
    nothing = np.zeros((len(ids), len(ids)), dtype=np.int64)
    return TravelTimes(ids, nothing, nothing)


# --- Which practices there are ----------------------------------------------------------------------


def invented(shape: Mapping[str, Sequence[tuple[str, float]]]) -> Project:
    """Return a project of which only practices matter: of each base, their districts and what they ask for."""
    practices, places = [], []
    for base_id, own in shape.items():
        for number, (district, weeks) in enumerate(own):
            id_ = f"{base_id}-{number}"
            practices.append(Practice(practice_id=id_, base_id=base_id, every_weeks=int(weeks)))
            places.append(Place(place_id=id_, name=id_, district=district))
    return Project(
        config=Config(period=OPEN_PERIOD),
        bases=tuple(Place(place_id=base_id, name=base_id) for base_id in shape),
        places=tuple(places),
        practices=tuple(practices),
        rooms=(),
        consultants=(),
        shifts=(),
    )


MIXED = {"base": [(district, 1 + n % 4) for district in "ABC" for n in range(8)], "b2": [("D", 1)] * 6}


@pytest.mark.parametrize("count", [1, 4, 7, 15, 23, 29])
def test_fewer_practices_are_drawn_from_all_with_each_district_and_demand_in_its_share(count: int) -> None:
    project = invented(MIXED)
    asks = {practice.practice_id: 1 / practice.every_weeks for practice in project.practices}
    districts = {place.place_id: place.district for place in project.places}
    shares = apportioned(project, count)
    assert sum(shares.values()) == count
    assert shares["b2"] == pytest.approx(count * 6 / 30, abs=0.5)
    drawn = [drawn_offices(project, count, np.random.default_rng((3, n))) for n in range(400)]
    times = Counter(member.original for members_ in drawn for member in members_)
    for members_ in drawn:
        assert len({member.own for member in members_}) == count
        assert not any(member.is_twin for member in members_)
        found = Counter(districts[member.original] for member in members_)
        assert found["D"] == shares["b2"]
        for district in "ABC":
            assert abs(found[district] - shares["base"] / 3) < 2
    # Each practice of a base is as likely, and not a busy one more than another.
    for base_id, own in MIXED.items():
        share = shares[base_id] / len(own)
        for number in range(len(own)):
            assert times[f"{base_id}-{number}"] / 400 == pytest.approx(share, abs=0.11)
    # What they ask for together spreads far less than where they are drawn regardless of it.
    asked = [sum(asks[member.original] for member in members_) for members_ in drawn]
    mean = sum(shares[b] * np.mean([1 / weeks for _d, weeks in own]) for b, own in MIXED.items())
    assert np.mean(asked) == pytest.approx(mean, abs=4 * float(np.std(asked)) / 20 + 1e-9)
    if 7 <= count <= 23:
        rng = np.random.default_rng(0)
        any_ = [rng.choice(list(asks.values()), count, replace=False).sum() for _n in range(400)]
        assert np.std(asked) < 0.75 * np.std(any_)


def test_more_practices_are_all_and_some_of_them_twice() -> None:
    project = invented(MIXED)
    for count, laps in ((30, 1), (40, 1), (60, 2), (75, 2)):
        drawn = drawn_offices(project, count, np.random.default_rng(1))
        assert len({member.own for member in drawn}) == count
        times = Counter(member.original for member in drawn)
        assert set(times.values()) <= {laps, laps + (count % 30 > 0)}
        assert len(times) == 30
        assert [member.own for member in drawn[:30]] == [
            practice.practice_id for practice in project.practices
        ]


def test_the_draw_is_fair_for_any_size() -> None:
    for size, count in itertools.product((2, 3, 5, 8), (1, 2, 3, 4, 7)):
        rng = np.random.default_rng(size)
        drawn = [pivotal(range(size), count, rng) for _n in range(600)]
        assert {len(set(each)) for each in drawn} == {min(count, size)}
        for item in range(size):
            share = sum(item in each for each in drawn) / 600
            assert share == pytest.approx(min(count / size, 1), abs=0.09)
        for start in range(size):  # as many of every stretch as is its share
            for each in drawn:
                assert abs(sum(item < start for item in each) - start * min(count / size, 1)) < 1


def test_practices_that_follow_each_other_are_one() -> None:
    project = invented({"base": [("A", 1)] * 4})
    moved = replace(project.practices[3], same_as="base-1")
    project = project.replace(practices=(*project.practices[:3], moved))
    assert Size.of(project) == Size(0, 3)
    assert {len(line) for line in offices(project)} == {1, 2}
    for number in range(30):
        drawn = {member.own for member in drawn_offices(project, 1, np.random.default_rng(number))}
        assert drawn in ({"base-0"}, {"base-2"}, {"base-1", "base-3"})
    twice = with_size(project, consultants={}, practices=drawn_offices(project, 6, np.random.default_rng(0)))
    follows = {practice.practice_id: practice.same_as for practice in twice.practices if practice.same_as}
    assert follows == {"base-3": "base-1", "base-3~1": "base-1~1"}


# --- Sizes ------------------------------------------------------------------------------------------


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
    project = prepared.project
    assert Size.of(project) == Size(2, 3)
    found = sizes(project, (1, 4), ())
    assert {size.consultants for size in found} == {1, 2, 4}
    assert {size.practices for size in found} == {2, 3, 4}
    assert sizes(project, (2,), (9,)) == (Size(2, 3), Size(2, 9))
    assert {size.consultants for size in sizes(project, (), ())} == {1, 2, 3, 4}


def test_weeks_are_planned_once_whatever_the_sets(prepared: Prepared) -> None:
    wanted = sizes(prepared.project, (1, 4), ())
    one, several = (
        Grid(prepared.project, wanted, WEEKS[:12], sets=sets, seed=0).tasks(
            prepared.travel.times, lambda project, _week: project
        )
        for sets in (1, 5)
    )
    assert len(one) == len(several) == 4 * 3 * 12  # consultants 1, 2, 3 and 4
    assert {task.scenario for task in several} >= {size.name for size in wanted}
    grid = Grid(prepared.project, wanted, WEEKS[:12], sets=5, seed=0)
    assert [len(own) for own in grid.sets.values()] == [5, 1, 5]
    turns = [grid.set_of(2, number) for number in range(12)]
    assert turns == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 0, 0]  # an even and an odd week each
    assert len(Grid(prepared.project, wanted, WEEKS[:5], sets=5, seed=0).sets[2]) == 2
    assert Grid(prepared.project, wanted, WEEKS[:12], sets=5, seed=1).sets != grid.sets
    asked = {
        task.week: {r.request_id for r in task.problem.requests} for task in several if task.scenario == "2x2"
    }
    drawn = [{member.own for member in own} for own in grid.sets[2]]
    for number, week in enumerate(WEEKS[:12]):
        practices = {id_ for id_ in asked[str(week)] if id_.startswith("P")}
        assert practices <= drawn[turns[number]]


def frontier(
    project: Project,
    wanted: Sequence[Size],
    figures: Mapping[str, Sequence[WeekFigures]],
    sample: Sample,
    *,
    today: Road,
    cost_dkk: float = 0.0,
    sets: int = 1,
) -> pd.DataFrame:
    """Return what comes of figures that are made up; five conversations are asked for in a week at all sizes."""
    grid = Grid(project, wanted, tuple(sample.stands_for), sets=sets, seed=0)
    found = Frontier(
        grid,
        figures,
        sample,
        lambda project, _week: [(project.practices[0], 5.0)],
        today=today,
        cost_dkk=cost_dkk,
    )
    assert found.by_base() is None
    return found.table()


def _figures(size: Size, week: Week, planned: int) -> WeekFigures:
    days = [_day(week, planned)]
    return week_figures(
        scenario=size.name,
        week=str(week),
        status="optimal" if planned < 9 else "feasible",
        requested=5,
        planned=planned,
        expected_held=expected_held(days, HEALTHY),
        days=written(days),
        by_base=json.dumps({"base": {"planned": planned, "room_s": 3600 * planned}}),
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
    project = project.replace(config=replace(project.config, costs=costs))
    wanted = (Size(1, 3), Size(2, 3), Size(3, 3), Size(3, 4), Size(4, 3))
    planned = {Size(1, 3): 2, Size(2, 3): 5, Size(3, 3): 5, Size(3, 4): 9}
    chosen = {WEEKS[3]: 13, WEEKS[16]: 13}
    figures = {size.name: [_figures(size, week, n) for week in chosen] for size, n in planned.items()}
    cost_dkk = 40_000.0
    sample = Sample(chosen, asked=5, is_drawn=False)
    table = frontier(project, wanted, figures, sample, today=_today(), cost_dkk=cost_dkk)
    assert list(table["is_today"]) == [False, True, False, False, False]
    own = table.iloc[1]
    assert own["requested_a_quarter"] == pytest.approx(65)
    assert own["planned_a_quarter"] == pytest.approx(52)
    assert own["expected_held_a_quarter"] == pytest.approx(104 * 0.7 / 2)
    assert own["cost_dkk_a_quarter"] == cost_dkk / 2
    assert own["cost_a_held_conversation_dkk"] == pytest.approx(own["cost_dkk_a_quarter"] / 36.4)
    # Who leaves works 4 hours a week, who comes 8, and each conversation takes a room for an hour.
    an_hour = 1 / 37 * 100_000 * 13 * 7 / 365.25
    less, more = table["cost_dkk_a_quarter"].iloc[[0, 2]]
    assert less == pytest.approx(cost_dkk / 2 - 4 * an_hour - 3 * 100 * 13)
    assert more == pytest.approx(cost_dkk / 2 + 8 * an_hour)
    # Three conversations a week less are planned, of which 0.7 would be held.
    assert table["planned_a_quarter"].iloc[0] == pytest.approx(52 - 39)
    assert table["expected_held_a_quarter"].iloc[0] == pytest.approx(36.4 - 39 * 0.7)
    assert list(table["on_frontier"]) == [True, True, False, True, False]
    assert list(table["proven_weeks"]) == [2, 2, 2, 0, 0]
    assert table["chance_of_goal"].iloc[3] > 0.99
    # One of which a week is not there has no figures.
    assert np.isnan(table["chance_of_goal"].iloc[4])
    assert np.isnan(table["expected_held_a_quarter"].iloc[4])


def test_sets_of_practices_say_how_far_it_matters_who_they_are(prepared: Prepared) -> None:
    """Two sets that hold 2 and 4 more a week, whatever the week, in turn for two weeks each."""
    wanted, weeks = (Size(2, 2), Size(2, 3)), dict.fromkeys(WEEKS[:12], 1)
    today = replace(_today(), weeks=WEEKS[:12], plans=_today().plans[:12], asked=(5.0,) * 12, goal=40)
    sample = Sample(weeks, asked=5, is_drawn=True)

    def found(noise: float) -> pd.Series:
        rng = np.random.default_rng(0)
        off = rng.permutation([-noise, noise] * 6)
        of_set = [4 + (2, 4)[number // 2 % 2] + off[number] for number in range(12)]
        figures = {
            "2x3": [_figures(Size(2, 3), week, 4) for week in weeks],
            "2x2": [_figures(Size(2, 2), week, int(n)) for week, n in zip(weeks, of_set, strict=True)],
        }
        return frontier(prepared.project, wanted, figures, sample, today=today, sets=2).iloc[0]

    row = found(0)
    assert row["practice_sets"] == 2
    quarter = 13
    assert row["expected_held_a_quarter"] == pytest.approx(0.7 * (4 + 3) * quarter)
    low, high = row["expected_held_low_a_quarter"], row["expected_held_high_a_quarter"]
    assert (low, high) == pytest.approx((0.7 * (4 + 2) * quarter, 0.7 * (4 + 4) * quarter))
    assert row["standard_error_a_quarter"] == pytest.approx(
        0.7 * np.std([2, 4], ddof=1) / math.sqrt(2) * quarter
    )
    # The chance is the mean of theirs, which lie on both sides of that of what is expected on average.
    means = [today.chance_where(today.expected + 0.7 * 12 * more)[0] for more in (2, 4)]
    assert row["chance_of_goal"] == pytest.approx(sum(means) / 2, abs=0.02)
    # What the weeks leave open is no spread of the sets.
    noisy = found(2)
    assert noisy["expected_held_high_a_quarter"] - noisy["expected_held_low_a_quarter"] < high - low
    assert noisy["standard_error_a_quarter"] > 0


def test_room_hours_cost_at_every_size(prepared: Prepared) -> None:
    project = prepared.project
    chosen, wanted = {WEEKS[3]: 13, WEEKS[16]: 13}, (Size(2, 3), Size(3, 3))
    hours = {"2x3": (1, 3), "3x3": (2, 6)}

    def cost_dkk(room_dkk_an_hour: int) -> float:
        costs = Costs(room_dkk_an_hour=room_dkk_an_hour)
        priced = project.replace(config=replace(project.config, costs=costs))
        figures = {
            size.name: [
                replace(
                    _figures(size, week, 5),
                    by_base=json.dumps({"base": {"planned": 5, "room_s": 3600 * each}}),
                )
                for week, each in zip(chosen, hours[size.name], strict=True)
            ]
            for size in wanted
        }
        sample = Sample(chosen, asked=5, is_drawn=False)
        table = frontier(priced, wanted, figures, sample, today=_today())
        return float(table["cost_dkk_a_quarter"].iloc[1])

    # One and three hours more, each for 6.5 weeks of the quarter.
    assert cost_dkk(100) - cost_dkk(0) == pytest.approx(100 * 6.5 * (1 + 3))


def test_what_more_consultants_cost_is_not_known_without_costs(prepared: Prepared) -> None:
    project = prepared.project.replace(config=replace(prepared.project.config, costs=None))
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


# --- Several bases ----------------------------------------------------------------------------------


def test_the_last_consultant_of_a_base_may_leave(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = write_project(
        tmp_path_factory.mktemp("bases"),
        settings=PROJECT["settings"].partition("[period]")[0]
        + "\n[period]\nstart = 2009-05-11\nend = 2009-05-24\ngoal_conversations = 5\n",
        practices=PROJECT["practices"]
        .replace(",priority\n", ",priority,base_id\n")
        .replace(",1,1\n", ",1,1,base\n")
        .replace(",2,1\n", ",2,1,b2\n")
        .replace(",1,2\n", ",1,2,base\n"),
        bases="base_id,name,address,postcode,city\nb2,Nord,Saxogade 94,1662,København V\n",
        consultants="consultant_id,name,base_id\nc1,Rådgiver 1,base\nc2,Rådgiver 2,base\nc3,Rådgiver 3,b2\n",
        shifts="consultant_id,weekday,start,end,lunch_minutes\n"
        + "".join(f"{who},{day},08:30,12:30,0\n" for who in ("c1", "c2", "c3") for day in ("mon", "tue")),
    )
    found = capacity(
        folder, draws=1, sampled_weeks=2, consultants=(1, 2), practices=(3,), varied=0, runs=Runs(workers=0)
    )
    assert found.failures == ()
    assert found.frontier is not None
    rows = {row["consultants"]: row for row in found.frontier.to_dict("records")}
    # Two are as good as one at the base; then whoever is missed least is the one at Nord.
    assert [rows[count]["placed"] for count in (1, 2, 3)] == ["−1 Jobcenter, −1 Nord", "−1 Jobcenter", ""]
    quarter = 13 / 2
    assert rows[3]["planned_a_quarter"] == pytest.approx((2 + 3) * quarter)  # P2 every second week
    assert rows[2]["planned_a_quarter"] == pytest.approx(rows[3]["planned_a_quarter"])
    assert rows[1]["planned_a_quarter"] == pytest.approx((2 + 2) * quarter)
    assert rows[1]["requested_a_quarter"] == pytest.approx(rows[3]["requested_a_quarter"])
    assert found.bases is not None
    assert set(zip(found.bases["base_id"], found.bases["consultants"], strict=True)) == {
        ("base", 1),
        ("base", 2),
        ("b2", 1),
    }
