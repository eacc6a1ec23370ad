"""What the roster says, in words."""

import dataclasses

import samples

from scheduler.model.config import DEFAULT_WEIGHTS
from scheduler.model.text import Text
from scheduler.outputs import words


def test_every_term_has_words_and_its_place() -> None:
    roster = samples.roster()
    assert list(words.ordered_terms(roster)) == list(DEFAULT_WEIGHTS)
    assert len({words.term(name) for name in DEFAULT_WEIGHTS}) == len(DEFAULT_WEIGHTS)
    assert not {words.term(name) for name in DEFAULT_WEIGHTS} & set(DEFAULT_WEIGHTS)


def test_counts_are_in_peoples_units() -> None:
    assert words.term_count("cycling_second", 7389) == "2 h 03 min"
    assert words.term_count("imbalance_minute", 82.5) == "1 h 23 min"
    assert words.term_count("missed_visit", 2) == "2"
    assert words.term_weight("waiting_second", 5) == "5 points a second"
    assert words.term_weight("continuity", 1) == "1 point each"


def test_requests_are_told_by_state_reason_and_cost() -> None:
    roster = samples.roster()
    partial, missed, home = roster.unassigned
    assert words.request_state(partial) == "room for 2 of 3 conversations"
    assert words.request_state(missed) == "no visit, 2 conversations asked for"
    assert words.request_state(home) == "no visit"
    assert words.why(missed, roster) == ("It is possible, but only at the cost of: Praksis P. Knudsens Gade.")
    assert words.why(home, roster) == "No consultant is at work in its hours."
    assert words.why(dataclasses.replace(home, reason=Text("something new")), roster) == "something new"
    assert words.cost(missed, roster) == "18,400 points, as much as 31 min of cycling"
    assert words.cost(home, roster) == ""
    assert words.cost(missed, roster.replace(weights={})) == "18,400 points"


def test_the_week_is_named_by_its_days() -> None:
    assert words.week_dates(samples.roster()) == "Monday 11 May – Friday 15 May 2009"


def test_the_sentence_says_whether_the_proof_was_checked() -> None:
    roster = samples.roster()
    assert words.sentence(roster).endswith("conversations, proven best possible")
    assert words.sentence(roster, checked=True).endswith("proven best possible, and the proof was checked")
    gap = roster.replace(status="feasible", gap=0.02)
    assert words.proof(gap) == "at most 2.0 % from the best possible"
    assert words.proof(gap, checked=True) == (
        "at most 2.0 % from the best possible, and the proof was checked"
    )
