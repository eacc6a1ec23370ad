"""Rosters as other programs see them: by the JSON Schema that the package carries."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from scheduler.model import rosterfile

FILE = Path(rosterfile.__file__).with_name("roster.schema.json")


@cache
def _validator() -> Any:
    schema = json.loads(FILE.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FormatChecker())


def wrong_with(roster: bytes) -> list[str]:
    """Return what is wrong with a roster.json, by the schema; nothing where it is in order."""
    return [f"{error.json_path}: {error.message}" for error in _validator().iter_errors(json.loads(roster))]
