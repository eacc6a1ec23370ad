"""A comparison in words: what each measure is called, and what makes a scenario differ from today."""

import math
from collections.abc import Iterator, Sequence

from scheduler.base import i18n
from scheduler.base.i18n import _, ngettext
from scheduler.model.config import SimulationSettings
from scheduler.outputs.judging import Judged, judge
from scheduler.scenario.changes import Scenario
from scheduler.scenario.compare import MEASURES, Comparison, Difference, Measure
from scheduler.scenario.costs import cost_names, unpriced
from scheduler.scenario.horizon import unseen
from scheduler.scenario.model import TODAY

#: What is told of a step from one scenario to the next.
_STEPS = (
    "planned_conversations",
    "expected_held",
    "missed_visits",
    "cycling_km",
    "cost_dkk",
    "cost_a_planned_conversation_dkk",
    "cost_a_held_conversation_dkk",
)
#: How many practices are named in a sentence.
_MOST_NAMES = 5
_COUNTS = ("requested_conversations", "planned_conversations", "missed_visits", "partial_visits")
_MEASURES = {measure.name: measure for measure in MEASURES}
#: Visits at practices that have a consultant of their own.
_OWNED = Measure("owned_visits", "owned_visits")
_SHARES = ("load", "own_consultant_share")
_ONE_DECIMAL = ("expected_held", "cycling_km", "cycling_minutes_a_conversation", "adviser_hours")


def measure_title(name: str) -> str:
    """Return what a measure of `compare.MEASURES` is called, with its unit."""
    return {
        "requested_conversations": _("conversations asked for"),
        "planned_conversations": _("conversations planned"),
        "expected_held": _("conversations expected to be held"),
        "missed_visits": _("visits missed"),
        "partial_visits": _("visits with fewer conversations than asked for"),
        "cycling_minutes": _("cycling, minutes"),
        "cycling_km": _("cycling, km"),
        "adviser_hours": _("hours for visits and the way to them"),
        "waiting_minutes": _("waiting, minutes"),
        "cycling_minutes_a_conversation": _("cycling, minutes a planned conversation"),
        "load": _("working hours spent on visits, %"),
        "own_consultant_share": _("visits by the practice's own consultant, %"),
        "moved_visits": _("visits away from the agreed hour"),
        "cost_dkk": _("cost, kr."),
        "cost_a_planned_conversation_dkk": _("cost a planned conversation, kr."),
        "cost_a_held_conversation_dkk": _("cost a conversation expected to be held, kr."),
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


def value_text(name: str, found: Difference, *, decimals: int = 0) -> str:
    """Write a measure's value in a scenario, with its standard error where it has one."""
    text = measure_text(name, found.value, decimals=decimals)
    if found.value_error > 0:
        text += f" ±{measure_text(name, found.value_error, decimals=decimals)}"
    return text


def difference_text(name: str, found: Difference, *, decimals: int = 0) -> str:
    """Write a measure's value in a scenario and, in brackets, how it differs from today's."""
    text = measure_text(name, found.value, decimals=decimals)
    if math.isnan(found.difference):
        return text
    apart = measure_text(name, found.difference, sign=True, decimals=decimals)
    margin_decimals, scale = measure_scale(name, max(decimals, 1))
    if round(scale * found.margin, margin_decimals) > 0:
        apart += f" ±{measure_text(name, found.margin, decimals=margin_decimals)}"
    return f"{text} ({apart})"


def judged(measure: Measure, found: Difference, *, decimals: int = 0) -> Judged:
    """Return `difference_text` with whether it is better than today; what is rounded away is neither."""
    digits, scale = measure_scale(measure.name, decimals)
    apart = 0.0 if math.isnan(found.difference) else round(scale * found.difference, digits)
    better = judge(apart, measure.good, scale * found.certain_from)
    return Judged(difference_text(measure.name, found, decimals=decimals), better)


def _signed(value: float, decimals: int = 0) -> str:
    rounded = round(value, decimals)
    if not rounded:
        return "0"
    return ("+" if rounded > 0 else "−") + i18n.number(abs(rounded), decimals)


def explained(comparison: Comparison, scenario: str) -> tuple[str, ...]:
    """Return in what a scenario differs from today, and through whom, in sentences that can be recounted."""
    return (
        *_conversations(comparison, scenario),
        *_cycling(comparison, scenario),
        *_owners(comparison, scenario),
        *_costs(comparison, scenario),
    )


def _conversations(comparison: Comparison, scenario: str) -> Iterator[str]:
    """Say how many more conversations are planned in all, and where: what evens out is no gain and no loss."""
    causes = comparison.causes()
    own = causes[causes["scenario"] == scenario]
    decimals = _decimals(comparison)
    shown = own[own["difference"].round(decimals) != 0]
    if shown.empty:
        yield _("At every practice as many conversations are planned as today.")
        return
    total = _signed(float(own["difference"].sum()), decimals)
    yield (
        _("As many conversations are planned in all as today, but not at the same practices.")
        if total == "0"
        else _("Conversations planned: {n} in all.").format(n=total)
    )
    stays, rises = shown["part"] == "both", shown["difference"] > 0
    for which, told in (
        (shown["part"] == "new", _("At new practices: {n} ({names}).")),
        (shown["part"] == "gone", _("At practices that are gone: {n} ({names}).")),
        (stays & rises, _("At practices with more than today: {n} ({names}).")),
        (stays & ~rises, _("At practices with fewer than today: {n} ({names}).")),
    ):
        rows = shown[which]
        if len(rows):
            pairs = sorted(zip(rows["name"], rows["difference"], strict=True), key=lambda p: -abs(p[1]))
            yield told.format(
                n=_signed(float(rows["difference"].sum()), decimals), names=_named(pairs, decimals)
            )


def _decimals(comparison: Comparison) -> int:
    """Return with how many decimals conversations are written: the mean of draws is no whole number."""
    return 0 if comparison.study.draws == 1 else 1


def _named(pairs: Sequence[tuple[str, float]], decimals: int) -> str:
    names = [f"{name} {_signed(difference, decimals)}" for name, difference in pairs[:_MOST_NAMES]]
    others = len(pairs) - _MOST_NAMES
    if others > 0:
        names.append(ngettext("{n} other", "{n} others", others).format(n=others))
    return ", ".join(names)


def _cycling(comparison: Comparison, scenario: str) -> Iterator[str]:
    """Say how much more is cycled, and whether that is more a conversation."""
    minutes = comparison.difference(scenario, _MEASURES["cycling_minutes"]).difference
    each = comparison.difference(scenario, _MEASURES["cycling_minutes_a_conversation"])
    if not round(minutes):
        return
    told = _("Cycling: {n} minutes").format(n=_signed(minutes))
    if math.isnan(each.difference):
        yield f"{told}."  # there is no way to a conversation where none is planned
        return
    now, before = i18n.number(each.value, 1), i18n.number(each.today, 1)
    yield (
        _("{told}; {now} minutes a planned conversation, as today.")
        if now == before
        else _("{told}; {now} minutes a planned conversation, today {before}.")
    ).format(told=told, now=now, before=before)


def _owners(comparison: Comparison, scenario: str) -> Iterator[str]:
    """Say of the share of visits by the own consultant where it is of other practices' visits than today."""
    own, own_today = (_own_consultants(comparison, name) for name in (scenario, TODAY))
    parts = []
    if lost := sum(own_today[id_] and not own[id_] for id_ in own.keys() & own_today.keys()):
        told = ngettext(
            "{n} practice has no consultant of its own any more",
            "{n} practices have no consultant of their own any more",
            lost,
        )
        parts.append(told.format(n=i18n.number(lost)))
    if found := sum(own[id_] and not own_today[id_] for id_ in own.keys() & own_today.keys()):
        told = ngettext(
            "{n} practice has a consultant of its own now",
            "{n} practices have a consultant of their own now",
            found,
        )
        parts.append(told.format(n=i18n.number(found)))
    if not parts:
        return
    visits, visits_today = (comparison.value(name, _OWNED) for name in (scenario, TODAY))
    share = comparison.difference(scenario, _MEASURES["own_consultant_share"])
    decimals = _decimals(comparison)
    yield _(
        "Visits by the practice's own consultant: {share} of {visits} visits, today {share_today} of "
        "{visits_today}, for {parts}."
    ).format(
        share=i18n.percent(share.value) or "–",
        visits=i18n.number(visits, decimals),
        share_today=i18n.percent(share.today) or "–",
        visits_today=i18n.number(visits_today, decimals),
        parts="; ".join(parts),
    )


def _own_consultants(comparison: Comparison, scenario: str) -> dict[str, bool]:
    """Tell of every practice of a scenario, by its id, whether it has a consultant of its own."""
    project = comparison.study.prepared[scenario].project
    return {practice.practice_id: practice.consultant_id is not None for practice in project.practices}


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
    rows = steps[steps["scenario"] == scenario.name]
    if rows.empty:
        return
    differences = dict(zip(rows["measure"], rows["difference"], strict=True))
    titles = {each.name: each.title for each in comparison.study.scenarios}
    decimals = 0 if comparison.study.draws == 1 else 1
    parts = [
        f"{measure_title(name)} {measure_text(name, difference, sign=True, decimals=decimals)}"
        for name in _STEPS
        if not math.isnan(difference := differences[name])
    ]
    yield _("Beyond {scenario}: {parts}.").format(
        scenario=titles[rows["based_on"].iloc[0]], parts="; ".join(parts)
    )


def _expectation(settings: SimulationSettings) -> str:
    """Say what is planned, and what is expected of it."""
    return _(
        "Planned is what rosters have room for; expected to be held is what remains of it on average where "
        "citizens do not come to {no_show} of the conversations, consultants are ill on {illness} of their "
        "days, and some time is lost to delay."
    ).format(
        no_show=i18n.percent(settings.no_show_share),
        illness=i18n.percent(settings.illness_share),
    )


def readings(comparison: Comparison) -> Iterator[str]:
    """Say how scenarios were read that could be read otherwise: of each file once, as others in it are read so too."""
    files = set()
    for scenario in comparison.study.scenarios[1:]:
        for note in comparison.study.prepared[scenario.name].project.notes:
            if note.file not in files:
                files.add(note.file)
                yield str(note)


def remarks(comparison: Comparison) -> tuple[str, ...]:
    """Return what must be known to read a comparison: how costs and demand were taken, and what is missing."""
    study = comparison.study
    told = []
    if study.draws > 1:
        told.append(
            _(
                "Each week was planned with {n} draws of how many conversations are asked for, the same in "
                "every scenario; ± is the standard error, of today's figures and of each difference."
            ).format(n=i18n.number(study.draws))
        )
    told += dict.fromkeys(
        filter(None, (unpriced(each.project.config.costs) for each in study.prepared.values()))
    )
    told += readings(comparison)
    told.append(_expectation(study.prepared[TODAY].project.config.simulation))
    told += unseen(study, comparison.weeks)
    open_weeks = int((comparison.compared["status"] != "optimal").sum())
    if open_weeks:
        told.append(
            ngettext(
                "{n} roster is not proven best: ± holds its gap too, as many conversations as that is worth.",
                "{n} rosters are not proven best: ± holds their gaps too, as many conversations as those are worth.",
                open_weeks,
            ).format(n=i18n.number(open_weeks))
        )
    titles = {each.name: each.title for each in study.scenarios}
    told += (
        _("{scenario}, {week} could not be planned and is left out everywhere: {reason}").format(
            scenario=titles.get(failure.scenario, failure.scenario), week=failure.week, reason=failure.reason
        )
        for failure in comparison.failures
    )
    if comparison.interrupted:
        told.append(_("It was stopped early: only the weeks that every scenario has are compared."))
    return tuple(told)
