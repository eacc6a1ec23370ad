"""roster.json: written, read back and described by a JSON Schema, all from the `Roster` type."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scheduler.errors import InputError, InputProblem, ServiceError
from scheduler.i18n import _, os_reason
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
    try:
        text = file.read_bytes()
    except OSError as error:
        raise ServiceError(
            _("{file} cannot be read: {error}").format(file=file, error=os_reason(error))
        ) from error
    return parse(text, str(file))


def parse(text: bytes, file: str) -> Roster:
    """Read the text of a roster.json; `file` is what errors call it.

    Raises
    ------
    InputError
        When it is not a roster, with one problem a field.
    """
    from pydantic import ValidationError

    try:
        return _adapter().validate_json(text)
    except ValidationError as error:
        raise InputError(
            InputProblem(reason=item["msg"], file=file, column=".".join(str(part) for part in item["loc"]))
            for item in error.errors()
        ) from error


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of roster.json."""
    return _adapter().json_schema(mode="serialization")
