"""roster.json: written, read back and described by a JSON Schema, all from the `Roster` type.

Files of schema 1 are read too. Their sentences are in the language in which they were planned, and stay as they
were written; stops without a name of their own are called by what they are.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
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

    strict = with_config(ConfigDict(extra="forbid", json_schema_serialization_defaults_required=True))(Roster)
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
        return _adapter().validate_json(_as_schema_2(text))
    except ValidationError as error:
        raise InputError(_problems(error, file)) from error


def _as_schema_2(text: bytes) -> bytes:
    """Return a file of schema 1 as one of schema 2, any other as it is. What is wrong in it stays wrong."""
    from pydantic_core import from_json

    roster = None
    with suppress(ValueError):
        roster = from_json(text)
    if not isinstance(roster, dict) or roster.get("schema") != 1:
        return text
    for round_ in _objects(roster, "rounds"):
        for stop in _objects(round_, "stops"):
            if stop.get("kind") in ("lunch", "desk", "home_visit"):
                stop["name"] = {"code": stop["kind"]}
    for request in _objects(roster, "unassigned"):
        if request.get("kind") == "home_visit":
            request["name"] = {"code": "home_visit"}
        if isinstance(request.get("reason"), str):
            request["reason"] = {"code": request["reason"]}
        request["detail"] = _as_written(request.get("detail", ""))
    for day in _objects(roster, "closed_days"):
        day["reason"] = _as_written(day.get("reason"))
    if isinstance(roster.get("notes"), list):
        roster["notes"] = [_as_written(note) for note in roster["notes"]]
    roster["map_note"] = _as_written(roster.get("map_note", ""))
    return json.dumps({**roster, "schema": 2}).encode()


def _objects(parent: dict[str, Any], name: str) -> Iterator[dict[str, Any]]:
    found = parent.get(name)
    return (each for each in found if isinstance(each, dict)) if isinstance(found, list) else iter(())


def _as_written(sentence: object) -> object:
    if not isinstance(sentence, str):
        return sentence
    return {"code": "as_written", "params": {"text": sentence}} if sentence else None


def _problems(error: "ValidationError", file: str) -> Iterator[InputProblem]:
    if error.error_count() > limits.PROBLEMS:
        reason = _("this is no roster: {count} fields of it are wrong")
        yield InputProblem(reason.format(count=number(error.error_count())), file)
        return
    for item in error.errors():
        yield InputProblem(item["msg"], file, column=".".join(str(part) for part in item["loc"]))


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of roster.json, which `roster.schema.json` beside this has too."""
    from pydantic.json_schema import GenerateJsonSchema

    dialect = GenerateJsonSchema.schema_dialect
    return {"$schema": dialect, **_adapter().json_schema(mode="serialization"), "title": "roster.json"}
