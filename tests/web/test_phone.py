"""A consultant's day on a phone: without connection, in both languages, and with a server that is killed."""

import html
import json
import re
import shutil
import signal
import socket
import sqlite3
import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from folders import ON_THE_MAP
from outputs.browser import PHONE
from playwright.sync_api import Browser, BrowserContext, Page
from stores import NOW, STREET, with_store
from web.serving import Person, Served, serving, text_of

from scheduler.base import i18n
from scheduler.model.clock import NOW_VARIABLE, Week
from scheduler.services import editions, publish

W20 = Week(2009, 20)
_PATIENCE_S = 30
NOON = "2009-05-11T12:30"
HOSTILE = "<img src=x onerror=document.title='ran'>{{7*7}} Lægehuset ved den meget lange Søndre Boulevard"
TABLES = {
    **ON_THE_MAP,
    "settings": ON_THE_MAP["settings"] + '\n[project]\ncoordinator = "Kirsten"\nphone = "33 00 00 01"\n',
    "practices": "practice_id,name,address,postcode,city,district,lat,lon,phone\n"
    f'P1,"{HOSTILE}",Vej 1,2450,København SV,Valby,55.66506,12.54932,33 00 00 02\n',
    "consultants": "consultant_id,name\nc1,Rådgiver 1\n",
    "shifts": "consultant_id,weekday,start,end\nc1,mon,08:30,15:30\n",
    "home_visits": "visit_id,address,postcode,city,district,date,start,end,minutes,lat,lon\n"
    f"H1,{STREET},1665,København V,Vesterbro,2009-05-11,13:00,15:00,30,55.66735,12.54901\n",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Have a day with a visit to a practice before noon, and to a home after it."""
    folder = tmp_path_factory.mktemp("phone")
    with pytest.MonkeyPatch.context() as patch, i18n.using("en"):
        patch.setenv(NOW_VARIABLE, NOW)
        patch.setenv("HJUL_USER", "root")
        data = with_store(folder / "data", **TABLES)
        editions.plan_week(data, W20, folder / "out")
        publish.publish(data, W20, folder / "out")
    return data


@pytest.fixture
def data(project: Path, tmp_path: Path) -> Path:
    return shutil.copytree(project.parent, tmp_path / "copy") / "data"


@pytest.fixture
def app(data: Path) -> Iterator[Served]:
    with serving(data, now=NOON) as served:
        yield served


# --- In the browser -----------------------------------------------------------------------------------

_KEPT = """async () => { let pages = 0;
    for (const name of await caches.keys()) pages += (await (await caches.open(name)).keys()).length;
    return [pages, (await kept.taps()).length]; }"""
_SMALL = """() => [...document.querySelectorAll('a, button, summary, select, input:not([type=radio])')]
    .filter(each => each.type !== 'hidden' && !each.classList.contains('skip'))
    .map(each => [each, each.getBoundingClientRect()])
    .filter(([, box]) => box.width > 0 && (box.height < 43.5 || box.width < 43.5))
    .map(([each]) => each.outerHTML.slice(0, 120))"""


def _is_fine(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.title() != "ran"
    found = [
        (each["id"], [node["html"][:150] for node in each["nodes"]])
        for each in Axe().run(page).response["violations"]
        if each["impact"] in ("moderate", "serious", "critical")
    ]
    assert found == []
    assert page.evaluate(_SMALL) == []


def _until(page: Page, question: str, answer: object) -> None:
    """Ask until it is so: `wait_for_function` does not wait for promises."""
    end = time.monotonic() + _PATIENCE_S
    while (found := page.evaluate(question)) != answer:
        assert time.monotonic() < end, found
        page.wait_for_timeout(100)


def _is_all_kept(page: Page) -> None:
    """Wait until everything is there that the page wants to have kept."""
    question = """async () => { const wanted = JSON.parse(document.querySelector('[data-keep]').dataset.keep);
        const cache = await caches.open('hjul-week'), has = (await cache.keys()).map(each => new URL(each.url).pathname);
        return [!navigator.serviceWorker.controller, ...['/mig/', ...Object.keys(wanted)].filter(each => !has.includes(each))]; }"""
    _until(page, question, [False])


def _waits(page: Page, n: int) -> None:
    _until(page, "async () => (await kept.taps()).filter(each => each.state === 'waiting').length", n)


@pytest.mark.browser
def test_a_day_without_connection(browser: Browser, app: Served) -> None:
    person = app.root.post("/folk/", name="Anne", role="consultant", consultant="c1").headers["Location"]
    karen = app.person("Karen", "coordinator")
    context = browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]}, locale="da-DK")
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(app.link(person))
    page.locator("main button").click()
    page.wait_for_url("**/mig/")
    _is_all_kept(page)
    _is_fine(page)
    assert page.locator("#missing").inner_text() == "1 stop mangler svar"
    assert "Næste: kl. 13" in page.locator(".bar").inner_text()
    assert page.locator(".bar a[href='tel:33000001']").inner_text() == "Ring til Kirsten"
    _rides_without_connection(context, page, app, karen)
    _is_back(context, page, app, karen)
    _is_refused(page, app)
    _signs_out(context, page, app, karen)
    _is_removed(page, app, person)
    assert errors == []
    context.close()


def _rides_without_connection(context: BrowserContext, page: Page, app: Served, karen: Person) -> None:
    map_ = page.get_by_role("link", name="Kort og vej").first.get_attribute("href")
    assert map_ is not None
    context.set_offline(True)
    page.goto(f"{app.where}/mig/")
    assert page.locator(".kept").inner_text().startswith("Uden forbindelse: sådan så det ud ")
    _is_fine(page)
    visit, home = page.locator("#stop-P1"), page.locator("#stop-H1")
    visit.get_by_role("button", name="Afholdt 1 af 1").click()
    visit.get_by_text("Afholdt 1 (gemt på telefonen, til der er forbindelse)").wait_for()
    visit.get_by_role("button", name="Fortryd").click()
    visit.get_by_text("taget tilbage (gemt").wait_for()
    assert page.locator("#missing").inner_text() == "1 stop mangler svar"
    visit.get_by_text("Ikke alle blev holdt").click()
    visit.get_by_label("Udeblevet").check()
    visit.get_by_role("button", name="Gem").click()
    visit.get_by_text("Udeblevet 1 (gemt").wait_for()
    assert page.locator("#missing").is_hidden()
    page.get_by_role("button", name="20 minutter").click()
    late = page.locator("#late li")
    late.wait_for()
    assert re.search(r"13\.2\d .*\(13\.0\d\)", late.inner_text())
    page.get_by_role("button", name="Jeg har set det").click()
    _waits(page, 5)
    # The phone is put away and taken out again, and a second tab is opened.
    page.goto(f"{app.where}/mig/?uge=2009-W21")
    page.get_by_text("Udeblevet 1 (gemt").wait_for()
    page.goto(app.where + map_)
    assert STREET in page.content()
    assert "Uden forbindelse" in page.locator(".kept").inner_text()
    page.goto(f"{app.where}/mig/")
    other = context.new_page()
    other.goto(f"{app.where}/mig/")
    other.locator("#stop-H1").get_by_role("button", name="Jeg er ude igen").click()
    home.get_by_text("Ude igen kl. 12.30 (gemt").wait_for()  # the first tab is told, too
    known = text_of(karen.get("/haendelser/"))
    assert (
        known.count("Anne, ") == known.count("the homes of Monday 11 May shown") == 1
    )  # once, for all showings
    other.close()


def _is_back(context: BrowserContext, page: Page, app: Served, karen: Person) -> None:
    other = context.new_page()
    other.goto(f"{app.where}/mig/")
    context.set_offline(False)
    page.goto(f"{app.where}/mig/")
    _waits(page, 0)
    _waits(other, 0)
    other.close()
    page.get_by_text("Udeblevet 1", exact=True).wait_for()
    done = text_of(karen.get("/haendelser/"))
    told = [
        done.count(each)
        for each in ("what became of P1 in", "20 minutes late", "out of a home", "seen edition 1")
    ]
    assert told == [3, 1, 1, 1]
    week = text_of(karen.get("/uger/2009-W20/"))
    assert re.search(r"Rådgiver 1 is 20 minutes late \(told at 12:(29|30)\)\.", week)
    assert "Home visit, Vesterbro: 13:0" in week, week
    assert "Rådgiver 1: has seen it" in week
    assert STREET not in week


def _is_refused(page: Page, app: Served) -> None:
    """What the server refuses stays, with the reason."""
    page.goto(f"{app.where}/mig/")
    page.evaluate(
        """async () => { await kept.put({key: crypto.randomUUID(), kind: 'outcome', week: '2009-W20', about: 'P1',
        value: {held: 2}, at: Date.now(), owner: document.querySelector('[data-owner]').dataset.owner, state: 'waiting'});
        await kept.send(); }"""
    )
    refused = page.locator("#refused li")
    refused.wait_for()
    assert "de seks" in refused.inner_text()
    refused.get_by_role("button", name="Fjern").click()
    page.locator("#refused").wait_for(state="hidden")


def _signs_out(context: BrowserContext, page: Page, app: Served, karen: Person) -> None:
    """In English; and nothing is left."""
    page.get_by_role("button", name="English").click()
    page.get_by_role("heading", name="Monday 11 May").first.wait_for()
    _is_all_kept(page)
    context.set_offline(True)
    page.reload()
    assert page.locator(".kept").inner_text().startswith("Without connection: this is as it was on ")
    page.get_by_role("button", name="Not late after all").click()
    _waits(page, 1)
    context.set_offline(False)
    page.goto(f"{app.where}/mig/")
    _is_fine(page)
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/ind/")
    assert (
        page.evaluate("async () => (await caches.keys()).length + (await indexedDB.databases()).length") == 0
    )
    assert "late (told" not in text_of(karen.get("/uger/2009-W20/"))


def _is_removed(page: Page, app: Served, person: str) -> None:
    """A phone that is removed loses all at next sight."""
    page.goto(app.link(person))
    page.locator("main button").click()
    page.wait_for_url("**/mig/")
    _is_all_kept(page)
    page.evaluate("kept.put({key: 'left', at: 1, owner: 'x', state: 'waiting'})")
    app.root.post(person, do="devices")
    page.goto(f"{app.where}/mig/")
    assert "/ind/" in page.url
    page.add_script_tag(url="/fast/kept.js")
    assert page.evaluate(_KEPT) == [0, 0]


# --- A server that is killed --------------------------------------------------------------------------


def _posted(somebody: Person, body: bytes) -> bytes:
    """Return a request as it goes over the wire."""
    page = somebody.get("/mig/").text
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token is not None
    cookies = "; ".join(f"{each.name}={each.value}" for each in somebody.session.cookies)
    head = (
        f"POST /mig/tryk HTTP/1.1\r\nHost: {urlsplit(somebody.where).netloc}\r\nCookie: {cookies}\r\n"
        f"X-CSRFToken: {html.unescape(token[1])}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def test_no_tap_is_lost_or_counted_twice_when_the_server_is_killed(data: Path) -> None:
    """Between the taps and their answer, at different moments; the phone sends again what had no answer."""
    phone: list[dict[str, object]] = []
    anne: Person | None = None
    for wait_s in (0.03, 0.1, 0.3):
        with serving(data, now=NOON, sign_in="root" if phone else "") as app:
            if anne is None:
                anne = app.person("Anne of the kills", "consultant", "c1")
            anne.where = app.where
            phone += [
                {
                    "key": str(uuid.uuid4()),
                    "kind": "outcome",
                    "week": "2009-W20",
                    "about": "P1",
                    "value": {end: 1},
                }
                for end in ("held", "cancelled", "no_show")
            ]
            # The one that was tapped last is the youngest.
            body = json.dumps(
                {"taps": [{**each, "ago_ms": 1000 * (len(phone) - n)} for n, each in enumerate(phone)]}
            )
            raw = _posted(anne, body.encode())
            with socket.create_connection((urlsplit(app.where).hostname, urlsplit(app.where).port)) as wire:
                wire.sendall(raw)
                time.sleep(wait_s)
                app.process.send_signal(signal.SIGKILL)
                app.process.wait(30)
    assert anne is not None
    with serving(data, now=NOON, sign_in="root") as app:
        anne.where = app.where
        body = json.dumps(
            {"taps": [{**each, "ago_ms": 10 * (len(phone) - n)} for n, each in enumerate(phone)]}
        )
        for _time in range(2):
            headers = {"X-CSRFToken": _posted(anne, b"").decode().split("X-CSRFToken: ")[1].split("\r\n")[0]}
            answer = anne.session.post(
                f"{anne.where}/mig/tryk",
                body,
                headers={**headers, "Content-Type": "application/json"},
                timeout=60,
            )
            assert {each["state"] for each in answer.json()["taps"]} <= {"kept", "older"}
            assert len(answer.json()["taps"]) == len(phone)
        assert "Nobody came 1" in text_of(anne.get("/mig/"))
    with closing(sqlite3.connect(data / "hjul.db")) as store:
        rows = store.execute("SELECT key, event_id FROM hjul_store_tap").fetchall()
        (acts,) = store.execute(
            "SELECT count(*) FROM hjul_store_event WHERE who = 'Anne of the kills' AND what LIKE '%did_log%'"
        ).fetchone()
    assert sorted(key for key, _event in rows) == sorted(str(each["key"]) for each in phone)
    assert acts == sum(event is not None for _key, event in rows)
