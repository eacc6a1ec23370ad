"""The log's sheets: written, filled in as people do, and read back."""

import datetime as dt
import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import samples
from openpyxl import Workbook, load_workbook

from scheduler.base import i18n
from scheduler.base.errors import InputError, InputProblem, ServiceError
from scheduler.inputs.logsheet import APART, HELD, read_log
from scheduler.model.outcomes import ApartLog, Outcomes, VisitLog, WeekLog
from scheduler.model.roster import Roster
from scheduler.outputs import logsheet
from scheduler.outputs.sheets import workbook

ROSTER = samples.roster()
MONDAY = dt.date(2009, 5, 11)


def _filled(content: bytes, *cells: tuple[str, str, Any]) -> Workbook:
    """The workbook with numbers written in: by practice id, or consultant and day, by the column's heading."""
    book = load_workbook(io.BytesIO(content))
    for sheet in book.worksheets:
        rows = list(sheet.iter_rows())
        heads = next((row for row in rows if "Dato" in [cell.value for cell in row]), None)
        if heads is None or not {"Planlagt", "Hjemme"}.intersection(c.value for c in heads):
            continue
        at = {cell.value: cell.column for cell in heads}
        for row in rows[heads[0].row :]:
            names = [str(cell.value) for cell in row]
            for who, heading, value in cells:
                if who in (names[1], f"{names[0]} {names[1][:10]}") and heading in at:
                    cell = next(each for each in row if each.column == at[heading])
                    cell.value = value
    return book


def _log(
    book: Workbook | str, tmp_path: Path, roster: Roster = ROSTER
) -> tuple[WeekLog, list[str], list[str]]:
    """What is read, the problems and the notes."""
    file = tmp_path / ("log.csv" if isinstance(book, str) else "log.xlsx")
    if isinstance(book, str):
        file.write_text(book, encoding="utf-8")
    else:
        book.save(file)
    problems: list[InputProblem] = []
    notes: list[InputProblem] = []
    log = read_log(file, roster, problems, notes)
    return log, [str(problem) for problem in problems], [str(note) for note in notes]


@pytest.fixture(params=["roster.xlsx", "own"])
def sent(request: pytest.FixtureRequest) -> bytes:
    with i18n.using("da"):
        if request.param == "own":
            return logsheet.log_workbook(ROSTER, "r1")
        return workbook(ROSTER)


CELLS: tuple[tuple[str, str, Any], ...] = (
    ("vesterbrogade", "Booket", 2),
    ("vesterbrogade", "Afholdt", 2),
    ("matthaeusgade", "Booket", "2"),
    ("matthaeusgade", "Afholdt", "1,0"),
    ("matthaeusgade", "Afbud", "-"),
    ("matthaeusgade", "Udeblevet", 1.0),
    ("sjaeloer", "Booket", 1),
    ("enghavevej", "Ikke booket", 1),
    ("enghavevej", "Aflyst af os", 1),
    ("annex", "Aflyst af praksis", 1),
    ("Rådgiver 1 2009-05-12", "Telefon", 3),
    ("Rådgiver 1 2009-05-12", "Hjemme", 1),
    ("Rådgiver 1 2009-05-14", "Hjemme", 0),
)


def test_what_was_sent_comes_back_with_numbers_in_it(sent: bytes, tmp_path: Path) -> None:
    log, problems, notes = _log(_filled(sent, *CELLS), tmp_path)
    assert (problems, notes) == ([], [])
    assert log.visits == (
        VisitLog(practice_id="vesterbrogade", date=MONDAY, consultant_id="r1", booked=2, outcomes=Outcomes(planned=2, held=2)),
        VisitLog(practice_id="matthaeusgade", date=MONDAY, consultant_id="r1", booked=2, outcomes=Outcomes(planned=2, held=1, no_show=1)),
        VisitLog(practice_id="sjaeloer", date=dt.date(2009, 5, 12), consultant_id="r1", booked=1),
        VisitLog(practice_id="enghavevej", date=dt.date(2009, 5, 13), consultant_id="r1", outcomes=Outcomes(planned=2, not_booked=1, by_us=1)),
        VisitLog(practice_id="annex", date=dt.date(2009, 5, 14), consultant_id="r1", outcomes=Outcomes(planned=1, by_practice=1)),
    )  # fmt: skip
    assert log.apart == (
        ApartLog(consultant_id="r1", date=dt.date(2009, 5, 12), by_phone=3, at_home=1),
        ApartLog(consultant_id="r1", date=dt.date(2009, 5, 14), at_home=0),
    )


def test_nothing_filled_in_is_nothing_told(sent: bytes, tmp_path: Path) -> None:
    assert _log(load_workbook(io.BytesIO(sent)), tmp_path) == (WeekLog(), [], [])


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_the_sheets_have_a_row_a_visit_and_a_row_a_day(language: str) -> None:
    with i18n.using(language):
        book = load_workbook(io.BytesIO(logsheet.log_workbook(ROSTER, "r2")))
        assert tuple(book.sheetnames) == logsheet.sheet_titles()
    for sheet, table in zip(book.worksheets, (HELD, APART), strict=True):
        heads = [str(cell.value) for cell in list(sheet.iter_rows())[2]]
        assert [table.by_heading[_key(head)].name for head in heads] == [c.name for c in table.columns]
    held, apart = (
        [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)] for sheet in book.worksheets
    )
    assert [row[1] for row in held] == ["toftegaard", "valbylanggade", "vigerslev", "istedgade"]
    assert held[0][:6] == [
        "Rådgiver 2",
        "toftegaard",
        "Praksis Toftegårds Allé",
        dt.datetime(2009, 5, 12),
        2,
        None,
    ]
    assert [row[1] for row in apart] == [dt.datetime(2009, 5, day) for day in (11, 12, 14)]
    assert "hb-1" not in str(held)


def _key(text: str) -> str:
    from scheduler.inputs.schema import key

    return key(text)


def test_english_sheets_are_read_too(tmp_path: Path) -> None:
    book = load_workbook(io.BytesIO(logsheet.log_workbook(ROSTER, "r1")))
    book["Held"].cell(4, 7).value = 2
    book["Phone and home"].cell(4, 3).value = 4
    log, problems, notes = _log(book, tmp_path)
    assert (problems, notes) == ([], [])
    assert [visit.outcomes for visit in log.visits] == [Outcomes(planned=2, held=2)]
    assert [apart.by_phone for apart in log.apart] == [4]


CSV = "Praksis-id;Dato;Planlagt;Booket;Afholdt;Afbud;Udeblevet;Ikke booket;Aflyst af praksis;Aflyst af os\n"


def test_a_csv_file_as_people_write_it(tmp_path: Path) -> None:
    rows = "Praksis Vesterbrogade;11/5-2009;2;;1;;1;;;\nANNEX;14.5.09;1;-;;;;1;;\n"
    log, problems, notes = _log(CSV + rows, tmp_path)
    assert (problems, notes) == ([], [])
    assert [(v.practice_id, v.consultant_id, v.booked) for v in log.visits] == [
        ("vesterbrogade", "r1", None),
        ("annex", "r1", 0),
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("vesterbrogade;11-05-2009;2;;1;;;;;", "log.csv:2 [Afholdt]: the six outcomes are 1 in all, but 2 were planned"),
        ("vesterbrogade;11-05-2009;2;;2;1;;;;", "log.csv:2 [Afholdt]: the six outcomes are 3 in all, but 2 were planned"),
        ("vesterbrogade;11-05-2009;2;;0;;;;;", "log.csv:2 [Afholdt]: the six outcomes are 0 in all, but 2 were planned"),
        ("vesterbrogade;11-05-2009;3;;3;;;;;", "log.csv:2 [Planlagt]: 3 are told as planned, but 2 were published"),
        ("vesterbrogade;11-05-2009;2;3;2;;;;;", "log.csv:2 [Booket]: 3 are told as booked, but only 2 were planned"),
        ("vesterbrogade;12-05-2009;2;;2;;;;;", 'log.csv:2 [Praksis-id]: no visit to "vesterbrogade" on Tuesday 12 May was planned'),
        ("nowhere;11-05-2009;2;;2;;;;;", 'log.csv:2 [Praksis-id]: no visit to "nowhere" on Monday 11 May was planned'),
        ("hb-1;12-05-2009;0;;0;;;;;", 'log.csv:2 [Praksis-id]: no visit to "hb-1" on Tuesday 12 May was planned'),
        ("vesterbrogade;18-05-2009;2;;2;;;;;", "log.csv:2 [Dato]: 18 May 2009 is not in 2009-W20"),
        ("vesterbrogade;11-05-2009;2;;to;;;;;", 'log.csv:2 [Afholdt]: "to" is not a whole number'),
        ("vesterbrogade;11-05-2009;2;;-1;;;3;;", 'log.csv:2 [Afholdt]: "-1" is not a number from 0 to 100'),
        ("vesterbrogade;11-05-2009;;;2;;;;;", "log.csv:2 [Planlagt]: this must be filled in"),
        ("120554-1234;11-05-2009;2;;2;;;;;", "log.csv:2 [Praksis-id]: this looks like a CPR number; delete it, personal numbers do not belong here"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_row_and_column(row: str, said: str, tmp_path: Path) -> None:
    log, problems, _notes = _log(CSV + row + "\n", tmp_path)
    assert problems == [said]
    assert log.visits == ()


def test_a_visit_is_counted_once(tmp_path: Path) -> None:
    row = "vesterbrogade;11-05-2009;2;;2;;;;;\n"
    log, problems, _notes = _log(CSV + row + row, tmp_path)
    assert problems == ["log.csv:3 [Praksis-id]: this visit stands in row 2 already; keep one"]
    assert len(log.visits) == 1


def _edited(content: bytes, edit: Callable[[Workbook], object]) -> Workbook:
    book = load_workbook(io.BytesIO(content))
    edit(book)
    return book


def test_a_day_is_counted_once_and_who_is_not_known_is_said(tmp_path: Path) -> None:
    def twice(book: Workbook) -> None:
        sheet = book["Phone and home"]
        sheet.append(["Rådgiver 1", dt.date(2009, 5, 11), 2, None])
        sheet.append(["R1", dt.date(2009, 5, 11), 2, None])
        sheet.append(["Nobody", dt.date(2009, 5, 12), 2, None])
        sheet.append(["r2", dt.date(2009, 6, 12), 2, None])

    log, problems, _notes = _log(_edited(logsheet.log_workbook(ROSTER, "r1"), twice), tmp_path)
    assert log.apart == (ApartLog(consultant_id="r1", date=MONDAY, by_phone=2),)
    assert problems == [
        "log.xlsx!Phone and home:9 [Consultant]: this day of the consultant stands in row 8 already; keep one",
        'log.xlsx!Phone and home:10 [Consultant]: there is no consultant "Nobody"; there are: r1, r2',
        "log.xlsx!Phone and home:11 [Date]: 12 June 2009 is not in 2009-W20",
    ]


def test_what_else_stands_there_is_passed_over_and_said(tmp_path: Path) -> None:
    def more(book: Workbook) -> None:
        sheet = book["Held"]
        sheet.cell(3, 13).value = "Borger"
        sheet.cell(4, 13).value = "Hr. Hansen ville hellere tale i telefon"
        sheet.cell(4, 7).value = 2
        book.create_sheet("Noter").append(["Fru Jensen kom for sent"])

    log, problems, notes = _log(_edited(workbook(ROSTER), more), tmp_path)
    assert problems == []
    assert notes == [
        "log.xlsx!Held:3 [Borger]: the table has no such column; it is not read",
        "log.xlsx!Noter: this sheet is not read",
    ]
    assert "Hansen" not in repr(log)
    assert "Jensen" not in repr(log)
    assert len(log.visits) == 1


def test_text_beside_the_numbers_is_an_error(tmp_path: Path) -> None:
    """Where a number belongs, nothing about a citizen is taken in."""

    def note(book: Workbook) -> None:
        book["Held"].cell(4, 8).value = "1 (Hr. Hansen)"

    log, problems, _notes = _log(_edited(workbook(ROSTER), note), tmp_path)
    assert len(problems) == 1
    assert "is not a whole number" in problems[0]
    assert log.visits == ()


def test_another_consultant_may_have_made_the_visit(tmp_path: Path) -> None:
    heading = CSV.replace("Praksis-id", "Praksis-id;Rådgiver")
    log, problems, _notes = _log(heading + "annex;rådgiver 2;14-05-2009;1;;1;;;;;\n", tmp_path)
    assert problems == []
    assert log.visits[0].consultant_id == "r2"
    _other, problems, _notes = _log(heading + "annex;Carla;14-05-2009;1;;1;;;;;\n", tmp_path)
    assert problems == ['log.csv:2 [Rådgiver]: there is no consultant "Carla"; there are: r1, r2']


def test_a_name_of_two_practices_names_neither(tmp_path: Path) -> None:
    first, *rest = ROSTER.rounds
    stops = tuple(replace(stop, name="Lægerne") if stop.kind == "visit" else stop for stop in first.stops)
    roster = ROSTER.replace(rounds=(replace(first, stops=stops), *rest))
    _read, problems, _notes = _log(CSV + "Lægerne;11-05-2009;2;;2;;;;;\n", tmp_path, roster)
    assert problems == ['log.csv:2 [Praksis-id]: no visit to "Lægerne" on Monday 11 May was planned']


def test_a_workbook_without_the_sheets(tmp_path: Path) -> None:
    book = Workbook()
    book.worksheets[0].append(["x"])
    log, problems, _notes = _log(book, tmp_path)
    assert log == WeekLog()
    assert problems == ["log.xlsx: there is no sheet Afholdt or Telefon og hjemme in it"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 nothing", b"\x00\x01"])
def test_files_that_are_none(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "x.xlsx"
    file.write_bytes(content)
    problems: list[InputProblem] = []
    assert read_log(file, ROSTER, problems, []) == WeekLog()
    assert len(problems) == (1 if content else 0)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ServiceError):
        read_log(tmp_path / "none.xlsx", ROSTER, [], [])
    with pytest.raises(InputError):
        read_log(tmp_path / "120554-1234.xlsx", ROSTER, [], [])


def test_two_of_one_name_are_told_apart(tmp_path: Path) -> None:
    people = tuple(
        replace(each, name=name) for each, name in zip(ROSTER.consultants, ("Anne", "anne"), strict=True)
    )
    roster = ROSTER.replace(consultants=people)
    book = load_workbook(io.BytesIO(logsheet.log_workbook(roster, "r2")))
    book["Held"].cell(4, 7).value = 2
    book["Phone and home"].cell(4, 3).value = 1
    log, problems, _notes = _log(book, tmp_path, roster)
    assert problems == []
    assert [visit.consultant_id for visit in log.visits] == ["r2"]
    assert [apart.consultant_id for apart in log.apart] == ["r2"]


LONG = "Sygedagpengeopfølgningssamtale, [Team] Vesterbro: Anne-Margrethe"


def test_sheets_of_long_names_are_the_rosters_own(tmp_path: Path) -> None:
    people = (replace(ROSTER.consultants[0], name=LONG), ROSTER.consultants[1])
    book = load_workbook(io.BytesIO(workbook(ROSTER.replace(consultants=people))))
    assert _log(book, tmp_path, ROSTER.replace(consultants=people))[2] == []


def test_consultants_called_as_the_sheets_are(tmp_path: Path) -> None:
    roster = ROSTER.replace(
        consultants=tuple(
            replace(each, name=name)
            for each, name in zip(ROSTER.consultants, ("Held", "Week 20"), strict=True)
        )
    )
    book = load_workbook(io.BytesIO(workbook(roster)))
    assert book.sheetnames == ["Week 20", "Held (2)", "Week 20 (2)", "Held", "Phone and home"]
    assert _log(book, tmp_path, roster)[1] == []


@pytest.mark.parametrize("ends", [{"held": 1}, {"held": 3, "cancelled": -1}, {}])
def test_outcomes_are_as_many_as_planned(ends: Mapping[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"conversations|outcomes"):
        Outcomes(planned=2, **ends)
    assert Outcomes(planned=0).ends == (0,) * 6
