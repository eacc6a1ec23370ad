"""Tasks as people see them: by their title, in the hours that they are planned for, and never as visits."""

import io
from pathlib import Path

import pytest
from folders import problem_of
from icalendar import Calendar
from openpyxl import load_workbook

from scheduler.model.roster import Roster
from scheduler.model.texts import word
from scheduler.outputs import words
from scheduler.outputs.board import board
from scheduler.outputs.calendars import calendar
from scheduler.outputs.cards import StopCard, cards
from scheduler.outputs.page import index_html
from scheduler.outputs.sheets import workbook
from scheduler.services.decide import decide

TASKS = (
    "task_id,title,kind,place,earliest,latest,minutes,start,end,weekday,consultant_id\n"
    "t1,Intro <b>,intro,P1,2009-05-11,2009-05-11,60,,,,c1\nt2,Talk at base,talk,base,2009-05-14,2009-05-14,30,12:00,13:00,,c2\n"
    "t3,On Sunday,talk,base,2009-05-11,2009-05-29,30,,,sun,c2\n"
)


@pytest.fixture(scope="module")
def roster(tmp_path_factory: pytest.TempPathFactory) -> Roster:
    """Return a week with two practices and three tasks, of which one cannot be done."""
    (plan,) = decide(problem_of(Path(tmp_path_factory.mktemp("tasks")), tasks=TASKS))
    return plan.roster


def test_a_task_is_called_by_its_title(roster: Roster) -> None:
    titles = {item.kind: item.title for row in board(roster).rows for c in row.cells for item in c.items}
    assert titles["task"] == "Talk at base"
    html = index_html(roster)
    assert "Intro &lt;b&gt;" in html
    assert "Intro <b>" not in html
    stops = [stop for round_ in roster.rounds for stop in round_.stops if stop.kind == "task"]
    assert [(stop.id, word(stop.name), stop.place_id) for stop in stops] == [
        ("t1", "Intro <b>", "P1"),
        ("t2", "Talk at base", "base"),
    ]


def test_tasks_are_no_visits(roster: Roster) -> None:
    assert words.sentence(roster).startswith("Week 20: 2 of 2 visits, 2 conversations")
    assert [(entry.id, words.request_state(entry)) for entry in roster.unassigned] == [("t3", "not placed")]
    assert "2 of 2" in str(roster.summary())
    assert "t3 (On Sunday)" in str(roster.summary())
    # A task that has two weeks more to be done in counts a third.
    assert words.term_count("missed_visit", roster.terms["missed_visit"].count) == "0.33"


def test_the_phone_says_where_and_until_when(roster: Roster) -> None:
    shown = {
        card.title: (card.kind, card.place, card.lines)
        for round_ in roster.rounds
        for card in cards(roster, round_, {})
        if isinstance(card, StopCard)
    }
    kind, place, lines = shown["Intro <b>"]
    assert (kind, place) == ("task", "Vej 1, 2450 København SV")
    assert lines[-1].startswith("until ")
    assert not any("room" in line for line in lines)
    assert shown["Talk at base"][0] == "task"
    assert shown["Talk at base"][1:] == ("", (shown["Talk at base"][2][0],))
    assert shown["At base"][0] == "base"


def test_a_task_keeps_its_event_when_it_moves_to_another_day(roster: Roster) -> None:
    events = Calendar.from_ical(calendar(roster, "c1").decode()).walk("VEVENT")
    assert "2009-W20-c1-task-t1@hjul" in {str(event["uid"]) for event in events}
    assert "Intro <b>" in {str(event["summary"]) for event in events}


def test_the_sheet_names_the_task_without_a_room(roster: Roster) -> None:

    book = load_workbook(io.BytesIO(workbook(roster)))
    rows = [[cell.value for cell in row] for sheet in book.worksheets[1:] for row in sheet.iter_rows()]
    (row,) = (row for row in rows if "Intro <b>" in row)
    assert row[3] == "Task"
    assert row[8:11] == [None, None, None]
