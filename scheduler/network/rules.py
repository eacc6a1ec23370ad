"""What a bicycle may ride in Denmark, and how: from the tags of a way to a rule for each direction.

This is the one place that puts right what OSMnx leaves out: access, contraflow, pushing, and who
rides where. The tags are those of https://wiki.openstreetmap.org/wiki/Bicycle and
https://wiki.openstreetmap.org/wiki/OSM_tags_for_routing/Access_restrictions; the defaults are those
for Denmark.
"""

import dataclasses
from dataclasses import dataclass
from enum import StrEnum

from scheduler.network.access import PRIVATE, YES, by_day_and_direction, closes, in_the_daytime
from scheduler.network.conditions import Tags
from scheduler.network.riding import (
    CALM,
    STREETS,
    Riding,
    directions,
    is_rough,
    is_roundabout,
    riding,
    traffic_direction,
)


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


_PUSHED = frozenset({"footway", "pedestrian", "steps"})
_MOTORWAYS = frozenset({"motorway", "motorway_link"})
_UNFINISHED = frozenset({"construction", "proposed", "planned"})
#: Nobody walks along these unless the map says that one may.
_NOT_WALKED = frozenset({"trunk", "trunk_link"})
#: What is no bridge or tunnel, or one at the doors' own level.
_GROUND = frozenset({"no", "boardwalk", "building_passage"})


def is_route(tags: Tags) -> bool:
    """Tell whether a way is one that somebody moves along: a street, a path or a ferry."""
    return "highway" in tags or tags.get("route") == "ferry"


def way_rule(tags: Tags) -> WayRule | Dropped:
    """Return the rule for a street, a path or a ferry, or why it is not for bicycles."""
    if "highway" not in tags:
        return _ferry(in_the_daytime(tags))
    forward, backward = map(_rule, by_day_and_direction(tags))
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


def _rule(tags: Tags) -> WayRule | Dropped:
    highway, bicycle = tags["highway"], tags.get("bicycle", "")
    invited = bicycle in YES
    known = highway in STREETS | CALM | _PUSHED | {"cycleway"}
    refusals = (
        (highway in _MOTORWAYS or tags.get("motorroad") == "yes", Dropped.MOTORWAY),
        (highway in _UNFINISHED, Dropped.UNFINISHED),
        (bicycle == "use_sidepath", Dropped.NO_BICYCLES),
        (_is_indoors(tags) or not (known or invited), Dropped.NOT_RIDEABLE),
    )
    for refused, reason in refusals:
        if refused:
            return reason
    closed = None if invited else _closed(tags, "bicycle") or _closed(tags, "access")
    if closed:
        # Who pushes a bicycle is a pedestrian, whom a street closed to bicycles is open to.
        on_foot = _may_walk(tags, asked=closed is Dropped.PRIVATE or closes(tags, "access"))
        return _pushed(tags) if on_foot else closed
    if highway == "steps" or bicycle == "dismount" or (not invited and _is_for_walking(tags)):
        return _closed(tags, "foot") or _pushed(tags)
    return _ridden(tags)


def _is_indoors(tags: Tags) -> bool:
    """Tell whether a way leads where a bicycle is not even pushed: inside a building, up an escalator."""
    return any(tags.get(key, "no") != "no" for key in ("indoor", "conveying"))


def _closed(tags: Tags, key: str) -> Dropped | None:
    if not closes(tags, key):
        return None
    return Dropped.PRIVATE if tags[key] in PRIVATE else Dropped.NO_BICYCLES


def _is_for_walking(tags: Tags) -> bool:
    return tags["highway"] in _PUSHED or closes(tags, "vehicle")


def _may_walk(tags: Tags, *, asked: bool) -> bool:
    """Tell whether one may walk along a way; `asked` where only those may who are named."""
    if tags.get("foot") in YES:
        return True
    beside = tags.get("sidewalk", "no") not in {"no", "none", "separate"}
    return not (asked or closes(tags, "foot")) and (beside or tags["highway"] not in _NOT_WALKED)


def _pushed(tags: Tags) -> WayRule:
    on_foot = Riding.STEPS if tags["highway"] == "steps" else Riding.PUSH
    return WayRule(on_foot, on_foot)


def _ridden(tags: Tags) -> WayRule:
    along, against = directions(tags)
    traffic = traffic_direction(tags)
    contraflow = ""
    if traffic == 1 and against:
        contraflow = "backward"
    elif traffic == -1 and along:
        contraflow = "forward"
    # Who pushes a bicycle is a pedestrian, and may walk on the pavement against a one-way street.
    on_foot = None if closes(tags, "foot") or is_roundabout(tags) else Riding.PUSH
    forward = riding(tags, 1) if along else on_foot
    backward = riding(tags, -1) if against else on_foot
    rough = is_rough(tags, on_track=Riding.TRACK in (forward, backward))
    return WayRule(forward, backward, rough=rough, contraflow=contraflow)


def _ferry(tags: Tags) -> WayRule | Dropped:
    """Return the rule for a ferry, which takes bicycles where the map says so."""
    if tags.get("bicycle") not in YES | {"dismount"}:
        return Dropped.FERRY
    along, against = directions(tags)
    return WayRule(Riding.FERRY if along else None, Riding.FERRY if against else None)


def is_raised(tags: Tags) -> bool:
    """Tell whether a way runs on another level than the doors beside it: a bridge, a tunnel, a deck.

    A passage through a building is on the ground, and so is a way under a roof or a balcony: there `layer`
    says only what is drawn above what.
    See https://wiki.openstreetmap.org/wiki/Tag:tunnel%3Dbuilding_passage and Key:layer.
    """
    if tags.get("bridge", "no") not in _GROUND or tags.get("tunnel", "no") not in _GROUND:
        return True
    roofed = tags.get("tunnel") == "building_passage" or tags.get("covered", "no") != "no"
    return not (_is_nought(tags.get("level") or "0") and (roofed or _is_nought(tags.get("layer") or "0")))


def _is_nought(number: str) -> bool:
    try:
        return float(number) == 0
    except ValueError:
        return False
