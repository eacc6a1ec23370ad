"""The API: what programs read and change with tokens of limited right, and what they are told when they may not."""

import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from stores import STREET
from web.api import Program, problems, program
from web.serving import Person, Served, text_of

WEEK = "/weeks/2009-W20"


@pytest.fixture(scope="module")
def programs(people: dict[str, Person]) -> dict[str, Program]:
    """Have a program for somebody of each role, that may do all that they may; `nobody` shows no token."""
    with_tokens = {role: program(somebody) for role, somebody in people.items() if role != "nobody"}
    return {"nobody": Program(people["nobody"].where), **with_tokens}


@pytest.fixture(scope="module")
def desk(programs: dict[str, Program]) -> Program:
    return programs["coordinator"]


@pytest.fixture(scope="module")
def second(app: Served) -> Program:
    """Have another coordinator's program."""
    return program(app.person("Lars", "coordinator"), name="Lars' script")


def _tag(caller: Program, path: str) -> str:
    return caller.get(path).headers["ETag"]


def _at_once(*calls: Callable[[], requests.Response]) -> list[requests.Response]:
    with ThreadPoolExecutor(len(calls)) as pool:
        return [each.result() for each in [pool.submit(call) for call in calls]]


def test_reading(programs: dict[str, Program], desk: Program) -> None:
    reader = programs["reader"]
    me = desk.get("/me").json()
    assert (me["name"], me["roles"], me["token"]) == ("Karen", ["coordinator"], "Excel")
    weeks = desk.get("/weeks").json()
    assert {"week": "2009-W21", "monday": "2009-05-18", "published": None, "draft": 1} in weeks["items"]
    assert {"week": "2009-W20", "monday": "2009-05-11", "published": 1, "draft": None} in weeks["items"]
    assert weeks["total"] == len(weeks["items"]) == 13
    some = desk.get("/weeks?from=2009-W20&limit=1&offset=1").json()["items"]
    assert [each["week"] for each in some] == ["2009-W21"]
    assert {each["draft"] for each in reader.get("/weeks").json()["items"]} == {None}
    listed = desk.get("/weeks/2009-W21/editions").json()["items"]
    assert [(each["edition"], each["state"], each["issued_at"]) for each in listed] == [(1, "draft", None)]
    assert listed[0]["made_at"] == "2009-05-11T07:40:00+02:00"
    assert reader.get("/weeks/2009-W21/editions").json()["total"] == 0
    assert reader.get("/weeks/2009-W21/editions/1").status_code == 404
    kept = reader.get(f"{WEEK}/editions/1")
    assert (kept.json()["schema"], kept.json()["edition"]) == (2, 1)
    assert reader.get(f"{WEEK}/editions/1", **{"If-None-Match": kept.headers["ETag"]}).status_code == 304
    assert reader.get(f"{WEEK}/editions/1", **{"If-None-Match": '"0-0"'}).status_code == 200
    rides = desk.get("/travel-times?from_id=base").json()
    assert [(each["from_id"], each["to_id"]) for each in rides["items"]] == [("base", "P1")]
    assert rides["items"][0]["ride_metres"] > 100
    assert desk.get(f"{WEEK}/log").json()["items"][0]["practice_id"] == "P1"


def test_what_is_wrong_is_told_one_by_one(desk: Program) -> None:
    (unknown,) = problems(desk.get("/weeks?form=2009-W20"))
    assert (unknown["column"], unknown["reason"]) == ("form", "there is no such parameter")
    (twice,) = problems(desk.get("/travel-times?from_id=base&from_id=P1"))
    assert twice["column"] == "from_id"
    found = problems(desk.call("POST", "/moves", {"id": 1, "date": "2009-05-18", "x": 2}))
    assert {each["column"] for each in found} == {"id", "start", "x"}
    (who,) = problems(
        desk.call("POST", "/exceptions/looked-at", {"kind": "absence", "who": "nobody", "when": ["tirsdag"]})
    )
    assert (who["column"], who["reason"]) == ("who", "there is no nobody in consultants")
    headers = {"Content-Type": "application/json"}

    def sent(raw: bytes, **other: str) -> int:
        answer = desk.session.post(
            f"{desk.where}/api/v1/moves", data=raw, headers=headers | other, timeout=60
        )
        problems(answer)
        return answer.status_code

    assert {
        sent(raw) for raw in (b"{", b"\xff", b"[" * 90_000, b'{"id":"\\ud800"}', b'{"id":"\\u0000"}', b"NaN")
    } == {400}
    assert sent(b'"' + b"x" * 6_000_000 + b'"') == 413
    assert sent(b"id=P1", **{"Content-Type": "application/x-www-form-urlencoded"}) == 415
    not_there = desk.call("PUT", "/weeks")
    assert (not_there.status_code, not_there.headers["Allow"]) == (405, "GET")
    problems(not_there)
    for path in (
        "/nothing",
        "/weeks/2009-W99",
        "/weeks/9999-W01",
        f"{WEEK}/editions/9",
        "/tables/nothing/rows",
        "/jobs/9",
    ):
        assert desk.get(path).status_code == 404, path
        problems(desk.get(path))


def test_who_is_nobody_learns_nothing(app: Served) -> None:
    for token in ("", "hjul_x", "x" * 47):
        for path in ("/me", "/weeks", "/nothing", "/openapi.json"):
            answer = Program(app.where, token).get(path)
            assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
            problems(answer)
    # Who is signed in is not asked where a token is shown that serves nobody.
    assert (
        app.root.session.get(
            f"{app.where}/api/v1/me", headers={"Authorization": "Bearer x"}, timeout=60
        ).status_code
        == 401
    )


def test_a_cookie_reads_and_changes_only_from_our_pages(people: dict[str, Person]) -> None:
    karen = people["coordinator"]
    where = f"{karen.where}/api/v1"
    assert karen.get("/api/v1/me").json()["token"] is None
    forged = karen.session.post(f"{where}/moves", json={}, timeout=60)
    assert forged.status_code == 403
    assert "page of this app" in problems(forged)[0]["reason"]
    secret = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', karen.get("/adgang/").text)
    assert secret is not None
    ours = karen.session.post(f"{where}/moves", json={}, headers={"X-CSRFToken": secret[1]}, timeout=60)
    assert ours.status_code == 422


def test_tokens(app: Served) -> None:
    mette = app.person("Mette <b>", "coordinator")
    made = mette.post("/adgang/", name="<script>x</script>", role="coordinator", scope=["read"], days=7)
    (secret,) = set(re.findall(r"hjul_[\w-]{40,}", made.text))
    assert made.headers["Cache-Control"] == "no-store"
    assert "<script>x" not in made.text
    assert secret not in mette.get("/adgang/").text
    assert "not used yet" in text_of(mette.get("/adgang/"))
    caller = Program(app.where, secret)
    assert caller.get("/weeks").status_code == 200
    assert "last used" in text_of(mette.get("/adgang/"))
    (lacking,) = problems(caller.call("POST", "/jobs", {"kind": "plan", "week": "2009-W23"}))
    assert "lacks plan" in lacking["reason"]
    wrongs: tuple[dict[str, Any], ...] = (
        {"role": "administrator"},
        {"role": "consultant"},
        {"scope": ["everything"]},
        {"scope": []},
        {"days": "100000"},
        {"name": "  "},
    )
    for wrong in wrongs:
        form: dict[str, Any] = {"name": "n", "role": "reader", "scope": ["read"], "days": 7, **wrong}
        assert mette.post("/adgang/", **form).status_code == 422, wrong
    lesser = program(mette, role="reader")
    assert lesser.get("/weeks/2009-W21/editions").json()["total"] == 0
    assert lesser.get("/jobs").status_code == 403
    numbers = re.findall(r'name="revoke" value="(\d+)"', mette.get("/adgang/").text)
    assert len(numbers) == 2
    # Nobody revokes another's, but an administrator.
    stranger = app.person("Ole", "coordinator")
    assert stranger.post("/adgang/", revoke=numbers[0]).status_code == 404
    assert caller.get("/me").status_code == 200
    assert mette.post("/adgang/", revoke=numbers[1]).status_code == 200
    assert caller.get("/me").status_code == 401
    assert app.root.post("/adgang/", revoke=numbers[0]).status_code == 200
    assert lesser.get("/me").status_code == 401
    done = text_of(app.root.get("/haendelser/"))
    assert "a token called <script>x</script> made for Mette <b>" in done
    assert "the token <script>x</script> of Mette <b> revoked" in done


def test_who_is_removed_has_no_tokens(app: Served) -> None:
    added = app.root.post("/folk/", name="Kort", role="coordinator", consultant="")
    page = added.headers["Location"]
    somebody = Person(app.where)
    somebody.sign_in(app.link(page))
    caller = program(somebody)
    assert caller.get("/me").status_code == 200
    app.root.post(page, do="remove")
    assert caller.get("/me").status_code == 401
    app.root.post(page, do="back")
    assert caller.get("/me").status_code == 401


def test_homes(app: Served, programs: dict[str, Program]) -> None:
    """One visit at home is tomorrow: only its consultant learns where, and that is kept."""
    reading = [
        "/weeks", WEEK, f"{WEEK}/editions", f"{WEEK}/editions/1", "/travel-times", f"{WEEK}/log", "/backlog", "/tables",
        f"{WEEK}/locks", f"{WEEK}/places/H1", "/tables/home_visits/rows", "/weeks/2009-W21/publication", "/openapi.json",
        "/jobs?ended=true",
    ]  # fmt: skip
    for caller in programs.values():
        for path in reading:
            answer = caller.get(path)
            assert answer.status_code in (200, 401, 403), (path, answer.text)
            for secret in (STREET, "55.66735", "1665"):
                assert secret not in answer.text, (path, answer.text)
    assert "H1" not in programs["coordinator"].get("/travel-times?limit=1000").text
    told = "the homes of Wednesday 13 May shown"
    before = text_of(app.root.get("/haendelser/")).count(told)
    rounds = {who: programs[who].get("/me/rounds/2009-W20") for who in ("consultant", "other")}
    shown = [who for who, answer in rounds.items() if STREET in answer.text]
    assert len(shown) == 1
    assert text_of(app.root.get("/haendelser/")).count(told) == before + 1
    own = {"consultant": "c1", "other": "c2"}
    for who, answer in rounds.items():
        assert {each["consultant_id"] for each in answer.json()} <= {own[who]}
    for role in ("coordinator", "administrator", "planner", "reader", "nobody"):
        assert programs[role].get("/me/rounds/2009-W20").status_code in (401, 403)


def test_locks_of_two_coordinators(desk: Program, second: Program) -> None:
    path = f"{WEEK}/locks"
    (unseen,) = problems(desk.call("POST", path, {"id": "P1"}))
    assert "ETag" in unseen["hint"]
    tag = _tag(desk, path)
    for wrong in ('"1-1"', "*", "W/" + tag, '"99999999999999999-1"', '"1-999999999999999999"'):
        assert desk.call("POST", path, {"id": "P1"}, tag=wrong).status_code == 412
    answers = _at_once(
        lambda: desk.call("POST", path, {"id": "P1"}, tag=tag),
        lambda: second.call("POST", path, {"consultant_id": "c1", "keeps": "day"}, tag=tag),
    )
    assert sorted(each.status_code for each in answers) == [201, 412]
    (late,) = (each for each in answers if each.status_code == 412)
    assert re.match(
        r"meanwhile: (Karen \(Excel\)|Lars \(Lars' script\)), .*2009-W20 locked", problems(late)[0]["reason"]
    )
    kept = desk.get(path)
    assert kept.json()["total"] == 1
    gone = desk.call("DELETE", path, tag=kept.headers["ETag"])
    assert gone.json()["rows"] == 1
    assert desk.get(path).json()["items"] == []
    assert desk.call("DELETE", path, tag=gone.headers["ETag"]).status_code == 422


def test_exceptions(desk: Program, second: Program) -> None:
    asked = {"kind": "absence", "who": "c2", "when": ["2009-05-15"]}
    seen = desk.call("POST", "/exceptions/looked-at", asked)
    assert (seen.json()["told"], seen.json()["rows"]) == ("Rådgiver 2 is away: Friday 15 May", 1)
    assert desk.get("/tables/closures/rows").json()["total"] == 0
    tag = seen.headers["ETag"]
    answers = _at_once(
        lambda: desk.call("POST", "/exceptions", asked, tag=tag),
        lambda: second.call("POST", "/exceptions", {**asked, "who": "c1"}, tag=tag),
    )
    assert sorted(each.status_code for each in answers) == [201, 412]
    assert desk.get("/tables/closures/rows").json()["total"] == 1
    meeting = {"kind": "closure", "who": "P1", "when": ["2009-05-15"], "to": ["2009-05-16"]}
    assert problems(desk.call("POST", "/exceptions", meeting, tag=tag))[0]["column"] == "to"
    room = {"kind": "extra_room", "who": "P1", "when": ["2009-05-14", "9-12"]}
    assert desk.call("POST", "/exceptions/looked-at", room).json()["rows"] == 1
    hours = {"kind": "other_hours", "who": "c1", "when": ["2009-05-14", "9-12"]}
    assert desk.call("POST", "/exceptions/looked-at", hours).json()["rows"] >= 1


def test_rows(desk: Program, second: Program) -> None:
    path = "/tables/milestones/rows"
    before = desk.get(path)
    added = desk.call(
        "POST", path, {"cells": {"date": "25/5-2009", "title": "=1+1 <b>"}}, tag=before.headers["ETag"]
    )
    assert added.status_code == 201
    assert added.json()["cells"] == {"date": "2009-05-25", "title": "=1+1 <b>"}
    row = added.headers["Location"].removeprefix("/api/v1")
    assert desk.get(row).json() == added.json()
    late = second.call("PATCH", row, {"cells": {"title": "mine"}}, tag=before.headers["ETag"])
    assert late.status_code == 412
    assert "added" in problems(late)[0]["reason"]
    tag = added.headers["ETag"]
    (wrong,) = problems(desk.call("PATCH", row, {"cells": {"date": "some day"}}, tag=tag))
    assert (wrong["table"], wrong["column"]) == ("milestones", "date")
    assert wrong["row"] == desk.get(path).json()["total"] + 1
    (unknown,) = problems(desk.call("PATCH", row, {"cells": {"colour": "x"}}, tag=tag))
    assert unknown["column"] == "colour"
    (twin,) = problems(desk.call("POST", path, {"cells": added.json()["cells"]}, tag=tag))
    assert "already" in twin["reason"]
    assert desk.get(path).headers["ETag"] == tag  # nothing of that was saved
    changed = second.call("PATCH", row, {"cells": {"kind": "fest", "title": "Fest"}}, tag=tag)
    assert changed.json()["cells"] == {"date": "2009-05-25", "title": "Fest", "kind": "fest"}
    blank = second.call("PATCH", row, {"cells": {"kind": ""}}, tag=changed.headers["ETag"])
    assert blank.json()["cells"] == {"date": "2009-05-25", "title": "Fest"}
    assert desk.call("DELETE", row, tag=blank.headers["ETag"]).json()["rows"] == 1
    assert desk.call("DELETE", row, tag=_tag(desk, path)).status_code == 404
    consultant = desk.get("/tables/consultants/rows").json()["items"][0]["row"]
    found = problems(desk.call("DELETE", f"/tables/consultants/rows/{consultant}", tag=_tag(desk, path)))
    assert {each["table"] for each in found} >= {"shifts"}


def test_homes_are_written_and_not_read(desk: Program) -> None:
    path = "/tables/home_visits/rows"
    row = f"{path}/{desk.get(path).json()['items'][1]['row']}"
    found = problems(
        desk.call("PATCH", row, {"cells": {"lat": "hemmeligt", "minutes": "x"}}, tag=_tag(desk, path))
    )
    assert {each["column"] for each in found} == {"lat", "minutes"}
    assert "hemmeligt" not in json.dumps(found)
    moved = desk.call(
        "PATCH", row, {"cells": {"address": f"{STREET}2", "minutes": "35"}}, tag=_tag(desk, path)
    )
    assert moved.json()["cells"]["minutes"] == "35"
    assert STREET not in moved.text
    assert desk.call("PATCH", row, {"cells": {"minutes": "30"}}, tag=moved.headers["ETag"]).status_code == 200


def test_moves_and_offers_are_priced_and_nothing_is_written(desk: Program) -> None:
    tag = _tag(desk, "/weeks/2009-W21")
    places = desk.get("/weeks/2009-W21/places/P1?limit=1000").json()
    assert places["total"] == len(places["items"]) > 10
    priced = desk.call("POST", "/moves", {"id": "P1", "date": "2009-05-18", "start": "10:30"}).json()
    (slot,) = priced["slots"]
    assert slot["start"] == "2009-05-18T10:30:00+02:00"
    assert priced["changed"] == ["Vej: moved from Monday 9:00 to Monday 10:30"]
    closed = desk.call(
        "POST", "/moves", {"id": "P1", "date": "2009-05-19", "start": "10:30", "consultant_id": "c1"}
    ).json()
    assert (closed["slots"], len(closed["broken"])) == ([], 1)
    offered = desk.get("/weeks/2009-W21/offers/P1?conversations=1").json()
    assert 1 <= len(offered["slots"]) <= 5
    assert _tag(desk, "/weeks/2009-W21") == tag
    assert desk.get("/weeks/2009-W40/places/P1").status_code == 404
    assert desk.get("/weeks/2009-W21/places/nobody").status_code == 404


def test_the_log_counts_once(desk: Program, programs: dict[str, Program]) -> None:
    path = f"{WEEK}/log"
    sent = {"practice_id": "P1", "outcomes": {"held": 1}}
    whose = next(each["consultant_id"] for each in desk.get(path).json()["items"])
    mine, other = (
        programs[who] for who in (("consultant", "other") if whose == "c1" else ("other", "consultant"))
    )
    assert problems(mine.call("POST", path, sent))[0]["column"] == "Idempotency-Key"
    first, again = _at_once(*[lambda: mine.call("POST", path, sent, key="tap-1")] * 2)
    assert {first.status_code, again.status_code} <= {200, 409}
    assert 200 in {first.status_code, again.status_code}
    done = mine.call("POST", path, sent, key="tap-1")
    assert (done.status_code, done.json()["rows"]) == (200, 1)
    assert desk.get(path).json()["items"][0]["outcomes"]["held"] == 1
    # Corrected meanwhile: what is sent again by mistake changes nothing.
    corrected = {"practice_id": "P1", "outcomes": {"no_show": 1}}
    assert mine.call("POST", path, corrected, key="tap-2").json()["rows"] == 1
    assert mine.call("POST", path, sent, key="tap-1").json() == done.json()
    assert desk.get(path).json()["items"][0]["outcomes"]["no_show"] == 1
    assert problems(mine.call("POST", path, corrected, key="tap-1"))[0]["column"] == "Idempotency-Key"
    assert other.call("POST", path, sent, key="tap-1").status_code == 404
    assert problems(mine.call("POST", path, {"practice_id": "P1", "outcomes": {"held": 7}}, key="tap-3"))
    assert mine.call("POST", path, sent, key="tap-3").status_code == 200  # what was refused is not kept
    apart = {"consultant_id": whose, "date": "2009-05-11", "by_phone": 2}
    assert mine.call("POST", f"{WEEK}/log-apart", apart, key="tap-4").json()["rows"] == 1
    assert other.call("POST", f"{WEEK}/log-apart", apart, key="tap-4").status_code == 404
    assert desk.call("POST", path, {"practice_id": "P1", "booked": 1}, key="tap-5").json()["rows"] == 1


def test_a_job_is_watched_and_ended(desk: Program, programs: dict[str, Program]) -> None:
    asked = desk.call("POST", "/jobs", {"kind": "plan", "week": "2009-W22"})
    assert asked.status_code == 202
    job = asked.headers["Location"].removeprefix("/api/v1")
    assert programs["reader"].get(job).status_code == 403
    where = f"{desk.where}/api/v1{job}/events"
    with desk.session.get(where, stream=True, timeout=120) as stream:
        assert stream.headers["Content-Type"] == "text/event-stream"
        told = [json.loads(line[6:]) for line in stream.iter_lines() if line.startswith(b"data: ")]
    assert (told[-1]["state"], told[-1]["week"]) == ("done", "2009-W22")
    assert told[-1]["ended_at"]
    assert desk.get("/weeks/2009-W22").json()["draft"] == 1
    assert desk.get(f"{job}").json() == told[-1]
    others = [desk.call("POST", "/jobs", {"kind": "plan", "week": week}) for week in ("2009-W23", "2009-W24")]
    same = desk.call("POST", "/jobs", {"kind": "plan", "week": "2009-W24"})
    last = others[1].headers["Location"].removeprefix("/api/v1")
    ended = desk.call("DELETE", last)
    assert ended.status_code == 202
    with desk.session.get(f"{desk.where}/api/v1{last}/events", stream=True, timeout=120) as stream:
        final = [json.loads(line[6:]) for line in stream.iter_lines() if line.startswith(b"data: ")][-1]
    # What had not begun is not begun; what had keeps the best it has.
    drafted = desk.get("/weeks/2009-W24").json()["draft"]
    assert (final["state"], drafted) in {("cancelled", None), ("done", 1)}
    assert same.json()["job"] == others[1].json()["job"] or final["state"] == "done"
    assert desk.call("DELETE", job).json()["state"] == "done"
    assert desk.call("DELETE", "/jobs/999999").status_code == 404


def test_publishing_is_done_once(
    app: Served, desk: Program, second: Program, programs: dict[str, Program]
) -> None:
    """Comes last: a week is published, and stays so."""
    path = "/weeks/2009-W21/publication"
    job = (
        desk.call("POST", "/jobs", {"kind": "plan", "week": "2009-W21"})
        .headers["Location"]
        .removeprefix("/api/v1")
    )
    with desk.session.get(f"{desk.where}/api/v1{job}/events", stream=True, timeout=120) as stream:
        assert list(stream.iter_lines())
    look = desk.get(path)
    assert look.json()["edition"] == 1
    assert "P1" in {each["id"] for each in look.json()["told"]}
    tag = look.headers["ETag"]
    sent: dict[str, Any] = {"edition": 1}
    assert desk.call("POST", path, sent, key="p").status_code == 428
    assert desk.call("POST", path, sent, tag=tag).status_code == 400
    assert desk.call("POST", path, {"edition": 2}, tag=tag, key="p2").status_code == 422
    # Whoever has seen less than there is does not publish it.
    written = second.call("POST", "/weeks/2009-W21/locks", {}, tag=tag)
    assert written.status_code == 404
    answers = _at_once(
        lambda: desk.call("POST", path, sent, tag=tag, key="p"),
        lambda: desk.call("POST", path, sent, tag=tag, key="p"),
        lambda: second.call("POST", path, sent, tag=tag, key="p"),
    )
    done = [each for each in answers if each.status_code == 201]
    assert done, [each.text for each in answers]
    assert {each.status_code for each in answers} <= {201, 409, 412, 422, 503}
    assert len({each.content for each in done}) == 1
    publisher = second if done[0] is answers[2] else desk
    again = publisher.call("POST", path, sent, tag=tag, key="p")
    assert (again.status_code, again.content) == (201, done[0].content)
    assert again.headers["Location"] == "/api/v1/weeks/2009-W21/editions/1"
    (late,) = problems((desk if publisher is second else second).call("POST", path, sent, tag=tag, key="q"))
    assert "edition 1" in late["reason"]
    assert text_of(app.root.get("/uger/2009-W21/")).count("edition 1 published") == 1
    # The home of that week's Wednesday is neither today nor tomorrow.
    for who in ("consultant", "other"):
        assert STREET not in programs[who].get("/me/rounds/2009-W21").text
