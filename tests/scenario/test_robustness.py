"""What a week comes to under chance: figures that add up, and are those of arithmetic where it knows them."""

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from random_problems import small_week
from scenario.joiners import write_project

from scheduler.base.errors import InputError, InvalidRosterError
from scheduler.checks.bound import BoundCheck
from scheduler.model.clock import Week
from scheduler.model.config import SimulationSettings
from scheduler.model.problem import Problem
from scheduler.model.roster import Roster
from scheduler.model.rosterfile import dump
from scheduler.model.text import Text
from scheduler.outputs.names import ROSTER
from scheduler.scenario.chance.calm import Calm, price_of_calm, roster_in, simulate_week
from scheduler.scenario.chance.robustness import CAUSES, Robustness, carry_out
from scheduler.services import decide, planner
from scheduler.services.planner import Prepared
from scheduler.solver.engine import solve

STILL = SimulationSettings(
    no_show_share=0, illness_share=0, ride_spread=0, weather_spread=0, conversation_spread_minutes=0
)
WEEK = Week(2009, 20)


@pytest.fixture(scope="module")
def problem() -> Problem:
    return small_week(3, practices=8)


@pytest.fixture(scope="module")
def roster(problem: Problem) -> Roster:
    return solve(problem, explain=False).roster


@pytest.fixture(scope="module")
def found(problem: Problem, roster: Roster) -> Robustness:
    rough = SimulationSettings(
        illness_share=0.1, ride_spread=0.5, weather_spread=0.5, conversation_spread_minutes=20
    )
    return carry_out(problem, roster, rough, draws=2000)


def test_without_chance_all_is_certain(problem: Problem, roster: Roster) -> None:
    still = carry_out(problem, roster, STILL, draws=2)
    summary = still.summary()
    assert summary.expected_held == summary.held_p05 == summary.held_p95 == summary.planned_conversations > 0
    assert summary.standard_error == 0
    assert summary.lost_home_visits == 0
    chances = [value for name, value in dataclasses.asdict(summary).items() if name.startswith("chance_")]
    assert chances == [1.0] * 5
    for table in (still.stops(), still.conversations(), still.back()):
        assert (table.filter(like="chance_") == 1).all(axis=None)
    assert still.distribution()["chance_held"].iloc[-1] == 1


def test_what_is_booked_is_held_or_lost_to_one_cause(found: Robustness) -> None:
    assert set(found.lost) == set(CAUSES)
    assert all(count.min() >= 0 and count.any() for count in found.lost.values())
    assert (found.held + sum(found.lost.values()) == found.planned).all()
    fates = ["expected_held", *(f"lost_to_{cause}" for cause in CAUSES)]
    for table in (found.stops(), found.back()):
        assert table["planned_conversations"].sum() == found.planned
        assert np.allclose(table[fates].sum(axis=1), table["planned_conversations"])
    talks = found.conversations()
    assert len(talks) == found.planned
    assert np.allclose(talks[fates].sum(axis=1), 1)
    summary = found.summary()
    for table in (found.stops(), talks, found.back()):
        assert table["expected_held"].sum() == pytest.approx(summary.expected_held)
        assert table["lost_to_delay"].sum() == pytest.approx(summary.lost_to_delay)


def test_tables_have_a_row_for_everything_that_is_booked(found: Robustness, roster: Roster) -> None:
    booked = [s for round_ in roster.rounds for s in round_.stops if s.kind != "desk"]
    assert list(found.stops()["id"]) == [stop.id for stop in booked]
    assert list(found.back()["consultant_id"]) == [round_.consultant_id for round_ in roster.rounds]
    assert str(found.stops()["booked_start"].dtype).endswith("Europe/Copenhagen]")
    homes = found.stops().query("kind == 'home_visit'")
    assert set(homes["name"]) == {"Home visit"}
    within = found.stops()[[f"chance_within_{minutes}_min" for minutes in (0, 5, 15)]]
    assert (within.diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)
    assert (within.iloc[:, -1] <= found.stops()["chance_made"]).all()


def test_the_distribution_is_that_of_the_draws(found: Robustness) -> None:
    table = found.distribution()
    assert list(table["conversations"]) == list(range(found.planned + 1))
    chances = table.filter(like="chance_")
    assert np.allclose(chances.sum(), 1)
    assert (table["conversations"] * table["chance_held"]).sum() == pytest.approx(found.held.mean())
    assert (table["chance_held"].to_numpy() == table["chance_lost"].to_numpy()[::-1]).all()
    summary = found.summary()
    assert (found.held < summary.held_p05).mean() <= 0.05 <= (found.held <= summary.held_p05).mean()
    assert (found.held > summary.held_p95).mean() <= 0.05 <= (found.held >= summary.held_p95).mean()


def test_expected_losses_are_those_of_arithmetic(problem: Problem, roster: Roster) -> None:
    settings = dataclasses.replace(STILL, no_show_share=0.3, illness_share=0.1)
    summary = carry_out(problem, roster, settings, draws=20_000).summary()
    booked = summary.planned_conversations
    assert summary.lost_to_delay == 0
    assert summary.lost_to_illness == pytest.approx(0.1 * booked, rel=0.05)
    assert summary.lost_to_no_show == pytest.approx(0.9 * 0.3 * booked, rel=0.05)
    assert abs(summary.expected_held - 0.9 * 0.7 * booked) < 5 * summary.standard_error


def test_the_same_seed_gives_the_same_figures(problem: Problem, roster: Roster) -> None:
    first, again, other = (
        carry_out(problem, roster, SimulationSettings(), draws=500, seed=seed).summary() for seed in (4, 4, 5)
    )
    assert first == again != other


def test_a_roster_without_rounds_keeps_all_its_times(problem: Problem, roster: Roster) -> None:
    empty = carry_out(problem, roster.replace(rounds=()), SimulationSettings(), draws=10)
    for table in (empty.stops(), empty.conversations(), empty.back()):
        assert len(table) == 0
        assert {"date", "consultant_id", "expected_held"} <= set(table.columns)
    summary = empty.summary()
    assert summary.planned_conversations == summary.expected_held == 0
    assert summary.chance_week_within_15_min == summary.chance_back_by_shift_end == 1


# --- From the folder on ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return planner.prepare(write_project(tmp_path_factory.mktemp("project")))


@pytest.fixture(scope="module")
def calm(prepared: Prepared) -> Calm:
    return price_of_calm(prepared, WEEK, (10,), draws=500)


def test_slack_keeps_more_times_and_costs_points(calm: Calm, prepared: Prepared) -> None:
    table = calm.table()
    assert list(table["slack_minutes"]) == [0, 10]
    without, with_slack = calm.slacks
    assert without.score == solve(planner.problem(prepared, WEEK)).roster.score
    assert with_slack.score >= without.score
    assert with_slack.score == table["score_points"].iloc[1]
    assert calm.terms().groupby("slack_minutes")["points"].sum().tolist() == table["score_points"].tolist()
    assert table["chance_visit_within_0_min"].is_monotonic_increasing
    assert table["chance_visit_within_0_min"].iloc[1] > 0.95 > table["chance_visit_within_0_min"].iloc[0]
    difference = (with_slack.robustness.held - without.robustness.held).mean()
    assert table["held_difference"].tolist() == [0, difference]


def test_both_rosters_meet_the_same_chance(calm: Calm) -> None:
    lost = [slack.robustness.lost for slack in calm.slacks]
    booked = [slack.robustness.planned for slack in calm.slacks]
    assert booked[0] == booked[1]
    comes = [
        {
            (stop.stop.id, number): talk.comes
            for round_ in slack.robustness.rounds
            for stop in round_.stops
            for number, talk in enumerate(stop.conversations)
        }
        for slack in calm.slacks
    ]
    assert all((comes[0][key] == comes[1][key]).all() for key in comes[0])
    assert lost[0].keys() == lost[1].keys()


def test_a_roster_with_slack_whose_bound_is_wrong_is_refused(
    prepared: Prepared, calm: Calm, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = BoundCheck(verified=False, bound=1, detail=Text("a better one exists"))
    monkeypatch.setattr(decide, "check_bound", lambda *_arguments, **_options: wrong)
    with pytest.raises(InvalidRosterError, match="a better one exists"):
        price_of_calm(prepared, WEEK, (10,), roster=calm.slacks[0].robustness.roster, draws=10)


def test_a_written_roster_is_carried_out_as_it_is(prepared: Prepared, calm: Calm, tmp_path: Path) -> None:
    roster = calm.slacks[0].robustness.roster
    assert roster_in(tmp_path, WEEK) is None
    (tmp_path / str(WEEK)).mkdir()
    (tmp_path / str(WEEK) / ROSTER).write_bytes(dump(roster))
    again = roster_in(tmp_path, WEEK)
    assert again is not None
    found = simulate_week(prepared, WEEK, roster=again, draws=500)
    assert found.summary() == calm.slacks[0].robustness.summary()
    pd.testing.assert_frame_equal(found.stops(), calm.slacks[0].robustness.stops())


def test_a_roster_of_other_tables_is_refused(prepared: Prepared, calm: Calm) -> None:
    roster = calm.slacks[0].robustness.roster
    with pytest.raises(InputError) as refused:
        simulate_week(prepared, WEEK.shift(1), roster=roster)
    assert "hjul plan 2009-W21" in refused.value.hint
    shifts = tuple(shift for shift in prepared.project.shifts if shift.weekday)
    fewer = dataclasses.replace(prepared, project=prepared.project.replace(shifts=shifts))
    with pytest.raises(InputError, match="a round on a day without a shift"):
        simulate_week(fewer, WEEK, roster=roster)


@pytest.mark.parametrize("slack", [-1, 61])
def test_impossible_slack_is_refused(prepared: Prepared, slack: int) -> None:
    with pytest.raises(InputError, match="from 0 to 60"):
        price_of_calm(prepared, WEEK, (slack,))


def test_no_draws_are_refused(prepared: Prepared) -> None:
    with pytest.raises(InputError, match="at least 1"):
        simulate_week(prepared, WEEK, draws=0)


def test_slack_that_makes_appointments_impossible_is_said_to_be_the_reason(tmp_path: Path) -> None:
    folder = write_project(
        tmp_path,
        engagements="engagement_id,title,kind,consultant_id,weekday,start,end,place\n"
        "e1,Undervisning,teaching,c1,mon,08:45,09:15,P1\n",
    )
    prepared = planner.prepare(folder)
    with pytest.raises(InputError, match="cannot ride") as refused:
        price_of_calm(prepared, WEEK, (30,))
    assert "30 minutes of slack" in refused.value.hint
