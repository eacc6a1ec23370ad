"""A first project from nothing: what it has and misses, and the map on which its places are found."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from scheduler.base.i18n import _
from scheduler.model.geo import Point
from scheduler.network import Network
from scheduler.outputs.placesscene import base_marker, places_scene, practice_marker
from scheduler.outputs.scene import Scene
from scheduler.outputs.svgmap import point_at, svg
from scheduler.places.geocoding import look_up
from scheduler.services.tabling import Opened, said

#: So far the map shows around what is on it.
_AROUND_M = 1_500.0


@dataclass(frozen=True, slots=True)
class Sketch:
    """The map of a project that is being begun.

    Attributes
    ----------
    scene
        What is drawn.
    has_base
        Whether the base is on it.
    lost
        Which places are not found, and why, as sentences.
    """

    scene: Scene
    has_base: bool
    lost: Sequence[str]

    @property
    def svg(self) -> Markup:
        """The map as an SVG element."""
        return svg(self.scene, _("Map of the base and the practices"))

    def point_at(self, x: float, y: float) -> Point | None:
        """Return which point is at a pixel; None where it is not on the map."""
        return point_at(self.scene, x, y)


def sketch(tables: Opened, network: Network) -> Sketch:
    """Find base and practices of the tables on the network's map, as far as they are there and known."""
    project = tables.found.project
    homes = project.homes
    shown = project.replace(places=tuple(place for place in project.places if place.place_id not in homes))
    found = look_up(shown, network)
    known = {each.place_id for each in found.located}
    bases = {base.place_id for base in shown.bases}
    markers = [
        base_marker(place) if place.place_id in bases else practice_marker(place)
        for place in found.places
        if place.place_id in known
    ]
    return Sketch(
        places_scene(network.background(), markers, margin_m=_AROUND_M),
        bool(bases & known),
        tuple(map(said, found.problems)),
    )
