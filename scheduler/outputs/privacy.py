"""What may leave the consultant's own page: everything but where home visits are.

The board, the week's map, the workbook, the calendars and the GPX files are made from
`public(roster)`, so that no exporter has to remember the rule.
"""

import dataclasses

from scheduler.model.roster import Roster, Stop, Unassigned
from scheduler.model.text import Text


def _public_stop(stop: Stop) -> Stop:
    if stop.kind != "home_visit":
        return stop
    return dataclasses.replace(stop, name=Text("home_visit"), address="", lat=None, lon=None)


def _public_unassigned(request: Unassigned) -> Unassigned:
    if request.kind != "home_visit":
        return request
    return dataclasses.replace(request, name=Text("home_visit"))


def public(roster: Roster) -> Roster:
    """Return the roster without the names, addresses and coordinates of home visits.

    A lunch taken while waiting at a home visit is at that address too; it loses them as well.
    """
    homes = {stop.place_id for round_ in roster.rounds for stop in round_.stops if stop.kind == "home_visit"}
    rounds = tuple(
        dataclasses.replace(
            round_,
            stops=tuple(
                dataclasses.replace(stop, address="", lat=None, lon=None)
                if stop.kind == "lunch" and stop.place_id in homes
                else _public_stop(stop)
                for stop in round_.stops
            ),
        )
        for round_ in roster.rounds
    )
    return roster.replace(rounds=rounds, unassigned=tuple(map(_public_unassigned, roster.unassigned)))
