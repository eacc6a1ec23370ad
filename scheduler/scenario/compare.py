"""The figures of many weeks -> what each scenario comes to, how it differs from today, and through whom.

The same measures are there for each base, with what it costs itself; what belongs to no base is a row of its
own, so that the bases add up to the whole.

Sums are over the weeks; where a week has several draws, it counts with their mean. A difference's standard
error is that of paired draws: the weeks are given, the demand is drawn, and both scenarios have the same
draws. Ratios are of sums, with the error of their first-order expansion (the delta method; Cochran,
Sampling Techniques, 1977, ch. 6).
"""

import json
import math
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any

from scheduler.model.clock import Week
from scheduler.outputs.plots.style import Z95
from scheduler.scenario.changes import Scenario
from scheduler.scenario.costs import ALL_BASES, Cost, room_costs, week_costs
from scheduler.scenario.model import BASE_COLUMNS, TODAY, Failure
from scheduler.scenario.weeks import Study

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Measure:
    """A sum of a column over the weeks, in units of `unit`, or its ratio to the sum of another.

    `good` is 1 where more of it is better, -1 where less is, and 0 where neither is.
    """

    name: str
    column: str
    over: str = ""
    unit: float = 1.0
    good: int = 0


#: What is compared, in the order in which people see it. `load` is hours of visits by hours of work.
MEASURES = (
    Measure("requested_conversations", "requested"),
    Measure("planned_conversations", "planned", good=1),
    Measure("expected_held", "expected_held", good=1),
    Measure("missed_visits", "missed_visits", good=-1),
    Measure("partial_visits", "partial_visits", good=-1),
    Measure("cycling_minutes", "cycling_s", unit=60, good=-1),
    Measure("cycling_km", "cycling_m", unit=1000, good=-1),
    Measure("waiting_minutes", "waiting_s", unit=60, good=-1),
    Measure("adviser_hours", "adviser_s", unit=3600),
    Measure("cycling_minutes_a_conversation", "cycling_s", over="planned", unit=60, good=-1),
    Measure("load", "visit_s", over="working_s"),
    Measure("own_consultant_share", "own_visits", over="owned_visits", good=1),
    Measure("moved_visits", "moved_visits", good=-1),
    Measure("cost_dkk", "cost_dkk", good=-1),
    Measure("cost_a_planned_conversation_dkk", "cost_dkk", over="planned", good=-1),
    Measure("cost_a_held_conversation_dkk", "cost_dkk", over="expected_held", good=-1),
)
_PLANNED = "planned_conversations"
#: Those of which bases have their own.
BASE_MEASURES = tuple(measure for measure in MEASURES if measure.column in (*BASE_COLUMNS, "cost_dkk"))


@dataclass(frozen=True, slots=True)
class Difference:
    """How a measure differs from today, or from that of another scenario.

    `standard_error` is that of the difference, `value_error` that of the value alone; they are not a number
    where a week has a single draw. `unproven` is what rosters that are not proven best may change of it, where
    that can be said.
    """

    today: float
    value: float
    standard_error: float
    value_error: float
    unproven: float = 0.0

    @property
    def margin(self) -> float:
        """How far the difference may be off: its standard error, and what is not proven of it."""
        return self.unproven + (0.0 if math.isnan(self.standard_error) else self.standard_error)

    @property
    def certain_from(self) -> float:
        """How large the difference must be to be more than chance and what is not proven; in 95 % of cases."""
        return self.unproven + (0.0 if math.isnan(self.standard_error) else Z95 * self.standard_error)

    @property
    def difference(self) -> float:
        """What the scenario has more than what it is compared with."""
        return self.value - self.today


@dataclass(frozen=True, kw_only=True, eq=False)
class Comparison:
    """What has come of a study.

    Attributes
    ----------
    study
        What was planned.
    results
        A row a week of each scenario that could be planned, with the columns of `WeekFigures`.
    failures
        The weeks that could not.
    interrupted
        Whether it was ended before all weeks were planned.
    """

    study: Study
    results: "pd.DataFrame"
    failures: tuple[Failure, ...] = ()
    interrupted: bool = False

    @cached_property
    def compared(self) -> "pd.DataFrame":
        """The rows of those weeks (and draws) that all scenarios have, with what counts in a comparison.

        Besides the columns of `results`: `iso_week`; `share`, what the row's draw counts in its week;
        and `cost_dkk`, what the week costs.
        """
        rows = self.results[self.results["scenario"].isin([s.name for s in self.study.scenarios])]
        scenarios = rows.groupby("week")["scenario"].transform("nunique")
        rows = rows[scenarios == len(self.study.scenarios)].copy()
        rows["iso_week"] = [label.partition("#")[0] for label in rows["week"]]
        rows["share"] = 1 / rows.groupby(["scenario", "iso_week"])["week"].transform("size")
        costs = [
            self._costs(row["scenario"], row["iso_week"], row["by_base"]) for row in rows.to_dict("records")
        ]
        rows["cost_dkk"] = [sum(cost.dkk for cost in parts) if parts else math.nan for parts in costs]
        return rows

    @property
    def weeks(self) -> tuple[Week, ...]:
        """The weeks that are compared; those of which no draw could be planned everywhere are missing."""
        there = set(self.compared["iso_week"])
        return tuple(week for week in self.study.weeks if str(week) in there)

    def table(self) -> "pd.DataFrame":
        """Return what each scenario comes to over the weeks: a row a scenario, a column a measure.

        `proven` is the share of its rosters that are proven best.
        """
        import pandas as pd

        rows = []
        for scenario in self.study.scenarios:
            own = self._rows(scenario.name)
            proven = float((own["status"] == "optimal").mean()) if len(own) else math.nan
            values = {measure.name: self.value(scenario.name, measure) for measure in MEASURES}
            rows.append({"scenario": scenario.name, "title": scenario.title, **values, "proven": proven})
        return pd.DataFrame(rows)

    def differences(self) -> "pd.DataFrame":
        """Return how each scenario differs from today: a row a scenario and measure.

        Columns: scenario, measure, today, value, difference, its standard_error, and value_error, the
        standard error of the value. Errors are not a number where any week has a single draw: with one
        draw only, all is exact for that demand. Then `unproven`: as many planned conversations as the gaps of
        both scenarios' rosters are worth; 0 for the other measures.
        """
        import pandas as pd

        rows = []
        for scenario, measure in product(self.study.scenarios[1:], MEASURES):
            found = self.difference(scenario.name, measure)
            figures = (found.today, found.value, found.difference, found.standard_error, found.value_error)
            rows.append((scenario.name, measure.name, *figures, found.unproven))
        columns = ["scenario", "measure", "today", "value", "difference", "standard_error", "value_error"]
        return pd.DataFrame(rows, columns=[*columns, "unproven"])

    def steps(self) -> "pd.DataFrame":
        """Return how each scenario that is based on another differs from that: a row a scenario and measure.

        Columns: scenario, based_on, measure, before, value, difference, standard_error.
        """
        import pandas as pd

        rows = []
        for scenario in self.study.scenarios[1:]:
            before = self._before(scenario)
            for measure in MEASURES if before != TODAY else ():
                found = self.difference(scenario.name, measure, before)
                figures = (found.today, found.value, found.difference, found.standard_error)
                rows.append((scenario.name, before, measure.name, *figures))
        columns = ["scenario", "based_on", "measure", "before", "value", "difference", "standard_error"]
        return pd.DataFrame(rows, columns=columns)

    def _before(self, scenario: Scenario) -> str:
        """Return the name of what a scenario is based on, as it is written where it stands."""
        based_on = scenario.based_on.casefold()
        return next((s.name for s in self.study.scenarios if s.name.casefold() == based_on), TODAY)

    def value(self, scenario: str, measure: Measure) -> float:
        """Return what a measure of a scenario comes to over the weeks."""
        return _value(measure, self._rows(scenario))

    def difference(self, scenario: str, measure: Measure, from_: str = TODAY) -> Difference:
        """Return how a measure of a scenario differs from today's, or from that of another scenario."""
        before, after = self._rows(from_), self._rows(scenario)
        varies = _residuals(measure, after)
        apart = varies - _residuals(measure, before).reindex(after.index)
        return Difference(
            _value(measure, before),
            _value(measure, after),
            standard_error=_error(apart, after["iso_week"]),
            value_error=_error(varies, after["iso_week"]),
            unproven=self.unproven(from_) + self.unproven(scenario) if measure.name == _PLANNED else 0.0,
        )

    def unproven(self, scenario: str) -> float:
        """Return as many conversations as the gaps between score and bound of a scenario's rosters are worth."""
        own = self._rows(scenario)
        weight = self.study.prepared[scenario].project.config.weights["unserved_conversation"]
        return float((own["share"] * (own["score"] - own["bound"])).sum()) / weight if weight else 0.0

    def causes(self) -> "pd.DataFrame":
        """Return at which practices more or fewer conversations are planned, and which are new or gone.

        Columns: scenario, practice_id, name, part ("new", "gone" or "both": in the project today, in
        the scenario, in both), asked_today, asked, planned_today, planned, difference. Practices with as
        many as today are left out. The differences of a scenario add up to that of its conversations.
        """
        import pandas as pd

        asked_before, planned_before = self._by_practice(TODAY)
        rows = []
        for scenario in self.study.scenarios[1:]:
            asked, planned = self._by_practice(scenario.name)
            today, now = self._names(TODAY), self._names(scenario.name)
            for id_, name in (today | now).items():
                difference = planned[id_] - planned_before[id_]
                if abs(difference) < 1e-9:
                    continue
                part = "both" if id_ in today and id_ in now else "new" if id_ in now else "gone"
                figures = (asked_before[id_], asked[id_], planned_before[id_], planned[id_], difference)
                rows.append((scenario.name, id_, name, part, *figures))
        columns = ["scenario", "practice_id", "name", "part", "asked_today", "asked"]
        return pd.DataFrame(rows, columns=[*columns, "planned_today", "planned", "difference"])

    def costs(self, scenario: str) -> dict[str, float]:
        """Return what a scenario costs over the weeks, in kroner, by what the money goes to; see `cost_names`."""
        found = defaultdict[str, float](float)
        for row in self._rows(scenario).to_dict("records"):
            for cost in self._costs(scenario, row["iso_week"], row["by_base"]):
                found[cost.what] += row["share"] * cost.dkk
        return dict(found)

    def bases(self) -> "pd.DataFrame":
        """Return what each base comes to in every scenario: a row a scenario and base, none where there is one base.

        Columns: scenario, base_id and name (both blank for what belongs to no base: costs of the service as a
        whole, home visits that nobody makes), and `BASE_MEASURES`. Sums add up to those of `table`.
        """
        import pandas as pd

        rows = []
        for scenario in self.study.scenarios:
            names = {b.place_id: b.name for b in self.study.prepared[scenario.name].project.bases}
            for base_id, own in self._by_base(scenario.name).items():
                values = {measure.name: _value(measure, own) for measure in BASE_MEASURES}
                rows.append(
                    {"scenario": scenario.name, "base_id": base_id, "name": names.get(base_id, ""), **values}
                )
        columns = ["scenario", "base_id", "name", *(measure.name for measure in BASE_MEASURES)]
        several = len({row["base_id"] for row in rows} - {ALL_BASES}) > 1
        return pd.DataFrame(rows if several else [], columns=columns)

    def _by_base(self, scenario: str) -> "dict[str, pd.DataFrame]":
        """Return the rows of a scenario's weeks for each base, and for what belongs to none, which is last."""
        import pandas as pd

        rows = defaultdict[str, list[dict[str, Any]]](list)
        weeks = [
            (row, json.loads(row["by_base"]), self._costs(scenario, row["iso_week"], row["by_base"]))
            for row in self._rows(scenario).to_dict("records")
        ]
        ids = {base_id for _row, counts, _costs in weeks for base_id in counts}
        ids |= {cost.base_id for _row, _counts, costs in weeks for cost in costs}
        order = {base.place_id: n for n, base in enumerate(self.study.prepared[scenario].project.bases)}
        for base_id in sorted(ids, key=lambda id_: order.get(id_, len(order))):
            for row, counts, costs in weeks:
                own = {name: counts.get(base_id, {}).get(name, 0) for name in BASE_COLUMNS}
                dkk = [cost.dkk for cost in costs if cost.base_id == base_id]
                cost_dkk = sum(dkk) if costs else math.nan
                rows[base_id].append({"share": row["share"], **own, "cost_dkk": cost_dkk})
        return {base_id: pd.DataFrame(own) for base_id, own in rows.items()}

    @cached_property
    def _fixed_costs(self) -> dict[tuple[str, str], tuple[Cost, ...]]:
        return {
            (name, str(week)): week_costs(prepared.project, week)
            for name, prepared in self.study.prepared.items()
            for week in self.study.weeks
        }

    def _costs(self, scenario: str, week: str, by_base: str) -> tuple[Cost, ...]:
        """Return what a week costs, in parts; nothing where costs are not known."""
        rooms = room_costs(self.study.prepared[scenario].project, json.loads(by_base))
        return (*self._fixed_costs[scenario, week], *rooms)

    @cached_property
    def _by_scenario(self) -> "dict[str, pd.DataFrame]":
        groups = self.compared.set_index("week").groupby("scenario")
        return {str(name): rows for name, rows in groups}

    def _rows(self, scenario: str) -> "pd.DataFrame":
        return self._by_scenario.get(scenario, self.compared.iloc[:0])

    def _names(self, scenario: str) -> dict[str, str]:
        project = self.study.prepared[scenario].project
        places = {place.place_id: place.name for place in project.places}
        return {practice.practice_id: places[practice.practice_id] for practice in project.practices}

    def _by_practice(self, scenario: str) -> tuple[dict[str, float], dict[str, float]]:
        """Return conversations asked for and planned by practice, over the weeks."""
        asked, planned = defaultdict[str, float](float), defaultdict[str, float](float)
        own = self._rows(scenario)
        for share, planned_by in zip(own["share"], own["planned_by"], strict=True):
            for id_, (requested, met) in json.loads(planned_by).items():
                asked[id_] += share * requested
                planned[id_] += share * met
        return asked, planned


def _value(measure: Measure, rows: "pd.DataFrame") -> float:
    total = float((rows["share"] * rows[measure.column]).sum(skipna=False)) / measure.unit
    if not measure.over:
        return total
    base = float((rows["share"] * rows[measure.over]).sum())
    return total / base if base else math.nan


def _residuals(measure: Measure, rows: "pd.DataFrame") -> "pd.Series[float]":
    """Return by week and draw what varies a measure: itself, or for a ratio its first-order expansion."""
    values = rows[measure.column] / measure.unit
    if not measure.over:
        return values
    base = float((rows["share"] * rows[measure.over]).sum())
    return (values - _value(measure, rows) * rows[measure.over]) / (base or math.nan)


def _error(residuals: "pd.Series[float]", iso_weeks: "pd.Series[str]") -> float:
    """Return the standard error of a sum over the weeks of the means of their draws."""
    weeks = residuals.groupby(iso_weeks)
    # Draws of different weeks are independent; a single draw has no variance, which is not a number.
    return math.sqrt(float((weeks.var(ddof=1) / weeks.size()).sum(skipna=False)))
