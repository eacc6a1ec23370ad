"""Addresses from a local Nominatim: what is asked, what is believed, what is kept."""

import datetime as dt
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import fakeservers
import pytest
from fakeservers import Failure, Running, nominatim, result, serve
from folders import SETTINGS, write_folder
from osmfiles import at, network_of, osm_xml

from scheduler import __version__, cli
from scheduler.base.errors import InputError, ServiceError
from scheduler.model.config import Config, MapSettings, Period
from scheduler.model.project import HomeVisit, Place, Project
from scheduler.model.texts import word
from scheduler.network import Network, services
from scheduler.network.services import Patience, Services
from scheduler.places.geocoding import Located, locate
from scheduler.places.online import CACHE_FILE, OnlineAddresses

PACE_S = services._nominatims_turns.apart_s
HERE = at(300, 20)
TAIL = "Vesterbro, København, Københavns Kommune, Region Hovedstaden"
QUERY = "Ny Allé 7B, 1620 København V"
FOUND = {
    QUERY: result(*HERE, f"7B, Ny Allé, {TAIL}, 1620, Danmark"),
    "Ny Allé 9, 1620 København V": result(*HERE, f"Ny Allé, {TAIL}, 1620, Danmark"),
    "Gade 4, 1620 København V": result(*HERE, f"Klinikken, 4, Gade, {TAIL}, 1620, Denmark"),
    "St. Jørgens Allé 5, 1620 København V": result(*HERE, f"5, Sankt Jørgens Allé, {TAIL}, 1620, Danmark"),
    "Storgatan 1, 1620 Malmö": result(*HERE, "1, Storgatan, Malmö, Malmö kommun, Skåne län, 211 22, Sverige"),
    "Andengade 1, 1620 København V": result(*HERE, f"København, {TAIL}, Danmark"),
    "Tredjegade 1, 1620 København V": result(*HERE, "1, Tredjegade, Kgs. Enghave, København, 2450, Danmark"),
}


@pytest.fixture(autouse=True)
def unpaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server of one's own may be asked as often as one likes."""
    monkeypatch.setattr(services, "_nominatims_turns", services._Turns(0.0))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Network:
    nodes = {"a": (0.0, 0.0), "b": (1000.0, 0.0), "1": (100.0, 15.0)}
    tags = {"1": "addr:street=Gade addr:housenumber=2 addr:postcode=1620"}
    return network_of(
        tmp_path_factory.mktemp("online"), osm_xml(nodes, {"Gade": "ab highway=residential"}, tags)
    )


def _services(server: Running, timeout_s: int = 5, attempts: int = 3) -> Services:
    settings = MapSettings(nominatim_url=server.url, timeout_s=timeout_s)
    return Services(settings, Patience(waits_s=(0.0,) * (attempts - 1), sleep=lambda _seconds: None))


def _place(address: str, city: str = "København V", postcode: str = "1620") -> Place:
    return Place(place_id="p", name="P", address=address, postcode=postcode, city=city)


def _project(*places: Place, homes: tuple[str, ...] = ()) -> Project:
    config = Config(period=Period(start=dt.date(2009, 1, 1), end=dt.date(2010, 12, 31)))
    visits = tuple(
        HomeVisit(visit_id=visit, date=dt.date(2009, 5, 13), start_s=0, end_s=3600, duration_s=600)
        for visit in homes
    )
    return Project(
        config=config,
        bases=(),
        places=places,
        practices=(),
        rooms=(),
        consultants=(),
        shifts=(),
        home_visits=visits,
    )


Found = Callable[..., tuple[Place, Located]]


@pytest.fixture
def found(network: Network, tmp_path: Path) -> Found:
    def find(server: Running, address: str, city: str = "København V") -> tuple[Place, Located]:
        online = OnlineAddresses(tmp_path, _services(server))
        project, located = locate(_project(_place(address, city)), network, online)
        return project.places[0], located[0]

    return find


def test_what_the_map_does_not_know_is_asked_for(found: Found) -> None:
    with serve(nominatim(FOUND)) as server:
        place, located = found(server, "Ny Alle 7 B, 2. tv".replace("Alle", "Allé"))
    assert (place.lat, place.lon) == pytest.approx(HERE)
    assert (located.source, located.approximate, located.note) == ("online", False, None)
    (request,) = server.requests
    assert request.fields["q"] == QUERY  # without floor and door
    assert request.headers["User-Agent"].startswith("hjul/")


@pytest.mark.parametrize(
    "address", ["Vej 1&format=xml&q=#?%0d%0a+", "Vej 1\r\nX-More: 1\r\n\r\nGET / HTTP/1.1", "\0ÆØÅ"]
)
def test_an_address_is_a_value_of_the_query_and_nothing_else(address: str) -> None:
    with serve(lambda _request: []) as server:
        assert _services(server).nominatim(address) == []
    (request,) = server.requests
    assert (request.path, request.fields) == ("/search", {"q": address, "format": "json", "limit": "1"})
    assert request.headers == {
        "Host": server.url.removeprefix("http://"),
        "User-Agent": f"hjul/{__version__}",
        "Accept-Language": "da",
        "Accept-Encoding": request.headers["Accept-Encoding"],
        "Accept": "*/*",
        "Connection": "keep-alive",
    }


def test_what_the_map_knows_is_not(found: Found) -> None:
    with serve(nominatim(FOUND)) as server:
        assert found(server, "Gade 2")[1].source == "address"
    assert server.requests == []


def test_the_exact_number_online_wins_over_the_nearest_in_the_map(found: Found) -> None:
    with serve(nominatim(FOUND)) as server:
        assert found(server, "Gade 4")[1].source == "online"
        assert found(server, "Gade 6")[1].source == "nearest"


def test_only_the_street_is_approximate_and_told(found: Found) -> None:
    with serve(nominatim(FOUND)) as server:
        _place, located = found(server, "Ny Allé 9")
    assert (located.source, located.approximate) == ("online", True)
    assert located.note
    assert word(located.note).startswith("p: Ny Allé 9 is known online only as Ny Allé, Vesterbro")


def test_a_saint_is_known_and_whose_it_is_not_asked(found: Found) -> None:
    with serve(nominatim(FOUND)) as server:
        assert found(server, "c/o Hansen, St. Jørgens Allé 5")[1].source == "online"
    (request,) = server.requests
    assert "Hansen" not in request.fields["q"]


def test_each_address_is_asked_for_once(found: Found, tmp_path: Path, network: Network) -> None:
    with serve(nominatim(FOUND)) as server:
        first = found(server, "Ny Allé 7B")
        assert found(server, "Ny Allé 7 B, st.")[0].lat == first[0].lat
    assert len(server.requests) == 1
    # What is kept serves without asking, too.
    project, _located = locate(_project(_place("Ny Allé 7B")), network, OnlineAddresses(tmp_path))
    assert project.places[0].lat == first[0].lat
    kept = json.loads((tmp_path / CACHE_FILE).read_text(encoding="utf-8"))
    assert list(kept["answers"]) == [QUERY]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'{"schema": 2, "answers": {}}',
        b'{"schema": 1, "answers": []}',
        json.dumps({"schema": 1, "answers": {QUERY: 5}}).encode(),
        json.dumps({"schema": 1, "answers": {QUERY: {"lat": "x", "lon": 1, "name": "n"}}}).encode(),
        json.dumps({"schema": 1, "answers": {QUERY: {"lat": 99, "lon": 1, "name": "n"}}}).encode(),
        json.dumps({"schema": 1, "answers": {QUERY: {"lat": 55, "lon": 12}}}).encode(),
    ],
)
def test_a_spoilt_cache_is_as_good_as_none(found: Found, tmp_path: Path, content: bytes) -> None:
    (tmp_path / CACHE_FILE).write_bytes(content)
    with serve(nominatim(FOUND)) as server:
        assert found(server, "Ny Allé 7B")[1].source == "online"
    assert len(server.requests) == 1


def test_home_visits_are_never_asked_for(network: Network, tmp_path: Path) -> None:
    with serve(nominatim(FOUND)) as server:
        online = OnlineAddresses(tmp_path, _services(server))
        project = _project(_place("Ny Allé 7B"), homes=("p",))
        with pytest.raises(InputError, match="the street of this address is not in the map"):
            locate(project, network, online)
        # Also not where the practice of the same address has been.
        locate(_project(_place("Ny Allé 7B")), network, online)
        with pytest.raises(InputError):
            locate(project, network, online)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("address", "city", "words"),
    [
        ("Storgatan 1", "Malmö", r"Storgatan 1, 1620 Malmö is outside Denmark \(Sverige\)"),
        ("Andengade 1", "København V", "Andengade 1, 1620 København V is not known online"),
        ("Tredjegade 1", "København V", "lies in 2450 in the map, not in 1620"),
        ("Fjerdegade 1", "København V", "Fjerdegade 1, 1620 København V is not known online"),
        ("Gade", "København V", "Gade has no house number"),
    ],
)
def test_an_answer_about_something_else_is_refused(found: Found, address: str, city: str, words: str) -> None:
    with serve(nominatim(FOUND)) as server, pytest.raises(InputError, match=words):
        found(server, address, city)


def test_without_postcode_and_city_nothing_is_asked(network: Network, tmp_path: Path) -> None:
    with serve(nominatim(FOUND)) as server:
        online = OnlineAddresses(tmp_path, _services(server))
        with pytest.raises(InputError, match="without postcode and city"):
            locate(_project(_place("Ny Allé 7B", "", "")), network, online)
    assert server.requests == []


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (fakeservers.status(429), "does not answer: busy"),
        (fakeservers.status(504), "does not answer: busy"),
        (fakeservers.status(403), "403"),
        (fakeservers.html, "the answer is not JSON"),
        (fakeservers.cut_off, "the answer broke off"),
        (fakeservers.hang_up, "the answer broke off"),
        (fakeservers.reply({"error": "no"}), "the answer is not one of Nominatim"),
        (fakeservers.reply([1]), "the answer is not one of Nominatim"),
        (fakeservers.slow(1.3), "no answer in 1 s"),
    ],
)
def test_a_service_that_fails(network: Network, tmp_path: Path, failure: Failure, words: str) -> None:
    slow = words.startswith("no answer")
    with serve(nominatim(FOUND), *[failure] * 3) as server:
        services = _services(server, timeout_s=1, attempts=1) if slow else _services(server)
        with pytest.raises(ServiceError) as caught:
            locate(_project(_place("Ny Allé 7B")), network, OnlineAddresses(tmp_path, services))
    assert words in str(caught.value)
    assert "Without --online" in caught.value.hint
    assert not (tmp_path / CACHE_FILE).exists()


@pytest.mark.parametrize(
    "reply", [[{}], [{"lat": "x", "lon": "1", "display_name": "n"}], [{"lat": "1", "lon": "2"}]]
)
def test_a_senseless_answer_is_none(found: Found, reply: object) -> None:
    with (
        serve(nominatim(FOUND), fakeservers.reply(reply)) as server,
        pytest.raises(InputError, match="not known online"),
    ):
        found(server, "Ny Allé 7B")


def test_nominatim_is_asked_once_a_second_whatever_the_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    assert PACE_S == 1.0
    monkeypatch.setattr(services, "_nominatims_turns", services._Turns(0.2))
    with serve(nominatim(FOUND)) as server, ThreadPoolExecutor(4) as threads:
        found = list(
            threads.map(lambda _n: Services(MapSettings(nominatim_url=server.url)).nominatim(QUERY), range(4))
        )
    assert found == [[FOUND[QUERY]]] * 4
    times = sorted(request.at_s for request in server.requests)
    assert times[-1] - times[0] > 0.5


@pytest.mark.parametrize("command", [["geocode"], ["check-data"], ["plan", "2009-W20"]])
def test_the_commands_take_online(
    command: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    name = f"1, Ukendt Allé, {TAIL}, 2450, Danmark"
    with serve(nominatim({"Ukendt Allé 1, 2450 København SV": result(55.66506, 12.54932, name)})) as server:
        data = write_folder(
            tmp_path / "data",
            settings=SETTINGS.replace("Skelbækgade 1", "Skelbækgade 2")
            + f'[map]\nnominatim_url = "{server.url}"\n',
            practices="practice_id,name,address,postcode,city,district\n"
            "P1,Vej,Ukendt Allé 1,2450,København SV,Kgs. Enghave\n",
            rooms="practice_id,weekday,start,end\nP1,mon,09:00,12:00\n",
        )
        common = ["--lang", "en", "--data", str(data), "--out", str(tmp_path / "out")]
        assert cli.run([*command, *common]) == 2
        assert "or use --online" in capfd.readouterr().err
        assert server.requests == []
        assert cli.run([*command, "--online", *common]) == 0
    out = capfd.readouterr().out
    if command == ["geocode"]:
        assert "online" in out
    assert len(server.requests) == 1
