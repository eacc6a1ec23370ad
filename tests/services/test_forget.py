import datetime as dt
import io
import json
import os
import re
import shutil
import stat
import zipfile
from pathlib import Path

import pytest
import samples
from folders import TABLES, write_folder
from openpyxl import Workbook, load_workbook
from processes import start

from scheduler.base import files
from scheduler.base.errors import InputError, ServiceError
from scheduler.base.i18n import language
from scheduler.cli import run
from scheduler.inputs import read_project
from scheduler.inputs.workbook import write_workbook
from scheduler.model import rosterfile
from scheduler.model.clock import at
from scheduler.model.roster import Roster, Round, Stop, StopKind, Unassigned
from scheduler.model.text import Text
from scheduler.outputs.artifacts import Artifacts
from scheduler.outputs.write import write
from scheduler.services import oldfiles
from scheduler.services.forget import ForgetReport, forget

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
        unassigned=(Unassigned(id="H9", kind="home_visit", name=ADDRESS, requested=0, held=0, reason=Text("x"), detail=Text("y")),),
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
    assert home.name == Text("home_visit")
    assert visit == roster.rounds[1].stops[2]
    assert (after.rounds[0], after.rounds[2]) == (roster.rounds[0], roster.rounds[2])
    page = (out / "2009-W20" / "maps" / "2009-05-12-c1.html").read_text(encoding="utf-8")
    assert ADDRESS not in page
    assert '<a href="../index.html">' in page
    assert "has been deleted" in page
    for day in (11, 13):
        assert ADDRESS in (out / "2009-W20" / "maps" / f"2009-05-{day}-c1.html").read_text(encoding="utf-8")
    assert sorted(path.name for path in (out / "2009-W20").iterdir()) == ["maps", "roster.json"]


def test_rosters_of_schema_1_are_blanked_too(tmp_path: Path, data: Path) -> None:
    out = tmp_path / "out"
    write_output(out)
    file = out / "2009-W20" / "roster.json"
    old = json.loads(file.read_bytes()) | {"schema": 1, "notes": ["En bemærkning."], "map_note": ""}
    del old["edition"], old["issued_at"]
    old["unassigned"][0] |= {"reason": "no_room", "detail": f"Ikke plads ved {ADDRESS}."}
    file.write_text(json.dumps(old), encoding="utf-8")
    report = forget(data, out, dt.date(2009, 6, 1))
    assert (report.rosters_blanked, report.pages_removed) == (1, 2)
    assert ADDRESS not in file.read_text(encoding="utf-8")
    after = rosterfile.load(file)
    homes = [stop for round_ in after.rounds for stop in round_.stops if stop.kind == "home_visit"]
    assert [(home.name, home.address, home.lat) for home in homes] == [(Text("home_visit"), "", None)] * 2
    assert (after.unassigned[0].name, after.unassigned[0].detail) == (Text("home_visit"), None)
    assert after.unassigned[0].reason == Text("no_room")
    assert after.notes == (Text("as_written", {"text": "En bemærkning."}),)
    assert forget(data, out, dt.date(2009, 6, 1)).rosters_blanked == 0


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


def test_what_openpyxl_remarks_about_a_workbook_is_not_printed(tmp_path: Path, data: Path) -> None:
    folder = write_folder(tmp_path / "excel", **dict.fromkeys(TABLES))
    write_workbook(data, tmp_path / "plain.xlsx")
    extension = b'<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"/></extLst></worksheet>'
    with (
        zipfile.ZipFile(tmp_path / "plain.xlsx") as plain,
        zipfile.ZipFile(folder / "project.xlsx", "w") as extended,
    ):
        for name in plain.namelist():
            extended.writestr(name, plain.read(name).replace(b"</worksheet>", extension))
    with pytest.warns(UserWarning, match="extension is not supported"):
        load_workbook(folder / "project.xlsx")
    process = start("forget", "--before", str(BEFORE), "--data", folder, "--out", tmp_path / "out")
    _printed, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "")
    assert [visit.visit_id for visit in read_project(folder).home_visits] == ["H2"]


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


@pytest.mark.parametrize("full_after", range(4))  # a page, a roster, and two tables
def test_nothing_changes_where_something_cannot_be_written(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch, full_after: int
) -> None:
    out = tmp_path / "out"
    write_output(out)
    before = contents(tmp_path)
    write_bytes, written = Path.write_bytes, []

    def full_disk(path: Path, content: bytes) -> int:
        written.append(path)
        if len(written) > full_after:
            raise OSError(28, "No space left on device", str(path))
        return write_bytes(path, content)

    monkeypatch.setattr(Path, "write_bytes", full_disk)
    with pytest.raises(ServiceError, match="the disk is full"):
        forget(data, out, BEFORE)
    assert contents(tmp_path) == before


@pytest.mark.parametrize("moved", range(4))
def test_what_was_begun_is_completed_by_the_next_run(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch, moved: int
) -> None:
    """Each home visit stands in the tables until it is gone from all pages, and those tell it before rosters."""
    out = tmp_path / "out"
    write_output(out)
    put = files.put
    done: list[str] = []

    def stopped(file: Path, target: Path) -> None:
        if len(done) == moved:
            raise OSError(28, "No space left on device", str(target))
        done.append(target.suffix)
        put(file, target)

    with monkeypatch.context() as patch:
        patch.setattr(files, "put", stopped)
        with pytest.raises(ServiceError):
            forget(data, out, BEFORE)
    assert done == [".html", ".json", ".csv", ".csv"][:moved]
    forget(data, out, BEFORE)
    page = (out / "2009-W20" / "maps" / "2009-05-12-c1.html").read_text(encoding="utf-8")
    assert ADDRESS not in page
    assert [visit.visit_id for visit in read_project(data).home_visits] == ["H2"]
    assert not list(tmp_path.rglob(".*"))


# --- Wherever outputs lie ---------------------------------------------------------------------------


LATER = dt.date(2010, 1, 1)


def write_week(out: Path) -> None:
    """Write the output of a week, in which the pages without a home visit are without its address."""
    write_output(out)
    (out / "2009-W20" / "maps" / "2009-05-11-c1.html").write_text("map", encoding="utf-8")


def holders(folder: Path) -> list[str]:
    """Return the files in which the address stands, also those in zips."""
    found = set()
    for file in folder.rglob("*"):
        if file.is_file():
            inner = zipfile.ZipFile(file) if zipfile.is_zipfile(file) else None
            texts = [inner.read(name) for name in inner.namelist()] if inner else [file.read_bytes()]
            if any(ADDRESS.encode(code) in text for text in texts for code in ("utf-8", "cp1252")):
                found.add(file.relative_to(folder).as_posix())
    return sorted(found)


def zip_up(folder: Path, file: Path) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = b"for the archive"
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder.parent))


def test_copies_are_found_however_deep_and_whatever_their_name(tmp_path: Path, data: Path) -> None:
    out = tmp_path / "out"
    write_week(out)
    week = out / "2009-W20"
    for copy in ("2009-W20-old", "2009-W20-alternative-1", "archive/spring 2009/week 20", ".hidden"):
        shutil.copytree(week, out / copy)
    shutil.copy(week / "roster.json", out / "roster before Anne was ill.json.bak")
    (tmp_path / "disk").mkdir()
    shutil.copytree(week, tmp_path / "disk" / "2009-W21")
    (out / "2009-W21").symlink_to(tmp_path / "disk" / "2009-W21", target_is_directory=True)
    (out / "archive" / "all").symlink_to(out, target_is_directory=True)
    zip_up(week, out / "archive" / "sent.zip")
    shutil.rmtree(out / "2009-W20-old" / "maps")
    report = forget(data, out, LATER)
    assert (report.rosters_blanked, report.pages_removed) == (8, 12)
    assert (report.held, report.closed) == ((), ())
    assert holders(out) == holders(tmp_path / "disk") == []
    assert rosterfile.load(out / "2009-W20-old" / "roster.json") == rosterfile.load(week / "roster.json")
    with zipfile.ZipFile(out / "archive" / "sent.zip") as archive:
        assert archive.testzip() is None
        assert archive.comment == b"for the archive"
        assert archive.read("2009-W20/roster.json") == (week / "roster.json").read_bytes()
        page = week / "maps" / "2009-05-12-c1.html"
        assert archive.read("2009-W20/maps/2009-05-12-c1.html") == page.read_bytes()
    before = contents(tmp_path)
    assert forget(data, out, LATER).rosters_blanked == 0
    assert contents(tmp_path) == before


def test_a_rounds_page_is_known_without_its_roster(tmp_path: Path, data: Path) -> None:
    week = tmp_path / "week"
    week.mkdir()
    roster = samples.roster()
    write(Artifacts(roster, samples.rides(roster), samples.background(), language()), week)
    pages = tmp_path / "out" / "pages"
    shutil.copytree(week / "maps", pages)
    before = contents(pages)
    report = forget(data, tmp_path / "out", dt.date(2009, 5, 13))
    changed = sorted(path.name for path, content in contents(pages).items() if content != before[path])
    assert changed == ["2009-05-12-r1.html"]
    assert report.pages_removed == 1
    assert (report.rosters_blanked, report.held) == (0, ())
    text = (pages / "2009-05-12-r1.html").read_text(encoding="utf-8")
    assert samples.HOME_ADDRESS not in text
    assert "12 May 2009 · r1" in text


def held_and_closed(data: Path, out: Path) -> tuple[list[str], list[str]]:
    """Forget, and return what people are told to look after, relative to the outputs."""
    report = forget(data, out, LATER)
    held, closed = (
        [name.replace(str(out) + os.sep, "") for name in names] for names in (report.held, report.closed)
    )
    return held, closed


def test_files_that_are_not_hjuls_are_named(tmp_path: Path, data: Path) -> None:
    out = tmp_path / "out"
    write_week(out)
    notes = {
        "notes.txt": f"Anne: {ADDRESS}, ring twice",
        "old.csv": ADDRESS,
        "2009-W20/print.html": f"<p>{ADDRESS}</p>",
        "street.txt": "Hemmelig Vej 71, Hemmelig Vej, 7",
        "2009-W20/anne.html": f'<li class="card home_visit">{ADDRESS}',
    }
    for name, text in notes.items():
        (out / name).write_text(text, encoding="utf-8")
    workbook = Workbook()
    workbook.worksheets[0]["A1"].value = f"{ADDRESS}, 2450 København SV"
    workbook.save(out / "mine.xlsx")
    zip_up(out / "2009-W20", out / "2009-W20.zip")
    (out / "secret.7z").write_bytes(b"7z")
    (out / "broken.zip").write_bytes((out / "2009-W20.zip").read_bytes()[:-30])
    held, closed = held_and_closed(data, out)
    assert held == [
        "2009-W20.zip: 2009-W20/print.html",
        "2009-W20/print.html",
        "mine.xlsx",
        "notes.txt",
        "old.csv",
    ]
    assert closed == ["broken.zip", "secret.7z"]
    assert holders(out) == [
        "2009-W20.zip",
        "2009-W20/print.html",
        "mine.xlsx",
        "notes.txt",
        "old.csv",
        "street.txt",  # of another house
    ]
    assert "has been deleted" in (out / "2009-W20" / "anne.html").read_text(encoding="utf-8")


def test_no_file_is_public_but_those_that_hjul_wrote(tmp_path: Path, data: Path) -> None:
    week = tmp_path / "out" / "2009-W20"
    write_week(tmp_path / "out")
    (week / "gpx").mkdir()
    others = ("maps/2009-05-12-c1 - Kopi.html", "maps/notes.txt", "gpx/notes.txt", "anne.ics")
    # Hjul does not look for it in what never has it.
    for name in (*others, "index.html", "maps/week.html", "roster.xlsx", "gpx/2009-05-12-c1.gpx"):
        (week / name).write_text(ADDRESS, encoding="utf-8")
    (week / others[0]).write_text(f'<li class="card home_visit">{ADDRESS}', encoding="utf-8")
    held, _closed = held_and_closed(data, tmp_path / "out")
    assert held == [f"2009-W20/{name}" for name in sorted(others[1:])]
    assert ADDRESS not in (week / others[0]).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_what_is_packed_and_damaged_is_named(tmp_path: Path, data: Path, packing: int) -> None:
    """Each packing has its own errors, and each byte of an archive another."""
    out = tmp_path / "out"
    out.mkdir()
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", packing) as archive:
        archive.writestr("note.txt", f"{ADDRESS} " * 9)
    raw = whole.getvalue()
    names = []
    for place in range(4, len(raw), 3):
        for suffix in ("zip", "bak"):
            damaged = raw[:place] + bytes([raw[place] ^ 0xFF]) + raw[place + 1 :]
            (out / f"{place:03}.{suffix}").write_bytes(damaged)
            names.append(f"{place:03}.{suffix}")
    held, closed = held_and_closed(data, out)
    told = {*closed, *(name.partition(":")[0] for name in held)}
    # Some bytes may be any.
    assert len(told & set(names)) > len(names) / 2
    for name in set(names) - told:
        with zipfile.ZipFile(out / name) as archive:
            assert not any(ADDRESS.encode() in archive.read(member) for member in archive.infolist())


def test_zips_made_to_deceive(tmp_path: Path, data: Path) -> None:
    out = tmp_path / "out"
    write_week(out)
    roster = (out / "2009-W20" / "roster.json").read_bytes()
    link = zipfile.ZipInfo("link.json")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(out / "out.zip", "w") as archive:
        archive.writestr("../../roster.json", roster)
        archive.writestr("/roster.json", roster)
        archive.writestr(link, str(out / "2009-W20" / "roster.json"))
        with archive.open("large/roster.json", "w", force_zip64=True) as member:
            member.write(roster)
    with zipfile.ZipFile(out / "twice.zip", "w") as archive:
        archive.writestr("roster.json", roster)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("roster.json", "{}")
    with zipfile.ZipFile(out / "inner.zip", "w") as archive:
        archive.write(out / "out.zip", "in.zip")
    locked = bytearray((out / "out.zip").read_bytes())
    for place in (match.start() for match in re.finditer(rb"PK\x01\x02", locked)):
        locked[place + 8] |= 1  # it has a password
    (out / "locked.zip").write_bytes(locked)
    (out / "locked.xlsx").write_bytes(locked)
    before = contents(tmp_path)
    held, closed = held_and_closed(data, out)
    assert held == []
    assert closed == ["inner.zip: in.zip", "locked.xlsx", "locked.zip", "twice.zip"]
    changed = {
        path.relative_to(tmp_path).as_posix()
        for path, content in contents(tmp_path).items()
        if before.get(path) != content and path.parent != data
    }
    assert changed == {
        "out/2009-W20/roster.json", "out/2009-W20/maps/2009-05-12-c1.html", "out/2009-W20/maps/2009-05-13-c1.html",
        "out/out.zip",
    }  # fmt: skip
    with zipfile.ZipFile(out / "out.zip") as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [
            "../../roster.json",
            "/roster.json",
            "link.json",
            "large/roster.json",
        ]
        assert stat.S_ISLNK(archive.getinfo("link.json").external_attr >> 16)
        assert not any(ADDRESS.encode() in archive.read(name) for name in archive.namelist())


def test_what_is_too_large_to_be_looked_into_is_named(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    monkeypatch.setattr(oldfiles, "_MOST_BYTES", 10_000)
    for name in ("film.mp4", "large.zip"):
        with (out / name).open("wb") as file:
            file.truncate(1 << 40)  # no block of it is on the disk
    for name in ("unpacked.zip", "unpacked.xlsx"):
        with zipfile.ZipFile(out / name, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a", bytes(9_000))
            archive.writestr("b", bytes(9_000))
    assert held_and_closed(data, out) == ([], ["film.mp4", "large.zip", "unpacked.xlsx", "unpacked.zip"])
    with (out / "2009-05-12-c1.html").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(InputError, match=r"2009-05-12-c1.html: the file is larger than"):
        forget(data, out, LATER)


@pytest.mark.parametrize(
    "content",
    [
        "Ågade & Vej 7".encode("cp1252"),
        "her: Ågade & Vej 7.".encode("utf-16"),
        "<p>Ågade &amp; Vej 7</p>".encode(),
        b'"\\u00c5gade & Vej 7"',
    ],
)
def test_an_address_is_found_however_it_is_spelt(tmp_path: Path, content: bytes) -> None:
    visits = HOME.replace("Vej 2", "Ågade & Vej 7")
    data = write_folder(tmp_path / "data", home_visits=visits)
    out = tmp_path / "out"
    out.mkdir()
    (out / "note").write_bytes(content)
    assert forget(data, out, LATER).held == (str(out / "note"),)


def test_an_address_that_is_needed_on_is_no_reason_to_name_a_file(tmp_path: Path) -> None:
    later = "H4;Vej 1;2450;København SV;2011-01-05;9.00;12.00;60\r\n"
    again = HOME.replace("Vej 2", "Gade 2") + f"\r\nH5;{ADDRESS};2450;København SV;2011-01-05;9.00;12.00;60"
    data = write_folder(tmp_path / "data", home_visits=f"{again}\r\n{later}")
    out = tmp_path / "out"
    out.mkdir()
    (out / "notes.txt").write_text(f"{ADDRESS} and Vej 1 and Gade 2", encoding="utf-8")
    assert [Path(name).name for name in forget(data, out, LATER).held] == ["notes.txt"]  # for Gade 2
    (out / "notes.txt").write_text(f"{ADDRESS} and Vej 1", encoding="utf-8")
    assert forget(data, out, LATER).held == ()


def test_what_others_are_writing_is_waited_for(tmp_path: Path, data: Path) -> None:
    out = tmp_path / "out"
    write_week(out)
    before = contents(tmp_path)
    with files.claimed(out / "2009-W20"), pytest.raises(files.BusyError, match=r"is writing .*2009-W20"):
        forget(data, out, LATER)
    assert contents(tmp_path) == before


def test_what_killed_runs_left_is_removed_however_deep(tmp_path: Path, data: Path) -> None:
    out = tmp_path / "out"
    for folder in (out, out / "archive"):
        write_week(folder)
        shutil.copytree(folder / "2009-W20", folder / ".2009-W20.hjul-new")
        shutil.copytree(folder / "2009-W20", folder / ".2009-W21.new-4711")
        (folder / "2009-W20").rename(folder / ".2009-W22.hjul-old")
    forget(data, out, LATER)
    assert holders(out) == []
    assert sorted(path.name for path in out.iterdir()) == ["2009-W22", "archive"]
    assert sorted(path.name for path in (out / "archive").iterdir()) == ["2009-W22"]


def test_outputs_may_lie_beside_the_tables(data: Path) -> None:
    write_week(data)
    report = forget(data, data, LATER)
    assert (report.rows_deleted, report.rosters_blanked, report.held) == (3, 1, ())
    assert holders(data) == []
    assert not list(data.rglob(".*"))


def test_the_command_names_files_and_ends_with_3(
    tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    write_week(out)
    (out / "notes.txt").write_text(ADDRESS, encoding="utf-8")
    (out / "sent.7z").write_bytes(b"7z")
    line = ["forget", "--before", "2010-01-01", "--data", str(data), "--out", str(out), "--lang", "en"]
    assert run(line) == 3
    printed = capsys.readouterr()
    assert printed.out.startswith("3 home visits deleted, ")
    note, held, hint = printed.err.splitlines()
    assert note.startswith(f"Note: {out / 'sent.7z'} cannot be looked into.")
    assert held.startswith(f"{out / 'notes.txt'}: this file still says where a home visit was made")
    assert hint == "Everything else is done. Delete these files, or the addresses in them."
    assert ADDRESS not in printed.err
    (out / "notes.txt").unlink()
    assert run([*line, "--quiet"]) == 0


def test_report_in_words() -> None:
    report = ForgetReport(rows_deleted=1, pins_deleted=2, rosters_blanked=0, pages_removed=1)
    assert str(report) == "1 home visit deleted, 2 pins deleted, 0 old rosters blanked, 1 page removed"
