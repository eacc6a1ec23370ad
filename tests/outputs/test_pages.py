"""Every kind of page on every screen and on paper: it asks nobody, fits, and can be used by everybody.

CI opens so many of them that each two choices come together. `make pages` opens all, and writes pictures and PDFs
into the folder that HJUL_PAGES names.
"""

import os
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from outputs import pages
from outputs.browser import Opened, opened, pdf_pages
from outputs.pages import Opening
from playwright.sync_api import Browser

from scheduler.base import i18n
from scheduler.model.clock import NOW_VARIABLE

pytestmark = pytest.mark.browser
#: Where pictures go, if all ways of opening are wanted.
_PICTURES = os.environ.get("HJUL_PAGES", "")
_HEIGHTS = {320: 640, 390: 844, 1024: 768, 1440: 900}
#: A4 less its margins, upright and lying, in CSS pixels.
_SHEET = {"index": (1054, 725), "news": (1054, 725)}
_UPRIGHT = (688, 1017)
#: The least height of letters in plots on a phone, in pixels.
_LETTERS_PX = 12.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All pages, a folder a language."""
    made = Path(_PICTURES) if _PICTURES else tmp_path_factory.mktemp("pages")
    work = tmp_path_factory.mktemp("projects")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(NOW_VARIABLE, "2009-05-15T16:00")
        for language in i18n.LANGUAGES:
            pages.write_pages(made / language, language, work)
    return made


@cache
def _axe() -> Axe:
    return Axe()


def _findings(page: Opened) -> list[str]:
    """Return what axe finds of serious or moderate kind."""
    # A name that does not begin as what is seen keeps those out who speak to their computer.
    options = {"resultTypes": ["violations"], "rules": {"label-content-name-mismatch": {"enabled": True}}}
    found = _axe().run(page.page, options=options).response["violations"]
    return [
        f"{one['id']}: {node['html'][:200]}"
        for one in found
        if one["impact"] in ("moderate", "serious", "critical")
        for node in one["nodes"]
    ]


def _size(opening: Opening) -> tuple[int, int]:
    if opening.medium == "print":
        return _SHEET.get(opening.page, _UPRIGHT)
    return opening.width, _HEIGHTS[opening.width]


@pytest.mark.parametrize("opening", pages.openings() if _PICTURES else pages.covering(), ids=str)
def test_it_opens_everywhere(browser: Browser, folder: Path, opening: Opening) -> None:
    file = folder / opening.language / f"{opening.page}.html"
    with opened(browser, file, size=_size(opening), script=opening.script, scheme=opening.scheme) as page:
        if opening.medium == "print":
            page.page.emulate_media(media="print", color_scheme=opening.scheme)
        assert page.page.locator("h1").first.inner_text()
        if opening.script:  # looking into a page needs it
            assert page.fits(), page.too_wide()
            assert _findings(page) == []
        assert page.is_quiet()
        if opening.medium == "print":
            pdf = page.page.pdf(prefer_css_page_size=True)
            assert pdf_pages(pdf) <= pages.SHEETS.get(opening.page, 40)
            _keep(f"{opening}.pdf", pdf)
        elif _PICTURES:
            _keep(f"{opening}.png", page.page.screenshot(full_page=True))


def _keep(name: str, content: bytes) -> None:
    if _PICTURES:
        pictures = Path(_PICTURES) / "pictures"
        pictures.mkdir(exist_ok=True)
        (pictures / name).write_bytes(content)


def test_each_two_choices_come_together() -> None:
    fields = ("page", "language", "width", "scheme", "medium", "script")

    def pairs(some: list[Opening]) -> set[tuple[object, ...]]:
        return {
            (a, getattr(each, a), b, getattr(each, b)) for each in some for a, b in combinations(fields, 2)
        }

    every, chosen = pages.openings(), pages.covering()
    assert pairs(chosen) == pairs(every)
    assert len(chosen) <= 64 < len(every)
    assert chosen == pages.covering()


# What is true of a kind of page wherever it is opened.

_LETTERS = """() => Object.fromEntries([...document.querySelectorAll('.plot svg text')]
    .filter(text => text.getBoundingClientRect().width)
    .map(text => {
        const matrix = text.getScreenCTM();
        return [text.textContent, parseFloat(getComputedStyle(text).fontSize) * Math.hypot(matrix.a, matrix.b)];
    }))"""


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("page", ["plots", "scenarios"])
def test_words_in_plots_can_be_read(browser: Browser, folder: Path, page: str, width: int) -> None:
    with opened(browser, folder / "da" / f"{page}.html", size=(width, _HEIGHTS[width])) as shown:
        letters: dict[str, float] = shown.page.evaluate(_LETTERS)
        assert letters
        assert {text: px for text, px in letters.items() if px < _LETTERS_PX} == {}


_TABLES = """() => [...document.querySelectorAll('.scroller')].map(box => [
    box.getAttribute('role'), box.getAttribute('aria-label'), box.tabIndex,
    box.scrollWidth > box.clientWidth,
    getComputedStyle(box.querySelector('.more')).visibility === 'visible' && box.querySelector('.more').clientHeight > 0,
])"""


@pytest.mark.parametrize("width", [320, 390, 1440])
def test_a_table_that_is_too_wide_says_so_and_scrolls_with_keys(
    browser: Browser, folder: Path, width: int
) -> None:
    with opened(browser, folder / "da" / "plots.html", size=(width, 800)) as shown:
        tables: list[tuple[str, str, int, bool, bool]] = shown.page.evaluate(_TABLES)
        assert [wide for *_others, wide, _told in tables][:2] == [True, False]
        for role, label, tab, wide, told in tables:
            assert (role, tab) == ("region", 0)
            assert label.startswith("Tabel: ")
            assert told == wide, label
        assert len({label for _role, label, *_others in tables}) == len(tables)
        box = shown.page.locator(".scroller").first
        box.focus()
        for _press in range(60):
            shown.page.keyboard.press("ArrowRight")
        shown.page.wait_for_timeout(300)
        at = "e => [e.scrollLeft > 0, getComputedStyle(e.querySelector('.more')).visibility]"
        assert box.evaluate(at)[0]
        box.evaluate("e => e.scrollTo(9999, 0)")
        shown.page.wait_for_timeout(300)
        assert box.evaluate(at)[1] == "hidden"  # there is no more


def test_better_and_worse_are_told_by_more_than_colour(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "da" / "scenarios.html", size=(1440, 900)) as shown:
        tree = shown.page.locator(".scroller").first.aria_snapshot()
        assert "bedre" in tree
        assert "dårligere" in tree
        marks = shown.page.locator("td .mark").all_inner_texts()
        assert {"✓", "!"} <= set(marks)
        assert "✓ bedre end i dag" in shown.page.locator(".judging").first.inner_text()
        text = shown.page.locator("main").inner_text()
        # Scenarios are called by their titles, and fields by their names in Danish.
        assert not {"joins", "shorter", "practice_id", "conversation_minutes", "speed_kph"} & set(
            text.split()
        )
