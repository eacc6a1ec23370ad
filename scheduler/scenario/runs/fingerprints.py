"""A name for what a task asks, the same in every process, on every machine and in every year."""

import dataclasses
import datetime as dt
import functools
import hashlib
from collections.abc import Callable, Mapping, Sequence

import numpy as np

Feed = Callable[[bytes], None]


def fingerprint(*values: object) -> str:
    """Return the SHA-256 of values, in hexadecimal.

    Numbers, texts, dates, arrays, sequences, sets, mappings and dataclasses of them count by their
    content; fields that are no part of a comparison do not count. Functions count by their name.
    Anything else is a `TypeError`.
    """
    digest = hashlib.sha256()
    _feed(digest.update, values)
    return digest.hexdigest()


def name_of(work: Callable[..., object]) -> str:
    """Return the full name of a function or class."""
    return f"{work.__module__}.{work.__qualname__}"


def _feed(feed: Feed, value: object) -> None:
    """Feed a value to a hash. Everything has its kind and its length before it, so no two are alike."""
    match value:
        case np.generic():  # before the others, for some are floats
            _feed(feed, value.item())
        case None | bool() | int() | float():
            _feed_text(feed, type(value).__name__, repr(value))
        case str():
            _feed_text(feed, "str", value)
        case np.ndarray():
            _feed_text(feed, "array", f"{value.dtype.str} {value.shape}")
            feed(value.tobytes())
        case dt.date():  # also a datetime
            _feed_text(feed, type(value).__name__, value.isoformat())
        case _ if callable(value):
            _feed_function(feed, value)
        case _:
            _feed_collection(feed, value)


def _feed_function(feed: Feed, value: Callable[..., object]) -> None:
    if isinstance(value, functools.partial):
        _feed_all(feed, "partial", (value.func, value.args, value.keywords))
    elif hasattr(value, "__qualname__"):
        _feed_text(feed, "function", name_of(value))
    else:
        raise _unknown(value)


def _feed_collection(feed: Feed, value: object) -> None:
    match value:
        case tuple() | list():
            _feed_all(feed, "sequence", value)
        case set() | frozenset():
            _feed_all(feed, "set", sorted(map(fingerprint, value)))
        case Mapping():
            _feed_all(feed, "mapping", sorted((fingerprint(key), fingerprint(value[key])) for key in value))
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            kind, names = _head(type(value))
            _feed_all(feed, kind, [getattr(value, name) for name in names])
        case _:
            raise _unknown(value)


@functools.cache
def _head(kind: type) -> tuple[str, tuple[str, ...]]:
    """Return the name of a dataclass with its fields, and the fields."""
    names = tuple(field.name for field in dataclasses.fields(kind) if field.compare)
    return f"{name_of(kind)}({','.join(names)})", names


def _unknown(value: object) -> TypeError:
    return TypeError(f"a {type(value).__name__} has no fingerprint")


def _feed_text(feed: Feed, kind: str, text: str) -> None:
    content = text.encode("utf-8", "surrogatepass")
    feed(b"%s %d:%s" % (kind.encode(), len(content), content))


def _feed_all(feed: Feed, kind: str, values: Sequence[object]) -> None:
    feed(b"%s %d[" % (kind.encode(), len(values)))
    for value in values:
        _feed(feed, value)
