"""project.toml -> the settings and the base."""

import dataclasses
import datetime as dt
import re
from collections.abc import Mapping

from scheduler.base.errors import InputProblem
from scheduler.base.i18n import _
from scheduler.inputs import cells, dates
from scheduler.inputs.cells import shown
from scheduler.inputs.tomlfile import DATE, NUMBER, TEXT, TIME, Keys, TomlReader, open_toml
from scheduler.model.config import (
    DEFAULT_WEIGHTS,
    SETTINGS_FILE,
    CalendarSettings,
    Config,
    Costs,
    Defaults,
    MapSettings,
    Period,
    ProjectSettings,
    ReplanningSettings,
    RetentionSettings,
    SimulationSettings,
    SolverSettings,
    StoreSettings,
)
from scheduler.model.project import BASE, Origin, Place

#: Without [period] a project runs for as long as dates can be written, from a fixed Monday on: the
#: weeks in which a practice is due then depend on neither the clock nor the other tables.
OPEN_PERIOD = Period(start=dt.date(2000, 1, 3), end=dt.date(2099, 12, 31))

_BASE_KEYS: Keys = {
    "name": (TEXT, cells.text),
    "address": (TEXT, cells.text),
    "postcode": ((str, int), cells.postcode),
    "city": (TEXT, cells.text),
    "district": (TEXT, cells.text),
    "lat": (NUMBER, cells.decimal(-90, 90)),
    "lon": (NUMBER, cells.decimal(-180, 180)),
}
_BASE_NEEDED = ("name", "address", "postcode", "city")
_PERIOD_KEYS: Keys = {
    "start": (DATE, dates.date),
    "end": (DATE, dates.date),
    "goal_conversations": (NUMBER, cells.whole(0, 10_000_000)),
    "budget_dkk": (NUMBER, cells.whole(0, 999_999_999_999)),
}
_DEFAULTS_KEYS: Keys = {
    "conversation_minutes": (NUMBER, cells.whole(1, 480)),
    "setup_minutes": (NUMBER, cells.whole(0, 240)),
    "parking_minutes": (NUMBER, cells.whole(0, 60)),
    "start_grid_minutes": (NUMBER, cells.whole(1, 60)),
    "desk_minutes": (NUMBER, cells.whole(0, 480)),
    "lunch_from": (TIME, cells.time),
    "lunch_to": (TIME, cells.time),
}
_WEIGHTS_KEYS: Keys = {term: (NUMBER, cells.whole(0, 100_000_000)) for term in DEFAULT_WEIGHTS}
#: The setting had another name at first.
_FORMER_CYCLING = {"walking_kph": "push_kph"}
#: The sections of which `change_settings` takes something else.
CHANGEABLE = ("defaults", "cycling", "weights", "costs")


@dataclasses.dataclass(frozen=True, slots=True)
class Settings:
    """What project.toml says: the settings, and the base (None where its address is wrong)."""

    config: Config
    base: Place | None = None


def known_settings() -> Mapping[str, Mapping[str, object]]:
    """Return every section that the file may have, with its settings and what holds where it is silent.

    Values are as the file would say them; None stands for nothing at all.
    """
    config = Config(period=OPEN_PERIOD)
    period: dict[str, object] = dict.fromkeys(_PERIOD_KEYS)
    for key in ("goal_conversations", "budget_dkk"):
        period[key] = getattr(config.period, key)
    return {
        "project": dataclasses.asdict(config.project),
        "base": dict.fromkeys(_BASE_KEYS),
        "period": period,
        "defaults": {key: _as_written(config.defaults, key) for key in _DEFAULTS_KEYS},
        "cycling": dataclasses.asdict(config.cycling),
        "weights": config.weights,
        "calendar": dataclasses.asdict(config.calendar),
        "map": dataclasses.asdict(config.map),
        "solver": dataclasses.asdict(config.solver),
        "replanning": dataclasses.asdict(config.replanning),
        "store": dataclasses.asdict(config.store),
        "retention": dataclasses.asdict(config.retention),
        "costs": dataclasses.asdict(Costs()),
        "simulation": dataclasses.asdict(config.simulation),
    }


def _as_written(defaults: Defaults, key: str) -> object:
    """Return a duration or a time of day as the section `defaults` of the file has it."""
    if key.endswith("_minutes"):
        return getattr(defaults, key.replace("_minutes", "_s")) // 60
    seconds = getattr(defaults, f"{key}_s")
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"


def read_settings(raw: bytes | None, problems: list[InputProblem]) -> Settings:
    """Read project.toml, adding what is wrong to `problems`; what is wrong has its default."""
    fallback = Settings(Config(period=OPEN_PERIOD))
    if raw is None:
        problems.append(
            InputProblem(_("the file is missing; it needs at least the section [base]"), SETTINGS_FILE)
        )
        return fallback
    reader = open_toml(raw, SETTINGS_FILE, problems)
    if reader is None:
        return fallback
    reader.check_names(tuple(known_settings()))
    return Settings(config_of(reader), _base(reader))


def config_of(reader: TomlReader) -> Config:
    """Return the settings that a file's sections make, adding what is wrong; what is wrong has its default."""
    config = Config(
        period=_period(reader),
        project=reader.fields("project", ProjectSettings()),
        calendar=_calendar(reader),
        map=reader.fields("map", MapSettings()),
        solver=reader.fields("solver", SolverSettings()),
        replanning=reader.fields("replanning", ReplanningSettings()),
        store=reader.fields("store", StoreSettings()),
        retention=reader.fields("retention", RetentionSettings()),
        simulation=reader.fields("simulation", SimulationSettings()),
    )
    return change_settings(config, reader)


def change_settings(config: Config, reader: TomlReader) -> Config:
    """Return settings in which a file's sections `CHANGEABLE` say something else, adding what is wrong."""
    costs = config.costs
    if "costs" in reader.document:
        costs = reader.fields("costs", costs or Costs())
    weights = {**config.weights, **reader.parsed("weights", _WEIGHTS_KEYS)}
    if not any(weights.values()):
        reader.add(_("all weights are 0, so that no roster is better than another; give some"), "weights")
    return dataclasses.replace(
        config,
        defaults=_defaults(reader, config.defaults),
        cycling=reader.fields("cycling", config.cycling, former=_FORMER_CYCLING),
        weights=weights,
        costs=costs,
    )


def _base(reader: TomlReader) -> Place | None:
    if "base" not in reader.document:
        reader.problems.append(
            InputProblem(
                _("the section [base] is missing; it needs name, address, postcode and city"), SETTINGS_FILE
            )
        )
        return None
    section = reader.document["base"]
    values = reader.parsed("base", _BASE_KEYS)
    for key in _BASE_NEEDED:
        if not isinstance(section, dict) or not str(section.get(key, "")).strip():
            reader.add(_("this must be filled in"), "base", key)
    if any(not values.get(key) for key in _BASE_NEEDED):
        return None
    called = {key: f"base.{key}" for key in _BASE_KEYS}
    return Place(place_id=BASE, origin=Origin(SETTINGS_FILE, reader.line("base", "") or 1, called), **values)


def _period(reader: TomlReader) -> Period:
    values = reader.parsed("period", _PERIOD_KEYS)
    for key, other in (("start", "end"), ("end", "start")):
        if other in reader.section("period") and key not in reader.section("period"):
            reader.add(_("a period needs both start and end"), "period", key)
    period = dataclasses.replace(OPEN_PERIOD, **values)
    if period.end < period.start:
        reader.add(_("the period ends before it begins"), "period", "end")
        return OPEN_PERIOD
    return period


def _defaults(reader: TomlReader, usual: Defaults) -> Defaults:
    values = {
        key.replace("_minutes", "_s") if key.endswith("_minutes") else f"{key}_s": value
        for key, value in reader.parsed("defaults", _DEFAULTS_KEYS).items()
    }
    for key in values:
        if f"{key.removesuffix('_s')}_minutes" in _DEFAULTS_KEYS:
            values[key] *= 60
    defaults = dataclasses.replace(usual, **values)
    if defaults.lunch_to_s < defaults.lunch_from_s:
        reader.add(_("lunch ends before it begins"), "defaults", "lunch_to")
    return defaults


def _calendar(reader: TomlReader) -> CalendarSettings:
    from holidays import list_supported_countries

    calendar = reader.fields("calendar", CalendarSettings())
    if calendar.country not in list_supported_countries():
        reader.add(
            _("{value} is not a country whose holidays are known; Denmark is DK").format(
                value=shown(calendar.country)
            ),
            "calendar",
            "country",
        )
        calendar = dataclasses.replace(calendar, country="DK")
    for day in calendar.also_closed:
        if not _is_day_of_year(day):
            reader.add(
                _("{value} is not a day of the year; write month and day like 12-24").format(
                    value=shown(day)
                ),
                "calendar",
                "also_closed",
            )
    return calendar


def _is_day_of_year(text: str) -> bool:
    match = re.fullmatch(r"(\d\d)-(\d\d)", text, re.ASCII)
    if not match:
        return False
    try:
        dt.date(2000, int(match[1]), int(match[2]))  # a leap year
    except ValueError:
        return False
    return True
