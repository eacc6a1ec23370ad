"""The page of a practice or a consultant: what the tables have, what is planned and was held, and what was told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from scheduler.inputs.schema import BY_NAME
from scheduler.inputs.stored import Cells
from scheduler.model.clock import Week, local, now
from scheduler.model.roster import Round, Stop
from scheduler.services import tabling
from scheduler.services.tabling import Opened
from scheduler.store import editions, outbox
from scheduler.web.pages import page
from scheduler.web.views import tablecells, tables
from scheduler.web.workshop import workshop

#: So many weeks from this one on, rows of the log, and messages are shown.
_COMING = 6
_MOST_HELD = 12
_MOST_MESSAGES = 12
#: What a page has of each table; the column that says whose a row is comes first.
_OF_PRACTICE = {"practices": "practice_id", "rooms": "practice_id", "agreements": "practice_id", "demand": "practice_id", "closures": "who", "tasks": "place"}  # fmt: skip
_OF_CONSULTANT = {"consultants": "consultant_id", "shifts": "consultant_id", "engagements": "consultant_id", "closures": "who"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Coming:
    """A visit to come: when, of which week, whether its edition is published, and who makes it where."""

    stop: Stop
    week: str
    number: int
    published: bool
    who: str


@require_GET
def practice(request: HttpRequest, which: str) -> HttpResponse:
    """Show a practice: its rooms, its hour, its coming visits, what was held, and its messages."""
    return _card(request, which, _OF_PRACTICE, lambda _round, stop: stop.id == which)


@require_GET
def consultant(request: HttpRequest, which: str) -> HttpResponse:
    """Show a consultant: working hours, meetings, coming visits, what was held, and messages."""
    return _card(request, which, _OF_CONSULTANT, lambda round_, _stop: round_.consultant_id == which)


def _card(
    request: HttpRequest, which: str, of: Mapping[str, str], is_of: Callable[[Round, Stop], bool]
) -> HttpResponse:
    with tabling.opened(workshop().data) as found:
        own = next(iter(of))
        parts = [_part(found, name, column, which) for name, column in of.items()]
        if not parts[0][3]:
            raise Http404
        row = next(cells for _n, cells in found.rows(own) if cells.get(of[own]) == which)
        held = [cells for _n, cells in found.rows("log") if cells.get(of[own]) == which]
        people = found.names(["consultants"])
        places = found.names(["practices"])
    held.sort(key=lambda cells: cells.get("date", ""), reverse=True)
    return page(
        request,
        "card.html",
        title=row.get("name", which),
        own=own,
        phone=row.get("phone", ""),
        email=row.get("email", ""),
        parts=parts,
        coming=_coming(is_of),
        held=held[:_MOST_HELD],
        messages=outbox.sent_to(which, _MOST_MESSAGES),
        people=people,
        places=places,
        local=local,
        Week=Week,
    )


def _part(
    found: Opened, name: str, column: str, which: str
) -> tuple[str, str, Sequence[str], Sequence[tuple[int, Sequence[str]]]]:
    """Return a table's name and what it is called, the headings in use, and the rows of one practice or consultant."""
    table = BY_NAME[name]
    those = [(number, cells) for number, cells in found.rows(name) if cells.get(column) == which]
    used = [
        each
        for each in table.columns
        if each.name != column and any(cells.get(each.name) for _n, cells in those)
    ]
    named = {each.refers: found.names(each.refers) for each in used if each.refers}

    def read(cells: Cells) -> list[str]:
        return [tablecells.read(each, cells.get(each.name, ""), named) for each in used]

    headings = [tablecells.called(table, each) for each in used]
    return name, tables.called(name), headings, [(number, read(cells)) for number, cells in those]


def _coming(is_of: Callable[[Round, Stop], bool]) -> list[_Coming]:
    """Return the visits of this week and the next ones that are still to come, in order."""
    first = Week.of(now().date())
    last = str(first.shift(_COMING))
    return sorted(
        (
            _Coming(stop, each.week, each.number, each.issued_at is not None, round_.consultant_id)
            for each in editions.worked_on(str(first))
            if each.week <= last
            for round_ in each.roster.rounds
            for stop in round_.stops
            if stop.kind == "visit" and stop.end >= now() and is_of(round_, stop)
        ),
        key=lambda each: each.stop.start,
    )
