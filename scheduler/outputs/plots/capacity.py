"""Plots of capacity: the road to the goal, and what other sizes of the service would hold."""

import datetime as dt
import math
from itertools import pairwise
from typing import TYPE_CHECKING

from scheduler.base.i18n import _, day, ngettext, number
from scheduler.outputs.plots.style import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    PAPER,
    THICK,
    Z95,
    Rows,
    axes_for,
    finish,
    legend,
    looks,
    numbers,
    percent,
    spoken,
    written,
)
from scheduler.outputs.words import assumption, assumption_range, assumption_value

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence
    from typing import Any

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.axis import XAxis
    from matplotlib.figure import Figure

#: So many weeks are a short time, in which there may be no first of January or July, or but one.
_SHORT_WEEKS = 52
#: How broad a stroke is that shows a range, in points.
_STROKE = 6
#: So many dates fit beside each other on a phone.
_DATES = 5


def road_to_goal(fan: "pd.DataFrame", *, end: dt.date, source: str, ax: "Axes | None" = None) -> "Figure":
    """Draw how many conversations will have been held by the end of each week, as a fan.

    Parameters
    ----------
    fan
        A row a week, in order: `week_end`, `held_p05`, `held_p25`, `held_p50`, `held_p75`, `held_p95`,
        `expected_held`, `chance_of_goal`, `chance_error`, `goal_conversations`.
    end
        The last day that counts for the goal.
    source
        Where the figures are from.
    ax
        Axes to draw on, instead of a figure of its own.
    """
    weeks, last = fan["week_end"].to_numpy(), fan.iloc[-1]
    goal = int(last["goal_conversations"])
    axes = axes_for(ax, 4.2)
    for low, high, text, strength in (
        ("held_p05", "held_p95", _("nine times in ten"), 0.25),
        ("held_p25", "held_p75", _("every second time"), 0.45),
    ):
        axes.fill_between(weeks, fan[low], fan[high], color=BLUE, alpha=strength, linewidth=0, label=text)
    axes.plot(weeks, fan["held_p50"], color=BLUE, **THICK, label=_("the middle"))
    axes.axhline(goal, color=ORANGE, linestyle=(0, (5, 2)), linewidth=1.6, label=_("the goal"))
    axes.set_ylim(bottom=0)
    _name_dates(axes.xaxis, list(fan["week_end"]))
    axes.yaxis.set_major_formatter(numbers())
    axes.set_xlabel(_("end of the week"))
    axes.set_ylabel(_("conversations held in all"))
    legend(axes, loc="lower right")
    title = _(
        "The chance to hold {goal} conversations by {date} is {chance}; {expected} are expected"
    ).format(
        goal=number(goal),
        date=day(end, "year"),
        chance=percent(last["chance_of_goal"], last["chance_error"]),
        expected=number(last["expected_held"]),
    )
    return finish(axes, title, source)


def _name_dates(axis: "XAxis", weeks: "Sequence[dt.datetime]") -> None:
    """Name as many dates on an axis as can be read on a phone: half years, or in a short time ends of weeks."""
    from matplotlib.dates import MonthLocator, date2num, num2date
    from matplotlib.ticker import FuncFormatter

    if len(weeks) > _SHORT_WEEKS:
        axis.set_major_locator(MonthLocator(bymonth=(1, 7)))
        axis.set_minor_locator(MonthLocator(bymonth=(4, 10)))
        style = "month"
    else:
        axis.set_ticks([date2num(week) for week in weeks[:: -(-len(weeks) // _DATES)]])
        style = "brief"
    axis.set_major_formatter(FuncFormatter(spoken(lambda value: day(num2date(value).date(), style))))


def capacity_frontier(frontier: "pd.DataFrame", *, source: str, ax: "Axes | None" = None) -> "Figure":
    """Draw how many conversations services of other sizes would hold in a quarter.

    A line for every number of consultants, with the interval that holds the true number in 95 % of cases, and
    as a broad stroke how far what is held goes with which practices are drawn; full points are those of which
    no other holds as many for less, a ring is today.

    Parameters
    ----------
    frontier
        A row a size: `consultants`, `practices`, `is_today`, `requested_a_quarter`,
        `expected_held_a_quarter`, `standard_error_a_quarter` (of it, as only some weeks were planned),
        `practice_sets`, `expected_held_low_a_quarter`, `expected_held_high_a_quarter` (of the sets of practices
        that hold fewest and most), `on_frontier`. Sizes without figures are left out.
    source
        Where the figures are from.
    ax
        Axes to draw on, instead of a figure of its own.
    """
    known = frontier.dropna(subset=["expected_held_a_quarter"])
    lines = {int(each["consultants"].iloc[0]): each for _n, each in known.groupby("consultants")}
    axes = axes_for(ax, 4.8)
    asked = known.drop_duplicates("practices").sort_values("practices")
    axes.plot(
        asked["practices"],
        asked["requested_a_quarter"],
        color=GREY,
        linestyle=(0, (2, 2)),
        linewidth=2.0,
        label=_("asked for"),
    )
    aside = _beside(known)
    for (consultants, line), look in zip(lines.items(), looks(len(lines)), strict=True):
        text = ngettext("{n} consultant", "{n} consultants", consultants).format(n=number(consultants))
        sizes = line.sort_values("practices")
        at = sizes["practices"] + aside[consultants]
        axes.errorbar(
            at,
            sizes["expected_held_a_quarter"],
            yerr=Z95 * sizes["standard_error_a_quarter"].fillna(0),
            elinewidth=0.9,
            capsize=3,
            label=text,
            markerfacecolor=PAPER,
            markeredgewidth=1.5,
            **look,
        )
        drawn = sizes["practice_sets"] > 1
        axes.vlines(
            at[drawn],
            sizes.loc[drawn, "expected_held_low_a_quarter"],
            sizes.loc[drawn, "expected_held_high_a_quarter"],
            color=look["color"],
            alpha=0.35,
            linewidth=_STROKE,
        )
        best = sizes["on_frontier"]
        axes.plot(
            at[best],
            sizes.loc[best, "expected_held_a_quarter"],
            linestyle="none",
            marker=look["marker"],
            color=look["color"],
            zorder=3,
        )
    if known["on_frontier"].any():
        axes.plot([], [], "o", color=INK, label=_("best for its cost"))
    if (known["practice_sets"] > 1).any():
        axes.plot([], [], color=INK, alpha=0.35, linewidth=_STROKE, label=_("which practices"))
    today = known[known["is_today"]]
    axes.plot(
        today["practices"] + today["consultants"].map(aside),
        today["expected_held_a_quarter"],
        linestyle="none",
        marker="o",
        markersize=14,
        markerfacecolor="none",
        markeredgecolor=INK,
        label=_("today"),
    )
    axes.set_ylim(bottom=0)
    axes.set_xticks(sorted({int(count) for count in known["practices"]}))
    axes.xaxis.set_major_formatter(numbers())
    axes.yaxis.set_major_formatter(numbers())
    axes.set_xlabel(_("practices"))
    axes.set_ylabel(_("conversations expected to be held in a quarter"))
    legend(axes, above=True, ncols=2)
    return finish(axes, _frontier_found(known), source)


def _beside(known: "pd.DataFrame") -> dict[int, float]:
    """Return how far the line of each number of consultants is moved aside, so that they do not hide each other."""
    people, offices = (sorted({int(n) for n in known[name]}) for name in ("consultants", "practices"))
    gap = min((after - before for before, after in pairwise(offices)), default=1)
    return {count: 0.13 * gap * (at - (len(people) - 1) / 2) for at, count in enumerate(people)}


def sensitivity(table: "pd.DataFrame", *, goal: int, source: str, ax: "Axes | None" = None) -> "Figure":
    """Draw how far each assumption moves what is expected, the one that moves it most on top: a tornado.

    Parameters
    ----------
    table
        A row an assumption, in order: `assumption`, `today`, `low`, `high`, `expected_held`,
        `expected_held_low`, `expected_held_high` (a side that is not a number is left out),
        `standard_error_low` and `standard_error_high`.
    goal
        How many are to be held.
    source
        Where the figures are from.
    ax
        Axes to draw on, instead of a figure of its own.
    """
    rows = table.to_dict("records")
    labels = [
        f"{assumption(row['assumption'])}: {assumption_range(row['assumption'], row['low'], row['high'])}"
        for row in rows
    ]
    expected = float(table["expected_held"].iloc[0])
    notes = [
        " / ".join(
            written(row[f"expected_held_{side}"] - expected, signed=True)
            for side in ("low", "high")
            if not math.isnan(row[f"expected_held_{side}"])
        )
        for row in rows
    ]
    listed = Rows(labels, notes)
    axes = listed.axes_for(ax, 1.8)
    looks_of: dict[str, dict[str, Any]] = {
        "low": {"facecolor": BLUE, "edgecolor": BLUE, "label": _("the lower value")},
        "high": {"facecolor": PAPER, "edgecolor": ORANGE, "label": _("the higher value")},
    }
    for below, (side, look) in zip((0.06, 0.29), looks_of.items(), strict=True):
        at = [row + below for row in range(len(rows))]
        held = table[f"expected_held_{side}"]
        axes.barh(at, held - expected, height=0.18, left=expected, linewidth=1.8, **look)
        errors = Z95 * table[f"standard_error_{side}"]
        for place, value, error in zip(at, held, errors, strict=True):
            if error >= 1:
                axes.errorbar(value, place, xerr=error, color=INK, capsize=3, linewidth=1.2)
    axes.axvline(expected, color=INK, linewidth=1.4, label=_("as it is"))
    axes.axvline(goal, color=ORANGE, linestyle=(0, (5, 2)), linewidth=1.6, label=_("the goal"))
    axes.xaxis.set_major_formatter(numbers())
    axes.set_xlabel(_("conversations expected to be held in all"))
    legend(axes, above=True, ncols=2)
    return finish(axes, _sensitivity_found(rows[0]), source)


def _sensitivity_found(most: "Mapping[Hashable, Any]") -> str:
    """Say which assumption moves the answer most, and how far."""
    return _(
        "{assumption} moves the answer most: with {values} {expected} conversations are expected"
    ).format(
        assumption=assumption(most["assumption"]),
        values=_(" or ").join(assumption_value(most["assumption"], most[side]) for side in _known(most)),
        expected=_(" or ").join(number(most[f"expected_held_{side}"]) for side in _known(most)),
    )


def _known(row: "Mapping[Hashable, Any]") -> list[str]:
    return [side for side in ("low", "high") if not math.isnan(row[f"expected_held_{side}"])]


def _frontier_found(known: "pd.DataFrame") -> str:
    today = known[known["is_today"]]
    if today.empty:
        return _("Conversations by consultants and practices")
    now = today.iloc[0]
    same = known[known["consultants"] == now["consultants"]]
    best = same.iloc[int(same["expected_held_a_quarter"].argmax())]
    found = ngettext(
        "{n} consultant is expected to hold {now} conversations a quarter with {practices} practices",
        "{n} consultants are expected to hold {now} conversations a quarter with {practices} practices",
        int(now["consultants"]),
    ).format(
        n=number(now["consultants"]),
        now=number(now["expected_held_a_quarter"]),
        practices=number(now["practices"]),
    )
    if best["practices"] == now["practices"]:
        return found
    return _("{found}, and {most} with {others}").format(
        found=found, most=number(best["expected_held_a_quarter"]), others=number(best["practices"])
    )
