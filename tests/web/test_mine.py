"""A consultant's own rounds: nobody else's, homes only in their days, what became of visits, and the calendar."""

import html
import json
import re
import uuid
from typing import Any
from urllib.parse import urljoin

import pytest
import requests
from icalendar import Calendar
from stores import STREET
from web.serving import Person, Served, text_of


def _rounds(somebody: Person, week: str = "2009-W20") -> list[str]:
    return re.findall(r'href="(/mig/[^"]+\.html)"', somebody.get(f"/mig/?uge={week}").text)


def test_only_ones_own(people: dict[str, Person]) -> None:
    pages = {who: _rounds(people[who]) for who in ("consultant", "other")}
    assert any(pages.values())
    for who, other in (("consultant", "other"), ("other", "consultant")):
        for path in pages[who]:
            assert people[who].get(path).status_code == 200
            assert people[other].get(path).status_code == 404
    assert people["consultant"].get("/mig/2009-W20/c1.ics").status_code == 200
    assert people["consultant"].get("/mig/2009-W20/c2.ics").status_code == 404
    assert people["consultant"].get("/mig/2009-W20/roster.json").status_code == 404
    assert people["consultant"].get("/mig/2009-W21/c1.ics").status_code == 404  # a draft is nobody's yet
    assert "Nothing has been published" in text_of(people["consultant"].get("/mig/?uge=2009-W21"))
    for week in ("banana", "9999-W52", "0001-W01", "2009-W54"):
        assert people["consultant"].get(f"/mig/?uge={week}").status_code == 422


def test_no_link_of_ones_own_pages_leads_to_what_one_may_not_see(people: dict[str, Person]) -> None:
    anne = people["consultant"]
    week = re.search(r'href="(/mig/2009-W20/c1-uge-20.html)"', anne.get("/mig/").text)
    assert week is not None
    pages = [*_rounds(anne), week[1]]
    for page in pages:
        answer = anne.get(page)
        assert answer.status_code == 200
        for link in re.findall(r'<a [^>]*href="([^"#]+)"', answer.text):
            if not link.startswith(("https:", "tel:")):
                assert anne.get(urljoin(page, link)).status_code == 200, (page, link)


def test_a_home_is_shown_the_day_before_and_that_is_kept(app: Served, people: dict[str, Person]) -> None:
    """The clock stands at Tuesday; the home visit is on Wednesday."""
    seen = []
    for who in ("consultant", "other"):
        for path in _rounds(people[who]):
            answer = people[who].get(path)
            if STREET in answer.text:
                seen.append((who, path))
                assert "2009-05-13" in path
                assert answer.headers["Cache-Control"] == "private, no-cache"
    assert len(seen) == 1
    assert re.search(r"the homes of \w+ 13 May shown", text_of(app.root.get("/haendelser/")))
    for role in ("administrator", "coordinator", "planner", "reader"):
        for path in re.findall(r'href="(/uger/2009-W20/1/[^"]+)"', people[role].get("/uger/2009-W20/").text):
            assert STREET not in people[role].get(path).text


def _tap(somebody: Person, kind: str, about: str, **values: object) -> requests.Response:
    """Send the form of a tap, with a key of its own."""
    form = {"kind": kind, "about": about, "week": "2009-W20", "key": str(uuid.uuid4()), **values}
    return somebody.post("/mig/tryk", page="/mig/", **form)


def _sent(somebody: Person, *taps: dict[str, Any]) -> requests.Response:
    """Send taps as a phone does, with the secret of a form of the page."""
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', somebody.get("/mig/").text)
    headers = {"X-CSRFToken": token[1] if token else ""}
    return somebody.session.post(
        f"{somebody.where}/mig/tryk", json={"taps": taps}, headers=headers, timeout=60, allow_redirects=False
    )


def _whose(people: dict[str, Person], id_: str) -> tuple[Person, Person]:
    """Return whose stop it is, and the other one."""
    whose = next(
        who for who in ("consultant", "other") if f'id="stop-{id_}"' in people[who].get("/mig/").text
    )
    return people[whose], people["other" if whose == "consultant" else "consultant"]


def test_what_became_of_a_visit(app: Served, people: dict[str, Person]) -> None:
    """The visit to P1 was on Monday."""
    own, another = _whose(people, "P1")
    assert "1 visit has no answer yet" in text_of(own.get("/mig/"))
    assert "not yours" in text_of(_tap(another, "outcome", "P1", held=1))
    assert _tap(own, "outcome", "H1", held=1).status_code == 422
    wrong = _tap(own, "outcome", "P1", held=5)
    assert wrong.status_code == 422
    assert "1 were planned" in text_of(wrong)
    key = str(uuid.uuid4())
    for _time in range(2):  # sent twice it is counted once
        assert _tap(own, "outcome", "P1", held=1, key=key).headers["Location"] == "/mig/?uge=2009-W20#stop-P1"
    assert "Held 1" in text_of(own.get("/mig/"))
    assert "no answer yet" not in text_of(own.get("/mig/"))
    assert text_of(app.root.get("/haendelser/")).count("what became of P1") == 1
    assert _tap(own, "outcome", "P1", c1="no_show").status_code == 302
    assert "Nobody came 1" in text_of(own.get("/mig/"))
    assert _tap(own, "outcome", "P1").status_code == 302
    assert "Nobody came 1" not in text_of(own.get("/mig/"))
    for junk in (
        {"held": "-1"},
        {"no_show": "x" * 50},
        {"cancelled": "99999"},
        {"key": "x"},
        {"week": "2009"},
    ):
        assert _tap(own, "outcome", "P1", **junk).status_code == 422, junk
    assert _tap(own, "outcome", "a b").status_code == 422
    assert _tap(own, "whatever", "P1").status_code == 404


def test_taps_as_a_phone_sends_them(people: dict[str, Person]) -> None:
    own, another = _whose(people, "P1")
    tap: dict[str, Any] = {
        "key": str(uuid.uuid4()),
        "kind": "outcome",
        "week": "2009-W20",
        "about": "P1",
        "value": {"held": 1},
        "ago_ms": 0.0,
    }
    wrong = {**tap, "key": str(uuid.uuid4()), "value": {"held": 2}}
    late = {**tap, "key": str(uuid.uuid4()), "value": {"no_show": 1}, "ago_ms": 90_000}
    for _time in range(2):
        answer = _sent(own, tap, wrong, late)
        assert answer.status_code == 200, answer.text
        states = {each["key"]: (each["state"], each["reason"]) for each in answer.json()["taps"]}
        assert states[tap["key"]] == ("kept", "")
        assert states[late["key"]] == ("older", "")
        assert states[wrong["key"]][0] == "refused"
        assert "1 were planned" in states[wrong["key"]][1]
    assert "Held 1" in text_of(own.get("/mig/"))
    assert _sent(another, {**tap, "key": str(uuid.uuid4())}).json()["taps"][0]["state"] == "refused"
    for junk in (
        {"note": "Fru Jensen"}, {"key": "short"}, {"ago_ms": -1}, {"value": {"held": "1"}}, {"value": {"held": -1}},
        {"value": {"held": 1.5}}, {"kind": "text"}, {"about": "Fru Jensen"}, {"week": "2009-W99"}, {"ago_ms": 1e300},
    ):  # fmt: skip
        assert _sent(own, {**tap, **junk}).status_code == 422, junk
    assert own.session.post(f"{own.where}/mig/tryk", json={"taps": [tap]}, timeout=60).status_code == 403


def test_the_desk_sees_what_happens_on_the_way(people: dict[str, Person]) -> None:
    """The clock stands at Tuesday 7:40."""
    karen, reader = people["coordinator"], people["reader"]
    own, _another = _whose(people, "P1")
    assert "has not seen it yet" in text_of(karen.get("/uger/2009-W20/"))
    assert "I have seen it" in text_of(own.get("/mig/"))
    assert _tap(own, "seen", "1").status_code == 302
    assert "I have seen it" not in text_of(own.get("/mig/"))
    assert "has seen it, Tue 12 May 7:40" in text_of(karen.get("/uger/2009-W20/"))
    assert "seen it" not in text_of(reader.get("/uger/2009-W20/"))
    assert "no round on that day" in text_of(_tap(own, "delay", "2009-05-16", minutes=20))


def test_absence_is_told_and_leave_is_answered(people: dict[str, Person]) -> None:
    karen, own = people["coordinator"], people["consultant"]
    form = {"key": str(uuid.uuid4()), "first": "2009-05-13", "last": "2009-05-14"}
    for _time in range(2):
        assert own.post("/mig/fravaer", page="/mig/", **form, ask="1").status_code == 302
    assert text_of(own.get("/mig/")).count("asked for; no answer yet") == 1
    told = {"key": str(uuid.uuid4()), "first": "2009-05-12", "from": "11:00"}
    assert own.post("/mig/fravaer", page="/mig/", **told, tell="1").status_code == 302
    for page in ("/uger/", "/uger/2009-W20/"):
        assert "Rådgiver 1 has asked for leave: Wednesday 13 May – Thursday 14 May." in text_of(
            karen.get(page)
        )
        assert "Rådgiver 1 has told of being away: Tuesday 12 May from 11:00." in text_of(karen.get(page))
        assert "asked for leave" not in text_of(people["reader"].get(page))
    sick, leave = sorted(set(re.findall(r"/fri/\d+/", karen.get("/uger/").text)), reverse=True)
    price = text_of(karen.get(leave))
    assert "Rådgiver 1 has asked for leave" in price
    assert "It takes 14 h 00 min of work." in price
    asked = re.search(r'href="(/undtagelser/fravaer/[^"]+)"', karen.get(sick).text)
    assert asked is not None
    filled = karen.get(html.unescape(asked[1])).text
    assert 'value="2009-05-12 fra 11.00"' in filled
    assert '<option value="c1" selected>' in filled
    assert karen.post(sick, answer="yes").status_code == 302
    assert karen.post(leave, answer="no").status_code == 302
    assert "no, sorry" in text_of(own.get("/mig/"))
    assert karen.post(leave, page="/uger/", answer="yes").status_code == 422
    assert karen.get(leave).status_code == 404
    for junk in ({"first": "tomorrow"}, {"first": "2009-05-11"}, {"key": "?"}, {"from": "25:00"}):
        sent = {"key": str(uuid.uuid4()), "first": "2009-05-13", "tell": "1", **junk}
        assert own.post("/mig/fravaer", page="/mig/", **sent).status_code == 422, junk
    form = {"key": str(uuid.uuid4()), "first": "2009-05-20", "ask": "1"}
    own.post("/mig/fravaer", page="/mig/", **form)
    back = re.findall(r'name="back" value="(\d+)"', own.get("/mig/").text)
    assert people["other"].post("/mig/fravaer", page="/mig/", back=back[-1]).status_code == 422
    assert own.post("/mig/fravaer", page="/mig/", back=back[-1]).status_code == 302


def test_what_a_phone_may_keep(people: dict[str, Person]) -> None:
    """Homes until the end of their day, all else until a week after; of other weeks nothing."""
    seconds = {}
    for who in ("consultant", "other"):
        somebody = people[who]
        page = somebody.get("/mig/")
        hour = 3600
        assert page.headers["X-Keep"].split()[0] == str(round((12 * 24 + 16) * hour + hour / 3))
        assert "X-Keep" not in somebody.get("/mig/?uge=2009-W21").headers
        found = re.search(r"data-keep='([^']+)'", page.text)
        assert found is not None
        wanted = json.loads(html.unescape(found[1]))
        for path in set(_rounds(somebody)) & set(wanted):
            answer = somebody.get(path)
            seconds[STREET in answer.text] = answer.headers["X-Keep"].split()[0]
            assert answer.headers["X-Keep"].split()[1] == wanted[path]
        for path in wanted:
            assert somebody.get(path).status_code == 200, path
        assert STREET not in page.text
    assert seconds[True] == str(round((24 + 16) * hour + hour / 3))
    assert seconds[False] == page.headers["X-Keep"].split()[0]
    out = Person(people["reader"].where)
    worker = out.get("/mig/worker.js")
    assert worker.headers["Content-Type"].startswith("text/javascript")
    assert out.get("/mig/app.webmanifest").json()["scope"] == "/mig/"


def test_a_private_calendar(app: Served, people: dict[str, Person]) -> None:
    anne = people["consultant"]
    assert anne.post("/mig/kalender", page="/mig/").status_code == 302
    address = re.search(r"<code>(\S+)</code>", anne.get("/mig/").text)
    assert address is not None
    path = address[1].removeprefix(app.where)
    feed = Person(app.where).get(path)
    assert feed.headers["Content-Type"].startswith("text/calendar")
    assert Calendar.from_ical(feed.text).events
    assert STREET not in feed.text
    assert anne.post("/mig/kalender", page="/mig/").status_code == 302  # a new address
    assert Person(app.where).get(path).status_code == 404
    anne.post("/mig/kalender", page="/mig/", revoke="1")
    assert "/kalender/" not in anne.get("/mig/").text
    assert Person(app.where).get("/kalender/.ics").status_code in (302, 404)


@pytest.mark.parametrize("role", ["administrator", "coordinator"])
def test_who_is_no_consultant_has_no_rounds(people: dict[str, Person], role: str) -> None:
    assert people[role].get("/mig/").status_code == 403
