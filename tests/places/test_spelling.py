"""Names and numbers in one spelling, however they are written."""

import pytest

from scheduler.places.spelling import city_key, digits_of, house_numbers, number_key, street_key, street_keys


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Sct. Jørgens Allé", "Sankt Jørgens Allé"),
        ("SKT JØRGENS ALLE", "Sankt Jørgens Allé"),
        ("St. Jørgens Al.", "Sankt Jørgens Allé"),
        ("St.Jørgens Allé", "Sankt Jørgens Allé"),
        ("St.Kongensg.", "Store Kongensgade"),
        ("V. Voldgade", "Vester Voldgade"),
        ("Ø. Farimagsgade", "Øster Farimagsgade"),
        ("N. Farimagsg.", "Nørre Farimagsgade"),
        ("S. Boulevard", "Sønder Boulevard"),
        ("Sdr. Boul.", "Sønder Boulevard"),
        ("N.J. Fjords Alle", "N. J. Fjords Allé"),
        ("NJ Fjords Allé", "N. J. Fjords Allé"),
        ("V.E. Gamborgsvej", "V. E. Gamborgs Vej"),
        ("Chr. IX's Gade", "Christian IX's Gade"),
        ("Istedgade no.", "Istedgade"),
    ],
)
def test_a_street_may_be_written_so(written: str, name: str) -> None:
    assert street_key(name) in street_keys(written)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("V. Voldgade", "Øster Voldgade"),
        ("Skt. Kongensgade", "Store Kongensgade"),
        ("Voldgade", "Vester Voldgade"),
        ("V.", "Vester"),
        ("", "Vester"),
    ],
)
def test_another_street_is_not_written_so(written: str, name: str) -> None:
    assert street_key(name) not in street_keys(written)


def test_cities() -> None:
    assert city_key("Kbh. V") == city_key("KØBENHAVN V") != city_key("København N")


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        ("1;3;5", "1 3 5"),
        ("7,9", "7 9"),
        ("7, 9", "7 9"),
        ("30/32", "30 32"),
        ("10-18", "10 12 14 16 18"),
        ("10–14", "10 12 14"),
        ("10-13", "10 11 12 13"),
        ("21 A-D", "21a 21b 21c 21d"),
        ("21A-21C", "21a 21b 21c"),
        ("1A;3-5", "1a 3 5"),
        ("2B", "2b"),
        ("1-999", "1 999"),
        ("18-10", "18 10"),
        ("12A-16", "12a 12 14 16"),
        ("D-A", "d-a"),
        ("", ""),
        (";", ""),
        ("10‑14", "10 12 14"),
        ("2Æ-2Å", "2æ 2ø 2å"),
        ("2x-2å", "2x 2y 2z 2æ 2ø 2å"),
        ("10-10", "10"),
        ("10-110", " ".join(str(number) for number in range(10, 111, 2))),
        ("10-112", "10 112"),
        ("1-999999999", ""),
        ("1A-ÿ", ""),
        ("1-", "1"),
        ("-", ""),
        ("1a-z", "1a 1b 1c 1d 1e 1f 1g 1h 1i 1j 1k 1l 1m 1n 1o 1p 1q 1r 1s 1t 1u 1v 1w 1x 1y 1z"),
    ],
)
def test_the_numbers_of_a_house(written: str, numbers: str) -> None:
    assert house_numbers(written) - {number_key(written)} - {written.replace(" ", "")} == set(
        numbers.split()
    ) - {number_key(written)}
    assert set(numbers.split()) <= house_numbers(written)


@pytest.mark.parametrize("number", ["1;" * 1_000_000, "1-99," * 100, "1-" * 5000, "9" * 1_000_000, "-" * 300])
def test_what_openstreetmap_cannot_hold_is_no_number(number: str) -> None:
    assert house_numbers(number) == frozenset()


def test_a_list_has_at_most_so_many_numbers() -> None:
    longest = ",".join(f"{first}-{first + 100}" for first in range(1000, 9000, 330))
    assert len(longest) <= 255
    assert len(house_numbers(longest)) < 255 * 50


@pytest.mark.parametrize(
    ("number", "digits"), [("12 B", 12), ("012", 12), ("B12", None), ("", None), ("9" * 5000, 999_999_999)]
)
def test_the_number_without_its_letter(number: str, digits: int | None) -> None:
    assert digits_of(number) == digits
