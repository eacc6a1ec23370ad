"""A consultant's own rounds: nobody else's, homes only in their days, what became of visits, and the calendar."""

import re
from urllib.parse import urljoin

import pytest
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


def test_what_became_of_a_visit(app: Served, people: dict[str, Person]) -> None:
    """The visit to P1 was on Monday."""
    whose = next(who for who in ("consultant", "other") if 'id="P1"' in people[who].get("/mig/").text)
    another = "other" if whose == "consultant" else "consultant"
    own = people[whose]
    assert people[another].post("/mig/2009-W20/svar", page="/mig/", practice="P1", held=1).status_code == 404
    assert own.post("/mig/2009-W20/svar", page="/mig/", practice="H1", held=1).status_code == 404
    wrong = own.post("/mig/2009-W20/svar", page="/mig/", practice="P1", held=5)
    assert wrong.status_code == 422
    assert "1 were planned" in text_of(wrong)
    for _tap in range(2):  # sent twice it is counted once
        assert own.post("/mig/2009-W20/svar", page="/mig/", practice="P1", held=1).status_code == 302
    assert "Held 1" in text_of(own.get("/mig/"))
    assert text_of(app.root.get("/haendelser/")).count("what became of P1") == 1
    assert own.post("/mig/2009-W20/svar", page="/mig/", practice="P1", no_show=1).status_code == 302
    assert "Nobody came 1" in text_of(own.get("/mig/"))
    junk = {"held": "-1", "no_show": "x" * 50, "cancelled": "99999"}
    assert own.post("/mig/2009-W20/svar", page="/mig/", practice="P1", **junk).status_code == 422


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
