"""Taking hold of a visit: every place where it may go with its price in words, and why it may not go elsewhere."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from scheduler.base.i18n import _, minutes, ngettext
from scheduler.base.progress import Silent
from scheduler.model.changes import Stay, stays
from scheduler.model.clock import Week, local, seconds_of
from scheduler.model.problem import Request
from scheduler.model.text import Text
from scheduler.model.texts import Names, word
from scheduler.outputs import news, words
from scheduler.outputs.totals import shown_days
from scheduler.services import replanning
from scheduler.services.moving import Read, reading
from scheduler.services.planner import Prepared
from scheduler.services.replanning import Place
from scheduler.week.legal import broken_rules, duration_s
from scheduler.week.score import is_moved

#: Less than this is no difference that people would speak of.
_LEAST_S = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A place of a visit that is held.

    Attributes
    ----------
    place
        Where, with its points.
    until
        When it would end; an aware local time.
    price
        What it means there, all others where they are, in short phrases; one at least.
    is_here
        Whether that is where it is.
    """

    place: Place
    until: dt.datetime
    price: tuple[str, ...]
    is_here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A consultant's day on which a visit that is held may not be, and a sentence that says why."""

    date: dt.date
    consultant_id: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A visit that somebody has taken hold of.

    Attributes
    ----------
    id, name
        Which one, and what people call it.
    here
        Where it is.
    places
        Where it may be, in order of time.
    refused
        The days on which it may not be.
    """

    id: str
    name: str
    here: Stay
    places: tuple[Offered, ...]
    refused: tuple[Refused, ...]


def hold(
    data_dir: Path, id_: str, week: Week, *, prepare: Callable[[], Prepared] | None = None
) -> Held | None:
    """Take hold of a visit of a week's draft or, where it has none, of what is published; None where it has no such visit.

    Parameters
    ----------
    data_dir, id_, week
        The project, the visit by its id, and the week.
    prepare
        Returns the project as the tables have it, where somebody keeps it prepared.

    Raises
    ------
    InputError
        When the week has no roster, is over, or no longer asks for the visit.
    ServiceError
        When the store or a file cannot be had.
    """
    with reading(data_dir, week, Silent(), prepare=prepare) as read:
        here = stays(read.roster).get(id_)
        if here is None:
            return None
        found = replanning.places(read.problem, read.roster, id_)
        request = next(r for r in read.problem.requests if r.request_id == id_)
        names = news.names(read.roster)
        return Held(
            id=id_,
            name=word(names["request_id"].get(id_, id_)),
            here=here,
            places=tuple(_offered(read, request, here, place) for place in found),
            refused=tuple(_refused(read, request, here, found, names)),
        )


def _offered(read: Read, request: Request, here: Stay, place: Place) -> Offered:
    start = local(place.start)
    length_s = duration_s(read.problem, request, place.conversations)
    return Offered(
        place=place,
        until=start + dt.timedelta(seconds=length_s),
        price=tuple(_price(read, request, here, place)),
        is_here=(place.start, place.consultant_id) == (here.start, here.consultant_id),
    )


def _price(read: Read, request: Request, here: Stay, place: Place) -> Iterator[str]:
    """Say what a place means, the others where they are; that it costs nothing, where that is all there is to say."""
    if place.points_others_in_place is None:
        yield _("others must make room")
        return
    said = [
        *_ways(place),
        *(
            [words.instead_of(here.consultant_id, place.consultant_id, read.roster.consultant_names)]
            if here.consultant_id != place.consultant_id
            else []
        ),
        *(
            [word(Text("change_number", {"n": place.conversations, "before": here.conversations}))]
            if here.conversations != place.conversations
            else []
        ),
        *_agreed(request, here, place),
        *_told(read, request, place),
    ]
    yield from said or [_("costs nothing")]


def _ways(place: Place) -> Iterator[str]:
    for seconds, text in (
        (place.more_ride_s or 0, _("{time} cycling")),
        (place.more_waiting_s or 0, _("{time} waiting")),
    ):
        if abs(seconds) >= _LEAST_S:
            yield text.format(time=f"{'+' if seconds > 0 else '−'}{minutes(abs(seconds))}")


def _agreed(request: Request, here: Stay, place: Place) -> Iterator[str]:
    """Say whether it comes away from the hour that the practice is used to, or back to it."""
    if request.agreement is None:
        return
    was, becomes = is_moved(here, request.agreement), is_moved(place, request.agreement)
    if becomes and not was:
        yield _("away from its usual hour")
    elif was and not becomes:
        yield _("back at its usual hour")


def _told(read: Read, request: Request, place: Place) -> Iterator[str]:
    """Say how many practices would have to be told, of a week that people have."""
    holds = stays(read.published).get(request.request_id) if read.published else None
    if holds is None or request.kind != "visit":
        return
    same = (holds.start, holds.consultant_id) == (place.start, place.consultant_id)
    if not same or holds.conversations != place.conversations:
        yield ngettext("{n} practice is told", "{n} practices are told", 1).format(n=1)


def _refused(
    read: Read, request: Request, here: Stay, places: tuple[Place, ...], names: Names
) -> Iterator[Refused]:
    """Yield each consultant's day without a place, with the first rule that its hour of now would break there."""
    open_ = {(place.date, place.consultant_id) for place in places}
    start_s = seconds_of(here.start, here.date)
    for date in shown_days(read.roster):
        for consultant in read.roster.consultants:
            who = consultant.consultant_id
            if (date, who) in open_:
                continue
            broken = broken_rules(
                read.problem, request, date, start_s, consultant_id=who, conversations=here.conversations or 1
            )
            why = word(broken[0], names) if broken else _("There is no time for it on this day.")
            yield Refused(date=date, consultant_id=who, why=why)
