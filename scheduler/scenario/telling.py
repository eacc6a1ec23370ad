"""What chance and capacity come to, in words: tables that the terminal prints and reports show.

All cells are texts in the language in force; what is not known is blank.
"""

import math
from typing import TYPE_CHECKING

from scheduler.base.i18n import _, day, minutes, number, percent, signed
from scheduler.outputs import words
from scheduler.scenario.weeks import QUARTER_WEEKS

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping
    from typing import Any

    import pandas as pd

    from scheduler.scenario.chance.calm import Calm
    from scheduler.scenario.goals.road import Capacity


def goal_answer(found: "Capacity") -> tuple[str, str]:
    """Return how likely the goal is reached, and the conversations behind that, each in a sentence."""
    least, most = found.range()
    chance = _("The chance to hold {goal} conversations by {end}: {chance}").format(
        goal=number(found.goal),
        end=day(found.end, "year"),
        chance=percent(found.chance, found.chance_error),
    )
    told = (
        _(
            "{planned} are planned in {weeks} weeks, and with those before {expected} expected to be held, "
            "nine times in ten {least} to {most}"
        )
        if found.held
        else _(
            "{planned} are planned in {weeks} weeks, and {expected} expected to be held, nine times in ten "
            "{least} to {most}"
        )
    )
    conversations = told.format(
        planned=number(sum(found.planned)),
        weeks=number(len(found.weeks)),
        expected=_with_error(found.expected, found.standard_error),
        least=number(least),
        most=number(most),
    )
    if found.written is None:
        return chance, conversations
    written = found.written
    return (
        _("{told} as demand varies; {chance} if practices ask for just what the tables say").format(
            told=chance, chance=percent(written.chance)
        ),
        _("{told}; as the tables say, {planned} would be planned and {expected} expected").format(
            told=conversations, planned=number(sum(written.planned)), expected=number(written.expected)
        ),
    )


def road_table(fan: "pd.DataFrame") -> "pd.DataFrame":
    """Return the road to the goal as `Capacity.fan` has it, a row a quarter and one for the end."""
    import pandas as pd

    planned = fan["planned_conversations"].cumsum()
    stations = [*range(QUARTER_WEEKS - 1, len(fan) - 1, QUARTER_WEEKS), len(fan) - 1]
    rows = []
    for at, row in zip(stations, fan.iloc[stations].to_dict("records"), strict=True):
        cells = {
            _("By the end of"): str(row["week"]),
            _("Planned"): number(planned.iloc[at]),
            _("Expected"): _with_error(row["expected_held"], row["standard_error"]),
            _("Nine times in ten"): _("{least} to {most}").format(
                least=number(row["held_p05"]), most=number(row["held_p95"])
            ),
            _("Goal reached"): percent(row["chance_of_goal"], row["chance_error"]),
        }
        if "chance_of_goal_as_written" in row:
            cells[_("As the tables say")] = percent(row["chance_of_goal_as_written"])
        rows.append(cells)
    return pd.DataFrame(rows)


def needs_table(needs: "pd.DataFrame") -> "pd.DataFrame":
    """Return what it takes to reach the goal, as `what_it_takes` has it, a row a lever."""
    import pandas as pd

    names = {
        "no_show_share": _("No-shows, at the most"),
        "planned_a_week": _("Conversations planned a week"),
        "practices": _("Practices, of the numbers compared"),
        "consultants": _("Consultants, of the numbers compared"),
    }

    def cell(lever: str, value: float) -> str:
        if math.isnan(value):
            return _("nothing suffices")
        if lever == "no_show_share":
            return percent(value)
        return number(value, 1 if lever == "planned_a_week" else 0)

    rows = [
        {
            "": names[row["lever"]],
            _("Today"): cell(row["lever"], row["today"]),
            _("Needed"): cell(row["lever"], row["needed"]),
            _("Goal reached then"): percent(row["chance"], row["chance_error"]),
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

    costs = {
        _("Kroner"): "cost_dkk_a_quarter",
        _("A planned one"): "cost_a_planned_conversation_dkk",
        _("An expected one"): "cost_a_held_conversation_dkk",
    }
    bases = bool(frontier["placed"].any())
    rows = [
        {
            "": _("today") if row["is_today"] else "*" if row["on_frontier"] else "",
            _("Consultants"): str(row["consultants"]),
            **({_("Where"): row["placed"]} if bases else {}),
            _("Practices"): str(row["practices"]),
            _("Asked for"): _count(row["requested_a_quarter"]),
            _("Planned"): _count(row["planned_a_quarter"]),
            _("Expected"): _with_error(row["expected_held_a_quarter"], row["standard_error_a_quarter"]),
            _("Depending on which"): _range_of_sets(row),
            **{heading: _count(row[name]) for heading, name in costs.items() if _has_costs(frontier)},
            _("Goal reached"): percent(row["chance_of_goal"], row["chance_error"]),
        }
        for row in frontier.to_dict("records")
    ]
    return pd.DataFrame(rows)


def frontier_text(frontier: "pd.DataFrame") -> str:
    """Return what has to be said beside the table of other sizes."""
    texts = [
        _(
            "Which practices there are is drawn from all, so that each district and those who ask for much and "
            "for little have their share; those that come on top are twins of those drawn."
        ),
        *_on_sets(frontier),
        _("± is the standard error, as only some of the weeks are planned, each for one demand."),
    ]
    if frontier["placed"].any():
        texts.append(
            _(
                "Every base has its share of the practices. Consultants come to the base where they bring most, "
                "and leave the one where they are missed least."
            )
        )
    if _has_costs(frontier):
        texts.append(f"{_('* nothing else that was compared holds as many for less')}.")
    return " ".join(texts)


def _on_sets(frontier: "pd.DataFrame") -> list[str]:
    """Say how often it was drawn who the practices are."""
    sets = int(frontier["practice_sets"].max())
    if sets < 2:
        return []
    return [
        _(
            "It is drawn {n} times for each size: “depending on which” goes from the set of practices that holds "
            "fewest to the one that holds most."
        ).format(n=number(sets))
    ]


def _range_of_sets(row: "Mapping[Hashable, Any]") -> str:
    """Return what is expected with the set of practices that holds fewest, and with the one that holds most."""
    if row["practice_sets"] < 2 or math.isnan(row["expected_held_low_a_quarter"]):
        return ""
    return _("{least} to {most}").format(
        least=number(row["expected_held_low_a_quarter"]), most=number(row["expected_held_high_a_quarter"])
    )


def frontier_bases_table(bases: "pd.DataFrame") -> "pd.DataFrame":
    """Return what each base comes to with its own consultants, as `Capacity.bases` has it, with today's practices."""
    import pandas as pd

    today = bases[bases["all_practices"] == bases.loc[bases["is_today"], "all_practices"].iloc[0]]
    rows = []
    for _base_id, own in today.groupby("base_id", sort=False):
        now = own.loc[own["is_today"], "expected_held_a_quarter"].iloc[0]
        rows += [
            {
                _("Base"): row["name"],
                "": _("today") if row["is_today"] else "",
                _("Consultants"): str(row["consultants"]),
                _("Practices"): str(row["practices"]),
                _("Asked for"): _count(row["requested_a_quarter"]),
                _("Planned"): _count(row["planned_a_quarter"]),
                _("Expected"): _with_error(row["expected_held_a_quarter"], row["standard_error_a_quarter"]),
                _("More than today"): "" if row["is_today"] else _apart(row["expected_held_a_quarter"] - now),
            }
            for row in own.to_dict("records")
        ]
    return pd.DataFrame(rows)


def _apart(value: float) -> str:
    return "" if math.isnan(value) else signed(value)


def _has_costs(frontier: "pd.DataFrame") -> bool:
    return bool(frontier["cost_dkk_a_quarter"].notna().any())


def _count(value: float) -> str:
    return "" if math.isnan(value) else number(value)


def _with_error(value: float, error: float) -> str:
    """Write a number with its standard error where that is seen."""
    if math.isnan(value) or math.isnan(error) or round(error) == 0:
        return _count(value)
    return _("{number} ±{error}").format(number=_count(value), error=number(error))


def sensitivity_table(sensitivity: "pd.DataFrame") -> "pd.DataFrame":
    """Return how far assumptions move the answer, as `Capacity.sensitivity` has it: a row a changed assumption."""
    import pandas as pd

    rows = []
    for row in sensitivity.to_dict("records"):
        for side in ("low", "high"):
            expected = row[f"expected_held_{side}"]
            error = row[f"standard_error_{side}"]
            apart = _("impossible") if math.isnan(expected) else signed(expected - row["expected_held"])
            rows.append(
                {
                    "": words.assumption(row["assumption"]) if side == "low" else "",
                    _("Today"): words.assumption_value(row["assumption"], row["today"])
                    if side == "low"
                    else "",
                    _("Instead"): words.assumption_value(row["assumption"], row[side]),
                    _("Expected"): _count(expected),
                    _("Difference"): f"{apart} ±{number(error)}" if error >= 0.5 else apart,
                    _("Goal reached"): percent(row[f"chance_of_goal_{side}"], row[f"chance_error_{side}"]),
                }
            )
    return pd.DataFrame(rows)


def sensitivity_text(sensitivity: "pd.DataFrame", goal: int) -> str:
    """Return at which value of each assumption as many are expected as the goal asks for, where there is one."""
    found = [
        _("{assumption} {value} (today {today})").format(
            assumption=words.assumption(row["assumption"]).lower(),
            value=words.assumption_value(row["assumption"], row["break_even"]),
            today=words.assumption_value(row["assumption"], row["today"]),
        )
        for row in sensitivity.to_dict("records")
        if not math.isnan(row["break_even"])
    ]
    if not found:
        return _("No single one of them brings what is expected to the goal within these bounds.")
    return _("As many as the goal, {goal}, are expected where one thing alone is: {assumptions}.").format(
        goal=number(goal), assumptions=", ".join(found)
    )


def calm_table(calm: "pd.DataFrame") -> "pd.DataFrame":
    """Return what rosters with slack cost and what times are kept by them, as `Calm.table` has it."""
    import pandas as pd

    rows = [
        {
            _("Slack"): minutes(row["slack_minutes"] * 60),
            _("Points"): number(row["score_points"]),
            _("Cycling"): minutes(row["cycling_minutes"] * 60),
            _("Waiting"): minutes(row["waiting_minutes"] * 60),
            _("Planned"): number(row["planned_conversations"]),
            _("Expected"): number(row["expected_held"], 2),
            _("Lost to delay"): number(row["lost_to_delay"], 3),
            _("On time"): percent(row["chance_visit_within_0_min"]),
            _("Within 5 min"): percent(row["chance_visit_within_5_min"]),
            _("All within 15 min"): percent(row["chance_week_within_15_min"]),
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
