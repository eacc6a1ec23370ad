"""The app's pages as people open them: phone and desk, with and without script, read aloud and by keyboard."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from outputs.browser import DESK, PHONE
from playwright.sync_api import Browser, Page
from web.serving import Served

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=document.title='ran'>{{7*7}}{%raw%}"
_PAGES = (
    "/uger/", "/uger/2009-W20/", "/uger/2009-W21/", "/uger/2009-W21/udsend", "/undtagelser/", "/undtagelser/fravaer/",
    "/haendelser/", "/folk/", "/folk/1/", "/adgang/", "/api/v1/docs", "/nothing/", "/tilgaengelighed/",
)  # fmt: skip


@contextmanager
def signed_in(
    browser: Browser, app: Served, link: str, size: tuple[int, int], lang: str = "da", *, script: bool = True
) -> Iterator[tuple[Page, list[str]]]:
    """Have a browser of one's own in which somebody has signed in; and what was reported and asked for elsewhere."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale="da-DK" if lang == "da" else "en-GB",
        java_script_enabled=script,
    )
    page = context.new_page()
    seen: list[str] = []
    page.on("console", lambda message: seen.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: seen.append(str(error)))
    page.on(
        "request",
        lambda request: None if request.url.startswith((app.where, "data:")) else seen.append(request.url),
    )
    page.goto(link)
    page.locator("main button").click()
    page.wait_for_load_state()
    try:
        yield page, seen
    finally:
        context.close()


@pytest.fixture(scope="module")
def hostile(app: Served) -> str:
    """Add somebody with a hostile name, and return their page; another name has no place where it could be broken."""
    app.root.post("/folk/", name="Å" * 60, role="reader")
    return app.root.post("/folk/", name=HOSTILE, role="coordinator").headers["Location"]


@pytest.mark.parametrize(("size", "lang"), [(PHONE, "da"), (DESK, "en")])
def test_every_page_can_be_read_by_everybody(
    browser: Browser, app: Served, hostile: str, size: tuple[int, int], lang: str
) -> None:
    app.root.post("/sprog/", page="/uger/", lang=lang)
    with signed_in(browser, app, app.link("/folk/1/"), size, lang) as (page, seen):
        for path in (*_PAGES, hostile):
            page.goto(app.where + path)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
            assert page.title() != "ran"
            found = [
                (each["id"], [node["html"][:150] for node in each["nodes"]])
                for each in Axe().run(page).response["violations"]
                if each["impact"] in ("moderate", "serious", "critical")
            ]
            assert found == [], path
            assert page.evaluate(_SMALL) == [], path
        # The one page that there is not is reported by the browser itself.
        assert [each for each in seen if "404" not in each] == []


_SMALL = """() => [...document.querySelectorAll('a, button, summary, input, select')]
    .filter(each => each.type !== 'hidden' && !each.classList.contains('skip'))
    .map(each => [each, each.getBoundingClientRect()])
    .filter(([, box]) => box.width > 0 && (box.height < 43.5 || box.width < 43.5))
    .map(([each]) => each.outerHTML.slice(0, 120))"""


def test_a_week_is_planned_by_keyboard(browser: Browser, app: Served) -> None:
    app.root.post("/sprog/", page="/uger/", lang="en")
    with signed_in(browser, app, app.link("/folk/1/"), DESK, "en") as (page, seen):
        page.goto(f"{app.where}/uger/2009-W25/")
        for _tab in range(20):
            page.keyboard.press("Tab")
            if "Plan the week" in page.evaluate("document.activeElement.textContent"):
                break
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/uger/2009-W25/$"), timeout=120_000)
        page.get_by_text("Draft of edition 1").wait_for()
        assert seen == []


def test_without_script_a_job_is_followed_too(browser: Browser, app: Served) -> None:
    with signed_in(browser, app, app.link("/folk/1/"), PHONE, "en", script=False) as (page, _seen):
        page.goto(f"{app.where}/uger/2009-W26/")
        page.get_by_role("button", name="Plan the week").click()
        page.wait_for_url(re.compile(r"/uger/2009-W26/$"), timeout=120_000)
