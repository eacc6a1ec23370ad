"""The bicycle network on a map: where one may ride one way only, against the cars, or not at all.

Each kind has a colour that colour-blind eyes tell from the others, and arrows or a dash pattern.
"""

from collections.abc import Mapping, Sequence

from scheduler.base.i18n import _, km, number
from scheduler.model.geo import Background, Stretches
from scheduler.model.project import Place
from scheduler.outputs.mappage import MapPage, Row, Table
from scheduler.outputs.placesscene import place_marker, places_scene
from scheduler.outputs.scene import Route
from scheduler.outputs.signs import Sign

#: What the page is made from: it prints on one sheet.
TEMPLATE = "networkmap.html"


def network_map(
    stretches: Sequence[Stretches],
    background: Background,
    places: Sequence[Place],
    distances_m: Mapping[str, float] | None = None,
    *,
    source: str = "",
    date: str = "",
) -> MapPage:
    """Return the network as a map with tables, in the language in force.

    Parameters
    ----------
    stretches
        What is drawn, a layer a kind.
    background
        The map behind it.
    places
        Which places are marked, in the order of their numbers; those without coordinates are not. Home visits are not to be among them.
    distances_m
        How far places are from the network, in metres, by id.
    source, date
        Where the map is from, and when its data were taken.
    """
    away = {id_: f"{number(round(metres))} m" for id_, metres in (distances_m or {}).items()}
    drawn = [(_route(part.kind), part) for part in stretches if part.lines]
    known = [place for place in places if place.lat is not None and place.lon is not None]
    numbered = [(Sign(str(label)), place) for label, place in enumerate(known, start=1)]
    return MapPage(
        title=_("Bicycle network"),
        scene=places_scene(
            background,
            [
                place_marker(sign, place, _to_network(away.get(place.place_id, "")))
                for sign, place in numbered
            ],
            layers=[(route, part.lines) for route, part in drawn],
        ),
        facts=tuple(filter(None, (source, date))),
        tables=(
            Table(
                heads=(_("Stretches"), _("Distance")),
                rows=tuple(
                    Row(mark=route, name=route.name, figures=(km(1000 * part.km),)) for route, part in drawn
                ),
            ),
            Table(
                heads=(_("Places"), _("To the network")),
                rows=tuple(
                    Row(mark=sign, name=place.name, figures=(away.get(place.place_id, ""),))
                    for sign, place in numbered
                ),
            ),
        ),
    )


def meaning(kind: str) -> str:
    """Return what a kind of stretch means, in words."""
    return {
        "oneway": _("one way only"),
        "contraflow": _("against the cars, allowed for bicycles"),
        "pushed": _("pushing the bicycle, or carrying it on stairs"),
        "cut_off": _("cut off from the rest, and left out"),
    }[kind]


#: The letter of a layer, its colour and dash pattern in `map.css`, and whether it has arrows.
_LOOKS: dict[str, tuple[str, int, int, bool]] = {
    "oneway": ("A", 0, 0, True),
    "contraflow": ("B", 1, 1, True),
    "pushed": ("C", 3, 2, False),
    "cut_off": ("D", 6, 3, False),
}


def _to_network(distance: str) -> str:
    return _("{distance} to the network").format(distance=distance) if distance else ""


def _route(kind: str) -> Route:
    letter, colour, dash, arrows = _LOOKS[kind]
    return Route(letter, meaning(kind), colour, dash, (), (), arrows)
