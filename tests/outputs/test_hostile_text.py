"""Text never runs: every text of tables, map, settings and questions, in everything that is made of them."""

import contextlib
import csv
import io
import json
import re
import shutil
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from folders import SETTINGS, write_folder
from icalendar import Calendar
from openpyxl import load_workbook
from outputs import hostile
from outputs.browser import Opened, opened
from playwright.sync_api import Browser

from scheduler import cli
from scheduler.base import i18n
from scheduler.base.errors import InputError
from scheduler.cli import terminal
from scheduler.inputs import read_project
from scheduler.inputs.cells import CellError
from scheduler.inputs.schema import TABLES
from scheduler.inputs.workbook import write_workbook
from scheduler.model.rosterfile import load
from scheduler.outputs import frames, maps
from scheduler.outputs.names import ROSTER
from scheduler.outputs.privacy import public
from scheduler.services import planner

#: Texts that only those see who write them, in a table or in errors.
UNSEEN = {
    "osm.addr:city",
    "consultants.note",
    "engagements.kind",
    "tasks.kind",
    "project.coordinator",  # in messages, see test_letters.py
    "candidates.note",
    "candidates.room",
    "candidates.district",
}
FOLDER = "{{9*9}} {%raw%}[red]x <img src=x>"


@dataclass
class Made:
    """What was made of the project: folders, the texts in them, and what each command printed."""

    data: Path
    out: Path
    questions: Path
    texts: hostile.Texts
    codes: dict[str, int] = field(default_factory=dict)
    printed: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: object) -> None:
        """Run a command line, and keep its exit code and what it prints."""
        name = " ".join(map(str, arguments[:2]))
        output = io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            common = ["--lang", "en", "--data", str(self.data), "--out", str(self.out)]
            self.codes[name] = cli.run([*common, *map(str, arguments)])
        self.printed[name] = output.getvalue()

    def files(self, ending: str) -> list[Path]:
        """Return all files of a kind."""
        return sorted(file for file in self.out.rglob(f"*.{ending}"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "here").mkdir()
    texts = hostile.Texts()
    questions = folder / FOLDER
    questions.mkdir()
    found = Made(hostile.write_project(questions / "data", texts), folder / FOLDER / "out", questions, texts)
    found.out.mkdir()
    weeks = ("--weeks", hostile.WEEK, "--workers", 0)
    with pytest.MonkeyPatch.context() as patch, i18n.using("en"):
        patch.chdir(folder / "here")
        patch.setattr(terminal, "_PIPE_WIDTH", 100_000)  # no cell of a table is wrapped
        found.run("check-data")
        found.run("geocode", "--to", found.out / "places.csv")
        found.run("network", "info", "--map", found.out / "network.html")
        found.run("plan", hostile.WEEK)
        found.run("check", found.out / hostile.WEEK / ROSTER)
        found.run("advise", hostile.WEEK, "--time-limit", 2)
        file = hostile.write_scenarios(questions / "{{9*9}}{%raw%}[red]<b>.toml", texts)
        found.run("simulate", "scenarios", file, *weeks)
        file = hostile.write_candidates(questions / "{{9*9}}{%raw%}[red]<b>.csv", texts)
        found.run("simulate", "candidates", file, *weeks)
        found.run("simulate", "place", "--places", 2, "--sample", 1, *weeks)
        found.run("simulate", "week", hostile.WEEK, "--draws", 20, "--slack", 5)
        found.run("simulate", "capacity", "--sample", 0, "--workers", 0)
        _show_maps(found)
        yield found


def _show_maps(found: Made) -> None:
    """Write what a notebook shows of maps and tables."""
    prepared = planner.prepare(found.data)
    roster = load(found.out / hostile.WEEK / ROSTER)
    rides, background = planner.rides(roster, prepared.travel), prepared.network.background()
    shown: dict[str, Any] = {
        "week": maps.week_map(public(roster), rides, background, map_settings=prepared.project.config.map),
        "table": frames.stops(roster),
    }
    for name, what in shown.items():
        with pd.option_context("display.max_colwidth", None):
            page = f"<!DOCTYPE html><title>notebook</title>{what._repr_html_()}"
        (found.out / f"notebook-{name}.html").write_text(page, encoding="utf-8")


def test_every_command_does_its_work(made: Made) -> None:
    assert [made.printed[name] for name, code in made.codes.items() if code] == []
    assert not list(Path.cwd().iterdir())


def test_the_terminal_shows_texts_as_they_are(made: Made) -> None:
    for printed in made.printed.values():
        assert made.texts.broken(printed, printed=True) == []
        assert printed.replace("\n", "").isprintable()


# --- Pages ------------------------------------------------------------------------------------------------


class _Page(HTMLParser):
    """Gathers the texts of a page and of the pages framed in it, and what in them could run."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.scripts: list[str] = []
        self.could_run: list[str] = []
        self.plots: list[str] = []
        self._within: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._within.append(tag)
        for name, value in attrs:
            if name == "srcdoc":
                self._take(_Page(value or ""))
            elif name.startswith("on") or re.match(
                r"\s*(javascript|data|vbscript):", value or "", re.IGNORECASE
            ):
                self.could_run.append(f"{tag} {name}={value}")
            else:
                self.texts.append(value or "")
        if tag in ("img", "object", "embed", "base", "form", "link"):
            self.could_run.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._within:
            while self._within.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if "script" in self._within:
            self.scripts.append(data)
        elif self._within[-1:] == ["text"]:
            self.plots.append(data)
        elif "style" not in self._within:
            self.texts.append(data)

    def _take(self, other: "_Page") -> None:
        for name in ("texts", "scripts", "could_run", "plots"):
            getattr(self, name).extend(getattr(other, name))


def test_pages_hold_texts_as_they_are(made: Made) -> None:
    pages = made.files("html")
    assert len(pages) >= 14
    for file in pages:
        page = _Page(file.read_text(encoding="utf-8"))
        assert page.could_run == [], file
        assert [broken for text in page.texts for broken in made.texts.broken(text)] == [], file
        # Strings of scripts are JSON, so that there, too, a text is what it was; Leaflet takes some for HTML.
        strings = re.findall(r'"(?:[^"\\\n]|\\.)*"', "\n".join(page.scripts))
        for text in (json.loads(text) for text in strings if "\\u00a7" in text):
            assert not (made.texts.broken(text) and made.texts.broken(unescape(text))), file
        assert "81" not in "".join(re.findall(r"§[^§]+§81", "".join(page.plots)))


@pytest.mark.browser
def test_nothing_runs_in_a_browser(made: Made, browser: Browser) -> None:
    for file in made.files("html"):
        with opened(browser, file, size=(390, 600)) as page:
            _open_everything(page)
            for frame in page.page.frames:
                assert frame.evaluate("window.ran") is None, file
                assert frame.evaluate(_FOREIGN) == [], file
                assert made.texts.broken(frame.evaluate(_WORDS)) == [], file
            assert page.fits() or file.name.startswith("notebook"), file
            tiles = [url for url in page.requests if url.startswith("https://tiles.example/")]
            assert page.requests == tiles, file
            assert [error for error in page.errors if "ERR_FAILED" not in error] == [], file


#: What is read; in plots names are cut where they are too long.
_WORDS = """() => {
    document.querySelectorAll('.plot').forEach(plot => plot.remove());
    return document.body.innerText;
}"""
#: Elements that only an attack would bring; tiles are the only images.
_FOREIGN = """() => [...document.querySelectorAll('img, object, embed, base, form, [onerror], [onclick]')]
    .filter(element => !element.src.startsWith('https://tiles.example/')).map(element => element.outerHTML)"""


def _open_everything(page: Opened) -> None:
    """Open what opens: details, the words of every stop, the list of layers."""
    for frame in page.page.frames[1:]:
        frame.frame_element().scroll_into_view_if_needed()
    for frame in page.page.frames:
        if frame.query_selector(".folium-map"):
            frame.wait_for_selector(".stop-icon", state="attached")
        frame.evaluate(_OPEN)


_OPEN = """() => {
    document.querySelectorAll('details').forEach(details => { details.open = true; });
    document.querySelectorAll('.stop-icon').forEach(stop => stop.click());
    document.querySelectorAll('.leaflet-control-layers').forEach(
        control => control.dispatchEvent(new MouseEvent('mouseenter')));
}"""


# --- Files ------------------------------------------------------------------------------------------------


def test_the_workbook_holds_texts_and_no_formulas(made: Made) -> None:
    (file,) = made.files("xlsx")
    for sheet in load_workbook(file).worksheets:
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            if isinstance(text := cell.value, str):
                assert cell.data_type == "s"
                assert made.texts.broken(text.replace("_x005F_", "_")) == []
                assert cell.quotePrefix or not text.startswith(("=", "+", "-", "@"))


def test_calendars_hold_what_they_should(made: Made) -> None:
    properties = {
        "VCALENDAR": {"PRODID", "VERSION", "CALSCALE", "METHOD", "X-WR-CALNAME", "X-WR-TIMEZONE"},
        "VEVENT": {"DTSTART", "DTEND", "SUMMARY", "LOCATION", "DESCRIPTION", "UID", "DTSTAMP", "SEQUENCE"},
    }
    files = made.files("ics")
    assert len(files) == 2
    for file in files:
        calendar = Calendar.from_ical(file.read_bytes())
        kinds = {"VCALENDAR", "VTIMEZONE", "VEVENT", "STANDARD", "DAYLIGHT"}
        assert {component.name for component in calendar.walk()} == kinds
        for component in calendar.walk():
            if component.name in properties:
                assert component.keys() <= properties[component.name]
                assert made.texts.broken(" ".join(map(str, component.values()))) == []


def test_tracks_hold_what_they_should(made: Made) -> None:
    files = made.files("gpx")
    assert files
    for file in files:
        root = ET.fromstring(file.read_bytes())  # noqa: S314  # of our own making
        tags = {element.tag.rpartition("}")[2] for element in root.iter()}
        assert tags <= {"gpx", "metadata", "name", "wpt", "desc", "trk", "trkseg", "trkpt"}
        assert [broken for element in root.iter() for broken in made.texts.broken(element.text or "")] == []


def test_tables_hold_texts_and_no_formulas(made: Made) -> None:
    files = made.files("csv")
    assert len(files) >= 15
    for file in files:
        with file.open(encoding="utf-8", newline="") as stream:
            cells = [cell for row in csv.reader(stream) for cell in row]
        for cell in cells:
            assert made.texts.broken(cell) == []
            assert not cell.startswith(("=", "+", "@"))
            assert not cell.startswith("-") or re.fullmatch(r"-[\d.e-]+", cell)


def test_the_roster_holds_texts_as_they_are(made: Made) -> None:
    roster = json.loads((made.out / hostile.WEEK / ROSTER).read_bytes())
    assert (
        made.texts.broken(json.dumps(roster, ensure_ascii=False).replace('\\"', '"').replace("\\\\", "\\"))
        == []
    )


def test_the_project_comes_back_from_its_workbook(made: Made, tmp_path: Path) -> None:
    (tmp_path / "project.toml").write_bytes((made.data / "project.toml").read_bytes())
    write_workbook(made.data, tmp_path / "project.xlsx")
    assert read_project(tmp_path).replace(sha256="") == read_project(made.data).replace(sha256="")
    for sheet in load_workbook(tmp_path / "project.xlsx").worksheets:
        if not sheet.title.startswith("_"):
            assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}


# --- What is wrong with texts -----------------------------------------------------------------------------

_HEADING = "practice_id,name,address,postcode,city,district"
_TEXT, _STREET = "{{9*9}}{%raw%}[red]{x}%s", "{{x*x}}{%raw%}[red]{x}%s"


@pytest.mark.parametrize(
    ("practices", "told"),
    [
        (f"{_HEADING},{_TEXT}\n", "the table has no rows"),
        (f"{_HEADING}\n../{_TEXT},a,b,1720,c,d\n", _TEXT),
        (f"{_HEADING}\n{_TEXT},a,b,1720,c,d\n", _TEXT),
        (f"{_HEADING}\nP1,a,{_STREET} vej 1,1720,c,d\nP2,a,Istedgade 128,1650,c,d\n", _STREET),
        (f"{_HEADING}\nP1,\x1b]0;x\x07,b,1720,c,d\n", "there are bytes that are no text"),
        (f"{_HEADING}\nP1,\x9b31mx,b,1720,c,d\n", "the text has control characters in it"),
    ],
)
def test_errors_quote_texts_as_they_are(practices: str, told: str, made: Made, tmp_path: Path) -> None:
    data = write_folder(tmp_path / FOLDER, practices=practices)
    failed = Made(data, tmp_path, tmp_path, made.texts)
    failed.run("geocode")
    ((code, printed),) = zip(failed.codes.values(), failed.printed.values(), strict=True)
    assert code == 2
    assert told in printed
    assert printed.replace("\n", "").isprintable()


def test_a_city_of_the_map_is_quoted_as_it_is(made: Made, tmp_path: Path) -> None:
    shutil.copytree(made.data, tmp_path / "data")
    practices = (made.data / "practices.csv").read_text(encoding="utf-8")
    (tmp_path / "data" / "practices.csv").write_text(practices.replace(",2450,", ",4000,"), encoding="utf-8")
    failed = Made(tmp_path / "data", tmp_path, tmp_path, made.texts)
    failed.run("check-data")
    assert list(failed.codes.values()) == [2]
    assert made.texts.broken(failed.printed["check-data"], printed=True) == []
    assert "osm.addr:city" in made.texts.fields()


@pytest.mark.parametrize(("section", "name"), list(hostile.text_settings()))
@pytest.mark.parametrize("attack", [*hostile.ATTACKS, "\0\x1b[31m", "../../x"])
def test_a_setting_is_taken_as_it_is_or_refused(section: str, name: str, attack: str, tmp_path: Path) -> None:
    data = write_folder(tmp_path, settings=f"{SETTINGS}\n[{section}]\n{name} = {json.dumps(attack)}\n")
    with contextlib.suppress(InputError):
        assert getattr(getattr(read_project(data).config, section), name) == attack


def test_ids_and_all_that_is_no_text_take_no_attack() -> None:
    for table in TABLES:
        for column in table.columns:
            if column.kind not in ("text", "reference"):  # names serve as references: looked up, not read
                for attack in (*hostile.ATTACKS, "../x", "{{x}}", "x\r\ny", "a/b", "<b>"):
                    with pytest.raises(CellError):
                        column.parse(attack)


def test_a_terminal_with_colours_is_not_steered(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100000")
    coloured = Made(made.data, made.out, made.questions, made.texts)
    coloured.run("network", "info")
    coloured.run("geocode")
    printed = "".join(coloured.printed.values())
    assert "\x1b[" in printed
    # Colours, and the moving line of progress; no links, titles or anything else.
    plain = re.sub(r"\x1b\[[\d;]*m|\x1b\[\??\d*[hlAKG]|[\r\n]", "", printed)
    assert plain.isprintable()
    assert made.texts.broken(plain, printed=True) == []


def test_every_text_was_seen(made: Made) -> None:
    """So that none of the tests above holds because there was nothing to see."""
    test_the_terminal_shows_texts_as_they_are(made)
    test_pages_hold_texts_as_they_are(made)
    assert made.texts.made() - made.texts.fields() <= UNSEEN
