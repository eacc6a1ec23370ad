"""Ferries: how fast they are, and where they land."""

import re

from scheduler.network.conditions import Tags

#: Of a ferry of which the map says nothing: about that of Copenhagen's harbour buses.
_USUAL_KPH = 10.0
#: No ferry is faster, whatever a map says.
_FASTEST_KPH = 100.0

_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3})(?::(\d{2}))?")
_ISO = re.compile(r"PT(?:(\d{1,3})H)?(?:(\d{1,3})M)?(?:(\d{1,5})S)?")
_SPEED = re.compile(r"(\d{1,2})(\.\d{1,3})?( ?km/h)?")


def ferry_kph(tags: Tags, length_m: float) -> float:
    """Return a ferry's speed in km per hour, once it has left.

    `duration` is ``HH:MM``, ``HH:MM:SS``, minutes, or as in ISO 8601; without it, or with one that no
    ferry can keep, the ferry's `maxspeed` counts, else 10 km/h.
    """
    if duration_s := _duration_s(tags.get("duration", "")):
        kph = max(length_m, 1.0) / duration_s * 3.6
        if kph <= _FASTEST_KPH:
            return kph
    said = _SPEED.fullmatch(tags.get("maxspeed", ""))
    return (float(said[0].removesuffix("km/h")) if said else 0.0) or _USUAL_KPH


def _duration_s(text: str) -> int:
    """Return the seconds of a duration as OSM writes it; 0 for none or nonsense."""
    said = _CLOCK.fullmatch(text.strip()) or _ISO.fullmatch(text.strip())
    if said is None:
        return 0
    hours, minutes, seconds = (int(part or 0) for part in said.groups())
    return hours * 3600 + minutes * 60 + seconds


def is_landing(tags: Tags) -> bool:
    """Tell whether a ferry that passes a node lands there."""
    return tags.get("amenity") == "ferry_terminal" or (
        tags.get("public_transport") in {"stop_position", "station"} and tags.get("ferry") == "yes"
    )
