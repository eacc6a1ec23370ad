"""The sea from its shores: land on the left, water on the right."""

from pathlib import Path

import pytest
import shapely
from osmfiles import at

from scheduler.network.background import read_background
from scheduler.network.coastline import add_sea
from scheduler.network.osm import OsmData, Way, read_osm
from scheduler.network.writing import write_osm

LANDMARKS = Path(__file__).parents[3] / "shared" / "data" / "osm" / "landmarks-2015.osm"
Xy = tuple[float, float]


def _lon_lat(xy: Xy) -> tuple[float, float]:
    lat, lon = at(*xy)
    return lon, lat


AREA = shapely.Polygon([_lon_lat(xy) for xy in ((0, 0), (1000, 0), (1000, 1000), (0, 1000))])


def _data(*shores: list[Xy]) -> OsmData:
    data = OsmData()
    ids: dict[Xy, int] = {}
    for way_id, shore in enumerate(shores, start=1):
        for xy in shore:
            data.node(ids.setdefault(xy, len(ids) + 1), *at(*xy), {})
        data.way(Way(way_id, [ids[xy] for xy in shore], {"natural": "coastline"}))
    return data


def _water(data: OsmData, file: Path, area: shapely.Polygon = AREA) -> shapely.Geometry:
    """Add the sea, write and read the data, and return what a map shows as water."""
    add_sea(data, area)
    write_osm(file, data)
    areas = read_background(read_osm(file)).areas
    assert all(area.kind == "water" for area in areas)
    rings = [[(lon, lat) for lat, lon in ring] for area in areas for ring in area.rings]
    water = shapely.Polygon()
    for ring in rings:  # drawn even-odd
        water = water.symmetric_difference(shapely.Polygon(ring))
    return water


def _wet(water: shapely.Geometry, xy: Xy) -> bool:
    return bool(shapely.contains_xy(water, *_lon_lat(xy)))


def test_the_sea_is_on_the_right(tmp_path: Path) -> None:
    north = _water(_data([(500, -100), (500, 1100)]), tmp_path / "a.osm")
    assert _wet(north, (700, 500))
    assert not _wet(north, (300, 500))
    south = _water(_data([(500, 1100), (500, -100)]), tmp_path / "b.osm")
    assert _wet(south, (300, 500))
    assert not _wet(south, (700, 500))


def test_a_harbour_between_two_shores_with_an_island(tmp_path: Path) -> None:
    west: list[Xy] = [(300, -50), (350, 500), (300, 1050)]
    east: list[Xy] = [(700, 1050), (650, 500), (700, -50)]
    island: list[Xy] = [(450, 450), (550, 450), (550, 550), (450, 550), (450, 450)]
    water = _water(_data(west, east, island), tmp_path / "a.osm")
    assert _wet(water, (500, 200))
    assert _wet(water, (500, 800))
    for dry in ((100, 500), (900, 500), (500, 500)):
        assert not _wet(water, dry)


def test_a_shore_in_several_ways(tmp_path: Path) -> None:
    water = _water(_data([(500, -50), (500, 400)], [(500, 400), (600, 700), (500, 1050)]), tmp_path / "a.osm")
    assert _wet(water, (900, 900))
    assert not _wet(water, (100, 900))


@pytest.mark.parametrize(
    "shores",
    [
        [],
        [[(500.0, -50.0), (500.0, 400.0)]],  # ends in the middle
        [[(-500.0, -50.0), (-500.0, 400.0)]],  # elsewhere
        [[(500.0, 500.0), (500.0, 500.0)]],
    ],
)
def test_what_is_not_closed_is_left_out(shores: list[list[Xy]], tmp_path: Path) -> None:
    assert _water(_data(*shores), tmp_path / "a.osm").is_empty


@pytest.mark.extract
def test_the_real_harbour_is_water(tmp_path: Path) -> None:
    if not LANDMARKS.is_file():
        pytest.skip(f"the real outlines are not at {LANDMARKS}")
    data = read_osm(LANDMARKS)
    data.ways = [way for way in data.ways if way.tags.get("natural") == "coastline"]
    data.node_tags.clear()
    water = _water(data, tmp_path / "a.osm", shapely.box(12.556, 55.652, 12.575, 55.668))
    for lat, lon in ((55.6590, 12.5645), (55.6650, 12.5705)):  # south and north of Bryggebroen
        assert shapely.contains_xy(water, lon, lat)
    for lat, lon in ((55.667, 12.560), (55.655, 12.572)):  # Vesterbro, Islands Brygge
        assert not shapely.contains_xy(water, lon, lat)
