"""A consultant's day in words: what stands at the head of its page, its list, and the days beside it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from scheduler.base.i18n import _, capitalized, clock, day, tied
from scheduler.model.project import Practice
from scheduler.model.roster import Roster, Round
from scheduler.model.texts import word
from scheduler.outputs import itinerary, names, words
from scheduler.outputs.cards import Card, RideCard, StopCard, cards
from scheduler.outputs.itinerary import Rides
from scheduler.outputs.totals import shown_days

#: From how many lines on a sheet of paper has little room, and from how many hardly any.
_MANY, _MOST = 70, 110


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A day beside another: its name, and where its page is."""

    name: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A consultant's day.

    Attributes
    ----------
    date
        The date.
    title, name
        The date in words, and whose day it is.
    lead
        What is to be said first of a day on which nothing is ridden; else "".
    facts
        Its summary.
    edition
        Which edition it is of, and since when that holds; "" where there are none.
    cards
        Its list.
    """

    date: dt.date
    title: str
    name: str
    lead: str = ""
    facts: tuple[str, ...] = ()
    edition: str = ""
    cards: tuple[Card, ...] = ()

    @property
    def colour(self) -> int:
        """The colour of its ride, as `map.css` counts."""
        return self.date.weekday()

    @property
    def turns(self) -> int:
        """How many steps its rides have."""
        return sum(len(card.steps) for card in self.cards if isinstance(card, RideCard))

    @property
    def density(self) -> str:
        """How tightly it has to be set to be printed on one sheet: a class of `round.css`, or ""."""
        lines = self.turns + sum(_lines(card) for card in self.cards)
        return "most" if lines >= _MOST else "many" if lines >= _MANY else ""


def _lines(card: Card) -> int:
    if not isinstance(card, StopCard):
        return 2
    return 2 + len(card.lines) + bool(card.place) + bool(card.phone) + len(card.note) // 40


def of_round(roster: Roster, round_: Round, rides: Rides, practices: Iterable[Practice] = ()) -> Day:
    """Return the day of a round; `practices` have telephones and notes."""
    out = itinerary.rides_out(round_)
    return Day(
        date=round_.date,
        title=titled(round_.date),
        name=roster.consultant_names[round_.consultant_id],
        lead="" if out else _("No visits out today"),
        facts=itinerary.facts(round_) if out else itinerary.held(round_),
        edition=words.edition(roster),
        cards=cards(roster, round_, rides, practices),
    )


def of_week(
    roster: Roster, consultant_id: str, rides: Rides, practices: Iterable[Practice] = ()
) -> tuple[tuple[Day, Round | None], ...]:
    """Return a consultant's days of a week, Monday to Friday at least, each with its round if it has one."""
    known = tuple(practices)
    rounds = {each.date: each for each in roster.rounds if each.consultant_id == consultant_id}
    return tuple(
        (
            of_round(roster, rounds[date], rides, known)
            if date in rounds
            else _free(roster, consultant_id, date),
            rounds.get(date),
        )
        for date in shown_days(roster)
    )


def titled(date: dt.date) -> str:
    """Write a date as a heading, on one line."""
    return tied(capitalized(day(date))).replace(" ", "\N{NO-BREAK SPACE}")


def _free(roster: Roster, consultant_id: str, date: dt.date) -> Day:
    """Return a day that has no round: closed, at work without anything planned, or off."""
    closed = next((each for each in roster.closed_days if each.date == date), None)
    shifts = [
        shift
        for consultant in roster.consultants
        if consultant.consultant_id == consultant_id
        for shift in consultant.shifts
        if shift.date == date
    ]
    lead = word(closed.reason) if closed and closed.reason else _("No visits out today")
    if not closed and not shifts:
        lead = _("Not at work")
    return Day(
        date=date,
        title=titled(date),
        name=roster.consultant_names[consultant_id],
        lead=lead,
        facts=tuple(
            _("at work {start}–{end}").format(start=clock(shift.start), end=clock(shift.end))
            for shift in shifts
            if not closed
        ),
        edition=words.edition(roster),
    )


def beside(roster: Roster, round_: Round) -> tuple[Link | None, Link | None]:
    """Return the consultant's round before this one and the one after, with links from its page; None at the ends."""
    own = sorted(
        (each for each in roster.rounds if each.consultant_id == round_.consultant_id),
        key=lambda each: each.date,
    )
    at = own.index(round_)
    return (_link(own[at - 1]) if at else None, _link(own[at + 1]) if at + 1 < len(own) else None)


def _link(round_: Round) -> Link:
    return Link(name=titled(round_.date), href=names.round_map(round_).removeprefix("maps/"))
