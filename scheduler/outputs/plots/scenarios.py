"""Plots of scenarios and candidates: how they differ from today, in all and week by week."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from scheduler.base.i18n import _, capitalized, ngettext, number
from scheduler.model.clock import Week
from scheduler.outputs.judging import judge, mark
from scheduler.outputs.plots.style import (
    BAR,
    BLUE,
    GREY,
    INK,
    MUTED,
    ORANGE,
    PAPER,
    SMALL,
    WORDS,
    Z95,
    Rows,
    finish,
    legend,
    numbers,
    short,
    written,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_CANDIDATES = 15
#: Of so many weeks each has its number; of more, the difference is told by the colour alone.
_MOST_NUMBERS = 16
#: How bars are drawn of what is better, worse, and neither.
_LOOKS: Mapping[bool | None, dict[str, Any]] = {
    True: {"facecolor": BLUE, "edgecolor": BLUE},
    False: {"facecolor": PAPER, "edgecolor": ORANGE, "linewidth": 1.8},
    None: {"facecolor": GREY, "edgecolor": GREY},
}


def scenario_differences(
    differences: "pd.DataFrame",
    measure: str,
    *,
    what: str,
    titles: Mapping[str, str],
    source: str,
    decimals: int = 0,
    scale: float = 1.0,
    good: int = 0,
    ax: "Axes | None" = None,
) -> "Figure":
    """Draw how much more or less of something each scenario has than today, a bar each.

    What is better has another colour and mark than what is worse; what may be chance has neither.

    Parameters
    ----------
    differences
        A row a scenario and measure: `scenario`, `measure`, `difference` and `standard_error`. Where the
        error is above 0, the interval that holds the difference in 95 % of cases is drawn. Maybe `unproven`, as
        much as it may be off by besides.
    measure
        Which of the measures.
    what
        What it is called, with its unit: ``cycling, minutes``.
    titles
        What the scenarios are called, by name, in the order of the bars.
    source
        Where the figures are from.
    decimals, scale
        How numbers are written, after they are multiplied by `scale`.
    good
        1 where more of it is better, -1 where less is, 0 where neither is.
    ax
        Axes to draw on, instead of a figure of its own.
    """
    table = differences[differences["measure"] == measure].set_index("scenario")
    names = [name for name in titles if name in table.index]
    values = dict(zip(table.index, (scale * table["difference"]).tolist(), strict=True))
    errors = dict(zip(table.index, (scale * Z95 * table["standard_error"]).tolist(), strict=True))
    besides = scale * table["unproven"] if "unproven" in table else 0 * table["difference"]
    better = {
        name: judge(round(values[name], decimals), good, off + max(0.0, errors[name]))
        for name, off in zip(table.index, besides.tolist(), strict=True)
    }
    notes = [
        written(values[name], decimals, signed=True)
        + (f" ±{written(errors[name], decimals)}" if errors[name] > 0 else "")
        + f" {mark(better[name])}".rstrip()
        for name in names
    ]
    listed = Rows([titles[name] for name in names], notes)
    axes = listed.axes_for(ax, 1.45 if any(better.values()) or False in better.values() else 1.2)
    told: set[bool | None] = {None}
    for at, name in zip(listed.middles, names, strict=True):
        axes.barh(
            at,
            values[name],
            height=BAR,
            label=_judged(better[name]) if better[name] not in told else None,
            **_LOOKS[better[name]],
        )
        told.add(better[name])
        if errors[name] > 0:
            axes.errorbar(values[name], at, xerr=errors[name], color=INK, capsize=3, linewidth=1.2)
    axes.axvline(0, color=MUTED, linewidth=1)
    axes.xaxis.set_major_formatter(numbers(decimals, signed=True))
    axes.set_xlabel(_("{what}: difference from today").format(what=what))
    if len(told) > 1:
        legend(axes, above=True, ncols=2, handlelength=1)
    return finish(axes, _differences_found(what, values, titles, decimals), source)


def _judged(better: bool | None) -> str:  # noqa: FBT001 - what it is about
    return f"{mark(better)} " + (_("better than today") if better else _("worse than today"))


def _differences_found(
    what: str, values: Mapping[str, float], titles: Mapping[str, str], decimals: int
) -> str:
    apart = [name for name in sorted(values, key=values.__getitem__) if round(values[name], decimals)]
    if not apart:
        return capitalized(_("{what}: as today in every scenario").format(what=what))
    ends = dict.fromkeys((apart[-1], apart[0]))
    named = "; ".join(
        f"{short(titles[name])} {written(values[name], decimals, signed=True)}" for name in ends
    )
    return capitalized(_("{what}, compared with today: {named}").format(what=what, named=named))


def conversations_by_week(
    results: "pd.DataFrame", *, titles: Mapping[str, str], source: str, ax: "Axes | None" = None
) -> "Figure":
    """Draw how many conversations are planned in each week: today's number, and the others' differences.

    Parameters
    ----------
    results
        A row a week of each scenario: `scenario`, `week` (of several draws, as in ``2009-W20#3``, the
        mean counts) and `planned`. Weeks that not all scenarios have are left out.
    titles
        What the scenarios are called, by name, in order; the first is today.
    source
        Where the figures are from.
    ax
        Axes to draw on, instead of a figure of its own.
    """
    weeks = results["week"].str.partition("#")[0]
    planned = results.assign(week=weeks).pivot_table(index="scenario", columns="week", values="planned")
    planned = planned.loc[[name for name in titles if name in planned.index]].dropna(axis="columns")
    apart = planned - planned.iloc[0]
    most = max(1.0, *apart.abs().to_numpy().ravel().tolist())
    totals = [_tenths(float(planned.iloc[0].sum())), *map(_signed, apart.iloc[1:].sum(axis=1).tolist())]
    listed = Rows([titles[name] for name in planned.index], totals)
    axes = listed.axes_for(ax, 1.3)
    for row, name in enumerate(planned.index):
        pairs = zip(planned.loc[name].tolist(), apart.loc[name].tolist(), strict=True)
        for column, (count, value) in enumerate(pairs):
            colour = GREY if row == 0 else BLUE if value >= 0 else ORANGE
            strength = 0.35 if row == 0 else 0.15 + 0.45 * abs(value) / most
            if row == 0 or round(value, 1):
                axes.barh(listed.middles[row], 0.94, 0.36, column - 0.47, color=colour, alpha=strength)
                text = _tenths(count) if row == 0 else _signed(value)
                if len(planned.columns) <= _MOST_NUMBERS:
                    axes.text(
                        column,
                        listed.middles[row],
                        text,
                        ha="center",
                        va="center",
                        **{**WORDS, "size": SMALL},
                    )
    axes.set_xlim(-0.5, len(planned.columns) - 0.5)
    axes.grid(visible=False)
    axes.tick_params(axis="x", length=0)
    step = -(-len(planned.columns) // _MOST_NUMBERS)
    axes.set_xticks(range(0, len(planned.columns), step), _week_labels(list(planned.columns)[::step]))
    axes.set_xlabel(_("week: conversations planned, difference from today"))
    return finish(axes, _weeks_found(apart, titles), source)


def _tenths(value: float, *, signed: bool = False) -> str:
    """Write a number with one decimal, or with none where that is a zero."""
    return written(value, int(round(value, 1) % 1 > 0), signed=signed)


def _signed(value: float) -> str:
    return _tenths(value, signed=True)


def _week_labels(weeks: Sequence[str]) -> list[str]:
    """Return the weeks' numbers, with the year below where it begins."""
    labels, year = [], 0
    for week in map(Week.parse, weeks):
        labels.append(f"{week.number}\n{week.year}" if week.year != year else str(week.number))
        year = week.year
    return labels


def _weeks_found(apart: "pd.DataFrame", titles: Mapping[str, str]) -> str:
    differ = (apart.round(1) != 0).sum(axis=1)
    name = str(differ.idxmax())
    count = int(differ[name])
    if not count:
        return _("As many conversations are planned in every week as today, in every scenario")
    title = ngettext(
        "{title}: {difference} conversations, in {n} of {all} week another number than today",
        "{title}: {difference} conversations, in {n} of {all} weeks another number than today",
        len(apart.columns),
    )
    total = float(apart.sum(axis=1)[name])
    return title.format(
        title=short(titles[name]), difference=_signed(total), n=number(count), all=number(len(apart.columns))
    )


def candidate_ranking(
    gains: "pd.DataFrame", *, source: str, most: int = _MOST_CANDIDATES, ax: "Axes | None" = None
) -> "Figure":
    """Draw what each practice that could join is worth, a bar each, best first.

    Parameters
    ----------
    gains
        A row a candidate, best first: `name`, `value_points`, `net_conversations`.
    source
        Where the figures are from.
    most
        How many are drawn.
    ax
        Axes to draw on, instead of a figure of its own.
    """
    shown = gains.head(most)
    notes = [
        _("{n} conversations").format(n=written(conversations, signed=True))
        for conversations in shown["net_conversations"]
    ]
    listed = Rows(shown["name"].tolist(), notes)
    axes = listed.axes_for(ax, 1.2)
    axes.barh(listed.middles, shown["value_points"], height=BAR, color=BLUE)
    axes.set_xlim(left=0)
    axes.xaxis.set_major_formatter(numbers())
    axes.set_xlabel(_("worth over these weeks, points of the score"))
    title = _("No practice could join")
    if len(gains):
        best = shown.iloc[0]
        title = _("{name} brings most: {n} conversations").format(
            name=short(best["name"]), n=written(best["net_conversations"], signed=True)
        )
    if len(shown) < len(gains):
        title += " " + _("(the best {n} of {all} are shown)").format(n=len(shown), all=number(len(gains)))
    return finish(axes, title, source)
