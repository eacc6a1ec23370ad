"""The tables of a project folder: their names, columns and headings, in English and Danish.

Everything that reads, writes or explains a table goes by this list.
"""

import unicodedata
from dataclasses import dataclass, field
from typing import Any, Literal

from scheduler.base import limits
from scheduler.inputs import cells, dates
from scheduler.inputs.cells import ALL_NAMES, BASE_NAMES, Parser

Kind = Literal[
    "id", "reference", "text", "date", "time", "weekday", "pattern", "week", "number", "coordinate"
]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    `refers` names the tables in whose ids a reference must be found, `besides` the words that are
    right without being in any. A column that is not `required` may be missing or blank and then
    has the value `default`.
    """

    name: str
    danish: str
    kind: Kind
    parse: Parser
    required: bool = True
    default: Any = None
    refers: tuple[str, ...] = ()
    besides: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    @property
    def headings(self) -> tuple[str, ...]:
        """All headings under which the column may stand."""
        return (self.name, self.danish, *self.also)


@dataclass(frozen=True, slots=True)
class Table:
    """A table: `name` is that of the CSV file and the sheet, `danish` of the Danish sheet.

    `unique` are the columns that no two rows may share; `named_by` are those by which a scenario names a row of a
    table without ids. What stands in a `private` table is not
    repeated in messages. It may have `most_rows`.
    """

    name: str
    danish: str
    columns: tuple[Column, ...]
    required: bool = False
    unique: tuple[str, ...] = ()
    named_by: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    private: bool = False
    most_rows: int = limits.ROWS
    by_heading: dict[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_heading = {key(heading): column for column in self.columns for heading in column.headings}
        object.__setattr__(self, "by_heading", by_heading)

    @property
    def keys(self) -> frozenset[str]:
        """What its file or sheet may be called, as `key` has it."""
        return frozenset(map(key, (self.name, self.danish, *self.also)))

    @property
    def id_column(self) -> Column | None:
        """The column that gives a row its id, if the table has one."""
        return next((column for column in self.columns if column.kind == "id"), None)


def key(heading: str) -> str:
    """Return what is compared of a heading or a sheet's name: small letters and digits only."""
    heading = unicodedata.normalize("NFKC", heading).casefold()
    heading = heading.replace("æ", "ae").replace("ø", "oe").replace("å", "aa")
    return "".join(letter for letter in heading if letter.isalnum())


def _id(name: str, danish: str) -> Column:
    return Column(name, danish, "id", cells.new_identifier)


def _reference(
    name: str,
    danish: str,
    *refers: str,
    required: bool = True,
    besides: tuple[str, ...] = (),
    default: str | None = None,
    also: tuple[str, ...] = (),
) -> Column:
    return Column(
        name,
        danish,
        "reference",
        cells.reference,
        required,
        default,
        refers=refers,
        besides=besides,
        also=also,
    )


def _place(*, required: bool) -> Column:
    return _reference(
        "place",
        "Sted",
        "bases",
        "practices",
        "places",
        required=required,
        default=None if required else "base",
        besides=BASE_NAMES,
        also=("Sted-id",),
    )


def _text(name: str, danish: str, *also: str, required: bool = True) -> Column:
    return Column(name, danish, "text", cells.text, required, "", also=also)


def _date(name: str, danish: str, *also: str, required: bool = False) -> Column:
    return Column(name, danish, "date", dates.date, required, also=also)


def _time(name: str, danish: str, *also: str, required: bool = True) -> Column:
    return Column(name, danish, "time", cells.time, required, also=also)


def _weekday(*, required: bool) -> Column:
    return Column("weekday", "Ugedag", "weekday", cells.weekday, required)


def _number(
    name: str,
    danish: str,
    low: int,
    high: int,
    *also: str,
    required: bool = False,
    default: int | None = None,
) -> Column:
    return Column(name, danish, "number", cells.whole(low, high), required, default, also=also)


_WEEKS = Column("weeks", "Uger", "pattern", cells.pattern, required=False, default="all")
_VALID_FROM, _VALID_TO = _date("valid_from", "Gælder fra"), _date("valid_to", "Gælder til")
_START, _END = _time("start", "Start", "Fra"), _time("end", "Slut", "Til")
_LAT = Column("lat", "Breddegrad", "coordinate", cells.decimal(-90, 90), required=False)
_LON = Column("lon", "Længdegrad", "coordinate", cells.decimal(-180, 180), required=False)
_NAME, _ADDRESS, _CITY = _text("name", "Navn"), _text("address", "Adresse"), _text("city", "By")
_POSTCODE = Column("postcode", "Postnr", "text", cells.postcode, also=("Postnummer",))
_DISTRICT = _text("district", "Bydel", required=False)
_EMAIL = Column("email", "E-mail", "text", cells.email, required=False, default="")
_PHONE = Column(
    "phone", "Telefon", "text", cells.phone, required=False, default="", also=("Tlf", "Telefonnummer")
)
_NOTE = _text("note", "Bemærkning", "Note", required=False)
_BASE = _reference(
    "base_id", "Base", "bases", required=False, default="base", besides=BASE_NAMES, also=("Base-id",)
)
_PRACTICE = _reference("practice_id", "Praksis", "practices", also=("Praksis-id",))
_CONSULTANT = _reference("consultant_id", "Rådgiver", "consultants", also=("Rådgiver-id",))
_OWN_CONSULTANT = _reference(
    "consultant_id", "Rådgiver", "consultants", required=False, also=("Rådgiver-id",)
)
_PRIORITY = _number("priority", "Prioritet", 0, 1000, default=1)

TABLES: tuple[Table, ...] = (
    Table(
        "practices",
        "Lægepraksisser",
        (
            _id("practice_id", "Praksis-id"),
            _NAME,
            _ADDRESS,
            _POSTCODE,
            _CITY,
            _text("district", "Bydel"),
            _LAT,
            _LON,
            _number("every_weeks", "Uger mellem besøg", 1, 104, default=1),
            Column("first_week", "Første uge", "week", dates.week, required=False),
            _number("conversations", "Samtaler", 0, 100, default=1),
            _number("max_conversations", "Højst samtaler", 1, 100),
            _number("visits_a_week", "Besøg om ugen", 1, 7, default=1),
            _PRIORITY,
            _OWN_CONSULTANT,
            _BASE,
            _reference("same_as", "Samme som", "practices", required=False),
            _EMAIL,
            _PHONE,
            _date("active_from", "Aktiv fra"),
            _date("active_to", "Aktiv til"),
            _NOTE,
        ),
        required=True,
        also=("Praksis", "Praksisser"),
    ),
    Table(
        "rooms",
        "Lokaletider",
        (
            _PRACTICE,
            _weekday(required=False),
            _date("date", "Dato"),
            _START,
            _END,
            _WEEKS,
            _VALID_FROM,
            _VALID_TO,
            _text("room", "Lokale", required=False),
        ),
        required=True,
        also=("Lokaler",),
        most_rows=limits.MANY_ROWS,
    ),
    Table("agreements", "Faste tider", (_PRACTICE, _weekday(required=True), _START, _WEEKS)),
    Table(
        "bases",
        "Baser",
        (_id("base_id", "Base-id"), _NAME, _ADDRESS, _POSTCODE, _CITY, _LAT, _LON),
        also=("Jobcentre",),
    ),
    Table(
        "consultants",
        "Rådgivere",
        (
            _id("consultant_id", "Rådgiver-id"),
            _NAME,
            _BASE,
            Column("speed_kph", "Fart km/t", "number", cells.decimal(5, 45), required=False, also=("Fart",)),
            _number("max_conversations_per_day", "Højst samtaler pr. dag", 1, 100),
            _EMAIL,
            _PHONE,
            _NOTE,
        ),
        required=True,
    ),
    Table(
        "shifts",
        "Vagter",
        (
            _CONSULTANT,
            _weekday(required=False),
            _date("date", "Dato"),
            Column("start", "Start", "time", cells.time_or_off, also=("Fra",)),
            _time("end", "Slut", "Til", required=False),
            _number("lunch_minutes", "Frokost, minutter", 0, 240, "Frokost", default=30),
            _WEEKS,
            _VALID_FROM,
            _VALID_TO,
        ),
        required=True,
        named_by=("consultant_id", "weekday"),
        also=("Arbejdstider",),
    ),
    Table(
        "places",
        "Steder",
        (_id("place_id", "Sted-id"), _NAME, _ADDRESS, _POSTCODE, _CITY, _DISTRICT, _LAT, _LON),
    ),
    Table(
        "engagements",
        "Aftaler",
        (
            _id("engagement_id", "Aftale-id"),
            _text("title", "Titel"),
            _text("kind", "Slags", "Type"),
            _reference("consultant_id", "Rådgiver", "consultants", besides=ALL_NAMES, also=("Rådgiver-id",)),
            _weekday(required=False),
            _date("date", "Dato"),
            _START,
            _END,
            _place(required=False),
            _WEEKS,
            _VALID_FROM,
            _VALID_TO,
        ),
    ),
    Table(
        "home_visits",
        "Hjemmebesøg",
        (
            _id("visit_id", "Besøgs-id"),
            _ADDRESS,
            _POSTCODE,
            _CITY,
            _date("date", "Dato", required=True),
            _START,
            _END,
            _number("minutes", "Minutter", 1, 600, required=True),
            _DISTRICT,
            _LAT,
            _LON,
            _OWN_CONSULTANT,
            _PRIORITY,
        ),
        private=True,
    ),
    Table(
        "tasks",
        "Opgaver",
        (
            _id("task_id", "Opgave-id"),
            _text("title", "Titel"),
            _text("kind", "Slags", "Type"),
            _place(required=True),
            _date("earliest", "Tidligst", "Fra dato", required=True),
            _date("latest", "Senest", "Til dato", required=True),
            _number("minutes", "Minutter", 1, 600, required=True),
            _time("start", "Start", "Fra", required=False),
            _time("end", "Slut", "Til", required=False),
            _weekday(required=False),
            _OWN_CONSULTANT,
            _PRIORITY,
            _date("done", "Udført"),
        ),
    ),
    Table(
        "pins",
        "Låste besøg",
        (
            _reference("id", "Id", "practices", "home_visits", "tasks", also=("Besøg",)),
            _date("date", "Dato", required=True),
            _START,
            _OWN_CONSULTANT,
            _number("conversations", "Samtaler", 1, 100),
        ),
    ),
    Table(
        "closures",
        "Lukkedage",
        (
            _reference("who", "Hvem", "practices", "consultants", "engagements", besides=ALL_NAMES),
            _date("from", "Fra", required=True),
            _date("to", "Til", required=True),
            _time("start", "Fra klokken", required=False),
            _time("end", "Til klokken", required=False),
            _text("reason", "Årsag", required=False),
        ),
    ),
    Table(
        "demand",
        "Behov",
        (
            _PRACTICE,
            Column("week", "Uge", "week", dates.week),
            _number("conversations", "Samtaler", 0, 100, required=True),
            _number("visits", "Besøg", 1, 7),
        ),
        unique=("practice_id", "week"),
        named_by=("practice_id", "week"),
        most_rows=limits.MANY_ROWS,
    ),
    Table(
        "results",
        "Resultater",
        (
            _text("criterion", "Kriterium"),
            Column("quarter", "Kvartal", "text", dates.quarter),
            _number("number", "Antal", 0, 1_000_000),
            _number("of", "Ud af", 0, 1_000_000),
            _text("source", "Kilde", required=False),
        ),
        unique=("criterion", "quarter"),
        named_by=("criterion", "quarter"),
    ),
    Table(
        "budget",
        "Budget",
        (
            _text("line", "Post"),
            _number("year", "År", dates.FIRST_YEAR, dates.LAST_YEAR, required=True),
            _number("budget_dkk", "Budget kr", 0, 999_999_999, required=True),
            _number("used_dkk", "Brugt kr", 0, 999_999_999),
        ),
        unique=("line", "year"),
        named_by=("line", "year"),
    ),
    Table(
        "milestones",
        "Milepæle",
        (
            _date("date", "Dato", required=True),
            _text("title", "Titel"),
            _text("kind", "Slags", "Type", required=False),
        ),
    ),
)

# --- What only a store keeps ----------------------------------------------------------------------------

# Ids in it are no references: it is also of practices and consultants that are no longer in the tables.


def _id_of(name: str, danish: str) -> Column:
    return Column(name, danish, "text", cells.identifier, required=False, default="")


#: What replanning must keep of published weeks.
LOCKS = Table(
    "locks",
    "Låse",
    (
        Column("week", "Uge", "week", dates.week),
        _id_of("id", "Id"),
        _date("date", "Dato"),
        _id_of("consultant_id", "Rådgiver"),
        Column("keeps", "Holder", "text", cells.kept, required=False, default="whole"),
    ),
)
_ENDS = tuple(
    _number(name, danish, 0, 100, default=0)
    for name, danish in (
        ("held", "Afholdt"), ("cancelled", "Afbud"), ("no_show", "Udeblevet"), ("not_booked", "Ikke booket"),
        ("by_practice", "Aflyst af praksis"), ("by_us", "Aflyst af os"),
    )
)  # fmt: skip
_WEEK = Column("week", "Uge", "week", dates.week)
#: What became of visits; conversations but for visits; and what is owed to a practice no more.
LOG_TABLES: tuple[Table, ...] = (
    Table(
        "log",
        "Log",
        (
            _WEEK,
            Column("practice_id", "Praksis", "text", cells.identifier),
            _date("date", "Dato", required=True),
            _START,
            Column("consultant_id", "Rådgiver", "text", cells.identifier),
            _number("planned", "Planlagt", 1, 100, required=True),
            _number("booked", "Booket", 0, 100),
            *_ENDS,
        ),
        unique=("week", "practice_id"),
    ),
    Table(
        "log_apart",
        "Log uden praksis",
        (
            Column("consultant_id", "Rådgiver", "text", cells.identifier),
            _date("date", "Dato", required=True),
            _number("by_phone", "Telefon", 0, 100),
            _number("at_home", "Hjemme", 0, 100),
        ),
        unique=("consultant_id", "date"),
    ),
    Table(
        "settled",
        "Indhentet",
        (
            _WEEK,
            Column("practice_id", "Praksis", "text", cells.identifier),
            _number("conversations", "Samtaler", 1, 100, required=True),
            Column("into", "I uge", "week", dates.week, required=False),
        ),
    ),
)
STORE_TABLES: tuple[Table, ...] = (LOCKS, *LOG_TABLES)

BY_NAME: dict[str, Table] = {table.name: table for table in TABLES}
#: All tables of a store.
IN_STORE: dict[str, Table] = BY_NAME | {table.name: table for table in STORE_TABLES}
BY_SHEET: dict[str, Table] = {name: table for table in TABLES for name in table.keys}
