"""What consultants tell on their way: nothing is lost or counted twice, and the last by the clock counts."""

import datetime as dt
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from folders import W20
from keeping import Planned, publish, store_in
from stores import HOMES, everything, set_clock, with_store

from scheduler.inputs.when import When
from scheduler.model.clock import at, now
from scheduler.model.taps import Kind, Told
from scheduler.services import delays, editing, leave, log, storing, taps, today
from scheduler.services.forget import forget
from scheduler.services.workspace import project_in, retention_settings, store_of
from scheduler.store.who import acting

MONDAY, TUESDAY, WEDNESDAY = W20.days[:3]
WEEK = str(W20)
_NUMBERS = iter(range(10**6))


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock(monkeypatch, "2009-05-13T12:00")


TABLES = {"home_visits": HOMES, "demand": "practice_id,week,conversations\nP1,2009-W20,2\n"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return _published(store_in(tmp_path / "data", **TABLES))


@pytest.fixture
def anywhere(tmp_path: Path, store_kind: str) -> Path:
    """Have the same in a file and on a server."""
    del store_kind
    return _published(with_store(tmp_path / "data", **TABLES))


def _published(made: Path) -> Path:
    planned = [
        Planned("c1", "P1", MONDAY, "9:00", 2),
        Planned("c2", "P2", TUESDAY, "9:30", 1),
        Planned("c1", "H1", WEDNESDAY, "10:00"),
    ]
    publish(made, W20, planned)
    return made


def told(kind: Kind, about: str, ago_s: float = 0, who: str = "c1", key: str = "", **value: int) -> Told:
    return Told(
        key=key or f"key-{next(_NUMBERS)}",
        consultant_id=who,
        week=WEEK,
        kind=kind,
        about=about,
        value=value,
        at=now() - dt.timedelta(seconds=ago_s),
    )


def take(folder: Path, *each: Told) -> list[str]:
    with acting("Anne"):
        return [f"{one.state} {one.reason}".strip() for one in taps.take(folder, each)]


def ends(folder: Path, practice: str = "P1") -> tuple[int, ...] | None:
    entries = {entry.practice_id: entry for entry in log.look(folder, W20).books.entries}
    outcomes = entries[practice].outcomes
    return outcomes.ends if outcomes else None


def acts(folder: Path) -> list[str]:
    with store_of(folder):
        from scheduler.store.models import Event

        return [event.what["code"] for event in Event.objects.order_by("id") if event.who == "Anne"]


def test_a_tap_that_comes_again_is_written_once(anywhere: Path) -> None:
    folder = anywhere
    tap = told("outcome", "P1", held=2)
    assert take(folder, tap) == ["kept"]
    assert take(folder, tap, tap) == ["kept", "kept"]
    assert ends(folder) == (2, 0, 0, 0, 0, 0)
    assert acts(folder) == ["did_log"]


def test_the_same_key_from_many_at_once_is_written_once(anywhere: Path) -> None:
    folder = anywhere
    tap, answers = told("delay", str(MONDAY), minutes=20), []

    def send() -> None:
        answers.extend(take(folder, tap))

    threads = [threading.Thread(target=send) for _n in range(5)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert answers == ["kept"] * 5
    assert acts(folder) == ["did_delay"]


def test_the_last_by_the_clock_counts_and_not_the_last_to_come(folder: Path) -> None:
    late, early = told("outcome", "P1", 10, no_show=2), told("outcome", "P1", 60, held=2)
    assert take(folder, late) == ["kept"]
    assert take(folder, early) == ["older"]
    assert take(folder, early) == ["older"]
    assert ends(folder) == (0, 0, 2, 0, 0, 0)
    # In one message they are taken in their order, whatever order they stand in.
    assert take(folder, told("outcome", "P1", 1, held=1, cancelled=1), told("outcome", "P1", 5, held=2)) == [
        "kept",
        "kept",
    ]
    assert ends(folder) == (1, 1, 0, 0, 0, 0)


def test_what_the_desk_wrote_after_the_tap_stays(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tap = told("outcome", "P1", 3600, held=2)
    assert take(folder, told("outcome", "P1", 7200, no_show=2)) == ["kept"]
    editing.write(folder, log.of_visit(folder, W20, "P1", {"cancelled": 2}), changes_tables=False)
    assert take(folder, tap) == ["older"]
    assert ends(folder) == (0, 2, 0, 0, 0, 0)
    set_clock(monkeypatch, "2009-05-13T12:01")
    assert take(folder, told("outcome", "P1", held=2)) == ["kept"]
    assert ends(folder) == (2, 0, 0, 0, 0, 0)


def test_a_tap_is_taken_back_and_what_was_booked_stays(folder: Path) -> None:
    assert take(folder, told("outcome", "P1", 9, held=2), told("outcome", "P1", 8)) == ["kept", "kept"]
    assert ends(folder) is None
    assert acts(folder) == ["did_log", "did_log_back"]
    editing.write(folder, log.of_visit(folder, W20, "P1", {}, booked=2), changes_tables=False)
    assert take(folder, told("outcome", "P1", held=2), told("outcome", "P1")) == ["kept", "kept"]
    entry = log.look(folder, W20).books.entries[0]
    assert (entry.booked, entry.outcomes) == (2, None)
    # With nothing to take back nothing is done, and the key is kept all the same.
    tap = told("outcome", "P1")
    assert take(folder, tap, tap) == ["kept", "kept"]


@pytest.mark.parametrize(
    ("tap", "reason"),
    [
        (lambda: told("outcome", "P2", held=1), "this visit is not yours"),
        (lambda: told("outcome", "H1", held=1), "this visit is not yours"),
        (lambda: told("outcome", "P1", held=1), "1 in all, but 2 were planned"),
        (lambda: told("outcome", "P1", note=1), "nobody can tell by a tap"),
        (lambda: told("delay", str(TUESDAY), minutes=10), "no round on that day"),
        (lambda: told("delay", str(MONDAY), minutes=241), "from 0 to 240"),
        (lambda: told("delay", str(MONDAY), minutes=-1), "from 0 to 240"),
        (lambda: told("out", "H1", who="c2", out=1), "home visit is not yours"),
        (lambda: told("seen", "2"), "no such edition"),
    ],
)
def test_what_cannot_be_taken_is_refused_and_the_others_go_on(
    folder: Path, tap: Callable[[], Told], reason: str
) -> None:
    refused, fine = take(folder, tap(), told("outcome", "P1", held=2))
    assert refused.startswith("refused ")
    assert reason in refused
    assert fine == "kept"
    assert ends(folder) == (2, 0, 0, 0, 0, 0)


def test_nothing_is_held_before_it_has_begun(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock(monkeypatch, "2009-05-11T07:40")
    tap = told("outcome", "P1", held=2)
    assert "still to come" in take(folder, tap)[0]
    set_clock(monkeypatch, "2009-05-11T11:00")
    assert take(folder, tap) == ["kept"]  # a phone sends again what was refused, where somebody says so


def test_what_is_missing_is_counted(folder: Path) -> None:
    with store_of(folder):
        from scheduler.store import editions

        edition = editions.published(WEEK)
    assert edition is not None
    counts = [
        taps.not_told(edition, "c1", told_, moment)
        for told_, moment in (((), now()), (("P1",), now()), ((), at(MONDAY, 9 * 3600)))
    ]
    assert counts == [1, 0, 0]


# --- Late, and out again ----------------------------------------------------------------------------


def test_waiting_makes_up_for_being_late(tmp_path: Path) -> None:
    rooms = "practice_id,weekday,start,end\nP1,mon,09:00,10:00\nP2,mon,10:00,12:00\n"
    made = store_in(tmp_path / "data", rooms=rooms)
    roster = publish(made, W20, [Planned("c1", "P1", MONDAY, "9:00"), Planned("c1", "P2", MONDAY, "10:30")])
    (round_,) = roster.rounds
    spare = {stop.id: to_spare for stop, to_spare in delays.spare(round_)}
    first = next(stop for stop in round_.stops if stop.id == "P1")
    second = next(stop for stop in round_.stops if stop.id == "P2")
    ride = dt.timedelta(seconds=second.ride_seconds)
    parking = first.arrival - round_.leaves_base - dt.timedelta(seconds=first.ride_seconds)
    assert spare == {"P1": dt.timedelta(), "P2": second.start - first.end - ride - parking}
    assert spare["P2"] > dt.timedelta(minutes=20)
    practices = {one.practice_id: one for one in project_in(made).practices}
    minute = dt.timedelta(minutes=1)
    before = first.start - 30 * minute
    both = delays.later(round_, spare["P2"] + 5 * minute, before, practices)
    assert [(each.stop.id, each.start - each.stop.start) for each in both] == [
        ("P1", spare["P2"] + 5 * minute),
        ("P2", 5 * minute),
    ]
    (one,) = delays.later(round_, 15 * minute, before, practices)
    assert (one.stop.id, one.start, one.closes) == ("P1", first.start + 15 * minute, at(MONDAY, 36000))
    assert delays.later(round_, 10 * minute, before, practices)[0].closes is None
    # What has begun stays, and the next one is as late as it is told to be.
    (one,) = delays.later(round_, 10 * minute, first.start, practices)
    assert (one.stop.id, one.end, one.closes) == ("P2", second.end + 10 * minute, None)
    assert delays.later(round_, 10 * minute, second.start, practices) == ()
    assert delays.later(round_, 0 * minute, before, practices) == ()


def test_the_desk_is_told_who_is_late_until_it_is_over(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock(monkeypatch, "2009-05-13T09:30")
    assert take(folder, told("delay", str(WEDNESDAY), minutes=20)) == ["kept"]
    (notice,) = today.notices(folder)
    assert (notice.kind, notice.sentence) == ("late", "Rådgiver 1 is 20 minutes late (told at 9:30).")
    assert [(today.called(each), each.start) for each in notice.later] == [
        ("Home visit, Vesterbro", at(WEDNESDAY, 37200))
    ]
    assert take(folder, told("delay", str(WEDNESDAY), minutes=0)) == ["kept"]
    assert today.notices(folder) == ()


@pytest.mark.parametrize(
    ("moment", "minutes", "warned"),
    [("10:44", 0, False), ("10:45", 0, True), ("11:04", 20, False), ("11:05", 20, True)],
)
def test_who_is_not_out_of_a_home_is_looked_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch, moment: str, minutes: int, *, warned: bool
) -> None:
    """The visit is to end at 10:30."""
    set_clock(monkeypatch, "2009-05-13T09:30")
    take(folder, told("delay", str(WEDNESDAY), minutes=minutes))
    set_clock(monkeypatch, f"2009-05-13T{moment}")
    overdue = [notice for notice in today.notices(folder) if notice.kind == "overdue"]
    assert len(overdue) == warned
    assert not any("Hemmelig" in notice.sentence for notice in overdue)
    assert take(folder, told("out", "H1", out=1)) == ["kept"]
    assert not [notice for notice in today.notices(folder) if notice.kind == "overdue"]
    assert taps.out_again(folder, W20) == {"H1": now()}
    assert take(folder, told("out", "H1", out=0)) == ["kept"]
    assert taps.out_again(folder, W20) == {}


def test_who_has_seen_which_edition(folder: Path) -> None:
    assert taps.seen(folder, W20) == {}
    assert take(folder, told("seen", "1", 60), told("seen", "1", 30, who="c2")) == ["kept", "kept"]
    assert {who: seen.number for who, seen in taps.seen(folder, W20).items()} == {"c1": 1, "c2": 1}
    publish(folder, W20, [Planned("c2", "P2", TUESDAY, "9:30", 1)])
    assert take(folder, told("seen", "2")) == ["kept"]
    assert {who: seen.number for who, seen in taps.seen(folder, W20).items()} == {"c1": 2, "c2": 1}


# --- What is kept -----------------------------------------------------------------------------------


def test_taps_are_forgotten_with_the_home_and_when_their_time_is_over(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(folder, told("out", "H1", out=1), told("outcome", "P1", held=2))
    assert "hjul_store_tap: 'H1'" in everything(folder)
    forget(folder, folder.parent / "out", WEDNESDAY + dt.timedelta(days=1))
    left = everything(folder)
    assert "hjul_store_tap: 'H1'" not in left
    assert "hjul_store_tap: 'P1'" in left
    with store_of(folder):
        days = retention_settings(folder).taps_days
    with monkeypatch.context() as patch:
        set_clock(patch, now() + dt.timedelta(days=days, hours=1))
        leave.tell(folder, "c2", "new", When(now().date(), now().date()), ask=True)
        assert "hjul_store_tap:" not in everything(folder)
        assert ends(folder) == (2, 0, 0, 0, 0, 0)  # the books stay


def test_a_backup_has_the_keys(anywhere: Path, tmp_path: Path) -> None:
    folder = anywhere
    first, second = told("outcome", "P1", 60, held=2), told("outcome", "P1", 30, no_show=2)
    take(folder, first)
    leave.tell(folder, "c1", "kept", When(TUESDAY + dt.timedelta(7), TUESDAY + dt.timedelta(7)), ask=True)
    storing.back_up(folder, tmp_path / "b.db")
    take(folder, second)
    storing.restore(folder, tmp_path / "b.db")
    assert take(folder, first, second) == ["kept", "kept"]
    assert ends(folder) == (0, 0, 2, 0, 0, 0)
    assert [away.state for away in leave.of_consultant(folder, "c1")] == ["asked"]


def test_a_tap_that_is_undone_at_the_desk_is_told_again(folder: Path) -> None:
    take(folder, told("outcome", "P1", held=2))
    storing.undo(folder)
    assert ends(folder) is None
    assert take(folder, told("outcome", "P1", held=2)) == ["kept"]
    assert ends(folder) == (2, 0, 0, 0, 0, 0)
