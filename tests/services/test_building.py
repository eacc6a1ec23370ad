"""`hjul network build` and `info`: what they say and write, and what they refuse."""

import gzip
import lzma
import re
from collections.abc import Callable
from pathlib import Path

import osmium
import pytest
from folders import write_folder
from osmfiles import Xy, at, osm_xml

from scheduler import cli
from scheduler.model.config import Cycling
from scheduler.network import load_network

EXTRACTS = Path(__file__).parents[3] / "shared" / "data" / "osm"

Hjul = Callable[..., tuple[int, str, str]]

# Two streets with a harbour between them; the base and P1 lie to the north, P2 where a test puts it.
NODES: dict[str, Xy] = {"a": (0, 0), "b": (1500, 0), "m": (700, 0), "n": (700, 1200)}
NODES |= {"p": (0, -700), "q": (1500, -700), "h": (1400, 20), "g": (1400, -680)}
STREETS = {"Nordkaj": "amb highway=residential", "Stræde": "mn highway=residential"}
SOUTH = {"Sydkaj": "pq highway=residential"}
ADDRESSES = {
    "h": "addr:street=Nordkaj addr:housenumber=9 addr:postcode=2450 addr:city=København+SV",
    "g": "addr:street=Sydkaj addr:housenumber=4 addr:postcode=2450 addr:city=København+SV",
}
MAP = osm_xml(
    NODES,
    STREETS | {"Bro": "bq highway=cycleway"} | SOUTH,
    ADDRESSES,
    root="timestamp='2024-05-01T10:00:00Z'",
)


@pytest.fixture
def hjul(capfd: pytest.CaptureFixture[str]) -> Hjul:
    """Run a command line in English; return exit code, standard output and standard error."""

    def run(*arguments: object, lang: str = "en") -> tuple[int, str, str]:
        code = cli.run(["--lang", lang, *map(str, arguments)])
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture(autouse=True)
def in_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _project(folder: Path, second: str = "Sydkaj 4,2450,København SV", at_m: Xy | None = None) -> Path:
    """Write a project with its base and P1 on the north side; `second` is P2's address, `at_m` its point."""
    lat, lon = at(100, 10)
    place = at(*at_m) if at_m else ("", "")
    settings = f"""
[base]
name = "Jobcenter"
address = "Nordkaj 1"
postcode = "2450"
city = "København SV"
lat = {lat}
lon = {lon}

[period]
start = 2009-01-01
end = 2010-12-31
"""
    practices = (
        "practice_id,name,address,postcode,city,district,lat,lon\n"
        f"P1,Nord,Nordkaj 9,2450,København SV,Sydhavn,,\nP2,Syd,{second},Sydhavn,{place[0]},{place[1]}\n"
    )
    return write_folder(folder / "data", settings=settings, practices=practices)


def _map(folder: Path, content: str | bytes = MAP, name: str = "denmark.osm") -> Path:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def _pbf(folder: Path, content: str = MAP) -> Path:
    """Write a map as PBF."""
    plain, file = _map(folder, content, name="plain.osm"), folder / "denmark.osm.pbf"
    with osmium.SimpleWriter(str(file)) as writer:
        for element in osmium.FileProcessor(str(plain)):
            writer.add(element)
    plain.unlink()
    return file


def _lines(text: str) -> list[str]:
    """Return the lines of a table with at most two spaces between its cells."""
    return [re.sub(" {2,}", "  ", line.strip()) for line in text.splitlines()]


# --- What is built --------------------------------------------------------------------------------


@pytest.mark.parametrize("packing", ["osm", "osm.gz", "osm.xz", "osm.pbf"])
def test_a_map_in_every_format_becomes_the_network(tmp_path: Path, hjul: Hjul, packing: str) -> None:
    project = _project(tmp_path)
    if packing == "osm.pbf":
        file = _pbf(tmp_path)
    else:
        packs: dict[str, Callable[[bytes], bytes]]
        packs = {"osm": bytes, "osm.gz": gzip.compress, "osm.xz": lzma.compress}
        file = _map(tmp_path, packs[packing](MAP.encode()), f"denmark.{packing}")
    code, out, err = hjul("network", "build", file)
    assert code == 0, err
    assert f"Taken from denmark.{packing}" in out
    text = (project / "network.osm").read_text(encoding="utf-8")
    assert text.count("<way ") == 4
    code, out, _err = hjul("network", "info")
    assert code == 0
    places = [line.split() for line in _lines(out) if line.startswith(("base ", "P1 ", "P2 "))]
    assert {row[0]: row[-2] for row in places} == {"base": "10", "P1": "20", "P2": "20"}


def test_only_the_area_around_the_places_is_taken_from_a_large_map(
    tmp_path: Path, hjul: Hjul, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scheduler.network.mapfile._SMALL_BYTES", 0)
    project = _project(tmp_path)
    nodes = NODES | {"x": (40_000, 0), "y": (41_000, 0), "z": (40_500, 9)}
    far = {"Fjernvej": "xy highway=residential"}
    # The same address in another postal district is another town's.
    addresses = ADDRESSES | {
        "z": "addr:street=Sydkaj addr:housenumber=4 addr:postcode=9000 addr:city=Aalborg"
    }
    file = _map(tmp_path, osm_xml(nodes, STREETS | {"Bro": "bq highway=cycleway"} | SOUTH | far, addresses))
    assert hjul("network", "build", file, "--margin-km", "0.5")[0] == 0
    narrow = (project / "network.osm").read_text(encoding="utf-8")
    assert "Fjernvej" not in narrow
    assert "Sydkaj" in narrow
    assert hjul("network", "build", file, "--margin-km", "50")[0] == 0
    assert "Fjernvej" in (project / "network.osm").read_text(encoding="utf-8")


def test_places_that_the_map_does_not_know_are_named_and_the_rest_serves(tmp_path: Path, hjul: Hjul) -> None:
    _project(tmp_path, second="Ukendtvej 4,2450,København SV")
    code, _out, err = hjul("network", "build", _map(tmp_path))
    assert code == 0
    assert "Note: practices.csv:3 [address]: the street Ukendtvej is not in the map" in err


def test_what_was_left_out_is_said(tmp_path: Path, hjul: Hjul) -> None:
    _project(tmp_path)
    more = {
        "E20": "ab highway=motorway",
        "Gård": "an highway=service access=private",
        "Vej": "na highway=road",
        "Færge": "np route=ferry",
    }
    xml = osm_xml(NODES, STREETS | {"Bro": "bq highway=cycleway"} | SOUTH | more, ADDRESSES)
    code, out, _err = hjul("network", "build", _map(tmp_path, xml))
    assert code == 0
    shown = dict(line.rsplit("  ", 1) for line in _lines(out) if "  " in line)
    assert shown["ways left out: motorways"] == "1"
    assert shown["ways left out: private"] == "1"
    assert shown["ways left out: ferries that take no bicycles"] == "1"
    assert shown["ways without a class"] == "20.0 %"


def test_the_map_of_the_network(tmp_path: Path, hjul: Hjul) -> None:
    _project(tmp_path)
    assert hjul("network", "build", _map(tmp_path))[0] == 0
    code, out, _err = hjul("network", "info", "--map", "net.html", lang="en")
    assert code == 0
    assert "Open net.html" in out
    assert "Bicycle network" in (tmp_path / "net.html").read_text(encoding="utf-8")
    assert hjul("network", "info", "--map", "nowhere/net.html")[0] == 3


# --- What is refused ------------------------------------------------------------------------------


def _refused(project: Path, hjul: Hjul, file: Path, *words: str) -> str:
    """Build a network that is refused, see that the old one stays, and return what was said."""
    old = project / "network.osm"
    old.write_bytes(b"the old one")
    code, out, err = hjul("network", "build", file)
    assert (code, out) == (2, "")
    assert old.read_bytes() == b"the old one"
    assert [left for left in project.iterdir() if left.name.startswith(".network-")] == []
    assert "Traceback" not in err
    for word in words:
        assert word in err
    return err


@pytest.mark.parametrize("share", [0.01, 0.5, 0.98])
def test_a_pbf_that_is_cut_off(tmp_path: Path, hjul: Hjul, share: float) -> None:
    file = _pbf(tmp_path)
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * share)])
    _refused(_project(tmp_path), hjul, file, "denmark.osm.pbf: ", "cut off", "Download or export it again")


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress])
def test_an_xml_bomb(tmp_path: Path, hjul: Hjul, pack: Callable[[bytes], bytes]) -> None:
    entities = "".join(f"<!ENTITY a{i} '{f'&a{i - 1};' * 10}'>" for i in range(1, 12))
    bomb = f"<!DOCTYPE osm [<!ENTITY a0 'a'>{entities}]><osm><node id='1' lat='&a11;' lon='12'/></osm>"
    file = _map(tmp_path, pack(bomb.encode()))
    _refused(_project(tmp_path), hjul, file, "declares a document type or entities", "Export the area again")


@pytest.mark.parametrize("located", [False, True])
def test_a_map_in_which_latitudes_and_longitudes_have_changed_places(
    tmp_path: Path,
    hjul: Hjul,
    located: bool,
) -> None:
    swapped = re.sub(
        r"lat='([\d.]+)' lon='([\d.]+)'", r"lat='\2' lon='\1'", osm_xml(NODES, STREETS, ADDRESSES)
    )
    project = _project(tmp_path, at_m=(500, 0)) if located else _project(tmp_path)
    words = "it lies at latitude 12.6 and longitude 55.7: the two have changed places"
    _refused(project, hjul, _map(tmp_path, swapped), "this is not an OpenStreetMap file", words)


@pytest.mark.parametrize("pbf", [False, True])
def test_a_map_with_a_node_twice(
    tmp_path: Path,
    hjul: Hjul,
    pbf: bool,
) -> None:
    xml = osm_xml(NODES, STREETS, ADDRESSES)
    one = re.search(r"<node id='97' lat='[\d.]+' lon='([\d.]+)'>", xml)
    assert one is not None
    other = one[0].replace(one[1], f"{float(one[1]) + 0.001:.9f}")
    xml = xml.replace(one[0], f"{one[0]}</node>{other}", 1)
    file = _pbf(tmp_path, xml) if pbf else _map(tmp_path, xml)
    _refused(_project(tmp_path), hjul, file, "node 97 is in it twice, at different places")


def test_gates_on_junctions_are_told(tmp_path: Path, hjul: Hjul) -> None:
    _project(tmp_path)
    more = {"Bro": "bq highway=cycleway"} | SOUTH
    tags = ADDRESSES | {"m": "barrier=gate access=private"}
    code, _out, err = hjul("network", "build", _map(tmp_path, osm_xml(NODES, STREETS | more, tags)))
    assert code == 0
    assert "Note: 1 gate stands on a junction, so that nobody can tell which street it closes" in err


@pytest.mark.parametrize("large", [False, True])
def test_the_map_of_another_city(
    tmp_path: Path,
    hjul: Hjul,
    monkeypatch: pytest.MonkeyPatch,
    large: bool,
) -> None:
    if large:
        monkeypatch.setattr("scheduler.network.mapfile._SMALL_BYTES", 0)
    aarhus = {letter: (x - 150_000, y) for letter, (x, y) in NODES.items()}
    file = _map(tmp_path, osm_xml(aarhus, STREETS))
    project = _project(tmp_path, at_m=(500, 0))
    err = _refused(
        project, hjul, file, "denmark.osm does not serve these places", "the extract of all Denmark"
    )
    assert "base is 148.6 km " in err
    assert "P2 is 149.0 km " in err


def test_the_map_of_another_city_where_no_place_has_coordinates(tmp_path: Path, hjul: Hjul) -> None:
    project = write_folder(tmp_path / "data")
    _refused(
        project,
        hjul,
        _map(tmp_path),
        "the street Skelbækgade is not in the map",
        "does not serve these places",
    )


@pytest.mark.parametrize(
    "ways",
    [
        {"E20": "ab highway=motorway"},
        {"Hus": "abna building=yes"},
        {"Banen": "ab railway=rail"},
        {"Privatvej": "ab highway=service access=private"},
        {},
    ],
)
def test_a_map_without_ways_for_bicycles(tmp_path: Path, hjul: Hjul, ways: dict[str, str]) -> None:
    file = _map(tmp_path, osm_xml(NODES, ways))
    err = _refused(
        _project(tmp_path), hjul, file, "no way in this map that a bicycle may ride", "Export an area"
    )
    assert "denmark.osm: " in err


def test_a_practice_in_sweden(tmp_path: Path, hjul: Hjul) -> None:
    project = _project(tmp_path, second="Storgatan 1,2114,Malmö", at_m=(28_000, -6_000))
    err = _refused(project, hjul, _map(tmp_path), "practices.csv:3", "P2 is 27", "correct their lat and lon")
    assert "P1" not in err


def test_an_address_in_sweden(tmp_path: Path, hjul: Hjul) -> None:
    project = _project(tmp_path, second="Storgatan 1,211 42,Malmö")
    _refused(project, hjul, _map(tmp_path), "practices.csv:3", '"211 42" is not a postcode of four digits')
    (project / "network.osm").unlink()
    _project(tmp_path, second="Storgatan 1,2114,Malmö")
    code, _out, err = hjul("network", "build", _map(tmp_path))
    assert code == 0  # the map is all right
    assert "Note: practices.csv:3 [address]" in err
    code, _out, err = hjul("geocode")
    assert code == 2
    assert "practices.csv:3 [address]" in err


def test_two_halves_with_practices_on_both_sides(tmp_path: Path, hjul: Hjul) -> None:
    file = _map(tmp_path, osm_xml(NODES, STREETS | SOUTH, ADDRESSES))
    project = _project(tmp_path)
    err = _refused(
        project, hjul, file, "practices.csv:3", "take a map with all places and the streets between them"
    )
    assert "P2 lies on streets that are cut off from the rest of the map (Sydkaj, 1.5 km of streets)" in err
    assert "P1" not in err
    assert "base" not in err


def test_a_network_in_two_halves_is_not_planned_with(tmp_path: Path, hjul: Hjul) -> None:
    project = _project(tmp_path)
    (project / "network.osm").write_text(osm_xml(NODES, STREETS | SOUTH, ADDRESSES), encoding="utf-8")
    code, _out, err = hjul("plan", "2009-W20")
    assert code == 2
    assert "P2 lies on streets that are cut off from the rest" in err
    code, out, err = hjul("network", "info")
    assert code == 0
    assert "cut off from the rest" in out
    assert "P2 lies on streets that are cut off" in err


def test_a_folder_that_is_not_there(tmp_path: Path, hjul: Hjul) -> None:
    code, _out, err = hjul("network", "build", _map(tmp_path), "--data", "nowhere")
    assert code == 3
    assert "Make one with `hjul init`." in err
    _project(tmp_path)
    assert hjul("network", "build", "nothing.osm.pbf")[0] == 3


# --- The real extract -----------------------------------------------------------------------------


@pytest.mark.extract
def test_the_real_extract(tmp_path: Path, hjul: Hjul) -> None:
    file = EXTRACTS / "copenhagen-sw.osm"
    if not file.is_file():
        pytest.skip(f"the real OpenStreetMap extract is not at {file}")
    assert hjul("init", "project")[0] == 0
    code, out, err = hjul("network", "build", file, "--data", "project")
    assert code == 0, err
    assert "Taken from copenhagen-sw.osm" in out
    code, out, _err = hjul("network", "info", "--data", "project", "--map", "net.html")
    assert code == 0
    shown = dict(line.rsplit("  ", 1) for line in _lines(out) if "  " in line)
    assert shown["ways left out: motorways"] == "18"
    assert 30 < float(shown["ways without a class"].removesuffix(" %")) < 50
    assert 300_000 < (tmp_path / "net.html").stat().st_size < 2_000_000
    built, cached = (
        load_network(tmp_path / "project" / "network.osm", Cycling(), cache_dir=tmp_path / "cold")
        for _time in range(2)
    )
    assert cached.info() == built.info()
