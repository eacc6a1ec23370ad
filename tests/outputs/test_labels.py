import math

import pytest

from scheduler.outputs.labels import Disc, Name, Placing


def _nothing(_metres_per_px: float) -> list[Disc]:
    """No marks to keep clear of."""
    return []


def _street(text: str, at: tuple[float, float], room_m: float = 900.0, rank: float = 4.0) -> Name:
    return Name(text, "middle", at, 0.0, room_m, 12.0, rank)


def test_a_name_appears_at_the_scale_at_which_it_fits() -> None:
    name = _street("Enghavevej", (0, 0), room_m=200)
    placed = Placing([name], _nothing, []).at_scales([8.0, 4.0, 2.0])
    assert placed == [(name, 2)]


def test_names_do_not_touch() -> None:
    first, second = _street("Istedgade", (0, 0), rank=3.0), _street("Vesterbrogade", (30, 5))
    placed = Placing([second, first], _nothing, []).at_scales([4.0, 1.0])
    assert placed == [(first, 0)]
    apart = _street("Vesterbrogade", (30, 50))
    assert Placing([apart, first], _nothing, []).at_scales([4.0, 1.0]) == [(first, 0), (apart, 1)]


def test_names_keep_clear_of_stops() -> None:
    name = _street("Istedgade", (0, 0))
    assert Placing([name], lambda scale: [(10.0 / scale, 0.0, 19.0)], []).at_scales([4.0]) == []


def test_a_name_is_not_repeated_close_by() -> None:
    names = [_street("Vigerslev Allé", (300.0 * i, 0), room_m=5000) for i in range(8)]
    placed = [name.at[0] for name, _level in Placing(names, _nothing, []).at_scales([2.0])]
    assert placed == [0, 900, 1800]


@pytest.mark.parametrize("angle", [0.0, 60.0, -80.0])
def test_the_name_of_a_ridden_street_stands_beside_the_ride(angle: float) -> None:
    direction = (math.cos(math.radians(-angle)), math.sin(math.radians(-angle)))
    ride = [(direction[0] * d, direction[1] * d) for d in (-500.0, 500.0)]
    name = Name("Ingerslevsgade", "middle", (0, 0), angle, 900.0, 12.0, 4.0)
    ((placed, level),) = Placing([name], _nothing, [ride]).at_scales([2.0])
    assert (placed.text, level) == ("Ingerslevsgade", 0)
    assert placed.lift > 0
