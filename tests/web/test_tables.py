"""The tables in the browser: edited in place, pasted, uploaded; what is wrong is told at its cell, and nothing of it is saved."""

import io
import re
from collections.abc import Iterator
from html import unescape

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from openpyxl import load_workbook
from outputs.browser import DESK, PHONE, SMALL
from playwright.sync_api import Browser, Page
from stores import STREET, kept
from web.serving import Person, Served, text_of
from web.test_web_browser import HOSTILE, signed_in

from scheduler.inputs.schema import TABLES

_HIDDEN = re.compile(r'name="(row|seen|side|soeg|signed|event|table)" value="([^"]*)"')
_FIELD = re.compile(r'<(?:input|select)[^>]* name="c\.(\w+)"[^>]*>')
_VALUE = re.compile(r' value="([^"]*)"')
_CHOSEN = re.compile(r'<option value="([^"]*)" selected>')


def form_of(page: requests.Response) -> dict[str, str]:
    """Return what a page's form would send as it stands."""
    form = re.search(r'<form method="post" class="row-form".*?</form>', page.text, re.DOTALL)
    assert form is not None, text_of(page)
    values = {name: unescape(value) for name, value in _HIDDEN.findall(form[0])}
    for field in _FIELD.finditer(form[0]):
        value = _VALUE.search(field[0])
        if field[0].startswith("<select"):
            options = form[0][field.end() : form[0].index("</select>", field.end())]
            value = _CHOSEN.search(options)
        values[f"c.{field[1]}"] = unescape(value[1]) if value else ""
    return values


def opened(somebody: Person, table: str, row: str) -> dict[str, str]:
    """Open a row of a table by what stands in it (or a new one), and return its form."""
    path = f"/tabeller/{table}/"
    if row:
        line = next(
            line for line in re.findall(r"<tr id=.*?</tr>", somebody.get(path).text, re.DOTALL) if row in line
        )
        found = re.search(r"\?ret=(\d+)", line)
        assert found is not None
        return form_of(somebody.get(f"{path}?ret={found[1]}"))
    return form_of(somebody.get(f"{path}?ny=1"))


def send(somebody: Person, table: str, form: dict[str, str], **more: str) -> requests.Response:
    return somebody.post(f"/tabeller/{table}/", **{**form, **more})


def at_cells(page: requests.Response) -> dict[str, str]:
    """Return what a page says at the cells of its form, by column."""
    return {
        name: unescape(said)
        for said, name in (
            (s, n) for n, s in re.findall(r'<p class="said" id="w-(\w+)">(.*?)</p>', page.text)
        )
    }


@pytest.fixture(scope="module")
def karen(app: Served) -> Person:
    return app.person("Karen Bord", "coordinator")


@pytest.fixture(scope="module")
def lars(app: Served) -> Person:
    return app.person("Lars Bord", "coordinator")


def test_every_row_sent_back_as_its_form_shows_it_is_the_same(app: Served, karen: Person) -> None:
    before = kept(app.data)
    for table in ("practices", "rooms", "consultants", "shifts", "home_visits"):
        numbers = re.findall(r"\?ret=(\d+)", karen.get(f"/tabeller/{table}/").text)
        assert numbers, table
        for number in numbers[:2]:
            form = form_of(karen.get(f"/tabeller/{table}/?ret={number}"))
            assert send(karen, table, form).status_code == 302
    assert kept(app.data) == before


def test_a_row_is_added_changed_deleted_and_taken_back(app: Served, karen: Person) -> None:
    form = opened(karen, "milestones", "")
    wrong = send(karen, "milestones", form, **{"c.date": "når som helst", "c.title": ""})
    assert wrong.status_code == 422
    assert at_cells(wrong).keys() == {"date", "title"}
    assert 'aria-invalid="true"' in wrong.text
    assert "milestones" not in kept(app.data)
    saved = send(karen, "milestones", form_of(wrong), **{"c.date": "1. juni 2009", "c.title": "Evaluering"})
    assert saved.status_code == 302
    shown = karen.get(saved.headers["Location"])
    assert "Saved: Karen Bord" in text_of(shown)
    assert "1 June 2009 Evaluering" in text_of(shown)
    form = opened(karen, "milestones", "Evaluering")
    assert (form["c.date"], form["c.title"]) == ("2009-06-01", "Evaluering")
    assert send(karen, "milestones", form, **{"c.title": "Midtvejs"}).status_code == 302
    assert kept(app.data)["milestones"] == [{"date": "2009-06-01", "title": "Midtvejs"}]
    form = opened(karen, "milestones", "Midtvejs")
    assert send(karen, "milestones", form, delete="1").status_code == 302
    assert "milestones" not in kept(app.data)
    history = karen.get("/tabeller/milestones/historik")
    told = text_of(history)
    assert (
        told.index("milestones: 2009-06-01 Midtvejs deleted")
        < told.index("title Evaluering → Midtvejs")
        < told.index("new: 2009-06-01, Evaluering")
    )
    event = re.search(r'name="event" value="(\d+)"', history.text)
    assert event is not None
    undone = karen.post("/fortryd/", page="/tabeller/milestones/historik", event=event[1], table="milestones")
    assert undone.headers["Location"] == "/tabeller/milestones/historik"
    assert kept(app.data)["milestones"] == [{"date": "2009-06-01", "title": "Midtvejs"}]


def test_two_at_one_table(app: Served, karen: Person, lars: Person) -> None:
    of_karen, of_lars = opened(karen, "consultants", ">c1<"), opened(lars, "consultants", ">c1<")
    of_rooms = opened(lars, "rooms", "")
    assert send(karen, "consultants", of_karen, **{"c.note": "Karens bemærkning"}).status_code == 302
    refused = send(lars, "consultants", of_lars, **{"c.note": "Lars' bemærkning"})
    assert refused.status_code == 412
    assert "meanwhile: Karen Bord" in text_of(refused)
    assert "note is now: Karens bemærkning" in text_of(refused)
    assert [row.get("note") for row in kept(app.data)["consultants"]] == ["Karens bemærkning", None]
    # What was written is not lost, and is saved when it is sent again, knowingly.
    again = form_of(refused)
    assert again["c.note"] == "Lars' bemærkning"
    assert send(lars, "consultants", again).status_code == 302
    assert kept(app.data)["consultants"][0]["note"] == "Lars' bemærkning"
    # A change of another table stands in nobody's way.
    more = {"c.practice_id": "P1", "c.weekday": "fri", "c.start": "9.00", "c.end": "12.00"}
    assert send(lars, "rooms", of_rooms, **more).status_code == 302
    # A row that is gone meanwhile becomes a new one only knowingly.
    of_karen, of_lars = opened(karen, "rooms", "Friday"), opened(lars, "rooms", "Friday")
    assert send(karen, "rooms", of_karen, delete="1").status_code == 302
    gone = send(lars, "rooms", of_lars, **{"c.end": "13.00"})
    assert gone.status_code == 412
    assert "The row is gone" in text_of(gone)
    assert form_of(gone)["row"] == ""
    forged = send(lars, "rooms", form_of(gone), seen="x/y")
    assert forged.status_code == 422


def test_rows_are_pasted(app: Served, karen: Person, lars: Person) -> None:
    path = "/tabeller/rooms/indsaet"
    wrong = karen.post(path, text="Praksis\tUgedag\tFra\tTil\nVej\tons\t9.00\tsent\nHvem\tons\t9.00\t10.00\n")
    assert wrong.status_code == 422
    assert '"sent" is not a time of day' in text_of(wrong)
    assert "Hvem" in wrong.text
    private = karen.post(path, text="Praksis\tLokale\nVej\t010190-1234\n")
    assert private.status_code == 422
    assert "0101" not in private.text
    seen = karen.post(path, text="Praksis\tUgedag\tFra\tTil\nVej\tons\t9.00\t12.00\n")
    assert seen.status_code == 200
    assert "new: P1, wed, 09:00, 12:00" in text_of(seen)
    assert not [row for row in kept(app.data)["rooms"] if row.get("weekday") == "wed"]
    signed = dict(_HIDDEN.findall(seen.text))["signed"]
    assert karen.post("/tabeller/gem", page=path, signed=signed[:-1] + "x").status_code == 422
    saved = karen.post("/tabeller/gem", page=path, signed=signed)
    assert saved.status_code == 302
    assert {"practice_id": "P1", "weekday": "wed", "start": "09:00", "end": "12:00"} in kept(app.data)[
        "rooms"
    ]
    # What was shown is taken once, and not over somebody else's change.
    late = lars.post("/tabeller/gem", page=path, signed=signed)
    assert late.status_code == 412
    assert "meanwhile: Karen Bord" in text_of(late)


def test_a_workbook_goes_out_and_comes_in(app: Served, karen: Person) -> None:
    out = karen.post("/tabeller/projekt.xlsx", page="/tabeller/")
    assert out.status_code == 200
    assert "homes among them" in text_of(karen.get("/haendelser/"))
    assert uploaded(karen, ("project.xlsx", out.content)).text.count("nothing changes") == 1
    workbook = load_workbook(io.BytesIO(out.content))
    workbook["Lægepraksisser"]["B2"] = "Lægehuset på hjørnet"
    changed = io.BytesIO()
    workbook.save(changed)
    seen = uploaded(karen, ("Kopi af vores.xlsx", changed.getvalue()))
    assert "name Vej → Lægehuset på hjørnet" in text_of(seen)
    assert STREET not in seen.text
    signed = dict(_HIDDEN.findall(seen.text))["signed"]
    assert karen.post("/tabeller/gem", page="/tabeller/hent", signed=signed).status_code == 302
    assert kept(app.data)["practices"][0]["name"] == "Lægehuset på hjørnet"


def uploaded(somebody: Person, *files: tuple[str, bytes]) -> requests.Response:
    token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', somebody.get("/tabeller/hent").text)
    assert token is not None
    return somebody.session.post(
        f"{somebody.where}/tabeller/hent",
        data={"csrfmiddlewaretoken": token[1]},
        files=[("files", file) for file in files],
        timeout=60,
    )


def test_what_cannot_be_taken_in_is_told(app: Served, karen: Person) -> None:
    before = kept(app.data)
    for files, told in (
        ([("vores.pdf", b"%PDF")], "is no workbook"),
        ([("010190-1234.xlsx", b"x")], "looks like a CPR number"),
        ([("project.xlsx", b"x")], "no workbook that can be read"),
        ([("rooms.csv", b"practice_id,weekday,start,end\nP9,mon,9.00,late\n")], "is not a time of day"),
        ([("Lokaletider.csv", b"Praksis;Ugedag;Fra;Til\nP9;man;9.00;10.00\n"), ("rooms.csv", b"")], "is there twice"),
    ):  # fmt: skip
        answer = uploaded(karen, *files)
        assert answer.status_code == 422
        assert told in text_of(answer)
        assert "010190" not in answer.text
    assert kept(app.data) == before


def test_more_than_is_read_is_not_read(app: Served) -> None:
    somebody = requests.Session()
    somebody.trust_env = False
    for path in ("/ind/", "/tabeller/hent"):
        said = somebody.post(app.where + path, data=b"x" * 11_000_000, timeout=60)
        assert said.status_code == 413

    def endless() -> Iterator[bytes]:
        for _each in range(12):
            yield b"x" * 1_000_000

    unsaid = somebody.post(f"{app.where}/ind/", data=endless(), timeout=60)
    assert unsaid.status_code in (400, 413, 500)


def test_planners_and_readers_look_but_see_no_homes_and_no_telephones(
    people: dict[str, Person], karen: Person
) -> None:
    form = opened(karen, "consultants", ">c2<")
    more = {"c.phone": "33 00 00 01", "c.email": "bo@example.dk", "c.note": "privat"}
    assert send(karen, "consultants", form, **more).status_code == 302
    assert "33 00 00 01" in karen.get("/tabeller/consultants/").text
    for role in ("planner", "reader"):
        listed = people[role].get("/tabeller/")
        assert "home_visits" not in listed.text
        assert "pins" not in listed.text
        for table in TABLES:
            page = people[role].get(f"/tabeller/{table.name}/?ret=1&ny=1")
            assert page.status_code == (404 if table.name in ("home_visits", "pins") else 200)
            assert "row-form" not in page.text
            assert not re.search("33 00 00 01|bo@example|privat", page.text)
        assert people[role].post("/tabeller/consultants/", row="1", delete="1").status_code == 404
        assert people[role].get("/tabeller/consultants/historik").status_code == 403


def test_where_homes_are_is_shown_one_by_one_and_that_is_kept(karen: Person) -> None:
    listed = karen.get("/tabeller/home_visits/")
    assert "H1" in listed.text
    assert STREET not in listed.text
    assert STREET in opened(karen, "home_visits", ">H1<")["c.address"]
    assert "where H1 is made shown" in text_of(karen.get("/haendelser/"))
    assert STREET not in karen.get("/tabeller/home_visits/historik").text


def test_the_page_of_a_practice_and_of_a_consultant(karen: Person) -> None:
    page = karen.get("/tabeller/praksis/P1/")
    told = text_of(page)
    assert "Monday" in told
    assert "edition 1" in told
    assert "lies as a file, to be sent by hand" in told
    assert "2009-05-11" not in told
    assert "Coming visits Monday 18 May" in told
    of_anne = text_of(karen.get("/tabeller/raadgiver/c1/"))
    assert "8:30" in of_anne
    assert STREET not in of_anne
    for path in ("/tabeller/praksis/c1/", "/tabeller/praksis/nobody/", "/tabeller/raadgiver/P1/"):
        assert karen.get(path).status_code == 404


# --- In the browser -------------------------------------------------------------------------------------


@pytest.mark.browser
def test_hostile_cells_run_nothing_and_are_told_at_their_cells(browser: Browser, app: Served) -> None:
    """Each column of each table, in the form that is refused and in the rows that are pasted."""
    app.root.post("/sprog/", page="/uger/", lang="da")
    with signed_in(browser, app, app.link("/folk/1/"), DESK) as (page, seen):
        for table in TABLES:
            page.goto(f"{app.where}/tabeller/{table.name}/?ny=1")
            page.evaluate(
                """hostile => document.querySelectorAll('[name^="c."]').forEach(each => {
                    if (each.tagName === 'SELECT') each.append(new Option(hostile, hostile));
                    else each.type = 'text';
                    each.value = hostile;
                })""",
                HOSTILE,
            )
            page.get_by_role("button", name="Gem").click()
            page.wait_for_load_state()
            assert page.title() != "ran"
            assert page.locator(".said").count() >= 1, table.name
            headings = "\t".join(column.danish for column in table.columns)
            page.goto(f"{app.where}/tabeller/{table.name}/indsaet")
            page.locator("textarea").fill(f"{headings}\n" + "\t".join([HOSTILE] * len(table.columns)))
            page.locator("form.paste button").click()
            page.wait_for_load_state()
            assert page.title() != "ran"
            assert page.locator("img").count() == 0
        assert [each for each in seen if "422" not in each] == []


_LONG = "Lægehuset ved Sønder Boulevard og Enghavevej, 2. og 3. sal th."


@pytest.fixture(scope="module")
def awkward(karen: Person) -> None:
    """Have rows whose names are long and hostile, and many of them."""
    rows = [
        f"{_LONG}\tVej {n}\t2450\tKøbenhavn SV\tValby\t55,66506\t12,54932\t{HOSTILE}" for n in range(2, 70)
    ]
    text = "\n".join(["Navn\tAdresse\tPostnr\tBy\tBydel\tBreddegrad\tLængdegrad\tBemærkning", *rows])
    seen = karen.post("/tabeller/practices/indsaet", text=text.replace(_LONG, _LONG + " {}"))
    assert seen.status_code == 200, text_of(seen)
    signed = dict(_HIDDEN.findall(seen.text))["signed"]
    assert karen.post("/tabeller/gem", page="/tabeller/hent", signed=signed).status_code == 302


@pytest.mark.browser
@pytest.mark.parametrize(("size", "lang"), [(SMALL, "da"), (DESK, "en")])
@pytest.mark.usefixtures("awkward")
def test_every_page_of_the_tables_can_be_read_by_everybody(
    browser: Browser, app: Served, size: tuple[int, int], lang: str
) -> None:
    app.root.post("/sprog/", page="/uger/", lang=lang)
    with signed_in(browser, app, app.link("/folk/1/"), size, lang) as (page, seen):
        for path in ("", "practices/", "practices/?side=2", "practices/?ny=1", "rooms/?soeg=vej", "home_visits/", "practices/indsaet", "practices/historik", "hent", "praksis/P1/", "raadgiver/c1/"):  # fmt: skip
            page.goto(f"{app.where}/tabeller/{path}")
            _is_readable(page, path)
        page.goto(f"{app.where}/tabeller/practices/")
        page.locator("td.act a").nth(4).click()
        _is_readable(page, "a row that is open")
        page.locator('[name="c.postcode"]').fill("x")
        page.locator(".row-form button.main").click()
        page.wait_for_load_state()
        _is_readable(page, "a row that is wrong")
        assert [each for each in seen if "422" not in each] == []


def _is_readable(page: Page, what: str) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), what
    assert page.title() != "ran"
    found = [
        (each["id"], [node["html"][:150] for node in each["nodes"]])
        for each in Axe().run(page).response["violations"]
        if each["impact"] in ("moderate", "serious", "critical")
    ]
    assert found == [], what


@pytest.mark.browser
def test_a_row_is_changed_by_keyboard_without_script(browser: Browser, app: Served) -> None:
    app.root.post("/sprog/", page="/uger/", lang="en")
    with signed_in(browser, app, app.link("/folk/1/"), PHONE, "en", script=False) as (page, _seen):
        page.goto(f"{app.where}/tabeller/agreements/?ny=1")
        # The first field has the focus.
        page.locator("main select:focus").wait_for()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Tab")
        page.keyboard.type("Mon")
        page.keyboard.press("Tab")
        page.keyboard.type("9.00")
        page.keyboard.press("Enter")
        page.get_by_text("Saved:").wait_for()
        assert kept(app.data)["agreements"] == [{"practice_id": "P1", "weekday": "mon", "start": "09:00"}]
