"""CPR numbers anywhere in what people hand in: refused with the place, and never repeated."""

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from folders import PLACE, SETTINGS, TABLES, lines_of, small_workbook, text_of, write_folder
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.worksheet.datavalidation import DataValidation

from scheduler import cli
from scheduler.base.cpr import MASK
from scheduler.base.errors import InputError, InputProblem
from scheduler.base.resources import example_folder
from scheduler.inputs import read_project
from scheduler.inputs.candidates import read_candidates
from scheduler.model.rosterfile import load
from scheduler.scenario import read_scenarios

CPR = "120565-1234"
#: As people write it, and as it comes out of other programs.
FORMS = [
    CPR, "1205651234", "120565 1234", "12.05.65-1234", "12/05/65 1234", "120565–1234", "120565−1234",
    "120565\u20111234", "120565\u00ad1234", "120565-\u200b1234", "１２０５６５－１２３４", "12051965-1234",
]  # fmt: skip
REFUSED = "this looks like a CPR number; delete it, personal numbers do not belong here"


def _not_repeated(text: str) -> str:
    for form in FORMS:
        assert form not in text
    assert "1234" not in text
    assert "１２３４" not in text
    return text


def _workbook(folder: Path, change: Callable[[Workbook], None]) -> list[str]:
    """Read the small project from a workbook that has been changed, and return its problems."""
    write_folder(folder, **dict.fromkeys(TABLES))
    workbook = small_workbook()
    change(workbook)
    workbook.save(folder / "project.xlsx")
    lines = lines_of(folder)
    _not_repeated("\n".join(lines))
    return lines


# --- Text files ------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", FORMS)
def test_cells_headings_and_own_columns_of_a_table(tmp_path: Path, number: str) -> None:
    folder = write_folder(
        tmp_path,
        practices=f"practice_id,name,address,postcode,city,district,note\nP1,Vej,{PLACE},x,{number}\nP2,Gade,{PLACE},x,\n",
        consultants=f"consultant_id,name,{number}\nc1,x,y\nc2,x,{number}\n",
        shifts=f"consultant_id,weekday,start,end\nc1,mon,9.00,15.00,{number}\n{number},mon,{number},15.00\n",
        home_visits=f"Mobil,visit_id\nHr. Jensen ({number}),{number}\n",
    )
    text = _not_repeated(text_of(folder))
    for where in (
        "practices.csv:2 [note]", "consultants.csv:1 [column 3]", "consultants.csv:3 [column 3]",
        "shifts.csv:2 [column 5]", "shifts.csv:3 [consultant_id]", "shifts.csv:3 [start]",
        "home_visits.csv:2 [column 1]", "home_visits.csv:2 [visit_id]",
    ):  # fmt: skip
        assert f"{where}: {REFUSED}" in text


@pytest.mark.parametrize("number", FORMS)
@pytest.mark.parametrize(
    "text",
    [
        "# Hansen {}\npractice_id,weekday,start,end\nP1,mon,9.00,12.00\nP2,mon,9.00,12.00\n",
        "practice_id,weekday,start,end\n# Hansen, {}\nP1,mon,9.00,12.00\nP2,mon,9.00,12.00\n",
        "practice_id,weekday,start,end\n# P1;mon;9.00;{}\nP1,mon,9.00,12.00\nP2,mon,9.00,12.00\n",
        'practice_id,weekday,start,end\nP1,mon,9.00,"12.00\n{}"\nP2,mon,9.00,12.00\n',
    ],
)
def test_lines_that_look_like_comments_are_read(tmp_path: Path, text: str, number: str) -> None:
    said = _not_repeated(text_of(write_folder(tmp_path, rooms=text.format(number))))
    assert REFUSED in said


def test_a_date_and_a_number_in_two_lines_of_a_cell(tmp_path: Path) -> None:
    note = '"120565\n1234"'
    practices = (
        f"practice_id,name,address,postcode,city,district,note\nP1,Vej,{PLACE},x,{note}\nP2,Gade,{PLACE},x,\n"
    )
    assert lines_of(write_folder(tmp_path, practices=practices)) == [f"practices.csv:2 [note]: {REFUSED}"]


@pytest.mark.parametrize("number", FORMS)
def test_settings_and_their_comments(tmp_path: Path, number: str) -> None:
    settings = f'# Hansen {number}\n{SETTINGS}speed = 5 # {number}\n[weights]\n# {number}\n"{number}" = 5\n'
    settings = settings.replace('"København V"', f'"{number}"')
    last = settings.count("\n")
    text = _not_repeated(text_of(write_folder(tmp_path, settings=settings)))
    for where in (":1", ":7 [base.city]", ":12 [period.speed]", f":{last - 1}", f":{last} [weights.{MASK}]"):
        assert f"project.toml{where}: {REFUSED}" in text


@pytest.mark.parametrize(
    "city",
    [
        '"120565-\\u0031234"', '"""120565-\\\n   1234"""', "['120565-1234']", "1205651234", "{ a = 1205651234 }",
        '"\\u0031\\u0032\\u0030\\u0035\\u0036\\u0035\\u0031\\u0032\\u0033\\u0034"',
    ],
)  # fmt: skip
def test_settings_that_hide_it(tmp_path: Path, city: str) -> None:
    settings = SETTINGS.replace('"København V"', city)
    text = _not_repeated(text_of(write_folder(tmp_path, settings=settings)))
    assert "project.toml" in text
    assert REFUSED in text


def test_settings_that_are_no_toml(tmp_path: Path) -> None:
    lines = lines_of(write_folder(tmp_path, settings=f"{SETTINGS}\nfnug = {CPR} !\n"))
    assert lines[0] == f"project.toml:12 [period.fnug]: {REFUSED}"
    assert "project.toml:12: this line is not TOML" in lines[1]


def test_what_calls_a_number_by_another_name(tmp_path: Path) -> None:
    settings = SETTINGS.replace("[period]", "# P-nr. 1003289373\n[period]\nbudget_dkk = 1205651234")
    note = "P-nr. 1003289373 on short sick leave"
    practices = (
        f"practice_id,name,address,postcode,city,district,note\nP1,Vej,{PLACE},x,{note}\nP2,Gade,{PLACE},x,\n"
    )
    project = read_project(write_folder(tmp_path, settings=settings, practices=practices))
    assert project.config.period.budget_dkk == 1205651234


def test_a_column_of_numbers_of_production_units(tmp_path: Path) -> None:
    rows = f"P1,Vej,{PLACE},x,{{0}}\nP2,Gade,{PLACE},x,1003289374\n"
    heading = "practice_id,name,address,postcode,city,district"
    (note,) = read_project(
        write_folder(tmp_path, practices=f"{heading},P-nr\n{rows.format(1003289373)}")
    ).notes
    assert str(note) == "practices.csv:1 [P-nr]: the table has no such column; it is not read"
    assert REFUSED in text_of(write_folder(tmp_path, practices=f"{heading},P-nr\n{rows.format(CPR)}"))


# --- Workbooks --------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [*FORMS, 1205651234, 105651234, 1205651234.0])
def test_cells_of_all_sheets(tmp_path: Path, number: Any) -> None:
    def change(workbook: Workbook) -> None:
        workbook["consultants"].append(["c3", number])
        for title in ("_Noter", "_Skjult", "Ark7"):
            workbook.create_sheet(title).append(["x", None, number])
        workbook["_Skjult"].sheet_state = "veryHidden"
        workbook["shifts"].sheet_state = "hidden"
        workbook["shifts"].append(["c1", "fri", number, "12.00"])
        workbook["shifts"].row_dimensions[10].hidden = True

    text = "\n".join(_workbook(tmp_path, change))
    for where in (
        "project.xlsx!consultants:4 [name]", "project.xlsx!_Noter:1 [column 3]", "project.xlsx!_Skjult:1 [column 3]",
        "project.xlsx!Ark7:1 [column 3]", "project.xlsx!shifts:10 [start]",
    ):  # fmt: skip
        assert f"{where}: {REFUSED}" in text


def test_a_kept_column_of_numbers_of_production_units(tmp_path: Path) -> None:
    def change(workbook: Workbook) -> None:
        sheet = workbook.create_sheet("_Noter")
        sheet.append(["Praksis", "P-nr"])
        sheet.append(["P1", 1003289373])

    assert _workbook(tmp_path, change) == []


@pytest.mark.parametrize("number", FORMS)
def test_comments_on_cells(tmp_path: Path, number: str) -> None:
    def change(workbook: Workbook) -> None:
        workbook["rooms"]["C2"].comment = Comment(f"Hr. Jensen\n{number}", "hjul")
        workbook["rooms"]["A1"].comment = Comment("P-nr. 1003289373", "hjul")
        workbook["shifts"]["B3"].comment = Comment("x", f"Hansen {number}")

    assert _workbook(tmp_path, change) == [
        "project.xlsx!rooms:2 [C]: the comment on this cell has what looks like a CPR number in it; delete it",
        f"project.xlsx [comment]: {REFUSED}",
    ]


def test_titles_of_sheets(tmp_path: Path) -> None:
    def change(workbook: Workbook) -> None:
        workbook.create_sheet(f"Ark {CPR}")
        workbook.create_sheet("_12.05.65-1234").append(["x"])

    lines = _workbook(tmp_path, change)
    assert [line for line in lines if "CPR" in line] == [
        "project.xlsx: the name of sheet 5 looks like a CPR number; choose another",
        "project.xlsx: the name of sheet 6 looks like a CPR number; choose another",
    ]


def test_what_stands_around_cells(tmp_path: Path) -> None:
    def change(workbook: Workbook) -> None:
        workbook.properties.title = f"Til {CPR}"
        rooms = workbook["rooms"]
        rooms.HeaderFooter.oddHeader.center.text = f"Hansen {CPR}"
        choice = DataValidation(type="list", formula1='"x,y"', promptTitle="Valg", prompt=f"Som {CPR}")
        choice.add("A2:A5")
        workbook["shifts"].add_data_validation(choice)
        workbook["consultants"]["B2"].hyperlink = f"https://example.org/{CPR}"
        workbook["consultants"]["B3"] = f'=IF(A3="{CPR}",1,0)'

    text = "\n".join(_workbook(tmp_path, change))
    for where in (
        "project.xlsx [properties of the document]", "project.xlsx!rooms [header, footer, drop-down or link]",
        "project.xlsx!shifts [header, footer, drop-down or link]", "project.xlsx!consultants:3 [B]",
        "project.xlsx [xl/worksheets/_rels/",
    ):  # fmt: skip
        assert where in text


def _with_parts(folder: Path, parts: dict[str, str]) -> list[str]:
    """Add parts to the small project's workbook, and return its problems."""
    _workbook(folder, lambda _workbook: None)
    with zipfile.ZipFile(folder / "project.xlsx", "a") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return lines_of(folder)


def test_texts_that_are_parted_by_their_looks(tmp_path: Path) -> None:
    drawing = (
        '<xdr:wsDr xmlns:xdr="x" xmlns:a="a"><a:p><a:r><a:rPr><a:solidFill/></a:rPr><a:t>1205</a:t></a:r>'
        "<a:r><a:rPr><a:b/></a:rPr><a:t>65-1234</a:t></a:r></a:p></xdr:wsDr>"
    )
    threaded = '<ThreadedComments><threadedComment ref="B2" id="{1}"><text>120565-1234</text></threadedComment></ThreadedComments>'
    relations = (
        '<Relationships><Relationship Id="r9" Type="http://x/threadedComment" '
        'Target="../threadedComments/threadedComment1.xml"/></Relationships>'
    )
    parts = {
        "xl/drawings/drawing1.xml": drawing,
        "xl/threadedComments/threadedComment1.xml": threaded,
        "xl/worksheets/_rels/sheet2.xml.rels": relations,
    }
    assert _with_parts(tmp_path, parts) == [
        f"project.xlsx [text box or picture]: {REFUSED}",
        "project.xlsx!rooms:2 [B]: the comment on this cell has what looks like a CPR number in it; delete it",
    ]


def test_numbers_of_the_program_are_none(tmp_path: Path) -> None:
    drawing = '<xdr:wsDr xmlns:xdr="x"><xdr:ext cx="1205651234" cy="1205651234" id="{12056512-3456-0101-0101-010165123456}"/></xdr:wsDr>'
    assert _with_parts(tmp_path, {"xl/drawings/drawing1.xml": drawing}) == []


def test_results_and_texts_of_formulas(tmp_path: Path) -> None:
    def change(workbook: Workbook) -> None:
        workbook["consultants"]["B2"] = '="120565"&"-1234"'

    _workbook(tmp_path, change)
    file = tmp_path / "project.xlsx"
    parts = {}
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            parts[name] = archive.read(name)
    sheet = parts["xl/worksheets/sheet3.xml"]
    parts["xl/worksheets/sheet3.xml"] = (
        sheet.replace(b'<c r="B2">', b'<c r="B2" t="str">')
        .replace(b"<v />", b"<v>120565-1234</v>")
        .replace(b"<v/>", b"<v>120565-1234</v>")
    )
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert lines_of(tmp_path) == [f"project.xlsx!consultants:2 [name]: {REFUSED}"]
    assert load_workbook(file, data_only=True)["consultants"]["B2"].value == CPR


# --- Names ------------------------------------------------------------------------------------------

NAME = "this name looks like a CPR number; choose another, personal numbers do not belong here"


@pytest.mark.parametrize("name", ["rooms {}.csv", "{}", "Hansen {}.pdf", ".{}.toml"])
def test_names_in_the_folder(tmp_path: Path, name: str) -> None:
    write_folder(tmp_path)
    (tmp_path / name.format(CPR)).write_text("x")
    assert lines_of(tmp_path) == [f"{name.format(MASK)}: {NAME}"]


def test_the_folder_itself(tmp_path: Path) -> None:
    assert lines_of(write_folder(tmp_path / CPR)) == [f"{MASK}: {NAME}"]


@pytest.mark.parametrize("read", [
    lambda file, project: read_candidates(file, project, [], []),
    read_scenarios,
    lambda file, _project: load(file),
])  # fmt: skip
def test_files_that_are_named(tmp_path: Path, read: Callable[..., object]) -> None:
    project = read_project(write_folder(tmp_path / "data"))
    file = tmp_path / f"{CPR}.x"
    file.write_text("x")
    with pytest.raises(InputError) as caught:
        read(file, project)
    assert NAME in _not_repeated(str(caught.value))


@pytest.mark.parametrize(
    "arguments",
    [
        ("check-data", "--data", f"{CPR}"),
        ("check", f"{CPR}.json"),
        ("simulate", f"{CPR}.toml"),
        ("network", "build", f"{CPR}.osm"),
        ("forget", "--before", CPR),
        ("plan", "2009-W20", "--out", f"data/project.toml/{CPR}"),
        ("plan", "--seed", CPR),
        ("plan", f"--{CPR}"),
        ("check", "roster.json", CPR),
        (CPR,),
    ],
)
def test_nothing_is_repeated_on_the_terminal(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
) -> None:
    write_folder(tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    assert cli.run(["--lang", "en", *arguments]) in (2, 3)
    captured = capfd.readouterr()
    _not_repeated(captured.out + captured.err)
    assert captured.err


# --- Candidates and scenarios -----------------------------------------------------------------------


def _candidates(file: Path, folder: Path) -> list[str]:
    problems: list[InputProblem] = []
    read_candidates(file, read_project(write_folder(folder)), problems, [])
    _not_repeated("\n".join(map(str, problems)))
    return [str(problem) for problem in problems]


HEADING = "practice_id,name,address,postcode,city,weekday,start,end,note"


@pytest.mark.parametrize("number", FORMS)
def test_candidates(tmp_path: Path, number: str) -> None:
    file = tmp_path / "candidates.csv"
    file.write_text(f"{HEADING}\nsaxo,Læge,Saxogade 94,1662,København V,mon,9.00,{number},se {number}\n")
    assert _candidates(file, tmp_path / "data")[:2] == [
        f"candidates.csv:2 [end]: {REFUSED}",
        f"candidates.csv:2 [note]: {REFUSED}",
    ]


def test_other_sheets_of_a_candidates_workbook(tmp_path: Path) -> None:
    workbook = Workbook()
    workbook.worksheets[0].title = "Kandidater"
    workbook.worksheets[0].append(HEADING.split(","))
    workbook.worksheets[0].append(["saxo", "L", "Saxogade 94", 1662, "Kbh", "mon", "9.00", "12.00", ""])
    workbook.create_sheet("Noter").append(["x", CPR])
    workbook.save(tmp_path / "c.xlsx")
    assert _candidates(tmp_path / "c.xlsx", tmp_path / "data") == [f"c.xlsx!Noter:1 [column 2]: {REFUSED}"]


@pytest.mark.parametrize("number", FORMS)
@pytest.mark.parametrize(
    ("text", "row"),
    [
        ('# {}\n[[scenario]]\nname = "a"\nchange = []\n', 1),
        ('[[scenario]]\nname = "{}"\nchange = []\n', 2),
        ('[[scenario]]\nname = "a"\nchange = [ {{ add = "{}" }} ]\n', 3),
        ('[[scenario]]\nname = "a"\nchange = []  # {}\n', 3),
        ('[[scenario]]\nname = "a"\nchange = []\n"{}" = 3\n', 4),
        ('x = "{}"\n', 1),
    ],
)
def test_scenarios(tmp_path: Path, text: str, row: int, number: str) -> None:
    project = read_project(write_folder(tmp_path / "data"))
    file = tmp_path / "s.toml"
    file.write_text(text.format(number), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_scenarios(file, project)
    assert f"s.toml:{row}" in _not_repeated(str(caught.value))
    assert REFUSED in str(caught.value)


def test_the_example_with_a_production_unit_in_a_note(tmp_path: Path) -> None:
    folder = shutil.copytree(example_folder(), tmp_path / "data")
    practices = (folder / "practices.csv").read_text(encoding="utf-8")
    changed = practices.replace("Indgang fra", "P-nr. 1003289373")
    assert changed != practices
    (folder / "practices.csv").write_text(changed, encoding="utf-8")
    assert "P-nr. 1003289373 gården, 1. sal" in {practice.note for practice in read_project(folder).practices}
