import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from osmfiles import Xy, at, network_of, osm_xml

from scheduler.base.errors import InputError, InputProblem
from scheduler.model.config import Config, Period
from scheduler.model.project import HomeVisit, Origin, Place, Project
from scheduler.model.text import Text
from scheduler.model.texts import word
from scheduler.network import Network
from scheduler.places.geocoding import Located, locate, look_up
from scheduler.places.spelling import street_key

STREET: dict[str, Xy] = {"a": (0, 0), "b": (1000, 0)}
ADDRESSES: dict[str, tuple[Xy, str]] = {
    "1": ((100, 15), "addr:street=Vesterbrogade addr:housenumber=123 addr:postcode=1620 addr:city=København"),
    "2": ((120, 15), "addr:street=Vesterbrogade addr:housenumber=123B addr:postcode=1620"),
    "3": ((140, 15), "addr:street=Vesterbrogade addr:housenumber=125-127 addr:postcode=1620"),
    "4": ((200, 20), "addr:street=Sønder+Boulevard addr:housenumber=72 addr:postcode=1720 approximate=yes"),
    "5": ((210, 20), "addr:street=Gammel+Køge+Landevej addr:housenumber=22 addr:postcode=2500"),
    "6": ((220, 20), "addr:street=Frederiksberg+Allé addr:housenumber=9"),
    "7": ((230, 20), "addr:street=Ålholmvej addr:housenumber=1 addr:postcode=2500"),
    "8": ((240, 20), "addr:street=H.C.+Ørsteds+Vej addr:housenumber=40 addr:postcode=1879"),
    "9": ((250, 20), "addr:street=Enghavevej addr:housenumber=7 addr:postcode=1674"),
    "A": ((700, 20), "addr:street=Enghavevej addr:housenumber=7 addr:postcode=2450"),
    "B": ((252, 20), "addr:street=Enghavevej addr:housenumber=7 addr:postcode=1674"),
    "C": ((260, 20), "addr:street=Enghave+Plads addr:housenumber=3 addr:postcode=1670"),
    "D": ((500, 201), "addr:street=Bjerget addr:housenumber=1"),
    "E": ((500, 199), "addr:street=Bjerget addr:housenumber=2"),
    "F": ((300, 20), "addr:street=10.+Februar+Vej addr:housenumber=5"),
    "G": ((400, 20), "addr:street=Nygade addr:housenumber=1 addr:postcode=1620 addr:city=København+V"),
    "H": ((650, 20), "addr:street=Nygade addr:housenumber=1 addr:postcode=1870 addr:city=Frederiksberg+C"),
    "I": ((800, 20), "addr:street=Langgade addr:housenumber=9"),
    "J": ((810, 20), "addr:street=Langgade addr:housenumber=15"),
    "K": ((815, 20), "addr:street=Langgade addr:housenumber=14"),
}


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Network:
    nodes = STREET | {letter: point for letter, (point, _tags) in ADDRESSES.items()}
    tags = {letter: text for letter, (_point, text) in ADDRESSES.items()}
    xml = osm_xml(nodes, {"Gade": "ab highway=residential"}, tags)
    return network_of(tmp_path_factory.mktemp("addresses"), xml)


def _place(address: str, postcode: str = "", **more: Any) -> Place:
    place = Place(
        place_id="p", name="P", address=address, postcode=postcode, origin=Origin("practices.csv", 4)
    )
    return dataclasses.replace(place, **more)


def _project(*places: Place, bases: tuple[Place, ...] = ()) -> Project:
    config = Config(period=Period(start=dt.date(2009, 1, 1), end=dt.date(2010, 12, 31)))
    return Project(
        config=config, bases=bases, places=places, practices=(), rooms=(), consultants=(), shifts=()
    )


def _found(network: Network, address: str, postcode: str = "") -> tuple[Place, Located]:
    project, located = locate(_project(_place(address, postcode)), network)
    return project.places[0], located[0]


def _problem(network: Network, address: str, postcode: str = "", **more: float) -> InputProblem:
    with pytest.raises(InputError) as caught:
        locate(_project(_place(address, postcode, **more)), network)
    (problem,) = caught.value.problems
    assert (problem.file, problem.row) == ("practices.csv", 4)
    assert caught.value.hint
    return problem


@pytest.mark.parametrize(
    ("address", "letter"),
    [
        ("Vesterbrogade 123", "1"),
        ("  vesterbrogade   123 ", "1"),
        ("VESTERBROGADE 123", "1"),
        ("Vesterbrogade nr. 123", "1"),
        ("Vesterbrog. 123", "1"),
        ("Vesterbrogade 123, 2. tv", "1"),
        ("Vesterbrogade 123, 2. sal th.", "1"),
        ("Vesterbrogade 123 st.", "1"),
        ("Vesterbrogade 123, st. th", "1"),
        ("Vesterbrogade 123, kl.", "1"),
        ("Vesterbrogade 123 kld.", "1"),
        ("Vesterbrogade 123 2 tv", "1"),
        ("Vesterbrogade 123, 1620 København V", "1"),
        ("Vesterbrogade 0123", "1"),
        ("Vesterbrogade 123B", "2"),
        ("Vesterbrogade 123 B", "2"),
        ("vesterbrogade 123b, 1. mf", "2"),
        ("Vesterbrogade 125-127", "3"),
        ("Vesterbrogade 125 – 127, st", "3"),
        ("Vesterbrogade 123-125", "1"),
        ("Vesterbrogade 125", "3"),
        ("Vesterbrogade 127, 3. th", "3"),
        ("Sønder Boulevard 72", "4"),
        ("Sdr. Boulevard 72", "4"),
        ("SOENDER BOULEVARD 72", "4"),
        ("Sdr Blvd 72", "4"),
        ("So\u0308nder Boulevard 72", "4"),
        ("Gl. Køge Landevej 22", "5"),
        ("Gammel Koege Landevej 22", "5"),
        ("Frederiksberg Alle 9", "6"),
        ("Frederiksberg Alle\u0301 9", "6"),
        ("Frederiksberg Al. 9", "6"),
        ("Aalholmvej 1", "7"),
        ("ÅLHOLMVEJ 1", "7"),
        ("A\u030alholmv. 1", "7"),
        ("H. C. Ørsteds Vej 40", "8"),
        ("HC. Ørstedsvej 40", "8"),
        ("H.C.Ørsteds V. 40", "8"),
        ("Enghaveplads 3", "C"),
        ("Enghave Pl. 3", "C"),
        ("10. Februar Vej 5, 1. tv", "F"),
        ("Lægehuset 2. sal, Sdr.Boul. 72", "4"),
        ("c/o Hansen, H.C. Ørstedsvej 40", "8"),
    ],
)
def test_an_address_as_danes_write_it(network: Network, address: str, letter: str) -> None:
    place, located = _found(network, address)
    assert (place.lat, place.lon) == pytest.approx(at(*ADDRESSES[letter][0]), abs=1e-8)
    assert located.source == "address"
    assert located.distance_m == pytest.approx(ADDRESSES[letter][0][1], abs=0.1)


def test_other_streets_keep_their_names_apart() -> None:
    assert street_key("Enghavevej") != street_key("Enghave Plads")
    assert street_key("St. Kongensgade") == street_key("Store Kongensgade") != street_key("Skt. Kongensgade")
    assert street_key("V. Boulevard") != street_key("Vej Boulevard")


def test_what_the_map_says_is_approximate(network: Network) -> None:
    assert _found(network, "Sdr. Boulevard 72")[1].approximate
    assert not _found(network, "Vesterbrogade 123")[1].approximate


def test_the_table_wins_over_the_address(network: Network) -> None:
    lat, lon = at(800, -30)
    project, (located,) = locate(_project(_place("Vesterbrogade 123", lat=lat, lon=lon)), network)
    assert (project.places[0].lat, project.places[0].lon) == (lat, lon)
    away = Text("coordinates_away", {"place_id": "p", "off_m": 701, "address": "Vesterbrogade 123"})
    assert located == Located("p", "table", False, located.distance_m, away)  # noqa: FBT003 - its fields in order
    assert located.distance_m == pytest.approx(30, abs=0.1)


def test_the_postcode_tells_two_streets_of_one_name_apart(network: Network) -> None:
    assert _found(network, "Enghavevej 7", "2450")[0].lon == pytest.approx(at(700, 0)[1])
    assert _found(network, "Enghavevej 7, 1674 Kbh. V")[0].lon == pytest.approx(at(250, 0)[1])
    # A map without postcodes serves any.
    assert _found(network, "Frederiksberg Allé 9", "1820")[0].lat is not None
    problem = _problem(network, "Enghavevej 7")
    assert "in several places" in problem.reason
    assert "Enghavevej 7, 1674" in problem.reason
    assert "Enghavevej 7, 2450" in problem.reason


@pytest.mark.parametrize(
    ("address", "city", "x"),
    [
        ("Nygade 1", "Kbh. V", 400),
        ("Nygade 1", "KØBENHAVN V", 400),
        ("Nygade 1, Kbh. V", "", 400),
        ("Nygade 1, 2. tv, Kbh. V", "", 400),
        ("Nygade 1", "Frb. C", 650),
        ("Nygade 1, 1. sal, Frederiksberg C", "", 650),
    ],
)
def test_without_a_postcode_the_city_tells_them_apart(
    network: Network, address: str, city: str, x: float
) -> None:
    place = dataclasses.replace(_place(address), city=city)
    project, _located = locate(_project(place), network)
    assert project.places[0].lon == pytest.approx(at(x, 0)[1])


@pytest.mark.parametrize("address", ["Nygade 1", "Nygade 1, 2. tv", "Nygade 1, st. th", "Nygade 1, kld."])
def test_floor_and_door_are_no_city(network: Network, address: str) -> None:
    assert "is in several places: Nygade 1, 1620 København V" in _problem(network, address).reason


def test_another_city_is_an_error(network: Network) -> None:
    place = dataclasses.replace(_place("Nygade 1"), city="Aarhus C")
    with pytest.raises(
        InputError, match="lies in 1620 København V, 1870 Frederiksberg C in the map, not in Aarhus C"
    ):
        locate(_project(place), network)


@pytest.mark.parametrize(
    ("address", "postcode", "x", "note"),
    [
        ("Langgade 11", "", 800 + 10 / 3, "between 9 and 15, at most 7 m off"),
        ("Langgade 13", "", 800 + 20 / 3, "between 9 and 15, at most 7 m off"),
        # There is one house alone on the even side, or on that side of it.
        ("Langgade 12", "", 815, "the nearest, 14, is used, about 20 m off"),
        # Its own side begins farther away.
        ("Langgade 2, 3. th", "", 800, "the nearest, 9, is used, about 90 m off"),
        ("Langgade 17", "", 810, "the nearest, 15, is used, about 20 m off"),
        ("Langgade 9 C", "", 800, "the nearest, 9, is used, about 20 m off"),
        # There is none on the even side.
        ("Vesterbrogade 124", "1620", 130, "between 123B and 125-127, at most 30 m off"),
        ("Vesterbrogade 123 C", "", 120, "the nearest, 123B, is used, about 20 m off"),
    ],
)
def test_a_number_that_the_map_lacks_is_estimated_and_told(
    network: Network, address: str, postcode: str, x: float, note: str
) -> None:
    place, located = _found(network, address, postcode)
    assert place.lon == pytest.approx(at(x, 0)[1], abs=1e-8)
    assert located.source == "nearest"
    street, written = address.split(",", maxsplit=1)[0].split(maxsplit=1)
    assert located.note
    assert word(located.note).startswith(f"p: {street} has no number {written.replace(' ', '')} in the map; ")
    assert word(located.note).endswith(note)


@pytest.mark.parametrize(
    ("address", "postcode", "words"),
    [
        (
            "Langgade 999",
            "",
            "the nearest are Langgade 15 (55.66518, 12.56292); Langgade 14 (55.66518, 12.56299); ",
        ),
        ("Langgade 36", "", "from its neighbours it cannot be told to within 200 m"),
        ("Vesterbrogade 11", "1620", "Vesterbrogade has no number 11 in the map, and from its neighbours"),
    ],
)
def test_a_number_too_far_from_all_others_is_an_error_with_candidates(
    network: Network, address: str, postcode: str, words: str
) -> None:
    assert words in _problem(network, address, postcode).reason


def test_neighbours_far_apart_tell_nothing(tmp_path: Path) -> None:
    nodes = STREET | {"1": (100, 20), "2": (490, 20), "3": (502, 20)}
    tags = {
        "1": "addr:street=Langgade addr:housenumber=1",
        "2": "addr:street=Langgade addr:housenumber=3",
        "3": "addr:street=Langgade addr:housenumber=7",
    }
    network = network_of(tmp_path, osm_xml(nodes, {"Gade": "ab highway=residential"}, tags))
    note = _found(network, "Langgade 5")[1].note
    assert note
    assert word(note).endswith("at most 6 m off")
    # Numbers are 195 m apart here, so that 9 may be as far on.
    assert "cannot be told" in _problem(network, "Langgade 199").reason


@pytest.mark.parametrize(
    ("wanted", "x"),
    [
        ("3", 100),
        ("9", 200),
        ("14", 300),
        ("16", 300),
        ("21 C", 400),
        ("32", 500),
        ("10-18", 300),
        ("1", 100),
    ],
)
def test_lists_ranges_and_letters_of_the_map_are_exact(tmp_path: Path, wanted: str, x: float) -> None:
    houses = {
        "1": (100, "1;3;5"),
        "2": (200, "7,9"),
        "3": (300, "10-18"),
        "4": (400, "21+A-D"),
        "5": (500, "30/32"),
    }
    nodes = STREET | {letter: (place, 20.0) for letter, (place, _number) in houses.items()}
    tags = {
        letter: f"addr:street=Langgade addr:housenumber={number}"
        for letter, (_place, number) in houses.items()
    }
    network = network_of(tmp_path, osm_xml(nodes, {"Gade": "ab highway=residential"}, tags))
    place, located = _found(network, f"Langgade {wanted}")
    assert (located.source, located.note) == ("address", None)
    assert place.lon == pytest.approx(at(x, 0)[1], abs=1e-8)


def test_st_before_a_saint_is_sankt_and_else_store(tmp_path: Path) -> None:
    names = {
        "1": "Sankt+Peders+Stræde",
        "2": "Store+Kongensgade",
        "3": "Sankt+Annæ+Plads",
        "4": "Store+Annæ+Plads",
    }
    nodes = STREET | {letter: (100.0 * int(letter), 20.0) for letter in names}
    tags = {letter: f"addr:street={name} addr:housenumber=1" for letter, name in names.items()}
    network = network_of(tmp_path, osm_xml(nodes, {"Gade": "ab highway=residential"}, tags))
    for address, x in (("St. Peders Stræde 1", 100), ("St Kongensgade 1", 200), ("Skt. Annæ Plads 1", 300)):
        assert _found(network, address)[0].lon == pytest.approx(at(x, 0)[1], abs=1e-8)
    # Where there are both, it is the one it is written for.
    assert _found(network, "St. Annæ Plads 1")[0].lon == pytest.approx(at(400, 0)[1], abs=1e-8)
    assert "not in the map" in _problem(network, "St. Pauls Gade 1").reason


def test_one_house_of_a_street_proves_nothing_of_its_postcode(tmp_path: Path) -> None:
    tags = {"1": "addr:street=Langgade addr:housenumber=3 addr:postcode=1630"}
    network = network_of(
        tmp_path, osm_xml(STREET | {"1": (100, 20)}, {"Gade": "ab highway=residential"}, tags)
    )
    reason = _problem(network, "Langgade 150", "1620").reason
    assert reason.startswith("of Langgade the map has number 3 alone, Langgade 3, 1630 (")
    assert reason.endswith("and nothing in 1620")
    # Its own number is that house.
    assert "lies in 1630 in the map, not in 1620" in _problem(network, "Langgade 3", "1620").reason


def _street_of(folder: Path, *postcodes: str) -> Network:
    """Return a network with Langgade 1, 3, 5, ..., 10 m apart, each in its postal district."""
    nodes = STREET | {chr(65 + place): (100.0 + 10 * place, 20.0) for place in range(len(postcodes))}
    tags = {
        chr(65 + place): f"addr:street=Langgade addr:housenumber={2 * place + 1} addr:postcode={postcode}"
        for place, postcode in enumerate(postcodes)
    }
    return network_of(folder, osm_xml(nodes, {"Gade": "ab highway=residential"}, tags))


def test_a_house_beside_others_of_its_district_is_taken_whatever_the_map_says_of_it(tmp_path: Path) -> None:
    network = _street_of(tmp_path, "1620", "1630", "1620")
    assert _found(network, "Langgade 3", "1620")[0].lon == pytest.approx(at(110, 0)[1], abs=1e-8)
    assert _found(network, "Langgade 5", "1630")[0].lon == pytest.approx(at(120, 0)[1], abs=1e-8)
    assert "lies in 1630 in the map, not in 1640" in _problem(network, "Langgade 3", "1640").reason


def test_a_house_far_from_those_of_the_district_is_another_one(tmp_path: Path) -> None:
    network = _street_of(tmp_path, *["1630"] * 5, *[""] * 20, "1620")
    assert "lies in 1630 in the map, not in 1620" in _problem(network, "Langgade 3", "1620").reason


def test_a_house_without_a_postcode_is_in_no_other_district(tmp_path: Path) -> None:
    network = _street_of(tmp_path, "1620", "", "1620")
    assert _found(network, "Langgade 4")[1].source == "nearest"


def _home(address: str, postcode: str = "", **more: float) -> Project:
    """Return a project in which the place is where a home visit is made."""
    home = HomeVisit(visit_id="p", date=dt.date(2009, 5, 13), start_s=0, end_s=3600, duration_s=600)
    return _project(_place(address, postcode, **more)).replace(home_visits=(home,))


def test_the_nearest_number_of_a_home_visit_does_not_tell_where_it_is(network: Network) -> None:
    (located,) = locate(_home("Langgade 11"), network)[1]
    assert located.source == "nearest"
    assert located.note == Text("home_nearest_number", {"place_id": "p"})
    assert "its house number" in word(located.note)


def test_the_nearest_number_is_not_chosen_among_districts(network: Network) -> None:
    problem = _problem(network, "Enghavevej 9")
    assert "in several places" in problem.reason
    assert _found(network, "Enghavevej 9", "2450")[1].source == "nearest"


def test_two_points_of_one_house_are_one_place(network: Network) -> None:
    assert _found(network, "Enghavevej 7", "1674")[0].lon == pytest.approx(at(250, 0)[1])


@pytest.mark.parametrize(
    ("address", "postcode", "words"),
    [
        (
            "Vesterbogade 123",
            "",
            "the street Vesterbogade is not in the map; near it in spelling: Vesterbrogade",
        ),
        ("Rådhuspladsen 1", "", "the street Rådhuspladsen is not in the map"),
        ("Gade 5", "", "the map has the street Gade, but no house numbers on it"),
        (
            "Vesterbrogade 11",
            "2450",
            "the houses that the map has on Vesterbrogade lie in 1620 København, not in 2450",
        ),
        ("Vesterbrogade 123", "2450", "lies in 1620 København in the map, not in 2450"),
        ("Vesterbrogade", "", "Vesterbrogade has no house number"),
        ("", "", "p has neither an address nor lat and lon"),
        ("   ", "", "p has neither an address nor lat and lon"),
        ("123", "", "123 has no house number"),
    ],
)
def test_an_address_that_is_not_found(network: Network, address: str, postcode: str, words: str) -> None:
    problem = _problem(network, address, postcode)
    assert words in problem.reason
    assert problem.column == "address"


@pytest.mark.parametrize(
    ("address", "postcode", "words"),
    [
        ("Vesterbogade 123", "", "the street of this address is not in the map"),
        ("Rådhuspladsen 1", "", "the street of this address is not in the map"),
        ("Gade 5", "", "the map has no house numbers on the street of this address"),
        ("Vesterbrogade 123", "2450", "this address lies in another postal district in the map"),
        ("Vesterbrogade 123", "", ""),
        ("Enghavevej 7", "", "this address is in several places"),
        ("Nygade 5", "", "this address is in several places"),
        ("Vesterbrogade", "", "this address has no house number"),
        ("123", "", "this address has no house number"),
        ("", "", "p has neither an address nor lat and lon"),
        ("Bjerget 1", "", "p is 201 m from the nearest street of the map that may be ridden"),
    ],
)
def test_what_is_wrong_with_a_home_visits_address_does_not_tell_it(
    network: Network, address: str, postcode: str, words: str
) -> None:
    lookup = look_up(_home(address, postcode), network)
    reasons = "; ".join(problem.reason for problem in lookup.problems)
    assert reasons.partition(";")[0] == words
    street = address.partition(" ")[0]
    assert not street or street not in reasons
    assert all((problem.file, problem.row) == ("practices.csv", 4) for problem in lookup.problems)


def test_a_place_off_the_network(network: Network) -> None:
    problem = _problem(network, "Bjerget 1")
    assert problem.reason == (
        "p is 201 m from the nearest street of the map that may be ridden; at most 200 m is possible"
    )
    assert problem.column == "address"
    assert _found(network, "Bjerget 2")[1].distance_m == pytest.approx(199, abs=0.1)
    # In the North Sea.
    assert _problem(network, "", lat=56.5, lon=5.0).column == "lat"


def test_all_problems_are_told_at_once(network: Network) -> None:
    places = [
        dataclasses.replace(_place("Ukendtvej 1"), origin=Origin("practices.csv", 2)),
        dataclasses.replace(_place("Vesterbrogade 123"), origin=Origin("practices.csv", 3)),
        dataclasses.replace(_place("Vesterbrogade 123", "2450"), origin=Origin("home_visits.csv", 9)),
    ]
    base = dataclasses.replace(_place("Skelbækgade 1"), place_id="base", origin=None)
    with pytest.raises(InputError) as caught:
        locate(_project(*places, bases=(base,)), network)
    where = [(problem.file, problem.row) for problem in caught.value.problems]
    assert where == [("", None), ("practices.csv", 2), ("home_visits.csv", 9)]


def test_bases_come_first(network: Network) -> None:
    base = dataclasses.replace(_place("Ålholmvej 1"), place_id="base")
    project, located = locate(_project(_place("Vesterbrogade 123"), bases=(base,)), network)
    assert project.bases[0].lat is not None
    assert [found.place_id for found in located] == ["base", "p"]


@pytest.mark.parametrize(
    "address", ["9" * 5000, "a" * 5000 + " 1", "1 " * 3000, " " * 5000 + "x", "x 1" + " ," * 3000]
)
def test_hostile_text_is_no_address_and_takes_no_time(network: Network, address: str) -> None:
    assert _problem(network, address).reason


# --- Coordinates beside an address ------------------------------------------------------------------


def _note_of(network: Network, address: str, x: float, *, home: bool = False) -> str:
    lat, lon = at(x, 15)
    project = _project(_place(address, "1620", lat=lat, lon=lon))
    if home:
        visit = HomeVisit(visit_id="p", date=dt.date(2009, 5, 12), start_s=0, end_s=3600, duration_s=600)
        project = project.replace(home_visits=(visit,))
    lookup = look_up(project, network)
    assert not lookup.problems
    assert lookup.places[0].lat == lat
    note = lookup.located[0].note
    return word(note).removeprefix("p: ") if note else ""


def test_coordinates_far_from_their_address_have_a_note(network: Network) -> None:
    assert _note_of(network, "Vesterbrogade 123", 410) == (
        "lat and lon are 310 m from Vesterbrogade 123 in the map; it is planned with lat and lon"
    )
    assert _note_of(network, "Vesterbrogade 123", 390) == ""
    assert _note_of(network, "Ukendtvej 1", 900) == ""
    assert _note_of(network, "", 900) == ""


def test_an_estimate_is_allowed_what_it_may_be_off(network: Network) -> None:
    # Number 121 is estimated at 123, up to 20 m off.
    assert _note_of(network, "Vesterbrogade 121", 412) == ""
    assert _note_of(network, "Vesterbrogade 121", 600).startswith(
        "lat and lon are 500 m from Vesterbrogade 121"
    )


def test_where_somebody_lives_is_not_in_the_note(network: Network) -> None:
    assert _note_of(network, "Vesterbrogade 123", 900, home=True) == (
        "lat and lon are more than 300 m from its address in the map; it is planned with lat and lon"
    )
