"""How a way that may be ridden is ridden: in which directions, on what track, on what surface.

Danes ride on the right, so the track on the right-hand side serves the way's direction. The tags are
those of https://wiki.openstreetmap.org/wiki/Bicycle.
"""

from enum import IntEnum

from scheduler.network.access import ONE_WAY, ONE_WAY_BACK
from scheduler.network.conditions import Tags


class Riding(IntEnum):
    """How a stretch is ridden; each kind has its speed in the settings."""

    TRACK = 0
    STREET = 1
    CALM = 2
    PUSH = 3
    STEPS = 4
    FERRY = 5


STREETS = frozenset(
    {"trunk", "trunk_link", "primary", "primary_link", "secondary", "secondary_link", "tertiary"}
    | {"tertiary_link", "unclassified", "road"}
)
CALM = frozenset({"residential", "living_street", "service", "track", "path"})

_RIGHT, _LEFT = "cycleway:right", "cycleway:left"
_TRACKS = frozenset({"track", "lane", "share_busway", "crossing", "segregated"})
_OPPOSITE_TRACKS = frozenset({"opposite_track", "opposite_lane"})
#: What is drawn as a way of its own ("separate") is no part of this one.
_NO_TRACK = frozenset({"no", "none", "separate"})
_ROUGH_SURFACES = frozenset(
    {"cobblestone", "unhewn_cobblestone", "sett", "pebblestone", "gravel", "unpaved", "dirt", "earth"}
    | {"ground", "mud", "sand", "grass", "woodchips", "rock"}
)
_ROUGH = frozenset({"bad", "very_bad", "horrible", "very_horrible", "impassable"})


def is_roundabout(tags: Tags) -> bool:
    """Tell whether a way is (a part of) a roundabout, round which one rides one way."""
    return tags.get("junction") in {"roundabout", "circular"}


def traffic_direction(tags: Tags) -> int:
    """Return 1 for a one-way street along its nodes, -1 against them, 0 for both ways."""
    oneway = tags.get("oneway", "")
    if oneway in ONE_WAY:
        return 1
    if oneway in ONE_WAY_BACK:
        return -1
    return 1 if not oneway and is_roundabout(tags) else 0


def directions(tags: Tags) -> tuple[bool, bool]:
    """Tell whether a bicycle may ride along the way's nodes, and against them."""
    own, traffic = tags.get("oneway:bicycle", ""), traffic_direction(tags)
    if own in ONE_WAY:
        # "As for cars": a one-way street drawn against its nodes stays so.
        return (False, True) if traffic == -1 else (True, False)
    if own in ONE_WAY_BACK:
        return False, True
    if own == "no" or traffic == 0 or _has_contraflow(tags, traffic):
        return True, True
    return traffic == 1, traffic == -1


def _has_contraflow(tags: Tags, traffic: int) -> bool:
    """Tell whether something beside a one-way street's traffic is ridden against it."""
    both = tags.get("cycleway:both", tags.get("cycleway", "no"))
    for key in ("cycleway", "cycleway:both", _RIGHT, _LEFT):
        kind = tags.get(key, both)
        if kind.startswith("opposite"):
            return True
        if kind not in _NO_TRACK and f"{key}:oneway" in tags and _leads(tags, key, -traffic):
            return True
    return False


def _leads(tags: Tags, key: str, direction: int) -> bool:
    """Tell whether what is beside a way's traffic, by its key, is ridden in a direction (1 or -1)."""
    own = tags.get(f"{key}:oneway", "")
    if own == "no":
        return True
    if own in ONE_WAY | ONE_WAY_BACK:
        return direction == (1 if own in ONE_WAY else -1)
    return direction == (traffic_direction(tags) or (-1 if key == _LEFT else 1))


def riding(tags: Tags, direction: int) -> Riding:
    """Return how the way is ridden along its nodes (1) or against them (-1)."""
    highway = tags["highway"]
    if highway == "cycleway" or "yes" in (tags.get("cyclestreet"), tags.get("bicycle_road")):
        return Riding.TRACK
    if highway == "path" and tags.get("bicycle") == "designated":
        return Riding.TRACK
    if _is_on_track(tags, direction):
        return Riding.TRACK
    return Riding.STREET if highway in STREETS else Riding.CALM


def _is_on_track(tags: Tags, direction: int) -> bool:
    if tags.get("cycleway") in _TRACKS or tags.get("cycleway:both") in _TRACKS:
        return True
    against = direction == -traffic_direction(tags)
    if against and any(tags.get(key) in _OPPOSITE_TRACKS for key in ("cycleway", _RIGHT, _LEFT)):
        return True
    return any(tags.get(key) in _TRACKS and _leads(tags, key, direction) for key in (_RIGHT, _LEFT))


def is_rough(tags: Tags, *, on_track: bool) -> bool:
    """Tell whether the surface slows a bicycle down; that of a street says nothing of the track beside it."""
    beside = on_track and tags["highway"] in STREETS | CALM - {"path"}
    surface = tags.get("cycleway:surface", "" if beside else tags.get("surface", ""))
    smoothness = tags.get("cycleway:smoothness", "" if beside else tags.get("smoothness", ""))
    return surface.split(":")[0] in _ROUGH_SURFACES or smoothness in _ROUGH
