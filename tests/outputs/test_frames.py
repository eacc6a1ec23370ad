"""DataFrames for notebooks."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import samples

from scheduler.model import rosterfile
from scheduler.model.problem import TravelTimes
from scheduler.model.project import Place
from scheduler.model.roster import Roster
from scheduler.outputs import frames


def test_rows_and_sums_are_those_of_the_roster() -> None:
    roster = samples.roster()
    stops, rounds = frames.stops(roster), frames.rounds(roster)
    assert len(stops) == sum(len(round_.stops) for round_ in roster.rounds)
    assert stops["conversations"].sum() == rounds["conversations"].sum() == 17
    assert rounds["ride_seconds"].sum() == roster.terms["cycling_second"].count
    assert frames.terms(roster)["points"].sum() == roster.score
    consultants = frames.consultants(roster).set_index("consultant_id")
    assert consultants["ride_metres"].sum() == rounds["ride_metres"].sum()
    assert consultants.loc["r1", "visits"] == 8


def test_times_are_local_and_dates_are_dates() -> None:
    stops = frames.stops(samples.roster())
    visit = stops[stops["id"] == "vesterbrogade"].iloc[0]
    assert visit["start"] == pd.Timestamp("2009-05-11 09:45", tz="Europe/Copenhagen")
    assert visit["date"] == pd.Timestamp("2009-05-11")
    assert (visit["end"] - visit["start"]).total_seconds() == 95 * 60
    assert pd.isna(stops[stops["kind"] == "lunch"]["room_start"]).all()


def test_what_is_unknown_is_missing() -> None:
    unassigned = frames.unassigned(samples.roster())
    assert unassigned["cost_to_force_points"].isna().tolist() == [True, False, True]
    assert unassigned["cost_to_force_points"].sum() == 18_400


def test_no_home_is_told() -> None:
    roster = samples.roster()
    home = frames.stops(roster).query("kind == 'home_visit'").iloc[0]
    assert (home["name"], home["address"], home["district"]) == ("Home visit", "", "Vesterbro")
    assert pd.isna(home["lat_deg"])
    assert pd.isna(home["lon_deg"])
    assert samples.MISSED_HOME_NAME not in set(frames.unassigned(roster)["name"])


@pytest.mark.parametrize(
    "make", [frames.stops, frames.rounds, frames.terms, frames.unassigned, frames.consultants]
)
def test_an_empty_roster_has_the_same_columns(make: Callable[[Roster], pd.DataFrame]) -> None:
    roster = samples.roster()
    empty = make(roster.replace(rounds=(), unassigned=(), terms={}, consultants=()))
    assert len(empty) == 0
    pd.testing.assert_series_equal(empty.dtypes, make(roster).dtypes)


def test_rides_between_some_of_the_places() -> None:
    times = TravelTimes(
        ("a", "home", "b"),
        np.array([[0, 60, 90], [70, 0, 30], [95, 35, 0]]),
        np.array([[0, 200, 300], [210, 0, 100], [310, 110, 0]]),
    )
    places = (Place(place_id="b", name="Bakken"), Place(place_id="a", name="Ageren"))
    rides = frames.rides(times, places)
    assert rides.to_dict("records") == [
        {"from_id": "b", "from_name": "Bakken", "to_id": "a", "to_name": "Ageren", "ride_seconds": 95, "ride_metres": 310},
        {"from_id": "a", "from_name": "Ageren", "to_id": "b", "to_name": "Bakken", "ride_seconds": 90, "ride_metres": 300},
    ]  # fmt: skip
    pd.testing.assert_series_equal(frames.rides(times, ()).dtypes, rides.dtypes)


def test_a_roster_read_from_its_file_gives_the_same(tmp_path: Path) -> None:
    roster = samples.roster()
    file = tmp_path / "roster.json"
    file.write_bytes(rosterfile.dump(roster))
    pd.testing.assert_frame_equal(frames.stops(rosterfile.load(file)), frames.stops(roster))
