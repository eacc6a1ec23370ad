import dataclasses
import datetime as dt
import json
import re
from pathlib import Path

import pytest
import samples
from random_problems import small_week
from rosterschema import FILE, wrong_with

from scheduler.base.errors import InputError, ServiceError
from scheduler.checks import check
from scheduler.model import rosterfile
from scheduler.model.clock import TIMEZONE, at
from scheduler.model.roster import Prices, Roster, ShiftHours
from scheduler.model.text import Text
from scheduler.model.texts import word
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
    assert list(data)[:4] == ["schema", "week", "edition", "issued_at"]
    assert (data["schema"], data["edition"], data["issued_at"]) == (2, None, None)
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


def test_sentences_are_codes_with_parameters_and_read_back(tmp_path: Path, roster: Roster) -> None:
    day = Text("closed_day", {"date": "2009-05-12", "reason": Text("closure", {"reason": "2009-05-12"})})
    texts = (
        Text("closed_days", {"days": (day, Text("day", {"date": "2009-05-13"}))}),
        Text("dearer_by_visits", {"request_ids": ("p00", "h0")}),
        Text("proof_unfinished", {"limit_s": 1.5, "n": 2}),
        Text("simplified_map"),
    )
    file = tmp_path / "roster.json"
    issued = dt.datetime(2009, 5, 8, 14, 30, tzinfo=TIMEZONE)
    told = roster.replace(notes=texts, map_note=texts[-1], edition=3, issued_at=issued)
    file.write_bytes(rosterfile.dump(told))
    assert rosterfile.load(file) == told
    data = json.loads(file.read_bytes())
    assert data["map_note"] == {"code": "simplified_map", "params": {}}
    assert data["notes"][0]["params"]["days"][1] == {"code": "day", "params": {"date": "2009-05-13"}}
    assert data["issued_at"] == "2009-05-08T14:30:00+02:00"
    lunches = [s["name"] for r in data["rounds"] for s in r["stops"] if s["kind"] == "lunch"]
    assert lunches
    assert all(name == {"code": "lunch", "params": {}} for name in lunches)
    assert wrong_with(file.read_bytes()) == []


@pytest.mark.parametrize("hostile", [False, True])
def test_the_schema_takes_what_is_written(roster: Roster, *, hostile: bool) -> None:
    for written in (roster, samples.roster(hostile=hostile)):
        data = rosterfile.dump(written)
        assert wrong_with(data) == []
        changed = json.loads(data) | {"notes": ["worded"]}
        assert len(wrong_with(json.dumps(changed).encode())) == 1


def test_the_schema_of_the_package_is_that_of_the_types() -> None:
    assert json.loads(FILE.read_text(encoding="utf-8")) == rosterfile.json_schema()


#: A roster as it was written before there were codes, in Danish.
SCHEMA_1 = {
    "schema": 1,
    "week": "2009-W21",
    "status": "optimal",
    "score": 36000,
    "bound": 36000,
    "gap": 0.0,
    "weights": {"unserved_conversation": 36000},
    "terms": {"unserved_conversation": {"count": 1, "weight": 36000, "points": 36000}},
    "solve_seconds": 0.1,
    "seed": 0,
    "inputs_sha256": "",
    "rounds": [
        {
            "consultant_id": "r1",
            "date": "2009-05-18",
            "leaves_base": "2009-05-18T08:30:00+02:00",
            "returns_base": "2009-05-18T15:00:00+02:00",
            "ride_seconds": 0,
            "ride_metres": 0,
            "waiting_seconds": 0,
            "conversations": 0,
            "stops": [
                {
                    "kind": kind,
                    "id": id_,
                    "place_id": "base",
                    "name": name,
                    "lat": None,
                    "lon": None,
                    "arrival": "2009-05-18T11:00:00+02:00",
                    "start": "2009-05-18T11:00:00+02:00",
                    "end": "2009-05-18T11:30:00+02:00",
                }
                for kind, id_, name in (
                    ("engagement", "møde", "Teammøde"),
                    ("lunch", "lunch", "Frokost"),
                    ("home_visit", "h1", "Hjemmebesøg"),
                    ("desk", "desk", "Skrivebord"),
                )
            ],
        }
    ],
    "unassigned": [
        {
            "id": "p1",
            "kind": "visit",
            "name": "Lægehuset",
            "requested": 1,
            "held": 0,
            "reason": "closed",
            "detail": "Alle ugens lokaletider bortfalder: torsdag 21. maj: Kristi himmelfartsdag.",
        },
        {
            "id": "h2",
            "kind": "home_visit",
            "name": "Hjemmebesøg",
            "requested": 0,
            "held": 0,
            "reason": "no_room",
        },
    ],
    "bases": [],
    "consultants": [],
    "closed_days": [
        {"date": "2009-05-21", "reason": "Kristi himmelfartsdag"},
        {"date": "2009-05-22", "reason": ""},
    ],
    "notes": ["2009-W21 ligger uden for projektets periode"],
    "map_note": "Forenklet kort",
    "prices": None,
}


def test_a_file_of_schema_1_is_read_and_its_sentences_stay_as_they_were_written(tmp_path: Path) -> None:
    file = tmp_path / "roster.json"
    file.write_text(json.dumps(SCHEMA_1), encoding="utf-8")
    roster = rosterfile.load(file)
    assert (roster.schema, roster.edition, roster.issued_at) == (2, None, None)
    names = [stop.name for stop in roster.rounds[0].stops]
    assert names == ["Teammøde", Text("lunch"), Text("home_visit"), Text("desk")]
    practice, home = roster.unassigned
    assert (practice.name, practice.reason) == ("Lægehuset", Text("closed"))
    assert practice.detail
    assert word(practice.detail, roster.names).endswith("torsdag 21. maj: Kristi himmelfartsdag.")
    assert (home.name, home.reason, home.detail) == (Text("home_visit"), Text("no_room"), None)
    assert [day.reason and word(day.reason) for day in roster.closed_days] == ["Kristi himmelfartsdag", None]
    assert [word(note) for note in roster.notes] == SCHEMA_1["notes"]
    assert roster.map_note == Text("as_written", {"text": "Forenklet kort"})
    file.write_bytes(rosterfile.dump(roster))
    assert wrong_with(file.read_bytes()) == []
    assert rosterfile.load(file) == roster


def test_a_file_of_schema_1_needs_only_what_it_needed(tmp_path: Path) -> None:
    file = tmp_path / "roster.json"
    optional = ("unassigned", "bases", "consultants", "closed_days", "notes", "map_note", "prices")
    file.write_text(json.dumps({k: v for k, v in SCHEMA_1.items() if k not in optional}), encoding="utf-8")
    roster = rosterfile.load(file)
    assert (roster.unassigned, roster.notes, roster.map_note) == ((), (), None)


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"rounds": 5}, "rounds"),
        ({"rounds": [5]}, "rounds.0"),
        ({"unassigned": ["x"]}, "unassigned.0"),
        ({"notes": "Frokost"}, "notes"),
        ({"notes": [5]}, "notes.0"),
        ({"map_note": 5}, "map_note"),
        ({"closed_days": [{"date": "2009-05-21", "reason": 5}]}, "closed_days.0.reason"),
        ({"edition": 1.5}, "edition"),
        ({"score": "many"}, "score"),
    ],
)
def test_what_is_wrong_in_a_file_of_schema_1_is_refused_by_field(
    tmp_path: Path, change: dict[str, object], column: str
) -> None:
    file = tmp_path / "roster.json"
    file.write_text(json.dumps(SCHEMA_1 | change), encoding="utf-8")
    with pytest.raises(InputError) as refused:
        rosterfile.load(file)
    assert [problem.column for problem in refused.value.problems] == [column]


@pytest.mark.parametrize(
    "text", ["[" * 10_000, '{"schema": 1, "rounds": ' + "[" * 10_000, "5", '"schema"', "null"]
)
def test_json_of_another_kind_is_no_roster(tmp_path: Path, text: str) -> None:
    file = tmp_path / "roster.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError):
        rosterfile.load(file)


def test_the_schema_names_every_field(roster: Roster) -> None:
    schema = rosterfile.json_schema()
    assert set(json.loads(rosterfile.dump(roster))) == set(schema["properties"])


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"score": "many"}, "score"),
        ({"surprise": 1}, "surprise"),
        ({"schema": 3}, "schema"),
        ({"notes": [{"code": "lunch_waived", "params": {"n": None}}]}, None),
        ({"notes": ["Frokost"]}, "notes.0"),
        ({"map_note": {"code": 5}}, "map_note.code"),
        ({"issued_at": "soon"}, "issued_at"),
        ({"prices": {"requests": {"p00": "dear"}, "high": {}, "low": {}}}, "prices.requests.p00"),
    ],
)
def test_what_is_no_roster_is_refused_by_field(
    tmp_path: Path, roster: Roster, change: dict[str, object], column: str | None
) -> None:
    file = tmp_path / "roster.json"
    file.write_text(json.dumps(json.loads(rosterfile.dump(roster)) | change), encoding="utf-8")
    with pytest.raises(InputError) as refused:
        rosterfile.load(file)
    columns = [problem.column for problem in refused.value.problems]
    assert columns == [column] if column else all(each.startswith("notes.0.params.n") for each in columns)


def test_not_json_and_no_file(tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match=r"nowhere\.json"):
        rosterfile.load(tmp_path / "nowhere.json")
    broken = tmp_path / "broken.json"
    broken.write_bytes(b"\xff{")
    with pytest.raises(InputError):
        rosterfile.load(broken)
