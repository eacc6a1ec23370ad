"""What stands on a way or where ways meet: signals, gates, and turns that are forbidden."""

import re
from typing import Literal

from scheduler.network.access import YES, closes, in_the_daytime
from scheduler.network.conditions import Tags

#: What a bicycle cannot be pushed through, whoever may pass.
_IMPASSABLE = frozenset(
    {"wall", "fence", "hedge", "city_wall", "retaining_wall", "guard_rail", "stile", "turnstile"}
    | {"full-height_turnstile"}
)


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
    tags = in_the_daytime(tags)
    if tags.get("bicycle") in YES | {"dismount"}:
        return False
    if closes(tags, "bicycle") or tags["barrier"] in _IMPASSABLE:
        return True
    on_foot = tags.get("foot") in YES
    return not on_foot and (tags.get("locked") == "yes" or closes(tags, "access"))


def turn_rule(tags: Tags) -> Literal["no", "only", ""]:
    """Tell whether a relation forbids a turn to bicycles ("no") or all other turns ("only")."""
    if tags.get("type") != "restriction" or "bicycle" in re.split(r"[;,\s]+", tags.get("except", "")):
        return ""
    rule = tags.get("restriction:bicycle", tags.get("restriction", ""))
    if rule.startswith("no_"):
        return "no"
    return "only" if rule.startswith("only_") else ""
