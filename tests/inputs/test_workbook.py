from pathlib import Path

import pytest
from folders import PLACE, TABLES, write_folder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from scheduler.base import resources
from scheduler.base.errors import InputError, ServiceError
from scheduler.inputs import read_project
from scheduler.inputs.schema import TABLES as ALL_TABLES
from scheduler.inputs.workbook import init_folder, write_workbook
from scheduler.model.project import Project

FULL: dict[str, str] = {
    "practices": "practice_id,name,address,postcode,city,district,lat,lon,every_weeks,first_week,active_from,note,visits_a_week,same_as\n"
    f"P1,=1+1,{PLACE},x,55.650001,12.5,2,2009-W53,2009-02-01,@SUM(A1),1,\n12,<b>,{PLACE},x,,,,,,'quoted,,P1\n",
    "rooms": "practice_id,weekday,date,start,end,weeks,valid_from\nP1,man,,9.05,12.00,ulige,1.2.2009\n12,,2009-05-12,09:00,12:00,,\n",
    "agreements": "practice_id,weekday,start\nP1,søn,9.30\n",
    "bases": f"base_id,name,address,postcode,city\nnord,Nord,{PLACE}\n",
    "consultants": "consultant_id,name,base_id,speed_kph\nc1,A,base,14.7\nc2,B,,\n",
    "places": f"place_id,name,address,postcode,city\nk,Kursus,{PLACE}\n",
    "engagements": "engagement_id,title,kind,consultant_id,weekday,start,end,place\ne1,-,m,all,mon,9.00,9.30,\ne2,+,m,c1,mon,10.00,10.30,k\n",
    "home_visits": f"visit_id,address,postcode,city,date,start,end,minutes\nH1,{PLACE},2009-05-12,09:00,12:00,60\n",
    "tasks": "task_id,title,kind,place,earliest,latest,minutes,start,weekday,priority,done\n"
    "t1,=Tak,intro,P1,2009-05-04,31.5.2009,45,,ons,2,\nt2,x,talk,k,2009-05-04,2009-05-31,30,9.00,,,6/5-2009\n",
    "pins": "id,date,start\nH1,2009-05-12,09:30\n",
    "shifts": "consultant_id,weekday,date,start,end,lunch_minutes,weeks,valid_from,valid_to\n"
    "c1,man,,8.00,11.00,20,ulige,1.2.2009,1.3.2010\nc1,man,,12:00,16:00,,ulige,1.2.2009,1.3.2010\nc2,,2009-05-12,FRI,,,,,\n",
    "closures": "who,from,to,start,end,reason\nall,2009-07-01,2009-07-31,,,ferie\ne1,2009-05-11,2009-05-11,,,\nc1,2009-05-11,2009-05-11,12:00,13:00,\n",
    "demand": "practice_id,week,conversations,visits\nP1,2009-W20,0,1\n",
    "results": "criterion,quarter,number,of,source\nI arbejde,2009-Q2,3,58,Jobcentret\n",
    "budget": "line,year,budget_dkk,used_dkk\nLøn,2009,850000,\n",
    "milestones": "date,title,kind\n2009-11-26,Halvvejskonference,\n",
}


def as_workbook(source: Path, folder: Path) -> Project:
    """Read the tables of a folder by way of a workbook."""
    write_folder(
        folder, settings=(source / "project.toml").read_text(encoding="utf-8"), **dict.fromkeys(TABLES)
    )
    write_workbook(source, folder / "project.xlsx")
    return read_project(folder)


def same(project: Project, other: Project) -> bool:
    return project.replace(sha256="") == other.replace(sha256="")


def test_workbook_is_the_same_project(tmp_path: Path) -> None:
    source = write_folder(tmp_path / "csv", **FULL)
    assert same(as_workbook(source, tmp_path / "excel"), read_project(source))


ROWS = st.tuples(
    st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=30),
    st.lists(st.integers(0, 1439), min_size=2, max_size=2, unique=True).map(sorted),
    st.floats(54.6, 57.7).map(lambda value: round(value, 7)),
)


@settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(ROWS, min_size=10, max_size=30))
def test_any_text_time_and_coordinate_comes_back(
    tmp_path: Path, rows: list[tuple[str, list[int], float]]
) -> None:
    places = "place_id,name,address,postcode,city,lat,lon\n"
    engagements = "engagement_id,title,kind,consultant_id,weekday,start,end\n"
    for number, (name, (start, end), lat) in enumerate(rows):
        quoted = name.replace('"', '""')
        places += f'k{number},"{quoted}",{PLACE},{lat},12.5\n'
        times = f"{start // 60}:{start % 60:02d},{end // 60}:{end % 60:02d}"
        engagements += f'e{number},"{quoted}",b,c1,fri,{times}\n'
    source = write_folder(tmp_path / "csv", places=places, engagements=engagements)
    assert same(as_workbook(source, tmp_path / "excel"), read_project(source))


def test_sheets_help_people_to_fill_them_in(tmp_path: Path) -> None:
    write_workbook(write_folder(tmp_path, **FULL), tmp_path / "project.xlsx")
    workbook = load_workbook(tmp_path / "project.xlsx")
    assert workbook.sheetnames == [*(table.danish for table in ALL_TABLES), "_Lister"]
    assert workbook["_Lister"].sheet_state == "hidden"
    for table in ALL_TABLES:
        sheet = workbook[table.danish]
        assert [cell.value for cell in sheet[1]] == [column.danish for column in table.columns]
        assert all(cell.comment and cell.comment.text for cell in sheet[1])
        assert sheet.freeze_panes == "B2"
        assert sheet.page_setup.orientation == "landscape"
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.sheet_properties.pageSetUpPr is not None
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_title_rows == "$1:$1"
        chosen = {str(rule.sqref)[0] for rule in sheet.data_validations.dataValidation}
        kinds = {
            chr(ord("A") + position)
            for position, column in enumerate(table.columns)
            if column.kind in ("weekday", "pattern", "reference")
        }
        assert chosen == kinds


def test_texts_are_no_formulas_and_dates_are_dates(tmp_path: Path) -> None:
    write_workbook(write_folder(tmp_path, **FULL), tmp_path / "project.xlsx")
    workbook = load_workbook(tmp_path / "project.xlsx")
    practices, rooms = workbook["Lægepraksisser"], workbook["Lokaletider"]
    assert (practices["B2"].value, practices["B2"].data_type, practices["B2"].quotePrefix) == (
        "=1+1",
        "s",
        True,
    )
    assert practices["A3"].value == "12"
    assert rooms["C3"].is_date
    assert rooms["C3"].number_format == "dd-mm-yyyy"
    assert rooms["B2"].value == "man"
    assert rooms["D2"].number_format == "hh:mm"
    assert workbook["Aftaler"]["D2"].value == "alle"
    assert workbook["Behov"]["B2"].value == "uge 20 2009"
    formulas = [
        cell.coordinate
        for table in ALL_TABLES
        for row in workbook[table.danish].iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]
    assert formulas == []


def test_drop_down_lists_gather_the_ids(tmp_path: Path) -> None:
    write_workbook(write_folder(tmp_path, **FULL), tmp_path / "project.xlsx")
    workbook = load_workbook(tmp_path / "project.xlsx")
    rules = workbook["Låste besøg"].data_validations.dataValidation
    rule = next(rule for rule in rules if str(rule.sqref).startswith("A2"))
    assert rule.formula1 == (
        "OFFSET('_Lister'!$F$1,0,0,MAX(1,0+COUNTA('Lægepraksisser'!$A$2:$A$200)"
        "+COUNTA('Hjemmebesøg'!$A$2:$A$200)+COUNTA('Opgaver'!$A$2:$A$200)),1)"
    )
    assert workbook["_Lister"]["F3"].value == (
        "=IF(3<=COUNTA('Lægepraksisser'!$A$2:$A$200),INDEX('Lægepraksisser'!$A$2:$A$200,3),"
        "IF(3-COUNTA('Lægepraksisser'!$A$2:$A$200)<=COUNTA('Hjemmebesøg'!$A$2:$A$200),"
        "INDEX('Hjemmebesøg'!$A$2:$A$200,3-COUNTA('Lægepraksisser'!$A$2:$A$200)),"
        "IF(3-COUNTA('Lægepraksisser'!$A$2:$A$200)-COUNTA('Hjemmebesøg'!$A$2:$A$200)<=COUNTA('Opgaver'!$A$2:$A$200),"
        "INDEX('Opgaver'!$A$2:$A$200,3-COUNTA('Lægepraksisser'!$A$2:$A$200)-COUNTA('Hjemmebesøg'!$A$2:$A$200)),\"\")))"
    )


def test_wrong_folder_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        write_workbook(write_folder(tmp_path, rooms=None), tmp_path / "project.xlsx")
    assert not (tmp_path / "project.xlsx").exists()


def test_new_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    example = write_folder(tmp_path / "example", **FULL)
    (example / "README.md").write_text("x")
    (example / "map").mkdir()
    monkeypatch.setattr("scheduler.inputs.workbook.example_folder", lambda: example)
    init_folder(tmp_path / "new" / "project")
    target = tmp_path / "new" / "project"
    assert sorted(path.name for path in target.iterdir()) == sorted(
        [*(f"{table.name}.csv" for table in ALL_TABLES), "project.toml", "README.md", "excel"]
    )
    assert sorted(path.name for path in (target / "excel").iterdir()) == ["project.toml", "project.xlsx"]
    assert same(read_project(target / "excel"), read_project(target))
    assert same(read_project(target), read_project(example))


def test_new_folder_needs_an_empty_place(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    for target in (tmp_path, tmp_path / "notes.txt"):
        with pytest.raises(InputError, match="not empty"):
            init_folder(target)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_example_as_a_workbook(tmp_path: Path) -> None:
    source = resources.example_folder()
    assert same(as_workbook(source, tmp_path), read_project(source))


def test_new_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ServiceError):
        init_folder(tmp_path / "file" / "project")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
