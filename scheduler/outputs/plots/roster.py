"""A week's roster over the clock: a lane for each consultant's day."""

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from scheduler.base.i18n import _, clock, day, km
from scheduler.model.roster import Roster, Round
from scheduler.outputs import words
from scheduler.outputs.plots.style import (
    AMBER,
    BAR,
    BLUE,
    GREEN,
    GREY,
    LINE,
    ORANGE,
    PINK,
    SKY,
    Rows,
    axes_for,
    finish,
    legend,
    spoken,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class _Span(NamedTuple):
    """A stretch of a lane, in hours after midnight."""

    kind: str
    start_h: float
    end_h: float


def plot_roster(roster: Roster, *, source: str = "", ax: "Axes | None" = None) -> "Figure":
    """Draw a week's roster: a lane for each consultant's day, over the hours of the clock.

    Home visits are there without where they are.

    Parameters
    ----------
    roster
        The roster, as `scheduler.solve` and `scheduler.plan_week` make it.
    source
        Where the figures are from.
    ax
        Axes to draw on, instead of a figure of its own.
    """
    from matplotlib.ticker import FuncFormatter

    rounds = sorted(roster.rounds, key=lambda round_: (round_.date, round_.consultant_id))
    people = {consultant.consultant_id: consultant for consultant in roster.consultants}
    names = {id_: person.name for id_, person in people.items()}
    listed = Rows(
        [f"{day(r.date, 'short')}, {names.get(r.consultant_id, r.consultant_id)}" for r in rounds],
        [", ".join((words.conversations(r.conversations), km(r.ride_metres))) for r in rounds],
    )
    axes = axes_for(ax, 1.9 + listed.height_in)
    listed.draw(axes)
    shifts = {(id_, shift.date): shift for id_, person in people.items() for shift in person.shifts}
    spans: list[tuple[float, _Span]] = []
    for middle, round_ in zip(listed.middles, rounds, strict=True):
        if shift := shifts.get((round_.consultant_id, round_.date)):
            hours = _Span("shift", _hour(shift.start, round_.date), _hour(shift.end, round_.date))
            spans.append((middle, hours))
        spans += ((middle, span) for span in _spans(round_))
    for kind, (text, colour) in _looks().items():
        own = [(middle, span) for middle, span in spans if span.kind == kind]
        axes.barh(
            [middle for middle, _span in own],
            [span.end_h - span.start_h for _middle, span in own],
            left=[span.start_h for _middle, span in own],
            height=BAR if kind != "ride" else BAR / 2,
            color=colour,
            label=text if own else None,
        )
    axes.xaxis.set_major_formatter(FuncFormatter(spoken(lambda hour: clock(round(hour * 3600)))))
    axes.set_xlabel(_("time of day"))
    if spans:
        legend(axes, above=True, ncols=3, handlelength=1, columnspacing=1)
    return finish(axes, words.sentence(roster), source)


def _looks() -> dict[str, tuple[str, str]]:
    """Return what is drawn, in the order in which it is drawn, with its name and colour."""
    return {
        "shift": (_("at work"), LINE),
        "desk": (_("at base"), GREY),
        "engagement": (_("engagements"), SKY),
        "task": (_("tasks"), PINK),
        "lunch": (_("lunch"), AMBER),
        "visit": (_("visits"), BLUE),
        "home_visit": (_("home visits"), GREEN),
        "ride": (_("cycling"), ORANGE),
    }


def _spans(round_: Round) -> Iterator[_Span]:
    """Yield a round's stops, and the rides that end where each is reached."""
    way_back_s = round_.ride_seconds
    for stop in round_.stops:
        start_h, end_h = _hour(stop.start, round_.date), _hour(stop.end, round_.date)
        yield _Span(stop.kind, start_h, end_h)
        if stop.ride_seconds:
            there_h = _hour(stop.arrival, round_.date)
            yield _Span("ride", there_h - stop.ride_seconds / 3600, there_h)
            way_back_s -= stop.ride_seconds
    if way_back_s > 0:
        there_h = _hour(round_.returns_base, round_.date)
        yield _Span("ride", there_h - way_back_s / 3600, there_h)


def _hour(moment: dt.datetime, date: dt.date) -> float:
    """Return hours after midnight on a date, by the clock on the wall."""
    days = (moment.date() - date).days
    return 24 * days + moment.hour + moment.minute / 60 + moment.second / 3600
