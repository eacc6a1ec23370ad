"""What the API answers and is sent. Field names are those of the tables and of roster.json; units are in names."""

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from scheduler.model.locks import Kept
from scheduler.model.outcomes import OUTCOMES
from scheduler.web.roles import Role, Scope

_Item = TypeVar("_Item")
EditionState = Literal["draft", "published", "superseded"]
JobState = Literal["waiting", "running", "done", "failed", "cancelled"]

#: Names, ids and words that people write.
Said = Annotated[str, Field(min_length=1, max_length=200)]
Count = Annotated[int, Field(ge=0, le=100)]
Date = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", json_schema_extra={"format": "date"})]
Clock = Annotated[str, Field(pattern=r"^[0-2][0-9]:[0-5][0-9]$")]


class Given(BaseModel):
    """What is sent: nothing else may be in it, and numbers are no text."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Shown(BaseModel):
    """What is answered."""


class ProblemEntry(Shown):
    """One thing that is wrong, and where; null where that does not apply."""

    table: str | None
    row: int | None
    column: str | None
    reason: str
    hint: str | None


class Problem(Shown):
    """Why something was not done (RFC 9457), with one entry a problem."""

    type: str
    title: str
    status: int
    problems: list[ProblemEntry]


class Page(Shown, Generic[_Item]):
    """Some of the items of a list: `limit` from `offset` on, of `total`."""

    items: list[_Item]
    total: int
    limit: int
    offset: int


def page(items: Sequence[_Item], limit: int, offset: int) -> Page[_Item]:
    """Return some of the items of a list."""
    return Page(items=list(items[offset : offset + limit]), total=len(items), limit=limit, offset=offset)


class Me(Shown):
    """For whom the calls are that show this token or cookie."""

    name: str
    roles: list[Role]
    consultant_id: str | None
    scopes: list[Scope]
    token: str | None
    token_ends_at: dt.datetime | None


class EditionItem(Shown):
    """An edition of a week, without its roster."""

    week: str
    edition: int
    state: EditionState
    made_at: dt.datetime
    issued_at: dt.datetime | None
    who: str


class WeekItem(Shown):
    """A week, with the numbers of what is published and of its draft."""

    week: str
    monday: dt.date
    published: int | None
    draft: int | None


class TravelTime(Shown):
    """The ride from one place to another, without parking."""

    from_id: str
    to_id: str
    ride_seconds: int
    ride_metres: int


class JobItem(Shown):
    """Work that was asked for, and how far it is."""

    job: int
    kind: str
    week: str | None
    asked_by: str
    asked_at: dt.datetime
    state: JobState
    step: str
    score: int | None
    bound: int | None
    failure: list[str]
    ended_at: dt.datetime | None


class JobAsked(Given):
    """Work to be done: a week to be planned."""

    kind: Literal["plan"]
    week: Annotated[str, Field(pattern=r"^[0-9]{4}-W[0-9]{2}$")]


class PublicationLook(Shown):
    """What publishing the draft of a week would do: what it changes, and who will be told what."""

    week: str
    edition: int
    changed: list[str]
    told: list["ToldItem"]


class ToldItem(Shown):
    """Somebody who will be told of an edition, and what has changed for them."""

    id: str
    name: str
    changed: list[str]


class PublicationAsked(Given):
    """Which edition the draft is to become: the one that was looked at."""

    edition: Annotated[int, Field(ge=1, le=1_000_000)]


class PublicationDone(Shown):
    """An edition that was published."""

    week: str
    edition: int
    messages: int
    by_mail: bool
    calls: list[str]
    unreached: list[str]


class LockItem(Shown):
    """What replanning keeps of a published week."""

    id: str | None
    date: dt.date | None
    consultant_id: str | None
    keeps: Kept
    told: str


class LockAsked(Given):
    """A lock: of a visit by its id, or of a day, a consultant, or both."""

    id: Said | None = None
    date: Date | None = None
    consultant_id: Said | None = None
    keeps: Kept = "whole"


class Written(Shown):
    """What was done, in words, and how many rows it changed."""

    told: str
    rows: int
    notes: list[str]


class OutcomeCounts(Given):
    """What became of all planned conversations of a visit."""

    held: Count = 0
    cancelled: Count = 0
    no_show: Count = 0
    not_booked: Count = 0
    by_practice: Count = 0
    by_us: Count = 0


assert tuple(OutcomeCounts.model_fields) == OUTCOMES  # noqa: S101 - the contract's names


class LogItem(Shown):
    """A practice in a week: what was asked for, planned and booked, and what became of it, where that is told."""

    week: str
    practice_id: str
    asked: int
    extra: int
    planned: int
    consultant_id: str | None
    start: dt.datetime | None
    booked: int | None
    outcomes: OutcomeCounts | None


class LogAsked(Given):
    """What became of a visit, how many conversations were booked, or both."""

    practice_id: Said
    outcomes: OutcomeCounts | None = None
    booked: Count | None = None


class LogApartAsked(Given):
    """How many conversations a consultant held in a day by telephone, and at citizens' homes."""

    consultant_id: Said
    date: Date
    by_phone: Count | None = None
    at_home: Count | None = None


class OwedItem(Shown):
    """What is owed to a practice of one week."""

    practice_id: str
    name: str
    week: str
    conversations: int
    not_planned: int


class PlaceItem(Shown):
    """A place where a visit may be, with what it costs in points: the others in place, and free to move."""

    date: dt.date
    start: dt.datetime
    consultant_id: str
    conversations: int
    points_others_in_place: int | None
    points_others_free: int | None
    moved: list[str]


class MoveAsked(Given):
    """A visit, and where it might be; without a consultant whoever can make it best has it."""

    id: Said
    date: Date
    start: Clock
    consultant_id: Said | None = None


class MovePriced(Shown):
    """What a move costs, and whom it moves; where it is not legal there is no slot, and which rules it breaks."""

    id: str
    week: str
    slots: list[PlaceItem]
    broken: list[str]
    changed: list[str]


class Offers(Shown):
    """The best places for one more visit of a practice, or for more conversations in the one that it has."""

    id: str
    week: str
    conversations: int
    slots: list[PlaceItem]


class ExceptionAsked(Given):
    """Something that happens: to whom, and when, in words or as ``["2009-05-12"]`` and ``["2009-05-12", "9-12"]``.

    `kind` is `absence` or `other_hours` of a consultant, `closure` or `extra_room` of a practice, or `engagement`,
    which falls away or is moved `to` another time. No reason is asked for.
    """

    kind: Literal["absence", "closure", "extra_room", "other_hours", "engagement"]
    who: Said
    when: Annotated[list[Said], Field(min_length=1, max_length=10)]
    to: Annotated[list[Said], Field(max_length=10)] = []


class CallItem(Shown):
    """A stop of a published roster that an exception touches, and what may be said of it."""

    week: str
    edition: int
    kind: str
    id: str
    name: str
    phone: str
    consultant_id: str
    start: dt.datetime
    conversations: int
    soon: bool
    sentence: str


class ExceptionLooked(Shown):
    """What an exception changes, and whom to call."""

    told: str
    rows: int
    notes: list[str]
    calls: list[CallItem]


class ColumnItem(Shown):
    """A column of a table."""

    column: str
    kind: str
    required: bool


class TableItem(Shown):
    """A table: its columns, and how many rows it has."""

    table: str
    required: bool
    columns: list[ColumnItem]
    rows: int


class RowItem(Shown):
    """A row of a table by its number: text by column; blank cells are left out, and where homes are, too."""

    row: int
    cells: dict[str, str]


class RowAsked(Given):
    """Cells of a row as people write them, by column; an empty one is blank."""

    cells: Annotated[
        dict[Annotated[str, Field(max_length=40)], Annotated[str, Field(max_length=2000)]],
        Field(min_length=1, max_length=40),
    ]
