"""The check of a roster's bound, against brute force and against the engine."""

import dataclasses
import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from random import Random
from typing import Any

import pytest
from brute_force import Best, best_roster
from proofs import best_prices, even_prices, random_prices
from random_problems import begun_problem, small_week, tiny_problem
from rosters import build_roster, clock_s

from benchmarks.weeks import other_week, random_week
from scheduler.checks.bound import BoundCheck, branching, cheapest, check_bound, timetable, trails
from scheduler.checks.bound.pricing import UNIT
from scheduler.checks.bound.proof import Part, Proof
from scheduler.model.problem import Agreement, Problem, PublishedVisit, Request, RoomSlot
from scheduler.model.project import Pin
from scheduler.model.roster import Prices, Roster
from scheduler.model.text import Text
from scheduler.model.texts import word
from scheduler.solver.engine import solve

#: Points above those of every week here.
UNMET = 100_000_000

#: `check_bound` as long as it takes; the machine may be busy with other tests.
verify = partial(check_bound, time_limit_s=600.0)


def solvable(seeds: range) -> Iterator[tuple[Problem, Best]]:
    """Yield tiny problems with the best roster of each, where the pins leave one."""
    for seed in seeds:
        problem = tiny_problem(Random(seed))
        best = best_roster(problem)
        if best and problem.days:
            yield problem, best


def claim(problem: Problem, prices: Prices | None, bound: int, score: int) -> BoundCheck:
    """Check what a roster of this score claims."""
    roster = build_roster(problem, [], bound=0)
    return verify(problem, roster.replace(prices=prices, bound=bound, score=score))


def proven(problem: Problem) -> Roster:
    roster = solve(problem, explain=False).roster
    assert roster.status == "optimal"
    return roster.replace(prices=roster.prices or best_prices(problem))


@pytest.fixture(scope="module")
def week() -> Problem:
    return small_week(2, 8, 2)


@pytest.fixture(scope="module")
def roster(week: Problem) -> Roster:
    return proven(week)


def priced(roster: Roster, **changes: Any) -> Roster:
    assert roster.prices
    return roster.replace(prices=dataclasses.replace(roster.prices, **changes))


# --- against brute force ----------------------------------------------------------------------------


def test_what_is_true_is_verified_and_what_is_not_is_refused_whatever_the_prices() -> None:
    checked = 0
    for problem, (best, plans) in solvable(range(40)):
        rng = Random(checked)
        for prices in (best_prices(problem), random_prices(problem, rng)):
            true = verify(problem, build_roster(problem, plans).replace(prices=prices))
            assert true == BoundCheck(verified=True, bound=best, detail=true.detail)
            lower = claim(problem, prices, max(0, best - rng.randint(1, 9_000)), best)
            higher = claim(problem, prices, best + 1, best + 1)
            assert (lower.verified, higher.verified) == (True, False)
            assert max(lower.bound or 0, higher.bound or 0) <= best
            checked += 1
    assert checked > 60


def test_what_is_left_of_a_week_is_verified_with_as_many_changes_as_are_allowed() -> None:
    """Brute force knows the best of the rest; what has happened counts, too."""
    checked = 0
    for seed in range(12):
        problem = begun_problem(Random(seed))
        if problem is None:
            continue
        for most in (None, 0, 1):
            week = problem.replace(max_changes=most)
            best = best_roster(week)
            if best is None:
                continue
            for prices in (even_prices(week), best_prices(week)):
                assert claim(week, prices, best.score, best.score).verified is True
                assert claim(week, prices, best.score + 1, best.score + 1).verified is False
            checked += 1
    assert checked > 15


def test_what_one_base_changes_another_may_not() -> None:
    """Both visits are better at 11:00, as agreed, than at 9:30, as published; one of them may move."""
    whole = small_week(0, 2, 2)
    monday = whole.week.monday
    bases = {"c0": "base", "c1": "h1"}
    told = {"p00": "c0", "p01": "c1"}
    requests = tuple(
        Request(
            request_id=id_,
            place_id=id_,
            kind="visit",
            conversations=1,
            max_conversations=1,
            base_id=bases[who],
            slots=tuple(
                RoomSlot(date=monday, start_s=clock_s(start), end_s=clock_s(end))
                for start, end in (("9:30", "10:20"), ("11:00", "11:50"))
            ),
            agreement=Agreement(date=monday, start_s=clock_s("11:00")),
            published=PublishedVisit(
                date=monday, start_s=clock_s("9:30"), consultant_id=who, conversations=1
            ),
        )
        for id_, who in told.items()
    )
    week = whole.replace(
        consultants=tuple(dataclasses.replace(c, base_id=bases[c.consultant_id]) for c in whole.consultants),
        days=tuple(dataclasses.replace(d, engagements=()) for d in whole.days if d.date == monday),
        requests=requests,
        weights={**whole.weights, "change": 1_000},
    )
    scores = []
    for most in (0, 1, 2, None):
        limited = week.replace(max_changes=most)
        best = best_roster(limited)
        assert best
        for prices in (even_prices(limited), best_prices(limited)):
            assert claim(limited, prices, best.score, best.score).verified is True
            assert claim(limited, prices, best.score + 1, best.score + 1).verified is False
        scores.append(best.score)
    assert scores[0] > scores[1] > scores[2] == scores[3]


def test_prices_that_say_nothing_prove_with_more_work() -> None:
    for problem, best in solvable(range(15)):
        assert claim(problem, even_prices(problem), best.score, best.score).verified is True
        assert claim(problem, even_prices(problem), best.score + 500, best.score + 900).verified is False


def test_a_proof_is_of_one_problem_only() -> None:
    refused = 0
    for problem, best in solvable(range(20)):
        kinder = problem.replace(weights={**problem.weights, "missed_visit": 0, "unserved_conversation": 0})
        kinder_best = best_roster(kinder)
        assert kinder_best
        answer = claim(kinder, best_prices(problem), best.score, best.score)
        assert answer.verified is (kinder_best.score >= best.score)
        refused += answer.verified is False
    assert refused > 7


# --- with few trails kept, by prices alone ---------------------------------------------------------------


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Keep so few trails wherever the cheapest round is looked for."""

    def keep(width: int) -> None:
        monkeypatch.setattr(cheapest, "_WIDTHS", (width,))
        monkeypatch.setattr(cheapest, "_WIDEST", width)
        monkeypatch.setattr(trails, "_SPARE", 0)

    return keep


@pytest.mark.parametrize("width", [1, 2, 5])
def test_no_prices_prove_more_than_is_true_however_few_trails_are_kept(
    narrow: Callable[[int], None], width: int
) -> None:
    narrow(width)
    proven = checked = 0
    for problem, best in solvable(range(30)):
        for prices in (best_prices(problem), random_prices(problem, Random(checked)), even_prices(problem)):
            answer = claim(problem, prices, 0, best.score)
            assert answer.verified is True
            assert 0 <= (answer.bound or 0) <= best.score
            proven += answer.bound == best.score
            checked += 1
            # What the prices do not prove, rounds do.
            true = claim(problem, prices, best.score, best.score)
            assert (true.verified, true.bound) == (True, best.score)
            assert claim(problem, prices, best.score + 1, best.score + 1).verified is False
    assert proven > 10


@pytest.mark.parametrize("problem", [random_week(1, 20, 2), random_week(1, 30, 3), other_week(1, 20, 2)])
def test_a_single_trail_proves_nearly_as_much(narrow: Callable[[int], None], problem: Problem) -> None:
    prices = best_prices(problem)
    whole = claim(problem, prices, 0, UNMET).bound
    narrow(1)
    few = claim(problem, prices, 0, UNMET).bound
    assert whole
    assert few
    assert 0.75 * whole <= few <= whole


def test_days_are_looked_at_longer_before_rounds_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = random_week(1, 20, 2)
    prices = best_prices(problem)
    whole = claim(problem, prices, 0, UNMET).bound
    assert whole
    monkeypatch.setattr(cheapest, "_WIDTHS", (1,))
    monkeypatch.setattr(trails, "_SPARE", 0)
    monkeypatch.setattr(Proof, "_prove", None)
    few = claim(problem, prices, 0, UNMET).bound
    assert few
    assert few < whole
    assert claim(problem, prices, whole, UNMET) == BoundCheck(
        verified=True, bound=whole, detail=Text("proof_holds", {"bound": whole})
    )


def test_a_day_whose_cheapest_round_is_not_known_is_decided_by_its_rounds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Even where no round is near what little is known."""
    true = cheapest.CheapestRounds.least

    def hoping(day: cheapest.CheapestRounds, *, thorough: bool = False) -> cheapest.Least:
        return cheapest.Least(true(day, thorough=thorough).units - 50_000 * UNIT, reached=False)

    monkeypatch.setattr(cheapest.CheapestRounds, "least", hoping)
    for problem, best in solvable(range(20)):
        prices = best_prices(problem)
        assert claim(problem, prices, best.score, best.score).verified is True
        assert claim(problem, prices, best.score + 1, best.score + 1).verified is False


def test_what_is_found_out_about_a_day_counts_for_its_part() -> None:
    part = Part((3, 4), (0,), [cheapest.Least(-9, reached=False), cheapest.Least(-5, reached=True)], -20, -18)
    part.sharpen(0, cheapest.Least(-7, reached=True))
    assert part.least == [cheapest.Least(-7, reached=True), cheapest.Least(-5, reached=True)]
    assert (part.priced, part.units) == (-18, -16)


# --- against the engine ------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("make", [random_week, small_week])
def test_what_the_engine_proves_is_verified(make: Callable[[int, int, int], Problem], seed: int) -> None:
    problem = make(seed, 10, 2)
    roster = proven(problem)
    assert verify(problem, roster).verified is True
    raised = roster.replace(bound=roster.bound + 1, score=roster.score + 1)
    assert verify(problem, raised).verified is False


def test_bases_are_proven_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is open of one base is not multiplied by what is open of another."""
    problem = random_week(5, 20, 4, bases=2)
    roster = proven(problem)
    days: list[int] = []

    class Watched(branching.Branching):
        def least(self) -> Fraction | None:
            days.append(len(self._choice.consultants))
            return super().least()

    monkeypatch.setattr("scheduler.checks.bound.proof.Branching", Watched)
    assert verify(problem, roster).verified is True
    raised = roster.replace(bound=roster.bound + 1, score=roster.score + 1)
    assert verify(problem, raised).verified is False
    assert set(days) == {10}


def test_parts_whose_points_add_up_to_a_whole_number() -> None:
    """The bound is just what the parts add up to; nothing is left by which to tell them apart."""
    for problem, best in solvable(range(969, 970)):
        assert claim(problem, even_prices(problem), best.score, best.score).verified is True
        assert claim(problem, even_prices(problem), best.score + 1, best.score + 1).verified is False


# --- what is no proof --------------------------------------------------------------------------------


def test_without_prices_there_is_no_proof(week: Problem, roster: Roster) -> None:
    answer = verify(week, roster.replace(prices=None))
    assert (answer.verified, answer.bound) == (None, None)
    assert word(answer.detail) == "The roster carries no proof of its bound."


def test_a_bound_above_the_score_needs_no_search(week: Problem, roster: Roster) -> None:
    answer = check_bound(week, roster.replace(bound=roster.score + 1), time_limit_s=0.0)
    assert answer.verified is False
    assert str(f"{roster.score:,}") in word(answer.detail)


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"requests": {"p00": -1.0}}, "price"),
        ({"requests": {"p00": math.nan}}, "price"),
        ({"requests": {"p00": math.inf}}, "price"),
        ({"requests": {"p99": 1.0}}, "another week"),
        ({"high": {"c0": 0.5}}, "not 1 in all"),
        ({"low": {"c0": 0.7, "c1": 0.7}}, "not 1 in all"),
        ({"low": {"c0": 2.0, "c1": -1.0}}, "below 0"),
        ({"high": {"c0": math.nan, "c1": 1.0}}, "below 0, or no number"),
        ({"high": {}}, "not 1 in all"),
    ],
)
def test_prices_of_another_form_prove_nothing(
    week: Problem, roster: Roster, changes: dict[str, object], detail: str
) -> None:
    answer = verify(week, priced(roster, **changes))
    assert (answer.verified, answer.bound) == (False, None)
    assert detail in word(answer.detail)


def test_shares_need_not_be_exact_nor_name_everybody(week: Problem, roster: Roster) -> None:
    assert roster.prices
    high = {key: share * (1 + 1e-9) for key, share in roster.prices.high.items()}
    assert verify(week, priced(roster, high={**high, "nobody": 3.0})).verified is True


def test_time_that_is_too_short_is_said(week: Problem, roster: Roster) -> None:
    answer = check_bound(week, roster, time_limit_s=0.0)
    assert (answer.verified, answer.bound) == (None, 0)
    assert "more than 0.0 s" in word(answer.detail)


def test_what_is_true_of_every_week_takes_no_time(week: Problem, roster: Roster) -> None:
    answer = check_bound(week, roster.replace(bound=0), time_limit_s=0.0)
    assert (answer.verified, answer.bound) == (True, 0)


def test_time_counts_also_where_no_day_takes_any(
    week: Problem, roster: Roster, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = cheapest.Least(0, reached=True)
    monkeypatch.setattr(cheapest.CheapestRounds, "least", lambda _day: known)
    assert roster.prices
    assert Proof(week, roster.prices, math.inf).score_below(0) is None
    with pytest.raises(timetable.UnfinishedError):
        Proof(week, roster.prices, 0.0).score_below(0)


def test_days_whose_cheapest_round_is_known_are_not_looked_at_again(
    week: Problem, roster: Roster, monkeypatch: pytest.MonkeyPatch
) -> None:
    least = cheapest.CheapestRounds.least

    def quick(day: cheapest.CheapestRounds) -> cheapest.Least:
        return least(day, thorough=False)

    monkeypatch.setattr(cheapest.CheapestRounds, "least", quick)
    assert roster.prices
    poorer = priced(roster, requests={key: 0.99 * price for key, price in roster.prices.requests.items()})
    assert verify(week, poorer).verified is True


def test_days_kept_for_a_second_look_or_not_prove_the_same(
    week: Problem, roster: Roster, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert roster.prices
    poorer = priced(roster, requests={key: 0.99 * price for key, price in roster.prices.requests.items()})
    made: list[int] = []
    table = timetable.timetable

    def counting(problem: Problem, *rest: Any) -> timetable.Timetable:
        made.append(len(problem.days))
        return table(problem, *rest)

    monkeypatch.setattr("scheduler.checks.bound.proof.timetable", counting)
    expected = verify(week, poorer)
    assert len(made) == len(week.days)
    made.clear()
    monkeypatch.setattr("scheduler.checks.bound.proof._MOST_KEPT", 0)
    assert verify(week, poorer) == expected
    assert len(made) > len(week.days)


def test_prices_alone_are_told_from_the_whole_proof(
    week: Problem, roster: Roster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where time is up at the second step, what the first one has proven is known."""

    def late(_self: object) -> None:
        raise timetable.UnfinishedError

    monkeypatch.setattr(branching.Branching, "least", late)
    answer = verify(week, priced(roster, requests={}))
    assert answer.verified is None
    assert answer.bound in range(roster.bound)


@pytest.mark.parametrize(("module", "most"), [("cheapest._MOST_TRAILS", 3), ("proof._MOST_CELLS", 3)])
def test_too_many_rounds_to_choose_from_leave_what_prices_prove(
    week: Problem, roster: Roster, monkeypatch: pytest.MonkeyPatch, module: str, most: int
) -> None:
    assert roster.prices
    poorer = priced(roster, requests={key: 0.99 * price for key, price in roster.prices.requests.items()})
    alone = verify(week, poorer.replace(bound=0)).bound
    monkeypatch.setattr(f"scheduler.checks.bound.{module}", most)
    answer = verify(week, poorer)
    assert (answer.verified, answer.bound) == (None, alone)
    assert alone
    assert f"no roster scores less than {alone:,}." in word(answer.detail)


@pytest.mark.parametrize("price", [1e12, 1e300])
def test_points_too_large_to_reckon_with_are_not_verified(
    week: Problem, roster: Roster, price: float
) -> None:
    assert verify(week, priced(roster, requests={"p00": price})).verified is None
    heavy = week.replace(weights={**week.weights, "cycling_second": 100_000_000})
    assert verify(heavy, roster).verified is None


def test_the_largest_priority_is_not_too_large(week: Problem) -> None:
    urgent = week.replace(requests=tuple(dataclasses.replace(r, priority=1000) for r in week.requests))
    assert verify(urgent, proven(urgent)).verified is True


def test_a_roster_better_than_any_is_not_believed(week: Problem, roster: Roster) -> None:
    """Another week's roster, or a fault of this check."""
    answer = verify(week, roster.replace(score=roster.score - 50_000, bound=0))
    assert answer.verified is False
    assert "as little as this one" in word(answer.detail)


def test_a_week_without_days(week: Problem) -> None:
    empty = week.replace(days=())
    best = solve(empty).roster.score
    nothing = Prices(requests={}, high={}, low={})
    assert claim(empty, nothing, best, best) == BoundCheck(
        verified=True, bound=best, detail=Text("proof_holds", {"bound": best})
    )
    assert claim(empty, nothing, best + 1, best + 1).verified is False


def test_a_bound_for_rosters_that_keep_the_pins(week: Problem, roster: Roster) -> None:
    """Pins make the week dearer; prices of pinned requests may be negative: the visit must be made."""
    slots = [(request, request.slots[-1]) for request in week.requests if request.kind == "visit"]
    pins = {
        request.request_id: Pin(id=request.request_id, date=slot.date, start_s=slot.start_s)
        for request, slot in slots[:2]
    }
    pinned = week.replace(
        requests=tuple(dataclasses.replace(r, pin=pins.get(r.request_id)) for r in week.requests)
    )
    best = proven(pinned)
    assert best.score > roster.score
    assert verify(pinned, best).verified is True
    assert best.prices
    cheaper = {key: price - 100_000 * (key in pins) for key, price in best.prices.requests.items()}
    assert verify(pinned, priced(best, requests=cheaper)).verified is True
    assert verify(week, priced(best, requests=cheaper)).verified is False
    assert verify(week, best).verified is False
