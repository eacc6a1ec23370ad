import pytest

from scheduler.model.project import Place
from scheduler.places.houses import pairs_of_one_house


def at(
    place_id: str, address: str = "", postcode: str = "1650", *, north_m: float = 0.0, east_m: float = 0.0
) -> Place:
    return Place(
        place_id=place_id,
        name="",
        address=address,
        postcode=postcode,
        city="København V",
        lat=55.67 + north_m / 111_195,
        lon=12.55 + east_m / (111_195 * 0.56400),
    )


@pytest.mark.parametrize(
    ("address", "postcode", "same"),
    [
        ("Istedgade 128", "1650", True),
        ("Istedgade 128, 1. tv", "1650", True),
        ("istedgade 128 st.", "1650", True),
        ("Istedgade 128 B", "1650", False),
        ("Istedgade 126", "1650", False),
        ("Istedgade 128", "1651", False),
        ("Isted", "1650", False),
        ("", "1650", False),
    ],
)
def test_one_house_has_one_address_but_for_the_floor(address: str, postcode: str, same: bool) -> None:
    places = (at("a", "Istedgade 128"), at("b", address, postcode, north_m=400))
    assert pairs_of_one_house(places, exact=()) == (
        frozenset({("a", "b"), ("b", "a")}) if same else frozenset()
    )


def test_without_a_postcode_an_address_is_no_house() -> None:
    assert not pairs_of_one_house((at("a", "Vej 1", ""), at("b", "Vej 1", "", north_m=400)), exact=())


@pytest.mark.parametrize(("away_m", "same"), [(0.0, True), (14.9, True), (15.1, False)])
@pytest.mark.parametrize("to_the_east", [False, True])
def test_exact_points_within_15_m_are_one_house(away_m: float, same: bool, to_the_east: bool) -> None:
    other = at("b", "Gade 2", east_m=away_m) if to_the_east else at("b", "Gade 2", north_m=away_m)
    places = (at("a", "Vej 1"), other)
    assert bool(pairs_of_one_house(places, exact=("a", "b"))) == same
    for exact in ("a", "b", ""):
        assert not pairs_of_one_house(places, exact=(exact,))


def test_one_house_is_symmetric_and_not_transitive() -> None:
    places = (at("a"), at("b", north_m=10), at("c", north_m=20))
    assert pairs_of_one_house(places, exact=("a", "b", "c")) == {
        ("a", "b"),
        ("b", "a"),
        ("b", "c"),
        ("c", "b"),
    }
