"""The maps: one a round, with the consultant's list of stops, and one of the week.

`round_page` and `week_page` make the pages, in which a static SVG stands until the live map
replaces it; `round_map` and `week_map` return the `folium.Map` alone, for notebooks.
"""

import re
from urllib.parse import urlsplit

import folium

from scheduler.base.i18n import _, day
from scheduler.model.config import MapSettings
from scheduler.model.geo import Background
from scheduler.model.roster import Roster, Round
from scheduler.outputs import itinerary, names
from scheduler.outputs.cards import cards
from scheduler.outputs.itinerary import Rides
from scheduler.outputs.livemap import live_map
from scheduler.outputs.mappage import map_values
from scheduler.outputs.scene import round_scene, week_scene
from scheduler.outputs.templates import render
from scheduler.outputs.texts import word


def round_map(
    roster: Roster,
    round_: Round,
    rides: Rides,
    background: Background,
    *,
    map_settings: MapSettings | None = None,
) -> folium.Map:
    """Return the map of one round: numbered stops, and the rides along the streets with arrows."""
    return live_map(round_scene(roster, round_, rides, background), map_settings or MapSettings())


def week_map(
    roster: Roster,
    rides: Rides,
    background: Background,
    *,
    map_settings: MapSettings | None = None,
) -> folium.Map:
    """Return the map of the week, a layer a round. `roster` must be `privacy.public(...)`."""
    return live_map(week_scene(roster, rides, background), map_settings or MapSettings())


def round_page(
    roster: Roster, round_: Round, rides: Rides, background: Background, *, map_settings: MapSettings
) -> str:
    """Return the consultant's page of a round as HTML, in the language in force."""
    scene = round_scene(roster, round_, rides, background)
    name = itinerary.consultant_name(roster, round_.consultant_id)
    date = _capital(day(round_.date)).replace(" ", "\N{NO-BREAK SPACE}")
    title = f"{date}\N{NO-BREAK SPACE}· {name}"
    spoken = _("Map of the round: {name}").format(name=title)
    return render(
        "round.html",
        **map_values(scene, title, spoken=spoken, settings=map_settings),
        image_source=_image_source(map_settings.tile_url),
        facts=itinerary.facts(round_),
        cards=cards(roster, round_, rides),
        colour=scene.routes[0].colour,
        map_note=word(roster.map_note) if roster.map_note else "",
    )


def week_page(roster: Roster, rides: Rides, background: Background, *, map_settings: MapSettings) -> str:
    """Return the page of the week's map as HTML. `roster` must be `privacy.public(...)`."""
    scene = week_scene(roster, rides, background)
    year, week = roster.week.split("-W")
    title = _("Week {week} {year}: all rounds").format(week=int(week), year=year)
    rounds = [
        {
            "route": route,
            "day": _capital(day(round_.date)),
            "consultant": itinerary.consultant_name(roster, round_.consultant_id),
            "link": names.round_map(round_).removeprefix("maps/"),
            "metres": round_.ride_metres,
            "seconds": (round_.returns_base - round_.leaves_base).total_seconds(),
            "visits": itinerary.visits(round_),
            "conversations": round_.conversations,
        }
        for route, round_ in zip(scene.routes, roster.rounds, strict=True)
    ]
    return render(
        "week.html",
        **map_values(scene, title, spoken=_("Map of {title}").format(title=title), settings=map_settings),
        image_source=_image_source(map_settings.tile_url),
        rounds=rounds,
        total_metres=sum(round_.ride_metres for round_ in roster.rounds),
        map_note=word(roster.map_note) if roster.map_note else "",
    )


def _image_source(tile_url: str) -> str:
    """Return the only host that a page may fetch from: that of the tiles, if any."""
    tiles = urlsplit(tile_url)
    host = tiles.netloc.replace("{s}", "*")
    return f"{tiles.scheme}://{host}" if re.fullmatch(r"[\w.*:-]+", host) else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
