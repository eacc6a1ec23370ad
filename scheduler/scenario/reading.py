"""Scenarios from a file or a program -> the projects that they make, or everything that is wrong with them."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from scheduler.base import limits
from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _
from scheduler.inputs.cells import CellError, identifier, shown
from scheduler.model.project import Project
from scheduler.scenario.applying import apply
from scheduler.scenario.changes import Scenario, same
from scheduler.scenario.model import TODAY
from scheduler.scenario.scenariofile import parse
from scheduler.scenario.taking import CANDIDATES_FILE, Shelf


def read_scenarios(file: str | Path, project: Project) -> tuple[Scenario, ...]:
    """Read the scenarios of a file, and see that each can be made of a project.

    Raises
    ------
    InputError
        With everything that is wrong, each with file, line, scenario and key.
    ServiceError
        When the file cannot be read.
    """
    file = Path(file)
    return _checked(limits.read(file, limits.TOML_BYTES), file, project)


def scenarios_of(text: str, project: Project, folder: Path = Path()) -> tuple[Scenario, ...]:
    """Read scenarios as `read_scenarios` does, from the text of such a file; candidates are looked for in a folder."""
    return _checked(text.encode(), folder / "scenarios.toml", project)


def _checked(raw: bytes, file: Path, project: Project) -> tuple[Scenario, ...]:
    problems: list[InputProblem] = []
    parsed, candidates = parse(raw, file.name, problems)
    shelf = Shelf(file.parent / (candidates or CANDIDATES_FILE), project, problems)
    scenarios = tuple(filter(None, map(shelf.expanded, parsed)))
    try:
        changed_projects(_sound(scenarios, parsed), project)
    except InputError as error:
        problems += error.problems
    if problems:
        raise InputError(problems)
    return scenarios


def _sound(scenarios: Sequence[Scenario], parsed: Sequence[Scenario]) -> list[Scenario]:
    """Return those of some scenarios that build on none of the parsed ones which are not among them."""
    gone = {each.name.casefold() for each in parsed} - {each.name.casefold() for each in scenarios}
    while more := {s.name.casefold() for s in scenarios if s.based_on.casefold() in gone} - gone:
        gone |= more
    return [scenario for scenario in scenarios if scenario.name.casefold() not in gone]


def changed_projects(scenarios: Sequence[Scenario], project: Project) -> Mapping[str, Project]:
    """Return the project that each scenario makes, by the scenario's name.

    Raises
    ------
    InputError
        With everything that is wrong in any of them, names that are taken, copies, and scenarios that build on
        one that is not there, or on each other in a circle.
    """
    problems: list[InputProblem] = []
    made = {TODAY: project}
    names: set[str] = set()
    for scenario in scenarios:
        problems += _name_problems(scenario, names)
    for scenario in _bases_first(scenarios, problems):
        before = next((made[name] for name in made if _is(name, scenario.based_on or TODAY)), None)
        if before is None:
            continue  # what is wrong with it has been said
        try:
            changed = apply(before, scenario)
        except InputError as error:
            problems += error.problems
            continue
        original = next((name for name, other in made.items() if same(changed, other)), "")
        if original:
            reason = _("the scenario is a copy of {name}: they are alike in every week")
            problems.append(_problem(scenario, reason.format(name=original), "change"))
        made.setdefault(scenario.name, changed)
    if problems:
        raise InputError(problems)
    return {scenario.name: made[scenario.name] for scenario in scenarios}


def _bases_first(scenarios: Sequence[Scenario], problems: list[InputProblem]) -> list[Scenario]:
    """Return scenarios, each after that which it is based on; those of which that cannot be said are reported."""
    by_name = {scenario.name.casefold(): scenario for scenario in reversed(scenarios)}
    ordered: list[Scenario] = []
    told: set[str] = set()
    for scenario in scenarios:
        line = [scenario]
        while (name := line[-1].based_on.casefold()) not in ("", TODAY):
            if name not in by_name:
                if line[-1] is scenario:
                    reason = _("there is no scenario {name}; there are {names}").format(
                        name=shown(scenario.based_on), names=", ".join(each.name for each in scenarios)
                    )
                    problems.append(_problem(scenario, reason, "based_on"))
                break
            if by_name[name] in line:
                if by_name[name] is scenario and not told.intersection(each.name for each in line):
                    told.update(each.name for each in line)
                    reason = _("these scenarios build on each other in a circle: {names}").format(
                        names=" – ".join(each.name for each in (*line, scenario))
                    )
                    problems.append(_problem(scenario, reason, "based_on"))
                break
            line.append(by_name[name])
        else:
            ordered += (each for each in reversed(line) if each not in ordered)
    return ordered


def _is(name: str, other: str) -> bool:
    return name.casefold() == other.casefold()


def _name_problems(scenario: Scenario, names: set[str]) -> Iterator[InputProblem]:
    """Report a name that is none, or taken, and remember it. Names become parts of file names."""
    folded = scenario.name.casefold()
    try:
        identifier(scenario.name)
    except CellError as error:
        yield _problem(scenario, str(error), "name")
    if folded == TODAY:
        reason = _("{name} is the project as it is; choose another name")
        yield _problem(scenario, reason.format(name=TODAY), "name")
    elif folded in names:
        reason = _("there is a scenario {name} already; choose another name")
        yield _problem(scenario, reason.format(name=shown(scenario.name)), "name")
    names.add(folded)


def _problem(scenario: Scenario, reason: str, key: str) -> InputProblem:
    name, origin = shown(scenario.name).strip('"'), scenario.origin
    if origin is None:
        return InputProblem(reason, name, None, key)
    return InputProblem(reason, origin.file, origin.row, f"{name}: {key}")
