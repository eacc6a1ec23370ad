"""What an edition is told by: a message for each practice and each consultant concerned (RFC 5322).

Only sentences and data go in; nothing is sent here. Names come from tables that anybody may have written, so in a
header and in a line of text they are on one line, and addresses are taken apart by the library.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from scheduler.base.i18n import _, capitalized, clock, day, using
from scheduler.model.clock import Week, local
from scheduler.model.project import Project
from scheduler.model.roster import Roster, Round, Stop
from scheduler.model.text import Text
from scheduler.model.texts import Names, word
from scheduler.outputs import gpx, itinerary, names, news, words
from scheduler.outputs.artifacts import Artifacts
from scheduler.outputs.calendars import practice_calendar
from scheduler.outputs.logsheet import log_workbook
from scheduler.outputs.totals import printable
from scheduler.outputs.write import zipped

#: All that a practice reads of why somebody is away.
PREVENTED = Text("consultant_prevented")


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """A visit of the coming weeks, as a practice is told of it.

    Attributes
    ----------
    week
        The ISO week.
    start
        When it begins, an aware local time; None where only the week is known.
    consultant_id
        Who comes; None where that is not known.
    conversations
        How many are held; 0 where that is not settled.
    final
        Whether its week is published; else it may move.
    """

    week: Week
    start: dt.datetime | None = None
    consultant_id: str | None = None
    conversations: int = 0
    final: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A practice that is to be told and has no mail address: it is called.

    Attributes
    ----------
    practice_id, name, phone
        Who; the telephone may be unknown, an empty text.
    sentences
        What to say.
    """

    practice_id: str
    name: str
    phone: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What is to go out with an edition.

    Attributes
    ----------
    messages
        By the id of the practice or consultant, practices first, in the order of the time of their visits.
    calls
        The practices that cannot be written to, in the same order.
    unreached
        Ids of the consultants who have no mail address.
    """

    messages: Mapping[str, EmailMessage]
    calls: tuple[Call, ...] = ()
    unreached: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Contact:
    name: str
    email: str = ""
    phone: str = ""

    @property
    def address(self) -> Address | None:
        """The mail address for a header; None where there is none that a mail server takes."""
        user, _at, server = self.email.rpartition("@")
        try:
            domain = server.encode("idna").decode()
            return Address(display_name=_line(self.name), username=user, domain=domain) if user else None
        except (UnicodeError, ValueError):
            return None

    @property
    def said(self) -> str:
        """Name and telephone, as far as they are known."""
        return _line(", ".join(filter(None, (self.name, self.phone and _("tel. {n}").format(n=self.phone)))))


def post(
    artifacts: Artifacts,
    project: Project,
    told: Mapping[str, Sequence[Text]],
    *,
    coming: Mapping[str, Sequence[Coming]],
    earlier: Sequence[Roster] = (),
    pages: Mapping[str, str] | None = None,
    message_id: Callable[[str], str],
    sent_at: dt.datetime,
    zips: Mapping[str, bytes] | None = None,
) -> Post:
    """Write the messages of an edition, in the language in force.

    Parameters
    ----------
    artifacts
        What people see of the edition, homes and all; what is sent names their district.
    project
        Says where people are reached.
    told
        What has changed for each practice and consultant who is to be written to, by id, as `news` has it; nothing
        where they are told of the week for the first time. Who is not in it is not written to.
    coming
        The visits of the coming weeks of each practice, in order of time.
    earlier
        The editions published before, the last one last.
    pages
        The address of the page that each practice has of its own; none where the app has no address.
    message_id
        Makes the Message-ID, like ``<name@server>``, for the id of a practice or consultant. The same message has to
        get the same one again.
    sent_at
        The moment that messages are dated; aware.
    zips
        What `consultant_zip` returns for consultants, by id, as far as it is made already.
    """
    sent = artifacts.sent()
    called = news.names(*earlier, sent.roster)
    writer = _Writer(sent, project, tuple(earlier), coming, pages or {}, sent_at, called, zips or {})
    messages: dict[str, EmailMessage] = {}
    calls: list[Call] = []
    unreached: list[str] = []
    for practice_id in writer.in_order(told):
        message = writer.practice(practice_id, told[practice_id], message_id(practice_id))
        if message is None:
            calls.append(writer.call(practice_id, told[practice_id]))
        else:
            messages[practice_id] = message
    for consultant_id in writer.consultants:
        if consultant_id in told:
            message = writer.consultant(consultant_id, told[consultant_id], message_id(consultant_id))
            if message is None:
                unreached.append(consultant_id)
            else:
                messages[consultant_id] = message
    return Post(messages=messages, calls=tuple(calls), unreached=tuple(unreached))


def eml(message: bytes) -> bytes:
    """Return a message as an .eml file; a mail program opens it as a draft, ready to be sent."""
    return b"X-Unsent: 1\r\n" + message


def consultant_zip(artifacts: Artifacts, consultant_id: str) -> bytes:
    """Return a consultant's own pages, tracks and calendars of the week, homes by their district, and the log's sheet.

    The bytes depend on nothing but the artifacts.
    """
    return _zipped(artifacts.sent(), consultant_id)


def _zipped(sent: Artifacts, consultant_id: str) -> bytes:
    own = [round_ for round_ in sent.roster.rounds if round_.consultant_id == consultant_id]
    wanted = [
        names.week_file(consultant_id, sent.roster.week),
        *(names.round_map(round_) for round_ in own),
        *(name for round_ in own for name in gpx.files(sent.roster, round_)),
        names.calendar(consultant_id),
        names.calendar_changes(consultant_id),
    ]
    with using(sent.language):
        sheet = log_workbook(sent.roster, consultant_id)
    files = {name: sent[name] for name in wanted if name in sent}
    return zipped({**files, names.log_sheet(consultant_id): sheet})


@dataclass(frozen=True, slots=True, eq=False)
class _Writer:
    """Writes the messages of an edition; `sent` has homes by their district."""

    sent: Artifacts
    project: Project
    earlier: tuple[Roster, ...]
    coming: Mapping[str, Sequence[Coming]]
    pages: Mapping[str, str]
    sent_at: dt.datetime
    called: Names
    zips: Mapping[str, bytes]

    # --- Who is reached where ----------------------------------------------------------------------

    @property
    def consultants(self) -> tuple[str, ...]:
        everybody = (c.consultant_id for each in (self.sent.roster, *self.earlier) for c in each.consultants)
        return tuple(dict.fromkeys(everybody))

    def _named(self, kind: str, id_: str) -> str:
        return word(self.called.get(kind, {}).get(id_, id_))

    def _practice_contact(self, practice_id: str) -> _Contact:
        name = next((p.name for p in self.project.places if p.place_id == practice_id), "")
        name = name or self._named("practice_id", practice_id)
        practice = next((p for p in self.project.practices if p.practice_id == practice_id), None)
        return _Contact(
            name=name, email=practice.email if practice else "", phone=practice.phone if practice else ""
        )

    def _consultant_contact(self, consultant_id: str) -> _Contact:
        name = self._named("consultant_id", consultant_id)
        known = next((c for c in self.project.consultants if c.consultant_id == consultant_id), None)
        return _Contact(name=name, email=known.email if known else "", phone=known.phone if known else "")

    @property
    def _coordinator(self) -> _Contact:
        project = self.project.config.project
        name = ", ".join(filter(None, (project.coordinator, self.project.bases[0].name)))
        return _Contact(name=name, email=project.email, phone=project.phone)

    # --- Practices ----------------------------------------------------------------------------------

    def in_order(self, ids: Iterable[str]) -> list[str]:
        """Return those of the ids that are no consultants, by when they are visited, or were to be."""
        at = {
            practice_id: min((stop.start for _r, stop in stops), default=None)
            for practice_id in ids
            if practice_id not in self.consultants
            for stops in [self._stops(self.sent.roster, practice_id) or self._last_stops(practice_id)]
        }
        known = sorted((start, id_) for id_, start in at.items() if start)
        return [*(id_ for _start, id_ in known), *sorted(id_ for id_, start in at.items() if not start)]

    @staticmethod
    def _stops(roster: Roster, practice_id: str) -> list[tuple[Round, Stop]]:
        return [
            (round_, stop)
            for round_ in roster.rounds
            for stop in round_.stops
            if stop.place_id == practice_id and stop.kind in ("visit", "task")
        ]

    def _last_stops(self, practice_id: str) -> list[tuple[Round, Stop]]:
        return self._stops(self.earlier[-1], practice_id) if self.earlier else []

    def call(self, practice_id: str, told: Sequence[Text]) -> Call:
        contact = self._practice_contact(practice_id)
        sentences = news.worded(told, self.called) or [
            line for stop in self._stops(self.sent.roster, practice_id) for line in self._visit(*stop)
        ]
        return Call(
            practice_id=practice_id, name=contact.name, phone=contact.phone, sentences=tuple(sentences)
        )

    def practice(self, practice_id: str, told: Sequence[Text], message_id: str) -> EmailMessage | None:
        contact = self._practice_contact(practice_id)
        stops = self._stops(self.sent.roster, practice_id)
        lines = [_("Dear {name}").format(name=contact.name), ""]
        for stop in stops:
            lines += [*self._visit(*stop), ""]
        if not stops:
            lines += [_("There is no visit in {week}.").format(week=self._week()), ""]
        lines += self._changed(told)
        if coming := self.coming.get(practice_id):
            lines += [_("The coming weeks:"), *map(self._coming, coming), ""]
        if page := self.pages.get(practice_id):
            lines += [
                _("Confirm the times, tell how many are booked, or close a day, without signing in:"),
                page,
                "",
            ]
        who = dict.fromkeys(round_.consultant_id for round_, _stop in stops)
        lines += self._signature(*(self._consultant_contact(each) for each in who))
        # As the last line, where everybody sees it who answers.
        lines += ["", _("Do not write about patients in the reply")]
        message = self._message(contact, self._subject(stops, told), lines, message_id)
        if message is not None and (stops or self._last_stops(practice_id)):
            self._attach(
                message,
                practice_calendar(self.sent.roster, practice_id, earlier=self.earlier),
                maintype="text",
                subtype="calendar",
                params={"method": "PUBLISH", "charset": "utf-8"},
                filename=f"{self.sent.roster.week}.ics",
            )
        return message

    def _visit(self, round_: Round, stop: Stop) -> Iterator[str]:
        who = self._consultant_contact(round_.consultant_id).said
        date, start, end = capitalized(day(round_.date)), clock(stop.start), clock(stop.end)
        if stop.kind == "task":
            text = _("{date} at {start}–{end}: {task}. {consultant} comes.")
        else:
            text = _("{date} at {start}–{end}: visit by {consultant}.")
        yield text.format(date=date, start=start, end=end, task=word(stop.name), consultant=who)
        if stop.kind == "visit" and stop.slot and stop.slot.room:
            yield _("Room: {room}").format(room=stop.slot.room)
        if stop.conversations:
            starts = ", ".join(map(clock, stop.conversation_starts))
            yield _("{conversations}, beginning at {times}").format(
                conversations=capitalized(words.conversations(stop.conversations)), times=starts
            )

    def _coming(self, visit: Coming) -> str:
        state = _("Final") if visit.final else _("Provisional")
        week = _("week {number}").format(number=visit.week.number)
        if visit.start is None:
            return "- " + _("{state}: {week}, the time follows").format(state=state, week=week)
        start = local(visit.start)
        when = _("{date} at {time}").format(date=day(start.date()), time=clock(start))
        who = visit.consultant_id and self._named("consultant_id", visit.consultant_id)
        return f"- {state}: {', '.join(filter(None, (week, when, who)))}"

    def _subject(self, stops: Sequence[tuple[Round, Stop]], told: Sequence[Text]) -> str:
        if not stops:
            return _("No visit in {week}").format(week=self._week())
        round_, stop = stops[0]
        known = any(text.code not in ("visit_new", "task_new") for text in told)
        text = _("Changed visit: {date} at {time}") if known else _("Visit: {date} at {time}")
        return text.format(date=day(round_.date), time=clock(stop.start))

    # --- Consultants ---------------------------------------------------------------------------------

    def consultant(self, consultant_id: str, told: Sequence[Text], message_id: str) -> EmailMessage | None:
        contact = self._consultant_contact(consultant_id)
        roster = self.sent.roster
        lines = [_("Dear {name}").format(name=contact.name), "", *self._changed(told)]
        lines += [capitalized(" · ".join(filter(None, (self._week(), words.edition(roster))))) + ":"]
        own = [round_ for round_ in roster.rounds if round_.consultant_id == consultant_id]
        days = [f"{day(round_.date)}: {', '.join(itinerary.facts(round_))}" for round_ in own]
        lines += [*(f"- {text}" for text in days or [_("no rounds")]), ""]
        lines += [
            _("The file attached has pages, maps, tracks, a calendar and a sheet for what is held."),
            "",
            *self._signature(),
        ]
        subject = _("Your {week}: what has changed") if told else _("Your {week}")
        message = self._message(contact, subject.format(week=self._week()), lines, message_id)
        if message is not None:
            self._attach(
                message,
                self.zips.get(consultant_id) or _zipped(self.sent, consultant_id),
                maintype="application",
                subtype="zip",
                filename=f"{roster.week}-{consultant_id}.zip",
            )
        return message

    # --- Both ----------------------------------------------------------------------------------------

    def _week(self) -> str:
        week = Week.parse(self.sent.roster.week)
        return _("week {number} {year}").format(number=week.number, year=week.year)

    def _changed(self, told: Sequence[Text]) -> list[str]:
        if not told:
            return []
        return [_("Changed:"), *(f"- {sentence}" for sentence in news.worded(told, self.called)), ""]

    def _signature(self, *others: _Contact) -> list[str]:
        """Say who answers: who comes, and the coordinator."""
        return [_("Questions:"), *(f"- {contact.said}" for contact in (*others, self._coordinator))]

    def _message(
        self, to: _Contact, subject: str, lines: Iterable[str], message_id: str
    ) -> EmailMessage | None:
        """Return a message without attachments, or None for somebody without an address."""
        if to.address is None:
            return None
        message = EmailMessage(policy=SMTP)
        message["To"] = to.address
        if sender := self._coordinator.address:
            message["From"] = sender
        message["Subject"] = _line(subject)
        message["Date"] = self.sent_at
        message["Message-ID"] = message_id
        message["Auto-Submitted"] = "auto-generated"
        message.set_content("\n".join(map(_line, lines)) + "\n", cte="quoted-printable")
        return message

    @staticmethod
    def _attach(message: EmailMessage, content: bytes, **how: Any) -> None:
        """Attach a file; the boundary between the parts is not made up, so that a message has the same bytes again."""
        message.add_attachment(content, **how)
        message.set_boundary(f"=_{hashlib.sha256(str(message['Message-ID']).encode()).hexdigest()[:32]}")


def _line(text: str) -> str:
    """Return a text on one line: what people wrote adds neither lines nor headers."""
    return " ".join(printable(text).split())
