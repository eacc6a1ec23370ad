import dataclasses
import math

import pytest

from scheduler.base import i18n
from scheduler.model.config import (
    Costs,
    Cycling,
    MapSettings,
    ProjectSettings,
    SimulationSettings,
    SolverSettings,
)

_MOST_DKK = 999_999_999_999
_HAIR = 1e-9

#: Settings with what they may be at the ends, and what just not.
_RANGES = [
    *(
        (Cycling, name, (1, 60), (0, 1e-300, 1 - _HAIR, 60 + _HAIR))
        for name in ("speed_kph", "push_kph", "steps_kph")
    ),
    *(
        (Cycling, f"{name}_factor", (0.05, 2), (0, 1e-300, 0.05 - _HAIR, 2 + _HAIR))
        for name in ("mixed_traffic", "calm_street", "rough_surface")
    ),
    *(
        (Cycling, f"{name}_s", (0, 600), (-_HAIR, 600 + _HAIR))
        for name in ("right_turn", "left_turn", "signal")
    ),
    (Cycling, "ferry_wait_s", (0, 7200, math.inf), (-_HAIR, 7200 + 1000 * _HAIR)),
    *(
        (Costs, field.name, (0, _MOST_DKK), (-1, _MOST_DKK + 1))
        for field in dataclasses.fields(Costs)
        if "dkk" in field.name
    ),
    (Costs, "consultant_hours_a_week", (1, 168), (1 - _HAIR, 168 + 1e-6)),
    *(
        (SimulationSettings, name, (0, 1), (-_HAIR, 1 + _HAIR))
        for name in ("no_show_share", "ride_spread", "weather_spread")
    ),
    (SimulationSettings, "illness_share", (0, 0.5), (-_HAIR, 0.5 + _HAIR)),
    (SimulationSettings, "illness_days", (1, 250), (1 - _HAIR, 250 + _HAIR)),
    (SimulationSettings, "conversation_spread_minutes", (0, 120), (-_HAIR, 120 + _HAIR)),
    (SimulationSettings, "shortest_conversation_minutes", (1, 480), (1 - _HAIR, 480 + _HAIR)),
    (MapSettings, "timeout_s", (1, 900), (0, 901)),
    (SolverSettings, "memory_mb", (500, 1_000_000), (499, 1_000_001)),
]


@pytest.mark.parametrize(("section", "setting", "possible", "impossible"), _RANGES)
def test_settings_may_be_what_is_possible(
    section: type, setting: str, possible: tuple[float, ...], impossible: tuple[float, ...]
) -> None:
    for value in possible:
        assert getattr(section(**{setting: value}), setting) == value
    for value in {*impossible, math.nan, math.inf, -math.inf}.difference(possible):
        with pytest.raises(ValueError, match=f": {setting} (must be|skal være) "):
            section(**{setting: value})


def test_every_number_has_a_range() -> None:
    sections = (Cycling, Costs, SimulationSettings, MapSettings, SolverSettings)
    numbers = {
        (section, field.name)
        for section in sections
        for field in dataclasses.fields(section)
        if isinstance(field.default, int | float)
    }
    assert {(section, setting) for section, setting, _possible, _impossible in _RANGES} == numbers


@pytest.mark.parametrize(
    ("section", "values"),
    [
        (ProjectSettings, {"language": "sv"}),
        (ProjectSettings, {"language": "d"}),
        (MapSettings, {"overpass_url": ""}),
        (MapSettings, {"overpass_url": "ftp://example.org"}),
        (MapSettings, {"nominatim_url": "https://user@example.org"}),
        (MapSettings, {"nominatim_url": "https://example.org/\n"}),
        (MapSettings, {"tile_url": "https://example.org/{z}/{x}.png"}),
        (MapSettings, {"tile_url": "https://example.org/{z}/{x}/{y}.png\n"}),
    ],
)
def test_texts_that_cannot_serve(section: type, values: dict[str, str]) -> None:
    (setting,) = values
    with pytest.raises(ValueError, match=f": {setting} "):
        section(**values)


@pytest.mark.parametrize(
    ("language", "section", "values", "sentence"),
    [
        ("en", Cycling, {"speed_kph": 0}, "cycling: speed_kph must be from 1 to 60 km/h, not 0"),
        ("da", Cycling, {"speed_kph": 0}, "cycling: speed_kph skal være fra 1 til 60 km/t, ikke 0"),
        ("en", Cycling, {"signal_s": 601}, "cycling: signal_s must be from 0 to 600 seconds, not 601"),
        ("da", Cycling, {"signal_s": 601}, "cycling: signal_s skal være fra 0 til 600 sekunder, ikke 601"),
        ("da", Cycling, {"calm_street_factor": 3}, "cycling: calm_street_factor skal være fra 0.05 til 2, ikke 3"),
        ("da", SolverSettings, {"memory_mb": 9}, "solver: memory_mb skal være fra 500 til 1000000 megabyte, ikke 9"),
        ("da", Costs, {"other_dkk_a_year": -1}, "costs: other_dkk_a_year skal være fra 0 til 999999999999 kroner, ikke -1"),
        ("da", SimulationSettings, {"illness_share": 0.6}, "simulation: illness_share skal være fra 0 til 0.5, ikke 0.6"),
        ("da", ProjectSettings, {"language": "sv"}, "project: language skal være da eller en, ikke sv"),
        ("da", MapSettings, {"overpass_url": "x"}, "map: overpass_url skal være en adresse, der begynder med https:// eller http://, ikke x"),
        ("da", MapSettings, {"timeout_s": 0}, "map: timeout_s skal være fra 1 til 900 sekunder, ikke 0"),
    ],
)  # fmt: skip
def test_what_is_possible_is_said_in_both_languages(
    language: str, section: type, values: dict[str, float], sentence: str
) -> None:
    with i18n.using(language), pytest.raises(ValueError, match=":") as refused:
        section(**values)
    assert str(refused.value) == sentence
