"""A comparison in words: what each measure is called, and what makes a scenario differ from today."""

import math
from collections.abc import Iterator, Sequence

from scheduler.base import i18n
from scheduler.base.i18n import _, ngettext
from scheduler.scenario.changes import Scenario
from scheduler.scenario.compare import Comparison, Difference
from scheduler.scenario.costs import cost_names, unpriced
from scheduler.scenario.horizon import unseen
from scheduler.scenario.model import TODAY

#: How many practices are named in a sentence.
_MOST_NAMES = 5
_COUNTS = ("requested_conversations", "held_conversations", "missed_visits", "partial_visits")
_SHARES = ("load", "own_consultant_share")
_ONE_DECIMAL = ("cycling_km", "cycling_minutes_a_conversation", "adviser_hours")


def measure_title(name: str) -> str:
    """Return what a measure of `compare.MEASURES` is called, with its unit."""
    return {
        "requested_conversations": _("conversations asked for"),
        "held_conversations": _("conversations held"),
        "missed_visits": _("visits missed"),
        "partial_visits": _("visits with fewer conversations than asked for"),
        "cycling_minutes": _("cycling, minutes"),
        "cycling_km": _("cycling, km"),
        "adviser_hours": _("hours for visits and the way to them"),
        "waiting_minutes": _("waiting, minutes"),
        "cycling_minutes_a_conversation": _("cycling, minutes a conversation"),
        "load": _("working hours spent on visits, %"),
        "own_consultant_share": _("visits by the practice's own consultant, %"),
        "moved_visits": _("visits away from the agreed hour"),
        "cost_dkk": _("cost, kr."),
        "cost_a_conversation_dkk": _("cost a conversation, kr."),
    }[name]


def measure_scale(name: str, decimals: int = 0) -> tuple[int, float]:
    """Return the decimals with which a measure is written, and what it is multiplied by.

    `decimals` are those of what is counted: 0, unless it is a mean of draws.
    """
    if name in _SHARES:
        return 1, 100.0
    if name in _ONE_DECIMAL:
        return 1, 1.0
    return (decimals if name in _COUNTS else 0), 1.0


def measure_text(name: str, value: float, *, sign: bool = False, decimals: int = 0) -> str:
    """Write a measure's value or, with `sign`, a difference; an unknown one is a dash.

    `decimals` are as for `measure_scale`.
    """
    if math.isnan(value):
        return "–"
    decimals, scale = measure_scale(name, decimals)
    return _signed(scale * value, decimals) if sign else i18n.number(scale * value, decimals)


def difference_text(name: str, found: Difference, *, decimals: int = 0) -> str:
    """Write a measure's value in a scenario and, in brackets, how it differs from today's."""
    text = measure_text(name, found.value, decimals=decimals)
    if math.isnan(found.difference):
        return text
    apart = measure_text(name, found.difference, sign=True, decimals=decimals)
    if found.standard_error > 0:
        apart += f" ±{measure_text(name, found.standard_error, decimals=decimals)}"
    return f"{text} ({apart})"


def _signed(value: float, decimals: int = 0) -> str:
    rounded = round(value, decimals)
    if not rounded:
        return "0"
    return ("+" if rounded > 0 else "−") + i18n.number(abs(rounded), decimals)


def explained(comparison: Comparison, scenario: str) -> tuple[str, ...]:
    """Return what makes a scenario's conversations, cycling and costs differ from today's, in sentences."""
    return (
        *_conversations(comparison, scenario),
        *_cycling(comparison, scenario),
        *_costs(comparison, scenario),
    )


def _conversations(comparison: Comparison, scenario: str) -> Iterator[str]:
    causes = comparison.causes()
    own = causes[causes["scenario"] == scenario]
    decimals = 0 if comparison.study.draws == 1 else 1
    for part, told in (
        ("new", _("Conversations at new practices: {n} ({names}).")),
        ("gone", _("Conversations at practices that are gone: {n} ({names}).")),
        ("more", _("Conversations at practices that hold more: {n} ({names}).")),
        ("fewer", _("Conversations at practices that hold fewer: {n} ({names}).")),
    ):
        stays, rises = own["part"] == "both", own["difference"] > 0
        rows = own[{"more": stays & rises, "fewer": stays & ~rises}.get(part, own["part"] == part)]
        if len(rows):
            pairs = sorted(zip(rows["name"], rows["difference"], strict=True), key=lambda p: -abs(p[1]))
            yield told.format(
                n=_signed(float(rows["difference"].sum()), decimals), names=_named(pairs, decimals)
            )
    if own.empty:
        yield _("Every practice holds as many conversations as today.")


def _named(pairs: Sequence[tuple[str, float]], decimals: int) -> str:
    names = [f"{name} {_signed(difference, decimals)}" for name, difference in pairs[:_MOST_NAMES]]
    others = len(pairs) - _MOST_NAMES
    if others > 0:
        names.append(ngettext("{n} other", "{n} others", others).format(n=others))
    return ", ".join(names)


def _cycling(comparison: Comparison, scenario: str) -> Iterator[str]:
    """Split the difference in cycling into that of the conversations, and that of the way to each."""
    table = comparison.table().set_index("scenario")
    held = table["held_conversations"]
    rate = table["cycling_minutes_a_conversation"]
    volume = float((held[scenario] - held[TODAY]) * rate[TODAY])
    way = float(held[scenario] * (rate[scenario] - rate[TODAY]))
    if math.isnan(volume + way):
        return  # there is no way to a conversation where none is held
    parts = [
        (more if minutes > 0 else less).format(n=_signed(minutes))
        for minutes, more, less in (
            (volume, _("{n} minutes for more conversations"), _("{n} minutes for fewer conversations")),
            (
                way,
                _("{n} minutes as the way to each is longer"),
                _("{n} minutes as the way to each is shorter"),
            ),
        )
        if round(minutes)
    ]
    if parts:
        yield _("Cycling: {parts}.").format(parts=", ".join(parts))


def _costs(comparison: Comparison, scenario: str) -> Iterator[str]:
    """Say which parts of the costs differ."""
    before, after = comparison.costs(TODAY), comparison.costs(scenario)
    apart = {what: after.get(what, 0) - before.get(what, 0) for what in cost_names()}
    parts = [f"{name} {_signed(apart[what])}" for what, name in cost_names().items() if round(apart[what])]
    if parts:
        yield _("Cost: {n} kr. ({parts}).").format(n=_signed(sum(apart.values())), parts=", ".join(parts))


def step_told(comparison: Comparison, scenario: Scenario) -> Iterator[str]:
    """Say what a scenario brings and costs beyond the one that it is based on, if it is."""
    steps = comparison.steps()
    rows = steps[steps["scenario"] == scenario.name].set_index("measure")
    if rows.empty:
        return
    titles = {each.name: each.title for each in comparison.study.scenarios}
    decimals = 0 if comparison.study.draws == 1 else 1
    names = ("held_conversations", "missed_visits", "cycling_km", "cost_dkk", "cost_a_conversation_dkk")
    parts = [
        f"{measure_title(name)} {measure_text(name, difference, sign=True, decimals=decimals)}"
        for name in names
        if not math.isnan(difference := float(rows.loc[name, "difference"]))
    ]
    yield _("Beyond {scenario}: {parts}.").format(
        scenario=titles[rows["based_on"].iloc[0]], parts="; ".join(parts)
    )


def remarks(comparison: Comparison) -> tuple[str, ...]:
    """Return what must be known to read a comparison: how costs and demand were taken, and what is missing."""
    study = comparison.study
    told = []
    if study.draws > 1:
        told.append(
            _(
                "Each week was planned with {n} draws of how many conversations are asked for, the same in "
                "every scenario; ± is the standard error of the difference."
            ).format(n=i18n.number(study.draws))
        )
    told += dict.fromkeys(filter(None, (unpriced(each.project) for each in study.prepared.values())))
    told.append(_("A conversation held is one that is planned: how many citizens do not come is left aside."))
    told += unseen(study, comparison.weeks)
    open_weeks = int((comparison.compared["status"] != "optimal").sum())
    if open_weeks:
        told.append(
            ngettext(
                "{n} roster is not proven best: a longer --time-limit may change the figures a little.",
                "{n} rosters are not proven best: a longer --time-limit may change the figures a little.",
                open_weeks,
            ).format(n=i18n.number(open_weeks))
        )
    told += (
        _("{scenario}, {week} could not be planned and is left out everywhere: {reason}").format(
            scenario=failure.scenario, week=failure.week, reason=failure.reason
        )
        for failure in comparison.failures
    )
    if comparison.interrupted:
        told.append(_("It was stopped early: only the weeks that every scenario has are compared."))
    return tuple(told)
