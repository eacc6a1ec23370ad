"""Capacity as demand varies: a known world is hit, and the books of all what-ifs agree.

The known world has rooms for all that may be asked for, so that its numbers have closed forms: demand is
a Poisson number cut off at its most, citizens come or not, and the consultant is ill or not.
"""

import dataclasses
import datetime as dt
import itertools
import math
from collections.abc import Iterable
from functools import reduce
from pathlib import Path
from random import Random

import numpy as np
import pytest
from numpy.typing import NDArray
from scenario.joiners import PROJECT, write_project
from scipy import stats

from scheduler.base.errors import InputError
from scheduler.base.resources import example_folder
from scheduler.cli.simulate.capacity import show_capacity
from scheduler.cli.terminal import Terminal
from scheduler.model.clock import Week
from scheduler.model.config import SimulationSettings
from scheduler.model.project import Project
from scheduler.scenario.chance.outlook import WorkingDay
from scheduler.scenario.chancereports import capacity_report
from scheduler.scenario.compare import MEASURES
from scheduler.scenario.demand import mean_of_draws, quantile, uniform, with_drawn_demand
from scheduler.scenario.goals.drawing import Member
from scheduler.scenario.goals.goal import capacity
from scheduler.scenario.goals.grid import sampled
from scheduler.scenario.goals.needs import what_it_takes
from scheduler.scenario.goals.road import Capacity, Road, WeekPlan
from scheduler.scenario.goals.sizes import staff, with_size
from scheduler.scenario.goals.tally import held_in_all, mean
from scheduler.scenario.model import TODAY
from scheduler.scenario.runs.figures import solved
from scheduler.scenario.runs.running import Runs
from scheduler.scenario.simulation import simulate
from scheduler.scenario.telling import frontier_bases_table, sensitivity_table
from scheduler.scenario.weeks import tasks_of
from scheduler.services import planner
from scheduler.services.planner import Prepared
from scheduler.week.calendar import weeks_of_period

HERE = Runs(workers=0, time_limit_s=5)
MEASURE = {measure.name: measure for measure in MEASURES}
#: One base, and four of which each has a consultant and a practice of its own.
DAYS = ("mon", "tue", "wed", "fri")
ADDRESSES = (
    "Halmtorvet 29A,1700,København V,Vesterbro",
    "Istedgade 128,1650,København V,Vesterbro",
    "Valdemarsgade 42,1665,København V,Vesterbro",
    "Saxogade 94,1662,København V,Vesterbro",
)


def settings_of(goal: int, weeks: int, chance: str) -> str:
    last = Week(2009, 20).shift(weeks - 1).days[-1]
    return (
        PROJECT["settings"].partition("[period]")[0]
        + f"\n[period]\nstart = 2009-05-11\nend = {last}\ngoal_conversations = {goal}\n\n[simulation]\n{chance}"
    )


# --- A known world ----------------------------------------------------------------------------------

ASKED = 2
MOST = 2 * ASKED + 2
NO_SHOW, ILL = 0.3, 0.1
#: So many that a day of illness says nothing of the next one.
DAYS_ILL = 1 / (1 - ILL)
KNOWN_WEEKS, KNOWN_GOAL = 20, 25


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Capacity:
    """Return what is found of one practice with a room for all that may be asked for, on one day a week."""
    folder = write_project(
        tmp_path_factory.mktemp("known"),
        settings=settings_of(
            KNOWN_GOAL,
            KNOWN_WEEKS,
            f"no_show_share = {NO_SHOW}\nillness_share = {ILL}\nillness_days = {DAYS_ILL}\nride_spread = 0\n"
            "weather_spread = 0\nconversation_spread_minutes = 0\n",
        ),
        practices="practice_id,name,address,postcode,city,district,every_weeks,conversations\n"
        f"P1,Halmtorvet,{ADDRESSES[0]},1,{ASKED}\n",
        rooms="practice_id,weekday,start,end\nP1,wed,09:00,15:00\n",
        shifts="consultant_id,weekday,start,end,lunch_minutes\nc1,wed,08:00,16:00,0\n",
    )
    return capacity(folder, draws=6, sampled_weeks=0, runs=HERE)


def week_of_known_world() -> NDArray[np.float64]:
    """Return the distribution of what a week holds."""
    asked = stats.poisson(ASKED).pmf(np.arange(MOST + 1))
    asked[-1] = 1 - asked[:-1].sum()
    held = sum(
        share * np.pad(stats.binom(n, 1 - NO_SHOW).pmf(np.arange(n + 1)), (0, MOST - n))
        for n, share in enumerate(asked)
    )
    nothing = np.eye(MOST + 1)[0]
    return np.asarray((1 - ILL) * held + ILL * nothing)


def test_a_known_world_is_hit(known: Capacity) -> None:
    week = week_of_known_world()
    # Wednesday of week 23 is the day of the constitution, on which nobody works.
    open_weeks = KNOWN_WEEKS - sum(not plan[0].days for plan in known.plans)
    total = reduce(np.convolve, [week] * open_weeks)
    numbers = np.arange(len(total))
    # All that is asked for is planned, so the mean has no error but that of the arithmetic.
    assert known.expected == pytest.approx(float(total @ numbers))
    assert known.standard_error == pytest.approx(0, abs=1e-6)
    chance = float(total[KNOWN_GOAL:].sum())
    assert 0.2 < chance < 0.9
    assert abs(known.chance - chance) < max(4 * known.chance_error, 0.01)
    low, high = (int(np.searchsorted(np.cumsum(total), share)) for share in (0.05, 0.95))
    assert known.range() == pytest.approx((low, high), abs=1.5)
    # As the tables say there is less to chance.
    assert known.written is not None
    plain = stats.binom(ASKED, 1 - NO_SHOW)
    one = (1 - ILL) * plain.pmf(np.arange(ASKED + 1)) + ILL * np.eye(ASKED + 1)[0]
    as_written = reduce(np.convolve, [one] * open_weeks)
    assert known.written.chance == pytest.approx(float(as_written[KNOWN_GOAL:].sum()))
    assert known.written.standard_error == 0


def road_of_full_rooms(seed: int, *, draws: int = 4, weeks: int = 40, room_for: int = 3) -> Road:
    """Return weeks in which a room for 3 is often too small for what is asked for, each drawn some times."""
    drawn = []
    for number in range(weeks):
        week = Week(2009, 20).shift(number)
        plans = []
        for draw in range(draws):
            asked = quantile(uniform(seed, draw, "P1", week), ASKED)
            day = WorkingDay(
                consultant_id="c1", date=week.monday, conversations=min(asked, room_for), seen_share=1.0
            )
            plans.append(WeekPlan(requested=asked, days=(day,)))
        drawn.append(tuple(plans))
    return Road(
        weeks=tuple(Week(2009, 20).shift(number) for number in range(weeks)),
        plans=tuple(drawn),
        asked=(mean_of_draws(ASKED),) * weeks,
        held=0,
        goal=48,
        end=Week(2009, 20).shift(weeks - 1).days[-1],
        settings=SimulationSettings(no_show_share=NO_SHOW, illness_share=ILL, illness_days=DAYS_ILL),
    )


def test_errors_are_as_large_as_they_say() -> None:
    """Over many draws of the same world, the distance to the truth is what the stated error says, on average."""
    asked = stats.poisson(ASKED).pmf(np.arange(3))
    planned = [*asked, 1 - asked.sum()]
    week = np.zeros(4)
    for count, share in enumerate(planned):
        week[: count + 1] += share * (1 - ILL) * stats.binom(count, 1 - NO_SHOW).pmf(np.arange(count + 1))
    week[0] += ILL
    total = reduce(np.convolve, [week] * 40)
    expected, chance = float(total @ np.arange(len(total))), float(total[48:].sum())
    roads = [road_of_full_rooms(seed) for seed in range(60)]
    off = np.array([(road.expected - expected, road.chance - chance) for road in roads])
    errors = np.array([(road.standard_error, road.chance_error) for road in roads])
    ratio = np.sqrt((off**2).mean(axis=0) / (errors**2).mean(axis=0))
    assert ratio == pytest.approx([1, 1], abs=0.3)
    assert np.abs(off.mean(axis=0) / errors.mean(axis=0)).max() < 0.5  # a bias would grow with the seeds
    # What is asked for tells much of what is planned: without it the errors would be far larger.
    plain = math.sqrt(sum(np.var([plan.planned for plan in week], ddof=1) / 4 for week in roads[0].plans))
    assert roads[0].standard_error < 0.65 * plain * (1 - NO_SHOW) * (1 - ILL)


def test_draws_are_independent_of_how_the_weeks_are_mixed() -> None:
    """All ways to put the plans of a few weeks together, enumerated, have the distribution that is mixed."""
    rng = Random(3)
    days = [
        [
            [
                WorkingDay(
                    consultant_id=who,
                    date=Week(2009, 20).shift(week).monday,
                    conversations=rng.randint(0, 3),
                    seen_share=rng.uniform(0.8, 1),
                )
                for who in "ab"
            ]
            for _draw in range(2)
        ]
        for week in range(3)
    ]
    settings = SimulationSettings(no_show_share=0.2, illness_share=0.15, illness_days=3)
    ways = [
        held_in_all([[week[number]] for week, number in zip(days, way, strict=True)], settings)
        for way in itertools.product(range(2), repeat=3)
    ]
    size = max(map(len, ways))
    mixed = np.mean([np.pad(way, (0, size - len(way))) for way in ways], axis=0)
    found = held_in_all(days, settings)
    assert mean(found) == pytest.approx(mean(mixed))
    found = np.pad(found, (0, max(0, size - len(found))))
    assert np.abs(np.cumsum(found)[:size] - np.cumsum(mixed)).max() < 0.05


def test_demand_has_the_mean_that_is_known(known: Capacity) -> None:
    numbers = np.arange(MOST)
    assert mean_of_draws(ASKED) == pytest.approx(float((1 - stats.poisson(ASKED).cdf(numbers)).sum()))
    shares = (np.arange(20_000) + 0.5) / 20_000
    for usual in (0.4, 1, 2.5):
        drawn = [quantile(float(share), usual) for share in shares]
        assert np.mean(drawn) == pytest.approx(mean_of_draws(usual), abs=1e-3)
        assert max(drawn) <= math.ceil(2 * usual + 2)
    assert set(known.asked) <= {0, mean_of_draws(ASKED)}


# --- The books agree --------------------------------------------------------------------------------


def random_project(folder: Path, seed: int, bases: int, weeks: int = 4) -> Prepared:
    """Make a project with so many bases, and at each a consultant and some practices."""
    rng = Random(seed)
    ids = ["base", *(f"b{number}" for number in range(1, bases))]
    practices, rooms, consultants, shifts = [], [], [], []
    for number, base in enumerate(ids):
        consultants.append(f"c{number},Rådgiver {number},{base}\n")
        shifts += [f"c{number},{day},08:30,{rng.choice(('13:00', '15:00'))},0\n" for day in DAYS]
        for house in range(rng.randint(1, 2) if bases > 1 else 4):
            id_ = f"P{number}{house}"
            address = ADDRESSES[(number + house) % len(ADDRESSES)]
            practices.append(
                f"{id_},Praksis {id_},{address},{rng.choice((1, 1, 2))},{rng.randint(1, 2)},{base}\n"
            )
            day = rng.choice(DAYS)
            rooms.append(f"{id_},{day},09:00,{rng.choice(('10:30', '11:30', '13:00'))}\n")
    heading = "practice_id,name,address,postcode,city,district,every_weeks,conversations,base_id\n"
    chance = "no_show_share = 0.2\nillness_share = 0.1\nillness_days = 2\n"
    costs = "\n[costs]\nconsultant_dkk_a_year = 400000\nroom_dkk_an_hour = 100\nother_dkk_a_year = 100000\n"
    own = "".join(
        f"{id_},Base {id_},{ADDRESSES[number]}\n".replace(",Vesterbro", "")
        for number, id_ in enumerate(ids)
        if id_ != "base"
    )
    return planner.prepare(
        write_project(
            folder,
            settings=settings_of(10 * weeks, weeks, chance) + costs,
            practices=heading + "".join(practices),
            rooms="practice_id,weekday,start,end\n" + "".join(rooms),
            consultants="consultant_id,name,base_id\n" + "".join(consultants),
            shifts="consultant_id,weekday,start,end,lunch_minutes\n" + "".join(shifts),
            bases="base_id,name,address,postcode,city\n" + own if own else None,
        )
    )


def the_example(weeks: int) -> Prepared:
    prepared = planner.prepare(example_folder())
    config = prepared.project.config
    start = dt.date(2009, 9, 28)
    period = dataclasses.replace(
        config.period,
        start=start,
        end=start + dt.timedelta(days=7 * weeks - 1),
        goal_conversations=11 * weeks,
    )
    changed = prepared.project.replace(config=dataclasses.replace(config, period=period))
    return dataclasses.replace(prepared, project=changed)


@pytest.fixture(scope="module", params=["one base", "four bases", "the example"])
def prepared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    if request.param == "the example":
        return the_example(2)
    bases = 1 if request.param == "one base" else 4
    return random_project(tmp_path_factory.mktemp("random"), 5 + bases, bases)


@pytest.fixture(scope="module")
def found(prepared: Prepared) -> Capacity:
    return capacity(
        prepared,
        draws=3,
        seed=1,
        consultants=(len(prepared.project.consultants) + 1,),
        practices=(len(prepared.project.practices) + 1,),
        sampled_weeks=2,
        varied=0.2,
        runs=HERE,
    )


def test_capacity_expects_what_scenarios_expect(prepared: Prepared, found: Capacity) -> None:
    weeks = weeks_of_period(prepared.project)
    drawn = simulate(prepared, [], weeks, draws=3, seed=2, runs=HERE).difference(
        TODAY, MEASURE["expected_held"]
    )
    error = math.hypot(found.standard_error, drawn.value_error)
    assert abs(found.expected - drawn.value) < 4 * error + 1e-6
    assert found.written is not None
    plain = simulate(prepared, [], weeks, runs=HERE).value(TODAY, MEASURE["expected_held"])
    assert found.written.expected == pytest.approx(plain)


def test_the_frontier_at_todays_size_is_today(prepared: Prepared, found: Capacity) -> None:
    assert found.frontier is not None
    (today,) = found.frontier[found.frontier["is_today"]].to_dict("records")
    assert (today["consultants"], today["practices"]) == (
        len(prepared.project.consultants),
        len(prepared.project.practices),
    )
    quarter = 13 / len(found.weeks)
    assert today["requested_a_quarter"] == pytest.approx(sum(found.asked) * quarter)
    assert today["expected_held_a_quarter"] == pytest.approx(found.expected * quarter)
    assert today["planned_a_quarter"] == pytest.approx(sum(found.planned) * quarter)
    assert today["standard_error_a_quarter"] == pytest.approx(found.standard_error * quarter)
    assert today["chance_of_goal"] == pytest.approx(found.chance)
    assert today["chance_error"] == pytest.approx(found.chance_error)
    assert today["expected_held_low_a_quarter"] == today["expected_held_high_a_quarter"]
    assert today["expected_held_low_a_quarter"] == pytest.approx(found.expected * quarter)
    assert (today["practice_sets"], today["placed"]) == (1, "")


def test_the_frontier_at_todays_size_costs_what_scenarios_say(prepared: Prepared, found: Capacity) -> None:
    assert found.frontier is not None
    weeks = weeks_of_period(prepared.project)
    drawn = simulate(prepared, [], weeks, draws=3, seed=1, runs=HERE).value(TODAY, MEASURE["cost_dkk"])
    today = found.frontier[found.frontier["is_today"]].iloc[0]
    assert today["cost_dkk_a_quarter"] == pytest.approx(drawn * 13 / len(weeks))


def test_bases_add_up_to_the_sizes(prepared: Prepared, found: Capacity) -> None:
    assert found.frontier is not None
    staffed = {consultant.base_id for consultant in prepared.project.consultants}
    assert (found.bases is None) == (len(staffed) == 1)
    if found.bases is None:
        assert not found.frontier["placed"].any()
        return
    assert set(found.bases["base_id"]) == staffed
    sums = ("requested_a_quarter", "planned_a_quarter", "expected_held_a_quarter")
    today = len(prepared.project.consultants)
    sizes = {(row["consultants"], row["practices"]): row for row in found.frontier.to_dict("records")}
    for practices, bases in found.bases.groupby("all_practices"):
        now = sizes[today, practices]
        own = {(row["base_id"], row["consultants"]): row for row in bases.to_dict("records")}
        assert sum(own[base_id, 1]["practices"] for base_id in staffed) == practices
        for name in sums:
            assert sum(own[base_id, 1][name] for base_id in staffed) == pytest.approx(now[name]), name
        # Whoever comes is at the base where that brings most.
        held = "expected_held_a_quarter"
        brings = {base_id: own[base_id, 2][held] - own[base_id, 1][held] for base_id in staffed}
        more = sizes[today + 1, practices]
        assert more[held] - now[held] == pytest.approx(max(brings.values()))
        names = {place.name: place.place_id for place in prepared.project.bases}
        assert more["placed"].startswith("+1 ")
        assert brings[names[more["placed"].removeprefix("+1 ")]] == pytest.approx(max(brings.values()))


def test_bases_are_told_on_the_page_and_the_terminal(
    prepared: Prepared, found: Capacity, capsys: pytest.CaptureFixture[str]
) -> None:
    needs = what_it_takes(found, 0.9)
    show_capacity(Terminal(), found, needs)
    terminal = capsys.readouterr()
    page = capacity_report(found, needs, 0.9)
    told = "What each base would hold in a quarter with its own consultants"
    assert (told in page) == (told in terminal.out) == (found.bases is not None)
    assert "<td>+1 " in page or found.bases is None
    assert "Without a price in the settings" in page
    assert "Without a price in the settings" in terminal.err
    if found.bases is not None:
        today = len(prepared.project.practices)
        table = frontier_bases_table(found.bases)
        assert len(table) == sum(found.bases["all_practices"] == today)
        assert sum(table[""] == "today") == len(set(found.bases["base_id"]))
        assert all(name in page for name in set(found.bases["name"]))


def test_a_consultant_more_is_the_scenario_with_their_twin(prepared: Prepared, found: Capacity) -> None:
    """Put together from weeks in which every base has one more, it is what comes of the one alone."""
    assert found.frontier is not None
    project = prepared.project
    if found.bases is None:
        return
    weeks = weeks_of_period(project)
    row = found.frontier[
        (found.frontier["consultants"] == len(project.consultants) + 1)
        & (found.frontier["practices"] == len(project.practices))
    ].iloc[0]
    base_id = next(b.place_id for b in project.bases if row["placed"] == f"+1 {b.name}")
    sample = sampled(weeks, 2)
    wanted = {own: 1 + (own == base_id) for own in staff(project)}
    more, today = (
        planned_in(prepared, with_size(project, consultants=people, practices=everybody(project)), sample)
        for people in (wanted, dict.fromkeys(wanted, 1))
    )
    apart = sum(count * (more[week] - today[week]) for week, count in sample.items())
    own = found.frontier[found.frontier["is_today"]].iloc[0]
    quarter = 13 / len(weeks)
    assert row["planned_a_quarter"] - own["planned_a_quarter"] == pytest.approx(apart * quarter)


def everybody(project: Project) -> tuple[Member, ...]:
    return tuple(Member(practice.practice_id, practice.practice_id) for practice in project.practices)


def planned_in(prepared: Prepared, project: Project, weeks: Iterable[Week]) -> dict[Week, int]:
    """Return how many conversations are planned in each week, with the demand of the first draw."""
    found = {}
    for week in weeks:
        asked = with_drawn_demand(project, week, seed=1, draw=1)
        ready = dataclasses.replace(prepared, project=asked)
        (task,) = tasks_of(TODAY, ready, [week])
        found[week] = solved(task).planned
    return found


def test_a_price_times_its_number_is_the_cost(found: Capacity) -> None:
    assert found.frontier is not None
    for row in found.frontier.to_dict("records"):
        cost = row["cost_dkk_a_quarter"]
        assert row["cost_a_planned_conversation_dkk"] * row["planned_a_quarter"] == pytest.approx(cost)
        assert row["cost_a_held_conversation_dkk"] * row["expected_held_a_quarter"] == pytest.approx(cost)


def test_the_fan_ends_where_the_answer_is(found: Capacity) -> None:
    last = found.fan().iloc[-1]
    assert last["expected_held"] == pytest.approx(found.expected)
    assert last["standard_error"] == pytest.approx(found.standard_error)
    assert last["chance_of_goal"] == pytest.approx(found.chance)
    assert last["chance_error"] == pytest.approx(found.chance_error)
    assert (last["held_p05"], last["held_p95"]) == found.range()
    assert found.written is not None
    assert last["chance_of_goal_as_written"] == pytest.approx(found.written.chance)


# --- What moves the answer --------------------------------------------------------------------------


def test_each_assumption_moves_the_answer_as_it_is_recounted(found: Capacity) -> None:
    table = found.sensitivity
    assert table is not None
    assert list(table["swing"]) == sorted(table["swing"], reverse=True)
    rows = {row["assumption"]: row for row in table.to_dict("records")}
    assert {"no_show_share", "illness_share", "demand_a_week", "conversation_minutes"} <= rows.keys()
    for name, share in (("no_show_share", 0.2), ("illness_share", found.settings.illness_share)):
        row = rows[name]
        assert (row["low"], row["high"]) == pytest.approx((0.8 * share, 1.2 * share))
        for side in ("low", "high"):
            # So many more or fewer come, or are well, of those that would be held otherwise.
            assert row[f"expected_held_{side}"] == pytest.approx(
                found.expected * (1 - row[side]) / (1 - share)
            )
            other = found.under(dataclasses.replace(found.settings, **{name: row[side]}))
            assert row[f"chance_of_goal_{side}"] == pytest.approx(other.chance)
        if not math.isnan(row["break_even"]):
            there = found.under(dataclasses.replace(found.settings, **{name: row["break_even"]}))
            assert there.expected == pytest.approx(found.goal)
    demand = rows["demand_a_week"]
    assert demand["expected_held_low"] <= demand["expected_held_high"] + 0.1  # rooms may be full anyway
    assert demand["today"] == pytest.approx(sum(found.asked) / len(found.weeks))


def test_a_week_that_a_change_makes_impossible_has_no_figures(tmp_path: Path) -> None:
    """A meeting that can just be ridden to cannot be by whoever is slower."""
    folder = write_project(
        tmp_path,
        settings=settings_of(5, 2, "no_show_share = 0\n"),
        places="place_id,name,address,postcode,city\nfar,Kursussted,Toftegårds Plads 1,2500,Valby\n",
        engagements="engagement_id,title,kind,consultant_id,weekday,date,start,end,place\n"
        "far,Kursus,course,c1,mon,,08:50,09:00,far\n",
    )
    prepared = planner.prepare(folder)
    ride_s = int(prepared.travel.times.seconds[0, prepared.travel.times.index()["far"]])
    minutes = -(-(ride_s + 120) // 60)
    start = 8 * 60 + 30 + minutes
    late = dataclasses.replace(prepared.project.engagements[0], start_s=60 * start, end_s=60 * start + 600)
    prepared = dataclasses.replace(prepared, project=prepared.project.replace(engagements=(late,)))
    found = capacity(prepared, draws=1, sampled_weeks=2, consultants=(), practices=(3,), runs=HERE)
    assert found.sensitivity is not None
    rows = {row["assumption"]: row for row in found.sensitivity.to_dict("records")}
    assert math.isnan(rows["speed_kph"]["expected_held_low"])
    assert not math.isnan(rows["speed_kph"]["expected_held_high"])
    assert "demand_a_week" not in rows  # as the tables say, it is not drawn
    words_of = sensitivity_table(found.sensitivity)
    assert "impossible" in set(words_of["Difference"])


@pytest.mark.parametrize(
    ("changed", "reason"), [({"draws": 0}, "draws"), ({"varied": 0.6}, "from 0 to a half")]
)
def test_wrong_arguments_are_told(prepared: Prepared, changed: dict[str, float], reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        capacity(prepared, **changed)  # type: ignore[arg-type]
