"""index.html: what stands on it, what does not, and what hostile tables make of it."""

import dataclasses
import datetime as dt
import re
from html.parser import HTMLParser

import pytest
import samples

from scheduler.base import i18n
from scheduler.model.outcomes import Standing
from scheduler.model.roster import Roster
from scheduler.outputs import names, words
from scheduler.outputs.board import board, districts
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
        assert names.gpx(round_) in links
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
    assert (week.first_hour, week.hours, len(week.columns)) == (8, 8, 5)
    monday = week.columns[0].cells[0]
    visit = next(item for item in monday.items if item.title == "Praksis Vesterbrogade")
    assert (visit.span.top, visit.span.length) == (105, 95)  # 9:45 to 11:20
    assert visit.band
    assert (visit.band.top, visit.band.length) == (90, 120)  # 9:30 to 11:30
    assert [(shift.top, shift.length) for shift in monday.shifts] == [(0, 450)]


def test_both_parts_of_a_split_shift_are_shown(roster: Roster) -> None:
    first, *others = roster.consultants
    monday, *days = first.shifts
    noon = monday.start.replace(hour=12, minute=0)
    parts = (dataclasses.replace(monday, end=noon), dataclasses.replace(monday, start=noon.replace(hour=13)))
    split = roster.replace(consultants=(dataclasses.replace(first, shifts=(*parts, *days)), *others))
    (whole,), cells = board(roster).columns[0].cells[0].shifts, board(split).columns[0].cells[0].shifts
    assert (cells[0].top, cells[-1].top + cells[-1].length) == (whole.top, whole.top + whole.length)
    assert cells[1].top - cells[0].top - cells[0].length == 60
    assert index_html(split).count('class="shift"') == index_html(roster).count('class="shift"') + 1


def test_a_day_reads_in_the_order_of_the_clock(roster: Roster) -> None:
    items = board(roster).columns[1].cells[0].items
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
    items_there = board(roster.replace(rounds=(house,))).columns[1].cells[0].items
    usual = board(roster.replace(rounds=(tuesday,))).columns[1].cells[0].items
    assert [item.kind for item in usual].count("wait") == 1
    assert "wait" not in [item.kind for item in items_there]
    before, after = ([item for item in items if item.kind == "ride"][2] for items in (usual, items_there))
    assert (after.span.top - before.span.top, after.span.length) == (20, before.span.length)


def test_lunch_lies_in_its_wait(roster: Roster) -> None:
    kinds = [item.kind for item in board(roster).columns[0].cells[0].items]
    assert kinds == ["engagement", "ride", "visit", "ride", "wait", "lunch", "visit", "ride"]


def test_rides_add_up(roster: Roster) -> None:
    for column in board(roster).columns:
        for cell in column.cells:
            own = [
                r
                for r in roster.rounds
                if (r.consultant_id, r.date) == (cell.consultant.consultant_id, column.date)
            ]
            rides = [item for item in cell.items if item.kind == "ride"]
            # Between the moments shown lies the ride and the parking of the bicycle.
            shown_s = sum(item.span.length * 60 for item in rides)
            riding_s = sum(round_.ride_seconds for round_ in own)
            assert riding_s - 10 <= shown_s <= riding_s + 130 * len(rides)


def test_closed_day_says_why_and_absence_is_told(roster: Roster) -> None:
    week = board(roster)
    assert [column.closed for column in week.columns] == [None] * 4 + ["Fælles kursusdag"]
    wednesday = week.columns[2].cells[1]
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
    assert len(board(roster.replace(rounds=(*roster.rounds, moved))).columns) == 6


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
    for number, (colour, tint, _pale) in enumerate(palettes):
        assert _contrast(colour, tint) >= 4.5
        for ink in inks["light" if number < 6 else "dark"]:
            assert ink in html
            assert _contrast(ink, tint) >= 4.5
