"""index.html: the coordinator's page of a week, with the board."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scheduler.base.i18n import _, clock, day
from scheduler.model.beside import Beside, Room
from scheduler.model.clock import Week
from scheduler.model.outcomes import Standing
from scheduler.model.roster import Roster, Round
from scheduler.model.texts import word
from scheduler.outputs import gpx, names, news, words
from scheduler.outputs.board import anchors, board
from scheduler.outputs.privacy import public
from scheduler.outputs.templates import render
from scheduler.outputs.totals import consultant_totals

#: The notes of a roster that are about addresses and the map; nobody need decide anything because of them.
_OF_PLACES = frozenset({
    "nearest_number", "between_numbers", "home_nearest_number", "coordinates_away", "home_coordinates_away",
    "online_only", "same_house", "simplified_map",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Compromise:
    """A visit that bends a wish: where its block is, what it is called, when it is, and what it bends."""

    anchor: str
    name: str
    when: str
    whats: tuple[str, ...]


def index_html(
    roster: Roster,
    before: Roster | None = None,
    beside: Beside | None = None,
    *,
    standing: Standing | None = None,
) -> str:
    """Return the page of the week's board: self-contained, without where home visits are.

    It links to the week's other files by their relative names, but not to roster.json. What it changes of the edition
    `before` stands at its top, and how far it is to the goal. What stands `beside` the roster is on it as far as it is known.
    """
    roster, beside = public(roster), beside or Beside()
    changed = news.for_coordinator(before, roster) if before else ()
    terms = words.ordered_terms(roster)
    return render(
        "index.html.j2",
        roster=roster,
        year=Week.parse(roster.week).year,
        dates=words.week_dates(roster),
        edition=words.edition(roster),
        sentence=words.sentence(roster),
        before=before,
        standing=words.standing(standing) if standing else "",
        changed=news.worded(changed, news.names(before, roster)) if before else [],
        board=board(roster, beside),
        beside=beside,
        compromises=tuple(compromises(roster, beside)),
        notes=notes(roster),
        place_notes=[word(note, roster.names) for note in roster.notes if note.code in _OF_PLACES],
        rooms_by_day=_rooms_by_day(beside),
        terms=terms,
        most_points=max((term.points for term in terms.values()), default=0),
        consultants=consultant_totals(roster),
        most_load=max((consultant.load_seconds for consultant in roster.consultants), default=0.0),
        workbook=names.WORKBOOK,
        week_map=names.WEEK_MAP,
        downloads=_downloads(roster),
        words=words,
        word=word,
    )


def notes(roster: Roster) -> list[str]:
    """Word what is to be known of a roster besides what is about addresses and the map."""
    return [word(note, roster.names) for note in roster.notes if note.code not in _OF_PLACES]


def compromises(roster: Roster, beside: Beside) -> Iterator[Compromise]:
    """Yield the visits that bend a wish, in the order of the clock."""
    who, there = roster.consultant_names, anchors(roster)
    stops = [(stop, round_) for round_ in roster.rounds for stop in round_.stops if stop.id in beside.bends]
    for stop, round_ in sorted(stops, key=lambda each: (each[0].start, each[1].consultant_id)):
        bend, whats = beside.bends[stop.id], []
        if bend.instead_of:
            whats.append(words.instead_of(bend.instead_of, round_.consultant_id, who))
        if bend.moved_from:
            whats.append(words.moved_from(bend.moved_from))
        if whats and stop.id in there:
            when = f"{day(round_.date, 'short')} {clock(stop.start)}"
            yield Compromise(there[stop.id], words.stop_title(stop), when, tuple(whats))


def _rooms_by_day(beside: Beside) -> dict[dt.date, list[Room]]:
    """Return the lent rooms that nobody uses, by date."""
    days: dict[dt.date, list[Room]] = {}
    for room in beside.rooms:
        days.setdefault(room.start.date(), []).append(room)
    return days


def _downloads(roster: Roster) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return weeks, calendars, the rounds' maps and their tracks: a heading, and links with their texts."""
    who = roster.consultant_names
    rounds = [
        (
            round_,
            _("{day}, {consultant}").format(
                day=day(round_.date, "short"), consultant=who.get(round_.consultant_id, round_.consultant_id)
            ),
        )
        for round_ in roster.rounds
    ]
    weeks = [(names.week_file(id_, roster.week), name) for id_, name in who.items()]
    return [
        (_("The week in one file"), weeks),
        (_("Calendar"), [(names.calendar(id_), name) for id_, name in who.items()]),
        (_("Maps"), [(names.round_map(round_), text) for round_, text in rounds]),
        (_("GPX for bicycle computers"), list(_tracks(roster, rounds))),
    ]


def _tracks(roster: Roster, rounds: Iterable[tuple[Round, str]]) -> Iterator[tuple[str, str]]:
    """Yield links to the rounds' tracks; days of which parts are left out have several."""
    for round_, text in rounds:
        for part, name in enumerate(files := gpx.files(roster, round_), start=1):
            yield name, text if len(files) == 1 else _("{name}, part {part}").format(name=text, part=part)
