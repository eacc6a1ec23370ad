import bz2
import gzip
import lzma
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from scheduler.base.errors import InputError, ServiceError
from scheduler.network import streams
from scheduler.network.osm import OsmData, parse
from scheduler.network.streams import format_of, unpacked

NODES = "".join(f"<node id='{i}' lat='55.6' lon='12.5'/>\n" for i in range(2000))
XML = f"<?xml version='1.0' encoding='UTF-8'?>\n<osm version='0.6'>\n{NODES}</osm>\n".encode()
PACKED = {"gz": gzip.compress(XML), "bz2": bz2.compress(XML), "xz": lzma.compress(XML), "xml": XML}


def _read(folder: Path, content: bytes) -> OsmData:
    # The name says nothing: the first bytes do.
    file = folder / "map.osm"
    file.write_bytes(content)
    data = OsmData()
    parse(unpacked(file, format_of(file)), data, file)
    return data


def _reason(folder: Path, content: bytes) -> str:
    with pytest.raises(InputError) as caught:
        _read(folder, content)
    assert caught.value.hint
    return caught.value.problems[0].reason


@pytest.mark.parametrize("packed", PACKED)
def test_every_packing_holds_the_same(tmp_path: Path, packed: str) -> None:
    assert len(_read(tmp_path, PACKED[packed]).points) == 2000
    assert format_of(tmp_path / "map.osm") == packed


@pytest.mark.parametrize(
    ("packed", "pack"), [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)]
)
def test_files_packed_in_several_streams(tmp_path: Path, packed: str, pack: Callable[[bytes], bytes]) -> None:
    # Parallel packers write one stream after the other; .xz may have padding between them.
    between = b"\0" * 8 if packed == "xz" else b""
    content = pack(XML[:5000]) + between + pack(XML[5000:]) + between
    assert len(_read(tmp_path, content).points) == 2000


@pytest.mark.parametrize("packed", ["gz", "bz2", "xz"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_a_packed_file_that_is_cut_off(tmp_path: Path, packed: str, share: float) -> None:
    content = PACKED[packed]
    assert "cut off" in _reason(tmp_path, content[: int(len(content) * share)])


@pytest.mark.parametrize("packed", ["gz", "bz2", "xz"])
def test_a_packed_file_that_is_damaged(tmp_path: Path, packed: str) -> None:
    content = bytearray(PACKED[packed])
    for position in range(len(content) // 3, len(content) // 3 + 40):
        content[position] ^= 0xFF
    assert _reason(tmp_path, bytes(content))


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, partial(lzma.compress, preset=0)])
def test_a_small_file_that_unpacks_without_end_is_refused(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    bomb = pack(b"<osm>" + (b"<a>" + b" " * 1_000_000 + b"</a>") * 80)
    assert len(bomb) < 100_000
    assert "more than 200 times its size" in _reason(tmp_path, bomb)


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_entities_are_refused_in_every_packing(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    bomb = b"<!DOCTYPE osm [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]><osm><node id='&b;'/></osm>"
    assert "declares a document type or entities" in _reason(tmp_path, pack(bomb))


def test_a_file_that_takes_too_much_memory_to_unpack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "_XZ_MEMORY_BYTES", 1 << 20)
    assert "cannot be unpacked" in _reason(tmp_path, PACKED["xz"])


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match="there is no such file"):
        format_of(tmp_path / "nowhere.osm.pbf")


def test_pbf_is_known_by_its_beginning_or_its_name(tmp_path: Path) -> None:
    file = tmp_path / "map"
    file.write_bytes(b"\0\0\0\r\n\x09OSMHeader\x18;")
    assert format_of(file) == "pbf"
    cut = tmp_path / "map.osm.pbf"
    cut.write_bytes(b"\0\0")
    assert format_of(cut) == "pbf"
