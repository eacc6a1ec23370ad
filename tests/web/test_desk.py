"""The coordinator's desk: what happens is seen before it is written, published once, and taken back."""

import re
from collections.abc import Iterator

import pytest
from stores import STREET
from web.conftest import planned
from web.serving import Person, Served, serving, text_of


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Have an app that no other test writes into."""
    with serving(planned(tmp_path_factory.mktemp("own"))) as served:
        yield served


def _seen(somebody: Person, kind: str, who: str, when: str) -> dict[str, str]:
    """Look at an exception, and return its form's hidden values."""
    page = somebody.post(f"/undtagelser/{kind}/", who=who, when=when)
    assert page.status_code == 200, text_of(page)
    found = re.search(r'name="seen" value="([^"]*)"', page.text)
    assert found is not None, text_of(page)
    return {"who": who, "when": when, "seen": found[1]}


def test_the_weeks(app: Served) -> None:
    listed = text_of(app.root.get("/uger/"))
    assert "Week 20 Mon 11 May" in listed
    assert "edition 1 Week 20: 3 of 3 visits" in listed or "edition 1 Week 20:" in listed
    assert "draft Week 21:" in listed
    assert "Week 22" in listed
    week = app.root.get("/uger/2009-W20/")
    assert "Edition 1, issued" in text_of(week)
    files = re.findall(r'href="(/uger/2009-W20/1/[^"]+)"', week.text)
    assert len(files) > 4
    for path in files:
        answer = app.root.get(path)
        assert answer.status_code == 200, path
        assert STREET not in answer.text
    assert app.root.get("/uger/2009-W20/1/../../../etc/passwd").status_code == 404
    assert app.root.get("/uger/2009-W20/1/nothing.html").status_code == 404
    assert app.root.get("/uger/2009-W20/7/index.html").status_code == 422


def test_a_draft_is_not_for_everybody(people: dict[str, Person]) -> None:
    assert people["coordinator"].get("/uger/2009-W21/1/index.html").status_code == 200
    for role in ("planner", "reader"):
        assert people[role].get("/uger/2009-W21/1/index.html").status_code == 404
        assert people[role].get("/uger/2009-W20/1/index.html").status_code == 200


def test_an_absence_is_seen_written_and_taken_back(own: Served) -> None:
    karen = own.person("Karen", "coordinator")
    wrong = karen.post("/undtagelser/fravaer/", who="c1", when="some day")
    assert wrong.status_code == 422
    assert "some day" in text_of(wrong)
    form = _seen(karen, "fravaer", "c1", "2009-05-11 2009-05-15")
    assert "c1 is away" not in text_of(karen.get("/haendelser/"))
    saved = karen.post("/undtagelser/fravaer/", **form, write="1")
    assert saved.status_code == 200
    assert "Saved: Rådgiver 1 is away" in text_of(saved)
    assert re.search(r"Karen, .*is away", text_of(karen.get("/haendelser/")))
    # The same again changes nothing.
    again = karen.post("/undtagelser/fravaer/", who="c1", when="2009-05-11 2009-05-15")
    assert "nothing changes" in text_of(again)
    listed = karen.get("/undtagelser/")
    event = re.search(r'name="event" value="(\d+)"', listed.text)
    assert event is not None
    assert karen.post("/fortryd/", page="/undtagelser/", event=0).status_code == 422
    assert karen.post("/fortryd/", page="/undtagelser/", event=event[1]).status_code == 302
    assert "Karen, Monday 11 May 7:40: undone:" in text_of(karen.get("/haendelser/"))


def test_two_coordinators(own: Served) -> None:
    karen, lars = own.person("Karen", "coordinator"), own.person("Lars", "coordinator")
    of_karen = _seen(karen, "fravaer", "c1", "2009-05-12")
    of_lars = _seen(lars, "fravaer", "c2", "2009-05-12")
    assert karen.post("/undtagelser/fravaer/", **of_karen, write="1").status_code == 200
    refused = lars.post("/undtagelser/fravaer/", **of_lars, write="1")
    assert refused.status_code == 412
    assert "meanwhile: Karen" in text_of(refused)
    assert "Rådgiver 2 is away" not in text_of(lars.get("/haendelser/"))
    of_lars = _seen(lars, "fravaer", "c2", "2009-05-12")
    assert lars.post("/undtagelser/fravaer/", **of_lars, write="1").status_code == 200
    forged = lars.post("/undtagelser/fravaer/", **{**of_lars, "when": "2009-05-13", "seen": "x/y"}, write="1")
    assert forged.status_code == 422


def test_publishing(own: Served) -> None:
    karen, lars = own.person("Karen", "coordinator"), own.person("Lars", "coordinator")
    page = karen.get("/uger/2009-W21/udsend")
    assert "It becomes edition 1." in text_of(page)
    assert karen.post("/uger/2009-W21/udsend", number=2).status_code == 422
    done = karen.post("/uger/2009-W21/udsend", number=1)
    assert "Edition 1 of week 21 is published" in text_of(done)
    assert (own.data.parent / "out" / "2009-W21" / "index.html").exists()
    again = lars.get("/uger/2009-W21/udsend")
    assert again.status_code == 422
    assert "edition 1 is published" in text_of(again)
    assert re.search(r"Karen, .*edition 1 published", text_of(lars.get("/uger/2009-W21/")))


def test_a_draft_that_is_out_of_date(own: Served) -> None:
    form = _seen(own.root, "lukket", "P1", "2009-05-18")
    own.root.post("/undtagelser/lukket/", **form, write="1")
    refused = own.root.get("/uger/2009-W21/udsend")
    assert refused.status_code == 422
    assert "out of date" in text_of(refused)


def test_progress(app: Served) -> None:
    page = app.root.get("/fremdrift/")
    assert page.status_code == 200
    assert "900" in text_of(page)
