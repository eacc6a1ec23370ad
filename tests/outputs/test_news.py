"""What an edition changes, as the coordinator, the consultants and the practices read it."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
import samples

from scheduler.base import i18n
from scheduler.model.changes import Change, Stay
from scheduler.model.roster import Roster, Stop
from scheduler.model.text import Text
from scheduler.outputs import news

BEFORE = samples.roster()


def _with(
    changes: Mapping[str, Callable[[Stop], Stop | None]], hands: Mapping[str, str] | None = None
) -> Roster:
    """The sample with stops changed by their id, to another time or with None taken out; `hands` gives days away.

    A stop that is on another day then comes into a round of that day.
    """
    rounds = []
    for round_ in BEFORE.rounds:
        stops = [changes[stop.id](stop) if stop.id in changes else stop for stop in round_.stops]
        kept = [stop for stop in stops if stop]
        for date in {stop.start.date() for stop in kept}:
            day = tuple(stop for stop in kept if stop.start.date() == date)
            who = (hands or {}).get(day[0].id, round_.consultant_id)
            rounds.append(replace(round_, date=date, stops=day, consultant_id=who))
    return BEFORE.replace(rounds=tuple(rounds))


def _to(days: int, hours: float = 0.0) -> Callable[[Stop], Stop]:
    shift = dt.timedelta(days=days, hours=hours)
    return lambda stop: replace(stop, start=stop.start + shift, end=stop.end + shift)


def _gone(_stop: Stop) -> None:
    return None


def _asked(n: int) -> Callable[[Stop], Stop]:
    return lambda stop: replace(stop, conversations=n)


def _told(language: str, after: Roster, who: str = "", *, practice: str = "") -> list[str]:
    with i18n.using(language):
        if practice:
            texts = news.for_practice(BEFORE, after, practice)
        else:
            texts = news.for_consultant(BEFORE, after, who) if who else news.for_coordinator(BEFORE, after)
        return news.worded(texts, news.names(BEFORE, after))


#: Moved; another number; cancelled; a home visit moved; an engagement moved, one cancelled.
CHANGED = _with(
    {
        "vesterbrogade": _to(1, 0.5),
        "valbylanggade": _asked(2),
        "annex": _gone,
        "hb-1": _to(0, 0.5),
        "undervisning": _to(0, 1),
        "teammoede": _gone,
    }
)
#: The round of 12 May with the two visits to Toftegårds Allé and on goes from r2 to r1, one of them later.
HANDED = _with({"vigerslev": _to(0, 1)}, {"toftegaard": "r1"})


def test_the_coordinator_reads_of_each_visit_what_differs() -> None:
    assert _told("da", CHANGED) == [
        "Praksis Vesterbrogade: flyttet fra mandag 9.45 til tirsdag 10.15",
        "Praksis Valby Langgade: 2 samtaler i stedet for 1",
        "Hjemmebesøg (Vesterbro): flyttet fra tirsdag 13.15 til tirsdag 13.45",
        "Praksis Annexstræde: aflyst, torsdag 12.30, Rådgiver 1",
    ]
    assert _told("en", HANDED) == [
        "Praksis Toftegårds Allé: Rådgiver 1 instead of Rådgiver 2",
        "Praksis Valby Langgade: Rådgiver 1 instead of Rådgiver 2",
        "Praksis Vigerslev Allé: moved from Tuesday 12:30 to Tuesday 13:30, Rådgiver 1 instead of Rådgiver 2",
    ]


def test_a_consultant_reads_of_the_own_week_alone() -> None:
    assert _told("da", CHANGED, "r1") == [
        "Mandag 9.45 Praksis Vesterbrogade er flyttet til tirsdag 10.15.",
        "Tirsdag 13.15 Hjemmebesøg (Vesterbro) er flyttet til tirsdag 13.45.",
        "Torsdag 12.30 Praksis Annexstræde er aflyst.",
        "Onsdag 12.00–13.00 Undervisning om sygedagpenge er flyttet til onsdag 13.00–14.00.",
    ]
    assert _told("da", CHANGED, "r2") == [
        "Tirsdag 10.35 Praksis Valby Langgade: 2 samtaler i stedet for 1.",
        "Mandag 13.00–14.00 Teammøde er aflyst.",
        "Torsdag 10.45–11.45 Teammøde er aflyst.",
    ]


def test_what_goes_to_another_is_said_to_both() -> None:
    assert _told("da", HANDED, "r2") == [
        "Tirsdag 8.45 Praksis Toftegårds Allé er overtaget af Rådgiver 1.",
        "Tirsdag 10.35 Praksis Valby Langgade er overtaget af Rådgiver 1.",
        "Tirsdag 12.30 Praksis Vigerslev Allé er overtaget af Rådgiver 1.",
    ]
    assert _told("da", HANDED, "r1") == [
        "Nyt: tirsdag 8.45 Praksis Toftegårds Allé (2 samtaler, overtaget fra Rådgiver 2).",
        "Nyt: tirsdag 10.35 Praksis Valby Langgade (1 samtale, overtaget fra Rådgiver 2).",
        "Nyt: tirsdag 13.30 Praksis Vigerslev Allé (1 samtale, overtaget fra Rådgiver 2).",
    ]


def test_the_other_way_round_it_is_new() -> None:
    with i18n.using("da"):
        back = news.worded(news.for_coordinator(CHANGED, BEFORE), news.names(CHANGED, BEFORE))
        own = news.worded(news.for_consultant(CHANGED, BEFORE, "r1"), news.names(CHANGED, BEFORE))
        meetings = news.worded(news.for_consultant(CHANGED, BEFORE, "r2"), news.names(CHANGED, BEFORE))
        told = news.worded(news.for_practice(CHANGED, BEFORE, "annex"), news.names(CHANGED, BEFORE))
    assert "Praksis Annexstræde: nyt, torsdag 12.30, Rådgiver 1, 1 samtale" in back
    assert "Nyt: torsdag 12.30 Praksis Annexstræde (1 samtale)." in own
    assert "Nyt: mandag 13.00–14.00 Teammøde." in meetings
    assert told == ["Nyt besøg torsdag 14. maj kl. 12.30."]


def test_a_practice_reads_of_its_visit_in_its_own_voice() -> None:
    assert _told("da", CHANGED, practice="vesterbrogade") == [
        "Besøget er flyttet fra mandag 11. maj kl. 9.45 til tirsdag 12. maj kl. 10.15."
    ]
    assert _told("da", CHANGED, practice="valbylanggade") == ["Der er nu 2 samtaler, ikke 1."]
    assert _told("da", CHANGED, practice="annex") == ["Besøget torsdag 14. maj kl. 12.30 er aflyst."]
    assert _told("da", HANDED, practice="vigerslev") == [
        "Besøget er flyttet fra tirsdag 12. maj kl. 12.30 til tirsdag 12. maj kl. 13.30.",
        "Rådgiver 1 kommer i stedet for Rådgiver 2.",
    ]
    assert _told("da", CHANGED, practice="toftegaard") == []


def test_moved_and_another_number_are_two_sentences() -> None:
    both = _with({"valbylanggade": lambda stop: replace(_to(0, 0.5)(stop), conversations=3)})
    assert _told("en", both, "r2") == [
        "Tuesday 10:35 Praksis Valby Langgade has been moved to Tuesday 11:05.",
        "Tuesday 11:05 Praksis Valby Langgade: 3 conversations instead of 1.",
    ]
    assert _told("en", both) == [
        "Praksis Valby Langgade: moved from Tuesday 10:35 to Tuesday 11:05, 3 conversations instead of 1"
    ]


def test_a_task_at_a_practice_is_told_by_its_name() -> None:
    def task(stop: Stop) -> Stop:
        return replace(stop, kind="task", id="intro", name="Introduktion", conversations=0)

    before, after = _with({"annex": task}), _with({"annex": lambda stop: task(_to(-1)(stop))})
    handed = _with({"annex": task}, {"lunch": "r2"})
    without = _with({"annex": _gone})
    called = news.names(before, after)
    with i18n.using("da"):
        assert news.worded(news.for_practice(before, after, "annex"), called) == [
            "Introduktion er flyttet fra torsdag 14. maj kl. 12.30 til onsdag 13. maj kl. 12.30."
        ]
        assert news.worded(news.for_practice(without, after, "annex"), called) == [
            "Nyt: Introduktion onsdag 13. maj kl. 12.30."
        ]
        assert news.worded(news.for_practice(before, without, "annex"), called) == [
            "Introduktion torsdag 14. maj kl. 12.30 er aflyst."
        ]
        assert news.worded(news.for_practice(before, handed, "annex"), called) == [
            "Introduktion: Rådgiver 2 kommer i stedet for Rådgiver 1."
        ]
        assert news.worded(news.for_consultant(without, after, "r1"), called) == [
            "Nyt: onsdag 12.30 Introduktion."
        ]


def test_what_was_told_last_may_be_no_roster() -> None:
    """A provisional time is told too, from fixed hours."""
    start = dt.datetime(2009, 5, 18, 9, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    told = Stay(kind="visit", date=start.date(), consultant_id="r1", start=start, conversations=1)
    now = replace(told, start=start + dt.timedelta(minutes=5))
    (text,) = news.visit_news(Change(id="x", was=told, becomes=now))
    assert text.code == "visit_moved"


def test_nothing_is_said_of_what_stays() -> None:
    assert news.for_coordinator(BEFORE, BEFORE) == ()
    assert [news.for_consultant(BEFORE, BEFORE, who) for who in ("r1", "r2")] == [(), ()]
    assert news.practices_concerned(BEFORE, BEFORE) == news.consultants_concerned(BEFORE, BEFORE) == ()


def test_whom_it_concerns() -> None:
    assert news.practices_concerned(BEFORE, CHANGED) == ("vesterbrogade", "valbylanggade", "annex")
    assert news.consultants_concerned(BEFORE, _with({"vesterbrogade": _gone})) == ("r1",)
    assert news.consultants_concerned(BEFORE, _with({"teammoede": _gone})) == ("r2",)
    assert news.consultants_concerned(BEFORE, HANDED) == ("r1", "r2")
    at_base = _with({"annex": lambda stop: replace(stop, kind="task", id="t", place_id="base")})
    assert news.practices_concerned(at_base, _with({"annex": _gone})) == ()


@pytest.mark.parametrize("after", [CHANGED, HANDED])
def test_where_a_home_is_is_not_said(after: Roster) -> None:
    texts = [*news.for_coordinator(BEFORE, after), *news.for_consultant(BEFORE, after, "r1")]
    said = "\n".join(news.worded(texts, news.names(BEFORE, after)))
    assert samples.HOME_ADDRESS not in said
    assert samples.HOME_NAME not in said
    assert Text("home_in", {"district": "Vesterbro"}) == news.names(BEFORE)["request_id"]["hb-1"]
