"""index.html: the coordinator's page of a week, with the board."""

from scheduler.base.i18n import _, day
from scheduler.model.clock import Week
from scheduler.model.outcomes import Standing
from scheduler.model.roster import Roster
from scheduler.model.texts import word
from scheduler.outputs import names, news, words
from scheduler.outputs.board import board
from scheduler.outputs.privacy import public
from scheduler.outputs.templates import render
from scheduler.outputs.totals import consultant_totals


def index_html(roster: Roster, before: Roster | None = None, *, standing: Standing | None = None) -> str:
    """Return the page of the week's board: self-contained, without where home visits are.

    It links to the week's other files by their relative names, but not to roster.json. What it changes of the edition
    `before` stands at its top, and how far it is to the goal.
    """
    roster = public(roster)
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
        board=board(roster),
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


def _downloads(roster: Roster) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the rounds' maps, the calendars and the rounds' tracks: a heading, and links with their texts."""
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
    return [
        (_("Calendar"), [(names.calendar(id_), name) for id_, name in who.items()]),
        (_("Maps"), [(names.round_map(round_), text) for round_, text in rounds]),
        (_("GPX for bicycle computers"), [(names.gpx(round_), text) for round_, text in rounds]),
    ]
