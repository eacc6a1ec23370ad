import datetime as dt
from pathlib import Path

import pytest
from folders import SETTINGS, lines_of, text_of, write_folder

from scheduler.inputs import read_project
from scheduler.inputs.settings import OPEN_PERIOD
from scheduler.model.config import (
    DEFAULT_WEIGHTS,
    CalendarSettings,
    Config,
    Costs,
    Cycling,
    Period,
    SimulationSettings,
)

BASE = '[base]\nname = "B"\naddress = "Vej 1"\npostcode = 1717\ncity = "V"\n'


def config_of(folder: Path, settings: str) -> Config:
    return read_project(write_folder(folder, settings=BASE + settings)).config


def test_only_the_base_is_needed(tmp_path: Path) -> None:
    project = read_project(write_folder(tmp_path, settings=BASE))
    assert project.config == Config(period=OPEN_PERIOD)
    assert [(base.place_id, base.postcode) for base in project.bases] == [("base", "1717")]


def test_all_settings(tmp_path: Path) -> None:
    config = config_of(
        tmp_path,
        """lat = 55.66
lon = 12.56
[project]
language = "en"
[period]
start = 2009-03-01
end = "31.12.2010"
goal_conversations = 10
[defaults]
conversation_minutes = 30
start_grid_minutes = 10
lunch_from = "11.30"
lunch_to = 13:00:00
[cycling]
speed_kph = 14
signal_s = 3.5
[weights]
change = 0
[calendar]
country = "SE"
also_closed = ["12-24", "02-29"]
[map]
tile_url = "https://tiles.example/{z}/{x}/{y}.png"
[solver]
memory_mb = 4000
[simulation]
no_show_share = 0.25
illness_days = 5
""",
    )
    assert config.project.language == "en"
    assert config.period == Period(
        start=dt.date(2009, 3, 1), end=dt.date(2010, 12, 31), goal_conversations=10
    )
    assert (config.defaults.conversation_s, config.defaults.setup_s) == (1800, 300)
    assert (config.defaults.start_grid_s, config.defaults.lunch_from_s) == (600, 41400)
    assert config.defaults.lunch_to_s == 46800
    assert (config.cycling.speed_kph, config.cycling.signal_s) == (14.0, 3.5)
    assert config.weights == {**DEFAULT_WEIGHTS, "change": 0}
    assert config.calendar == CalendarSettings(country="SE", also_closed=("12-24", "02-29"))
    assert config.map.tile_url.startswith("https://tiles")
    assert config.solver.memory_mb == 4000
    assert config.simulation == SimulationSettings(no_show_share=0.25, illness_days=5)


@pytest.mark.parametrize("name", ["push_kph", "walking_kph"])
def test_pushing_has_a_former_name(tmp_path: Path, name: str) -> None:
    assert config_of(tmp_path, f"[cycling]\n{name} = 4\n").cycling.push_kph == 4
    assert not hasattr(Cycling(), "walking_kph")


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("[defaults]\nsetup_minuts = 5", "project.toml:7 [defaults.setup_minuts]: there is no such setting; did you mean setup_minutes?"),
        ('[defaults]\nsetup_minutes = "5"', 'project.toml:7 [defaults.setup_minutes]: "5" is not a number; write it without quotes'),
        ("[defaults]\nsetup_minutes = true", '[defaults.setup_minutes]: "True" is not a whole number'),
        ("[defaults]\nstart_grid_minutes = 0", '"0" is not a number from 1 to 60'),
        ('[defaults]\nlunch_from = "13:00"\nlunch_to = "12:00"', "[defaults.lunch_to]: lunch ends before it begins"),
        ("[defaults]\nlunch_from = 11", "is not a date or time; write it in quotes"),
        ("[weights]\ncycling_seconds = 5", "did you mean cycling_second?"),
        ("[weights]\nchange = -1", '"-1" is not a number from 0'),
        ("[weights]\nchange = 1.5", '"1.5" is not a whole number'),
        ("[cycling]\nspeed_kph = 1e-300", "[cycling.speed_kph]: this is out of range"),
        ("[cycling]\nrough_surface_factor = 1e-300", "[cycling.rough_surface_factor]: this is out of range"),
        ("[weights]\n" + "".join(f"{term} = 0\n" for term in DEFAULT_WEIGHTS), "[weights]: all weights are 0"),
        ("[cycling]\nspeed_kph = 0", "[cycling.speed_kph]: this is out of range"),
        ("[cycling]\nspeed_kph = nan", "[cycling.speed_kph]: this is out of range"),
        ('[cycling]\nspeed_kph = "fast"', "is not a number"),
        ("[cycling]\nspeed_kph = 2009-01-01", "is not a number"),
        ("[cycling]\npush_kph = 0", "[cycling.push_kph]: this is out of range"),
        ("[cycling]\nwalking_kph = 0", "[cycling.walking_kph]: this is out of range: cycling: push_kph must be from 1"),
        ('[cycling]\nwalking_kph = "4"', 'project.toml:7 [cycling.walking_kph]: "4" is not a number'),
        ("[cycling]\nwalking_kph = 4\npush_kph = 4", "project.toml:7 [cycling.walking_kph]: this is the former name of push_kph"),
        ("[cycling]\nwalkin_kph = 4", "[cycling.walkin_kph]: there is no such setting"),
        ("[map]\nwalking_kph = 4", "[map.walking_kph]: there is no such setting"),
        ("[solver]\nmemory_mb = 100", "[solver.memory_mb]: this is out of range: solver: memory_mb must be from 500"),
        ("[simulation]\nno_show_share = 1.5", "[simulation.no_show_share]: this is out of range: simulation: no_show_share must be from 0 to 1"),
        ("[simulation]\nillness_share = 0.6", "illness_share must be from 0 to 0.5, not 0.6"),
        ("[simulation]\nillness_days = 0", "illness_days must be from 1 to 250"),
        ("[simulation]\nride_spread = nan", "[simulation.ride_spread]: this is out of range"),
        ('[simulation]\nno_show_share = "20 %"', "is not a number; write it without quotes"),
        ("[simulation]\nnoshow_share = 0.2", "did you mean no_show_share?"),
        ("[calendar]\ncountry = 1", "is not a text; write it in quotes"),
        ('[calendar]\ncountry = "Danmark"', '"Danmark" is not a country whose holidays are known'),
        ('[calendar]\nalso_closed = ["13-24"]', '"13-24" is not a day of the year'),
        ('[calendar]\nalso_closed = "12-24"', "is not a list of texts"),
        ("[period]\nstart = 2009-01-01", "[period.end]: a period needs both start and end"),
        ("[period]\nstart = 2009-02-01\nend = 2009-01-01", "[period.end]: the period ends before it begins"),
        ('[period]\nstart = "2009-02-31"\nend = 2009-12-01', "is not in the calendar"),
        ('[map]\ntile_url = "https://tiles.example/"', "tile_url must be an address like https://tiles.example/{z}/{x}/{y}.png"),
        ('[map]\ntile_url = "https://tiles.example/{z}/{x}/{y}/{key}.png"', "[map.tile_url]: this is out of range"),
        ('[map]\ntile_url = "javascript://{z}/{x}/{y}"', "[map.tile_url]: this is out of range"),
        ('[map]\nnetwork = "a\\u0000b"', "[map.network]: the text has control characters in it"),
        ('[project]\nlanguage = "sv"', "[project.language]: this is out of range: project: language must be da or en, not sv"),
        ('[project]\nlanguage = ["da"]', "is not a text; write it in quotes"),
        ('[project]\nlanguge = "da"', "did you mean language?"),
        ("[periode]\nstart = 2009-01-01", "project.toml:6 [periode]: there is no such section"),
        ("lat = 55.6", "[base.lon]: base.lat and base.lon belong together"),
        ("lat = 12.5\nlon = 55.6", "[base.lat]: base.lat and base.lon are swapped"),
        ("fnug", "project.toml:6: this line is not TOML"),
        ("a = " + "9" * 4500, "this line is not TOML"),
        ("a = " + "[" * 4500, "this line is not TOML"),
    ],
)  # fmt: skip
def test_wrong_settings(tmp_path: Path, settings: str, expected: str) -> None:
    lines = lines_of(write_folder(tmp_path, settings=BASE + settings))
    assert len(lines) == 1
    assert expected in lines[0]


def test_sections_that_are_none(tmp_path: Path) -> None:
    assert "[map]: this must be a section, with the line [map]" in text_of(
        write_folder(tmp_path, settings="map = 5\n" + BASE)
    )
    assert "the section [base] is missing" in text_of(write_folder(tmp_path, settings="[map]\n"))


def test_blank_base_is_none(tmp_path: Path) -> None:
    assert "[base.name]: this must be filled in" in text_of(
        write_folder(tmp_path, settings=BASE.replace('"B"', '" "'))
    )


def test_missing_and_foreign_files(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    (folder / "project.toml").write_bytes(SETTINGS.encode("cp1252"))
    assert "project.toml: the file is no UTF-8 text" in text_of(folder)
    (folder / "project.toml").write_bytes(b"\xef\xbb\xbf" + SETTINGS.encode())
    assert lines_of(folder) == []
    (folder / "project.toml").unlink()
    assert "project.toml: the file is missing" in text_of(folder)


def test_costs(tmp_path: Path) -> None:
    assert config_of(tmp_path / "none", "").costs is None
    assert config_of(tmp_path / "all", "[costs]\n").costs == Costs()
    assert config_of(tmp_path / "some", "[costs]\npractice_dkk_a_year = 12000\n").costs == Costs(
        practice_dkk_a_year=12_000
    )
    wrong = BASE + "[costs]\nbicycle_dkk_a_year = -1\nother_dkk_a_year = 1.5\nrent = 3\n"
    said = lines_of(write_folder(tmp_path / "wrong", settings=wrong))
    assert [line.partition("]")[0] for line in said] == [
        f"project.toml:{row} [costs.{key}"
        for row, key in ((7, "bicycle_dkk_a_year"), (8, "other_dkk_a_year"), (9, "rent"))
    ]
