"""Rows that are right each by itself but contradict each other."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from scheduler.base.errors import InputProblem
from scheduler.base.i18n import _, clock
from scheduler.inputs.rows import Row
from scheduler.inputs.rules import Tables, first_start_s
from scheduler.model.clock import Week
from scheduler.model.config import Defaults
from scheduler.model.project import BASE
from scheduler.week.hours import DAY, Hours, joined, overlap


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
    """Report closures of an id that two have: a practice, a consultant, an engagement."""
    ids = {
        table: {row[column] for row in tables[table] if row.has(column)}
        for table, column in (
            ("practices", "practice_id"),
            ("consultants", "consultant_id"),
            ("engagements", "engagement_id"),
        )
    }
    texts = {
        ("practices", "consultants"): _("{id} is a practice and a consultant; give one of them another id"),
        ("practices", "engagements"): _("{id} is a practice and an engagement; give one of them another id"),
        ("consultants", "engagements"): _(
            "{id} is a consultant and an engagement; give one of them another id"
        ),
    }
    for row in tables["closures"]:
        for (one, other), text in texts.items():
            if row.has("who") and row["who"] in ids[one] & ids[other]:
                yield row.problem(text.format(id=row["who"]), "who")


def check_lines(rows: Iterable[Row]) -> Iterator[InputProblem]:
    """Report practices that follow themselves, also by way of others, and two that follow the same one."""
    followed: dict[str, Row] = {}
    for row in rows:
        if not row.has("practice_id", "same_as"):
            continue
        first = followed.setdefault(row["same_as"], row)
        if first is not row:
            yield row.problem(
                _("{practice_id} is followed by that of row {row} already; keep one").format(
                    practice_id=row["same_as"], row=row.number_of(first)
                ),
                "same_as",
            )
    before = {row["practice_id"]: id_ for id_, row in followed.items()}
    for id_, row in followed.items():
        passed = {row["practice_id"]}
        while id_ in before and id_ not in passed:
            passed.add(id_)
            id_ = before[id_]  # noqa: PLW2901 - the line is walked back
        if id_ == row["practice_id"]:
            yield row.problem(_("a practice cannot follow itself"), "same_as")


def check_rooms(rows: Iterable[Row], defaults: Defaults) -> Iterator[InputProblem]:
    """Report rooms that are too short for a conversation, also together with what adjoins them."""
    needed_s = defaults.setup_s + defaults.conversation_s
    by_room: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        if row.has("start", "end") and row["start"] < row["end"]:
            same = (row.values.get("practice_id"), row.values.get("weekday"), row.values.get("date"))
            by_room[*same, str(row.values.get("room", "")).casefold()].append(row)
    for own in by_room.values():
        whole = joined((row["start"], row["end"]) for row in own)
        for row in own:
            start_s, end_s = next(
                hours for hours in whole if hours[0] <= row["start"] and row["end"] <= hours[1]
            )
            if end_s < first_start_s(start_s, defaults) + needed_s:
                yield row.problem(
                    _(
                        "the room is too short for one conversation, which takes {minutes} minutes with setup"
                    ).format(minutes=needed_s // 60),
                    "end",
                )


def check_tasks(tables: Tables) -> Iterator[InputProblem]:
    """Report tasks at base of which nobody can say at which of several."""
    bases = {row["base_id"] for row in tables["consultants"] if row.has("base_id")}
    for row in tables["tasks"]:
        if len(bases) > 1 and row.values.get("place") == BASE and not row.has("consultant_id"):
            reason = _(
                "there are several bases; write the id of one of them, or the consultant who is to do it"
            )
            yield row.problem(reason, "place")


def check_pins(tables: Tables) -> Iterator[InputProblem]:
    """Report pins that contradict each other or the home visit or task that they pin."""
    tasks = {row["task_id"] for row in tables["tasks"] if row.has("task_id")}
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
        if visit and visit.has("date") and visit["date"] != row["date"]:
            yield row.problem(_("the home visit is on {date}").format(date=visit["date"]), "date")
        if (visit or row["id"] in tasks) and row.has("conversations"):
            reason = _("home visits and tasks have no conversations; leave this blank")
            yield row.problem(reason, "conversations")


def check_shifts(rows: Iterable[Row]) -> Iterator[InputProblem]:
    """Report shifts of a consultant on one day that overlap, and a day off with hours."""
    by_day: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        if not row.complete or row.has("weekday") == row.has("date"):
            continue
        others = by_day[row["consultant_id"], row["weekday"], row["date"]]
        for other in others:
            if _meet(row, other) and _overlap(row, other):
                yield row.problem(
                    _("{consultant_id} has other hours then, in row {row}; keep one").format(
                        consultant_id=row["consultant_id"], row=row.number_of(other)
                    ),
                    "start",
                )
                break
        others.append(row)


def _overlap(row: Row, other: Row) -> bool:
    """Tell whether two rows of a day have some time in common; a day off has all of it."""
    if not (row.has("start", "end") and other.has("start", "end")):
        return True
    return overlap((row["start"], row["end"]), (other["start"], other["end"]))


def check_engagement_hours(
    tables: Tables, is_working_day: Callable[[Any, str], bool]
) -> Iterator[InputProblem]:
    """Report engagements outside their consultant's shift, and two of one consultant at the same time.

    `is_working_day` tells of a date whether it is open for a consultant. What is called off on a day makes room there
    for rows about that date.
    """
    off = _CalledOff(tables["closures"])
    shifts = _by_consultant(row for row in tables["shifts"] if row.complete and _in_order(row))
    engagements = [
        row for row in tables["engagements"] if row.complete and row.has("weekday") != row.has("date")
    ]
    for consultant_id, rows in shifts.items():
        own = [row for row in engagements if row["consultant_id"] in ("all", consultant_id)]
        told: set[tuple[int, int]] = set()
        shifts_of, own_of = _RowsByDay(rows), _RowsByDay(own)
        for day in _telling_days([*rows, *own]):
            in_force = _in_force(shifts_of.on(day))
            spans = joined((row["start"], row["end"]) for row in in_force)
            if not spans:
                continue
            dated = any(row.has("date") for row in in_force)
            before: list[Row] = []
            for row in own_of.on(day):
                if row.has("date") and not is_working_day(day, consultant_id):
                    continue
                for problem, about in _wrong_hours(row, spans, before, consultant_id):
                    other_dated = about.has("date") if about else dated
                    if (row.has("date") or other_dated) and off.is_off(day, row, about):
                        continue
                    key = (id(row), id(about))
                    if key not in told:
                        told.add(key)
                        yield problem
                before.append(row)


class _CalledOff:
    """On which days engagements are called off."""

    def __init__(self, closures: Iterable[Row]) -> None:
        self._closures: dict[str, list[Row]] = defaultdict(list)
        for row in closures:
            if row.has("who", "from", "to"):
                self._closures[row["who"]].append(row)

    def is_off(self, day: dt.date, *engagements: Row | None) -> bool:
        """Tell whether one of some engagements is called off on a day."""
        return any(
            row["from"] <= day <= row["to"]
            and overlap((one["start"], one["end"]), (_or(row, "start", DAY[0]), _or(row, "end", DAY[1])))
            for one in engagements
            if one is not None
            for row in self._closures[one["engagement_id"]]
        )


def _or(row: Row, column: str, usual: int) -> int:
    return row[column] if row.has(column) else usual


def _by_consultant(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["consultant_id"]].append(row)
    return found


def _in_order(row: Row) -> bool:
    return not row.has("start") or (row.has("end") and row["start"] < row["end"])


class _RowsByDay:
    """Rows by weekday or date, as they are asked for day by day."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows: dict[Any, list[tuple[int, Row]]] = defaultdict(list)
        for numbered in enumerate(rows):
            row = numbered[1]
            self._rows[row["date"] if row.has("date") else row["weekday"]].append(numbered)

    def on(self, day: dt.date) -> list[Row]:
        """Return the rows that hold on a day, in the order of the table."""
        found = [*self._rows.get(day, ())]
        found += (numbered for numbered in self._rows.get(day.weekday(), ()) if _holds(numbered[1], day))
        return [row for _number, row in sorted(found, key=lambda numbered: numbered[0])]


def _holds(row: Row, day: dt.date) -> bool:
    """Tell whether what a row says of a weekday holds on a date."""
    return (
        Week.of(day).matches(row["weeks"])
        and not (row.has("valid_from") and day < row["valid_from"])
        and not (row.has("valid_to") and row["valid_to"] < day)
    )


def _in_force(shifts: Sequence[Row]) -> Sequence[Row]:
    """Return the shifts of a day, of which those by date win; none on a day off."""
    dated = [row for row in shifts if row.has("date")]
    return [row for row in dated or shifts if row.has("start")]


def _telling_days(rows: Iterable[Row]) -> list[dt.date]:
    """Return days of which each day that the rows speak of has one alike.

    What holds changes only where a row begins or ends to be valid. Three weeks from there have all weekdays in odd
    and in even weeks, also after a week 53.
    """
    edges: set[dt.date] = set()
    dates: set[dt.date] = set()
    for row in rows:
        if row.has("date"):
            dates.add(row["date"])
        if row.has("valid_from"):
            edges.add(row["valid_from"])
        if row.has("valid_to"):
            edges.add(row["valid_to"] + dt.timedelta(days=1))
    edges.add(min(edges, default=dt.date(2001, 1, 1)) - dt.timedelta(days=21))
    return sorted(dates | {edge + dt.timedelta(days=days) for edge in edges for days in range(21)})


def _wrong_hours(
    row: Row, spans: Sequence[Hours], before: Iterable[Row], consultant_id: str
) -> Iterator[tuple[InputProblem, Row | None]]:
    """Report that an engagement is outside the shift, or at the same time as another; with that one."""
    if not any(start_s <= row["start"] and row["end"] <= end_s for start_s, end_s in spans):
        if len(spans) == 1:
            reason = _("this lies outside the shift of {consultant_id}, {start} to {end}").format(
                consultant_id=consultant_id, start=clock(spans[0][0]), end=clock(spans[0][1])
            )
        else:
            reason = _("this does not lie in one of the shifts of {consultant_id}: {hours}").format(
                consultant_id=consultant_id,
                hours=", ".join(f"{clock(start_s)}–{clock(end_s)}" for start_s, end_s in spans),
            )
        inside = any(start_s <= row["start"] < end_s for start_s, end_s in spans)
        yield row.problem(reason, "end" if inside else "start"), None
    for other in before:
        if overlap((row["start"], row["end"]), (other["start"], other["end"])):
            yield (
                row.problem(
                    _("{consultant_id} has {other} at the same time, in row {row}").format(
                        consultant_id=consultant_id, other=other["engagement_id"], row=row.number_of(other)
                    ),
                    "start",
                ),
                other,
            )


def _meet(row: Row, other: Row) -> bool:
    """Tell whether two shifts on one weekday or date can fall on the same day."""
    if row.has("date"):
        return True
    in_time = all(
        not (one.has("valid_to") and two.has("valid_from") and one["valid_to"] < two["valid_from"])
        for one, two in ((row, other), (other, row))
    )
    return in_time and ("all" in (row["weeks"], other["weeks"]) or row["weeks"] == other["weeks"])
