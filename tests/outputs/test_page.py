"""index.html: what stands on it, what does not, and what hostile tables make of it."""

import dataclasses
import datetime as dt
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Any

import pytest
import samples

from scheduler.base import i18n
from scheduler.model.beside import Bend, Beside, Debt, FreeTime, Room
from scheduler.model.clock import at
from scheduler.model.outcomes import Standing
from scheduler.model.roster import Roster, Round, ShiftHours, Stop, StopKind, StopSlot
from scheduler.model.text import Text
from scheduler.outputs import gpx, names, words
from scheduler.outputs.board import board, districts, spare
from scheduler.outputs.page import index_html

_VOID = {"meta", "link", "br", "img", "input", "hr"}


class _Page(HTMLParser):
    """Collects elements, attributes and text, and checks that elements close in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute twice in {tag}"
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] != "style":
            self.text += data

    def all(self, attribute: str) -> list[str]:
        return [attrs[attribute] or "" for _tag, attrs in self.elements if attribute in attrs]


@pytest.fixture
def roster() -> Roster:
    return samples.roster()


def _words(text: str) -> str:
    return " ".join(text.split())


def test_the_sentence_comes_first_then_decisions_then_the_board(roster: Roster) -> None:
    page = _Page(index_html(roster))
    text = _words(page.text)
    order = [
        "Week 20: 12 of 14 visits, 17 conversations, proven best possible",
        "Needs a decision",
        "Rådgiver 2 kan ikke holde frokost",
        "The week",
        "What could not be placed",
        "What the roster costs",
        "Consultants",
        "Take it with you",
    ]
    places = [text.index(part) for part in order]
    assert places == sorted(places)


def test_how_far_it_is_to_the_goal_stands_under_the_sentence_where_that_is_known(roster: Roster) -> None:
    standing = Standing(goal=1900, held=412, planned=38)
    with i18n.using("da"):
        text = _words(_Page(index_html(roster, standing=standing)).text)
        assert "bevist bedst mulig 412 af 1.900 samtaler holdt, 38 planlagt, 1.450 mangler " in text
        assert "samtaler holdt" not in index_html(roster)
    assert "412 of 1,900 conversations held" in index_html(roster, standing=standing)


@pytest.mark.parametrize(
    ("held", "planned", "missing"), [(0, 0, 900), (800, 100, 0), (899, 0, 1), (950, 40, 0)]
)
def test_no_fewer_than_none_are_missing(held: int, planned: int, missing: int) -> None:
    assert Standing(goal=900, held=held, planned=planned).missing == missing


def test_distance_from_the_best_is_rounded_up(roster: Roster) -> None:
    later = roster.replace(status="feasible", bound=roster.score - 1, gap=0.000001)
    assert words.proof(later) == "at most 0.1 % from the best possible"


def test_every_round_links_to_its_map_and_everything_can_be_downloaded(roster: Roster) -> None:
    links = set(_Page(index_html(roster)).all("href"))
    for round_ in roster.rounds:
        assert names.round_map(round_) in links
        assert links >= set(gpx.files(roster, round_))
    assert {link for link in links if link.startswith("gpx/")} == {
        name for round_ in roster.rounds for name in gpx.files(roster, round_)
    }
    assert {names.WORKBOOK, names.WEEK_MAP, names.calendar("r1"), names.calendar("r2")} <= links
    assert names.ROSTER not in links
    assert all(re.fullmatch(r"#[a-z0-9-]+|[a-zA-Z0-9_./-]+", link) for link in links)


def test_internal_links_and_labels_lead_somewhere(roster: Roster) -> None:
    page = _Page(index_html(roster))
    ids = page.all("id")
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in page.all("href") if link.startswith("#")} <= set(ids)
    assert {label for labels in page.all("aria-labelledby") for label in labels.split()} <= set(ids)


def test_no_home_is_told(roster: Roster) -> None:
    html = index_html(roster)
    assert samples.HOME_ADDRESS not in html
    assert samples.HOME_NAME not in html
    assert samples.MISSED_HOME_NAME not in html
    assert "12.54504" not in html
    assert "Home visit" in html


def test_hostile_texts_are_shown_and_do_nothing() -> None:
    # Take away what differs: the same page, element for element, with other texts.
    plain, hostile = _Page(index_html(samples.roster())), _Page(index_html(samples.roster(hostile=True)))
    assert [tag for tag, _attrs in hostile.elements] == [tag for tag, _attrs in plain.elements]
    assert [set(attrs) for _tag, attrs in hostile.elements] == [set(attrs) for _tag, attrs in plain.elements]
    assert samples.MARKUP in hostile.text
    assert "img" not in {tag for tag, _attrs in hostile.elements}


def test_asks_for_nothing_from_elsewhere(roster: Roster) -> None:
    html = index_html(roster)
    assert not re.search(r"https?://|url\(|@import|<script|<link", html)


def test_an_empty_week_has_a_page(roster: Roster) -> None:
    empty = roster.replace(
        rounds=(), unassigned=(), consultants=(), notes=(), terms={}, score=0, bound=0, closed_days=()
    )
    text = _words(_Page(index_html(empty)).text)
    assert "Week 20: 0 of 0 visits" in text
    assert "Nothing needs a decision" in text


# --- The board ------------------------------------------------------------------------------------


def test_blocks_stand_at_their_times(roster: Roster) -> None:
    week = board(roster)
    assert len(week.days) == 5
    axis, monday = week.rows[0].axis, week.rows[0].cells[0]
    assert (axis.first, axis.length) == (480, 450)  # 8:00 to 15:30
    assert axis.hours[0] == (0, 8)
    assert axis.hours[-1] == (420, 15)
    visit = next(item for item in monday.items if item.title == "Praksis Vesterbrogade")
    assert (visit.span.top, visit.span.length) == (105, 95)  # 9:45 to 11:20
    assert visit.band
    assert (visit.band.span.top, visit.band.span.length) == (90, 120)  # 9:30 to 11:30
    assert [(shift.top, shift.length) for shift in monday.shifts] == [(0, 450)]


def test_both_parts_of_a_split_shift_are_shown(roster: Roster) -> None:
    first, *others = roster.consultants
    monday, *days = first.shifts
    noon = monday.start.replace(hour=12, minute=0)
    parts = (dataclasses.replace(monday, end=noon), dataclasses.replace(monday, start=noon.replace(hour=13)))
    split = roster.replace(consultants=(dataclasses.replace(first, shifts=(*parts, *days)), *others))
    (whole,), cells = board(roster).rows[0].cells[0].shifts, board(split).rows[0].cells[0].shifts
    assert (cells[0].top, cells[-1].top + cells[-1].length) == (whole.top, whole.top + whole.length)
    assert cells[1].top - cells[0].top - cells[0].length == 60
    assert index_html(split).count('class="shift"') == index_html(roster).count('class="shift"') + 1


def test_a_day_reads_in_the_order_of_the_clock(roster: Roster) -> None:
    items = board(roster).rows[0].cells[1].items
    assert [item.kind for item in items] == [
        "ride", "visit", "ride", "wait", "visit", "ride", "desk", "lunch", "ride", "home_visit", "ride",
    ]  # fmt: skip
    assert [item.span.top for item in items] == sorted(item.span.top for item in items)


def test_in_the_house_of_the_base_nobody_waits_or_leaves_early(roster: Roster) -> None:
    tuesday = roster.rounds[2]
    stops = list(tuesday.stops)
    # The second stop is reached long before it begins, as one may where it counts as base.
    second = dataclasses.replace(stops[1], waiting_seconds=0)
    desk = dataclasses.replace(stops[2], arrival=stops[2].arrival + dt.timedelta(minutes=20))
    house = dataclasses.replace(tuesday, stops=(stops[0], second, desk, *stops[3:]))
    items_there = board(roster.replace(rounds=(house,))).rows[0].cells[1].items
    usual = board(roster.replace(rounds=(tuesday,))).rows[0].cells[1].items
    assert [item.kind for item in usual].count("wait") == 1
    assert "wait" not in [item.kind for item in items_there]
    before, after = ([item for item in items if item.kind == "ride"][2] for items in (usual, items_there))
    assert (after.span.top - before.span.top, after.span.length) == (20, before.span.length)


def test_lunch_lies_in_its_wait(roster: Roster) -> None:
    kinds = [item.kind for item in board(roster).rows[0].cells[0].items]
    assert kinds == ["engagement", "ride", "visit", "ride", "wait", "lunch", "visit", "ride"]


def test_rides_add_up(roster: Roster) -> None:
    for row in board(roster).rows:
        for cell in row.cells:
            mine = (row.consultant.consultant_id, cell.day.date)
            own = [r for r in roster.rounds if (r.consultant_id, r.date) == mine]
            rides = [item for item in cell.items if item.kind == "ride"]
            # Between the moments shown lies the ride and the parking of the bicycle.
            shown_s = sum(item.span.length * 60 for item in rides)
            riding_s = sum(round_.ride_seconds for round_ in own)
            assert riding_s - 10 <= shown_s <= riding_s + 130 * len(rides)


def test_closed_day_says_why_and_absence_is_told(roster: Roster) -> None:
    week = board(roster)
    assert [day.closed for day in week.days] == [None] * 4 + ["Fælles kursusdag"]
    wednesday = week.rows[1].cells[2]
    assert (wednesday.shifts, wednesday.items, wednesday.href) == ((), (), "")


def test_districts_differ_by_colour_and_letters(roster: Roster) -> None:
    found = districts(roster)
    assert [(d.name, d.style, d.code) for d in found.values()] == [
        ("Kgs. Enghave", 0, "K"),
        ("Valby", 1, "Va"),
        ("Vesterbro", 2, "Ve"),
    ]


def test_weekend_only_when_somebody_works(roster: Roster) -> None:
    saturday = samples.WEEK.days[5]
    round_ = roster.rounds[1]
    moved = type(round_)(**{**{name: getattr(round_, name) for name in round_.__slots__}, "date": saturday})
    assert len(board(roster.replace(rounds=(*roster.rounds, moved))).days) == 6


# --- What stands beside the roster ------------------------------------------------------------------


def _beside(**more: Any) -> Beside:
    bends = {
        "istedgade": Bend(instead_of="r1", moved_from=at(samples.WEEK.monday, 9 * 3600)),
        "hb-1": Bend(locked=True),
        "vesterbrogade": Bend(pinned=True),
    }
    return Beside(bends=bends, **more)


def test_compromises_name_their_visit_and_lead_to_its_block(roster: Roster) -> None:
    html = index_html(roster, None, _beside())
    page = _Page(html)
    text = _words(page.text)
    stop = next(s for r in roster.rounds for s in r.stops if s.id == "istedgade")
    when = f"{i18n.day(stop.start.date(), 'short')} {i18n.clock(stop.start)}"
    told = f"Praksis Istedgade {when}: Rådgiver 2 instead of Rådgiver 1, moved from Mon 11 May 9:00"
    assert "Compromises" in text
    assert told in text
    assert text.index("Needs a decision") < text.index(told) < text.index("The week")
    link = next(line for line in html.splitlines() if "Praksis Istedgade</a>" in line and "#visit-" in line)
    anchor = link.split('href="#')[1].split('"')[0]
    block = next(attrs for _tag, attrs in page.elements if attrs.get("id") == anchor)
    assert str(block["title"]).startswith("Praksis Istedgade, ")
    assert "Rådgiver 2 instead of Rådgiver 1" in str(block["title"])
    # A pin or a lock is no compromise.
    assert text.count("instead of Rådgiver 1") == 2  # in the list, and on the block


def test_without_compromises_and_all_placed_nothing_needs_a_decision(roster: Roster) -> None:
    calm = roster.replace(unassigned=(), notes=())
    text = _words(_Page(index_html(calm, None, Beside(bends={"istedgade": Bend(pinned=True)}))).text)
    assert "Nothing needs a decision" in text
    assert "pinned" in text


def test_marks_say_what_a_visit_bends(roster: Roster) -> None:
    items = {item.title: item for row in board(roster, _beside()).rows for c in row.cells for item in c.items}
    assert [mark.sign for mark in items["Praksis Istedgade"].marks] == ["other", "moved"]
    assert [(mark.sign, mark.text) for mark in items["Home visit"].marks] == [("held", "locked")]
    assert [(mark.sign, mark.text) for mark in items["Praksis Vesterbrogade"].marks] == [("held", "pinned")]
    assert board(roster).kinds & {"other", "moved", "held"} == frozenset()
    assert board(roster, _beside()).kinds >= {"other", "moved", "held"}


def test_notes_on_addresses_stand_apart_below(roster: Roster) -> None:
    note = Text("same_house", {"place_id": "annex", "other_id": "istedgade"})
    text = _words(_Page(index_html(roster.replace(notes=(*roster.notes, note)))).text)
    assert text.index("kan ikke holde frokost") < text.index("The week")
    assert text.index("Addresses and the map") > text.index("What could not be placed")
    assert text.index("annex is in the same house") > text.index("Addresses and the map")


def test_what_is_owed_and_rooms_that_nobody_uses_are_listed(roster: Roster) -> None:
    monday = samples.WEEK.monday
    room = Room(practice="Praksis Valby", start=at(monday, 9 * 3600), end=at(monday, 12 * 3600), room="Lokale 2",
                consultant_id="r2", conversations=2)  # fmt: skip
    idle = dataclasses.replace(room, practice="Praksis Nord", room="", consultant_id=None, conversations=0)
    debt = Debt(practice="Praksis Syd", week="2009-W18", conversations=1)
    html = index_html(roster, None, Beside(rooms=(room, idle), used_rooms=12, debts=(debt,)))
    text = _words(_Page(html).text)
    assert "Praksis Syd: 1 conversation (2009-W18)" in text
    assert text.index("Owed from earlier weeks") < text.index("The week")
    assert "12 lent rooms are used by visits." in text
    assert "9:00–12:00 Praksis Valby (Lokale 2): Rådgiver 2, 2 conversations" in text
    assert "9:00–12:00 Praksis Nord: nobody has time" in text


def test_free_time_is_hatched_where_nothing_else_lies(roster: Roster) -> None:
    monday = roster.rounds[0]
    lunch = next(stop for stop in monday.stops if stop.kind == "lunch")
    free = FreeTime(
        consultant_id=monday.consultant_id,
        start=lunch.start - dt.timedelta(minutes=60),
        end=lunch.end + dt.timedelta(minutes=20),
        conversations=2,
        practices=("Praksis Syd", "Praksis Nord"),
    )
    alone = dataclasses.replace(monday, stops=(lunch,))
    week = board(roster.replace(rounds=(alone,)), Beside(free=(free,)))
    cell = week.rows[0].cells[0]
    (hatched,) = (item for item in cell.items if item.kind == "free")
    (seen,) = (item for item in cell.items if item.kind == "lunch")
    assert [piece.length for piece in hatched.pieces] == [60, 20]
    assert hatched.pieces[0].end == seen.span.top
    assert hatched.pieces[1].top == seen.span.end
    assert (hatched.title, hatched.short) == ("room for 2 conversations", "2")
    html = index_html(roster.replace(rounds=(alone,)), None, Beside(free=(free,)))
    assert html.count('class="hatch"') == 2
    assert html.count("Praksis Syd, Praksis Nord") == 2  # on hovering and for screen readers


def test_free_time_of_a_day_without_a_round_is_shown(roster: Roster) -> None:
    day = samples.WEEK.days[3]
    free = FreeTime(
        consultant_id="r1", start=at(day, 9 * 3600), end=at(day, 11 * 3600), conversations=1, practices=("P",)
    )
    without = roster.replace(rounds=tuple(r for r in roster.rounds if r.date != day))
    assert [item.kind for item in board(without, Beside(free=(free,))).rows[0].cells[3].items] == ["free"]


# --- Time to spare ----------------------------------------------------------------------------------


def _day(stops: Sequence[Stop], *, leaves: int = 480, returns: int = 900) -> Round:
    return Round(
        consultant_id="r1", date=samples.WEEK.monday, leaves_base=_at(leaves), returns_base=_at(returns),
        ride_seconds=1200, ride_metres=3000, waiting_seconds=0, conversations=2, stops=tuple(stops),
    )  # fmt: skip


def _at(minute: int) -> dt.datetime:
    return at(samples.WEEK.monday, 60 * minute)


def _stop(
    kind: StopKind,
    start: int,
    end: int,
    *,
    ride: int = 0,
    arrival: int | None = None,
    room: tuple[int, int] | None = None,
) -> Stop:
    return Stop(
        kind=kind, id=f"{kind}-{start}", place_id="desk" if kind == "desk" else f"p{start}", name=kind, lat=None, lon=None,
        arrival=_at(start if arrival is None else arrival), start=_at(start), end=_at(end), ride_seconds=60 * ride,
        slot=StopSlot(start=_at(room[0]), end=_at(room[1])) if room else None,
    )  # fmt: skip


def _spare(*stops: Stop, returns: int = 900, shift: tuple[int, int] = (480, 930)) -> tuple[int, str, str]:
    hours = ShiftHours(date=samples.WEEK.monday, start=_at(shift[0]), end=_at(shift[1]))
    consultant = dataclasses.replace(samples.roster().consultants[0], shifts=(hours,))
    found = spare(stops[0], _day(stops, returns=returns), consultant)
    return found.minutes, found.until, found.level


# The first ride takes 8 minutes, and parking 2: from base at 8:00, there at 8:10.
_FIRST = _stop("visit", 490, 540, ride=8, room=(480, 720))


def test_a_visit_may_last_until_its_room_closes() -> None:
    tight = dataclasses.replace(_FIRST, slot=StopSlot(start=_at(480), end=_at(544)))
    assert _spare(tight) == (4, "room", "short")
    assert _spare(dataclasses.replace(tight, slot=StopSlot(start=_at(480), end=_at(545)))) == (
        5,
        "room",
        "scarce",
    )
    assert _spare(dataclasses.replace(tight, slot=StopSlot(start=_at(480), end=_at(555)))) == (
        15,
        "room",
        "ample",
    )


def test_or_until_one_has_to_leave_for_the_next_stop() -> None:
    # 9:00, 10 minutes of riding and 2 of parking, begins at 9:20: 8 minutes.
    assert _spare(_FIRST, _stop("visit", 560, 610, ride=10, arrival=552)) == (8, "next", "scarce")
    # From the base's house one leaves just in time: arrival is the start there.
    assert _spare(_FIRST, _stop("visit", 560, 610, ride=10, arrival=560)) == (8, "next", "scarce")
    # In the same house nobody rides or parks.
    assert _spare(_FIRST, _stop("visit", 560, 610, arrival=540)) == (20, "next", "ample")


def test_lunch_on_the_way_takes_its_time() -> None:
    lunch = _stop("lunch", 552, 582)
    assert _spare(_FIRST, lunch, _stop("visit", 590, 640, ride=10, arrival=552)) == (8, "next", "scarce")


def test_work_at_base_gives_way_to_what_lasts_longer() -> None:
    desk = _stop("desk", 552, 620, ride=10)
    assert _spare(_FIRST, desk, _stop("visit", 640, 690, ride=10, arrival=640)) == (68, "next", "ample")


def test_after_the_last_stop_there_is_time_until_the_shift_ends() -> None:
    last = dataclasses.replace(_FIRST, slot=None)
    assert _spare(last, returns=927) == (3, "shift", "short")
    assert _spare(last, _stop("lunch", 880, 910), returns=870) == (30, "shift", "ample")


def test_time_to_spare_is_on_every_visit_and_in_words(roster: Roster) -> None:
    items = [item for row in board(roster).rows for cell in row.cells for item in cell.items]
    assert {item.kind for item in items if item.spare} <= {"visit", "home_visit", "task"}
    assert all(item.spare and item.anchor for item in items if item.kind in ("visit", "home_visit", "task"))
    html = index_html(roster)
    assert "to spare until the" in html


# --- Rooms ------------------------------------------------------------------------------------------


def test_hours_of_rooms_at_one_time_have_lanes_of_their_own(roster: Roster) -> None:
    stops = (
        _stop("visit", 490, 540, ride=8, room=(480, 720)),
        _stop("visit", 560, 610, ride=8, room=(540, 720)),
        _stop("visit", 740, 790, ride=8, room=(730, 800)),
    )
    week = board(roster.replace(rounds=(_day(stops),)))
    cell = week.rows[0].cells[0]
    bands = [item.band for item in cell.items if item.band]
    assert [band.lane for band in bands] == [0, 1, 0]
    assert cell.lanes == 2
    assert [(band.opens, band.closes) for band in bands] == [(True, True)] * 3


def test_a_room_that_is_open_longer_than_anybody_works_has_no_end_on_the_axis(roster: Roster) -> None:
    week = board(roster.replace(rounds=(_day([_stop("visit", 490, 540, ride=8, room=(400, 1200))]),)))
    (item,) = (item for item in week.rows[0].cells[0].items if item.band)
    assert item.band
    assert (item.band.opens, item.band.closes) == (False, False)
    assert item.band.span.top == 0
    assert item.band.span.length == week.rows[0].axis.length


def test_work_at_base_and_a_lunch_at_its_beginning_lie_side_by_side(roster: Roster) -> None:
    desk = _stop("desk", 600, 720, ride=8)
    for lunch, halved in ((_stop("lunch", 600, 630), True), (_stop("lunch", 660, 690), False)):
        items = board(roster.replace(rounds=(_day([desk, lunch]),))).rows[0].cells[0].items
        assert {item.kind: item.halved for item in items if item.kind != "ride"} == {
            "desk": halved,
            "lunch": halved,
        }


# --- Colours --------------------------------------------------------------------------------------


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(a: str, b: str) -> float:
    dark, light = sorted((_luminance(a), _luminance(b)))
    return (light + 0.05) / (dark + 0.05)


def test_letters_and_texts_on_districts_have_aa_contrast(roster: Roster) -> None:
    html = index_html(roster)
    palettes = re.findall(r"\.d\d \{ --c: (#\w{6}); --t: (#\w{6}); --p: (#\w{6}); \}", html)
    assert len(palettes) == 12  # six districts, light and dark
    inks = {"light": ("#1c2024", "#565e66"), "dark": ("#eceeef", "#a8b1b8")}
    feet = re.findall(r"--short: (#\w{6});\s*--scarce: (#\w{6});", html)
    papers = ("#ffffff", "#1d2226")
    assert [
        min(_contrast(colour, paper) for colour in foot) >= 4.5
        for foot, paper in zip(feet, papers, strict=True)
    ] == [True, True]
    for number, (colour, tint, _pale) in enumerate(palettes):
        assert _contrast(colour, tint) >= 4.5
        for ink in inks["light" if number < 6 else "dark"]:
            assert ink in html
            assert _contrast(ink, tint) >= 4.5
