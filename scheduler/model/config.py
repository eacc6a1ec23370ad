"""The settings of a project: what project.toml may say, with the defaults.

All of it is frozen. Times of day are seconds after midnight, durations are seconds; the file has
minutes and ``HH:MM``, and `inputs` turns one into the other.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date

from scheduler.base.i18n import LANGUAGES, _

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
    r"(?=.*\{z\})(?=.*\{x\})(?=.*\{-?y\})https?://(?:[\w.:-]|\{s\})+/(?:[^\s{}]|\{(?:[sxyzr]|-y)\})*"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectSettings:
    """What holds for the project as a whole.

    Attributes
    ----------
    language
        "da", "en", or "" for that of the system.
    """

    language: str = ""

    def __post_init__(self) -> None:
        if self.language not in ("", *LANGUAGES):
            raise ValueError(
                _("project: {setting} must be {possible}, not {value}").format(
                    setting="language", possible=_("da or en"), value=self.language
                )
            )


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
class Cycling:
    """How fast people ride, in km per hour, and what costs time on the way, in seconds.

    Attributes
    ----------
    speed_kph
        Riding speed on a good cycle track between two junctions, in km per hour; more than 0, at most 60.
    mixed_traffic_factor
        Times `speed_kph` on larger streets without cycle track or lane; more than 0, at most 2.
    calm_street_factor
        Times `speed_kph` on residential streets, paths and yards; more than 0, at most 2.
    rough_surface_factor
        A further factor on cobblestones, gravel and the like; more than 0, at most 2.
    walking_kph
        Speed of pushing the bicycle where it may not be ridden, in km per hour; more than 0, at most 60.
    steps_kph
        Speed of carrying it on stairs, in km per hour; more than 0, at most 60.
    right_turn_s
        Seconds that a right turn at a junction costs; 0 to 600.
    left_turn_s
        Seconds that a left turn costs, which in Denmark is made in two steps; 0 to 600. Turning
        round, and a turn that is forbidden and so walked, cost twice that.
    signal_s
        Seconds that a signalled junction costs on average; 0 to 600.
    """

    speed_kph: float = 15.0
    mixed_traffic_factor: float = 0.9
    calm_street_factor: float = 0.9
    rough_surface_factor: float = 0.75
    walking_kph: float = 5.0
    steps_kph: float = 2.0
    right_turn_s: float = 0.0
    left_turn_s: float = 4.0
    signal_s: float = 6.0

    def __post_init__(self) -> None:
        for setting in fields(self):
            value = getattr(self, setting.name)
            if setting.name.endswith("_s"):
                valid, possible = 0 <= value <= 600, _("from 0 to 600 seconds")
            elif setting.name.endswith("_kph"):
                valid, possible = 0 < value <= 60, _("more than 0 and at most 60 km/h")
            else:
                valid, possible = 0 < value <= 2, _("more than 0 and at most 2")
            if not valid:  # NaN is not, either
                raise ValueError(
                    _("cycling: {setting} must be {possible}, not {value}").format(
                        setting=setting.name, possible=possible, value=value
                    )
                )


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
class MapSettings:
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

    network: str = ""
    tile_url: str = ""
    tile_attribution: str = ""
    overpass_url: str = "https://overpass-api.de/api"
    nominatim_url: str = "https://nominatim.openstreetmap.org"
    timeout_s: int = 180

    def __post_init__(self) -> None:
        if not 1 <= self.timeout_s <= 900:
            self._refuse("timeout_s", _("from 1 to 900 seconds"))
        for setting in ("overpass_url", "nominatim_url"):
            if not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", getattr(self, setting)):
                self._refuse(setting, _("an address that begins with https:// or http://"))
        if self.tile_url and not _TILE_URL.fullmatch(self.tile_url):
            self._refuse("tile_url", _("an address like https://tiles.example/{z}/{x}/{y}.png"))

    def _refuse(self, setting: str, possible: str) -> None:
        raise ValueError(
            _("map: {setting} must be {possible}, not {value}").format(
                setting=setting, possible=possible, value=getattr(self, setting)
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SolverSettings:
    """What the search for a roster may take.

    Attributes
    ----------
    memory_mb
        Megabytes of memory; 500 to 1,000,000.
    """

    memory_mb: int = 2000

    def __post_init__(self) -> None:
        if not 500 <= self.memory_mb <= 1_000_000:
            raise ValueError(
                _("solver: {setting} must be {possible}, not {value}").format(
                    setting="memory_mb",
                    possible=_("from 500 to 1000000 megabytes"),
                    value=self.memory_mb,
                )
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What the service costs, in kroner a year; each 0 to 999,999,999,999.

    The defaults are those of the founding budget, of two years with two consultants.

    Attributes
    ----------
    consultant_dkk_a_year
        Salary of one consultant.
    bicycle_dkk_a_year
        Bicycle of one consultant, with its upkeep.
    practice_dkk_a_year
        What one practice costs: rent of the room, material, time of its staff.
    other_dkk_a_year
        All that grows neither with consultants nor with practices: coordination, office, training,
        material, courses for citizens, publications, evaluation.
    """

    consultant_dkk_a_year: int = 425_000
    bicycle_dkk_a_year: int = 5_750
    practice_dkk_a_year: int = 0
    other_dkk_a_year: int = 842_604

    def __post_init__(self) -> None:
        for setting in fields(self):
            value = getattr(self, setting.name)
            if not 0 <= value <= 999_999_999_999:
                raise ValueError(
                    _("costs: {setting} must be {possible}, not {value}").format(
                        setting=setting.name, possible=_("from 0 to 999999999999 kroner"), value=value
                    )
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationSettings:
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

    no_show_share: float = 0.2
    illness_share: float = 0.05
    illness_days: float = 3.0
    ride_spread: float = 0.1
    weather_spread: float = 0.08
    conversation_spread_minutes: float = 6.0
    shortest_conversation_minutes: float = 30.0

    def __post_init__(self) -> None:
        limits = {
            "no_show_share": (0, 1),
            "illness_share": (0, 0.5),
            "illness_days": (1, 250),
            "ride_spread": (0, 1),
            "weather_spread": (0, 1),
            "conversation_spread_minutes": (0, 120),
            "shortest_conversation_minutes": (1, 480),
        }
        for setting, (least, most) in limits.items():
            value = getattr(self, setting)
            if not least <= value <= most:  # NaN is not, either
                raise ValueError(
                    _("simulation: {setting} must be from {least} to {most}, not {value}").format(
                        setting=setting, least=least, most=most, value=value
                    )
                )


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
    costs: Costs | None = None
    simulation: SimulationSettings = field(default_factory=SimulationSettings)
