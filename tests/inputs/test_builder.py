"""A project built by calls: the tables' columns, the tables' rules, and problems that name the call."""

import datetime as dt
import inspect
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from scheduler.base.errors import InputError
from scheduler.inputs.builder import CALLS, ProjectBuilder
from scheduler.inputs.schema import TABLES, Table
from scheduler.model.clock import Week
from scheduler.model.config import DEFAULT_WEIGHTS, Defaults
from scheduler.model.project import BASE, Origin

#: Examples are of this year.
YEAR = dt.date.today().year  # noqa: DTZ011 - that of the clock on the wall


def small(**sections: Any) -> ProjectBuilder:
    return (
        ProjectBuilder(**sections)
        .add_base()
        .add_practice("valby", conversations=2)
        .add_room("valby", weekday="tue", start="09:00", end="12:00")
        .add_consultant("anna")
        .add_shift("anna", weekday="tue", start="08:00", end="15:30")
    )


def lines(builder: ProjectBuilder) -> list[str]:
    """What is wrong with a builder, one line each."""
    try:
        builder.project()
    except InputError as error:
        return [str(problem) for problem in error.problems]
    return []


# --- The calls are the tables -------------------------------------------------------------------------


def test_every_table_has_its_call() -> None:
    assert list(CALLS) == [table.name for table in TABLES]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_call_has_the_columns_of_its_table_with_their_defaults(table: Table) -> None:
    renamed = {"from": "first_day", "to": "last_day"}
    call = getattr(ProjectBuilder, CALLS[table.name])
    parameters = dict(inspect.signature(call).parameters)
    del parameters["self"]
    assert set(parameters) == {renamed.get(column.name, column.name) for column in table.columns}
    assert call.__doc__
    for column in table.columns:
        default = parameters[renamed.get(column.name, column.name)].default
        if not column.required:
            assert default == column.default, column.name
        elif column.name == "base_id":
            assert default == BASE
        else:
            assert default in (inspect.Parameter.empty, ""), column.name


# --- What comes out -----------------------------------------------------------------------------------


def test_a_project_has_what_the_calls_say_and_the_usual_settings() -> None:
    project = small().project()
    assert project.config.weights == DEFAULT_WEIGHTS
    assert project.config.defaults == Defaults()
    assert [place.place_id for place in (*project.bases, *project.places)] == [BASE, "valby"]
    (room,) = project.rooms
    assert (room.weekday, room.start_s, room.end_s) == (1, 9 * 3600, 12 * 3600)
    assert room.origin == Origin('add_room("valby")', 1)
    assert project.shifts[0].lunch_s == 1800


def test_without_a_name_the_id_is_shown() -> None:
    project = small().add_place("course").project()
    assert [place.name for place in project.places] == ["valby", "course"]
    assert [consultant.name for consultant in project.consultants] == ["anna"]
    named = small().add_place("course", name="Kursus").project()
    assert named.places[-1].name == "Kursus"


def test_some_weights_and_settings_are_others() -> None:
    config = (
        small(
            weights={"waiting_second": 7},
            defaults={"setup_minutes": 10, "lunch_from": "10:30", "lunch_to": dt.time(12)},
            cycling={"speed_kph": 18},
            calendar={"also_closed": ("12-24",)},
            period={"start": "2009-01-01", "end": dt.date(2009, 12, 31)},
            simulation={"no_show_share": 0.1},
            costs={"practice_dkk_a_year": 5},
        )
        .project()
        .config
    )
    assert config.weights == {**DEFAULT_WEIGHTS, "waiting_second": 7}
    assert (config.defaults.setup_s, config.defaults.lunch_from_s) == (600, 10 * 3600 + 1800)
    assert config.defaults.lunch_to_s == 12 * 3600
    assert config.cycling.speed_kph == 18
    assert config.calendar.also_closed == ("12-24",)
    assert config.period.end == dt.date(2009, 12, 31)
    assert config.simulation.no_show_share == 0.1
    assert config.costs is not None


def test_values_of_python_numpy_and_pandas_are_cells() -> None:
    table = pd.DataFrame({"n": [3], "day": pd.to_datetime(["2009-05-12"])})
    row: Any = next(table.itertuples())
    three: Any = np.int64(3)
    noon: Any = dt.timedelta(hours=12)
    project = (
        small()
        .add_practice(
            "vester", conversations=three, lat=np.float64(55.66), lon=12.5, first_week=Week(2009, 20)
        )
        .add_room("vester", date=row.day, start=dt.time(9), end=noon)
        .add_demand("vester", week=Week(2009, 20), conversations=row.n)
        .add_closure("vester", first_day=dt.date(2009, 6, 1), last_day="2009-06-02")
        .project()
    )
    assert project.practices[1].conversations == 3
    assert project.practices[1].first_week == Week(2009, 20)
    assert project.rooms[1].date == dt.date(2009, 5, 12)
    assert project.rooms[1].end_s == 12 * 3600
    assert project.demand[0].conversations == 3
    assert project.closures[0].last_day == dt.date(2009, 6, 2)


def test_equal_calls_make_equal_projects_and_others_do_not() -> None:
    assert small().project() == small().project()
    assert small().project().sha256 != small(weights={"change": 1}).project().sha256
    assert small().project().sha256 != small().add_place("course").project().sha256


def test_bases_may_have_any_id() -> None:
    project = (
        ProjectBuilder()
        .add_base("nord")
        .add_practice("valby", base_id="nord")
        .add_room("valby", weekday="tue", start="09:00", end="12:00")
        .add_consultant("anna", base_id="nord")
        .add_shift("anna", weekday="tue", start="08:00", end="15:30")
        .project()
    )
    assert [base.place_id for base in project.bases] == ["nord"]


def test_a_builder_says_what_is_in_it() -> None:
    assert repr(ProjectBuilder()) == "<ProjectBuilder: empty>"
    assert repr(small().add_base("nord")) == (
        "<ProjectBuilder: 2 bases, 1 practices, 1 rooms, 1 consultants, 1 shifts>"
    )


# --- What is wrong ------------------------------------------------------------------------------------


def test_everything_that_is_wrong_is_told_at_once_with_call_and_argument() -> None:
    builder = (
        small(weights={"waiting_secon": 2, "change": -1})
        .add_practice("vester", conversations=-2)
        .add_room("valby", weekday="tue", start="12:00", end="09:00")
        .add_room("nobody", weekday="tue", start="09:00", end="12:00")
        .add_shift("anna", weekday="tue", start="14:00", end="15:00")
    )
    assert lines(builder) == [
        "ProjectBuilder [weights.waiting_secon]: there is no such setting; did you mean waiting_second?",
        'ProjectBuilder [weights.change]: "-1" is not a number from 0 to 100000000',
        'add_practice("vester"):2 [conversations]: "-2" is not a number from 0 to 100',
        'add_room("nobody"):3 [practice_id]: there is no nobody in practices',
        'add_room("valby"):2 [end]: this ends before it begins',
        'add_shift("anna"):2 [start]: anna has other hours then, in row 1; keep one',
    ]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (True, "is not a whole number"),
        (np.bool_(True), "is not a whole number"),  # noqa: FBT003 - a value as others
        (2.5, "is not a whole number"),
        ("many", "is not a whole number"),
        (math.nan, "there is no value here (NaN)"),
        (np.float64("nan"), "there is no value here (NaN)"),
        (math.inf, "is not a whole number"),
        (10**400, "this number is too long"),
        pytest.param(10**5000, "this number is too long", id="endless"),
        ([2], "list is neither text nor a number"),
        (np.array([1, 2]), "ndarray is neither text nor a number"),
        (pd.NA, "NAType is neither text nor a number"),
        (object(), "object is neither text nor a number"),
    ],
)
def test_a_number_of_conversations_that_is_none(value: Any, reason: str) -> None:
    (line,) = lines(small().add_practice("vester", conversations=value))
    assert line.startswith('add_practice("vester"):2 [conversations]: ')
    assert reason in line


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (math.nan, "NaN"),
        (math.inf, "is not text"),
        (pd.NaT, "NaN"),
        (["a"], "neither text"),
        (True, "not text"),
        ("a b", "is not an id"),
        ("\ud800", "control characters"),
        (None, "this must be filled in"),
        ("all", "has a meaning of its own"),
    ],
)
def test_an_id_that_is_none(value: Any, reason: str) -> None:
    found = lines(small().add_practice(value))
    assert len(found) == 1
    assert reason in found[0]
    assert "[practice_id]" in found[0]


@pytest.mark.parametrize(
    ("call", "arguments", "line"),
    [
        ("add_practice", {"practice_id": "VALBY"}, 'add_practice("VALBY"):2 [practice_id]: the id VALBY is already taken in add_practice("valby"):1; choose another'),
        ("add_practice", {"practice_id": "p", "lat": 55.6}, 'add_practice("p"):2 [lon]: lat and lon belong together; give both or neither'),
        ("add_practice", {"practice_id": "p", "lat": 12.5, "lon": 55.6}, 'add_practice("p"):2 [lat]: lat and lon are swapped: lat is about 55, lon about 12'),
        ("add_practice", {"practice_id": "p", "base_id": "nord"}, 'add_practice("p"):2 [base_id]: there is no nord in bases, base'),
        ("add_room", {"practice_id": "valby", "start": "09:00", "end": "12:00"}, 'add_room("valby"):2 [weekday]: give a weekday or a date'),
        ("add_room", {"practice_id": "valby", "weekday": 1, "start": "09:00", "end": "12:00"}, 'add_room("valby"):2 [weekday]: "1" is not a weekday; write one of mon, tue, wed, thu, fri, sat, sun or man, tir, ons, tor, fre, lør, søn'),
        ("add_room", {"practice_id": "valby", "weekday": "wed", "start": "09:00", "end": "09:30"}, 'add_room("valby"):2 [end]: the room is too short for one conversation, which takes 50 minutes with setup'),
        ("add_room", {"practice_id": "valby", "weekday": "tue", "start": 9, "end": "12:00"}, 'add_room("valby"):2 [start]: "9" is not a time of day in whole minutes; write it like 09:30'),
        ("add_agreement", {"practice_id": "vlby", "weekday": "tue", "start": "09:00"}, 'add_agreement("vlby"):1 [practice_id]: there is no vlby in practices; did you mean valby?'),
        ("add_consultant", {"consultant_id": "bo", "speed_kph": 0}, 'add_consultant("bo"):2 [speed_kph]: "0" is not a number from 5 to 45'),
        ("add_pin", {"id": "valby", "date": "2009-02-30", "start": "09:00"}, 'add_pin("valby"):1 [date]: "2009-02-30" is not in the calendar'),
        ("add_closure", {"who": "anna", "first_day": "2009-05-12", "last_day": "2009-05-11"}, 'add_closure("anna"):1 [last_day]: this ends before it begins'),
        ("add_closure", {"who": "anna", "first_day": "x", "last_day": "2009-05-11"}, f'add_closure("anna"):1 [first_day]: "x" is not a date; write it like {YEAR}-05-12 or 12-05-{YEAR}'),
        ("add_demand", {"practice_id": "valby", "week": "2009-W54", "conversations": 1}, 'add_demand("valby"):1 [week]: there is no week 54 in 2009; its last is week 53'),
        ("add_engagement", {"engagement_id": "e", "title": "Møde", "kind": "meeting", "consultant_id": "anna", "weekday": "tue", "start": "07:00", "end": "09:00"}, 'add_engagement("e"):1 [start]: this lies outside the shift of anna, 8:00 to 15:30'),
    ],
)  # fmt: skip
def test_rules_of_tables_hold_for_calls(call: str, arguments: dict[str, Any], line: str) -> None:
    assert lines(getattr(small(), call)(**arguments)) == [line]


def test_what_is_missing_altogether() -> None:
    assert lines(ProjectBuilder()) == [
        *(
            f"{CALLS[name]}: the table has no rows; it needs at least one"
            for name in ("practices", "rooms", "consultants", "shifts")
        ),
        "add_base: nothing is here; add the base, where rounds begin and end",
    ]


def test_who_rides_from_a_base_that_was_not_added() -> None:
    builder = small()
    builder._calls["bases"].clear()
    builder.add_base("nord")
    reason = "no base has the id base; add it with add_base, or name another base_id"
    assert lines(builder) == [
        f'add_practice("valby"):1 [base_id]: {reason}',
        f'add_consultant("anna"):1 [base_id]: {reason}',
    ]


@pytest.mark.parametrize(
    ("section", "values", "reason"),
    [
        ("weights", {"change": True}, "[weights.change]: "),
        ("weights", {"change": math.nan}, "[weights.change]: there is no value here (NaN)"),
        ("weights", {"change": "much"}, "[weights.change]: "),
        ("weights", {"change": 10**400}, "[weights.change]: this number is too long"),
        ("weights", {5: 1}, "[weights.5]: there is no such setting"),
        ("weights", [1], "[weights]: this must be a mapping of names to values"),
        ("defaults", {"setup_minutes": -1}, "[defaults.setup_minutes]: "),
        ("cycling", {"speed_kph": 0}, "[cycling.speed_kph]: "),
        ("calendar", {"also_closed": [object()]}, "[calendar.also_closed]: "),
        ("calendar", {"country": "XX"}, "[calendar.country]: "),
        ("period", {"start": "2009-01-01"}, "[period.end]: a period needs both start and end"),
    ],
)
def test_settings_that_are_none(section: str, values: Any, reason: str) -> None:
    found = lines(small(**{section: values}))
    assert len(found) == 1
    assert found[0].startswith(f"ProjectBuilder {reason}")


def test_a_setting_of_none_is_the_usual_one() -> None:
    assert small(weights={"change": None}).project().config.weights == DEFAULT_WEIGHTS


def test_where_people_live_and_personal_numbers_are_never_repeated() -> None:
    builder = small().add_home_visit(
        "h1",
        date="2009-05-12",
        start="10:00",
        end="12:00",
        minutes=60,
        address="Annexstræde\x07 7",
        lat="Annex",  # type: ignore[arg-type]  # wrong on purpose
    )
    builder.add_practice("010190-1234").add_place("course", name="Ole 010190-1234")
    text = "\n".join(lines(builder))
    assert "[address]" in text
    assert "CPR" in text
    assert "Annex" not in text
    assert "1234" not in text


def test_there_is_an_end_to_problems() -> None:
    builder = small()
    for number in range(2000):
        builder.add_room(f"nobody{number}", weekday="x", start="y", end="z")
    assert 300 < len(lines(builder)) < 500
