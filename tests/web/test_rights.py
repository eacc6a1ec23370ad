"""Every address of the app, asked for by every role and by nobody."""

import datetime as dt
import json
import subprocess
import sys

import pytest
from web.serving import Person, text_of

from scheduler.web.rights import OPEN, RIGHTS, shows_homes
from scheduler.web.roles import Role

#: What stands in addresses.
_PARTS = {
    "week": "2009-W20", "number": "1", "name": "index.html", "kind": "fravaer", "secret": "x", "id_": "1", "which": "P1", "table": "practices",
}  # fmt: skip
_ADDRESSES = """
import json, re
from scheduler.store.opening import set_up
from scheduler.web import settings
set_up(settings)
from scheduler.web.urls import urlpatterns
print(json.dumps({each.name: str(each.pattern) for each in urlpatterns}))
"""


def addresses() -> dict[str, str]:
    """Return all addresses by their names, as a process of its own knows them."""
    found = subprocess.run((sys.executable, "-c", _ADDRESSES), capture_output=True, text=True, check=True)
    patterns: dict[str, str] = json.loads(found.stdout)
    return {name: "/" + _filled(pattern) for name, pattern in patterns.items()}


def _filled(pattern: str) -> str:
    for name, value in _PARTS.items():
        for kind in ("week", "int", "path", "slug"):
            pattern = pattern.replace(f"<{kind}:{name}>", value)
    assert "<" not in pattern
    return pattern


@pytest.mark.parametrize(("days", "shown"), [(-1, False), (0, True), (1, True), (2, False)])
def test_homes_are_shown_on_the_day_and_the_day_before(days: int, *, shown: bool) -> None:
    today = dt.date(2009, 5, 12)
    assert shows_homes(today + dt.timedelta(days=days), today) is shown


def test_each_address_has_its_right() -> None:
    assert set(addresses()) == set(RIGHTS) | OPEN
    assert not set(RIGHTS) & OPEN


@pytest.mark.parametrize("role", ["nobody", *Role])
def test_nobody_gets_further_than_their_right(people: dict[str, Person], role: str) -> None:
    somebody = people[role]
    for name, path in addresses().items():
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
