"""What can be chosen for a scenario in a form: each choice becomes changes as a scenario file has them.

A form asks for fields; what is written in them is not read here, but when the changes are made of the project, by the
rules that its tables have.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Literal

from scheduler.base.errors import InputError
from scheduler.base.i18n import N_, _, weekday
from scheduler.inputs.candidates import Candidate
from scheduler.inputs.cells import WEEKDAYS_EN, Cell
from scheduler.model.project import Project
from scheduler.scenario.changes import Add, Change, Drop, Move, Set
from scheduler.scenario.papers import new_name
from scheduler.scenario.taking import taken

#: The fields of a form, by name, each with what was written or chosen.
Form = Mapping[str, Sequence[str]]

#: What a field is: one or many of a list, weekdays, a time, a number or a text, or a place on the map.
Kind = Literal[
    "candidates",
    "practice",
    "consultant",
    "consultants",
    "base",
    "days",
    "day",
    "time",
    "number",
    "text",
    "point",
]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form: what it is called there, what people call it, and what it is."""

    name: str
    label: str
    kind: Kind
    required: bool = True


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be different: its title, what is asked for, and the changes that are made of it."""

    title: str
    fields: tuple[Field, ...]
    make: "Callable[[_Made], list[Change]]"


@dataclass(frozen=True, slots=True)
class _Made:
    """What a form says, of which project and candidates."""

    form: Form
    project: Project
    candidates: Sequence[Candidate]

    def one(self, name: str) -> str:
        """Return what was written in a field; empty where nothing was."""
        return next((text for each in self.form.get(name, ()) if (text := " ".join(each.split()))), "")

    def many(self, name: str) -> list[str]:
        """Return all that was chosen of a field; an `InputError` where nothing was."""
        if not (found := [each for each in self.form.get(name, ()) if each]):
            raise InputError(_("choose at least one"))
        return found

    def cells(self, **fields: str) -> dict[str, Cell]:
        """Return cells with what was written in fields, by the name of the column; blank ones are left out."""
        return {column: text for column, field in fields.items() if (text := self.one(field))}


_PLACE = (
    Field("address", N_("Street and number"), "text"),
    Field("postcode", N_("Postcode"), "text"),
    Field("city", N_("Town"), "text"),
    Field("point", N_("Or where on the map (lat, lon)"), "point", required=False),
)
_HOURS = (Field("start", N_("From (time)"), "time"), Field("end", N_("To (time)"), "time"))


def _where(made: _Made) -> dict[str, Cell]:
    """Return the cells of a place; its point, where one was chosen, as `lat, lon`."""
    cells = made.cells(address="address", postcode="postcode", city="city")
    if point := made.one("point"):
        lat, comma, lon = point.partition(",")
        if not comma:
            raise InputError(_("write the point as two numbers, like 55.6650, 12.5493"))
        cells |= {"lat": lat.strip(), "lon": lon.strip()}
    return cells


def _candidates(made: _Made) -> list[Change]:
    by_id = {each.candidate_id: each for each in made.candidates}
    chosen = [by_id[id_] for id_ in made.many("candidates") if id_ in by_id]
    return [change for each in chosen for change in taken(made.project, each)]


def _practice_gone(made: _Made) -> list[Change]:
    return [Drop("practices", made.cells(practice_id="practice"))]


def _consultant_new(made: _Made) -> list[Change]:
    ids = {each.consultant_id: each for each in made.project.consultants}
    places = {each.place_id: each for each in made.project.all_places}
    id_ = new_name(made.one("name"), {**ids, **places})
    cells = {"consultant_id": id_, **made.cells(name="name", max_conversations_per_day="most")}
    if base := made.one("base"):
        cells["base_id"] = base
    hours = made.cells(start="start", end="end")
    return [
        Add("consultants", cells),
        *(Add("shifts", {"consultant_id": id_, "weekday": day, **hours}) for day in made.many("days")),
    ]


def _consultant_gone(made: _Made) -> list[Change]:
    return [Drop("consultants", made.cells(consultant_id="consultant"))]


def _other_hours(made: _Made) -> list[Change]:
    who, hours = made.cells(consultant_id="consultant"), made.cells(start="start", end="end")
    return [Set("shifts", {**who, "weekday": day, **hours}) for day in made.many("days")]


def _room(made: _Made) -> list[Change]:
    return [Add("rooms", made.cells(practice_id="practice", weekday="day", start="start", end="end"))]


def _rhythm(made: _Made) -> list[Change]:
    return [
        Set(
            "practices",
            made.cells(practice_id="practice", every_weeks="every_weeks", conversations="conversations"),
        )
    ]


def _base_moved(made: _Made) -> list[Change]:
    return [Move("bases", {**made.cells(base_id="base"), **_where(made)})]


def _base_new(made: _Made) -> list[Change]:
    """Add a base for some consultants; the practices that are theirs go with them."""
    project = made.project
    there = {each.place_id: each for each in project.all_places}
    id_ = new_name(made.one("name"), {**there, **{c.consultant_id: c for c in project.consultants}})
    who = made.many("consultants")
    theirs = [each.practice_id for each in project.practices if each.consultant_id in who]
    return [
        Add("bases", {"base_id": id_, **made.cells(name="name"), **_where(made)}),
        *(Set("consultants", {"consultant_id": each, "base_id": id_}) for each in who),
        *(Set("practices", {"practice_id": each, "base_id": id_}) for each in theirs),
    ]


def _minutes(made: _Made) -> list[Change]:
    return [Set("defaults", {"conversation_minutes": _whole(made.one("minutes"))})]


def _speed(made: _Made) -> list[Change]:
    return [Set("cycling", {"speed_kph": _whole(made.one("kph"))})]


def _whole(text: str) -> Cell:
    """Return a number as the settings want it; what is none is told as of theirs."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else text


#: What can be chosen, by the name that a form has for it.
CHOICES: Mapping[str, Choice] = {
    "kandidater": Choice(
        N_("Candidates join"), (Field("candidates", N_("Which"), "candidates"),), _candidates
    ),
    "lokale": Choice(
        N_("A practice lends a room more"),
        (Field("practice", N_("Practice"), "practice"), Field("day", N_("Weekday"), "day"), *_HOURS),
        _room,
    ),
    "rytme": Choice(
        N_("A practice is visited more often, or less"),
        (
            Field("practice", N_("Practice"), "practice"),
            Field("every_weeks", N_("Every so many weeks"), "number", required=False),
            Field("conversations", N_("Conversations a visit"), "number", required=False),
        ),
        _rhythm,
    ),
    "praksis-ud": Choice(
        N_("A practice leaves"), (Field("practice", N_("Practice"), "practice"),), _practice_gone
    ),
    "raadgiver": Choice(
        N_("A consultant more"),
        (
            Field("name", N_("Name"), "text"),
            Field("days", N_("On these days"), "days"),
            *_HOURS,
            Field("most", N_("At most so many conversations a day"), "number", required=False),
            Field("base", N_("From which base"), "base", required=False),
        ),
        _consultant_new,
    ),
    "arbejdstid": Choice(
        N_("Other hours"),
        (
            Field("consultant", N_("Consultant"), "consultant"),
            Field("days", N_("On these days"), "days"),
            *_HOURS,
        ),
        _other_hours,
    ),
    "raadgiver-ud": Choice(
        N_("A consultant fewer"), (Field("consultant", N_("Consultant"), "consultant"),), _consultant_gone
    ),
    "base": Choice(
        N_("A base more"),
        (
            Field("name", N_("Name"), "text"),
            *_PLACE,
            Field("consultants", N_("Who works from there"), "consultants"),
        ),
        _base_new,
    ),
    "base-flyttet": Choice(N_("A base elsewhere"), (Field("base", N_("Base"), "base"), *_PLACE), _base_moved),
    "minutter": Choice(
        N_("Conversations take other time"),
        (Field("minutes", N_("Minutes a conversation"), "number"),),
        _minutes,
    ),
    "fart": Choice(N_("Other speed"), (Field("kph", N_("Kilometres an hour"), "number"),), _speed),
}


def changes_of(choice: Choice, form: Form, project: Project, candidates: Sequence[Candidate]) -> list[Change]:
    """Return the changes that a form asks for; an `InputError` where something is missing."""
    made = _Made(form, project, candidates)
    for field in choice.fields:
        if field.required and not made.one(field.name):
            raise InputError(_("fill in: {field}").format(field=_(field.label)))
    return choice.make(made)


def options(kind: Kind, project: Project, candidates: Sequence[Candidate]) -> list[tuple[str, str]]:
    """Return what can be chosen in a field of a kind: what is sent, and what people read; nothing for what is written."""
    places = {each.place_id: each.name for each in project.places}
    if kind in ("days", "day"):
        return [(name, weekday(number)) for number, name in enumerate(WEEKDAYS_EN[:5])]
    found = {
        "candidates": [(each.candidate_id, each.place.name) for each in candidates],
        "practice": [(each.practice_id, places[each.practice_id]) for each in project.practices],
        "consultant": [(each.consultant_id, each.name) for each in project.consultants],
        "base": [(each.place_id, each.name) for each in project.bases],
    }
    found["consultants"] = found["consultant"]
    return sorted(found.get(kind, ()), key=itemgetter(1))
