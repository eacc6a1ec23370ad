"""The sums behind docs/denmark.md, and that the weeks which are compared are all different."""

import io

import pytest
from rich.console import Console

from benchmarks.scaling import AVERAGE, CENTRES, UnitCost, denmark, measured, tasks, unit_rows
from scheduler.scenario.runs.tasks import question


def cost(size: tuple[int, int], cpu_s: float) -> UnitCost:
    return UnitCost(
        practices=size[0],
        consultants=size[1],
        weeks=8,
        proven=7,
        worst_gap=0.012,
        cpu_s=cpu_s,
        wall_s=cpu_s,
        peak_mb=240.0,
        sent_bytes=12_345,
    )


def test_the_centres_make_up_the_country() -> None:
    assert sum(centres for _size, centres in CENTRES) == 94
    practices = sum(size[0] * centres for size, centres in CENTRES)
    assert practices == pytest.approx(3300, rel=0.02)
    assert AVERAGE[0] == round(3300 / 94)


def test_hours_are_summed_over_centres_and_weeks() -> None:
    table = denmark([cost(size, 36.0) for size, _centres in CENTRES])
    console = Console(file=io.StringIO(), width=120, record=True)
    console.print(table)
    total = next(line for line in reversed(console.export_text().splitlines()) if "94" in line)
    # 94 × 36 s are 0.94 h a week.
    assert [cell.strip() for cell in total.strip("│").split("│")] == [
        "94",
        "3280",
        "",
        "12.22",
        "48.88",
        "134.42",
    ]
    assert {what: value for what, value, _wanted in unit_rows([cost((20, 2), 0.5)])}[
        "20/2: proven best"
    ] == "7 of 8"


def test_weeks_are_different_and_measured() -> None:
    asked = tasks((6, 1), 5)
    assert len({question(task) for task in asked}) == 5
    spent = measured(asked[0])
    assert (spent.scenario, spent.week, spent.proven, spent.gap) == ("6/1", "0", True, 0.0)
    assert 0 < spent.cpu_s < 60
    assert spent.peak_mb > 50
