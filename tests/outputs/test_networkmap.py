import re
from pathlib import Path
from typing import Any

import pytest
from outputs.browser import DESK, PHONE, opened, pdf_pages
from playwright.sync_api import Browser

from scheduler.base import i18n
from scheduler.model.geo import Background, Line, Stretches
from scheduler.model.project import Place
from scheduler.outputs.networkmap import TEMPLATE, meaning, network_map

HOSTILE = "</script><img src=x onerror=alert(1)>"
A, B, C = (55.66, 12.54), (55.665, 12.55), (55.67, 12.54)
BACKGROUND = Background(streets=(Line("residential", HOSTILE, (A, B)), Line("footway", "Sti", (B, C))))
STRETCHES = (
    Stretches("oneway", 1.25, ((A, B),)),
    Stretches("contraflow", 0.5, ((B, A),)),
    Stretches("pushed", 0.75, ((B, C),)),
    Stretches("cut_off", 0.0, ()),
)
PLACES = (
    Place(place_id="P1", name=HOSTILE, address="Vej 1", lat=A[0], lon=A[1]),
    Place(place_id="P2", name="Nord", lat=C[0], lon=C[1]),
    Place(place_id="P3", name="Ukendt"),
)


def _page(**changed: Any) -> str:
    arguments: dict[str, Any] = {
        "places": PLACES,
        "distances_m": {"P1": 12.4},
        "stretches": STRETCHES,
    } | changed
    found = network_map(background=BACKGROUND, source="denmark.osm.pbf", date="2024-05-01", **arguments)
    return found.html(TEMPLATE)


def test_the_legend_says_what_each_line_means_and_how_long_it_is() -> None:
    html = _page()
    text = re.sub(r"<(script|style|svg).*?</\1>", "", html, flags=re.DOTALL)
    words = " ".join(re.sub(r"<[^>]+>", " ", text).split())
    assert "denmark.osm.pbf 2024-05-01" in words
    assert "A one way only 1.3 km" in words or "A one way only 1.2 km" in words
    assert "B against the cars, allowed for bicycles 0.5 km" in words
    assert "C pushing the bicycle, or carrying it on stairs 0.8 km" in words
    assert "cut off" not in words  # there is none
    assert "12 m" in words
    assert "Ukendt" not in words


def test_kinds_differ_in_more_than_their_colour() -> None:
    swatches = re.findall(r'class="swatch".*?</svg>', _page(), flags=re.DOTALL)
    looks = [re.search(r"ride (r\d) (d\d)", swatch) for swatch in swatches]
    assert len(swatches) == 3
    assert len({look[1] for look in looks if look}) == 3
    assert len({look[2] for look in looks if look}) == 3


def test_the_page_is_danish_where_people_are() -> None:
    with i18n.using("da"):
        assert '<html lang="da">' in _page()


def test_the_same_network_makes_the_same_page() -> None:
    assert _page() == _page()


def test_hostile_names_stay_text() -> None:
    assert HOSTILE not in _page()
    assert "onerror=alert(1)>" not in re.sub(r"&gt;", "", _page())


@pytest.mark.parametrize("kind", ["oneway", "contraflow", "pushed", "cut_off"])
def test_every_kind_has_words(kind: str) -> None:
    assert meaning(kind)


def test_the_map_alone_is_for_notebooks() -> None:
    html = network_map(STRETCHES, BACKGROUND, PLACES).live().get_root().render()
    assert "hjul.rides" in html
    assert HOSTILE not in html


def test_a_network_without_anything_to_say() -> None:
    assert "Bicycle network" in _page(stretches=(), places=())


@pytest.mark.browser
@pytest.mark.parametrize("size", [PHONE, DESK])
@pytest.mark.parametrize("script", [True, False])
def test_the_page_asks_nobody_and_fits(
    browser: Browser,
    tmp_path: Path,
    size: tuple[int, int],
    script: bool,
) -> None:
    file = tmp_path / "net.html"
    file.write_text(_page(), encoding="utf-8")
    with opened(browser, file, size=size, script=script) as page:
        assert page.is_quiet()
        assert page.fits()
        if script:
            assert page.page.locator(".folium-map .ride").count() == 3
            assert page.page.locator(".folium-map .arrow").count() == 3
            assert page.small_targets() == []
        else:
            assert page.page.locator(".map-svg .ride").count() == 3


@pytest.mark.browser
@pytest.mark.parametrize("count", [0, 20, 40, 60, 100])
def test_it_is_printed_on_one_sheet(browser: Browser, tmp_path: Path, count: int) -> None:
    places = [
        Place(
            place_id=f"P{n}",
            name=f"Lægefællesskabet nr. {n} ved Sønder Boulevard",
            lat=55.66 + n / 9000,
            lon=12.54,
        )
        for n in range(count)
    ]
    file = tmp_path / "net.html"
    file.write_text(_page(places=places, distances_m={f"P{n}": 12.4 for n in range(count)}), encoding="utf-8")
    with opened(browser, file, size=DESK) as page:
        pdf = page.page.pdf(prefer_css_page_size=True)
        assert pdf_pages(pdf) == 1
