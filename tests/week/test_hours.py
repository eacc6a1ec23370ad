import datetime as dt

import pytest

from scheduler.week.hours import Hours, changed_hour, joined, overlap, without


def test_hours_that_touch_or_overlap_are_one() -> None:
    assert joined([(5, 7), (1, 2), (2, 4), (5, 6)]) == ((1, 4), (5, 7))
    assert joined([(1, 2), (3, 4)]) == ((1, 2), (3, 4))
    assert joined([]) == ()


@pytest.mark.parametrize(
    ("closed", "left"),
    [
        ([], [(10, 20)]),
        ([(12, 14)], [(10, 12), (14, 20)]),
        ([(5, 12), (18, 25)], [(12, 18)]),
        ([(14, 16), (11, 15)], [(10, 11), (16, 20)]),
        ([(5, 10), (20, 30)], [(10, 20)]),
        ([(10, 20)], []),
        ([(0, 86_400)], []),
        ([(30, 40)], [(10, 20)]),
    ],
)
def test_what_closed_hours_leave(closed: list[Hours], left: list[Hours]) -> None:
    assert list(without((10, 20), closed)) == left


def test_overlap_is_more_than_touching() -> None:
    assert overlap((1, 3), (2, 4))
    assert overlap((1, 4), (2, 3))
    assert not overlap((1, 2), (2, 3))
    assert not overlap((2, 3), (1, 2))


@pytest.mark.parametrize(
    ("day", "hour"),
    [
        ("2026-03-28", None),
        ("2026-03-29", (7200, 10_800)),
        ("2026-03-30", None),
        ("2026-10-25", (7200, 10_800)),
        ("2026-07-01", None),
    ],
)
def test_the_hour_in_which_the_clocks_change(day: str, hour: Hours | None) -> None:
    assert changed_hour(dt.date.fromisoformat(day)) == hour
