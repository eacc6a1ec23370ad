"""Fingerprints, what is sent to a worker, and the rows that come back."""

import dataclasses
import datetime as dt
import functools
import os
import pickle
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
import scenario_work
from hypothesis import given
from hypothesis import strategies as st
from random_problems import small_week, tiny_problem

from scheduler import __version__
from scheduler.base.errors import ServiceError
from scheduler.model.problem import ClosedDay, ClosedSlot, Engagement, Problem, TravelTimes
from scheduler.model.project import Place
from scheduler.model.text import Text
from scheduler.scenario.model import COLUMNS, Task
from scheduler.scenario.runs.fingerprints import fingerprint
from scheduler.scenario.runs.tasks import attempt, columns_of, pack, perform, portable, question

ROOT = Path(__file__).parents[2]


def task(problem: Problem, **fields: Any) -> Task:
    asked = Task(scenario="s", week="2009-W20", problem=problem)
    return dataclasses.replace(asked, **fields)


# --- Fingerprints --------------------------------------------------------------------------------

#: Values of every kind, each unlike all others.
DIFFERENT: tuple[object, ...] = (
    None,
    0,
    False,
    0.0,
    -0.0,
    "",
    "0",
    (),
    ("",),
    ("", ""),
    ((), ""),
    ("ab", "c"),
    ("a", "bc"),
    frozenset(),
    {},
    {"a": 1, "b": 2},
    {"a": 2, "b": 1},
    {"a": {"b": 1}},
    dt.date(2009, 5, 11),
    dt.datetime(2009, 5, 11),
    "2009-05-11",
    np.zeros(2, dtype=np.int64),
    np.zeros(2, dtype=np.float64),
    np.zeros((2, 1), dtype=np.int64),
    np.zeros((1, 2), dtype=np.int64),
    np.arange(4).reshape(2, 2),
    np.arange(4).reshape(2, 2).T,
    scenario_work.count,
    scenario_work.obey,
    functools.partial(sorted, [1]),
    functools.partial(sorted, iterable=[1]),
    Place(place_id="a", name=""),
    Place(place_id="", name="a"),
)


def test_what_is_different_has_another_fingerprint() -> None:
    assert len({fingerprint(value) for value in DIFFERENT}) == len(DIFFERENT)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((1, 2), [1, 2]),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({"a": 1}, MappingProxyType({"a": 1})),
        ({1, 2}, frozenset([2, 1])),
        (3, np.int64(3)),
        (0.5, np.float64(0.5)),
        (np.arange(4), np.arange(8)[:4]),
        (functools.partial(sorted, [1]), functools.partial(sorted, [1])),
    ],
)
def test_what_is_the_same_has_one_fingerprint(one: object, other: object) -> None:
    assert fingerprint(one) == fingerprint(other)


_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(tuple), st.dictionaries(st.text(max_size=2), inner, max_size=3)
    ),
    max_leaves=6,
)


def _told_apart(value: object) -> object:
    """Return a value whose parts compare equal only to parts of the same type (True is not 1)."""
    if isinstance(value, tuple):
        return "tuple", tuple(map(_told_apart, value))
    if isinstance(value, Mapping):
        return "mapping", frozenset((key, _told_apart(item)) for key, item in value.items())
    return type(value).__name__, value


@given(_values, _values)
def test_fingerprints_are_equal_where_values_are(one: object, other: object) -> None:
    assert (fingerprint(one) == fingerprint(other)) == (_told_apart(one) == _told_apart(other))


@pytest.mark.parametrize("value", [object(), b"", iter(()), (1, [{"a": object()}])])
def test_what_has_no_content_has_no_fingerprint(value: object) -> None:
    with pytest.raises(TypeError, match="has no fingerprint"):
        fingerprint(value)


def test_a_fingerprint_is_the_same_in_every_process() -> None:
    code = (
        "import sys; from random import Random; from random_problems import tiny_problem;"
        "from scheduler.scenario.model import Task; from scheduler.scenario.runs.tasks import question;"
        "print(*(question(Task(scenario='x', week='', problem=tiny_problem(Random(n)))) for n in range(5)))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'tests'}{os.pathsep}{ROOT}", "PYTHONHASHSEED": "77"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert printed.split() == [question(task(tiny_problem(Random(n)))) for n in range(5)]


def test_a_question_is_what_is_asked_and_not_what_it_is_called() -> None:
    problem = small_week(1)
    asked = question(task(problem))
    place = dataclasses.replace(problem.places["p00"], name="other", address="elsewhere")
    further = [*problem.travel.place_ids, "further"]
    size = len(further)
    travel = TravelTimes(
        tuple(further), np.full((size, size), 99, dtype=np.int64), np.zeros((size, size), dtype=np.int64)
    )
    travel.seconds[:-1, :-1] = problem.travel.seconds
    travel.metres[:-1, :-1] = problem.travel.metres
    same = [
        task(problem, scenario="other", week="other"),
        task(problem.replace(places={**problem.places, "p00": place})),
        task(problem.replace(inputs_sha256="other", notes=("other",))),
        task(problem.replace(travel=travel)),
    ]
    assert {question(each) for each in same} == {asked}
    seconds = problem.travel.seconds.copy()
    seconds[1, 2] += 1
    first = problem.requests[0]
    other = [
        task(problem, time_limit_s=21.0),
        task(problem, watched="p00"),
        task(problem.replace(speed_kph=15.0)),
        task(problem.replace(weights={**problem.weights, "waiting_second": 6})),
        task(problem.replace(travel=dataclasses.replace(problem.travel, seconds=seconds))),
        task(problem.replace(requests=problem.requests[1:])),
        task(problem.replace(requests=(dataclasses.replace(first, priority=9), *problem.requests[1:]))),
        task(problem.replace(days=problem.days[1:])),
    ]
    assert len({asked, *(question(each) for each in other)}) == 1 + len(other)


# --- What is sent --------------------------------------------------------------------------------


def revealing(problem: Problem) -> Problem:
    """Return a week in which everything that a person wrote says "secret"."""
    day = dataclasses.replace(
        problem.days[0],
        engagements=(
            Engagement(
                engagement_id="e",
                title="secret",
                kind="course",
                start_s=36000,
                end_s=37800,
                place_id="base",
            ),
        ),
    )
    slot = ClosedSlot(slot=problem.requests[0].slots[0], reason=Text("closure", {"reason": "secret"}))
    request = dataclasses.replace(problem.requests[0], closed_slots=(slot,))
    return problem.replace(
        places={
            id_: Place(
                place_id=id_,
                name="secret",
                address="secret 1",
                postcode="secret",
                city="secret",
                district="secret",
                lat=55.123456,
                lon=12.123456,
            )
            for id_ in problem.places
        },
        consultants=tuple(
            dataclasses.replace(consultant, name="secret", note="secret")
            for consultant in problem.consultants
        ),
        requests=(request, *problem.requests[1:]),
        days=(day, *problem.days[1:]),
        closed_days=(ClosedDay(date=day.date, reason=Text("closure", {"reason": "secret"})),),
        notes=(Text("as_written", {"text": "secret"}),),
        inputs_sha256="secret",
    )


def test_no_address_no_coordinate_and_no_name_is_sent() -> None:
    problem = revealing(small_week(1))
    sent = pack(scenario_work.count, task(problem))
    packed_lat = np.float64(55.123456)
    assert b"secret" not in sent
    assert packed_lat.tobytes() not in sent
    assert packed_lat.byteswap().tobytes() not in sent
    arrived = portable(task(problem)).problem
    assert "secret" not in repr(arrived)
    assert {place.lat for place in arrived.places.values()} == {None}
    home_visits = [request.request_id for request in problem.requests if request.kind == "home_visit"]
    assert home_visits
    for id_ in home_visits:
        assert arrived.places[id_] == Place(place_id=id_, name=id_)


def test_only_the_places_of_the_week_are_sent() -> None:
    problem = small_week(1)
    kept = {id_: place for id_, place in problem.places.items() if id_ not in ("p00", "p07")}
    arrived = portable(task(problem.replace(places=kept))).problem
    assert arrived.travel.place_ids == tuple(sorted(id_ for id_ in problem.travel.place_ids if id_ in kept))
    row = problem.travel.index()
    for a, b in (("base", "p01"), ("p08", "p01"), ("h0", "base")):
        position = arrived.travel.index()
        assert arrived.travel.seconds[position[a], position[b]] == problem.travel.seconds[row[a], row[b]]
        assert arrived.travel.metres[position[a], position[b]] == problem.travel.metres[row[a], row[b]]


# --- What comes back -----------------------------------------------------------------------------


@dataclass
class Loose:
    """A row whose values are not quite of the types that it names."""

    scenario: str
    week: str
    share: float
    number: int


@dataclass
class Nested:
    """No row."""

    scenario: str
    week: str
    parts: list[str]


def test_values_become_what_their_types_say() -> None:
    row = attempt(lambda _task: Loose("s", "w", 1, np.int64(2)), task(small_week(1))).row  # type: ignore[arg-type]  # wrong on purpose
    assert row == {"scenario": "s", "week": "w", "share": 1.0, "number": 2}
    assert [type(value) for value in row.values()] == [str, str, float, int]


@pytest.mark.parametrize(
    "figures",
    [Loose("s", "w", 1.0, 2.5), Nested("s", "w", []), None, {"scenario": "s"}],  # type: ignore[arg-type]  # wrong on purpose
)
def test_figures_that_make_no_row_are_a_reason(figures: object) -> None:
    outcome = attempt(lambda _task: figures, task(small_week(1)))
    assert outcome.row is None
    assert outcome.reason.startswith(("TypeError", "AttributeError"))


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ("raise", "Frokost"),
        ("divide", r"ZeroDivisionError: division by zero \(.*scenario_work\.py.* \d+\)"),
        ("memory", r"\w.*"),
    ],
)
def test_errors_are_reasons_in_the_language_in_force(order: str, reason: str) -> None:
    outcome = perform(pack(scenario_work.obey, task(small_week(1), watched=order)), __version__, "da")
    assert outcome.row is None
    assert re.fullmatch(reason, outcome.reason)


def test_a_parcel_of_another_version_or_with_unknown_work_is_refused() -> None:
    parcel = pack(scenario_work.count, task(small_week(1)))
    with pytest.raises(ServiceError) as caught:
        perform(parcel, "9.9", "en")
    arrived = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own
    assert str(arrived) == f"A worker has hjul {__version__}, here it is 9.9."
    assert arrived.hint == caught.value.hint
    unknown = parcel.replace(b"scenario_work", b"scenario_wurk")
    assert "No module named 'scenario_wurk'" in perform(unknown, __version__, "en").reason


def test_columns_are_those_of_what_the_work_returns() -> None:
    columns = ("scenario", "week", "places", "kph", "watched", "pid")
    assert columns_of(scenario_work.count) == columns
    assert columns_of(functools.partial(functools.partial(scenario_work.obey))) == columns
    assert columns_of(lambda task: task) == COLUMNS
    assert columns_of(str) == COLUMNS
