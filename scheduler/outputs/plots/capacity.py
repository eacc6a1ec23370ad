"""Plots of capacity: the road to the goal, and what other sizes of the service would hold."""

import datetime as dt
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
    axes_for,
    finish,
    legend,
    looks,
    numbers,
    percent,
    spoken,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.axis import XAxis
    from matplotlib.figure import Figure

#: So many weeks are a short time, in which there may be no first of January or July, or but one.
_SHORT_WEEKS = 52
#: So many dates fit beside each other on a phone.
_DATES = 5


def road_to_goal(fan: "pd.DataFrame", *, end: dt.date, source: str, ax: "Axes | None" = None) -> "Figure":
    """Draw how many conversations will have been held by the end of each week, as a fan.

    Parameters
    ----------
    fan
        A row a week, in order: `week_end`, `held_p05`, `held_p25`, `held_p50`, `held_p75`, `held_p95`,
        `expected_held`, `chance_of_goal`, `goal_conversations`.
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
        chance=percent(last["chance_of_goal"]),
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

    A line for every number of consultants, with the interval that holds the true number in 95 % of cases;
    full points are those of which no other holds as many for less, a ring is today.

    Parameters
    ----------
    frontier
        A row a size: `consultants`, `practices`, `is_today`, `requested_a_quarter`,
        `expected_held_a_quarter`, `standard_error_a_quarter` (of it, as only some weeks were planned),
        `on_frontier`. Sizes without figures are left out.
    source
        Where the figures are from.
    ax
        Axes to draw on, instead of a figure of its own.
    """
    known = frontier.dropna(subset=["expected_held_a_quarter"])
    lines = {int(each["consultants"].iloc[0]): each for _n, each in known.groupby("consultants")}
    axes = axes_for(ax, 4.4)
    asked = known.drop_duplicates("practices").sort_values("practices")
    axes.plot(
        asked["practices"],
        asked["requested_a_quarter"],
        color=GREY,
        linestyle=(0, (2, 2)),
        linewidth=2.0,
        label=_("asked for"),
    )
    for (consultants, line), look in zip(lines.items(), looks(len(lines)), strict=True):
        text = ngettext("{n} consultant", "{n} consultants", consultants).format(n=number(consultants))
        sizes = line.sort_values("practices")
        axes.errorbar(
            sizes["practices"],
            sizes["expected_held_a_quarter"],
            yerr=Z95 * sizes["standard_error_a_quarter"].fillna(0),
            elinewidth=0.9,
            capsize=3,
            label=text,
            markerfacecolor=PAPER,
            markeredgewidth=1.5,
            **look,
        )
        best = sizes[sizes["on_frontier"]]
        axes.plot(
            best["practices"],
            best["expected_held_a_quarter"],
            linestyle="none",
            marker=look["marker"],
            color=look["color"],
            zorder=3,
        )
    if known["on_frontier"].any():
        axes.plot([], [], "o", color=INK, label=_("best for its cost"))
    today = known[known["is_today"]]
    axes.plot(
        today["practices"],
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
    axes.set_ylabel(_("conversations held in a quarter"))
    legend(axes, above=True, ncols=2)
    return finish(axes, _frontier_found(known), source)


def _frontier_found(known: "pd.DataFrame") -> str:
    today = known[known["is_today"]]
    if today.empty:
        return _("Conversations by consultants and practices")
    now = today.iloc[0]
    same = known[known["consultants"] == now["consultants"]]
    best = same.iloc[int(same["expected_held_a_quarter"].argmax())]
    found = ngettext(
        "{n} consultant holds {now} conversations a quarter with {practices} practices",
        "{n} consultants hold {now} conversations a quarter with {practices} practices",
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
