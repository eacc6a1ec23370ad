"""Roles hold at job centres: who has one at some of them sees and changes what is theirs, and no more."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from folders import ON_THE_MAP, PLACE
from stores import HOMES, NOW, set_clock, with_store
from web.api import problems, program
from web.serving import Person, Served, serving, text_of

from scheduler.base import i18n
from scheduler.inputs.stored import Edit
from scheduler.model.clock import Week
from scheduler.services import editing, editions, moving, publish, storing
from scheduler.services import exceptions as excepting
from scheduler.services.workspace import kept_tables, store_of
from scheduler.store.whose import NotTheirsError, acting_at, may_change

W20, W21 = Week(2009, 20), Week(2009, 21)
TWO = {
    **ON_THE_MAP,
    "bases": f"base_id,name,address,postcode,city,lat,lon\nnord,Jobcenter Nord,{PLACE},55.66800,12.55000\n",
    "practices": "practice_id,name,address,postcode,city,district,lat,lon,base_id\n"
    f"P1,Vej,{PLACE},Valby,55.66506,12.54932,\nP2,Gade,{PLACE},Valby,55.66516,12.54912,nord\n",
    "rooms": "practice_id,weekday,start,end\nP1,mon,09:00,12:00\nP2,tue,09:00,12:00\n",
    "consultants": "consultant_id,name,base_id\nc1,Rådgiver 1,\nc2,Rådgiver 2,nord\n",
    "engagements": "engagement_id,title,kind,consultant_id,weekday,start,end,place\n"
    "e1,Møde,møde,all,fri,09:00,10:00,\ne2,Kursus,kursus,c2,thu,09:00,10:00,\n",
}


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Have a project of two job centres with a week that is published, and one that is a draft."""
    folder = tmp_path_factory.mktemp("two")
    with pytest.MonkeyPatch.context() as patch, i18n.using("en"):
        set_clock(patch)
        patch.setenv("HJUL_USER", "root")
        data = with_store(folder / "data", home_visits=HOMES, **TWO)
        for week in (W20, W21):
            editions.plan_week(data, week, folder / "out")
        publish.publish(data, W20, folder / "out")
        yield data


@pytest.fixture(autouse=True)
def a_monday(monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock(monkeypatch)


@pytest.mark.parametrize(
    ("table", "row", "of"),
    [
        ("practices", {"practice_id": "P9", "base_id": "nord"}, {"nord"}),
        ("practices", {"practice_id": "P9"}, {"base"}),
        ("consultants", {"consultant_id": "c9", "base_id": "nord"}, {"nord"}),
        ("rooms", {"practice_id": "P2"}, {"nord"}),
        ("rooms", {"practice_id": "nobody"}, None),
        ("closures", {"who": "P1"}, {"base"}),
        ("closures", {"who": "c2"}, {"nord"}),
        ("closures", {"who": "e2"}, {"nord"}),
        ("closures", {"who": "e1"}, None),
        ("closures", {"who": "all"}, None),
        ("pins", {"id": "P2", "consultant_id": "c1"}, {"nord", "base"}),
        ("pins", {"id": "H1"}, None),
        ("engagements", {"engagement_id": "e9", "consultant_id": "c2", "place": "P1"}, {"nord", "base"}),
        ("engagements", {"engagement_id": "e9", "consultant_id": "c2", "place": "base"}, {"nord"}),
        ("engagements", {"engagement_id": "e1", "consultant_id": "all"}, None),
        ("home_visits", {"visit_id": "H9", "consultant_id": "c1"}, {"base"}),
        ("home_visits", {"visit_id": "H9"}, None),
        ("log", {"practice_id": "P2", "consultant_id": "c2"}, {"nord"}),
        ("settings", {"section": "weights", "key": "ride", "value": "1"}, None),
        ("places", {"place_id": "course"}, None),
        ("bases", {"base_id": "nord"}, None),
    ],
)
def test_whose_a_row_is(two: Path, table: str, row: dict[str, str], of: set[str] | None) -> None:
    with store_of(two):
        tables = kept_tables(two).tables
        edits = [Edit(table, None, row, 0)]
        for at in ({"base"}, {"nord"}, {"base", "nord"}):
            with acting_at(at):
                assert may_change(tables, edits) is (of is not None and of <= at)
        assert may_change(tables, edits)  # a role at all job centres, and the command line


def test_a_practice_cannot_be_taken_over(two: Path) -> None:
    """Its row is the other job centre's before, and what is written of it in the same act, too."""
    with store_of(two):
        tables = kept_tables(two).tables
        before = next(row for row in tables["practices"] if row["practice_id"] == "P2")
        taken = Edit("practices", before, {**before, "base_id": "base"}, 1)
        new = [
            Edit("practices", None, {"practice_id": "P9"}, 2),
            Edit("rooms", None, {"practice_id": "P9", "weekday": "mon"}, 2),
        ]
        with acting_at({"base"}):
            assert not may_change(tables, [taken])
            assert not may_change(tables, [taken, Edit("rooms", None, {"practice_id": "P2"}, 2)])
            assert may_change(tables, new)


def test_services_write_for_nobody_who_may_not(two: Path) -> None:
    """Whatever way leads to them: rows, drafts and editions are asked for where they are written."""
    out = two.parent / "out"
    with acting_at({"nord"}):
        with pytest.raises(NotTheirsError):
            editing.write(two, excepting.absence(two, "c1", ["2009-05-20"]))
        with pytest.raises(NotTheirsError):
            publish.publish(two, W21, out)
        with pytest.raises(NotTheirsError):
            moving.move(two, "P1", ["2009-05-18 10:30"], out, do=True)
        moving.move(two, "P2", ["2009-05-19 10:30"], out, do=True)
        editing.write(two, excepting.absence(two, "c2", ["2009-05-20"]))
        storing.undo(two)
    with store_of(two):
        from scheduler.store.editions import draft, published

        found = draft(str(W21))
        assert found is not None
        assert published(str(W21)) is None
    with acting_at({"base"}), pytest.raises(NotTheirsError):
        moving.move(two, "P2", ["2009-05-19 09:30"], out, do=True)


@pytest.fixture(scope="module")
def served(two: Path) -> Iterator[Served]:
    with serving(two, now=NOW) as app:
        yield app


@pytest.fixture(scope="module")
def people(served: Served) -> dict[str, Person]:
    """Have a coordinator, a reader and an administrator of one job centre, a coordinator of both, and somebody mixed."""
    nord = {"base": "nord"}
    return {
        "coordinator": served.person("Nora", "coordinator", **nord),
        "reader": served.person("Rune", "reader", **nord),
        "administrator": served.person("Anders", "administrator", **nord),
        "both": _with(served, served.person("Bodil", "coordinator", **nord), "Bodil", base="base"),
        "mixed": _with(served, served.person("Mads", "coordinator", **nord), "Mads", role="reader", base=""),
    }


def _page(served: Served, name: str) -> str:
    found = re.search(rf'href="(/folk/\d+/)"><strong>{name}<', served.root.get("/folk/").text)
    assert found is not None
    return found[1]


def _with(served: Served, somebody: Person, name: str, role: str = "coordinator", base: str = "") -> Person:
    given = served.root.post(_page(served, name), do="grant", role=role, base=base)
    assert given.status_code == 200, text_of(given)
    return somebody


def _files(somebody: Person, week: str = "2009-W20") -> list[str]:
    return re.findall(rf'href="/uger/{week}/1/([^"]+)"', somebody.get(f"/uger/{week}/").text)


def test_people_have_roles_at_job_centres(served: Served, people: dict[str, Person]) -> None:
    listed = text_of(served.root.get("/folk/"))
    assert "Coordinator, Jobcenter Nord" in listed
    assert "Mads Coordinator, Jobcenter Nord · Reader" in listed
    page = _page(served, "Mads")
    grant = re.search(r'name="grant" value="(\d+)"><span>Reader', served.root.get(page).text)
    assert grant is not None
    assert "Reader · all job centres" in text_of(served.root.get(page))
    for wrong in ({"role": "king"}, {"role": "reader", "base": "elsewhere"}, {"role": "consultant"}):
        assert served.root.post(page, do="grant", **wrong).status_code == 422
    _with(served, people["mixed"], "Mads", "reader", base="base")  # once more than once is once
    _with(served, people["mixed"], "Mads", "reader", base="base")
    assert text_of(served.root.get(page)).count("Reader · Jobcenter ") == 1
    told = text_of(served.root.get("/haendelser/"))
    assert told.count("Mads is now: Reader (base)") == 1
    again = re.search(r'name="grant" value="(\d+)"><span>Reader · Jobcenter<', served.root.get(page).text)
    assert again is not None
    served.root.post(page, do="revoke", grant=again[1])
    assert "Mads is no longer: Reader (base)" in text_of(served.root.get("/haendelser/"))
    mine = re.search(r'name="grant" value="(\d+)"', served.root.get("/folk/1/").text)
    assert mine is not None
    assert "You cannot take a role from yourself." in text_of(
        served.root.post("/folk/1/", do="revoke", grant=mine[1])
    )


@pytest.mark.parametrize("who", ["coordinator", "reader", "administrator"])
def test_what_is_of_all_is_not_for_one(people: dict[str, Person], who: str) -> None:
    somebody = people[who]
    doors = somebody.get("/uger/").text
    for path in ("/fremdrift/", "/haendelser/", "/folk/", "/uger/2009-W21/udsend"):
        answer = somebody.get(path)
        assert answer.status_code == 403, path
        assert f'href="{path}"' not in doors
    assert somebody.get("/uger/2009-W20/1/index.html").status_code == 403
    assert "of all job centres together" in text_of(somebody.get("/uger/2009-W20/1/roster.xlsx"))
    assert somebody.post("/uger/2009-W21/planlaeg", page="/uger/").status_code == 403


@pytest.mark.parametrize("who", ["coordinator", "reader", "administrator"])
def test_of_a_week_one_sees_ones_own(people: dict[str, Person], who: str) -> None:
    somebody = people[who]
    files = _files(somebody)
    assert files
    assert all("c2" in name for name in files)
    assert re.search(r"At your job centre: \d visits?, 1 conversation", text_of(somebody.get("/uger/")))
    for name in files:
        answer = somebody.get(f"/uger/2009-W20/1/{name}")
        assert answer.status_code == 200
        assert "Rådgiver 1" not in answer.text
        assert 'index.html"' not in answer.text
    assert somebody.get("/uger/2009-W20/1/c1.ics").status_code == 403
    drafts = text_of(somebody.get("/uger/"))
    assert ("draft Week" in drafts or "draft At your" in drafts) is (who != "reader")


def test_both_are_all(people: dict[str, Person]) -> None:
    assert people["both"].get("/uger/2009-W20/1/index.html").status_code == 200
    assert people["both"].get("/fremdrift/").status_code == 200
    assert people["both"].get("/uger/2009-W21/udsend").status_code == 200
    assert people["both"].get("/folk/").status_code == 403


def test_who_reads_all_still_changes_the_own_only(people: dict[str, Person]) -> None:
    mixed = people["mixed"]
    assert mixed.get("/uger/2009-W20/1/index.html").status_code == 200
    assert mixed.get("/fremdrift/").status_code == 200
    assert mixed.get("/uger/2009-W21/udsend").status_code == 403
    assert mixed.get("/uger/2009-W21/1/index.html").status_code == 403  # a draft is the desk's
    assert "/flyt/P1" not in mixed.get("/uger/2009-W21/").text
    assert mixed.get("/uger/2009-W21/flyt/P1").status_code == 403
    assert mixed.get("/uger/2009-W21/flyt/P2").status_code == 200


def test_exceptions_are_about_ones_own(served: Served, people: dict[str, Person]) -> None:
    somebody = people["coordinator"]
    for kind, own, other in (
        ("fravaer", "c2", "c1"), ("lukket", "P2", "P1"), ("lokale", "P2", "P1"), ("arbejdstid", "c2", "c1"),
        ("moede", "e2", "e1"),
    ):  # fmt: skip
        form = somebody.get(f"/undtagelser/{kind}/").text
        assert f'value="{own}"' in form
        assert f'value="{other}"' not in form
    # A changed form gets no further than the page, neither to look nor to write.
    for who in ("c1", "Rådgiver 1"):
        for values in ({}, {"write": "1", "seen": "0/"}, {"take": "cover", "seen": "0/"}, {"answers": "1"}):
            answer = somebody.post("/undtagelser/fravaer/", who=who, when="2009-05-21", **values)
            assert answer.status_code == 403, text_of(answer)
            assert "at which you may not do this" in text_of(answer)
    assert somebody.post("/undtagelser/lukket/", who="all", when="2009-05-21").status_code == 403
    seen = re.search(
        r'name="seen" value="([^"]*)"',
        somebody.post("/undtagelser/fravaer/", who="c2", when="2009-05-21").text,
    )
    assert seen is not None
    saved = somebody.post("/undtagelser/fravaer/", who="c2", when="2009-05-21", write="1", seen=seen[1])
    assert saved.status_code == 200
    # What the other job centre did last is not this one's to take back.
    looked = served.root.post("/undtagelser/fravaer/", who="c1", when="2009-05-22")
    seen = re.search(r'name="seen" value="([^"]*)"', looked.text)
    assert seen is not None
    served.root.post("/undtagelser/fravaer/", who="c1", when="2009-05-22", write="1", seen=seen[1])
    event = re.search(r'name="event" value="(\d+)"', served.root.get("/undtagelser/").text)
    assert event is not None
    assert 'name="event"' not in somebody.get("/undtagelser/").text
    assert somebody.post("/fortryd/", page="/undtagelser/", event=event[1]).status_code == 403
    assert served.root.post("/fortryd/", page="/undtagelser/", event=event[1]).status_code == 302


def test_programs_have_no_more_than_their_owners(people: dict[str, Person]) -> None:
    """What is of all job centres is for none of them alone; a token of somebody at one changes what is theirs."""
    for who, somebody in people.items():
        caller = program(
            somebody, role="reader" if who == "reader" else "coordinator" if who != "administrator" else ""
        )
        assert caller.get("/me").status_code == 200
        for path in (
            "/weeks",
            "/weeks/2009-W21/editions",
            "/tables/practices/rows",
            "/weeks/2009-W20/editions/1",
        ):
            assert caller.get(path).status_code == (200 if who == "both" else 403), (who, path)
            read = somebody.get(f"/api/v1{path}").status_code
            assert read == (200 if who == "both" or (who == "mixed" and "tables" not in path) else 403), (
                who,
                path,
            )
    # Who reads everywhere sees no draft for being a coordinator somewhere.
    assert people["mixed"].get("/api/v1/weeks/2009-W21/editions").json()["total"] == 0
    assert people["both"].get("/api/v1/weeks/2009-W21/editions").json()["total"] == 1
    caller = program(people["coordinator"])
    other = {"kind": "absence", "who": "c1", "when": ["2009-05-28"]}
    refused = caller.call("POST", "/exceptions/looked-at", other)
    assert refused.status_code == 403
    assert "at which you may not do this" in problems(refused)[0]["reason"]
    looked = caller.call("POST", "/exceptions/looked-at", {**other, "who": "c2"})
    assert looked.status_code == 200
    assert caller.call("POST", "/exceptions", other, tag=looked.headers["ETag"]).status_code == 403
    assert (
        caller.call("POST", "/exceptions", {**other, "who": "c2"}, tag=looked.headers["ETag"]).status_code
        == 201
    )
