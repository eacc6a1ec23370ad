from pathlib import Path

import pytest
from outputs.browser import DESK, opened
from playwright.sync_api import Browser

from scheduler.model.geo import Background, Line
from scheduler.model.project import Place
from scheduler.outputs.scenariomap import ChangedPlace, scenario_map

HOSTILE = "</script><img src=x onerror=alert(1)>"
A, B = (55.66, 12.54), (55.665, 12.55)
BACKGROUND = Background(streets=(Line("residential", "Vej", (A, B)),))
BASES = (Place(place_id="base", name="Jobcenter", lat=A[0], lon=A[1]),)
PRACTICES = (Place(place_id="P1", name="Praksis", lat=B[0], lon=B[1]),)
NEW = Place(place_id="new", name=HOSTILE, address="Vej 1", lat=55.664, lon=12.541)
CHANGED = (ChangedPlace(NEW, ("new: Two more",)),)


def _page() -> str:
    found = scenario_map(CHANGED, bases=BASES, practices=PRACTICES, background=BACKGROUND)
    return str(found.live().get_root().render())


def test_names_are_only_texts() -> None:
    page = _page()
    assert HOSTILE not in page
    assert "<img src=x" not in page
    assert "new: Two more" in page


def test_a_place_must_have_been_found() -> None:
    lost = ChangedPlace(Place(place_id="lost", name="Lost"), ())
    with pytest.raises(ValueError, match="lost has no coordinates"):
        scenario_map([lost], bases=BASES, practices=PRACTICES, background=BACKGROUND)


def test_a_new_base_is_marked_as_bases_are() -> None:
    changed = (*CHANGED, ChangedPlace(Place(place_id="b2", name="Ny", lat=A[0], lon=B[1]), (), is_base=True))
    scene = scenario_map(changed, bases=BASES, practices=PRACTICES, background=BACKGROUND).scene
    assert {marker.sign.label: marker.sign.base for marker in scene.places if not marker.sign.minor} == {
        "": True,
        "1": False,
        "2": True,
    }


@pytest.mark.browser
def test_the_map_is_drawn_and_asks_nobody(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "map.html"
    file.write_text(_page(), encoding="utf-8")
    with opened(browser, file, size=DESK) as opened_map:
        markers = opened_map.page.locator(".leaflet-marker-icon")
        assert markers.count() == 3
        markers.filter(has_text="1").click()
        opened_map.page.get_by_text("new: Two more").wait_for()
        assert opened_map.is_quiet()
