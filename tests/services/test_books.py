"""The books balance, whatever happens in a month: what was asked for is planned or not, and what was planned ends once."""

import random
from collections import Counter
from pathlib import Path

import pytest
from folders import W20
from keeping import Planned, publish, store_in

from scheduler.model.clock import NOW_VARIABLE, Week
from scheduler.model.outcomes import OUTCOMES
from scheduler.services import backlog, editing, log
from scheduler.services.books import Entry
from scheduler.services.progress import counts, progress

#: Weeks without a public holiday.
WEEKS = tuple(W20.shift(n) for n in range(4, 8))
#: Both ask every week; their rooms hold up to three conversations, and both have one on one day.
ROOMS = "practice_id,weekday,start,end\nP1,mon,09:00,12:00\nP2,tue,09:00,12:00\n"
PRACTICES = (
    "practice_id,name,address,postcode,city,district,conversations\n"
    "P1,Vej,Vej 1,2450,København SV,Kgs. Enghave,2\nP2,Gade,Vej 1,2450,København SV,Valby,1\n"
)


CONSULTANTS = {"P1": "c1", "P2": "c2"}
USUAL = {"P1": 2, "P2": 1}


class Month:
    """A month lived through at random: editions, what became of visits, and what is owed."""

    def __init__(self, folder: Path, seed: int, patch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.extra: Counter[tuple[Week, str]] = Counter()
        self._rng = random.Random(seed)
        self._patch = patch

    def live(self, week: Week) -> None:
        self._patch.setenv(NOW_VARIABLE, f"{week.monday}T07:00")
        self._settle(week)
        for edition in range(self._rng.randint(1, 2)):
            most = {id_: min(3, count + self.extra[week, id_]) for id_, count in USUAL.items()}
            planned = {id_: self._rng.randint(0, count) for id_, count in most.items()}
            days = {"P1": week.days[0], "P2": week.days[1]}
            visits = [Planned(CONSULTANTS[id_], id_, days[id_], "9:00", n) for id_, n in planned.items() if n]
            publish(self.folder, week, visits)
            self._patch.setenv(NOW_VARIABLE, f"{week.days[4 * edition]}T17:00")
            self._log(week, planned, before_tuesday=edition == 0)

    def _settle(self, week: Week) -> None:
        for one in backlog.backlog(self.folder):
            some = self._rng.randint(0, one.conversations)
            if some and self._rng.random() < 0.7:
                editing.write(self.folder, backlog.plan_again(self.folder, one.practice_id, some, week))
                self.extra[week, one.practice_id] += some
            elif some:
                editing.write(self.folder, backlog.withdraw(self.folder, one.practice_id, some))

    def _log(self, week: Week, planned: dict[str, int], *, before_tuesday: bool) -> None:
        for id_, n in planned.items():
            if n and self._rng.random() < 0.8:
                outcomes = dict(Counter(self._rng.choice(OUTCOMES) for _one in range(n)))
                if before_tuesday and id_ == "P2":
                    outcomes = {"by_us": n}
                told = log.of_visit(self.folder, week, id_, outcomes)
                editing.write(self.folder, told, week=str(week))


@pytest.mark.parametrize("seed", range(5))
def test_a_random_month_balances(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    monkeypatch.setenv(NOW_VARIABLE, "2009-06-05T12:00")
    folder = store_in(tmp_path / "data", practices=PRACTICES, rooms=ROOMS)
    month = Month(folder, seed, monkeypatch)
    for week in WEEKS:
        month.live(week)
    extra = month.extra
    asked = {(week, id_): count for week in WEEKS for id_, count in USUAL.items()}
    found = progress(folder, f"{WEEKS[0]}..{WEEKS[-1]}")
    entries = {(entry.week, entry.practice_id): entry for entry in found.books.entries}
    assert entries.keys() == asked.keys()
    for key, entry in entries.items():
        assert entry.asked == asked[key]
        assert entry.extra == extra[key]
        balanced(entry)
    frame = found.frame
    assert frame[["asked", "extra"]].to_numpy().sum() == sum(asked.values()) + sum(extra.values())
    for by in ("practice", "district", "week"):
        assert found.by(by)["asked"].sum() == sum(asked.values())
    lost = sum(entry.lost for entry in entries.values())
    settled = sum(one.conversations for one in found.books.settled)
    assert sum(one.conversations for one in backlog.backlog(folder)) == lost - settled


def balanced(entry: Entry) -> None:
    told = counts(entry)
    ended = sum(told[name] for name in OUTCOMES)
    assert ended + told["not_told"] + told["not_planned"] == told["asked"] + told["extra"]
    assert told["planned"] == ended + told["not_told"]
    assert min(told.values()) >= 0
