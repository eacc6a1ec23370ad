"""A planner asks one question: puts scenarios together, runs them, compares, and sends the address on."""

import html
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from outputs.browser import DESK, PHONE
from playwright.sync_api import Browser, Page
from stores import STREET
from web.serving import Person, Served, text_of

_HOSTILE = "<img src=x onerror=document.title='ran'>{{7*7}} og et navn, der er meget langt"
_CANDIDATES = (
    "practice_id,name,address,postcode,city,lat,lon,weekday,start,end\n"
    f"new,{_HOSTILE.replace(',', '')},Vej 2,2450,København SV,55.66406,12.54832,tue,09:00,12:00\n"
)


@pytest.fixture(scope="module")
def planner(app: Served) -> tuple[Person, str]:
    """Have a planner, and a link by which they sign in once more."""
    added = app.root.post("/folk/", name="Per", role="planner")
    per = Person(app.where)
    per.sign_in(app.link(added.headers["Location"]))
    return per, app.link(added.headers["Location"])


@pytest.mark.browser
def test_a_planner_asks_one_question(browser: Browser, app: Served, planner: tuple[Person, str]) -> None:
    per, link = planner
    reader = app.person("Rie", "reader")
    context = browser.new_context(viewport={"width": DESK[0], "height": DESK[1]}, locale="en-GB")
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

    _add_a_candidate(page, app.where)
    first = _build_two(page, app.where)
    address = _run_and_compare(page, app.where)
    assert page.title() != "ran"
    # The one form that was wrong is reported by the browser itself.
    assert [each for each in seen if "422" not in each] == []
    context.close()
    _shared(reader, address, first)
    _as_a_file(per, first)


def _add_a_candidate(page: Page, where: str) -> None:
    """Put a candidate where the map is clicked."""
    page.goto(f"{where}/scenarier/kandidater/")
    for name, value in (
        ("name", _HOSTILE),
        ("address", "Vej 9"),
        ("postcode", "2450"),
        ("city", "København SV"),
    ):
        page.locator(f"main form input[name={name}]").fill(value)
    page.locator("input[name=start]").fill("09:00")
    page.locator("input[name=end]").fill("12:00")
    picture = page.locator("[data-map] img")
    picture.evaluate("image => image.decode()")
    box = picture.bounding_box()
    assert box is not None
    picture.click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    lat, lon = map(float, page.locator("[data-point]").input_value().split(","))
    assert (round(lat, 2), round(lon, 2)) == (55.67, 12.55)
    assert page.locator("[data-pin]").is_visible()
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_text(_HOSTILE).first.wait_for()
    _require_readable(page)


def _build_two(page: Page, where: str) -> str:
    """Put a scenario together from choices, and one that builds on it; return the path of the first."""
    page.goto(f"{where}/scenarier/")
    page.locator("form[action$='/ny'] input[name=title]").fill(_HOSTILE)
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("link", name="Candidates join").click()
    page.locator("input[name=candidates]").check()
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_text("new in practices").wait_for()
    page.get_by_role("link", name="Other speed").click()
    page.locator("input[name=kph]").fill("999")
    page.get_by_role("button", name="Add", exact=True).click()
    assert "999" in page.locator(".refusal").inner_text()
    assert page.locator("input[name=kph]").input_value() == "999"
    page.locator("input[name=kph]").fill("18")
    page.get_by_role("button", name="Add", exact=True).click()
    assert page.locator(".changes li").count() == 3
    page.get_by_role("button", name=re.compile("^Remove: .*18")).click()
    assert page.locator(".changes li").count() == 2
    page.get_by_role("button", name="Undo the last change").click()
    assert page.locator(".changes li").count() == 3
    _require_readable(page)
    first = page.url.removeprefix(where)
    page.goto(f"{where}/scenarier/")
    page.locator("form[action$='/ny'] input[name=title]").fill("Og hurtigere samtaler")
    page.locator("form[action$='/ny'] select").select_option(index=1)
    page.get_by_role("button", name="Begin").click()
    page.goto(f"{page.url}?valg=minutter")
    page.locator("input[name=minutes]").fill("30")
    page.get_by_role("button", name="Add", exact=True).click()

    return first


def _run_and_compare(page: Page, where: str) -> str:
    """Run the second one, see it side by side, and return the path of the answer."""
    page.goto(f"{where}/scenarier/")
    _require_readable(page)
    page.get_by_role("checkbox").nth(1).check()
    page.locator("input[name=weeks]").fill("2009-W22..2009-W23")
    page.get_by_role("button", name="Run and compare").click()
    page.locator("table.sides").wait_for(timeout=120_000)
    assert page.locator("table.sides thead th").count() == 4
    _require_readable(page)
    page.locator("select[name=mod]").select_option(index=1)
    page.get_by_role("button", name="Compare", exact=True).click()
    assert "<img" in page.locator("table.sides thead th").nth(1).inner_text()
    return page.url.removeprefix(where).partition("?")[0]


def _shared(reader: Person, address: str, first: str) -> None:
    """See that the address serves whoever may look, and that who only looks writes nothing."""
    shared = reader.get(address)
    assert "What makes the difference from today" in text_of(shared)
    report = reader.get(f"{address}rapport.html")
    assert report.status_code == 200
    assert "frame-ancestors 'none'" in report.headers["Content-Security-Policy"]
    assert reader.get(f"{address}tabeller.zip").content[:2] == b"PK"
    for answer in (shared, report, reader.get(f"{address}scenarier.toml")):
        assert STREET not in answer.text
    assert '<form method="post"' not in re.sub(
        r"<(header|footer).*?</\1>", "", reader.get(first).text, flags=re.DOTALL
    ).replace('method="post" action="' + first + 'ret" class="actions"', "")
    assert reader.post(f"{first}ret", page="/scenarier/", do="away", version=1).status_code == 403


def _as_a_file(per: Person, first: str) -> None:
    """See that a scenario's file is taken in again and says the same, and that nobody writes over what is new."""
    told = per.get(f"{first}fil").text
    assert told.count("[[scenario]]") == 1
    assert per.post("/scenarier/fil", page="/scenarier/", text=told).status_code == 302
    assert per.get(f"{first}fil").text == told
    late = per.post(f"{first}ret", page=first, do="away", version=1)
    assert late.status_code == 422  # another one builds on it
    late = per.post(f"{first}ret", page=first, do="remove", number=2, version=1)
    assert late.status_code == 412
    assert "meanwhile" in text_of(late)


def test_what_cannot_be_read_changes_nothing(app: Served, planner: tuple[Person, str]) -> None:
    per, _link = planner
    for path, form in (
        ("/scenarier/fil", {"text": "[[scenario]]\nname = 1"}),
        ("/scenarier/fil", {"text": ""}),
        ("/scenarier/fil", {"text": "x" * 1_100_000}),
        ("/scenarier/ny", {"title": " "}),
        ("/scenarier/ny", {"title": "x", "based_on": "../../etc"}),
        ("/scenarier/sammenlign", {"draws": "1"}),
        ("/scenarier/sammenlign", {"draws": "9" * 50, "scenario": "x"}),
        ("/scenarier/kandidater/ret", {"do": "text", "text": "name\nx", "version": "0"}),
        ("/scenarier/kandidater/ret", {"do": "add", "version": "-1"}),
    ):
        answer = per.post(path, page="/scenarier/", **form)
        assert answer.status_code == 422, (path, form, text_of(answer))
    for path in (
        "/scenarier/s/nothing/",
        "/scenarier/svar/999/",
        "/scenarier/svar/999/gang",
        "/scenarier/svar/999/rapport.html",
    ):
        assert per.get(path).status_code == 404
    picture = app.root.get("/scenarier/kort.svg")
    assert picture.headers["Content-Type"].startswith("image/svg+xml")
    assert "script-src" not in picture.headers["Content-Security-Policy"]
    assert STREET not in html.unescape(picture.text)


def test_a_question_that_fails_says_why(app: Served, planner: tuple[Person, str]) -> None:
    """The address of what is new is not on the map: that is told once it is looked for."""
    per, _link = planner
    text = (
        '[[scenario]]\nname = "lost"\nchange = [{ add = "practices", practice_id = "lost", name = "L", address = "Ingen 1",'
        ' postcode = "9999", city = "X", district = "X" }, { add = "rooms", practice_id = "lost", weekday = "tue",'
        ' start = "9.00", end = "12.00" }]\n'
    )
    assert per.post("/scenarier/fil", page="/scenarier/", text=text).status_code == 302
    asked = per.post(
        "/scenarier/sammenlign", page="/scenarier/", scenario="lost", weeks="2009-W22", draws="1"
    )
    where = asked.headers["Location"]
    with per.session.get(app.where + where + "gang", stream=True, timeout=120) as stream:
        assert [line for line in stream.iter_lines() if line.startswith(b"data: ")]
    failed = text_of(per.get(where))
    assert "There is no answer:" in failed
    assert "the street Ingen is not in the map" in failed
    assert per.post(f"{where}stop", page="/scenarier/").status_code == 302


def _require_readable(page: Page) -> None:
    """See that a page can be read on a desk and on a phone."""
    for width, height in (PHONE, DESK):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url
        found = [
            (each["id"], [node["html"][:150] for node in each["nodes"]])
            for each in Axe().run(page).response["violations"]
            if each["impact"] in ("moderate", "serious", "critical")
        ]
        assert found == [], page.url
        small = page.evaluate(
            """() => [...document.querySelectorAll('a, button, summary, input, select')]
            .filter(each => each.type !== 'hidden' && !each.classList.contains('skip'))
            .map(each => [each, each.getBoundingClientRect()])
            .filter(([, box]) => box.width > 0 && (box.height < 43.5 || box.width < 43.5))
            .map(([each]) => each.outerHTML.slice(0, 120))"""
        )
        assert small == [], page.url
