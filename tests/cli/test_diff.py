"""`hjul diff`: two rosters side by side."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import samples

from scheduler import cli
from scheduler.model import rosterfile
from scheduler.model.roster import Roster

Hjul = Callable[..., tuple[int, str, str]]


@pytest.fixture
def hjul(capfd: pytest.CaptureFixture[str]) -> Hjul:
    def run(*arguments: object, lang: str = "en") -> tuple[int, str, str]:
        code = cli.run(["--lang", lang, *map(str, arguments)])
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return run


def _written(roster: Roster, file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(rosterfile.dump(roster))
    return file


def _handed() -> Roster:
    """The sample's second edition, in which r2's Tuesday is r1's and cycling got dearer."""
    roster = samples.roster()
    rounds = [
        replace(r, consultant_id="r1", ride_metres=r.ride_metres + 400)
        if (r.consultant_id, r.date.day) == ("r2", 12)
        else r
        for r in roster.rounds
    ]
    term = replace(roster.terms["cycling_second"], points=roster.terms["cycling_second"].points + 1000)
    return roster.replace(
        edition=2,
        rounds=tuple(rounds),
        terms={**roster.terms, "cycling_second": term},
        score=roster.score + 1000,
    )


def test_what_moved_for_whom_with_terms_and_totals(hjul: Hjul, tmp_path: Path) -> None:
    one = _written(samples.roster(), tmp_path / "2009-W20" / "roster.json").parent
    two = _written(_handed(), tmp_path / "two.json")
    code, out, err = hjul("diff", one, two)
    assert (code, err) == (0, "")
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert lines[0].startswith(f"A: {one}: Week 20:")
    assert lines[1].startswith(f"B: {two}, edition 2: Week 20:")
    assert (
        "Praksis Vigerslev Allé vigerslev Tuesday 12:30, Rådgiver 2 (1) Tuesday 12:30, Rådgiver 1 (1)"
        in lines
    )
    first, second = lines.index("Rådgiver 1"), lines.index("Rådgiver 2")
    assert (
        "New: Tuesday 8:45 Praksis Toftegårds Allé (2 conversations, taken over from Rådgiver 2)."
        in (lines[first:second])
    )
    assert lines[second + 1] == "Tuesday 8:45 Praksis Toftegårds Allé has been taken over by Rådgiver 1."
    assert "Istedgade" not in out
    assert next(line for line in lines if line.startswith("Cycling")).endswith("+1,000")
    assert next(line for line in lines if line.startswith("Score")).endswith("+1,000")
    assert next(line for line in lines if line.startswith("Distance")).endswith("+0.4 km")
    assert next(line for line in lines if line.startswith("Visits 1")).endswith(" 0")


def test_the_other_way_round_it_is_less(hjul: Hjul, tmp_path: Path) -> None:
    one, two = _written(samples.roster(), tmp_path / "1"), _written(_handed(), tmp_path / "2")
    lines = [" ".join(line.split()) for line in hjul("diff", two, one, lang="da")[1].splitlines()]
    assert "Tirsdag 8.45 Praksis Toftegårds Allé er overtaget af Rådgiver 2." in lines
    assert next(line for line in lines if line.startswith("Distance")).endswith("−0,4 km")
    assert next(line for line in lines if line.startswith("Score")).endswith("−1.000")


def test_nothing_differs(hjul: Hjul, tmp_path: Path) -> None:
    file = _written(samples.roster(), tmp_path / "a.json")
    code, out, err = hjul("diff", file, file)
    assert (code, err) == (0, "")
    assert "No visit, home visit, task or engagement differs." in out


def test_other_tables_and_weights_are_told(hjul: Hjul, tmp_path: Path) -> None:
    roster = samples.roster()
    other = roster.replace(inputs_sha256="1" * 64, weights={**roster.weights, "continuity": 1})
    code, _out, err = hjul("diff", _written(roster, tmp_path / "a"), _written(other, tmp_path / "b"))
    assert code == 0
    assert err.splitlines() == [
        "Note: The two are scored with different weights: compare counts, not points.",
        "Note: The two were planned from different tables or maps.",
    ]


def test_rosters_of_two_weeks_are_not_compared(hjul: Hjul, tmp_path: Path) -> None:
    one = _written(samples.roster(), tmp_path / "a.json")
    two = _written(samples.roster().replace(week="2009-W21"), tmp_path / "b.json")
    code, out, err = hjul("diff", one, two)
    assert (code, out) == (2, "")
    assert err.splitlines() == [
        f"{two}: this roster is of 2009-W21, and {one} of 2009-W20: only rosters of one week are compared"
    ]


def test_no_roster_and_no_file(hjul: Hjul, tmp_path: Path) -> None:
    good, bad = _written(samples.roster(), tmp_path / "a.json"), tmp_path / "b.json"
    bad.write_bytes(b"{}")
    assert hjul("diff", good, bad)[0] == 2
    assert hjul("diff", good, tmp_path / "none.json")[0] == 3
    (tmp_path / "empty").mkdir()
    code, out, err = hjul("diff", good, tmp_path / "empty")
    assert (code, out) == (3, "")
    assert "roster.json" in err
    assert hjul("diff", good)[0] == 2


def test_texts_of_tables_do_not_steer_the_terminal(hjul: Hjul, tmp_path: Path) -> None:
    roster = samples.roster(hostile=True)
    stops = tuple(
        replace(stop, name=f"\x1b[31m[bold]{stop.name}") if stop.kind == "visit" else stop
        for stop in roster.rounds[0].stops
    )
    evil = roster.replace(rounds=(replace(roster.rounds[0], stops=stops), *roster.rounds[1:]))
    gone = evil.replace(rounds=evil.rounds[1:])
    code, out, _err = hjul("diff", _written(evil, tmp_path / "a"), _written(gone, tmp_path / "b"))
    assert code == 0
    assert "\x1b" not in out
    assert "[bold]" in out


def test_where_homes_are_is_not_shown(hjul: Hjul, tmp_path: Path) -> None:
    roster = samples.roster()
    rest = roster.replace(rounds=tuple(r for r in roster.rounds if r.date.day != 12))
    _code, out, err = hjul("diff", _written(roster, tmp_path / "a"), _written(rest, tmp_path / "b"))
    assert "Home visit (Vesterbro)" in out
    assert samples.HOME_ADDRESS not in out + err
    assert samples.HOME_NAME not in out + err


def test_what_differs_is_also_written_to_a_file(hjul: Hjul, tmp_path: Path) -> None:
    one, two = _written(samples.roster(), tmp_path / "one.json"), _written(_handed(), tmp_path / "two.json")
    file = tmp_path / "diff.json"
    assert hjul("diff", one, two, "--to", file)[0] == 0
    found = json.loads(file.read_text())
    assert (found["week"], found["a"]["score"], found["b"]["edition"]) == (
        "2009-W20",
        samples.roster().score,
        2,
    )
    assert found["b"]["score"] - found["a"]["score"] == 1000
    (change,) = [each for each in found["changed"] if each["id"] == "vigerslev"]
    assert (change["was"]["consultant_id"], change["becomes"]["consultant_id"]) == ("r2", "r1")
    (tmp_path / "folder").mkdir()
    assert hjul("diff", one, two, "--to", tmp_path / "folder")[0] == 3
    assert (tmp_path / "folder").is_dir()
