"""Locks, moves by hand and offers, from the store and back into it."""

import datetime as dt
import json
from pathlib import Path

import pytest
from folders import ON_THE_MAP, write_folder

from scheduler.base import i18n
from scheduler.base.errors import InputError
from scheduler.model.changes import stays
from scheduler.model.clock import NOW_VARIABLE, Week
from scheduler.model.locks import Lock
from scheduler.model.texts import word
from scheduler.services import editing, editions, locks, log, moving, publish, replan, storing
from scheduler.services.workspace import project_in, store_of

W20 = Week(2009, 20)
PLACE = "Vej 1,2450,København SV,Valby"
TABLES = {
    **ON_THE_MAP,
    "practices": "practice_id,name,address,postcode,city,district,lat,lon\n"
    f"P1,Vejhuset,{PLACE},55.66506,12.54932\nP2,Gadehuset,{PLACE},55.66406,12.54832\n",
    "rooms": "practice_id,weekday,start,end\nP1,mon,09:00,12:00\nP1,tue,09:00,12:00\nP2,wed,09:00,12:00\n",
}
MONDAY, TUESDAY, WEDNESDAY = W20.days[:3]


@pytest.fixture(autouse=True)
def thursday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NOW_VARIABLE, "2009-05-07T14:10")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = write_folder(tmp_path / "p", **TABLES)
    storing.make_store(folder)
    storing.take_in(folder, storing.differences(folder))
    editions.plan_week(folder, W20, tmp_path / "out")
    publish.publish(folder, W20, tmp_path / "out")
    return folder


def published_day(folder: Path, id_: str) -> dt.date:
    with store_of(folder):
        from scheduler.store import editions as kept

        edition = kept.published(str(W20))
        assert edition is not None
        return stays(edition.roster)[id_].date


def close(folder: Path, who: str, day: dt.date) -> None:
    (folder / "closures.csv").write_text(f"who,from,to\n{who},{day},{day}\n")
    storing.take_in(folder, storing.differences(folder))


# --- Locks --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        (["vejhuset"], Lock(id="P1")),
        (["P2"], Lock(id="P2")),
        (["onsdag"], Lock(date=WEDNESDAY)),
        (["2009-05-13"], Lock(date=WEDNESDAY)),
    ],
)
def test_what_is_locked(project: Path, what: list[str], expected: Lock) -> None:
    editing.write(project, locks.lock(project, W20, what), changes_tables=False)
    (found,) = locks.locked(project, W20)
    assert found.lock == expected
    assert locks.locked(project, W20.shift(1)) == ()


def test_a_round_and_what_of_it_is_kept(project: Path) -> None:
    with store_of(project):
        from scheduler.store import editions as kept

        edition = kept.published(str(W20))
        assert edition is not None
        stay = stays(edition.roster)["P2"]
    proposal = locks.lock(project, W20, [stay.consultant_id, "ons"], "day")
    with i18n.using("en"):
        assert (
            proposal.told
            == f"2009-W20 locked: all of {_name(stay.consultant_id)} on Wednesday 13 May (the day)"
        )
    editing.write(project, proposal)
    (found,) = locks.locked(project, W20)
    assert found.lock == Lock(consultant_id=stay.consultant_id, date=WEDNESDAY, keeps="day")
    editing.write(project, locks.unlock(project, W20, ["ons", stay.consultant_id]))
    assert locks.locked(project, W20) == ()


def _name(consultant_id: str) -> str:
    return f"Rådgiver {consultant_id.removeprefix('c')}"


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ([], "a visit, a consultant, or a day"),
        (["nobody"], "nobody"),
        (["P1", "tir"], "by itself"),
        (["fre"], "nothing of"),
        (["2009-05-20"], "is not in 2009-W20"),
    ],
)
def test_what_cannot_be_locked(project: Path, what: list[str], reason: str) -> None:
    with i18n.using("en"), pytest.raises(InputError, match=reason):
        locks.lock(project, W20, what)


def test_what_is_not_published_cannot_be_locked(project: Path) -> None:
    with pytest.raises(InputError, match="W21"):
        locks.lock(project, W20.shift(1), ["P1"])
    with pytest.raises(InputError, match="W20"):
        locks.unlock(project, W20, ["P1"])


def test_replanning_keeps_locks_and_says_which_the_tables_break(project: Path) -> None:
    day = published_day(project, "P1")
    editing.write(project, locks.lock(project, W20, ["P1"]))
    front, _planned = replan.replan(project, W20, project.parent / "out")
    assert front.broken() == []
    close(project, "P1", day)
    front, _planned = replan.replan(project, W20, project.parent / "out")
    with i18n.using("en"):
        assert front.broken() == ["Locked, but no longer possible: Vejhuset"]


def test_a_lock_is_no_change_of_what_weeks_ask_for(project: Path) -> None:
    editions.plan_week(project, W20, project.parent / "out")
    editing.write(project, locks.lock(project, W20, ["P1"]), changes_tables=False)
    assert publish.look(project, W20).number == 2


# --- Moves and offers -----------------------------------------------------------------------------------


def test_a_move_is_priced_and_then_done(project: Path) -> None:
    was = published_day(project, "P1")
    other = "man" if was == TUESDAY else "tir"
    file = project.parent / "move.json"
    found = moving.move(project, "vejhuset", [other, "10:00"], project.parent / "out", to=file)
    place = found.move.place
    assert place is not None
    assert found.planned is None
    assert place.date in {MONDAY, TUESDAY} - {was}
    written = json.loads(file.read_text())
    assert written["id"] == "P1"
    (slot,) = written["slots"]
    assert slot["start"] == place.start.isoformat()
    assert slot["points_others_free"] == place.points_others_free
    with i18n.using("en"):
        assert any(sentence.startswith("Vejhuset: moved") for sentence in found.sentences())
    assert published_day(project, "P1") == was
    done = moving.move(project, "P1", [other, "10:00"], project.parent / "out", do=True)
    assert done.planned is not None
    assert stays(done.planned.roster)["P1"].start == place.start
    publish.publish(project, W20, project.parent / "out")
    assert published_day(project, "P1") == place.date


def test_a_move_goes_on_from_the_draft(project: Path) -> None:
    was = published_day(project, "P1")
    other = "man" if was == TUESDAY else "tir"
    moving.move(project, "P1", [other, "10:00"], project.parent / "out", do=True)
    again = moving.move(project, "P1", [other, "10:30"], project.parent / "out")
    assert again.roster.edition == 2


def test_a_move_keeps_what_is_locked(project: Path) -> None:
    out = project.parent / "out"
    (project / "rooms.csv").write_text(TABLES["rooms"] + "P2,mon,09:00,12:00\nP2,tue,09:00,12:00\n")
    storing.take_in(project, storing.differences(project))
    editions.plan_week(project, W20, out)
    moving.move(project, "P2", ["tir", "9:00"], out, do=True)
    publish.publish(project, W20, out)
    with store_of(project):
        from scheduler.store import editions as kept

        edition = kept.published(str(W20))
        assert edition is not None
        there = stays(edition.roster)["P2"]
    where = ["tir", "9:00"]
    free = moving.move(project, "P1", where, out, consultant=there.consultant_id)
    assert free.move.place is not None
    assert free.move.place.points_others_in_place is None
    assert free.move.place.moved == ("P2",)
    lock = locks.lock(project, W20, ["P2"], "hour")
    editing.write(project, lock, changes_tables=False)
    with i18n.using("en"):
        found = moving.move(project, "P1", where, out, consultant=there.consultant_id)
        assert found.move.plan_free is not None
        kept_there = stays(found.move.plan_free.roster)["P2"]
        assert (kept_there.start.hour, kept_there.date == there.date) == (9, False)
        editing.write(project, locks.lock(project, W20, ["P2"]), changes_tables=False)
        found = moving.move(project, "P1", where, out, consultant=there.consultant_id)
        assert (found.move.place, found.plan()) == (None, None)
        assert [rule.code for rule in found.move.broken] == ["rule_others_locked"]
        moved = moving.move(project, "P2", ["tir", "10:00"], out)
        assert [rule.code for rule in moved.move.broken] == ["rule_settled"]
    # A longer visit stays where it is locked; a lock that the tables no longer allow holds nothing up.
    editing.write(project, locks.unlock(project, W20, ["P2"]), changes_tables=False)
    editing.write(project, locks.lock(project, W20, ["P2"], "day"), changes_tables=False)
    assert {place.date for place in moving.offer(project, "P2", W20).places} == {TUESDAY}
    close(project, "P2", TUESDAY)
    assert moving.move(project, "P1", where, out, consultant=there.consultant_id).move.place is not None


def test_where_it_cannot_be_a_rule_says_why(project: Path) -> None:
    found = moving.move(project, "P1", ["torsdag", "14/5", "10.00"], project.parent / "out")
    assert found.move.place is None
    with i18n.using("en"):
        told = " ".join(word(rule, found.roster.names) for rule in found.move.broken)
    assert "Thursday 14 May" in told
    with pytest.raises(InputError, match="cannot be there"):
        moving.move(project, "P1", ["torsdag", "14/5", "10.00"], project.parent / "out", do=True)


@pytest.mark.parametrize(
    ("which", "when", "reason"),
    [
        ("P1", ["tir"], "a day and an hour"),
        ("P9", ["tir", "9:00"], "P9"),
        ("P1", ["2009-06-01", "9:00"], "W23"),
        ("P1", ["aldrig"], "aldrig"),
    ],
)
def test_moves_that_are_not_understood(project: Path, which: str, when: list[str], reason: str) -> None:
    with i18n.using("en"), pytest.raises(InputError, match=reason):
        moving.move(project, which, when, project.parent / "out")


def test_a_practice_with_its_visit_is_offered_a_longer_one(project: Path) -> None:
    found = moving.offer(project, "vejhuset", W20)
    assert {place.date for place in found.places} == {MONDAY, TUESDAY}
    assert (found.conversations, found.more) == (2, 1)
    assert all(place.conversations == 2 for place in found.places)
    assert all(place.points_others_free is not None for place in found.places)
    best = found.places[0]
    done = moving.offer(project, "vejhuset", W20, do=1, out_dir=project.parent / "out")
    assert done.planned is not None
    there = stays(done.planned.roster)["P1"]
    assert (there.start, there.conversations) == (best.start, 2)
    assert best.points_others_in_place == done.planned.roster.score - found.roster.score
    assert requested(project) == {("P1", W20): 2}
    storing.undo(project)
    assert requested(project) == {}


def test_nothing_is_offered_beyond_what_a_room_or_a_practice_takes(project: Path) -> None:
    assert moving.offer(project, "P1", W20, conversations=4).places == ()
    with i18n.using("en"), pytest.raises(InputError, match="no place 1 for it"):
        moving.offer(project, "P1", W20, conversations=4, do=1, out_dir=project.parent / "out")
    assert requested(project) == {}


def requested(folder: Path) -> dict[tuple[str, Week], int]:
    return {(row.practice_id, row.week): row.conversations for row in project_in(folder).demand}


def test_a_practice_that_is_not_due_gets_a_visit_and_the_week_asks_for_it(project: Path) -> None:
    (project / "practices.csv").write_text(
        TABLES["practices"].replace("lon\n", "lon,first_week\n").replace("54832\n", "54832,2009-W21\n")
    )
    storing.take_in(project, storing.differences(project))
    out = project.parent / "out"
    editions.plan_week(project, W20, out)
    publish.publish(project, W20, out)
    found = moving.offer(project, "P2", W20)
    assert [place.date for place in found.places][:1] == [WEDNESDAY]
    assert (found.more, requested(project)) == (1, {})
    assert "P2" not in stays(found.roster)
    done = moving.offer(project, "P2", W20, do=1, out_dir=out)
    assert done.planned is not None
    assert stays(done.planned.roster)["P2"].start == found.places[0].start
    assert requested(project) == {("P2", W20): 1}
    assert not editions.check_roster(project, done.planned.folder / "roster.json").violations
    publish.publish(project, W20, out)
    assert published_day(project, "P2") == WEDNESDAY


def test_what_has_begun_stays_and_who_is_late_goes_on_later(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    date = published_day(project, "P2")
    monkeypatch.setenv(NOW_VARIABLE, f"{date}T08:00")
    with i18n.using("en"):
        free = moving.move(project, "P2", ["ons", "11:00"], project.parent / "out")
        assert free.move.place is not None
        late = [("c1", "11.30"), ("c2", "ons 11.30")]
        found = moving.move(project, "P2", ["ons", "11:00"], project.parent / "out", late=late)
        assert found.move.place is None
        assert not [p for p in moving.offer(project, "P2", W20, late=late).places if p.start.hour < 11]
        for said in ("snart", "10-12"):
            with pytest.raises(InputError, match="--late"):
                moving.offer(project, "P2", W20, late=[("c1", said)])
        with pytest.raises(InputError, match="nobody"):
            replan.replan(project, W20, project.parent / "out", late=[("nobody", "11.30")])
    front, _planned = replan.replan(project, W20, project.parent / "out", late=late)
    assert all(
        stay.start.hour >= 11 for id_, stay in stays(front.points[-1].plan.roster).items() if id_ == "P2"
    )
    monkeypatch.setenv(NOW_VARIABLE, f"{date}T11:59")
    found = moving.move(project, "P2", ["ons", "11:00"], project.parent / "out")
    assert found.move.place is None
    monkeypatch.setenv(NOW_VARIABLE, "2009-05-18T08:00")
    with pytest.raises(InputError, match="over"):
        moving.offer(project, "P2", W20)


def test_moving_what_is_booked_counts_more(project: Path) -> None:
    out = project.parent / "out"
    editing.write(project, log.of_visit(project, W20, "P1", {}, booked=1), changes_tables=False)
    close(project, "P1", published_day(project, "P1"))
    found, planned = replan.replan(project, W20, out, changes=5)
    point = found.points[0]
    assert int(point.plan.roster.terms["change"].count) == 2
    assert point.change_points == 18_000
    assert planned is not None
    assert any("counts as 2" in word(note) for note in planned.roster.notes)
    assert not editions.check_roster(project, planned.folder / "roster.json").violations
    editing.write(project, log.of_visit(project, W20, "P1", {}, booked=0), changes_tables=False)
    found, _planned = replan.replan(project, W20, out)
    assert found.points[0].change_points == 9_000
    assert not editions.check_roster(project, planned.folder / "roster.json").violations
