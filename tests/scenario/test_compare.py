"""What a comparison says, from figures that are written down: sums, paired errors, causes, words."""

import dataclasses
import json
import math
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scenario.joiners import write_project

from scheduler.base import i18n
from scheduler.inputs import read_project
from scheduler.model.clock import Week
from scheduler.model.config import Costs
from scheduler.model.project import Project
from scheduler.network import Network
from scheduler.places.travel import Travel
from scheduler.scenario import Add, Drop, Scenario, Set, apply, explained
from scheduler.scenario.compare import BASE_MEASURES, MEASURES, Comparison
from scheduler.scenario.costs import week_cost_dkk
from scheduler.scenario.explaining import difference_text, measure_text, measure_title, remarks
from scheduler.scenario.model import BASE_COLUMNS, COLUMNS, TODAY, Failure, WeekFigures
from scheduler.scenario.weeks import Study
from scheduler.services.planner import Prepared

W20, W21 = Week(2009, 20), Week(2009, 21)
JOINS = Scenario(
    "joins",
    title="Saxogade joins",
    changes=(
        Add("practices", {"practice_id": "saxo", "name": "Saxogade", "address": "Saxogade 94", "postcode": 1662,
                          "city": "København V", "district": "Vesterbro"}),
        Add("rooms", {"practice_id": "saxo", "weekday": "tir", "start": "8.30", "end": "12.00"}),
        Drop("practices", {"practice_id": "P3"}),
    ),
)  # fmt: skip
MEASURE = {measure.name: measure for measure in MEASURES}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    found = read_project(write_project(tmp_path / "data"))
    costs = Costs(practice_dkk_a_year=5218)
    return found.replace(config=dataclasses.replace(found.config, costs=costs))


def prepared(project: Project) -> Prepared:
    """Only its project is looked at."""
    return Prepared(project, (), Network.__new__(Network), Travel.__new__(Travel))


def row(scenario: str, week: str, planned_by: Mapping[str, Sequence[int]], **changed: object) -> WeekFigures:
    values = {
        "scenario": scenario, "week": week, "status": "optimal", "score": 10, "bound": 10, "requests": 3, "visits": 3,
        "requested": sum(asked for asked, _planned in planned_by.values()),
        "planned": sum(planned for _asked, planned in planned_by.values()),
        "expected_held": 0.75 * sum(planned for _asked, planned in planned_by.values()),
        "missed_visits": 0, "partial_visits": 0, "cycling_s": 600, "cycling_m": 2500, "waiting_s": 60, "visit_s": 9000,
        "room_s": 9000, "adviser_s": 12_000,
        "own_visits": 1, "owned_visits": 2, "moved_visits": 0, "imbalance_minutes": 1.5, "consultants": 1,
        "working_s": 90_000, "solve_s": 0.1, "planned_by": json.dumps(planned_by),
    }  # fmt: skip
    return WeekFigures(**(values | changed))  # type: ignore[arg-type]  # of several types


def compared(
    project: Project,
    rows: Sequence[WeekFigures],
    *scenarios: Scenario,
    weeks: Sequence[Week] = (W20, W21),
    draws: int = 1,
    failures: Sequence[Failure] = (),
) -> Comparison:
    made = {TODAY: prepared(project)} | {s.name: prepared(apply(project, s)) for s in scenarios}
    study = Study(
        scenarios=(Scenario(TODAY, title="Today"), *scenarios),
        prepared=made, weeks=tuple(weeks), draws=draws, seed=0, tasks=(),
    )  # fmt: skip
    table = pd.DataFrame([{name: getattr(each, name) for name in COLUMNS} for each in rows])
    return Comparison(study=study, results=table, failures=tuple(failures))


TWO_WEEKS = (
    row(TODAY, "2009-W20", {"P1": (2, 2), "P2": (1, 1), "P3": (2, 1)}, partial_visits=1),
    row(TODAY, "2009-W21", {"P1": (2, 1), "P3": (2, 2)}, cycling_s=1200, status="feasible"),
    row("joins", "2009-W20", {"P1": (2, 2), "P2": (1, 1), "saxo": (3, 3)}, cycling_s=900),
    row("joins", "2009-W21", {"P1": (2, 2), "saxo": (3, 2)}, cycling_s=1500, own_visits=2),
)


def test_sums_and_ratios_over_the_weeks(project: Project) -> None:
    table = compared(project, TWO_WEEKS, JOINS).table().set_index("scenario")
    assert list(table.columns) == ["title", *(measure.name for measure in MEASURES), "proven"]
    today, joins = table.loc[TODAY], table.loc["joins"]
    assert (today["requested_conversations"], today["planned_conversations"]) == (9, 7)
    assert (joins["requested_conversations"], joins["planned_conversations"]) == (11, 10)
    assert (today["cycling_minutes"], joins["cycling_minutes"]) == (30, 40)
    assert today["cycling_km"] == 5
    assert today["load"] == pytest.approx(0.1)
    assert (today["own_consultant_share"], joins["own_consultant_share"]) == (0.5, 0.75)
    assert today["cycling_minutes_a_conversation"] == pytest.approx(30 / 7)
    assert (today["proven"], joins["proven"]) == (0.5, 1)
    assert joins["cost_a_planned_conversation_dkk"] == pytest.approx(joins["cost_dkk"] / 10)
    assert joins["expected_held"] == 7.5
    assert joins["cost_a_held_conversation_dkk"] == pytest.approx(joins["cost_dkk"] / 7.5)


def test_differences_are_exact_with_one_draw(project: Project) -> None:
    differences = compared(project, TWO_WEEKS, JOINS).differences()
    assert list(differences["measure"]) == list(MEASURE)
    (held,) = differences[differences["measure"] == "planned_conversations"].to_dict("records")
    assert (held["scenario"], held["today"], held["value"], held["difference"]) == ("joins", 7, 10, 3)
    assert differences["standard_error"].isna().all()


def test_what_is_not_proven_is_in_the_margin(project: Project) -> None:
    """A gap of 90,000 points is worth two and a half conversations; so is one in two draws out of three."""
    weeks = [
        dataclasses.replace(each, score=100_000, bound=10_000) if each.status == "feasible" else each
        for each in TWO_WEEKS
    ]
    comparison = compared(project, weeks, JOINS)
    found = comparison.difference("joins", MEASURE["planned_conversations"])
    assert (comparison.unproven(TODAY), comparison.unproven("joins")) == (2.5, 0)
    assert (found.unproven, found.margin) == (2.5, 2.5)
    assert difference_text("planned_conversations", found) == "10 (+3 ±2.5)"
    assert comparison.difference("joins", MEASURE["cycling_minutes"]).margin == 0
    differences = comparison.differences().set_index("measure")
    assert differences["unproven"]["planned_conversations"] == 2.5
    assert differences["unproven"].sum() == 2.5
    drawn_weeks = [
        dataclasses.replace(each, bound=each.score - 36_000 * (each.week[-1] == "1")) for each in drawn()
    ]
    three = compared(project, drawn_weeks, JOINS, draws=3)
    assert three.unproven("joins") == pytest.approx(
        1 / 3 * sum(e.scenario == "joins" and e.week[-1] == "1" for e in drawn_weeks)
    )
    worthless = {**project.config.weights, "unserved_conversation": 0}
    nothing = project.replace(config=dataclasses.replace(project.config, weights=worthless))
    assert compared(nothing, weeks, JOINS).unproven(TODAY) == 0


def test_causes_add_up_to_the_difference(project: Project) -> None:
    causes = compared(project, TWO_WEEKS, JOINS).causes()
    assert causes["difference"].sum() == 3
    found = {(r.practice_id, r.part): (r.planned_today, r.planned) for r in causes.itertuples()}
    assert found == {("P1", "both"): (3, 4), ("P3", "gone"): (3, 0), ("saxo", "new"): (0, 5)}
    assert dict(zip(causes["practice_id"], causes["name"], strict=True))["saxo"] == "Saxogade"


def test_a_week_that_failed_anywhere_counts_nowhere(project: Project) -> None:
    failure = Failure(scenario="joins", week="2009-W21", reason="out of memory")
    comparison = compared(project, TWO_WEEKS[:3], JOINS, failures=[failure])
    assert comparison.weeks == (W20,)
    table = comparison.table().set_index("scenario")
    assert list(table["planned_conversations"]) == [4, 6]
    assert len(comparison.results) == 3
    assert any("joins, 2009-W21 could not be planned" in told for told in remarks(comparison))


# --- Draws ------------------------------------------------------------------------------------------------------

HELD = {
    TODAY: {"2009-W20": (2, 4, 3), "2009-W21": (5, 1, 3)},
    "joins": {"2009-W20": (4, 7, 4), "2009-W21": (6, 3, 3)},
}


def drawn(**changed: int) -> list[WeekFigures]:
    return [
        row(scenario, f"{week}#{draw}", {"P1": (held, held)}, cycling_s=60 * held * held, **changed)
        for scenario, weeks in HELD.items()
        for week, draws in weeks.items()
        for draw, held in enumerate(draws, start=1)
    ]


def test_a_week_counts_with_the_mean_of_its_draws(project: Project) -> None:
    found = compared(project, drawn(), JOINS, draws=3).difference("joins", MEASURE["planned_conversations"])
    assert (found.today, found.value) == pytest.approx((6, 9))
    apart = [(2, 3, 1), (1, 2, 0)]
    assert found.standard_error == pytest.approx(
        math.sqrt(sum(statistics.variance(week) / 3 for week in apart))
    )
    assert found.value_error == pytest.approx(
        math.sqrt(sum(statistics.variance(week) / 3 for week in HELD["joins"].values()))
    )


def test_a_ratio_to_what_is_fixed_has_the_error_of_its_numerator(project: Project) -> None:
    comparison = compared(project, drawn(), JOINS, draws=3)
    # Working hours are the same in every row: 25 h a week.
    load = [row(figures.scenario, figures.week, {}, visit_s=3600 * figures.planned) for figures in drawn()]
    found = compared(project, load, JOINS, draws=3).difference("joins", MEASURE["load"])
    held = comparison.difference("joins", MEASURE["planned_conversations"])
    assert found.difference == pytest.approx(held.difference / 50)
    assert found.standard_error == pytest.approx(held.standard_error / 50)


def test_the_error_of_a_ratio_is_that_of_many_studies(project: Project) -> None:
    """Against the spread of the ratio over studies whose draws are taken anew (the bootstrap)."""
    rng = np.random.default_rng(1)
    n = 60
    before, after = rng.poisson(8, n) + 1, rng.poisson(3, n)
    pairs = {TODAY: before, "joins": before + after}
    noise = rng.integers(0, 300, n)
    rows = [
        row(name, f"2009-W20#{draw}", {"P1": (int(held), int(held))}, cycling_s=int(300 * held + noise[draw]))
        for name, helds in pairs.items()
        for draw, held in enumerate(helds)
    ]
    found = compared(project, rows, JOINS, weeks=[W20], draws=n).difference(
        "joins", MEASURE["cycling_minutes_a_conversation"]
    )

    def ratio(name: str, chosen: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> float:
        helds = pairs[name][chosen]
        return float((300 * helds + noise[chosen]).sum() / 60 / helds.sum())

    again = [rng.integers(0, n, n) for _study in range(2000)]
    spread = statistics.stdev(ratio("joins", chosen) - ratio(TODAY, chosen) for chosen in again)
    assert found.standard_error == pytest.approx(spread, rel=0.15)


def test_draws_that_are_missing_leave_their_week_its_weight(project: Project) -> None:
    rows = [figures for figures in drawn() if (figures.scenario, figures.week) != ("joins", "2009-W20#3")]
    found = compared(project, rows, JOINS, draws=3).difference("joins", MEASURE["planned_conversations"])
    assert (found.today, found.value) == pytest.approx((3 + 3, 5.5 + 4))


# --- Costs --------------------------------------------------------------------------------------------------------


def test_a_conversation_costs_its_share(project: Project) -> None:
    comparison = compared(project, TWO_WEEKS, JOINS)
    for scenario in (TODAY, "joins"):
        cost_dkk = comparison.value(scenario, MEASURE["cost_dkk"])
        each = comparison.value(scenario, MEASURE["cost_a_planned_conversation_dkk"])
        assert each * comparison.value(scenario, MEASURE["planned_conversations"]) == pytest.approx(cost_dkk)
        assert sum(comparison.costs(scenario).values()) == pytest.approx(cost_dkk)
        assert cost_dkk == pytest.approx(
            sum(week_cost_dkk(comparison.study.prepared[scenario].project, week) or 0 for week in (W20, W21))
        )


def test_room_hours_cost_where_they_have_a_price(project: Project) -> None:
    priced = project.replace(config=dataclasses.replace(project.config, costs=Costs(room_dkk_an_hour=100)))
    counts = json.dumps({"base": {"room_s": 9000}})
    rows = [dataclasses.replace(each, by_base=counts) for each in TWO_WEEKS]
    apart = compared(priced, rows, JOINS).costs(TODAY)
    assert apart["room_dkk_an_hour"] == pytest.approx(2 * 2.5 * 100)
    free = compared(project, rows, JOINS)
    assert "room_dkk_an_hour" not in free.costs(TODAY)
    more = compared(priced, rows, JOINS).value(TODAY, MEASURE["cost_dkk"])
    assert more == pytest.approx(sum(apart.values()))


def test_without_costs_and_period_nothing_is_known(tmp_path: Path) -> None:
    settings = '[base]\nname = "B"\naddress = "Skelbækgade 2"\npostcode = 1717\ncity = "V"\n'
    open_ended = read_project(write_project(tmp_path / "b", settings=settings))
    assert week_cost_dkk(open_ended, W20) is None
    comparison = compared(open_ended, [row(TODAY, "2009-W20", {"P1": (1, 1)})], weeks=[W20])
    assert math.isnan(comparison.value(TODAY, MEASURE["cost_a_planned_conversation_dkk"]))
    assert comparison.value(TODAY, MEASURE["planned_conversations"]) == 1
    assert comparison.costs(TODAY) == {}


# --- Bases and steps ----------------------------------------------------------------------------------------------

NORTH = Scenario(
    "north",
    changes=(
        Add("bases", {"base_id": "north", "name": "Nord", "address": "Saxogade 94", "postcode": 1662, "city": "V"}),
        Add("consultants", {"consultant_id": "c2", "name": "R2", "base_id": "north"}),
        Add("shifts", {"consultant_id": "c2", "weekday": "wed", "start": "9.00", "end": "12.00"}),
        Set("practices", {"practice_id": "P3", "base_id": "north"}),
    ),
)  # fmt: skip


def test_bases_add_up_to_the_whole(project: Project) -> None:
    costs = Costs(base_dkk_a_year=52_178, practice_dkk_a_year=5218, room_dkk_an_hour=100)
    priced = project.replace(config=dataclasses.replace(project.config, costs=costs))
    counts: dict[str, float] = dict.fromkeys(BASE_COLUMNS, 0)
    one = counts | {
        "requested": 4,
        "planned": 3,
        "expected_held": 2.25,
        "cycling_s": 600,
        "visit_s": 9000,
        "working_s": 90_000,
        "room_s": 9000,
    }
    base = counts | {
        "requested": 2,
        "planned": 2,
        "expected_held": 1.5,
        "cycling_s": 420,
        "visit_s": 6000,
        "working_s": 60_000,
        "room_s": 5400,
    }
    north = counts | {
        "requested": 2,
        "planned": 1,
        "expected_held": 0.75,
        "cycling_s": 180,
        "visit_s": 3000,
        "working_s": 30_000,
        "room_s": 3600,
    }

    def of(scenario: str, by_base: Mapping[str, Mapping[str, float]]) -> WeekFigures:
        made = row(scenario, "2009-W20", {}, by_base=json.dumps(by_base))
        return dataclasses.replace(made, **one)  # type: ignore[arg-type]  # of several types

    rows = [of(TODAY, {"base": one}), of("north", {"base": base, "north": north})]
    comparison = compared(priced, rows, NORTH, weeks=[W20])
    bases = comparison.bases()
    own = bases[bases["scenario"] == "north"]
    assert list(zip(own["base_id"], own["name"], strict=True)) == [
        ("base", "Jobcenter"), ("north", "Nord"), ("", ""),
    ]  # fmt: skip
    for measure in BASE_MEASURES:
        if not measure.over:
            assert own[measure.name].sum() == pytest.approx(comparison.value("north", measure)), measure.name
    by_id = own.set_index("base_id")
    assert by_id["planned_conversations"].tolist() == [2, 1, 0]
    assert by_id.loc["north", "load"] == pytest.approx(0.1)
    a_year = 365.25 / 7
    assert by_id.loc["north", "cost_dkk"] == pytest.approx(
        (3 / 37 * 425_000 + 5_750 + 52_178 + 5218) / a_year + 100
    )
    assert by_id.loc["", "cost_dkk"] == pytest.approx(487_500 / a_year)
    assert by_id["cost_a_planned_conversation_dkk"].isna().tolist() == [False, False, True]


def test_one_base_has_no_table_of_bases(project: Project) -> None:
    bases = compared(project, TWO_WEEKS, JOINS).bases()
    assert bases.empty
    assert list(bases.columns)[:3] == ["scenario", "base_id", "name"]


def test_a_scenario_is_compared_with_what_it_is_based_on(project: Project) -> None:
    further = Scenario("further", based_on="Joins", changes=(Set("weights", {"continuity": 0}),))
    rows = [
        *TWO_WEEKS,
        row("further", "2009-W20", {"P1": (5, 5)}),
        row("further", "2009-W21", {"P1": (7, 6)}),
    ]
    made = compared(project, rows, JOINS)
    study = dataclasses.replace(
        made.study,
        scenarios=(*made.study.scenarios, further),
        prepared={**made.study.prepared, "further": made.study.prepared["joins"]},
    )
    comparison = dataclasses.replace(made, study=study)
    steps = comparison.steps()
    assert set(zip(steps["scenario"], steps["based_on"], strict=True)) == {("further", "joins")}
    (held,) = steps[steps["measure"] == "planned_conversations"].to_dict("records")
    assert (held["before"], held["value"], held["difference"]) == (10, 11, 1)
    assert made.steps().empty


# --- Words ----------------------------------------------------------------------------------------------------------


def test_what_makes_the_difference_is_told_in_sentences(project: Project) -> None:
    told = explained(compared(project, TWO_WEEKS, JOINS), "joins")
    assert told == (
        "Conversations planned: +3 in all.",
        "At new practices: +5 (Saxogade +5).",
        "At practices that are gone: −3 (Valdemarsgade −3).",
        "At practices with more than today: +1 (Halmtorvet +1).",
        "Cycling: +10 minutes; 4.0 minutes a planned conversation, today 4.3.",
    )


def test_what_evens_out_is_neither_gain_nor_loss(project: Project) -> None:
    other = Scenario("other", changes=(Set("weights", {"continuity": 0}),))
    weeks = [
        row(TODAY, "2009-W20", {"P1": (2, 2), "P2": (2, 1)}),
        row("other", "2009-W20", {"P1": (2, 1), "P2": (2, 2)}, cycling_s=620),
    ]
    assert explained(compared(project, weeks, other, weeks=[W20]), "other") == (
        "As many conversations are planned in all as today, but not at the same practices.",
        "At practices with more than today: +1 (Istedgade +1).",
        "At practices with fewer than today: −1 (Halmtorvet −1).",
    )


def test_a_way_as_long_as_today_is_no_cause(project: Project) -> None:
    more = Scenario("more", changes=(Set("weights", {"continuity": 0}),))
    weeks = [
        row(TODAY, "2009-W20", {"P1": (4, 2)}),
        row("more", "2009-W20", {"P1": (4, 4)}, cycling_s=1200),
    ]
    assert explained(compared(project, weeks, more, weeks=[W20]), "more")[-1] == (
        "Cycling: +10 minutes; 5.0 minutes a planned conversation, as today."
    )


def test_draws_that_differ_by_nothing_that_is_shown_are_no_cause(project: Project) -> None:
    other = Scenario("other", changes=(Set("weights", {"continuity": 0}),))
    weeks = [
        row(name, f"2009-W20#{draw}", {"P1": (3, 2 + (name == "other" and draw == 1)), "P2": (1, 1)})
        for name in (TODAY, "other")
        for draw in range(1, 31)
    ]
    told = explained(compared(project, weeks, other, weeks=[W20], draws=30), "other")
    assert told == ("At every practice as many conversations are planned as today.",)


@pytest.mark.parametrize("before", [True, False])
def test_owners_that_vanish_are_told_beside_the_share(project: Project, before: bool) -> None:
    own = Scenario("own", changes=(Set("practices", {"practice_id": "P1", "consultant_id": "c1"}),))
    with_owner = apply(project, own)
    comparison = compared(
        project,
        [
            row(
                TODAY,
                "2009-W20",
                {"P1": (1, 1)},
                own_visits=3 if before else 0,
                owned_visits=4 if before else 0,
            ),
            row("own", "2009-W20", {"P1": (1, 1)}, own_visits=2, owned_visits=2),
        ],
        own,
        weeks=[W20],
    )
    made = {
        TODAY: prepared(with_owner if before else project),
        "own": prepared(project if before else with_owner),
    }
    changed = dataclasses.replace(comparison, study=dataclasses.replace(comparison.study, prepared=made))
    assert explained(changed, "own")[-1] == (
        "Visits by the practice's own consultant: 100.0 % of 2 visits, today "
        + (
            "75.0 % of 4, for 1 practice has no consultant of its own any more."
            if before
            else "– of 0, for 1 practice has a consultant of its own now."
        )
    )


def test_costs_are_explained_by_who_is_paid(project: Project) -> None:
    more = Scenario(
        "more",
        changes=(
            Add("consultants", {"consultant_id": "c2", "name": "R"}),
            Add("shifts", {"consultant_id": "c2", "weekday": "mon", "start": "9.00", "end": "12.00"}),
            Drop("practices", {"practice_id": "P3"}),
            Set("costs", {"other_dkk_a_year": 487_501}),
        ),
    )
    weeks = [row(TODAY, "2009-W20", {"P1": (1, 1)}), row("more", "2009-W20", {"P1": (1, 1)})]
    told = explained(compared(project, weeks, more, weeks=[W20]), "more")
    # Three hours of 37 are a salary's 12th; 5750 for the bicycle; the practice's 5218; and the odd krone of the rest is rounded away.
    assert told == (
        "At every practice as many conversations are planned as today.",
        "Cost: +671 kr. (consultants +660, bicycles +110, practices −100).",
    )


def test_a_scenario_in_which_nobody_talks(project: Project) -> None:
    silent = Scenario("silent", changes=(Set("weights", {"continuity": 0}),))
    weeks = [row(TODAY, "2009-W20", {"P1": (1, 1)}), row("silent", "2009-W20", {"P1": (1, 0)})]
    comparison = compared(project, weeks, silent, weeks=[W20])
    assert explained(comparison, "silent") == (
        "Conversations planned: −1 in all.",
        "At practices with fewer than today: −1 (Halmtorvet −1).",
    )
    assert (
        difference_text("x", comparison.difference("silent", MEASURE["cost_a_planned_conversation_dkk"]))
        == "–"
    )


def test_long_lists_of_practices_are_cut_short(project: Project) -> None:
    rows = [{"P1": 1, "P2": 1, "P3": 1}, {"P1": 2, "P2": 2, "P3": 2}]
    fewer = Scenario("fewer", changes=(Set("weights", {"continuity": 0}),))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("scheduler.scenario.explaining._MOST_NAMES", 1)
        weeks = [
            row(name, "2009-W20", {id_: (2, held) for id_, held in helds.items()})
            for name, helds in zip((TODAY, "fewer"), rows, strict=True)
        ]
        told = explained(compared(project, weeks, fewer, weeks=[W20]), "fewer")
    assert told[1] == "At practices with more than today: +3 (Halmtorvet +1, 2 others)."


@pytest.mark.parametrize(
    ("name", "value", "options", "text"),
    [
        ("planned_conversations", 1234.0, {}, "1,234"),
        ("planned_conversations", 12.25, {"decimals": 1}, "12.2"),
        ("planned_conversations", -3.0, {"sign": True}, "−3"),
        ("planned_conversations", 0.0, {"sign": True}, "0"),
        ("load", 0.2494, {}, "24.9"),
        ("load", 0.0494, {"sign": True}, "+4.9"),
        ("cost_dkk", 97_977.4, {"decimals": 1}, "97,977"),
        ("cycling_km", 12.04, {}, "12.0"),
        ("cost_dkk", math.nan, {}, "–"),
    ],
)
def test_values_are_written_as_people_read_them(
    name: str, value: float, options: dict[str, Any], text: str
) -> None:
    assert measure_text(name, value, **options) == text


def test_every_measure_has_a_title_and_draws_a_margin(project: Project) -> None:
    assert len({measure_title(measure.name) for measure in MEASURES}) == len(MEASURES)
    comparison = compared(project, drawn(), JOINS, draws=3)
    text = difference_text(
        "planned_conversations", comparison.difference("joins", MEASURE["planned_conversations"]), decimals=1
    )
    assert text == "9.0 (+3.0 ±0.8)"
    with i18n.using("da"):
        assert measure_text("planned_conversations", 1234.5, decimals=1) == "1.234,5"
    assert any("3 draws" in told for told in remarks(comparison))
    assert any("not proven" in told for told in remarks(compared(project, TWO_WEEKS, JOINS)))
