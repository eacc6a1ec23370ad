from fractions import Fraction
from types import SimpleNamespace
from typing import cast

import pytest

from scheduler.solver.master import RestrictedMaster


@pytest.mark.parametrize(
    ("bound", "whole"),
    [(9.985, 9), (9.9899, 9), (9.9901, 10), (10.0, 10), (10.3, 10), (0.001, 0), (7.995, 8)],
)
def test_a_bound_is_rounded_up_only_where_no_score_lies_between(bound: float, whole: int) -> None:
    master = cast("RestrictedMaster", SimpleNamespace(table=SimpleNamespace(step=Fraction(1, 100))))
    assert RestrictedMaster._rounded(master, bound) == whole
