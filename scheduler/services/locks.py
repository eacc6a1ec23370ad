"""Locks of published weeks, as rows of the store: what replanning must keep."""

import datetime as dt
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _
from scheduler.inputs import cells, dates
from scheduler.inputs.rows import Row
from scheduler.model.clock import Week, at, now
from scheduler.model.locks import Delay, Kept, Lock
from scheduler.model.roster import Roster
from scheduler.model.text import Text
from scheduler.model.texts import Names, word
from scheduler.services.editing import Proposal, Tabled, tabled
from scheduler.week.replanning import locked_visits, require_published

#: The table of the store.
LOCKS = "locks"


@dataclass(frozen=True, slots=True)
class Locked:
    """A lock in words."""

    lock: Lock
    told: str


def kept(said: str) -> Kept:
    """Read what a lock keeps."""
    return cast("Kept", cells.kept(said))


def locks_of(rows: Iterable[Row], week: Week) -> tuple[Lock, ...]:
    """Return the locks of a week; `rows` are those of the table."""
    return tuple(
        Lock(
            id=row["id"] or None,
            date=row["date"],
            consultant_id=row["consultant_id"] or None,
            keeps=kept(row["keeps"]),
        )
        for row in rows
        if row["week"] == week
    )


def locks_holding(rows: Iterable[Row], week: Week, roster: Roster) -> tuple[Lock, ...]:
    """Return the locks of a week that hold something of a roster: a visit may be in its draft alone."""
    return tuple(each for each in locks_of(rows, week) if locked_visits(roster, [each]))


def locked(data_dir: Path, week: Week) -> tuple[Locked, ...]:
    """Return the locks of a week. Errors as for `lock`."""
    with tabled(data_dir) as tables:
        names = tables.names
        return tuple(Locked(each, told(each, names)) for each in locks_of(tables.rows[LOCKS], week))


def lock(data_dir: Path, week: Week, what: Sequence[str], keeps: Kept = "whole") -> Proposal:
    """Put a lock of a week forward: of its draft or, where it has none, of what is published.

    Parameters
    ----------
    data_dir, week
        The project and the week.
    what
        A visit's id or name; or a day, a consultant, or both: then it is of all visits there.
    keeps
        All of a visit, or only its day, its consultant or its hour.

    Raises
    ------
    InputError
        When it is not clear what is meant, or the week has nothing of it.
    ServiceError
        When the store cannot be had.
    """
    with tabled(data_dir) as tables:
        from scheduler.store import editions

        meant = _meant(tables, week, what, keeps)
        kept = editions.draft(str(week)) or editions.published(str(week))
        if kept is None:
            raise InputError(_("no edition of {week} is published").format(week=week))
        require_published(kept.roster, (meant,))
        return tables.proposal(
            Text("did_lock", {"week": str(week), "lock": _text(meant)}),
            [tables.new(LOCKS, **_row(week, meant))],
        )


def unlock(data_dir: Path, week: Week, what: Sequence[str]) -> Proposal:
    """Put forward that locks of a week are taken away: all that are of what is named, or all. Errors as for `lock`."""
    with tabled(data_dir) as tables:
        meant = _meant(tables, week, what, "whole") if what else None
        gone = [
            (position, each)
            for position, row in enumerate(tables.rows[LOCKS])
            for each in locks_of([row], week)
            if meant is None
            or (each.id, each.date, each.consultant_id) == (meant.id, meant.date, meant.consultant_id)
        ]
        if not gone:
            raise InputError(_("there is no such lock in {week}").format(week=week))
        told_ = tuple(_text(each) for _position, each in gone)
        return tables.proposal(
            Text("did_unlock", {"week": str(week), "locks": told_}),
            [tables.gone(LOCKS, position) for position, _each in gone],
        )


def told(lock_: Lock, names: Names) -> str:
    """Say what a lock keeps."""
    return word(_text(lock_), names)


def late(tables: Tabled, said: Iterable[tuple[str, str]]) -> tuple[Delay, ...]:
    """Read who goes on later than the roster says: a consultant by id or name, and from when, like ``10.40``.

    What has no day is today. An `InputError` where it is not clear who or when.
    """
    return tuple(_delay(tables, who, when) for who, when in said)


def _delay(tables: Tabled, who: str, said: str) -> Delay:
    when = tables.when("--late", said.split(), day=now().date())
    if when.first != when.last or when.start_s is None or when.end_s is not None:
        raise InputError(InputProblem(_("write from when, like {example}").format(example="10.40"), "--late"))
    return Delay(consultant_id=tables.id_of("--late", who, "consultants"), free=at(when.first, when.start_s))


def _meant(tables: Tabled, week: Week, what: Sequence[str], keeps: Kept) -> Lock:
    """Return what is meant by words: a day of the week, a consultant, or a visit."""
    argument = _("WHAT")
    date: dt.date | None = None
    others: list[str] = []
    for said in what:
        day = _day(said, week)
        if day is not None and date is None:
            date = day
        else:
            others.append(said)
    if date is not None and date not in week.days:
        raise InputError(InputProblem(_("{date} is not in {week}").format(date=date, week=week), argument))
    if not others:
        if date is None:
            raise InputError(InputProblem(_("say what: a visit, a consultant, or a day"), argument))
        return Lock(date=date, keeps=keeps)
    said = " ".join(others)
    try:
        consultant_id = tables.id_of(argument, said, "consultants")
    except InputError:
        id_ = tables.id_of(argument, said, "practices", "home_visits", "tasks", "consultants")
        if date is not None:
            reason = _("a visit is locked by itself; leave the day out")
            raise InputError(InputProblem(reason, argument)) from None
        return Lock(id=id_, keeps=keeps)
    return Lock(consultant_id=consultant_id, date=date, keeps=keeps)


def _day(said: str, week: Week) -> dt.date | None:
    with suppress(cells.CellError):
        return week.days[cells.weekday(said)]
    with suppress(cells.CellError):
        return dates.date(said)
    return None


def _row(week: Week, lock_: Lock) -> dict[str, object]:
    return {
        "week": week,
        "id": lock_.id,
        "date": lock_.date,
        "consultant_id": lock_.consultant_id,
        "keeps": lock_.keeps,
    }


_KEEPS = {
    "whole": Text("keeps_whole"),
    "day": Text("keeps_day"),
    "consultant": Text("keeps_consultant"),
    "hour": Text("keeps_hour"),
}


def _text(lock_: Lock) -> Text:
    keeps = _KEEPS[lock_.keeps]
    if lock_.id:
        return Text("lock_visit", {"request_id": lock_.id, "keeps": keeps})
    if lock_.date is None:
        return Text("lock_consultant", {"consultant_id": lock_.consultant_id or "", "keeps": keeps})
    if lock_.consultant_id is None:
        return Text("lock_day", {"date": str(lock_.date), "keeps": keeps})
    who = {"consultant_id": lock_.consultant_id, "date": str(lock_.date)}
    return Text("lock_round", {**who, "keeps": keeps})
