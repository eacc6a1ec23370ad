"""Random weeks of any size that look like the service's, with every rule and term in force."""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np

from scheduler.model.clock import Week
from scheduler.model.config import DEFAULT_WEIGHTS, Defaults
from scheduler.model.problem import (
    Agreement,
    ConsultantDay,
    Engagement,
    Problem,
    Request,
    RoomSlot,
    TravelTimes,
)
from scheduler.model.project import BASE, Consultant, Place

WEEK = Week(2009, 20)
_HOUR_S = 3600
#: Practices a square kilometre around a base, as in Vesterbro, Kgs. Enghave and Valby.
_DENSITY_PER_KM2 = 1.6
_METRES_PER_SECOND = 4.2
_DETOUR = 1.3


def random_week(seed: int, practices: int, consultants: int, bases: int = 1) -> Problem:
    """Make a week of a service with so many practices and consultants, shared evenly by its bases.

    About 65 % of the practices are due. Rooms are free on one to three half days; four in five
    practices have an agreement, and half have their own consultant. Consultants differ in their
    shifts, their speed, and in how many conversations a day they hold. There is a
    home visit for every other consultant. Nothing is pinned, and nothing has been published.
    """
    rng = Random(f"{seed}/{practices}/{consultants}/{bases}")
    team = _Team.of(rng, practices, consultants, bases, home_visits=consultants // 2)
    days = [_day(rng, person, date) for date in WEEK.days[:5] for person in team.people]
    requests = [
        _practice(rng, id_, team.base_of[id_], team.colleagues(id_))
        for id_ in team.practice_ids
        if rng.random() < 0.65
    ]
    requests += [_home_visit(rng, id_, team.colleagues(id_)) for id_ in team.home_ids]
    return team.problem(rng, days, requests)


def other_week(seed: int, practices: int, consultants: int, bases: int = 1) -> Problem:
    """Make a week of another kind, in which much more is possible: nearly every room is open for long.

    All practices are due, for up to four conversations. Rooms are free for 1.5 to 3.5 hours on one to
    three half days; one practice in seven has an agreement, and three in ten have their own consultant.
    Everybody works from 8 to 16, and one consultant in five has an engagement a week. There is a home
    visit for every fifth consultant. Consultants differ, and places are scattered, as in
    `random_week`. Nothing is pinned, and nothing has been published.
    """
    rng = Random(f"other/{seed}/{practices}/{consultants}/{bases}")
    team = _Team.of(rng, practices, consultants, bases, home_visits=consultants // 5)
    days = [_long_day(person, date) for date in WEEK.days[:5] for person in team.people]
    requests = [
        _open_practice(rng, id_, team.base_of[id_], team.colleagues(id_)) for id_ in team.practice_ids
    ]
    requests += [_home_visit(rng, id_, team.colleagues(id_)) for id_ in team.home_ids]
    return team.problem(rng, days, requests)


@dataclass(frozen=True, slots=True)
class _Team:
    """Who works at which base, and which practices and homes belong to it."""

    people: tuple[Consultant, ...]
    base_ids: tuple[str, ...]
    practice_ids: tuple[str, ...]
    home_ids: tuple[str, ...]
    base_of: Mapping[str, str]

    @classmethod
    def of(cls, rng: Random, practices: int, consultants: int, bases: int, *, home_visits: int) -> "_Team":
        base_ids = (BASE,) if bases == 1 else tuple(f"base{number}" for number in range(bases))
        practice_ids = tuple(f"p{n:03d}" for n in range(practices))
        home_ids = tuple(f"h{n}" for n in range(home_visits))
        return cls(
            people=tuple(_consultant(rng, number, base_ids[number % bases]) for number in range(consultants)),
            base_ids=base_ids,
            practice_ids=practice_ids,
            home_ids=home_ids,
            base_of={id_: base_ids[n % bases] for n, id_ in enumerate((*practice_ids, *home_ids))},
        )

    def colleagues(self, place_id: str) -> list[Consultant]:
        """Return the consultants of the base of a practice or home."""
        return [person for person in self.people if person.base_id == self.base_of[place_id]]

    def problem(self, rng: Random, days: Sequence[ConsultantDay], requests: Sequence[Request]) -> Problem:
        """Scatter the places, and put the week together."""
        place_ids = (*self.base_ids, *self.practice_ids, *self.home_ids)
        practices_a_base = len(self.practice_ids) // len(self.base_ids)
        return Problem(
            week=WEEK,
            consultants=self.people,
            days=tuple(sorted(days, key=lambda day: (day.date, day.consultant_id))),
            requests=tuple(requests),
            places={id_: Place(place_id=id_, name=id_, lat=55.66, lon=12.54) for id_ in place_ids},
            travel=_travel(rng, self.base_ids, place_ids, self.base_of, practices_a_base),
            defaults=Defaults(),
            weights=DEFAULT_WEIGHTS,
            speed_kph=16.0,
        )


def _consultant(rng: Random, number: int, base_id: str) -> Consultant:
    return Consultant(
        consultant_id=f"c{number:02d}",
        name=f"Consultant {number}",
        base_id=base_id,
        speed_kph=rng.choice([None, None, 14.0, 18.0]),
        max_conversations_per_day=rng.choice([None, None, 5, 6]),
    )


def _day(rng: Random, person: Consultant, date: dt.date) -> ConsultantDay:
    number = int(person.consultant_id[1:])
    engagements = []
    if date.weekday() == number % 5:
        engagements.append(("phone", 9 * _HOUR_S, 10 * _HOUR_S + 1800))
    if date.weekday() == 4:
        engagements.append(("team", 13 * _HOUR_S, 14 * _HOUR_S))
    start_s = 8 * _HOUR_S + rng.choice([0, 0, 1800])
    end_s = (14 if date.weekday() == 4 else 15) * _HOUR_S + rng.choice([0, 1800])
    return ConsultantDay(
        consultant_id=person.consultant_id,
        date=date,
        start_s=start_s,
        end_s=end_s,
        engagements=tuple(
            Engagement(
                engagement_id=id_,
                title=id_,
                kind="meeting",
                start_s=begin_s,
                end_s=finish_s,
                place_id=person.base_id,
            )
            for id_, begin_s, finish_s in engagements
        ),
    )


def _long_day(person: Consultant, date: dt.date) -> ConsultantDay:
    number = int(person.consultant_id[1:])
    meeting = Engagement(
        engagement_id="team",
        title="team",
        kind="meeting",
        start_s=13 * _HOUR_S,
        end_s=14 * _HOUR_S,
        place_id=person.base_id,
    )
    return ConsultantDay(
        consultant_id=person.consultant_id,
        date=date,
        start_s=8 * _HOUR_S,
        end_s=16 * _HOUR_S,
        engagements=(meeting,) if number % 5 == 0 and date.weekday() == number // 5 % 5 else (),
    )


def _slot(rng: Random, date: dt.date) -> RoomSlot:
    start, end = rng.choice([(8.5, 12.0), (9.0, 12.0), (8.5, 11.5), (9.0, 11.0), (12.5, 15.0), (13.0, 15.5)])
    return RoomSlot(date=date, start_s=int(start * _HOUR_S), end_s=int(end * _HOUR_S))


def _practice(rng: Random, id_: str, base_id: str, people: Sequence[Consultant]) -> Request:
    slots = [_slot(rng, date) for date in sorted(rng.sample(WEEK.days[:5], rng.choice([1, 2, 2, 3])))]
    conversations = rng.choice([1, 1, 1, 2, 2, 3])
    usual = rng.choice(slots)
    start_s = usual.start_s + rng.choice([0, 900, 1800, 3600])
    return Request(
        request_id=id_,
        place_id=id_,
        kind="visit",
        conversations=conversations,
        max_conversations=min(conversations, rng.choice([2, 3, 3])),
        priority=rng.choice([1, 1, 1, 1, 2]),
        consultant_id=rng.choice(people).consultant_id if rng.random() < 0.5 else None,
        base_id=base_id,
        slots=tuple(slots),
        agreement=Agreement(date=usual.date, start_s=start_s) if rng.random() < 0.8 else None,
    )


def _open_practice(rng: Random, id_: str, base_id: str, people: Sequence[Consultant]) -> Request:
    slots = [_long_slot(rng, date) for date in sorted(rng.sample(WEEK.days[:5], rng.choice([1, 2, 2, 3])))]
    usual = rng.choice(slots)
    conversations = rng.choice([1, 2, 2, 3, 4])
    return Request(
        request_id=id_,
        place_id=id_,
        kind="visit",
        conversations=conversations,
        max_conversations=conversations,
        priority=rng.choice([1, 1, 1, 1, 2]),
        consultant_id=rng.choice(people).consultant_id if rng.random() < 0.3 else None,
        base_id=base_id,
        slots=tuple(slots),
        agreement=Agreement(date=usual.date, start_s=usual.start_s) if rng.random() < 0.15 else None,
    )


def _long_slot(rng: Random, date: dt.date) -> RoomSlot:
    """Free a room for 1.5 to 3.5 hours of a morning or an afternoon."""
    minutes = rng.randrange(90, 211, 15)
    from_s, to_s = rng.choice([(8 * _HOUR_S, 12 * _HOUR_S), (12 * _HOUR_S, 16 * _HOUR_S)])
    start_s = from_s + 60 * rng.randrange(0, (to_s - from_s) // 60 - minutes + 1, 15)
    return RoomSlot(date=date, start_s=start_s, end_s=start_s + 60 * minutes)


def _home_visit(rng: Random, id_: str, people: Sequence[Consultant]) -> Request:
    date = rng.choice(WEEK.days[:5])
    return Request(
        request_id=id_,
        place_id=id_,
        kind="home_visit",
        conversations=0,
        max_conversations=0,
        duration_s=rng.choice([2700, 3600]),
        consultant_id=rng.choice(people).consultant_id if rng.random() < 0.5 else None,
        base_id=people[0].base_id,
        slots=(RoomSlot(date=date, start_s=9 * _HOUR_S, end_s=15 * _HOUR_S),),
    )


def _travel(
    rng: Random,
    base_ids: Sequence[str],
    place_ids: Sequence[str],
    base_of: Mapping[str, str],
    practices_a_base: int,
) -> TravelTimes:
    """Scatter the places of each base around it; bases lie side by side."""
    radius_m = math.sqrt(practices_a_base / _DENSITY_PER_KM2 / math.pi) * 1000
    centre = {id_: (number * 2 * radius_m, 0.0) for number, id_ in enumerate(base_ids)}
    points = []
    for id_ in place_ids:
        x_m, y_m = centre[base_of.get(id_, id_)]
        if id_ not in centre:
            angle, away_m = rng.uniform(0, 2 * math.pi), radius_m * math.sqrt(rng.random())
            x_m, y_m = x_m + away_m * math.cos(angle), y_m + away_m * math.sin(angle)
        points.append((x_m, y_m))
    metres = np.array([[_DETOUR * math.dist(a, b) * rng.uniform(1.0, 1.1) for b in points] for a in points])
    np.fill_diagonal(metres, 0)
    seconds = np.ceil(metres / _METRES_PER_SECOND).astype(np.int64)
    return TravelTimes(tuple(place_ids), seconds, metres.astype(np.int64))
