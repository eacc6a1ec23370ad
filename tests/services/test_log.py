"""What became of planned conversations: only of what was published, six outcomes in all as planned, never twice."""

from pathlib import Path

import pytest
from folders import W20
from keeping import Planned, publish, store_in
from openpyxl import Workbook

from scheduler.base.errors import InputError
from scheduler.model.clock import NOW_VARIABLE
from scheduler.model.outcomes import Outcomes
from scheduler.services import backlog, editing, log, storing
from scheduler.services.books import Entry

MONDAY, TUESDAY = W20.days[:2]
W21 = W20.shift(1)
THREE = "practice_id,week,conversations\nP1,2009-W20,3\n"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NOW_VARIABLE, "2009-05-15T16:00")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """P1 asked for three conversations, of which two are planned; P2's one is."""
    made = store_in(tmp_path / "data", demand=THREE)
    publish(made, W20, [Planned("c1", "P1", MONDAY, "9:00", 2), Planned("c2", "P2", TUESDAY, "9:30", 1)])
    return made


def told(folder: Path) -> dict[str, Entry]:
    return {entry.practice_id: entry for entry in log.look(folder, W20).books.entries}


def write(folder: Path, practice: str, booked: int | None = None, **outcomes: int) -> None:
    editing.write(folder, log.of_visit(folder, W20, practice, outcomes, booked=booked), week=str(W20))


def test_before_anything_is_told_all_that_was_planned_is_open(folder: Path) -> None:
    first = told(folder)["P1"]
    assert (first.asked, first.extra, first.planned, first.not_planned, first.not_told) == (3, 0, 2, 1, 2)
    assert first.outcomes is None
    assert first.consultant_id == "c1"


def test_a_visit_is_told_and_told_again(folder: Path) -> None:
    write(folder, "vej", booked=2)
    assert (told(folder)["P1"].booked, told(folder)["P1"].outcomes) == (2, None)
    write(folder, "P1", held=1, no_show=1)
    assert told(folder)["P1"].outcomes == Outcomes(planned=2, held=1, no_show=1)
    assert told(folder)["P1"].booked == 2
    again = log.of_visit(folder, W20, "P1", {"held": 2})
    ((edit,),) = (again.edits,)
    assert edit.before is not None
    assert (edit.before["held"], edit.after and edit.after["held"]) == ("1", "2")
    editing.write(folder, again, week=str(W20))
    assert not log.of_visit(folder, W20, "P1", {"held": 2}).edits
    storing.undo(folder)
    assert told(folder)["P1"].held == 1


@pytest.mark.parametrize(
    ("practice", "outcomes", "reason"),
    [
        ("P1", {"held": 3}, "3 in all, but 2 were planned"),
        ("P1", {"held": 1}, "1 in all, but 2 were planned"),
        ("P3", {"held": 1}, "there is no P3"),
    ],
)
def test_what_does_not_fit_is_refused(
    folder: Path, practice: str, outcomes: dict[str, int], reason: str
) -> None:
    with pytest.raises(InputError, match=reason):
        log.of_visit(folder, W20, practice, outcomes)
    with pytest.raises(InputError, match="3 are told as booked, but only 2"):
        log.of_visit(folder, W20, "P1", {}, booked=3)


def test_only_what_was_published_can_be_told(folder: Path) -> None:
    with pytest.raises(InputError, match="nothing of 2009-W21 has been published"):
        log.of_visit(folder, W21, "P1", {"held": 1})
    publish(folder, W21, [Planned("c1", "P1", W21.days[0], "9:00", 1)])
    with pytest.raises(InputError, match="edition 1 of 2009-W21 has no visit to P2"):
        log.of_visit(folder, W21, "P2", {"held": 1})


def test_nothing_is_held_before_it_has_begun(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NOW_VARIABLE, "2009-05-11T08:59")
    for outcomes in ({"held": 2}, {"no_show": 2}):
        with pytest.raises(InputError, match="still to come"):
            log.of_visit(folder, W20, "P1", outcomes)
    assert log.of_visit(folder, W20, "P1", {"by_practice": 2}).edits


def test_telephone_and_home_are_told_apart(folder: Path) -> None:
    editing.write(folder, log.of_day(folder, W20, "rådgiver 1", "tirsdag", by_phone=3))
    editing.write(folder, log.of_day(folder, W20, "c1", "12/5", at_home=1))
    (apart,) = log.look(folder, W20).books.apart
    assert (apart.consultant_id, apart.date, apart.by_phone, apart.at_home) == ("c1", TUESDAY, 3, 1)
    assert sum(entry.held for entry in log.look(folder, W20).books.entries) == 0
    for said, reason in (
        ("18/5", "one day of 2009-W20"),
        ("lørdag", "still to come"),
        ("man-tir", "one day"),
    ):
        with pytest.raises(InputError, match=reason):
            log.of_day(folder, W20, "c1", said, by_phone=1)


def sheet(file: Path, rows: list[list[object]]) -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    page = book.create_sheet("Afholdt")
    page.append(["Praksis-id", "Dato", "Planlagt", "Booket", "Afholdt", "Afbud", "Udeblevet"])
    for row in rows:
        page.append(row)
    book.save(file)
    return file


def test_the_sheet_that_was_sent_is_taken_in(folder: Path, tmp_path: Path) -> None:
    file = sheet(
        tmp_path / "uge.xlsx",
        [["P1", "11-05-2009", 2, 2, 1, 1, None], ["P2", "12-05-2009", 1, None, None, None, None]],
    )
    proposal = log.from_sheet(folder, W20, file)
    editing.write(folder, proposal, week=str(W20))
    assert told(folder)["P1"].outcomes == Outcomes(planned=2, held=1, cancelled=1)
    assert told(folder)["P2"].not_told == 1
    assert not log.from_sheet(folder, W20, file).edits
    with pytest.raises(InputError, match="3 in all, but 2 were planned"):
        log.from_sheet(folder, W20, sheet(file, [["P1", "11-05-2009", 2, 2, 2, 1, None]]))


def test_what_was_told_of_an_edition_counts_no_more_when_the_next_has_another_number(folder: Path) -> None:
    write(folder, "P1", held=2)
    publish(folder, W20, [Planned("c1", "P1", MONDAY, "9:00", 3), Planned("c2", "P2", TUESDAY, "9:30", 1)])
    found = log.look(folder, W20)
    assert [one.practice_id for one in found.books.unfit] == ["P1"]
    assert told(folder)["P1"].not_told == 3
    write(folder, "P1", held=3)
    assert log.look(folder, W20).books.unfit == ()


# --- What is owed ---------------------------------------------------------------------------------------


def owed(folder: Path) -> list[tuple[str, str, int, int]]:
    return [
        (one.practice_id, str(one.week), one.conversations, one.not_planned)
        for one in backlog.backlog(folder)
    ]


def test_what_found_no_place_or_was_cancelled_by_practice_or_us_is_owed(folder: Path) -> None:
    assert owed(folder) == [("P1", "2009-W20", 1, 1)]
    write(folder, "P1", cancelled=1, by_us=1)
    write(folder, "P2", by_practice=1)
    assert owed(folder) == [("P1", "2009-W20", 2, 1), ("P2", "2009-W20", 1, 0)]
    write(folder, "P1", cancelled=1, no_show=1)
    write(folder, "P2", not_booked=1)
    assert owed(folder) == [("P1", "2009-W20", 1, 1)]


def test_what_is_withdrawn_or_planned_again_is_owed_no_more(folder: Path) -> None:
    write(folder, "P1", by_us=2)
    editing.write(folder, backlog.withdraw(folder, "P1", 1))
    assert owed(folder) == [("P1", "2009-W20", 2, 1)]
    editing.write(folder, backlog.withdraw(folder, "P1", 1))
    proposal = backlog.plan_again(folder, "vej", 1, W21)
    assert proposal.told == "2009-W21 asks for 1 conversation more of Vej"
    editing.write(folder, proposal)
    assert owed(folder) == []
    with pytest.raises(InputError, match="nothing is owed to P1"):
        backlog.withdraw(folder, "P1", 1)
    storing.undo(folder)
    assert owed(folder) == [("P1", "2009-W20", 1, 1)]
    with pytest.raises(InputError, match="only 1 are owed"):
        backlog.plan_again(folder, "P1", 2, W21)
    with pytest.raises(InputError, match="2009-W19 is over"):
        backlog.plan_again(folder, "P1", 1, W20.shift(-1))


def test_an_accepted_offer_adds_to_the_demand_of_its_week_and_stands_apart_in_its_books(folder: Path) -> None:
    editing.write(folder, backlog.plan_again(folder, "P1", 1, W21))
    publish(folder, W21, [Planned("c1", "P1", W21.days[0], "9:00", 2)])
    (first, _second) = log.look(folder, W21).books.entries
    assert (first.practice_id, first.asked, first.extra, first.planned) == ("P1", 1, 1, 2)


def test_of_a_demand_that_is_there_the_row_is_changed(folder: Path) -> None:
    proposal = backlog.plan_again(folder, "P1", 1, W20)
    (_settled, demand) = proposal.edits
    assert (demand.before, demand.after) == (
        {"practice_id": "P1", "week": "2009-W20", "conversations": "3"},
        {"practice_id": "P1", "week": "2009-W20", "conversations": "4"},
    )


# --- Files and the log ----------------------------------------------------------------------------------


def test_the_log_is_no_table_of_the_project(folder: Path, tmp_path: Path) -> None:
    write(folder, "P1", held=2)
    storing.export(folder, tmp_path / "out")
    assert not {"log.csv", "log_apart.csv", "settled.csv"} & {
        file.name for file in (tmp_path / "out").iterdir()
    }
    storing.back_up(folder, tmp_path / "copy.db")
    write(folder, "P1", by_us=2)
    storing.restore(folder, tmp_path / "copy.db")
    assert told(folder)["P1"].held == 2
