"""roster.json: written, read back and described by a JSON Schema, all from the `Roster` type."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scheduler.base import limits
from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _, number
from scheduler.model.roster import Roster

if TYPE_CHECKING:
    from pydantic import TypeAdapter, ValidationError


@cache
def _adapter() -> "TypeAdapter[Roster]":
    from pydantic import ConfigDict, TypeAdapter, with_config

    strict = with_config(ConfigDict(extra="forbid"))(Roster)
    return TypeAdapter(strict)


def dump(roster: Roster) -> bytes:
    """Return roster.json as UTF-8 bytes. Times are ISO 8601 with their offset."""
    return _adapter().dump_json(roster, indent=1) + b"\n"


def load(file: str | Path) -> Roster:
    """Read a roster.json.

    Raises
    ------
    ServiceError
        When the file cannot be read.
    InputError
        When it is not a roster, with one problem a field.
    """
    return parse(limits.read(Path(file), limits.ROSTER_BYTES), str(file))


def parse(text: bytes, file: str) -> Roster:
    """Read the text of a roster.json; `file` is what errors call it.

    Raises
    ------
    InputError
        When it is not a roster, with one problem a field.
    """
    from pydantic import ValidationError

    # Of each wrong value the library makes an error, so that a small file could fill the memory.
    if text.count(b",") > limits.ROSTER_VALUES or text.count(b"{") > limits.ROSTER_OBJECTS:
        raise InputError(InputProblem(_("there is far more in it than in any roster"), file))
    try:
        return _adapter().validate_json(text)
    except ValidationError as error:
        raise InputError(_problems(error, file)) from error


def _problems(error: "ValidationError", file: str) -> Iterator[InputProblem]:
    if error.error_count() > limits.PROBLEMS:
        reason = _("this is no roster: {count} fields of it are wrong")
        yield InputProblem(reason.format(count=number(error.error_count())), file)
        return
    for item in error.errors():
        yield InputProblem(item["msg"], file, column=".".join(str(part) for part in item["loc"]))


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of roster.json."""
    return _adapter().json_schema(mode="serialization")
