"""Reading OSM XML: one guarded pass over the text, before any other library sees it.

The format is that of https://wiki.openstreetmap.org/wiki/OSM_XML. A map is text from elsewhere, so
nothing in it is trusted: a document type (and with it every entity, see CWE-776) is refused at its
first character, whatever the encoding, and no piece of XML is buffered without limit.
"""

import hashlib
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from xml.parsers import expat

from scheduler.base import limits
from scheduler.base.errors import InputError, InputProblem, ServiceError, told
from scheduler.base.i18n import _, number, os_reason

_CHUNK_BYTES = 1 << 18
#: A single tag of OSM XML is a few hundred bytes; a longer piece of markup, or of text, is no map.
_MAX_TOKEN_BYTES = 1 << 21
_MAX_DEPTH = 8
#: OpenStreetMap itself allows 2,000 nodes in a way and 32,000 members in a relation.
_MOST_PARTS = 100_000
#: OpenStreetMap has no longer value of a tag: what is longer is left out.
LONGEST_VALUE = 255

Tags = dict[str, str]


@dataclass(slots=True)
class Way:
    """A line or an outline: the ids of its nodes in order, and its tags."""

    osm_id: int
    refs: list[int] = field(default_factory=list)
    tags: Tags = field(default_factory=dict)

    @property
    def closed(self) -> bool:
        """Whether it ends where it begins."""
        return len(self.refs) > 3 and self.refs[0] == self.refs[-1]


@dataclass(slots=True)
class Relation:
    """Members, as (type, id, role), that belong together."""

    osm_id: int
    members: list[tuple[str, int, str]] = field(default_factory=list)
    tags: Tags = field(default_factory=dict)


class Sink(Protocol):
    """Takes the elements of a map, one after the other, in the order of the file."""

    def node(self, osm_id: int, lat: float, lon: float, tags: Tags) -> None:
        """Take a node."""

    def way(self, way: Way) -> None:
        """Take a way."""

    def relation(self, relation: Relation) -> None:
        """Take a relation."""


def _ignore(*_element: object) -> None:
    """Leave an element out."""


@dataclass(frozen=True, slots=True)
class Listener:
    """A sink made of functions; it listens to the kinds of elements that it has one for.

    Of nodes, ways and relations it wants those with a tag of these `keys`, if there are some, or of the
    ids `only`. It may get others, too.
    """

    node: Callable[[int, float, float, Tags], None] = _ignore
    way: Callable[[Way], None] = _ignore
    relation: Callable[[Relation], None] = _ignore
    keys: Sequence[str] = ()
    only: AbstractSet[int] | None = None

    @property
    def kinds(self) -> AbstractSet[str]:
        """What it listens to: "node", "way", "relation"."""
        return {kind for kind in ("node", "way", "relation") if getattr(self, kind) is not _ignore}


@dataclass(slots=True)
class Header:
    """What a file says of itself; empty where it says nothing.

    `date` is when the data were taken, `source` the file of which this is a part.
    """

    generator: str = ""
    date: str = ""
    source: str = ""


@dataclass(slots=True)
class OsmData:
    """What a file holds. `points` are (lat, lon) of every node; `node_tags` only of nodes that have some.

    `sha256` is of the bytes that were read.
    """

    points: dict[int, tuple[float, float]] = field(default_factory=dict)
    node_tags: dict[int, Tags] = field(default_factory=dict)
    ways: list[Way] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    header: Header = field(default_factory=Header)
    sha256: str = ""

    def node(self, osm_id: int, lat: float, lon: float, tags: Tags) -> None:
        """Take a node in; a `NotOsmError` where it was taken before, at another place."""
        if self.points.setdefault(osm_id, (lat, lon)) != (lat, lon):
            raise NotOsmError(_("node {id} is in it twice, at different places").format(id=osm_id))
        if tags:
            self.node_tags[osm_id] = tags

    def way(self, way: Way) -> None:
        """Take a way in."""
        self.ways.append(way)

    def relation(self, relation: Relation) -> None:
        """Take a relation in."""
        self.relations.append(relation)


class NotOsmError(Exception):
    """The file is no map that can be read; the text says why."""


class _Reader:
    """Puts the elements together as the parser meets their parts, and hands them to a sink."""

    def __init__(self, sink: Sink) -> None:
        self.header = Header()
        self.depth = 0
        self._parts = 0
        self._sink = sink
        self._tags: Tags | None = None
        self._node: tuple[int, float, float] | None = None
        self._way: Way | None = None
        self._relation: Relation | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth == 1:
            if name != "osm":
                raise NotOsmError(_("its outermost element is <{name}>, not <osm>").format(name=name[:40]))
            self.header.generator = attributes.get("generator", "")
            self.header.date = attributes.get("timestamp", "")
            self.header.source = attributes.get("source", "")
        elif self.depth > _MAX_DEPTH:
            raise NotOsmError(_("its elements are nested too deep"))
        elif self.depth == 2:
            self._parts = 0
            self._element(name, attributes)
        else:
            self._parts += 1
            if self._parts > _MOST_PARTS:
                raise NotOsmError(
                    _("one of its elements has more than {most} parts").format(most=_MOST_PARTS)
                )
            self._part(name, attributes)

    def _part(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "tag" and self._tags is not None:
            if len(attributes["v"]) <= LONGEST_VALUE:
                self._tags[attributes["k"]] = attributes["v"]
        elif name == "nd" and self._way is not None:
            ref = int(attributes["ref"])
            if not self._way.refs or self._way.refs[-1] != ref:
                self._way.refs.append(ref)
        elif name == "member" and self._relation is not None:
            self._relation.members.append(
                (attributes["type"], int(attributes["ref"]), attributes.get("role", ""))
            )

    def _element(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "meta":
            self.header.date = attributes.get("osm_base", self.header.date)
        if attributes.get("visible") == "false" or attributes.get("action") == "delete":
            return
        if name == "node":
            osm_id, lat, lon = int(attributes["id"]), float(attributes["lat"]), float(attributes["lon"])
            if not (math.fabs(lat) <= 90 and math.fabs(lon) <= 180):
                raise ValueError
            self._node = (osm_id, lat, lon)
            self._tags = {}
        elif name == "way":
            self._way = Way(int(attributes["id"]))
            self._tags = self._way.tags
        elif name == "relation":
            self._relation = Relation(int(attributes["id"]))
            self._tags = self._relation.tags

    def end(self, _name: str) -> None:
        self.depth -= 1
        if self.depth != 1:
            return
        if self._way is not None:
            self._sink.way(self._way)
        elif self._relation is not None:
            self._sink.relation(self._relation)
        elif self._node is not None:
            self._sink.node(*self._node, self._tags or {})
        self._tags = self._node = self._way = self._relation = None


def _refuse_doctype(*_declaration: Any) -> None:
    raise NotOsmError(_("it declares a document type or entities, which no OpenStreetMap file does"))


def _require_markup(pending_bytes: int) -> None:
    if pending_bytes > _MAX_TOKEN_BYTES:
        raise NotOsmError(_("it holds a piece of markup or text of more than two megabytes"))


def read_osm(file: Path) -> OsmData:
    """Read a plain OSM XML file whole.

    Raises
    ------
    ServiceError
        The file is not there or may not be read.
    InputError
        It is cut off, not XML, not OSM, or declares a document type or entities.
    """
    data = OsmData()
    digest = hashlib.sha256()

    def chunks() -> Iterator[bytes]:
        with told(missing_file, file), limits.opened(file) as stream:
            limits.require_size(stream, limits.NETWORK_BYTES, file)
            while chunk := stream.read(_CHUNK_BYTES):
                digest.update(chunk)
                yield chunk

    data.header = parse(chunks(), data, file)
    data.sha256 = digest.hexdigest()
    return data


def parse(chunks: Iterable[bytes], sink: Sink, file: Path) -> Header:
    """Read OSM XML piece by piece; errors are those of `read_osm`, and name `file`."""
    reader = _Reader(sink)
    parser = expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.EntityDeclHandler = _refuse_doctype
    fed = since_markup = 0
    at_end = False
    try:
        for chunk in chunks:
            parser.Parse(chunk)
            fed += len(chunk)
            last = chunk.rfind(b"<")
            since_markup = len(chunk) - last if last >= 0 else since_markup + len(chunk)
            _require_markup(pending_bytes=max(since_markup, fed - parser.CurrentByteIndex))
        at_end = True
        parser.Parse(b"", True)  # noqa: FBT003 - expat's only way to say so
    except InputError:
        raise
    except expat.ExpatError as error:
        raise _unreadable(file, at_end=at_end, fed=fed, error=error) from error
    except (KeyError, ValueError, OverflowError) as error:
        line = parser.CurrentLineNumber
        raise not_osm(
            file, _("line {line} has an element without a proper id, position or tag").format(line=line)
        ) from error
    except NotOsmError as error:
        raise not_osm(file, str(error)) from None
    return reader.header


def missing_file(file: Path, error: OSError) -> ServiceError:
    """Return the error for a map that cannot be opened."""
    if isinstance(error, FileNotFoundError):
        reason = _("there is no such file")
    else:
        reason = _("the file cannot be read: {reason}").format(reason=os_reason(error))
    return ServiceError(
        InputProblem(reason, file=str(file)),
        hint=_("Name an .osm file that is there, or leave the map's setting empty to use the built-in map."),
    )


def not_osm(file: Path, why: str) -> InputError:
    """Return the error for a file that is no map."""
    return InputError(
        InputProblem(_("this is not an OpenStreetMap file: {why}").format(why=why), file=str(file)),
        hint=_("Export the area again, as OSM XML (.osm) or as PBF (.osm.pbf)."),
    )


def require_order(lat: float, lon: float, file: Path) -> None:
    """Refuse a map of Denmark in which latitudes and longitudes have changed places: there is only sea."""
    if 7 <= lat <= 16 and 54 <= lon <= 58:
        why = _("it lies at latitude {lat} and longitude {lon}: the two have changed places").format(
            lat=number(float(lat), 1), lon=number(float(lon), 1)
        )
        raise not_osm(file, why)


def cut_off(file: Path, where: str) -> InputError:
    """Return the error for a map that ends too early."""
    return InputError(
        InputProblem(where, file=str(file)), hint=_("Download or export it again, and copy all of it.")
    )


def _unreadable(file: Path, *, at_end: bool, fed: int, error: expat.ExpatError) -> InputError:
    if at_end and fed:
        return cut_off(file, _("the file is cut off in line {line}").format(line=error.lineno))
    if not fed and at_end:
        return not_osm(file, _("it is empty"))
    return not_osm(file, _("it is not XML from line {line} on").format(line=error.lineno))
