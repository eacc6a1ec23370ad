"""What is booked of the visits to come, as the practices told: moving these counts more."""

from pathlib import Path

from scheduler.inputs.stored import read_stored
from scheduler.model.clock import Week
from scheduler.model.roster import Roster
from scheduler.services.workspace import kept_tables, own_settings


def booked_in(data_dir: Path, published: Roster) -> tuple[str, ...]:
    """Return which visits of a published roster are booked, at least in part, by practice.

    What was told of a visit that the roster has with another number of conversations counts for nothing.

    Raises
    ------
    InputError
        When there is no store with tables, or they are not in order.
    ServiceError
        When the store cannot be had.
    """
    _project, rows = read_stored(kept_tables(data_dir).tables, own_settings(data_dir))
    week = Week.parse(published.week)
    planned = {
        stop.id: stop.conversations
        for round_ in published.rounds
        for stop in round_.stops
        if stop.kind == "visit"
    }
    return tuple(
        row["practice_id"]
        for row in rows["log"]
        if row["week"] == week and row["booked"] and row["planned"] == planned.get(row["practice_id"])
    )
