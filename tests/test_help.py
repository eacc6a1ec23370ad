"""What `help` says of the package: an example that runs, and every field with its unit or meaning."""

import builtins
import dataclasses
import doctest
import re
import types
import typing
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

import scheduler
import scheduler.scenario

_UNITS = {
    "_s": r"[Ss]econd", "_seconds": r"[Ss]econd", "_m": r"[Mm]etre", "_metres": r"[Mm]etre", "_kph": r"km per hour|km/h",
    "_min": r"[Mm]inute", "_minutes": r"[Mm]inute", "_dkk": r"[Kk]roner", "_share": r"[Ss]hare", "_mb": r"[Mm]egabyte",
}  # fmt: skip


class _Anything(type):
    """A type of which nothing is known: its annotations name what only type checkers import."""

    def __getattr__(cls, name: str) -> "_Anything":
        return cls

    def __getitem__(cls, _of: object) -> "_Anything":
        return cls


class _Unknown(metaclass=_Anything):
    pass


class _Names(dict[str, Any]):
    def __missing__(self, name: str) -> Any:
        return getattr(builtins, name, _Unknown)


def _hints(of: Any) -> dict[str, Any]:
    return typing.get_type_hints(of, localns=_Names(vars(import_module(of.__module__))))


def _types(hint: Any) -> Iterator[type]:
    """All classes in a type hint."""
    if isinstance(hint, type) and not typing.get_args(hint):
        yield hint
    for inner in typing.get_args(hint):
        yield from _types(inner)


def public_dataclasses() -> list[type]:
    """The dataclasses among the public names, and those that their fields are made of."""
    waiting: list[Any] = [getattr(scheduler, name) for name in scheduler.__all__]
    waiting += [getattr(scheduler.scenario, name) for name in scheduler.scenario.__all__]
    waiting += [_hints(call).get("return") for call in waiting if isinstance(call, types.FunctionType)]
    asked = {kind for hint in waiting for kind in _types(hint)}
    found: dict[type, None] = {}
    while waiting:
        for kind in _types(waiting.pop()):
            if kind in found or not dataclasses.is_dataclass(kind) or kind.__name__.startswith("_"):
                continue
            if kind not in asked and not kind.__module__.startswith("scheduler.model."):
                continue  # what a field of a public type is made of, in the model alone
            found[kind] = None
            waiting += _hints(kind).values()
    return sorted(found, key=lambda kind: (kind.__module__, kind.__name__))


def documented(kind: type) -> dict[str, str]:
    """What the section Attributes of a class, or of a base of it, says of each field."""
    own: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        own |= _told(base.__doc__ or "")
    return own


def _told(text: str) -> dict[str, str]:
    section = re.search(r"^ *Attributes\n +-+\n(.*?)(?=\n\n? *\w+\n +---|\Z)", text, re.MULTILINE | re.DOTALL)
    told: dict[str, str] = {}
    names: list[str] = []
    for line in (section[1] if section else "").splitlines():
        if re.fullmatch(r" {4}\S.*", line):
            names = [name.strip() for name in line.split(",")]
            told |= dict.fromkeys(names, "")
        else:
            for name in names:
                told[name] += line.strip() + " "
    return told


def test_the_example_in_the_help_runs() -> None:
    done = doctest.testmod(scheduler)
    assert done.attempted > 5
    assert done.failed == 0


def test_public_types_are_found() -> None:
    names = {kind.__name__ for kind in public_dataclasses()}
    assert {"Problem", "Place", "Roster", "Stop", "Cycling", "Planned", "Solution", "Comparison"} <= names


@pytest.mark.parametrize("kind", public_dataclasses(), ids=lambda kind: kind.__qualname__)
def test_every_field_is_told_of_with_its_unit(kind: type) -> None:
    told = documented(kind)
    fields = [field.name for field in dataclasses.fields(kind) if not field.name.startswith("_")]
    assert [name for name in fields if not told.get(name, "").strip()] == []
    for name in fields:
        for ending, unit in _UNITS.items():
            if name.endswith(ending):
                assert re.search(unit, told[name]), f"{name}: {told[name]}"
    assert set(told) <= set(fields)
