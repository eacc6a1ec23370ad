"""What chance and capacity come to, in words: tables that the terminal prints and reports show.

All cells are texts in the language in force; what is not known is blank.
"""

import math
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

from scheduler.base.i18n import _, capitalized, day, minutes, number
from scheduler.scenario.weeks import QUARTER_WEEKS

if TYPE_CHECKING:
    import pandas as pd

    from scheduler.scenario.chance.calm import Calm
    from scheduler.scenario.goals.road import Capacity


def chance_text(chance: float) -> str:
    """Write a chance in percent: what is not certain never looks so, and what is not known is blank."""
    if math.isnan(chance):
        return ""
    if 0 < chance < 0.001:
        return _("under {percent} %").format(percent=number(0.1, 1))
    if 0.999 < chance < 1:
        return _("over {percent} %").format(percent=number(99.9, 1))
    return _("{percent} %").format(percent=number(100 * chance, 1))


def goal_answer(found: "Capacity") -> tuple[str, str]:
    """Return how likely the goal is reached, and the conversations behind that, each in a sentence."""
    least, most = found.range()
    return (
        _("The chance to hold {goal} conversations by {end}: {chance}").format(
            goal=number(found.goal), end=day(found.end, "year"), chance=chance_text(found.chance)
        ),
        _(
            "{booked} are booked in {weeks} weeks, and with those before {held} held on average, "
            "nine times in ten {least} to {most}."
        ).format(
            booked=number(sum(found.booked)),
            weeks=number(len(found.weeks)),
            held=number(found.expected),
            least=number(least),
            most=number(most),
        ),
    )


def road_table(fan: "pd.DataFrame") -> "pd.DataFrame":
    """Return the road to the goal as `Capacity.fan` has it, a row a quarter and one for the end."""
    import pandas as pd

    booked = fan["booked_conversations"].cumsum()
    stations = [*range(QUARTER_WEEKS - 1, len(fan) - 1, QUARTER_WEEKS), len(fan) - 1]
    rows = [
        {
            _("By the end of"): str(row["week"]),
            _("Booked"): number(booked.iloc[at]),
            capitalized(_("held, on average")): number(row["expected_held"]),
            _("Nine times in ten"): _("{least} to {most}").format(
                least=number(row["held_p05"]), most=number(row["held_p95"])
            ),
            _("Goal reached"): chance_text(row["chance_of_goal"]),
        }
        for at, row in zip(stations, fan.iloc[stations].to_dict("records"), strict=True)
    ]
    return pd.DataFrame(rows)


def needs_table(needs: "pd.DataFrame") -> "pd.DataFrame":
    """Return what it takes to reach the goal, as `what_it_takes` has it, a row a lever."""
    import pandas as pd

    names = {
        "no_show_share": _("Bookings not kept, at the most"),
        "bookings_a_week": _("Bookings a week"),
        "practices": _("Practices, of the numbers compared"),
        "consultants": _("Consultants, of the numbers compared"),
    }

    def cell(lever: str, value: float) -> str:
        if math.isnan(value):
            return _("nothing suffices")
        if lever == "no_show_share":
            return chance_text(value)
        return number(value, 1 if lever == "bookings_a_week" else 0)

    rows = [
        {
            "": names[row["lever"]],
            _("Today"): cell(row["lever"], row["today"]),
            _("Needed"): cell(row["lever"], row["needed"]),
        }
        for row in needs.to_dict("records")
    ]
    return pd.DataFrame(rows)


def frontier_table(frontier: "pd.DataFrame") -> "pd.DataFrame":
    """Return what other sizes come to, as `Capacity.frontier` has it, a row a size.

    A star says that nothing else that was compared holds as many for less. Where no costs are known,
    there are no columns of them.
    """
    import pandas as pd

    costs = {_("Kroner"): "cost_dkk_a_quarter", _("Kroner each"): "cost_a_held_conversation_dkk"}
    rows = [
        {
            "": _("today") if row["is_today"] else "*" if row["on_frontier"] else "",
            _("Consultants"): str(row["consultants"]),
            _("Practices"): str(row["practices"]),
            _("Asked for"): _count(row["requested_a_quarter"]),
            _("Booked"): _count(row["booked_a_quarter"]),
            capitalized(_("held, on average")): _held(row),
            **{heading: _count(row[name]) for heading, name in costs.items() if _has_costs(frontier)},
            _("Goal reached"): chance_text(row["chance_of_goal"]),
        }
        for row in frontier.to_dict("records")
    ]
    return pd.DataFrame(rows)


def frontier_text(frontier: "pd.DataFrame") -> str:
    """Return what has to be said beside the table of other sizes."""
    text = _(
        "Practices that come on top are twins of those there are. The intervals are those of planning only "
        "some of the weeks."
    )
    if not _has_costs(frontier):
        return text
    return f"{text} {_('* nothing else that was compared holds as many for less')}."


def _has_costs(frontier: "pd.DataFrame") -> bool:
    return bool(frontier["cost_dkk_a_quarter"].notna().any())


def _count(value: float) -> str:
    return "" if math.isnan(value) else number(value)


def _held(row: Mapping[Hashable, Any]) -> str:
    expected, error = row["expected_held_a_quarter"], row["standard_error_a_quarter"]
    if math.isnan(expected) or not error:
        return _count(expected)
    return _("{number} ±{error}").format(number=_count(expected), error=_count(error))


def calm_table(calm: "pd.DataFrame") -> "pd.DataFrame":
    """Return what rosters with slack cost and what times are kept by them, as `Calm.table` has it."""
    import pandas as pd

    rows = [
        {
            _("Slack"): minutes(row["slack_minutes"] * 60),
            _("Points"): number(row["score_points"]),
            _("Cycling"): minutes(row["cycling_minutes"] * 60),
            _("Waiting"): minutes(row["waiting_minutes"] * 60),
            _("Booked"): number(row["booked_conversations"]),
            capitalized(_("held, on average")): number(row["expected_held"], 2),
            _("Lost to delay"): number(row["lost_to_delay"], 3),
            _("On time"): chance_text(row["chance_visit_within_0_min"]),
            _("Within 5 min"): chance_text(row["chance_visit_within_5_min"]),
            _("All within 15 min"): chance_text(row["chance_week_within_15_min"]),
        }
        for row in calm.to_dict("records")
    ]
    return pd.DataFrame(rows)


def unproven(calm: "Calm") -> list[str]:
    """Return a remark on every roster with or without slack that is not proven best."""
    return [
        _("The roster with {minutes} minutes of slack is not proven best.").format(minutes=slack.minutes)
        for slack in calm.slacks
        if slack.robustness.roster.status != "optimal"
    ]
