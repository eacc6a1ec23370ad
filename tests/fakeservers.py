"""Overpass and Nominatim on 127.0.0.1, as far as the program speaks with them, and their failures.

`overpass` reads the query language as the program writes it: for each ``nwr["key"="value"](poly:"...");``
it gives what is in the polygon and has the tag, with everything that it consists of. Failures are
played in turn before the real answers begin.
"""

import functools
import gzip
import json
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

import shapely

Element = dict[str, Any]
_CLAUSE = re.compile(r'nwr\["([^"]+)"(?:="([^"]+)")?\]\(poly:"([-\d. ]+)"\);')


@dataclass(frozen=True)
class Request:
    """What a client sent: form or query, its headers, and when."""

    path: str
    fields: dict[str, str]
    headers: dict[str, str]
    at_s: float


class Handler(BaseHTTPRequestHandler):
    """One exchange; what to do is the server's business."""

    server: "_Server"

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self._take(parts.path, parts.query)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._take(self.path, body.decode("ascii"))

    def _take(self, path: str, form: str) -> None:
        fields = {key: values[0] for key, values in parse_qs(form).items()}
        request = Request(path, fields, dict(self.headers), time.monotonic())
        self.server.requests.append(request)
        failure = next(self.server.failures, None)
        if failure is not None:
            failure(self)
        else:
            self.send(json.dumps(self.server.answer(request)).encode())

    def send(self, body: bytes, status: int = 200, kind: str = "application/json", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", headers.pop("length", str(len(body))))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Print nothing."""


Failure = Callable[[Handler], None]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, answer: Callable[[Request], object], failures: Iterable[Failure]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer = answer
        self.failures = iter(failures)
        self.requests: list[Request] = []

    def handle_error(self, *_arguments: object) -> None:
        """A client that gives up is what some tests are about."""


@dataclass
class Running:
    """A server that runs: its address, and what it was asked."""

    url: str
    requests: list[Request] = field(default_factory=list)


@contextmanager
def serve(answer: Callable[[Request], object], *failures: Failure, path: str = "") -> Iterator[Running]:
    """Serve answers, after these failures, while the `with` block lasts."""
    with _Server(answer, failures) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield Running(f"http://127.0.0.1:{server.server_port}{path}", server.requests)
        finally:
            server.shutdown()
            thread.join()


# --- Failures --------------------------------------------------------------------------------------


def status(code: int, **headers: str) -> Failure:
    """Refuse as the real servers do: with a page for people."""
    page = b"<html><body><p><strong>Error</strong>: runtime error: open64: Dispatcher_Client::request"
    return lambda handler: handler.send(page, code, "text/html", **headers)


def html(handler: Handler) -> None:
    """Say 200 and send a page, as a captive portal does."""
    handler.send(b"<!DOCTYPE html><html><body>Welcome to the guest network", kind="text/html")


def cut_off(handler: Handler) -> None:
    """Promise more than is sent."""
    handler.send(b'{"version": 0.6, "elements": [{"type": "node", "id": 1, "la', length="100000")
    handler.close_connection = True


def cut_json(handler: Handler) -> None:
    """Send JSON that ends in the middle, as an answer without a length may."""
    handler.send(b'{"version": 0.6, "elements": [{"type": "node", "id": 1, "la')


def deep_json(handler: Handler) -> None:
    """Send JSON that is nested more deeply than anybody reads."""
    handler.send(b"[" * 100_000)


def hang_up(handler: Handler) -> None:
    """Close the connection without a word."""
    handler.close_connection = True
    handler.connection.close()


def slow(seconds: float) -> Failure:
    """Say nothing for a while."""

    def wait(handler: Handler) -> None:
        time.sleep(seconds)
        handler.send(b"{}")

    return wait


def trickle(handler: Handler) -> None:
    """Send a byte now and then, and so for ever."""
    handler.send(b" ", length="100000")
    for _ in range(30):
        time.sleep(0.02)
        handler.wfile.write(b" ")


def reply(content: object) -> Failure:
    """Send this as JSON."""
    return lambda handler: handler.send(json.dumps(content).encode())


def no_gzip(handler: Handler) -> None:
    """Say that it is packed, and send what cannot be unpacked."""
    handler.send(b"{}", Content_Encoding="gzip")


def packed(answer: Callable[[Request], object]) -> Failure:
    """Answer to the last request, packed: no failure at all."""

    def send(handler: Handler) -> None:
        body = json.dumps(answer(handler.server.requests[-1])).encode()
        handler.send(gzip.compress(body), Content_Encoding="gzip")

    return send


def endlessly(code: int) -> Failure:
    """Refuse with a page that has no end."""

    def send(handler: Handler) -> None:
        handler.send(b"", code, "text/html", length=str(10**12))
        while True:  # until the client has hung up
            handler.wfile.write(bytes(100_000))

    return send


# --- Overpass --------------------------------------------------------------------------------------


def elements_of_xml(file: Path) -> list[Element]:
    """Read OSM XML as the elements of Overpass' JSON."""
    return [_element(item) for item in ET.parse(file).getroot() if item.tag in ("node", "way", "relation")]  # noqa: S314 - our own file


def _element(item: "ET.Element[str]") -> Element:
    element: Element = {"type": item.tag, "id": int(item.attrib["id"])}
    if item.tag == "node":
        element |= {"lat": float(item.attrib["lat"]), "lon": float(item.attrib["lon"])}
    elif item.tag == "way":
        element["nodes"] = [int(nd.attrib["ref"]) for nd in item.iter("nd")]
    else:
        element["members"] = [
            {"type": m.attrib["type"], "ref": int(m.attrib["ref"]), "role": m.attrib["role"]}
            for m in item.iter("member")
        ]
    if tags := {tag.attrib["k"]: tag.attrib["v"] for tag in item.iter("tag")}:
        element["tags"] = tags
    return element


def elements_of_answer(file: Path) -> list[Element]:
    """Read a real answer of Overpass, gzipped."""
    with gzip.open(file) as stream:
        elements: list[Element] = json.load(stream)["elements"]
    return elements


def overpass(elements: list[Element], date: str = "2026-11-20T08:00:00Z") -> Callable[[Request], object]:
    """Answer queries from these elements."""
    known = {(element["type"], element["id"]): element for element in elements}

    @functools.cache
    def answer_to(query: str) -> object:
        head, _, rest = query.partition(";")
        assert re.fullmatch(r"\[out:json\]\[timeout:\d+\]", head)
        clauses = _CLAUSE.findall(rest)
        left = _CLAUSE.sub("", rest)
        assert left == "();(._;>;);out;", left[:200]
        (polygon,) = {clause[2] for clause in clauses}
        wanted = {clause[:2] for clause in clauses}
        inside = _nodes_inside(elements, polygon)
        found: dict[tuple[str, int], Element] = {}
        for element in elements:
            if _asked_for(element, wanted) and _touches(element, inside, known):
                _add(element, known, found)
        return {
            "version": 0.6,
            "generator": "Overpass API 0.7.62",
            "osm3s": {"timestamp_osm_base": date, "copyright": "ODbL"},
            "elements": list(found.values()),
        }

    return lambda request: answer_to(request.fields["data"])


def _nodes_inside(elements: list[Element], polygon: str) -> set[int]:
    numbers = [float(number) for number in polygon.split()]
    ring = shapely.Polygon(zip(numbers[1::2], numbers[::2], strict=True))
    nodes = [element for element in elements if element["type"] == "node"]
    hits = shapely.contains_xy(ring, [node["lon"] for node in nodes], [node["lat"] for node in nodes])
    return {node["id"] for node, hit in zip(nodes, hits, strict=True) if hit}


def _asked_for(element: Element, wanted: set[tuple[str, str]]) -> bool:
    tags = element.get("tags", {})
    return any((key, value) in wanted or (key, "") in wanted for key, value in tags.items())


def _touches(element: Element, inside: set[int], known: dict[tuple[str, int], Element]) -> bool:
    if element["type"] == "node":
        return element["id"] in inside
    if element["type"] == "way":
        return not inside.isdisjoint(element["nodes"])
    members = ((member["type"], member["ref"]) for member in element["members"])
    return any(_touches(known[member], inside, known) for member in members if member in known)


def _add(
    element: Element, known: dict[tuple[str, int], Element], found: dict[tuple[str, int], Element]
) -> None:
    found[element["type"], element["id"]] = element
    parts = [("node", ref) for ref in element.get("nodes", ())]
    parts += [(member["type"], member["ref"]) for member in element.get("members", ())]
    for part in parts:
        if part in known and part not in found:
            _add(known[part], known, found)


# --- Nominatim -------------------------------------------------------------------------------------


def nominatim(known: dict[str, Element]) -> Callable[[Request], object]:
    """Answer searches from these results, by query; others find nothing."""

    def answer(request: Request) -> object:
        assert request.path == "/search"
        assert (request.fields["format"], request.fields["limit"]) == ("json", "1")
        found = known.get(request.fields["q"])
        return [found] if found else []

    return answer


def result(lat: float, lon: float, name: str) -> Element:
    """Write a result as Nominatim does: coordinates are texts."""
    return {
        "place_id": 1,
        "licence": "Data © OpenStreetMap contributors, ODbL 1.0.",
        "osm_type": "node",
        "osm_id": 1,
        "lat": str(lat),
        "lon": str(lon),
        "class": "place",
        "type": "house",
        "importance": 0.00001,
        "display_name": name,
        "boundingbox": [str(lat), str(lat), str(lon), str(lon)],
    }
