"""The figures of many weeks -> what each scenario comes to, how it differs from today, and through whom.

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
from typing import TYPE_CHECKING

from scheduler.model.clock import Week
from scheduler.scenario.costs import week_cost_dkk
from scheduler.scenario.model import TODAY, Failure
from scheduler.scenario.weeks import Study

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Measure:
    """A sum of a column over the weeks, in units of `unit`, or its ratio to the sum of another."""

    name: str
    column: str
    over: str = ""
    unit: float = 1.0


#: What is compared, in the order in which people see it. `load` is hours of visits by hours of work.
MEASURES = (
    Measure("requested_conversations", "requested"),
    Measure("planned_conversations", "planned"),
    Measure("expected_held", "expected_held"),
    Measure("missed_visits", "missed_visits"),
    Measure("partial_visits", "partial_visits"),
    Measure("cycling_minutes", "cycling_s", unit=60),
    Measure("cycling_km", "cycling_m", unit=1000),
    Measure("waiting_minutes", "waiting_s", unit=60),
    Measure("cycling_minutes_a_conversation", "cycling_s", over="planned", unit=60),
    Measure("load", "visit_s", over="working_s"),
    Measure("own_consultant_share", "own_visits", over="owned_visits"),
    Measure("moved_visits", "moved_visits"),
    Measure("cost_dkk", "cost_dkk"),
    Measure("cost_a_planned_conversation_dkk", "cost_dkk", over="planned"),
    Measure("cost_a_held_conversation_dkk", "cost_dkk", over="expected_held"),
)


@dataclass(frozen=True, slots=True)
class Difference:
    """How a measure differs from today.

    `standard_error` is that of the difference, `value_error` that of the value alone; they are not a number
    where a week has a single draw.
    """

    today: float
    value: float
    standard_error: float
    value_error: float

    @property
    def difference(self) -> float:
        """What the scenario has more than today."""
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
        costs = {
            (name, str(week)): week_cost_dkk(prepared.project, week)
            for name, prepared in self.study.prepared.items()
            for week in self.study.weeks
        }
        asked = zip(rows["scenario"], rows["iso_week"], strict=True)
        rows["cost_dkk"] = [math.nan if (cost := costs[key]) is None else cost for key in asked]
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
        draw only, all is exact for that demand.
        """
        import pandas as pd

        rows = []
        for scenario, measure in product(self.study.scenarios[1:], MEASURES):
            found = self.difference(scenario.name, measure)
            figures = (found.today, found.value, found.difference, found.standard_error, found.value_error)
            rows.append((scenario.name, measure.name, *figures))
        columns = ["scenario", "measure", "today", "value", "difference", "standard_error", "value_error"]
        return pd.DataFrame(rows, columns=columns)

    def value(self, scenario: str, measure: Measure) -> float:
        """Return what a measure of a scenario comes to over the weeks."""
        return _value(measure, self._rows(scenario))

    def difference(self, scenario: str, measure: Measure) -> Difference:
        """Return how a measure of a scenario differs from today's, which is also a scenario."""
        before, after = self._rows(TODAY), self._rows(scenario)
        varies = _residuals(measure, after)
        apart = varies - _residuals(measure, before).reindex(after.index)
        return Difference(
            _value(measure, before),
            _value(measure, after),
            standard_error=_error(apart, after["iso_week"]),
            value_error=_error(varies, after["iso_week"]),
        )

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
