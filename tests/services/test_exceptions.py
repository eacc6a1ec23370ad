"""What happens once is written as rows of the tables, is checked before, and can be taken back."""

from pathlib import Path

import pytest
from folders import W20
from keeping import Planned, publish, store_in

from scheduler.base.errors import InputError
from scheduler.inputs.stored import Cells
from scheduler.model.clock import NOW_VARIABLE
from scheduler.services import editing, exceptions, storing, touched
from scheduler.services.editing import Proposal
from scheduler.services.workspace import project_in, store_of

MONDAY, TUESDAY, WEDNESDAY = W20.days[:3]
ENGAGEMENTS = (
    "engagement_id,title,kind,consultant_id,weekday,date,start,end\n"
    "team,Teammøde,meeting,all,mon,,13:00,14:00\nphone,Telefontid,phone,c1,wed,,13:00,15:00\n"
    "once,Kursus,course,c2,,2009-05-12,13:00,15:00\n"
)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NOW_VARIABLE, "2009-05-11T07:40")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return store_in(tmp_path / "data", engagements=ENGAGEMENTS)


def rows(proposal: Proposal) -> list[tuple[str, Cells | None]]:
    return [(edit.table, edit.after) for edit in proposal.edits]


def test_an_absence_is_a_closure_without_a_reason_and_is_undone(folder: Path) -> None:
    before = project_in(folder)
    proposal = exceptions.absence(folder, "rådgiver 1", ["tirsdag"])
    assert rows(proposal) == [("closures", {"who": "c1", "from": "2009-05-12", "to": "2009-05-12"})]
    assert proposal.told == "Rådgiver 1 is away: Tuesday 12 May"
    editing.write(folder, proposal)
    (closure,) = project_in(folder).closures
    assert (closure.who, closure.first_day, closure.last_day, closure.reason) == ("c1", TUESDAY, TUESDAY, "")
    assert not exceptions.absence(folder, "c1", ["tirsdag"]).edits
    storing.undo(folder)
    assert project_in(folder) == before


def test_an_absence_from_one_day_into_another_is_a_row_for_each_end(folder: Path) -> None:
    proposal = exceptions.absence(folder, "c1", ["man", "12:00", "ons", "10:00"])
    assert rows(proposal) == [
        ("closures", {"who": "c1", "from": "2009-05-11", "to": "2009-05-11", "start": "12:00"}),
        ("closures", {"who": "c1", "from": "2009-05-12", "to": "2009-05-12"}),
        ("closures", {"who": "c1", "from": "2009-05-13", "to": "2009-05-13", "end": "10:00"}),
    ]
    assert proposal.told == "Rådgiver 1 is away: Monday 11 May from 12:00 – Wednesday 13 May until 10:00"


def test_a_practice_or_everybody_is_closed(folder: Path) -> None:
    proposal = exceptions.closure(folder, "p1", ["man 7-12"])
    assert rows(proposal) == [
        (
            "closures",
            {"who": "P1", "from": "2009-05-11", "to": "2009-05-11", "start": "07:00", "end": "12:00"},
        )
    ]
    assert exceptions.closure(folder, "alle", ["man-ons", "7-12"]).told == (
        "closed for everybody: Monday 11 May – Wednesday 13 May, each day 7:00–12:00"
    )


def test_how_one_name_begins_is_enough_and_two_are_told(folder: Path) -> None:
    assert exceptions.closure(folder, "gad", ["man"]).edits[0].after == {
        "who": "P2", "from": "2009-05-11", "to": "2009-05-11"
    }  # fmt: skip
    for who, told in (
        ("Rådg", "several begin with .*c1, c2"),
        ("anne", "there is no anne"),
        ("", "there is no"),
    ):
        with pytest.raises(InputError, match=told):
            exceptions.absence(folder, who, ["man"])


def test_a_room_more_is_a_row_for_each_open_day(folder: Path) -> None:
    editing.write(folder, exceptions.closure(folder, "P1", ["ons"]))
    proposal = exceptions.extra_room(folder, "P1", ["uge 20 9-12"], room="3")
    dates = ["2009-05-11", "2009-05-12", "2009-05-14", "2009-05-15"]
    assert rows(proposal) == [
        ("rooms", {"practice_id": "P1", "date": date, "start": "09:00", "end": "12:00", "room": "3"})
        for date in dates
    ]
    assert len(exceptions.extra_room(folder, "P1", ["lør 9-12"]).edits) == 1
    for said, told in (("ons 9-12", "closed then"), ("man", "from when until when"), ("man 9:00 ons 12:00", "goes on"),
                       ("man 9-9.30", "too short")):  # fmt: skip
        with pytest.raises(InputError, match=told):
            exceptions.extra_room(folder, "P1", [said])


def test_other_hours_replace_those_of_the_days_with_a_shift(folder: Path) -> None:
    proposal = exceptions.other_hours(folder, "c2", ["uge 20 8-16"])
    assert [cells and (cells["date"], cells["start"], cells["end"]) for _table, cells in rows(proposal)] == [
        (f"2009-05-{day}", "08:00", "16:00") for day in (11, 12, 13, 14)
    ]
    editing.write(folder, proposal)
    again = exceptions.other_hours(folder, "c2", ["tirs 9-15.30"])
    assert [(edit.before is None, edit.after is None) for edit in again.edits] == [
        (False, True),
        (True, False),
    ]
    editing.write(folder, again)
    shifts = [rule for rule in project_in(folder).shifts if rule.date == TUESDAY]
    assert [(rule.start_s, rule.end_s, rule.lunch_s) for rule in shifts] == [(9 * 3600, 15.5 * 3600, 1800)]
    with pytest.raises(InputError, match="no shift"):
        exceptions.other_hours(folder, "c2", ["fre til søn 9-12"])
    with pytest.raises(InputError, match="goes on"):
        exceptions.other_hours(folder, "c2", ["fre 9:00 søn 12:00"])


def test_hours_that_leave_an_engagement_out_say_what_to_do_first(folder: Path) -> None:
    with pytest.raises(InputError, match="outside the shift") as caught:
        exceptions.other_hours(folder, "c1", ["ons 9-13"])
    assert "hjul engagement" in caught.value.hint
    editing.write(folder, exceptions.engagement(folder, "phone", ["ons"]))
    assert exceptions.other_hours(folder, "c1", ["ons 9-13"]).edits


def test_an_engagement_falls_away_or_moves(folder: Path) -> None:
    off = ("closures", {"who": "phone", "from": "2009-05-13", "to": "2009-05-13"})
    assert rows(exceptions.engagement(folder, "telefontid", ["ons"])) == [off]
    moved = exceptions.engagement(folder, "phone", ["ons"], ["12:30"])
    with pytest.raises(InputError, match="outside the shift"):
        exceptions.engagement(folder, "phone", ["ons"], ["14-16"])
    with pytest.raises(InputError, match="nobody who takes part is at work on Friday 15 May"):
        exceptions.engagement(folder, "phone", ["ons"], ["fre"])
    assert moved.told == "Telefontid is moved: Wednesday 13 May → Wednesday 13 May 12:30–14:30"
    new = {
        "engagement_id": "phone-2009-05-13", "title": "Telefontid", "kind": "phone", "consultant_id": "c1",
        "date": "2009-05-13", "start": "12:30", "end": "14:30", "place": "base",
    }  # fmt: skip
    assert rows(moved) == [off, ("engagements", new)]
    editing.write(folder, moved)
    with pytest.raises(InputError, match="off on Wednesday 13 May already"):
        exceptions.engagement(folder, "phone", ["ons"])
    again = exceptions.engagement(folder, "phone-2009-05-13", ["ons"], ["tors", "9-10"])
    assert again.edits[1].after is not None
    assert again.edits[1].after["engagement_id"] == "phone-2009-05-13-2009-05-14"
    storing.undo(folder)
    assert rows(exceptions.engagement(folder, "phone", ["ons"])) == [off]


@pytest.mark.parametrize(
    ("which", "said", "to", "told"),
    [
        ("phone", "tors", "", "not on Thursday 14 May; in that week it is on Wednesday 13 May"),
        ("once", "man 18/5", "", "not on Monday 18 May$"),
        ("phone", "ons 9-12", "", "without hours"),
        ("phone", "ons-tors", "", "one day"),
        ("phone", "ons", "tors-fre", "one day"),
        ("phone", "ons", "til 15", "from when until when"),
        ("phone", "ons", "23:00", "from when until when"),
        ("nothing", "ons", "", "there is no nothing in engagements"),
    ],
)
def test_an_engagement_that_is_not_clear_is_refused(
    folder: Path, which: str, said: str, to: str, told: str
) -> None:
    with pytest.raises(InputError, match=told):
        exceptions.engagement(folder, which, said.split(), to.split())


def test_what_somebody_else_has_changed_meanwhile_is_told_and_nothing_written(folder: Path) -> None:
    first = exceptions.absence(folder, "c1", ["tirsdag"])
    editing.write(folder, exceptions.absence(folder, "c2", ["tirsdag"]))
    with pytest.raises(InputError, match=r"meanwhile: .* away"):
        editing.write(folder, first)
    assert [closure.who for closure in project_in(folder).closures] == ["c2"]


def test_published_visits_that_are_touched_are_told_in_order_of_time(folder: Path) -> None:
    publish(folder, W20, [Planned("c1", "P1", MONDAY, "9:00", 1), Planned("c1", "P2", TUESDAY, "9:30", 1)])
    proposal = exceptions.absence(folder, "c1", ["man", "tirs"])
    first, second = touched.calls(folder, proposal)
    assert (first.id, first.week, first.edition, first.soon, first.conversations) == (
        "P1",
        "2009-W20",
        1,
        True,
        1,
    )
    assert (second.id, second.soon, second.consultant_id) == ("P2", False, "c1")
    assert first.sentence == "The consultant is prevented on Monday 11 May at 9:00."
    (closed,) = touched.calls(folder, exceptions.closure(folder, "P2", ["tirs 9-10"]))
    assert closed.id == "P2"
    assert closed.sentence == "The room is closed on Tuesday 12 May at 9:30, so the visit has to move."
    assert not touched.calls(folder, exceptions.closure(folder, "P2", ["tirs 11-12"]))
    assert not touched.calls(folder, exceptions.absence(folder, "c2", ["man", "tirs"]))
    assert len(touched.calls(folder, exceptions.closure(folder, "all", ["uge 20"]))) == 2
    assert not touched.calls(folder, exceptions.extra_room(folder, "P2", ["tirs 9-10"]))


def test_what_is_over_is_not_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(folder, W20, [Planned("c1", "P1", MONDAY, "9:00", 1), Planned("c1", "P2", TUESDAY, "9:30", 1)])
    monkeypatch.setenv(NOW_VARIABLE, "2009-05-11T12:00")
    proposal = exceptions.absence(folder, "c1", ["2009-05-11", "2009-05-12"])
    assert [call.id for call in touched.calls(folder, proposal)] == ["P2"]


def test_the_event_says_who_is_away_and_never_why(folder: Path) -> None:
    editing.write(folder, exceptions.absence(folder, "c1", ["tirsdag"]))
    with store_of(folder):
        from scheduler.store import undo
        from scheduler.store.events import what

        event = undo.last()
        assert event is not None
        assert what(event).code == "did_absence"
        assert dict(what(event).params).keys() == {"consultant_id", "when"}


# --- Busy times -----------------------------------------------------------------------------------------


def ics(folder: Path, *events: tuple[str, str]) -> Path:
    body = "".join(
        f"BEGIN:VEVENT\r\nUID:{start}\r\nSUMMARY:Tandlæge 010190-1234\r\nDTSTART:{start}\r\nDTEND:{end}\r\nEND:VEVENT\r\n"
        for start, end in events
    )
    file = folder / "anne.ics"
    file.write_text(
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{body}END:VCALENDAR\r\n", encoding="utf-8"
    )
    return file


def test_busy_times_become_engagements_without_their_titles(folder: Path) -> None:
    file = ics(folder, ("20090512T093000", "20090512T103000"), ("20090514T060000", "20090514T090000"))
    proposal = exceptions.busy(folder, "c1", file)
    whole = {"title": "Optaget", "kind": "busy", "consultant_id": "c1", "place": "base"}
    assert rows(proposal) == [
        ("engagements", {"engagement_id": "busy-c1-2009-05-12-at-0930", "date": "2009-05-12", "start": "09:30", "end": "10:30", **whole}),
        ("engagements", {"engagement_id": "busy-c1-2009-05-14-at-0830", "date": "2009-05-14", "start": "08:30", "end": "09:00", **whole}),
    ]  # fmt: skip
    (note,) = proposal.notes
    assert note.startswith("Thursday 14 May: busy 6:00–9:00 lies outside the shift")
    editing.write(folder, proposal)
    assert not exceptions.busy(folder, "c1", file).edits
    assert "andl" not in (folder / "hjul.db").read_bytes().decode("latin-1")


def test_busy_times_leave_other_engagements_and_go_when_they_are_no_more(folder: Path) -> None:
    first = exceptions.busy(folder, "c1", ics(folder, ("20090513T120000", "20090513T140000")))
    assert first.edits[0].after is not None
    assert (first.edits[0].after["start"], first.edits[0].after["end"]) == ("12:00", "13:00")
    assert first.notes == ("Wednesday 13 May: busy 12:00–14:00, and Telefontid 13:00 to 15:00; both stay",)
    editing.write(folder, first)
    again = exceptions.busy(folder, "c1", ics(folder, ("20090514T100000", "20090514T110000")))
    assert [(edit.before is None, edit.after is None) for edit in again.edits] == [
        (False, True),
        (True, False),
    ]
    assert not exceptions.busy(folder, "c1", ics(folder), ["uge 21"]).edits


def test_a_busy_time_tells_which_published_visits_it_touches(folder: Path) -> None:
    publish(folder, W20, [Planned("c1", "P2", TUESDAY, "9:30", 1)])
    proposal = exceptions.busy(folder, "c1", ics(folder, ("20090512T100000", "20090512T110000")))
    assert [call.id for call in touched.calls(folder, proposal)] == ["P2"]
