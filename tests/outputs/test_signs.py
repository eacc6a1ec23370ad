from hypothesis import given
from hypothesis import strategies as st

from scheduler.base import i18n
from scheduler.outputs.signs import BASE, Pill, Sign, overlap, pills


def _words(pill: Pill) -> list[list[str]]:
    return [[part.text for part in row] for row in pill.rows]


def test_stops_in_one_house_are_one_pill() -> None:
    (pill,) = pills([(Sign("1"), (10.0, 20.0)), (Sign("2"), (10.0, 20.0))])
    assert _words(pill) == [["1", "2"]]
    assert pill.at == (10.0, 20.0)
    assert pill.marks == (0, 1)


def test_stops_that_touch_are_one_pill_between_them() -> None:
    found = pills([(Sign("1"), (0.0, 0.0)), (Sign("2"), (24.0, 10.0)), (Sign("3"), (200.0, 0.0))])
    assert [_words(pill) for pill in found] == [[["1", "2"]], [["3"]]]
    assert found[0].at == (12.0, 5.0)
    assert found[1].at == (200.0, 0.0)


def test_numbers_of_a_place_visited_twice_are_in_their_order() -> None:
    (pill,) = pills([(Sign("1·3"), (0.0, 0.0)), (Sign("2"), (0.0, 0.0))])
    assert _words(pill) == [["1", "2", "3"]]
    (pill,) = pills([(Sign("A1·3"), (0.0, 0.0)), (Sign("B2"), (0.0, 0.0))])
    assert _words(pill) == [["A1·3", "B2"]]


def test_the_base_comes_first_and_holds_its_pill() -> None:
    (pill,) = pills([(BASE, (5.0, 0.0)), (Sign("1", 2), (20.0, 0.0))])
    assert _words(pill) == [["", "1"]]
    assert pill.at == (5.0, 0.0)
    assert not pill.is_base
    (alone,) = pills([(BASE, (5.0, 0.0))])
    assert alone.is_base


def test_many_stops_take_rows_and_more_are_counted() -> None:
    (pill,) = pills([(Sign(f"A{n}"), (0.0, 0.0)) for n in range(1, 6)])
    assert _words(pill) == [["A1", "A2", "A3"], ["A4", "A5"]]
    with i18n.using("en"):
        (pill,) = pills([(Sign(f"A{n}"), (0.0, 0.0)) for n in range(1, 8)])
        assert _words(pill) == [["7 stops"]]


def test_a_pill_at_the_edge_is_moved_in() -> None:
    (pill,) = pills([(BASE, (99.0, 1.0)), (Sign("1"), (99.0, 1.0))], (100.0, 200.0))
    (x, y), (width, height) = pill.at, pill.size
    assert x + width / 2 <= 100
    assert y - height / 2 >= 0
    assert x == 98 - width / 2
    (inside,) = pills([(Sign("1"), (50.0, 60.0))], (100.0, 200.0))
    assert inside.at == (50.0, 60.0)


def test_dots_stay_dots_and_hide_behind_labels() -> None:
    dot = Sign("", minor=True)
    both, alone = pills([(dot, (0.0, 0.0)), (dot, (2.0, 0.0)), (dot, (50.0, 0.0))])
    assert both.rows == alone.rows == []
    assert both.size == alone.size
    (labelled,) = pills([(Sign("4"), (0.0, 0.0)), (dot, (5.0, 0.0))])
    assert _words(labelled) == [["4"]]


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), max_size=25))
def test_every_stop_is_in_one_pill_and_none_overlap(spots: list[tuple[int, int]]) -> None:
    found = pills([(Sign(f"A{n}"), (float(x), float(y))) for n, (x, y) in enumerate(spots)])
    assert sorted(mark for pill in found for mark in pill.marks) == list(range(len(spots)))
    assert [pill.marks for pill in found] == sorted(pill.marks for pill in found)
    for i, pill in enumerate(found):
        assert not any(overlap(pill.at, pill.size, other.at, other.size) for other in found[i + 1 :])
