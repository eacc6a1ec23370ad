"""The settings of a project: what project.toml may say, with the defaults.

All of it is frozen. Times of day are seconds after midnight, durations are seconds; the file has
minutes and ``HH:MM``, and `inputs` turns one into the other.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, get_type_hints

from annotated_types import Interval, Predicate

from scheduler.base.i18n import LANGUAGES, N_, _

if TYPE_CHECKING:
    from pydantic import TypeAdapter

SETTINGS_FILE = "project.toml"

#: The terms of the score and their default weights, in the order in which people see them.
DEFAULT_WEIGHTS: Mapping[str, int] = {
    "unserved_conversation": 36_000,
    "missed_visit": 72_000,
    "continuity": 6_000,
    "moved_from_agreement": 9_000,
    "change": 9_000,
    "cycling_second": 10,
    "waiting_second": 5,
    "imbalance_minute": 60,
}

#: Where tiles come from, with all three parts of a tile's name; Leaflet knows no others in braces.
_TILE_URL = re.compile(
    r"(?=.*\{z\})(?=.*\{x\})(?=.*\{-?y\})https?://(?:[\w.:-]|\{s\})+/(?:[^\s{}]|\{(?:[sxyzr]|-y)\})*|"
)
_SERVER_URL = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?")

#: A telephone number, at home or abroad.
PHONE = re.compile(r"(?=(?:\D*\d){5,15}\D*$)\+?[\d(](?:[\d() /.-]*\d)?", re.ASCII)

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
#: A mail address as every mail server takes it: only the name of the server may have letters like æ.
EMAIL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W_]{{2,}}")
#: A server, maybe with a port.
WEB_ADDRESS = re.compile(
    r"https?://(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::\d{1,5})?",
    re.ASCII | re.IGNORECASE,
)

# What settings may be: pydantic holds them against it, and people are told the words.
_Language = Annotated[str, Predicate(("", *LANGUAGES).__contains__), N_("da or en")]
_Phone = Annotated[
    str,
    Predicate(lambda text: not text or PHONE.fullmatch(text) is not None),
    N_("a telephone number, like 33 00 00 01"),
]
_Email = Annotated[
    str, Predicate(lambda text: not text or EMAIL.fullmatch(text) is not None), N_("a mail address")
]
_WebAddress = Annotated[
    str,
    Predicate(lambda text: not text or WEB_ADDRESS.fullmatch(text) is not None),
    N_("where the app is, like https://hjul.example.dk"),
]
_Kph = Annotated[float, Interval(ge=1, le=60), N_("km/h")]
_Factor = Annotated[float, Interval(ge=0.05, le=2)]
_Penalty = Annotated[float, Interval(ge=0, le=600), N_("seconds")]
_Wait = Annotated[
    float,
    Predicate(lambda seconds: 0 <= seconds <= 7200 or seconds == math.inf),
    N_("from 0 to 7200 seconds, or inf for no ferry"),
]
_Kroner = Annotated[int, Interval(ge=0, le=999_999_999_999), N_("kroner")]
_Share = Annotated[float, Interval(ge=0, le=1)]
_Days = Annotated[int, Interval(ge=1, le=3660), N_("days")]
_Months = Annotated[int, Interval(ge=1, le=240), N_("months")]
_ServerUrl = Annotated[
    str, Predicate(_SERVER_URL.fullmatch), N_("an address that begins with https:// or http://")
]
_TileUrl = Annotated[
    str, Predicate(_TILE_URL.fullmatch), N_("an address like https://tiles.example/{z}/{x}/{y}.png")
]


class _Section:
    """Settings that are possible, whoever makes them: others are a `ValueError` that says what is."""

    __slots__ = ()
    section: ClassVar[str]

    def __post_init__(self) -> None:
        from pydantic import ValidationError

        for setting, (adapter, possible) in _limits(type(self)).items():  # type: ignore[arg-type]  # a class is hashable
            value = getattr(self, setting)
            try:
                adapter.validate_python(value, strict=True)
            except ValidationError:
                raise ValueError(
                    _("{section}: {setting} must be {possible}, not {value}").format(
                        section=self.section, setting=setting, possible=_words(*possible), value=value
                    )
                ) from None


@cache
def _limits(section: type[_Section]) -> "dict[str, tuple[TypeAdapter[Any], tuple[Any, ...]]]":
    """Return what a section's settings are held against, and how that is said, where they may not be just anything."""
    from pydantic import ConfigDict, TypeAdapter

    hints = get_type_hints(section, include_extras=True)
    return {
        name: (
            TypeAdapter(hint, config=ConfigDict(allow_inf_nan=isinstance(hint.__metadata__[0], Predicate))),
            hint.__metadata__,
        )
        for name, hint in hints.items()
        if hasattr(hint, "__metadata__")
    }


def _words(limits: Interval | Predicate, words: str = "") -> str:
    """Say what a setting may be; of a number `words` is the unit."""
    if isinstance(limits, Predicate):
        return _(words)
    span = _("from {least} to {most}").format(least=limits.ge, most=limits.le)
    return f"{span} {_(words)}" if words else span


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectSettings(_Section):
    """What holds for the project as a whole.

    Attributes
    ----------
    language
        "da", "en", or "" for that of the system.
    coordinator
        Who answers when practices and consultants ask; may be empty.
    phone, email
        Where the coordinator is reached, as messages tell it; may be empty.
    coming_weeks
        Of so many weeks a practice is told when it is visited, the week of the edition included.
    notice_days
        A visit in so many days that differs from what a practice was told of it is told, also before it is settled.
    app_url
        Where the app is, without a path; messages then bring each practice a link to its own page. May be empty.
    """

    section = "project"
    language: _Language = ""
    coordinator: str = ""
    phone: _Phone = ""
    email: _Email = ""
    coming_weeks: Annotated[int, Interval(ge=1, le=26), N_("weeks")] = 6
    notice_days: Annotated[int, Interval(ge=0, le=183), N_("days")] = 10
    app_url: _WebAddress = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings(_Section):
    """Where the store is.

    Attributes
    ----------
    url
        Of a PostgreSQL server's database, or ``sqlite:///FILE.db``; empty for hjul.db beside project.toml.
    """

    section = "store"
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionSettings(_Section):
    """For how long what is about people is kept in the store; then counts remain.

    Attributes
    ----------
    home_visits_days
        Addresses of home visits, after the visit; jobs, after they ended.
    taps_days
        When somebody tapped what.
    messages_months
        What was sent.
    names_months
        Who did what, and names in old editions.
    """

    section = "retention"
    home_visits_days: _Days = 30
    taps_days: _Days = 90
    messages_months: _Months = 12
    names_months: _Months = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The project's period and what it promised.

    Attributes
    ----------
    start, end
        The first and the last day.
    goal_conversations
        How many conversations are to be held by the end.
    budget_dkk
        What the whole period may cost, in kroner.
    """

    start: date
    end: date
    goal_conversations: int = 900
    budget_dkk: int = 3_408_208


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """Durations of a visit and the rules of the day, in seconds.

    Attributes
    ----------
    conversation_s
        Seconds of a conversation.
    setup_s
        Seconds once a visit, before its first conversation.
    parking_s
        Seconds after every ride.
    start_grid_s
        Visits begin at whole multiples of so many seconds after midnight.
    desk_s
        The least seconds at base between two visits that are worth the way there.
    lunch_from_s, lunch_to_s
        Between which times of day lunch lies, in seconds after midnight.
    """

    conversation_s: int = 45 * 60
    setup_s: int = 5 * 60
    parking_s: int = 2 * 60
    start_grid_s: int = 5 * 60
    desk_s: int = 45 * 60
    lunch_from_s: int = 11 * 3600
    lunch_to_s: int = 13 * 3600 + 1800


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycling(_Section):
    """How fast people ride, in km per hour, and what costs time on the way, in seconds.

    Attributes
    ----------
    speed_kph
        Riding speed on a good cycle track between two junctions, in km per hour; 1 to 60.
    mixed_traffic_factor
        Times `speed_kph` on larger streets without cycle track or lane; 0.05 to 2.
    calm_street_factor
        Times `speed_kph` on residential streets, paths and yards; 0.05 to 2.
    rough_surface_factor
        A further factor on cobblestones, gravel and the like; 0.05 to 2.
    push_kph
        Speed of pushing the bicycle where it may not be ridden, in km per hour; 1 to 60.
    steps_kph
        Speed of carrying it on stairs, in km per hour; 1 to 60.
    right_turn_s
        Seconds that a right turn at a junction costs; 0 to 600.
    left_turn_s
        Seconds that a left turn costs, which in Denmark is made in two steps; 0 to 600. Turning
        round, and a turn that is forbidden and so walked, cost twice that.
    signal_s
        Seconds that a signalled junction costs on average; 0 to 600.
    ferry_wait_s
        Seconds of waiting for a ferry, on average; 0 to 7200, or infinite: then no ferry is taken.
    """

    section = "cycling"
    speed_kph: _Kph = 15.0
    mixed_traffic_factor: _Factor = 0.9
    calm_street_factor: _Factor = 0.9
    rough_surface_factor: _Factor = 0.75
    push_kph: _Kph = 5.0
    steps_kph: _Kph = 2.0
    right_turn_s: _Penalty = 0.0
    left_turn_s: _Penalty = 4.0
    signal_s: _Penalty = 6.0
    ferry_wait_s: _Wait = math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarSettings:
    """Whose public holidays count, and which days (``MM-DD``) are closed besides.

    Attributes
    ----------
    country
        Two letters of ISO 3166.
    also_closed
        Days like ``12-24``, month and day.
    """

    country: str = "DK"
    also_closed: tuple[str, ...] = ("06-05", "12-24", "12-31")


@dataclass(frozen=True, slots=True, kw_only=True)
class MapSettings(_Section):
    """Which network serves (empty: the project folder's own, else the built-in map), tiles, and services.

    The services are asked only by `hjul network download` and with `--online`; `timeout_s` (1 to 900)
    is how many seconds they may be silent.

    Attributes
    ----------
    network
        The file in the project folder; empty for the folder's own, else the built-in map.
    tile_url, tile_attribution
        Where map tiles come from, with ``{z}``, ``{x}`` and ``{y}``, and what has to stand on the map.
        Empty: no tiles.
    overpass_url, nominatim_url
        The servers for maps and for addresses.
    timeout_s
        How many seconds a server may be silent; 1 to 900.
    """

    section = "map"
    network: str = ""
    tile_url: _TileUrl = ""
    tile_attribution: str = ""
    overpass_url: _ServerUrl = "https://overpass-api.de/api"
    nominatim_url: _ServerUrl = "https://nominatim.openstreetmap.org"
    timeout_s: Annotated[int, Interval(ge=1, le=900), N_("seconds")] = 180


@dataclass(frozen=True, slots=True, kw_only=True)
class SolverSettings(_Section):
    """What the search for a roster may take.

    Attributes
    ----------
    memory_mb
        Megabytes of memory; 500 to 1,000,000.
    """

    section = "solver"
    memory_mb: Annotated[int, Interval(ge=500, le=1_000_000), N_("megabytes")] = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplanningSettings(_Section):
    """How a published week is planned again.

    Attributes
    ----------
    booked_counts
        As how many changes it counts to move a visit that is booked; 1 for no more than any other.
    """

    section = "replanning"
    booked_counts: Annotated[int, Interval(ge=1, le=100), N_("changes")] = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs(_Section):
    """What the service costs, in kroner a year or an hour, each 0 to 999,999,999,999; what is 0 has no price.

    The defaults are those of the founding budget, of two years with two consultants, but for its courses.

    Attributes
    ----------
    consultant_dkk_a_year
        Salary of a consultant who works `consultant_hours_a_week`; others get as much of it as they work.
    consultant_hours_a_week
        The hours of shifts for which that is the salary; 1 to 168.
    bicycle_dkk_a_year
        Bicycle of one consultant, with its upkeep.
    base_dkk_a_year
        What one base costs at which consultants begin and end their days.
    practice_dkk_a_year
        What one practice costs: rent of the room, material, time of its staff.
    room_dkk_an_hour
        What an hour of a practice's room costs, while a visit is in it.
    courses_dkk_a_year
        Courses for citizens, where they are to count among what a conversation costs.
    other_dkk_a_year
        All that grows with none of these: coordination, office, training, material, publications, evaluation.
    """

    section = "costs"
    consultant_dkk_a_year: _Kroner = 425_000
    consultant_hours_a_week: Annotated[float, Interval(ge=1, le=168), N_("hours")] = 37.0
    bicycle_dkk_a_year: _Kroner = 5_750
    base_dkk_a_year: _Kroner = 0
    practice_dkk_a_year: _Kroner = 0
    room_dkk_an_hour: _Kroner = 0
    courses_dkk_a_year: _Kroner = 0
    other_dkk_a_year: _Kroner = 487_500


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationSettings(_Section):
    """What chance does to a plan. Planning itself does not look at it.

    Attributes
    ----------
    no_show_share
        The share of booked conversations to which the citizen does not come; 0 to 1.
    illness_share
        The share of working days on which a consultant is away ill; 0 to 0.5. In Danish municipalities
        5.6 % of working days in 2010 (FLD).
    illness_days
        How many of their working days in a row a consultant is away once ill, on average; 1 to 250.
    ride_spread
        Standard deviation of a single ride, as a share of its planned seconds; 0 to 1.
    weather_spread
        The same for what all rides of a day have in common: wind, rain and snow; 0 to 1.
    conversation_spread_minutes
        Standard deviation of how long a conversation takes, in minutes; 0 to 120. On average it takes as
        long as it is booked for. Home visits vary by the same share of their length.
    shortest_conversation_minutes
        A conversation is held only if it can begin at least so many minutes before the room must be
        left; 1 to 480. If it is booked for less than that, its whole length must be left.
    """

    section = "simulation"
    no_show_share: _Share = 0.2
    illness_share: Annotated[float, Interval(ge=0, le=0.5)] = 0.05
    illness_days: Annotated[float, Interval(ge=1, le=250)] = 3.0
    ride_spread: _Share = 0.1
    weather_spread: _Share = 0.08
    conversation_spread_minutes: Annotated[float, Interval(ge=0, le=120)] = 6.0
    shortest_conversation_minutes: Annotated[float, Interval(ge=1, le=480)] = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything project.toml says, but for the address of the base.

    Without `costs`, the budget of the period is all that is known of them.

    Attributes
    ----------
    period
        When the project runs, and what it promised.
    project
        The language.
    defaults
        Durations and the rules of the day.
    cycling
        Speeds, and what costs time on the way.
    weights
        Points that one more of each term of the score costs; see `DEFAULT_WEIGHTS`.
    calendar
        Public holidays.
    map
        Map, tiles and services.
    solver
        What the search may take.
    replanning
        What a change of a booked visit counts.
    store, retention
        Where the store is, and for how long it keeps what is about people.
    costs
        Kroner a year; None where they are not known.
    simulation
        What chance does to a plan.
    """

    period: Period
    project: ProjectSettings = field(default_factory=ProjectSettings)
    defaults: Defaults = field(default_factory=Defaults)
    cycling: Cycling = field(default_factory=Cycling)
    weights: Mapping[str, int] = field(default_factory=lambda: DEFAULT_WEIGHTS)
    calendar: CalendarSettings = field(default_factory=CalendarSettings)
    map: MapSettings = field(default_factory=MapSettings)
    solver: SolverSettings = field(default_factory=SolverSettings)
    replanning: ReplanningSettings = field(default_factory=ReplanningSettings)
    store: StoreSettings = field(default_factory=StoreSettings)
    retention: RetentionSettings = field(default_factory=RetentionSettings)
    costs: Costs | None = None
    simulation: SimulationSettings = field(default_factory=SimulationSettings)
