"""Where the example project and the built-in map lie: in the installed package, or in a checkout."""

from pathlib import Path


def example_folder() -> Path:
    """Return the folder of the example project (tables, project.toml and map/)."""
    installed = Path(__file__).parent.parent / "example"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "data"


def builtin_map() -> Path:
    """Return the OSM file of the map that is drawn by hand and needs no internet."""
    return example_folder() / "map" / "copenhagen-sw.osm"
