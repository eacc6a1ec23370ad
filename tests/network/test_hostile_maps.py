"""Maps that somebody broke, or made to break something: they end soon, with what is right in them."""

import itertools
import math

import pytest

from scheduler.network.background import read_background
from scheduler.network.graph import TurnRestriction, ridden_ways, turn_restrictions
from scheduler.network.osm import OsmData, Relation, Way

MANY = 20_000
PARK = {"type": "multipolygon", "leisure": "park", "name": "Parken"}
SQUARE = {"type": "multipolygon", "highway": "pedestrian", "name": "Torvet"}


def _circle(pieces: int) -> OsmData:
    """Return a circle of way 1, 2, ... from node 1 to 2, 2 to 3, ..., each second one drawn backwards."""
    data = OsmData()
    for number in range(1, pieces + 1):
        angle = 2 * math.pi * number / pieces
        data.node(number, 55.6 + math.sin(angle) / 100, 12.5 + math.cos(angle) / 100, {})
        ends = [number, number % pieces + 1]
        data.way(Way(number, ends if number % 2 else ends[::-1]))
    return data


def _ways(*ids: int, role: str = "outer") -> list[tuple[str, int, str]]:
    return [("way", osm_id, role) for osm_id in ids]


def test_an_outline_of_many_pieces() -> None:
    data = _circle(MANY)
    data.relation(Relation(1, _ways(*range(1, MANY + 1)), PARK))
    (area,) = read_background(data).areas
    (ring,) = area.rings
    assert len(ring) == MANY + 1
    assert ring[0] == ring[-1]
    assert len(set(ring)) == MANY


def test_an_outline_of_many_pieces_that_is_open() -> None:
    data = _circle(MANY)
    data.relation(Relation(1, _ways(*range(1, MANY)), PARK))
    assert read_background(data).areas == ()


def test_many_lines_from_one_point() -> None:
    data = _circle(MANY)
    data.ways = [Way(number, [1, number]) for number in range(2, MANY + 1)]
    data.relation(Relation(1, _ways(*range(2, MANY + 1)), PARK))
    assert read_background(data).areas == ()


def test_outlines_in_any_order_and_direction() -> None:
    for order in itertools.permutations((1, 2, 3, 4)):
        data = _circle(4)
        data.relation(Relation(1, _ways(*order), PARK))
        (area,) = read_background(data).areas
        assert len(area.rings[0]) == 5
        assert set(area.rings[0]) == set(data.points.values())


def test_two_rings_that_touch() -> None:
    data = _circle(5)
    data.ways = [Way(1, [1, 2]), Way(2, [2, 3, 1]), Way(3, [1, 4]), Way(4, [4, 5, 1])]
    data.relation(Relation(1, _ways(1, 2, 3, 4), PARK))
    areas = read_background(data).areas
    assert sorted(len(area.rings[0]) for area in areas) in ([4, 4], [7])
    assert {point for area in areas for point in area.rings[0]} == set(data.points.values())


def test_a_member_without_nodes_or_named_often_or_that_is_the_relation_itself() -> None:
    data = _circle(4)
    data.way(Way(9))
    data.relation(Relation(1, [*_ways(1, 2, 3, 4, 9) * 1000, ("relation", 1, "outer")], PARK))
    (area,) = read_background(data).areas
    assert len(area.rings[0]) == 5


def test_a_square_s_edge_is_walked_along_once_however_often_it_is_named() -> None:
    data = _circle(4)
    data.relation(Relation(1, [*_ways(1, 2) * 1000, ("relation", 1, "outer")], SQUARE))
    data.relation(Relation(2, _ways(2, 3), {**SQUARE, "name": "Nabotorvet"}))
    data.relation(Relation(3, _ways(3, 4), {**SQUARE, "access": "private"}))
    streets = ridden_ways(data)
    assert [way.osm_id for way in streets.ways] == [1, 2, 3]
    assert streets.dropped == {"private": 2}


@pytest.mark.parametrize(
    ("from_ways", "via", "to_ways", "found"),
    [
        ([1], [7], [2], [(1, 2)]),
        ([1, 2], [7], [3], [(1, 3), (2, 3)]),
        ([1], [7], [2, 3], [(1, 2), (1, 3)]),
        ([1, 2], [7], [3, 4], []),
        ([1], [7, 8], [2], []),
        ([1], [], [2], []),
        ([], [7], [2], []),
        (list(range(300)), list(range(300)), list(range(300)), []),
    ],
)
def test_turns_are_from_one_street_or_into_one(
    from_ways: list[int], via: list[int], to_ways: list[int], found: list[tuple[int, int]]
) -> None:
    members = [*_ways(*from_ways, role="from"), *_ways(*to_ways, role="to")]
    members += [("node", osm_id, "via") for osm_id in via]
    relation = Relation(1, members, {"type": "restriction", "restriction": "no_left_turn"})
    turns = list(turn_restrictions(OsmData(relations=[relation])))
    assert turns == [TurnRestriction(one, 7, other, only=False) for one, other in found]
