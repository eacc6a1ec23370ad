"""A small, valid project folder on disk, of which a test changes what it is about."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openpyxl import Workbook

from scheduler.base.errors import InputError
from scheduler.base.resources import example_folder
from scheduler.inputs import read_project
from scheduler.model.clock import Week
from scheduler.model.problem import Problem, TravelTimes
from scheduler.services import planner
from scheduler.week.problem import week_problem

SETTINGS = """
[base]
name = "Jobcenter"
address = "Skelbækgade 1"
postcode = "1717"
city = "København V"

[period]
start = 2009-01-01
end = 2010-12-31
"""

W20 = Week(2009, 20)
PLACE = "Vej 1,2450,København SV"
TABLES = {
    "practices": f"practice_id,name,address,postcode,city,district\nP1,Vej,{PLACE},Kgs. Enghave\nP2,Gade,{PLACE},Valby\n",
    "rooms": "practice_id,weekday,start,end\nP1,mon,09:00,12:00\nP2,tue,09:00,12:00\n",
    "consultants": "consultant_id,name\nc1,Rådgiver 1\nc2,Rådgiver 2\n",
    "shifts": "consultant_id,weekday,start,end\n"
    + "".join(f"{who},{day},08:30,15:30\n" for who in ("c1", "c2") for day in ("mon", "tue", "wed", "thu")),
}

#: Tables that put it on the built-in map, with one practice.
ON_THE_MAP = {
    "settings": SETTINGS.replace("\n\n[period]", "\nlat = 55.66760\nlon = 12.55604\n\n[period]"),
    "practices": "practice_id,name,address,postcode,city,district,lat,lon\n"
    f"P1,Vej,{PLACE},Valby,55.66506,12.54932\n",
    "rooms": "practice_id,weekday,start,end\nP1,mon,09:00,12:00\n",
}
#: A file of scenarios for it.
FASTER = """
[[scenario]]
name = "faster"
title = "Faster"
question = "What if?"
change = [{ set = "consultants", consultant_id = "c1", speed_kph = 16 }]
"""


def write_folder(folder: Path, **changed: str | bytes | None) -> Path:
    """Write the small project, with these tables instead of or besides its own; None leaves one out.

    `settings` is project.toml.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in {"settings": SETTINGS, **TABLES, **changed}.items():
        if content is not None:
            raw = content if isinstance(content, bytes) else content.encode()
            (folder / ("project.toml" if name == "settings" else f"{name}.csv")).write_bytes(raw)
    return folder


def small_workbook(**changed: list[list[Any]]) -> Workbook:
    """Return a workbook with the small project's tables, with these rows instead of or besides its own."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    rows: dict[str, list[list[Any]]] = {
        name: [line.split(",") for line in text.splitlines()] for name, text in TABLES.items()
    }
    for title, lines in {**rows, **changed}.items():
        sheet = workbook.create_sheet(title)
        for line in lines:
            sheet.append(line)
    return workbook


def copy_example(folder: Path) -> Path:
    """Copy the example project, and have its network in the cache."""
    shutil.copytree(example_folder(), folder, ignore=shutil.ignore_patterns("map"))
    planner.prepare(folder)
    return folder


def lines_of(folder: Path) -> list[str]:
    """Read the folder and return its problems, one line each; none where it is in order."""
    try:
        read_project(folder)
    except InputError as error:
        return [str(problem) for problem in error.problems]
    return []


def text_of(folder: Path) -> str:
    """Read the folder and return all problems as one text."""
    return "\n".join(lines_of(folder))


def travel_of(ids: tuple[str, ...], seconds: int = 600) -> TravelTimes:
    matrix = np.full((len(ids), len(ids)), seconds, dtype=np.int64)
    np.fill_diagonal(matrix, 0)
    return TravelTimes(place_ids=ids, seconds=matrix, metres=matrix * 4)


def problem_of(folder: Path, week: Week = W20, **tables: str) -> Problem:
    project = read_project(write_folder(folder, **tables))
    ids = tuple(place.place_id for place in (*project.bases, *project.places))
    return week_problem(project, travel_of(ids), week)


def errors_of(folder: Path, week: Week = W20, **tables: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        problem_of(folder, week, **tables)
    return [str(problem) for problem in caught.value.problems]
