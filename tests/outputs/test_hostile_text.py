"""Text never runs: every text of tables, map, settings and questions, in everything that is made of them."""

import contextlib
import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pytest
from icalendar import Calendar, Component
from openpyxl import load_workbook
from outputs import hostile
from outputs.browser import DESK, Opened, opened
from playwright.sync_api import Browser, Frame

from scheduler import cli, i18n, planner
from scheduler.cli import terminal
from scheduler.errors import InputError
from scheduler.inputs import read_project
from scheduler.inputs.schema import TABLES
from scheduler.model import Week
from scheduler.outputs import frames, maps
from scheduler.outputs.names import ROSTER
from scheduler.outputs.networkmap import network_map
from scheduler.outputs.privacy import public
from scheduler.rosterfile import load
from scheduler.workbook import write_workbook

#: Texts that only those see who write them; what else is no text that is shown belongs here, too.
UNSEEN = {
    "practices.email",
    "practices.note",
    "consultants.note",
    "engagements.kind",
    "candidates.email",
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
        found.run("advise", hostile.WEEK, "--time-limit", 5)
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
    shown = {
        "round": maps.round_map(roster, roster.rounds[0], rides, background),
        "week": maps.week_map(
            public(roster), rides, background, map_settings=prepared.project.config.map
        ),
        "network": network_map(prepared.network.stretches(), background, prepared.project.places),
        "table": frames.stops(roster),
    }
    for name, what in shown.items():
        page = f"<!DOCTYPE html><title>notebook</title>{what._repr_html_()}"
        (found.out / f"notebook-{name}.html").write_text(page, encoding="utf-8")


def test_every_command_does_its_work(made: Made) -> None:
    assert made.codes == dict.fromkeys(made.codes, 0), made.printed
    assert not list(Path.cwd().iterdir())


def test_the_terminal_shows_texts_as_they_are(made: Made) -> None:
    for printed in made.printed.values():
        assert made.texts.broken(printed, printed=True) == []
        assert printed.replace("\n", "").isprintable()
