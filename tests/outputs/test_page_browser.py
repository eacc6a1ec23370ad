"""index.html as people open it: at a desk, on a phone, on paper, with and without JavaScript."""

from functools import cache
from pathlib import Path
from typing import Literal

import pytest
import samples
from axe_playwright_python.sync_playwright import Axe
from outputs import stress
from outputs.browser import DESK, PHONE, opened, pdf_pages
from playwright.sync_api import Browser, ViewportSize

from scheduler.base import i18n
from scheduler.base.resources import example_folder
from scheduler.outputs import names
from scheduler.outputs.artifacts import Artifacts
from scheduler.outputs.page import index_html
from scheduler.services import planner
from scheduler.services.decide import decide

pytestmark = pytest.mark.browser


A4: ViewportSize = {"width": 1054, "height": 725}  # a landscape sheet less its margins


@cache
def _example() -> Artifacts:
    prepared = planner.prepare(example_folder())
    (plan,) = decide(planner.problem(prepared, "2009-W20"), time_limit_s=20.0)
    return planner.artifacts(plan, prepared, "da")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    with i18n.using("en"):
        (folder / "index.html").write_text(index_html(samples.roster()), encoding="utf-8")
        hostile = index_html(samples.roster(hostile=True))
    (folder / "hostile.html").write_text(hostile, encoding="utf-8")
    (folder / "example.html").write_bytes(_example()[names.INDEX])
    for lang in ("da", "en"):
        (folder / f"stress-{lang}.html").write_bytes(stress.artifacts(lang)[names.INDEX])
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
        rows = page.page.locator(".row").all()
        boxes = [[cell.bounding_box() for cell in row.locator(".cell").all()] for row in rows]
        assert all(len({box["y"] for box in row if box}) == 1 for row in boxes)
        for day in range(5):
            assert len({box["x"] for row in boxes for box in row[day : day + 1] if box}) == 1
        tops = [row[0]["y"] for row in boxes if row[0]]
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
        blocks = page.page.locator(".cell").first.locator(".block").all()
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
        tree = page.page.locator(".row").first.aria_snapshot()
        assert "Mon 11 May" in tree
        assert "Rådgiver 1" in tree
        assert "Praksis Vesterbrogade" in tree
        assert "Vesterbro" in tree
        assert "Ride 4 min, 1.1 km" in tree


# --- The whole week at a desk ---------------------------------------------------------------------


def test_two_consultants_are_seen_whole_at_a_desk(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "example.html", size=(1440, 900)) as page:
        boxes = [row.bounding_box() for row in page.page.locator(".row").all()]
        assert len(boxes) == 2
        assert all(box and box["y"] + box["height"] <= 900 - _PROGRESS_PX for box in boxes)
        assert page.page.locator("h1").is_visible()
        decide = page.page.locator(".decide").first.bounding_box()
        assert decide
        assert decide["y"] < 100


#: As high as a line of progress under the sentence may be.
_PROGRESS_PX = 26


def test_four_consultants_are_seen_whole_on_a_higher_screen(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "stress-da.html", size=(1440, 1600)) as page:
        boxes = [row.bounding_box() for row in page.page.locator(".row").all()]
        assert len(boxes) == 4
        assert all(box and box["y"] + box["height"] <= 1600 - _PROGRESS_PX for box in boxes)


#: What of a block's time is not within the block and in sight, by the title of the block.
_HIDDEN_TIMES = """() => [...document.querySelectorAll('.block')].filter(block => {
    const clock = block.querySelector('.clock').getBoundingClientRect(), box = block.getBoundingClientRect();
    return clock.height < 5 || clock.left < box.left - 1 || clock.right > box.right + 1
        || clock.top < box.top - 2 || clock.bottom > box.bottom + 2;
}).map(block => block.title)"""

#: The pairs of blocks that cover each other, but for lunch within work at base.
_OVERLAPS = """() => { const found = [];
    for (const track of document.querySelectorAll('.track')) {
        const blocks = [...track.querySelectorAll('li:not(.desk) > .block')];
        for (const [i, a] of blocks.entries()) for (const b of blocks.slice(i + 1)) {
            const one = a.getBoundingClientRect(), other = b.getBoundingClientRect();
            if (one.top < other.bottom - 2 && other.top < one.bottom - 2 && one.left < other.right && other.left < one.right)
                found.push(a.title + ' / ' + b.title);
        }
    }
    return found; }"""


@pytest.mark.parametrize("name", ["example", "stress-da", "stress-en", "index"])
@pytest.mark.parametrize("media", ["screen", "print"])
def test_every_block_has_its_time_and_covers_no_other(
    browser: Browser, folder: Path, name: str, media: Literal["screen", "print"]
) -> None:
    with opened(browser, folder / f"{name}.html", size=(1440, 900)) as page:
        if media == "print":
            page.page.set_viewport_size(A4)
            page.page.emulate_media(media="print")
        assert page.page.evaluate(_HIDDEN_TIMES) == []
        assert page.page.evaluate(_OVERLAPS) == []
        assert page.fits()


def test_names_wrap_where_there_is_room(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "stress-da.html", size=(1440, 900)) as page:
        long = page.page.locator(".block", has_text="Gammel Køge Landevej").locator("b").bounding_box()
        line = page.page.locator(".block.low b").first.bounding_box()
        assert long
        assert line
        assert long["height"] > 1.5 * line["height"]


def test_a_compromise_leads_to_its_block(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "stress-da.html", size=(1440, 900)) as page:
        link = page.page.locator(".decide a[href^='#visit-']").last
        name = link.inner_text()
        link.press("Enter")
        target = page.page.locator(":target")
        assert name in str(target.get_attribute("title"))
        assert target.is_visible()
        assert target.locator(".sign").count() >= 1


@pytest.mark.parametrize(
    ("size", "scheme", "lang"),
    [
        ((320, 640), "light", "da"),
        ((390, 844), "dark", "en"),
        ((1024, 768), "light", "en"),
        ((1440, 900), "dark", "da"),
    ],
)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    browser: Browser, folder: Path, size: tuple[int, int], scheme: Literal["light", "dark"], lang: str
) -> None:
    with opened(browser, folder / f"stress-{lang}.html", size=size, scheme=scheme) as page:
        assert page.is_quiet()
        assert page.fits()
        violations = Axe().run(page.page).response["violations"]
        assert [(v["id"], v["nodes"][0]["html"]) for v in violations if v["impact"] != "minor"] == []


@pytest.mark.parametrize("name", ["stress-da", "hostile"])
@pytest.mark.parametrize("size", [(320, 640), (768, 900), (1440, 900)])
def test_nothing_is_wider_than_the_screen_at_twice_the_text(
    browser: Browser, folder: Path, name: str, size: tuple[int, int]
) -> None:
    with opened(browser, folder / f"{name}.html", size=size) as page:
        page.page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.fits()
        assert page.page.evaluate(_HIDDEN_TIMES) == []


# --- On paper -------------------------------------------------------------------------------------


def test_the_first_page_has_a_consultant_and_none_is_cut(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "stress-da.html", size=DESK) as page:
        assert 2 <= pdf_pages(page.page.pdf(prefer_css_page_size=True)) <= 5
        page.page.set_viewport_size(A4)
        page.page.emulate_media(media="print")
        rows = [row.bounding_box() for row in page.page.locator(".row").all()]
        # What is above the first consultant leaves it room on the first page; pages break between consultants only.
        assert rows[0]
        assert rows[0]["y"] + rows[0]["height"] <= A4["height"]
        assert all(box and box["height"] <= A4["height"] for box in rows)
        breaks = "rows => rows.map(row => getComputedStyle(row).breakInside)"
        assert set(page.page.locator(".row").evaluate_all(breaks)) == {"avoid"}
        around = "() => { let e = document.querySelector('.row').parentElement, found = []; while (e) { found.push(getComputedStyle(e).breakInside); e = e.parentElement; } return found; }"
        assert set(page.page.evaluate(around)) == {"auto"}
        # The days stand with each consultant.
        dates = page.page.locator(".row").nth(3).locator(".date").all()
        assert [date.is_visible() for date in dates] == [True] * 5


def test_the_week_prints_on_one_landscape_page(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "index.html", size=DESK) as page:
        pdf = page.page.pdf(prefer_css_page_size=True)
        assert pdf_pages(pdf) <= 3
        page.page.set_viewport_size(A4)
        page.page.emulate_media(media="print")
        box = page.page.locator(".board").bounding_box()
        assert box
        assert box["y"] + box["height"] <= 725
        assert page.fits()
