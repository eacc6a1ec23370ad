"""Plots of a week's roster and of the rides on the network."""

from typing import TYPE_CHECKING

from scheduler.base.i18n import _, hours, km, minutes, number
from scheduler.outputs.plots.style import (
    BAR,
    BLUE,
    GREY,
    INK,
    ORANGE,
    PAPER,
    SKY,
    WORDS,
    Rows,
    axes_for,
    finish,
    legend,
    numbers,
    percent,
    short,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def score_terms(terms: "pd.DataFrame", *, source: str, ax: "Axes | None" = None) -> "Figure":
    """Draw what a roster's score is made of, a bar a term.

    Parameters
    ----------
    terms
        A row a term: `meaning` and `points`.
    source
        Where the figures are from.
    ax
        Axes to draw on, instead of a figure of its own.
    """
    total = int(terms["points"].sum())
    listed = Rows(terms["meaning"].tolist(), [number(points) for points in terms["points"]])
    axes = listed.axes_for(ax, 1.2)
    axes.barh(listed.middles, terms["points"], height=BAR, color=BLUE)
    axes.set_xlim(left=0)
    axes.xaxis.set_major_formatter(numbers())
    axes.set_xlabel(_("points; fewer are better"))
    if not total:
        return finish(axes, _("The roster has no points at all"), source)
    most = terms.iloc[int(terms["points"].argmax())]
    title = _("{share} of the {points} points: {term}").format(
        share=percent(most["points"] / total), points=number(total), term=most["meaning"]
    )
    return finish(axes, title, source)


def working_time(consultants: "pd.DataFrame", *, source: str, ax: "Axes | None" = None) -> "Figure":
    """Draw what each consultant's hours at work are spent on.

    Parameters
    ----------
    consultants
        A row a consultant: `name`, `shift_seconds`, `visit_seconds`, `ride_seconds`, `waiting_seconds`.
    source
        Where the figures are from.
    ax
        Axes to draw on, instead of a figure of its own.
    """
    parts = (
        ("visit_seconds", _("visits"), BLUE),
        ("ride_seconds", _("cycling"), ORANGE),
        ("waiting_seconds", _("waiting"), SKY),
        ("other_seconds", _("all else"), GREY),
    )
    consultants = consultants[consultants["shift_seconds"] > 0]
    spent = consultants[["visit_seconds", "ride_seconds", "waiting_seconds"]]
    spent = spent.assign(other_seconds=consultants["shift_seconds"] - spent.sum(axis=1)) / 3600
    listed = Rows(consultants["name"].tolist(), [hours(seconds) for seconds in consultants["shift_seconds"]])
    axes = listed.axes_for(ax, 1.7)
    done = spent.cumsum(axis=1) - spent
    for column, text, colour in parts:
        axes.barh(listed.middles, spent[column], height=BAR, left=done[column], color=colour, label=text)
    axes.xaxis.set_major_formatter(numbers())
    axes.set_xlabel(_("hours of the week"))
    legend(axes, above=True, ncols=2, handlelength=1)
    if consultants.empty:
        return finish(axes, _("Nobody works"), source)
    shares = consultants["visit_seconds"] / consultants["shift_seconds"]
    title = _("Visits take {least} to {most} of the hours at work").format(
        least=percent(shares.min()), most=percent(shares.max())
    )
    return finish(axes, title, source)


def rides_of_place(
    rides: "pd.DataFrame", place_id: str, *, source: str, ax: "Axes | None" = None
) -> "Figure":
    """Draw how long the rides between one place and each of the others take, there and back.

    Parameters
    ----------
    rides
        A row a ride: `from_id`, `from_name`, `to_id`, `to_name`, `ride_seconds`, `ride_metres`.
    place_id
        The place, one of them.
    source
        Where the figures are from.
    ax
        Axes to draw on, instead of a figure of its own.
    """
    there = rides[rides["from_id"] == place_id].set_index("to_id").sort_values("ride_seconds")
    back = rides[rides["to_id"] == place_id].set_index("from_id")["ride_seconds"].reindex(there.index)
    listed = Rows(there["to_name"].tolist(), [km(metres) for metres in there["ride_metres"]])
    axes = listed.axes_for(ax, 1.5)
    ends = {"left": there["ride_seconds"] / 60, "right": back / 60}
    axes.hlines(listed.middles, ends["left"], ends["right"], color=GREY, linewidth=3)
    axes.plot(ends["left"], listed.middles, "o", color=BLUE, label=_("there"))
    axes.plot(ends["right"], listed.middles, "s", color=ORANGE, markersize=5, label=_("back"))
    axes.set_xlim(left=0)
    axes.xaxis.set_major_formatter(numbers())
    axes.set_xlabel(_("minutes on the bicycle"))
    legend(axes, above=True, ncols=2, handlelength=1)
    far = there.iloc[-1]
    title = _("Farthest from {place}: {name}, {there} there and {back} back").format(
        place=short(far["from_name"]),
        name=short(far["to_name"]),
        there=minutes(far["ride_seconds"]),
        back=minutes(back.iloc[-1]),
    )
    return finish(axes, title, source)


def ride_speeds(rides: "pd.DataFrame", *, source: str, ax: "Axes | None" = None) -> "Figure":
    """Draw how long rides take against how far they are, with lines of even speed.

    Parameters
    ----------
    rides
        A row a ride: `ride_seconds` and `ride_metres`; those of no length are left out.
    source
        Where the figures are from.
    ax
        Axes to draw on, instead of a figure of its own.
    """
    ridden = rides[(rides["ride_metres"] > 0) & (rides["ride_seconds"] > 0)]
    kph = 3.6 * ridden["ride_metres"] / ridden["ride_seconds"]
    slow, middle, fast = kph.quantile([0.05, 0.5, 0.95])
    far_km = float(ridden["ride_metres"].max()) / 1000
    axes = axes_for(ax, 3.8)
    axes.plot(ridden["ride_metres"] / 1000, ridden["ride_seconds"] / 60, ".", color=BLUE, alpha=0.5)
    axes.axline((0, 0), slope=60 / middle, color=INK, linewidth=1.5)
    axes.annotate(
        _("{kph} km/h").format(kph=number(middle, 1)),
        (far_km * 0.62, far_km * 0.62 * 60 / middle),
        xytext=(-8, 8),
        textcoords="offset points",
        **WORDS,
        ha="right",
        bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1},
    )
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_formatter(numbers(0))
    axes.yaxis.set_major_formatter(numbers())
    axes.set_xlabel(_("km along the streets"))
    axes.set_ylabel(_("minutes on the bicycle"))
    title = _("Rides go at {middle} km/h from door to door, nine in ten at {slow} to {fast}").format(
        middle=number(middle, 1), slow=number(slow, 1), fast=number(fast, 1)
    )
    return finish(axes, title, source)
