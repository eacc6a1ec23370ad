"""Rosters made by hand, as people write them: read, judged and scored, or refused row by row."""

from collections.abc import Callable
from pathlib import Path

import pytest
from folders import ON_THE_MAP, write_folder
from openpyxl import Workbook

from scheduler import cli
from scheduler.base.errors import InputError, ServiceError
from scheduler.model import rosterfile
from scheduler.model.clock import Week, seconds_of
from scheduler.model.roster import REQUESTED, Roster
from scheduler.services import planner
from scheduler.services.byhand import read_by_hand

W20 = Week(2009, 20)
PROJECT = {
    "settings": ON_THE_MAP["settings"],
    "practices": "practice_id,name,address,postcode,city,district,lat,lon,conversations\n"
    "P1,Lægerne Vej,Vej 1,2450,København SV,Valby,55.66506,12.54932,2\n"
    "P2,Lægehuset Gade,Gade 2,1620,København V,Vesterbro,55.66810,12.55000,1\n"
    "P3,Torvet,Torv 3,1620,København V,Vesterbro,55.66810,12.55100,1\n"
    "P4,Sjældent,Torv 4,1620,København V,Vesterbro,55.66810,12.55200,0\n",
    "rooms": "practice_id,weekday,start,end\nP1,mon,09:00,12:00\nP2,tue,09:00,12:00\nP3,mon,09:00,15:00\nP4,mon,09:00,15:00\n",
    "home_visits": "visit_id,address,postcode,city,district,date,start,end,minutes,lat,lon\n"
    "H1,Hemmelig Gade 7,1665,København V,Vesterbro,2009-05-12,12:30,15:00,30,55.66735,12.54900\n",
    "tasks": "task_id,title,kind,place,earliest,latest,minutes\nT1,Introduktion,visit,P2,2009-05-11,2009-05-14,30\n",
}
HEADING = "Ugedag;Rådgiver;Praksis;Start;Samtaler\n"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("byhand") / "data", **PROJECT)


@pytest.fixture(scope="module")
def planned(data: Path) -> Path:
    """The folder of the best roster of the week."""
    return planner.plan_week(data, W20, data.parent / "out").folder


def _csv(folder: Path, text: str) -> Path:
    file = folder / "plan.csv"
    file.write_text(text, encoding="utf-8")
    return file


def _stops(roster: Roster) -> list[tuple[str, str, str, int, int]]:
    return [
        (stop.id, round_.consultant_id, str(round_.date), seconds_of(stop.start, round_.date), stop.conversations)
        for round_ in roster.rounds
        for stop in round_.stops
        if stop.kind in REQUESTED
    ]  # fmt: skip


def test_a_table_as_people_write_it(data: Path, tmp_path: Path) -> None:
    file = _csv(
        tmp_path,
        "Vores plan;;;;\n"
        + HEADING
        + "man.;rådgiver 1;Lægerne Vej;kl. 9.30;\n"
        + "tirs;C2;p2;0905;1\n"
        + ";;;;\n"
        + "tir;c2;Introduktion;10.15;\n"
        + "tirsdag;c2;H1;13.00;\n",
    )
    roster, broken = read_by_hand(data, file, W20)
    assert broken == ()
    assert _stops(roster) == [
        ("P1", "c1", "2009-05-11", 34_200, 2),
        ("P2", "c2", "2009-05-12", 32_700, 1),
        ("T1", "c2", "2009-05-12", 36_900, 0),
        ("H1", "c2", "2009-05-12", 46_800, 0),
    ]
    assert [each.id for each in roster.unassigned] == ["P3"]
    assert roster.score == sum(term.points for term in roster.terms.values()) > 0


def test_a_workbook_with_dates_says_its_week(data: Path, tmp_path: Path) -> None:
    import datetime as dt

    book = Workbook()
    notes, sheet = book.worksheets[0], book.create_sheet("Maj")
    notes.append(["Husk", "kaffe"])
    sheet.append(["Dato", "Rådgiver", "Praksis-id", "Klokken", "Bemærkning"])
    sheet.append([dt.date(2009, 5, 11), "Rådgiver 2", "P3", dt.time(10, 0), "ny"])
    book.save(tmp_path / "plan.xlsx")
    roster, broken = read_by_hand(data, tmp_path / "plan.xlsx")
    assert broken == ()
    assert (roster.week, _stops(roster)) == ("2009-W20", [("P3", "c2", "2009-05-11", 36_000, 1)])


@pytest.mark.parametrize("language", ["da", "en"])
def test_the_programs_own_workbook_is_read_back(data: Path, tmp_path: Path, language: str) -> None:
    from scheduler.base import i18n

    with i18n.using(language):
        folder = planner.plan_week(data, W20, tmp_path / "out").folder
    best = rosterfile.load(folder / "roster.json")
    roster, broken = read_by_hand(data, folder / "roster.xlsx")
    assert broken == ()
    assert _stops(roster) == _stops(best)
    assert roster.score == best.score
    assert {stop[0] for stop in _stops(roster)} == {"P1", "P2", "P3", "T1", "H1"}


def test_a_sheet_whose_title_is_the_beginning_of_a_long_name(tmp_path: Path) -> None:
    consultants = "consultant_id,name\nc1,Sygedagpengeopfølgning Vesterbro: Anne-Margrethe\nc2,Bo\n"
    long = write_folder(tmp_path / "data", **{**PROJECT, "consultants": consultants})
    folder = planner.plan_week(long, W20, tmp_path / "out").folder
    roster, broken = read_by_hand(long, folder / "roster.xlsx")
    assert broken == ()
    assert _stops(roster) == _stops(rosterfile.load(folder / "roster.json"))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("man;c1;P1;9.30;2\nman;c1;P3;10.00;1", "begins"),
        ("man;c1;P1;8.30;2", "does not lie inside the room slot from 9:00 to 12:00"),
        ("tir;c1;P1;9.30;2", "the visit names no room slot"),
        ("man;c1;P1;9.33;2", "does not start on the grid"),
        ("man;c1;P1;9.30;3", "conversations"),
    ],
)
def test_rules_that_are_broken_are_said(data: Path, tmp_path: Path, row: str, said: str) -> None:
    roster, broken = read_by_hand(data, _csv(tmp_path, HEADING + row + "\n"), W20)
    assert any(said in str(violation) for violation in broken), [str(each) for each in broken]
    assert len(_stops(roster)) == row.count("\n") + 1


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("man;c1;Frokost;12.00;", 'plan.csv:2 [Praksis]: "Frokost" is no practice, home visit or task of 2009-W20'),
        ("man;c1;Sjældent;9.30;", 'plan.csv:2 [Praksis]: "Sjældent" asks for no visit in 2009-W20; a row in the table demand makes it'),
        ("man;c1;p4;9.30;", 'plan.csv:2 [Praksis]: "p4" asks for no visit in 2009-W20; a row in the table demand makes it'),
        ("man;Carla;P1;9.30;", 'plan.csv:2 [Rådgiver]: there is no consultant "Carla"; there are: c1, c2'),
        ("fre;c1;P1;9.30;", "plan.csv:2 [Rådgiver]: c1 does not work on Friday 15 May"),
        ("man;c1;P1;;", "plan.csv:2 [Start]: this must be filled in"),
        ("man;c1;P1;9.30;\n;c2;P3;9.30;", "plan.csv:3 [Dato]: give a weekday or a date"),
        (";c1;P1;9.30;", "plan.csv:2 [Dato]: give a weekday or a date"),
        ("man;c1;P1;halv ti;", 'plan.csv:2 [Start]: "halv ti" is not a time of day in whole minutes; write it like 09:30'),
        ("man;c1;P1;9.30;2\ntir;c1;p1;9.30;", "plan.csv:3 [Praksis]: this visit stands in row 2 already; keep one"),
        ("man;c1;120554-1234;9.30;", "plan.csv:2 [Praksis]: this looks like a CPR number; delete it, personal numbers do not belong here"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_row(data: Path, tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(InputError) as refused:
        read_by_hand(data, _csv(tmp_path, HEADING + row + "\n"), W20)
    assert [str(problem) for problem in refused.value.problems] == [said]


def test_which_week_it_is_of_must_be_known_and_one(data: Path, tmp_path: Path) -> None:
    file = _csv(tmp_path, HEADING + "man;c1;P1;9.30;\n")
    with pytest.raises(InputError, match="no dates") as refused:
        read_by_hand(data, file)
    assert refused.value.hint == "Name the week with --week."
    dated = HEADING.replace("Ugedag", "Dato")
    file = _csv(tmp_path, dated + "11-05-2009;c1;P1;9.30;\n18-05-2009;c1;P3;9.30;\n")
    with pytest.raises(InputError, match="2009-W21, and other rows are in 2009-W20"):
        read_by_hand(data, file)
    file = _csv(tmp_path, dated + "11-05-2009;c1;P1;9.30;\n")
    with pytest.raises(InputError, match="2009-W20, not in 2009-W21"):
        read_by_hand(data, file, Week(2009, 21))


def test_files_without_a_plan(data: Path, tmp_path: Path) -> None:
    Workbook().save(tmp_path / "empty.xlsx")
    (tmp_path / "no.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    for name in ("empty.xlsx", "no.xlsx"):
        with pytest.raises(InputError):
            read_by_hand(data, tmp_path / name, W20)
    with pytest.raises(InputError, match="no visit in it"):
        read_by_hand(data, _csv(tmp_path, HEADING), W20)
    with pytest.raises(ServiceError):
        read_by_hand(data, tmp_path / "none.csv", W20)


# --- The command line -------------------------------------------------------------------------------


Hjul = Callable[..., tuple[int, str, str]]


@pytest.fixture
def hjul(capfd: pytest.CaptureFixture[str], data: Path) -> Hjul:
    def run(*arguments: object) -> tuple[int, str, str]:
        code = cli.run(["--lang", "en", "--data", str(data), *map(str, arguments)])
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return run


def test_hjul_check_says_what_it_breaks_and_what_it_costs(hjul: Hjul, tmp_path: Path) -> None:
    good = _csv(tmp_path, HEADING + "man;c1;P1;9.30;\n")
    code, out, err = hjul("check", good, "--week", "2009-W20")
    assert (code, err) == (0, "")
    assert out.startswith(
        f"{good}: the roster of 2009-W20 keeps every rule.\nWeek 20: 1 visit, 2 conversations\n"
    )
    assert "Torvet (P3), no visit, 1 conversation asked for" in out
    assert "Hemmelig" not in out
    assert f"hjul diff {good} out/2009-W20" in out
    code, out, err = hjul("check", _csv(tmp_path, HEADING + "man;c1;P1;8.30;\n"), "--week", "uge 20 2009")
    assert code == 1
    assert "does not lie inside the room slot" in err
    assert "keeps every rule" not in out
    assert hjul("check", _csv(tmp_path, HEADING + "man;c9;P1;8.30;\n"), "--week", "2009-W20")[0] == 2


def test_hjul_diff_sets_it_beside_the_best(hjul: Hjul, tmp_path: Path, planned: Path) -> None:
    file = _csv(tmp_path, HEADING + "man;c1;P1;9.30;1\n")
    code, out, err = hjul("diff", file, planned)
    assert code == 0
    assert "Torvet" in out
    assert "without a proof" in out.splitlines()[0]
    assert "Traceback" not in err
    assert hjul("diff", file, file)[0] == 2
    assert hjul("diff", file, file, "--week", "2009-W20")[0] == 0
