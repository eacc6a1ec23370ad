"""The maps: one a round, with the consultant's list of stops, and one of the week.

`round_page` and `week_page` make the pages, in which a static SVG stands until the live map
replaces it; `round_map` and `week_map` return the `folium.Map` alone, for notebooks.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from scheduler.base.i18n import _, capitalized, day, hours, km, ngettext, number
from scheduler.model.config import MapSettings
from scheduler.model.geo import Background
from scheduler.model.project import Practice
from scheduler.model.roster import Roster, Round
from scheduler.model.texts import word
from scheduler.outputs import days, itinerary, names, words
from scheduler.outputs.itinerary import Rides
from scheduler.outputs.livemap import live_map
from scheduler.outputs.mappage import MapPage, Row, Table
from scheduler.outputs.scene import round_scene, week_scene
from scheduler.outputs.templates import asset, render, script_hash

if TYPE_CHECKING:
    import folium

#: From a map's page to the board of its week.
_UP = f"../{names.INDEX}"


def round_map(
    roster: Roster,
    round_: Round,
    rides: Rides,
    background: Background,
    *,
    map_settings: MapSettings | None = None,
) -> "folium.Map":
    """Return the map of one round: numbered stops, and the rides along the streets with arrows."""
    return live_map(round_scene(roster, round_, rides, background), map_settings or MapSettings())


def week_map(
    roster: Roster,
    rides: Rides,
    background: Background,
    *,
    map_settings: MapSettings | None = None,
) -> "folium.Map":
    """Return the map of the week, a layer a round. `roster` must be `privacy.public(...)`."""
    return live_map(week_scene(roster, rides, background), map_settings or MapSettings())


def round_page(
    roster: Roster,
    round_: Round,
    rides: Rides,
    background: Background,
    *,
    map_settings: MapSettings,
    practices: Sequence[Practice] = (),
    alone: bool = False,
) -> str:
    """Return the consultant's page of a round as HTML, in the language in force; without a map if nothing is ridden.

    `practices` have telephones and notes; `alone`, no week is beside the page.
    """
    shown = days.of_round(roster, round_, rides, practices)
    beside, up = days.beside(roster, round_), "" if alone else _UP
    if not itinerary.rides_out(round_):
        script = asset("round.js")
        return render(
            "dayalone.html", day=shown, beside=beside, up=up, script=script, script_hash=script_hash(script)
        )
    title = f"{shown.title}\N{NO-BREAK SPACE}· {shown.name}"
    page = MapPage(
        title=title,
        spoken=_("Map of the round: {name}").format(name=title),
        scene=round_scene(roster, round_, rides, background),
        up=up,
        note=note(roster, background),
        settings=map_settings,
    )
    return page.html("round.html", asset("round.js"), day=shown, beside=beside)


def week_page(roster: Roster, rides: Rides, background: Background, *, map_settings: MapSettings) -> str:
    """Return the page of the week's map as HTML. `roster` must be `privacy.public(...)`."""
    scene = week_scene(roster, rides, background)
    year, week = roster.week.split("-W")
    title = _("Week {week} {year}: all rounds").format(week=int(week), year=year)
    rounds = tuple(
        Row(
            mark=route,
            name=capitalized(day(round_.date)),
            more=((roster.consultant_names[round_.consultant_id],),),
            href=names.round_map(round_).removeprefix("maps/"),
            figures=(
                km(round_.ride_metres),
                hours((round_.returns_base - round_.leaves_base).total_seconds()),
            ),
        )
        for route, round_ in zip(scene.routes, roster.rounds, strict=True)
    )
    return MapPage(
        title=title,
        spoken=_("Map of {title}").format(title=title),
        scene=scene,
        facts=(
            ngettext("{n} round", "{n} rounds", len(rounds)).format(n=number(len(rounds))),
            km(sum(round_.ride_metres for round_ in roster.rounds)),
            *_edition(roster),
        ),
        tables=(Table(heads=(_("Round"), _("Distance"), _("Hours")), rows=rounds),),
        up=_UP,
        note=note(roster, background),
        settings=map_settings,
    ).html()


def _edition(roster: Roster) -> tuple[str, ...]:
    """Return which edition a page is of, where there are any."""
    return tuple(filter(None, (words.edition(roster),)))


def note(roster: Roster, background: Background) -> str:
    """Return where the network is from, which a map that is said to be simplified need not tell."""
    return "" if background.simplified or not roster.map_note else word(roster.map_note)
