"""Plots of a week under chance: which times are kept, what is held, and what slack costs."""

from typing import TYPE_CHECKING, Any

import numpy as np

from scheduler.base.i18n import _, clock, ngettext, number, weekday
from scheduler.outputs.plots.style import (
    AMBER,
    BAR,
    BLUE,
    GREY,
    INK,
    ORANGE,
    SKY,
    WORDS,
    Rows,
    axes_for,
    finish,
    legend,
    looks,
    numbers,
    percent,
    short,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_BOOKED = ("visit", "home_visit", "task", "engagement")
#: A stop is called safe if it begins within five minutes in so many cases.
_SAFE = 0.9
#: What a few words take of a plot on a phone, as shares of its width and height.
_WORDS_ROOM = (0.18, 0.08)


def stop_punctuality(stops: "pd.DataFrame", *, source: str, ax: "Axes | None" = None) -> "Figure":
    """Draw how likely each visit and engagement begins in time, a bar each, in the order of the week.

    Parameters
    ----------
    stops
        A row a stop: `kind`, `name`, `consultant_id`, `booked_start`, and the chances `chance_within_0_min`,
        `chance_within_5_min`, `chance_within_15_min`. Lunch is left out.
    source
        Where the figures are from.
    ax
        Axes to draw on, instead of a figure of its own.
    """
    shown = stops[stops["kind"].isin(_BOOKED)]
    chances = shown[["chance_within_0_min", "chance_within_5_min", "chance_within_15_min"]].to_numpy()
    names = _names(shown)
    parts = ((_("on time"), BLUE), (_("up to 5 min late"), SKY), (_("up to 15 min late"), AMBER))
    listed = Rows(names, [percent(chance) for chance in chances[:, 1]])
    axes = listed.axes_for(ax, 1.6)
    begun = np.zeros(len(shown))
    for column, (text, colour) in enumerate(parts):
        axes.barh(
            listed.middles, chances[:, column] - begun, height=BAR, left=begun, color=colour, label=text
        )
        begun = chances[:, column]
    axes.barh(
        listed.middles, 1 - begun, height=BAR, left=begun, color=ORANGE, label=_("later, or not at all")
    )
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(numbers(0, "%", 100))
    axes.set_xlabel(_("chance; the number: within 5 minutes"))
    legend(axes, above=True, ncols=2, handlelength=0.8, handletextpad=0.5, columnspacing=0.8)
    return finish(axes, _punctuality_found(shown, names), source)


def _names(stops: "pd.DataFrame") -> list[str]:
    """Name stops by weekday, time and what they are; those of several consultants at once by these, too."""
    names = [
        f"{weekday(moment.weekday(), 'short')} {clock(moment)} {name}"
        for moment, name in zip(stops["booked_start"], stops["name"], strict=True)
    ]
    return [
        f"{name} ({consultant_id})" if names.count(name) > 1 else name
        for name, consultant_id in zip(names, stops["consultant_id"], strict=True)
    ]


def _punctuality_found(shown: "pd.DataFrame", names: list[str]) -> str:
    if shown.empty:
        return _("There are no visits")
    within = shown["chance_within_5_min"].tolist()
    safe = sum(chance >= _SAFE for chance in within)
    found = ngettext(
        "{n} of {all} appointment begins within 5 minutes at least nine times in ten",
        "{n} of {all} appointments begin within 5 minutes at least nine times in ten",
        len(within),
    ).format(n=number(safe), all=number(len(within)))
    if safe == len(within):
        return found
    least = min(range(len(within)), key=within.__getitem__)
    return _("{found}; least certain: {name}").format(found=found, name=short(names[least]))


def conversations_held(distribution: "pd.DataFrame", *, source: str, ax: "Axes | None" = None) -> "Figure":
    """Draw how likely each number of conversations is, of those planned in a week.

    Parameters
    ----------
    distribution
        A row a number, from 0 to those planned: `conversations` and `chance_held`.
    source
        Where the figures are from.
    ax
        Axes to draw on, instead of a figure of its own.
    """
    from matplotlib.ticker import MaxNLocator

    counts, chances = distribution["conversations"], distribution["chance_held"]
    planned, mean = int(counts.max()), float((counts * chances).sum())
    total = chances.cumsum()
    least, most = (int(counts[total >= share - 1e-12].iloc[0]) for share in (0.05, 0.95))
    axes = axes_for(ax, 3.4)
    inside = counts.between(least, most)
    axes.bar(counts[inside], chances[inside], color=BLUE, width=0.8, label=_("nine times in ten"))
    if not inside.all():
        axes.bar(counts[~inside], chances[~inside], color=GREY, width=0.8, label=_("otherwise"))
    axes.axvline(planned, color=INK, linestyle=(0, (4, 2)), linewidth=1.2, label=_("planned"))
    axes.axvline(mean, color=ORANGE, linewidth=2, label=_("expected"))
    axes.grid(axis="x", visible=False)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.xaxis.set_major_formatter(numbers())
    axes.yaxis.set_major_formatter(numbers(0, "%", 100))
    axes.set_xlabel(_("conversations held in the week"))
    axes.set_ylabel(_("chance"))
    legend(axes, above=True, ncols=2)
    title = _(
        "Of {planned} planned conversations {mean} are expected to be held, and nine times in ten {least} to {most}"
    )
    title = title.format(
        planned=number(planned), mean=number(mean, 1), least=number(least), most=number(most)
    )
    return finish(axes, title, source)


def price_of_calm(table: "pd.DataFrame", *, source: str, ax: "Axes | None" = None) -> "Figure":
    """Draw what rosters with more and more slack cost, against how well they keep their times.

    Parameters
    ----------
    table
        A row a roster, the first without slack: `slack_minutes`, `score_points`,
        `chance_visit_within_0_min`, `chance_visit_within_5_min`, `chance_week_within_15_min`.
    source
        Where the figures are from.
    ax
        Axes to draw on, instead of a figure of its own.
    """
    from matplotlib.ticker import MaxNLocator

    costs = table["score_points"] - table["score_points"].iloc[0]
    series = {
        "chance_visit_within_0_min": _("a visit on time"),
        "chance_visit_within_5_min": _("a visit within 5 minutes"),
        "chance_week_within_15_min": _("all of the week within 15 minutes"),
    }
    axes = axes_for(ax, 4.2)
    for (column, text), look in zip(series.items(), looks(len(series)), strict=True):
        axes.plot(costs, table[column], label=text, **look)
    axes.margins(x=0.1, y=0.15)
    axes.set_ylim(top=1.01)
    _name_slack(
        axes, list(zip(costs, table["chance_visit_within_0_min"], strict=True)), table["slack_minutes"]
    )
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.xaxis.set_major_formatter(numbers(signed=True))
    axes.yaxis.set_major_formatter(numbers(0, "%", 100))
    axes.set_xlabel(_("what the slack costs, points of the score"))
    axes.set_ylabel(_("chance"))
    legend(axes, above=True)
    return finish(axes, _calm_found(table), source)


def _name_slack(axes: "Axes", points: "Sequence[tuple[float, float]]", slack: "Iterable[float]") -> None:
    """Write at each point how much slack it is; those that are too close for that are named at the first of them."""
    axes.autoscale_view()
    together: list[tuple[tuple[float, float], Any, list[str]]] = []
    for point, place, minutes in zip(points, axes.transLimits.transform(points), slack, strict=True):
        if together and (abs(place - together[-1][1]) < _WORDS_ROOM).all():
            together[-1][2].append(number(minutes))
        else:
            together.append((point, place, [number(minutes)]))
    for point, _place, named in together:
        axes.annotate(
            _("{n} min").format(n=", ".join(named)),
            point,
            xytext=(5, -5),
            textcoords="offset points",
            **WORDS,
            va="top",
        )


def _calm_found(table: "pd.DataFrame") -> str:
    first, last = table.iloc[0], table.iloc[-1]
    if len(table) < 2:
        return _("Without slack {chance} of visits begin on time").format(
            chance=percent(first["chance_visit_within_0_min"])
        )
    title = _(
        "With {minutes} minutes of slack on every ride {after} of visits begin on time, not {before}, "
        "for {points} points"
    )
    return title.format(
        minutes=number(last["slack_minutes"]),
        after=percent(last["chance_visit_within_0_min"]),
        before=percent(first["chance_visit_within_0_min"]),
        points=number(last["score_points"] - first["score_points"]),
    )
