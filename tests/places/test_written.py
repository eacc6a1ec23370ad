"""Addresses taken apart, as people write them: with floors, doors, names and whose they are."""

import pytest

from scheduler.model.project import Place
from scheduler.places.written import AddressError, read_address, street_keys_of


def _place(address: str, **more: str) -> Place:
    return Place(place_id="p", name="P", address=address, **more)  # type: ignore[arg-type]  # of several types


@pytest.mark.parametrize(
    "address",
    [
        "Istedgade 12",
        "Istedgade, 12",
        "ISTEDGADE 12, 2. TV",
        "Istedgade 12 t.h.",
        "Istedgade 12 t. v.",
        "Istedgade 12 m.f.",
        "Istedgade 12 st tv",
        "Istedgade 12 th",
        "Istedgade 12 2.tv",
        "Istedgade 12, 2. sal",
        "Istedgade 12 c/o Hansen",
        "Istedgade 12, c/o Dr. Hansen, 2. sal",
        "Istedgade 12 v/Hansen",
        "c/o Hansen, Istedgade 12",
        "C/O LÆGEHUSET, ISTEDGADE 12, 1. TH",
        "att. Hansen, Istedgade 12",
        "Lægehuset, 1. sal, Istedgade 12",
        "Lægehuset 2. sal, Istedgade 12",
        "1. sal, Istedgade 12",
        "Istedgade (gården) 12",
        "Istedgade 12 (baghuset, 2. sal)",
        "(nr. 3) Istedgade 12",
    ],
)
def test_whose_it_is_and_where_in_the_house_is_left_out(address: str) -> None:
    written = read_address(_place(address))
    assert (written.street.casefold(), written.numbers) == ("istedgade", ("12",))
    assert (written.postcode, written.city) == ("", "")


@pytest.mark.parametrize(
    ("address", "numbers"),
    [
        ("Istedgade 12 B", ("12b",)),
        ("Istedgade 12b, st.", ("12b",)),
        ("Istedgade 12 T", ("12t",)),
        ("Istedgade 12 V", ("12v",)),
        ("Istedgade 12 C", ("12c",)),
        ("Istedgade 12 - 14", ("12-14", "12")),
        ("Istedgade 12–14 A", ("12-14a", "12")),
        ("Istedgade 12−14, kld.", ("12-14", "12")),
        ("Istedgade 12-14th", ("12-14", "12")),
        ("Istedgade 12A-C", ("12a",)),
        ("Istedgade 12/14", ("12",)),
        ("Istedgade 12 og 14", ("12",)),
        ("10. Februar Vej 12", ("12",)),
    ],
)
def test_numbers_and_letters(address: str, numbers: tuple[str, ...]) -> None:
    assert read_address(_place(address)).numbers == numbers


@pytest.mark.parametrize(
    ("address", "postcode", "city"),
    [
        ("Istedgade 12, 1650 København V", "1650", "København V"),
        ("Istedgade 12 1650 Kbh. V", "1650", ""),
        ("1650 København V, Istedgade 12", "1650", ""),
        ("c/o Hansen, Istedgade 12, DK-1650 København V", "1650", "København V"),
        ("Istedgade 12, st., København V", "", "København V"),
    ],
)
def test_where_it_is(address: str, postcode: str, city: str) -> None:
    written = read_address(_place(address))
    assert (written.street, written.postcode, written.city) == ("Istedgade", postcode, city)
    assert read_address(_place(address, postcode="1700")).postcode == "1700"


@pytest.mark.parametrize("address", ["", "Istedgade", "12", "Istedgade 12345", "2. sal", "(Istedgade 12)"])
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(AddressError):
        read_address(_place(address))
    assert street_keys_of(_place(address)) == ()


def test_the_spellings_of_a_place_s_street() -> None:
    assert street_keys_of(_place("c/o Hansen, St. Jørgens Allé 5")) == (
        "storejoergensalle",
        "sanktjoergensalle",
    )
