"""The tables as people edit them: read by the readers of files, wrong ones told cell by cell, nothing wrong saved."""

import datetime as dt
from functools import cache
from pathlib import Path

import pytest
from folders import ON_THE_MAP
from hypothesis import given, settings
from hypothesis import strategies as st
from stores import HOMES, events, kept, set_clock, with_store

from scheduler.base.errors import InputError
from scheduler.inputs.schema import BY_NAME
from scheduler.inputs.stored import examine
from scheduler.inputs.typed import new_ids
from scheduler.model.text import Text
from scheduler.services import storing, tabling
from scheduler.services.fresh import example_since
from scheduler.services.tabling import Opened, Wrong
from scheduler.store.opening import set_up

PRACTICES, ROOMS = BY_NAME["practices"], BY_NAME["rooms"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Have a project that no test writes into."""
    with pytest.MonkeyPatch.context() as patch:
        set_clock(patch)
        return with_store(tmp_path_factory.mktemp("tables") / "data", home_visits=HOMES, **ON_THE_MAP)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    set_clock(monkeypatch)
    return with_store(tmp_path / "data", home_visits=HOMES, **ON_THE_MAP)


def saved(folder: Path, table: str, **typed: str) -> None:
    with tabling.opened(folder) as tables:
        put = tables.put([tables.new(BY_NAME[table], typed)])
        assert put.wrong == ()
        tabling.save(folder, tables, put.edits, tabling.done(put.edits))


def test_a_row_is_read_as_people_write_it(own: Path) -> None:
    saved(own, "rooms", practice_id="vej", weekday="Tirsdag", start="kl. 9.30", end="1200", weeks="ulige")
    assert kept(own)["rooms"][-1] == {
        "practice_id": "P1", "weekday": "tue", "start": "09:30", "end": "12:00", "weeks": "odd",
    }  # fmt: skip
    assert events(own)[-1].endswith("room hours: P1 tue 09:30 added")


def test_what_is_wrong_is_told_at_its_cell_and_not_saved(folder: Path) -> None:
    before = kept(folder)
    with tabling.opened(folder) as tables:
        typed = {"practice_id": "P9", "weekday": "someday", "start": "12:00", "end": "09:00"}
        put = tables.put([tables.new(ROOMS, typed)])
        assert put.edits == ()
        assert {(each.row, each.column) for each in put.wrong} == {
            (0, "practice_id"), (0, "weekday"), (0, "end"),
        }  # fmt: skip
        # What a change does to other tables is told by name.
        put = tables.put([tables.changed("consultants", 0, None)])
        assert put.edits == ()
        assert put.wrong[0] == Wrong("shifts:2 [consultant_id]: there is no c1 in consultants")
        put = tables.put([tables.changed("practices", 0, None)])
        assert put.wrong == (Wrong("practices: the table practices is missing; it needs at least one row"),)
    assert kept(folder) == before


def test_a_cpr_number_is_refused_and_not_repeated(folder: Path) -> None:
    with tabling.opened(folder) as tables:
        cells = dict(tables.kept.tables["practices"][0])
        put = tables.put([tables.changed("practices", 0, cells | {"note": "ring til 010190-1234"})])
        assert [(each.row, each.column) for each in put.wrong] == [(0, "note")]
        pasted = tables.paste(PRACTICES, "Navn\tBemærkning\nHus 7\t010190-1234\n")
        assert pasted.wrong
        for each in (*put.wrong, *pasted.wrong):
            assert "0101" not in each.said
        with pytest.raises(InputError) as caught:
            tables.upload(
                {"places.csv": b"place_id,name,address,postcode,city\nS1,010190-1234,Vej 1,2450,By\n"}
            )
        assert "0101" not in str(caught.value)


def test_rows_without_an_id_get_the_next(folder: Path) -> None:
    ids = new_ids(
        PRACTICES, {"practices": [{"practice_id": "P09"}, {"practice_id": "x1"}, {"practice_id": "P08"}]}
    )
    assert [next(ids), next(ids)] == ["P10", "P11"]
    taken = new_ids(PRACTICES, {"places": [{"place_id": "p1"}]})
    assert next(taken) == "P2"
    with tabling.opened(folder) as tables:
        new = tables.new(PRACTICES, {"name": "Ny"})
        assert new.after == {"name": "Ny", "practice_id": "P2"}


def test_pasted_rows_change_those_they_mean_and_come_besides_the_others(folder: Path) -> None:
    text = (
        "Min egen liste\n\n"
        "Bydel\tNavn\tAdresse\tPostnr\tBy\tBreddegrad\tLængdegrad\tSamtaler\n"
        "Valby\tVej\tVej 1\t2450\tKøbenhavn SV\t55,66506\t12,54932\t2\n"
        'Vesterbro\t"Lægerne ""Ny"""\tVej 3\tDK-2450\tKøbenhavn SV\t55,66506\t12,54932\t3\n'
    )
    with tabling.opened(folder) as tables:
        put = tables.paste(PRACTICES, text)
        assert put.wrong == ()
        changed, new = put.edits
        assert changed.before is not None
        assert changed.after == {**changed.before, "conversations": "2"}
        assert new.before is None
        assert new.after is not None
        assert (new.after["practice_id"], new.after["name"], new.after["lat"]) == (
            "P2",
            'Lægerne "Ny"',
            "55.66506",
        )
        # The same again changes nothing; instead of all, the others are gone.
        rooms = "Praksis;Ugedag;Fra;Til\nVej;man;9.00;12.00\n"
        assert tables.paste(ROOMS, rooms).edits == ()
        assert tables.paste(ROOMS, rooms.replace("man", "tir"), instead=True).edits[0].after == {
            "practice_id": "P1", "weekday": "tue", "start": "09:00", "end": "12:00",
        }  # fmt: skip


def test_what_is_wrong_in_pasted_rows_is_told_at_their_cells(folder: Path) -> None:
    with tabling.opened(folder) as tables:
        put = tables.paste(
            ROOMS, "Praksis\tUgedag\tFra\tTil\nVej\ttirsdag\t9.00\t10.30\nHvem\tons\t9.00\tsent\n"
        )
        assert [(each.row, each.column) for each in put.wrong] == [(1, "end")]
        put = tables.paste(
            ROOMS, "Praksis\tUgedag\tFra\tTil\nVej\ttirsdag\t9.00\t10.30\nHvem\tons\t9.00\t10.00\n"
        )
        assert [(each.row, each.column) for each in put.wrong] == [(1, "practice_id")]
        assert put.edits == ()
        for text in ("", "\n \n", "x\ty\n1\t2\n", "\x00", 'a\t"b', "Praksis\n"):
            assert tables.paste(ROOMS, text).wrong, text


def test_uploaded_tables_take_the_place_of_theirs(own: Path) -> None:
    rooms = "Praksis;Ugedag;Fra;Til\nVej;tir;9.00;12.00\n".encode("cp1252")
    with tabling.opened(own) as tables:
        put = tables.upload({"rooms.csv": rooms})
        assert {edit.table for edit in put.edits} == {"rooms"}
        with pytest.raises(InputError, match="there is no P9"):
            tables.upload({"rooms.csv": b"practice_id,weekday,start,end\nP9,mon,9.00,12.00\n"})
        with pytest.raises(InputError, match="needs at least one"):
            tables.upload({"rooms.csv": b"practice_id,weekday,start,end\n"})
        with pytest.raises(InputError, match="no workbook that can be read"):
            tables.upload({"project.xlsx": b"PK\x03\x04nothing"})
    # What goes out comes in again as it is.
    workbook = tabling.workbook(own)
    assert events(own)[-1].endswith("all tables downloaded as a workbook, homes among them")
    with tabling.opened(own) as tables:
        assert tables.upload({"project.xlsx": workbook}).edits == ()


def test_history_tells_rows_but_no_homes_and_is_taken_back(own: Path) -> None:
    with tabling.opened(own) as tables:
        cells = dict(tables.kept.tables["home_visits"][0])
        put = tables.put([tables.changed("home_visits", 0, cells | {"address": "Anden Vej 4"})])
        tabling.save(own, tables, put.edits, tabling.done(put.edits))
    (done, *_first) = tabling.history(own, "home_visits", 10)
    assert "Vej" not in done.told
    assert "H1" in done.told
    assert done.changes == [({"visit_id": "H1"}, {"visit_id": "H1"})]
    saved(own, "milestones", date="2009-06-01", title="Evaluering")
    (done,) = tabling.history(own, "milestones", 10)
    assert done.changes == [(None, {"date": "2009-06-01", "title": "Evaluering"})]
    storing.undo(own)
    assert "milestones" not in kept(own)


def test_a_project_is_begun_step_by_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables that must have rows may have none until they all had some; all else holds from the beginning."""
    set_clock(monkeypatch)
    tmp_path.joinpath("data").mkdir()
    folder = tmp_path / "data"
    storing.make_store(folder)
    base = {("base", name): value for name, value in (
        ("name", "Jobcenter"), ("address", "Skelbækgade 1"), ("postcode", "1717"), ("city", "København V"), ("lat", "55,6676"), ("lon", "12.55604"),
    )}  # fmt: skip
    with tabling.opened(folder) as tables:
        wrong = tables.settings(base | {("base", "postcode"): "17", ("base", "lat"): "x"})
        assert {each.column for each in wrong.wrong} == {"postcode", "lat"}
        put = tables.settings(base)
        assert put.wrong == ()
        tabling.save(folder, tables, put.edits, Text("did_settings"))
    saved(folder, "consultants", name="Anne")
    with tabling.opened(folder) as tables:
        assert tables.found.project.bases[0].lat == 55.6676
        assert not tables.is_whole
        assert tables.put([tables.new(BY_NAME["shifts"], {"consultant_id": "Bo", "weekday": "man"})]).wrong
        assert tables.settings({("base", "city"): ""}).wrong
    saved(
        folder,
        "practices",
        name="Huset",
        address="Vej 1",
        postcode="2450",
        city="København SV",
        district="Valby",
    )
    saved(folder, "shifts", consultant_id="Anne", weekday="man", start="8.30", end="15.30")
    saved(folder, "rooms", practice_id="Huset", weekday="man", start="9.00", end="12.00")
    with tabling.opened(folder) as tables:
        assert tables.is_whole
        assert tables.found.problems == ()
        assert tables.put([tables.changed("rooms", 0, None)]).wrong
    with pytest.raises(InputError, match="needs at least one row"):
        storing.undo(folder)


@cache
def example() -> Opened:
    """Return the example's tables as a store has them."""
    set_up()
    from scheduler.store.events import Seen
    from scheduler.store.tables import Kept

    tables = example_since(dt.date(2009, 4, 1))
    return Opened(Kept(tables, {}, Seen(0)), examine(tables), b"")


_FREE = {"name", "title", "note", "reason", "room", "address", "city", "district", "kind", "source"}
_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=30)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_every_row_that_is_stored_is_read_back_as_it_is(data: st.DataObject) -> None:
    """What a form shows of a row, sent back, is the same row: of every table of the example, and free texts."""
    found = example()
    tables = found.kept.tables
    name = data.draw(st.sampled_from([name for name in BY_NAME if tables.get(name)]))
    position = data.draw(st.integers(0, len(tables[name]) - 1))
    row = tables[name][position]
    assert found.put([found.changed(name, position, dict(row))]).edits == ()
    if free := [column.name for column in BY_NAME[name].columns if column.name in _FREE]:
        changed = {**row, data.draw(st.sampled_from(free)): data.draw(_TEXT)}
        put = found.put([found.changed(name, position, changed)])
        for edit in put.edits:
            assert edit.after is not None
            again = found.put([found.changed(name, position, edit.after)])
            assert again.edits == put.edits
