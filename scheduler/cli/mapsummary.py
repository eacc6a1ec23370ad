"""Places and a network in the terminal: tables and lines."""

from collections.abc import Iterable
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from scheduler.base import i18n
from scheduler.base.i18n import _, ngettext
from scheduler.cli.terminal import Terminal
from scheduler.model.project import Project

if TYPE_CHECKING:
    from scheduler.network import NetworkInfo
    from scheduler.places.geocoding import Located

#: The columns of `place_rows`. `source` is that of `Located`, with ", approximate" where it is.
PLACE_COLUMNS = ("place_id", "name", "address", "lat", "lon", "source", "distance_m")


def place_rows(project: Project, located: Iterable["Located"]) -> list[tuple[object, ...]]:
    """Return a row for each place, in the order of `PLACE_COLUMNS`; home visits say only their district.

    One that was not found, or lies where nobody can ride, has neither a source nor a distance.
    """
    homes = project.homes
    known = {found.place_id: found for found in located}
    rows: list[tuple[object, ...]] = []
    for place in project.all_places:
        where: tuple[object, ...] = (place.name, place.full_address, place.lat, place.lon)
        if place.place_id in homes:
            where = (_("Home visit"), place.district, "", "")
        how: tuple[object, ...] = ("", "")
        if found := known.get(place.place_id):
            how = (found.source + (", approximate" if found.approximate else ""), round(found.distance_m))
        rows.append((place.place_id, *where, *how))
    return rows


def show_places(terminal: Terminal, rows: Iterable[tuple[object, ...]]) -> None:
    """Print the rows of `place_rows`."""
    sources = {
        "table": _("lat and lon of the table"),
        "address": _("address point"),
        "address, approximate": _("address point, approximate"),
        "nearest": _("estimated from house numbers near it"),
        "nearest, approximate": _("estimated from house numbers near it, approximate"),
        "online": _("online"),
        "online, approximate": _("online, only the street"),
        "": _("not found"),
    }
    shown = [
        (
            id_,
            address if lat else f"{name}, {address}",
            f"{lat:.5f}, {lon:.5f}" if isinstance(lat, float) and isinstance(lon, float) else "",
            sources[str(how)],
            _("{n} m").format(n=distance) if how else "",
        )
        for id_, name, address, lat, lon, how, distance in rows
    ]
    columns = (
        _("Id"),
        _("Address"),
        _("Coordinates"),
        _("From"),
        _("To the network"),
    )
    terminal.table(columns, [shown], numbers=1)


def show_distances(terminal: Terminal, project: Project, located: Iterable["Located"]) -> None:
    """Say how far each place is from the network, the farthest first."""
    names = {place.place_id: place.name for place in project.all_places}
    names |= dict.fromkeys(project.homes, _("Home visit"))
    rows = [
        (found.place_id, names[found.place_id], _("{n} m").format(n=round(found.distance_m)))
        for found in sorted(located, key=attrgetter("distance_m"), reverse=True)
    ]
    if rows:
        terminal.table((_("Id"), _("Name"), _("To the network")), [rows], numbers=1)


def show_network(terminal: Terminal, file: Path, info: "NetworkInfo") -> None:
    """Say what is in a bicycle network, and what was left out of it."""
    simplified = _("simplified map")
    terminal.line(_("Network: {file}").format(file=file) + (f" ({simplified})" if info.simplified else ""))
    if info.source != file.name:
        terminal.line(_("Taken from {file}").format(file=info.source))
    if info.generator or info.date:
        terminal.line(
            _("Made by {generator}, data of {date}").format(
                generator=info.generator or "?", date=info.date or _("an unknown date")
            )
        )
    share = 100 * info.unclassed_ways / info.ways if info.ways else 0.0
    counts = [
        (_("ways"), i18n.number(info.ways)),
        (_("ways without a class"), _("{percent} %").format(percent=i18n.number(share, 1))),
        (_("junctions and ends"), i18n.number(info.nodes)),
        (_("stretches, each direction counted"), i18n.number(info.edges)),
        (_("address points"), i18n.number(info.addresses)),
    ]
    kinds = {
        "track": _("cycle tracks and lanes"),
        "street": _("larger streets without a cycle track"),
        "calm": _("calm streets and paths"),
        "push": _("pushing the bicycle"),
        "steps": _("carrying it on stairs"),
        "ferry": _("ferries"),
    }
    lengths = [(_("km in all"), i18n.number(sum(info.km_by_riding.values()), 1))]
    lengths += [
        (_("km: {kind}").format(kind=kinds[kind]), i18n.number(km, 1))
        for kind, km in info.km_by_riding.items()
        if km or kind != "ferry"
    ]
    lengths += [
        (_("km: one way only"), i18n.number(info.oneway_km, 1)),
        (_("km: one way for cars, both for bicycles"), i18n.number(info.contraflow_km, 1)),
        (_("km: rough surface"), i18n.number(info.rough_km, 1)),
    ]
    reasons = {
        "motorway": _("motorways"),
        "no bicycles": _("bicycles not allowed"),
        "private": _("private"),
        "under construction": _("being built or planned"),
        "not rideable": _("not for riding"),
        "ferry without bicycles": _("ferries that take no bicycles"),
        "without nodes": _("clipped away"),
        "cut off": _("cut off from the rest"),
    }
    dropped = [
        (_("ways left out: {reason}").format(reason=reasons[reason]), i18n.number(count))
        for reason, count in sorted(info.dropped.items(), key=itemgetter(1), reverse=True)
    ]
    terminal.table((_("What"), _("Count")), [counts, lengths, dropped], numbers=1)
    if info.open_gates:
        terminal.note(
            ngettext(
                "{n} gate stands on a junction, so that nobody can tell which street it closes; it closes none",
                "{n} gates stand on junctions, so that nobody can tell which streets they close; they close none",
                info.open_gates,
            ).format(n=i18n.number(info.open_gates))
        )
