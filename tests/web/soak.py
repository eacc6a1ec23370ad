"""Twenty clients at once, solves among their requests, and processes killed at random: what is left must be whole.

``python tests/web/soak.py [--requests 5000] [--server]`` prints how long pages took (``make soak``); the tests hold a
short one to what may never happen.
"""

import argparse
import os
import re
import statistics
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import count
from pathlib import Path
from random import Random
from threading import Event, Lock, Thread
from typing import Any
from unittest.mock import patch

import postgres
import psutil
import requests
from web.serving import Person, Served, serving, text_of

from scheduler.base import i18n
from scheduler.inputs.workbook import init_folder
from scheduler.model.clock import NOW_VARIABLE, Week
from scheduler.services import editions, publish, storing
from scheduler.services.workspace import store_of
from scheduler.store.address import URL_VARIABLE

#: Friday afternoon: what has been ridden in the week can be told of.
NOW = "2009-05-15T16:30"
W20 = Week(2009, 20)
_COORDINATORS, _PHONES = 8, 12
_COMING = [W20.shift(n) for n in range(1, 5)]
#: Answers that a request may have here: done, nothing new, somebody was faster, or it is not in order.
_FINE = frozenset({200, 302, 304, 412, 422})
#: Who comes while another publishes the week is asked to come again; not every practice is due.
_ALSO_FINE = frozenset({("published", 503), ("places", 404)})


@dataclass(frozen=True)
class Told:
    """A tap: of which visit, what is told, and its place in the order of taps by the clock."""

    key: str
    practice_id: str
    held: int
    no_show: int
    order: int


@dataclass
class Seen:
    """What the clients saw; threads write into it."""

    taps: dict[str, Told] = field(default_factory=dict)
    states: dict[str, Counter[str]] = field(default_factory=dict)
    published: list[tuple[str, int]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    solving: dict[str, list[float]] = field(default_factory=dict)
    kills: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    lock: Lock = field(default_factory=Lock)

    @property
    def requests(self) -> int:
        """How many were answered."""
        return sum(self.statuses.values())


class Client:
    """Somebody with a browser that goes on asking, whatever happens to the server."""

    def __init__(self, soak: "Soak", person: Person, seed: int) -> None:
        self.soak, self.person, self.random = soak, person, Random(seed)

    def ask(self, kind: str, path: str, send: Callable[[], requests.Response] | None = None) -> str | None:
        """Ask once; return the page, or None where no answer came (a process was killed), or it says why not."""
        seen = self.soak.seen
        solving = self.soak.is_solving
        began = time.perf_counter()
        try:
            answer = send() if send else self.person.get(path)
        except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError):
            with seen.lock:
                seen.lost += 1
            time.sleep(0.2)
            return None
        took = time.perf_counter() - began
        with seen.lock:
            seen.statuses[answer.status_code] += 1
            seen.seconds.setdefault(kind, []).append(took)
            if solving and self.soak.is_solving:
                seen.solving.setdefault(kind, []).append(took)
            if answer.status_code not in _FINE and (kind, answer.status_code) not in _ALSO_FINE:
                seen.wrong.append(f"{kind} {path}: {answer.status_code} {text_of(answer)[:300]}")
        return answer.text if answer.status_code < HTTPStatus.BAD_REQUEST else None

    def turn(self) -> None:
        """Do one thing."""
        raise NotImplementedError

    def token(self, page: str | None) -> str:
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page or "")
        return found[1] if found else ""

    def post(self, kind: str, path: str, page: str | None, **values: object) -> str | None:
        sent = {"csrfmiddlewaretoken": self.token(page), **values}
        where = self.person.where + path
        return self.ask(
            kind,
            path,
            lambda: self.person.session.post(where, data=sent, timeout=120, allow_redirects=False),
        )


class Coordinator(Client):
    """Looks at weeks and boards, has weeks planned, and publishes them."""

    def turn(self) -> None:
        week = self.random.choice([W20, *_COMING])
        what = self.random.random()
        if what < 0.35:
            self.ask("board", f"/uger/{week}/")
        elif what < 0.5:
            self.ask("weeks", "/uger/")
        elif what < 0.65:
            self.ask("places", f"/uger/{W20.shift(1)}/flyt/{self.random.choice(self.soak.practices)}")
        elif what < 0.75:
            self.ask("progress", "/fremdrift/")
        elif what < 0.85:
            self.ask("exceptions", "/undtagelser/")
        elif what < 0.92 and not self.soak.is_solving:
            week = self.random.choice(_COMING)
            if page := self.ask("board", f"/uger/{week}/"):
                self.post("plan", f"/uger/{week}/planlaeg", page)
        else:
            self.publish(self.random.choice(_COMING))

    def publish(self, week: Week) -> None:
        page = self.ask("publish", f"/uger/{week}/udsend")
        number = re.search(r'name="number" value="(\d+)"', page or "")
        if number is None:
            return
        done = self.post("published", f"/uger/{week}/udsend", page, number=number[1])
        if done is not None:
            with self.soak.seen.lock:
                self.soak.seen.published.append((str(week), int(number[1])))


class Phone(Client):
    """Shows the rounds, and tells what became of visits; a tap without an answer is sent again until there is one."""

    def __init__(self, soak: "Soak", person: Person, seed: int, visits: Sequence[tuple[str, int]]) -> None:
        super().__init__(soak, person, seed)
        self.visits = visits
        self.waiting: list[Told] = []

    def turn(self) -> None:
        if self.random.random() < 0.5:
            self.ask("phone", "/mig/")
            return
        practice_id, planned = self.random.choice(self.visits)
        held = self.random.randint(0, planned)
        told = Told(str(uuid.uuid4()), practice_id, held, planned - held, next(self.soak.order))
        with self.soak.seen.lock:
            self.soak.seen.taps[told.key] = told
        self.waiting.append(told)
        self.send()
        if self.random.random() < 0.3:  # the answer was lost on its way: it comes once more
            self.waiting.append(told)
            self.send()

    def send(self) -> None:
        page = self.ask("phone", "/mig/")
        if page is None or not (token := self.token(page)):
            return
        taps: list[dict[str, Any]] = [
            {
                "key": each.key,
                "kind": "outcome",
                "week": str(W20),
                "about": each.practice_id,
                "value": {"held": each.held, "no_show": each.no_show},
                "ago_ms": 3_000_000.0 - each.order,
            }
            for each in self.waiting
        ]
        where = f"{self.person.where}/mig/tryk"
        headers = {"X-CSRFToken": token, "Referer": self.person.where}
        answers: list[requests.Response] = []

        def sent() -> requests.Response:
            answer = self.person.session.post(where, json={"taps": taps}, headers=headers, timeout=120)
            answers.append(answer)
            return answer

        if self.ask("tap", "/mig/tryk", sent) is None or answers[0].status_code != 200:
            return
        with self.soak.seen.lock:
            for each in answers[0].json()["taps"]:
                self.soak.seen.states.setdefault(each["key"], Counter())[each["state"]] += 1
        answered = {each["key"] for each in answers[0].json()["taps"]}
        self.waiting = [each for each in self.waiting if each.key not in answered]


class Soak:
    """An app under twenty clients until so many requests or seconds are over, its processes killed now and then."""

    def __init__(
        self, served: Served, data: Path, *, seed: int = 0, kill_every_s: float = 3.0, pause_s: float = 0.2
    ) -> None:
        self.served, self.data, self.seen, self.pause_s = served, data, Seen(), pause_s
        self.random, self.kill_every_s = Random(seed), kill_every_s
        self.order = count(1)
        self.over = Event()
        self.is_solving = False
        self.practices = [each[0] for visits in _visits(data).values() for each in visits]

    def run(self, *, requests_: int = 10**9, seconds: float = 10**9) -> Seen:
        """Let it run, then let the phones send what they have still kept, and what is being planned come to an end."""
        clients: list[Client] = [
            Coordinator(self, self.served.person(f"Karen {n}", "coordinator"), n)
            for n in range(_COORDINATORS)
        ]
        visits = _visits(self.data)
        phones = []
        for number in range(_PHONES):
            who = sorted(visits)[number % len(visits)]
            person = self.served.person(f"Anne {number}", "consultant", who)
            phones.append(Phone(self, person, 100 + number, visits[who]))
        clients += phones
        end = time.monotonic() + seconds
        helpers = [Thread(target=each, daemon=True) for each in (self._kill, self._watch)]
        for helper in helpers:
            helper.start()

        def go_on(client: Client) -> None:
            while time.monotonic() < end and self.seen.requests < requests_:
                client.turn()
                time.sleep(client.random.uniform(0, 2 * self.pause_s))  # people read

        with ThreadPoolExecutor(len(clients)) as pool:
            for done in [pool.submit(go_on, client) for client in clients]:
                done.result()
        self.over.set()
        for helper in helpers:
            helper.join()
        for phone in phones:
            patience = time.monotonic() + 60
            while phone.waiting and time.monotonic() < patience:
                phone.send()
        self._come_to_an_end()
        return self.seen

    def _kill(self) -> None:
        """Kill a process that answers, or one that plans, at random moments."""
        while not self.over.wait(self.random.uniform(0.5, 2 * self.kill_every_s - 0.5)):
            server = psutil.Process(self.served.process.pid)
            children = [each for each in server.children() if "resource_tracker" not in " ".join(_line(each))]
            if not children:
                continue
            victim = self.random.choice(children)
            with suppress(psutil.NoSuchProcess):
                solvers = victim.children()
                kind = "planning" if any(solvers) or self._is_worker(victim) else "answering"
                victim.kill()
                self.seen.kills[kind] += 1

    @staticmethod
    def _is_worker(process: psutil.Process) -> bool:
        return not any(each.status == psutil.CONN_LISTEN for each in process.net_connections(kind="inet"))

    def _watch(self) -> None:
        """Look whether something is being planned."""
        while not self.over.wait(0.2):
            self.is_solving = bool(self._at_work())

    def _at_work(self) -> int:
        with store_of(self.data):
            from scheduler.store.models import Job

            return Job.objects.filter(state=Job.State.RUNNING).count()

    def _come_to_an_end(self) -> None:
        patience = time.monotonic() + 120
        while time.monotonic() < patience:
            with store_of(self.data):
                from scheduler.store import jobs

                if not jobs.jobs():
                    return
            time.sleep(0.5)
        self.seen.wrong.append("jobs did not come to an end")


def _line(process: psutil.Process) -> list[str]:
    with suppress(psutil.Error):
        return list(process.cmdline())
    return []


def _visits(data: Path) -> dict[str, list[tuple[str, int]]]:
    """Return the visits of practices in the published week: consultant to practice and conversations."""
    with store_of(data):
        from scheduler.store import editions as kept

        edition = kept.published(str(W20))
        assert edition is not None
        found: dict[str, list[tuple[str, int]]] = {}
        for round_ in edition.roster.rounds:
            for stop in round_.stops:
                if stop.kind == "visit":
                    found.setdefault(round_.consultant_id, []).append((stop.id, stop.conversations))
        return found


def left_wrong(data: Path, seen: Seen) -> list[str]:
    """Return what is not as the clients were told it is, or half there."""
    return [*seen.wrong, *_taps(data, seen), *_editions(data, seen)]


def _taps(data: Path, seen: Seen) -> Iterator[str]:
    with store_of(data):
        from scheduler.store.models import Tap
        from scheduler.store.tables import read_table

        kept = {tap.key: tap.counts for tap in Tap.objects.all()}
        rows = {row["practice_id"]: row for row in read_table("log") if row["week"] == str(W20)}
    for key, told in seen.taps.items():
        states = seen.states.get(key)
        if not states:
            yield f"no answer to tap {told}"
        elif set(states) - {"kept", "older"}:
            yield f"tap {told} was answered {dict(states)}"
        elif key not in kept:
            yield f"tap {told} was answered {dict(states)} and is lost"
    last: dict[str, Told] = {}
    for told in sorted(seen.taps.values(), key=lambda each: each.order):
        last[told.practice_id] = told
    for practice_id, told in last.items():
        row = rows.get(practice_id, {})
        found = (int(row.get("held") or 0), int(row.get("no_show") or 0))
        if found != (told.held, told.no_show):
            yield f"{practice_id} was told {told} last, and {found} is kept"


def _editions(data: Path, seen: Seen) -> Iterator[str]:
    with store_of(data):
        from scheduler.store import editions as kept
        from scheduler.store import events
        from scheduler.store.models import Edition, Message

        weeks = sorted({*(week for week, _number in seen.published), str(W20)})
        for week in weeks:
            issued = list(
                Edition.objects.filter(week=week, issued_at__isnull=False)
                .order_by("number")
                .values_list("number", "state")
            )
            said = sorted(number for of, number in seen.published if of == week)
            if len(said) != len(set(said)):
                yield f"an edition of {week} was published twice: {said}"
            if missing := set(said) - {number for number, _state in issued}:
                yield f"editions {missing} of {week} were reported as published and are not there"
            if [state for _number, state in issued].count("published") != 1:
                yield f"{week}: {issued}"
            told = [event for event in events.of(week) if event.what["code"] == "did_publish"]
            if len(told) != len(issued):
                yield f"{week} has {len(issued)} editions that were published, and {len(told)} were told of"
            for number, _state in issued:
                roster = kept.edition(week, number).roster
                if roster.edition != number:
                    yield f"edition {number} of {week} says that it is {roster.edition}"
            first = Edition.objects.filter(week=week, number=issued[0][0]).get()
            if not Message.objects.filter(edition=first).exists():
                yield f"nobody was written to of {week}, edition {first.number}"


@contextmanager
def world(folder: Path, url: str = "") -> Iterator[Served]:
    """Have the example served with two processes that answer and one that plans, a week of it published."""
    surroundings = {NOW_VARIABLE: NOW, "HJUL_USER": "root", **({URL_VARIABLE: url} if url else {})}
    with patch.dict(os.environ, surroundings), i18n.using("en"), ExitStack() as stack:
        data = folder / "data"
        init_folder(data)
        storing.make_store(data)
        storing.take_in(data, storing.differences(data))
        for week in (W20, *_COMING[:1]):
            with patch.dict(os.environ, {NOW_VARIABLE: "2009-05-07T14:00"}):
                editions.plan_week(data, week, folder / "out")
        with patch.dict(os.environ, {NOW_VARIABLE: "2009-05-07T14:10"}):
            publish.publish(data, W20, folder / "out")
        yield stack.enter_context(serving(data, NOW, "--workers", "2", **surroundings))


def _percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def _table(seen: Seen) -> Iterator[str]:
    yield f"{'':12} {'requests':>9} {'median':>8} {'95 %':>8}   while a week is planned {'95 %':>8}"
    for kind, took in sorted(seen.seconds.items()):
        solving = seen.solving.get(kind, [])
        while_ = f"{1000 * _percentile(solving, 0.95):6.0f} ms" if solving else ""
        yield (
            f"{kind:12} {len(took):9} {1000 * statistics.median(took):5.0f} ms"
            f" {1000 * _percentile(took, 0.95):5.0f} ms {len(solving):22} {while_:>10}"
        )


def main() -> None:
    """Run a long one and print what it took."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--requests", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--server", action="store_true", help="keep the store on PostgreSQL")
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(postgres.running()).new_database() if asked.server else ""
        served = stack.enter_context(world(folder, url))
        with patch.dict(os.environ, {URL_VARIABLE: url}) if url else nullcontext():
            began = time.monotonic()
            soak = Soak(served, served.data, seed=asked.seed, kill_every_s=15.0, pause_s=1.0)
            seen = soak.run(requests_=asked.requests)
            wrong = left_wrong(served.data, seen)
    print(f"{seen.requests} requests in {time.monotonic() - began:.0f} s, {seen.lost} without an answer")
    print(f"answers: {dict(sorted(seen.statuses.items()))}; killed: {dict(seen.kills)}")
    print(f"{len(seen.taps)} taps, {len(seen.published)} editions published")
    print("\n".join(_table(seen)))
    print("\n".join(wrong) or "Nothing is lost, counted twice or half there.")
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
