"""How streets are drawn: in five classes, each with its width."""

#: The classes of streets from the bottom of the drawing to its top, and the highway tags of each.
STREET_CLASSES: dict[str, frozenset[str]] = {
    "path": frozenset({"path", "footway", "steps", "track", "service", "bridleway", "corridor"}),
    "cycle": frozenset({"cycleway"}),
    "minor": frozenset(),  # and all that is not named here
    "middle": frozenset({"secondary", "secondary_link", "tertiary", "tertiary_link"}),
    "major": frozenset({"motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link"}),
}

#: How wide a street is drawn, by class: in metres, and in pixels at least.
WIDTHS: dict[str, tuple[float, float]] = {
    "path": (3, 0.7),
    "cycle": (4, 1.0),
    "minor": (7, 1.2),
    "middle": (11, 2.4),
    "major": (14, 3.4),
}


def street_class(highway: str) -> str:
    """Return the drawing class of a highway tag; what is not known is a minor street."""
    return next((name for name, tags in STREET_CLASSES.items() if highway in tags), "minor")
