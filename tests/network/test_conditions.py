"""Conditions of a map: hours that the sun sets, and texts that nobody meant to be read."""

from typing import NoReturn

import opening_hours
import pytest

from scheduler.network.riding import Riding
from scheduler.network.rules import WayRule, way_rule


def _with(tags: dict[str, str], key: str, condition: str) -> Riding | None:
    rule = way_rule({"highway": "residential", **tags, f"{key}:conditional": condition})
    assert isinstance(rule, WayRule)
    return rule.forward


@pytest.mark.parametrize(
    ("condition", "riding"),
    [
        ("no @ (sunset-sunrise)", Riding.PUSH),  # in winter the sun rises after eight in Copenhagen
        ("no @ (23:00-05:00)", Riding.CALM),
        ("no @ (16:00-08:00)", Riding.CALM),
        ("no @ (16:00-08:01)", Riding.PUSH),
        ("no @ (Fr 15:00-Mo 09:00)", Riding.CALM),  # hours cannot be written so
        ("no @ (Su 20:00-34:00)", Riding.PUSH),  # until ten on Monday
        ("no @ (Fr 22:00-32:00)", Riding.CALM),
        ("no @ (24/7; PH off)", Riding.PUSH),
        ("no @ (PH)", Riding.CALM),  # nobody rides on holidays
        ("no @ (Dec 31)", Riding.PUSH),
        ('no @ (Mo-Fr 09:00-10:00 unknown "at times")', Riding.PUSH),
        ("no @ Sa; no @ We", Riding.PUSH),
        ("no@We", Riding.PUSH),
        (" no @ ( We ) ; designated @ ( Sa )", Riding.PUSH),
    ],
)
def test_a_restriction_counts_if_it_holds_at_any_time(condition: str, riding: Riding) -> None:
    assert _with({}, "bicycle", condition) is riding


@pytest.mark.parametrize(
    ("condition", "riding"),
    [
        ("yes @ (sunrise-sunset)", Riding.PUSH),
        ("yes @ (24/7; PH off)", Riding.CALM),
        ("yes @ (Mo-Fr 08:00-12:00,12:00-16:00)", Riding.CALM),
        ("yes @ (Mo-Fr 08:00-12:00,12:01-16:00)", Riding.PUSH),
        ("yes @ (Mo-Su 16:00-10:00,09:00-16:00)", Riding.CALM),
        ('yes @ (Mo-Fr unknown "now and then")', Riding.PUSH),
        ("yes @ (Mar-Nov)", Riding.PUSH),
    ],
)
def test_a_permission_counts_only_if_it_holds_throughout(condition: str, riding: Riding) -> None:
    assert _with({"bicycle": "no"}, "bicycle", condition) is riding


@pytest.mark.parametrize(
    "condition",
    [
        pytest.param("no @ (" + "(" * 200, id="brackets"),
        pytest.param("no @ " + " " * 240 + "(", id="spaces"),
        pytest.param("no @ (" * 40, id="clauses"),
        pytest.param("no @ " + " " * 3_000_000 + "(", id="megabytes of spaces"),
        pytest.param("no @ (" + "Mo," * 1_000_000 + "Tu)", id="megabytes of days"),
        pytest.param("no @ (" + "Mo," * 100 + "Tu)", id="longer than OpenStreetMap's"),
        pytest.param("no @ (Mo\0)", id="nought"),
        pytest.param("no @ (\x1b[31mMo)", id="control"),
        pytest.param("no @ (week 1-53/0 Mo)", id="every nought weeks"),
        pytest.param("no @ (easter +99999999999 days)", id="far from Easter"),
        pytest.param("@" * 250, id="no value"),
    ],
)
def test_what_cannot_be_read_says_nothing(condition: str) -> None:
    assert _with({}, "bicycle", condition) is Riding.CALM


def test_a_condition_as_long_as_can_be_is_read() -> None:
    condition = "no @ (" + "Mo," * 82 + "Tu)"
    assert len(condition) == 255
    assert _with({}, "bicycle", condition) is Riding.PUSH
    assert _with({}, "bicycle", condition.replace("Tu", " Tu")) is Riding.CALM


def test_a_fault_of_the_library_says_nothing_either(monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicException(BaseException):
        pass

    def broken(*_args: object, **_how: object) -> NoReturn:
        raise PanicException("overflow during TimeSpan resolution")

    monkeypatch.setattr(opening_hours, "OpeningHours", broken)
    assert _with({}, "bicycle", "no @ (Mo 10:17-11:17)") is Riding.CALM


def test_who_stops_the_program_stops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_args: object, **_how: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(opening_hours, "OpeningHours", stopped)
    with pytest.raises(KeyboardInterrupt):
        _with({}, "bicycle", "no @ (Mo 10:18-11:18)")
