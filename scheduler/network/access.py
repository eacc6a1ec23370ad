"""Whom the tags of a way or a gate admit, on workdays from 8 to 16.

The values are those of https://wiki.openstreetmap.org/wiki/Key:access.
"""

from scheduler.network.conditions import Tags, by_day

YES = frozenset({"yes", "designated", "permissive", "official", "destination", "customers"})
PRIVATE = frozenset({"private", "permit", "residents", "employees", "delivery", "agricultural", "forestry"})
NO = frozenset({"no", "military", "emergency", "use_sidepath"})

#: Values of a one-way street along its nodes, and against them.
ONE_WAY = frozenset({"yes", "true", "1"})
ONE_WAY_BACK = frozenset({"-1", "reverse"})

_ACCESS = ("access", "vehicle", "bicycle", "foot")
_ONE_WAY_KEYS = ("oneway", "oneway:bicycle")
DIRECTIONS = ("forward", "backward")


def by_day_and_direction(tags: Tags) -> tuple[Tags, Tags]:
    """Return the tags as they are by day for who goes along a way, and for who goes against it."""
    tags = in_the_daytime(tags)
    forward, backward = (_towards(tags, direction) for direction in DIRECTIONS)
    return forward, backward


def in_the_daytime(tags: Tags) -> Tags:
    """Return the tags with those of their conditions that count by day."""
    return by_day(tags, _stricter)


def closes(tags: Tags, key: str) -> bool:
    """Tell whether a tag closes a way to all but some."""
    return tags.get(key, "") in NO | PRIVATE


def _towards(tags: Tags, direction: str) -> Tags:
    own = {key: tags[f"{key}:{direction}"] for key in _ACCESS if f"{key}:{direction}" in tags}
    if not own:
        return tags
    if own.get("bicycle") in YES:
        own["oneway:bicycle"] = "no"
    return {**tags, **own}


def _stricter(key: str, value: str, other: str) -> int:
    """Tell whether a value of a key lets fewer bicycles through than another (1), more (-1), or neither (0)."""
    for direction in DIRECTIONS:
        key = key.removesuffix(f":{direction}")
    if key in _ACCESS:
        one, two = _openness(value), _openness(other)
        return 0 if one is None or two is None else (one < two) - (one > two)
    if key in _ONE_WAY_KEYS:
        one_way = ONE_WAY | ONE_WAY_BACK
        # Where nothing is said for bicycles, the street may be one-way for all.
        binding = one_way if key == "oneway" else one_way | {""}
        return int(value in one_way and other not in one_way) - int(value == "no" and other in binding)
    return 0


def _openness(value: str) -> int | None:
    """Rank a value of access: forbidden, on foot, not said, allowed; None for what is none of these."""
    ranks = (NO | PRIVATE, {"dismount"}, {""}, YES)
    return next((rank for rank, values in enumerate(ranks) if value in values), None)
