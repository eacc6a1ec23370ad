"""No command says where a home visit is made, whatever is wrong with it and wherever it is written."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from folders import FASTER, ON_THE_MAP, PLACE, SETTINGS, write_folder
from osmfiles import at, osm_xml

from scheduler import cli
from scheduler.outputs import names

WEEK = "2009-W20"
HEADING = "visit_id,address,postcode,city,district,date,start,end,minutes,lat,lon,consultant_id\n"
WHEN = "Vesterbro,2009-05-13,09:00,12:00,30"
#: Two banks without a bridge; the home is on the southern one.
BANKS = osm_xml(
    {"a": (0, 0), "b": (1500, 0), "p": (100, -600), "q": (1400, -600)},
    {"Nordvej": "ab highway=residential", "Hemmeligvej": "pq highway=residential"},
)

Hjul = Callable[..., tuple[int, str]]


@pytest.fixture
def hjul(capfd: pytest.CaptureFixture[str]) -> Hjul:
    """Run a command line in English; return exit code and all that is printed."""

    def run(*arguments: object) -> tuple[int, str]:
        code = cli.run(["--lang", "en", *map(str, arguments)])
        captured = capfd.readouterr()
        return code, captured.out + captured.err

    return run


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project in the folder `data`, which is the default, as yet without home visits."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "faster.toml").write_text(FASTER, encoding="utf-8")
    return write_folder(tmp_path / "data", **ON_THE_MAP)


def write_home(data: Path, row: str, heading: str = HEADING) -> None:
    (data / "home_visits.csv").write_text(f"{heading}H1,{row}\n", encoding="utf-8")


COMMANDS = (
    ("geocode", "--to", "places.csv"),
    ("check-data",),
    ("travel", "--to", "rides.csv"),
    ("network", "info", "--map", "network.html"),
    ("plan", WEEK, "--alternatives", "1"),
    ("check", f"out/{WEEK}/roster.json"),
    ("advise", WEEK, "--time-limit", "1"),
    ("simulate", "week", WEEK, "--draws", "10"),
    ("simulate", "faster.toml", "--weeks", WEEK, "--workers", "0"),
)


@pytest.mark.parametrize(
    ("row", "commands"),
    [
        # As it should be: by coordinates, and by its address; and by the nearest number of its street.
        (f"Hemmelig Gade 7,1665,København V,{WHEN},55.66735,12.54901,", COMMANDS[:2]),
        (f"Slesvigsgade 15,1762,København V,{WHEN},,,", COMMANDS[:2]),
        (f"Slesvigsgade 17,1762,København V,{WHEN},,,", COMMANDS),
    ],
)
def test_it_stands_on_the_consultants_page_and_in_roster_json_alone(
    tmp_path: Path, data: Path, hjul: Hjul, row: str, commands: Sequence[tuple[str, ...]]
) -> None:
    write_home(data, row)
    street = row.partition(",")[0].rpartition(" ")[0]
    for command in commands:
        code, printed = hjul(*command)
        assert code == 0, printed
        assert printed
        assert street not in printed, command
        assert "55.6673" not in printed, command
    own = {"roster.json", "maps/2009-05-13-c1.html", "maps/2009-05-13-c2.html"}
    own = {f"out/{week}/{name}" for week in (WEEK, f"{WEEK}-alternative-1") for name in own}
    for file in tmp_path.rglob("*"):
        name = file.relative_to(tmp_path).as_posix()
        if file.is_file() and not name.startswith("data/") and name not in own:
            text = file.read_bytes().decode("utf-8", "replace")
            assert f"{street} 1" not in text, name
            assert "Hemmelig" not in text, name
    if commands is COMMANDS:
        assert street in (tmp_path / "out" / WEEK / names.ROSTER).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (f"Hemmelig Gade 7,1665,København V,{WHEN},,,", "the street of this address is not in the map"),
        (f"Slesvigsgade,1762,København V,{WHEN},,,", "this address has no house number"),
        (f"Slesvigsgade 15,2450,København SV,{WHEN},,,", "this address lies in another postal district"),
        (f"Hemmelig Gade 7,1665,København V,{WHEN},55.8001,12.9001,", "from the nearest street of the map"),
        (f"Hemmelig Gade 7,1665,København V,{WHEN},45.8001,12.9001,", "the point is not in Denmark"),
        (f"Hemmelig Gade 7,1665,København V,{WHEN},12.9001,55.8001,", "lat and lon are swapped"),
        (f"Hemmelig Gade 7,1665,København V,{WHEN},55.8001,north,", "[lon]: this cell is not a number"),
        (
            f"Hemmelig Gade 7,1665,København V,{WHEN},95.8001,12.9001,",
            "[lat]: this cell is not a number from",
        ),
        (f"7,Hemmelig Gade 7,København V,{WHEN},,,", "[postcode]: this cell is not a postcode"),
        ("1,1665,K,Valby,Hemmelig Gade 7,9.00,12.00,30,,,", "[date]: this cell is not a date"),
        ("1,1665,K,Valby,2009-05-13,Hemmelig Gade 7,12.00,30,,,", "[start]: this cell is not a time"),
        ("1,1665,K,Valby,2009-05-13,9.00,12.00,Hemmelig Gade 7,,,", "[minutes]: this cell is not a whole"),
        (f"1,1665,København V,{WHEN},,,Hemmelig", "[consultant_id]: this is no id in consultants"),
        (f"1,1665,København V,{WHEN},,,Hemmelig Gade", "[consultant_id]: this is no id in consultants"),
    ],
)
def test_what_is_wrong_with_it_is_said_without_it(data: Path, hjul: Hjul, row: str, words: str) -> None:
    write_home(data, row)
    for command in (("check-data",), ("plan", WEEK)):
        code, printed = hjul(*command)
        assert code == 2
        assert words in printed
        assert "home_visits.csv:2" in printed
        for secret in ("Hemmelig", "Slesvig", "8001", "9001", "15"):
            assert secret not in printed, command


def test_a_table_without_headings_does_not_tell_its_first_row(data: Path, hjul: Hjul) -> None:
    write_home(data, f"Hemmelig Gade 7,1665,København V,{WHEN},55.8001,12.9001,", heading="")
    code, printed = hjul("check-data")
    assert code == 2
    assert "home_visits.csv:1: no headings were found" in printed
    for secret in ("Hemmelig", "8001", "1665"):
        assert secret not in printed


def test_a_visit_id_that_is_an_address_is_not_repeated(data: Path, hjul: Hjul) -> None:
    (data / "home_visits.csv").write_text(
        f"{HEADING}Hemmelig Gade 7,a 1,1665,V,{WHEN},,,\n", encoding="utf-8"
    )
    code, printed = hjul("check-data")
    assert code == 2
    assert "[visit_id]: this cell is not an id" in printed
    assert "Hemmelig" not in printed


def test_cut_off_from_the_map_it_is_not_said_on_which_street(data: Path, tmp_path: Path, hjul: Hjul) -> None:
    lat, lon = at(700, -590)
    write_home(data, f"Hemmeligvej 7,1665,København V,{WHEN},{lat},{lon},")
    for table, (x, name) in {"practices": (200, "P1"), "places": (300, "X1")}.items():
        where = at(x, 5)
        heading = "practice_id" if table == "practices" else "place_id"
        rows = f"{heading},name,address,postcode,city,district,lat,lon\n{name},N,{PLACE},Valby,{where[0]},{where[1]}\n"
        (data / f"{table}.csv").write_text(rows, encoding="utf-8")
    base = at(100, 5)
    settings = SETTINGS.replace("\n\n[period]", f"\nlat = {base[0]}\nlon = {base[1]}\n\n[period]")
    (data / "project.toml").write_text(settings, encoding="utf-8")
    (tmp_path / "banks.osm").write_text(BANKS, encoding="utf-8")
    (data / "network.osm").write_text(BANKS, encoding="utf-8")
    for command in (("network", "build", "banks.osm"), ("network", "info"), ("plan", WEEK)):
        code, printed = hjul(*command)
        assert code == (0 if "info" in command else 2)
        assert "H1 lies on streets that are cut off from the rest of the map" in printed, command
        # What streets there are is no secret, only which is meant.
        assert "Hemmeligvej" not in printed.partition("H1 lies")[2], command
