"""Absence is told, leave is asked for and answered once; no reason is anywhere."""

import datetime as dt
from pathlib import Path

import pytest
from folders import W20
from keeping import Planned, publish, store_in
from stores import events, kept, set_clock

from scheduler.base.errors import InputError
from scheduler.inputs.when import When
from scheduler.services import editing, exceptions, leave, storing, today

MONDAY, TUESDAY, WEDNESDAY, THURSDAY = W20.days[:4]


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock(monkeypatch, "2009-05-11T07:40")
    monkeypatch.setenv("HJUL_USER", "Karen")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = store_in(tmp_path / "data")
    publish(made, W20, [Planned("c1", "P1", MONDAY, "9:00"), Planned("c2", "P2", TUESDAY, "9:30")])
    return made


def open_(folder: Path) -> list[tuple[str, str, str]]:
    return [(each.name, each.days, each.state) for each in leave.open_ones(folder)]


def closures(folder: Path) -> list[tuple[str, ...]]:
    return [tuple(row.values()) for row in kept(folder).get("closures", ())]


def test_illness_is_told_until_the_desk_has_dealt_with_it(folder: Path) -> None:
    for _time in range(2):  # a form that is sent twice
        leave.tell(folder, "c1", "k1", When(MONDAY, TUESDAY), ask=False)
    assert open_(folder) == [("Rådgiver 1", "Monday 11 May – Tuesday 12 May", "told")]
    (notice,) = today.notices(folder)
    assert notice.sentence == "Rådgiver 1 has told of being away: Monday 11 May – Tuesday 12 May."
    assert closures(folder) == []
    # Half of it is not all of it.
    editing.write(folder, exceptions.absence(folder, "c1", [str(MONDAY)]))
    assert len(open_(folder)) == 1
    editing.write(folder, exceptions.absence(folder, "c1", [str(TUESDAY)]))
    assert open_(folder) == []
    storing.undo(folder)
    leave.answer(folder, leave.open_ones(folder)[0].number, yes=True)
    assert open_(folder) == []
    assert [each.state for each in leave.of_consultant(folder, "c1")] == ["done"]
    assert "away, dealt with" not in events(folder)[-1]
    assert "dealt with, that c1 is away" in events(folder)[-1]


def test_from_an_hour_of_the_day_on(folder: Path) -> None:
    leave.tell(folder, "c1", "k1", When(MONDAY, MONDAY, 11 * 3600, through=True), ask=False)
    assert open_(folder) == [("Rådgiver 1", "Monday 11 May from 11:00", "told")]
    editing.write(folder, exceptions.absence(folder, "c1", [str(MONDAY), "fra", "12"]))
    assert len(open_(folder)) == 1
    editing.write(folder, exceptions.absence(folder, "c1", [str(MONDAY), "fra", "10"]))
    assert open_(folder) == []


@pytest.mark.parametrize(
    "when",
    [
        When(MONDAY, MONDAY),
        When(MONDAY, THURSDAY),
        When(TUESDAY, TUESDAY, 11 * 3600 + 300, through=True),
        When(TUESDAY, THURSDAY, 11 * 3600, through=True),
    ],
)
def test_the_desk_is_handed_the_words_that_say_when(folder: Path, when: When) -> None:
    leave.tell(folder, "c1", "k1", when, ask=False)
    (away,) = leave.open_ones(folder)
    editing.write(folder, exceptions.absence(folder, "c1", [away.said]))
    assert open_(folder) == []


def test_leave_is_priced_and_granted_in_one_transaction(folder: Path) -> None:
    leave.tell(folder, "c1", "k1", When(MONDAY, THURSDAY), ask=True)
    editing.write(folder, exceptions.absence(folder, "c2", [str(WEDNESDAY)]))
    (away,) = leave.open_ones(folder)
    price = leave.price(folder, away.number)
    assert price is not None
    assert (price.work_s, price.others, [call.id for call in price.calls]) == (
        28 * 3600,
        ("Rådgiver 2",),
        ["P1"],
    )
    assert len(closures(folder)) == 1
    assert leave.answer(folder, away.number, yes=True).state == "asked"
    assert ("c1", str(MONDAY), str(THURSDAY)) in closures(folder)
    assert "Karen, Monday 11 May 7:40: c1 may be away: Monday 11 May – Thursday 14 May" in events(folder)
    assert [each.state for each in leave.of_consultant(folder, "c1")] == ["granted"]
    for yes in (True, False):
        with pytest.raises(InputError, match="answered or taken back already"):
            leave.answer(folder, away.number, yes=yes)
    assert leave.price(folder, away.number) is None
    storing.undo(folder)
    assert len(closures(folder)) == 1


def test_a_yes_that_cannot_be_written_is_no_answer(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    leave.tell(folder, "c1", "k1", When(TUESDAY, TUESDAY), ask=True)
    number = leave.open_ones(folder)[0].number

    def broken(*_args: object) -> None:
        raise InputError("no")

    with monkeypatch.context() as patch:
        patch.setattr("scheduler.store.tables.change", broken)
        with pytest.raises(InputError, match="no"):
            leave.answer(folder, number, yes=True)
    assert [each.state for each in leave.of_consultant(folder, "c1")] == ["asked"]
    assert "may be away" not in str(events(folder))


def test_no_writes_nothing(folder: Path) -> None:
    leave.tell(folder, "c1", "k1", When(TUESDAY, TUESDAY), ask=True)
    leave.answer(folder, leave.open_ones(folder)[0].number, yes=False)
    assert closures(folder) == []
    assert [each.state for each in leave.of_consultant(folder, "c1")] == ["refused"]
    assert open_(folder) == []


def test_one_takes_back_ones_own(folder: Path) -> None:
    leave.tell(folder, "c1", "k1", When(TUESDAY, TUESDAY), ask=True)
    number = leave.open_ones(folder)[0].number
    with pytest.raises(InputError, match="somebody else's"):
        leave.withdraw(folder, "c2", number)
    leave.withdraw(folder, "c1", number)
    assert not leave.of_consultant(folder, "c1")
    assert not open_(folder)
    with pytest.raises(InputError, match="answered or taken back already"):
        leave.withdraw(folder, "c1", number)


@pytest.mark.parametrize(
    ("first", "last"),
    [(TUESDAY, MONDAY), (MONDAY - dt.timedelta(days=1), MONDAY), (MONDAY, MONDAY + dt.timedelta(days=401)),
     (dt.date(2012, 1, 1), dt.date(2012, 1, 1))],
)  # fmt: skip
def test_days_that_make_no_sense(folder: Path, first: dt.date, last: dt.date) -> None:
    with pytest.raises(InputError, match=r"the last day is not after|choose days from today on"):
        leave.tell(folder, "c1", "k1", When(first, last), ask=True)
    assert open_(folder) == []
