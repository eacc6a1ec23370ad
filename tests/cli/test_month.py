"""Weeks lived through from the command line, as docs/day-by-day.md tells it: the books balance in each of them.

Two weeks, or as many as HJUL_MONTH_WEEKS says: each is planned and published, somebody falls ill and a room is closed, it
is published again, told of and caught up on.
"""

import datetime as dt
import json
import os
import random
from collections import Counter
from pathlib import Path

import pytest
from folders import ON_THE_MAP, write_folder

from scheduler import cli
from scheduler.model.changes import stays
from scheduler.model.clock import NOW_VARIABLE, Week
from scheduler.model.roster import Roster
from scheduler.services.backlog import backlog
from scheduler.services.books import Entry
from scheduler.services.editions import roster_of
from scheduler.services.progress import progress
from scheduler.services.workspace import project_in
from scheduler.week.calendar import requested_conversations

PLACE = "Vej 1,2450,København SV,Valby"
TABLES = {
    **ON_THE_MAP,
    "practices": "practice_id,name,address,postcode,city,district,lat,lon,every_weeks,first_week,conversations,"
    "max_conversations,phone\n"
    f"P1,Vejhuset,{PLACE},55.66506,12.54932,1,,2,3,30 00 00 01\n"
    f"P2,Gadehuset,{PLACE},55.66406,12.54832,1,,1,3,30 00 00 02\n"
    f"P3,Torvehuset,{PLACE},55.66206,12.54232,2,2009-W24,2,3,30 00 00 03\n",
    "rooms": "practice_id,weekday,start,end\nP1,mon,09:00,12:00\nP1,thu,09:00,12:00\nP2,tue,09:00,12:00\n"
    "P2,wed,09:00,12:00\nP3,tue,09:00,12:00\nP3,thu,12:00,14:30\n",
    "agreements": "practice_id,weekday,start\nP2,tue,10:00\n",
}
#: Without a public holiday.
FIRST = Week(2009, 24)
WEEKS = tuple(FIRST.shift(n) for n in range(int(os.environ.get("HJUL_MONTH_WEEKS", "2"))))
OPTIONS = tuple(
    f"--{name.replace('_', '-')}"
    for name in ("held", "cancelled", "no_show", "not_booked", "by_practice", "by_us")
)


class Desk:
    """The coordinator's desk: a folder, a clock, and the commands."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        self.folder, self.out = folder / "p", folder / "out"
        self._patch, self._capfd = patch, capfd
        self.random = random.Random(14)

    def at(self, date: dt.date, clock: str) -> None:
        self._patch.setenv(NOW_VARIABLE, f"{date}T{clock}")

    def __call__(self, *arguments: object, code: int = 0) -> str:
        common = ("--lang", "da", "--data", self.folder, "--out", self.out)
        found = cli.run([*map(str, common), *map(str, arguments)])
        captured = self._capfd.readouterr()
        assert found == code, captured.err
        return captured.out

    def published(self, week: Week) -> Roster:
        return roster_of(self.folder, Path(str(week)))

    def entries(self, week: Week) -> dict[str, Entry]:
        return {e.practice_id: e for e in progress(self.folder, str(week)).books.entries if e.week == week}

    def owed(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for one in backlog(self.folder):
            found[one.practice_id] += one.conversations
        return found

    # --- What a week brings --------------------------------------------------------------------------

    def plan(self, week: Week) -> None:
        """Plan and publish a week on the Thursday before; what practices have booked is told."""
        self.at(week.monday - dt.timedelta(days=4), "14:10")
        self("plan", week, "--time-limit", 3)
        out = self("publish", week, "--yes")
        assert f"Udgave 1 af {week} er udsendt." in out
        for id_, stay in stays(self.published(week)).items():
            self("log", week, id_, "--booked", self.random.randint(0, stay.conversations), "--yes")

    def fall_ill(self, week: Week) -> None:
        """Whoever is at P2 on Tuesday is away: one answer is looked at and one taken, and the week is sent again."""
        stay = stays(self.published(week))["P2"]
        self.at(stay.date, "07:40")
        answer = self.random.choice(["overtag", "senere", "aflys"])
        command = ("absent", stay.consultant_id, "i dag")
        shown = self(*command, code=2)
        assert "Aflys dagens besøg" in shown
        assert all(closure.first_day != stay.date for closure in project_in(self.folder).closures)
        self(*command, "--answer", answer, "--yes")
        file = self.out / "diff.json"
        self("diff", week, f"{week}/kladde", "--to", file)
        assert {"P2"} <= {change["id"] for change in json.loads(file.read_text())["changed"]}
        assert f"af {week} er udsendt." in self("publish", week, "--yes")
        there = stays(self.published(week)).get("P2")
        if answer == "aflys":
            assert there is None
        elif there is not None:
            assert (there.date == stay.date) == (answer == "overtag")

    def close(self, week: Week) -> None:
        """Close a room on Thursday, think better of it, and take it back."""
        self.at(week.days[2], "09:00")
        before = project_in(self.folder).closures
        self("close", "P1", "torsdag", "--yes")
        assert len(project_in(self.folder).closures) == len(before) + 1
        self("store", "undo", "--yes")
        assert project_in(self.folder).closures == before

    def tell(self, week: Week) -> Counter[str]:
        """Tell what became of each visit on Friday, once wrongly; return how many were held."""
        self.at(week.days[4], "16:00")
        held: Counter[str] = Counter()
        for id_, stay in stays(self.published(week)).items():
            ends: Counter[str] = Counter(
                self.random.choices(OPTIONS, weights=(4, 1, 1, 1, 2, 1), k=stay.conversations)
            )
            self("log", week, id_, "--held", stay.conversations, "--yes")
            told = [part for option in OPTIONS for part in (option, ends[option])]
            self("log", week, id_, *told, "--yes")
            held[id_] = ends["--held"]
        return held

    def catch_up(self, week: Week) -> None:
        """Look at what is owed, and take the best offer of the coming week for the first who has one."""
        before = self.owed()
        shown = self("backlog")
        for id_, owed in before.items():
            assert id_ in shown
            line = next((row for row in shown.splitlines() if f"hjul offer {id_} {week} " in row), None)
            if line is None:
                continue
            command = line[line.index("hjul offer") :].split()[1:]
            wanted = int(command[command.index("--conversations") + 1]) if "--conversations" in command else 1
            self(*command)
            assert self.owed()[id_] == owed - wanted
            assert "er udsendt." in self("publish", week, "--yes")
            return


def test_the_books_balance_in_every_week(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    write_folder(tmp_path / "p", **TABLES)
    desk = Desk(tmp_path, monkeypatch, capfd)
    desk.at(FIRST.monday - dt.timedelta(days=5), "09:00")
    desk("store", "init")
    desk("store", "import", "--yes")
    held: Counter[str] = Counter()
    extra: Counter[tuple[Week, str]] = Counter()
    desk.plan(FIRST)
    for week in WEEKS:
        desk.fall_ill(week)
        desk.close(week)
        held += desk.tell(week)
        balance(desk, week, extra)
        desk.plan(week.shift(1))
        desk.at(week.days[4], "17:00")
        before = desk.owed()
        desk.catch_up(week.shift(1))
        for id_, count in (before - desk.owed()).items():
            extra[week.shift(1), id_] += count
    for week in WEEKS:
        balance(desk, week, extra)
    found = progress(desk.folder)
    assert found.held == sum(held.values())
    report = desk("report")
    assert f"{found.held} af 900 samtaler er afholdt" in report


def balance(desk: Desk, week: Week, extra: Counter[tuple[Week, str]]) -> None:
    """In the week that asked: the six outcomes and what was not planned are what was asked for, `extra` apart."""
    project, entries = project_in(desk.folder), desk.entries(week)
    for practice in project.practices:
        asked = requested_conversations(project, practice, week)
        entry = entries.get(practice.practice_id)
        assert (entry is None) == (asked == 0)
        if entry is None:
            continue
        assert entry.extra == extra[week, practice.practice_id]
        ends = sum(entry.outcomes.ends) if entry.outcomes else 0
        assert ends + entry.not_planned == entry.asked + entry.extra == asked
        assert entry.not_told == 0
        assert (entry.outcomes is None) == (entry.planned == 0)
