"""The three answers to an absence or a closed room: restricted replans, proven, priced, and taken as the draft."""

import dataclasses
import datetime as dt
from pathlib import Path

import pytest
from folders import ON_THE_MAP, W20, write_folder
from random_problems import small_week

from scheduler.base import i18n
from scheduler.base.errors import InputError, SchedulerError
from scheduler.model.changes import stays
from scheduler.model.clock import NOW_VARIABLE, Week
from scheduler.model.locks import Lock
from scheduler.model.problem import Problem, Settled
from scheduler.model.project import Pin
from scheduler.model.roster import Roster
from scheduler.model.text import Text
from scheduler.model.texts import word
from scheduler.services import answers, editing, editions, exceptions, locks, publish, storing
from scheduler.services.answers import ANSWERS, Answers
from scheduler.services.workspace import project_in, store_of
from scheduler.solver.engine import solve

MONDAY, TUESDAY, WEDNESDAY, THURSDAY = W20.days[:4]


# --- Without a store ------------------------------------------------------------------------------------


def absent_on(problem: Problem, who: str, date: dt.date) -> Problem:
    return problem.replace(days=tuple(d for d in problem.days if (d.consultant_id, d.date) != (who, date)))


def asked(problem: Problem, roster: Roster, who: str, date: dt.date, *lock: Lock) -> answers._Asked:
    touched = tuple(
        id_ for id_, stay in stays(roster).items() if (stay.consultant_id, stay.date) == (who, date)
    )
    return answers._Asked(
        problem=absent_on(problem, who, date),
        published=roster,
        touched=touched,
        locks=lock,
        since=None,
        time_limit_s=20,
    )


def others_locked(week: answers._Asked, dates: dict[str, tuple[dt.date, ...]]) -> Problem:
    """Return the same question as the engine is asked it: all others pinned where they are."""
    told = stays(week.published)
    requests = []
    for request in week.problem.requests:
        stay = told.get(request.request_id)
        if stay and request.request_id not in week.touched:
            start_s = stay.start.hour * 3600 + stay.start.minute * 60
            lock = Settled(
                date=stay.date,
                start_s=start_s,
                consultant_id=stay.consultant_id,
                conversations=stay.conversations or None,
            )
            requests.append(dataclasses.replace(request, lock=lock))
        else:
            allowed = dates.get(request.request_id, ())
            slots = tuple(slot for slot in request.slots if slot.date in allowed)
            requests.append(dataclasses.replace(request, slots=slots))
    return week.problem.replace(requests=tuple(requests))


@pytest.mark.parametrize("seed", [0, 1, 4])
def test_each_answer_scores_what_the_engine_finds_with_all_others_locked(seed: int) -> None:
    problem = small_week(seed, practices=10)
    roster = solve(problem, explain=False).roster
    told = stays(roster)
    who, date = next((stay.consultant_id, stay.date) for stay in told.values() if stay.date == WEDNESDAY)
    week = asked(problem, roster, who, date)
    assert week.touched
    least, *found = answers.points(week)
    later = tuple(day for day in W20.days if day > date)
    for answer, point, days in zip(ANSWERS, found, ((), (date,), later), strict=True):
        best = solve(others_locked(week, dict.fromkeys(week.touched, days)), explain=False).roster
        assert point.plan.roster.score == best.score, answer
        assert point.plan.roster.status == "optimal"
        assert point.plan.proof.verified is True
        assert point.plan.roster.score >= least.plan.roster.score
        assert point.unforced == 0
        assert {change.id for change in point.changes} == set(week.touched)
        there = stays(point.plan.roster)
        assert all(there[id_].date in days for id_ in week.touched if id_ in there)
        assert all(there[id_] == stay for id_, stay in told.items() if id_ not in week.touched)
        assert there.keys() <= told.keys()


def test_what_was_not_published_stays_so_and_keeps_its_reason() -> None:
    problem = small_week(1, practices=10)
    roster = solve(problem, explain=False).roster
    left_out = next(iter(stays(roster)))
    without = problem.replace(
        requests=tuple(
            dataclasses.replace(r, slots=()) if r.request_id == left_out else r for r in problem.requests
        )
    )
    published = solve(without, explain=False).roster
    who, date = next((s.consultant_id, s.date) for s in stays(published).values())
    week = asked(problem, published, who, date)
    found = answers.points(week)[1]
    assert left_out not in stays(found.plan.roster)
    reasons = {one.id: one.reason for one in found.plan.roster.unassigned}
    before = {one.id: one.reason for one in published.unassigned}
    assert reasons[left_out] == before[left_out]
    assert all(reasons[id_] == Text("answer_cancelled") for id_ in week.touched)


def test_a_lock_that_an_answer_does_not_keep_is_named() -> None:
    problem = small_week(0, practices=10)
    roster = solve(problem, explain=False).roster
    who, date, id_ = next(
        (s.consultant_id, s.date, id_) for id_, s in stays(roster).items() if s.date == WEDNESDAY
    )
    _least, cancel, cover, _later = answers.points(
        asked(problem, roster, who, date, Lock(id=id_, keeps="day"))
    )
    assert [broken.id for broken in cancel.broken] == [id_]
    assert (id_ in stays(cover.plan.roster)) == (id_ not in [broken.id for broken in cover.broken])


def test_a_pin_of_what_is_touched_does_not_stand_in_the_way() -> None:
    problem = small_week(0, practices=10)
    roster = solve(problem, explain=False).roster
    told = stays(roster)
    who, date, id_ = next((s.consultant_id, s.date, id_) for id_, s in told.items() if s.date == WEDNESDAY)
    start_s = told[id_].start.hour * 3600 + told[id_].start.minute * 60
    pinned = problem.replace(
        requests=tuple(
            dataclasses.replace(r, pin=Pin(id=id_, date=date, start_s=start_s)) if r.request_id == id_ else r
            for r in problem.requests
        )
    )
    week = asked(pinned, roster, who, date)
    found = answers.points(dataclasses.replace(week, problem=absent_on(problem, who, date)))
    assert id_ not in stays(found[1].plan.roster)


# --- From the store and back into it ------------------------------------------------------------------------

PLACE = "Vej 1,2450,København SV,Valby"
TABLES = {
    **ON_THE_MAP,
    "practices": "practice_id,name,address,postcode,city,district,lat,lon,phone,consultant_id\n"
    f"P1,Vejhuset,{PLACE},55.66506,12.54932,30 00 00 01,c1\nP2,Gadehuset,{PLACE},55.66406,12.54832,,c2\n",
    "rooms": "practice_id,weekday,start,end\nP1,mon,09:00,12:00\nP1,wed,09:00,12:00\nP2,tue,09:00,12:00\n",
    "agreements": "practice_id,weekday,start\nP1,mon,10:00\n",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("answers")
    project = write_folder(folder / "p", **TABLES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(NOW_VARIABLE, "2009-05-07T14:10")
        storing.make_store(project)
        storing.take_in(project, storing.differences(project))
        editions.plan_week(project, W20, folder / "out")
        publish.publish(project, W20, folder / "out")
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    import shutil

    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv(NOW_VARIABLE, "2009-05-11T07:40")
    return tmp_path


def absence(folder: Path) -> Answers:
    return answers.answers(folder / "p", exceptions.absence(folder / "p", "c1", ["i", "dag"]))


def draft(folder: Path, week: Week = W20) -> Roster:
    with store_of(folder / "p"):
        from scheduler.store import editions as kept

        found = kept.draft(str(week))
        assert found is not None
        return found.roster


def test_the_three_answers_say_what_each_means(folder: Path) -> None:
    found = absence(folder)
    (week,) = found.weeks
    assert [call.id for call in week.touched] == ["P1"]
    cancel, cover, later = week.answers
    assert [(each.visits, each.conversations) for each in week.answers] == [(0, 0), (1, 1), (1, 1)]
    assert cancel.ride_seconds < 0 == cover.ride_seconds
    assert week.recommended is not cancel
    assert cancel.points > max(cover.points, later.points)
    assert min(cover.points, later.points) == 0
    assert all(each.told == ("P1",) and each.is_proven for each in week.answers)
    with i18n.using("da"):
        assert [word(each.title, week.published.names) for each in week.answers] == [
            "Aflys dagens besøg",
            "Lad Rådgiver 2 tage, hvad der kan nås den dag",
            "Flyt til senere på ugen",
        ]
        (call,) = answers.answers(folder / "p", found.proposal).weeks[0].answer("later").calls
    assert (call.phone, call.soon) == ("30 00 00 01", True)
    assert call.sentence.startswith(
        "Rådgiveren er forhindret. Besøget er flyttet fra mandag 11. maj kl. 10.00 til onsdag 13. maj"
    )
    assert not project_in(folder / "p").closures


def test_an_answer_is_written_with_the_exception_and_can_be_checked_and_published(folder: Path) -> None:
    found = absence(folder)
    (planned,) = answers.take(folder / "p", found, "later", folder / "out")
    assert [closure.who for closure in project_in(folder / "p").closures] == ["c1"]
    roster = draft(folder)
    assert stays(roster)["P1"].date == WEDNESDAY
    assert roster.score == found.weeks[0].answer("later").plan.roster.score
    assert roster.bound == found.weeks[0].least.plan.roster.score <= roster.score
    checked = editions.check_roster(folder / "p", planned.folder / "roster.json")
    assert not checked.violations
    assert checked.proof.verified is True
    again = absence(folder)
    assert not again.proposal.edits
    assert again.weeks[0].touched == found.weeks[0].touched
    answers.take(folder / "p", again, "cancel", folder / "out")
    assert "P1" not in stays(draft(folder))
    assert [one.reason for one in draft(folder).unassigned] == [Text("answer_cancelled")]
    publish.publish(folder / "p", W20, folder / "out")
    storing.undo(folder / "p")
    assert not project_in(folder / "p").closures


def test_over_several_weeks_what_is_written_is_true_wherever_it_ends(folder: Path) -> None:
    """Both weeks are answered; where the second cannot be, the exception and the first one stand."""
    next_week = W20.shift(1)
    editions.plan_week(folder / "p", next_week, folder / "out")
    publish.publish(folder / "p", next_week, folder / "out")
    away = exceptions.absence(folder / "p", "c1", ["2009-05-11", "til", "2009-05-22"])
    found = answers.answers(folder / "p", away)
    assert [week.week for week in found.weeks] == [W20, next_week]
    blocked = folder / "out" / f"{next_week}-kladde"
    blocked.write_text("somebody's own file", encoding="utf-8")
    with pytest.raises(SchedulerError):
        answers.take(folder / "p", found, "cover", folder / "out")
    assert [closure.who for closure in project_in(folder / "p").closures] == ["c1"]
    publish.look(folder / "p", W20)  # what is there of it is not out of date
    with store_of(folder / "p"):
        from scheduler.store import editions as kept

        assert kept.draft(str(next_week)) is None
    blocked.unlink()
    again = answers.answers(
        folder / "p", exceptions.absence(folder / "p", "c1", ["2009-05-11", "til", "2009-05-22"])
    )
    answers.take(folder / "p", again, "cover", folder / "out")
    for week in (W20, next_week):
        publish.publish(folder / "p", week, folder / "out")


def test_two_weeks_are_answered_in_one_go(folder: Path) -> None:
    next_week = W20.shift(1)
    editions.plan_week(folder / "p", next_week, folder / "out")
    publish.publish(folder / "p", next_week, folder / "out")
    away = exceptions.absence(folder / "p", "c1", ["2009-05-11", "til", "2009-05-22"])
    made = answers.take(folder / "p", answers.answers(folder / "p", away), "cancel", folder / "out")
    assert [each.roster.week for each in made] == [str(W20), str(next_week)]
    for week in (W20, next_week):
        publish.look(folder / "p", week)


def test_what_somebody_else_did_meanwhile_is_told_and_nothing_is_written(folder: Path) -> None:
    found = absence(folder)
    editing.write(folder / "p", exceptions.closure(folder / "p", "P2", ["tirsdag"]))
    with pytest.raises(InputError, match="meanwhile"):
        answers.take(folder / "p", found, "cover", folder / "out")
    assert [closure.who for closure in project_in(folder / "p").closures] == ["P2"]
    assert not (folder / "out" / "2009-W20-kladde").exists()


def test_a_closed_room_is_answered_by_another_hour_or_another_day(folder: Path) -> None:
    proposal = exceptions.closure(folder / "p", "P1", ["man 9-10:30"])
    (week,) = answers.answers(folder / "p", proposal).weeks
    with i18n.using("en"):
        assert "at another hour" in word(week.answer("cover").title)
        (call,) = week.answer("cover").calls
    assert not call.by_us
    assert "prevented" not in call.sentence
    assert stays(week.answer("cover").plan.roster)["P1"].date == MONDAY
    assert stays(week.answer("later").plan.roster)["P1"].date == WEDNESDAY


def test_a_visit_that_is_under_way_stays(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NOW_VARIABLE, "2009-05-11T10:20")
    (week,) = absence(folder).weeks
    assert all(stays(each.plan.roster)["P1"].date == MONDAY for each in week.answers)


def test_a_locked_visit_is_named_where_it_cannot_stay(folder: Path) -> None:
    editing.write(folder / "p", locks.lock(folder / "p", W20, ["P1"], "day"), changes_tables=False)
    (week,) = absence(folder).weeks
    assert [[broken.id for broken in each.broken] for each in week.answers] == [["P1"], [], ["P1"]]


def test_nothing_is_answered_where_nothing_is_touched(folder: Path) -> None:
    found = answers.answers(folder / "p", exceptions.absence(folder / "p", "c1", ["torsdag"]))
    assert found.weeks == ()
    with pytest.raises(InputError, match="nothing to answer"):
        answers.take(folder / "p", found, "cancel", folder / "out")
    assert not project_in(folder / "p").closures


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("cancel", "cancel"),
        ("Aflys", "cancel"),
        ("overtag", "cover"),
        (" senere", "later"),
        ("later", "later"),
    ],
)
def test_answers_have_english_and_danish_names(said: str, answer: str) -> None:
    assert answers.named(said) == answer


def test_another_answer_is_refused() -> None:
    with i18n.using("da"), pytest.raises(ValueError, match="aflys, overtag, senere"):
        answers.named("måske")
