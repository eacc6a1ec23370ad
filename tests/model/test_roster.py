"""A roster at a glance: text and table, in both languages, of hostile names, without where people live."""

import dataclasses
import re
import xml.etree.ElementTree as ET

import pytest
from samples import HOME_ADDRESS, HOME_NAME, MARKUP, MISSED_HOME_NAME, roster

from scheduler.base import i18n
from scheduler.model.roster import Roster
from scheduler.model.text import Param, Text
from scheduler.model.texts import word


def figures(roster: Roster) -> dict[str, str]:
    head = summary(roster).split("\n\n")[0]
    return dict(re.findall(r"^ *([^:\n]+): (.*)$", head, re.MULTILINE))


def summary(roster: Roster) -> str:
    return roster.summary()


def html(roster: Roster) -> str:
    return roster._repr_html_()


def test_figures_are_those_of_the_roster() -> None:
    sample = roster()
    stops = [stop for round_ in sample.rounds for stop in round_.stops]
    made = sum(stop.kind in ("visit", "home_visit") for stop in stops)
    missed = sum(request.held == 0 for request in sample.unassigned)
    held = sum(stop.conversations for stop in stops)
    asked = held + sum(request.requested - request.held for request in sample.unassigned)
    assert missed > 0
    assert asked > held
    found = figures(sample)
    assert found["score"] == i18n.number(sample.score)
    assert found["bound"] == i18n.number(sample.bound)
    assert found["gap"] == f"{100 * sample.gap:.2f} %"
    assert found["status"] == ("optimal" if sample.status == "optimal" else "feasible")
    assert found["visits"] == f"{made} of {made + missed}"
    assert found["conversations"] == f"{held} of {asked}"
    assert found["cycling"].endswith(i18n.km(sum(round_.ride_metres for round_ in sample.rounds)))
    assert found["waiting"] == i18n.hours(sum(round_.waiting_seconds for round_ in sample.rounds))


def test_statuses_and_gap() -> None:
    assert figures(roster().replace(status="feasible", gap=0.0321))["status"] == "feasible"
    assert figures(roster().replace(status="feasible", gap=0.0321))["gap"] == "3.21 %"
    assert figures(roster().replace(status="optimal"))["status"] == "optimal"


def test_what_is_not_placed_is_named() -> None:
    sample = roster()
    text = summary(sample)
    for request in sample.unassigned:
        (line,) = (line for line in text.splitlines() if line.startswith(f"{request.id} ("))
        if request.kind == "visit":
            assert f"({request.name}), {request.held} of {request.requested}: " in line
        else:
            assert "(Home visit" in line
        assert line.endswith(f": {word(request.detail or request.reason, sample.names)}")
    assert "Not placed" not in summary(sample.replace(unassigned=()))
    assert "<ul>" not in html(sample.replace(unassigned=()))


def test_the_table_has_a_row_a_stop() -> None:
    sample = roster()
    root = ET.fromstring(f"<div>{html(sample)}</div>")  # noqa: S314 - made in this line
    rows = [[cell.text or "" for cell in row] for row in root.iter("tr")]
    stops = [(round_, stop) for round_ in sample.rounds for stop in round_.stops]
    assert len(rows) == 1 + len(stops)
    names = {consultant.consultant_id: consultant.name for consultant in sample.consultants}
    for (day, who, time, what, conversations, ride), (round_, stop) in zip(rows[1:], stops, strict=True):
        assert day == i18n.day(round_.date)
        assert who == names[round_.consultant_id]
        assert time == f"{i18n.clock(stop.start)}–{i18n.clock(stop.end)}"
        assert conversations == str(stop.conversations or "")
        assert bool(ride) == bool(stop.ride_seconds)
        if stop.kind in ("visit", "engagement"):
            assert what == stop.name
    assert f"{sample.week}: score {i18n.number(sample.score)}" in html(sample)


@pytest.mark.parametrize("show", [summary, html])
def test_where_people_live_is_not_shown(show: object) -> None:
    assert callable(show)
    text = show(roster())
    assert "Home visit" in text
    for private in (HOME_NAME, HOME_ADDRESS, MISSED_HOME_NAME):
        assert private not in text


def test_names_are_text_and_no_markup_nor_orders_to_a_terminal() -> None:
    text = html(roster(hostile=True))
    root = ET.fromstring(f"<div>{text}</div>")  # noqa: S314 - made in this line
    tags = {"div", "table", "caption", "thead", "tbody", "tr", "th", "td", "p", "ul", "li"}
    assert {element.tag for element in root.iter()} == tags
    assert MARKUP in "".join(root.itertext())
    consultants = tuple(roster().consultants)
    assert consultants
    nasty = roster().replace(week="2009-W20\x1b[31m\r\u202e")
    assert not re.search("[\x1b\r\u202e]", summary(nasty) + html(nasty))


def test_in_danish() -> None:
    with i18n.using("da"):
        silent = tuple(dataclasses.replace(request, detail=None) for request in roster().unassigned)
        sample = roster().replace(unassigned=silent)
        text = summary(sample) + html(sample)
    for english in ("bound", "gap", "of", "Not placed", "Day", "optimal:", "conversations", "feasible"):
        assert not re.search(rf"\b{english}\b", text), english


@pytest.mark.parametrize(
    ("language", "in_general", "in_detail"),
    [
        (
            "en",
            "The room is not free for long enough.",
            "On Monday 11 May lunch leaves Anna no time for the ride",
        ),
        ("da", "Lokalet er ikke ledigt længe nok.", "mandag 11. maj"),
    ],
)
def test_why_is_told_in_the_language_asked_for(language: str, in_general: str, in_detail: str) -> None:
    params: dict[str, Param] = {"consultant_id": "c1", "date": "2009-05-11", "duration_s": 3000}
    consultant = dataclasses.replace(roster().consultants[0], consultant_id="c1", name="Anna")
    first = next(request for request in roster().unassigned if request.kind == "visit")
    short = dataclasses.replace(first, reason=Text("room_too_short"), detail=None)
    lunch = dataclasses.replace(first, id="other", detail=Text("lunch_leaves_no_time", params))
    sample = roster().replace(unassigned=(short, lunch), consultants=(consultant,))
    with i18n.using(language):
        for told in (summary(sample), html(sample)):
            assert in_general in told
            assert in_detail in told
            assert "Anna" in told.partition(in_general)[2]


def test_ids_in_texts_are_told_as_names() -> None:
    sample = roster()
    visits = {stop.id: stop.name for round_ in sample.rounds for stop in round_.stops if stop.kind == "visit"}
    homes = {stop.id for round_ in sample.rounds for stop in round_.stops if stop.kind == "home_visit"}
    assert visits
    assert homes
    for id_, name in visits.items():
        room = Text("advise_room", {"practice_id": id_, "date": "2009-05-12", "start_s": 0, "end_s": 60})
        assert word(room, sample.names).startswith(f"{name}: ")
    for id_ in homes:
        assert word(Text("dearer_by_visits", {"request_ids": (id_,)}), sample.names).endswith(": Home visit.")
