"""Random weeks to plan: tiny ones for brute force, and middling ones that look like the service's.

`tiny_problem` leaves no corner of the rules out and is mostly unlike a real week; `small_week` is
like one. Both take a `random.Random`, or the one that hypothesis draws from (`tiny_problems`).
"""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from random import Random

import numpy as np
from brute_force import best_roster, chains
from hypothesis import strategies as st
from rosters import build_roster

from scheduler.model.clock import Week
from scheduler.model.config import DEFAULT_WEIGHTS, Defaults
from scheduler.model.problem import (
    Agreement,
    ConsultantDay,
    Engagement,
    Problem,
    PublishedVisit,
    Request,
    RoomSlot,
    TravelTimes,
)
from scheduler.model.project import BASE, Consultant, Pin, Place
from scheduler.week.happened import since
from scheduler.week.replanning import with_published

WEEK = Week(2009, 20)
HOUR_S = 3600


def tiny_problems() -> st.SearchStrategy[Problem]:
    """Return a hypothesis strategy of tiny problems."""
    return st.randoms(use_true_random=False).map(tiny_problem)


def tiny_problem(rng: Random) -> Problem:
    """Make a problem that brute force can solve in a moment.

    One to three consultants, one to three days, one to five requests. Engagements can be kept;
    pins can be kept one by one, but not always together.
    """
    defaults = Defaults(
        conversation_s=rng.choice([1200, 1500, 2000, 2700]),
        setup_s=rng.choice([0, 300, 420]),
        parking_s=rng.choice([0, 90, 120]),
        start_grid_s=rng.choice([300, 600, 900, 900, 1800]),
        desk_s=rng.choice([600, 1500, 2700]),
        lunch_from_s=rng.choice([10 * HOUR_S, 11 * HOUR_S]),
        lunch_to_s=rng.choice([12 * HOUR_S, 13 * HOUR_S + 1800]),
    )
    bases = [BASE, "second"] if rng.random() < 0.1 else [BASE]
    dates = sorted(rng.sample(WEEK.days[:5], rng.randint(1, 3)))
    consultants = tuple(_consultant(rng, number, bases) for number in range(rng.randint(1, 3)))
    practices = [f"p{number}" for number in range(rng.randint(1, 4))]
    homes = [f"h{number}" for number in range(rng.randint(0, min(2, 5 - len(practices))))]
    place_ids = (*bases, *practices, *homes, "course")
    requests = tuple(
        _request(rng, place_id, dates, consultants, bases, defaults=defaults)
        for place_id in (*practices, *homes)
    )
    problem = Problem(
        week=WEEK,
        consultants=consultants,
        days=(),
        requests=requests,
        places=_places(place_ids),
        travel=_travel(rng, place_ids),
        defaults=defaults,
        weights=_weights(rng),
        speed_kph=rng.choice([16.0, 14.5]),
    )
    days = tuple(
        _day(rng, problem, consultant.consultant_id, date)
        for date in dates
        for consultant in consultants
        if rng.random() < 0.9
    )
    pinned = tuple(_maybe_pin(rng, request, defaults, days) for request in requests)
    problem = problem.replace(days=days, requests=pinned)
    # Drawn last, and apart: the weeks of old seeds are the same but for that.
    problem = _with_gaps(_with_houses(problem, Random(rng.random())), Random(rng.random()))
    return _with_tasks(problem, Random(rng.random()))


def begun_problem(rng: Random) -> Problem | None:
    """Make a tiny problem that is in the middle of its best roster, which is published; None where that is empty."""
    problem = tiny_problem(rng)
    requests = tuple(dataclasses.replace(r, pin=None, published=None) for r in problem.requests)
    problem = problem.replace(requests=requests)
    best = best_roster(problem)
    if best is None or not best.plans:
        return None
    roster = build_roster(problem, best.plans)
    round_ = rng.choice(roster.rounds)
    stop = rng.choice(round_.stops)
    moment = rng.choice([stop.arrival, stop.start, stop.end, round_.leaves_base, round_.returns_base])
    moment += dt.timedelta(minutes=rng.choice([-10, -1, 0, 1, 10]))
    return with_published(since(problem, roster, moment), roster)


def without_pins(problem: Problem) -> Problem:
    """Pins of random weeks cannot always be kept together."""
    return problem.replace(requests=tuple(dataclasses.replace(r, pin=None) for r in problem.requests))


def _with_houses(problem: Problem, rng: Random) -> Problem:
    """Now and then put some places into one house, the base's among them."""
    if rng.random() < 0.6:
        return problem
    travel = problem.travel
    ids = travel.place_ids
    pairs = {(rng.choice(ids), rng.choice(ids)) for _ in range(rng.choice([1, 1, 2, 3]))}
    both = {(a, b) for one, other in pairs if one != other for a, b in ((one, other), (other, one))}
    seconds, rows = travel.seconds.copy(), travel.index()
    for one, other in both:
        seconds[rows[one], rows[other]] = 0
    housed = TravelTimes(ids, seconds, seconds * 4, frozenset(both))
    changed = problem.replace(travel=housed)
    return changed if _can_be_kept(changed, changed.days) else problem


def _with_gaps(problem: Problem, rng: Random) -> Problem:
    """Now and then split a shift on a day without pins."""
    if rng.random() < 0.5:
        return problem
    pinned = {request.pin.date for request in problem.requests if request.pin}
    days = []
    for day in problem.days:
        split = day
        for _ in range(rng.choice([0, 0, 1, 2])):
            start_s = day.start_s + rng.randint(1, 80) * 300
            gap = (start_s, start_s + rng.choice([300, 1200, 2400, 5400, 9000]))
            free = all(gap[1] < before[0] or before[1] < gap[0] for before in split.gaps)
            if day.date not in pinned and free and gap[1] < day.end_s:
                longer = dataclasses.replace(split, gaps=tuple(sorted((*split.gaps, gap))))
                split = longer if _can_be_kept(problem, [longer]) else split
        days.append(split)
    return problem.replace(days=tuple(days))


def _with_tasks(problem: Problem, rng: Random) -> Problem:
    """Now and then make tasks of requests without a pin: anywhere, in the same hours, with weeks to spare."""
    if rng.random() < 0.6:
        return problem
    requests = [
        dataclasses.replace(
            request,
            request_id=f"t{number}",
            kind="task",
            place_id=rng.choice(problem.travel.place_ids),
            title=f"Task {number}",
            conversations=0,
            max_conversations=0,
            duration_s=rng.choice([600, 1500, 2700]),
            weeks_left=rng.choice([1, 1, 2, 3, 7]),
            agreement=None,
        )
        if not request.pin and rng.random() < 0.5
        else request
        for number, request in enumerate(problem.requests)
    ]
    return problem.replace(requests=tuple(requests))


def _can_be_kept(problem: Problem, days: Sequence[ConsultantDay]) -> bool:
    """Tell whether the engagements of days can be kept."""
    return all(next(chains(problem, day, ()), None) for day in days)


def _consultant(rng: Random, number: int, bases: Sequence[str]) -> Consultant:
    return Consultant(
        consultant_id=f"c{number}",
        name=f"Consultant {number}",
        base_id=bases[number % len(bases)],
        speed_kph=rng.choice([None, None, 12.0, 16.0, 17.3]),
        max_conversations_per_day=rng.choice([None, None, 2, 3, 4]),
    )


def _places(place_ids: Sequence[str]) -> Mapping[str, Place]:
    return {
        place_id: Place(
            place_id=place_id,
            name=f"Name of {place_id}",
            address=f"Vej {row}",
            postcode="2500",
            city="Valby",
            district="Valby",
            lat=55.6 + row / 1000,
            lon=12.5 + row / 1000,
        )
        for row, place_id in enumerate(place_ids)
    }


def _travel(rng: Random, place_ids: Sequence[str]) -> TravelTimes:
    """Make ride times that are not symmetric and, half the time, break the triangle inequality."""
    n = len(place_ids)
    if rng.random() < 0.5:
        longest_s = rng.choice([400, 800, 1500])
        seconds = np.array([[rng.randint(20, longest_s) for _ in range(n)] for _ in range(n)], dtype=np.int64)
    else:
        points = [(rng.randint(0, 900), rng.randint(0, 900)) for _ in range(n)]
        seconds = np.array(
            [[abs(a - c) + abs(b - d) + (a < c) * 37 for c, d in points] for a, b in points], dtype=np.int64
        )
    np.fill_diagonal(seconds, 0)
    return TravelTimes(tuple(place_ids), seconds, seconds * 4)


def _weights(rng: Random) -> Mapping[str, int]:
    if rng.random() < 0.4:
        return dict(DEFAULT_WEIGHTS)
    choices = {
        "unserved_conversation": [0, 7_000, 36_001],
        "missed_visit": [0, 50_003, 72_000],
        "continuity": [0, 1, 6_000],
        "moved_from_agreement": [0, 333, 9_000],
        "change": [0, 777, 9_000],
        "cycling_second": [0, 1, 10],
        "waiting_second": [0, 1, 5, 13],
        "imbalance_minute": [0, 7, 60, 601],
    }
    return {name: rng.choice(values) for name, values in choices.items()}


def _request(
    rng: Random,
    request_id: str,
    dates: Sequence[dt.date],
    consultants: Sequence[Consultant],
    bases: Sequence[str],
    *,
    defaults: Defaults,
) -> Request:
    """Make a request with up to two short room slots, not all on days on which somebody works."""
    home = request_id.startswith("h")
    conversations = 0 if home else rng.randint(1, 3)
    most = 0 if home else rng.randint(1, conversations)
    duration_s = rng.choice([1500, 2400, 3660]) if home else 0
    needed_s = duration_s or defaults.setup_s + most * defaults.conversation_s
    slots = []
    for _ in range(1 if home else rng.choice([0, 1, 2, 2, 2, 3, 3])):
        start_s = rng.randint(96, 160) * 300
        slack_s = min(rng.choice([-600, 0, 300, 900, 1800, 3600, 5400]), 7 * defaults.start_grid_s)
        slots.append(
            RoomSlot(
                date=rng.choice(dates),
                start_s=start_s,
                end_s=start_s + max(needed_s + slack_s, 600),
                room="2",
            )
        )
    consultant_ids = [consultant.consultant_id for consultant in consultants]
    return Request(
        request_id=request_id,
        place_id=request_id,
        kind="home_visit" if home else "visit",
        conversations=conversations,
        max_conversations=most,
        duration_s=duration_s,
        priority=rng.choice([0, 1, 1, 1, 2, 2, 3]),
        consultant_id=rng.choice([None, *consultant_ids]),
        base_id=None if home and rng.random() < 0.5 else rng.choice(bases),
        slots=tuple(sorted(set(slots), key=lambda slot: (slot.date, slot.start_s, slot.end_s))),
        agreement=None
        if home or rng.random() < 0.5
        else Agreement(date=rng.choice(dates), start_s=rng.randint(96, 160) * 300),
        published=PublishedVisit(
            date=rng.choice(dates),
            start_s=rng.randint(96, 160) * 300,
            consultant_id=rng.choice(consultant_ids),
        )
        if rng.random() < 0.2
        else None,
    )


def _day(rng: Random, problem: Problem, consultant_id: str, date: dt.date) -> ConsultantDay:
    """Make a shift with up to three engagements; those that cannot all be kept are left out."""
    day = ConsultantDay(
        consultant_id=consultant_id,
        date=date,
        start_s=rng.choice([8, 8, 9, 11]) * HOUR_S + rng.choice([0, 0, 420]),
        end_s=rng.choice([12, 15, 16, 16]) * HOUR_S,
        lunch_s=rng.choice([0, 1200, 1800, 2700]),
    )
    busy = []
    for number in range(rng.choice([0, 0, 1, 1, 2, 3])):
        start_s = rng.randint(48, 88) * 600
        busy.append(
            Engagement(
                engagement_id=f"e{number}",
                title=f"Meeting {number}",
                kind="meeting",
                start_s=start_s,
                end_s=start_s + rng.choice([900, 1800, 3600, 7200]),
                place_id=rng.choice(problem.travel.place_ids),
            )
        )
    engaged = dataclasses.replace(day, engagements=tuple(sorted(busy, key=lambda e: e.start_s)))
    return engaged if next(chains(problem, engaged, ()), None) else day


def _maybe_pin(rng: Random, request: Request, defaults: Defaults, days: Sequence[ConsultantDay]) -> Request:
    """Now and then pin a visit to an hour in one of its room slots when somebody works."""
    working = [(day, slot) for day in days for slot in request.slots if day.date == slot.date]
    if not working or rng.random() < 0.85:
        return request
    day, slot = rng.choice(working)
    start_s = -(-slot.start_s // defaults.start_grid_s) * defaults.start_grid_s
    n = 0 if request.kind == "home_visit" else 1
    end_s = start_s + (request.duration_s or defaults.setup_s + n * defaults.conversation_s)
    if not (day.start_s <= start_s and end_s <= min(slot.end_s, day.end_s)):
        return request
    return dataclasses.replace(
        request,
        pin=Pin(
            id=request.request_id,
            date=day.date,
            start_s=start_s,
            consultant_id=request.consultant_id
            if request.kind == "home_visit"
            else rng.choice([None, day.consultant_id]),
            conversations=rng.choice([None, n]) if n else None,
        ),
    )


def small_week(seed: int, practices: int = 10, consultants: int = 2) -> Problem:
    """Make a week like the service's own, of any size.

    Practices lie within some kilometres of the base and lend rooms on some mornings and
    afternoons; most have an agreement. Consultants work five days of seven and a half hours, with
    phone hours and a team meeting at base.
    """
    rng = Random(seed)
    practice_ids = [f"p{number:02d}" for number in range(practices)]
    home_ids = [f"h{number}" for number in range(consultants)]
    place_ids = (BASE, *practice_ids, *home_ids)
    people = tuple(
        Consultant(consultant_id=f"c{number}", name=f"Consultant {number}") for number in range(consultants)
    )
    return Problem(
        week=WEEK,
        consultants=people,
        days=tuple(
            _office_day(person.consultant_id, date, number)
            for date in WEEK.days[:5]
            for number, person in enumerate(people)
        ),
        requests=(
            *(_practice_request(rng, practice_id, people) for practice_id in practice_ids),
            *(_home_request(rng, home_id, people) for home_id in home_ids),
        ),
        places=_places(place_ids),
        travel=_metric_travel(rng, place_ids),
        defaults=Defaults(),
        weights=dict(DEFAULT_WEIGHTS),
        speed_kph=16.0,
    )


def _office_day(consultant_id: str, date: dt.date, number: int) -> ConsultantDay:
    engagements = []
    if date.weekday() == number % 5:
        engagements.append(("phone", "Phone hours", 9 * HOUR_S, 10 * HOUR_S))
    if date.weekday() == 4:
        engagements.append(("team", "Team meeting", 13 * HOUR_S, 14 * HOUR_S))
    return ConsultantDay(
        consultant_id=consultant_id,
        date=date,
        start_s=8 * HOUR_S,
        end_s=15 * HOUR_S + 1800,
        engagements=tuple(
            Engagement(
                engagement_id=key, title=title, kind="meeting", start_s=start_s, end_s=end_s, place_id=BASE
            )
            for key, title, start_s, end_s in engagements
        ),
    )


def _practice_request(rng: Random, practice_id: str, people: Sequence[Consultant]) -> Request:
    conversations = rng.choice([1, 1, 1, 2, 2, 3])
    slots = []
    for weekday in sorted(rng.sample(range(5), rng.randint(1, 3))):
        start_s = rng.choice([16, 17, 18, 19, 20, 26, 27]) * 1800
        length_s = rng.choice([5, 6, 7, 8]) * 1800
        slots.append(RoomSlot(date=WEEK.days[weekday], start_s=start_s, end_s=start_s + length_s))
    usual = rng.choice(slots)
    own = rng.choice([None, None, *(person.consultant_id for person in people)])
    return Request(
        request_id=practice_id,
        place_id=practice_id,
        kind="visit",
        conversations=conversations,
        max_conversations=conversations,
        priority=rng.choice([1, 1, 1, 2]),
        consultant_id=own,
        slots=tuple(slots),
        agreement=Agreement(date=usual.date, start_s=usual.start_s + 1800) if rng.random() < 0.7 else None,
    )


def _home_request(rng: Random, visit_id: str, people: Sequence[Consultant]) -> Request:
    start_s = rng.choice([9, 10, 12, 13]) * HOUR_S
    slot = RoomSlot(date=rng.choice(WEEK.days[:5]), start_s=start_s, end_s=start_s + 2 * HOUR_S)
    return Request(
        request_id=visit_id,
        place_id=visit_id,
        kind="home_visit",
        conversations=0,
        max_conversations=0,
        duration_s=3600,
        consultant_id=rng.choice([None, *(person.consultant_id for person in people)]),
        slots=(slot,),
    )


def _metric_travel(rng: Random, place_ids: Sequence[str]) -> TravelTimes:
    """Make rides along a street grid of some 5 × 4 km at 16 km/h, slower one way than the other.

    Base lies at a corner. Climbing a gradient costs the same on every way up, so the triangle
    inequality holds.
    """
    n = len(place_ids)
    east_m = np.array([0, *(rng.randint(0, 5000) for _ in range(n - 1))])
    north_m = np.array([0, *(rng.randint(0, 4000) for _ in range(n - 1))])
    to_east_m = east_m[None, :] - east_m[:, None]
    metres = abs(to_east_m) + abs(north_m[None, :] - north_m[:, None])
    seconds = np.ceil((metres + 0.05 * np.maximum(to_east_m, 0)) / (16 / 3.6))
    return TravelTimes(tuple(place_ids), seconds.astype(np.int64), metres.astype(np.int64))
