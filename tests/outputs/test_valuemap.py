import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import shapely
from outputs.browser import DESK, PHONE, opened
from playwright.sync_api import Browser

from scheduler.base import i18n
from scheduler.model.geo import Area, Background, Line
from scheduler.model.project import Place
from scheduler.outputs.basemap import basemap
from scheduler.outputs.frames import records
from scheduler.outputs.geometry import Box, Frame
from scheduler.outputs.mappage import MapPage
from scheduler.outputs.placesscene import nearest_land
from scheduler.outputs.scene import LEVELS
from scheduler.outputs.valuemap import best_places, class_edges, value_map

HOSTILE = "</script><img src=x onerror=alert(1)>"
WATER = Area("water", "Havn", (((55.662, 12.541), (55.662, 12.543), (55.664, 12.543), (55.664, 12.541)),))
BACKGROUND = Background(
    streets=(Line("residential", HOSTILE, ((55.66, 12.54), (55.67, 12.55))),), areas=(WATER,)
)
BASES = (Place(place_id="base", name="Jobcenter", address="Vej 9", lat=55.66, lon=12.54),)
PRACTICES = (Place(place_id="P1", name=HOSTILE, lat=55.665, lon=12.545),)


def _row(lat: float, lon: float, points: int, streets: str = "Vej") -> dict[str, object]:
    return {
        "lat": lat,
        "lon": lon,
        "streets": streets,
        "points_a_week": points,
        "conversations_a_week": 0.9,
        "cycling_minutes_a_week": 12.4,
        "best_weekday": "tue",
        "points_mon": points - 500,
        "points_tue": points + 500,
    }


# Two places 220 m apart, one 1.1 km off, and one on a path without a name.
VALUES = pd.DataFrame(
    [
        _row(55.660, 12.540, 98_000, HOSTILE),
        _row(55.662, 12.540, 97_000, "Nabovej"),
        _row(55.670, 12.540, 90_000, "Nordvej"),
        _row(55.665, 12.550, 71_000, ""),
    ]
)


def _map(values: pd.DataFrame = VALUES, **changed: Any) -> MapPage:
    arguments: dict[str, Any] = {
        "bases": BASES,
        "practices": PRACTICES,
        "background": BACKGROUND,
        "weeks": ["2009-W20"],
        "conversations": 1,
        "hours_s": (30_600, 43_200),
        "remarks": ["One week failed"],
    }
    return value_map(values, **(arguments | changed))


def _page(values: pd.DataFrame = VALUES, **changed: Any) -> str:
    return _map(values, **changed).html()


def _words(html: str) -> str:
    text = re.sub(r"<(script|style|svg).*?</\1>", "", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_the_page_says_what_the_colours_mean() -> None:
    words = _words(_page())
    assert "1 conversation a week room 8:30–12:00 4 places 1 week, 2009-W20" in words
    assert "Points a week Conversations a week Cycling, min a week 95,000–100,000 0.9 +12" in words
    assert "70,000–75,000" in words
    assert "80,000–85,000" not in words  # no place is in it
    assert "between them the map shows the value of the nearest one" in words
    assert "One week failed" in words


def test_of_near_places_only_the_best_is_listed() -> None:
    words = _words(_page())
    best = words[words.index("The best places") : words.index("All places")]
    assert "Nordvej" in best
    assert "Nabovej" not in best
    assert "a path without a name" in best
    near = _words(_page(VALUES.assign(near=["", "", "", "Stien"])))
    assert "near Stien" in near
    assert "a path without a name" not in near
    assert "best on Tuesday: 90,500" in best
    assert [place for _n, place in best_places(records(VALUES))] == [0, 2, 3]


@pytest.mark.parametrize(
    ("values", "edges"),
    [
        ([71_000, 98_000], [70_000, 75_000, 80_000, 85_000, 90_000, 95_000, 100_000]),
        ([0, 59], [0, 10, 20, 30, 40, 50, 60]),
        ([0, 60], [0, 20, 40, 60, 80]),
        ([-5, 5], [-6, -4, -2, 0, 2, 4, 6]),
        ([7, 7], [7, 7]),
        ([0.2, 0.4], [0.2, 0.25, 0.3, 0.35, 0.4, 0.45]),
    ],
)
def test_classes_have_round_limits(values: list[float], edges: list[float]) -> None:
    found = class_edges(values)
    assert found == pytest.approx(edges)
    assert len(found) <= LEVELS + 1


def test_every_spot_of_land_has_the_colour_of_the_nearest_place() -> None:
    frame = Frame(55.665, 12.545)
    spots = [frame.metres((row["lat"], row["lon"])) for row in records(VALUES)]
    behind = basemap(BACKGROUND, frame, Box(-3000, -3000, 3000, 3000))
    cells = [(place, shapely.Polygon(rings[0], rings[1:])) for place, rings in nearest_land(spots, behind)]
    assert {place for place, _shape in cells} == {0, 1, 2, 3}
    for place, shape in cells:
        for point in shape.exterior.coords:
            away = [shapely.Point(point).distance(shapely.Point(spot)) for spot in spots]
            assert away[place] == pytest.approx(min(away), abs=0.01)
    together = shapely.union_all([shape for _place, shape in cells])
    assert sum(shape.area for _place, shape in cells) == pytest.approx(together.area)
    water = shapely.Polygon([frame.metres(point) for point in WATER.rings[0]])
    assert together.intersection(water).area == pytest.approx(0, abs=1)
    assert together.area > shapely.MultiPoint(spots).convex_hull.area - water.area


@pytest.mark.parametrize("count", [1, 2])
def test_few_places(count: int) -> None:
    html = _page(VALUES.iloc[:count])
    assert html.count('class="cell v') >= count


def test_hostile_names_stay_text() -> None:
    html = _page()
    assert HOSTILE not in html
    assert "onerror=alert(1)>" not in html.replace("&gt;", "")


def test_the_page_is_danish_where_people_are_and_always_the_same() -> None:
    with i18n.using("da"):
        html = _page()
        assert '<html lang="da">' in html
        assert "tirsdag" in html
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
            assert page.page.locator(".folium-map path.cell").count() >= 4
            # The best place is at the base: they are one pill.
            assert page.page.locator(".stop-icon").all_inner_texts() == ["1", "2", "3", ""]
            assert page.page.locator(".stop-icon").first.locator(".house").count() == 1
            assert page.small_targets() == []
        else:
            assert page.page.locator(".map-svg path.cell").count() >= 4


@pytest.mark.browser
def test_a_colour_opens_its_words(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(_page(), encoding="utf-8")
    with opened(browser, file, size=DESK) as page:
        page.page.wait_for_selector(".folium-map path.cell")
        page.page.locator(".folium-map path.cell").last.dispatch_event("click")
        words = page.page.locator(".leaflet-popup-content")
        words.wait_for()
        assert "points a week" in words.inner_text()
        assert page.is_quiet()


@pytest.mark.browser
def test_the_order_of_the_colours_is_seen_in_grey(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(_page(), encoding="utf-8")
    for scheme, darker in (("light", True), ("dark", False)):
        with opened(browser, file, size=DESK, scheme=scheme) as page:  # type: ignore[arg-type]  # one of two words
            lights = page.page.evaluate(_LIGHTNESS)
            assert lights == sorted(lights, reverse=darker)
            steps = [abs(b - a) for a, b in pairwise(lights)]
            assert min(steps) > 0.02


_LIGHTNESS = """() => [0, 1, 2, 3, 4, 5].map(level => {
    const hex = getComputedStyle(document.documentElement).getPropertyValue('--v' + level).trim();
    return [1, 3, 5].map(at => parseInt(hex.slice(at, at + 2), 16) / 255)
        .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
})"""


@pytest.mark.browser
def test_the_map_of_a_notebook_draws_itself(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "map.html"
    _map().live().save(str(file))
    with opened(browser, file, size=DESK) as page:
        page.page.wait_for_selector(".folium-map path.cell")
        assert page.is_quiet()
