"""Signing in by a link: once, by a button, until somebody is removed; and what browsers are told."""

import pytest
import requests
from web.serving import Person, Served, text_of


def _added(app: Served, name: str) -> str:
    return app.root.post("/folk/", name=name, role="reader").headers["Location"]


def test_a_link_serves_once_and_only_by_its_button(app: Served) -> None:
    link = app.link(_added(app, "Once"))
    scanner, owner, thief = (Person(app.where) for _ in range(3))
    path = link.removeprefix(app.where)
    for _time in range(2):
        assert "Welcome, Once" in text_of(scanner.get(path))
    owner.sign_in(link)
    assert owner.get("/uger/").status_code == 200
    refused = thief.get(path)
    assert refused.status_code == 410
    assert "has been used" in text_of(refused)
    assert thief.post(path, page="/ind/").status_code in (403, 410)
    assert thief.get("/uger/").status_code == 302


def test_who_is_removed_is_out_at_once(app: Served) -> None:
    page = _added(app, "Gone")
    gone = Person(app.where)
    gone.sign_in(app.link(page))
    unused = app.link(page)
    assert gone.get("/uger/").status_code == 200
    app.root.post(page, do="remove")
    assert gone.get("/uger/").status_code == 302
    assert Person(app.where).get(unused.removeprefix(app.where)).status_code == 410
    app.root.post(page, do="back")
    assert gone.get("/uger/").status_code == 302  # the device must sign in anew
    gone.sign_in(app.link(page))
    assert gone.get("/uger/").status_code == 200


def test_all_devices_are_signed_out(app: Served) -> None:
    page = _added(app, "Two phones")
    phones = [Person(app.where), Person(app.where)]
    for phone in phones:
        phone.sign_in(app.link(page))
    app.root.post(page, do="devices")
    assert [phone.get("/uger/").status_code for phone in phones] == [302, 302]


def test_signing_out_is_for_this_device(app: Served) -> None:
    page = _added(app, "Leaves")
    here, there = Person(app.where), Person(app.where)
    for each in (here, there):
        each.sign_in(app.link(page))
    here.post("/ud/", page="/uger/")
    assert (here.get("/uger/").status_code, there.get("/uger/").status_code) == (302, 200)


def test_people_are_told_what_is_missing(app: Served) -> None:
    for values, said in (
        ({"name": "", "role": "reader"}, "write a name"),
        ({"name": "root", "role": "reader"}, "root is there already"),
        ({"name": "X", "role": "king"}, "choose a role"),
        (
            {"name": "X", "role": "consultant", "consultant": "nobody"},
            "choose which of the consultants it is",
        ),
    ):
        answer = app.root.post("/folk/", **values)
        assert answer.status_code == 422
        assert said in text_of(answer)
    mine = app.root.get("/folk/1/")
    assert "root" in text_of(mine)
    assert "You cannot remove yourself." in text_of(app.root.post("/folk/1/", do="remove"))
    assert app.root.get("/folk/999/").status_code == 404


def test_what_browsers_are_told(app: Served) -> None:
    page = app.root.get("/uger/")
    policy = dict(part.split(" ", 1) for part in page.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["style-src"] == "'self'"
    assert page.headers["X-Frame-Options"] == "DENY"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    cookies = {cookie.name: cookie for cookie in app.root.session.cookies}
    assert cookies["hjul"].has_nonstandard_attr("HttpOnly")
    assert cookies["hjul"].get_nonstandard_attr("SameSite") == "Lax"


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://evil.example"}])
def test_a_forged_form_changes_nothing(app: Served, headers: dict[str, str]) -> None:
    before = text_of(app.root.get("/folk/"))
    answer = app.root.session.post(
        f"{app.where}/folk/", data={"name": "Forged", "role": "reader"}, headers=headers, timeout=60
    )
    assert answer.status_code == 403
    assert "nothing was changed" in text_of(answer)
    assert text_of(app.root.get("/folk/")) == before


def test_another_name_of_the_machine_is_not_answered(app: Served) -> None:
    answer = requests.get(f"{app.where}/ind/", headers={"Host": "evil.example"}, timeout=60)
    assert answer.status_code == 400
