"""A first project from nothing, as somebody makes it in a browser: the base clicked on the map, the rest typed and pasted."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from outputs.browser import DESK, SMALL
from playwright.sync_api import Browser
from stores import NOW, kept
from web.serving import Served, serving, text_of
from web.test_tables import form_of, send
from web.test_web_browser import signed_in

from scheduler.base.errors import InputError
from scheduler.services import fresh


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Have an app on a folder in which nothing was."""
    with serving(tmp_path_factory.mktemp("begin") / "data", NOW, "--empty") as served:
        yield served


def save_base(app: Served, **values: str) -> requests.Response:
    """Send the form of the base, as it stands on its page."""
    seen = app.root.get("/begynd/").text.partition('name="seen" value="')[2].partition('"')[0]
    return app.root.post("/begynd/", seen=seen, **values)


def test_nothing_is_overwritten_with_an_empty_project(tmp_path: Path) -> None:
    (tmp_path / "practices.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="not empty"):
        fresh.make_empty(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["practices.csv"]
    assert not fresh.is_nothing(tmp_path)


@pytest.mark.browser
def test_a_project_is_begun_and_its_first_week_planned(browser: Browser, empty: Served) -> None:
    assert empty.root.get("/").headers["Location"] == "/begynd/"
    root = empty.root
    wrong = save_base(empty, name="Jobcenter <b>", address="Skelbækgade 1", postcode="17", city="København V")
    assert wrong.status_code == 422
    assert "is not a postcode" in text_of(wrong)
    assert 'value="Jobcenter &lt;b&gt;"' in wrong.text
    assert "base" not in {row["section"] for row in kept(empty.data)["settings"]}
    form = {"name": "Jobcenter", "address": "Skelbækgade 1", "postcode": "1717", "city": "København V"}
    with signed_in(browser, empty, empty.link("/folk/1/"), DESK, "en", script=False) as (page, _seen):
        page.goto(f"{empty.where}/begynd/")
        for name, value in form.items():
            page.locator(f'[name="{name}"]').fill(value)
        page.locator('[type="image"]').click(position={"x": 320, "y": 200})
        page.wait_for_load_state()
        assert page.locator('[name="lat"]').input_value().startswith("55.")
        assert page.locator(".sketch svg .sign, .sketch svg g").count() >= 1
    stored = {row["key"]: row["value"] for row in kept(empty.data)["settings"] if row["section"] == "base"}
    assert 55.6 < float(stored["lat"]) < 55.75
    assert 12.4 < float(stored["lon"]) < 12.7
    assert "tables rooms" not in text_of(root.get("/begynd/"))
    # The address is looked up, too.
    assert save_base(empty, **form, lat="", lon="").status_code == 302
    assert "lat" not in {row["key"] for row in kept(empty.data)["settings"]}
    pasted = root.post("/tabeller/practices/indsaet", text="Navn\tAdresse\tPostnr\tBy\tBydel\tSamtaler\nHuset\tIngen Sådan Vej 400\t1665\tKøbenhavn V\tVesterbro\t2\n")  # fmt: skip
    signed = pasted.text.partition('name="signed" value="')[2].partition('"')[0]
    assert root.post("/tabeller/gem", page="/tabeller/hent", signed=signed).status_code == 302
    lost = text_of(root.get("/begynd/"))
    assert "Ingen Sådan Vej" in lost
    assert "hjul network download" in lost
    practice = form_of(root.get(f"/tabeller/practices/?ret={_row(empty)}"))
    assert send(root, "practices", practice, **{"c.lat": "55,66506", "c.lon": "12,54932"}).status_code == 302
    for table, cells in (
        ("consultants", {"c.name": "Anne"}),
        ("shifts", {"c.consultant_id": "R1", "c.weekday": "man", "c.start": "8.30", "c.end": "15.30"}),
        ("rooms", {"c.practice_id": "P1", "c.weekday": "man", "c.start": "9.00", "c.end": "12.00"}),
    ):
        assert "Plan the first week" not in text_of(root.get("/begynd/"))
        assert send(root, table, form_of(root.get(f"/tabeller/{table}/?ny=1")), **cells).status_code == 302
    ready = root.get("/begynd/")
    assert "Plan the first week: week 21" in text_of(ready)
    assert root.post("/uger/2009-W21/planlaeg", page="/begynd/").status_code == 302
    assert root.get("/").headers["Location"] == "/uger/"


def _row(app: Served) -> int:
    page = app.root.get("/tabeller/practices/").text
    return int(page.partition("?ret=")[2].partition("#")[0])


@pytest.mark.browser
def test_the_first_page_can_be_read_by_everybody(browser: Browser, empty: Served) -> None:
    for size in (SMALL, DESK):
        with signed_in(browser, empty, empty.link("/folk/1/"), size) as (page, seen):
            page.goto(f"{empty.where}/begynd/")
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            found = [
                each["id"] for each in Axe().run(page).response["violations"] if each["impact"] != "minor"
            ]
            assert found == []
            assert seen == []
