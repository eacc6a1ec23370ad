import gzip
import lzma
from collections.abc import Mapping
from pathlib import Path

import osmium
import pytest
from osmfiles import Xy, at, osm_xml

from scheduler.base.errors import InputError
from scheduler.model.config import Cycling
from scheduler.network import extract as module
from scheduler.network import load_network
from scheduler.network.area import Surroundings
from scheduler.network.extract import addresses_on, bounds_of, extract
from scheduler.network.mapfile import open_map
from scheduler.network.osm import OsmData, read_osm
from scheduler.network.writing import write_osm

EXTRACTS = Path(__file__).parents[3] / "shared" / "data" / "osm"

# A street from west to east, 400 m a letter; a lake at its middle; another town 50 km north.
NODES: dict[str, Xy] = {letter: (400.0 * i, 0.0) for i, letter in enumerate("abcdef")}
NODES |= {
    "p": (800, 50),
    "q": (900, 50),
    "r": (900, 3000),
    "s": (800, 3000),
    "i": (840, 100),
    "j": (850, 110),
}
NODES |= {"x": (0, 50_000), "y": (400, 50_000), "h": (810, 20), "t": (820, 20)}
WAYS = {
    "Vej": "abcdef highway=residential",
    "Bred 1": "pqr",
    "Bred 2": "rsp",
    "Fjernt": "xy highway=residential",
    "Hus": "pijp building=yes addr:street=Vej addr:housenumber=3 addr:postcode=1700",
    "Garage": "pijp building=yes",
}
TAGS = {
    "h": "addr:street=Vej addr:housenumber=1",
    "t": "natural=tree",
    "f": "barrier=gate access=private",
    "x": "addr:street=Fjernt addr:housenumber=9",
}
RELATIONS = (
    "<relation id='1'><member type='way' ref='102' role='outer'/><member type='way' ref='103' role='outer'/>"
    "<tag k='type' v='multipolygon'/><tag k='natural' v='water'/></relation>"
    "<relation id='2'><member type='way' ref='104' role='from'/><tag k='type' v='restriction'/></relation>"
)
XML = osm_xml(NODES, WAYS, TAGS, RELATIONS, root="timestamp='2024-05-01T10:00:00Z'")


def _pbf(file: Path, data: OsmData) -> None:
    """Write data as PBF."""
    header = osmium.io.Header()
    if data.header.date:
        header.set("osmosis_replication_timestamp", data.header.date)
    header.set("generator", data.header.generator)
    mutable = osmium.osm.mutable
    with osmium.SimpleWriter(str(file), header=header) as writer:
        for osm_id, (lat, lon) in sorted(data.points.items()):
            writer.add_node(mutable.Node(id=osm_id, location=(lon, lat), tags=data.node_tags.get(osm_id, {})))
        for way in data.ways:
            writer.add_way(mutable.Way(id=way.osm_id, nodes=way.refs, tags=way.tags))
        for relation in data.relations:
            members = [(kind[0], ref, role) for kind, ref, role in relation.members]
            writer.add_relation(mutable.Relation(id=relation.osm_id, members=members, tags=relation.tags))


@pytest.fixture(params=["osm", "gz", "xz", "pbf"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The map in a format."""
    plain = tmp_path / "map.osm"
    plain.write_text(XML, encoding="utf-8")
    if request.param == "osm":
        return plain
    packed = tmp_path / f"map.osm.{request.param}"
    if request.param == "pbf":
        _pbf(packed, read_osm(plain))
    else:
        packed.write_bytes(
            gzip.compress(XML.encode()) if request.param == "gz" else lzma.compress(XML.encode())
        )
    return packed


def _taken(file: Path, area: Surroundings | None) -> OsmData:
    return extract(file, open_map(file), area)


def _names(data: OsmData) -> list[str]:
    return [way.tags["name"] for way in data.ways]


def test_the_area_is_taken_with_all_that_touches_it(file: Path) -> None:
    taken = _taken(file, Surroundings([at(800, 0)], 300))
    # The lake's outline is untagged, and reaches far out of the area.
    assert _names(taken) == ["Vej", "Bred 1", "Bred 2", "Hus"]
    assert {chr(osm_id) for osm_id in taken.points} == set("abcdefpqrsijh")
    assert taken.node_tags == {
        ord("f"): {"barrier": "gate", "access": "private"},
        ord("h"): {"addr:street": "Vej", "addr:housenumber": "1"},
    }
    assert [relation.osm_id for relation in taken.relations] == [1]
    assert taken.header.date == "2024-05-01T10:00:00Z"
    assert taken.header.source == file.name
    bounds = bounds_of(open_map(file))
    assert bounds is not None
    assert bounds.north == pytest.approx(at(0, 50_000)[0], abs=1e-6)


def test_the_sea_is_drawn_from_its_shore(tmp_path: Path) -> None:
    # Land on the left: the shore runs east, so the sea is south of it.
    nodes: dict[str, Xy] = NODES | {"k": (-2000, -100), "o": (800, -100), "l": (4000, -100)}
    file = tmp_path / "map.osm"
    file.write_text(osm_xml(nodes, WAYS | {"Kyst": "kol natural=coastline"}), encoding="utf-8")
    part = tmp_path / "part.osm"
    for source in (file, part):  # from its own part it is not drawn once more
        write_osm(part, _taken(source, Surroundings([at(800, 0)], 500)))
        areas = load_network(part, Cycling(), cache_dir=tmp_path).background().areas
        assert [area.kind for area in areas] == ["water"]
        assert max(lat for lat, _lon in areas[0].rings[0]) == pytest.approx(at(0, -100)[0], abs=1e-6)


def test_every_format_makes_the_same_network_file(file: Path, tmp_path: Path) -> None:
    area = Surroundings([at(800, 0)], 300)
    plain = tmp_path / "map.osm"
    written = []
    for number, source in enumerate((plain, file)):
        data = _taken(source, area)
        # PBF keeps seven decimals, and cuts off the rest.
        data.points = {osm_id: (round(lat, 6), round(lon, 6)) for osm_id, (lat, lon) in data.points.items()}
        data.header.source = ""
        write_osm(tmp_path / f"{number}.osm", data)
        written.append((tmp_path / f"{number}.osm").read_bytes())
    assert written[0] == written[1]
    again = read_osm(tmp_path / "0.osm")
    assert (again.points, again.node_tags, again.ways) == (data.points, data.node_tags, data.ways)
    assert again.header.date == "2024-05-01T10:00:00Z"


def test_without_an_area_all_of_use_is_taken(file: Path) -> None:
    data = _taken(file, None)
    assert _names(data) == ["Vej", "Bred 1", "Bred 2", "Fjernt", "Hus"]
    assert [relation.osm_id for relation in data.relations] == [1, 2]


def test_addresses_are_found_anywhere(file: Path) -> None:
    found = addresses_on(open_map(file), {"Vej", "Fjernt"}.__contains__)
    assert sorted((point.street, point.number) for point in found) == [
        ("Fjernt", "9"),
        ("Vej", "1"),
        ("Vej", "3"),
    ]
    house = next(point for point in found if point.number == "3")
    assert (house.lat, house.lon) == pytest.approx(at(800, 50), abs=1e-6)
    assert addresses_on(open_map(file), {"Gade"}.__contains__) == []


@pytest.mark.parametrize(
    ("points", "words"),
    [([at(800, 0)], "too much in the area"), ([], "too large to be taken whole")],
    ids=["area", "whole"],
)
def test_more_than_fits_is_refused(
    file: Path, monkeypatch: pytest.MonkeyPatch, points: list[tuple[float, float]], words: str
) -> None:
    monkeypatch.setattr(module, "_MOST_NODES", 3)
    with pytest.raises(InputError, match=words) as caught:
        _taken(file, Surroundings(points, 1000) if points else None)
    assert caught.value.hint


def test_names_with_markup_and_control_characters_are_written_as_xml(tmp_path: Path) -> None:
    data = OsmData()
    data.node(1, 55.6, 12.5, {"addr:street": '<b>"Ø"&\'\x00\x1f\n'})
    write_osm(tmp_path / "map.osm", data)
    assert read_osm(tmp_path / "map.osm").node_tags[1] == {"addr:street": '<b>"Ø"&\'\n'}


@pytest.mark.parametrize(
    ("x", "y", "holds"),
    [(0, 0, True), (500, -90, True), (500, -110, False), (1090, 0, True), (1110, 0, False), (50, 900, False)],
)
def test_the_area_is_the_hull_with_a_margin(x: float, y: float, holds: bool) -> None:
    area = Surroundings([at(0, 0), at(1000, 0), at(1000, 1000)], 100)
    assert area.holds(*at(x, y)) == holds


def test_an_area_needs_a_point() -> None:
    with pytest.raises(ValueError, match="needs a point"):
        Surroundings([], 100)


def _cut(content: bytes, share: float) -> bytes:
    return content[: int(len(content) * share)]


@pytest.mark.parametrize("share", [0.0, 0.02, 0.3, 0.7, 0.99])
def test_a_pbf_that_is_cut_off(tmp_path: Path, share: float) -> None:
    plain = tmp_path / "map.osm"
    plain.write_text(XML, encoding="utf-8")
    file = tmp_path / "map.osm.pbf"
    _pbf(file, read_osm(plain))
    file.write_bytes(_cut(file.read_bytes(), share))
    with pytest.raises(InputError) as caught:
        _taken(file, None)
    assert "cut off" in str(caught.value) or "not an OpenStreetMap file" in str(caught.value)
    assert caught.value.problems[0].file == str(file)


def test_a_pbf_that_is_damaged(tmp_path: Path) -> None:
    plain = tmp_path / "map.osm"
    plain.write_text(XML, encoding="utf-8")
    file = tmp_path / "map.osm.pbf"
    _pbf(file, read_osm(plain))
    content = bytearray(file.read_bytes())
    content[-60:-20] = bytes(40)
    file.write_bytes(content)
    with pytest.raises(InputError):
        _taken(file, None)


@pytest.mark.extract
@pytest.mark.parametrize(
    ("name", "limits"),
    [
        ("vesterbro-south-2015.osm.xz", {"ways": (380, 500), "addresses": (1500, 1700)}),
        ("carlsberg-2015.osm.xz", {"ways": (60, 200), "addresses": (100, 600)}),
    ],
)
def test_real_extracts_with_clipped_ways(
    tmp_path: Path, name: str, limits: Mapping[str, tuple[int, int]]
) -> None:
    file = EXTRACTS / name
    if not file.is_file():
        pytest.skip(f"the real OpenStreetMap extract is not at {file}")
    part = tmp_path / "map.osm"
    write_osm(part, _taken(file, None))
    network = load_network(part, Cycling(), cache_dir=tmp_path)
    info = network.info()
    assert limits["ways"][0] <= info.ways <= limits["ways"][1]
    assert limits["addresses"][0] <= info.addresses <= limits["addresses"][1]
    assert info.source == name
    assert network.background().areas


@pytest.mark.extract
def test_the_real_extract_through_pbf_is_the_same_network(tmp_path: Path) -> None:
    file = EXTRACTS / "vesterbro-south-2015.osm.xz"
    if not file.is_file():
        pytest.skip(f"the real OpenStreetMap extract is not at {file}")
    unpacked = tmp_path / "map.osm"
    unpacked.write_bytes(lzma.decompress(file.read_bytes()))
    data = read_osm(unpacked)
    data.ways.sort(key=lambda way: way.osm_id)
    data.relations.sort(key=lambda relation: relation.osm_id)
    pbf = tmp_path / "map.osm.pbf"
    _pbf(pbf, data)
    a, b = (_taken(source, None) for source in (file, pbf))
    assert (a.ways, a.relations, a.node_tags) == (b.ways, b.relations, b.node_tags)
    assert a.points.keys() == b.points.keys()
