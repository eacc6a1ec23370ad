import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from osmfiles import Xy, at, network_of, osm_xml

from scheduler.base import resources
from scheduler.base.errors import ServiceError
from scheduler.model.config import Cycling
from scheduler.model.geo import Area, Label, Line
from scheduler.network import AddressPoint, Network, cache, load_network, loading

NODES: dict[str, Xy] = {"a": (0, 0), "b": (100, 0), "c": (100, 100), "d": (0, 100), "x": (50, 20)}
XML = osm_xml(NODES, {"Ring": "abcda highway=residential"}, {"x": "addr:street=Ring addr:housenumber=1"})


@pytest.fixture
def map_file(tmp_path: Path) -> Path:
    file = tmp_path / "map.osm"
    file.write_text(XML, encoding="utf-8")
    return file


class _Steps:
    def __init__(self) -> None:
        self.steps: list[str] = []

    def step(self, text: str) -> None:
        self.steps.append(text)

    def bounds(self, score: int, bound: int) -> None:
        raise AssertionError((score, bound))


def _load(file: Path, folder: Path) -> tuple[Network, bool]:
    """Load a network; return it and whether it had to be compiled."""
    steps = _Steps()
    network = load_network(file, Cycling(), cache_dir=folder, progress=steps)
    return network, steps.steps == ["Building the bicycle network of map.osm"]


def _same(a: Network, b: Network) -> bool:
    arrays = a.topology.arrays(), b.topology.arrays()
    return (
        all(np.array_equal(arrays[0][name], arrays[1][name]) for name in arrays[0]) and a.info() == b.info()
    )


def test_the_second_time_it_comes_from_the_cache(map_file: Path, tmp_path: Path) -> None:
    first, compiled = _load(map_file, tmp_path / "cache")
    assert compiled
    second, compiled = _load(map_file, tmp_path / "cache")
    assert not compiled
    assert _same(first, second)
    assert first.addresses == second.addresses
    assert isinstance(first.addresses[0], AddressPoint)
    assert first.background() == second.background()


def test_from_the_cache_nothing_heavy_is_imported(map_file: Path, tmp_path: Path) -> None:
    _load(map_file, tmp_path / "cache")
    code = (
        "import sys, json; from pathlib import Path; from scheduler.model.config import Cycling\n"
        "from scheduler.model.project import Place; from scheduler.network import load_network\n"
        "from scheduler.places.travel import travel_times\n"
        "network = load_network(Path(sys.argv[1]), Cycling(), cache_dir=Path(sys.argv[2]))\n"
        "places = [Place(place_id=i, name=i, lat=55.665, lon=lon) for i, lon in (('a', 12.55), ('b', 12.551))]\n"
        "travel_times(network, places); network.background(); network.addresses; network.info()\n"
        "print(json.dumps(sorted(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, map_file, tmp_path / "cache"],
        check=True,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(Path(loading.__file__).parents[2])},
        timeout=60,
    )
    modules = set(json.loads(done.stdout))
    assert "scipy.sparse.csgraph" in modules
    assert not modules & {"osmnx", "networkx", "geopandas", "pandas", "shapely", "pyproj"}


def test_other_settings_need_no_other_cache(map_file: Path, tmp_path: Path) -> None:
    slow, _compiled = _load(map_file, tmp_path / "cache")
    steps = _Steps()
    fast = load_network(
        map_file, Cycling(speed_kph=2 * Cycling().speed_kph), cache_dir=tmp_path / "cache", progress=steps
    )
    assert steps.steps == []
    assert fast.travel_time_s == pytest.approx(slow.travel_time_s / 2)


@pytest.mark.parametrize(
    "damage",
    [
        lambda stored: stored[: len(stored) // 2],
        lambda _stored: b"",
        lambda stored: stored[:-200] + bytes([stored[-200] ^ 1]) + stored[-199:],
        lambda stored: stored.replace(cache.FORMAT.encode(), b"hjul-network-0", 1),
        lambda stored: stored[:20] + bytes([stored[20] ^ 1]) + stored[21:],
        lambda _stored: b"PK\x03\x04 of somebody else",
        lambda _stored: b"\xff\xfe\n" * 1000,
    ],
    ids=["cut off", "empty", "one bit", "old format", "another map", "foreign", "binary"],
)
def test_a_cache_that_does_not_fit_is_rebuilt(map_file: Path, tmp_path: Path, damage: object) -> None:
    assert callable(damage)
    first, _compiled = _load(map_file, tmp_path / "cache")
    (stored,) = (tmp_path / "cache").iterdir()
    stored.write_bytes(damage(stored.read_bytes()))
    second, compiled = _load(map_file, tmp_path / "cache")
    assert compiled
    assert _same(first, second)
    assert not _load(map_file, tmp_path / "cache")[1]


def test_a_changed_map_is_compiled_anew(map_file: Path, tmp_path: Path) -> None:
    _load(map_file, tmp_path / "cache")
    map_file.write_text(XML.replace("Ring", "Runddel"), encoding="utf-8")
    network, compiled = _load(map_file, tmp_path / "cache")
    assert compiled
    assert "Runddel" in network.names


def test_a_cache_folder_that_cannot_be_written_costs_only_time(map_file: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file is no folder", encoding="utf-8")
    for _ in range(2):
        network, compiled = _load(map_file, tmp_path / "cache")
        assert compiled
        assert network.info().addresses == 1


def test_the_cache_folder_is_the_environments(
    map_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HJUL_CACHE", str(tmp_path / "elsewhere"))
    load_network(map_file, Cycling())
    (stored,) = (tmp_path / "elsewhere").iterdir()
    assert stored.name.startswith("network-")
    monkeypatch.delenv("HJUL_CACHE")
    assert cache.default_folder().name == "hjul"


def test_a_map_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match="there is no such file"):
        load_network(tmp_path / "nowhere.osm", Cycling(), cache_dir=tmp_path)


def test_the_background(tmp_path: Path) -> None:
    nodes: dict[str, Xy] = {
        **NODES,
        "p": (10, 10),
        "q": (20, 10),
        "r": (20, 20),
        "s": (50, 50),
        "t": (60, 60),
    }
    ways = {
        "Ring": "abcda highway=residential",
        "E20": "ab highway=motorway",
        "Banen": "ac railway=rail",
        "Metroen": "ac railway=subway tunnel=yes",
        "Søen": "pqrp natural=water",
        "Kirkegården": "pqrp landuse=cemetery",
        "Åben": "pqr leisure=park",
        "H1": "abc",
        "H2": "adc",
        "H3": "pqrp",
    }
    relation = (
        "<relation id='1'><member type='way' ref='108' role='outer'/><member type='way' ref='109' role='outer'/>"
        "<member type='way' ref='110' role='inner'/><member type='way' ref='999' role='outer'/>"
        "<tag k='type' v='multipolygon'/><tag k='leisure' v='park'/><tag k='name' v='Parken'/></relation>"
    )
    names = {"s": "place=suburb name=Valby", "t": "railway=station name=Enghave", "x": "place=suburb"}
    background = network_of(tmp_path, osm_xml(nodes, ways, names, relation)).background()
    assert [(line.kind, line.name) for line in background.streets] == [
        ("residential", "Ring"),
        ("motorway", "E20"),
    ]
    assert [line.name for line in background.railways] == ["Banen"]
    assert [(area.kind, area.name, len(area.rings)) for area in background.areas] == [
        ("water", "Søen", 1),
        ("cemetery", "Kirkegården", 1),
        ("park", "Parken", 2),
    ]
    outer, inner = background.areas[2].rings
    assert outer[0] == outer[-1]
    assert len(outer) == 5
    assert len(inner) == 4
    assert isinstance(background.streets[0], Line)
    assert isinstance(background.areas[0], Area)
    assert [(label.kind, label.name) for label in background.labels] == [
        ("district", "Valby"),
        ("station", "Enghave"),
    ]
    assert background.labels[0] == Label("district", "Valby", background.labels[0].point)
    assert background.labels[0].point == pytest.approx(at(50, 50))
    assert not background.simplified


def test_addresses_of_points_and_of_houses(tmp_path: Path) -> None:
    nodes: dict[str, Xy] = {**NODES, "p": (10, 10), "q": (20, 10), "r": (20, 20), "s": (10, 20)}
    tags = "addr:street=Ring addr:housenumber=1B addr:postcode=1750 approximate=yes"
    ways = {
        "Ring": "abcda highway=residential",
        "Hus": "pqrsp building=yes addr:place=Holmen addr:housenumber=3",
    }
    node, house = network_of(tmp_path, osm_xml(nodes, ways, {"x": tags})).addresses
    assert (node.street, node.number, node.postcode, node.approximate) == ("Ring", "1B", "1750", True)
    assert (house.street, house.number, house.approximate) == ("Holmen", "3", False)
    assert (house.lat, house.lon) == pytest.approx(at(15, 15))


def test_what_is_counted(tmp_path: Path) -> None:
    nodes: dict[str, Xy] = {"a": (0, 0), "b": (1000, 0), "c": (1000, 2000), "d": (0, 2000)}
    ways = {
        "Sti": "ab highway=cycleway surface=gravel",
        "Gade": "bc highway=road oneway=yes",
        "Modstrøm": "cd highway=residential oneway=yes oneway:bicycle=no",
        "Gang": "da highway=footway",
        "E20": "ac highway=motorway",
        "Privat": "ac highway=service access=private",
    }
    info = network_of(tmp_path, osm_xml(nodes, ways, root="timestamp='2024-01-01'")).info()
    assert (info.source, info.generator, info.date) == ("map.osm", "test", "2024-01-01")
    assert (info.ways, info.unclassed_ways, info.nodes, info.edges) == (4, 1, 4, 8)
    assert info.km_by_riding == pytest.approx(
        {"track": 1.0, "street": 2.0, "calm": 1.0, "push": 2.0, "steps": 0.0, "ferry": 0.0}, rel=1e-3
    )
    assert (info.oneway_km, info.contraflow_km, info.rough_km) == pytest.approx((2.0, 1.0, 1.0), rel=1e-3)
    assert info.dropped == {"motorway": 1, "private": 1}
    assert not info.simplified


def test_the_built_in_map_is_marked_as_simplified(
    map_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not _load(map_file, tmp_path / "cache")[0].background().simplified
    builtin = tmp_path / "builtin.osm"
    builtin.write_text(XML, encoding="utf-8")
    monkeypatch.setattr(resources, "builtin_map", lambda: builtin)
    network, _compiled = _load(map_file, tmp_path / "cache")  # a copy of it
    assert network.simplified
    assert network.background().simplified
