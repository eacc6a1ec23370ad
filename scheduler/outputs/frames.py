"""The roster and its rides as DataFrames, for notebooks: units stand in the names of the columns.

Home visits are there without name, address and coordinates. Times are Timestamps in
Europe/Copenhagen, dates are dates at midnight without a time zone. A roster with nothing to show
gives a frame without rows that has all its columns.
"""

from collections.abc import Iterable, Mapping
from itertools import permutations
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from scheduler.model.clock import TIMEZONE
from scheduler.model.problem import TravelTimes
from scheduler.model.project import Place
from scheduler.model.roster import Roster
from scheduler.model.texts import word
from scheduler.outputs import words
from scheduler.outputs.privacy import public
from scheduler.outputs.totals import consultant_totals

if TYPE_CHECKING:
    import pandas as pd

_TIME, _DATE = f"datetime64[s, {TIMEZONE.key}]", "datetime64[s]"


def stops(roster: Roster) -> "pd.DataFrame":
    """Return a row a stop, in the order of the rounds and the clock."""
    columns = {
        "date": _DATE,
        "consultant_id": "str",
        "kind": "str",
        "id": "str",
        "place_id": "str",
        "name": "str",
        "address": "str",
        "district": "str",
        "lat_deg": "float64",
        "lon_deg": "float64",
        "arrival": _TIME,
        "start": _TIME,
        "end": _TIME,
        "ride_seconds": "int64",
        "ride_metres": "int64",
        "waiting_seconds": "int64",
        "conversations": "int64",
        "room_start": _TIME,
        "room_end": _TIME,
        "room": "str",
    }
    rows = (
        (
            round_.date, round_.consultant_id, stop.kind, stop.id, stop.place_id, word(stop.name), stop.address,
            stop.district, stop.lat, stop.lon, stop.arrival, stop.start, stop.end, stop.ride_seconds,
            stop.ride_metres, stop.waiting_seconds, stop.conversations,
            stop.slot and stop.slot.start, stop.slot and stop.slot.end, stop.slot.room if stop.slot else "",
        )
        for round_ in public(roster).rounds
        for stop in round_.stops
    )  # fmt: skip
    return _frame(columns, rows)


def rounds(roster: Roster) -> "pd.DataFrame":
    """Return a row a round; rides include the way back to base."""
    columns = {
        "date": _DATE,
        "consultant_id": "str",
        "leaves_base": _TIME,
        "returns_base": _TIME,
        "visits": "int64",
        "conversations": "int64",
        "ride_seconds": "int64",
        "ride_metres": "int64",
        "waiting_seconds": "int64",
    }
    return _frame(columns, (attrgetter(*columns)(round_) for round_ in roster.rounds))


def terms(roster: Roster) -> "pd.DataFrame":
    """Return a row a term of the score; the sum of the points is the score."""
    columns = {
        "term": "str",
        "meaning": "str",
        "count": "float64",
        "weight_points": "int64",
        "points": "int64",
    }
    rows = (
        (name, words.term(name), term.count, term.weight, term.points)
        for name, term in words.ordered_terms(roster).items()
    )
    return _frame(columns, rows)


def unassigned(roster: Roster) -> "pd.DataFrame":
    """Return a row a request that is not met in full; a cost that is not known is missing."""
    columns = {
        "id": "str",
        "kind": "str",
        "name": "str",
        "district": "str",
        "requested_conversations": "int64",
        "held_conversations": "int64",
        "reason": "str",
        "why": "str",
        "cost_to_force_points": "Int64",
    }
    rows = (
        (
            r.id, r.kind, word(r.name), r.district, r.requested, r.held, r.reason.code, words.why(r, roster),
            r.cost_to_force,
        )
        for r in public(roster).unassigned
    )  # fmt: skip
    return _frame(columns, rows)


def consultants(roster: Roster) -> "pd.DataFrame":
    """Return a row a consultant: working time, load, and what the rounds add up to."""
    columns = {
        "consultant_id": "str",
        "name": "str",
        "shift_seconds": "int64",
        "availability_seconds": "int64",
        "visit_seconds": "int64",
        "load_seconds": "float64",
        "visits": "int64",
        "conversations": "int64",
        "ride_seconds": "int64",
        "ride_metres": "int64",
        "waiting_seconds": "int64",
    }
    rows = (
        (
            t.consultant.consultant_id, t.consultant.name, t.shift_s, t.consultant.availability_seconds,
            t.consultant.visit_seconds, t.consultant.load_seconds, t.visits, t.conversations,
            t.ride_s, t.ride_m, t.waiting_s,
        )
        for t in consultant_totals(roster)
    )  # fmt: skip
    return _frame(columns, rows)


def rides(times: TravelTimes, places: Iterable[Place]) -> "pd.DataFrame":
    """Return a row a ride between two of some places; parking is not in it. Leave out where home visits are."""
    columns = {
        "from_id": "str",
        "from_name": "str",
        "to_id": "str",
        "to_name": "str",
        "ride_seconds": "int64",
        "ride_metres": "int64",
    }
    row = times.index()
    rows = (
        (
            a.place_id, a.name, b.place_id, b.name,
            int(times.seconds[row[a.place_id], row[b.place_id]]),
            int(times.metres[row[a.place_id], row[b.place_id]]),
        )
        for a, b in permutations(places, 2)
    )  # fmt: skip
    return _frame(columns, rows)


def records(table: "pd.DataFrame") -> list[dict[str, Any]]:
    """Return the rows of a table by the names of its columns; what is not known is None."""
    known = table.astype(object).where(table.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in known.to_dict("records")]


def _frame(columns: Mapping[str, str], rows: Iterable[tuple[object, ...]]) -> "pd.DataFrame":
    import pandas as pd

    # Column by column: a frame of mixed rows would guess types that depend on the rows.
    values = list(zip(*rows, strict=True)) or [()] * len(columns)
    return pd.DataFrame(
        {name: _series(value, dtype) for (name, dtype), value in zip(columns.items(), values, strict=True)}
    )


def _series(values: Iterable[object], dtype: str) -> "pd.Series":
    import pandas as pd

    if dtype == _TIME:  # by way of UTC: a week may have two offsets
        return pd.Series(
            pd.DatetimeIndex(pd.to_datetime(pd.Series(list(values), dtype="object"), utc=True))
            .tz_convert(TIMEZONE.key)
            .as_unit("s")
        )
    if dtype == _DATE:
        return pd.Series(pd.DatetimeIndex(list(values)).as_unit("s"))
    return pd.Series(list(values), dtype=dtype)
