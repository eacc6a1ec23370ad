"""What an exception touches of published rosters, and who must be told of it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scheduler.base.i18n import _, clock, day
from scheduler.inputs.cells import time
from scheduler.inputs.stored import Cells
from scheduler.model.clock import Week, now, seconds_of
from scheduler.model.project import Closure, Practice
from scheduler.model.roster import REQUESTED, Round, Stop, StopKind
from scheduler.model.texts import word
from scheduler.services.editing import Proposal, tabled
from scheduler.week.hours import DAY, overlap

if TYPE_CHECKING:
    from scheduler.store.editions import KeptEdition

#: What changes within this time is told by telephone first.
_SOON = dt.timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A stop of a published roster that an exception touches, and who must be told of it.

    Attributes
    ----------
    week, edition
        Of which edition.
    kind, id
        What it is, and its id.
    name
        The practice's, or for a home visit the district.
    phone
        Of the practice; empty where it is not known, and for home visits.
    consultant_id
        Who was to come.
    start
        When; an aware local time.
    conversations
        How many were planned.
    soon
        Whether it is within 24 hours, so that it is told by telephone first.
    sentence
        What may be said, without any reason.
    by_us
        Whether it is the consultant who cannot come, and not the practice that is closed.
    """

    week: str
    edition: int
    kind: StopKind
    id: str
    name: str
    phone: str
    consultant_id: str
    start: dt.datetime
    conversations: int
    soon: bool
    sentence: str
    by_us: bool = True


def calls(data_dir: Path, proposal: Proposal) -> tuple[Call, ...]:
    """Return the stops of published rosters that a proposal touches, in order of time: closed hours, and engagements.

    What is over is not among them; what the tables say already is.

    Raises
    ------
    InputError
        When there is no store.
    ServiceError
        When the store cannot be had.
    """
    taken = [found for edit in proposal.asked if edit.after and (found := _taken(edit.table, edit.after))]
    if not taken:
        return ()
    weeks = [str(Week.of(edge)) for rule in taken for edge in (rule.first_day, rule.last_day)]
    moment = now()
    with tabled(data_dir) as tables:
        from scheduler.store import editions

        practices = {practice.practice_id: practice for practice in tables.project.practices}
        calls_ = [
            call_of(
                one,
                stop,
                round_,
                practices,
                soon=is_soon(stop.start, moment),
                sentence=_sentence(stop, round_.date, rule),
                by_us=rule.who != stop.place_id,
            )
            for one in editions.published_between(min(weeks), max(weeks))
            for round_ in one.roster.rounds
            for stop in round_.stops
            if stop.kind in REQUESTED
            and stop.end > moment
            and (rule := next((each for each in taken if _touches(each, stop, round_)), None))
        ]
    return tuple(sorted(calls_, key=lambda call: (call.start, call.id)))


def _taken(table: str, row: Cells) -> Closure | None:
    """Return from whom a row takes which hours; None where it takes none."""
    start, end = (time(row[name]) if name in row else None for name in ("start", "end"))
    if table == "closures":
        first, last = (dt.date.fromisoformat(row[name]) for name in ("from", "to"))
        return Closure(who=row["who"], first_day=first, last_day=last, start_s=start, end_s=end)
    if table == "engagements" and "date" in row:
        date = dt.date.fromisoformat(row["date"])
        return Closure(who=row["consultant_id"], first_day=date, last_day=date, start_s=start, end_s=end)
    return None


def _touches(rule: Closure, stop: Stop, round_: Round) -> bool:
    """Tell whether a stop is at hours that are closed for everybody, its consultant, or where it is."""
    if rule.who not in ("all", round_.consultant_id, stop.place_id):
        return False
    if not rule.first_day <= round_.date <= rule.last_day:
        return False
    stay = seconds_of(stop.start, round_.date), seconds_of(stop.end, round_.date)
    return overlap(
        stay, (DAY[0] if rule.start_s is None else rule.start_s, DAY[1] if rule.end_s is None else rule.end_s)
    )


def call_of(
    edition: "KeptEdition",
    stop: Stop,
    round_: Round,
    practices: Mapping[str, Practice],
    *,
    soon: bool,
    sentence: str,
    by_us: bool = True,
) -> Call:
    """Return who must be told of a stop, and what."""
    name = word(stop.name)
    return Call(
        week=edition.week,
        edition=edition.number,
        kind=stop.kind,
        id=stop.id,
        name=f"{name}, {stop.district}" if stop.kind == "home_visit" and stop.district else name,
        phone=phone_of(stop, practices),
        consultant_id=round_.consultant_id,
        start=stop.start,
        conversations=stop.conversations,
        soon=soon,
        sentence=sentence,
        by_us=by_us,
    )


def phone_of(stop: Stop, practices: Mapping[str, Practice]) -> str:
    """Return the telephone of a stop's practice; empty where it is not known, and for homes."""
    practice = practices.get(stop.place_id)
    return practice.phone if practice and stop.kind != "home_visit" else ""


def is_soon(start: dt.datetime, moment: dt.datetime) -> bool:
    """Tell whether something is so near that it is told by telephone first."""
    return start - moment < _SOON


def _sentence(stop: Stop, date: dt.date, rule: Closure) -> str:
    sentence = _("The consultant is prevented on {date} at {clock}.")
    if rule.who == stop.place_id:
        sentence = _("The room is closed on {date} at {clock}, so the visit has to move.")
    return sentence.format(date=day(date), clock=clock(stop.start))
