"""Rows that are right each by itself but contradict each other.

Problems name columns in English; the reader puts in their place how the file has it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from scheduler.base.errors import InputProblem
from scheduler.base.i18n import _, clock
from scheduler.inputs.rows import Row
from scheduler.inputs.rules import Tables
from scheduler.model.clock import Week


def check_agreements(rows: Iterable[Row]) -> Iterator[InputProblem]:
    """Report two agreements of a practice in one week."""
    by_practice: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if not row.has("practice_id", "weeks"):
            continue
        for other in by_practice[row["practice_id"]]:
            if "all" in (row["weeks"], other["weeks"]) or row["weeks"] == other["weeks"]:
                yield row.problem(
                    _("{practice_id} already has an agreement in these weeks, in row {row}; keep one").format(
                        practice_id=row["practice_id"], row=row.number_of(other)
                    ),
                    "weeks",
                )
                break
        by_practice[row["practice_id"]].append(row)


def check_bases(tables: Tables) -> Iterator[InputProblem]:
    """Report practices whose own consultant rides from another base."""
    bases = {
        row["consultant_id"]: row["base_id"]
        for row in tables["consultants"]
        if row.has("consultant_id", "base_id")
    }
    for row in tables["practices"]:
        if row.has("consultant_id", "base_id") and row["base_id"] != bases.get(
            row["consultant_id"], row["base_id"]
        ):
            yield row.problem(
                _("{consultant_id} rides from another base than this practice is visited from").format(
                    consultant_id=row["consultant_id"]
                ),
                "consultant_id",
            )


def check_closures(tables: Tables) -> Iterator[InputProblem]:
    """Report closures of an id that is both a practice's and a consultant's."""
    practices = {row["practice_id"] for row in tables["practices"] if row.has("practice_id")}
    consultants = {row["consultant_id"] for row in tables["consultants"] if row.has("consultant_id")}
    for row in tables["closures"]:
        if row.has("who") and row["who"] in practices & consultants:
            yield row.problem(
                _("{id} is a practice and a consultant; give one of them another id").format(id=row["who"]),
                "who",
            )


def check_pins(tables: Tables) -> Iterator[InputProblem]:
    """Report pins that contradict each other or the home visit that they pin."""
    home_visits = {row["visit_id"]: row for row in tables["home_visits"] if row.has("visit_id")}
    seen: dict[tuple[str, Week], Row] = {}
    for row in tables["pins"]:
        if not row.has("id", "date"):
            continue
        first = seen.setdefault((row["id"], Week.of(row["date"])), row)
        if first is not row:
            yield row.problem(
                _("{id} is already pinned in that week, in row {row}; keep one").format(
                    id=row["id"], row=row.number_of(first)
                ),
                "id",
            )
        visit = home_visits.get(row["id"])
        if visit is None:
            continue
        if visit.has("date") and visit["date"] != row["date"]:
            yield row.problem(_("the home visit is on {date}").format(date=visit["date"]), "date")
        if row.has("conversations"):
            yield row.problem(_("a home visit has no conversations; leave this blank"), "conversations")


def check_engagement_hours(
    tables: Tables, is_working_day: Callable[[Any, str], bool]
) -> Iterator[InputProblem]:
    """Report engagements outside their consultant's shift, and two of one consultant at the same time.

    `is_working_day` tells of a date whether it is open for a consultant.
    """
    shifts = {
        (row["consultant_id"], row["weekday"]): row
        for row in tables["shifts"]
        if row.complete and row["start"] < row["end"]
    }
    by_day: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for row in tables["engagements"]:
        if not row.complete or row.has("weekday") == row.has("date"):
            continue
        weekday = row["weekday"] if row.has("weekday") else row["date"].weekday()
        for (consultant_id, shift_weekday), shift in shifts.items():
            if shift_weekday != weekday or row["consultant_id"] not in ("all", consultant_id):
                continue
            if row.has("date") and not is_working_day(row["date"], consultant_id):
                continue
            if row["start"] < shift["start"] or row["end"] > shift["end"]:
                yield row.problem(
                    _("this lies outside the shift of {consultant_id}, {start} to {end}").format(
                        consultant_id=consultant_id, start=clock(shift["start"]), end=clock(shift["end"])
                    ),
                    "start" if row["start"] < shift["start"] else "end",
                )
            others = by_day[consultant_id, weekday]
            for other in others:
                if _meet(row, other) and row["start"] < other["end"] and other["start"] < row["end"]:
                    yield row.problem(
                        _("{consultant_id} has {other} at the same time, in row {row}").format(
                            consultant_id=consultant_id,
                            other=other["engagement_id"],
                            row=row.number_of(other),
                        ),
                        "start",
                    )
            others.append(row)


def _meet(row: Row, other: Row) -> bool:
    """Tell whether two engagements on one weekday can fall on the same date."""
    if row.has("date") and other.has("date"):
        return bool(row["date"] == other["date"])
    for dated, weekly in ((row, other), (other, row)):
        if dated.has("date"):
            return Week.of(dated["date"]).matches(weekly["weeks"])
    return "all" in (row["weeks"], other["weeks"]) or row["weeks"] == other["weeks"]
