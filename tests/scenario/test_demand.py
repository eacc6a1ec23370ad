"""Drawn demand: the same whatever else a scenario changes, and distributed as it is documented."""

import math
from collections import Counter
from pathlib import Path

import pytest
from folders import PLACE, write_folder

from scheduler.inputs import read_project
from scheduler.model.clock import Week
from scheduler.model.project import Project
from scheduler.scenario import Add, Drop, Scenario, Set, apply
from scheduler.scenario.demand import quantile, uniform, with_drawn_demand

WEEK = Week(2009, 20)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return read_project(
        write_folder(
            tmp_path,
            practices="practice_id,name,address,postcode,city,district,conversations,every_weeks,first_week\n"
            f"P1,Vej,{PLACE},Valby,2,1,\nP2,Gade,{PLACE},Valby,5,1,\nP3,Torv,{PLACE},Valby,3,2,2009-W19\n"
            f"P4,Allé,{PLACE},Valby,4,1,\n",
            pins="id,date,start\nP4,2009-05-11,09:30\n",
            demand="practice_id,week,conversations\nP2,2009-W20,0\nP1,2009-W21,7\n",
        )
    )


def drawn(project: Project, draw: int = 1, seed: int = 0, week: Week = WEEK) -> dict[str, int]:
    changed = with_drawn_demand(project, week, seed=seed, draw=draw)
    assert {row.week for row in changed.demand} == {week}
    return {row.practice_id: row.conversations for row in changed.demand}


def test_a_draw_is_the_same_every_time_and_others_differ(project: Project) -> None:
    assert drawn(project) == drawn(project)
    others = [drawn(project, draw) for draw in range(2, 30)]
    assert len({tuple(other.items()) for other in others}) > 3
    assert [drawn(project, draw, seed=1) for draw in range(2, 30)] != others
    assert [drawn(project, draw, week=Week(2009, 22)) for draw in range(2, 30)] != others


def test_what_is_settled_or_not_asked_for_is_not_drawn(project: Project) -> None:
    for draw in range(1, 50):
        numbers = drawn(project, draw)
        assert numbers["P2"] == 0  # the table's figure for this week
        assert numbers["P3"] == 0  # not due
        assert numbers["P4"] == 4  # pinned


def test_a_practice_asks_for_the_same_in_every_scenario(project: Project) -> None:
    changed = apply(
        project,
        Scenario(
            "other",
            changes=(
                Drop("practices", {"practice_id": "P2"}),
                Add("practices", {"practice_id": "A0", "name": "Ny", "address": "Vej 3", "postcode": "2450",
                                  "city": "SV", "district": "Valby", "conversations": 2}),
                Add("rooms", {"practice_id": "A0", "weekday": "mon", "start": "9.00", "end": "12.00"}),
                Set("defaults", {"conversation_minutes": 30}),
            ),
        ),
    )  # fmt: skip
    for draw in range(1, 20):
        before, after = drawn(project, draw), drawn(changed, draw)
        assert before["P1"] == after["P1"]
        assert "A0" in after


def test_who_usually_asks_for_more_never_asks_for_less(project: Project) -> None:
    more = apply(
        project, Scenario("more", changes=(Set("practices", {"practice_id": "P1", "conversations": 3}),))
    )
    pairs = [(drawn(project, draw)["P1"], drawn(more, draw)["P1"]) for draw in range(1, 200)]
    assert all(before <= after for before, after in pairs)
    assert any(before < after for before, after in pairs)


@pytest.mark.parametrize("mean", [1, 2, 3, 7])
def test_numbers_are_poisson_up_to_their_ceiling(mean: int) -> None:
    n = 4000
    counts = Counter(quantile(uniform(5, draw, "practice", WEEK), mean) for draw in range(n))
    assert max(counts) <= 2 * mean + 2
    for number in range(2 * mean + 2):
        share = math.exp(-mean) * mean**number / math.factorial(number)
        assert abs(counts[number] / n - share) < 4 * math.sqrt(share * (1 - share) / n) + 1e-3
    assert abs(sum(number * count for number, count in counts.items()) / n - mean) < 4 * math.sqrt(mean / n)


def test_quantiles_at_the_ends() -> None:
    assert quantile(0.0, 3) == 0
    assert quantile(1 - 2**-53, 3) == 8
    assert quantile(1 - 2**-53, 100) <= 202
    assert quantile(math.exp(-1) - 1e-12, 1) == 0
    assert quantile(math.exp(-1) + 1e-12, 1) == 1


def test_the_numbers_are_fixed_for_all_time() -> None:
    # A study that is run again on another machine or in another year has the same weeks.
    numbers = [quantile(uniform(0, draw, "istedgade", WEEK), 2) for draw in range(1, 11)]
    assert numbers == [3, 2, 1, 0, 4, 6, 4, 4, 4, 3]


def test_every_week_is_drawn_for_itself(project: Project) -> None:
    # The table's figure for the week is the mean.
    usual = [drawn(project, draw, week=Week(2009, 21))["P1"] for draw in range(1, 400)]
    assert abs(sum(usual) / len(usual) - 7) < 4 * math.sqrt(7 / len(usual))
