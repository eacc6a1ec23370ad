import datetime as dt
import zipfile
from pathlib import Path

import pytest
from folders import TABLES, write_folder
from openpyxl import load_workbook

from scheduler import rosterfile
from scheduler.errors import InputError, ServiceError
from scheduler.forget import ForgetReport, forget
from scheduler.inputs import read_project
from scheduler.model import Roster, Round, Stop, StopKind, Unassigned, at
from scheduler.workbook import write_workbook

BEFORE = dt.date(2009, 5, 13)
ADDRESS = "Hemmelig Vej 7"
HOME = (
    "visit_id;address;postcode;city;date;start;end;minutes\r\n"
    f'H1;"{ADDRESS}\r\n2. tv";2450;København SV;12.5.2009;9.00;12.00;60\r\n'
    "\r\n"
    "H2;Vej 2;2450;København SV;13-05-2009;9.00;12.00;60\r\n"
    f"H3;{ADDRESS};2450;København SV;2009-01-05;9.00;12.00;60"
)
PINS = "id,date,start\nH1,2009-05-12,09:00\nP1,2009-05-11,09:00\nH2,2009-05-13,09:00\n"


def stop(day: dt.date, kind: StopKind, id_: str, place_id: str = "", address: str = ADDRESS) -> Stop:
    when = at(day, 36000)
    return Stop(
        kind=kind, id=id_, place_id=place_id or id_, name=f"name of {id_}", address=address, district="Valby",
        lat=55.65, lon=12.5, arrival=when, start=when, end=when,
    )  # fmt: skip


def round_of(day: dt.date, *stops: Stop) -> Round:
    when = at(day, 36000)
    return Round(
        consultant_id="c1", date=day, leaves_base=when, returns_base=when, ride_seconds=0, ride_metres=0,
        waiting_seconds=0, conversations=0, stops=stops,
    )  # fmt: skip


def write_output(out: Path) -> Roster:
    """Write the output of a week with home visits on Tuesday and Wednesday."""
    monday, tuesday, wednesday = (dt.date(2009, 5, day) for day in (11, 12, 13))
    roster = Roster(
        week="2009-W20", status="feasible", score=1, bound=0, gap=1.0, weights={}, terms={}, solve_seconds=0.0,
        seed=0, inputs_sha256="",
        rounds=(
            round_of(monday, stop(monday, "visit", "P1", address="Vej 1")),
            round_of(
                tuesday,
                stop(tuesday, "lunch", "", "H1"),
                stop(tuesday, "home_visit", "H1"),
                stop(tuesday, "visit", "P2", address="Gade 2"),
            ),
            round_of(wednesday, stop(wednesday, "home_visit", "H2", address="Vej 2")),
        ),
        unassigned=(Unassigned(id="H9", kind="home_visit", name=ADDRESS, requested=0, held=0, reason="x", detail="y"),),
    )  # fmt: skip
    (out / "2009-W20" / "maps").mkdir(parents=True)
    (out / "2009-W20" / "roster.json").write_bytes(rosterfile.dump(roster))
    for round_ in roster.rounds:
        (out / "2009-W20" / "maps" / f"{round_.date}-c1.html").write_text(
            f"map of {ADDRESS}", encoding="utf-8"
        )
    return roster


def contents(folder: Path) -> dict[Path, bytes]:
    """Return all files below a folder with their bytes."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "data", home_visits=HOME.encode("cp1252"), pins=PINS)


def test_rows_leave_the_tables_and_all_other_bytes_stay(tmp_path: Path, data: Path) -> None:
    report = forget(data, tmp_path / "out", BEFORE)
    assert report == ForgetReport(rows_deleted=2, pins_deleted=1, rosters_blanked=0, pages_removed=0)
    lines = HOME.split("\r\n")
    assert (data / "home_visits.csv").read_bytes() == "\r\n".join([lines[0], *lines[3:5], ""]).encode(
        "cp1252"
    )
    assert (data / "pins.csv").read_text() == PINS.replace("H1,2009-05-12,09:00\n", "")
    assert [visit.visit_id for visit in read_project(data).home_visits] == ["H2"]
    assert sorted(path.name for path in data.iterdir()) == sorted(
        ["project.toml", "home_visits.csv", "pins.csv", *(f"{name}.csv" for name in TABLES)]
    )


def test_byte_order_mark_stays(tmp_path: Path, data: Path) -> None:
    (data / "home_visits.csv").write_bytes(HOME.encode("utf-8-sig"))
    forget(data, tmp_path, BEFORE)
    raw = (data / "home_visits.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfvisit_id;")
    assert raw.count(b"\xef\xbb\xbf") == 1


def test_old_outputs_are_blanked(tmp_path: Path, data: Path) -> None:
    out = tmp_path / "out"
    roster = write_output(out)
    assert forget(data, out, BEFORE) == ForgetReport(
        rows_deleted=2, pins_deleted=1, rosters_blanked=1, pages_removed=1
    )
    text = (out / "2009-W20" / "roster.json").read_text(encoding="utf-8")
    assert ADDRESS in text  # only as the unassigned visit, whose date is not known before the week is over
    after = rosterfile.load(out / "2009-W20" / "roster.json")
    lunch, home, visit = after.rounds[1].stops
    for gone in (lunch, home):
        assert (gone.address, gone.lat, gone.lon, gone.district) == ("", None, None, "Valby")
    assert home.name == "Home visit"
    assert visit == roster.rounds[1].stops[2]
    assert (after.rounds[0], after.rounds[2]) == (roster.rounds[0], roster.rounds[2])
    page = (out / "2009-W20" / "maps" / "2009-05-12-c1.html").read_text(encoding="utf-8")
    assert ADDRESS not in page
    assert '<a href="../index.html">' in page
    assert "has been deleted" in page
    for day in (11, 13):
        assert ADDRESS in (out / "2009-W20" / "maps" / f"2009-05-{day}-c1.html").read_text(encoding="utf-8")
    assert sorted(path.name for path in (out / "2009-W20").iterdir()) == ["maps", "roster.json"]


def test_once_the_week_is_over_nothing_is_left(tmp_path: Path, data: Path) -> None:
    out = tmp_path / "out"
    write_output(out)
    forget(data, out, dt.date(2010, 1, 1))
    text = (out / "2009-W20" / "roster.json").read_text(encoding="utf-8")
    assert ADDRESS not in text
    assert "Vej 2" not in text
    before = contents(tmp_path)
    assert forget(data, out, dt.date(2010, 1, 1)) == ForgetReport(
        rows_deleted=0, pins_deleted=0, rosters_blanked=0, pages_removed=0
    )
    assert contents(tmp_path) == before


def test_workbook_loses_rows(tmp_path: Path, data: Path) -> None:
    folder = write_folder(tmp_path / "excel", **dict.fromkeys(TABLES))
    write_workbook(data, folder / "project.xlsx")
    workbook = load_workbook(folder / "project.xlsx")
    workbook["Hjemmebesøg"]["B3"].hyperlink = "https://example.org"
    workbook.save(folder / "project.xlsx")
    report = forget(folder, tmp_path / "out", BEFORE)
    assert (report.rows_deleted, report.pins_deleted) == (2, 1)
    assert [visit.visit_id for visit in read_project(folder).home_visits] == ["H2"]
    workbook = load_workbook(folder / "project.xlsx")
    sheet = workbook["Hjemmebesøg"]
    assert sheet["B2"].hyperlink is not None
    assert sheet["B2"].hyperlink.ref == "B2"
    assert sheet["A1"].comment is not None
    with zipfile.ZipFile(folder / "project.xlsx") as archive:
        assert not any(ADDRESS.encode() in archive.read(name) for name in archive.namelist())


def test_workbook_with_formulas_is_left_to_excel(tmp_path: Path, data: Path) -> None:
    folder = write_folder(tmp_path / "excel", **dict.fromkeys(TABLES))
    write_workbook(data, folder / "project.xlsx")
    workbook = load_workbook(folder / "project.xlsx")
    workbook["Steder"]["A1"].value = '="Sted-id"'
    workbook.save(folder / "project.xlsx")
    raw = (folder / "project.xlsx").read_bytes()
    with pytest.raises(InputError):
        forget(folder, tmp_path / "out", BEFORE)
    assert (folder / "project.xlsx").read_bytes() == raw


def test_nothing_changes_where_something_cannot_be_read(tmp_path: Path, data: Path) -> None:
    out = tmp_path / "out"
    write_output(out)
    (out / "2009-W21").mkdir()
    (out / "2009-W21" / "roster.json").write_text("{")
    before = contents(tmp_path)
    with pytest.raises(InputError):
        forget(data, out, BEFORE)
    assert contents(tmp_path) == before
    (out / "2009-W21" / "roster.json").unlink()
    (data / "home_visits.csv").write_text(f"visit_id,date\nH1,{ADDRESS}\n")
    before = contents(tmp_path)
    with pytest.raises(InputError):
        forget(data, out, BEFORE)
    assert contents(tmp_path) == before


def test_nothing_changes_where_something_cannot_be_written(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    write_output(out)
    before = contents(tmp_path)
    write_bytes = Path.write_bytes

    def full_disk(path: Path, content: bytes) -> int:
        if "pins" in path.name:
            raise OSError(28, "No space left on device", str(path))
        return write_bytes(path, content)

    monkeypatch.setattr(Path, "write_bytes", full_disk)
    with pytest.raises(ServiceError, match="No space left"):
        forget(data, out, BEFORE)
    assert contents(tmp_path) == before


def test_report_in_words() -> None:
    report = ForgetReport(rows_deleted=1, pins_deleted=2, rosters_blanked=0, pages_removed=1)
    assert str(report) == "1 home visit deleted, 2 pins deleted, 0 old rosters blanked, 1 page removed"
