"""What a bicycle may ride in Denmark, and how: from the tags of a way to a rule for each direction.

This is the one place that puts right what OSMnx leaves out: access, contraflow, pushing, and who
rides where. The tags are those of https://wiki.openstreetmap.org/wiki/Bicycle and
https://wiki.openstreetmap.org/wiki/OSM_tags_for_routing/Access_restrictions; the defaults are those
for Denmark. Danes ride on the right, so the track on the right-hand side serves the way's direction.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Literal

Tags = Mapping[str, str]


class Riding(IntEnum):
    """How a stretch is ridden; each kind has its speed in the settings."""

    TRACK = 0
    STREET = 1
    CALM = 2
    PUSH = 3
    STEPS = 4
    FERRY = 5


class Dropped(StrEnum):
    """Why a way is not in the bicycle network."""

    MOTORWAY = "motorway"
    NO_BICYCLES = "no bicycles"
    PRIVATE = "private"
    UNFINISHED = "under construction"
    NOT_RIDEABLE = "not rideable"
    FERRY = "ferry without bicycles"
    CLIPPED = "without nodes"


@dataclass(frozen=True, slots=True)
class WayRule:
    """How a bicycle goes along a way and against its node order; None where it may not.

    `contraflow` tells which of the two is against a one-way street's traffic. `rough` is a surface
    that slows a bicycle down.
    """

    forward: Riding | None
    backward: Riding | None
    rough: bool = False
    contraflow: str = ""


_STREETS = frozenset(
    {"trunk", "trunk_link", "primary", "primary_link", "secondary", "secondary_link", "tertiary"}
    | {"tertiary_link", "unclassified", "road"}
)
_CALM = frozenset({"residential", "living_street", "service", "track", "path"})
_PUSHED = frozenset({"footway", "pedestrian", "steps"})
_MOTORWAYS = frozenset({"motorway", "motorway_link"})
_UNFINISHED = frozenset({"construction", "proposed", "planned"})

_YES = frozenset({"yes", "designated", "permissive", "official", "destination", "customers"})
_PRIVATE = frozenset({"private", "permit", "residents", "employees", "agricultural", "forestry"})
_NO = frozenset({"no", "military", "emergency"})

_ONE_WAY = frozenset({"yes", "true", "1"})
_ONE_WAY_BACK = frozenset({"-1", "reverse"})

#: What a bicycle cannot be pushed through, whoever may pass.
_IMPASSABLE = frozenset(
    {"wall", "fence", "hedge", "city_wall", "retaining_wall", "guard_rail", "stile", "turnstile"}
    | {"full-height_turnstile"}
)

#: Of a ferry of which the map says nothing: about that of Copenhagen's harbour buses.
_FERRY_KPH = 10.0

_SIDES = ("cycleway:right", "cycleway:left")
_TRACKS = frozenset({"track", "lane", "share_busway", "crossing", "segregated"})
_ROUGH_SURFACES = frozenset(
    {"cobblestone", "unhewn_cobblestone", "sett", "pebblestone", "gravel", "unpaved", "dirt", "earth"}
    | {"ground", "mud", "sand", "grass", "woodchips", "rock"}
)
_ROUGH = frozenset({"bad", "very_bad", "horrible", "very_horrible", "impassable"})


def is_route(tags: Tags) -> bool:
    """Tell whether a way is one that somebody moves along: a street, a path or a ferry."""
    return "highway" in tags or tags.get("route") == "ferry"


def way_rule(tags: Tags) -> WayRule | Dropped:
    """Return the rule for a street, a path or a ferry, or why it is not for bicycles."""
    if "highway" not in tags:
        return _ferry(tags)
    highway, bicycle = tags["highway"], tags.get("bicycle", "")
    invited = bicycle in _YES
    known = highway in _STREETS | _CALM | _PUSHED | {"cycleway"}
    refusals = (
        (highway in _MOTORWAYS or tags.get("motorroad") == "yes", Dropped.MOTORWAY),
        (highway in _UNFINISHED, Dropped.UNFINISHED),
        (bicycle in _NO | {"use_sidepath"}, Dropped.NO_BICYCLES),
        (tags.get("indoor") == "yes" or not (known or invited), Dropped.NOT_RIDEABLE),
        (bicycle in _PRIVATE, Dropped.PRIVATE),
    )
    for refused, reason in refusals:
        if refused:
            return reason
    if not invited and (closed := _closed(tags, "access")):
        return closed

    if highway == "steps" or bicycle == "dismount" or (not invited and _is_for_walking(tags)):
        riding = Riding.STEPS if highway == "steps" else Riding.PUSH
        return _closed(tags, "foot") or WayRule(riding, riding)
    return _ridden(tags)


def _ferry(tags: Tags) -> WayRule | Dropped:
    """Return the rule for a ferry, which takes bicycles where the map says so."""
    if tags.get("bicycle") not in _YES | {"dismount"}:
        return Dropped.FERRY
    along, against = _directions(tags)
    return WayRule(Riding.FERRY if along else None, Riding.FERRY if against else None)


def ferry_kph(tags: Tags, length_m: float) -> float:
    """Return a ferry's speed in km per hour, with half the time between two departures as waiting.

    `duration` and `interval` are ``HH:MM``, ``HH:MM:SS``, minutes, or as in ISO 8601; without a
    duration the ferry's `maxspeed` counts, else 10 km/h.
    """
    duration_s = _duration_s(tags.get("duration", ""))
    if not duration_s:
        kph = re.fullmatch(r"(\d{1,2})(\.\d+)?( ?km/h)?", tags.get("maxspeed", ""))
        duration_s = length_m / (float(kph[1]) if kph and float(kph[1]) else _FERRY_KPH) * 3.6
    seconds = duration_s + _duration_s(tags.get("interval", "")) / 2
    return max(length_m, 1.0) / max(seconds, 1.0) * 3.6


def _duration_s(text: str) -> float:
    """Return the seconds of a duration as OSM writes it; 0 for none or nonsense."""
    if clock := re.fullmatch(r"(?:(\d{1,3}):)?(\d{1,3})(?::(\d{2}))?", text.strip()):
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return hours * 3600 + minutes * 60 + seconds
    if iso := re.fullmatch(r"PT(?:(\d{1,3})H)?(?:(\d{1,3})M)?(?:(\d{1,5})S)?", text.strip()):
        hours, minutes, seconds = (int(part or 0) for part in iso.groups())
        return hours * 3600 + minutes * 60 + seconds
    return 0.0


def _is_for_walking(tags: Tags) -> bool:
    return tags["highway"] in _PUSHED or _closed(tags, "vehicle") is not None


def _closed(tags: Tags, key: str) -> Dropped | None:
    value = tags.get(key, "")
    if value in _PRIVATE:
        return Dropped.PRIVATE
    return Dropped.NO_BICYCLES if value in _NO else None


def _ridden(tags: Tags) -> WayRule:
    along, against = _directions(tags)
    traffic = _traffic_direction(tags)
    contraflow = ""
    if traffic == 1 and against:
        contraflow = "backward"
    elif traffic == -1 and along:
        contraflow = "forward"
    # Who pushes a bicycle is a pedestrian, and may walk on the pavement against a one-way street.
    on_foot = None if _closed(tags, "foot") or _is_roundabout(tags) else Riding.PUSH
    forward = _riding(tags, 1) if along else on_foot
    backward = _riding(tags, -1) if against else on_foot
    rough = _is_rough(tags, on_track=Riding.TRACK in (forward, backward))
    return WayRule(forward, backward, rough=rough, contraflow=contraflow)


def _is_roundabout(tags: Tags) -> bool:
    return tags.get("junction") in {"roundabout", "circular"}


def _traffic_direction(tags: Tags) -> int:
    """Return 1 for a one-way street along its nodes, -1 against them, 0 for both ways."""
    oneway = tags.get("oneway", "")
    if oneway in _ONE_WAY:
        return 1
    if oneway in _ONE_WAY_BACK:
        return -1
    if not oneway and _is_roundabout(tags):
        return 1
    return 0


def _directions(tags: Tags) -> tuple[bool, bool]:
    """Tell whether a bicycle may ride along the way's nodes, and against them."""
    own = tags.get("oneway:bicycle", "")
    if own in _ONE_WAY:
        # "As for cars": a one-way street drawn against its nodes stays so.
        return (False, True) if _traffic_direction(tags) == -1 else (True, False)
    if own in _ONE_WAY_BACK:
        return False, True
    traffic = _traffic_direction(tags)
    if own == "no" or traffic == 0 or _has_contraflow(tags):
        return True, True
    return traffic == 1, traffic == -1


def _has_contraflow(tags: Tags) -> bool:
    for key in ("cycleway", "cycleway:both", *_SIDES):
        if tags.get(key, "").startswith("opposite"):
            return True
        # A track along a one-way street that is itself two-way, or runs against the traffic. What is
        # drawn as a way of its own ("separate") is no part of this one.
        own = tags.get(f"{key}:oneway", "")
        if (own == "no" or own in _ONE_WAY_BACK) and tags.get(key, "no") not in {"no", "none", "separate"}:
            return True
    return False


def _riding(tags: Tags, direction: int) -> Riding:
    """Return how the way is ridden along its nodes (1) or against them (-1)."""
    highway = tags["highway"]
    if highway == "cycleway" or "yes" in (tags.get("cyclestreet"), tags.get("bicycle_road")):
        return Riding.TRACK
    if highway == "path" and tags.get("bicycle") == "designated":
        return Riding.TRACK
    traffic = _traffic_direction(tags)
    if tags.get("cycleway") in _TRACKS or tags.get("cycleway:both") in _TRACKS:
        tracked = True
    elif traffic == 0:
        tracked = tags.get("cycleway:right" if direction == 1 else "cycleway:left") in _TRACKS
    elif direction == traffic:
        tracked = any(tags.get(key) in _TRACKS for key in _SIDES)
    else:
        tracked = any(
            tags.get(key) in {"opposite_track", "opposite_lane"}
            or (tags.get(key) in _TRACKS and tags.get(f"{key}:oneway") in {"no", *_ONE_WAY_BACK})
            for key in ("cycleway", *_SIDES)
        )
    if tracked:
        return Riding.TRACK
    return Riding.STREET if highway in _STREETS else Riding.CALM


def _is_rough(tags: Tags, *, on_track: bool) -> bool:
    # The surface of a street says nothing of the track beside it.
    beside = on_track and tags["highway"] in _STREETS | _CALM - {"path"}
    surface = tags.get("cycleway:surface", "" if beside else tags.get("surface", ""))
    smoothness = tags.get("cycleway:smoothness", "" if beside else tags.get("smoothness", ""))
    return surface.split(":")[0] in _ROUGH_SURFACES or smoothness in _ROUGH


def is_signal(tags: Tags) -> bool:
    """Tell whether a node is a traffic signal, for all or at a crossing."""
    return (
        tags.get("highway") == "traffic_signals"
        or tags.get("crossing") == "traffic_signals"
        or tags.get("crossing:signals") == "yes"
    )


def is_blocked(tags: Tags) -> bool:
    """Tell whether a node (a gate, a wall) stops a bicycle that is pushed past it, too."""
    if "barrier" not in tags:
        return False
    if tags.get("bicycle") in _YES | {"dismount"}:
        return False
    if tags.get("bicycle") in _NO | _PRIVATE or tags["barrier"] in _IMPASSABLE:
        return True
    if tags.get("locked") == "yes" and tags.get("foot") not in _YES:
        return True
    return tags.get("access") in _NO | _PRIVATE and tags.get("foot") not in _YES


def turn_rule(tags: Tags) -> Literal["no", "only", ""]:
    """Tell whether a relation forbids a turn to bicycles ("no") or all other turns ("only")."""
    if tags.get("type") != "restriction" or "bicycle" in re.split(r"[;,\s]+", tags.get("except", "")):
        return ""
    rule = tags.get("restriction:bicycle", tags.get("restriction", ""))
    if rule.startswith("no_"):
        return "no"
    return "only" if rule.startswith("only_") else ""
