"""roster.json: written, read back and described by a JSON Schema, all from the `Roster` type."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scheduler import limits
from scheduler.errors import InputError, InputProblem
from scheduler.model import Roster

if TYPE_CHECKING:
    from pydantic import TypeAdapter


@cache
def _adapter() -> "TypeAdapter[Roster]":
    from pydantic import ConfigDict, TypeAdapter, with_config

    strict = with_config(ConfigDict(extra="forbid"))(Roster)
    return TypeAdapter(strict)


def dump(roster: Roster) -> bytes:
    """Return roster.json as UTF-8 bytes. Times are ISO 8601 with their offset."""
    return _adapter().dump_json(roster, indent=1) + b"\n"


def load(file: Path) -> Roster:
    """Read a roster.json.

    Raises
    ------
    ServiceError
        When the file cannot be read.
    InputError
        When it is not a roster, with one problem a field.
    """
    from pydantic import ValidationError

    text = limits.read(file, limits.ROSTER_BYTES)
    try:
        return _adapter().validate_json(text)
    except ValidationError as error:
        raise InputError(
            InputProblem(
                reason=item["msg"], file=str(file), column=".".join(str(part) for part in item["loc"])
            )
            for item in error.errors()
        ) from error


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of roster.json."""
    return _adapter().json_schema(mode="serialization")
