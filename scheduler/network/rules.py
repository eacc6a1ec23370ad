"""What a bicycle may ride in Denmark, and how: from the tags of a way to a rule for each direction.

This is the one place that puts right what OSMnx leaves out: access, contraflow, pushing, and who
rides where. The tags are those of https://wiki.openstreetmap.org/wiki/Bicycle and
https://wiki.openstreetmap.org/wiki/OSM_tags_for_routing/Access_restrictions; the defaults are those
for Denmark. Danes ride on the right, so the track on the right-hand side serves the way's direction.
"""

import dataclasses
import re
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Literal

from scheduler.network.conditions import Tags, by_day


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

#: Whom a value admits, by its key, and which way a tag of these says so.
_ACCESS = ("access", "vehicle", "bicycle", "foot")
_ONE_WAY_KEYS = ("oneway", "oneway:bicycle")
_DIRECTIONS = ("forward", "backward")
#: Nobody walks along these unless the map says that one may.
_NOT_WALKED = frozenset({"trunk", "trunk_link"})

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
    tags = by_day(tags, _stricter)
    if "highway" not in tags:
        return _ferry(tags)
    forward, backward = (_rule(_towards(tags, direction)) for direction in _DIRECTIONS)
    if isinstance(forward, Dropped):
        return forward if isinstance(backward, Dropped) else dataclasses.replace(backward, forward=None)
    if isinstance(backward, Dropped):
        return dataclasses.replace(forward, backward=None)
    against = forward.contraflow == "forward" or backward.contraflow == "backward"
    return WayRule(
        forward.forward,
        backward.backward,
        rough=forward.rough or backward.rough,
        contraflow=(forward.contraflow or backward.contraflow) if against else "",
    )


def _towards(tags: Tags, direction: str) -> Tags:
    """Return the tags as they are for who goes in one direction of a way."""
    own = {key: tags[f"{key}:{direction}"] for key in _ACCESS if f"{key}:{direction}" in tags}
    if not own:
        return tags
    if own.get("bicycle") in _YES:
        own["oneway:bicycle"] = "no"
    return {**tags, **own}


def _stricter(key: str, value: str, other: str) -> int:
    """Tell whether a value of a key lets fewer bicycles through than another (1), more (-1), or neither (0)."""
    for direction in _DIRECTIONS:
        key = key.removesuffix(f":{direction}")
    if key in _ACCESS:
        one, two = _openness(value), _openness(other)
        return 0 if one is None or two is None else (one < two) - (one > two)
    if key in _ONE_WAY_KEYS:
        one_way = _ONE_WAY | _ONE_WAY_BACK
        return int(value in one_way and other not in one_way) - int(value == "no" and other in one_way)
    return 0


def _openness(value: str) -> int | None:
    """Rank a value of access: forbidden, on foot, not said, allowed; None for what is none of these."""
    ranks = (_NO | _PRIVATE | {"use_sidepath"}, {"dismount"}, {""}, _YES)
    return next((rank for rank, values in enumerate(ranks) if value in values), None)


def _rule(tags: Tags) -> WayRule | Dropped:
    highway, bicycle = tags["highway"], tags.get("bicycle", "")
    invited = bicycle in _YES
    known = highway in _STREETS | _CALM | _PUSHED | {"cycleway"}
    refusals = (
        (highway in _MOTORWAYS or tags.get("motorroad") == "yes", Dropped.MOTORWAY),
        (highway in _UNFINISHED, Dropped.UNFINISHED),
        (bicycle == "use_sidepath", Dropped.NO_BICYCLES),
        (tags.get("indoor") == "yes" or not (known or invited), Dropped.NOT_RIDEABLE),
    )
    for refused, reason in refusals:
        if refused:
            return reason
    closed = None if invited else _closed(tags, "bicycle") or _closed(tags, "access")
    if closed:
        # Who pushes a bicycle is a pedestrian, whom a street closed to bicycles is open to.
        on_foot = _may_walk(tags, asked=closed is Dropped.PRIVATE or _closed(tags, "access") is not None)
        return _pushed(tags) if on_foot else closed
    if highway == "steps" or bicycle == "dismount" or (not invited and _is_for_walking(tags)):
        return _closed(tags, "foot") or _pushed(tags)
    return _ridden(tags)


def _pushed(tags: Tags) -> WayRule:
    riding = Riding.STEPS if tags["highway"] == "steps" else Riding.PUSH
    return WayRule(riding, riding)


def _may_walk(tags: Tags, *, asked: bool) -> bool:
    """Tell whether one may walk along a way; `asked` where only those may who are named."""
    if tags.get("foot") in _YES:
        return True
    beside = tags.get("sidewalk", "no") not in {"no", "none", "separate"}
    return not (asked or _closed(tags, "foot")) and (beside or tags["highway"] not in _NOT_WALKED)


def _ferry(tags: Tags) -> WayRule | Dropped:
    """Return the rule for a ferry, which takes bicycles where the map says so."""
    if tags.get("bicycle") not in _YES | {"dismount"}:
        return Dropped.FERRY
    along, against = _directions(tags)
    return WayRule(Riding.FERRY if along else None, Riding.FERRY if against else None)


def is_raised(tags: Tags) -> bool:
    """Tell whether a way runs on another level than the doors beside it: a bridge, a tunnel, a deck."""
    levels = {tags.get("layer", "0"), tags.get("level", "0")} - {"0"}
    return bool(levels) or any(tags.get(key, "no") != "no" for key in ("bridge", "tunnel"))


def ferry_kph(tags: Tags, length_m: float) -> float:
    """Return a ferry's speed in km per hour, once it has left.

    `duration` is ``HH:MM``, ``HH:MM:SS``, minutes, or as in ISO 8601; without it the ferry's `maxspeed`
    counts, else 10 km/h.
    """
    duration_s = _duration_s(tags.get("duration", ""))
    if not duration_s:
        kph = re.fullmatch(r"(\d{1,2})(\.\d+)?( ?km/h)?", tags.get("maxspeed", ""))
        duration_s = length_m / (float(kph[1]) if kph and float(kph[1]) else _FERRY_KPH) * 3.6
    return max(length_m, 1.0) / max(duration_s, 1.0) * 3.6


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
        own, other = _SIDES[::direction]
        # The track on the other side serves, too, where it is ridden in both directions.
        tracked = tags.get(own) in _TRACKS or (
            tags.get(other) in _TRACKS and tags.get(f"{other}:oneway") in {"no", *_ONE_WAY_BACK}
        )
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
    tags = by_day(tags, _stricter)
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
