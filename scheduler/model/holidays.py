"""The public holidays of a country, and what they are called."""

import datetime as dt
from functools import cache

from scheduler.base.i18n import language


@cache
def _holidays(country: str, year: int, lang: str) -> tuple[dict[dt.date, str], dict[dt.date, str]]:
    """Return the names of a year's public holidays, and of days that are half-holidays by custom."""
    from holidays import country_holidays

    known = country_holidays(country)
    wanted = {"da": "da", "en": "en_US"}[lang]
    spoken = wanted if wanted in known.supported_languages else known.default_language
    public = country_holidays(country, years=year, language=spoken)
    optional = {}
    if "optional" in known.supported_categories:
        optional = dict(country_holidays(country, years=year, language=spoken, categories=("optional",)))
    return dict(public), optional


def is_public_holiday(country: str, day: dt.date) -> bool:
    """Tell whether a day is a public holiday of a country, by the ISO code of that."""
    return day in _holidays(country, day.year, "en")[0]


def holiday(country: str, day: dt.date) -> str | None:
    """Name a holiday, public or by custom, in the language in force; None where there is none.

    Raises
    ------
    NotImplementedError
        When the country's holidays are not known.
    """
    public, optional = _holidays(country, day.year, language())
    return public.get(day) or optional.get(day)
