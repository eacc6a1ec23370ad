"""A consultant's day and week in words."""

import dataclasses
import datetime as dt

import pytest
import samples

from scheduler.base import i18n
from scheduler.model.problem import ClosedDay
from scheduler.model.roster import Roster
from scheduler.outputs import days


@pytest.fixture(scope="module")
def roster() -> Roster:
    return samples.roster()


def test_a_day_says_what_it_comes_to(roster: Roster) -> None:
    with i18n.using("da"):
        day = days.of_round(roster, roster.rounds[2], samples.rides(roster))
        assert (day.title, day.name) == ("Tirsdag 12. maj".replace(" ", "\N{NO-BREAK SPACE}"), "Rådgiver 1")
        assert day.facts == ("fra jobcentret 8.46", "tilbage 14.21", "9,0 km", "3 besøg", "3 samtaler")
    assert (day.lead, day.edition, day.colour) == ("", "", 1)
    assert day.turns > 10


def test_a_day_without_a_ride_says_so(roster: Roster) -> None:
    day = days.of_round(roster, roster.rounds[1], samples.rides(roster))
    assert (day.lead, day.facts, day.turns) == ("No visits out today", (), 0)
    with i18n.using("da"):
        assert days.of_round(roster, roster.rounds[1], {}).lead == "Ingen besøg ude i dag"


def test_visits_in_the_house_of_the_base_are_counted_still(roster: Roster) -> None:
    round_ = roster.rounds[1]
    visit = dataclasses.replace(roster.rounds[0].stops[1], ride_seconds=0, ride_metres=0)
    day = days.of_round(roster, dataclasses.replace(round_, stops=(visit,), conversations=2), {})
    assert (day.lead, day.facts) == ("No visits out today", ("1 visit", "2 conversations"))


def test_a_week_has_five_days_whatever_happens_on_them(roster: Roster) -> None:
    closed = ClosedDay(date=dt.date(2009, 5, 13))
    week = days.of_week(
        roster.replace(closed_days=(*roster.closed_days, closed)), "r2", samples.rides(roster)
    )
    told = [(day.date.day, day.lead, bool(day.cards), round_ is not None) for day, round_ in week]
    assert told == [
        (11, "No visits out today", True, True),
        (12, "", True, True),
        (13, "No visits out today", False, False),
        (14, "", True, True),
        (15, "Fælles kursusdag", False, False),
    ]
    # At work, but nothing is planned; and not at work at all.
    without = roster.replace(rounds=tuple(r for r in roster.rounds if r.date.day != 12))
    assert days.of_week(without, "r2", samples.rides(roster))[1][0].facts == ("at work 8:30–15:00",)
    assert days.of_week(without, "r2", samples.rides(roster))[2][0].lead == "Not at work"


def test_saturdays_are_there_where_somebody_works(roster: Roster) -> None:
    saturday = dataclasses.replace(roster.rounds[0], date=dt.date(2009, 5, 16))
    week = days.of_week(roster.replace(rounds=(*roster.rounds, saturday)), "r1", samples.rides(roster))
    assert [day.date.day for day, _round in week] == [11, 12, 13, 14, 15, 16]


def test_days_beside_a_day_are_those_of_the_same_consultant(roster: Roster) -> None:
    before, after = days.beside(roster, roster.rounds[2])
    assert before == days.Link(
        name="Monday\N{NO-BREAK SPACE}11\N{NO-BREAK SPACE}May", href="2009-05-11-r1.html"
    )
    assert after is not None
    assert after.href == "2009-05-13-r1.html"
    assert days.beside(roster, roster.rounds[0])[0] is None
    assert days.beside(roster, roster.rounds[-1])[1] is None


def test_a_long_day_is_set_tightly(roster: Roster) -> None:
    short = days.of_round(roster, roster.rounds[5], samples.rides(roster))
    assert short.density == ""
    assert dataclasses.replace(short, cards=short.cards * 2).density == "many"
    assert dataclasses.replace(short, cards=short.cards * 3).density == "most"
