"""The board as people work on it: a visit moved by mouse, by finger and by key, seen before it is saved, and taken back."""

import re

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from outputs.browser import DESK, PHONE
from playwright.sync_api import Browser, Page
from web.serving import Person, Served, text_of
from web.test_web_browser import signed_in

BOARD = "/uger/2009-W21/tavle"
P1 = '.block[data-visit="P1"]'


def _seen(page: requests.Response) -> str:
    found = re.search(r'name="seen" value="([^"]*)"|data-seen="([^"]*)"', page.text)
    assert found is not None, text_of(page)
    return found[1] or found[2]


def test_the_board_is_drawn_by_the_app_alone(app: Served) -> None:
    page = app.root.get(BOARD)
    assert page.status_code == 200
    assert ' style="' not in page.text
    sheet = re.search(r"<style>(.*?)</style>", page.text)
    assert sheet is not None
    assert re.search(r'\[data-s="\d+"\]\{--at:', sheet[1])
    policy = page.headers["Content-Security-Policy"]
    assert re.search(r"style-src 'self' 'sha256-[\w+/=]+'(;|$)", policy)
    assert "script-src 'self';" in policy
    assert 'data-visit="P1" href="/uger/2009-W21/flyt/P1"' in page.text
    rounds = re.findall(r'href="(/uger/2009-W21/1/[^"]+)"', page.text)
    assert rounds
    assert all(app.root.get(path).status_code == 200 for path in rounds)
    assert app.root.get("/uger/2009-W30/tavle").headers["Location"] == "/uger/2009-W30/"


def test_places_say_what_they_mean(app: Served) -> None:
    found = app.root.get("/uger/2009-W21/pladser/P1").json()
    assert found["here"].startswith("Mon 18 May")
    assert [each["price"] for each in found["places"] if each["here"]] == ["costs nothing"]
    assert {each["day"] for each in found["refused"]} >= {"2009-05-19", "2009-05-20"}
    assert all(each["why"] for each in found["refused"])
    assert app.root.get("/uger/2009-W21/pladser/P9").status_code == 404


def test_what_can_be_done_is_reached_from_what_it_is_about(app: Served) -> None:
    visit = app.root.get("/uger/2009-W21/om?visit=P1").text
    assert "/undtagelser/lukket/?who=P1&amp;when=2009-05-18" in visit
    filled = app.root.get("/undtagelser/lukket/?who=P1&when=2009-05-18").text
    assert 'value="2009-05-18"' in filled
    assert re.search(r'value="P1" selected', filled)
    assert (
        "/undtagelser/fravaer/?who=c1&amp;when=2009-05-18"
        in app.root.get("/uger/2009-W21/om?who=c1&day=2009-05-18").text
    )
    for asked in ("", "?who=c9", "?visit=P9", "?who=c1&day=tomorrow", "?who=c1&day=2009-05-11"):
        assert app.root.get(f"/uger/2009-W21/om{asked}").status_code == 404


def test_locks_are_set_and_taken_away_on_the_board(own: Served) -> None:
    karen, lars = own.person("Karen", "coordinator"), own.person("Lars", "coordinator")
    about = karen.get("/uger/2009-W21/om?visit=P1")
    values = {"what": "P1", "seen": _seen(about)}
    late = {"what": "P1", "seen": _seen(lars.get("/uger/2009-W21/om?visit=P1"))}
    assert karen.post("/uger/2009-W21/laas", page="/uger/2009-W21/om?visit=P1", **values).status_code == 302
    assert ">locked: <" in karen.get(BOARD).text
    assert "P1 (day, hour and consultant)" in text_of(karen.get(BOARD)) or "Unlock" in text_of(
        karen.get("/uger/2009-W21/om?visit=P1")
    )
    refused = lars.post("/uger/2009-W21/laas", page="/uger/2009-W21/om?visit=P1", **late)
    assert refused.status_code == 412
    assert "meanwhile: Karen" in text_of(refused)
    values["seen"] = _seen(karen.get("/uger/2009-W21/om?visit=P1"))
    assert (
        karen.post("/uger/2009-W21/laas", page="/uger/2009-W21/om?visit=P1", unlock="1", **values).status_code
        == 302
    )
    assert ">locked: <" not in karen.get(BOARD).text


def test_another_number_and_a_visit_more(own: Served) -> None:
    karen = own.person("Karen", "coordinator")
    page = "/uger/2009-W21/tilbud/P1"
    form = karen.get(page)
    looked = karen.post(page, number=2, seen=_seen(form))
    assert "2 conversations instead of 1" in text_of(looked)
    assert karen.post(page, number=99, seen=_seen(form)).status_code == 422
    assert karen.post(page, number=2, seen=_seen(looked), do="1").headers["Location"] == BOARD
    assert "2 conversations" in text_of(karen.get(BOARD))
    assert karen.post(page, number=1, seen=_seen(looked), do="1").status_code == 412
    event = re.search(r'name="event" value="(\d+)"', karen.get(BOARD).text)
    assert event is not None
    back = "/uger/2009-W21/tilbage"
    assert karen.post(back, page=BOARD, event=1).status_code == 422
    assert karen.post(back, page=BOARD, event=event[1]).headers["Location"] == BOARD
    assert "2 conversations" not in text_of(karen.get("/uger/2009-W21/om?visit=P1"))
    assert karen.get("/uger/2009-W21/tilbud/H2").status_code == 404


def _minute(page: Page, clock: str) -> tuple[float, float]:
    """Return where the middle of a place is on the screen."""
    box = page.locator(f'.place:text-is("{clock}")').first.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def _when(page: Page) -> str:
    return page.locator(f"{P1} .clock").inner_text()


@pytest.mark.browser  # one after another, as somebody does it
def test_a_visit_is_moved_by_mouse_by_key_and_by_finger(browser: Browser, own: Served) -> None:  # noqa: PLR0915
    karen = own.person("Karen", "coordinator")
    own.root.post("/sprog/", page="/uger/", lang="en")
    with signed_in(browser, own, own.link("/folk/1/"), DESK, "en") as (page, errors):
        page.goto(own.where + BOARD)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        was = _when(page)
        # By key: hold, choose, look, let go of it, and take another.
        page.locator(P1).focus()
        page.keyboard.press("Enter")
        page.locator(".place").first.wait_for()
        assert "here now" in page.locator("[data-line]").inner_text()
        assert page.locator(".why").count() > 0
        page.keyboard.press("ArrowDown")
        chosen = page.evaluate("document.activeElement.textContent")
        assert not was.startswith(chosen)
        page.keyboard.press("Enter")
        page.locator("dialog[open] button.main").wait_for()
        assert "moved from" in page.locator("dialog").inner_text()
        assert "points" not in page.locator("dialog").inner_text()
        page.keyboard.press("Escape")
        page.locator("dialog[open]").wait_for(state="detached")
        assert page.evaluate("document.activeElement.textContent") == chosen
        assert _when(page) == was
        page.keyboard.press("Enter")
        page.locator("dialog[open] button.main").click()
        page.wait_for_url(own.where + BOARD)
        page.locator(f'{P1} .clock:has-text("{chosen}")').wait_for()
        # By mouse: dragged to another place, and saved.
        target = next(clock for clock in ("10:30", "10:15", "9:45") if not _when(page).startswith(clock))
        box = page.locator(P1).bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 40, box["y"] + 3)
        page.mouse.down()
        page.mouse.move(box["x"] + 50, box["y"] + 12, steps=3)
        page.locator(".place").first.wait_for()
        x, y = _minute(page, target)
        page.mouse.move(x, y, steps=4)
        assert target in page.locator("[data-line]").inner_text()
        page.mouse.up()
        page.locator("dialog[open] button.main").click()
        page.locator(f'{P1} .clock:has-text("{target}")').wait_for()
        # Where it may not go, a sentence says why, and nothing is asked.
        page.locator(P1).click()
        page.locator(".place").first.wait_for()
        shut = page.locator('.cell.shut[data-day="2009-05-20"] .track').first.bounding_box()
        box = page.locator(P1).bounding_box()
        assert shut is not None
        assert box is not None
        page.mouse.move(box["x"] + 40, box["y"] + 3)
        page.mouse.down()
        page.mouse.move(shut["x"] + 30, shut["y"] + 30, steps=4)
        assert "It cannot be on Wednesday 20 May." in page.locator("[data-line]").inner_text()
        page.mouse.up()
        assert page.locator("dialog[open]").count() == 0
        # By finger: what is held goes with it.
        touch = page.context.new_cdp_session(page)
        x, y = _minute(page, was.split("–")[0])

        def finger(kind: str, *at: tuple[float, float]) -> None:
            points = [{"x": px, "y": py} for px, py in at]
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        finger("touchStart", (box["x"] + 40, box["y"] + 3))
        for part in (0.3, 0.7, 1.0):
            finger(
                "touchMove",
                (box["x"] + 40 + (x - box["x"] - 40) * part, box["y"] + 3 + (y - box["y"] - 3) * part),
            )
        finger("touchEnd")
        page.locator("dialog[open] button.main").click()
        page.locator(f'{P1} .clock:has-text("{was.split("–")[0]}")').wait_for()
        # Undone, step by step, as far as the draft.
        for now in (target, chosen):
            page.get_by_role("button", name=re.compile("^Undo")).click()
            page.locator(f'{P1} .clock:has-text("{now}")').wait_for()
        # Meanwhile somebody else does something: it is told, and what was not seen is not overwritten.
        about = karen.get("/uger/2009-W21/om?visit=P1")
        locked = karen.post(
            "/uger/2009-W21/laas", page="/uger/2009-W21/om?visit=P1", what="H2", seen=_seen(about)
        )
        assert locked.status_code == 302
        page.locator("[data-told]").wait_for()
        assert re.search(
            r"Karen, .*locked: .*\(day, hour and consultant\)", page.locator("[data-told]").inner_text()
        )
        page.locator(P1).click()
        page.locator(".place").first.wait_for()
        page.locator(".place").last.click(force=True)
        page.locator("dialog[open]").get_by_text(re.compile("meanwhile: Karen")).wait_for()
        assert [each for each in errors if "412" not in each] == []
        page.locator("dialog[open]").get_by_role("link", name="Show").click()
        assert page.locator("[data-told]").is_hidden()
        assert page.locator('.block[data-visit="H2"] .say:has-text("locked")').count() == 1


@pytest.mark.browser
@pytest.mark.parametrize("size", [PHONE, DESK])
def test_the_board_can_be_read_by_everybody(browser: Browser, app: Served, size: tuple[int, int]) -> None:
    app.root.post("/sprog/", page="/uger/", lang="da")
    with signed_in(browser, app, app.link("/folk/1/"), size) as (page, errors):
        for path in (BOARD, "/uger/2009-W21/om?visit=P1", "/uger/2009-W21/tilbud/P1"):
            page.goto(app.where + path)
            if path == BOARD:
                page.locator(P1).click()
                page.locator(".place").first.wait_for()
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
            found = [
                (each["id"], [node["html"][:150] for node in each["nodes"]])
                for each in Axe().run(page).response["violations"]
                if each["impact"] in ("moderate", "serious", "critical")
            ]
            assert found == [], path
        assert errors == []


@pytest.mark.browser
def test_without_script_a_block_leads_to_its_places(browser: Browser, app: Served) -> None:
    with signed_in(browser, app, app.link("/folk/1/"), DESK, "en", script=False) as (page, _errors):
        page.goto(app.where + BOARD)
        box = page.locator(P1).bounding_box()
        assert box is not None
        assert box["height"] > 20
        page.locator(P1).click()
        page.wait_for_url(re.compile(r"/flyt/P1$"))


def test_a_reader_sees_no_board(people: dict[str, Person]) -> None:
    for role in ("reader", "planner", "consultant"):
        assert people[role].get(BOARD).status_code == 403
