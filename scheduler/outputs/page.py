"""index.html: the coordinator's page of a week, with the board."""

from dataclasses import dataclass

from scheduler.base.i18n import _, day
from scheduler.model.clock import Week
from scheduler.model.roster import Roster, Term
from scheduler.outputs import names, words
from scheduler.outputs.board import board
from scheduler.outputs.privacy import public
from scheduler.outputs.templates import render
from scheduler.outputs.texts import word
from scheduler.outputs.totals import consultant_totals


@dataclass(frozen=True, slots=True)
class _TermRow:
    label: str
    count: str
    price: str
    points: int
    share: float


@dataclass(frozen=True, slots=True)
class _Link:
    href: str
    text: str


def index_html(roster: Roster) -> str:
    """Return the page of the week's board: self-contained, without where home visits are.

    It links to the week's other files by their relative names, but not to roster.json.
    """
    roster = public(roster)
    rounds, calendars, tracks = _downloads(roster)
    return render(
        "index.html.j2",
        roster=roster,
        year=Week.parse(roster.week).year,
        dates=words.week_dates(roster),
        sentence=words.sentence(roster),
        board=board(roster),
        terms=_terms(roster),
        consultants=consultant_totals(roster),
        most_load=max((consultant.load_seconds for consultant in roster.consultants), default=0.0),
        workbook=names.WORKBOOK,
        week_map=names.WEEK_MAP,
        rounds=rounds,
        calendars=calendars,
        tracks=tracks,
        words=words,
        word=word,
    )


def _terms(roster: Roster) -> list[_TermRow]:
    terms = words.ordered_terms(roster)
    most = max((term.points for term in terms.values()), default=0)

    def row(name: str, term: Term) -> _TermRow:
        share = 100 * term.points / most if most > 0 else 0.0
        return _TermRow(
            words.term(name),
            words.term_count(name, term.count),
            words.term_price(name, term.weight),
            term.points,
            round(share, 1),
        )

    return [row(name, term) for name, term in terms.items()]


def _downloads(roster: Roster) -> tuple[list[_Link], list[_Link], list[_Link]]:
    """Return the links to the rounds' maps, the calendars and the rounds' tracks."""
    who = {consultant.consultant_id: consultant.name for consultant in roster.consultants}

    def title(consultant_id: str, date_text: str) -> str:
        return _("{day}, {consultant}").format(
            day=date_text, consultant=who.get(consultant_id, consultant_id)
        )

    titles = [(r, title(r.consultant_id, day(r.date, "short"))) for r in roster.rounds]
    return (
        [_Link(names.round_map(round_), text) for round_, text in titles],
        [_Link(names.calendar(consultant_id), name) for consultant_id, name in who.items()],
        [_Link(names.gpx(round_), text) for round_, text in titles],
    )
