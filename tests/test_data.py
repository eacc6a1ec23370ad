"""The example project and the built-in map: what they promise, and how good the map's distances are."""

import csv
import datetime as dt
import re
import statistics
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from scheduler.base.resources import builtin_map, example_folder
from scheduler.inputs import read_project
from scheduler.inputs.schema import TABLES
from scheduler.model.clock import Week
from scheduler.model.project import BASE, Project
from scheduler.network import Network, load_network
from scheduler.network.background import read_addresses
from scheduler.network.osm import OsmData, read_osm
from scheduler.places.geocoding import locate
from scheduler.places.travel import Travel, travel_times
from scheduler.week.calendar import (
    is_due,
    is_holiday,
    requested_conversations,
    room_slots,
    weeks_of_period,
)
from scheduler.week.problem import week_problem

DATA = example_folder()
EXTRACT = Path(__file__).parents[2] / "shared" / "data" / "osm" / "copenhagen-sw.osm"
CPR = re.compile(r"(?<!\d)(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])\d\d[- ]?\d{4}(?!\d)")
#: Weeks in which the project is half or wholly on holiday.
QUIET = {*range(27, 33), 52, 53}


@pytest.fixture(scope="module")
def osm() -> OsmData:
    return read_osm(builtin_map())


@pytest.fixture(scope="module")
def network() -> Network:
    return load_network(builtin_map(), read_project(DATA).config.cycling)


@pytest.fixture(scope="module")
def project(network: Network) -> Project:
    return locate(read_project(DATA), network)[0]


@pytest.fixture(scope="module")
def travel(project: Project, network: Network) -> Travel:
    return travel_times(network, (*project.bases, *project.places), project.config.cycling)


def _rows(table: str) -> list[dict[str, str]]:
    with (DATA / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, strict=True))


def _working_weeks(project: Project) -> list[Week]:
    return [week for week in weeks_of_period(project) if week.number not in QUIET]


def _requested(project: Project, week: Week) -> int:
    return sum(requested_conversations(project, practice, week) for practice in project.practices)


# --- The map -------------------------------------------------------------------------------------


def test_the_map_shows_enough_streets_and_junctions(osm: OsmData) -> None:
    streets = [way for way in osm.ways if "highway" in way.tags]
    neighbours: dict[int, set[int]] = {}
    for way in streets:
        for a, b in zip(way.refs, way.refs[1:], strict=False):
            neighbours.setdefault(a, set()).add(b)
            neighbours.setdefault(b, set()).add(a)
    assert len({way.tags["name"] for way in streets if "name" in way.tags}) >= 120
    assert sum(len(others) > 2 for others in neighbours.values()) >= 400


def test_the_map_is_whole_and_small(osm: OsmData) -> None:
    assert builtin_map().stat().st_size < 600_000
    ids = [way.osm_id for way in osm.ways]
    assert len(set(ids)) == len(ids)
    assert all(len(way.refs) > 1 and osm.points.keys() >= set(way.refs) for way in osm.ways)
    text = builtin_map().read_text(encoding="utf-8")
    written = re.search(r'<bounds minlat="(.+)" minlon="(.+)" maxlat="(.+)" maxlon="(.+)"/>', text)
    assert written is not None
    lats, lons = zip(*osm.points.values(), strict=True)
    assert [float(value) for value in written.groups()] == [min(lats), min(lons), max(lats), max(lons)]


def test_the_map_has_what_a_bicycle_needs_to_know(osm: OsmData) -> None:
    streets = [way.tags for way in osm.ways if "highway" in way.tags]
    names = {tags.get("name") for tags in streets}
    assert {"Bryggebroen", "Cykelslangen", "Dybbølsbro", "Enghavevej", "Toftegårds Allé"} <= names
    assert not any(tags["highway"].startswith("motorway") for tags in streets)
    assert sum(tags.get("oneway") == "yes" for tags in streets) > 50
    assert sum(tags.get("oneway:bicycle") == "no" for tags in streets) >= 10
    assert sum(tags.get("cycleway") == "track" for tags in streets) > 50
    assert sum(tags["highway"] == "cycleway" for tags in streets) >= 10
    assert any(tags.get("surface") == "cobblestone" for tags in streets)
    assert sum(tags.get("highway") == "traffic_signals" for tags in osm.node_tags.values()) > 50
    used = Counter(ref for way in osm.ways if "highway" in way.tags for ref in way.refs[1:-1])
    assert sum(count == 1 for count in used.values()) > 500  # bends and side streets along a way


def test_the_map_is_recognised_by_its_outlines_and_names(network: Network) -> None:
    background = network.background()
    assert background.simplified
    kinds = Counter(area.kind for area in background.areas)
    assert kinds["water"] >= 3
    assert kinds["park"] >= 5
    assert "Københavns Havn" in {area.name for area in background.areas}
    assert "Vestre Kirkegård" in {area.name for area in background.areas if area.kind == "cemetery"}
    assert len(background.railways) >= 3
    labels = {(label.kind, label.name) for label in background.labels}
    assert {
        ("station", "København H"),
        ("station", "Dybbølsbro"),
        ("station", "Valby"),
        ("station", "Sydhavn"),
        ("district", "Vesterbro"),
        ("district", "Kgs. Enghave"),
        ("district", "Valby"),
    } <= labels


def test_the_map_says_whose_it_is() -> None:
    head = builtin_map().read_text(encoding="utf-8")[:1500]
    licence = (builtin_map().parent / "LICENSE").read_text(encoding="utf-8")
    for text in (head, licence):
        assert "OpenStreetMap contributors" in text
        assert "https://opendatacommons.org/licenses/odbl/1-0/" in text


def test_every_address_of_the_tables_is_a_point_of_the_map(osm: OsmData) -> None:
    points = read_addresses(osm)
    known = {(f"{point.street} {point.number}", point.postcode, point.city) for point in points}
    base = read_project(DATA).bases[0]
    asked = {(base.address, base.postcode, base.city)} | {
        (row["address"], row["postcode"], row["city"])
        for table in ("practices", "places", "home_visits")
        for row in _rows(table)
    }
    assert asked <= known
    assert len(known - asked) >= 10
    assert len(known) == len(points)


def test_address_points_lie_beside_a_street_of_the_map(osm: OsmData, network: Network) -> None:
    far = [point for point in read_addresses(osm) if network.snap(point.lat, point.lon).distance_m > 60]
    assert far == []


# --- The tables ----------------------------------------------------------------------------------


#: What the example's weeks have no use for.
UNUSED = {
    "practices": ("visits_a_week", "same_as"),
    "shifts": ("date", "weeks", "valid_from", "valid_to"),
    "engagements": ("valid_from", "valid_to"),
    "closures": ("start", "end"),
    "demand": ("visits",),
}


@pytest.mark.parametrize("table", [table for table in TABLES if table.name != "bases"], ids=lambda t: t.name)
def test_tables_have_all_columns_in_their_order(table: object) -> None:
    known = next(other for other in TABLES if other is table)
    with (DATA / f"{known.name}.csv").open(encoding="utf-8") as stream:
        heading = stream.readline().strip().split(",")
    # One job centre needs no base_id.
    unused = {"base_id", *UNUSED.get(known.name, ())}
    assert heading == [column.name for column in known.columns if column.name not in unused]
    assert _rows(known.name)


def test_practices_are_spread_over_the_three_districts(project: Project) -> None:
    ids = {practice.practice_id for practice in project.practices}
    districts = Counter(place.district for place in project.places if place.place_id in ids)
    assert districts == {"Vesterbro": 7, "Kgs. Enghave": 6, "Valby": 7}
    assert project.bases[0].place_id == BASE
    assert "Skelbækgade" in project.bases[0].address
    assert len(project.consultants) == 2


def test_practices_are_named_after_their_street() -> None:
    for row in _rows("practices"):
        assert row["address"].rsplit(" ", 1)[0] in row["name"]


def test_there_are_no_personal_data() -> None:
    texts = {table.name: _rows(table.name) for table in TABLES if table.name != "bases"}
    for table, rows in texts.items():
        for row in rows:
            assert not any(CPR.search(cell) for cell in row.values()), table
    reached = [*texts["practices"], *texts["consultants"]]
    assert {row["email"].rpartition(".")[2] for row in reached} == {"", "example"}
    assert {row["phone"][:1] for row in reached} == {"0"}, "no number in Denmark begins with 0"
    assert {row["name"] for row in texts["consultants"]} == {"Rådgiver 1", "Rådgiver 2"}


def test_the_example_uses_every_part_of_the_model(project: Project) -> None:
    assert {engagement.kind for engagement in project.engagements} >= {"meeting", "phone", "teaching"}
    places = {engagement.place_id for engagement in project.engagements}
    assert places & {practice.practice_id for practice in project.practices}
    assert places & {row["place_id"] for row in _rows("places")}
    assert any(rule.date for rule in project.rooms)
    assert {rule.weeks for rule in project.rooms} == {"all", "odd", "even"}
    assert any(rule.valid_from for rule in project.rooms)
    assert any(rule.valid_to for rule in project.rooms)
    assert any(Week.of(pin.date) == Week(2009, 20) for pin in project.pins)
    assert sum(Week.of(visit.date) == Week(2009, 20) for visit in project.home_visits) >= 2
    agreed = {agreement.practice_id for agreement in project.agreements}
    assert len(agreed) > len(project.practices) / 2
    every = Counter(practice.every_weeks for practice in project.practices)
    assert every.most_common(1)[0][0] == 2
    assert set(every) >= {1, 2, 3}


# --- The volume ----------------------------------------------------------------------------------


def test_a_working_week_asks_for_14_to_18_conversations(project: Project) -> None:
    weekly = [_requested(project, week) for week in _working_weeks(project)]
    assert 14 <= statistics.median(weekly) <= 18
    assert sum(14 <= count <= 18 for count in weekly) >= 0.9 * len(weekly)
    # 900 held, and a fifth of what is planned is not kept.
    assert 0.8 * sum(weekly) >= project.config.period.goal_conversations


def test_odd_and_even_weeks_ask_for_alike(project: Project) -> None:
    weekly = {week: _requested(project, week) for week in _working_weeks(project)}
    odd = statistics.mean(count for week, count in weekly.items() if week.number % 2)
    even = statistics.mean(count for week, count in weekly.items() if week.number % 2 == 0)
    assert abs(odd - even) < 2


def test_ascension_day_closes_a_thursday(project: Project) -> None:
    week = Week(2009, 21)
    closed = {day.weekday() for day in week.days if is_holiday(project.config.calendar, day)}
    assert closed == {3}
    assert week.days[3] == dt.date(2009, 5, 21)
    due = (practice for practice in project.practices if is_due(project, practice, week))
    lost = [room_slots(project, practice, week)[1] for practice in due]
    assert any(slot.reason and slot.reason.code == "holiday" for slots in lost for slot in slots)


def test_every_week_can_be_posed_and_a_choice_is_left(project: Project, travel: Travel) -> None:
    for week in (*weeks_of_period(project), Week(2011, 9), Week(2026, 20), Week(2026, 53)):
        problem = week_problem(project, travel.times, week)
        if week.number in QUIET:
            continue
        options = [len(request.slots) for request in problem.requests if request.kind == "visit"]
        assert len(options) >= 8
        assert sum(count > 0 for count in options) >= len(options) - 3
        # Holidays take rooms away; in the other weeks most practices can be visited at more than one time.
        if not problem.closed_days:
            assert sum(count > 1 for count in options) >= len(options) / 2


# --- The distances -------------------------------------------------------------------------------


@pytest.mark.extract
def test_distances_are_those_of_the_real_streets(
    project: Project, travel: Travel, tmp_path_factory: pytest.TempPathFactory
) -> None:
    if not EXTRACT.is_file():
        pytest.skip(f"the real OpenStreetMap extract is not at {EXTRACT}")
    real_network = load_network(EXTRACT, project.config.cycling, cache_dir=tmp_path_factory.mktemp("extract"))
    ids = [BASE, *(practice.practice_id for practice in project.practices)]
    places = [place for place in (*project.bases, *project.places) if place.place_id in ids]
    real = travel_times(real_network, places, project.config.cycling).times
    assert len(real.place_ids) == 21
    rows = [travel.times.index()[place_id] for place_id in real.place_ids]
    drawn_m = travel.times.metres[np.ix_(rows, rows)]
    pairs = ~np.eye(len(rows), dtype=bool)
    ratio = drawn_m[pairs] / real.metres[pairs]
    assert 0.97 <= np.median(ratio) <= 1.04
    assert np.mean(np.abs(ratio - 1) <= 0.15) >= 0.95
    assert np.quantile(np.abs(ratio - 1), 0.95) <= 0.08
