"""Maps under fingers, keys and eyes: in a week of four consultants, with practices in one house and long names."""

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import samples
from axe_playwright_python.sync_playwright import Axe
from outputs.browser import DESK, PHONE, SMALL, Opened, opened
from playwright.sync_api import Browser

from scheduler.base import i18n
from scheduler.model.config import MapSettings
from scheduler.model.roster import Roster, Round, Stop
from scheduler.outputs import maps
from scheduler.outputs.privacy import public

pytestmark = pytest.mark.browser

#: Of consultant 2 on Tuesday: three practices in Valby.
VALBY = 3
LONG_NAME = "Lægefællesskabet for Sygedagpenge og Arbejdsmedicin på Valby"
LETTERS = "ABCDEFGHIJKLMN"


def _crowded_round(round_: Round) -> Round:
    """Two practices in one house, one of them with a long name and visited again at the end."""
    one, other, third = round_.stops[0], round_.stops[1], round_.stops[-1]
    other = dataclasses.replace(other, name=LONG_NAME, lat=one.lat, lon=one.lon)
    again = _later(other, third.end - other.end)
    return dataclasses.replace(round_, stops=(*round_.stops[:1], other, *round_.stops[2:], again))


def _later(stop: Stop, by: timedelta) -> Stop:
    starts = tuple(start + by for start in stop.conversation_starts)
    return dataclasses.replace(
        stop,
        arrival=stop.arrival + by,
        start=stop.start + by,
        end=stop.end + by,
        conversation_starts=starts,
        slot=None,
    )


def _crowded_week() -> Roster:
    """Four consultants of whom two ride as the others do."""
    roster = samples.roster()
    rounds = [_crowded_round(each) if i == VALBY else each for i, each in enumerate(roster.rounds)]
    doubles = {"r1": "r3", "r2": "r4"}
    others = [dataclasses.replace(each, consultant_id=doubles[each.consultant_id]) for each in rounds]
    consultants = [
        dataclasses.replace(each, consultant_id=doubles[each.consultant_id], name=f"{LONG_NAME} {each.name}")
        for each in roster.consultants
    ]
    return roster.replace(rounds=(*rounds, *others), consultants=(*roster.consultants, *consultants))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crowded")
    roster, background = _crowded_week(), samples.background()
    rides, settings = samples.rides(roster), MapSettings()
    with i18n.using("en"):
        round_ = maps.round_page(roster, roster.rounds[VALBY], rides, background, map_settings=settings)
        week = maps.week_page(public(roster), rides, background, map_settings=settings)
    (folder / "round.html").write_text(round_, encoding="utf-8")
    (folder / "week.html").write_text(week, encoding="utf-8")
    return folder


@contextmanager
def _live(browser: Browser, file: Path, **how: object) -> Iterator[Opened]:
    with opened(browser, file, **how) as live:  # type: ignore[arg-type]  # as `opened` has them
        live.page.wait_for_selector(".map.live .stop-icon")
        yield live


def _drag(live: Opened, *fingers: tuple[tuple[float, float], tuple[float, float]]) -> None:
    """Put fingers down and move each from its one point to its other."""
    session = live.page.context.new_cdp_session(live.page)

    def send(kind: str, part: float = 0.0) -> None:
        points = [{"x": a + part * (c - a), "y": b + part * (d - b)} for (a, b), (c, d) in fingers]
        session.send(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": points if kind != "touchEnd" else []}
        )
        live.page.wait_for_timeout(16)

    send("touchStart")
    for step in range(1, 11):
        send("touchMove", step / 10)
    send("touchEnd")


def _labels(live: Opened) -> list[str]:
    return [text for text in live.page.locator(".stop-icon b").all_inner_texts() if text]


_MIDDLES = """() => [...document.querySelectorAll('.stop-icon')].map(icon => {
    const box = icon.querySelector('.pill').getBoundingClientRect();
    return [box.x + box.width / 2, box.y + box.height / 2,
        [...icon.querySelectorAll('b')].map(label => label.textContent)];
})"""

_POPUP_INSIDE = """() => {
    const map = document.querySelector('.folium-map').getBoundingClientRect();
    const popup = document.querySelector('.leaflet-popup').getBoundingClientRect();
    return popup.left >= map.left && popup.right <= map.right && popup.top >= map.top && popup.bottom <= map.bottom;
}"""

_TAP_BOXES_APART = """() => {
    const boxes = [...document.querySelectorAll('.stop-icon')].map(icon => icon.getBoundingClientRect());
    return boxes.every((a, i) => boxes.slice(i + 1).every(b =>
        a.right <= b.left + .5 || b.right <= a.left + .5 || a.bottom <= b.top + .5 || b.bottom <= a.top + .5));
}"""


@pytest.mark.parametrize(
    ("name", "size"), [("round", SMALL), ("round", PHONE), ("week", SMALL), ("week", PHONE)]
)
def test_a_tap_on_a_sign_opens_its_own_stops_within_the_map(
    browser: Browser, folder: Path, name: str, size: tuple[int, int]
) -> None:
    with _live(browser, folder / f"{name}.html", size=size) as live:
        page = live.page
        page.locator(".folium-map").scroll_into_view_if_needed()
        page.evaluate("document.querySelector('.map').scrollIntoView()")
        assert page.evaluate(_TAP_BOXES_APART)
        for number in range(page.locator(".stop-icon").count()):
            x, y, labels = page.evaluate(_MIDDLES)[number]
            page.touchscreen.tap(x, y)
            words = page.locator(".leaflet-popup-content")
            words.wait_for()
            page.wait_for_timeout(400)  # the map moves until all of the popup is seen
            said = [text for label in words.locator(".said").all_inner_texts() for text in label.split("·")]
            assert page.evaluate(_POPUP_INSIDE)
            if not any("stops" in label for label in labels):
                assert sorted(said) == sorted(labels)
            page.keyboard.press("Escape")
            words.wait_for(state="detached")
            for _again in range(2):  # large and small again is the whole view again
                page.locator(".whole-button").evaluate("button => button.click()")
        assert live.is_quiet()


def test_stops_in_one_house_are_one_pill_at_every_zoom(browser: Browser, folder: Path) -> None:
    with _live(browser, folder / "round.html", size=DESK) as live:
        assert "1·2·4" in "".join(live.page.locator(".map-svg .stop").first.evaluate("g => g.textContent"))
        for _step in range(6):
            live.page.locator(".leaflet-control-zoom-in").evaluate("button => button.click()")
            live.page.wait_for_timeout(350)
            together = [icon.inner_text().split() for icon in live.page.locator(".stop-icon").all()]
            assert any({"1", "2", "4"} <= set(labels) for labels in together)
        live.page.locator("a[data-stop='2·4']").first.click()
        words = live.page.locator(".leaflet-popup-content").inner_text()
        assert LONG_NAME in words
        assert "Praksis Toftegårds Allé" in words


def test_signs_are_as_large_as_a_finger_where_there_is_room(browser: Browser, folder: Path) -> None:
    with _live(browser, folder / "round.html") as live:
        assert live.small_targets() == []


def test_one_finger_scrolls_the_page_and_two_move_the_map(browser: Browser, folder: Path) -> None:
    with _live(browser, folder / "round.html") as live:
        page = live.page
        box = page.locator(".folium-map").bounding_box()
        assert box
        x, y = box["x"] + 60, box["y"] + box["height"] - 60
        place = "() => document.querySelector('.stop-icon').style.transform"
        before = page.evaluate(place)
        _drag(live, ((x, y), (x, y - 150)))
        assert page.evaluate("window.scrollY") > 60
        assert page.evaluate(place) == before
        hint = page.locator(".map-hint.shown")
        hint.wait_for()
        assert hint.inner_text() == "Move the map with two fingers"
        page.wait_for_timeout(600)  # a page that was pushed glides on
        page.evaluate("window.scrollTo(0, 0)")
        apart = _apart(live)
        x, y = box["x"] + 150, box["y"] + 150
        _drag(live, ((x - 20, y), (x - 60, y + 30)), ((x + 20, y), (x + 60, y + 30)))
        live.page.wait_for_timeout(400)
        assert _apart(live) > 1.5 * apart
        assert page.evaluate("[window.visualViewport.scale, window.scrollY]") == [1, 0]
        assert not page.locator(".map-hint.shown").is_visible()


def test_large_the_map_moves_with_one_finger(browser: Browser, folder: Path) -> None:
    with _live(browser, folder / "round.html") as live:
        live.page.locator(".whole-button").tap()
        (x, y, _own), *_others = live.page.evaluate(_MIDDLES)
        _drag(live, ((100, 700), (180, 600)))
        live.page.wait_for_timeout(600)
        (moved_x, moved_y, _own), *_others = live.page.evaluate(_MIDDLES)
        assert moved_x > x + 40
        assert moved_y < y - 40
        assert not live.page.locator(".map-hint.shown").is_visible()


def _apart(live: Opened) -> float:
    """How far the first two signs are from each other."""
    (ax, ay, _a), (bx, by, _b) = live.page.evaluate(_MIDDLES)[:2]
    return float(((ax - bx) ** 2 + (ay - by) ** 2) ** 0.5)


def test_zooming_out_ends_one_step_above_the_whole_ride(browser: Browser, folder: Path) -> None:
    with _live(browser, folder / "round.html", size=DESK) as live:
        fitted = _apart(live)
        out = live.page.locator(".leaflet-control-zoom-out")
        for _step in range(5):
            out.evaluate("button => button.click()")
            live.page.wait_for_timeout(400)
        assert _apart(live) == pytest.approx(fitted / 2, rel=0.02)
        assert "leaflet-disabled" in str(out.get_attribute("class"))


_RIDE_SEEN = """() => {
    const map = document.querySelector('.folium-map').getBoundingClientRect();
    const line = document.querySelector('.folium-map path.ride:not(.lit)'), at = line.getScreenCTM();
    const length = line.getTotalLength();
    for (let d = 0; d <= length; d += 4) {
        const p = line.getPointAtLength(d).matrixTransform(at);
        if (p.x > map.left && p.x < map.right && p.y > map.top && p.y < map.bottom) { return true; }
    }
    return false;
}"""


def test_zooming_in_goes_towards_the_ride(browser: Browser, folder: Path) -> None:
    with _live(browser, folder / "round.html", size=DESK) as live:
        zoom_in = live.page.locator(".leaflet-control-zoom-in")
        for _step in range(8):
            if "leaflet-disabled" in str(zoom_in.get_attribute("class")):
                break
            zoom_in.click()
            live.page.wait_for_timeout(400)
            assert live.page.evaluate(_RIDE_SEEN)


@pytest.mark.parametrize(("name", "size"), [("round", PHONE), ("week", DESK)])
def test_a_button_shows_the_map_large_and_escape_small_again(
    browser: Browser, folder: Path, name: str, size: tuple[int, int]
) -> None:
    with _live(browser, folder / f"{name}.html", size=size) as live:
        page = live.page
        small = page.locator(".map").bounding_box()
        button = page.locator(".whole-button")
        button.click()
        assert page.locator(".map").bounding_box() == {"x": 0, "y": 0, "width": size[0], "height": size[1]}
        assert button.get_attribute("aria-label") == "Make the map small again"
        for _tab in range(30):  # around the map, never out of it into the page behind
            within = page.evaluate(
                "document.activeElement === document.body || !!document.activeElement.closest('.map')"
            )
            assert within
            page.keyboard.press("Tab")
        button.focus()
        page.keyboard.press("Escape")
        assert page.locator(".map").bounding_box() == small
        assert page.evaluate("document.activeElement.className") == "whole-button"
        assert page.locator("[inert]").count() == 0
        assert live.is_quiet()


def test_a_leg_that_is_tapped_lights_up(browser: Browser, folder: Path) -> None:
    with _live(browser, folder / "round.html", size=DESK) as live:
        page = live.page
        x, y = page.evaluate(
            """() => {
                const line = document.querySelector('.hit'), length = line.getTotalLength();
                const p = line.getPointAtLength(length / 2).matrixTransform(line.getScreenCTM());
                return [p.x, p.y];
            }"""
        )
        page.mouse.click(x, y)
        words = page.locator(".leaflet-popup-content")
        words.wait_for()
        assert "To Praksis Toftegårds Allé" in words.inner_text()
        assert "min · " in words.inner_text()
        assert str(page.locator("path.ride.lit").get_attribute("d")) != "M0 0"
        assert page.locator("path.ride.dim").count() == 1
        page.keyboard.press("Escape")
        words.wait_for(state="detached")
        assert page.locator("path.ride.dim").count() == 0


def _drawn(live: Opened, selector: str) -> int:
    return int(
        live.page.evaluate(
            "selector => [...document.querySelectorAll(selector)].filter(p => p.getAttribute('d').length > 5).length",
            f".folium-map {selector}",
        )
    )


def test_streets_that_many_ride_are_ribbons_with_their_number(browser: Browser, folder: Path) -> None:
    with _live(browser, folder / "week.html", size=DESK) as live:
        counts = live.page.locator(".folium-map .count").all_inner_texts()
        assert counts
        assert all(3 <= int(count) <= len(LETTERS) for count in counts)
        assert _drawn(live, "path.ribbon") > 0
        assert _drawn(live, "path.arrow") == 0


def test_chips_light_up_days_and_consultants_by_keyboard(browser: Browser, folder: Path) -> None:
    with _live(browser, folder / "week.html", size=DESK) as live:
        page = live.page
        everything = _labels(live)
        chips = page.get_by_role("checkbox")
        assert chips.count() == 4 + 4
        tuesday = page.get_by_role("group", name="Days").get_by_role("checkbox", name="Tue")
        tuesday.focus()
        page.keyboard.press("Space")
        lit = {label[0] for text in _labels(live) for label in [text]}
        assert lit <= {"C", "D", "J", "K"}
        assert _drawn(live, "path.arrow") > 0
        assert _drawn(live, "path.trace") == 1
        first = page.get_by_role("group", name="Consultants").get_by_role("checkbox").first
        first.focus()
        page.keyboard.press("Space")
        assert {label[0] for label in _labels(live)} == {"C"}
        page.keyboard.press("Space")
        tuesday.uncheck(force=True)
        assert _labels(live) == everything
        assert _drawn(live, "path.arrow") == 0


def test_a_row_of_the_legend_lights_its_round_up(browser: Browser, folder: Path) -> None:
    with _live(browser, folder / "week.html", size=DESK) as live:
        page = live.page
        everything = _labels(live)
        button = page.get_by_role("button", name="Light up round D on the map")
        button.focus()
        page.keyboard.press("Enter")
        assert button.get_attribute("aria-pressed") == "true"
        assert {label[0] for label in _labels(live)} == {"D"}
        assert _drawn(live, "path.arrow") == 1
        page.locator("tr", has=button).locator("td").last.click()
        assert button.get_attribute("aria-pressed") == "false"
        assert _labels(live) == everything


def test_the_week_without_javascript_has_its_map_and_legend(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "week.html", script=False) as still:
        page = still.page
        assert page.locator(".map-svg").is_visible()
        assert page.locator(".map-svg .count").count() > 0
        assert page.locator(".map-svg .arrow").count() == 0
        assert page.locator(".chip, .light").count() == 0
        assert [cell.inner_text() for cell in page.locator("[data-round]").all()] == list(LETTERS)
        assert still.is_quiet()


def test_paper_has_the_whole_map_whatever_is_lit(browser: Browser, folder: Path) -> None:
    with _live(browser, folder / "week.html", size=DESK) as live:
        live.page.locator(".light").first.click()
        live.page.locator(".whole-button").click()
        live.page.emulate_media(media="print")
        assert live.page.locator(".map-svg").is_visible()
        assert not live.page.locator(".folium-map").is_visible()
        assert not live.page.locator(".chip-bar").is_visible()
        assert live.page.locator(".legend").is_visible()


#: As it is opened, it is looked at with all other pages.
_STATES: dict[str, Callable[[Opened], object]] = {
    "a popup": lambda live: live.page.locator(".stop-icon").last.evaluate("icon => icon.click()"),
    "large": lambda live: live.page.locator(".whole-button").click(),
}


@pytest.mark.parametrize(
    ("name", "size", "scheme"), [("round", SMALL, "light"), ("week", PHONE, "dark"), ("week", DESK, "light")]
)
def test_axe_finds_nothing(
    browser: Browser, folder: Path, name: str, size: tuple[int, int], scheme: str
) -> None:
    with _live(browser, folder / f"{name}.html", size=size, scheme=scheme) as live:
        for state, enter in _STATES.items():
            enter(live)
            live.page.wait_for_timeout(300)
            found = Axe().run(live.page).response["violations"]
            serious = [each for each in found if each["impact"] in ("moderate", "serious", "critical")]
            assert not serious, (
                state,
                [(each["id"], [n["html"][:200] for n in each["nodes"]]) for each in serious],
            )
