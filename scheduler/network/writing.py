"""Writing OSM XML, such that the same data make the same bytes."""

from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import quoteattr

from scheduler.network.osm import OsmData, Tags

_FORBIDDEN = {code: None for code in range(32) if chr(code) not in "\t\n\r"}


def write_osm(file: Path, data: OsmData) -> None:
    """Write data as OSM XML, with where they come from on the root element."""
    with file.open("w", encoding="utf-8", newline="\n") as out:
        out.writelines(_lines(data))


def _lines(data: OsmData) -> Iterator[str]:
    header = data.header
    about = {"generator": header.generator or "hjul", "timestamp": header.date, "source": header.source}
    about |= {
        "copyright": "OpenStreetMap contributors",
        "license": "https://opendatacommons.org/licenses/odbl/1-0/",
    }
    yield "<?xml version='1.0' encoding='UTF-8'?>\n"
    yield f"<osm version='0.6'{''.join(f' {key}={_quoted(text)}' for key, text in about.items() if text)}>\n"
    for osm_id, (lat, lon) in data.points.items():
        tags = _tags(data.node_tags.get(osm_id, {}))
        end = f">\n{tags}</node>" if tags else "/>"
        yield f"<node id='{osm_id}' lat='{lat!r}' lon='{lon!r}'{end}\n"
    for way in data.ways:
        refs = "".join(f"<nd ref='{ref}'/>" for ref in way.refs)
        yield f"<way id='{way.osm_id}'>\n{refs}\n{_tags(way.tags)}</way>\n"
    for relation in data.relations:
        members = "".join(
            f"<member type={_quoted(kind)} ref='{ref}' role={_quoted(role)}/>\n"
            for kind, ref, role in relation.members
        )
        yield f"<relation id='{relation.osm_id}'>\n{members}{_tags(relation.tags)}</relation>\n"
    yield "</osm>\n"


def _tags(tags: Tags) -> str:
    return "".join(f"<tag k={_quoted(key)} v={_quoted(text)}/>\n" for key, text in sorted(tags.items()))


def _quoted(text: str) -> str:
    # A PBF file may hold control characters, for which XML has no place.
    return quoteattr(text.translate(_FORBIDDEN), {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})
