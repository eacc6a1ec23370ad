"""Where people live stands in one place, and is gone from every byte once it is to be forgotten."""

import datetime as dt
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random

import pytest
import samples
from folders import TABLES, write_folder
from stores import (
    HOMES,
    PINS,
    STREET,
    bytes_on_disk,
    events,
    everything,
    kept,
    set_clock,
    take_in,
    with_store,
)

from scheduler.base.errors import ServiceError
from scheduler.base.notices import listening
from scheduler.model.text import Text
from scheduler.services import storing
from scheduler.services.forget import forget
from scheduler.services.workspace import project_in, retention_settings, store_of
from scheduler.store import opening
from scheduler.store.address import STORE_FILE

#: A day on which the first home visit of `HOMES` is to be forgotten, and the second is not.
LATER = "2009-06-13T08:00"


@pytest.fixture(autouse=True)
def a_monday(monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock(monkeypatch)
    monkeypatch.setenv("HJUL_USER", "anna")


@pytest.fixture
def data(tmp_path: Path, store_kind: str) -> Path:
    del store_kind
    folder = with_store(tmp_path / "data", home_visits=HOMES, pins=PINS)
    for file in ("home_visits.csv", "pins.csv"):
        (folder / file).unlink()
    return folder


@contextmanager
def heard() -> Iterator[list[str]]:
    """Have what is done besides, in words."""
    said: list[str] = []
    with listening(lambda text: said.append(str(text))):
        yield said


def holders(content: str) -> set[str]:
    """Return the tables of the database in which the street stands."""
    return {line.partition(":")[0] for line in content.splitlines() if STREET in line}


def change(folder: Path, hour: int = 10) -> None:
    take_in(folder, rooms=TABLES["rooms"].replace("09:00", f"{hour}:00"))


# --- One place ------------------------------------------------------------------------------------------


def test_an_address_stands_in_one_place(data: Path) -> None:
    moved = HOMES.replace("Gade 7", "Gade 77").replace("12.54901", "12.54902")
    take_in(data, home_visits=moved, pins=PINS)
    take_in(data, home_visits=HOMES)
    take_in(data, home_visits=HOMES.splitlines()[0] + "\n", pins="id,date,start\nP1,2009-05-11,09:00\n")
    assert holders(everything(data)) == set()
    take_in(data, home_visits=HOMES, pins=PINS)
    storing.undo(data)
    take_in(data, home_visits=HOMES, pins=PINS)
    assert holders(everything(data)) == {"hjul_store_home"}
    assert "12.549" not in "\n".join(line for line in everything(data).splitlines() if "_home" not in line)


def test_events_tell_only_which_home_visit_it_was(data: Path) -> None:
    with store_of(data):
        from scheduler.store.models import Row, RowChange

        changes = RowChange.objects.filter(table="home_visits")
        assert [(change.before, change.after) for change in changes] == [
            (None, {"visit_id": "H1"}),
            (None, {"visit_id": "H2"}),
        ]
        assert (
            Row.objects.get(key="h1").cells.keys().isdisjoint({"address", "postcode", "city", "lat", "lon"})
        )


def test_the_tables_of_an_edition_have_no_homes(data: Path) -> None:
    keep_edition(data, "2009-W20")
    assert holders(everything(data)) == {"hjul_store_home"}


# --- hjul forget ----------------------------------------------------------------------------------------


def test_forgetting_leaves_no_trace(data: Path, tmp_path: Path) -> None:
    change(data)
    report = forget(data, tmp_path / "out", dt.date(2009, 5, 14))
    assert (report.rows_deleted, report.pins_deleted, report.copies) == (1, 1, ())
    assert [visit.visit_id for visit in project_in(data).home_visits] == ["H2"]
    assert [pin.id for pin in project_in(data).pins] == ["P1"]
    assert f'{STREET}"' not in everything(data)
    assert f'{STREET}"'.encode() not in bytes_on_disk(data)
    assert events(data)[-1] == "anna, Monday 11 May 7:40: home visits before Thursday 14 May deleted"
    storing.undo(data)  # what was done before can still be undone, and brings nothing back
    assert forget(data, tmp_path / "out", dt.date(2009, 6, 1)).rows_deleted == 1
    assert STREET not in everything(data)
    assert STREET.encode() not in bytes_on_disk(data)


@pytest.mark.parametrize("seed", range(4))
def test_no_page_of_the_file_keeps_what_was_moved_about_in_it(tmp_path: Path, seed: int) -> None:
    """SQLite moves rows within its pages, and writes over only the place where they were last."""
    random = Random(seed)
    head = HOMES.splitlines()[0]
    folder = with_store(tmp_path / "data")
    lines: dict[int, str] = {}
    number = 0
    for _time in range(6):
        for _row in range(random.randint(20, 60)):
            number += 1
            day = random.choice(("2009-05-13", "2009-05-20"))
            lines[number] = (
                f"V{number},{STREET} nr. {number} {'x' * random.randint(1, 90)},1665,København V,V,{day},09:00,12:00,30,55.66735,12.54901"
            )
        for gone in random.sample(sorted(lines), len(lines) // 3):
            del lines[gone]
        take_in(folder, home_visits="\n".join([head, *lines.values()]) + "\n")
    (folder / "home_visits.csv").unlink()
    forget(folder, tmp_path / "out", dt.date(2009, 5, 14))
    raw = bytes_on_disk(folder)
    kept_ones = {line.split(",")[1] for line in lines.values() if "2009-05-20" in line}
    assert len(project_in(folder).home_visits) == len(kept_ones)
    found = [n for n in range(1, number + 1) if f"{STREET} nr. {n} ".encode() in raw]
    assert found == sorted(int(address.split()[4]) for address in kept_ones)


def test_copies_that_still_exist_are_named(data: Path, tmp_path: Path) -> None:
    storing.back_up(data, tmp_path / "b.db")
    storing.export(data, tmp_path / "out.xlsx")
    storing.export(data, tmp_path / "folder")
    storing.back_up(data, tmp_path / "gone.db")
    (tmp_path / "gone.db").unlink()
    there = (str(tmp_path / "b.db"), str(tmp_path / "out.xlsx"), str(tmp_path / "folder"))
    assert forget(data, tmp_path / "out", dt.date(2009, 5, 14)).copies == there
    assert forget(data, tmp_path / "out", dt.date(2009, 5, 14)).copies == there  # until they are gone
    storing.back_up(data, tmp_path / "new.db")
    assert forget(data, tmp_path / "out", dt.date(2009, 5, 12)).copies == there
    assert forget(data, tmp_path / "out", dt.date(2009, 6, 1)).copies == (*there, str(tmp_path / "new.db"))


def test_files_beside_the_store_and_outputs_are_forgotten_too(data: Path, tmp_path: Path) -> None:
    (data / "home_visits.csv").write_text(HOMES, encoding="utf-8")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").write_text(f"{STREET}, 1665", encoding="utf-8")
    report = forget(data, tmp_path / "out", dt.date(2009, 5, 14))
    assert (report.rows_deleted, report.pins_deleted) == (1, 1)
    assert [Path(file).name for file in report.held] == ["notes.txt"]
    assert STREET + "," not in (data / "home_visits.csv").read_text(encoding="utf-8")


def test_what_reads_meanwhile_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "WAIT_S", 0.2)
    folder = with_store(tmp_path / "data", home_visits=HOMES)
    (folder / "home_visits.csv").unlink()
    with closing(sqlite3.connect(folder / STORE_FILE, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM hjul_store_home").fetchone()
        with pytest.raises(
            ServiceError, match=r"another program is reading it|does not come to an end"
        ) as caught:
            forget(folder, tmp_path / "out", dt.date(2009, 6, 1))
        assert "run this again" in caught.value.hint
        reader.execute("ROLLBACK")
    assert not project_in(folder).home_visits
    forget(folder, tmp_path / "out", dt.date(2009, 6, 1))
    assert STREET.encode() not in bytes_on_disk(folder)


def test_a_reader_stops_no_command_that_deletes_besides_and_the_next_one_wipes_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "WAIT_S", 0.2)
    folder = with_store(tmp_path / "data", home_visits=HOMES)
    (folder / "home_visits.csv").unlink()
    set_clock(monkeypatch, LATER)
    with closing(sqlite3.connect(folder / STORE_FILE, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM hjul_store_home").fetchone()
        with heard() as said:
            change(folder)
        assert "as another program is reading it" in said[0]
        assert said[1] == "Deleted, as their time is over: 1 home visit."
        reader.execute("ROLLBACK")
    assert [visit.visit_id for visit in project_in(folder).home_visits] == ["H2"]
    with heard() as said:
        storing.undo(folder)
    assert said == []
    assert f'{STREET}"'.encode() not in bytes_on_disk(folder)


def test_a_backup_brings_nothing_back_that_was_forgotten(data: Path, tmp_path: Path) -> None:
    storing.back_up(data, tmp_path / "b.db")
    forget(data, tmp_path / "out", dt.date(2009, 5, 14))
    storing.export(data, tmp_path / "out.xlsx")
    removed = storing.restore(data, tmp_path / "b.db")
    assert removed.homes == 1
    assert [visit.visit_id for visit in project_in(data).home_visits] == ["H2"]
    assert f'{STREET}"' not in everything(data)
    assert f'{STREET}"'.encode() not in bytes_on_disk(data)
    # What was written since is still known.
    there = (str(tmp_path / "b.db"), str(tmp_path / "out.xlsx"))
    assert forget(data, tmp_path / "out", dt.date(2009, 6, 1)).copies == there


# --- Retention ------------------------------------------------------------------------------------------


def test_whatever_writes_deletes_what_is_due_and_says_so(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storing.back_up(data, tmp_path / "b.db")
    set_clock(monkeypatch, "2009-06-12T08:00")
    with heard() as said:
        change(data)
    assert said == []
    set_clock(monkeypatch, LATER)
    with heard() as said:
        assert project_in(data).home_visits  # who reads deletes nothing
    assert said == []
    with heard() as said:
        change(data, 9)
    assert said == [
        "Deleted, as their time is over: 1 home visit.",
        f"{tmp_path / 'b.db'} may still say where these home visits were made; delete it.",
    ]
    assert [visit.visit_id for visit in project_in(data).home_visits] == ["H2"]
    assert [pin.id for pin in project_in(data).pins] == ["P1"]
    assert f'{STREET}"' not in everything(data)
    assert f'{STREET}"'.encode() not in bytes_on_disk(data)
    assert events(data)[-1].endswith(": deleted what need not be kept any longer")
    with heard() as said:
        storing.undo(data)
    assert said == []
    assert len([line for line in events(data) if "need not be kept" in line]) == 1


def test_the_times_are_settings(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (data / "project.toml").open("a", encoding="utf-8") as settings:
        settings.write("[retention]\nhome_visits_days = 1\n")
    set_clock(monkeypatch, "2009-05-14T23:59")
    with heard() as said:
        take_in(data)
    assert said == []
    set_clock(monkeypatch, "2009-05-15T00:00")
    with heard() as said:
        change(data)
    assert said == ["Deleted, as their time is over: 1 home visit."]
    with store_of(data):
        assert retention_settings(data).home_visits_days == 1


def test_a_backup_is_cleaned_before_use(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storing.back_up(data, tmp_path / "b.db")
    set_clock(monkeypatch, LATER)
    removed = storing.restore(data, tmp_path / "b.db")
    assert str(removed) == "Deleted, as their time is over: 1 home visit."
    assert f'{STREET}"' not in everything(data)
    assert f'{STREET}"'.encode() not in bytes_on_disk(data)


def keep_edition(folder: Path, week: str, text: str = "did_plan") -> None:
    """Keep the made-up roster of the tests as the published edition of a week."""
    with store_of(folder):
        from scheduler.model.clock import now
        from scheduler.outputs.privacy import public
        from scheduler.store import editions, tables
        from scheduler.store.events import act

        roster = public(samples.roster()).replace(week=week)
        with act(Text(text), "anna", now(), week=week) as event:
            editions.keep_draft(
                event, roster, {}, problem_sha256="", tables=tables.read().tables, why=Text(text)
            )
            editions.publish(event, week)


def test_names_leave_old_editions_and_events_and_stay_in_younger_ones(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in(data, consultants="consultant_id,name,note\nc1,Birgitte,ringer tidligt\nc2,Carl,\n")
    keep_edition(data, "2009-W20")
    set_clock(monkeypatch, "2010-06-01T08:00")
    keep_edition(data, "2010-W22")
    names = {each.name for each in samples.roster().consultants}
    assert names
    set_clock(monkeypatch, "2011-05-11T08:00")
    with heard() as said:
        change(data)
    assert said == ["Deleted, as their time is over: names in 1 old edition, the names of 3 old acts."]
    with store_of(data):
        from scheduler.store import editions
        from scheduler.store.models import Edition, Event, RowChange

        old, young = editions.published("2009-W20"), editions.published("2010-W22")
        assert old is not None
        assert young is not None
        assert {each.name for each in old.roster.consultants} == {
            each.consultant_id for each in old.roster.consultants
        }
        assert {each.name for each in young.roster.consultants} == names
        assert old.roster.rounds == young.roster.rounds
        assert (old.who, young.who) == ("", "anna")
        tables = [
            zlib.decompress(edition.tables.content).decode() for edition in Edition.objects.order_by("week")
        ]
        assert "Birgitte" not in tables[0]
        assert "ringer" not in tables[0]
        assert "Birgitte" in tables[1]
        long_ago = Event.objects.filter(at__lt=dt.datetime(2010, 1, 1, tzinfo=dt.UTC))
        assert {event.who for event in long_ago} == {""}
        assert not RowChange.objects.filter(event__in=long_ago).exists()
        assert Event.objects.order_by("-id")[0].who == "anna"
    assert any(line.startswith("somebody, ") for line in events(data))
    with heard() as said:
        change(data, 11)
    assert said == []


def test_what_is_no_longer_known_cannot_be_undone(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock(monkeypatch, "2012-01-01T08:00")
    change(data)
    storing.undo(data)
    before = kept(data)
    with pytest.raises(Exception, match="there is nothing to undo"):
        storing.undo(data)
    assert kept(data) == before


def test_a_project_in_files_keeps_what_it_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a store nothing is deleted by itself."""
    set_clock(monkeypatch, "2012-01-01T08:00")
    folder = write_folder(tmp_path / "data", home_visits=HOMES)
    with heard() as said:
        assert len(project_in(folder).home_visits) == 2
    assert said == []
    report = forget(folder, tmp_path / "out", dt.date(2009, 5, 14))
    assert (report.rows_deleted, report.copies) == (1, ())
