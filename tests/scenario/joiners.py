"""A small project on the built-in map, and candidates for it, of which a test changes what it is about."""

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from folders import SETTINGS, write_folder

from scheduler.scenario.model import COLUMNS, Failure, Task, WeekFigures
from scheduler.scenario.runs.figures import solved
from scheduler.scenario.runs.running import Ran, Runs

#: Three practices of Vesterbro, and one consultant who works on two mornings.
PROJECT = {
    "settings": SETTINGS.replace("Skelbækgade 1", "Skelbækgade 2"),
    "practices": "practice_id,name,address,postcode,city,district,every_weeks,priority\n"
    "P1,Halmtorvet,Halmtorvet 29A,1700,København V,Vesterbro,1,1\n"
    "P2,Istedgade,Istedgade 128,1650,København V,Vesterbro,2,1\n"
    "P3,Valdemarsgade,Valdemarsgade 42,1665,København V,Vesterbro,1,2\n",
    "rooms": "practice_id,weekday,start,end\nP1,mon,09:00,12:00\nP2,mon,08:30,11:00\nP3,tue,09:00,12:00\n",
    "consultants": "consultant_id,name\nc1,Rådgiver 1\n",
    "shifts": "consultant_id,weekday,start,end,lunch_minutes\nc1,mon,08:30,12:30,0\nc1,tue,08:30,12:30,0\n",
}

HEADING = "practice_id,name,address,postcode,city,every_weeks,conversations,priority,weekday,start,end\n"
SAXOGADE = "saxo,Lægerne Saxogade,Saxogade 94,1662,København V,,,,tue,08:30,12:00\n"
KRUSAAGADE = "krus,Lægerne Krusågade,Krusågade 20,1719,København V,2,2,,mon,08:30,12:00\n"


def write_project(folder: Path, **changed: str | None) -> Path:
    """Write the small project, with these tables instead of its own."""
    return write_folder(folder, **(PROJECT | changed))


def write_candidates(folder: Path, *rows: str, heading: str = HEADING, name: str = "who.csv") -> Path:
    """Write a file of candidates."""
    file = folder / name
    file.write_text(heading + "".join(rows), encoding="utf-8")
    return file


def week_figures(**changed: object) -> WeekFigures:
    """Return the figures of a week with these, and all others as of a small week in which nothing happens."""
    usual = {"scenario": "today", "week": "2009-W20", "status": "optimal"}
    empty = dict.fromkeys(
        (field.name for field in dataclasses.fields(WeekFigures) if field.default is dataclasses.MISSING), 0
    )
    return WeekFigures(**(empty | usual | changed))  # type: ignore[arg-type]


class Plans(Runs):
    """Plans tasks one after the other, remembering them; those of `failing` weeks fail."""

    def __init__(self, *failing: tuple[str, str]) -> None:
        super().__init__()
        self.failing = failing
        self.tasks: list[Task] = []

    def run(self, tasks: Sequence[Task], work: Callable[[Task], Any] = solved) -> Ran:
        """Plan tasks."""
        self.tasks += tasks
        rows, failures = [], []
        for task in tasks:
            if (task.scenario, task.week) in self.failing:
                failures.append(Failure(scenario=task.scenario, week=task.week, reason="out of order"))
            else:
                rows.append(work(task))
        return Ran(pd.DataFrame(rows, columns=list(COLUMNS)), tuple(failures), interrupted=False)
