"""The bytes of a map file, unpacked piece by piece: .osm, .osm.gz, .osm.bz2 and .osm.xz.

What a file is, its first bytes say, not its name. A small file can unpack to an endless one (CWE-409),
so what comes out is held against what went in.
"""

import bz2
import gzip
import lzma
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO, Literal

from scheduler.base import limits
from scheduler.base.errors import told
from scheduler.base.i18n import _
from scheduler.network.osm import NotOsmError, cut_off, missing_file

Format = Literal["xml", "gz", "bz2", "xz", "pbf"]

_CHUNK_BYTES = 1 << 18
#: OSM XML packs to a tenth or a twentieth; what unpacks to more than this is made to do harm.
_MOST_TIMES_LARGER = 200
_XZ_MEMORY_BYTES = 1 << 28

_BEGINNINGS: tuple[tuple[bytes, Format], ...] = ((b"\x1f\x8b", "gz"), (b"BZh", "bz2"), (b"\xfd7zXZ\0", "xz"))
#: A PBF file begins with the length of a header of this type.
_PBF_TYPE = b"\n\x09OSMHeader"


def format_of(file: Path) -> Format:
    """Tell what a map file is; a `ServiceError` where it cannot be opened."""
    with told(missing_file, file), limits.opened(file) as stream:
        head = stream.read(4 + len(_PBF_TYPE))
    if head[4:] == _PBF_TYPE or file.suffix.lower() == ".pbf":
        return "pbf"
    return next((name for beginning, name in _BEGINNINGS if head.startswith(beginning)), "xml")


def unpacked(file: Path, packed: Format) -> Iterator[bytes]:
    """Yield what an XML file holds, unpacked; never more than a few hundred kilobytes at once."""
    given = 0
    with told(missing_file, file), limits.opened(file) as raw:
        try:
            for chunk in _pieces(raw, packed):
                given += len(chunk)
                if given > _MOST_TIMES_LARGER * (raw.tell() + _CHUNK_BYTES):
                    raise NotOsmError(
                        _("it unpacks to more than {times} times its size").format(times=_MOST_TIMES_LARGER)
                    )
                yield chunk
        except EOFError as error:
            raise cut_off(file, _("the file is cut off")) from error
        except (gzip.BadGzipFile, zlib.error, lzma.LZMAError) as error:
            raise cut_off(file, _("the file is damaged: it cannot be unpacked")) from error
        except OSError as error:
            if packed == "bz2" and error.errno is None:  # which is how bz2 says that data are wrong
                raise cut_off(file, _("the file is damaged: it cannot be unpacked")) from error
            raise


def _pieces(raw: BinaryIO, packed: Format) -> Iterator[bytes]:
    if packed == "xz":
        yield from _xz(raw)
        return
    stream: BinaryIO | gzip.GzipFile | bz2.BZ2File = raw
    if packed == "gz":
        stream = gzip.GzipFile(fileobj=raw)
    elif packed == "bz2":
        stream = bz2.BZ2File(raw)
    yield from iter(partial(stream.read, _CHUNK_BYTES), b"")


def _xz(raw: BinaryIO) -> Iterator[bytes]:
    """Unpack one .xz stream after the other; `lzma.open` would let the file say how much memory it takes."""
    unpacker = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY_BYTES)
    while True:
        data = b""
        if unpacker.eof:
            data = unpacker.unused_data.lstrip(b"\0") or raw.read(_CHUNK_BYTES).lstrip(b"\0")
            if not data:
                return
            unpacker = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY_BYTES)
        elif unpacker.needs_input:
            data = raw.read(_CHUNK_BYTES)
            if not data:
                raise EOFError
        yield unpacker.decompress(data, _CHUNK_BYTES)
