"""What scenarios change, on a map: practices and bases that are new, have moved, or are gone."""

from collections.abc import Sequence
from dataclasses import dataclass

from scheduler.base.i18n import _
from scheduler.model.geo import Background
from scheduler.model.project import Place
from scheduler.outputs.mappage import MapPage
from scheduler.outputs.placesscene import base_marker, place_marker, places_scene, practice_marker
from scheduler.outputs.signs import Sign

#: The colour of `map.css` for what a scenario changes.
_CHANGED = 1


@dataclass(frozen=True, slots=True)
class ChangedPlace:
    """A place that some scenarios change; `lines` say which, and how. A base is marked as bases are."""

    place: Place
    lines: tuple[str, ...]
    is_base: bool = False


def scenario_map(
    changed: Sequence[ChangedPlace],
    *,
    bases: Sequence[Place],
    practices: Sequence[Place],
    background: Background,
) -> MapPage:
    """Return a map of the places that scenarios change, numbered, among those that stay.

    Parameters
    ----------
    changed
        In the order of their numbers, with coordinates.
    bases, practices
        What is there today, with coordinates. Home visits are not to be among them.
    background
        The map behind it.
    """
    numbered = (
        place_marker(Sign(str(number), _CHANGED, base=each.is_base), each.place, *each.lines)
        for number, each in enumerate(changed, start=1)
    )
    markers = [*map(base_marker, bases), *numbered, *map(practice_marker, practices)]
    return MapPage(title=_("New, moved and dropped places"), scene=places_scene(background, markers))
