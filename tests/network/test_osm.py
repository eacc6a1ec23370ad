from pathlib import Path

import pytest
from osmfiles import osm_xml

from scheduler.base.errors import InputError, ServiceError
from scheduler.network.osm import read_osm

SQUARE = osm_xml(
    {"a": (0, 0), "b": (100, 0), "c": (100, 100)},
    {"Nygade": "aabbc highway=residential"},
    node_tags={"b": "highway=traffic_signals"},
    relations=(
        "<relation id='7'><member type='way' ref='101' role='outer'/><tag k='type' v='multipolygon'/></relation>"
    ),
)


def _write(folder: Path, content: str | bytes) -> Path:
    file = folder / "map.osm"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def _message(folder: Path, content: str | bytes) -> str:
    file = _write(folder, content)
    with pytest.raises(InputError) as caught:
        read_osm(file)
    assert caught.value.problems[0].file == str(file)
    assert caught.value.hint
    return caught.value.problems[0].reason


def test_reads_nodes_ways_and_relations(tmp_path: Path) -> None:
    data = read_osm(_write(tmp_path, SQUARE))
    assert len(data.points) == 3
    assert data.node_tags == {ord("b"): {"highway": "traffic_signals"}}
    (way,) = data.ways
    # A node named twice in a row is no stretch of no length.
    assert (way.osm_id, way.refs) == (101, [ord("a"), ord("b"), ord("c")])
    assert way.tags == {"name": "Nygade", "highway": "residential"}
    assert data.relations[0].members == [("way", 101, "outer")]


def test_a_value_longer_than_openstreetmaps_is_left_out(tmp_path: Path) -> None:
    ways = {
        "Nygade": f"ab highway=residential note={'x' * 255}",
        "a" * 1_000_000: f"bc highway=path ref={'x' * 256}",
    }
    data = read_osm(_write(tmp_path, osm_xml({"a": (0, 0), "b": (100, 0), "c": (100, 100)}, ways)))
    assert data.ways[0].tags == {"name": "Nygade", "highway": "residential", "note": "x" * 255}
    assert data.ways[1].tags == {"highway": "path"}


def test_other_encodings_and_what_is_deleted(tmp_path: Path) -> None:
    xml = SQUARE.replace("Nygade", "Søgade").replace("UTF-8", "UTF-16")
    assert read_osm(_write(tmp_path, xml.encode("utf-16"))).ways[0].tags["name"] == "Søgade"
    gone = SQUARE.replace("<way id", "<way visible='false' id").replace("<node", "<node action='modify'")
    data = read_osm(_write(tmp_path, gone))
    assert (len(data.points), data.ways) == (3, [])


def test_the_date_is_what_the_file_says(tmp_path: Path) -> None:
    assert read_osm(_write(tmp_path, SQUARE)).header.date == ""
    extract = SQUARE.replace("<osm ", "<osm timestamp='2024-01-01' ")
    assert read_osm(_write(tmp_path, extract)).header.date == "2024-01-01"
    overpass = SQUARE.replace("<node", "<meta osm_base='2024-05-01T10:00:00Z'/><node", 1)
    assert read_osm(_write(tmp_path, overpass)).header.date == "2024-05-01T10:00:00Z"


BOMB = (
    "<!DOCTYPE osm [<!ENTITY a 'aaaaaaaaaa'>"
    + "".join(f"<!ENTITY a{i} '{('&a' + str(i - 1 or '') + ';') * 10}'>" for i in range(1, 12))
    + "]>"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "latin-1"])
def test_entities_are_refused_before_they_are_expanded(tmp_path: Path, encoding: str) -> None:
    declaration = f"<?xml version='1.0' encoding='{encoding}'?>"
    xml = f"{declaration}{BOMB}<osm><node id='1' lat='55' lon='12'><tag k='name' v='&a11;'/></node></osm>"
    assert "declares a document type or entities" in _message(tmp_path, xml.encode(encoding))


@pytest.mark.parametrize("doctype", ["<!DOCTYPE osm>", "<!DOCTYPE osm SYSTEM 'file:///etc/passwd'>"])
def test_any_document_type_is_refused(tmp_path: Path, doctype: str) -> None:
    assert "declares a document type" in _message(tmp_path, doctype + SQUARE.partition("\n")[2])


def test_an_entity_that_nobody_declared_is_no_xml(tmp_path: Path) -> None:
    assert "not XML from line" in _message(tmp_path, SQUARE.replace("Nygade", "&nygade;"))


@pytest.mark.parametrize("share", [0.3, 0.6, 0.99])
def test_a_file_that_is_cut_off(tmp_path: Path, share: float) -> None:
    assert "cut off in line" in _message(tmp_path, SQUARE[: int(len(SQUARE) * share)])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"place,lat,lon\nx,1,2\n", "not XML from line 1"),
        (b"\x00\x00\x00\x0d\x0a\x09OSMHeader", "not XML"),
        (b"\x1f\x8b\x08\x00abc", "not XML"),
        (b"<html><body>503</body></html>", "<html>, not <osm>"),
        (b"<osm><node id='1' lat='nan' lon='12'/></osm>", "line 1 has an element"),
        (b"<osm><node id='1' lat='155.0' lon='12'/></osm>", "line 1 has an element"),
        (b"<osm><node id='x' lat='55' lon='12'/></osm>", "line 1 has an element"),
        (b"<osm>\n<way id='1'><nd/></way></osm>", "line 2 has an element"),
        (
            b"<osm><node id='1' lat='55' lon='12'/><node id='2' lat='9' lon='9'/><node id='1' lat='55' lon='13'/>",
            "node 1 is in it twice, at different places",
        ),
        (b"<osm>" + b"<a>" * 50, "nested too deep"),
        (b"<osm><!--" + b"x" * 3_000_000 + b"--></osm>", "more than two megabytes"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_osm_xml(tmp_path: Path, content: bytes, words: str) -> None:
    assert words in _message(tmp_path, content)


def test_a_file_that_cannot_be_had(tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match="there is no such file"):
        read_osm(tmp_path / "nowhere.osm")
    with pytest.raises(ServiceError, match="cannot be read"):
        read_osm(tmp_path)
