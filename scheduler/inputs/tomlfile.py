"""A TOML file's sections and keys, with a problem for everything that is not as it should be."""

import dataclasses
import datetime as dt
import difflib
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, cast, get_type_hints

from scheduler.errors import InputProblem
from scheduler.i18n import _
from scheduler.inputs import cells
from scheduler.inputs.cells import CellError, Parser, looks_like_cpr
from scheduler.inputs.rows import cpr_problem

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

#: What each key of a section may be in the file, and how it is read.
Keys = Mapping[str, tuple[tuple[type, ...], Parser]]
TEXT = (str,)
NUMBER = (int, float)
DATE = (dt.date, str)
TIME = (dt.time, str)
_TYPES: Mapping[Any, tuple[type, ...]] = {float: NUMBER, int: NUMBER, str: TEXT}

_Section = TypeVar("_Section", bound="DataclassInstance")


def open_toml(raw: bytes, file: str, problems: list[InputProblem]) -> "TomlReader | None":
    """Parse a TOML file; None, and a problem, where it is none."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        problems.append(InputProblem(_("the file is no UTF-8 text; save it as UTF-8"), file))
        return None
    try:
        return TomlReader(file, text, tomllib.loads(text), problems)
    except (ValueError, RecursionError) as error:
        # The library's own sentence may quote the file, and is in English only.
        line = re.search(r"at line (\d+)", str(error))
        last = len(text.splitlines()) if "at end of document" in str(error) else None
        problems.append(
            InputProblem(
                _('this line is not TOML; a setting is written as name = "text" or name = 5'),
                file,
                int(line[1]) if line else last,
            )
        )
        return None


@dataclasses.dataclass(frozen=True, slots=True)
class TomlReader:
    """The parsed file, and where the problems go."""

    file: str
    text: str
    document: Mapping[str, Any]
    problems: list[InputProblem]

    def add(self, reason: str, section: str, key: str = "") -> None:
        """Report what is wrong with a section or one of its keys."""
        name = f"{section}.{key}" if key else section
        self.problems.append(InputProblem(reason, self.file, self.line(section, key), name))

    def line(self, section: str, key: str) -> int | None:
        """Find the line of a key as it is usually written; None where it is written otherwise."""
        inside = False
        for number, line in enumerate(self.text.splitlines(), start=1):
            if heading := re.match(r"\s*\[\s*([^\[\]]+?)\s*\]", line):
                inside = heading[1] == section
                if inside and not key:
                    return number
            elif inside and key and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", line):
                return number
        return None

    def check_names(self, sections: Sequence[str]) -> None:
        """Report unknown sections, sections that are none, and CPR numbers anywhere."""
        for name, section in self.document.items():
            if any(looks_like_cpr(leaf) for leaf in leaves({name: section})):
                where = name if name in sections else ""
                self.problems.append(cpr_problem(self.file, column=where))
            elif name not in sections:
                self.add(
                    _("there is no such section; the file may have: {names}").format(
                        names=", ".join(f"[{known}]" for known in sections)
                    ),
                    name,
                )
            elif not isinstance(section, dict):
                self.add(_("this must be a section, with the line [{name}]").format(name=name), name)

    def section(self, name: str) -> dict[str, Any]:
        """Return a section's keys and values; none where it is missing or wrong."""
        section = self.document.get(name)
        if not isinstance(section, dict):
            return {}
        return {
            key: value for key, value in section.items() if not any(map(looks_like_cpr, leaves({key: value})))
        }

    def known(self, name: str, keys: Iterable[str]) -> Iterator[tuple[str, Any]]:
        """Yield those keys of a section that it may have, reporting the others."""
        keys = tuple(keys)
        for key, value in self.section(name).items():
            if key in keys:
                yield key, value
                continue
            near = difflib.get_close_matches(key, keys, n=1, cutoff=0.7)
            if near:
                reason = _("there is no such setting; did you mean {name}?").format(name=near[0])
            else:
                reason = _("there is no such setting; this section may have: {names}").format(
                    names=", ".join(keys)
                )
            self.add(reason, name, key)

    def parsed(self, name: str, keys: Keys) -> dict[str, Any]:
        """Return those values of a section that could be read."""
        values = {}
        for key, value in self.known(name, keys):
            types, parse = keys[key]
            if not isinstance(value, types):
                self.add(wrong_type(value, types), name, key)
                continue
            try:
                values[key] = parse(cast("cells.Cell", value))
            except CellError as error:
                self.add(str(error), name, key)
        return values

    def fields(self, name: str, default: _Section) -> _Section:
        """Return a dataclass whose fields are the keys of a section, read by the fields' own types.

        What the section does not say is as in `default`.
        """
        from pydantic import TypeAdapter, ValidationError

        hints = get_type_hints(type(default))
        result = default
        for key, value in self.known(name, hints):
            try:
                # As JSON, because there a strict tuple is a list.
                read = TypeAdapter(hints[key]).validate_json(json.dumps(value), strict=True)
            except (ValidationError, TypeError):
                self.add(wrong_type(value, _TYPES.get(hints[key], ())), name, key)
                continue
            try:
                if isinstance(read, str):
                    cells.text(read)
                result = dataclasses.replace(result, **{key: read})
            except CellError as error:
                self.add(str(error), name, key)
            except ValueError as error:
                self.add(_("this is out of range: {detail}").format(detail=error), name, key)
        return result


def leaves(value: object) -> Iterator[cells.Cell]:
    """Yield all keys and texts of a TOML value, and whole numbers as long as a CPR number."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield key
            yield from leaves(part)
    elif isinstance(value, list):
        for part in value:
            yield from leaves(part)
    elif isinstance(value, str) or (isinstance(value, int) and len(str(value)) == 10):
        yield value


def wrong_type(value: object, types: tuple[type, ...]) -> str:
    """Say that a value is of none of these types, and how to write it."""
    quoted = json.dumps(value, default=str, ensure_ascii=False)
    quoted = quoted if len(quoted) <= 40 else quoted[:39] + "…"
    if types == NUMBER:
        return _("{value} is not a number; write it without quotes").format(value=quoted)
    if types == TEXT:
        return _("{value} is not a text; write it in quotes").format(value=quoted)
    if types:
        return _("{value} is not a date or time; write it in quotes").format(value=quoted)
    return _('{value} is not a list of texts; write it like ["12-24", "12-31"]').format(value=quoted)
