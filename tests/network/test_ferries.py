"""How fast ferries are, and where they land."""

import pytest

from scheduler.network.ferries import ferry_kph, is_landing


@pytest.mark.parametrize(
    ("tags", "kph"),
    [
        ({}, 10),
        ({"duration": "00:10"}, 12),
        ({"duration": "10"}, 12),
        ({"duration": "00:00:100"}, 10),
        ({"duration": "0:08:20"}, 14.4),
        ({"duration": "PT10M"}, 12),
        ({"duration": "PT1H"}, 2),
        ({"duration": "PT600S"}, 12),
        ({"duration": " 10 "}, 12),
        ({"duration": "999:999:99"}, 2000 / (999 * 3600 + 999 * 60 + 99) * 3.6),
        ({"maxspeed": "18"}, 18),
        ({"maxspeed": "18.5 km/h"}, 18.5),
        ({"maxspeed": "0"}, 10),
        ({"maxspeed": "fast"}, 10),
        ({"maxspeed": "9" * 300}, 10),
        # What no ferry can keep is as if it were not said.
        ({"duration": "PT1S"}, 10),
        ({"duration": "0"}, 10),
        ({"duration": "00:00", "maxspeed": "20"}, 20),
        ({"duration": "00:01", "maxspeed": "20"}, 20),
        ({"duration": "PT72S"}, 100),
        ({"duration": "PT71S"}, 10),
        ({"duration": "-10"}, 10),
        ({"duration": "9" * 300}, 10),
        ({"duration": "PT" + "9" * 300 + "M"}, 10),
    ],
)
def test_two_kilometres(tags: dict[str, str], kph: float) -> None:
    assert ferry_kph(tags, 2000) == pytest.approx(kph)


def test_a_ferry_of_no_length_has_a_speed_too() -> None:
    assert ferry_kph({"duration": "00:01"}, 0) == pytest.approx(0.06)
    assert ferry_kph({}, 0) == 10


@pytest.mark.parametrize(
    ("tags", "lands"),
    [
        ({"amenity": "ferry_terminal"}, True),
        ({"public_transport": "stop_position", "ferry": "yes"}, True),
        ({"public_transport": "station", "ferry": "yes"}, True),
        ({"public_transport": "stop_position", "bus": "yes"}, False),
        ({"public_transport": "platform", "ferry": "yes"}, False),
        ({}, False),
    ],
)
def test_where_a_ferry_lands(tags: dict[str, str], lands: bool) -> None:
    assert is_landing(tags) is lands
