import datetime as dt
from pathlib import Path

import pytest
from scenario.joiners import HEADING, KRUSAAGADE, SAXOGADE, write_candidates, write_project

from scheduler.base.errors import InputProblem, ServiceError
from scheduler.inputs import read_project
from scheduler.inputs.candidates import Candidate, read_candidates
from scheduler.model.clock import Week
from scheduler.model.project import Project, RoomRule


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return read_project(write_project(tmp_path / "project"))


def _read(folder: Path, project: Project, *rows: str, heading: str = HEADING) -> tuple[Candidate, ...]:
    problems: list[InputProblem] = []
    found = read_candidates(write_candidates(folder, *rows, heading=heading), project, problems, [])
    assert not problems
    return found


def _wrong(folder: Path, project: Project, *rows: str, heading: str = HEADING) -> list[str]:
    problems: list[InputProblem] = []
    read_candidates(write_candidates(folder, *rows, heading=heading), project, problems, [])
    return [str(problem) for problem in problems]


def test_a_row_a_room_and_the_practice_once(tmp_path: Path, project: Project) -> None:
    more = "saxo,,,,,,,,fre,9.00,11.30\n"
    saxo, krus = _read(tmp_path, project, SAXOGADE, KRUSAAGADE, more)
    assert (saxo.candidate_id, krus.candidate_id) == ("saxo", "krus")
    assert saxo.place.full_address == "Saxogade 94, 1662 København V"
    assert saxo.rooms == (
        RoomRule(practice_id="saxo", weekday=1, date=None, start_s=30_600, end_s=43_200),
        RoomRule(practice_id="saxo", weekday=4, date=None, start_s=32_400, end_s=41_400),
    )
    assert (saxo.practice.every_weeks, saxo.practice.conversations) == (1, 1)
    assert (krus.practice.every_weeks, krus.practice.conversations) == (2, 2)


def test_the_practice_may_be_repeated_on_every_row(tmp_path: Path, project: Project) -> None:
    (saxo,) = _read(tmp_path, project, SAXOGADE, SAXOGADE.replace("tue", "mon"))
    assert [room.weekday for room in saxo.rooms] == [1, 0]


def test_danish_headings_and_semicolons(tmp_path: Path, project: Project) -> None:
    (saxo,) = _read(
        tmp_path,
        project,
        "saxo;Lægerne;Saxogade 94;1662;København V;uge 20 2009;basen;ons;8.30;12.00;ulige;Lokale 2\n",
        heading="Praksis-id;Navn;Adresse;Postnr;By;Første uge;Base;Ugedag;Fra;Til;Uger;Lokale\n",
    )
    assert saxo.practice.first_week == Week(2009, 20)
    assert saxo.practice.base_id == "base"
    assert saxo.rooms[0].weeks == "odd"
    assert saxo.rooms[0].room == "Lokale 2"


@pytest.mark.parametrize("title", ["Kandidater", "Ark1"])
def test_a_sheet_of_a_workbook(tmp_path: Path, project: Project, title: str) -> None:
    from openpyxl import Workbook

    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = title
    sheet.append(["Praksis-id", "Navn", "Adresse", "Postnr", "By", "Ugedag", "Start", "Slut"])
    sheet.append(["saxo", "Lægerne", "Saxogade 94", 1662, "København V", "tir", "08:30", "12:00"])
    file = tmp_path / "who.xlsx"
    workbook.save(file)
    problems: list[InputProblem] = []
    (saxo,) = read_candidates(file, project, problems, [])
    assert not problems
    assert saxo.place.postcode == "1662"


def test_a_workbook_without_such_a_sheet(tmp_path: Path, project: Project) -> None:
    from openpyxl import Workbook

    workbook = Workbook()
    workbook.create_sheet("andet").append(["x"])
    workbook.save(tmp_path / "who.xlsx")
    problems: list[InputProblem] = []
    assert read_candidates(tmp_path / "who.xlsx", project, problems, []) == ()
    assert [problem.reason for problem in problems] == ["exactly one sheet must be named Kandidater"]


def test_everything_wrong_is_told_at_once(tmp_path: Path, project: Project) -> None:
    wrong = _wrong(
        tmp_path,
        project,
        "P1,Praksis,Saxogade 94,1662,København V,,,,tue,08:30,12:00\n",  # 2: the id is taken
        "a,Praksis A,Saxogade 94,1662,København V,,,,,,\n",  # 3: no room
        "b,Praksis B,Saxogade 94,1662,København V,,,,tue,12:00,08:30\n",  # 4: ends before it begins
        "b,Praksis C,,,,,2,,wed,08:30,12:00\n",  # 5: another name; conversations only here is fine
        "c,,,1662,København V,,,,tue,08:30,\n",  # 6: no name, no address, no end
        "d,Praksis D,Saxogade 94,1662,København V,0,,,tisdag,08:30,12:00\n",  # 7: rhythm and weekday
        "e,Praksis E,Saxogade 94,1662,København V,,,,mon,08:30,09:00\n",  # 8: too short for a talk
        "f,Praksis F,Saxogade 94,1662,København V,,,,,08:30,12:00\n",  # 9: no weekday
        "g,Praksis G,Saxogade 94,1662,København V,,,,mon,08:30,12:00\n",
        "g,,,,,,,,mon,08:30,12:00\n",  # 11: the same room twice
        "G,Praksis G,Saxogade 95,1662,København V,,,,mon,08:30,12:00\n",  # 12: differs only in case
        ",Praksis H,Saxogade 96,1662,København V,,,,mon,08:30,12:00\n",  # 13: no id
    )
    assert sorted(wrong, key=lambda line: int(line.split(":")[1].split(" ")[0])) == [
        "who.csv:2 [practice_id]: the id P1 is already taken in practices.csv:2; choose another",
        "who.csv:3 [start]: a lends no room; give a weekday or a date, start and end",
        "who.csv:4 [end]: this ends before it begins",
        "who.csv:5 [name]: row 4 says otherwise of b; write it once, or the same on every row",
        "who.csv:6 [name]: this must be filled in",
        "who.csv:6 [address]: this must be filled in",
        "who.csv:6 [end]: this must be filled in",
        'who.csv:7 [every_weeks]: "0" is not a number from 1 to 104',
        (
            'who.csv:7 [weekday]: "tisdag" is not a weekday; write one of mon, tue, wed, thu, fri, sat, sun or '
            "man, tir, ons, tor, fre, lør, søn"
        ),
        "who.csv:8 [end]: the room is too short for one conversation, which takes 50 minutes with setup",
        "who.csv:9 [weekday]: give a weekday or a date",
        "who.csv:11 [start]: the same room hours stand in row 10 already; keep one",
        "who.csv:12 [practice_id]: the id G is already taken in who.csv:10; choose another",
        "who.csv:13 [practice_id]: this must be filled in",
    ]


def test_problems_name_columns_as_the_file_does(tmp_path: Path, project: Project) -> None:
    wrong = _wrong(
        tmp_path,
        project,
        "a,Praksis,Saxogade 94,1662,København V,r9,tir,12.00,8.30\n",
        heading="Praksis-id,Navn,Adresse,Postnr,By,Rådgiver,Ugedag,Fra,Til\n",
    )
    assert wrong == [
        "who.csv:2 [Rådgiver]: there is no r9 in consultants",
        "who.csv:2 [Til]: this ends before it begins",
    ]


def test_columns_that_are_missing_or_unknown(tmp_path: Path, project: Project) -> None:
    wrong = _wrong(
        tmp_path,
        project,
        "a,Praksis,Saxogade 94,1662,tue,08:30,12:00\n",
        heading="practice_id,name,adress,postcode,weekday,start,end\n",
    )
    assert wrong == [
        "who.csv:1 [adress]: no column has this name; did you mean address?",
        "who.csv: the column city is missing (in Danish: By)",
    ]


def test_a_cpr_number_is_refused_and_not_repeated(tmp_path: Path, project: Project) -> None:
    wrong = _wrong(tmp_path, project, SAXOGADE.replace("Lægerne Saxogade", "N. N. 010203-1234"))
    assert len(wrong) == 1
    assert "CPR" in wrong[0]
    assert "1234" not in wrong[0]


@pytest.mark.parametrize("heading", ["", HEADING])
def test_an_empty_table(tmp_path: Path, project: Project, heading: str) -> None:
    assert _wrong(tmp_path, project, heading=heading) == [
        "who.csv: the table has no rows; it needs at least one"
    ]


def test_bytes_that_are_no_text(tmp_path: Path, project: Project) -> None:
    (tmp_path / "who.csv").write_bytes(b"\x00\x01\x02")
    problems: list[InputProblem] = []
    assert read_candidates(tmp_path / "who.csv", project, problems, []) == ()
    assert len(problems) == 1


def test_a_file_that_is_not_there(tmp_path: Path, project: Project) -> None:
    with pytest.raises(ServiceError, match="cannot be read"):
        read_candidates(tmp_path / "nobody.csv", project, [], [])


def test_a_base_from_which_nobody_cycles(tmp_path: Path) -> None:
    bases = "base_id,name,address,postcode,city\nvalby,Valby,Toftegårds Plads 4,2500,Valby\n"
    project = read_project(write_project(tmp_path / "two", bases=bases))
    assert _read(tmp_path, project, SAXOGADE)[0].practice.base_id == "base"
    heading, row = HEADING.replace("\n", ",base_id\n"), SAXOGADE.replace("\n", ",valby\n")
    (problem,) = _wrong(tmp_path, project, row, heading=heading)
    assert problem.startswith("who.csv:2 [base_id]: no consultant cycles from the base valby;")


DANISH = "Praksis-id;Navn;Adresse;Postnr;By;Rådgiver;Ugedag;Dato;Fra;Til;Gælder fra\n"


def test_a_file_as_people_write_it(tmp_path: Path, project: Project) -> None:
    problems: list[InputProblem] = []
    notes: list[InputProblem] = []
    file = write_candidates(
        tmp_path,
        "saxo;Lægerne;Saxogade 94;DK-1662;København V;rådgiver 1;tirs.;;kl. 8.30;12.00;1/6-2009;20 30 40 50\n",
        "saxo;;;;;C1;;12/6/2009;0830;12.00;;\n",
        heading="sep=;\nKandidater i foråret;;;;;;;;;;;\n" + DANISH.replace("\n", ";Fax\n"),
    )
    (saxo,) = read_candidates(file, project, problems, notes)
    assert not problems
    assert [str(note) for note in notes] == [
        "who.csv:3 [Fax]: the table has no such column; it is not read",
        'who.csv:5 [Dato]: "12/6/2009" was read as 12 June 2009; so are other dates written like it',
    ]
    assert (saxo.practice.consultant_id, saxo.place.postcode) == ("c1", "1662")
    assert [(room.weekday, room.date, room.start_s) for room in saxo.rooms] == [
        (1, None, 30_600),
        (None, dt.date(2009, 6, 12), 30_600),
    ]


def test_who_is_meant_is_said_in_the_words_of_the_file(tmp_path: Path, project: Project) -> None:
    wrong = _wrong(
        tmp_path,
        project,
        "a;A;Saxogade 94;1662;København V;Rådgivr 1;tir;;8.30;12.00;\n",
        "b;B;Saxogade 95;1662;København V;;;;8.30;12.00;\n",
        "c;C;Saxogade 96;1662;København V;;tir;;8.30;12.00;2099-01-01\n",
        heading=DANISH.replace("By;", "Byy;"),
    )
    assert wrong == ["who.csv:1 [Byy]: no column has this name; did you mean By?"]
    wrong = _wrong(
        tmp_path,
        project,
        "a;A;Saxogade 94;1662;København V;Rådgivr 1;tir;;8.30;12.00;\n",
        "b;B;Saxogade 95;1662;København V;;;;8.30;12.00;\n",
        heading=DANISH,
    )
    assert wrong == [
        'who.csv:2 [Rådgiver]: there is no "Rådgivr 1" in consultants; did you mean c1?',
        "who.csv:3 [Ugedag]: give a weekday or a date",
    ]


def test_a_candidate_that_contradicts_the_project(tmp_path: Path) -> None:
    bases = "base_id,name,address,postcode,city\nvalby,Valby,Toftegårds Plads 4,2500,Valby\n"
    consultants = "consultant_id,name,base_id\nc1,Rådgiver 1,\nc2,Rådgiver 2,valby\n"
    project = read_project(write_project(tmp_path / "two", bases=bases, consultants=consultants))
    heading = HEADING.replace("\n", ",Rådgiver,Base,Samme som\n")
    wrong = _wrong(
        tmp_path,
        project,
        SAXOGADE.replace("\n", ",c2,basen,P1\n"),
        KRUSAAGADE.replace("\n", ",c1,,halmtorvet\n"),
        heading=heading,
    )
    assert wrong == [
        "who.csv:2 [Rådgiver]: c2 rides from another base than this practice is visited from",
        "who.csv:3 [Samme som]: P1 is followed by that of row 2 already; keep one",
    ]


def test_a_workbook_of_another_program(tmp_path: Path, project: Project) -> None:
    (tmp_path / "who.ods").write_bytes(b"PK\x03\x04 and more")
    problems: list[InputProblem] = []
    assert read_candidates(tmp_path / "who.ods", project, problems, []) == ()
    assert [str(problem) for problem in problems] == [
        "who.ods: the file is no workbook that can be read; save it in Excel as .xlsx, without a password"
    ]
