"""Downloads from a local Overpass that answers and fails as the real one does."""

import datetime as dt
import email.utils
import gc
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fakeservers
import numpy as np
import pytest
from fakeservers import Element, Failure, Request, Running, overpass, serve
from folders import write_folder

from scheduler import cli
from scheduler.base.errors import InputError, ServiceError
from scheduler.base.progress import Silent
from scheduler.base.resources import builtin_map
from scheduler.model.config import Cycling, MapSettings
from scheduler.model.project import Origin, Place
from scheduler.network import load_network, services
from scheduler.network.osm import read_osm
from scheduler.network.overpass import map_query, osm_data
from scheduler.network.services import Patience, Services
from scheduler.network.writing import write_osm
from scheduler.services import planner
from scheduler.services.download import Downloaded, area_around, download_network

ANSWER = Path(__file__).parents[3] / "shared" / "data" / "osm" / "cycle-ways-2023.overpass.json.gz"
SETTINGS = """
[base]
name = "Jobcenter"
address = "Skelbækgade 2"
postcode = "1717"
city = "København V"

[map]
overpass_url = "{url}"
nominatim_url = "http://127.0.0.1:9"
timeout_s = 5
"""
PRACTICES = """practice_id,name,address,postcode,city,district,lat,lon
P1,Vej,Vej 1,1720,København V,Vesterbro,55.66506,12.54932
P2,Gade,Ukendtvej 2,1670,København V,Vesterbro,,
"""
LONG_AGO, FAR_OFF = (dt.datetime(year, 1, 1, tzinfo=dt.UTC) for year in (2001, 2999))
HOMES = """visit_id,address,postcode,city,district,date,start,end,minutes,lat,lon
H1,Hemmelig Gade 7,2500,Valby,Valby,2009-05-13,09:00,12:00,30,55.65900,12.51000
"""


class Waits:
    """Waits that are only counted, and steps that are only remembered."""

    def __init__(self, total_s: float = 60.0) -> None:
        self.waits: list[float] = []
        self.steps: list[str] = []
        self.patience = Patience(waits_s=(1.0, 2.0, 4.0), total_s=total_s, sleep=self.waits.append)

    def step(self, text: str) -> None:
        self.steps.append(text)

    def bounds(self, score: int, bound: int) -> None:
        raise AssertionError(score, bound)


@pytest.fixture(autouse=True)
def only_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test may reach another host, nor go by a proxy."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        assert address[0] == "127.0.0.1"
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="module")
def map_elements() -> list[Element]:
    return fakeservers.elements_of_xml(builtin_map())


@pytest.fixture(scope="module")
def answer(map_elements: list[Element]) -> Callable[[Request], object]:
    return overpass(map_elements)


@pytest.fixture
def folder(tmp_path: Path) -> Callable[[Running], Path]:
    """Write a small project whose Overpass is that server."""

    def write(server: Running, **tables: str) -> Path:
        tables = {"practices": PRACTICES, "home_visits": HOMES, **tables}
        return write_folder(tmp_path / "data", settings=SETTINGS.format(url=server.url), **tables)

    return write


Folder = Callable[..., Path]
Answer = Callable[[Request], object]


def _download(data: Path, waits: Waits, **options: Any) -> Downloaded:
    return download_network(data, patience=waits.patience, progress=waits, **options)


def test_a_download_becomes_the_projects_network(folder: Folder, answer: Answer) -> None:
    waits = Waits()
    with serve(answer, path="/api") as server:
        data = folder(server)
        done = _download(data, waits, margin_km=0.8)
    assert done.network.file == data / "network.osm"
    assert planner.project_network(data).sha256 == done.network.sha256
    info = done.network.info()
    assert (info.date, info.simplified) == ("2026-11-20T08:00:00Z", False)
    assert info.generator.startswith("hjul ")
    background = done.network.background()
    assert {area.kind for area in background.areas} >= {"water", "park"}
    assert background.railways
    assert "København H" in {label.name for label in background.labels if label.kind == "station"}
    assert "Vesterbro" in {label.name for label in background.labels if label.kind == "district"}
    assert {address.street for address in done.network.addresses} >= {"Skelbækgade"}
    (request,) = server.requests
    assert request.path == "/api/interpreter"
    assert request.headers["User-Agent"].startswith("hjul/")
    assert any("OpenStreetMap" in step for step in waits.steps)
    assert waits.waits == []
    # Only around the places.
    assert info.ways < load_network(builtin_map(), Cycling()).info().ways
    # What the new map does not know is told, and home visits are counted, not shown.
    assert [problem.row for problem in done.problems] == [3, 2]
    assert done.left_out == 1
    assert [file.name for file in data.glob(".network-*")] == []


def test_where_home_visits_are_is_not_sent(folder: Folder, answer: Answer) -> None:
    with serve(answer) as server:
        data = folder(server)
        _download(data, Waits())
        (data / "home_visits.csv").unlink()
        _download(data, Waits())
    with_homes, without = server.requests
    assert with_homes.fields == without.fields


def test_the_same_map_gives_the_same_file(
    folder: Folder, map_elements: list[Element], answer: Answer
) -> None:
    with serve(answer) as server:
        first = (_download(folder(server), Waits()).network.file).read_bytes()
    with serve(overpass(map_elements[::-1])) as server:
        assert (_download(folder(server), Waits()).network.file).read_bytes() == first


def test_nothing_of_the_process_is_changed_while_somebody_waits(folder: Folder, answer: Answer) -> None:
    from osmnx import settings

    def state() -> tuple[object, ...]:
        return vars(settings).copy(), socket.getaddrinfo, gc.isenabled()

    during: list[tuple[object, ...]] = []

    def watched(request: Request) -> object:
        during.append(state())
        return answer(request)

    before = state()
    with serve(watched) as server:
        _download(folder(server), Waits())
    assert [*during, state()] == [before, before]


@pytest.mark.parametrize(
    ("failures", "waited"),
    [
        ([fakeservers.status(429)], [1.0]),
        ([fakeservers.status(429), fakeservers.status(504), fakeservers.status(503)], [1.0, 2.0, 4.0]),
        ([fakeservers.status(429, Retry_After="30")], [30.0]),
        ([fakeservers.status(429, Retry_After="99999999")], [300.0]),
        ([fakeservers.status(503, Retry_After="tomorrow")], [1.0]),
        ([fakeservers.status(503, Retry_After="9" * 5000)], [1.0]),
        ([fakeservers.status(503, Retry_After="Mon, 99 Jan 99999 00:00:00 GMT")], [1.0]),
        ([fakeservers.status(503, Retry_After="Mon, 01 Jan 99999999999 00:00:00 GMT")], [1.0]),
        ([fakeservers.status(503, Retry_After=email.utils.format_datetime(LONG_AGO))], [1.0]),
        ([fakeservers.status(503, Retry_After=email.utils.format_datetime(FAR_OFF))], [300.0]),
        ([fakeservers.cut_off], [1.0]),
        ([fakeservers.hang_up], [1.0]),
        ([fakeservers.no_gzip], [1.0]),
        ([fakeservers.cut_off, fakeservers.status(429), fakeservers.hang_up], [1.0, 2.0, 4.0]),
    ],
)
def test_a_busy_server_is_asked_again(
    folder: Folder, answer: Answer, failures: list[Failure], waited: list[float]
) -> None:
    waits = Waits()
    with serve(answer, *failures) as server:
        done = _download(folder(server), waits)
    assert done.network.file.is_file()
    assert waits.waits == waited
    assert len(server.requests) == len(failures) + 1
    assert sum("next attempt in" in step for step in waits.steps) == len(failures)


@pytest.mark.parametrize("path", ["/ø", "/%7Eosm", "/a/../api", "/[api]", "/api/"])
@pytest.mark.parametrize("failure", [fakeservers.status(429), fakeservers.cut_off, fakeservers.hang_up])
def test_a_busy_server_is_asked_again_however_its_address_is_written(path: str, failure: Failure) -> None:
    waits = Waits()
    with serve(lambda _request: {"elements": [1]}, failure, path=path) as server:
        asked = Services(MapSettings(overpass_url=server.url), waits.patience, waits)
        assert asked.overpass("x") == {"elements": [1]}
    assert waits.waits == [1.0]
    assert [request.fields for request in server.requests] == [{"data": "x"}] * 2
    assert all(re.fullmatch("/[^/]+/interpreter", request.path) for request in server.requests)


@pytest.mark.parametrize(
    ("failure", "words", "attempts"),
    [
        (fakeservers.status(429), "does not answer: busy (429", 4),
        (fakeservers.status(504), "does not answer: busy (504", 4),
        (fakeservers.status(400), "400", 1),
        (fakeservers.status(403), "403", 1),
        (fakeservers.cut_off, "does not answer: the answer broke off", 4),
        (fakeservers.hang_up, "does not answer: the answer broke off", 4),
        (fakeservers.endlessly(429), "does not answer: busy (429", 4),
        (fakeservers.endlessly(400), "400", 1),
        (fakeservers.html, "the answer is not JSON", 1),
        (fakeservers.cut_json, "the answer is not JSON", 1),
        (fakeservers.deep_json, "the answer is not JSON", 1),
        (fakeservers.reply([]), "the answer is not one of Overpass", 1),
        (fakeservers.reply({"elements": {}}), "the answer is not one of Overpass", 1),
        (fakeservers.reply({"elements": []}), "OpenStreetMap has nothing in this area", 1),
        (fakeservers.reply({"elements": [1]}), "an element without a proper id", 1),
        (fakeservers.reply({"elements": [{"type": "node", "id": 1}]}), "an element without a proper id", 1),
        (fakeservers.reply({"elements": [{"type": "way", "id": 1, "nodes": 5}]}), "without a proper id", 1),
        (
            fakeservers.reply({"elements": [{"type": "node", "id": 1, "lat": 99, "lon": 9}]}),
            "without a proper id",
            1,
        ),
        (fakeservers.reply({"elements": [{"type": "node", "id": 1, "lat": 55, "lon": 9}]}), "may ride", 1),
        (
            fakeservers.reply({"elements": [{}], "remark": "runtime error: Query timed out in 'query'"}),
            "runtime error: Query timed out",
            1,
        ),
    ],
)
def test_a_failed_download_leaves_the_old_network_in_force(
    folder: Folder, answer: Answer, failure: Failure, words: str, attempts: int
) -> None:
    waits = Waits()
    with serve(answer, *[failure] * 4) as server:
        data = folder(server)
        shutil.copyfile(builtin_map(), data / "network.osm")
        before = sorted((file.name, file.read_bytes()) for file in data.iterdir())
        with pytest.raises(ServiceError) as caught:
            _download(data, waits)
    assert words in str(caught.value)
    assert "network.osm" in caught.value.hint
    assert "hjul network build" in caught.value.hint
    assert len(server.requests) == attempts
    assert len(waits.waits) == attempts - 1
    assert sorted((file.name, file.read_bytes()) for file in data.iterdir()) == before


def test_who_is_sent_on_does_not_go(folder: Folder, answer: Answer) -> None:
    waits = Waits()
    with serve(answer) as other:
        sent_on = [
            fakeservers.status(code, Location=f"{other.url}/interpreter")
            for code in (301, 302, 303, 307, 308)
        ]
        with serve(answer, *sent_on) as server:
            data = folder(server)
            for _time in sent_on:
                with pytest.raises(ServiceError, match=f"sends on to {other.url}/interpreter"):
                    _download(data, waits)
    assert other.requests == []
    assert waits.waits == []


def test_an_answer_may_be_packed_but_not_without_end(
    folder: Folder, answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = Waits()
    with serve(answer, fakeservers.packed(answer), fakeservers.packed(answer)) as server:
        data = folder(server)
        whole = _download(data, waits).network.sha256
        monkeypatch.setattr(services, "_REPORT_EVERY_BYTES", 100_000)
        waits.steps.clear()
        assert _download(data, waits).network.sha256 == whole
        assert [step for step in waits.steps if step.endswith(": 0 MB")]
        monkeypatch.setattr(services, "_MOST_BYTES", 100_000)
        with pytest.raises(ServiceError, match="the answer is too large"):
            _download(data, waits)
    assert waits.waits == []


@pytest.mark.parametrize("host", ["nowhere.invalid", "x" * 64 + ".invalid", "127.0.0.1:9", "[::1", "a..b"])
def test_who_is_not_there_is_not_waited_for(host: str) -> None:
    waits = Waits()
    asked = Services(MapSettings(overpass_url=f"http://{host}/api"), waits.patience, waits)
    with pytest.raises(ServiceError, match=r"cannot be reached$") as caught:
        asked.overpass("")
    assert "internet connection" in caught.value.hint
    assert waits.waits == []


def test_who_cannot_show_who_it_is_is_not_waited_for(answer: Answer) -> None:
    waits = Waits()
    with serve(answer) as server:
        url = server.url.replace("http:", "https:")
        with pytest.raises(ServiceError, match=r"cannot be reached$"):
            Services(MapSettings(overpass_url=url), waits.patience, waits).overpass("")
    assert server.requests == []
    assert waits.waits == []


@pytest.mark.parametrize("failure", [fakeservers.slow(1.2), fakeservers.trickle])
def test_a_slow_server_is_not_waited_for(folder: Folder, answer: Answer, failure: Failure) -> None:
    waits = Waits(total_s=0.3)
    with serve(answer, failure) as server:
        data = folder(server)
        settings = data / "project.toml"
        text = settings.read_text(encoding="utf-8").replace("timeout_s = 5", "timeout_s = 1")
        settings.write_text(text, encoding="utf-8")
        assert _download(data, waits).network.file.is_file()
    assert waits.waits == [1.0]
    why = "the answer takes too long" if failure is fakeservers.trickle else "no answer in 1 s"
    assert any(f": {why}; next attempt in 1 s" in step for step in waits.steps)


def test_without_internet_it_says_what_still_works(
    folder: Folder, answer: Answer, capfd: pytest.CaptureFixture[str]
) -> None:
    with serve(answer) as server:
        data = folder(server)
    assert cli.run(["--lang", "en", "network", "download", "--data", str(data)]) == 3
    err = capfd.readouterr().err
    assert f"{server.url.removeprefix('http://')} cannot be reached" in err
    assert "rosters can be planned" in err
    assert "Traceback" not in err
    assert not (data / "network.osm").exists()


def test_the_command_prints_what_was_downloaded(
    folder: Folder, answer: Answer, capfd: pytest.CaptureFixture[str]
) -> None:
    with serve(answer) as server:
        data = folder(server)
        code = cli.run(["network", "download", "--lang", "en", "--data", str(data), "--margin-km", "0.5"])
    out, err = capfd.readouterr()
    assert code == 0
    assert f"Network: {data / 'network.osm'}" in out
    assert "2026-11-20" in out
    assert "Note: Home visits do not count for the area" in err
    assert "practices.csv:3" in err


def test_a_killed_download_leaves_the_old_network(folder: Folder, answer: Answer) -> None:
    with serve(answer, fakeservers.slow(2)) as server:
        data = folder(server)
        shutil.copyfile(builtin_map(), data / "network.osm")
        before = (data / "network.osm").read_bytes()
        process = subprocess.Popen(
            [sys.executable, "-m", "scheduler", "network", "download", "--data", str(data)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while not server.requests and process.poll() is None:
            time.sleep(0.02)
        process.kill()
        process.wait()
    assert (data / "network.osm").read_bytes() == before


def test_a_broken_network_can_be_replaced(folder: Folder, answer: Answer) -> None:
    with serve(answer) as server:
        data = folder(server)
        (data / "network.osm").write_bytes(b"<osm")
        assert _download(data, Waits()).network.info().ways > 100


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ('overpass_url = "ftp://x"', "overpass_url must be an address"),
        ('nominatim_url = "javascript:alert(1)"', "nominatim_url must be an address"),
        ('overpass_url = "http://a:b@host/"', "overpass_url must be an address"),
        ("timeout_s = 0", "from 1 to 900 seconds"),
        ('network = "mine.osm"', "a downloaded one would not be used"),
    ],
)
def test_settings_that_cannot_be_used(tmp_path: Path, settings: str, words: str) -> None:
    base = SETTINGS.partition("[map]")[0]
    data = write_folder(tmp_path / "data", settings=f"{base}[map]\n{settings}\n")
    with pytest.raises(InputError, match=words):
        download_network(data)


def test_without_a_folder_or_a_place_nothing_is_asked(folder: Folder, answer: Answer, tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match="nowhere"):
        download_network(tmp_path / "nowhere")
    with serve(answer) as server:
        data = folder(server, practices=PRACTICES.replace("55.66506,12.54932", ","))
        text = (data / "project.toml").read_text(encoding="utf-8")
        (data / "project.toml").write_text(text.replace("Skelbækgade", "Andengade"), encoding="utf-8")
        with pytest.raises(InputError, match="no place has coordinates"):
            _download(data, Waits())
    assert server.requests == []


def test_the_sea_is_drawn_from_its_shore(folder: Folder, map_elements: list[Element]) -> None:
    nodes = [
        {"type": "node", "id": 9_000_000 + i, "lat": lat, "lon": 12.552} for i, lat in enumerate((55.7, 55.6))
    ]
    inner = {"type": "node", "id": 9_000_002, "lat": 55.666, "lon": 12.552}
    refs = [9_000_000, 9_000_002, 9_000_001]
    shore = {"type": "way", "id": 9_000_000, "nodes": refs, "tags": {"natural": "coastline"}}
    with serve(overpass([*map_elements, *nodes, inner, shore])) as server:
        background = _download(folder(server), Waits(), margin_km=0.5).network.background()
    water = [area for area in background.areas if area.kind == "water"]
    assert any(max(lon for _lat, lon in area.rings[0]) <= 12.5521 for area in water)


# --- The area --------------------------------------------------------------------------------------


def _places(*points: tuple[float, float]) -> list[Place]:
    return [
        Place(place_id=f"P{i}", name="", lat=lat, lon=lon, origin=Origin("practices.csv", i + 2))
        for i, (lat, lon) in enumerate(points)
    ]


def test_the_area_is_the_hull_and_the_margin() -> None:
    area, km2 = area_around(_places((55.66, 12.54)), 1.0)
    assert km2 == pytest.approx(np.pi, rel=0.03)
    west, south, east, north = area.bounds
    assert (north - south) * 111.3 == pytest.approx(2.0, rel=0.02)
    assert (east - west) * 62.8 == pytest.approx(2.0, rel=0.02)
    _area, wider = area_around(_places((55.66, 12.54), (55.66, 12.60), (55.70, 12.57)), 1.0)
    assert wider > 10
    assert area_around(_places((55.66, 12.54)), 0.0)[1] > 0


@pytest.mark.parametrize("wrong", [(12.54, 55.66), (0.0, 0.0), (55.6, -179.9), (56.15, 10.2), (-90.0, 0.0)])
def test_a_place_far_off_is_named(wrong: tuple[float, float]) -> None:
    places = _places((55.66, 12.54), (55.67, 12.55), wrong, (55.66, 12.56))
    with pytest.raises(InputError, match="P2 lies so far from the others") as caught:
        area_around(places, 1.5)
    assert caught.value.problems[0].row == 4


# --- The file --------------------------------------------------------------------------------------


def test_hostile_text_is_only_text(tmp_path: Path) -> None:
    tags = {"highway": "residential", "name": "<a>&\"'\x00\x0b\ud800 ]]>", "x<y": "\n"}
    nodes = [{"type": "node", "id": i, "lat": 55.0 + i / 1000, "lon": 12.0} for i in (1, 2)]
    way = {"type": "way", "id": 9, "nodes": [1, 2], "tags": tags}
    write_osm(tmp_path / "a.osm", osm_data({"elements": [way, *nodes, *nodes]}, "<g>"))
    data = read_osm(tmp_path / "a.osm")
    assert [way.tags["name"] for way in data.ways] == ["<a>&\"' ]]>"]
    assert len(data.points) == 2
    assert (data.header.generator, data.header.date) == ("<g>", "")


# --- The real answer -------------------------------------------------------------------------------


@pytest.mark.extract
def test_a_real_answer_becomes_a_network(tmp_path: Path) -> None:
    if not ANSWER.is_file():
        pytest.skip(f"the real answer of Overpass is not at {ANSWER}")
    elements = fakeservers.elements_of_answer(ANSWER)
    area, _km2 = area_around(_places((55.665, 12.53), (55.665, 12.56)), 1.5)
    with serve(overpass(elements, "2023-07-06T08:32:42Z")) as server:
        asked = Services(MapSettings(overpass_url=server.url), Waits().patience, Silent())
        answer = asked.overpass(map_query(area, 5))
    write_osm(tmp_path / "real.osm", osm_data(answer, "test"))
    data = read_osm(tmp_path / "real.osm")
    assert len(data.ways) > 500
    tags = {element["id"]: element["tags"] for element in elements if element["type"] == "way"}
    assert all(way.tags == tags[way.osm_id] for way in data.ways)
    info = load_network(tmp_path / "real.osm", Cycling(), cache_dir=tmp_path / "cache").info()
    assert info.date == "2023-07-06T08:32:42Z"
    assert info.edges > 300
