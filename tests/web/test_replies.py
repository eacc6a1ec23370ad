"""A practice's own page: opening it changes nothing, what is said waits, and what is approved is a row and is undone."""

import html
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from outputs.browser import DESK, PHONE
from playwright.sync_api import Browser, Page
from stores import kept
from web.serving import Person, Served, text_of

_LINK = re.compile(r"http://\S+/praksis/[\w-]+/")
_HOSTILE = "<script>document.title='ran'</script>{{7*7}}"


def _make_link(karen: Person) -> str:
    made = karen.post("/forslag/adresser/", practice="P1", make="1")
    found = _LINK.search(html.unescape(made.text))
    assert found is not None, text_of(made)
    return found[0]


def _closures(data: Path) -> list[dict[str, str]]:
    return [dict(row) for row in kept(data).get("closures", ())]


@pytest.mark.browser
def test_a_practice_closes_a_day_and_confirms_a_time(browser: Browser, own: Served) -> None:
    karen = own.person("Karen", "coordinator")
    link = _make_link(karen)
    events = text_of(karen.get("/haendelser/"))
    context = browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]}, locale="da-DK")
    page = context.new_page()
    seen: list[str] = []
    page.on("console", lambda message: seen.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: seen.append(str(error)))
    for address in (link, f"{link}opslag", link):
        page.goto(address)
        for width, height in (PHONE, DESK):
            page.set_viewport_size({"width": width, "height": height})
            _require_readable(page, address)
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert "Skriv ikke om patienter" in page.inner_text("main")
    assert "Endelig" in page.inner_text(".visits")
    assert "Foreløbig" in page.inner_text(".visits")
    assert text_of(karen.get("/haendelser/")) == events  # opening it has changed nothing
    assert "Intet venter" in text_of(karen.get("/forslag/")) or "Nothing waits" in text_of(
        karen.get("/forslag/")
    )

    page.get_by_role("button", name="Bekræft tiderne").click()
    page.get_by_text("Tak, det er noteret.").wait_for()
    assert "I har bekræftet tiden" in page.inner_text(".visits")
    page.locator("input[name=first]").fill("2009-05-18")
    page.get_by_role("button", name="Meld lukket").click()
    page.get_by_text("lukket mandag 18. maj venter på svar").wait_for()
    page.locator("input[name=date]").fill("2009-05-20")
    page.locator("form:has(input[name=room]) input[name=start]").fill("09:00")
    page.locator("form:has(input[name=room]) input[name=end]").fill("11:00")
    page.locator("input[name=room]").fill(_HOSTILE[:40])
    page.get_by_role("button", name="Tilbyd lokalet").click()
    page.get_by_text("et lokale lånes ud").wait_for()
    page.locator("input[name=first]").fill("2009-05-18")
    page.get_by_role("button", name="Meld lukket").click()  # once more: it waits once
    page.get_by_text("Tak, det er noteret.").wait_for()
    _require_readable(page, link)
    assert page.title() != "ran"
    assert seen == []
    context.close()
    _approve_and_undo(karen, own.data)


def _approve_and_undo(karen: Person, data: Path) -> None:
    assert _closures(data) == []
    waiting = karen.get("/forslag/")
    assert text_of(waiting).count("closed on Monday 18 May") == 1
    assert "<script>doc" not in waiting.text
    assert "confirmed Mon 11 May 7:40" in text_of(karen.get("/uger/2009-W20/"))
    (first, second) = re.findall(r'href="(/forslag/\d+/)"', waiting.text)
    looked = karen.get(first)
    assert "closed for Vej: Monday 18 May" in text_of(looked)
    assert "nobody needs to be called" in text_of(looked)
    form = re.search(r'name="seen" value="([^"]*)"', looked.text)
    assert form is not None
    approved = karen.post(first, seen=form[1], write="1")
    assert "Saved: closed for Vej: Monday 18 May" in text_of(approved)
    assert _closures(data) == [{"who": "P1", "from": "2009-05-18", "to": "2009-05-18"}]
    assert karen.post(first, page="/forslag/", seen=form[1], write="1").status_code == 422
    # The other one was seen before that.
    assert karen.post(second, seen=form[1], write="1").status_code == 412
    assert karen.post(second, decline="1").status_code == 302
    undoable = re.search(r'name="event" value="(\d+)"', karen.get("/undtagelser/").text)
    assert undoable is not None
    assert karen.post("/fortryd/", page="/undtagelser/", event=undoable[1]).status_code == 302
    assert _closures(data) == []
    listed = text_of(karen.get("/forslag/"))
    assert "approved, and taken back since" in listed
    assert "declined" in listed


def test_a_link_that_serves_nobody_and_three_answers(own: Served) -> None:
    karen, practice = own.person("Karen", "coordinator"), Person(own.where)
    link = _make_link(karen).removeprefix(own.where)
    opened = practice.get(link)
    assert opened.headers["Cache-Control"] == "no-store"
    assert (
        practice.session.post(own.where + link, data={"do": "closed", "first": "2009-05-11"}).status_code
        == 403
    )
    for sent in ({"do": "closed", "first": "2009-05-10"}, {"do": "whatever"}, {"do": "confirm", "time": "x"}):
        assert practice.post(link, **sent).status_code == 422
    assert practice.post(link, do="closed", first="2009-05-11").status_code == 302
    (reply,) = re.findall(r'href="(/forslag/\d+/)"', karen.get("/forslag/").text)
    looked = karen.get(reply)
    assert "The room is closed on Monday 11 May at" in text_of(looked)
    form = re.search(r'name="seen" value="([^"]*)"', looked.text)
    assert form is not None
    shown = karen.post(reply, seen=form[1], answers="1")
    assert re.findall(r'name="take" value="(\w+)"', shown.text) == ["cancel", "cover", "later"]
    assert _closures(own.data) == []
    assert "Saved:" in text_of(karen.post(reply, seen=form[1], take="cancel"))
    assert len(_closures(own.data)) == 1
    assert "draft of the next" in text_of(karen.get("/uger/2009-W20/"))
    assert re.search(r"closed on Monday 11 May approved", text_of(karen.get("/forslag/")))
    assert karen.post("/forslag/adresser/", practice="P1", revoke="1").status_code == 302
    assert practice.get(link).status_code == practice.get(f"{link}opslag").status_code == 410
    assert karen.post("/forslag/adresser/", practice="nobody", make="1").status_code == 422


def _require_readable(page: Page, what: str) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), what
    found = [
        (each["id"], [node["html"][:150] for node in each["nodes"]])
        for each in Axe().run(page).response["violations"]
        if each["impact"] in ("moderate", "serious", "critical")
    ]
    assert found == [], what
    small = page.evaluate(
        """() => [...document.querySelectorAll('a, button, summary, input, select')]
        .filter(each => each.type !== 'hidden' && !each.classList.contains('skip'))
        .map(each => [each, each.getBoundingClientRect()])
        .filter(([, box]) => box.width > 0 && (box.height < 43.5 || box.width < 43.5))
        .map(([each]) => each.outerHTML.slice(0, 120))"""
    )
    assert small == [], what
