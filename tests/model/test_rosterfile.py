import json
from pathlib import Path

import pytest
from random_problems import small_week

from scheduler.base.errors import InputError, ServiceError
from scheduler.model import rosterfile
from scheduler.model.roster import Prices, Roster
from scheduler.solver.engine import solve


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
