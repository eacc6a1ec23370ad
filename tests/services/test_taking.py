"""A visit taken hold of: its places in words, why it may not go elsewhere; another number; and taking back."""

import datetime as dt
from pathlib import Path

import pytest
from folders import ON_THE_MAP, write_folder
from stores import events

from scheduler.base.errors import InputError
from scheduler.model.changes import Stay, stays
from scheduler.model.clock import NOW_VARIABLE, Week, seconds_of
from scheduler.model.roster import Roster
from scheduler.services import editing, editions, locks, moving, publish, stepping, storing, taking
from scheduler.services.workspace import store_of

W20 = Week(2009, 20)
MONDAY, TUESDAY, WEDNESDAY = W20.days[:3]
PLACE = "Vej 1,2450,København SV,Valby"
TABLES = {
    **ON_THE_MAP,
    "practices": "practice_id,name,address,postcode,city,district,lat,lon\n"
    f"P1,Vejhuset,{PLACE},55.66506,12.54932\nP2,Gadehuset,{PLACE},55.66406,12.54832\n",
    "rooms": "practice_id,weekday,start,end\nP1,mon,09:00,12:00\nP1,tue,09:00,12:00\nP2,wed,09:00,12:00\n",
}


@pytest.fixture(autouse=True)
def thursday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NOW_VARIABLE, "2009-05-07T14:10")


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Have a project with a week that is published, to be copied."""
    folder = tmp_path_factory.mktemp("planned")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(NOW_VARIABLE, "2009-05-07T14:10")
        write_folder(folder / "p", **TABLES)
        storing.make_store(folder / "p")
        storing.take_in(folder / "p", storing.differences(folder / "p"))
        editions.plan_week(folder / "p", W20, folder / "out")
        publish.publish(folder / "p", W20, folder / "out")
    return folder


@pytest.fixture
def project(planned: Path, tmp_path: Path) -> Path:
    import shutil

    return Path(shutil.copytree(planned, tmp_path / "copy")) / "p"


def roster_of(folder: Path, *, draft: bool) -> Roster | None:
    with store_of(folder):
        from scheduler.store import editions as kept

        found = kept.draft(str(W20)) if draft else kept.published(str(W20))
        return found.roster if found else None


def where(folder: Path, id_: str, *, draft: bool) -> Stay:
    roster = roster_of(folder, draft=draft)
    assert roster is not None
    return stays(roster)[id_]


def elsewhere(folder: Path) -> tuple[dt.date, int, str]:
    """Return a place of P1 on the other of its days, with its consultant of now."""
    held = taking.hold(folder, "P1", W20)
    assert held is not None
    place = next(
        each.place
        for each in held.places
        if each.place.date != held.here.date and each.place.consultant_id == held.here.consultant_id
    )
    return place.date, seconds_of(place.start, place.date), place.consultant_id


def moved(folder: Path) -> moving.Moved:
    date, start_s, who = elsewhere(folder)
    said = [str(date), f"{start_s // 3600}:{start_s % 3600 // 60:02}"]
    return moving.move(folder, "P1", said, folder.parent / "out", consultant=who, do=True)


def test_places_have_their_price_in_words(project: Path) -> None:
    held = taking.hold(project, "P1", W20)
    assert held is not None
    assert (held.name, held.here) == ("Vejhuset", where(project, "P1", draft=False))
    assert {each.place.date for each in held.places} == {MONDAY, TUESDAY}
    (here,) = [each for each in held.places if each.is_here]
    assert here.price == ("costs nothing",)
    assert (here.place.more_ride_s, here.place.points_others_in_place) == (0, 0)
    names = {"c1": "Rådgiver 1", "c2": "Rådgiver 2"}
    for each in held.places:
        place = each.place
        assert each.until - place.start >= dt.timedelta(minutes=30)
        if place.points_others_in_place is None:
            assert each.price == ("others must make room",)
        elif not each.is_here:
            assert each.price[-1] == "1 practice is told"
            instead = f"{names[place.consultant_id]} instead of {names[held.here.consultant_id]}"
            assert (instead in each.price) == (place.consultant_id != held.here.consultant_id)


def test_the_ride_in_words_is_that_of_the_roster_it_makes(project: Path) -> None:
    """Alone on a day it is ridden to and back; the roster with it says as much."""
    held = taking.hold(project, "P1", W20)
    before = roster_of(project, draft=False)
    assert held is not None
    assert before is not None
    date, start_s, who = elsewhere(project)
    (place,) = [
        each.place
        for each in held.places
        if (each.place.date, seconds_of(each.place.start, date), each.place.consultant_id)
        == (date, start_s, who)
    ]
    said = [str(date), f"{start_s // 3600}:{start_s % 3600 // 60:02}"]
    found = moving.move(project, "P1", said, project.parent / "out", consultant=who)
    plan = found.plan()
    assert plan is not None

    def total(roster: Roster) -> tuple[int, int]:
        rounds = roster.rounds
        return sum(r.ride_seconds for r in rounds), sum(r.waiting_seconds for r in rounds)

    ridden, waited = (a - b for a, b in zip(total(plan.roster), total(before), strict=True))
    assert (place.more_ride_s, place.more_waiting_s) == (ridden, waited)


def test_where_it_may_not_go_a_sentence_says_why(project: Path) -> None:
    held = taking.hold(project, "P1", W20)
    assert held is not None
    open_ = {(each.place.date, each.place.consultant_id) for each in held.places}
    whys = {(each.date, each.consultant_id): each.why for each in held.refused}
    assert not open_ & whys.keys()
    assert whys[WEDNESDAY, "c1"] == "It cannot be on Wednesday 13 May."
    assert taking.hold(project, "P9", W20) is None


def test_what_is_locked_has_its_place_alone(project: Path) -> None:
    editing.write(project, locks.lock(project, W20, ["P1"]), changes_tables=False)
    held = taking.hold(project, "P1", W20)
    assert held is not None
    assert [each.is_here for each in held.places] == [True]
    assert "It is pinned or locked elsewhere." in {each.why for each in held.refused}
    other = taking.hold(project, "P2", W20)
    assert other is not None
    assert len(other.places) > 1


def test_a_move_is_taken_back_step_by_step(project: Path) -> None:
    out = project.parent / "out"
    assert stepping.last(project, W20) is None
    was = where(project, "P1", draft=False)
    moved(project)
    first = where(project, "P1", draft=True)
    assert first != was
    moved(project)
    second = where(project, "P1", draft=True)
    assert second.date == was.date
    step = stepping.last(project, W20)
    assert step is not None
    assert "P1 moved to" in step.told
    assert step.sentences[0].startswith("Vejhuset: moved from")
    with pytest.raises(InputError, match="meanwhile: "):
        stepping.back(project, W20, out, step.event - 1)
    stepping.back(project, W20, out, step.event)
    assert where(project, "P1", draft=True) == first
    assert (out / "2009-W20-kladde" / "index.html").exists()
    step = stepping.last(project, W20)
    assert step is not None
    stepping.back(project, W20, out, step.event)
    # Before the first move there was no draft, but what is published.
    assert roster_of(project, draft=True) is None
    assert not (out / "2009-W20-kladde").exists()
    assert stepping.last(project, W20) is None
    with pytest.raises(InputError, match="nothing to undo"):
        stepping.back(project, W20, out, step.event)
    assert "undone: P1 moved to" in events(project)[-1]


def test_nothing_is_taken_back_of_what_is_published(project: Path) -> None:
    moved(project)
    publish.publish(project, W20, project.parent / "out")
    assert stepping.last(project, W20) is None


def test_a_visit_holds_another_number_where_it_is(project: Path) -> None:
    out = project.parent / "out"
    was = where(project, "P1", draft=False)
    n = was.conversations
    looked = moving.renumber(project, "P1", W20, n + 1, out)
    assert looked.planned is None
    assert any(f"{n + 1} conversations instead of" in each for each in looked.sentences())
    moving.renumber(project, "P1", W20, n + 1, out, do=True)
    now = where(project, "P1", draft=True)
    assert (now.conversations, now.date, now.start) == (n + 1, was.date, was.start)
    assert f"P1 asks for {n + 1} conversations in 2009-W20" in events(project)[-1]
    moving.renumber(project, "P1", W20, n, out, do=True)
    assert where(project, "P1", draft=True).conversations == n
    # What was written into the tables goes with the draft.
    for expected in (n + 1, None):
        step = stepping.last(project, W20)
        assert step is not None
        stepping.back(project, W20, out, step.event)
        found = roster_of(project, draft=True)
        assert (stays(found)["P1"].conversations if found else None) == expected
    with store_of(project):
        from scheduler.store import tables

        assert tables.read_table("demand") == []
    with pytest.raises(InputError):
        moving.renumber(project, "P1", W20, 0, out)
