"""The ways of a consultant from place to place, with what the clock says of them: rules 2, 3 and 5."""

from collections.abc import Sequence
from types import EllipsisType
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from scheduler.model.problem import ConsultantDay, Problem, own_rides_s
from scheduler.model.project import Consultant

_Int = TypeVar("_Int", np.int32, np.int64)


class Ways(NamedTuple):
    """Ways of one sort from places to others: arrays of shape (from, to).

    After a stop `before_s` seconds go by, then comes free time of at least `least_s`, and
    `after_s` before the next stop's start it ends. Where the free time is a wait away from base it
    costs points. `may` tells between which places there is such a way.
    """

    may: NDArray[np.bool_]
    before_s: NDArray[np.int64]
    least_s: NDArray[np.int64]
    after_s: NDArray[np.int64]
    ride_s: NDArray[np.int64]
    waits: bool
    via_base: bool

    def take(self, rows: NDArray[np.int64] | slice | tuple[int, int, EllipsisType]) -> "Ways":
        """Return the ways from some of the places; with (0, 0, ...) the first way alone, without shape."""
        names = ("may", "before_s", "least_s", "after_s", "ride_s")
        return self._replace(**{name: getattr(self, name)[rows] for name in names})


class DayWays:
    """The ways of one consultant-day: all rules between two stops stand here, once."""

    def __init__(self, problem: Problem, day: ConsultantDay, consultant: Consultant) -> None:
        self._problem, self._day, self._consultant = problem, day, consultant
        self._place_rows = problem.travel.index()

    def ride_s(self, from_id: str, to_id: str) -> int:
        """Return the consultant's own ride seconds between two places, parking not counted."""
        if self.one_house(from_id, to_id):
            return 0
        return int(self._rides_s([self._place_rows[from_id]], [self._place_rows[to_id]])[0, 0])

    def one_house(self, from_id: str, to_id: str) -> bool:
        """Tell whether two places are in one house, or the same."""
        return from_id == to_id or (from_id, to_id) in self._problem.travel.one_house

    def at_base(self, place_id: str) -> bool:
        """Tell whether a place is in the house of the consultant's base, or is it."""
        return self.one_house(place_id, self._consultant.base_id)

    def in_one_house(self, place_ids: Sequence[str]) -> NDArray[np.bool_]:
        """Tell which places are in one house, or the same, in their order."""
        rows = [self._place_rows[place_id] for place_id in place_ids]
        return self._houses(rows, rows)

    def _houses(self, rows: Sequence[int], columns: Sequence[int]) -> NDArray[np.bool_]:
        """Tell which rows and columns of the travel times are in one house, or the same."""
        here, there = np.array(rows), np.array(columns)
        same: NDArray[np.bool_] = np.equal.outer(here, there)
        for pair in self._problem.travel.one_house:
            one, other = (self._place_rows[place_id] for place_id in pair)
            same |= np.logical_and.outer(here == one, there == other)
        return same

    def rides_between_s(self, place_ids: Sequence[str]) -> NDArray[np.int64]:
        """Return the consultant's own ride seconds between places, in their order; 0 within a house."""
        rows = [self._place_rows[place_id] for place_id in place_ids]
        rides_s = self._rides_s(rows, rows)
        rides_s[self._houses(rows, rows)] = 0
        return rides_s

    def _rides_s(self, rows: Sequence[int], columns: Sequence[int]) -> NDArray[np.int64]:
        """Return own ride seconds of some rows and columns of the travel times; all would be much for many days."""
        seconds = self._problem.travel.seconds[np.ix_(rows, columns)]
        return own_rides_s(seconds, self._problem.speed_kph, self._consultant.speed_kph)

    def between(self, from_ids: Sequence[str], to_ids: Sequence[str]) -> tuple[Ways, Ways, Ways]:
        """Return the ways to get from places to others: rules 2 and 3 of a valid roster.

        The first are those between stops away from base, the second those that begin or end at
        base, the third those that go by base in between.
        """
        parking_s, desk_s = self._problem.defaults.parking_s, self._problem.defaults.desk_s
        rows, columns = ([self._place_rows[id_] for id_ in ids] for ids in (from_ids, to_ids))
        base = self._place_rows[self._consultant.base_id]
        ride_s = self._rides_s(rows, columns)
        same = self._houses(rows, columns)
        from_base, to_base = self._houses(rows, [base]), self._houses([base], columns)
        nothing = np.zeros_like(ride_s)
        ride_s = np.where(same, 0, ride_s)
        way_s = np.where(same, 0, ride_s + parking_s)
        away = ~from_base & ~to_base
        # From base one leaves just in time; at base nobody waits.
        direct = Ways(away, way_s, nothing, nothing, ride_s, waits=True, via_base=False)
        base_s = np.where(from_base, 0, way_s), np.where(from_base, way_s, 0)
        at_base = Ways(~away, base_s[0], nothing, base_s[1], ride_s, waits=False, via_base=False)
        back_s, out_s = self._rides_s(rows, [base]), self._rides_s([base], columns)[0]
        desk = Ways(
            away,
            back_s + parking_s + nothing,
            desk_s + nothing,
            out_s + parking_s + nothing,
            back_s + out_s,
            waits=False,
            via_base=True,
        )
        return direct, at_base, desk

    def latest_ends_s(self, way: Ways, starts_s: NDArray[_Int]) -> tuple[NDArray[_Int], NDArray[_Int]]:
        """Return when a stop must end for the next to start at given seconds, without and with lunch.

        The starts have the shape of the ways, with 1 for `from` where they are the same for all, and one
        dimension more; so have the answers. Lunch on the way that cannot be is told by a negative number.
        """
        times_s = way.before_s, way.least_s, way.after_s
        before_s, least_s, after_s = (np.expand_dims(s, -1).astype(starts_s.dtype) for s in times_s)
        defaults, lunch_s = self._problem.defaults, self._day.lunch_s
        free_to_s = starts_s - after_s
        latest_s = free_to_s - before_s - least_s
        lunch_end_s = np.minimum(free_to_s, defaults.lunch_to_s)
        with_lunch_s = np.minimum(lunch_end_s - lunch_s - before_s, latest_s)
        return latest_s, np.where(lunch_end_s - lunch_s < defaults.lunch_from_s, -1, with_lunch_s)

    def earliest_starts_s(
        self, way: Ways, ends_s: NDArray[_Int]
    ) -> tuple[NDArray[_Int], NDArray[_Int], NDArray[np.bool_]]:
        """Return when stops can start at the earliest after others that end at given seconds: `latest_ends_s` reversed.

        The ends have the shape of the ways, or (from, 1). The answers are without lunch, with lunch, and whether
        lunch on the way can be at all.
        """
        defaults, lunch_s = self._problem.defaults, self._day.lunch_s
        free_from_s = ends_s + way.before_s
        plain_s = free_from_s + way.least_s + way.after_s
        lunch_from_s = np.maximum(free_from_s, defaults.lunch_from_s)
        with_lunch_s = np.maximum(lunch_from_s + lunch_s + way.after_s, plain_s)
        return plain_s, with_lunch_s, lunch_from_s + lunch_s <= defaults.lunch_to_s
