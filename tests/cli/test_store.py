"""The commands ``hjul store``: what they say and ask, and how they end."""

import sys
from io import StringIO
from pathlib import Path

import pytest
from folders import ON_THE_MAP, TABLES, write_folder
from stores import HOMES, STREET, events, kept, set_clock, take_in, with_store

from scheduler.cli import run


@pytest.fixture(autouse=True)
def a_monday(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    set_clock(monkeypatch)
    monkeypatch.setenv("HJUL_USER", "anna")
    monkeypatch.setenv("HJUL_LANG", "en")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def data() -> Path:
    return with_store(Path("data"), home_visits=HOMES)


class Terminal(StringIO):
    """Somebody who answers."""

    def isatty(self) -> bool:
        return True


def answer(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(text))


def test_moving_in_and_out(capsys: pytest.CaptureFixture[str]) -> None:
    write_folder(Path("data"), **ON_THE_MAP)
    assert run(["store", "init"]) == 0
    assert run(["store", "import", "--yes"]) == 0
    printed = capsys.readouterr().out
    assert "The store data/hjul.db is made. Take the tables in with: hjul store import" in printed
    assert "rooms: new: P1, mon, 09:00, 12:00" in printed
    assert 'settings: new: base, name, "Jobcenter"' in printed
    assert "20 rows are changed." in printed
    assert run(["store", "import", "--yes"]) == 0
    assert "The store has these tables already; nothing changes." in capsys.readouterr().out
    assert run(["store", "export", "out/there"]) == 0
    assert run(["store", "export", "tables.xlsx"]) == 0
    assert run(["store", "backup", "b.db"]) == 0
    printed = capsys.readouterr().out
    assert "The tables are in out/there." in printed
    assert "The tables are in tables.xlsx." in printed
    assert "The backup is in b.db." in printed
    assert run(["check-data", "--data", "out/there", "--quiet"]) == 0


def test_nothing_is_changed_without_an_answer(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (data / "rooms.csv").write_text(TABLES["rooms"].replace("09:00", "10:00"), encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", StringIO())
    for line in (["store", "import"], ["store", "undo"], ["store", "restore", "b.db"]):
        assert run(line) == 2
        assert "nothing was changed, as nobody is there to answer" in capsys.readouterr().err
    answer(monkeypatch, "n\n")
    assert run(["store", "import"]) == 0
    assert "Nothing was changed." in capsys.readouterr().out
    assert len(events(data)) == 1
    answer(monkeypatch, "y\n")
    assert run(["store", "import"]) == 0
    printed = capsys.readouterr().out
    assert "rooms: P1: start 09:00 → 10:00" in printed
    assert "2 rows are changed." in printed
    assert {row["start"] for row in kept(data)["rooms"]} == {"10:00"}


def test_what_somebody_did_between_question_and_answer_is_told(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (data / "rooms.csv").write_text(TABLES["rooms"].replace("09:00", "10:00"), encoding="utf-8")

    class Slow(Terminal):
        def readline(self, *_size: int) -> str:  # type: ignore[override]
            monkeypatch.setenv("HJUL_USER", "bent")
            take_in(data, rooms=TABLES["rooms"].replace("09:00", "11:00"))
            return "y\n"

    monkeypatch.setattr(sys, "stdin", Slow())
    assert run(["store", "import"]) == 2
    error = capsys.readouterr().err
    assert "meanwhile: bent, Monday 11 May 7:40: tables taken in from data" in error
    assert "Nothing was saved." in error
    assert {row["start"] for row in kept(data)["rooms"]} == {"11:00"}


def test_undo_says_what_it_undoes(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    take_in(
        data, rooms=TABLES["rooms"].replace("09:00", "10:00"), home_visits=HOMES.replace("05-20", "05-21")
    )
    assert run(["store", "undo", "--yes"]) == 0
    printed = capsys.readouterr()
    assert printed.out.splitlines() == [
        "anna, Monday 11 May 7:40: tables taken in from data",
        "rooms: P2: start 10:00 → 09:00",
        "rooms: P1: start 10:00 → 09:00",
        "It is undone.",
    ]
    assert "Home visits that it changed or removed stay as they are." in printed.err


def test_danish_readers_read_danish(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "rooms.csv").write_text(TABLES["rooms"].replace("09:00", "10:00"), encoding="utf-8")
    assert run(["store", "import", "--yes", "--lang", "da"]) == 0
    assert "Lokaletider: P1: Start 09:00 → 10:00" in capsys.readouterr().out
    assert run(["store", "undo", "--yes", "--lang", "da"]) == 0
    assert "anna, mandag 11. maj 7.40: tabeller hentet ind fra data" in capsys.readouterr().out


def test_where_homes_are_is_never_printed(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    moved = HOMES.replace(STREET, "Anden Vej 3").replace("12.54901", "12.54902").replace("1665", "1666")
    for homes in (moved, moved.splitlines()[0] + "\n", HOMES):
        (data / "home_visits.csv").write_text(homes, encoding="utf-8")
        assert run(["store", "import", "--yes"]) == 0
    assert run(["store", "undo", "--yes"]) == 0
    printed = "".join(capsys.readouterr())
    assert "home_visits: H1: address – → another" in printed
    assert "home_visits: gone: H1, 2009-05-13, 09:00, 12:00, 30, Vesterbro" in printed
    for secret in (STREET, "Anden Vej", "12.5490", "1665", "1666"):
        assert secret not in printed


def test_long_changes_are_shown_in_part(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = "".join(f"P1,2009-W{week},1\n" for week in range(10, 35))
    (data / "demand.csv").write_text("practice_id,week,conversations\n" + rows, encoding="utf-8")
    assert run(["store", "import", "--yes"]) == 0
    printed = capsys.readouterr().out
    assert printed.count("demand: new:") == 20
    assert "demand: 5 more rows" in printed
    assert "25 rows are changed." in printed


def test_hostile_rows_do_not_steer_the_terminal(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "practices.csv").write_text(
        TABLES["practices"].replace("Valby", "\u202e[red]x[/]"), encoding="utf-8"
    )
    assert run(["store", "import", "--yes"]) == 0
    assert "[red]x[/]" in (printed := capsys.readouterr().out)
    assert "\u202e" not in printed


def test_restoring_says_what_it_deleted(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["store", "backup", "b.db"]) == 0
    set_clock(monkeypatch, "2009-06-13")
    assert run(["store", "restore", "b.db", "--yes"]) == 0
    printed = capsys.readouterr()
    assert "The store is what it was in b.db." in printed.out
    assert "Note: Deleted, as their time is over: 1 home visit." in printed.err
    assert len(kept(data)["home_visits"]) == 1


def test_writing_says_what_was_deleted_besides(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    set_clock(monkeypatch, "2009-06-13")
    assert run(["store", "backup", "b.db"]) == 0
    assert capsys.readouterr().err.count("Note: Deleted, as their time is over: 1 home visit.") == 1
    assert run(["store", "backup", "b2.db", "--quiet"]) == 0
    assert capsys.readouterr().err == ""
    assert len(kept(data)["home_visits"]) == 1


def test_forgetting_names_what_was_written_elsewhere(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "home_visits.csv").unlink()
    for number in range(7):
        assert run(["store", "backup", f"{number}.db", "--quiet"]) == 0
    assert run(["forget", "--before", "2009-05-14"]) == 0
    printed = capsys.readouterr()
    assert "1 home visit deleted" in printed.out
    notes = printed.err.splitlines()
    assert (
        notes[0]
        == f"Note: {Path('0.db').absolute()} may still say where these home visits were made; delete it."
    )
    assert notes[5:] == ["Note: So may 2 more exports and backups."]
    assert kept(data)["home_visits"][0]["visit_id"] == "H2"


def test_upgrading_what_is_up_to_date(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert data.exists()
    assert run(["store", "upgrade", "b.db"]) == 0
    assert "The store is up to date already." in capsys.readouterr().out
    assert not Path("b.db").exists()


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        (["store", "init"], 2, "there is a store at data/hjul.db already"),
        (["store", "import", "nowhere"], 3, "nowhere"),
        (["store", "import", "nowhere.xlsx"], 3, "nowhere.xlsx"),
        (["store", "export", "data"], 2, "data is there already and not empty"),
        (["store", "restore", "nowhere.db", "--yes"], 3, "nowhere.db"),
        (["store", "restore", "data/hjul.db", "--yes"], 2, "is the store itself"),
        (["store", "backup", "data/hjul.db"], 2, "is the store itself"),
        (["store", "backup", "data/rooms.csv/b.db"], 3, "b.db"),
    ],
)
def test_errors_are_sentences(
    data: Path, capsys: pytest.CaptureFixture[str], line: list[str], code: int, said: str
) -> None:
    before = kept(data)
    assert run(line) == code
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error
    assert kept(data) == before
