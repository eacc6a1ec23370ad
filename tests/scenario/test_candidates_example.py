"""The example's candidates: invented, named after their streets, and where the map has them."""

import csv
from pathlib import Path

import pytest

from scheduler.base.resources import example_folder
from scheduler.inputs.candidates import Candidate
from scheduler.scenario.practices.newcomers import locate_candidates
from scheduler.services import planner
from scheduler.services.planner import Prepared

FILE = example_folder() / "candidates.csv"


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return planner.prepare(example_folder())


@pytest.fixture(scope="module")
def found(prepared: Prepared) -> tuple[Candidate, ...]:
    candidates, exact, notes = locate_candidates(FILE, prepared)
    assert exact == {candidate.candidate_id for candidate in candidates}
    assert notes == ()  # the map has every address, or the table says where it is
    return candidates


def test_they_are_of_the_three_districts(found: tuple[Candidate, ...]) -> None:
    assert {candidate.place.district for candidate in found} == {"Vesterbro", "Kgs. Enghave", "Valby"}
    assert 6 <= len(found) <= 8
    assert len({candidate.practice.every_weeks for candidate in found}) > 1
    assert any(len(candidate.rooms) > 1 for candidate in found)


def test_they_are_named_after_their_street_and_stand_there(
    found: tuple[Candidate, ...], prepared: Prepared
) -> None:
    network = prepared.network
    for candidate in found:
        place = candidate.place
        street = place.address.rsplit(" ", 1)[0]
        assert street in place.name
        assert place.lat is not None
        assert place.lon is not None
        snap = network.snap(place.lat, place.lon)
        assert snap.distance_m < 60
        written = {row["practice_id"]: row["lat"] for row in _rows() if row["name"]}
        if written[place.place_id]:  # placed by hand: on its street
            assert network.names[network.topology.name[snap.edge]] == street


def test_nobody_is_meant() -> None:
    text = FILE.read_text(encoding="utf-8")
    assert "@" not in text
    assert "email" not in text
    homes = (example_folder() / "home_visits.csv").read_text(encoding="utf-8")
    assert not any(row["address"] in homes for row in _rows() if row["address"])


def _rows() -> list[dict[str, str]]:
    with Path(FILE).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, strict=True))
