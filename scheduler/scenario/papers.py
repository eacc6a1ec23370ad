"""Scenarios as the store keeps them: each is a block of a scenario file, so that one can be taken out and in as a file.

Candidates are kept as one file, too; scenarios that take them say in full what joins, and need it no more.
"""

import csv
import dataclasses
import datetime as dt
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from scheduler.base import limits
from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _, number
from scheduler.inputs.candidates import Candidate, read_candidates
from scheduler.model.clock import now
from scheduler.model.project import Project
from scheduler.model.text import Text
from scheduler.scenario.changes import Scenario
from scheduler.scenario.reading import changed_projects
from scheduler.scenario.scenariofile import parse, written
from scheduler.scenario.taking import CANDIDATES_FILE, Shelf
from scheduler.services.workspace import store_of
from scheduler.store.who import me

_SCENARIO, _CANDIDATES = "scenario", "candidates"
_LONGEST_NAME = 40
#: Letters of titles that are no letters of names.
_SPELT = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ß": "ss"})


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptScenario:
    """A scenario as it is kept, and which version of it this is; `who` wrote it, `at` when."""

    scenario: Scenario
    version: int
    who: str
    at: dt.datetime

    @property
    def name(self) -> str:
        """What it is known by."""
        return self.scenario.name


def kept_scenarios(data_dir: Path) -> Mapping[str, KeptScenario]:
    """Return the scenarios that are kept, by name."""
    with store_of(data_dir):
        from scheduler.store import papers

        found = {}
        for paper in papers.papers(_SCENARIO):
            scenarios, _candidates = parse(paper.text.encode(), paper.name, [])
            for scenario in scenarios:
                found[paper.name] = KeptScenario(
                    scenario=_unlocated(scenario), version=paper.version, who=paper.who, at=paper.at
                )
        return found


def _unlocated(scenario: Scenario) -> Scenario:
    """Return a scenario of which nobody is told in which line of a file it stands."""
    changes = tuple(dataclasses.replace(change, origin=None) for change in scenario.changes)
    return dataclasses.replace(scenario, changes=changes, origin=None)


def line_of(name: str, kept: Mapping[str, Scenario]) -> tuple[Scenario, ...]:
    """Return a scenario with those that it builds on, the first of these first; what is not there is left out."""
    line: list[Scenario] = []
    folded = {each.casefold(): scenario for each, scenario in kept.items()}
    while (found := folded.get(name.casefold())) is not None and found not in line:
        line.append(found)
        name = found.based_on
    return tuple(reversed(line))


def made(project: Project, line: Sequence[Scenario]) -> Project:
    """Return the project that the last of some scenarios makes that build on each other, as far as they have changes.

    Raises
    ------
    InputError
        With everything that is wrong.
    """
    full = with_changes(line)
    return changed_projects(full, project)[full[-1].name] if full else project


def with_changes(line: Sequence[Scenario]) -> tuple[Scenario, ...]:
    """Return the scenarios that change anything; what builds on an empty one builds on what that builds on."""
    based = {each.name.casefold(): each.based_on for each in line if not each.changes}
    full = []
    for each in line:
        if each.changes:
            on, seen = each.based_on, set[str]()
            while on.casefold() in based and on not in seen:
                seen.add(on)
                on = based[on.casefold()]
            full.append(dataclasses.replace(each, based_on=on))
    return tuple(full)


def file_of(scenarios: Sequence[Scenario]) -> str:
    """Return scenarios as a scenario file."""
    return "\n".join(map(written, scenarios))


def new_name(title: str, taken: Mapping[str, object]) -> str:
    """Return a name for what people call by a title, that nothing else has."""
    plain = unicodedata.normalize("NFKD", title.casefold().translate(_SPELT))
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_NAME].strip("-") or "scenario"
    names = {each.casefold() for each in taken} | {"today", "base", "all"}
    number_ = 1
    while (tried := name if number_ == 1 else f"{name}-{number_}") in names:
        number_ += 1
    return tried


def save(data_dir: Path, project: Project, scenarios: Sequence[Scenario], seen: Mapping[str, int]) -> None:
    """Keep scenarios, once they and all that build on them can be made of the project.

    Parameters
    ----------
    data_dir, project
        The project folder, and the project as it is.
    scenarios
        What is to be kept; those of the same names are replaced.
    seen
        The versions that they were made from, by name; 0 for what is new.

    Raises
    ------
    InputError
        With everything that is wrong.
    ChangedSinceError
        When somebody has changed one of them since.
    """
    new = {each.name: each for each in scenarios}
    there = {name: each.scenario for name, each in kept_scenarios(data_dir).items()}
    if len(there | new) > limits.SCENARIOS:
        raise InputError(_("there are {n} scenarios already; take some away").format(n=number(len(there))))
    _check(project, there | new, new)
    with store_of(data_dir):
        from scheduler.store import events, papers

        with events.act(Text("did_paper", {"paper": ", ".join(new)}), me(), now()) as event:
            for each in scenarios:
                papers.write(event, _SCENARIO, each.name, written(each), seen=seen.get(each.name, 0))


def _check(project: Project, kept: Mapping[str, Scenario], changed: Mapping[str, Scenario]) -> None:
    concerned: dict[str, Scenario] = {}
    for name in kept:
        line = line_of(name, kept)
        if any(each.name in changed for each in line):
            concerned |= {each.name: each for each in line}
    problems: list[InputProblem] = []
    for scenario in changed.values():
        folded = scenario.based_on.casefold()
        if folded and folded not in {name.casefold() for name in kept} | {"today"}:
            reason = _("there is no scenario {name} to build on").format(name=scenario.based_on)
            problems.append(InputProblem(reason, scenario.name))
        if scenario.based_on and len(line_of(scenario.based_on, kept)) != len(
            {each.name for each in line_of(scenario.name, kept)} - {scenario.name}
        ):
            reason = _("scenarios cannot build on each other in a circle")
            problems.append(InputProblem(reason, scenario.name))
    if problems:
        raise InputError(problems)
    full = with_changes(tuple(concerned.values()))
    if full:
        changed_projects(full, project)


def take_away(data_dir: Path, name: str, version: int) -> None:
    """Take a scenario away; an `InputError` where another builds on it, or it was changed since."""
    on_it = [
        each.scenario.title
        for each in kept_scenarios(data_dir).values()
        if each.scenario.based_on.casefold() == name.casefold()
    ]
    if on_it:
        raise InputError(_("{names} builds on it").format(names=", ".join(on_it)))
    with store_of(data_dir):
        from scheduler.store import events, papers

        with events.act(Text("did_paper_gone", {"paper": name}), me(), now()) as event:
            papers.write(event, _SCENARIO, name, "", seen=version)


def before(data_dir: Path, name: str) -> tuple[Scenario | None, int]:
    """Return a scenario as it was before its last change, and which version is the last; None where it was not there."""
    with store_of(data_dir):
        from scheduler.store import papers

        last = papers.paper(_SCENARIO, name)
        if last is None:
            return None, 0
        was = papers.paper(_SCENARIO, name, last.version - 1)
        scenarios = parse(was.text.encode(), name, [])[0] if was and was.text else ()
        return next(map(_unlocated, scenarios), None), last.version


def read_file(data_dir: Path, project: Project, text: str) -> tuple[Scenario, ...]:
    """Read the text of a scenario file; candidates in it are those that are kept.

    Raises
    ------
    InputError
        With everything that is wrong with the file itself; what the scenarios come to is not looked at.
    """
    problems: list[InputProblem] = []
    parsed, _named = parse(text.encode(), _("the file"), problems)
    with _candidates_file(data_dir) as file:
        shelf = Shelf(file, project, problems)
        found = tuple(filter(None, map(shelf.expanded, parsed)))
    if problems:
        raise InputError(problems)
    return tuple(map(_unlocated, found))


# --- Candidates ---------------------------------------------------------------------------------------


def candidates_text(data_dir: Path) -> tuple[str, int]:
    """Return the file of candidates and which version it is; that of the project folder where none is kept."""
    with store_of(data_dir):
        from scheduler.store import papers

        kept = papers.paper(_CANDIDATES, _CANDIDATES)
    if kept is not None:
        return kept.text, kept.version
    file = data_dir / CANDIDATES_FILE
    return (limits.read(file, limits.TOML_BYTES).decode("utf-8-sig", "replace") if file.is_file() else ""), 0


class _candidates_file:  # noqa: N801 - a context manager
    """Have the file of candidates in a folder for the block."""

    def __init__(self, data_dir: Path, text: str | None = None) -> None:
        self._text = candidates_text(data_dir)[0] if text is None else text
        self._folder = TemporaryDirectory(prefix="hjul-")

    def __enter__(self) -> Path:
        file = Path(self._folder.name) / CANDIDATES_FILE
        if self._text:
            file.write_text(self._text, encoding="utf-8")
        return file

    def __exit__(self, *_error: object) -> None:
        self._folder.cleanup()


def candidates(data_dir: Path, project: Project, text: str | None = None) -> tuple[Candidate, ...]:
    """Return the candidates that are kept, or those of a text; an `InputError` says what is wrong with them."""
    problems: list[InputProblem] = []
    with _candidates_file(data_dir, text) as file:
        found = read_candidates(file, project, problems, []) if file.exists() else ()
    if problems:
        raise InputError(problems)
    return found


def save_candidates(data_dir: Path, project: Project, text: str, version: int) -> None:
    """Keep another file of candidates. Errors as for `save`."""
    if len(text.encode()) > limits.TOML_BYTES:
        raise InputError(_("this is too large"))
    candidates(data_dir, project, text)
    with store_of(data_dir):
        from scheduler.store import events, papers

        with events.act(Text("did_paper", {"paper": CANDIDATES_FILE}), me(), now()) as event:
            papers.write(event, _CANDIDATES, _CANDIDATES, text, seen=version)


def with_candidate(text: str, rows: Sequence[Mapping[str, str]]) -> str:
    """Return a file of candidates with some rows more; what was pasted from Excel has tabs, and then commas, too."""
    out = io.StringIO(newline="")
    head = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=max(",;\t", key=head.count))
    names = list(dict.fromkeys((*(reader.fieldnames or ()), *(name for row in rows for name in row))))
    writer = csv.DictWriter(out, names, lineterminator="\n", restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(_rows(reader))
    writer.writerows(rows)
    return out.getvalue()


def _rows(reader: Iterator[dict[str, str]]) -> Iterator[dict[str, str]]:
    """Yield rows as they are; what stands beyond the headings is left out."""
    for row in reader:
        yield {name: value or "" for name, value in row.items() if name is not None}
