"""How fast a stretch is ridden, from the settings."""

from scheduler.model.config import Cycling
from scheduler.network.riding import Riding


def speed_kph(riding: Riding, cycling: Cycling, *, rough: bool = False) -> float:
    """Return the speed on a stretch in km per hour.

    A rough surface slows down who rides; who pushes walks at the same speed on any. A ferry has a
    speed of its own, which no setting changes: the one here is only for where that is unknown.
    """
    if riding is Riding.PUSH:
        return cycling.push_kph
    if riding is Riding.STEPS:
        return cycling.steps_kph
    factor = {
        Riding.TRACK: 1.0,
        Riding.STREET: cycling.mixed_traffic_factor,
        Riding.CALM: cycling.calm_street_factor,
        Riding.FERRY: 1.0,
    }[riding]
    return cycling.speed_kph * factor * (cycling.rough_surface_factor if rough else 1.0)
