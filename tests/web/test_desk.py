"""The coordinator's desk: what happens is seen before it is written, published once, and taken back."""

import json
import re
import shutil
import time
from pathlib import Path

import postgres
import psutil
import pytest
import requests
from folders import ON_THE_MAP
from stores import STREET, set_clock, take_in, with_store
from web.serving import Person, Served, serving, text_of

from scheduler.model.clock import now
from scheduler.services.workspace import store_of
from scheduler.store.address import URL_VARIABLE


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
    for role in ("planner", "reader"):
        assert "draft" not in text_of(people[role].get("/uger/"))
        week = text_of(people[role].get("/uger/2009-W21/"))
        assert "not been planned" in week
        assert "What was done" not in text_of(people[role].get("/uger/2009-W20/"))
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


def test_three_answers_to_an_absence(own: Served) -> None:
    """The visit to P1 is on Monday morning; whoever makes it falls ill before."""
    karen, lars = own.person("Karen", "coordinator"), own.person("Lars", "coordinator")
    page = karen.get("/uger/2009-W20/").text
    who = next(who for who in ("c1", "c2") if f"2009-05-11-{who}.html" in page)
    form = _seen(karen, "fravaer", who, "2009-05-11 2009-05-15")
    shown = karen.post("/undtagelser/fravaer/", **form, answers="1")
    assert shown.status_code == 200
    assert re.findall(r'name="take" value="(\w+)"', shown.text) == ["cancel", "cover", "later"]
    assert "0 of 1 visits are made" in text_of(shown)
    assert "draft" not in text_of(karen.get("/uger/2009-W20/"))
    assert karen.post("/undtagelser/fravaer/", **form, take="whatever").status_code == 422
    taken = karen.post("/undtagelser/fravaer/", **form, take="cover")
    assert "Saved:" in text_of(taken)
    week = text_of(karen.get("/uger/2009-W20/"))
    assert "Edition 1 is published; what is shown here is the draft of the next." in week
    late = lars.post("/undtagelser/fravaer/", **form, take="cancel")
    assert late.status_code == 412


def test_a_visit_is_moved(own: Served) -> None:
    karen = own.person("Karen", "coordinator")
    page = "/uger/2009-W21/flyt/P1"
    places = karen.get(page)
    assert "Now: Monday 18 May" in text_of(places)
    values = re.findall(r'name="place" value="([^"]+)"', places.text)
    assert len(values) > 10
    assert any('aria-current="true"' in part for part in places.text.split("<li>"))
    target = next(value for value in values if value.startswith("2009-05-18T10:30"))
    looked = karen.post(page, place=target)
    assert "With the others where they are" in text_of(looked)
    seen = re.search(r'name="seen" value="([^"]*)"', looked.text)
    assert seen is not None
    closed = text_of(karen.post(page, place="2009-05-19T10:30/c1"))
    assert "It cannot be there:" in closed
    assert karen.post(page, place="yesterday/c1").status_code == 422
    assert (
        karen.post(page, place="2009-05-25T10:30/c1", do="1", seen=seen[1]).status_code == 422
    )  # another week
    assert karen.post(page, place=target, do="1", seen=seen[1]).headers["Location"] == "/uger/2009-W21/tavle"
    assert "Mon 18 May 10:30" in text_of(karen.get("/uger/2009-W21/"))
    # The same form once more stands on a draft that is no longer there.
    assert karen.post(page, place=target, do="1", seen=seen[1]).status_code == 412
    assert karen.get("/uger/2009-W21/flyt/nobody").status_code == 404
    assert karen.get("/uger/2009-W30/flyt/P1").status_code == 404


def test_publishing(own: Served) -> None:
    karen, lars = own.person("Karen", "coordinator"), own.person("Lars", "coordinator")
    page = karen.get("/uger/2009-W21/udsend")
    assert "It becomes edition 1." in text_of(page)
    assert "Who will be told" in text_of(page)
    for number in (2, "9" * 5000, "-1", "one"):
        assert karen.post("/uger/2009-W21/udsend", number=number).status_code == 422
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


def test_pages_follow_the_tables(own: Served) -> None:
    """A telephone stands on the pages of an edition as the tables have it now, also on one that was shown before."""
    day = re.search(r'href="(/uger/2009-W20/1/maps/2009-05-11-[^"]+)"', own.root.get("/uger/2009-W20/").text)
    assert day is not None
    assert "tel:33112233" not in own.root.get(day[1]).text
    heads, row = ON_THE_MAP["practices"].splitlines()
    take_in(own.data, practices=f"{heads},phone\n{row},33 11 22 33\n")
    assert "tel:33112233" in own.root.get(day[1]).text


def test_what_is_due_is_deleted_by_itself(template: Path, tmp_path: Path) -> None:
    """Once anybody writes, homes whose time is over are gone."""
    data = Path(shutil.copytree(template, tmp_path / "copy")) / "data"
    with serving(data, now="2009-06-18T07:40") as served:
        assert _homes(data) == 2
        form = _seen(served.root, "fravaer", "c1", "2009-06-22")
        served.root.post("/undtagelser/fravaer/", **form, write="1")
        assert _homes(data) == 1


def _homes(data: Path) -> int:
    with store_of(data):
        from scheduler.store.models import Home

        return Home.objects.count()


def test_a_server_that_is_away_for_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told in a sentence; once it is back people go on, and whoever works does, too."""
    if postgres.programs() is None:
        pytest.skip("PostgreSQL is not installed (Debian and Ubuntu: sudo apt-get install postgresql)")
    set_clock(monkeypatch)
    with postgres.running() as server:
        url = server.new_database()
        monkeypatch.setenv(URL_VARIABLE, url)
        data = with_store(tmp_path / "data", **ON_THE_MAP)
        with serving(data) as served:
            server.stop()
            try:
                refused = served.root.get("/helbred")
                assert refused.status_code == 503
                assert "cannot be had" in text_of(refused)
                time.sleep(1)  # whoever works has looked for work meanwhile
            finally:
                server.start()
            assert served.root.get("/helbred").status_code == 200
            job = _job_of(served.root.post("/uger/2009-W21/planlaeg", page="/uger/2009-W21/"))
            assert _ended(served.root, job).headers["Location"] == "/uger/2009-W21/"


def test_progress(app: Served) -> None:
    page = app.root.get("/fremdrift/")
    assert page.status_code == 200
    assert "900" in text_of(page)


def _job_of(answer: requests.Response) -> str:
    assert answer.status_code == 302, text_of(answer)
    return answer.headers["Location"]


def _ended(somebody: Person, job: str) -> requests.Response:
    """Wait until a job has ended, and return its page's answer."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        answer = somebody.get(job)
        if answer.status_code == 302 or 'role="alert"' in answer.text or "was not planned" in answer.text:
            return answer
        time.sleep(0.3)
    raise AssertionError(text_of(somebody.get(job)))


def test_a_week_is_planned_while_people_go_on(own: Served) -> None:
    karen, lars = own.person("Karen", "coordinator"), own.person("Lars", "coordinator")
    assert "not been planned" in text_of(karen.get("/uger/2009-W22/"))
    job = _job_of(karen.post("/uger/2009-W22/planlaeg", page="/uger/2009-W22/"))
    again = _job_of(lars.post("/uger/2009-W22/planlaeg", page="/uger/"))
    assert again == job or lars.get("/uger/2009-W22/").text.count("draft")
    with karen.session.get(karen.where + job + "gang", stream=True, timeout=120) as stream:
        assert stream.headers["Content-Type"] == "text/event-stream"
        told = [json.loads(line[6:]) for line in stream.iter_lines() if line.startswith(b"data: ")]
    assert told[-1]["ended"] == "1"
    assert _ended(karen, job).headers["Location"] == "/uger/2009-W22/"
    week = text_of(lars.get("/uger/2009-W22/"))
    assert "Draft of edition 1" in week
    assert "Karen, Monday 11 May 7:40: planned" in week
    assert (own.data.parent / "out" / "2009-W22-kladde" / "index.html").exists()
    assert lars.get("/opgaver/9999/").status_code == 404


def test_a_job_that_fails_says_why(own: Served) -> None:
    (own.data.parent / "out" / "2009-W22-kladde").write_text("somebody's own file", encoding="utf-8")
    job = _job_of(own.root.post("/uger/2009-W22/planlaeg", page="/uger/2009-W22/"))
    failed = text_of(_ended(own.root, job))
    assert "could not be planned" in failed
    assert "2009-W22-kladde" in failed
    assert "The week is as it was." in failed
    assert "not been planned" in text_of(own.root.get("/uger/2009-W22/"))


def test_what_is_not_begun_can_be_stopped(own: Served) -> None:
    with store_of(own.data):
        from scheduler.store import jobs

        numbers = [jobs.ask("plan", {"week": "2009-W23"}, who="Karen", at=now()) for _each in range(2)]
    own.root.post(f"/opgaver/{numbers[1]}/stop", page="/uger/")
    ended = _ended(own.root, f"/opgaver/{numbers[1]}/")
    assert ended.status_code == 302 or "was not planned" in text_of(ended)


def test_a_worker_that_is_killed_is_followed_by_the_next(own: Served) -> None:
    """Whoever works is a child of the app's process, which makes another."""
    job = _job_of(own.root.post("/uger/2009-W24/planlaeg", page="/uger/2009-W24/"))
    for child in psutil.Process(own.process.pid).children():
        child.kill()
    assert _ended(own.root, job).headers["Location"] == "/uger/2009-W24/"
    assert text_of(own.root.get("/uger/2009-W24/")).count(": planned") == 1
