from pathlib import Path

import pytest
from folders import PLACE, SETTINGS, TABLES, lines_of, text_of, write_folder

from scheduler.inputs import read_project
from scheduler.model.clock import Week

ENGAGEMENTS = "engagement_id,title,kind,consultant_id,weekday,date,start,end,place,weeks\n"
HOME = "visit_id,address,postcode,city,date,start,end,minutes\n"
H1 = f"{HOME}H1,{PLACE},2009-05-12,09:00,12:00,60\n"


def problem_in(folder: Path, **tables: str) -> str:
    """Return the one problem of a folder with these tables."""
    lines = lines_of(write_folder(folder, **tables))
    assert len(lines) == 1, lines
    return lines[0]


def test_every_table(tmp_path: Path) -> None:
    project = read_project(
        write_folder(
            tmp_path,
            bases=f"base_id,name,address,postcode,city\nnord,Nord,{PLACE}\n",
            consultants="consultant_id,name,base_id,speed_kph\nc1,A,,14.5\nc2,B,nord,\n",
            agreements="practice_id,weekday,start,weeks\nP1,man,9.00,lige\nP1,tir,9.00,ulige\n",
            places=f"place_id,name,address,postcode,city\nkursus,Kursus,{PLACE}\n",
            engagements=ENGAGEMENTS
            + "e1,Møde,meeting,alle,ons,,9.00,10.00,basen,\n"
            + "e2,Kursus,course,c1,,2009-05-11,9.00,10.00,kursus,\n"
            + "e3,Møde,teaching,c1,tor,,9.00,10.00,P1,lige\n",
            home_visits=H1,
            pins="id,date,start\nH1,2009-05-12,09:30\nP1,2009-05-11,09:00\n",
            closures="who,from,to,reason\nalle,2009-07-01,2009-07-31,ferie\nP1,2009-06-01,2009-06-01,\n",
            demand="practice_id,week,conversations\nP1,uge 20 2009,3\n",
        )
    )
    assert [base.place_id for base in project.bases] == ["base", "nord"]
    assert [consultant.base_id for consultant in project.consultants] == ["base", "nord"]
    assert project.consultants[0].speed_kph == 14.5
    assert [(rule.consultant_id, rule.place_id, rule.weeks) for rule in project.engagements] == [
        ("all", "base", "all"),
        ("c1", "kursus", "all"),
        ("c1", "P1", "even"),
    ]
    assert project.closures[0].who == "all"
    assert project.demand[0].week == Week(2009, 20)
    assert [place.place_id for place in project.places] == ["P1", "P2", "kursus", "H1"]
    assert project.places[-1].name == ""
    assert [pin.origin.row for pin in project.pins if pin.origin] == [2, 3]


@pytest.mark.parametrize(
    ("rooms", "expected"),
    [
        ("P1,mon,,12:00,09:00,\n", "rooms.csv:2 [end]: this ends before it begins"),
        ("P1,mon,,09:00,09:00,\n", "[end]: this ends when it begins"),
        (
            "P1,mon,,09:00,09:45,\n",
            "[end]: the room is too short for one conversation, which takes 50 minutes",
        ),
        ("P1,mon,,09:02,09:53,\n", "[end]: the room is too short"),
        ("P1,,,09:00,12:00,\n", "[weekday]: give a weekday or a date"),
        ("P1,mon,2009-05-11,09:00,12:00,\n", "[date]: give a weekday or a date, not both"),
        ("P1,,2009-05-11,09:00,12:00,odd\n", "[weeks]: this goes with a weekday"),
        ("q1,mon,,09:00,12:00,\n", "[practice_id]: there is no q1 in practices"),
    ],
)
def test_rooms(tmp_path: Path, rooms: str, expected: str) -> None:
    assert expected in problem_in(tmp_path, rooms="practice_id,weekday,date,start,end,weeks\n" + rooms)


def test_ids_are_unique_over_all_places(tmp_path: Path) -> None:
    text = text_of(
        write_folder(
            tmp_path,
            practices=TABLES["practices"] + f"p1,x,{PLACE},x\n",
            places=f"place_id,name,address,postcode,city\nP2,x,{PLACE}\n",
            home_visits=H1.replace("H1", "P1"),
            consultants="consultant_id,name\nc1,a\nc2,b\nC1,c\n",
        )
    )
    assert "practices.csv:4 [practice_id]: the id p1 is already taken in practices.csv:2" in text
    assert "places.csv:2 [place_id]: the id P2 is already taken in practices.csv:3" in text
    assert "home_visits.csv:2 [visit_id]: the id P1 is already taken" in text
    assert "consultants.csv:4 [consultant_id]: the id C1 is already taken" in text


@pytest.mark.parametrize("id_", ["../../x", "base", "ALL", "a.b", "<b>", "=1"])
def test_ids_that_cannot_be_file_names(tmp_path: Path, id_: str) -> None:
    assert "practices.csv:4 [practice_id]" in problem_in(
        tmp_path, practices=TABLES["practices"] + f"{id_},x,{PLACE},x\n"
    )


@pytest.mark.parametrize(
    ("coordinates", "expected"),
    [
        ("55.6,", "[lon]: lat and lon belong together"),
        ("56.0,6.5", "[lat]: the point 56.0, 6.5 is not in Denmark"),  # the North Sea
        ("12.5,55.6", "[lat]: lat and lon are swapped"),
        ("91,12.5", '[lat]: "91" is not a number from -90 to 90'),
        ("55.6,øst", '[lon]: "øst" is not a number'),
    ],
)
def test_coordinates(tmp_path: Path, coordinates: str, expected: str) -> None:
    practices = f"practice_id,name,address,postcode,city,district,lat,lon\nP1,x,{PLACE},x,{coordinates}\nP2,x,{PLACE},x,,\n"
    assert expected in problem_in(tmp_path, practices=practices)


def test_coordinates_elsewhere_need_another_country(tmp_path: Path) -> None:
    practices = f"practice_id,name,address,postcode,city,district,lat,lon\nP1,x,{PLACE},x,59.3,18.1\nP2,x,{PLACE},x,,\n"
    folder = write_folder(tmp_path, settings=SETTINGS + '[calendar]\ncountry = "SE"\n', practices=practices)
    assert lines_of(folder) == []


def test_shifts(tmp_path: Path) -> None:
    shifts = "consultant_id,weekday,start,end,lunch_minutes\nc1,mon,08:30,15:00,\nc1,man,9.00,10.00,\nc2,mon,09:00,09:20,30\n"
    text = text_of(write_folder(tmp_path, shifts=shifts + "c2,tue,15:00,08:00,\nc2,wed,08:00,25:00,\n"))
    assert "shifts.csv:3 [start]: c1 has other hours then, in row 2; keep one" in text
    assert "shifts.csv:4 [lunch_minutes]: lunch is longer than the shift" in text
    assert "shifts.csv:5 [end]: this ends before it begins" in text
    assert 'shifts.csv:6 [end]: "25:00" is not a time of day' in text


def test_wrong_shift_is_the_only_problem_of_its_day(tmp_path: Path) -> None:
    assert "shifts.csv:2 [end]: this ends before it begins" in problem_in(
        tmp_path,
        shifts="consultant_id,weekday,start,end\nc1,mon,15:00,08:00\n",
        engagements=ENGAGEMENTS + "e1,a,b,c1,mon,,09:00,10:00,,\n",
    )


@pytest.mark.parametrize(("weeks", "clash"), [("all", True), ("odd", True), ("even", False), ("", True)])
def test_two_agreements_in_one_week(tmp_path: Path, weeks: str, clash: bool) -> None:
    agreements = f"practice_id,weekday,start,weeks\nP1,mon,9.00,odd\nP2,mon,9.00,all\nP1,tue,9.00,{weeks}\n"
    lines = lines_of(write_folder(tmp_path, agreements=agreements))
    expected = "agreements.csv:4 [weeks]: P1 already has an agreement in these weeks, in row 2; keep one"
    assert lines == ([expected] if clash else [])


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("e1,a,b,c1,mon,,08:00,09:00,,\n", "[start]: this lies outside the shift of c1, 8:30 to 15:30"),
        ("e1,a,b,all,,2009-05-11,15:00,15:45,,\n", "[end]: this lies outside the shift of c1"),
        ("e1,a,b,c1,mon,,09:00,10:00,,\ne2,a,b,all,mon,,09:30,10:30,,\n", "engagements.csv:3 [start]: c1 has e1 at the same time, in row 2"),
        ("e1,a,b,c1,mon,,09:00,10:00,,odd\ne2,a,b,c1,,2009-05-04,09:30,10:30,,\n", "c1 has e1 at the same time"),  # in week 19
        ("e1,a,b,c1,mon,,09:00,10:00,,odd\ne2,a,b,c1,,2009-05-11,09:30,10:30,,\n", None),
        ("e1,a,b,c1,mon,,09:00,10:00,,even\ne2,a,b,c1,,2009-05-11,09:30,10:30,,\n", "c1 has e1 at the same time"),
        ("e1,a,b,c1,mon,,09:00,10:00,,\ne2,a,b,c1,mon,,10:00,10:30,,\n", None),
        ("e1,a,b,c1,mon,,09:00,10:00,,odd\ne2,a,b,c1,mon,,09:00,10:00,,even\n", None),
        ("e1,a,b,c1,fri,,05:00,06:00,,\n", None),  # no shift that day: it falls away
        ("e1,a,b,c1,,2009-05-21,05:00,06:00,,\n", None),  # a public holiday
        ("e1,a,b,c1,mon,,09:00,10:00,X,\n", "[place]: there is no X in bases, practices, places, base"),
        ("e1,a,b,c1,mon,,10:00,09:00,,\n", "[end]: this ends before it begins"),
        ("e1,a,b,c9,mon,,09:00,10:00,,\n", "[consultant_id]: there is no c9 in consultants, all"),
    ],
)  # fmt: skip
def test_engagements(tmp_path: Path, rows: str, expected: str | None) -> None:
    lines = lines_of(write_folder(tmp_path, engagements=ENGAGEMENTS + rows))
    assert any(expected in line for line in lines) if expected else lines == []


@pytest.mark.parametrize(
    ("pins", "expected"),
    [
        ("P9,2009-05-11,09:00,,\n", "[id]: there is no P9 in practices, home_visits"),
        ("c1,2009-05-11,09:00,,\n", "[id]: there is no c1"),
        ("P1,2009-05-11,09:00,c9,\n", "[consultant_id]: there is no c9"),
        ("P1,2009-05-11,09:00,,0\n", '[conversations]: "0" is not a number from 1 to 100'),
        ("P1,2009-05-11,09:00,,\nP1,2009-05-17,10:00,,\n", "pins.csv:3 [id]: P1 is already pinned in that week, in row 2"),
        ("H1,2009-05-13,09:00,,\n", "[date]: the home visit is on 2009-05-12"),
        ("H1,2009-05-12,09:00,,1\n", "[conversations]: home visits and tasks have no conversations"),
    ],
)  # fmt: skip
def test_pins(tmp_path: Path, pins: str, expected: str) -> None:
    assert expected in problem_in(
        tmp_path, home_visits=H1, pins="id,date,start,consultant_id,conversations\n" + pins
    )


def test_home_visit_must_fit_its_interval(tmp_path: Path) -> None:
    assert "home_visits.csv:2 [minutes]: 60 minutes do not fit" in problem_in(
        tmp_path, home_visits=H1.replace("09:00", "11:01")
    )


def test_closures_and_demand(tmp_path: Path) -> None:
    text = text_of(
        write_folder(
            tmp_path,
            practices=TABLES["practices"] + f"c1,x,{PLACE},x\n",
            closures="who,from,to\nP1,2009-06-02,2009-06-01\nc1,2009-06-01,2009-06-01\nnobody,2009-06-01,2009-06-01\n",
            demand="practice_id,week,conversations\nP1,2009-W20,2\nP1,uge 20 2009,3\n",
        )
    )
    assert "closures.csv:2 [to]: this ends before it begins" in text
    assert "closures.csv:3 [who]: c1 is a practice and a consultant" in text
    assert "closures.csv:4 [who]: there is no nobody in practices, consultants, engagements, all" in text
    assert "demand.csv:3 [week]: the same practice_id and week stand in row 2 already" in text


def test_own_consultant_from_another_base(tmp_path: Path) -> None:
    assert "[consultant_id]: c2 rides from another base" in problem_in(
        tmp_path,
        bases=f"base_id,name,address,postcode,city\nnord,Nord,{PLACE}\n",
        consultants="consultant_id,name,base_id\nc1,A,\nc2,B,nord\n",
        practices=f"practice_id,name,address,postcode,city,district,consultant_id\nP1,x,{PLACE},x,c2\nP2,x,{PLACE},x,c1\n",
    )


def test_active_days(tmp_path: Path) -> None:
    practices = f"practice_id,name,address,postcode,city,district,active_from,active_to\nP1,x,{PLACE},x,2009-02-01,2009-01-01\nP2,x,{PLACE},x,,\n"
    assert "practices.csv:2 [active_to]: this ends before it begins" in problem_in(
        tmp_path, practices=practices
    )


SHIFTS = "consultant_id,weekday,date,start,end,weeks,valid_from,valid_to\n"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("c1,mon,,8:00,10:00,,,\nc1,mon,,10:00,12:00,,,\n", None),
        ("c1,mon,,8:00,10:00,,,\nc1,mon,,9:55,12:00,,,\n", "shifts.csv:3 [start]: c1 has other hours then, in row 2; keep one"),
        ("c1,mon,,8:00,10:00,odd,,\nc1,mon,,9:00,12:00,even,,\n", None),
        ("c1,mon,,8:00,10:00,odd,,\nc1,mon,,9:00,12:00,,,\n", "shifts.csv:3 [start]"),
        ("c1,mon,,8:00,10:00,,,2009-05-31\nc1,mon,,9:00,12:00,,2009-06-01,\n", None),
        ("c1,mon,,8:00,10:00,,2009-06-01,\nc1,mon,,9:00,12:00,,,2009-05-31\n", None),
        ("c1,mon,,8:00,10:00,,,2009-06-01\nc1,mon,,9:00,12:00,,2009-06-01,\n", "shifts.csv:3 [start]"),
        ("c1,mon,,8:00,10:00,,,\nc1,,2009-05-11,9:00,12:00,,,\n", None),
        ("c1,,2009-05-11,8:00,10:00,,,\nc1,,2009-05-11,9:00,12:00,,,\n", "shifts.csv:3 [start]"),
        ("c1,,2009-05-11,off,,,,\n", None),
        ("c1,,2009-05-11,FRI,,,,\nc1,,2009-05-11,9:00,12:00,,,\n", "shifts.csv:3 [start]"),
        ("c1,mon,,off,,,,\n", "shifts.csv:2 [start]: off goes with a date"),
        ("c1,,2009-05-11,off,12:00,,,\n", "shifts.csv:2 [end]: a day off has no hours"),
        ("c1,mon,,8:00,,,,\n", "shifts.csv:2 [end]: this must be filled in"),
        ("c1,mon,2009-05-11,8:00,9:00,,,\n", "shifts.csv:2 [date]: give a weekday or a date, not both"),
        ("c1,,,8:00,9:00,,,\n", "shifts.csv:2 [weekday]: give a weekday or a date"),
        ("c1,,2009-05-11,8:00,9:00,odd,,\n", "shifts.csv:2 [weeks]: this goes with a weekday, not with a date"),
        ("c1,mon,,8:00,9:00,,2009-05-12,2009-05-11\n", "shifts.csv:2 [valid_to]: this ends before it begins"),
    ],
)  # fmt: skip
def test_shifts_of_a_day(tmp_path: Path, rows: str, expected: str | None) -> None:
    lines = lines_of(write_folder(tmp_path, shifts=SHIFTS + rows))
    assert [expected in line for line in lines] == [True] if expected else lines == []


@pytest.mark.parametrize(
    ("shifts", "engagement", "expected"),
    [
        ("c1,mon,,8:00,10:00,,,\nc1,mon,,13:00,16:00,,,\n", "mon,,9:00,10:00,,,", None),
        ("c1,mon,,8:00,10:00,,,\nc1,mon,,13:00,16:00,,,\n", "mon,,11:00,12:00,,,",
         "[start]: this does not lie in one of the shifts of c1: 8:00–10:00, 13:00–16:00"),
        ("c1,mon,,8:00,10:00,,,\nc1,mon,,13:00,16:00,,,\n", "mon,,9:00,14:00,,,", "[end]: this does not lie"),
        ("c1,mon,,8:00,10:00,,,\nc1,mon,,10:00,16:00,,,\n", "mon,,9:00,14:00,,,", None),
        # Another shift in some weeks, from some day on, or on one date.
        ("c1,mon,,8:00,16:00,odd,,\nc1,mon,,12:00,16:00,even,,\n", "mon,,9:00,10:00,,,",
         "[start]: this lies outside the shift of c1, 12:00 to 16:00"),
        ("c1,mon,,8:00,16:00,odd,,\nc1,mon,,12:00,16:00,even,,\n", "mon,,9:00,10:00,odd,,", None),
        ("c1,mon,,8:00,16:00,,,2009-05-31\nc1,mon,,12:00,16:00,,2009-06-01,\n", "mon,,9:00,10:00,,,", "12:00 to 16:00"),
        ("c1,mon,,8:00,16:00,,,2009-05-31\nc1,mon,,12:00,16:00,,2009-06-01,\n", "mon,,9:00,10:00,,,2009-05-25", None),
        ("c1,mon,,8:00,16:00,,,2009-05-31\nc1,mon,,12:00,16:00,,2009-06-01,\n", "mon,,9:00,10:00,,,2009-06-01", "12:00 to 16:00"),
        ("c1,mon,,8:00,16:00,,,\nc1,,2009-06-08,12:00,16:00,,,\n", "mon,,9:00,10:00,,,", "12:00 to 16:00"),
        ("c1,mon,,8:00,16:00,,,\nc1,,2009-06-08,12:00,16:00,,,\n", "mon,,9:00,10:00,odd,,", None),  # week 24
        ("c1,mon,,8:00,16:00,,,\nc1,,2009-06-08,off,,,,\n", "mon,,9:00,10:00,,,", None),
        ("c1,mon,,12:00,16:00,,,\nc1,,2009-06-08,8:00,16:00,,,\n", ",2009-06-08,9:00,10:00,,,", None),
        ("c1,mon,,8:00,16:00,,2009-06-01,2009-06-07\n", "mon,,7:00,10:00,,,", "8:00 to 16:00"),
    ],
)  # fmt: skip
def test_engagements_lie_in_the_shifts_of_every_day(
    tmp_path: Path, shifts: str, engagement: str, expected: str | None
) -> None:
    heading = "engagement_id,title,kind,consultant_id,weekday,date,start,end,weeks,valid_from,valid_to\n"
    folder = write_folder(tmp_path, shifts=SHIFTS + shifts, engagements=f"{heading}e1,a,b,c1,{engagement}\n")
    lines = lines_of(folder)
    assert [expected in line for line in lines] == [True] if expected else lines == []


def test_engagements_at_the_same_time_in_different_months(tmp_path: Path) -> None:
    heading = "engagement_id,title,kind,consultant_id,weekday,start,end,valid_from,valid_to\n"
    rows = "e1,a,b,c1,mon,9:00,10:00,,2009-05-31\ne2,a,b,c1,mon,9:00,10:00,{},\n"
    assert lines_of(write_folder(tmp_path, engagements=heading + rows.format("2009-06-01"))) == []
    assert lines_of(write_folder(tmp_path, engagements=heading + rows.format("2009-05-25"))) == [
        "engagements.csv:3 [start]: c1 has e1 at the same time, in row 2"
    ]


def test_more_than_one_visit_a_week_is_not_planned_yet(tmp_path: Path) -> None:
    practices = (
        "practice_id,name,address,postcode,city,district,visits_a_week\n"
        f"P1,x,{PLACE},x,{{}}\nP2,x,{PLACE},x,\n"
    )
    demand = "practice_id,week,conversations,visits\nP1,2009-W20,2,{}\n"
    reason = "more than one visit a week cannot be planned yet; write 1, or leave this blank"
    fine = write_folder(tmp_path, practices=practices.format(1), demand=demand.format(1))
    assert lines_of(fine) == []
    assert lines_of(write_folder(tmp_path, practices=practices.format(2), demand=demand.format(2))) == [
        f"practices.csv:2 [visits_a_week]: {reason}",
        f"demand.csv:2 [visits]: {reason}",
    ]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("", "P1", "P2"), []),
        (("P1", "", ""), ["practices.csv:2 [same_as]: a practice cannot follow itself"]),
        (("P2", "P1", ""), ["practices.csv:2 [same_as]: a practice cannot follow itself",
                           "practices.csv:3 [same_as]: a practice cannot follow itself"]),
        (("", "P1", "P1"), ["practices.csv:4 [same_as]: P1 is followed by that of row 3 already; keep one"]),
        (("", "P9", ""), ["practices.csv:3 [same_as]: there is no P9 in practices"]),
    ],
)  # fmt: skip
def test_practices_that_follow_others(
    tmp_path: Path, lines: tuple[str, str, str], expected: list[str]
) -> None:
    rows = "".join(f"P{n},x,{PLACE},x,{same}\n" for n, same in enumerate(lines, start=1))
    practices = "practice_id,name,address,postcode,city,district,same_as\n" + rows
    assert lines_of(write_folder(tmp_path, practices=practices)) == expected


def test_a_short_room_may_adjoin_another(tmp_path: Path) -> None:
    rooms = "practice_id,weekday,start,end,room\nP1,mon,09:00,09:30,1\n{}P2,tue,09:00,12:00,\n"
    short = (
        "rooms.csv:{} [end]: the room is too short for one conversation, which takes 50 minutes with setup"
    )
    for row, expected in (
        ("", [short.format(2)]),
        ("P1,mon,09:30,09:50,1\n", []),
        ("P1,mon,09:30,09:49,1\n", [short.format(2), short.format(3)]),
        ("P1,mon,09:30,09:50,2\n", [short.format(2), short.format(3)]),
        ("P1,tue,09:30,12:00,1\n", [short.format(2)]),
    ):
        assert lines_of(write_folder(tmp_path, rooms=rooms.format(row))) == expected


def test_closures_of_hours_and_of_engagements(tmp_path: Path) -> None:
    engagements = (
        ENGAGEMENTS
        + "P2,a,b,c1,mon,,09:00,10:00,,\nc2,a,b,c1,tue,,09:00,10:00,,\ne1,a,b,c1,wed,,09:00,10:00,,\n"
    )
    closures = "who,from,to,start,end\nP1,2009-06-02,2009-06-02,{}\ne1,2009-06-03,2009-06-03,,\n"
    fine = write_folder(tmp_path, engagements=engagements, closures=closures.format("12:00,"))
    assert lines_of(fine) == []
    wrong = closures.format("12:00,11:00") + "P2,2009-06-01,2009-06-01,,\nc2,2009-06-01,2009-06-01,,\n"
    assert lines_of(write_folder(tmp_path, engagements=engagements, closures=wrong)) == [
        "closures.csv:2 [end]: this ends before it begins",
        "closures.csv:4 [who]: P2 is a practice and an engagement; give one of them another id",
        "closures.csv:5 [who]: c2 is a consultant and an engagement; give one of them another id",
    ]


def test_lunch_that_is_longer_than_its_window(tmp_path: Path) -> None:
    shifts = "consultant_id,weekday,start,end,lunch_minutes\nc1,mon,08:30,15:30,150\nc1,tue,08:30,15:30,151\n"
    assert lines_of(write_folder(tmp_path, shifts=shifts)) == [
        "shifts.csv:3 [lunch_minutes]: a lunch of 151 minutes does not fit between lunch_from and lunch_to, 11:00 to 13:30"
    ]
