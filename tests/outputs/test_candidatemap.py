import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from outputs.browser import DESK, PHONE, opened
from playwright.sync_api import Browser

from scheduler.base import i18n
from scheduler.model.geo import Background, Line
from scheduler.model.project import Place
from scheduler.outputs.candidatemap import candidate_map
from scheduler.outputs.mappage import MapPage

HOSTILE = "</script><img src=x onerror=alert(1)>"
A, B, C = (55.66, 12.54), (55.665, 12.55), (55.67, 12.54)
BACKGROUND = Background(streets=(Line("residential", HOSTILE, (A, B)), Line("footway", "Sti", (B, C))))
BASES = (Place(place_id="base", name="Jobcenter", address="Vej 9", lat=A[0], lon=A[1]),)
PRACTICES = (Place(place_id="P1", name=f"Praksis {HOSTILE}", lat=B[0], lon=B[1]),)
PLACES = {
    "one": Place(place_id="one", name=HOSTILE, address="Vej 1", lat=55.664, lon=12.541),
    "two": Place(place_id="two", name="Nord", address="Vej 2", lat=55.668, lon=12.545),
    "never": Place(place_id="never", name="Syd", address="Vej 3", lat=55.661, lon=12.548),
}


def _row(id_: str, **changed: object) -> dict[str, object]:
    return {
        "candidate_id": id_,
        "base_id": "base",
        "value_points": 123_456,
        "due_weeks": 6,
        "asked_conversations": 12,
        "own_conversations": 12,
        "net_conversations": 11,
        "missed_visits_elsewhere": 1,
        "cycling_minutes": 46,
        "waiting_minutes": -3,
        "conversations_an_adviser_hour": 0.825,
        "cost_dkk": 2000,
        "cost_a_conversation_dkk": 182.0,
        "proven": True,
    } | changed


ALONE = pd.DataFrame(
    [
        _row("one"),
        _row("two", missed_visits_elsewhere=0, proven=False, cost_dkk=None, cost_a_conversation_dkk=None),
        _row("never", due_weeks=0, value_points=0),
    ]
)
TOTAL = pd.DataFrame(
    {
        "what": ["today", "together", "difference"],
        "planned_conversations": [20, 31, 11],
        "expected_held": [15.2, 23.56, 8.36],
        "cycling_km": [30.0, 42.04, 12.04],
        "adviser_hours": [40.0, 52.0, 12.0],
        "cost_dkk": [40_000.0, 42_000.0, 2000.0],
        "cost_a_planned_conversation_dkk": [2000.0, 1354.8, -645.2],
        "cost_a_held_conversation_dkk": [2631.6, 1782.7, -848.9],
    }
)
JOINED = pd.DataFrame([_row("one")])


def _map(**changed: Any) -> MapPage:
    arguments: dict[str, Any] = {
        "alone": ALONE,
        "joined": JOINED,
        "places": PLACES,
        "bases": BASES,
        "practices": PRACTICES,
        "background": BACKGROUND,
        "weeks": ["2009-W20", "2009-W21"],
        "total": TOTAL,
        "remarks": [f"Careful with {HOSTILE}"],
    }
    return candidate_map(**(arguments | changed))


def _page(**changed: Any) -> str:
    return _map(**changed).html()


def _words(html: str) -> str:
    text = re.sub(r"<(script|style|svg).*?</\1>", "", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_the_page_says_what_each_brings_and_costs() -> None:
    words = _words(_page())
    assert (
        "3 candidates 2 weeks, 2009-W20 to 2009-W21 ranked by points today 20 conversations at 2,000 kr. each"
        in words
    )
    assert "12 of 12 conversations planned · net +11 · cycling +46 min · waiting −3 min" in words
    assert "1 visit more missed elsewhere" in words
    assert words.count("costs +2,000 kr. · 182 kr. a conversation") == 2
    assert "nan" not in words
    assert "0.82 conversations an hour" in words or "0.83 conversations an hour" in words
    assert "then 31 conversations at 1,355 kr. each" in words
    assert "2 Nord Vej 2" in words
    assert words.count("not proven") == 1
    assert "3 Syd Vej 3 due in none of these weeks 0" in words
    assert "None of the others" not in words


def test_the_best_together_are_set_against_today() -> None:
    words = _words(_page())
    assert "All of them together Today Together More" in words
    assert "Conversations planned 20 31 +11 ✓ Conversations expected to be held 15.2 23.6 +8.4 ✓" in words
    assert "✓ better than today · ! worse than today" in words
    assert "Cost a conversation expected to be held, kr. 2,632 1,783 −849 ✓" in words
    assert "weeks of the period" not in words
    goal = TOTAL.assign(expected_by_end=[107.6, 166.7, 59.1], goal_conversations=[900, 900, 0])
    assert (
        "Expected of 900 if all weeks of the period were like these (multiplied up, no chance) 108 167 +59 ✓"
        in _words(_page(total=goal))
    )
    assert "All of them together" not in _words(_page(joined=JOINED.iloc[:0]))


def test_of_several_bases_each_candidate_says_its_own() -> None:
    both = pd.DataFrame([_row("one"), _row("two", base_id="north")])
    north = Place(place_id="north", name=f"Nord {HOSTILE}", address="Vej 8", lat=B[0], lon=B[1])
    html = _page(alone=both, bases=(*BASES, north))
    words = _words(html)
    assert "from Jobcenter" in words
    assert "from Nord" in words
    assert HOSTILE not in html
    assert "from Jobcenter" not in _words(_page())


def test_it_says_when_none_of_the_others_brings_anything() -> None:
    assert "None of the others would bring anything more." in _words(_page(enough=True))


def test_nobody_joins_and_costs_are_not_known() -> None:
    unknown = TOTAL.assign(cost_dkk=None, cost_a_planned_conversation_dkk=None)
    free = ALONE.assign(cost_dkk=None, cost_a_conversation_dkk=None)
    words = _words(_page(alone=free, joined=JOINED.iloc[:0], total=unknown, enough=True))
    assert "today 20 conversations One after" not in words
    assert "kr." not in words
    assert "joins" not in words


def test_hostile_names_stay_text() -> None:
    html = _page()
    assert HOSTILE not in html
    assert "onerror=alert(1)>" not in html.replace("&gt;", "")


def test_the_page_is_danish_where_people_are_and_always_the_same() -> None:
    with i18n.using("da"):
        assert '<html lang="da">' in _page()
    assert _page() == _page()


@pytest.mark.browser
@pytest.mark.parametrize("size", [PHONE, DESK])
@pytest.mark.parametrize("script", [True, False])
def test_the_page_asks_nobody_and_fits(
    browser: Browser,
    tmp_path: Path,
    size: tuple[int, int],
    script: bool,
) -> None:
    file = tmp_path / "page.html"
    file.write_text(_page(), encoding="utf-8")
    with opened(browser, file, size=size, script=script) as page:
        assert page.is_quiet()
        assert page.fits()
        if script:
            page.page.wait_for_selector(".stop-icon")
            assert page.page.locator(".stop-icon").all_inner_texts() == ["", "1", "2", "3", ""]
            assert page.small_targets() == []
        else:
            assert page.page.locator(".map-svg .stop").count() == 3
            assert page.page.locator(".map-svg .dot").count() == 1


@pytest.mark.browser
def test_a_number_in_the_table_opens_its_words_on_the_map(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(_page(), encoding="utf-8")
    with opened(browser, file, size=DESK) as page:
        page.page.wait_for_selector(".stop-icon")
        page.page.locator("a[data-stop='1']").first.focus()
        page.page.keyboard.press("Enter")
        words = page.page.locator(".leaflet-popup-content")
        words.wait_for()
        assert words.inner_text().splitlines()[:3] == [f"1 {HOSTILE}", "Vej 1", "123,456 points"]
        assert "joins as number 1" in words.inner_text()
        assert page.is_quiet()


@pytest.mark.browser
def test_the_map_of_a_notebook_draws_itself(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "map.html"
    _map().live().save(str(file))
    with opened(browser, file, size=DESK) as page:
        page.page.wait_for_selector(".stop-icon")
        assert page.is_quiet()
