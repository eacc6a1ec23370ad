"""What a practice sees and says on its page, and what the coordinator makes of it.

A practice confirms its times, tells how many conversations are booked, closes a day or lends a room. Confirmed times are
noted beside the practice. Everything else waits until the coordinator approves it: then it becomes rows as an exception
does, by the same services, or is declined.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scheduler.base.cpr import looks_like_cpr
from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _, clock, day, ngettext, number
from scheduler.model.clock import Week, local, now
from scheduler.model.project import Place, Project
from scheduler.model.text import Param, Text
from scheduler.outputs.letters import Coming
from scheduler.outputs.totals import printable
from scheduler.services import exceptions, log
from scheduler.services.editing import Proposal, Tabled, tabled
from scheduler.services.telling import coming_of
from scheduler.services.workspace import store_of
from scheduler.store.who import me

if TYPE_CHECKING:
    from scheduler.store.models import Event
    from scheduler.store.replies import KeptReply, Value

#: What can be said, as it is kept: the times of visits that suit, how many are booked of one, a day or hours that are
#: closed, a room at hours of a day.
CONFIRMED, BOOKED, CLOSED, ROOM = "confirmed", "booked", "closed", "room"

#: A practice says no more than this in a day.
MOST_A_DAY = 40
_A_DAY = dt.timedelta(days=1)
#: So far ahead a day can be closed or a room lent, and of so many days at once.
_AHEAD = dt.timedelta(weeks=26)
_MOST_DAYS = 31
_LONGEST_ROOM = 40
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_ISO_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)


class TooManyError(InputError):
    """A practice has said more than anybody can answer."""

    def __init__(self) -> None:
        super().__init__(_("a great deal has come from this page today; call the coordinator instead"))


# --- What a practice sees -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A visit of the coming weeks as its practice sees it.

    Attributes
    ----------
    coming
        When it is, who comes, and whether that is final.
    consultant
        What people call who comes; empty where that is not known.
    is_confirmed
        Whether the practice has said that this very time suits.
    booked
        How many are booked, as the practice told: what is approved, or else what waits; None where nothing is told.
    """

    coming: Coming
    consultant: str
    is_confirmed: bool
    booked: int | None

    @property
    def key(self) -> str:
        """What a form knows it and its time by; empty where there is nothing to confirm."""
        start = self.coming.start
        return f"{self.coming.week}/{start.isoformat()}" if self.coming.final and start else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticePage:
    """What a practice sees on its page.

    Attributes
    ----------
    practice_id, place
        Whose it is.
    visits
        The coming visits, in order of time.
    coordinator, phone
        Whom to call; may be empty.
    consultants
        Who comes in final weeks, each with a telephone, which may be empty.
    last_day
        Until when days can be closed and rooms lent.
    said
        What the practice has said of late, the newest first.
    """

    practice_id: str
    place: Place
    visits: tuple[Visit, ...]
    coordinator: str
    phone: str
    consultants: tuple[tuple[str, str], ...]
    last_day: dt.date
    said: tuple["KeptReply", ...]

    @property
    def to_confirm(self) -> tuple[Visit, ...]:
        """The visits whose times are final and not yet confirmed."""
        return tuple(visit for visit in self.visits if visit.key and not visit.is_confirmed)


def opened(data_dir: Path, secret: str) -> str | None:
    """Return whose page a link's secret opens; None where it opens none. Nothing is changed."""
    with store_of(data_dir):
        from scheduler.store import replies

        return replies.practice_of(secret, now())


def page(data_dir: Path, practice_id: str) -> PracticePage | None:
    """Return what a practice sees; None where the project has no such practice any more.

    Raises
    ------
    InputError
        When there is no store with tables, or they are not in order.
    ServiceError
        When the store cannot be had.
    """
    with tabled(data_dir) as tables:
        from scheduler.store import editions, replies

        project = tables.project
        place = _places(project).get(practice_id)
        if place is None:
            return None
        today = now().date()
        first = Week.of(today)
        weeks = [first.shift(n) for n in range(project.config.project.coming_weeks)]
        published = {
            each.week: each.roster for each in editions.published_between(str(weeks[0]), str(weeks[-1]))
        }
        own = [
            visit
            for id_, visit in coming_of(project, weeks, published)
            if id_ == practice_id
            and (local(visit.start).date() if visit.start else visit.week.days[4]) >= today
        ]
        said = replies.replies(practice_id=practice_id)
        names = {one.consultant_id: (one.name, one.phone) for one in project.consultants}
        visits = tuple(_visit(visit, tables, practice_id, said, names) for visit in own)
        settings = project.config.project
        who = dict.fromkeys(
            visit.coming.consultant_id
            for visit in visits
            if visit.coming.final and visit.coming.consultant_id
        )
        return PracticePage(
            practice_id=practice_id,
            place=place,
            visits=tuple(sorted(visits, key=lambda each: _order(each.coming))),
            coordinator=", ".join(filter(None, (settings.coordinator, project.bases[0].name))),
            phone=settings.phone,
            consultants=tuple(names[id_] for id_ in who if id_ in names),
            last_day=today + _AHEAD,
            said=said[-10:][::-1],
        )


def _order(coming: Coming) -> tuple[str, str]:
    return str(coming.week), coming.start.isoformat() if coming.start else ""


def _visit(
    visit: Coming,
    tables: Tabled,
    practice_id: str,
    said: Sequence["KeptReply"],
    names: Mapping[str, tuple[str, str]],
) -> Visit:
    from scheduler.store.replies import State

    start = visit.start.isoformat() if visit.start else None
    booked = next(
        (
            row["booked"]
            for row in tables.rows.get("log", ())
            if (row["week"], row["practice_id"], row["planned"])
            == (visit.week, practice_id, visit.conversations)
        ),
        None,
    )
    waiting = (
        each.content["booked"]
        for each in reversed(said)
        if each.kind == BOOKED and each.state == State.WAITING and each.content["start"] == start
    )
    told = next(waiting, booked) if visit.final else None
    return Visit(
        coming=visit,
        consultant=names.get(visit.consultant_id or "", ("", ""))[0],
        is_confirmed=visit.final
        and any(each.kind == CONFIRMED and each.content["start"] == start for each in said),
        booked=told if isinstance(told, int) else None,
    )


def _places(project: Project) -> Mapping[str, Place]:
    ids = {practice.practice_id for practice in project.practices}
    return {place.place_id: place for place in project.places if place.place_id in ids}


# --- What a practice says -----------------------------------------------------------------------------


def confirm(data_dir: Path, practice_id: str, seen: Sequence[str]) -> None:
    """Note that the times that a practice has seen suit it; once is enough.

    Raises
    ------
    InputError
        When the times have changed since, or the practice has said too much.
    """
    found = page(data_dir, practice_id)
    there = {visit.key: visit for visit in (found.visits if found else ()) if visit.key}
    if not seen or any(key not in there for key in seen):
        raise InputError(_("the times have changed meanwhile; look at them again, and confirm these"))
    contents = [_of_visit(there[key]) for key in dict.fromkeys(seen) if not there[key].is_confirmed]
    _keep(data_dir, practice_id, CONFIRMED, contents, waits=False)


def _of_visit(visit: Visit) -> "dict[str, Value]":
    start = visit.coming.start
    return {"week": str(visit.coming.week), "start": start.isoformat() if start else None}


def tell_booked(data_dir: Path, practice_id: str, key: str, booked: str) -> None:
    """Put forward how many conversations of a visit are booked.

    Parameters
    ----------
    data_dir, practice_id
        The project folder, and who says so.
    key
        Which visit, as the page had it.
    booked
        How many, as it was written.

    Raises
    ------
    InputError
        When the time has changed since, or it is no such number.
    """
    found = page(data_dir, practice_id)
    visit = next((each for each in (found.visits if found else ()) if each.key and each.key == key), None)
    if visit is None:
        raise InputError(_("the times have changed meanwhile; look at them again, and confirm these"))
    most = visit.coming.conversations
    if not (booked.isascii() and booked.isdigit() and len(booked) <= 3 and int(booked) <= most):
        raise InputError(_("write how many are booked, from 0 to {n}").format(n=number(most)))
    if visit.booked != int(booked):
        _put(data_dir, practice_id, BOOKED, {**_of_visit(visit), "booked": int(booked)})


def close(data_dir: Path, practice_id: str, *, first: str, last: str, start: str, end: str) -> None:
    """Put forward that a practice is closed on a day, on some days, or at hours of one day.

    Parameters
    ----------
    data_dir, practice_id
        The project folder, and who says so.
    first, last, start, end
        ISO dates and times as they were written; all but the first may be blank.

    Raises
    ------
    InputError
        When that is no such time, or the tables say so already.
    """
    from_, to = _days(first, last)
    hours = _hours(start, end) if start or end else None
    if hours and from_ != to:
        raise InputError(_("write hours of one day only, or whole days"))
    content: dict[str, Value] = {"first": str(from_), "last": str(to)}
    if hours:
        content |= {"start_s": hours[0], "end_s": hours[1]}
    _put(data_dir, practice_id, CLOSED, content)


def lend(data_dir: Path, practice_id: str, *, date: str, start: str, end: str, room: str) -> None:
    """Put forward that a practice lends a room at hours of a day. Arguments and errors as for `close`."""
    on, _on = _days(date, "")
    start_s, end_s = _hours(start, end)
    called = " ".join(printable(room).split())
    if len(called) > _LONGEST_ROOM:
        raise InputError(_("the name of the room is longer than {n} letters").format(n=number(_LONGEST_ROOM)))
    if looks_like_cpr(called):
        raise InputError(_("a CPR number stands here; nothing about patients may be written"))
    content: dict[str, Value] = {"date": str(on), "start_s": start_s, "end_s": end_s, "room": called}
    _put(data_dir, practice_id, ROOM, content)


def _days(first: str, last: str) -> tuple[dt.date, dt.date]:
    days = []
    for text in (first, last or first):
        try:
            days.append(dt.date.fromisoformat(text if _ISO_DAY.fullmatch(text) else ""))
        except ValueError:
            raise InputError(_("write a day, like 2026-05-12")) from None
    today = now().date()
    if not today <= days[0] <= days[1] <= today + _AHEAD or (days[1] - days[0]).days >= _MOST_DAYS:
        reason = _("write days from today until {last}, at most {n} at once, the first one first")
        raise InputError(reason.format(last=day(today + _AHEAD), n=number(_MOST_DAYS)))
    return days[0], days[1]


def _hours(start: str, end: str) -> tuple[int, int]:
    found = [_ISO_CLOCK.fullmatch(text) for text in (start, end)]
    seconds = [int(each[1]) * 3600 + int(each[2]) * 60 for each in found if each]
    if len(seconds) < len(found) or seconds[0] >= seconds[1]:
        raise InputError(_("write from when until when, like 09:00 and 12:00"))
    return seconds[0], seconds[1]


def _put(data_dir: Path, practice_id: str, kind: str, content: "Mapping[str, Value]") -> None:
    """Keep what waits for the coordinator, if the tables could take it, and do not say so already."""
    try:
        proposal = _proposal(data_dir, practice_id, kind, content)
    except InputError as error:
        raise InputError(
            InputProblem(_("this cannot be: {reason}").format(reason=problem.reason))
            for problem in error.problems
        ) from error
    if not proposal.edits:
        raise InputError(_("we know that already; nothing more is needed"))
    _keep(data_dir, practice_id, kind, [content])


def _keep(
    data_dir: Path,
    practice_id: str,
    kind: str,
    contents: "Sequence[Mapping[str, Value]]",
    *,
    waits: bool = True,
) -> None:
    if not contents:
        return
    moment = now()
    with store_of(data_dir):
        from scheduler.store import events, replies

        what = Text("did_reply", {"practice_id": practice_id})
        with events.act(what, me(), moment):
            if replies.said_since(practice_id, moment - _A_DAY) + len(contents) > MOST_A_DAY:
                raise TooManyError
            for content in contents:
                replies.add(practice_id, kind, content, at=moment, waits=waits)


# --- What the coordinator makes of it -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Said:
    """A reply, who gave it, and what it says in words."""

    reply: "KeptReply"
    who: str
    phone: str
    words: str


def said(data_dir: Path, *, most: int = 50) -> tuple[tuple[Said, ...], tuple[Said, ...]]:
    """Return what waits for the coordinator, the oldest first, and what was said besides, the newest first."""
    with tabled(data_dir) as tables:
        from scheduler.store import replies
        from scheduler.store.replies import State

        waiting = replies.replies(states=(State.WAITING,))
        others = replies.replies(states=(State.APPROVED, State.DECLINED, State.NOTED), most=most)
        return (
            tuple(_said(each, tables.project) for each in waiting),
            tuple(_said(each, tables.project) for each in reversed(others)),
        )


def one(data_dir: Path, number: int) -> Said | None:
    """Return a reply by its number; None where there is none."""
    with tabled(data_dir) as tables:
        from scheduler.store import replies

        found = replies.reply(number)
        return _said(found, tables.project) if found else None


def _said(reply: "KeptReply", project: Project) -> Said:
    place = _places(project).get(reply.practice_id)
    phones = {practice.practice_id: practice.phone for practice in project.practices}
    return Said(
        reply,
        place.name if place else reply.practice_id,
        phones.get(reply.practice_id, ""),
        words(reply),
    )


def words(reply: "KeptReply") -> str:
    """Say what a reply says."""
    content = reply.content
    if reply.kind in (CONFIRMED, BOOKED):
        start = local(dt.datetime.fromisoformat(str(content["start"])))
        when = {"date": day(start.date()), "time": clock(start)}
        if reply.kind == CONFIRMED:
            return _("{date} at {time} suits").format(**when)
        booked = int(content["booked"] or 0)
        return ngettext(
            "{n} conversation is booked on {date} at {time}",
            "{n} conversations are booked on {date} at {time}",
            booked,
        ).format(n=number(booked), **when)
    hours = ""
    if content.get("start_s") is not None:
        hours = f" {clock(int(content['start_s'] or 0))}–{clock(int(content['end_s'] or 0))}"
    if reply.kind == ROOM:
        date = day(dt.date.fromisoformat(str(content["date"])))
        room = f" ({content['room']})" if content["room"] else ""
        return _("a room is lent on {when}").format(when=f"{date}{hours}{room}")
    first, last = (day(dt.date.fromisoformat(str(content[name]))) for name in ("first", "last"))
    return _("closed on {when}").format(when=f"{first}{hours}" if first == last else f"{first} – {last}")


def proposal(data_dir: Path, reply: "KeptReply") -> Proposal:
    """Return what approving a reply would write.

    Raises
    ------
    InputError
        When the tables cannot take it any more, or there is nothing to approve in it.
    """
    return _proposal(data_dir, reply.practice_id, reply.kind, reply.content)


def _proposal(data_dir: Path, practice_id: str, kind: str, content: "Mapping[str, Value]") -> Proposal:
    if kind == BOOKED:
        week = Week.parse(str(content["week"]))
        return log.of_visit(data_dir, week, practice_id, {}, booked=int(content["booked"] or 0))
    hours = []
    if content.get("start_s") is not None:
        hours = [f"{_iso_clock(content['start_s'])}-{_iso_clock(content['end_s'])}"]
    if kind == ROOM:
        room = str(content["room"] or "")
        return exceptions.extra_room(data_dir, practice_id, [str(content["date"]), *hours], room=room)
    if kind == CLOSED:
        days = dict.fromkeys((str(content["first"]), str(content["last"])))
        return exceptions.closure(data_dir, practice_id, [*days, *hours])
    raise InputError(_("there is nothing to approve in this"))


def _iso_clock(seconds: "Value") -> str:
    minutes = int(seconds or 0) // 60
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def approving(reply: "KeptReply") -> "Callable[[Event], None]":
    """Return what says, in the act that writes a reply's rows, that it is approved; see `editing.write`.

    It raises an `AnsweredError` where somebody has answered it meanwhile.
    """

    def approve(event: "Event") -> None:
        from scheduler.store import replies
        from scheduler.store.replies import State

        replies.answer(reply.number, State.APPROVED, who=me(), at=now(), event=event)

    return approve


def settle(data_dir: Path, reply: "KeptReply", *, declined: bool) -> None:
    """Say that a reply is declined, or is in the tables already, in an act of its own. Errors as for `approving`."""
    with store_of(data_dir):
        from scheduler.store import events, replies
        from scheduler.store.replies import State

        whose: dict[str, Param] = {"practice_id": reply.practice_id}
        what = Text("did_decline", whose) if declined else Text("did_approve", whose)
        with events.act(what, me(), now()):
            state = State.DECLINED if declined else State.APPROVED
            replies.answer(reply.number, state, who=me(), at=now())


def confirmed(data_dir: Path, week: Week) -> Mapping[str, dt.datetime]:
    """Return when each practice has confirmed the time that is published of a week now, by the practice's id."""
    with store_of(data_dir):
        from scheduler.store import editions, replies

        edition = editions.published(str(week))
        if edition is None:
            return {}
        starts = {
            (stop.id, stop.start.isoformat())
            for round_ in edition.roster.rounds
            for stop in round_.stops
            if stop.kind == "visit"
        }
        return {
            each.practice_id: each.at
            for each in replies.replies(kind=CONFIRMED)
            if (each.practice_id, str(each.content["start"])) in starts
        }


# --- Links --------------------------------------------------------------------------------------------


def links(data_dir: Path) -> tuple[tuple[str, str, int], ...]:
    """Return all practices in the order of their names: id, name, and how many links open its page."""
    with tabled(data_dir) as tables:
        from scheduler.store import replies

        there = replies.links(now())
        places = sorted(_places(tables.project).values(), key=lambda place: place.name.casefold())
        return tuple((place.place_id, place.name, there.get(place.place_id, 0)) for place in places)


def make_link(data_dir: Path, practice_id: str) -> str:
    """Make a link to a practice's page, and return its secret, which nobody can be told again.

    Raises
    ------
    InputError
        When there is no such practice.
    """
    with tabled(data_dir) as tables:
        from scheduler.store import events, replies

        if practice_id not in _places(tables.project):
            raise InputError(_("there is no such practice"))
        moment, secret = now(), replies.new_secret()
        ends_at = moment + dt.timedelta(weeks=tables.project.config.project.coming_weeks + 2)
        with events.act(Text("did_make_page_link", {"practice_id": practice_id}), me(), moment):
            replies.keep_link(practice_id, secret, at=moment, ends_at=ends_at)
        return secret


def revoke(data_dir: Path, practice_id: str) -> None:
    """Have no link open a practice's page any more."""
    with store_of(data_dir):
        from scheduler.store import events, replies

        with events.act(Text("did_revoke_page_links", {"practice_id": practice_id}), me(), now()):
            replies.revoke(practice_id)
