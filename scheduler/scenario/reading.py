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
    return _checked(limits.read(file, limits.TOML_BYTES), file.name, project)


def scenarios_of(text: str, project: Project) -> tuple[Scenario, ...]:
    """Read scenarios as `read_scenarios` does, from the text of such a file."""
    return _checked(text.encode(), "scenarios.toml", project)


def _checked(raw: bytes, file: str, project: Project) -> tuple[Scenario, ...]:
    problems: list[InputProblem] = []
    scenarios = parse(raw, file, problems)
    try:
        changed_projects(scenarios, project)
    except InputError as error:
        problems += error.problems
    if problems:
        raise InputError(problems)
    return scenarios


def changed_projects(scenarios: Sequence[Scenario], project: Project) -> Mapping[str, Project]:
    """Return the project that each scenario makes, by the scenario's name.

    Raises
    ------
    InputError
        With everything that is wrong in any of them, names that are taken, and copies.
    """
    problems: list[InputProblem] = []
    made: dict[str, Project] = {}
    names: set[str] = set()
    for scenario in scenarios:
        problems += _name_problems(scenario, names)
        try:
            changed = apply(project, scenario)
        except InputError as error:
            problems += error.problems
            continue
        original = next(
            (name for name, other in ((TODAY, project), *made.items()) if same(changed, other)), ""
        )
        if original:
            reason = _("the scenario is a copy of {name}: they are alike in every week")
            problems.append(_problem(scenario, reason.format(name=original), "change"))
        made.setdefault(scenario.name, changed)
    if problems:
        raise InputError(problems)
    return made


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
