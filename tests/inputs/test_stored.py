"""Tables as a store keeps them: what was read is there again, and a difference is exact."""

import copy
import datetime as dt
import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from folders import SETTINGS, TABLES, lines_of, write_folder
from hypothesis import assume, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from mutations import mutant

from scheduler.base.errors import InputError
from scheduler.base.i18n import using
from scheduler.base.resources import example_folder
from scheduler.inputs import read_project, schema
from scheduler.inputs.cells import CellError
from scheduler.inputs.project import read_source
from scheduler.inputs.schema import BY_NAME, Column
from scheduler.inputs.settings import known_settings
from scheduler.inputs.stored import (
    Cells,
    Edit,
    Tables,
    called,
    column_called,
    edits_between,
    fingerprint,
    key_of,
    read_stored,
    settings_cells,
    settings_toml,
    stored_tables,
    with_edits,
    written,
)
from scheduler.model.project import Project

#: A row of every table, as people write them; with SETTINGS it makes a project.
EVERY_TABLE = {
    "practices": TABLES["practices"]
    .replace("district", "district,lat,lon,base_id,consultant_id,priority,first_week,email,active_from,note")
    .replace("Kgs. Enghave", '"Kgs. Enghave","55,66506",12.5493200,basen,Rådgiver 2,0,uge 9 2009,A@b.dk,1.2.09,"=1+1;""x"""')
    .replace("Valby", "Valby,,,,,,,,,'-- <b>"),
    "rooms": TABLES["rooms"].replace("end\n", "end,weeks,room\n").replace("12:00\n", "12.00,ulige,Lokale 3\n"),
    "agreements": "practice_id;weekday;start;weeks\nvej;man.;kl. 9.30;ulige\n",
    "bases": "base_id,name,address,postcode,city,lat,lon\nsouth,Syd,Vej 2,DK-2450,København SV,55.65,12.5400\n",
    "consultants": "consultant_id,name,speed_kph\nc1,Rådgiver 1,17.50\nc2,Rådgiver 2,16\n",
    "shifts": TABLES["shifts"]
    .replace("end\n", "end,date,lunch_minutes\n")
    .replace("15:30\n", "1530,,45\n")
    + "c1,,fri,,12. maj 2009,\nc1,,9.00,12.00,11/5-2009,\n",
    "places": "place_id,name,address,postcode,city\nhall,Hal,Vej 3,2450.0,København SV\n",
    "engagements": "engagement_id,title,kind,consultant_id,weekday,start,end,place,valid_to\n"
    "e1,Kursus,course,ALLE,Mandag,10.00,11.00,Hal,2010-02-01 00:00:00\n",
    "home_visits": "visit_id,address,postcode,city,date,start,end,minutes\n"
    "h1,Hemmelig Vej 4,2450,København SV,2009-05-12,9.00,12.00,50\n",
    "tasks": "task_id,title,kind,place,earliest,latest,minutes\nt1,Oplæg,teaching,p1,2009-05-11,2009-05-22,60\n",
    "pins": "id,date,start\nH1,2009-05-12,9.30\n",
    "closures": "who,from,to,start,end,reason\nP1,2009-07-01,2009-07-09,,,Ferie\nE1,2009-07-06,2009-07-06,,10.30,\n",
    "demand": "practice_id,week,conversations,visits\nVEJ,uge 20 2009,4,1\n",
    "results": "criterion,quarter,number,of,source\nRaskmeldte,2. kvartal 2009,12,30,Tal\n",
    "budget": "line,year,budget_dkk,used_dkk\nLøn,2009,850000,1000\n",
    "milestones": "date,title,kind\n1.4.2009,Start,start\n",
}  # fmt: skip


def stored(folder: Path) -> tuple[Tables, bytes]:
    """Return a folder's tables as a store keeps them, and its project.toml."""
    raw, rows, _notes = read_source(folder, b"")
    return stored_tables(rows, raw), raw


def same(project: Project) -> Project:
    """Return a project without what tells how it was written."""
    return project.replace(sha256="")


def rows(tables: Tables) -> Mapping[str, Counter[tuple[tuple[str, str], ...]]]:
    """Return the rows of tables, in no order."""
    return {
        name: Counter(tuple(sorted(row.items())) for row in those) for name, those in tables.items() if those
    }


def copied(project: Project) -> Project:
    """Return a project in which nothing tells where it was written: the places differ in files and in a store."""
    bare: Project = copy.deepcopy(project)
    for items in (getattr(bare, name) for name in bare.__dataclass_fields__):
        for item in items if isinstance(items, tuple) else ():
            if hasattr(item, "origin"):
                object.__setattr__(item, "origin", None)
    return same(bare)


# --- Cells ----------------------------------------------------------------------------------------------

_WORDS = st.text(max_size=30) | st.sampled_from(
    ["=1+1", "'x", '"', ";", "a,b", "{{7*7}}", "</script>", "\u202eabc", "off"]
)
_COORDINATES = st.floats(-180, 180) | st.floats(-1e-6, 1e-6)
_RAW: Mapping[schema.Kind, st.SearchStrategy[Any]] = {
    "id": st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True),
    "reference": _WORDS,
    "text": _WORDS | st.sampled_from(["1650", "a@b.dk"]) | st.integers() | st.floats(),
    "date": st.dates() | st.dates().map(lambda day: day.strftime("%d-%m-%Y")),
    "time": st.times() | st.times().map(lambda time: time.strftime("%H.%M")) | st.just("fri"),
    "weekday": st.sampled_from(["man", "Tirs.", "WED", "søn"]),
    "pattern": st.sampled_from(["alle", "odd", "Lige"]),
    "week": st.tuples(st.integers(2000, 2099), st.integers(1, 53)).map(lambda week: f"{week[0]}-W{week[1]:02d}"),
    "number": st.integers(0, 200) | st.integers(0, 200).map(float) | st.floats(5, 45) | st.just("17,5"),
    "coordinate": _COORDINATES | st.floats(-90, 90).map(lambda value: f"{value:.7f}".replace(".", ",")),
}  # fmt: skip
_COLUMNS = [column for table in schema.TABLES for column in table.columns]


@given(st.data(), st.sampled_from(_COLUMNS))
@hypothesis_settings(max_examples=150)
def test_what_a_column_has_read_it_reads_again(data: st.DataObject, column: Column) -> None:
    try:
        value = column.parse(data.draw(_RAW[column.kind]))
    except CellError:
        return
    cell = written(column, value)
    again = column.parse(cell)
    assert again == pytest.approx(value, rel=0, abs=1e-20) if isinstance(value, float) else again == value
    assert written(column, again) == cell


@pytest.mark.parametrize(
    ("value", "cell"),
    [(55.66506, "55.66506"), (12.0, "12"), (-0.0, "0"), (1e-05, "0.00001"), (1e-300, "0"), (100.0, "100"), (-12.5, "-12.5")],
)  # fmt: skip
def test_numbers_have_a_point_and_no_exponent(value: float, cell: str) -> None:
    latitude = next(column for column in BY_NAME["practices"].columns if column.name == "lat")
    assert written(latitude, value) == cell


# --- Projects -------------------------------------------------------------------------------------------


def test_every_table_and_column_comes_back(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, **EVERY_TABLE)
    tables, _raw = stored(folder)
    assert tables.keys() == {*EVERY_TABLE, "settings"}
    project, _rows = read_stored(tables)
    assert copied(project) == copied(read_project(folder))
    assert tables["practices"][0] == {
        "practice_id": "P1", "name": "Vej", "address": "Vej 1", "postcode": "2450", "city": "København SV",
        "district": "Kgs. Enghave", "lat": "55.66506", "lon": "12.54932", "base_id": "base", "consultant_id": "c2",
        "priority": "0", "first_week": "2009-W09", "email": "A@b.dk", "active_from": "2009-02-01", "note": '=1+1;"x"',
    }  # fmt: skip
    assert tables["agreements"] == [{"practice_id": "P1", "weekday": "mon", "start": "09:30", "weeks": "odd"}]
    assert tables["shifts"][-2:] == [
        {"consultant_id": "c1", "start": "off", "date": "2009-05-12"},
        {"consultant_id": "c1", "start": "09:00", "end": "12:00", "date": "2009-05-11"},
    ]
    assert tables["pins"] == [{"id": "h1", "date": "2009-05-12", "start": "09:30"}]
    assert tables["demand"] == [
        {"practice_id": "P1", "week": "2009-W20", "conversations": "4", "visits": "1"}
    ]


def test_the_example_comes_back() -> None:
    project, _rows = read_stored(stored(example_folder())[0])
    assert copied(project) == copied(read_project(example_folder()))


def test_mutants_of_the_example_that_can_be_read_come_back(tmp_path: Path) -> None:
    taken = 0
    for seed in range(12):
        folder = mutant(seed).write(tmp_path / str(seed))
        try:
            project = read_project(folder)
        except (InputError, OSError):
            continue
        taken += 1
        tables, own = stored(folder)
        assert copied(read_stored(tables, own)[0]) == copied(project), seed
    assert taken > 2


def test_danish_and_english_readers_get_the_same_tables(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, **EVERY_TABLE)
    english = stored(folder)
    with using("da"):
        assert stored(folder) == english
        assert called("rooms") == "Lokaletider"
        assert column_called("rooms", "weekday") == "Ugedag"
        assert (called("settings"), column_called("settings", "key")) == ("indstillinger", "key")
    assert (called("rooms"), column_called("rooms", "weekday")) == ("rooms", "weekday")


def test_what_is_wrong_names_the_table_the_row_and_the_column(tmp_path: Path) -> None:
    tables = {name: list(those) for name, those in stored(write_folder(tmp_path))[0].items()}
    tables["rooms"].append({"practice_id": "P9", "weekday": "mon", "start": "09:00", "end": "late"})
    tables["settings"] = [*tables["settings"], {"section": "defaults", "key": "setup_minutes", "value": "-1"}]
    with pytest.raises(InputError) as caught:
        read_stored(tables)
    lines = [str(problem) for problem in caught.value.problems]
    assert any(line.startswith("rooms:4 [practice_id]: ") for line in lines)
    assert any(line.startswith("rooms:4 [end]: ") for line in lines)
    assert any("defaults.setup_minutes" in line for line in lines)


def test_a_project_without_tables_is_told_so() -> None:
    with pytest.raises(InputError, match="practices, rooms, consultants, shifts are missing"):
        read_stored({})


def test_headings_as_cells_are_no_headings(tmp_path: Path) -> None:
    """A row that says what a heading says is a row."""
    tables = {name: list(those) for name, those in stored(write_folder(tmp_path))[0].items()}
    hostile = {name: name for name in ("consultant_id", "name", "note")}
    tables["consultants"] = [hostile, *tables["consultants"]]
    project, _rows = read_stored(tables)
    assert [each.consultant_id for each in project.consultants] == ["consultant_id", "c1", "c2"]
    assert project.consultants[0].note == "note"


def test_the_fingerprint_is_of_what_is_said_not_of_how(tmp_path: Path) -> None:
    tables, _raw = stored(write_folder(tmp_path))
    shuffled = {
        name: [dict(reversed(list(row.items()))) for row in those]
        for name, those in reversed(list(tables.items()))
    }
    assert fingerprint(shuffled) == fingerprint({**tables, "demand": []})
    assert fingerprint(shuffled) != fingerprint({**tables, "rooms": tables["rooms"][:1]})
    assert fingerprint(shuffled) != fingerprint({**tables, "rooms": tables["rooms"][::-1]})


# --- Settings -------------------------------------------------------------------------------------------


def read(raw: bytes) -> dict[str, Any]:
    return tomllib.loads(raw.decode())


_SCALARS = (
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.booleans()
    | st.dates(dt.date(1000, 1, 1))
    | st.times()
    | st.datetimes(dt.datetime(1000, 1, 1))
)
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), inner, max_size=3)
)  # fmt: skip
_KEYS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def as_toml(value: object) -> str:
    """Write a value as TOML in the most careful way, for the tests to begin with."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(letter):08x}" for letter in value) + '"'
    if isinstance(value, list):
        return "[" + ",".join(map(as_toml, value)) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{as_toml(key)}={as_toml(each)}" for key, each in value.items()) + "}"
    return value.isoformat() if isinstance(value, dt.date | dt.time) else repr(value)


@hypothesis_settings(max_examples=60)
@given(st.dictionaries(_KEYS, st.dictionaries(_KEYS, _VALUES, min_size=1, max_size=4), max_size=4))
@example({"a": {"\x7f": "\x7f"}})
@example({"a\n[store]\nurl = 'x'": {"b = 1\nc": 'd"\ne = 2'}})
def test_settings_come_back_as_they_were(sections: dict[str, dict[str, Any]]) -> None:
    assume(not {"store", "map", "solver"} & sections.keys())
    raw = "\n".join(
        f"[{as_toml(name)}]\n"
        + "\n".join(f"{as_toml(key)} = {as_toml(value)}" for key, value in those.items())
        for name, those in sections.items()
    ).encode()
    assert read(raw) == sections
    cells = settings_cells(raw)
    assert read(settings_toml(cells)) == sections
    assert settings_cells(settings_toml(cells)) == cells


@pytest.mark.parametrize(
    "value",
    [
        "", "fnug", "1\nkey = 2", '1\n[store]\nurl = "x"', '"a"\n"b" = 1', "1 # 2\nx = 1", "[1", "'''a", "{ a = 1", "1, 2",
        "[" * 2000,
    ],
)  # fmt: skip
def test_a_value_that_is_none_or_more_than_one_is_refused(value: str) -> None:
    rows = [
        {"section": "base", "key": "name", "value": '"A"'},
        {"section": "base", "key": "city", "value": value},
    ]
    with pytest.raises(InputError) as caught:
        settings_toml(rows)
    assert str(caught.value).startswith("settings:3 [value]: this is no value of a setting")


def test_a_remark_behind_a_value_is_none_of_it() -> None:
    rows = [{"section": "base", "key": "name", "value": '"A" # a remark'}]
    assert read(settings_toml(rows)) == {"base": {"name": "A"}}


MACHINE = '[store]\nurl = "sqlite:///x.db"\n[map]\nnetwork = "own.osm"\n[solver]\nmemory_mb = 700\n'


def test_settings_of_the_machine_stay_in_the_file(tmp_path: Path) -> None:
    file = (
        SETTINGS
        + MACHINE.replace("own.osm", "other.osm").replace("700", "800")
        + '[calendar]\ncountry = "SE"\n'
    )
    cells = settings_cells(file.encode())
    assert not {("store", "url"), ("map", "network"), ("solver", "memory_mb")} & {
        (row["section"], row["key"]) for row in cells
    }
    made = read(settings_toml(cells, MACHINE.encode() + b'[base]\nname = "not this one"\n'))
    assert (made["store"], made["map"], made["solver"]) == (
        {"url": "sqlite:///x.db"},
        {"network": "own.osm"},
        {"memory_mb": 700},
    )
    assert made["base"]["name"] == "Jobcenter"
    assert made["calendar"] == {"country": "SE"}
    tables, _raw = stored(write_folder(tmp_path))
    assert read_stored(tables, MACHINE.encode())[0].config.map.network == "own.osm"


def test_every_setting_that_a_file_may_have_is_kept() -> None:
    raw = b"[weights]\ncontinuity = 7\n[calendar]\nalso_closed = ['06-05', '12-24']\n[period]\nstart = 2009-01-01\n"
    assert settings_cells(raw) == [
        {"section": "weights", "key": "continuity", "value": "7"},
        {"section": "calendar", "key": "also_closed", "value": '["06-05", "12-24"]'},
        {"section": "period", "key": "start", "value": "2009-01-01"},
    ]
    assert {"store", "map", "solver"} < known_settings().keys()


@pytest.mark.parametrize("own", [b"\xff", b"fnug", b"a = 99999999999999999999999"])
def test_a_settings_file_that_cannot_be_read_is_told(tmp_path: Path, own: bytes) -> None:
    tables, _raw = stored(write_folder(tmp_path))
    with pytest.raises(InputError, match=r"^project\.toml"):
        read_stored(tables, own)


# --- Differences ----------------------------------------------------------------------------------------

_SOME_CELLS = st.dictionaries(
    st.sampled_from(["practice_id", "weekday", "start", "room"]), st.sampled_from("abc"), max_size=4
)
_ROOMS = st.lists(_SOME_CELLS, max_size=7)
_PRACTICES = st.lists(
    st.fixed_dictionaries({"practice_id": st.sampled_from(["P1", "p1", "P2", "P3", "P4"])}, optional={"name": st.sampled_from("xy")}),
    max_size=5,
    unique_by=lambda row: row["practice_id"].casefold(),
)  # fmt: skip
_SETTINGS_ROWS = st.lists(
    st.fixed_dictionaries({"section": st.sampled_from("st"), "key": st.sampled_from("kl"), "value": st.sampled_from("12")}),
    max_size=4,
    unique_by=lambda row: (row["section"], row["key"]),
)  # fmt: skip
_TABLES = st.fixed_dictionaries(
    {}, optional={"rooms": _ROOMS, "practices": _PRACTICES, "settings": _SETTINGS_ROWS}
)


@given(_TABLES, _TABLES)
def test_a_difference_makes_one_of_the_other(before: Tables, after: Tables) -> None:
    edits = edits_between(before, after)
    made = with_edits(before, edits)
    assert rows(made) == rows(after)
    assert edits_between(made, after) == ()
    for edit in edits:
        assert edit.before != edit.after
        if edit.before is not None:
            assert before[edit.table][edit.position] == edit.before


@given(_TABLES, _TABLES)
def test_a_difference_says_no_more_than_is_so(before: Tables, after: Tables) -> None:
    """Rows that are in both are not in it; with an id, a row that changes is one edit."""
    edits = edits_between(before, after)
    for name, those in rows(before).items():
        kept = sum((those & rows(after).get(name, Counter())).values())
        assert (
            sum(edit.before is not None for edit in edits if edit.table == name) == sum(those.values()) - kept
        )
    for name in ("practices", "settings"):
        keys = [key_of(name, edit.after or edit.before or {}) for edit in edits if edit.table == name]
        assert len(keys) == len(set(keys))


@given(_TABLES, _TABLES)
def test_backwards_it_is_as_before(before: Tables, after: Tables) -> None:
    there = with_edits(before, edits_between(before, after))
    assert rows(with_edits(there, edits_between(there, before))) == rows(before)


def test_rows_that_are_told_apart_by_nothing_but_their_order_stay() -> None:
    room: Cells = {"practice_id": "P1", "weekday": "mon", "start": "09:00", "end": "10:00"}
    later: Cells = {**room, "start": "11:00", "end": "12:00"}
    assert edits_between({"rooms": [room, later]}, {"rooms": [later, room]}) == ()
    assert edits_between({"rooms": [room, room]}, {"rooms": [room]}) == (Edit("rooms", room, None, 1),)
    assert edits_between({"rooms": [room]}, {"rooms": [later]}) == (Edit("rooms", room, later, 0),)
    moved: Cells = {**room, "weekday": "tue"}
    assert edits_between({"rooms": [room]}, {"rooms": [moved]}) == (
        Edit("rooms", None, moved, 0),
        Edit("rooms", room, None, 0),
    )


def test_an_id_in_other_letters_is_the_same_row() -> None:
    before, after = {"practice_id": "P1", "name": "a"}, {"practice_id": "p1", "name": "a"}
    assert edits_between({"practices": [before]}, {"practices": [after]}) == (
        Edit("practices", before, after, 0),
    )


def test_keys_are_those_that_no_two_rows_share() -> None:
    assert key_of("practices", {"practice_id": "P1"}) == "p1"
    assert key_of("demand", {"practice_id": "P1", "week": "2009-W20"}) == "P1|2009-W20"
    assert key_of("settings", {"section": "base", "key": "Name"}) == "base|Name"
    one, other = ({"line": "x" * 300 + end, "year": "2009"} for end in "ab")
    assert key_of("budget", one) != key_of("budget", other)
    assert {len(key_of("budget", row) or "") for row in (one, other)} == {64}
    assert key_of("budget", {"line": "Løn", "year": "2009"}) != key_of(
        "budget", {"line": "løn", "year": "2009"}
    )
    assert key_of("rooms", {"practice_id": "P1"}) is None


@pytest.mark.parametrize("table", schema.TABLES, ids=lambda table: table.name)
def test_a_changed_row_of_every_table_is_found_again(table: schema.Table, tmp_path: Path) -> None:
    tables, _raw = stored(write_folder(tmp_path, **EVERY_TABLE))
    before = tables[table.name]
    name = next(
        c.name
        for c in reversed(table.columns)
        if c.name in before[0] and c.name not in ("date", "weeks", "room")
    )
    after = [{**before[0], name: "another"}, *before[1:]]
    assert edits_between({table.name: before}, {table.name: after}) == (
        Edit(table.name, before[0], after[0], 0),
    )


def test_hostile_cells_are_quoted_in_what_is_refused(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, home_visits=EVERY_TABLE["home_visits"].replace("2450", "Hemmelig"))
    assert not any("Hemmelig" in line for line in lines_of(folder))
    tables, _raw = stored(write_folder(tmp_path, home_visits=EVERY_TABLE["home_visits"]))
    homes = [{**tables["home_visits"][0], "postcode": "Hemmelig"}]
    with pytest.raises(InputError) as caught:
        read_stored({**tables, "home_visits": homes})
    assert "Hemmelig" not in str(caught.value)
