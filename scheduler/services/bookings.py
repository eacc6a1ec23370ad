"""What is booked of the visits to come, as the practices told: moving these counts more."""

from scheduler.inputs.schema import LOG_TABLES
from scheduler.inputs.stored import read_log
from scheduler.model.clock import Week
from scheduler.model.roster import Roster


def booked_in(published: Roster) -> tuple[str, ...]:
    """Return which visits of a published roster are booked, at least in part, by practice, as the open store is told.

    What was told of a visit that the roster has with another number of conversations counts for nothing.
    """
    from scheduler.store import tables

    rows = read_log({table.name: tables.read_table(table.name) for table in LOG_TABLES})
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
