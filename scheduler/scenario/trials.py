"""A question of a planner, kept in the store: scenarios planned over weeks as a job, and compared side by side.

What came of it is kept as numbers, which are worded when they are shown, and as sentences and a page in each language:
so it is shown without today's project, and to whoever has its address.
"""

import csv
import dataclasses
import io
import os
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scheduler.base.errors import InputError
from scheduler.base.i18n import LANGUAGES, _, capitalized, ngettext, number, using
from scheduler.base.progress import Progress
from scheduler.inputs.cells import text as one_line
from scheduler.model.clock import now
from scheduler.model.text import Text
from scheduler.outputs.judging import Judged
from scheduler.outputs.words import weeks_text
from scheduler.scenario.compare import MEASURES, Comparison, Difference
from scheduler.scenario.explaining import explained, judged, measure_title, remarks, step_told, value_text
from scheduler.scenario.inout import plain_rows
from scheduler.scenario.model import TODAY
from scheduler.scenario.papers import file_of, kept_scenarios, line_of, with_changes
from scheduler.scenario.reading import changed_projects, scenarios_of
from scheduler.scenario.reporting import scenario_report
from scheduler.scenario.runs.cluster import cores
from scheduler.scenario.runs.running import Runs
from scheduler.scenario.simulation import simulate
from scheduler.scenario.weeks import chosen_weeks
from scheduler.services import planner
from scheduler.services.workspace import project_in, store_of
from scheduler.store.who import me

if TYPE_CHECKING:
    import pandas as pd

    from scheduler.services.working import Kind
    from scheduler.store.jobs import Claim
    from scheduler.store.trials import KeptTrial

#: The address of a Dask cluster that plans the weeks; without one this machine does.
CLUSTER_VARIABLE = "HJUL_CLUSTER"
#: What the job is called.
KIND = "trial"
#: Where weeks that were planned are kept, so that none is planned twice.
_FOLDER = ("simulate", "scenarier")
_MOST_SCENARIOS, _MOST_WEEKS, _MOST_DRAWS, _MOST_TASKS = 12, 60, 50, 2000
_LONGEST_TITLE = 120


# --- Who asks -----------------------------------------------------------------------------------------


def ask(data_dir: Path, names: Sequence[str], *, weeks: str, draws: int, title: str = "") -> int:
    """Ask what scenarios come to over some weeks, and return the question's number.

    Parameters
    ----------
    data_dir
        The project folder.
    names
        Which of the scenarios that are kept.
    weeks
        As ``2009-W20..2009-W32``; empty for a quarter.
    draws
        How often each week is planned, each time with other demand; 1 for that of the tables.
    title
        What people call it; empty for the scenarios' titles.

    Raises
    ------
    InputError
        When a scenario is not there or cannot be made, or this is more than can be planned.
    """
    project = project_in(data_dir)
    kept = {name: each.scenario for name, each in kept_scenarios(data_dir).items()}
    asked = [kept[name] for name in dict.fromkeys(names) if name in kept]
    if not asked:
        raise InputError(_("choose at least one scenario"))
    if any(not each.changes for each in asked):
        raise InputError(_("a scenario without any change is as today; add one first"))
    lines = {each.name: each for one in asked for each in line_of(one.name, kept)}
    scenarios = with_changes(tuple(lines.values()))
    over = chosen_weeks(weeks, project)
    count = (len(scenarios) + 1) * len(over) * draws
    if (
        len(scenarios) > _MOST_SCENARIOS
        or len(over) > _MOST_WEEKS
        or not 1 <= draws <= _MOST_DRAWS
        or count > _MOST_TASKS
    ):
        reason = _(
            "this is too much: at most {scenarios} scenarios with those that they build on, {weeks} weeks, {draws} draws"
            " and {tasks} weeks to plan in all"
        )
        raise InputError(
            reason.format(
                scenarios=number(_MOST_SCENARIOS),
                weeks=number(_MOST_WEEKS),
                draws=number(_MOST_DRAWS),
                tasks=number(_MOST_TASKS),
            )
        )
    changed_projects(scenarios, project)
    called = one_line(title)[:_LONGEST_TITLE] or " · ".join(each.title for each in asked)[:_LONGEST_TITLE]
    with store_of(data_dir):
        from scheduler.store import events, trials

        what = Text("did_trial", {"papers": ", ".join(each.name for each in asked)})
        with events.act(what, me(), now()) as event:
            return trials.add(
                event,
                called,
                file_of(scenarios),
                {"weeks": f"{over[0]}..{over[-1]}", "draws": draws, "names": [each.name for each in asked]},
                kind=KIND,
            )


# --- Who works ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Counting:
    """Tells how many weeks are planned in the words of a step."""

    progress: Progress

    def step(self, text: str) -> None:
        self.progress.step(text)

    def bounds(self, score: int, bound: int) -> None:
        """Say nothing: each of many weeks has its own."""

    def counted(self, done: int, total: int, left_s: float) -> None:
        text = ngettext(
            "{done} of {n} week is planned, about {minutes} min left",
            "{done} of {n} weeks are planned, about {minutes} min left",
            total,
        )
        minutes = number(max(1, round(left_s / 60)))
        self.progress.step(text.format(done=number(done), n=number(total), minutes=minutes))


def carry_out(data: Path, out: Path, held: "Claim", progress: Progress, stop: Callable[[], bool]) -> None:
    """Answer a question, as a job does; ended early, of the weeks that all scenarios have."""
    from scheduler.store import events, jobs, trials

    trial = trials.trial(int(str(held.job.arguments["trial"])))
    if trial is None:
        raise InputError(_("there is no such question any more"))
    prepared = planner.prepare(data, progress=progress)
    scenarios = scenarios_of(trial.scenarios, prepared.project)
    cluster = os.environ.get(CLUSTER_VARIABLE, "") or None
    runs = Runs(
        workers=cores() - 1,
        cluster=cluster,
        folder=out.joinpath(*_FOLDER),
        progress=_Counting(progress),
        stop=stop,
    )
    comparison = simulate(
        prepared,
        scenarios,
        str(trial.asked["weeks"]),
        draws=int(trial.asked["draws"]),
        runs=runs,
    )
    progress.step(_("Report"))
    found = _found(comparison, trial)
    with events.writing():
        trials.keep(trial.number, found)
        jobs.finish(held, {"trial": trial.number})


def kinds() -> "Mapping[str, Kind]":
    """Return what the app's workers do."""
    from scheduler.services.working import KINDS

    return {**KINDS, KIND: carry_out}


def _found(comparison: Comparison, trial: "KeptTrial") -> dict[str, Any]:
    """Return what pages show of a comparison."""
    scenarios = comparison.study.scenarios
    pairs = permutations([each.name for each in scenarios], 2)
    found: dict[str, Any] = {
        "scenarios": [[each.name, each.title] for each in scenarios],
        "weeks": [str(week) for week in comparison.weeks],
        "draws": comparison.study.draws,
        "interrupted": comparison.interrupted,
        "differences": {
            f"{from_} {to}": {
                measure.name: list(dataclasses.astuple(comparison.difference(to, measure, from_)))
                for measure in MEASURES
            }
            for from_, to in pairs
        },
        "tables": {
            name: _csv(table)
            for name, table in (
                ("comparison", comparison.table()),
                ("differences", comparison.differences()),
                ("causes", comparison.causes()),
                ("bases", comparison.bases()),
                ("steps", comparison.steps()),
                ("results", comparison.results),
            )
        },
        "told": {},
        "page": {},
    }
    for lang in LANGUAGES:
        with using(lang):
            found["told"][lang] = {
                "causes": {
                    each.name: [*explained(comparison, each.name), *step_told(comparison, each)]
                    for each in scenarios[1:]
                },
                "remarks": list(remarks(comparison)),
            }
            found["page"][lang] = scenario_report(comparison, trial.title)
    return found


def _csv(table: "pd.DataFrame") -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(plain_rows(table))
    return out.getvalue()


# --- Who looks ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of a question, in the language in force.

    Attributes
    ----------
    scenarios
        Names and titles, the project as it is first.
    weeks
        Which were compared, in words.
    interrupted
        Whether it was ended before all were planned.
    from_
        The name of what the others are compared with.
    rows
        What is measured, what that comes to in `from_`, and in each of the others.
    causes
        By the title of each scenario, what makes it differ from today.
    remarks
        What must be known to read it.
    """

    scenarios: tuple[tuple[str, str], ...]
    weeks: str
    interrupted: bool
    from_: str
    rows: tuple[tuple[str, str, tuple[Judged, ...]], ...]
    causes: tuple[tuple[str, tuple[str, ...]], ...]
    remarks: tuple[str, ...]


def answer(found: Mapping[str, Any], lang: str, from_: str = TODAY) -> Answer:
    """Word what came of a question, compared with one of its scenarios; with today where it has none of that name."""
    scenarios = tuple(
        (str(name), _("Today") if name == TODAY else str(title)) for name, title in found["scenarios"]
    )
    names = [name for name, _title in scenarios]
    from_ = from_ if from_ in names else TODAY
    others = [name for name in names if name != from_]
    decimals = 0 if found["draws"] == 1 else 1
    rows = []
    for measure in MEASURES:
        cells = [
            Difference(*(_number(each) for each in found["differences"][f"{from_} {name}"][measure.name]))
            for name in others
        ]
        first = found["differences"][f"{others[0]} {from_}"][measure.name]
        rows.append(
            (
                capitalized(measure_title(measure.name)),
                value_text(measure.name, Difference(*map(_number, first)), decimals=decimals),
                tuple(judged(measure, each, decimals=decimals) for each in cells),
            )
        )
    told = found["told"][lang]
    return Answer(
        scenarios=scenarios,
        weeks=weeks_text(found["weeks"]),
        interrupted=bool(found["interrupted"]),
        from_=from_,
        rows=tuple(rows),
        causes=tuple((title, tuple(told["causes"][name])) for name, title in scenarios[1:]),
        remarks=tuple(told["remarks"]),
    )


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)


def tables_zip(found: Mapping[str, Any]) -> bytes:
    """Return the tables of an answer as one zip of CSV files."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in found["tables"].items():
            archive.writestr(zipfile.ZipInfo(f"{name}.csv"), text, zipfile.ZIP_DEFLATED)
    return content.getvalue()
