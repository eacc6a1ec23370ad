import pytest

from scheduler.model.problem import own_ride_s


@pytest.mark.parametrize(
    ("seconds", "own_kph", "expected"),
    [
        (100, None, 100),
        (100, 16.0, 100),
        (100, 20.0, 80),
        (101, 20.0, 81),
        (300, 12.0, 400),
        # In binary fractions 90 × 16 ÷ 14.4 is a little more than 100.
        (90, 14.4, 100),
        (0, 9.0, 0),
    ],
)
def test_own_speed_rounds_up_whole_seconds_exactly(
    seconds: int, own_kph: float | None, expected: int
) -> None:
    assert own_ride_s(seconds, 16.0, own_kph) == expected
