"""What a week asks for, as a hash: equal for weeks that ask the same, whatever else their tables say."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from scheduler.model.problem import Problem

#: Where something was written, and what is booked, is nothing that a week asks for.
_APART = ("origin", "change_counts")


def fingerprint(problem: Problem) -> str:
    """Return the SHA-256 of all that a week's roster depends on.

    Where something was written, remarks, and travel times between places that the week does not need are not in it.
    """
    travel = problem.travel.between(problem.places)
    asked = problem.replace(travel=travel, inputs_sha256="", notes=())
    return hashlib.sha256(json.dumps(_plain(asked), sort_keys=True).encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return [value.shape, hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()]
    if dataclasses.is_dataclass(value):
        fields = (field.name for field in dataclasses.fields(value) if field.name not in _APART)
        return {name: _plain(getattr(value, name)) for name in fields}
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, tuple | frozenset):
        return [_plain(each) for each in (sorted(value) if isinstance(value, frozenset) else value)]
    is_plain = value is None or isinstance(value, str | int | float)
    return value if is_plain else str(value)  # a date
