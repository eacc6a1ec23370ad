import dataclasses
import datetime as dt
import json
import re
from pathlib import Path

import pytest
from random_problems import small_week

from scheduler.base.errors import InputError, ServiceError
from scheduler.checks import check
from scheduler.model import rosterfile
from scheduler.model.clock import at
from scheduler.model.roster import Prices, Roster, ShiftHours
from scheduler.solver.engine import solve

_TIME = re.compile(rb"\d{4}-\d\d-\d\dT[\d:]+[+-]\d\d:\d\d")


@pytest.fixture(scope="module")
def roster() -> Roster:
    return solve(small_week(0)).roster


def test_a_roster_reads_back_as_it_was_written(tmp_path: Path, roster: Roster) -> None:
    file = tmp_path / "roster.json"
    file.write_bytes(rosterfile.dump(roster))
    assert rosterfile.load(file) == roster


def test_times_have_offsets_and_the_fields_are_those_of_the_contract(roster: Roster) -> None:
    data = json.loads(rosterfile.dump(roster))
    assert data["schema"] == 1
    assert {"week", "status", "score", "bound", "gap", "weights", "terms", "solve_seconds", "seed"} <= set(
        data
    )
    first = data["rounds"][0]
    assert {"consultant_id", "date", "leaves_base", "returns_base", "ride_seconds", "ride_metres"} <= set(
        first
    )
    assert first["leaves_base"].endswith("+02:00")
    stop = first["stops"][0]
    assert {"kind", "id", "place_id", "arrival", "start", "end", "conversation_starts", "slot"} <= set(stop)


@pytest.mark.parametrize("hours", [0, 2, -9.5, 14])
def test_times_are_read_by_their_instant(roster: Roster, hours: float) -> None:
    zone = dt.timezone(dt.timedelta(hours=hours))
    written = _TIME.sub(
        lambda time: dt.datetime.fromisoformat(time[0].decode()).astimezone(zone).isoformat().encode(),
        rosterfile.dump(roster),
    )
    assert (written == rosterfile.dump(roster)) == (hours == 2)
    read = rosterfile.parse(written, "roster.json")
    assert rosterfile.dump(read) == rosterfile.dump(roster)
    assert check(small_week(0), read) == ()
    # Also where the clocks are changed between the two, so many hours of the clock lie between them.
    shift, new = roster.consultants[0].shifts[0], read.consultants[0].shifts[0]
    assert new.end - new.start == shift.end - shift.start


def test_a_shift_over_the_hour_that_is_left_out_is_as_long_as_on_the_clock(roster: Roster) -> None:
    day = dt.date(2009, 3, 29)
    hours = ShiftHours(date=day, start=at(day, 0), end=at(day, 8 * 3600))
    week = dataclasses.replace(roster.consultants[0], shifts=(hours,))
    written = rosterfile.dump(roster.replace(consultants=(week,)))
    assert b"2009-03-29T00:00:00+01:00" in written
    assert b"2009-03-29T08:00:00+02:00" in written
    (read,) = rosterfile.parse(written, "roster.json").consultants
    assert read.shifts[0].end - read.shifts[0].start == dt.timedelta(hours=8)


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:00-14:00", "soon"])
def test_a_time_that_no_clock_shows_is_no_time(roster: Roster, time: str) -> None:
    data = json.loads(rosterfile.dump(roster))
    data["rounds"][0]["returns_base"] = time
    with pytest.raises(InputError) as refused:
        rosterfile.parse(json.dumps(data).encode(), "roster.json")
    assert [problem.column for problem in refused.value.problems] == ["rounds.0.returns_base"]


def test_the_proof_is_ids_and_numbers_and_may_be_missing(tmp_path: Path, roster: Roster) -> None:
    prices = Prices(requests={"p00": 0.1, "h0": 36000.0}, high={"c0": 1.0}, low={"c1": 1 / 3, "c0": 2 / 3})
    file = tmp_path / "roster.json"
    file.write_bytes(rosterfile.dump(roster.replace(prices=prices)))
    assert rosterfile.load(file).prices == prices
    data = json.loads(file.read_bytes())
    assert data.pop("prices")["requests"] == {"p00": 0.1, "h0": 36000.0}
    file.write_text(json.dumps(data), encoding="utf-8")
    assert rosterfile.load(file).prices is None


def test_the_schema_names_every_field(roster: Roster) -> None:
    schema = rosterfile.json_schema()
    assert set(json.loads(rosterfile.dump(roster))) == set(schema["properties"])


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"score": "many"}, "score"),
        ({"surprise": 1}, "surprise"),
        ({"schema": 2}, "schema"),
        ({"prices": {"requests": {"p00": "dear"}, "high": {}, "low": {}}}, "prices.requests.p00"),
    ],
)
def test_what_is_no_roster_is_refused_by_field(
    tmp_path: Path, roster: Roster, change: dict[str, object], column: str
) -> None:
    file = tmp_path / "roster.json"
    file.write_text(json.dumps(json.loads(rosterfile.dump(roster)) | change), encoding="utf-8")
    with pytest.raises(InputError) as refused:
        rosterfile.load(file)
    assert [problem.column for problem in refused.value.problems] == [column]


def test_not_json_and_no_file(tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match=r"nowhere\.json"):
        rosterfile.load(tmp_path / "nowhere.json")
    broken = tmp_path / "broken.json"
    broken.write_bytes(b"\xff{")
    with pytest.raises(InputError):
        rosterfile.load(broken)
