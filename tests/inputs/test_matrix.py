"""Travel times from what a notebook has, and everything that can be wrong with them."""

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from scheduler.inputs.matrix import travel_times
from scheduler.model.problem import TravelTimes

if TYPE_CHECKING:
    from scheduler.base.errors import InputProblem

IDS = ("base", "a", "b")
NESTED: dict[str, dict[str, float]] = {
    "base": {"a": 60, "b": 120.2},
    "a": {"base": 61, "b": 30},
    "b": {"base": 119, "a": 31},
}
SECONDS = [[0, 60, 121], [61, 0, 30], [119, 31, 0]]


def read(seconds: Any, metres: Any = None, ids: Any = None) -> tuple[TravelTimes | None, list[str]]:
    problems: list[InputProblem] = []
    times = travel_times(
        seconds, metres, ids=ids, place_ids=IDS, speed_kph=18.0, caller="set_travel_times", problems=problems
    )
    return times, [str(problem) for problem in problems]


def reasons(seconds: Any, metres: Any = None, ids: Any = None) -> list[str]:
    times, found = read(seconds, metres, ids)
    assert times is None
    return [line.removeprefix("set_travel_times ") for line in found]


@pytest.mark.parametrize(
    ("seconds", "ids"),
    [
        (NESTED, None),
        ({**NESTED, "elsewhere": {"base": 5}}, None),
        (pd.DataFrame(NESTED).T, None),
        (pd.DataFrame(NESTED).T.loc[["b", "base", "a"], ["a", "b", "base"]], None),
        (np.array(SECONDS), IDS),
        (SECONDS, IDS),
        (np.array([[0, 60, 120.2], [61, 0, 30], [119, 31, 0]], dtype=object), iter(IDS)),
        (np.array([[math.nan, 60, 120.2], [61, math.nan, 30], [119, 31, 0]]), list(IDS)),
        ({**NESTED, "base": {"a": Fraction(60), "b": np.float32(120.2)}}, None),
    ],
)
def test_every_form_gives_the_same_times(seconds: Any, ids: Any) -> None:
    times, found = read(seconds, ids=ids)
    assert found == []
    assert times is not None
    assert times.place_ids == IDS
    assert times.seconds.tolist() == SECONDS
    assert times.seconds.dtype == times.metres.dtype == np.int64


def test_without_metres_they_are_those_of_the_speed() -> None:
    times, _found = read(NESTED)
    assert times is not None
    assert times.metres.tolist() == [[5 * second for second in row] for row in SECONDS]


def test_metres_are_rounded_and_seconds_rounded_up_but_for_the_last_bits() -> None:
    times, _found = read(
        {**NESTED, "base": {"a": 60 + 1e-9, "b": 120.01}}, np.array(SECONDS) + 0.4 - 0.4 * np.eye(3), IDS
    )
    assert times is not None
    assert times.seconds[0].tolist() == [0, 60, 121]
    assert times.metres.tolist() == SECONDS


def test_ids_may_be_numbers() -> None:
    problems: list[InputProblem] = []
    times = travel_times(
        np.zeros((2, 2)), None, ids=[7, 8], place_ids=("8", "7"), speed_kph=15, caller="c", problems=problems
    )
    assert problems == []
    assert times is not None


def _without(place: str, *, rows: bool = True, columns: bool = True) -> dict[str, dict[str, float]]:
    return {
        start: {end: value for end, value in row.items() if not columns or end != place}
        for start, row in NESTED.items()
        if not rows or start != place
    }


def test_places_that_are_missing() -> None:
    assert reasons(_without("b")) == ["[seconds]: the place b is missing"]
    assert reasons(_without("b", columns=False)) == ["[seconds]: no rides from b are given"]
    assert reasons(_without("b", rows=False)) == ["[seconds]: no rides to b are given"]
    assert reasons({}) == [f"[seconds]: the place {id_} is missing" for id_ in IDS]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "base to a is missing"),
        (math.nan, "base to a is missing"),
        (-1, "base to a: -1 is not a number from 0 to 86,400"),
        (86_401, "base to a: 86401 is not a number from 0 to 86,400"),
        (math.inf, "base to a: inf is not a number from 0 to 86,400"),
        (10**400, "base to a: 1000000000000000000000000000000000000000 is not a number from 0 to 86,400"),
        (True, "base to a: True is not a number from 0 to 86,400"),
        ("60", "base to a: 60 is not a number from 0 to 86,400"),
        ([60], "base to a: [60] is not a number from 0 to 86,400"),
        (1j, "base to a: 1j is not a number from 0 to 86,400"),
    ],
)
def test_a_time_that_is_none(value: Any, reason: str) -> None:
    assert reasons({**NESTED, "base": {"a": value, "b": 120}}) == [f"[seconds]: {reason}"]


def test_bounds_of_a_time() -> None:
    assert read({**NESTED, "base": {"a": 0, "b": 86_400}})[1] == []


@pytest.mark.parametrize("value", [1, -1, "0", True])
def test_from_a_place_to_itself_it_is_nothing(value: Any) -> None:
    found = reasons({**NESTED, "base": {"base": value, "a": 60, "b": 120}})
    assert found == [f"[seconds]: base to itself must be 0, not {value}"]


@pytest.mark.parametrize(
    ("seconds", "ids", "reason"),
    [
        (np.array(SECONDS), None, "say with ids of which places the rows and columns are"),
        (np.array(SECONDS)[:2], IDS, "this must be a square of 3 rows and 3 columns, one for each of ids"),
        (np.array(SECONDS), IDS[:2], "this must be a square of 2 rows and 2 columns, one for each of ids"),
        ([[1, 2], [3]], IDS, "this must be a square of 3 rows and 3 columns, one for each of ids"),
        (5, IDS, "this must be a square of 3 rows and 3 columns, one for each of ids"),
        (None, IDS, "this must be a square of 3 rows and 3 columns, one for each of ids"),
        (np.array(SECONDS), ("base", "a", "a"), "the place a is there twice; keep one"),
        ({"base": 5}, None, "this must be a mapping of mappings: from a place to each place"),
    ],
)
def test_a_matrix_of_no_shape(seconds: Any, ids: Any, reason: str) -> None:
    assert reasons(seconds, ids=ids)[0] == f"[seconds]: {reason}"


def test_an_array_of_true_and_false_is_none() -> None:
    assert len(reasons(np.ones((3, 3), dtype=bool), ids=IDS)) == 9


def test_seconds_and_metres_are_told_of_together_and_not_without_end() -> None:
    found = reasons(_without("b"), _without("a"))
    assert found == ["[seconds]: the place b is missing", "[metres]: the place a is missing"]
    ids = [f"p{number}" for number in range(30)]
    problems: list[InputProblem] = []
    travel_times(
        np.full((30, 30), -5), None, ids=ids, place_ids=ids, speed_kph=15, caller="c", problems=problems
    )
    assert len(problems) == 20
    assert reasons(NESTED, {**NESTED, "base": {"a": 1_000_001, "b": 1}}) == [
        "[metres]: base to a: 1000001 is not a number from 0 to 1,000,000"
    ]
