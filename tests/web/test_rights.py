"""Every address of the app, asked for by every role and by nobody."""

import datetime as dt
import json
import subprocess
import sys

import pytest
from web.api import SCOPES, Program, problems, program
from web.serving import Person, text_of

from scheduler.web.rights import CALLS, OPEN, RIGHTS, below, shows_homes
from scheduler.web.roles import Role

#: What stands in addresses.
_PARTS = {
    "week": "2009-W20", "number": "1", "name": "index.html", "kind": "fravaer", "secret": "x", "id_": "1", "which": "P1",
    "id": "P1", "practice_id": "P1", "table": "practices", "row": "1",
}  # fmt: skip
_ADDRESSES = """
import json, re
from scheduler.store.opening import set_up
from scheduler.web import settings
set_up(settings)
from scheduler.web.urls import urlpatterns
found = {}
for each in urlpatterns:
    for one in getattr(each, "url_patterns", ()):
        found[f"{each.namespace}:{one.name}"] = f"{each.pattern}{one.pattern}"
    if hasattr(each, "name"):
        found[each.name] = str(each.pattern)
print(json.dumps(found))
"""
#: A program's; the first of them is where there is nothing.
_CALLED = {"api:api-root", *(f"api:{name.partition(' ')[2]}" for name in CALLS)}


def addresses() -> dict[str, str]:
    """Return all addresses by their names, as a process of its own knows them."""
    found = subprocess.run((sys.executable, "-c", _ADDRESSES), capture_output=True, text=True, check=True)
    patterns: dict[str, str] = json.loads(found.stdout)
    return {name: "/" + _filled(pattern) for name, pattern in patterns.items()}


def _filled(pattern: str) -> str:
    for name, value in _PARTS.items():
        for kind in ("week", "int", "path", "slug"):
            pattern = pattern.replace(f"<{kind}:{name}>", value)
        pattern = pattern.replace(f"<{name}>", value)
    assert "<" not in pattern
    return pattern


@pytest.mark.parametrize(("days", "shown"), [(-1, False), (0, True), (1, True), (2, False)])
def test_homes_are_shown_on_the_day_and_the_day_before(days: int, *, shown: bool) -> None:
    today = dt.date(2009, 5, 12)
    assert shows_homes(today + dt.timedelta(days=days), today) is shown


def test_each_address_has_its_right() -> None:
    assert set(addresses()) == set(RIGHTS) | OPEN | _CALLED
    assert not set(RIGHTS) & OPEN
    assert not set(RIGHTS) & _CALLED


def test_no_token_has_more_than_its_owner() -> None:
    everywhere = [*RIGHTS.values(), *(call.roles for call in CALLS.values())]
    for owner in Role:
        for role in below([owner]):
            assert all(owner in roles for roles in everywhere if role in roles), (owner, role)
    assert below([Role.CONSULTANT]) == (Role.CONSULTANT,)
    assert Role.CONSULTANT not in below([Role.ADMINISTRATOR])
    assert Role.ADMINISTRATOR not in below([Role.COORDINATOR])
    assert Role.COORDINATOR not in below([Role.PLANNER]) + below([Role.READER])
    assert {Role.COORDINATOR, Role.READER} < set(below([Role.ADMINISTRATOR]))


@pytest.mark.parametrize("role", ["nobody", *Role])
def test_no_program_gets_further_than_its_right(people: dict[str, Person], role: str) -> None:
    """Each call, with a token that is good for all, with one that is not good for this, and with a cookie."""
    somebody, where = people[role], addresses()
    if role == "nobody":
        callers = {"": Program(somebody.where)}
    else:
        callers = {lacking: program(somebody, scopes=tuple(set(SCOPES) - {lacking})) for lacking in SCOPES}
        callers[""] = program(somebody)
    for name, call in CALLS.items():
        method, _blank, called = name.partition(" ")
        path = where[f"api:{called}"].removeprefix("/api/v1")
        sent: dict[str, str] | None = None if method in ("GET", "DELETE") else {}
        answers = [callers[""].call(method, path, sent)]
        if role in call.roles:
            lacking = callers[call.scope.value].call(method, path, sent)
            assert lacking.status_code == 403, (role, name, lacking.text)
        if method == "GET":
            answers.append(somebody.get(f"/api/v1{path}"))
        else:
            forged = somebody.session.request(method, f"{somebody.where}/api/v1{path}", json=sent, timeout=60)
            assert forged.status_code in (401, 403), (role, name, forged.text)
        for answer in answers:
            what = (role, name, answer.status_code, answer.text[:300])
            if role == "nobody":
                assert answer.status_code == 401, what
            elif role in call.roles:
                assert answer.status_code not in (401, 403, 405, 500, 503), what
            else:
                assert answer.status_code == 403, what
            if answer.status_code >= 400:
                problems(answer)


@pytest.mark.parametrize("role", ["nobody", *Role])
def test_nobody_gets_further_than_their_right(people: dict[str, Person], role: str) -> None:
    somebody = people[role]
    for name, path in addresses().items():
        if name in _CALLED or name == "api:openapi-json":
            continue
        for method in ("GET", "POST"):
            answer = (
                somebody.get(path)
                if method == "GET"
                else somebody.session.post(somebody.where + path, allow_redirects=False, timeout=60)
            )
            what = f"{role}: {method} {path}: {answer.status_code} {text_of(answer)[:200]}"
            if method == "POST":
                # Without the secret of a page's form nothing is done for anybody.
                assert answer.status_code in (401, 403, 405), what
            elif name in OPEN or role in RIGHTS[name]:
                assert answer.status_code not in (401, 403, 500, 503), what
                assert not answer.headers.get("Location", "").startswith("/ind/"), what
            elif role == "nobody":
                assert answer.status_code == 302, what
                assert answer.headers["Location"].startswith("/ind/?next="), what
            else:
                assert answer.status_code == 403, what
                assert "You may not see this." in text_of(answer), what


def test_who_is_not_signed_in_learns_nothing_of_what_there_is(people: dict[str, Person]) -> None:
    nobody, reader = people["nobody"], people["reader"]
    assert nobody.get("/nothing/of/the/kind").status_code == 302
    assert reader.get("/nothing/of/the/kind").status_code == 404
    for week in ("2009-W99", "0000-W01", "0001-W01", "9999-W52"):
        assert reader.get(f"/uger/{week}/").status_code == 404
