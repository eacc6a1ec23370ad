"""A consultant's day and week as people open them: on every size, in the dark, without script, at a time of day, printed."""

import dataclasses
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
import samples
from axe_playwright_python.sync_playwright import Axe
from outputs.browser import DESK, PHONE, Opened, opened, pdf_pages
from playwright.sync_api import Browser

from scheduler.base import i18n
from scheduler.model.config import MapSettings
from scheduler.model.project import Practice
from scheduler.model.roster import Roster, Round
from scheduler.outputs import maps, weekfile
from scheduler.outputs.privacy import public

pytestmark = pytest.mark.browser

LONG = "Lægefællesskabet Sønder Boulevard ved Halmtorvet og Kødbyens"
NOTE = "Porttelefon 3, 2. sal tv.; ring 5 minutter før. Cyklen kan stå i gården."
NARROW, TABLET = (320, 640), (1024, 768)
PAGES = ("round", "office", "week")


def _roster() -> Roster:
    """Return the week, issued, with a name as long as a page has to bear and a wait."""
    roster = samples.roster().replace(edition=2, issued_at=dt.datetime(2009, 5, 7, 12, 10, tzinfo=dt.UTC))
    rounds = tuple(
        dataclasses.replace(
            round_,
            stops=tuple(
                dataclasses.replace(stop, name=LONG) if stop.id == "borgbjergsvej" else stop
                for stop in round_.stops
            ),
        )
        for round_ in roster.rounds
    )
    return roster.replace(rounds=rounds)


def _page(roster: Roster, round_: Round) -> str:
    practices = [
        Practice(practice_id=id_, phone="33 00 00 01", note=NOTE) for id_ in ("borgbjergsvej", "sjaeloer")
    ]
    return maps.round_page(
        roster,
        round_,
        samples.rides(roster),
        samples.background(),
        map_settings=MapSettings(),
        practices=practices,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rounds")
    roster = _roster()
    for lang in ("da", "en"):
        with i18n.using(lang):
            pages = {
                "round": _page(roster, roster.rounds[2]),
                "office": _page(roster, roster.rounds[1]),
                "week": weekfile.week_file(public(roster), "r1", samples.rides(roster), samples.background()),
            }
        for name, html in pages.items():
            (folder / f"{lang}-{name}.html").write_text(html, encoding="utf-8")
    return folder


Sight = tuple[str, tuple[int, int], Literal["light", "dark"], bool]

#: Each size, scheme, language and whether scripts run, with each other at least once.
_SIGHTS: list[Sight] = [
    ("da", NARROW, "light", True),
    ("en", NARROW, "dark", False),
    ("da", PHONE, "dark", True),
    ("en", PHONE, "light", False),
    ("en", TABLET, "light", True),
    ("da", TABLET, "dark", False),
    ("en", DESK, "dark", True),
    ("da", DESK, "light", False),
]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("sight", _SIGHTS)
def test_pages_are_calm_on_every_screen(browser: Browser, folder: Path, name: str, sight: Sight) -> None:
    lang, size, scheme, script = sight
    file = folder / f"{lang}-{name}.html"
    with opened(browser, file, size=size, scheme=scheme, script=script) as page:
        if script:
            page.page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        assert page.fits()
        assert page.small_targets() == []
        assert page.is_quiet()


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "light"), (DESK, "dark")])
def test_axe_finds_nothing_that_matters(
    browser: Browser, folder: Path, name: str, size: tuple[int, int], scheme: Literal["light", "dark"]
) -> None:
    with opened(browser, folder / f"da-{name}.html", size=size, scheme=scheme) as page:
        at = dt.datetime(2009, 5, 12, 9, 55, tzinfo=dt.UTC)
        page.page.clock.set_fixed_time(at)  # in the midst of the day, so that the bar is there
        page.page.reload()
        found = Axe().run(page.page).response["violations"]
        told = [
            f"{each['id']}: {node['html'][:100]}"
            for each in found
            for node in each["nodes"]
            if each["impact"] != "minor"
        ]
        assert told == []


@pytest.mark.parametrize("lang", ["da", "en"])
def test_a_week_is_a_sheet_a_day(browser: Browser, folder: Path, lang: str) -> None:
    with opened(browser, folder / f"{lang}-week.html") as page:
        assert pdf_pages(page.page.pdf(prefer_css_page_size=True)) == 5


@pytest.mark.parametrize("name", ["round", "office"])
@pytest.mark.parametrize("script", [True, False])
def test_a_day_is_a_sheet(
    browser: Browser, folder: Path, name: str, script: bool
) -> None:  # of the parameters
    with opened(browser, folder / f"da-{name}.html", script=script) as page:
        assert pdf_pages(page.page.pdf(prefer_css_page_size=True)) == 1


def test_paper_has_the_turns_and_dark_badges(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "da-round.html", scheme="dark") as page:
        assert not page.page.locator(".turns").is_visible()
        page.page.emulate_media(media="print", color_scheme="dark")
        assert page.page.locator(".turns").is_visible()
        assert not page.page.locator(".beside").is_visible()
        styles = "getComputedStyle(document.querySelector('.badge.base span'))"
        assert page.page.evaluate(f"{styles}.printColorAdjust") == "exact"
        assert page.page.evaluate(f"{styles}.backgroundColor") == "rgb(20, 23, 26)"
        assert (
            page.page.evaluate("getComputedStyle(document.querySelector('.map')).printColorAdjust") == "exact"
        )


# --- The bar at the foot ------------------------------------------------------------------------------------


@pytest.fixture
def day(browser: Browser, folder: Path) -> Iterator[Opened]:
    with opened(browser, folder / "da-round.html") as page:
        yield page


def _at(page: Opened, day: int, clock: str) -> str:
    """Open the page at a time of Copenhagen's summer, and return what the bar says."""
    hour, minute = map(int, clock.split("."))
    page.page.clock.set_fixed_time(dt.datetime(2009, 5, day, hour - 2, minute, tzinfo=dt.UTC))
    page.page.reload()
    bar = page.page.locator(".day:visible .bar")
    return bar.inner_text().replace("\N{NO-BREAK SPACE}", " ") if bar.is_visible() else ""


@pytest.mark.parametrize(
    ("clock", "says"),
    [
        ("8.00", "Næste: kl. 9.00 Praksis Sjælør Boulevard · kør kl. 8.46 Vis vej"),
        # On the way: it is too late to leave.
        ("8.50", "Næste: kl. 9.00 Praksis Sjælør Boulevard Vis vej"),
        ("9.10", f"Næste: kl. 10.05 {LONG} · kør kl. 9.50 Vis vej"),
        # To a home there is no link.
        ("12.40", "Næste: kl. 13.15 Hjemmebesøg · kør kl. 13.08"),
        ("14.00", "Næste: kl. 14.21 Tilbage på jobcentret · kør kl. 14.15"),
        ("14.30", ""),
    ],
)
def test_the_bar_says_what_is_next(day: Opened, clock: str, says: str) -> None:
    assert " ".join(_at(day, 12, clock).split()) == says
    assert day.is_quiet()


def test_the_bar_is_there_on_the_day_itself_alone(day: Opened) -> None:
    assert _at(day, 11, "9.00") == ""
    assert _at(day, 13, "9.00") == ""
    # Shortly after midnight it is the day already, though not yet in UTC.
    assert "9.00" in _at(day, 12, "2.10")
    day.page.clock.set_fixed_time(dt.datetime(2009, 5, 11, 22, 30, tzinfo=dt.UTC))
    day.page.reload()
    assert day.page.locator(".bar").is_visible()


def test_the_way_is_that_of_the_next_stop(day: Opened) -> None:
    _at(day, 12, "8.00")
    assert str(day.page.locator(".bar a").get_attribute("href")).endswith(
        "&route=55.66767,12.55661;55.65180,12.52737"
    )


def test_what_is_past_is_dimmed(day: Opened) -> None:
    _at(day, 12, "10.00")
    past = day.page.locator(".past").count()
    assert 3 <= past < day.page.locator("[data-from]").count()
    assert day.page.locator(".past h2").all_inner_texts() == ["Praksis Sjælør Boulevard"]
    _at(day, 12, "20.00")
    assert day.page.locator(".past").count() == day.page.locator("[data-from]").count()
    _at(day, 13, "10.00")
    assert day.page.locator(".past").count() == 0


def test_the_bar_follows_the_clock(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "da-office.html") as page:
        page.page.clock.install(time=dt.datetime(2009, 5, 11, 8, 59, 50, tzinfo=dt.UTC))
        page.page.reload()
        bar = page.page.locator(".bar")
        assert "11.30" in bar.inner_text()
        page.page.clock.fast_forward("31:00")
        assert "13.00" in bar.inner_text()


# --- The week ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("script", [True, False])
def test_tabs_open_days_by_touch_and_by_keyboard(
    browser: Browser, folder: Path, script: bool
) -> None:  # of the parameters
    with opened(browser, folder / "da-week.html", script=script) as page:
        open_ = page.page.locator("section.day:visible")
        assert open_.count() == 1
        assert "Mandag" in open_.inner_text()
        page.page.locator("label[for=day-4]").tap()
        assert "Torsdag" in open_.inner_text()
        page.page.keyboard.press("ArrowRight")
        assert "Fælles kursusdag" in open_.inner_text()
        assert open_.locator(".map-svg").count() == 0
        page.page.keyboard.press("ArrowLeft")
        assert open_.locator(".map-svg").count() == 1
        assert page.is_quiet()


def test_a_week_opens_at_its_day(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "da-week.html") as page:
        assert _at(page, 13, "8.00").startswith("Næste: kl. 9.20 Praksis Enghavevej")
        assert "Onsdag" in page.page.locator("section.day:visible").inner_text()
        page.page.locator("label[for=day-1]").tap()
        assert not page.page.locator(".bar:visible").count()
