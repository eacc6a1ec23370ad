"""index.html as people open it: at a desk, on a phone, on paper, with and without JavaScript."""

from pathlib import Path

import pytest
import samples
from outputs.browser import DESK, PHONE, opened, pdf_pages
from playwright.sync_api import Browser

from scheduler.base import i18n
from scheduler.outputs.page import index_html

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    with i18n.using("en"):
        (folder / "index.html").write_text(index_html(samples.roster()), encoding="utf-8")
        hostile = index_html(samples.roster(hostile=True))
    (folder / "hostile.html").write_text(hostile, encoding="utf-8")
    return folder


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("size", [PHONE, (900, 700), DESK])
@pytest.mark.parametrize("name", ["index", "hostile"])
def test_opens_quietly_and_fits(
    browser: Browser, folder: Path, name: str, size: tuple[int, int], *, script: bool
) -> None:
    with opened(browser, folder / f"{name}.html", size=size, script=script) as page:
        assert page.page.locator("h1").inner_text().startswith("Week 20: 12 of 14 visits")
        assert page.page.locator(".block").first.is_visible()
        assert page.page.locator("img, script").count() == 0
        assert page.is_quiet()
        if script:  # measuring needs it
            assert page.fits()


def test_days_across_and_consultants_down(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "index.html", size=DESK) as page:
        days = [day.bounding_box() for day in page.page.locator(".day > h3").all()]
        assert len({day["y"] for day in days if day}) == 1
        cells = page.page.locator(".day").first.locator(".cell").all()
        boxes = [cell.bounding_box() for cell in cells]
        assert len({box["x"] for box in boxes if box}) == 1
        tops = [box["y"] for box in boxes if box]
        assert tops == sorted(set(tops))


def test_blocks_are_as_high_as_they_are_long(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "index.html", size=DESK) as page:
        long = page.page.locator(".block", has_text="Praksis Vesterbrogade").first.bounding_box()
        short = page.page.locator(".block", has_text="Praksis Annexstræde").first.bounding_box()
        assert long
        assert short
        assert long["height"] / short["height"] == pytest.approx(95 / 50, rel=0.02)
        band = page.page.locator(".visit", has_text="Praksis Vesterbrogade").locator(".band").bounding_box()
        assert band
        assert band["y"] < long["y"]
        assert band["y"] + band["height"] > long["y"] + long["height"]


def test_on_a_phone_every_day_is_a_list(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "index.html", size=PHONE) as page:
        blocks = page.page.locator(".day").first.locator(".block").all()
        boxes = [block.bounding_box() for block in blocks]
        texts = [block.locator("b").inner_text() for block in blocks]
        assert texts[:4] == ["Telefontid", "Praksis Vesterbrogade", "Lunch", "Praksis Matthæusgade"]
        tops = [box["y"] for box in boxes if box]
        assert tops == sorted(tops)
        assert all(box["height"] >= 44 for box in boxes if box)
        # Nothing is cut off: every line of every block is seen whole.
        cut = "elements => elements.filter(e => e.scrollWidth > e.clientWidth + 1).length"
        assert page.page.locator(".block, .line").evaluate_all(cut) == 0
        inline = ("unplaced-", "maps/week.html", 'class="skip"')
        assert [target for target in page.small_targets() if not any(word in target for word in inline)] == []


def test_keyboard_reaches_every_block(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "index.html", size=DESK) as page:
        blocks = page.page.locator(".block").count()
        reached = set()
        page.page.focus("#board")
        for _press in range(blocks + 15):
            page.page.keyboard.press("Tab")
            reached.add(page.page.evaluate(
                "[...document.querySelectorAll('.block')].indexOf(document.activeElement)"
            ))  # fmt: skip
        assert reached >= set(range(blocks))


def test_screen_readers_hear_day_consultant_and_district(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "index.html", size=DESK) as page:
        tree = page.page.locator(".day").first.aria_snapshot()
        assert "Mon 11 May" in tree
        assert "Rådgiver 1" in tree
        assert "Praksis Vesterbrogade" in tree
        assert "Vesterbro" in tree
        assert "Ride 4 min, 1.1 km" in tree


def test_the_week_prints_on_one_landscape_page(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "index.html", size=DESK) as page:
        pdf = page.page.pdf(prefer_css_page_size=True)
        assert pdf_pages(pdf) <= 3
        page.page.set_viewport_size({"width": 1054, "height": 725})  # A4 less its margins
        page.page.emulate_media(media="print")
        box = page.page.locator(".board").bounding_box()
        assert box
        assert box["y"] + box["height"] <= 725
        assert page.fits()
