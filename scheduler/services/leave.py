"""Absence as consultants tell of it: illness is told, leave is asked for; nobody asks why, and no reason is kept.

What is told is dealt with at the desk, as an exception with its answers; until then it is shown there. Leave is seen
with what it takes before the desk says yes, which writes the exception in the same transaction, or no.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scheduler.base.errors import InputError
from scheduler.base.i18n import _
from scheduler.inputs.cells import ALL_NAMES
from scheduler.inputs.when import When
from scheduler.model.clock import now
from scheduler.model.project import Project
from scheduler.model.text import Param, Text
from scheduler.model.texts import word
from scheduler.services import editing, exceptions, touched
from scheduler.services.editing import Proposal, tabled
from scheduler.services.touched import Call
from scheduler.services.workspace import store_of
from scheduler.store.who import me
from scheduler.week.calendar import shifts_on

if TYPE_CHECKING:
    from scheduler.store.models import Absence

#: Further ahead nobody asks, and longer than this is no leave but another shift.
_MOST_DAYS = 400
_FARTHEST = dt.timedelta(days=730)


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """That a consultant will be away.

    Attributes
    ----------
    number
        What it is known by.
    consultant_id, name
        Who.
    when
        The days, maybe from an hour of the first on.
    state
        "told" and then "done"; "asked", and then "granted" or "refused"; or "withdrawn".
    at
        When it was told or asked for.
    """

    number: int
    consultant_id: str
    name: str
    when: When
    state: str
    at: dt.datetime

    @property
    def days(self) -> str:
        """Say when."""
        return word(exceptions.told(self.when))

    @property
    def said(self) -> str:
        """When, as one writes it where it is asked for, see `scheduler.inputs.when`."""
        first, last = self.when.first, self.when.last
        if self.when.start_s is None:
            return f"{first}" if first == last else f"{first} til {last}"
        start = f"{self.when.start_s // 3600}.{self.when.start_s % 3600 // 60:02d}"
        return f"{first} fra {start}" if first == last else f"{first} {start} til {last}"

    @property
    def is_open(self) -> bool:
        """Whether the desk has yet to deal with it."""
        return self.state in ("told", "asked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What leave takes.

    Attributes
    ----------
    away
        Who asks for which days.
    proposal
        The exception that a yes writes.
    work_s
        How many seconds of shifts it takes.
    calls
        The stops of published weeks that it touches, in order of time.
    others
        Who else is away at the same time, by name.
    """

    away: Away
    proposal: Proposal
    work_s: int
    calls: Sequence[Call]
    others: tuple[str, ...]


def tell(data_dir: Path, consultant_id: str, key: str, when: When, *, ask: bool) -> None:
    """Tell that a consultant is away, or ask for leave; with a key that was there already nothing is done.

    Raises
    ------
    InputError
        When the days make no sense.
    ServiceError
        When the store cannot be had.
    """
    today = now().date()
    if when.last < when.first or (when.last - when.first).days > _MOST_DAYS:
        raise InputError(_("the last day is not after the first, or too far from it"))
    if when.first < today or when.last > today + _FARTHEST:
        raise InputError(_("choose days from today on, at most two years ahead"))
    with store_of(data_dir):
        from scheduler.store.events import act, writing
        from scheduler.store.models import Absence

        params: dict[str, Param] = {"consultant_id": consultant_id, "when": exceptions.told(when)}
        what = Text("did_ask_absence", params) if ask else Text("did_tell_absence", params)
        with writing():
            if Absence.objects.filter(key=key).exists():
                return
            with act(what, me(), now()) as event:
                Absence.objects.create(
                    key=key,
                    consultant_id=consultant_id,
                    first=when.first,
                    last=when.last,
                    start_s=when.start_s,
                    state=Absence.State.ASKED if ask else Absence.State.TOLD,
                    at=event.at,
                )


def of_consultant(data_dir: Path, consultant_id: str) -> list[Away]:
    """Return what a consultant has told or asked for and is not over, in order. Errors as for `open_ones`."""
    with store_of(data_dir):
        from scheduler.store.models import Absence

        found = Absence.objects.filter(consultant_id=consultant_id, last__gte=now().date())
        return [_away(each, "") for each in found.exclude(state=Absence.State.WITHDRAWN)]


def open_ones(data_dir: Path) -> list[Away]:
    """Return what the desk has yet to deal with; what the tables say already, and what is over, is not among it.

    Raises
    ------
    InputError
        When there is no store with tables.
    ServiceError
        When the store cannot be had.
    """
    with store_of(data_dir):
        from scheduler.store.models import Absence

        states = (Absence.State.TOLD, Absence.State.ASKED)
        found = list(Absence.objects.filter(state__in=states, last__gte=now().date()))
    if not found:
        return []
    with tabled(data_dir) as tables:
        names = {one.consultant_id: one.name for one in tables.project.consultants}
        away = [_away(each, names.get(each.consultant_id, each.consultant_id)) for each in found]
        return [each for each in away if each.state == "asked" or not _is_known(tables.project, each)]


def price(data_dir: Path, number: int) -> Price | None:
    """Return what leave takes that was asked for; None where there is none of this number that is open.

    Errors as for `open_ones`.
    """
    away = next((each for each in open_ones(data_dir) if each.number == number), None)
    if away is None:
        return None
    proposal = exceptions.away(data_dir, away.consultant_id, away.when)
    with tabled(data_dir) as tables:
        seconds, others = 0, set()
        for date in away.when.days:
            from_s = (away.when.start_s or 0) if date == away.when.first else 0
            at_work = {one.consultant_id: shift for one, shift in shifts_on(tables.project, date)}
            if own := at_work.get(away.consultant_id):
                seconds += sum(max(0, end - max(start, from_s)) for start, end in own.spans)
                others |= {
                    one.name
                    for one in tables.project.consultants
                    if _is_closed(tables.project, one.consultant_id, date)
                    and one.consultant_id != away.consultant_id
                }
    return Price(
        away=away,
        proposal=proposal,
        work_s=seconds,
        calls=touched.calls(data_dir, proposal),
        others=tuple(sorted(others)),
    )


def answer(data_dir: Path, number: int, *, yes: bool) -> Away:
    """Say yes or no to leave that was asked for, or that what was told is dealt with (`yes` or not); return what it was.

    A yes to leave writes the exception, in one transaction with the answer.

    Raises
    ------
    InputError
        When it is dealt with or taken back already, or the tables would be wrong.
    ServiceError
        When the store cannot be had.
    """
    with store_of(data_dir):
        from scheduler.store.events import act, writing
        from scheduler.store.models import Absence

        with writing():
            away = _open(number)
            params: dict[str, Param] = {
                "consultant_id": away.consultant_id,
                "when": exceptions.told(away.when),
            }
            if away.state == Absence.State.TOLD:
                state, doing = Absence.State.DONE, act(Text("did_settle_absence", params), me(), now())
            elif yes:
                proposal = exceptions.away(data_dir, away.consultant_id, away.when)
                what = Text("did_grant_absence", params)
                state, doing = Absence.State.GRANTED, editing.written_by(proposal, what=what)
            else:
                state, doing = Absence.State.REFUSED, act(Text("did_refuse_absence", params), me(), now())
            with doing as event:
                Absence.objects.filter(id=number).update(
                    state=state, answered_at=event.at, answered_by=event.who
                )
        return away


def withdraw(data_dir: Path, consultant_id: str, number: int) -> None:
    """Take back what one has told or asked for oneself, as long as nobody has dealt with it. Errors as for `answer`."""
    with store_of(data_dir):
        from scheduler.store.events import act, writing
        from scheduler.store.models import Absence

        with writing():
            away = _open(number)
            if away.consultant_id != consultant_id:
                raise InputError(_("this is somebody else's"))
            params: dict[str, Param] = {"consultant_id": consultant_id, "when": exceptions.told(away.when)}
            with act(Text("did_withdraw_absence", params), me(), now()):
                Absence.objects.filter(id=number).update(state=Absence.State.WITHDRAWN)


def _open(number: int) -> Away:
    from scheduler.store.models import Absence

    found = Absence.objects.filter(id=number).first()
    away = _away(found, "") if found else None
    if away is None or not away.is_open:
        raise InputError(_("this has been answered or taken back already; load the page again"))
    return away


def _away(found: "Absence", name: str) -> Away:
    when = When(found.first, found.last, found.start_s, through=found.start_s is not None)
    return Away(
        number=found.id,
        consultant_id=found.consultant_id,
        name=name,
        when=when,
        state=str(found.state),
        at=found.at,
    )


def _is_known(project: Project, away: Away) -> bool:
    """Tell whether the tables say that a consultant is away on all days on which one is told to be."""
    start_s = away.when.start_s
    return all(
        _is_closed(project, away.consultant_id, date, (start_s or 0) if date == away.when.first else 0)
        for date in away.when.days
    )


def _is_closed(project: Project, consultant_id: str, date: dt.date, from_s: int = 0) -> bool:
    """Tell whether a consultant is away on a date, at the latest from some hour on."""
    return any(
        closure.who in (*ALL_NAMES, consultant_id)
        and closure.first_day <= date <= closure.last_day
        and (closure.start_s is None or closure.start_s <= from_s)
        and closure.end_s is None
        for closure in project.closures
    )
