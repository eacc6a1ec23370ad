"""The road to the goal, what it takes, and the command `hjul simulate capacity`."""

import csv
import dataclasses
import datetime as dt
import math
from collections.abc import Callable
from pathlib import Path

import pytest
from scenario.joiners import PROJECT, write_project

from scheduler import cli
from scheduler.base.errors import InputError, SchedulerError
from scheduler.model.clock import Week
from scheduler.model.config import SimulationSettings
from scheduler.scenario.chance.outlook import WorkingDay, expected_held, read
from scheduler.scenario.chance.robustness import carry_out
from scheduler.scenario.goals.goal import capacity
from scheduler.scenario.goals.needs import what_it_takes
from scheduler.scenario.goals.road import Capacity, WeekPlan
from scheduler.scenario.goals.tally import held_by_week, mean
from scheduler.scenario.model import TODAY, Task
from scheduler.scenario.runs.figures import solved
from scheduler.scenario.runs.running import Runs
from scheduler.services import planner
from scheduler.services.planner import Prepared
from scheduler.solver.engine import solve

# The consultant works on Mondays and Tuesdays: in the first week that is before the period.
PERIOD = """
[period]
start = 2009-05-13
end = 2009-06-29
goal_conversations = 11
"""
SETTINGS = PROJECT["settings"].partition("[period]")[0] + PERIOD


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_project(tmp_path_factory.mktemp("project"), settings=SETTINGS)


@pytest.fixture(scope="module")
def prepared(folder: Path) -> Prepared:
    return planner.prepare(folder)


@pytest.fixture(scope="module")
def found(prepared: Prepared) -> Capacity:
    return capacity(
        prepared,
        draws=1,
        runs=Runs(workers=0),
        sampled_weeks=3,
        consultants=(1, 2),
        practices=(1, 3, 6),
    )


def test_all_weeks_of_the_period_are_planned_and_only_its_days_count(found: Capacity) -> None:
    assert (found.weeks[0], found.weeks[-1], len(found.weeks)) == (Week(2009, 20), Week(2009, 27), 8)
    assert found.failures == ()
    assert found.sensitivity is not None
    assert found.planned[0] == 0 < found.asked[0]
    assert {day.date for day in found.plans[-1][0].days} == {dt.date(2009, 6, 29)}
    # P1 and P3 every week, P2 every other. On Whit Monday (W23) there is only P3, and in the last week
    # P3 is after the period.
    assert list(found.planned) == [0, 2, 3, 1, 3, 2, 3, 1]
    assert list(found.asked) == [3, 2, 3, 2, 3, 2, 3, 2]


def test_the_road_is_that_of_the_distribution(found: Capacity) -> None:
    fan = found.fan()
    assert list(fan["week"]) == [str(week) for week in found.weeks]
    assert fan["expected_held"].iloc[-1] == pytest.approx(found.expected)
    seen = sum(day.conversations * day.seen_share for (plan,) in found.plans for day in plan.days)
    assert found.expected == pytest.approx(0.8 * 0.95 * seen)
    assert fan["chance_of_goal"].iloc[-1] == found.chance
    assert fan["chance_of_goal"].is_monotonic_increasing
    quantiles = fan[[f"held_p{percent:02}" for percent in (5, 25, 50, 75, 95)]]
    assert (quantiles.diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)
    assert found.range() == (quantiles.iloc[-1, 0], quantiles.iloc[-1, -1])
    assert set(fan["goal_conversations"]) == {11}


def test_what_is_held_before_comes_on_top(prepared: Prepared, found: Capacity) -> None:
    alone = {"draws": 1, "runs": Runs(workers=0), "sampled_weeks": 0}
    later = capacity(prepared, held=5, since=Week(2009, 24), **alone)  # type: ignore[arg-type]
    assert later.frontier is None
    assert later.planned == found.planned[4:]
    assert later.missing == 6
    assert later.expected == pytest.approx(5 + 0.8 * 0.95 * sum(later.planned), rel=0.01)
    assert capacity(prepared, held=11, since=Week(2009, 27), **alone).chance == 1  # type: ignore[arg-type]


def test_a_week_promises_what_carrying_it_out_holds(prepared: Prepared) -> None:
    problem = planner.problem(prepared, Week(2009, 21))
    settings = SimulationSettings(
        no_show_share=0.3, illness_share=0.2, ride_spread=0.6, conversation_spread_minutes=30
    )
    promised = solved(Task(scenario=TODAY, week="2009-W21", problem=problem, simulation=settings))
    days = read(promised.days)
    assert [(day.consultant_id, day.date) for day in days] == [
        (d.consultant_id, d.date) for d in problem.days
    ]
    (total,) = held_by_week([[days]], settings)
    summary = carry_out(problem, solve(problem).roster, settings, draws=4000).summary()
    assert promised.planned == summary.planned_conversations
    assert mean(total) == pytest.approx(promised.expected_held)
    assert expected_held(days, settings) == promised.expected_held
    # Each is drawn a thousand times at least; what delay takes is the same chance in both.
    assert abs(promised.expected_held - summary.expected_held) < 4 * summary.standard_error


def test_sizes_are_compared_with_today(found: Capacity) -> None:
    table = found.frontier
    assert table is not None
    assert list(zip(table["consultants"], table["practices"], strict=True)) == [
        (people, offices) for people in (1, 2) for offices in (1, 3, 6)
    ]
    today = table[table["is_today"]].iloc[0]
    assert today["expected_held_a_quarter"] == pytest.approx(found.expected * 13 / 8)
    assert today["planned_a_quarter"] == pytest.approx(sum(found.planned) * 13 / 8)
    assert today["standard_error_a_quarter"] == today["chance_error"] == 0
    assert today["chance_of_goal"] == pytest.approx(found.chance)
    held = table.set_index(["consultants", "practices"])["expected_held_a_quarter"]
    assert held[1, 1] < held[1, 3] < held[1, 6] < held[2, 6]
    assert (table["proven_weeks"] == 3).all()


# --- What it takes ----------------------------------------------------------------------------------


def road(goal: int, no_show_share: float = 0.2, conversations: int = 4) -> Capacity:
    """Return ten weeks with so many conversations on each of two days."""
    monday = Week(2009, 20).monday
    days = tuple(
        tuple(
            WorkingDay(
                consultant_id="c",
                date=monday + dt.timedelta(days=7 * week + day),
                conversations=conversations,
                seen_share=0.99,
            )
            for day in range(2)
        )
        for week in range(10)
    )
    return Capacity(
        weeks=tuple(Week(2009, 20).shift(week) for week in range(10)),
        plans=tuple((WeekPlan(requested=2 * conversations, days=its),) for its in days),
        asked=(2.0 * conversations,) * 10,
        held=0,
        goal=goal,
        end=dt.date(2009, 7, 31),
        settings=SimulationSettings(no_show_share=no_show_share, illness_share=0.05),
    )


def _needs(found: Capacity, chance: float = 0.9) -> dict[str, dict[str, float]]:
    return what_it_takes(found, chance).set_index("lever").to_dict("index")  # type: ignore[return-value]  # columns are texts


@pytest.mark.parametrize(("goal", "enough"), [(45, True), (58, False)])
def test_the_largest_share_of_no_shows_is_where_the_chance_is_lost(goal: int, enough: bool) -> None:
    found = road(goal)
    assert (found.chance >= 0.9) == enough
    need = _needs(found)["no_show_share"]
    assert need["today"] == 0.2
    assert (need["needed"] >= 0.2) == enough
    assert need["chance"] >= 0.9
    assert road(goal, need["needed"]).chance == pytest.approx(need["chance"])
    assert road(goal, need["needed"] + 2e-5).chance < 0.9


def test_the_fewest_further_conversations_are_found() -> None:
    found = road(62)
    need = _needs(found)["planned_a_week"]
    more = round(10 * (need["needed"] - need["today"]))
    assert need["today"] == 8
    assert more > 0
    # As if they were planned on days of their own, on which illness is as independent as citizens are.
    one = 0.8 * 0.95

    def chance_with(count: int) -> float:
        pmf = found.by_week[-1]
        return sum(
            math.comb(count, k) * one**k * (1 - one) ** (count - k) * float(pmf[max(62 - k, 0) :].sum())
            for k in range(count + 1)
        )

    assert need["chance"] >= 0.9
    assert chance_with(more) == pytest.approx(need["chance"])
    assert chance_with(more - 1) < 0.9


def test_where_there_is_room_fewer_conversations_suffice() -> None:
    need = _needs(road(40))["planned_a_week"]
    assert need["needed"] < need["today"] == 8
    assert need["chance"] >= 0.9


def test_where_nothing_suffices_that_is_said() -> None:
    needs = _needs(road(100))
    assert math.isnan(needs["no_show_share"]["needed"])
    assert needs["planned_a_week"]["needed"] > 8
    nobody = _needs(road(100, no_show_share=1))
    assert math.isnan(nobody["planned_a_week"]["needed"])
    assert math.isnan(nobody["planned_a_week"]["chance"])


def test_a_goal_that_is_reached_takes_nothing() -> None:
    needs = _needs(road(0, no_show_share=1))
    assert needs["no_show_share"]["needed"] == 1
    assert needs["planned_a_week"]["needed"] == 0


def test_the_fewest_practices_and_consultants_of_those_planned_are_found(found: Capacity) -> None:
    needs = _needs(dataclasses.replace(found, goal=11))
    table = found.frontier
    assert table is not None
    for lever, other in (("practices", "consultants"), ("consultants", "practices")):
        today = table[table["is_today"]].iloc[0]
        alike = table[(table[other] == today[other]) & (table["chance_of_goal"] >= 0.9)]
        assert needs[lever]["today"] == today[lever]
        expected = alike[lever].min() if len(alike) else math.nan
        assert needs[lever]["needed"] == pytest.approx(expected, nan_ok=True)


# --- Bad input --------------------------------------------------------------------------------------


def test_a_project_without_period_has_no_goal(tmp_path: Path) -> None:
    folder = write_project(tmp_path, settings=SETTINGS.replace(PERIOD, ""))
    with pytest.raises(InputError, match="no section \\[period\\]"):
        capacity(folder)


def test_what_is_held_is_held_before_some_week(prepared: Prepared) -> None:
    with pytest.raises(InputError, match="in which week"):
        capacity(prepared, held=3)
    with pytest.raises(InputError, match="0 or more"):
        capacity(prepared, held=-3)
    with pytest.raises(
        InputError, match="2009-W30 does not lie in the project's period, 2009-W20 to 2009-W27"
    ):
        capacity(prepared, held=3, since=Week(2009, 30))


def test_all_that_is_wrong_is_told_before_anything_is_planned(tmp_path: Path) -> None:
    pins = "id,date,start\nP1,2009-05-25,07:00\nP1,2009-06-08,20:00\n"
    with pytest.raises(InputError) as wrong:
        capacity(write_project(tmp_path, settings=SETTINGS, pins=pins))
    assert len(wrong.value.problems) == 2


def test_an_early_end_has_no_chance(prepared: Prepared, tmp_path: Path) -> None:
    with pytest.raises(SchedulerError, match="before all weeks") as stopped:
        capacity(prepared, runs=Runs(workers=0, folder=tmp_path, stop=lambda: True))
    assert str(tmp_path) in stopped.value.hint


# --- The command ------------------------------------------------------------------------------------

Hjul = Callable[..., tuple[int, str, str]]


@pytest.fixture
def hjul(capfd: pytest.CaptureFixture[str], folder: Path, tmp_path: Path) -> Hjul:
    def run(*arguments: str) -> tuple[int, str, str]:
        common = ["--lang", "en", "--data", str(folder), "--out", str(tmp_path), "simulate", "capacity"]
        code = cli.run([*common, "--workers", "0", *arguments])
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return run


def test_the_command_tells_chance_road_needs_and_sizes(hjul: Hjul, tmp_path: Path) -> None:
    code, out, _err = hjul("--sample", "2", "--consultants", "2", "--practices", "2", "--draws", "2")
    assert code == 0
    assert "The chance to hold 11 conversations by 29 June 2009: " in out
    assert "What it takes for a chance of 90.0 %" in out
    assert "Conversations in a quarter" in out
    folder = tmp_path / "simulate" / "capacity"
    for name, rows in (("road", 8), ("needs", 4), ("frontier", 4), ("sensitivity", 5)):
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            assert len(list(csv.DictReader(file))) == rows
    code, _out, err = hjul("--held", "4", "--from", "uge 24 2009", "--sample", "0", "--draws", "2")
    assert code == 0
    assert "Planning 0 of " in err  # all were planned before


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--from", "next week"), "--from"),
        (("--consultants", "2,none"), "--consultants"),
        (("--practices", "0"), "--practices"),
        (("--held", "3"), "in which week"),
    ],
)
def test_wrong_arguments_are_told(hjul: Hjul, arguments: tuple[str, ...], expected: str) -> None:
    code, _out, err = hjul(*arguments)
    assert code == 2
    assert expected in err
