"""Plots of what was held: what became of the conversations that each week asked for."""

from typing import TYPE_CHECKING

from scheduler.base.i18n import _, number
from scheduler.outputs.plots.style import (
    AMBER,
    BLUE,
    ORANGE,
    PINK,
    SKY,
    axes_for,
    finish,
    legend,
    numbers,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: So many weeks are named on the axis.
_NAMED = 6


def outcomes_by_week(weeks: "pd.DataFrame", *, source: str, ax: "Axes | None" = None) -> "Figure":
    """Draw what became of the conversations that each week asked for, one on top of the other.

    Parameters
    ----------
    weeks
        A row a week, in order: `week` and the counts `held`, `cancelled`, `no_show`, `not_booked`, `by_practice`, `by_us`,
        `not_told` and `not_planned`.
    source
        Where the figures are from.
    ax
        Axes to draw on, instead of a figure of its own.
    """
    from matplotlib.ticker import MaxNLocator

    lost = weeks[["cancelled", "no_show", "not_booked"]].sum(axis=1)
    called_off = weeks[["by_practice", "by_us"]].sum(axis=1)
    layers = (
        (_("held"), weeks["held"], BLUE),
        (_("citizen did not come, or not booked"), lost, AMBER),
        (_("cancelled by practice or us"), called_off, PINK),
        (_("found no place"), weeks["not_planned"], ORANGE),
        (_("not told yet"), weeks["not_told"], SKY),
    )
    axes = axes_for(ax, 5.0)
    places = range(len(weeks))
    below = [0.0] * len(weeks)
    for text, values, colour in layers:
        counts = [float(value) for value in values]
        if any(counts):
            axes.bar(places, counts, 0.8, bottom=below, color=colour, label=text)
        below = [low + count for low, count in zip(below, counts, strict=True)]
    step = max(1, -(-len(weeks) // _NAMED))
    axes.set_xticks(list(places)[::step], [week.partition("-W")[2] for week in weeks["week"]][::step])
    axes.set_xlim(-0.6, max(len(weeks), 1) - 0.4)
    axes.set_ylim(0, max([*below, 1.0]) * 1.05)
    axes.yaxis.set_major_formatter(numbers())
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel(_("week"))
    axes.set_ylabel(_("conversations"))
    if any(below):
        legend(axes, above=True)
    told = int(weeks[["held"]].to_numpy().sum() + lost.sum() + called_off.sum())
    title = _("{held} conversations were held of {planned} whose outcome is told").format(
        held=number(int(weeks["held"].sum())), planned=number(told)
    )
    return finish(axes, title, source)
