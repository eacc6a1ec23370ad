"""Jobs: asked for with what asks, never with two workers at once, taken up again when a worker is gone, and forgotten."""

import datetime as dt
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from postgres import Server
from processes import eventually, start
from stores import HOMES, everything, set_clock, take_in, with_store

from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import using
from scheduler.model.clock import now
from scheduler.model.text import Text
from scheduler.services import storing
from scheduler.services.forget import forget
from scheduler.services.workspace import store_of
from scheduler.store.address import URL_VARIABLE

#: A lease that has lapsed as soon as it is had, and one that does not while a test lasts.
NONE, LONG = dt.timedelta(0), dt.timedelta(hours=1)
WEEK = {"week": "2009-W20"}


@pytest.fixture(autouse=True)
def a_monday(monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock(monkeypatch)
    monkeypatch.setenv("HJUL_USER", "anna")


def filled(folder: Path) -> Path:
    with pytest.MonkeyPatch.context() as patch, using("en"):
        set_clock(patch)
        with_store(folder, home_visits=HOMES)
    (folder / "home_visits.csv").unlink()
    return folder


@pytest.fixture(scope="module")
def in_a_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled(tmp_path_factory.mktemp("file") / "data")


@pytest.fixture(scope="module")
def on_a_server(tmp_path_factory: pytest.TempPathFactory, server: Server) -> tuple[Path, str]:
    url = server.new_database()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(URL_VARIABLE, url)
        return filled(tmp_path_factory.mktemp("server") / "data"), url


@pytest.fixture(params=["sqlite", "postgresql"])
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Have a project with a store of one's own, in a file and then on a server."""
    if request.param == "sqlite":
        yield shutil.copytree(request.getfixturevalue("in_a_file"), tmp_path / "data")
        return
    made, url = request.getfixturevalue("on_a_server")
    server = request.getfixturevalue("server")
    mine = server.new_database(like=url)
    monkeypatch.setenv(URL_VARIABLE, mine)
    yield shutil.copytree(made, tmp_path / "data")
    server.drop(mine)


@pytest.fixture
def store(folder: Path) -> Iterator[Path]:
    with store_of(folder):
        yield folder


def ask(kind: str = "plan", lang: str = "", **arguments: str | int) -> int:
    from scheduler.store import jobs

    return jobs.ask(kind, arguments or WEEK, who="anna", at=now(), lang=lang)


def state(number: int) -> str:
    from scheduler.store import jobs

    found = jobs.job(number)
    return str(found.state) if found else "gone"


# --- Asking -------------------------------------------------------------------------------------------


def fail_to_plan() -> None:
    from scheduler.store.events import act

    with act(Text("did_plan"), "anna", now(), week="2009-W20"):
        ask("never")
        raise ZeroDivisionError


@pytest.mark.usefixtures("store")
def test_a_job_is_there_with_what_asks_for_it_or_not_at_all() -> None:
    from scheduler.store import jobs
    from scheduler.store.events import act

    with act(Text("did_plan"), "anna", now(), week="2009-W20"):
        number = ask()
    with pytest.raises(ZeroDivisionError):
        fail_to_plan()
    (found,) = jobs.jobs()
    assert (found.number, found.kind, found.arguments, found.asked_by) == (number, "plan", WEEK, "anna")
    assert (found.asked_at, found.state, found.attempts) == (now(), jobs.State.WAITING, 0)
    assert not found.has_ended


@pytest.mark.usefixtures("store")
def test_it_keeps_the_language_of_whoever_asks() -> None:
    from scheduler.store import jobs

    with using("da"):
        numbers = ask(), ask(lang="en")
    assert [found.language for found in jobs.jobs()] == ["da", "en"]
    assert [found.number for found in jobs.jobs()] == list(numbers)


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("text", ["Hemmelig Gade 7", "x" * 101, "two\nlines"])
def test_what_is_no_id_is_refused(text: str) -> None:
    from scheduler.store import jobs

    with pytest.raises(ValueError, match="a job has ids"):
        ask(id=text)
    with pytest.raises(ValueError, match="a job has ids"):
        jobs.ask("plan", {"ids": ["P1", {"id": text}]}, who="anna", at=now())
    ask()
    held = jobs.claim("one")
    assert held is not None
    with pytest.raises(ValueError, match="a job has ids"):
        jobs.finish(held, {"found": [text]})
    assert state(held.job.number) == "running"


# --- Working ------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("store")
def test_the_oldest_one_is_done_first_and_only_by_who_can() -> None:
    from scheduler.store import jobs

    first, second, third = ask(), ask("offer"), ask()
    held = jobs.claim("one", kinds=["offer"], lease=LONG)
    assert held is not None
    assert held.job.number == second
    claimed = [jobs.claim("one", lease=LONG), jobs.claim("two", lease=LONG), jobs.claim("three", lease=LONG)]
    assert [each.job.number if each else None for each in claimed] == [first, third, None]


@pytest.mark.usefixtures("store")
def test_it_tells_how_far_it_is_and_what_came_of_it() -> None:
    from scheduler.store import jobs

    number = ask()
    held = jobs.claim("one", lease=LONG)
    assert held is not None
    assert jobs.report(held, step="Reasons")
    assert jobs.report(held, score=20, bound=10)
    assert jobs.report(held, bound=12)
    found = jobs.job(number)
    assert found is not None
    assert (found.step, found.score, found.bound, found.attempts) == ("Reasons", 20, 12, 1)
    jobs.finish(held, {"edition": 2})
    found = jobs.job(number)
    assert found is not None
    assert (found.state, found.result, found.ended_at) == (jobs.State.DONE, {"edition": 2}, now())
    assert found.has_ended
    assert jobs.jobs() == ()
    assert [each.number for each in jobs.jobs(ended=True)] == [number]
    for write in (lambda: jobs.beat(held), lambda: jobs.finish(held, {}), lambda: jobs.give_back(held)):
        with pytest.raises(jobs.LostJobError):
            write()


@pytest.mark.usefixtures("store")
def test_it_says_why_it_could_not_be_done() -> None:
    from scheduler.store import jobs

    number = ask()
    held = jobs.claim("one")
    assert held is not None
    jobs.fail(
        held, InputError([InputProblem("no row"), InputProblem("no day", "rooms.csv", 2)], hint="Look.")
    )
    found = jobs.job(number)
    assert found is not None
    assert (found.state, found.failure) == (jobs.State.FAILED, ("no row", "rooms.csv:2: no day", "Look."))
    assert jobs.claim("two") is None


@pytest.mark.usefixtures("store")
def test_whoever_ends_gives_it_back() -> None:
    from scheduler.store import jobs

    number = ask()
    held = jobs.claim("one", lease=LONG)
    assert held is not None
    jobs.give_back(held)
    assert state(number) == "waiting"
    again = jobs.claim("two", lease=LONG)
    assert again is not None
    assert (again.job.number, again.job.attempts) == (number, 1)
    jobs.cancel(number)
    jobs.give_back(again)
    assert state(number) == "cancelled"


@pytest.mark.usefixtures("store")
def test_what_is_wanted_no_more_is_not_begun_and_at_work_it_ends_with_what_it_has() -> None:
    from scheduler.store import jobs

    first, second = ask(), ask()
    held = jobs.claim("one", lease=LONG)
    assert held is not None
    jobs.cancel(second)
    assert state(second) == "cancelled"
    assert jobs.beat(held)
    jobs.cancel(first)
    assert state(first) == "running"
    assert not jobs.beat(held)
    assert not jobs.report(held, step="Reasons")
    jobs.finish(held, {"edition": 1})
    jobs.cancel(first)
    assert state(first) == "done"
    assert jobs.claim("two") is None


# --- Leases -------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("store")
def test_who_is_silent_loses_it_and_can_write_nothing_of_it() -> None:
    from scheduler.store import jobs
    from scheduler.store.events import act
    from scheduler.store.models import Event

    number = ask()
    silent = jobs.claim("one", lease=NONE)
    assert silent is not None
    jobs.report(silent, step="Reasons", score=3)
    assert [found.number for found in jobs.lapsed()] == [number]
    held = jobs.claim("two", lease=LONG)
    assert held is not None
    assert (held.job.number, held.job.attempts, held.job.step, held.job.score) == (number, 2, "", None)
    assert jobs.lapsed() == ()
    before = Event.objects.count()
    with pytest.raises(jobs.LostJobError, match="taken up by somebody else"):
        jobs.beat(silent)
    with pytest.raises(jobs.LostJobError), act(Text("did_plan"), "one", now(), week="2009-W20"):
        jobs.finish(silent, {"edition": 1})
    assert Event.objects.count() == before
    with act(Text("did_plan"), "two", now(), week="2009-W20"):
        jobs.finish(held, {"edition": 1})
    assert Event.objects.count() == before + 1
    assert state(number) == "done"


@pytest.mark.usefixtures("store")
def test_a_sign_of_life_keeps_it() -> None:
    from scheduler.store import jobs
    from scheduler.store.models import Job

    number = ask()
    held = jobs.claim("one", lease=LONG)
    assert held is not None
    Job.objects.update(lease_until=now())  # of 2009
    assert [found.number for found in jobs.lapsed()] == [number]
    jobs.beat(held)
    assert jobs.lapsed() == ()
    assert jobs.claim("two") is None


@pytest.mark.usefixtures("store")
def test_what_ends_every_worker_is_given_up() -> None:
    from scheduler.store import jobs

    number, other = ask(lang="da"), ask()
    for attempt in range(jobs.MOST_ATTEMPTS):
        held = jobs.claim(str(attempt), lease=NONE)
        assert held is not None
        assert held.job.number == number
    held = jobs.claim("last", lease=NONE)
    assert held is not None
    assert held.job.number == other
    found = jobs.job(number)
    assert found is not None
    assert found.state == jobs.State.FAILED
    assert found.failure == ("de, der arbejdede på det, stoppede 3 gange uden et ord",)
    jobs.cancel(other)
    assert jobs.claim("last") is None
    assert state(other) == "cancelled"


@pytest.mark.usefixtures("store")
def test_the_database_holds_that_whoever_works_has_a_lease_and_nobody_else_the_same() -> None:
    from django.db import IntegrityError, transaction

    from scheduler.store import jobs
    from scheduler.store.models import Job

    first, second = ask(), ask()
    for wrong in ({"state": "running"}, {"lease": "x"}, {"state": "running", "lease": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Job.objects.filter(id=first).update(**wrong)
    assert jobs.claim("one", lease=LONG)
    assert jobs.claim("two", lease=LONG)
    lease = Job.objects.get(id=first).lease
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(id=second).update(lease=lease)


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("has_lapsed", [False, True])
def test_of_several_workers_only_one_has_a_job(has_lapsed: bool) -> None:
    """They begin at the same moment, each with a connection of its own."""
    from scheduler.store import jobs
    from scheduler.store.models import Job

    workers, count = 4, 24
    numbers = [ask() for _job in range(count)]
    if has_lapsed:
        while jobs.claim("gone", lease=LONG):
            pass
        Job.objects.update(lease_until=now())  # of 2009
    together = Barrier(workers)

    def work(name: int) -> list[int]:
        from django.db import connection

        together.wait()
        done = []
        while held := jobs.claim(str(name), lease=LONG):
            done.append(held.job.number)
        connection.close()
        return done

    with ThreadPoolExecutor(workers) as pool:
        found = [number for done in pool.map(work, range(workers)) for number in done]
    assert sorted(found) == numbers
    assert {each.attempts for each in jobs.jobs()} == {1 + has_lapsed}


#: Works on jobs one after the other, and says which; with "stuck" it falls silent with the first.
WORKER = """
import datetime as dt, sys, time
from pathlib import Path
from scheduler.services.workspace import store_of

lease = dt.timedelta(seconds=float(sys.argv[2]))
with store_of(Path("data")):
    from scheduler.model.clock import now
    from scheduler.model.text import Text
    from scheduler.store import jobs
    from scheduler.store.events import act
    while held := jobs.claim(sys.argv[1], lease=lease):
        print(held.job.number, flush=True)
        if sys.argv[3] == "stuck":
            time.sleep(600)
        with act(Text("did_plan"), sys.argv[1], now(), week="2009-W20"):
            jobs.finish(held, {"edition": held.job.number})
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_the_job_of_a_killed_worker_is_taken_up_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent)
    with store_of(folder):
        numbers = [ask() for _job in range(3)]
    stuck = start("stuck", 0.5, "stuck", program=("-c", WORKER))
    assert stuck.stdout is not None
    assert int(stuck.stdout.readline()) == numbers[0]
    os.kill(stuck.pid, signal.SIGKILL)
    stuck.communicate(timeout=60)
    with store_of(folder):
        from scheduler.store import jobs

        assert state(numbers[0]) == "running"
        assert eventually(lambda: [found.number for found in jobs.lapsed()] == numbers[:1])
    others = [start(name, 60, "well", program=("-c", WORKER)) for name in ("one", "two")]
    said = [other.communicate(timeout=120) for other in others]
    assert [other.returncode for other in others] == [0, 0], said
    assert sorted(int(line) for out, _errors in said for line in out.split()) == numbers
    with store_of(folder):
        assert [state(number) for number in numbers] == ["done"] * 3
        found = jobs.job(numbers[0])
        assert found is not None
        assert found.attempts == 2
    assert everything(folder).count("did_plan") == 3


# --- What is no longer kept ---------------------------------------------------------------------------


def test_forgetting_a_home_visit_takes_the_jobs_that_name_it(folder: Path, tmp_path: Path) -> None:
    from scheduler.store import jobs

    with store_of(folder):
        waiting, other, longer, told, failed, done = (
            ask("move", id="H1"),
            ask("move", id="H2"),
            ask("move", id="H11"),
            ask(),
            ask(),
            ask(),
        )
        jobs.cancel(longer)
        claims = [jobs.claim("one", lease=LONG) for _job in range(5)]
        held, _other, at_work, wrong, found = claims
        assert held
        assert at_work
        assert wrong
        assert found
        jobs.report(at_work, step="H1: no place")
        jobs.fail(wrong, InputError("there is no ride to H1."))
        jobs.finish(found, {"points": [{"changed": ["P1", "H1"]}]})
        assert [number for number in (waiting, told, failed, done) if state(number) == "gone"] == []
    forget(folder, tmp_path / "out", dt.date(2009, 5, 14))
    with store_of(folder):
        assert [each.number for each in jobs.jobs(ended=True)] == [other, longer]
        with pytest.raises(jobs.LostJobError):
            jobs.finish(held, {})


def test_jobs_are_kept_as_long_as_home_visits(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from scheduler.store import jobs

    with store_of(folder):
        done, at_work, waiting = ask(), ask(), ask()
        held = jobs.claim("one", lease=LONG)
        assert held
        jobs.finish(held, {})
        assert jobs.claim("two", lease=LONG)
    set_clock(monkeypatch, "2009-06-10T07:40")
    take_in(folder, rooms="practice_id,weekday,start,end\nP1,mon,09:00,12:00\nP2,tue,10:00,12:00\n")
    with store_of(folder):
        assert [each.number for each in jobs.jobs(ended=True)] == [done, at_work, waiting]
    set_clock(monkeypatch, "2009-06-10T07:41")
    storing.undo(folder)
    with store_of(folder):
        from scheduler.store.models import Job

        assert [each.number for each in jobs.jobs(ended=True)] == [at_work]
        Job.objects.update(lease_until=now())  # of 2009: nobody is at work on it
    storing.undo(folder)
    with store_of(folder):
        assert jobs.jobs(ended=True) == ()


def test_a_backup_begins_no_job_again(folder: Path, tmp_path: Path) -> None:
    from scheduler.store import jobs

    with store_of(folder):
        done, _at_work, _waiting = ask(), ask(), ask()
        held = jobs.claim("one", lease=LONG)
        assert held
        jobs.finish(held, {"edition": 1})
        assert jobs.claim("two", lease=LONG)
    storing.back_up(folder, tmp_path / "b.db")
    with store_of(folder):
        ask()
    storing.restore(folder, tmp_path / "b.db")
    with store_of(folder):
        (found,) = jobs.jobs(ended=True)
        assert (found.number, found.result) == (done, {"edition": 1})
        number = ask()
        again = jobs.claim("three")
        assert again is not None
        assert again.job.number == number
