"""Tables into the store and out again, undo, two coordinators, backups: in a file and on a server."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from folders import FASTER, ON_THE_MAP, SETTINGS, TABLES, small_workbook, write_folder
from stores import HOMES, PINS, STREET, events, everything, kept, set_clock, take_in, with_store

from scheduler.base.errors import InputError, ServiceError
from scheduler.inputs import read_project
from scheduler.model import rosterfile
from scheduler.services import planner, storing
from scheduler.services.workspace import has_tables, project_in, store_of
from scheduler.store.address import STORE_FILE, address_of


@pytest.fixture(autouse=True)
def a_monday(monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock(monkeypatch)
    monkeypatch.setenv("HJUL_USER", "anna")


@pytest.fixture
def data(tmp_path: Path, store_kind: str) -> Path:
    folder = with_store(tmp_path / "data", home_visits=HOMES, pins=PINS)
    assert (folder / STORE_FILE).exists() == (store_kind == "sqlite")
    return folder


def places(folder: Path) -> list[tuple[str, str, float | None]]:
    return [(place.place_id, place.address, place.lat) for place in project_in(folder).all_places]


# --- In and out -----------------------------------------------------------------------------------------


def test_a_folder_is_taken_in_whole(data: Path) -> None:
    there, files = project_in(data), read_project(data)
    assert there.config == files.config
    assert places(data) == [(place.place_id, place.address, place.lat) for place in files.all_places]
    assert [room.start_s for room in there.rooms] == [room.start_s for room in files.rooms]
    assert [pin.id for pin in there.pins] == ["H1", "P1"]
    assert "not read, as the tables are in the store" in str(there.notes[-1])
    assert events(data) == ["anna, Monday 11 May 7:40: tables taken in from data"]
    assert storing.differences(data).edits == ()


def test_a_workbook_is_taken_in_by_the_settings_that_are_there(data: Path, tmp_path: Path) -> None:
    book = small_workbook(demand=[["practice_id", "week", "conversations"], ["Vej", "uge 20 2009", 3]])
    book.save(tmp_path / "tables.xlsx")
    found = take_in(data, tmp_path / "tables.xlsx")
    assert [(edit.table, edit.before, edit.after) for edit in found.edits] == [
        ("demand", None, {"practice_id": "P1", "week": "2009-W20", "conversations": "3"})
    ]
    assert places(data)[-1][1] == f"{STREET}1"  # tables that the workbook does not have stay
    assert project_in(data).config == read_project(data).config


def test_the_first_workbook_goes_by_the_folder_s_settings(tmp_path: Path, store_kind: str) -> None:
    del store_kind
    folder = write_folder(tmp_path / "data", **dict.fromkeys(TABLES))
    storing.make_store(folder)
    assert not has_tables(folder)
    small_workbook().save(tmp_path / "tables.xlsx")
    take_in(folder, tmp_path / "tables.xlsx")
    assert has_tables(folder)
    assert project_in(folder).bases[0].name == "Jobcenter"
    assert not project_in(folder).notes


UNTIDY = {
    "practices": "Praksis-id;Navn;Adresse;Postnr;By;Bydel;Uger mellem besøg;Samtaler;Farve\n"
    "p1;Lægerne Å;Vej 1;DK-2450;København SV;Valby;2,0;3;rød\np2;Gade;Vej 1;2450.0;København SV;Valby;;;\n",
    "rooms": "Lokaletider for foråret\nPraksis;Ugedag;Fra;Til;Uger\nlægerne å;Man.;kl. 9.30;12;ulige\ngade;tirsdag;0900;12.00;\n",
    "consultants": '\ufeffRådgiver-id,Navn,Fart\nr1,Anne,"17,5"\n',
    "shifts": "sep=;\nRådgiver;Ugedag;Dato;Start;Slut\nANNE;man;;8.30;15.30\nanne;tors;;08:30;15:30\nanne;;12. maj 2009;fri;\n",
}  # fmt: skip


def test_untidy_danish_files_become_the_same_as_tidy_ones(tmp_path: Path) -> None:
    tables = {**UNTIDY, "rooms": UNTIDY["rooms"].replace(";12;", ";12.00;")}
    folder = write_folder(tmp_path / "data", **tables)
    (folder / "consultants.csv").write_text(UNTIDY["consultants"], encoding="utf-8")
    (folder / "practices.csv").write_bytes(UNTIDY["practices"].encode("cp1252"))
    storing.make_store(folder)
    found = take_in(folder)
    assert kept(folder)["rooms"] == [
        {"practice_id": "p1", "weekday": "mon", "start": "09:30", "end": "12:00", "weeks": "odd"},
        {"practice_id": "p2", "weekday": "tue", "start": "09:00", "end": "12:00"},
    ]
    assert kept(folder)["shifts"][-1] == {"consultant_id": "r1", "date": "2009-05-12", "start": "off"}
    assert kept(folder)["practices"][0]["every_weeks"] == "2"
    assert any("Farve" in str(note) for note in found.notes)  # what is not taken in is said
    assert "rød" not in everything(folder)


def test_own_sheets_are_told_and_not_taken_in(data: Path, tmp_path: Path) -> None:
    book = small_workbook(Kaffe=[["Hvem", "Kopper"], ["Anne", 3]])
    book.save(tmp_path / "tables.xlsx")
    found = take_in(data, tmp_path / "tables.xlsx")
    assert any("Kaffe" in str(note) for note in found.notes)
    assert "Kopper" not in everything(data)


def test_what_is_wrong_is_not_taken_in(data: Path) -> None:
    before = everything(data)
    (data / "rooms.csv").write_text(TABLES["rooms"].replace("P2", "P9"), encoding="utf-8")
    with pytest.raises(InputError, match="P9"):
        storing.differences(data)
    assert everything(data) == before


def test_a_source_that_fits_not_the_tables_that_stay_is_refused(data: Path, tmp_path: Path) -> None:
    """The pins stay, so the practice of a pin must."""
    book = small_workbook(
        practices=[line.split(",") for line in TABLES["practices"].splitlines() if "P1" not in line]
    )
    book["rooms"].delete_rows(2)
    book.save(tmp_path / "tables.xlsx")
    with pytest.raises(InputError) as caught:
        storing.differences(data, tmp_path / "tables.xlsx")
    assert "pins:3 [id]" in str(caught.value)


@pytest.mark.parametrize("target", ["out.xlsx", "new/folder"])
def test_an_export_is_a_project_with_the_same_in_it(data: Path, tmp_path: Path, target: str) -> None:
    there = tmp_path / target
    storing.export(data, there)
    before = everything(data)
    assert storing.differences(data, there).edits == ()
    if not there.suffix:
        exported = read_project(there)
        assert exported.replace(sha256="") == read_project(data).replace(sha256="")
    assert everything(data) == before
    assert events(data)[-1] == f"anna, Monday 11 May 7:40: tables written to {there}"


def test_an_export_overwrites_no_folder(data: Path, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "mine.txt").write_text("mine", encoding="utf-8")
    for target in (tmp_path / "there", data):
        with pytest.raises(InputError, match="is there already and not empty"):
            storing.export(data, target)
    assert [path.name for path in (tmp_path / "there").iterdir()] == ["mine.txt"]
    assert len(events(data)) == 1


@pytest.mark.parametrize(
    "text",
    ["=cmd|' /C calc'!A0", "@SUM(A1)", 'a,"b";c', "'x", "{{7*7}}</script>", "\u202eabc", "practice_id"],
)
def test_hostile_text_comes_back_from_every_export(tmp_path: Path, text: str) -> None:
    quoted = '"' + text.replace('"', '""') + '"'
    folder = with_store(tmp_path / "data", practices=TABLES["practices"].replace("Valby", quoted))
    for target in (tmp_path / "out.xlsx", tmp_path / "out"):
        storing.export(folder, target)
        assert storing.differences(folder, target).edits == ()
    assert kept(folder)["practices"][1]["district"] == text


def test_a_week_planned_from_the_store_is_the_same(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "data", **ON_THE_MAP, home_visits=HOMES, pins=PINS)
    planner.plan_week(folder, "2009-W20", tmp_path / "files", seed=3)
    storing.make_store(folder)
    take_in(folder)
    for name in (*TABLES, "home_visits", "pins"):
        (folder / f"{name}.csv").unlink()
    planner.plan_week(folder, "2009-W20", tmp_path / "store", seed=3)
    one, other = (
        json.loads((tmp_path / name / "2009-W20" / "roster.json").read_bytes()) for name in ("files", "store")
    )
    for roster in (one, other):
        assert rosterfile.load(tmp_path / "files" / "2009-W20" / "roster.json").rounds
        del roster["solve_seconds"], roster["inputs_sha256"]
    assert one == other


# --- Undo -----------------------------------------------------------------------------------------------

ROOMS_LATER = TABLES["rooms"].replace("09:00", "10:00")
ROOMS_LATEST = TABLES["rooms"].replace("09:00", "11:00")


def starts(folder: Path) -> set[int]:
    return {room.start_s // 3600 for room in project_in(folder).rooms}


def test_changes_are_undone_one_by_one(data: Path) -> None:
    first = kept(data)
    take_in(data, rooms=ROOMS_LATER, pins="id,date,start\n")
    take_in(data, rooms=ROOMS_LATEST)
    assert starts(data) == {11}
    assert storing.undoable(data).told == "anna, Monday 11 May 7:40: tables taken in from data"
    storing.undo(data)
    assert starts(data) == {10}
    storing.undo(data)
    assert {name: sorted(map(str, rows)) for name, rows in kept(data).items()} == {
        name: sorted(map(str, rows)) for name, rows in first.items()
    }
    assert events(data)[-1].endswith("undone: tables taken in from data")
    storing.undo(data)  # the first import, home visits and all
    assert not has_tables(data)
    with pytest.raises(InputError, match="has no tables yet"):
        storing.undo(data)
    assert storing.differences(data).edits


def test_after_an_undo_it_can_be_done_and_undone_again(data: Path) -> None:
    for _time in range(3):
        take_in(data, rooms=ROOMS_LATER)
        assert starts(data) == {10}
        storing.undo(data)
        assert starts(data) == {9}


def test_rows_come_back_as_the_same_rows(data: Path) -> None:
    """What was deleted and brought back can be undone further back, too."""
    take_in(data, demand="practice_id,week,conversations\nP1,2009-W20,2\n")
    take_in(data, demand="practice_id,week,conversations\n")
    assert "demand" not in kept(data)
    storing.undo(data)
    assert len(kept(data)["demand"]) == 1
    storing.undo(data)
    assert "demand" not in kept(data)


def test_keys_may_change_hands(data: Path) -> None:
    """P1 becomes P2 and P2 P1 in one act, and back."""
    demand = "practice_id,week,conversations\nP1,2009-W20,2\nP2,2009-W20,3\n"
    take_in(data, demand=demand)
    take_in(
        data,
        demand=demand.replace("P1,2009-W20,2", "P1,2009-W21,2").replace("P2,2009-W20,3", "P1,2009-W20,3"),
    )
    storing.undo(data)
    assert [row["conversations"] for row in kept(data)["demand"]] == ["2", "3"]


def test_what_others_have_built_on_is_not_undone(data: Path) -> None:
    take_in(data, demand="practice_id,week,conversations\nP1,2009-W20,2\n")
    with store_of(data):
        from scheduler.store.models import Row

        Row.objects.filter(table="demand").update(
            cells={"practice_id": "P1", "week": "2009-W20", "conversations": "5"}
        )
    before = everything(data)
    with pytest.raises(
        InputError, match="this cannot be undone, as its rows have been changed since: anna, Monday"
    ):
        storing.undo(data)
    assert everything(data) == before


def test_an_undo_that_leaves_the_project_wrong_is_refused(data: Path) -> None:
    take_in(data, practices=TABLES["practices"] + "P3,Sti,Vej 1,2450,København SV,Valby\n")
    with store_of(data):
        from scheduler.store.models import Row

        Row.objects.create(
            table="demand",
            position=1,
            key="p3|2009-w20",
            cells={"practice_id": "P3", "week": "2009-W20", "conversations": "1"},
        )
    before = everything(data)
    with pytest.raises(InputError, match="P3"):
        storing.undo(data)
    assert everything(data) == before


def test_changes_of_home_visits_are_not_undone_and_that_is_said(data: Path) -> None:
    take_in(data, home_visits=HOMES.replace("2009-05-20", "2009-05-21"), rooms=ROOMS_LATER)
    undone = storing.undoable(data)
    assert undone.leaves_homes
    assert {edit.table for edit in undone.edits} == {"rooms"}
    storing.undo(data, undone)
    assert starts(data) == {9}
    assert [str(visit.date) for visit in project_in(data).home_visits] == ["2009-05-13", "2009-05-21"]


def test_added_home_visits_go_when_that_is_undone_but_not_once_changed(data: Path) -> None:
    more = HOMES + "H3,Ny Gade 1,1665,København V,Vesterbro,2009-05-21,09:00,12:00,30,55.66735,12.54901\n"
    take_in(data, home_visits=more)
    undone = storing.undoable(data)
    assert not undone.leaves_homes
    storing.undo(data, undone)
    assert [visit.visit_id for visit in project_in(data).home_visits] == ["H1", "H2"]
    take_in(data, home_visits=more)
    take_in(data, home_visits=more.replace("Ny Gade", "Anden Gade"))  # nothing of it can be undone
    with pytest.raises(InputError, match="changed since"):
        storing.undo(data)


def test_what_was_shown_is_what_is_undone(data: Path) -> None:
    take_in(data, rooms=ROOMS_LATER)
    shown = storing.undoable(data)
    take_in(data, rooms=ROOMS_LATEST)
    with pytest.raises(InputError, match="meanwhile: anna, Monday 11 May 7:40: tables taken in"):
        storing.undo(data, shown)
    assert starts(data) == {11}


def test_nothing_to_undo(tmp_path: Path, store_kind: str) -> None:
    del store_kind
    folder = with_store(tmp_path / "data")
    storing.undo(folder)
    take_in(folder)
    with store_of(folder):
        from scheduler.store.models import RowChange

        RowChange.objects.all().delete()
    with pytest.raises(InputError, match="there is nothing to undo"):
        storing.undoable(folder)


# --- Two coordinators -----------------------------------------------------------------------------------


def other_changes(data: Path) -> None:
    take_in(data, demand="practice_id,week,conversations\nP1,2009-W20,2\n")


def other_undoes(data: Path) -> None:
    storing.undo(data)


def other_restores(data: Path) -> None:
    storing.restore(data, data.parent / "before.db")


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (other_changes, "meanwhile: bent, Monday 11 May 7:45: tables taken in from data"),
        (other_undoes, "meanwhile: bent, Monday 11 May 7:45: undone: tables taken in from data"),
        (other_restores, "meanwhile: bent, Monday 11 May 7:45: the backup before.db taken back"),
    ],
)
def test_the_second_is_told_what_the_first_did(
    data: Path, monkeypatch: pytest.MonkeyPatch, act: Callable[[Path], None], told: str
) -> None:
    storing.back_up(data, data.parent / "before.db")
    take_in(data, pins="id,date,start\nP1,2009-05-11,09:30\n")
    (data / "rooms.csv").write_text(ROOMS_LATER, encoding="utf-8")
    mine = storing.differences(data)
    assert len(mine.edits) == 2
    monkeypatch.setenv("HJUL_USER", "bent")
    set_clock(monkeypatch, "2009-05-11T07:45")
    (data / "rooms.csv").write_text(TABLES["rooms"], encoding="utf-8")
    act(data)
    before = everything(data)
    with pytest.raises(InputError) as caught:
        storing.take_in(data, mine)
    assert str(caught.value) == told
    assert "Nothing was saved" in caught.value.hint
    assert everything(data) == before


def test_readers_and_exports_of_others_do_not_disturb(data: Path, tmp_path: Path) -> None:
    (data / "rooms.csv").write_text(ROOMS_LATER, encoding="utf-8")
    mine = storing.differences(data)
    storing.export(data, tmp_path / "out")
    storing.back_up(data, tmp_path / "b.db")
    assert project_in(data).rooms
    storing.take_in(data, mine)
    assert starts(data) == {10}


def test_the_source_is_not_read_again(data: Path) -> None:
    """What was shown is what is taken in, whatever becomes of the file meanwhile."""
    (data / "rooms.csv").write_text(ROOMS_LATER, encoding="utf-8")
    shown = storing.differences(data)
    (data / "rooms.csv").write_text(ROOMS_LATEST, encoding="utf-8")
    storing.take_in(data, shown)
    assert starts(data) == {10}


# --- Backups --------------------------------------------------------------------------------------------


def test_a_backup_is_taken_back(data: Path, tmp_path: Path) -> None:
    storing.back_up(data, tmp_path / "new" / "b.db")
    before = kept(data)
    take_in(data, rooms=ROOMS_LATER)
    removed = storing.restore(data, tmp_path / "new" / "b.db")
    assert not removed
    assert kept(data) == before
    assert [line.partition(": ")[2] for line in events(data)] == [
        "tables taken in from data",
        f"a backup written to {tmp_path / 'new' / 'b.db'}",
        "the backup b.db taken back",
    ]
    take_in(data, rooms=ROOMS_LATER)
    storing.undo(data)
    assert kept(data) == before
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["b.db"]
    assert not list(data.glob(".*"))


def test_a_backup_needs_nothing_beside_it(data: Path, tmp_path: Path) -> None:
    """Also where nobody may write: it is no database that writes ahead."""
    storing.back_up(data, tmp_path / "b.db")
    raw = (tmp_path / "b.db").read_bytes()
    assert raw[18:20] == b"\x01\x01"
    assert STREET.encode() in raw


def test_a_file_moves_to_a_server_and_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: object
) -> None:
    folder = with_store(tmp_path / "data", home_visits=HOMES, pins=PINS)
    take_in(folder, rooms=ROOMS_LATER)
    storing.undo(folder)
    storing.back_up(folder, tmp_path / "file.db")
    wanted = kept(folder)
    monkeypatch.setenv("HJUL_DATABASE_URL", server.new_database())  # type: ignore[attr-defined]
    storing.make_store(folder)
    storing.restore(folder, tmp_path / "file.db")
    assert kept(folder) == wanted
    take_in(folder, rooms=ROOMS_LATEST)  # new rows get numbers that nobody has
    storing.back_up(folder, tmp_path / "server.db")
    wanted = kept(folder)
    told = events(folder)
    monkeypatch.delenv("HJUL_DATABASE_URL")
    storing.restore(folder, tmp_path / "server.db")
    assert kept(folder) == wanted
    assert events(folder)[: len(told) - 1] == told[:-1]
    storing.undo(folder)
    assert starts(folder) == {9}


def test_restoring_makes_a_store_where_there_is_none(tmp_path: Path) -> None:
    folder = with_store(tmp_path / "data")
    storing.back_up(folder, tmp_path / "b.db")
    shutil.move(folder / STORE_FILE, tmp_path / "gone.db")
    storing.restore(folder, tmp_path / "b.db")
    assert starts(folder) == {9}


@pytest.mark.parametrize("damage", [b"", b"no database at all", None])
def test_restoring_replaces_a_store_that_is_damaged(tmp_path: Path, damage: bytes | None) -> None:
    folder = with_store(tmp_path / "data")
    storing.back_up(folder, tmp_path / "b.db")
    file = folder / STORE_FILE
    raw = file.read_bytes()
    file.write_bytes(raw[:4096] + b"\x55" * (len(raw) - 4096) if damage is None else damage)
    with pytest.raises((InputError, ServiceError)):
        kept(folder)
    storing.restore(folder, tmp_path / "b.db")
    assert starts(folder) == {9}
    assert storing.differences(folder).edits == ()


def test_the_store_itself_is_no_backup_of_itself(tmp_path: Path) -> None:
    folder = with_store(tmp_path / "data")
    before = everything(folder)
    for refused in (storing.back_up, storing.restore, storing.upgrade):
        if refused is storing.upgrade:
            assert storing.upgrade(folder, folder / STORE_FILE) is False
            continue
        with pytest.raises(InputError, match="is the store itself"):
            refused(folder, folder / STORE_FILE)
    assert everything(folder) == before


def test_what_is_no_whole_backup_is_refused(data: Path, tmp_path: Path) -> None:
    import sqlite3
    from contextlib import closing

    storing.back_up(data, tmp_path / "b.db")
    whole = (tmp_path / "b.db").read_bytes()
    with closing(sqlite3.connect(tmp_path / "foreign.db")) as other:
        other.executescript("CREATE TABLE bookmarks (url)")
    (tmp_path / "half.db").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.db").write_text("practice_id,name\n", encoding="utf-8")
    (tmp_path / "flipped.db").write_bytes(whole[:8192] + b"\x55" * 4096 + whole[12288:])
    (tmp_path / "folder.db").mkdir()
    before = everything(data)
    for name, said in (
        ("foreign.db", "is no store of hjul"),
        ("half.db", "damaged"),
        ("flipped.db", "damaged"),
        ("text.db", "this is no backup of a store"),
        ("missing.db", "missing.db"),
        ("folder.db", "it is a folder"),
    ):
        with pytest.raises((InputError, ServiceError), match=said) as caught:
            storing.restore(data, tmp_path / name)
        assert name in str(caught.value)
        assert ".restore" not in str(caught.value)
    assert everything(data) == before
    assert not list(data.glob(".*"))


def test_a_backup_of_a_newer_program_is_refused_by_its_name(data: Path, tmp_path: Path) -> None:
    import sqlite3
    from contextlib import closing

    storing.back_up(data, tmp_path / "b.db")
    with closing(sqlite3.connect(tmp_path / "b.db")) as newer, newer:
        newer.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('hjul_store', '9999_later', '2030-01-01')"
        )
    before = everything(data)
    with pytest.raises(InputError, match=r"the store .*b\.db is of a newer hjul than this"):
        storing.restore(data, tmp_path / "b.db")
    assert everything(data) == before


def test_settings_of_the_folder_are_left_to_the_folder(data: Path) -> None:
    (data / "project.toml").write_text('[map]\nnetwork = "mine.osm"\n', encoding="utf-8")
    assert project_in(data).config.map.network == "mine.osm"
    assert project_in(data).bases[0].name == "Jobcenter"
    (data / "project.toml").unlink()
    assert project_in(data).config.map.network == ""
    (data / "project.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match=r"project\.toml: the file is no UTF-8 text"):
        project_in(data)


def test_there_is_one_store_a_folder(data: Path) -> None:
    with pytest.raises(InputError, match=r"there is a store at .* already"):
        storing.make_store(data)
    assert starts(data) == {9}
    with pytest.raises(ServiceError, match="There is no project folder"):
        storing.make_store(data / "nowhere")


def test_without_a_store(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "data")
    for refused in (storing.differences, storing.undoable):
        with pytest.raises(
            InputError, match="has no store, which this needs; make one with: hjul store init"
        ):
            refused(folder)
    with pytest.raises(InputError, match="has no store"):
        storing.upgrade(folder, tmp_path / "b.db")
    assert not (folder / STORE_FILE).exists()
    assert project_in(folder).notes == ()
    assert FASTER  # the folder's other files are nobody's business
    assert SETTINGS.encode() == (folder / "project.toml").read_bytes()
    assert address_of(folder).file == folder / STORE_FILE
