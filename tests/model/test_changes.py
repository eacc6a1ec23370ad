"""What differs between two rosters."""

import dataclasses
import datetime as dt
from collections.abc import Callable

from samples import roster

from scheduler.model.changes import changes, stays
from scheduler.model.roster import REQUESTED, Roster, Round, Stop

BEFORE = roster()
ASKED = [stop for round_ in BEFORE.rounds for stop in round_.stops if stop.kind in REQUESTED]


def changed(id_: str, change: Callable[[Stop], Stop | None]) -> Roster:
    """Return the sample with one stop changed, or without it."""

    def new(round_: Round) -> Round:
        stops = (change(stop) if stop.id == id_ else stop for stop in round_.stops)
        return dataclasses.replace(round_, stops=tuple(stop for stop in stops if stop))

    return BEFORE.replace(rounds=tuple(new(round_) for round_ in BEFORE.rounds))


def test_what_stays_is_no_change() -> None:
    assert len(ASKED) > 3
    assert list(stays(BEFORE)) == [stop.id for stop in ASKED]
    assert changes(BEFORE, BEFORE.replace(score=BEFORE.score + 1)) == ()


def test_a_minute_later_is_a_move() -> None:
    stop = ASKED[1]
    later = stop.start + dt.timedelta(minutes=1)
    (change,) = changes(BEFORE, changed(stop.id, lambda s: dataclasses.replace(s, start=later)))
    assert (change.id, change.what) == (stop.id, "moved")
    assert change.was is not None
    assert change.becomes is not None
    assert (change.was.start, change.becomes.start) == (stop.start, later)
    assert change.becomes.kind == stop.kind


def test_what_fell_away_is_cancelled_and_the_other_way_round_new() -> None:
    stop = ASKED[2]
    without = changed(stop.id, lambda _: None)
    (gone,), (new,) = changes(BEFORE, without), changes(without, BEFORE)
    assert (gone.what, gone.becomes, new.what, new.was) == ("cancelled", None, "new", None)
    assert gone.was == new.becomes == stays(BEFORE)[stop.id]


def test_another_number_and_another_consultant() -> None:
    stop = next(stop for stop in ASKED if stop.kind == "visit")
    fewer = changed(stop.id, lambda s: dataclasses.replace(s, conversations=s.conversations + 1))
    assert [change.what for change in changes(BEFORE, fewer)] == ["conversations"]
    first = BEFORE.rounds[0]
    other = dataclasses.replace(first, consultant_id="another")
    found = changes(BEFORE, BEFORE.replace(rounds=(other, *BEFORE.rounds[1:])))
    assert {change.id for change in found} == {s.id for s in first.stops if s.kind in REQUESTED}
    assert {change.what for change in found} == {"other_consultant"}


def test_changes_are_in_order_of_time() -> None:
    none = BEFORE.replace(rounds=())
    starts = [change.becomes.start for change in changes(none, BEFORE) if change.becomes]
    assert len(starts) == len(ASKED)
    assert starts == sorted(starts)
