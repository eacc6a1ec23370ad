"""What a week costs, against sums that are written down."""

import dataclasses
import datetime as dt
from pathlib import Path

import pytest
from scenario.joiners import write_project

from scheduler.base.resources import example_folder
from scheduler.inputs import read_project
from scheduler.model.clock import Week
from scheduler.model.config import Costs
from scheduler.model.project import Project, ShiftRule
from scheduler.scenario import Add, Scenario, Set, apply, read_scenarios
from scheduler.scenario.costs import cost_names, hours_a_week, room_costs, unpriced, week_cost_dkk, week_costs

W20 = Week(2009, 20)
A_YEAR = 365.25 / 7


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """One consultant, who works two mornings of four hours, and three practices."""
    return priced(read_project(write_project(tmp_path / "data")), Costs(practice_dkk_a_year=5218))


def priced(project: Project, costs: Costs | None) -> Project:
    return project.replace(config=dataclasses.replace(project.config, costs=costs))


def test_two_consultants_for_two_years_cost_the_founding_budget_but_for_its_courses() -> None:
    project = read_project(example_folder())
    weeks = 2 * A_YEAR
    assert project.config.period.budget_dkk == 3_408_208
    assert (week_cost_dkk(project, W20) or 0) * weeks == pytest.approx(3_408_208 - 2 * 355_104)


def test_a_third_consultant_three_days_a_week_costs_three_fifths() -> None:
    project = read_project(example_folder())
    third = next(
        s
        for s in read_scenarios(example_folder() / "scenarios.toml", project)
        if s.name == "tredje-raadgiver"
    )
    changed = apply(project, third)
    salary = sum(c.dkk for c in week_costs(changed, W20) if c.what == "consultant_dkk_a_year")
    assert salary * A_YEAR / 425_000 == pytest.approx(2.6, abs=0.01)
    bicycles = sum(c.dkk for c in week_costs(changed, W20) if c.what == "bicycle_dkk_a_year")
    assert bicycles * A_YEAR == pytest.approx(3 * 5_750)


def test_a_weeks_cost(project: Project) -> None:
    assert week_cost_dkk(project, W20) == pytest.approx(
        (8 / 37 * 425_000 + 5_750 + 3 * 5218 + 487_500) / A_YEAR
    )
    inactive = apply(
        project,
        Scenario("late", changes=(Set("practices", {"practice_id": "P1", "active_from": "2009-06-01"}),)),
    )
    assert (week_cost_dkk(project, W20) or 0) - (week_cost_dkk(inactive, W20) or 0) == pytest.approx(
        5218 / A_YEAR
    )
    with_courses = priced(project, Costs(practice_dkk_a_year=5218, courses_dkk_a_year=355_104))
    assert (week_cost_dkk(with_courses, W20) or 0) - (week_cost_dkk(project, W20) or 0) == pytest.approx(
        355_104 / A_YEAR
    )


def test_a_base_costs_once_somebody_cycles_from_it(project: Project) -> None:
    project = priced(project, Costs(base_dkk_a_year=10_000))
    bases = [cost for cost in week_costs(project, W20) if cost.what == "base_dkk_a_year"]
    assert [(cost.base_id, round(cost.dkk * A_YEAR)) for cost in bases] == [("base", 10_000)]
    second = apply(
        project,
        Scenario(
            "second",
            changes=(
                Add("bases", {"base_id": "b2", "name": "B2", "address": "Vej 1", "postcode": 1717, "city": "V"}),
                Add("bases", {"base_id": "b3", "name": "B3", "address": "Vej 2", "postcode": 1717, "city": "V"}),
                Add("consultants", {"consultant_id": "c2", "name": "R", "base_id": "b2"}),
                Add("shifts", {"consultant_id": "c2", "weekday": "wed", "start": "9.00", "end": "12.00"}),
                Add("consultants", {"consultant_id": "c3", "name": "R", "base_id": "b2"}),
                Add("shifts", {"consultant_id": "c3", "weekday": "wed", "start": "9.00", "end": "12.00",
                               "valid_from": "2009-06-01"}),
            ),
        ),
    )  # fmt: skip
    found = [cost for cost in week_costs(second, W20) if cost.base_id == "b2"]
    assert {cost.what: round(cost.dkk * A_YEAR) for cost in found} == {
        "consultant_dkk_a_year": round(3 / 37 * 425_000),
        "bicycle_dkk_a_year": 5_750,
        "base_dkk_a_year": 10_000,
    }
    later = [cost for cost in week_costs(second, Week(2009, 30)) if cost.base_id == "b2"]
    assert sum(cost.dkk for cost in later if cost.what == "bicycle_dkk_a_year") * A_YEAR == pytest.approx(
        11_500
    )
    assert sum(cost.what == "base_dkk_a_year" for cost in later) == 1
    assert not any(cost.base_id == "b3" for cost in later)


def rule(**changed: object) -> ShiftRule:
    values = {"consultant_id": "c1", "weekday": 0, "start_s": 9 * 3600, "end_s": 12 * 3600}
    return ShiftRule(**(values | changed))  # type: ignore[arg-type]  # of several types


@pytest.mark.parametrize(
    ("rules", "hours"),
    [
        ([rule()], 3.0),
        ([rule(), rule(start_s=12 * 3600, end_s=15 * 3600), rule(start_s=16 * 3600, end_s=17 * 3600)], 7.0),
        ([rule(), rule(weekday=2, weeks="even")], 6.0),
        ([rule(), rule(weekday=2, weeks="odd")], 3.0),
        # An odd week's shift is in force in even weeks, too: the bicycle is there.
        ([rule(weeks="odd")], 0.0),
        # A day off is paid, and so is a day besides; a date in place of its weekday is not paid twice.
        ([rule(), rule(weekday=None, date=W20.days[0], start_s=None, end_s=None)], 3.0),
        ([rule(), rule(weekday=None, date=W20.days[0], end_s=17 * 3600)], 3.0),
        ([rule(), rule(weekday=None, date=W20.days[1])], 6.0),
        ([rule(weekday=None, date=W20.days[1])], 3.0),
        ([rule(weekday=None, date=W20.shift(1).days[1])], None),
        ([rule(valid_to=dt.date(2009, 5, 10))], None),
        ([rule(valid_from=dt.date(2009, 5, 18))], None),
        ([rule(valid_from=dt.date(2009, 5, 17))], 0.0),
        ([rule(valid_to=dt.date(2009, 5, 11))], 3.0),
        ([], None),
    ],
)  # fmt: skip
def test_hours_are_those_of_the_shifts(project: Project, rules: list[ShiftRule], hours: float | None) -> None:
    assert hours_a_week(project.replace(shifts=tuple(rules)), "c1", W20) == hours


def test_closures_and_holidays_are_paid(project: Project) -> None:
    whit_monday = Week(2009, 23)
    assert week_cost_dkk(project, whit_monday) == week_cost_dkk(project, W20)


def test_without_costs_the_budget_is_spread_over_the_period(project: Project) -> None:
    plain = priced(project, None)
    assert week_cost_dkk(plain, W20) == pytest.approx(3_408_208 * 7 / 730)
    assert "the budget is spread evenly over the period" in unpriced(plain.config.costs)
    assert room_costs(plain, {"base": {"room_s": 3600}}) == ()


def test_what_has_no_price_is_said() -> None:
    project = read_project(example_folder())
    assert unpriced(project.config.costs) == (
        "Without a price in the settings, and so at no cost here: bases, practices, room hours, courses for citizens."
    )
    every = Costs(**{field.name: 1 for field in dataclasses.fields(Costs)})
    assert unpriced(priced(project, every).config.costs) == ""
    prices = [field.name for field in dataclasses.fields(Costs) if "dkk" in field.name]
    assert list(cost_names()) == prices
