"""The books agree: candidates, their steps and total, scenarios with them, bases and costs, on many projects."""

import dataclasses
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from scenario.joiners import Plans

from benchmarks.centres import write_example
from scheduler.base.resources import example_folder
from scheduler.inputs.candidates import Candidate
from scheduler.scenario import Scenario, scenarios_of, simulate
from scheduler.scenario.compare import BASE_MEASURES, MEASURES, Comparison
from scheduler.scenario.model import COLUMNS, TODAY, Task
from scheduler.scenario.practices.candidates import Ranking, rank
from scheduler.scenario.practices.newcomers import locate_candidates
from scheduler.scenario.runs.figures import solved
from scheduler.scenario.runs.running import Ran, Runs
from scheduler.scenario.runs.tasks import question
from scheduler.scenario.scenariofile import written
from scheduler.scenario.taking import taken
from scheduler.scenario.weeks import default_weeks, study
from scheduler.services.planner import Prepared, prepare

#: A project with candidates, the ids whose coordinates are exact, and how much of it is looked at.
Case = tuple[Prepared, tuple[Candidate, ...], frozenset[str]]
WEEKS = ("2009-W15", "2009-W18")


def invented(folder: Path, bases: int, seed: int) -> Case:
    """Return a random project with one or four bases, and candidates for it; of four, from any of them."""
    write_example(folder, centres=max(bases, 2), practices=4, consultants=1, seed=seed)
    prepared = prepare(folder)
    if bases > 1:
        text = (folder / "scenarios.toml").read_text(encoding="utf-8")
        fewer = "".join(line for line in text.splitlines(keepends=True) if '-04"' not in line)
        scenarios = scenarios_of(fewer, prepared.project, folder)
        last = scenarios[-1].name
        prepared = study(prepared, scenarios, WEEKS[:1]).prepared[last]
    left = folder / "left.csv"
    rows = (folder / "candidates.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    left.write_text(
        "".join([rows[0], *(row for row in rows[1:] if "-04," in row or bases == 1)]), encoding="utf-8"
    )
    candidates, exact, _notes = locate_candidates(left, prepared)
    return prepared, candidates, exact


@pytest.fixture(
    scope="module", params=[(1, 0), (1, 1), (4, 0), (4, 1)], ids="{0[0]} bases, seed {0[1]}".format
)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    bases, seed = request.param
    return invented(tmp_path_factory.mktemp("centres"), bases, seed)


@pytest.fixture(scope="module")
def ranking(case: Case) -> Ranking:
    prepared, candidates, exact = case
    return rank(prepared, candidates, _weeks(prepared), take=3, by="conversations", exact=exact, runs=Plans())


@pytest.fixture(scope="module")
def comparison(ranking: Ranking) -> Comparison:
    """The scenario of those that joined, as its file says; and each candidate alone."""
    prepared = ranking.prepared
    together = ranking.scenario()
    assert together is not None
    alone = [
        Scenario(name, changes=taken(prepared.project, candidate))
        for id_, candidate in ranking.candidates.items()
        if (name := _alone(ranking, id_)) != together.name
    ]
    scenarios = (*scenarios_of(written(together), prepared.project), *alone)
    return simulate(prepared, scenarios, WEEKS, runs=Plans())


def _weeks(prepared: Prepared) -> tuple[Any, ...]:
    return tuple(week for week in default_weeks(prepared.project) if str(week) in WEEKS)


def _alone(ranking: Ranking, id_: str) -> str:
    """Name the scenario of a candidate alone: where it is the only one that joined, that is theirs."""
    return "joined" if [gain.candidate_id for gain in ranking.joined] == [id_] else f"only-{id_}"


def value(comparison: Comparison, scenario: str, name: str) -> float:
    return comparison.value(scenario, next(measure for measure in MEASURES if measure.name == name))


def test_a_candidate_alone_is_the_scenario_with_it(ranking: Ranking, comparison: Comparison) -> None:
    assert len(ranking.alone) == len(ranking.candidates)
    for gain in ranking.alone:
        name = _alone(ranking, gain.candidate_id)

        def apart(measure: str, name: str = name) -> float:
            return value(comparison, name, measure) - value(comparison, TODAY, measure)

        assert gain.conversations == apart("planned_conversations")
        assert gain.cycling_s == pytest.approx(apart("cycling_minutes") * 60)
        assert gain.cycling_m == pytest.approx(apart("cycling_km") * 1000)
        assert gain.adviser_s == pytest.approx(apart("adviser_hours") * 3600)
        assert gain.cost_dkk == pytest.approx(apart("cost_dkk"))


def test_the_steps_add_up_to_the_total(ranking: Ranking) -> None:
    assert 0 < len(ranking.joined) <= 3
    today, together, apart = ranking.total().to_dict("records")
    assert sum(gain.conversations for gain in ranking.joined) == apart["planned_conversations"]
    assert sum(gain.cycling_m for gain in ranking.joined) / 1000 == pytest.approx(apart["cycling_km"])
    assert sum(gain.adviser_s for gain in ranking.joined) / 3600 == pytest.approx(apart["adviser_hours"])
    assert sum(gain.cost_dkk or 0 for gain in ranking.joined) == pytest.approx(apart["cost_dkk"])
    for name in today:
        if name != "what":
            assert together[name] - today[name] == pytest.approx(apart[name])
    for row in (today, together):
        planned, held = row["planned_conversations"], row["expected_held"]
        assert row["cost_a_planned_conversation_dkk"] * planned == pytest.approx(row["cost_dkk"])
        assert row["cost_a_held_conversation_dkk"] * held == pytest.approx(row["cost_dkk"])
        shown = planned * 0.8 * 0.95
        assert 0.9 * shown < held <= shown * (1 + 1e-9)  # some may be lost to delay
        weeks_of_the_period = 92
        assert row["expected_by_end"] == pytest.approx(held / len(WEEKS) * weeks_of_the_period)


def test_the_scenario_of_the_best_is_their_total(ranking: Ranking, comparison: Comparison) -> None:
    _today, together, _apart = ranking.total().to_dict("records")
    for measure, name in (
        ("planned_conversations", "planned_conversations"),
        ("expected_held", "expected_held"),
        ("cycling_km", "cycling_km"),
        ("adviser_hours", "adviser_hours"),
        ("cost_dkk", "cost_dkk"),
    ):
        assert value(comparison, "joined", measure) == pytest.approx(together[name])


def test_a_conversations_cost_times_conversations_is_the_cost(comparison: Comparison) -> None:
    table = comparison.table().set_index("scenario")
    assert len(table) > 2
    each, held = table["cost_a_planned_conversation_dkk"], table["planned_conversations"]
    assert (each * held).tolist() == pytest.approx(table["cost_dkk"].tolist())
    bases = comparison.bases()
    known = bases[bases["planned_conversations"] > 0]
    assert (
        known["cost_a_planned_conversation_dkk"] * known["planned_conversations"]
    ).tolist() == pytest.approx(known["cost_dkk"].tolist())


def test_bases_add_up(comparison: Comparison) -> None:
    bases = comparison.bases()
    staffed = {consultant.base_id for consultant in comparison.study.prepared[TODAY].project.consultants}
    if len(staffed) == 1:
        assert bases.empty
        return
    sums = bases.groupby("scenario")[[m.name for m in BASE_MEASURES if not m.over]].sum()
    table = comparison.table().set_index("scenario")
    for name in sums.columns:
        assert sums[name].to_dict() == pytest.approx(table[name].to_dict()), name
    assert set(bases["base_id"]) == {*staffed, ""}


def test_of_several_bases_the_one_is_taken_that_brings_most(case: Case, ranking: Ranking) -> None:
    prepared, candidates, _exact = case
    if not candidates[0].bases:
        pytest.skip("one base")
    assert set(candidates[0].bases) == {"base", "b2", "b3", "b4"}
    (gain,) = (gain for gain in ranking.alone if gain.candidate_id == candidates[0].candidate_id)
    found = {}
    for option in candidates[0].options():
        only = rank(prepared, [option], _weeks(prepared), take=0, by="conversations", runs=Plans())
        found[option.practice.base_id] = only.alone[0]
    best = max(found.values(), key=lambda each: (each.conversations, each.value_points))
    assert found[gain.base_id] == gain
    assert (gain.conversations, gain.value_points) == (best.conversations, best.value_points)


class _Noted(Runs):
    """Notes what is asked, and answers anything."""

    def __init__(self) -> None:
        super().__init__()
        self.tasks: list[Task] = []

    def run(self, tasks: Sequence[Task], work: Callable[[Task], Any] = solved) -> Ran:
        assert work is solved
        self.tasks += tasks
        rows = [
            dict.fromkeys(COLUMNS, 0)
            | {
                "scenario": t.scenario,
                "week": t.week,
                "status": "optimal",
                "planned_by": "{}",
                "by_base": "{}",
                "days": "[]",
            }
            | {"score": int(t.scenario == TODAY), "planned": int(t.scenario != TODAY), "watched_visits": 1}
            for t in tasks
        ]
        return Ran(pd.DataFrame(rows), (), interrupted=False)


def test_in_the_example_a_candidate_asks_what_its_scenario_asks() -> None:
    prepared = prepare(example_folder())
    candidates, exact, _notes = locate_candidates(example_folder() / "candidates.csv", prepared)
    weeks = default_weeks(prepared.project)
    runs = _Noted()
    ranking = rank(prepared, candidates, weeks, take=0, exact=exact, runs=runs)
    asked = {(task.scenario, task.week): question(_unwatched(task)) for task in runs.tasks}
    text = "".join(
        f'[[scenario]]\nname = "{c.candidate_id}"\n'
        f'change = [{{ add = "candidates", practice_id = "{c.candidate_id}" }}]\n'
        for c in candidates
    )
    scenarios = scenarios_of(text, prepared.project, example_folder())
    tasks = study(prepared, scenarios, weeks).tasks
    compared = 0
    for task in tasks:
        same = asked.get((f"+{task.scenario}", task.week))
        if same is not None:  # the weeks in which it asks for nothing are those of today
            compared += 1
            assert question(_unwatched(task)) == same
    assert compared > 5 * len(candidates) - 10
    assert len(ranking.alone) == len(candidates)


def _unwatched(task: Task) -> Task:
    return dataclasses.replace(task, watched="")


def test_kroner_that_are_not_known_are_not_made_up(tmp_path: Path) -> None:
    write_example(tmp_path, centres=2, practices=2, consultants=1)
    settings = (tmp_path / "project.toml").read_text(encoding="utf-8").partition("[period]")[0]
    (tmp_path / "project.toml").write_text(settings, encoding="utf-8")
    prepared = prepare(tmp_path)
    candidates, exact, _notes = locate_candidates(tmp_path / "candidates.csv", prepared)
    runs = _Noted()
    ranking = rank(
        prepared, candidates, default_weeks(prepared.project)[:2], by="kroner", exact=exact, runs=runs
    )
    total = ranking.total()
    assert total["cost_dkk"].isna().all()
    assert "expected_by_end" not in total.columns
    assert all(gain.cost_dkk is None for gain in ranking.alone)
    assert all(math.isnan(each) for each in ranking.table()["cost_a_conversation_dkk"])
