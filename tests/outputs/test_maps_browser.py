"""The maps' pages as people open them: on a phone and on a desk, with and without JavaScript."""

import dataclasses
from pathlib import Path

import pytest
import samples
from outputs.browser import DESK, PHONE, Opened, opened, pdf_pages
from playwright.sync_api import Browser

from scheduler.base import i18n
from scheduler.model.config import MapSettings
from scheduler.outputs import maps
from scheduler.outputs.privacy import public

pytestmark = pytest.mark.browser

TUESDAY = 2  # of consultant 1: two visits, desk and lunch, a home visit


def _write_pages(folder: Path) -> None:
    for prefix, hostile in (("", False), ("danish-", False), ("hostile-", True)):
        roster = samples.roster(hostile=hostile)
        rides, background = samples.rides(roster, hostile=hostile), samples.background(hostile=hostile)
        with i18n.using("da" if prefix == "danish-" else "en"):
            pages = {
                "round": maps.round_page(
                    roster, roster.rounds[TUESDAY], rides, background, map_settings=MapSettings()
                ),
                "week": maps.week_page(public(roster), rides, background, map_settings=MapSettings()),
            }
        for name, html in pages.items():
            (folder / f"{prefix}{name}.html").write_text(html, encoding="utf-8")
    roster = samples.roster()
    # As much as a day can hold: seven stops away from base, with lunches and an engagement between.
    stops = tuple(stop for round_ in roster.rounds[2:5] for stop in round_.stops)
    busy = dataclasses.replace(roster.rounds[TUESDAY], stops=stops)
    roster = roster.replace(rounds=(busy,))
    html = maps.round_page(
        roster, busy, samples.rides(roster), samples.background(), map_settings=MapSettings()
    )
    (folder / "busy.html").write_text(html, encoding="utf-8")
    roster = samples.roster()
    alone = maps.round_map(roster, roster.rounds[TUESDAY], samples.rides(roster), samples.background())
    alone.save(str(folder / "notebook.html"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("maps")
    with i18n.using("en"):  # the fixture for every test does not reach one for a module
        _write_pages(folder)
    return folder


def _labels(page: Opened) -> list[str]:
    return page.page.locator(".stop-icon").all_inner_texts()


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("round", PHONE),
        ("round", DESK),
        ("danish-round", PHONE),
        ("hostile-round", PHONE),
        ("hostile-week", PHONE),
        ("hostile-week", DESK),
    ],
)
def test_live(browser: Browser, folder: Path, name: str, size: tuple[int, int]) -> None:
    with opened(browser, folder / f"{name}.html", size=size) as live:
        live.page.wait_for_selector(".map.live .stop-icon")
        if name.endswith("round"):
            assert _labels(live) == ["", "1", "2", "3"]
        assert live.fits()
        assert live.small_targets() == []
        assert not live.page.locator("svg.map-svg").is_visible()
        # The whole of it is in view: every stop lies inside the map.
        assert live.page.evaluate(_ALL_IN_VIEW)
        assert live.page.evaluate("document.querySelectorAll('img').length") == 0
        assert live.is_quiet()


@pytest.mark.parametrize(("name", "size"), [("round", PHONE), ("round", DESK), ("hostile-week", PHONE)])
def test_without_javascript(browser: Browser, folder: Path, name: str, size: tuple[int, int]) -> None:
    with opened(browser, folder / f"{name}.html", size=size, script=False) as still:
        drawing = still.page.locator("svg.map-svg")
        assert drawing.is_visible()
        assert not still.page.locator(".folium-map").is_visible()
        if name == "round":
            assert sorted(drawing.locator("g:not(.turn) text").all_text_contents()) == ["1", "2", "3"]
            assert drawing.locator(".stop-base .house").count() == 1
        assert still.is_quiet()


_ALL_IN_VIEW = """() => {
    const map = document.querySelector('.folium-map').getBoundingClientRect();
    return [...document.querySelectorAll('.stop-icon')].map(stop => stop.getBoundingClientRect()).every(
        stop => stop.left >= map.left - 22 && stop.right <= map.right + 22
            && stop.top >= map.top - 22 && stop.bottom <= map.bottom + 22);
}"""


def test_keyboard_reaches_every_stop(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "round.html", size=DESK) as live:
        page = live.page
        page.wait_for_selector(".stop-icon")
        page.focus(".folium-map")
        seen = []
        for _stop in range(4):
            page.keyboard.press("Tab")
            seen.append(page.evaluate("document.activeElement.getAttribute('aria-label')"))
        assert [label.split(":")[0] for label in seen] == ["Base", "1", "2", "3"]
        page.keyboard.press("Enter")
        words = page.locator(".leaflet-popup-content")
        words.wait_for()
        assert samples.HOME_ADDRESS in words.inner_text()
        assert "13:15 Home visit" in words.inner_text()
        page.keyboard.press("Escape")
        words.wait_for(state="detached")
        assert page.evaluate("document.activeElement.getAttribute('aria-label')") == seen[-1]


def test_a_stop_opens_its_words(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "hostile-round.html") as live:
        live.page.locator("a[data-stop='2']").tap()
        words = live.page.locator(".leaflet-popup-content")
        words.wait_for()
        text = words.inner_text()
        assert samples.MARKUP in text
        assert "room 9:00–12:00" in text
        assert "2\N{NO-BREAK SPACE}conversations: 10:10, 10:55" in text
        assert "then 9 min, 2.4 km to" in text
        assert live.fits()
        assert live.is_quiet()


def test_rides_keep_their_lanes_at_every_zoom(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "round.html", size=DESK) as live:
        page = live.page
        page.wait_for_selector(".folium-map path.ride:not(.lit)")

        def lines() -> str:
            return str(page.locator(".folium-map path.ride:not(.lit)").get_attribute("d"))

        first = lines()
        page.locator(".leaflet-control-zoom-in").click()
        page.wait_for_function(
            "d => document.querySelector('.folium-map path.ride').getAttribute('d') !== d", arg=first
        )
        assert live.is_quiet()


@pytest.mark.parametrize("name", ["round", "busy"])
def test_a_round_is_printed_on_one_page(browser: Browser, folder: Path, name: str) -> None:
    with opened(browser, folder / f"{name}.html") as live:
        live.page.wait_for_selector(".stop-icon")
        assert pdf_pages(live.page.pdf(prefer_css_page_size=True)) == 1
        live.page.emulate_media(media="print")
        assert live.page.locator("svg.map-svg").is_visible()
        assert not live.page.locator(".folium-map").is_visible()


def test_text_is_readable_in_the_dark(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "round.html", scheme="dark") as live:
        for selector in ("h1", ".time", ".place a", ".ride-row summary", ".badge span", "footer"):
            assert live.page.evaluate(_CONTRAST, selector) >= 4.5, selector


_CONTRAST = """selector => {
    const parts = text => text.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
        .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    let element = document.querySelector(selector);
    const ink = light(parts(getComputedStyle(element).color));
    while (parts(getComputedStyle(element).backgroundColor)[3] === 0) { element = element.parentElement; }
    const ground = light(parts(getComputedStyle(element).backgroundColor));
    return (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
}"""


def test_a_script_that_was_tampered_with_leaves_the_static_map(
    browser: Browser, folder: Path, tmp_path: Path
) -> None:
    html = (folder / "round.html").read_text(encoding="utf-8")
    broken = tmp_path / "broken.html"
    # Another script than the one whose hash the page's policy names is not run at all.
    broken.write_text(
        html.replace("hjul.run(function () {", "hjul.run(function () { stop;"), encoding="utf-8"
    )
    with opened(browser, broken) as page:
        assert page.page.locator("svg.map-svg").is_visible()
        assert page.errors


def test_the_map_of_a_notebook_draws_itself(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "notebook.html", size=DESK) as live:
        live.page.wait_for_selector(".stop-icon")
        assert _labels(live) == ["", "1", "2", "3"]
        assert live.is_quiet()
