import dataclasses
import datetime as dt
from pathlib import Path

import pytest
from folders import PLACE, SETTINGS, TABLES, errors_of, problem_of, travel_of, write_folder

from scheduler.base.errors import InputError
from scheduler.inputs import read_project
from scheduler.model import rosterfile
from scheduler.model.clock import TIMEZONE, Week, at
from scheduler.model.problem import Agreement, PublishedVisit
from scheduler.model.roster import Roster, Round, Stop, StopKind
from scheduler.model.text import Param, Text
from scheduler.model.texts import word
from scheduler.week.problem import week_problem

W20, W21 = Week(2009, 20), Week(2009, 21)
MONDAY = W20.monday
ENGAGEMENTS = "engagement_id,title,kind,consultant_id,weekday,start,end,place\n"
HOME = f"visit_id,address,postcode,city,date,start,end,minutes,consultant_id\nH1,{PLACE},2009-05-12,09:00,12:00,60,c1\nH2,{PLACE},2009-05-21,09:00,12:00,60,\n"
PINS = "id,date,start,consultant_id,conversations\n"


def test_week(tmp_path: Path) -> None:
    problem = problem_of(
        tmp_path,
        practices="practice_id,name,address,postcode,city,district,conversations,max_conversations,consultant_id,priority\n"
        f"P1,Vej,{PLACE},x,3,2,c1,2\nP2,Gade,{PLACE},x,0,,,\nP3,Plads,{PLACE},x,1,5,,\n",
        agreements="practice_id,weekday,start,weeks\nP1,mon,09:30,even\nP1,tue,09:30,odd\n",
        engagements=ENGAGEMENTS + "e2,Møde,meeting,all,mon,14:00,15:00,\ne1,Telefon,phone,c1,mon,09:00,10:00,base\n",
        places=f"place_id,name,address,postcode,city\nunused,x,{PLACE}\n",
        home_visits=HOME,
        pins=PINS + "P1,2009-05-11,10:15,c1,2\nH1,2009-05-12,09:00,,\n",
        closures="who,from,to,reason\nc2,2009-05-11,2009-05-12,ferie\n",
    )  # fmt: skip
    assert [request.request_id for request in problem.requests] == ["P1", "P3", "H1"]
    first, other, home = problem.requests
    assert (first.conversations, first.max_conversations, first.priority, first.consultant_id) == (
        3,
        2,
        2,
        "c1",
    )
    assert first.agreement == Agreement(date=MONDAY, start_s=34200)
    assert first.pin is not None
    assert first.pin.conversations == 2
    assert [(slot.date, slot.start_s, slot.end_s) for slot in first.slots] == [(MONDAY, 32400, 43200)]
    assert (other.max_conversations, other.slots, other.closed_slots, other.pin) == (1, (), (), None)
    assert (home.kind, home.duration_s, home.conversations, home.base_id) == ("home_visit", 3600, 0, None)
    assert home.slots[0].date == dt.date(2009, 5, 12)
    assert [(day.date.day, day.consultant_id) for day in problem.days] == [
        (11, "c1"), (12, "c1"), (13, "c1"), (13, "c2"), (14, "c1"), (14, "c2"),
    ]  # fmt: skip
    assert [(e.engagement_id, e.kind, e.place_id) for e in problem.days[0].engagements] == [
        ("e1", "phone", "base"),
        ("e2", "meeting", "base"),
    ]
    assert set(problem.places) == {"base", "P1", "P3", "H1"}
    assert problem.notes == ()
    assert problem.inputs_sha256


def test_holidays_close_days_and_slots(tmp_path: Path) -> None:
    problem = problem_of(
        tmp_path,
        W21,
        rooms="practice_id,weekday,start,end\nP1,thu,09:00,12:00\nP1,wed,09:00,12:00\n",
        home_visits=HOME,
        engagements=ENGAGEMENTS + "e1,Møde,meeting,all,thu,09:00,10:00,\n",
    )
    assert [day.date.isoformat() for day in problem.closed_days] == ["2009-05-21"]
    assert {day.date.isoformat() for day in problem.days} == {"2009-05-18", "2009-05-19", "2009-05-20"}
    practice, _other, home = problem.requests
    ascension = Text("holiday", {"country": "DK", "date": "2009-05-21"})
    assert problem.closed_days[0].reason == ascension
    assert [slot.date.day for slot in practice.slots] == [20]
    assert [(item.slot.date.day, item.reason) for item in practice.closed_slots] == [(21, ascension)]
    assert home.slots == ()
    assert home.closed_slots[0].reason == ascension


def test_a_holiday_on_which_nobody_would_work_closes_no_day(tmp_path: Path) -> None:
    """Ascension Day is a Thursday."""
    shifts = "consultant_id,weekday,date,start,end\nc1,wed,,08:30,15:30\n"
    assert problem_of(tmp_path, W21, shifts=shifts).closed_days == ()
    dated = shifts + "c2,,2009-05-21,08:30,15:30\n"
    assert [day.date.day for day in problem_of(tmp_path, W21, shifts=dated).closed_days] == [21]


def test_each_practice_has_its_own_agreement_of_the_week(tmp_path: Path) -> None:
    agreements = "practice_id,weekday,start,weeks\nP1,mon,09:30,odd\nP1,tue,10:00,even\nP2,wed,11:00,odd\n"
    found = [
        [request.agreement for request in problem_of(tmp_path, week, agreements=agreements).requests]
        for week in (W20, W21)
    ]
    assert found == [
        [Agreement(date=W20.days[1], start_s=36_000), None],
        [Agreement(date=W21.monday, start_s=34_200), Agreement(date=W21.days[2], start_s=39_600)],
    ]


def test_who_may_be_sent_where_and_how_much_it_counts(tmp_path: Path) -> None:
    """A practice is visited from its base, a home visit from any; each has its priority."""
    practices = "practice_id,name,address,postcode,city,district,base_id,priority\n"
    home = f"visit_id,address,postcode,city,date,start,end,minutes,priority\nH0,{PLACE},2009-05-20,09:00,12:00,30,\nH1,{PLACE},2009-05-12,09:00,12:00,60,3\n"
    requests = problem_of(
        tmp_path,
        bases=f"base_id,name,address,postcode,city\nnord,Nord,{PLACE}\n",
        consultants="consultant_id,name,base_id\nc1,A,\nc2,B,nord\n",
        practices=practices + f"P1,Vej,{PLACE},x,nord,2\nP2,Gade,{PLACE},x,,\n",
        home_visits=home,
    ).requests
    assert [(r.request_id, r.kind, r.base_id, r.priority) for r in requests] == [
        ("P1", "visit", "nord", 2),
        ("P2", "visit", "base", 1),
        ("H1", "home_visit", None, 3),
    ]
    assert [(r.place_id, r.max_conversations) for r in requests] == [("P1", 1), ("P2", 1), ("H1", 0)]


def test_engagement_at_base_is_at_the_own_base(tmp_path: Path) -> None:
    problem = problem_of(
        tmp_path,
        bases=f"base_id,name,address,postcode,city\nnord,Nord,{PLACE}\n",
        consultants="consultant_id,name,base_id\nc1,A,\nc2,B,nord\n",
        engagements=ENGAGEMENTS + "e1,Møde,meeting,all,mon,08:30,09:30,base\n",
    )
    assert [day.engagements[0].place_id for day in problem.days[:2]] == ["base", "nord"]
    assert {"base", "nord"} <= set(problem.places)


def test_week_outside_the_period_has_a_note(tmp_path: Path) -> None:
    problem = problem_of(tmp_path, Week(2026, 20))
    assert [word(note) for note in problem.notes] == ["2026-W20 lies outside the project's period"]
    assert len(problem.requests) == 2
    assert problem_of(tmp_path, Week(2009, 1)).notes == ()


@pytest.mark.parametrize(
    ("start", "end", "weeks_told"),
    [
        ("2009-05-17", "2009-05-18", [19, 22]),  # the Sunday of week 20, the Monday of 21
        ("2009-05-18", "2009-05-24", [19, 20, 22]),
    ],
)
def test_a_week_with_a_day_in_the_period_has_no_note(
    tmp_path: Path, start: str, end: str, weeks_told: list[int]
) -> None:
    settings = SETTINGS.replace("2009-01-01", start).replace("2010-12-31", end)
    told = [
        week for week in (19, 20, 21, 22) if problem_of(tmp_path, Week(2009, week), settings=settings).notes
    ]
    assert told == weeks_told


def test_place_without_travel_times(tmp_path: Path) -> None:
    project = read_project(write_folder(tmp_path))
    with pytest.raises(ValueError, match="no travel times for P2"):
        week_problem(project, travel_of(("base", "P1")), W20)


ZONES = [
    pytest.param(zone, id=name)
    for name, zone in (
        ("local", TIMEZONE),
        ("UTC", dt.UTC),
        ("+02:00", dt.timezone(dt.timedelta(hours=2))),
        ("-09:30", dt.timezone(dt.timedelta(hours=-9.5))),
        ("+14:00", dt.timezone(dt.timedelta(hours=14))),
        ("none", None),
    )
]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("day", "time_s"),
    [
        (MONDAY, 33000),
        (MONDAY, 300),  # in UTC it is Sunday
        (MONDAY, 23 * 3600),
        (dt.date(2009, 3, 29), 33000),  # a day of 23 hours
        (dt.date(2009, 10, 25), 33000),  # and one of 25
    ],
)
def test_published_roster(tmp_path: Path, zone: dt.tzinfo | None, day: dt.date, time_s: int) -> None:
    project = read_project(write_folder(tmp_path, home_visits=HOME))

    def written(seconds: int) -> dt.datetime:
        return at(day, seconds).astimezone(zone) if zone else at(day, seconds).replace(tzinfo=None)

    kinds: tuple[tuple[StopKind, str], ...] = (("visit", "P1"), ("desk", "P2"))
    stops = tuple(
        Stop(
            kind=kind,
            id=id_,
            place_id=id_,
            name="",
            lat=None,
            lon=None,
            arrival=written(time_s),
            start=written(time_s),
            end=written(time_s + 600),
        )
        for kind, id_ in kinds
    )
    round_ = Round(
        consultant_id="c2", date=day, leaves_base=written(0), returns_base=written(time_s + 1200),
        ride_seconds=0, ride_metres=0, waiting_seconds=0, conversations=1, stops=stops,
    )  # fmt: skip
    roster = Roster(
        week="2009-W20", status="feasible", score=1, bound=0, gap=1.0, weights={}, terms={}, solve_seconds=0.0,
        seed=0, inputs_sha256="", rounds=(round_,),
    )  # fmt: skip
    # As the object that it is, and as it is read from its file.
    for published in (roster, rosterfile.parse(rosterfile.dump(roster), "roster.json")):
        problem = week_problem(project, travel_of(("base", "P1", "P2", "H1")), W20, published=published)
        assert [request.published for request in problem.requests] == [
            PublishedVisit(date=day, start_s=time_s, consultant_id="c2", conversations=0),
            None,
            None,
        ]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # 10 minutes' ride and 2 to park.
        ("e1,Start,x,c1,mon,08:42,09:00,P1\n", None),
        ("e1,Start,x,c1,mon,08:41,09:00,P1\n", "engagements.csv:2 [start]: c1 cannot ride from the start of the shift to Start in time on 2009-05-11: there at 8:42 at the earliest, not at 8:41"),
        ("e1,End,x,c1,mon,15:00,15:18,P1\n", None),
        ("e1,End,x,c1,mon,15:00,15:19,P1\n", "engagements.csv:2 [end]: c1 cannot ride from End to the end of the shift in time"),
        ("e1,One,x,c1,mon,10:00,11:00,P1\ne2,Two,x,all,mon,11:11,12:00,P2\n", "engagements.csv:3 [start]: c1 cannot ride from One to Two"),
        ("e1,One,x,c1,mon,10:00,11:00,P1\ne2,Two,x,c1,mon,11:12,12:00,P2\n", None),
        ("e1,One,x,c1,mon,10:00,11:00,P1\ne2,Two,x,c1,mon,11:00,12:00,P1\n", None),
        ("e1,Base,x,c1,mon,08:30,15:30,\n", None),
    ],
)  # fmt: skip
def test_rides_between_engagements(tmp_path: Path, rows: str, expected: str | None) -> None:
    if expected is None:
        assert problem_of(tmp_path, engagements=ENGAGEMENTS + rows).days[0].engagements
    else:
        assert [expected in line for line in errors_of(tmp_path, engagements=ENGAGEMENTS + rows)] == [True]


def test_rides_are_at_the_consultants_own_speed(tmp_path: Path) -> None:
    consultants = "consultant_id,name,speed_kph\nc1,A,12\nc2,B,\n"
    engagements = ENGAGEMENTS + "e1,Start,x,all,mon,08:42,09:00,P1\n"
    lines = errors_of(tmp_path, consultants=consultants, engagements=engagements)
    assert len(lines) == 1
    assert "c1 cannot ride" in lines[0]
    # 600 s at the project's 15 km/h are 750 s at 12, and 120 s to park.
    assert "there at 8:45 at the earliest" in lines[0]
    # At 13 they are 693: at 8:43:33, which is not yet 8:43.
    lines = errors_of(tmp_path, consultants=consultants.replace("12", "13"), engagements=engagements)
    assert [line.split(": ", 2)[2] for line in lines] == ["there at 8:44 at the earliest, not at 8:42"]


def test_nobody_rides_between_engagements_in_one_house(tmp_path: Path) -> None:
    rows = "e1,One,x,c1,mon,10:00,11:00,P1\ne2,Two,x,c1,mon,11:00,12:00,P2\n"
    project = read_project(write_folder(tmp_path, engagements=ENGAGEMENTS + rows))
    apart = travel_of(("base", "P1", "P2"))
    with pytest.raises(InputError, match="c1 cannot ride from One to Two"):
        week_problem(project, apart, W20)
    one_house = dataclasses.replace(apart, one_house=frozenset({("P1", "P2"), ("P2", "P1")}))
    assert [e.title for e in week_problem(project, one_house, W20).days[0].engagements] == ["One", "Two"]


@pytest.mark.parametrize(
    ("pin", "expected"),
    [
        ("P1,2009-05-11,09:00,c1,1", None),
        ("P1,2009-05-11,11:10,,", None),
        ("P1,2009-05-11,11:15,,", "P1: 11:15 to 12:05 on 2009-05-11 does not lie inside a room slot (9:00–12:00)"),
        ("P1,2009-05-11,09:02,,", "P1: 9:02 is not on the start grid of 5 minutes"),
        ("P1,2009-05-11,09:00,,2", "P1: 2 conversations are pinned, but the visit may hold 1 at most"),
        ("P1,2009-05-12,09:00,,", "P1: there is no room on 2009-05-12"),
        ("P2,2009-05-12,09:00,c1,", "P2: 2009-05-12 is closed (kursus)"),
        ("P3,2009-05-11,09:00,,", "P3 asks for no visit in 2009-W20: it is not due"),
        ("P1,2009-05-11,09:00,c2,", "P1: c2 does not work on 2009-05-11"),
        ("P1,2009-05-11,10:00,c1,", "P1: c1 has Telefon at that time"),
        ("P1,2009-05-11,10:00,,", "P1: nobody can be there on 2009-05-11 at 10:00"),
        ("H1,2009-05-12,09:00,c2,", "H1: only c1 may make it, not c2"),
        ("H1,2009-05-12,11:30,,", "H1: 11:30 to 12:30 on 2009-05-12 does not lie inside a room slot"),
        ("P4,2009-05-14,14:45,c1,", "P4: c1 works from 8:30 to 15:30"),
        ("P4,2009-05-14,09:00,c2,2", "P4: c2 holds at most 1 conversations a day"),
        ("P4,2009-05-14,09:00,c2,1", None),
        ("P4,2009-05-14,09:00,c2,", None),
        ("P4,2009-05-14,14:40,c1,", None),
        ("P1,2009-05-11,09:10,c1,", None),
        ("P1,2009-05-11,11:00,c1,", None),
        ("P1,2009-05-11,09:15,c1,", "P1: c1 has Telefon at that time"),
        ("P1,2009-05-11,10:55,c1,", "P1: c1 has Telefon at that time"),
        ("P4,2009-05-14,09:00,c3,", "P4: c3 rides from another base"),
        ("P4,2009-05-14,09:00,,2", None),
    ],
)  # fmt: skip
def test_pins(tmp_path: Path, pin: str, expected: str | None) -> None:
    tables = {
        "settings": SETTINGS,
        "bases": f"base_id,name,address,postcode,city\nnord,Nord,{PLACE}\n",
        "practices": "practice_id,name,address,postcode,city,district,first_week,conversations\n"
        f"P1,x,{PLACE},x,,\nP2,x,{PLACE},x,,\nP3,x,{PLACE},x,2009-W21,\nP4,x,{PLACE},x,,2\n",
        "rooms": TABLES["rooms"] + "P3,mon,09:00,12:00\nP4,thu,09:00,16:00\n",
        "consultants": "consultant_id,name,base_id,max_conversations_per_day\nc1,A,,\nc2,B,,1\nc3,C,nord,\n",
        "shifts": TABLES["shifts"] + "c3,thu,08:30,15:30\n",
        "engagements": ENGAGEMENTS + "e1,Telefon,phone,c1,mon,10:00,11:00,\n",
        "home_visits": HOME,
        "closures": "who,from,to,reason\nc2,2009-05-11,2009-05-11,\nP2,2009-05-12,2009-05-12,kursus\n",
        "pins": PINS + pin + "\n",
    }
    if expected is None:
        assert sum(request.pin is not None for request in problem_of(tmp_path, W20, **tables).requests) == 1
    else:
        assert [
            line.startswith("pins.csv:2 [") and f"]: {expected}" in line
            for line in errors_of(tmp_path, W20, **tables)
        ] == [True]


def test_two_pins_of_one_consultant_at_the_same_time(tmp_path: Path) -> None:
    rooms = "practice_id,weekday,start,end\nP1,mon,09:00,12:00\nP2,mon,09:00,12:00\n"
    pins = PINS + "P1,2009-05-11,09:00,c1,\nP2,2009-05-11,09:{},{},\n"
    assert errors_of(tmp_path, rooms=rooms, pins=pins.format("45", "c1")) == [
        "pins.csv:3 [start]: c1 is pinned to P1 at the same time"
    ]
    for minute, who in (("50", "c1"), ("45", "c2"), ("45", "")):
        assert len(problem_of(tmp_path, rooms=rooms, pins=pins.format(minute, who)).requests) == 2


@pytest.mark.parametrize(
    ("first", "second", "broken"),
    [("09:50", "09:00", False), ("09:45", "09:00", True), ("09:00", "09:00", True)],
)
def test_two_pins_in_any_order(tmp_path: Path, first: str, second: str, *, broken: bool) -> None:
    rooms = "practice_id,weekday,start,end\nP1,mon,09:00,12:00\nP2,mon,09:00,12:00\nP2,tue,09:00,12:00\n"
    pins = PINS + f"P1,2009-05-11,{first},c1,\nP2,2009-05-11,{second},c1,\n"
    found = errors_of(tmp_path, rooms=rooms, pins=pins) if broken else []
    assert found == ["pins.csv:3 [start]: c1 is pinned to P1 at the same time"] * broken
    pins = pins.replace("P2,2009-05-11", "P2,2009-05-12")
    assert len(problem_of(tmp_path, rooms=rooms, pins=pins).requests) == 2


def test_one_practice_pinned_twice(tmp_path: Path) -> None:
    project = read_project(write_folder(tmp_path, pins=PINS + "P1,2009-05-11,09:00,,\n"))
    twice = project.replace(pins=project.pins * 2)
    with pytest.raises(InputError, match=r"pins.csv:2 \[id\]: P1 is pinned twice in 2009-W20; keep one"):
        week_problem(twice, travel_of(("base", "P1", "P2")), W20)


def test_all_errors_of_a_week_at_once(tmp_path: Path) -> None:
    lines = errors_of(
        tmp_path,
        engagements=ENGAGEMENTS + "e1,Start,x,all,mon,08:35,09:00,P1\n",
        pins=PINS + "P1,2009-05-11,09:02,,\nP2,2009-05-13,09:00,,\n",
    )
    assert [line.split(": ")[0] for line in lines] == [
        "engagements.csv:2 [start]",
        "engagements.csv:2 [start]",
        "pins.csv:2 [start]",
        "pins.csv:3 [date]",
    ]


def test_engagements_that_closed_hours_touch_fall_away_with_a_note(tmp_path: Path) -> None:
    problem = problem_of(
        tmp_path,
        engagements=ENGAGEMENTS
        + "e1,Møde,meeting,all,wed,09:00,10:00,\ne2,Telefon,phone,c1,wed,10:00,11:00,\ne3,Kaffe,meeting,all,wed,14:00,15:00,\n",
        closures="who,from,to,start,end,reason\nc1,2009-05-13,2009-05-13,,09:30,tandlæge\nall,2009-05-13,2009-05-13,15:00,,\n",
    )
    wednesday = {day.consultant_id: day for day in problem.days if day.date.day == 13}
    kept = {who: [e.engagement_id for e in day.engagements] for who, day in wednesday.items()}
    assert kept == {"c1": ["e2", "e3"], "c2": ["e1", "e3"]}
    assert (wednesday["c1"].start_s, wednesday["c1"].end_s) == (34_200, 54_000)
    (note,) = problem.notes
    reason = Text("closure", {"reason": "tandlæge"})
    params: dict[str, Param] = {"title": "Møde", "date": "2009-05-13", "reason": reason}
    assert note == Text("engagement_falls_away", {"consultant_id": "c1", **params})
    assert word(note) == "Møde of c1, Wednesday 13 May, falls away: tandlæge."


def test_a_cancelled_engagement_falls_away_that_day(tmp_path: Path) -> None:
    engagements = ENGAGEMENTS + "e1,Møde,meeting,all,wed,09:00,10:00,\n"
    closures = "who,from,to,start,end\ne1,2009-05-13,2009-05-13,{}\n"
    held = {
        hours: [e.engagement_id for day in problem_of(
            tmp_path, engagements=engagements, closures=closures.format(hours)
        ).days for e in day.engagements]
        for hours in (",", "10:00,", "09:59,", ",09:00")
    }  # fmt: skip
    assert held == {",": [], "10:00,": ["e1", "e1"], "09:59,": [], ",09:00": ["e1", "e1"]}
    other = closures.replace("2009-05-13", "2009-05-12").format(",")
    assert problem_of(tmp_path, engagements=engagements, closures=other).days[-3].engagements


def test_an_engagement_holds_from_a_day_until_another(tmp_path: Path) -> None:
    heading = ENGAGEMENTS.replace("place", "valid_from,valid_to")
    engagements = heading + "e1,Møde,meeting,c1,wed,09:00,10:00,2009-05-13,2009-05-20\n"
    held = [
        any(day.engagements for day in problem_of(tmp_path, W20.shift(weeks), engagements=engagements).days)
        for weeks in (-1, 0, 1, 2)
    ]
    assert held == [False, True, True, False]


def test_a_split_shift_is_one_day_with_a_gap(tmp_path: Path) -> None:
    shifts = "consultant_id,weekday,start,end\nc1,mon,13:00,16:00\nc1,mon,08:00,10:00\nc2,mon,08:00,10:00\nc2,mon,10:00,12:00\n"
    c1, c2 = problem_of(tmp_path, shifts=shifts).days
    assert (c1.start_s, c1.end_s, c1.lunch_s) == (28_800, 57_600, 0)
    assert (c1.gaps, c1.shift_s) == (((36_000, 46_800),), 5 * 3600)
    assert (c2.gaps, c2.end_s, c2.lunch_s) == ((), 43_200, 1800)


def test_an_engagement_elsewhere_must_be_left_in_time_for_the_gap(tmp_path: Path) -> None:
    shifts = "consultant_id,weekday,start,end\nc1,mon,08:00,12:00\nc1,mon,13:00,16:00\n"
    for end, late in (("11:48", False), ("11:49", True)):
        engagements = ENGAGEMENTS + f"e1,Kursus,x,c1,mon,09:00,{end},P1\n"
        if late:
            (line,) = errors_of(tmp_path, shifts=shifts, engagements=engagements)
            assert line.startswith(
                "engagements.csv:2 [end]: c1 cannot ride from Kursus to the end of the shift"
            )
        else:
            assert problem_of(tmp_path, shifts=shifts, engagements=engagements).days
    # The second shift begins at base.
    (line,) = errors_of(
        tmp_path, shifts=shifts, engagements=ENGAGEMENTS + "e1,Kursus,x,c1,mon,13:11,14:00,P1\n"
    )
    assert line.startswith("engagements.csv:2 [start]: c1 cannot ride from the start of the shift to Kursus")


def test_a_pin_lies_in_one_of_the_shifts(tmp_path: Path) -> None:
    shifts = "consultant_id,weekday,start,end\nc1,mon,08:00,10:00\nc1,mon,11:00,16:00\n"
    pins = PINS + "P1,2009-05-11,{},c1,\n"
    for start in ("09:10", "11:00"):
        assert problem_of(tmp_path, shifts=shifts, pins=pins.format(start)).requests[0].pin
    for start in ("09:15", "10:55"):
        assert errors_of(tmp_path, shifts=shifts, pins=pins.format(start)) == [
            "pins.csv:2 [start]: P1: c1 works from 8:00 to 10:00 and from 11:00 to 16:00"
        ]


def test_closed_hours_cut_home_visits(tmp_path: Path) -> None:
    closures = (
        "who,from,to,start,end,reason\nall,2009-05-12,2009-05-12,10:30,,møde\nP1,2009-05-12,2009-05-12,,,\n"
    )
    home = problem_of(tmp_path, home_visits=HOME, closures=closures).requests[-1]
    assert [(slot.start_s, slot.end_s) for slot in home.slots] == [(32_400, 37_800)]
    assert [(gone.slot.start_s, gone.slot.end_s, gone.reason) for gone in home.closed_slots] == [
        (37_800, 43_200, Text("closure", {"reason": "møde"}))
    ]
