"""A project that asks much of every page, and its week: four consultants, long names, one house twice, and more.

It is the example with other people: names of sixty letters, two practices in one house, one practice that is visited
twice a week (two rows, as the tables have it), a practice in the house of the base, visits
that cannot be placed, pins, home visits, a task, a split shift and a meeting away from base. The week is planned by the
engine, so all of it keeps the rules.
"""

import csv
import io
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from scheduler.base.resources import example_folder
from scheduler.model.clock import Week
from scheduler.outputs.artifacts import Artifacts
from scheduler.services import planner
from scheduler.services.decide import Plan, decide
from scheduler.services.planner import Prepared

WEEK = Week(2009, 20)
#: A name as long as a page has to bear: sixty letters.
LONG_NAME = "Lægefællesskabet Sønder Boulevard ved Halmtorvet og Kødbyens"
TWICE = "Lægerne Istedgade"
_Row = dict[str, str]
_DAYS = ("mon", "tue", "wed", "thu", "fri")
_PEOPLE = {
    "r1": ("Anne-Margrethe Kristoffersen-Vestergaard", "08:30", "15:30"),
    "r2": ("Bo Holm", "08:00", "15:30"),
    "r3": ("Cecilie Overgaard Nørregaard-Thorlacius af Rosenkrantz-Gylden", "08:30", "16:00"),
    "r4": ("Dina Ø", "09:00", "14:30"),
}


def write_stress(folder: Path) -> Path:
    """Write the project into a new folder, and return it."""
    shutil.copytree(example_folder(), folder, ignore=shutil.ignore_patterns("map"))
    for name, change in _CHANGES.items():
        file = folder / f"{name}.csv"
        reader = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8")))
        columns = list(reader.fieldnames or ())
        out = io.StringIO()
        writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(change(list(reader)))
        file.write_text(out.getvalue(), encoding="utf-8")
    return folder


@cache
def prepared() -> Prepared:
    """Return the project, with its places and rides."""
    with tempfile.TemporaryDirectory() as folder:
        return planner.prepare(write_stress(Path(folder) / "stress"))


@cache
def plan() -> Plan:
    """Return the best plan of the week that a short search finds."""
    (best,) = decide(planner.problem(prepared(), WEEK), time_limit_s=30.0)
    return best


@cache
def artifacts(lang: str) -> Artifacts:
    """Return all files of the week."""
    return planner.artifacts(plan(), prepared(), lang)


def _practices(rows: list[_Row]) -> list[_Row]:
    by_id = {row["practice_id"]: row for row in rows}
    for row in rows:
        row.update(active_from="", every_weeks="1", first_week="")
    for number, id_ in enumerate(("sonder-boulevard", "vigerslev-alle", "sluseholmen")):
        by_id[id_]["name"] = LONG_NAME[: 60 - number] + "I" * number
    by_id["istedgade"].update(name=TWICE, conversations="2", max_conversations="2", consultant_id="r1")
    by_id["enghavevej"].update(consultant_id="r3")
    by_id["mozarts-plads"].update(consultant_id="r4", note="Porttelefon 3, 2. sal tv.; ring 5 minutter før")
    by_id["gammel-koge-landevej"].update(conversations="4", consultant_id="r2")
    by_id["kirsebaerhaven"].update(conversations="3")
    house = by_id["istedgade"]
    return [
        *rows,
        {**house, "practice_id": "istedgade-2", "conversations": "1"},
        {**house, "practice_id": "istedgade-hud", "name": "Hudlægen i Istedgade", "conversations": "1", "consultant_id": "r2"},
        {**house, "practice_id": "base-house", "name": "Speciallægerne i Skelbækgade", "address": "Skelbækgade 2",
         "postcode": "1717", "conversations": "1", "consultant_id": "", "priority": "1"},
        {**house, "practice_id": "no-room", "name": "Lægehuset uden lokale i denne uge", "conversations": "2", "priority": "1"},
        {**house, "practice_id": "while-meeting", "name": "Lægerne ved teammødet", "address": "Istedgade 89", "conversations": "1", "priority": "1"},
    ]  # fmt: skip


def _rooms(rows: list[_Row]) -> list[_Row]:
    return [
        *(row for row in rows if not row["date"]),
        {"practice_id": "istedgade-2", "weekday": "thu", "start": "14:00", "end": "17:00", "weeks": "all", "room": "Lokale 2"},
        {"practice_id": "istedgade-hud", "weekday": "tue", "start": "08:30", "end": "11:30", "weeks": "all", "room": "Kælderen, gennem gården og op ad trappen til venstre"},
        {"practice_id": "base-house", "weekday": "wed", "start": "12:00", "end": "14:00", "weeks": "all"},
        {"practice_id": "no-room", "weekday": "mon", "start": "09:00", "end": "12:00", "weeks": "even", "valid_to": "2009-04-30"},
        {"practice_id": "while-meeting", "weekday": "mon", "start": "13:20", "end": "14:40", "weeks": "all"},
    ]  # fmt: skip


def _consultants(rows: list[_Row]) -> list[_Row]:
    return [
        {**rows[0], "consultant_id": id_, "name": name, "email": f"{id_}@jobcenter.example"}
        for id_, (name, _start, _end) in _PEOPLE.items()
    ]


def _shifts(_rows: list[_Row]) -> list[_Row]:
    return [
        {"consultant_id": id_, "weekday": weekday, "start": start, "end": end, "lunch_minutes": "30"}
        for id_, (_name, from_, to) in _PEOPLE.items()
        for weekday in _DAYS
        for start, end in (((from_, "11:00"), ("12:30", to)) if (id_, weekday) == ("r4", "wed") else ((from_, to),))
        if (id_, weekday) not in (("r3", "fri"), ("r4", "mon"))
    ]  # fmt: skip


def _engagements(rows: list[_Row]) -> list[_Row]:
    kept = [row for row in rows if row["weekday"] and row["consultant_id"] in ("all", *_PEOPLE)]
    away = {"engagement_id": "course", "title": "Fælles kursus i sygedagpengeopfølgning", "kind": "teaching", "consultant_id": "r3",
            "date": "2009-05-14", "start": "12:30", "end": "15:00", "place": "vesterbro-kulturhus"}  # fmt: skip
    return [*kept, away]


def _homes(rows: list[_Row]) -> list[_Row]:
    return [{**row, "consultant_id": "r4" if row["visit_id"] == "hv-05" else ""} for row in rows]


def _tasks(rows: list[_Row]) -> list[_Row]:
    return [*rows, {**rows[0], "task_id": "plan-talk", "earliest": "2009-05-04", "latest": "2009-05-15", "place": "karens-minde"}]  # fmt: skip


def _pins(_rows: list[_Row]) -> list[_Row]:
    return [
        {
            "id": "mozarts-plads",
            "date": "2009-05-14",
            "start": "13:30",
            "consultant_id": "r2",
            "conversations": "2",
        },
        {"id": "halmtorvet", "date": "2009-05-11", "start": "09:00"},
    ]


_CHANGES: dict[str, Callable[[list[_Row]], list[_Row]]] = {
    "practices": _practices,
    "rooms": _rooms,
    "consultants": _consultants,
    "shifts": _shifts,
    "engagements": _engagements,
    "home_visits": _homes,
    "tasks": _tasks,
    "pins": _pins,
    "closures": lambda _rows: [],
    "demand": lambda _rows: [],
}
