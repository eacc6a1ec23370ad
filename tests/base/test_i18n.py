import datetime as dt
import errno

import pytest

from scheduler.base import i18n

TUESDAY = dt.date(2009, 5, 12)


def test_numbers_and_dates_as_danes_write_them() -> None:
    with i18n.using("da"):
        assert i18n.km(9_440) == "9,4 km"
        assert i18n.number(1234567) == "1.234.567"
        assert i18n.day(TUESDAY) == "tirsdag 12. maj"
        assert i18n.day(TUESDAY, "short") == "tirs. 12. maj"
        assert i18n.day(TUESDAY, "year") == "12. maj 2009"
        assert i18n.day(TUESDAY, "brief") == "12. maj"
        assert i18n.day(TUESDAY, "month") == "maj 2009"
        assert i18n.clock(9 * 3600 + 5 * 60 + 59) == "9.05"
        assert i18n.hours(3 * 3600 + 25 * 60) == "3 t 25 min"
        assert [i18n.weekday(n, "short") for n in range(3)] == ["man", "tirs", "ons"]


def test_numbers_and_dates_in_english() -> None:
    with i18n.using("en"):
        assert i18n.km(9_440) == "9.4 km"
        assert i18n.day(TUESDAY) == "Tuesday 12 May"
        assert i18n.clock(dt.datetime(2009, 5, 12, 14, 20, tzinfo=dt.UTC)) == "14:20"
        assert i18n.minutes(89) == "1 min"
        assert i18n.minutes(90) == "2 min"
        assert i18n.hours(59 * 60) == "59 min"
        assert i18n.weekday(6) == "Sunday"


@pytest.mark.parametrize(
    ("count", "decimals", "text"),
    [(12, 0, "+12"), (-3.4, 1, "−3.4"), (0, 0, "0"), (-0.04, 1, "0.0"), (1234, 0, "+1,234")],
)
def test_differences_have_a_sign(count: float, decimals: int, text: str) -> None:
    assert i18n.signed(count, decimals) == text


def test_unknown_languages_are_refused() -> None:
    with pytest.raises(ValueError, match="sv"):
        i18n.use("sv")


def test_the_language_is_back_after_the_block() -> None:
    before = i18n.language()
    with i18n.using("da"):
        assert i18n.language() == "da"
    assert i18n.language() == before


@pytest.mark.parametrize(("lang", "said"), [("da", "adgang nægtet"), ("en", "permission denied")])
def test_why_the_system_refused_something(lang: str, said: str) -> None:
    with i18n.using(lang):
        assert i18n.os_reason(PermissionError(errno.EACCES, "Permission denied")) == said
        # What is rare, and what has no number, is in its own words.
        assert (
            i18n.os_reason(OSError(errno.EXDEV, "Invalid cross-device link")) == "Invalid cross-device link"
        )
        assert i18n.os_reason(OSError("the line is dead")) == "the line is dead"
