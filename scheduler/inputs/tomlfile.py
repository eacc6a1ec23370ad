"""A TOML file's sections and keys, with a problem for everything that is not as it should be."""

import dataclasses
import datetime as dt
import difflib
import json
import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar, cast, get_type_hints

from scheduler.base import limits
from scheduler.base.cpr import looks_like_cpr, masked
from scheduler.base.errors import InputProblem
from scheduler.base.i18n import _
from scheduler.inputs import cells
from scheduler.inputs.cells import CellError, Parser
from scheduler.inputs.raw import cpr_problem, cpr_reason

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from scheduler.inputs.cells import Cell

#: What each key of a section may be in the file, and how it is read.
Keys = Mapping[str, tuple[tuple[type, ...], Parser]]
TEXT = (str,)
NUMBER = (int, float)
DATE = (dt.date, str)
TIME = (dt.time, str)
_TYPES: Mapping[Any, tuple[type, ...]] = {float: NUMBER, int: NUMBER, str: TEXT}

#: Nothing that is read has a section in a section in a section.
_MOST_DEPTH = 10
_LONGEST_NUMBER = 2**63

_HEADING = re.compile(r"\s*\[([^\[\]]*)\]")
_KEY = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=\[\]{}#]+))\s*=""")

_Section = TypeVar("_Section", bound="DataclassInstance")


def open_toml(raw: bytes, file: str, problems: list[InputProblem]) -> "TomlReader | None":
    """Parse a TOML file; None, and a problem, where it is none."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        problems.append(InputProblem(_("the file is no UTF-8 text; save it as UTF-8"), file))
        return None
    if endless := limits.endless_toml(text):
        row, reason = endless
        problems.append(InputProblem(reason, file, row))
        return None
    private = [row for row, line in enumerate(text.split("\n"), start=1) if looks_like_cpr(line)]
    keys = {row: f"{section}.{key}" for (section, key), row in _places(text).items() if key}
    problems += (cpr_problem(file, row, keys.get(row, "")) for row in private)
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        # The library's own sentence may quote the file, and is in English only.
        at = re.search(r"at line (\d+)", str(error))
        last = len(text.splitlines()) if "at end of document" in str(error) else None
        problems.append(
            InputProblem(
                _('this line is not TOML; a setting is written as name = "text" or name = 5'),
                file,
                int(at[1]) if at else last,
            )
        )
        return None
    reader = TomlReader(file, text, document, [])
    find_unusable(reader, told=bool(private))
    problems += reader.problems
    return None if reader.problems else dataclasses.replace(reader, problems=problems)


def find_unusable(reader: "TomlReader", *, told: bool = False) -> None:
    """Report what makes a document one that cannot be worked with, once a section.

    That is nesting without end, numbers without end, and, where none was `told` of, CPR numbers that
    show only when the text is read, where they are written as code points.
    """
    for name, section in reader.document.items():
        for key, value, depth in _leaves({name: section}):
            reason = ""
            if depth > _MOST_DEPTH:
                reason = _("this is nested too deep")
            elif isinstance(value, int) and abs(value) >= _LONGEST_NUMBER:
                reason = _("this number is too long")
            elif not told and looks_like_cpr(value, key):
                reason = cpr_reason()
            if reason:
                reader.add(reason, name, "" if key == name else key)
                break


@dataclasses.dataclass(frozen=True, slots=True)
class TomlReader:
    """The parsed file, and where the problems go."""

    file: str
    text: str
    document: Mapping[str, Any]
    problems: list[InputProblem]

    def add(self, reason: str, section: str, key: str = "") -> None:
        """Report what is wrong with a section or one of its keys."""
        name = shorter(f"{section}.{key}" if key else section)
        self.problems.append(InputProblem(reason, self.file, self.line(section, key), name))

    def line(self, section: str, key: str) -> int | None:
        """Find the line of a key as it is usually written; None where it is written otherwise."""
        return _places(self.text).get((section, key))

    def check_names(self, sections: Sequence[str]) -> None:
        """Report unknown sections, and sections that are none."""
        for name, section in self.document.items():
            if holds_cpr({name: section}) and name not in sections:
                continue  # that has been said
            if name not in sections:
                self.add(
                    _("there is no such section; the file may have: {names}").format(
                        names=", ".join(f"[{known}]" for known in sections)
                    ),
                    name,
                )
            elif not isinstance(section, dict):
                self.add(_("this must be a section, with the line [{name}]").format(name=name), name)

    def section(self, name: str) -> dict[str, Any]:
        """Return a section's keys and values; none where it is missing or wrong, or of a person."""
        section = self.document.get(name)
        if not isinstance(section, dict):
            return {}
        return {key: value for key, value in section.items() if not holds_cpr({key: value})}

    def known(
        self, name: str, keys: Iterable[str], former: Collection[str] = ()
    ) -> Iterator[tuple[str, Any]]:
        """Yield those keys of a section that it may have, also by `former` names, reporting the others."""
        keys = tuple(keys)
        unknown = 0
        for key, value in self.section(name).items():
            if key in keys or key in former:
                yield key, value
                continue
            unknown += 1
            if unknown > limits.PROBLEMS:
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
                values[key] = parse(cast("Cell", value))
            except CellError as error:
                self.add(str(error), name, key)
        return values

    def fields(
        self, name: str, default: _Section, former: Mapping[str, str] = MappingProxyType({})
    ) -> _Section:
        """Return a dataclass whose fields are the keys of a section, read by the fields' own types.

        What the section does not say is as in `default`. Keys may have their `former` names, by which the
        present ones are found.
        """
        from pydantic import TypeAdapter, ValidationError

        hints = get_type_hints(type(default))
        result = default
        for key, value in self.known(name, hints, former):
            field = former.get(key, key)
            if field != key and field in self.section(name):
                self.add(
                    _("this is the former name of {name}; give one of the two").format(name=field), name, key
                )
                continue
            try:
                # As JSON, because there a strict tuple is a list.
                read = TypeAdapter(hints[field]).validate_json(json.dumps(value), strict=True)
            except (ValidationError, TypeError):
                self.add(wrong_type(value, _TYPES.get(hints[field], ())), name, key)
                continue
            try:
                if isinstance(read, str):
                    cells.text(read)
                result = dataclasses.replace(result, **{field: read})
            except CellError as error:
                self.add(str(error), name, key)
            except ValueError as error:
                self.add(_("this is out of range: {detail}").format(detail=error), name, key)
        return result


@lru_cache(maxsize=4)
def _places(text: str) -> Mapping[tuple[str, str], int]:
    """Return the lines of sections (with an empty key) and of keys, as they are usually written."""
    places: dict[tuple[str, str], int] = {}
    section = ""
    for row, line in enumerate(text.split("\n"), start=1):
        if heading := _HEADING.match(line):
            section = heading[1].strip()
            places.setdefault((section, ""), row)
        elif key := _KEY.match(line):
            places.setdefault((section, key[1] or key[2] or key[3] or ""), row)
    return places


def holds_cpr(value: object) -> bool:
    """Tell whether a CPR number stands anywhere in a TOML value."""
    return any(looks_like_cpr(leaf, key) for key, leaf, _depth in _leaves(value))


def _leaves(value: object) -> Iterator[tuple[str, object, int]]:
    """Yield all keys and values in a TOML value, each with the key under which it stands, and how deep."""
    waiting: list[tuple[str, object, int]] = [("", value, 0)]
    while waiting:
        key, part, depth = waiting.pop()
        if isinstance(part, dict):
            for name, inner in reversed(part.items()):
                waiting += ((name, inner, depth + 1), ("", name, depth + 1))
        elif isinstance(part, list):
            waiting += ((key, inner, depth + 1) for inner in reversed(part))
        else:
            yield key, part, depth


def wrong_type(value: object, types: tuple[type, ...]) -> str:
    """Say that a value is of none of these types, and how to write it."""
    quoted = shorter(json.dumps(value, default=str, ensure_ascii=False))
    if types == NUMBER:
        return _("{value} is not a number; write it without quotes").format(value=quoted)
    if types == TEXT:
        return _("{value} is not a text; write it in quotes").format(value=quoted)
    if types:
        return _("{value} is not a date or time; write it in quotes").format(value=quoted)
    return _('{value} is not a list of texts; write it like ["12-24", "12-31"]').format(value=quoted)


def shorter(text: str) -> str:
    """Return a text as it is quoted in a message."""
    text = masked(text)
    return text if len(text) <= 40 else f"{text[:39]}…"
