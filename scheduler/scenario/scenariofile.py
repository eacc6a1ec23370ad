"""A scenario file -> scenarios: what stands where, not yet whether it can be done.

    [[scenario]]
    name = "saxogade"
    title = "Lægerne Saxogade kommer med"
    question = "Kan aftalerne udvides?"
    change = [
      { add = "practices", practice_id = "saxogade", name = "Lægerne Saxogade", address = "Saxogade 94", ... },
      { add = "rooms", practice_id = "saxogade", weekday = "ons", start = "8.30", end = "12.00" },
      { set = "consultants", consultant_id = "r2", speed_kph = 18 },
    ]

    [[scenario]]
    name = "folehaven"
    based_on = "saxogade"
    change = [{ add = "candidates", practice_id = "folehaven" }]

A change is one of `changes.VERBS` with the name of a table; its other keys are columns of that table. Practices
that could join are added by their id, from the file that ``candidates = "FILE.csv"`` before the first scenario
names, or candidates.csv, either beside the scenario file.
"""

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, ValidationError

from scheduler.base import limits
from scheduler.base.errors import InputProblem
from scheduler.base.i18n import _
from scheduler.inputs.cells import Cell, CellError, shown
from scheduler.inputs.cells import text as cell_text
from scheduler.inputs.tomlfile import TEXT, holds_cpr, open_toml, wrong_type
from scheduler.model.project import Origin
from scheduler.scenario.changes import VERBS, Change, Scenario

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_CELLS = (str, int, float, bool, dt.date, dt.time)
_COMMENT = re.compile(r"^[ \t]*#.*$", re.MULTILINE)
_HEADER = re.compile(r"^[ \t]*\[\[[ \t]*scenario[ \t]*\]\]", re.MULTILINE)
_CHANGE = re.compile(rf"(?:^|[{{,])[ \t]*[\"']?(?:{'|'.join(VERBS)})[\"']?[ \t]*=[ \t]*[\"']", re.MULTILINE)


class _File(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    scenario: list[dict[str, Any]]
    candidates: str = ""


class _Written(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    name: str
    title: str = ""
    question: str = ""
    based_on: str = ""
    change: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Block:
    """Where a scenario stands: its first line, and the line of each of its changes."""

    name: str
    origin: Origin
    changes: tuple[Origin, ...]

    def problem(self, reason: str, key: str = "", number: int = 0) -> InputProblem:
        """Return a problem of the scenario, or of its n-th change."""
        origin = self.changes[number - 1] if number else self.origin
        return InputProblem(reason, origin.file, origin.row, f"{self.name}: {key}" if key else self.name)


def parse(raw: bytes, file: str, problems: list[InputProblem]) -> tuple[tuple[Scenario, ...], str]:
    """Return the scenarios that could be read, and the file of candidates that is named, if any.

    What is wrong with the others is added to `problems`.
    """
    reader = open_toml(raw, file, problems)
    if reader is None:
        return (), ""
    if holds_cpr({key: value for key, value in reader.document.items() if key != "scenario"}):
        return (), ""  # that has been said
    try:
        whole = _File.model_validate(reader.document)
    except ValidationError as error:
        problems += (InputProblem(_wrong_file(details), file) for details in error.errors())
        return (), ""
    written = whole.scenario
    if not written:
        problems.append(InputProblem(_no_scenarios(), file))
    if len(written) > limits.SCENARIOS:
        reason = _("there are {count} scenarios; a file holds at most {most}")
        problems.append(InputProblem(reason.format(count=len(written), most=limits.SCENARIOS), file))
        return (), ""
    blocks = _blocks(reader.text, file, written)
    found = (_scenario(values, block, problems) for values, block in zip(written, blocks, strict=True))
    return tuple(scenario for scenario in found if scenario), whole.candidates


def _scenario(values: Mapping[str, Any], block: _Block, problems: list[InputProblem]) -> Scenario | None:
    before = len(problems)
    if holds_cpr(values):
        return None  # that has been said
    try:
        written = _Written.model_validate(values)
    except ValidationError as error:
        problems += (_wrong_scenario(details, block) for details in error.errors())
        return None
    if not written.name.strip():
        problems.append(block.problem(_("this must be filled in"), "name"))
    said = {key: _text(getattr(written, key), key, block, problems) for key in ("title", "question")}
    changes = [_change(row, number, block, problems) for number, row in enumerate(written.change, start=1)]
    if len(problems) > before:
        return None
    return Scenario(
        name=written.name,
        title=said["title"] or written.name,
        changes=tuple(change for change in changes if change),
        question=said["question"],
        based_on=written.based_on.strip(),
        origin=block.origin,
    )


def _text(value: str, key: str, block: _Block, problems: list[InputProblem]) -> str:
    """Return a text as the cells of tables have it: on one line, without control characters."""
    try:
        return cell_text(value)
    except CellError as error:
        problems.append(block.problem(str(error), key))
        return ""


def _change(
    row: Mapping[str, Any], number: int, block: _Block, problems: list[InputProblem]
) -> Change | None:
    verbs = [verb for verb in VERBS if verb in row]
    if len(verbs) != 1:
        reason = _('begin the change with one of {verbs} and a table, like add = "rooms"')
        problems.append(block.problem(reason.format(verbs=", ".join(VERBS)), "change", number))
        return None
    if not isinstance(row[verbs[0]], str):
        problems.append(block.problem(wrong_type(row[verbs[0]], TEXT), verbs[0], number))
        return None
    cells = {name: cell for name, cell in row.items() if name != verbs[0]}
    wrong = [name for name, cell in cells.items() if not isinstance(cell, _CELLS)]
    problems += (
        block.problem(_("this must be one text, number, date or time; write a change for each"), name, number)
        for name in wrong
    )
    return None if wrong else VERBS[verbs[0]](row[verbs[0]], cells, block.changes[number - 1])


def _blocks(text: str, file: str, written: Sequence[Mapping[str, Any]]) -> Iterator[_Block]:
    """Find where scenarios and changes stand, as they are usually written; else it is where their whole is."""
    text = _COMMENT.sub("", text)
    starts = [match.start() for match in _HEADER.finditer(text)]
    if len(starts) != len(written):
        starts = [0] * len(written)
    for number, values in enumerate(written):
        end = starts[number + 1] if number + 1 < len(written) else len(text)
        changes = values.get("change")
        count = len(changes) if isinstance(changes, list) else 0
        found = [match.end() for match in _CHANGE.finditer(text, starts[number], end)]
        places = found if len(found) == count else [starts[number]] * count
        first, *lines = (Origin(file, 1 + text.count("\n", 0, at)) for at in (starts[number], *places))
        yield _Block(_called(values, number + 1), first, tuple(lines))


def _called(values: Mapping[str, Any], number: int) -> str:
    name = values.get("name")
    if isinstance(name, str) and name.strip():
        return shown(name).strip('"')
    return _("scenario {number}").format(number=number)


def _no_scenarios() -> str:
    return _("there is no scenario in the file; each begins with the line [[scenario]]")


def written(scenario: Scenario) -> str:
    """Return a scenario as a scenario file has it."""
    said = [(name, getattr(scenario, name)) for name in ("name", "title", "question", "based_on")]
    rows = [
        ", ".join(
            f"{name} = {_toml(cell)}" for name, cell in ((change.verb, change.table), *change.row.items())
        )
        for change in scenario.changes
    ]
    return "\n".join(
        (
            "[[scenario]]",
            *(f"{name} = {_toml(value)}" for name, value in said if value),
            "change = [",
            *(f"  {{ {row} }}," for row in rows),
            "]\n",
        )
    )


def _toml(cell: Cell) -> str:
    # TOML has JSON's texts, numbers and booleans; dates and times are texts here as in a table.
    return json.dumps(cell if isinstance(cell, str | int | float) else str(cell), ensure_ascii=False)


def _wrong_file(details: "ErrorDetails") -> str:
    key = str(details["loc"][0])
    if details["type"] == "extra_forbidden":
        return _(
            "there is no {name} in a scenario file; each scenario begins with the line [[scenario]]"
        ).format(name=shown(key))
    if key == "candidates":
        return f"candidates: {wrong_type(details['input'], TEXT)}"
    return _no_scenarios()


def _wrong_scenario(details: "ErrorDetails", block: _Block) -> InputProblem:
    key, *rest = (str(part) for part in details["loc"])
    if details["type"] == "missing":
        reason = _("this must be filled in")
    elif details["type"] == "extra_forbidden":
        reason = _("there is no such setting; this section may have: {names}").format(
            names=", ".join(_Written.model_fields)
        )
    elif key == "change":
        reason = _('this must be a list of changes, each in braces, like add = "rooms"')
    else:
        reason = wrong_type(details["input"], TEXT)
    return block.problem(reason, ".".join((key, *rest)))
