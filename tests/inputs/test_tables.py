import datetime as dt
import io
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from folders import PLACE, SETTINGS, TABLES, lines_of, small_workbook, text_of, write_folder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from scheduler.base.errors import InputError, ServiceError
from scheduler.inputs import read_project
from scheduler.inputs.schema import TABLES as ALL_TABLES
from scheduler.inputs.schema import key

CPR = "120565-1234"


def as_workbook(folder: Path, tables: dict[str, list[list[Any]]]) -> Path:
    """Write the small project as a workbook, with these rows instead of its own."""
    write_folder(folder, **dict.fromkeys(TABLES))
    small_workbook(**tables).save(folder / "project.xlsx")
    return folder


def test_small_folder_is_read(tmp_path: Path) -> None:
    project = read_project(write_folder(tmp_path))
    assert [practice.practice_id for practice in project.practices] == ["P1", "P2"]
    assert project.rooms[1].weekday == 1
    assert project.rooms[1].start_s == 9 * 3600
    assert project.places[0].district == "Kgs. Enghave"
    assert project.places[0].origin is not None
    assert project.places[0].origin.row == 2
    assert len(project.shifts) == 8


def test_danish_semicolon_windows_file_is_the_same_as_the_english_one(tmp_path: Path) -> None:
    english = (
        "practice_id,name,address,postcode,city,district,lat,lon,first_week,active_from,consultant_id\n"
        "P1,Vej,Vej 1,2450,København SV,Kgs. Enghave,55.65,12.54,2009-W03,2009-02-01,c1\n"
        "P2,Gade,Vej 1,2450,København SV,Valby,,,,,\n"
    )
    danish = (
        "Praksis-id;Navn;ADRESSE;Postnr;By;Bydel;Breddegrad;Længdegrad;Første uge;Aktiv fra;Rådgiver\r\n"
        "P1;Vej;Vej 1;2450;København SV;Kgs. Enghave;55,65;12,54;uge 3 2009;1.2.2009;c1\r\n"
        "P2;Gade;Vej 1;2450;København SV;Valby;;;;;\r\n"
    )
    expected = read_project(write_folder(tmp_path / "en", practices=english)).replace(sha256="")
    for number, raw in enumerate((danish.encode("cp1252"), danish.encode("utf-8-sig"), danish.encode())):
        folder = write_folder(tmp_path / f"da{number}", practices=raw)
        assert read_project(folder).replace(sha256="") == expected


def test_headings_are_unambiguous() -> None:
    for table in ALL_TABLES:
        headings = [key(heading) for column in table.columns for heading in set(map(key, column.headings))]
        assert len(headings) == len(set(headings)), table.name


def test_rows_are_counted_as_an_editor_does(tmp_path: Path) -> None:
    practices = (
        "practice_id,name,address,postcode,city,district,note\r\n"
        f'P1,Vej,{PLACE},Kgs. Enghave,"two\r\nlines"\r\n'
        "\r\n"
        f"P2,Gade,{PLACE},Valby,\r\n"
        f"P3,Gade,Vej 1,24500,Valby,Valby,\r\n"
    )
    assert lines_of(write_folder(tmp_path, practices=practices)) == [
        'practices.csv:6 [postcode]: "24500" is not a postcode of four digits'
    ]


def test_all_problems_are_reported_at_once(tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path,
        settings='[base]\nname = "x"\n[fnug]\n',
        rooms="practice_id,weekday,start,end\nP9,mon,9.00,12.00\nP1,xx,9.00,12.00\n",
        shifts="consultant_id,weekday,start,end\n",
        demand="practice_id,week,conversations\nP1,2009-W54,2\n",
    )
    assert lines_of(folder) == [
        (
            "project.toml:3 [fnug]: there is no such section; the file may have: [project], [base], [period], "
            "[defaults], [cycling], [weights], [calendar], [map], [solver], [replanning], [store], [retention], [costs], [simulation]"
        ),
        "project.toml [base.address]: this must be filled in",
        "project.toml [base.postcode]: this must be filled in",
        "project.toml [base.city]: this must be filled in",
        (
            'rooms.csv:3 [weekday]: "xx" is not a weekday; write one of mon, tue, wed, thu, fri, sat, sun or '
            "man, tir, ons, tor, fre, lør, søn"
        ),
        "demand.csv:2 [week]: there is no week 54 in 2009; its last is week 53",
        "shifts.csv: the table has no rows; it needs at least one",
        "rooms.csv:2 [practice_id]: there is no P9 in practices",
    ]


def test_other_tables_may_be_empty(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, pins="", demand="\n", closures="who,from,to\n", places=b"\xef\xbb\xbf")
    assert lines_of(folder) == []


def test_needed_tables(tmp_path: Path) -> None:
    text = text_of(write_folder(tmp_path, rooms=None, consultants=""))
    assert "rooms.csv: the table rooms is missing" in text
    assert "consultants.csv: the table has no rows" in text


@pytest.mark.parametrize(
    ("practices", "expected"),
    [
        ("practice_id,name,adress,postcode,city,district\n", "[adress]: no column has this name; did you mean address?"),
        ("practice_id,name,Navn,postcode,city,district\n", "[Navn]: the column name is there twice"),
        ("practice_id,name,,postcode,city,district\nP1,a,b,2450,x,y\n", "[column 3]: there is no heading above this cell"),
        ("practice_id,name,address,postcode,city,district\nP1,a,b,2450,x,y,z\n", ":2 [column 7]: there is no heading"),
        ("practice_id,name,address,postcode,city\n", ":1: the column district is missing (in Danish: Bydel)"),
        ("practice_id,name,address,postcode,city,district\nP1,a,b,2450,x\n", ":2 [district]: this must be filled in"),
        ("practice_id,name,address,postcode,city,district\nP1;a;b;2450;x;y\n", ":2: this row is not separated by"),
        ('practice_id,name,address,postcode,city,district\nP1,"a,b,2450,x,y\nP2', ':2: a quote " is not closed'),
        (f"practice_id,name,address,postcode,city,district\nP1,{'x' * 200_000},b,2450,x,y\n", ":2: a quote"),
        (f"practice_id,name,address,postcode,city,district\nP1,{'x' * 5000},b,2450,x,y\n", "[name]: the text has 5000"),
        (b"practice_id,name\nP1,a\x00b\n", "practices.csv:2: there are bytes that are no text"),
        (b"practice_id,name\nP1,\x81\xff\n", "practices.csv: the file is no text"),
        ("practice_id,name\n".encode("utf-16"), "practices.csv: the file is UTF-16"),
        (b"\x89PNG\r\n\x1a\n\x00", "practices.csv:2: there are bytes that are no text"),
    ],
)  # fmt: skip
def test_files_that_are_no_such_table(tmp_path: Path, practices: str | bytes, expected: str) -> None:
    assert expected in text_of(write_folder(tmp_path, practices=practices))


def test_blank_rows_and_trailing_marks_are_no_problem(tmp_path: Path) -> None:
    consultants = "consultant_id;name;;\n;;;\nc1;Rådgiver 1;;\n   \nc2;Rådgiver 2;;;;\n"
    assert len(read_project(write_folder(tmp_path, consultants=consultants)).consultants) == 2


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    names = ['=HYPERLINK("http://x")', "<script>alert(1)</script>", "-1+1", "@SUM(A1)", "a;b,c"]
    rows = "".join('c{},"{}"\n'.format(i, name.replace('"', '""')) for i, name in enumerate(names, start=1))
    project = read_project(write_folder(tmp_path, consultants="consultant_id,name\n" + rows))
    assert [consultant.name for consultant in project.consultants] == names


@pytest.mark.parametrize(
    "practices", [None, "", "practice,name,address,postcode,city,district\nP1,a,b,2450,c,d\n"]
)
def test_references_into_a_table_without_ids_are_not_reported(tmp_path: Path, practices: str | None) -> None:
    assert "there is no P1" not in text_of(write_folder(tmp_path, practices=practices))


def test_references_into_a_table_that_breaks_off_are_not_reported(tmp_path: Path) -> None:
    practices = f'practice_id,name,address,postcode,city,district\nP1,Vej,{PLACE},x\nP2,"Gade,{PLACE},x\n'
    assert len(lines_of(write_folder(tmp_path, practices=practices))) == 1


@pytest.mark.parametrize("number", [CPR, "1205651234", "120565 1234", f"kl. 9 ({CPR})"])
def test_cpr_number_is_refused_and_not_repeated(tmp_path: Path, number: str) -> None:
    folder = write_folder(
        tmp_path,
        settings=f'[base]\nname = "{number}"\naddress = "a"\npostcode = "1717"\ncity = "c"\n"{number}" = 1\n',
        practices=f"practice_id,name,address,postcode,city,district,note\nP1,Vej,{PLACE},x,{number}\nP2,Gade,{PLACE},x,\n",
        consultants=f"consultant_id,name,{number}\nc1,x,y\nc2,x,y\n",
        shifts=f"consultant_id,weekday,start,end\nc1,mon,9.00,15.00,{number}\n{number},mon,9.00,15.00\n",
        home_visits=f"fnug,visit_id\n{number},{number}\n",
        pins=f"id,date,start\n{number},{number},{number}\n",
    )
    text = text_of(folder)
    assert "1234" not in text
    for where in (
        "project.toml:2 [base.name]", "practices.csv:2 [note]", "consultants.csv:1 [column 3]", "shifts.csv:2 [column 5]",
        "shifts.csv:3 [consultant_id]", "home_visits.csv:2 [column 1]", "home_visits.csv:2 [visit_id]",
        "pins.csv:2 [id]", "pins.csv:2 [date]", "pins.csv:2 [start]",
    ):  # fmt: skip
        assert f"{where}: this looks like a CPR number" in text


def test_misspelt_table_is_not_passed_over(tmp_path: Path) -> None:
    write_folder(tmp_path, home_visit="x\n", lukkedage="x\n")
    (tmp_path / "travel.csv").write_text("from_id,to_id\n")
    text = text_of(tmp_path)
    assert "home_visit.csv: no table has this name; rename the file to home_visits.csv" in text
    assert "lukkedage.csv: no table has this name; rename the file to closures.csv" in text
    assert "travel" not in text


def test_letters_of_two_parts_are_one_letter(tmp_path: Path) -> None:
    consultants = unicodedata.normalize("NFD", "Rådgiver-id,Navn\nc1,Åse på Ågade\nc2,x\n")
    project = read_project(write_folder(tmp_path, consultants=consultants))
    assert project.consultants[0].name == "Åse på Ågade"


def test_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="hjul init"):
        read_project(tmp_path / "nowhere")


def test_file_that_cannot_be_read(tmp_path: Path) -> None:
    (write_folder(tmp_path) / "closures.csv").mkdir()
    with pytest.raises(ServiceError, match=r"closures\.csv"):
        read_project(tmp_path)


def test_fingerprint_is_of_the_files_that_are_read(tmp_path: Path) -> None:
    first = read_project(write_folder(tmp_path / "a")).sha256
    other = write_folder(tmp_path / "b")
    (other / "travel.csv").write_text("x\n")
    assert read_project(other).sha256 == first
    (other / "closures.csv").write_text("who,from,to\n")
    assert read_project(other).sha256 != first


def test_workbook_with_real_dates_times_and_numbers(tmp_path: Path) -> None:
    home_visits: list[list[Any]] = [
        [
            "Besøgs-id",
            "Adresse",
            "Postnr",
            "By",
            "Dato",
            "Start",
            "Slut",
            "Minutter",
            "Breddegrad",
            "Længdegrad",
        ],
        [
            "H1",
            "=Vej 2",
            2450,
            "Kbh",
            dt.date(2009, 5, 12),
            dt.time(9, 30),
            dt.time(12),
            60.0,
            55.65,
            "12,54",
        ],
    ]
    folder = as_workbook(tmp_path, {"Hjemmebesøg": home_visits, "_notes": [["free"]], "Ark1": []})
    workbook = load_workbook(folder / "project.xlsx")
    workbook["Hjemmebesøg"]["B2"].data_type = "s"
    workbook.save(folder / "project.xlsx")
    project = read_project(folder)
    visit = project.home_visits[0]
    assert (visit.date, visit.start_s, visit.end_s) == (dt.date(2009, 5, 12), 9 * 3600 + 1800, 12 * 3600)
    assert visit.duration_s == 3600
    place = project.places[-1]
    assert (place.postcode, place.address, place.lat, place.lon) == ("2450", "=Vej 2", 55.65, 12.54)
    assert place.origin is not None
    assert place.origin.file == "project.xlsx!Hjemmebesøg"


def test_workbook_problems_name_sheet_and_row(tmp_path: Path) -> None:
    rooms: list[list[Any]] = [
        ["Praksis", "Ugedag", "Fra", "Til"],
        [],
        ["P1", "man", "=1/4", "#N/A"],
        ["P2", "man", 9.3, True],
    ]
    folder = as_workbook(tmp_path, {"rooms": rooms, "Ark2": [["x"]]})
    workbook = load_workbook(folder / "project.xlsx")
    workbook["rooms"]["D3"].data_type = "e"
    workbook.save(folder / "project.xlsx")
    text = text_of(folder)
    assert "project.xlsx!rooms:3 [C]: the formula has no result" in text
    assert "project.xlsx!rooms:3 [D]: the cell holds an error" in text
    assert 'project.xlsx!rooms:4 [Fra]: "9.3" is not a time of day' in text
    assert 'project.xlsx!rooms:4 [Til]: "True" is not a time of day' in text
    assert "Ark2" not in text


def test_cpr_number_that_excel_took_for_a_number(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["consultant_id", "name", "note"],
        ["c1", "x", 105651234],
        ["c2", "x", 1205651234],
    ]
    assert lines_of(as_workbook(tmp_path, {"consultants": rows})) == [
        f"project.xlsx!consultants:{row} [note]: this looks like a CPR number; delete it, personal numbers do "
        "not belong here"
        for row in (2, 3)
    ]


def test_table_as_file_and_as_sheet(tmp_path: Path) -> None:
    folder = as_workbook(tmp_path, {})
    (folder / "rooms.csv").write_text(TABLES["rooms"])
    assert (
        "project.xlsx!rooms: the table rooms is there twice, in rooms.csv and in project.xlsx!rooms"
        in text_of(folder)
    )


@pytest.mark.parametrize("raw", [b"", b"no zip", b"PK\x03\x04 broken"])
def test_workbook_that_is_none(tmp_path: Path, raw: bytes) -> None:
    (write_folder(tmp_path) / "project.xlsx").write_bytes(raw)
    assert lines_of(tmp_path) == [
        "project.xlsx: the file is no workbook that can be read; save it in Excel as .xlsx, without a password"
    ]


def test_workbook_that_is_cut_off(tmp_path: Path) -> None:
    out = io.BytesIO()
    Workbook().save(out)
    (write_folder(tmp_path) / "project.xlsx").write_bytes(out.getvalue()[:-200])
    assert "no workbook that can be read" in text_of(tmp_path)


def notes_of(folder: Path) -> list[str]:
    return [str(note) for note in read_project(folder).notes]


# --- Tables as spreadsheets leave them --------------------------------------------------------------

ROOMS = [
    ["practice_id", "weekday", "start", "end"],
    ["P1", "mon", "09:00", "12:00"],
    ["P2", "tue", "09:00", "12:00"],
]


def _lines(rows: list[list[str]], mark: str = ",") -> str:
    return "".join(mark.join(row) + "\n" for row in rows)


@pytest.mark.parametrize(
    ("rooms", "row"),
    [
        ("sep=;\n" + _lines(ROOMS, ";"), 3),
        ("sep=,\n" + _lines(ROOMS), 3),
        ('"sep=;"\r\n' + _lines(ROOMS, ";"), 3),
        ("SEP=;;;;\n" + _lines(ROOMS, ";"), 3),
        ("\ufeffsep=\t\n" + _lines(ROOMS, "\t"), 3),
        (_lines(ROOMS, "\t"), 2),
        ("Lokaletider, foråret 2026\n" + _lines(ROOMS), 3),
        ("Lokaletider;;;\n\n;;rettet 3/2;\n" + _lines(ROOMS, ";"), 5),
        ("Lokaletider,Lokaletider,Lokaletider,Lokaletider\n" + _lines(ROOMS), 3),
        ("Praksis og lokale,,,\nPraksis,,,\n" + _lines(ROOMS), 4),
    ],
)
def test_what_stands_above_the_headings_is_passed_over(tmp_path: Path, rooms: str, row: int) -> None:
    project = read_project(write_folder(tmp_path, rooms=rooms))
    assert project.rooms == read_project(write_folder(tmp_path / "plain")).rooms
    assert project.rooms[0].origin is not None
    assert project.rooms[0].origin.row == row
    assert not project.notes


def test_merged_title_of_a_sheet_is_passed_over(tmp_path: Path) -> None:
    folder = as_workbook(tmp_path, {"rooms": [["Lokaletider 2026"], [], ["nye:"], *ROOMS]})
    workbook = load_workbook(folder / "project.xlsx")
    workbook["rooms"].merge_cells("A1:D1")
    workbook.save(folder / "project.xlsx")
    assert len(read_project(folder).rooms) == 2


def test_cpr_number_above_the_headings(tmp_path: Path) -> None:
    text = text_of(write_folder(tmp_path, rooms=f"Lokaler til {CPR}\n" + _lines(ROOMS)))
    assert text.startswith("rooms.csv:1 [column 1]: this looks like a CPR number")
    assert "\n" not in text


@pytest.mark.parametrize("rooms", ["sep=;\n", "sep=,\n\n"])
def test_a_line_that_names_the_delimiter_is_no_row(tmp_path: Path, rooms: str) -> None:
    assert lines_of(write_folder(tmp_path, rooms=rooms)) == [
        "rooms.csv: the table has no rows; it needs at least one"
    ]
    assert lines_of(write_folder(tmp_path / "closures", closures=rooms)) == []


def test_table_without_headings_is_one_problem(tmp_path: Path) -> None:
    rooms = "".join(f"P1,mon,{hour}.00,12.00\n" for hour in (8, 9, 10))
    (line,) = lines_of(write_folder(tmp_path, rooms=rooms))
    assert line == (
        "rooms.csv:1: no headings were found; above its rows the table needs: practice_id, start, end (in Danish: "
        "Praksis, Start, Slut)"
    )
    rooms += f"P1,mon,{CPR},12.00\n"
    assert "rooms.csv:4 [column 3]: this looks like a CPR number" in text_of(
        write_folder(tmp_path, rooms=rooms)
    )


# --- What is somebody's own -------------------------------------------------------------------------


def _with_column(heading: str, cell: str, *, known: str = "") -> str:
    return (
        f"practice_id,name,address,postcode,city,district{known and ',' + known},{heading}\n"
        f"P1,Vej,{PLACE},x{known and ','},{cell}\nP2,Gade,{PLACE},x{known and ','},\n"
    )


@pytest.mark.parametrize("heading", ["Mobil", "Nøgle", "Kontaktperson"])
def test_own_columns_are_passed_over_with_a_note(tmp_path: Path, heading: str) -> None:
    folder = write_folder(tmp_path, practices=_with_column(heading, "12 34 56 78"))
    assert notes_of(folder) == [f"practices.csv:1 [{heading}]: the table has no such column; it is not read"]


def test_cpr_number_in_an_own_column(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, practices=_with_column("Mobil", CPR))
    assert lines_of(folder) == [
        "practices.csv:2 [column 7]: this looks like a CPR number; delete it, personal numbers do not belong here"
    ]


def test_misspelt_columns_are_problems_and_one_line_each(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, practices=_with_column("prioritty", "2").replace("district", "distrikt"))
    assert lines_of(folder) == [
        "practices.csv:1 [distrikt]: no column has this name; did you mean district?",
        "practices.csv:1 [prioritty]: no column has this name; did you mean priority?",
    ]


def test_column_beside_one_of_nearly_its_name_is_asked_about(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, practices=_with_column("Noter", "ring først", known="Note"))
    assert notes_of(folder) == [
        "practices.csv:1 [Noter]: this column is not read, beside Note; does it hold what belongs there?"
    ]


def test_column_that_holds_something_else_than_its_name_says(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, practices=_with_column("Prioriteret", "ja siden maj"))
    (note,) = notes_of(folder)
    assert note.startswith(
        "practices.csv:1 [Prioriteret]: this column is not read; it is called nearly like priority"
    )


def test_problems_are_in_the_language_of_the_headings(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, practices="Praksis-id;Navn;Navn;Postnr;By;Bydell\nP1;Vej;;2450;Kbh;x\n")
    assert lines_of(folder)[:3] == [
        "practices.csv:1 [Navn]: the column Navn is there twice; keep one",
        "practices.csv:1 [Bydell]: no column has this name; did you mean Bydel?",
        "practices.csv:1: the column Adresse is missing (in English: address)",
    ]


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Telefonliste", "no table has this name; the sheet is not read"),
        ("rooms (2)", "this sheet is not read; it looks like Lokaletider (rooms)"),
        ("Kopi af Lokaletider", "this sheet is not read; it looks like Lokaletider (rooms)"),
    ],
)
def test_own_sheets_are_passed_over_with_a_note(tmp_path: Path, title: str, said: str) -> None:
    folder = as_workbook(tmp_path, {title: [["a", "b"], ["c", "d"]]})
    assert notes_of(folder) == [f"project.xlsx!{title}: {said}"]


def test_sheet_that_is_filled_like_a_table(tmp_path: Path) -> None:
    assert notes_of(as_workbook(tmp_path / "there", {"Ark1": ROOMS})) == [
        "project.xlsx!Ark1: this sheet is not read; it looks like Lokaletider (rooms)"
    ]


@pytest.mark.parametrize("title", ["Ark1", "rooms (2)", "Lokaletid", "Foråret"])
def test_sheet_that_has_another_name_than_its_table(tmp_path: Path, title: str) -> None:
    folder = as_workbook(tmp_path, {title: ROOMS})
    workbook = load_workbook(folder / "project.xlsx")
    del workbook["rooms"]
    workbook.save(folder / "project.xlsx")
    assert lines_of(folder) == [
        f"project.xlsx!{title}: no table has this name; is it Lokaletider (rooms)? Rename it, or start its name with _"
    ]


def test_copy_of_home_visits_is_no_note(tmp_path: Path) -> None:
    """Else what is forgotten would be kept in it."""
    visits = [["visit_id", "address", "postcode", "city", "date", "start", "end", "minutes"]]
    folder = as_workbook(tmp_path, {"home_visits": visits, "Hjemmebesøg (2)": [["x"]], "Ark1": visits})
    assert lines_of(folder) == [
        f"project.xlsx!{title}: this looks like a copy of Hjemmebesøg (home_visits); delete it, so that nobody's "
        "address lies in it"
        for title in ("Hjemmebesøg (2)", "Ark1")
    ]


@pytest.mark.parametrize("name", ["projekt.xlsx", "Project.xlsx", "project.ods", "Projekt - kopi.xlsm"])
def test_workbook_of_another_name(tmp_path: Path, name: str) -> None:
    folder = write_folder(tmp_path / "beside")
    (folder / name).write_bytes(b"x")
    assert notes_of(folder) == [f"{name}: this workbook is not read; only one with the name project.xlsx is"]
    alone = write_folder(tmp_path / "alone", **dict.fromkeys(TABLES))
    (alone / name).write_bytes(b"x")
    assert lines_of(alone) == [f"{name}: this workbook is not read; save it as project.xlsx"]


def test_other_workbooks_may_lie_in_the_folder(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    for name in ("regnskab.xlsx", "~$project.xlsx", "referat.ods"):
        (folder / name).write_bytes(b"x")
    assert notes_of(folder) == []


@pytest.mark.parametrize(
    "name", ["closures.txt", "closures.ods", "Lukkedage.xlsx", "Closures.CSV", "closures.csv.txt"]
)
def test_table_that_is_saved_as_something_else(tmp_path: Path, name: str) -> None:
    folder = write_folder(tmp_path)
    (folder / name).write_bytes(b"x")
    (line,) = lines_of(folder)
    assert line.startswith(f"{name}: ")
    assert "closures.csv" in line


def test_table_in_a_misnamed_file_is_not_missing_besides(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, rooms=None, room="x\n")
    assert lines_of(folder) == ["room.csv: no table has this name; rename the file to rooms.csv"]


def test_tables_that_are_missing_are_one_problem(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, **dict.fromkeys(TABLES))
    assert lines_of(folder) == [
        "practices.csv: the tables practices, rooms, consultants, shifts are missing; each needs at least one row"
    ]


def test_link_that_leads_nowhere(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    (folder / "closures.csv").symlink_to("nowhere.csv")
    with pytest.raises(
        ServiceError, match=r"closures\.csv cannot be read: it is a link to a file that is not there"
    ):
        read_project(folder)


# --- References -------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["P1", "p1", "Vej", "VEJ", " vej "])
def test_name_or_id_in_any_case_is_a_reference(tmp_path: Path, written: str) -> None:
    folder = write_folder(tmp_path, demand=f"practice_id,week,conversations\n{written},2009-W20,2\n")
    assert read_project(folder).demand[0].practice_id == "P1"


def test_name_of_two_tables(tmp_path: Path) -> None:
    closures = "who,from,to\nrådgiver 1,2009-05-12,2009-05-12\nGade,2009-05-12,2009-05-12\nAlle,2009-05-13,2009-05-13\n"
    project = read_project(write_folder(tmp_path, closures=closures))
    assert [closure.who for closure in project.closures] == ["c1", "P2", "all"]


def test_id_wins_over_a_name(tmp_path: Path) -> None:
    practices = TABLES["practices"].replace("P2,Gade", "P2,p1")
    folder = write_folder(
        tmp_path, practices=practices, demand="practice_id,week,conversations\np1,2009-W20,2\n"
    )
    assert read_project(folder).demand[0].practice_id == "P1"


def test_references_that_mean_nobody_or_several(tmp_path: Path) -> None:
    practices = TABLES["practices"].replace("Gade", "Vej")
    demand = (
        "practice_id,week,conversations\nvej,2009-W20,2\nVejn,2009-W21,2\nP11,2009-W22,2\n../x y,2009-W23,1\n"
    )
    assert lines_of(write_folder(tmp_path, practices=practices, demand=demand)) == [
        'demand.csv:2 [practice_id]: several are called "vej"; write the id, one of P1, P2',
        "demand.csv:3 [practice_id]: there is no Vejn in practices; did you mean P1?",
        "demand.csv:4 [practice_id]: there is no P11 in practices; did you mean P1?",
        'demand.csv:5 [practice_id]: there is no "../x y" in practices',
    ]


def test_sheets_are_called_as_they_are_named(tmp_path: Path) -> None:
    rows = [line.split(",") for line in TABLES["practices"].splitlines()]
    folder = as_workbook(
        tmp_path,
        {"Lægepraksisser": rows, "demand": [["practice_id", "week", "conversations"], ["X", "2009-W20", 2]]},
    )
    workbook = load_workbook(folder / "project.xlsx")
    del workbook["practices"]
    workbook.save(folder / "project.xlsx")
    assert lines_of(folder) == ["project.xlsx!demand:2 [practice_id]: there is no X in Lægepraksisser"]


# --- Cells as people write them ---------------------------------------------------------------------


def test_cells_of_a_real_table(tmp_path: Path) -> None:
    practices = (
        f"practice_id,name,address,postcode,city,district,note\nP1,Vej,{PLACE},x,P-nr. 1003289373\n"
        "P2,Gade,Vej 1,DK-2450,København SV,x,\nP3,Sti,Vej 1,2450.0,København SV,x,\n"
    )
    rooms = (
        "practice_id;weekday;date;start;end;valid_from;valid_to\n"
        "P1;Man.;;08:30:00;kl. 11.00;1.4.09;31/12-2009\n"
        "p2;tirs;;0830;11.00;39904;2009-12-31 00:00:00\n"
        "Sti;;12. maj 2009;8.30;1100;;\n"
    )
    project = read_project(write_folder(tmp_path, practices=practices, rooms=rooms))
    assert [place.postcode for place in project.places] == ["2450"] * 3
    assert project.practices[0].note == "P-nr. 1003289373"
    first, second, third = project.rooms
    for room in project.rooms:
        assert (room.start_s, room.end_s) == (8 * 3600 + 1800, 11 * 3600)
    for room, weekday in ((first, 0), (second, 1)):
        assert (room.weekday, room.valid_from, room.valid_to) == (
            weekday, dt.date(2009, 4, 1), dt.date(2009, 12, 31),
        )  # fmt: skip
    assert (second.practice_id, third.practice_id, third.date) == ("P2", "P3", dt.date(2009, 5, 12))
    assert not project.notes


# --- Dates that can be read either way --------------------------------------------------------------


def test_dates_that_can_be_read_either_way_have_one_note(tmp_path: Path) -> None:
    closures = "who,from,to\nP1,13/08/2009,14/08/2009\nP1,03/04/2009,03/04/2009\nP2,05/06/2009,05/06/2009\n"
    folder = write_folder(tmp_path / "da", closures=closures)
    project = read_project(folder)
    assert [closure.first_day for closure in project.closures] == [
        dt.date(2009, 8, 13), dt.date(2009, 4, 3), dt.date(2009, 6, 5),
    ]  # fmt: skip
    assert notes_of(folder) == [
        'closures.csv:3 [from]: "03/04/2009" was read as 3 April 2009; so are other dates written like it'
    ]
    american = "who,from,to\nP1,08/13/2009,08/14/2009\nP1,03/04/2009,03/04/2009\n"
    folder = write_folder(
        tmp_path / "us", closures=american, settings=f'{SETTINGS}[calendar]\ncountry = "US"\n'
    )
    assert [closure.first_day for closure in read_project(folder).closures] == [
        dt.date(2009, 8, 13), dt.date(2009, 3, 4),
    ]  # fmt: skip


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    raw=st.one_of(
        st.binary(max_size=200), st.text(alphabet='abPid_1,;"\n\r\x00 ', max_size=200).map(str.encode)
    )
)
def test_any_bytes_give_problems_and_no_traceback(tmp_path: Path, raw: bytes) -> None:
    folder = write_folder(tmp_path, practices=raw, pins=raw)
    with pytest.raises(InputError):
        read_project(folder)


@pytest.mark.parametrize("since_1904", [False, True])
def test_a_date_that_lost_its_format_is_counted_as_the_workbook_does(
    tmp_path: Path,
    since_1904: bool,
) -> None:
    folder = write_folder(tmp_path, **dict.fromkeys(TABLES))
    # A number, and one in a cell that is text; the third has its format still.
    day = 38_483 if since_1904 else 39_945
    rows: list[list[Any]] = [
        ["Hvem", "Fra", "Til"],
        ["P1", day, str(day)],
        ["P2", dt.date(2009, 5, 12), float(day)],
    ]
    workbook = small_workbook(closures=rows)
    if since_1904:
        workbook.epoch = CALENDAR_MAC_1904
    workbook.save(folder / "project.xlsx")
    closures = read_project(folder).closures
    assert {day for closure in closures for day in (closure.first_day, closure.last_day)} == {
        dt.date(2009, 5, 12)
    }


def test_a_copy_of_a_file_is_a_note_and_a_misspelt_one_an_error(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    (folder / "rooms - Kopi.csv").write_text("x")
    assert [str(note) for note in read_project(folder).notes] == [
        "rooms - Kopi.csv: this file is not read, as the table is in rooms.csv; delete the one that is not meant"
    ]
    (folder / "home_visits (1).csv").write_text("visit_id,address\n")
    (folder / "home_visits.csv").write_text("")
    (folder / "room.csv").write_text("x")
    assert lines_of(folder) == [
        "home_visits (1).csv: this file is not read, as the table is in home_visits.csv; delete the one that is not meant",
        "room.csv: this file is not read, as the table is in rooms.csv; delete the one that is not meant",
    ]


def test_a_column_of_ones_own_beside_a_known_one_is_said_in_the_words_of_the_file(tmp_path: Path) -> None:
    practices = (
        TABLES["practices"]
        .replace("district\n", "district,Noter,Note\n")
        .replace("Enghave\n", "Enghave,x,y\n")
    )
    (note,) = read_project(write_folder(tmp_path, practices=practices)).notes
    assert str(note) == (
        "practices.csv:1 [Noter]: this column is not read, beside Note; does it hold what belongs there?"
    )


def test_tables_that_are_not_there_have_the_names_of_sheets(tmp_path: Path) -> None:
    closures = [["Hvem", "Fra", "Til"], ["P9", "1.5.2009", "2.5.2009"]]
    workbook = small_workbook(Lukkedage=closures)
    folder = write_folder(tmp_path, **dict.fromkeys(TABLES))
    workbook.save(folder / "project.xlsx")
    assert lines_of(folder) == [
        "project.xlsx!Lukkedage:2 [Hvem]: there is no P9 in practices, consultants, Aftaler, alle"
    ]
