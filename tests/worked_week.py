"""A week worked out by hand, with a valid roster, to break one thing at a time.

Anna has phone hours at base, two visits, desk work with lunch, and a course on Monday; a meeting
at base is all of her Tuesday. Bo, who rides at 12 km/h, makes a home visit and a visit on Tuesday,
and has lunch while waiting.
"""

import datetime as dt

import numpy as np
from rosters import (
    DayPlan,
    Lunch,
    build_roster,
    clock_s,
    plan_engagements,
    plan_visit,
)

from scheduler.checks import check
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
from scheduler.model.project import BASE, Consultant, Place
from scheduler.model.roster import Roster

WEEK = Week(2009, 20)
MONDAY, TUESDAY = WEEK.days[:2]
PLACES = (BASE, "p1", "p2", "p3", "p4", "h1", "course")
RIDES_S = {("p1", "p2"): 300, ("p2", "p1"): 360}


def a_slot(day: dt.date, start: str, end: str) -> RoomSlot:
    return RoomSlot(date=day, start_s=clock_s(start), end_s=clock_s(end), room="2")


def an_engagement(engagement_id: str, place_id: str, start: str, end: str) -> Engagement:
    return Engagement(
        engagement_id=engagement_id,
        title=f"The {engagement_id}",
        kind="meeting",
        start_s=clock_s(start),
        end_s=clock_s(end),
        place_id=place_id,
    )


def a_day(
    who: str, day: dt.date, start: str, end: str, *engagements: Engagement, lunch_s: int = 1800
) -> ConsultantDay:
    return ConsultantDay(
        consultant_id=who,
        date=day,
        start_s=clock_s(start),
        end_s=clock_s(end),
        lunch_s=lunch_s,
        engagements=engagements,
    )


def the_problem() -> Problem:
    seconds = np.full((len(PLACES), len(PLACES)), 600, dtype=np.int64)
    for (from_id, to_id), ride_s in RIDES_S.items():
        seconds[PLACES.index(from_id), PLACES.index(to_id)] = ride_s
    np.fill_diagonal(seconds, 0)
    requests = (
        Request(
            request_id="p1",
            place_id="p1",
            kind="visit",
            conversations=1,
            max_conversations=1,
            consultant_id="bo",
            slots=(a_slot(MONDAY, "8:00", "11:00"),),
            agreement=Agreement(date=MONDAY, start_s=clock_s("9:00")),
        ),
        Request(
            request_id="p2",
            place_id="p2",
            kind="visit",
            conversations=3,
            max_conversations=2,
            priority=2,
            slots=(a_slot(MONDAY, "8:00", "8:30"), a_slot(MONDAY, "10:00", "12:30")),
        ),
        Request(
            request_id="p3",
            place_id="p3",
            kind="visit",
            conversations=1,
            max_conversations=1,
            slots=(a_slot(TUESDAY, "11:00", "15:00"),),
            published=PublishedVisit(date=TUESDAY, start_s=clock_s("13:10"), consultant_id="bo"),
        ),
        Request(
            request_id="p4",
            place_id="p4",
            kind="visit",
            conversations=1,
            max_conversations=1,
            published=PublishedVisit(date=TUESDAY, start_s=clock_s("9:00"), consultant_id="anna"),
        ),
        Request(
            request_id="h1",
            place_id="h1",
            kind="home_visit",
            conversations=0,
            max_conversations=0,
            duration_s=3600,
            consultant_id="bo",
            slots=(a_slot(TUESDAY, "9:30", "12:00"),),
        ),
    )
    return Problem(
        week=WEEK,
        consultants=(
            Consultant(consultant_id="anna", name="Anna"),
            Consultant(consultant_id="bo", name="Bo", speed_kph=12.0),
        ),
        days=(
            a_day(
                "anna",
                MONDAY,
                "8:00",
                "15:00",
                an_engagement("phone", BASE, "8:30", "9:00"),
                an_engagement("talk", "course", "13:30", "14:30"),
            ),
            a_day("anna", TUESDAY, "8:00", "12:00", an_engagement("meeting", BASE, "9:00", "10:00")),
            a_day("bo", TUESDAY, "9:00", "15:05"),
        ),
        requests=requests,
        places={
            place_id: Place(
                place_id=place_id, name=f"Name {place_id}", address=f"Secret {place_id}", lat=55.6, lon=12.5
            )
            for place_id in PLACES
        },
        travel=TravelTimes(PLACES, seconds, seconds * 4),
        defaults=Defaults(),
        weights=dict(DEFAULT_WEIGHTS),
        speed_kph=16.0,
    )


def the_plans(problem: Problem) -> list[DayPlan]:
    anna_monday, anna_tuesday, bo_tuesday = problem.days
    phone, talk = plan_engagements(anna_monday)
    return [
        DayPlan(
            anna_monday,
            (
                phone,
                plan_visit(problem, "p1", MONDAY, "9:30"),
                plan_visit(problem, "p2", MONDAY, "10:30", 2),
                talk._replace(via_base=True),
            ),
            Lunch(clock_s("12:20"), BASE),
        ),
        DayPlan(anna_tuesday, plan_engagements(anna_tuesday), Lunch(clock_s("11:00"), BASE)),
        DayPlan(
            bo_tuesday,
            (plan_visit(problem, "h1", TUESDAY, "10:00"), plan_visit(problem, "p3", TUESDAY, "13:00")),
            Lunch(clock_s("11:30"), "p3"),
        ),
    ]


def the_roster(problem: Problem | None = None) -> Roster:
    problem = problem or the_problem()
    return build_roster(problem, the_plans(problem))


def codes(problem: Problem, roster: Roster) -> set[str]:
    return {violation.code for violation in check(problem, roster)}
