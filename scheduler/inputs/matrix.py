"""Ride times as people have them in a notebook -> `TravelTimes`, or everything that is wrong with them."""

import math
import numbers
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from scheduler.base.errors import InputProblem
from scheduler.base.i18n import _, number
from scheduler.model.problem import TravelTimes

if TYPE_CHECKING:
    import pandas as pd

    Matrix = Mapping[str, Mapping[str, float]] | pd.DataFrame | NDArray[Any] | Sequence[Sequence[float]]

#: A ride of more than a day, or of more than 1,000 km, is in other units.
_MOST = {"seconds": 86_400, "metres": 1_000_000}
#: Times are rounded up to whole seconds, but not for the last bits of a float.
_TOLERANCE_S = 1e-6
#: So many rides are named; the others have the same cause.
_MOST_PROBLEMS = 20


def travel_times(
    seconds: "Matrix",
    metres: "Matrix | None",
    *,
    ids: Iterable[object] | None,
    place_ids: Sequence[str],
    speed_kph: float,
    caller: str,
    problems: list[InputProblem],
) -> TravelTimes | None:
    """Return the rides between all of `place_ids`, adding everything that is wrong to `problems`.

    Parameters
    ----------
    seconds, metres
        By the place ridden from and the place ridden to: mappings in a mapping, a DataFrame (from its index
        to its columns), or an array of which `ids` are the rows and the columns. There may be more
        places in it. A place's own field may be missing, else it is 0. Seconds are rounded up, metres
        to the nearest. Without metres they are those of `speed_kph`.
    ids
        The places of an array.
    caller
        The call that problems name.
    """
    names = None if ids is None else list(ids)
    before = len(problems)
    ridden_s, wrong = _read(seconds, names, place_ids, _MOST["seconds"])
    problems += (InputProblem(reason, caller, column="seconds") for reason in wrong)
    ridden_m = None
    if metres is not None:
        ridden_m, wrong = _read(metres, names, place_ids, _MOST["metres"])
        problems += (InputProblem(reason, caller, column="metres") for reason in wrong)
    if len(problems) > before:
        return None
    whole_s = np.ceil(ridden_s - _TOLERANCE_S)
    if ridden_m is None:
        ridden_m = whole_s * speed_kph / 3.6
    return TravelTimes(tuple(place_ids), whole_s.astype(np.int64), np.rint(ridden_m).astype(np.int64))


def _read(
    given: "Matrix", ids: list[object] | None, place_ids: Sequence[str], most: float
) -> tuple[NDArray[np.float64], list[str]]:
    """Return one quantity as an array in the order of `place_ids`, and what is wrong with it."""
    wrong: list[str] = []
    table = _table(given, ids, wrong)
    if table is not None:
        wrong += table.missing(place_ids)
    if table is None or wrong:
        return np.empty(0), wrong
    return table.values(place_ids, most)


@dataclass(frozen=True, slots=True)
class _Table:
    """A matrix with the ids of its rows (ridden from) and columns (ridden to)."""

    rows: dict[str, int]
    columns: dict[str, int]
    fields: NDArray[Any]

    def missing(self, place_ids: Iterable[str]) -> Iterator[str]:
        """Say which places are not in it."""
        for id_ in place_ids:
            if id_ not in self.rows and id_ not in self.columns:
                yield _("the place {id} is missing").format(id=id_)
            elif id_ not in self.rows:
                yield _("no rides from {id} are given").format(id=id_)
            elif id_ not in self.columns:
                yield _("no rides to {id} are given").format(id=id_)

    def values(self, place_ids: Sequence[str], most: float) -> tuple[NDArray[np.float64], list[str]]:
        """Return the numbers between places, and what is wrong with them."""
        chosen = np.ix_([self.rows[id_] for id_ in place_ids], [self.columns[id_] for id_ in place_ids])
        fields = self.fields[chosen]
        if fields.dtype.kind in "iuf":
            values = fields.astype(np.float64)
        else:
            values = np.array([[_value(field) for field in row] for row in fields], dtype=np.float64)
            values = values.reshape(fields.shape)
        own = np.diagonal(values)
        np.fill_diagonal(values, np.where(np.isnan(own), 0.0, own))
        impossible = ~((values >= 0) & (values <= most))
        np.fill_diagonal(impossible, np.diagonal(values) != 0)
        wrong = []
        for row, column in np.argwhere(impossible).tolist()[:_MOST_PROBLEMS]:
            names = {"start": place_ids[row], "end": place_ids[column]}
            field = fields[row, column]
            if row == column:
                reason = _("{start} to itself must be 0, not {value}")
            elif field is None or (isinstance(field, float | np.floating) and math.isnan(field)):
                reason = _("{start} to {end} is missing")
            else:
                reason = _("{start} to {end}: {value} is not a number from 0 to {most}")
            wrong.append(reason.format(**names, value=str(field)[:40], most=number(most)))
        return values, wrong


def _value(field: object) -> float:
    """Return a number as such; NaN stands for none, and -1 for what is none."""
    if field is None:
        return math.nan
    if isinstance(field, bool | np.bool_) or not isinstance(field, numbers.Real):
        return -1.0
    try:
        return float(field)
    except OverflowError:
        return math.inf


def _table(given: Any, ids: list[object] | None, wrong: list[str]) -> _Table | None:
    """Return a matrix with its ids, adding what is wrong with its shape or its ids."""
    if isinstance(given, Mapping):
        if any(not isinstance(row, Mapping) for row in given.values()):
            wrong.append(_("this must be a mapping of mappings: from a place to each place"))
            return None
        rows, columns = list(given), list(dict.fromkeys(id_ for row in given.values() for id_ in row))
        fields = np.array([[row.get(id_) for id_ in columns] for row in given.values()], dtype=object)
        fields = fields.reshape(len(rows), len(columns))
    elif hasattr(given, "columns") and hasattr(given, "to_numpy"):
        rows, columns, fields = list(given.index), list(given.columns), given.to_numpy()
    elif ids is None:
        wrong.append(_("say with ids of which places the rows and columns are"))
        return None
    else:
        rows = columns = ids
        try:
            fields = np.asarray(given)
        except ValueError:  # rows of different lengths
            fields = np.empty(0)
        if fields.shape != (len(ids), len(ids)):
            wrong.append(
                _("this must be a square of {count} rows and {count} columns, one for each of ids").format(
                    count=len(ids)
                )
            )
            return None
    named = [_positions(names, wrong) for names in (rows, columns)]
    return None if wrong else _Table(named[0], named[1], fields)


def _positions(names: Iterable[object], wrong: list[str]) -> dict[str, int]:
    """Return where each id stands, as text; those that stand twice are wrong."""
    found: dict[str, int] = {}
    for position, name in enumerate(names):
        if found.setdefault(str(name).strip(), position) != position:
            wrong.append(_("the place {id} is there twice; keep one").format(id=str(name).strip()[:64]))
    return found
