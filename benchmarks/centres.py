"""An example of job centres that open one after another, for docs/opening-centres.md.

    python benchmarks/centres.py FOLDER [--centres 4] [--practices 20] [--consultants 2] [--seed 0]

Writes a project with the first centre, its practices and consultants; candidates.csv with the practices of the
others; and scenarios.toml, in which they open one after another, each scenario based on the one before. Everything
is invented, and stands at junctions of the built-in map. The same arguments give the same files.
"""

import argparse
import csv
import random
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from scheduler.base.resources import builtin_map
from scheduler.inputs.cells import WEEKDAYS_EN
from scheduler.model.config import Cycling
from scheduler.model.project import Place
from scheduler.network import distance_m, load_network
from scheduler.scenario.practices.spots import Spot, spread_spots

#: Around these corners of the built-in map places are spread.
_CORNERS = ((55.6705, 12.5570), (55.6455, 12.5390), (55.6690, 12.4990), (55.6500, 12.5020))
_MORNING, _AFTERNOON = ("08:30", "12:00"), ("13:00", "16:00")
_SETTINGS = """\
[base]
name = "Jobcenter 1 (eksempel)"
address = "Eksempelvej 1"
postcode = "2450"
city = "København SV"
lat = {lat:.5f}
lon = {lon:.5f}

[period]
start = 2009-04-01
end = 2010-12-31
goal_conversations = {goal}

[costs]
consultant_hours_a_week = 35
base_dkk_a_year = 180000
practice_dkk_a_year = 2000
room_dkk_an_hour = 60
other_dkk_a_year = 487500
"""


def write_example(
    folder: Path, *, centres: int = 4, practices: int = 20, consultants: int = 2, seed: int = 0
) -> None:
    """Write the example: so many centres, each with so many practices and consultants."""
    draw = random.Random(seed)
    spots = _spots(centres * (practices + 1))
    bases, homes = _centres(spots, centres, practices)
    folder.mkdir(parents=True, exist_ok=True)
    base = bases[0]
    settings = _SETTINGS.format(lat=base.lat, lon=base.lon, goal=450 * centres)
    (folder / "project.toml").write_text(settings, encoding="utf-8")
    rows = [
        [row for number, spot in enumerate(own, start=1) for row in _practice(draw, centre, number, spot)]
        for centre, own in enumerate(homes, start=1)
    ]
    of_practices = ["practice_id", "name", "address", "postcode", "city", "district", "lat", "lon", "every_weeks",
                    "conversations"]  # fmt: skip
    of_rooms = ["practice_id", "weekday", "start", "end"]
    _write(folder / "practices.csv", of_practices, (row for row in rows[0] if "name" in row))
    _write(folder / "rooms.csv", of_rooms, rows[0])
    if centres > 1:
        later = [row for own in rows[1:] for row in own]
        _write(folder / "candidates.csv", [*of_practices, *of_rooms[1:]], later)
    people = [_people(centre, consultants) for centre in range(1, centres + 1)]
    _write(folder / "consultants.csv", ["consultant_id", "name"], people[0])
    shifts = [row for person in people[0] for row in _shifts(person["consultant_id"])]
    _write(folder / "shifts.csv", ["consultant_id", "weekday", "start", "end"], shifts)
    ids = [[row["practice_id"] for row in own if "name" in row] for own in rows]
    blocks = [
        _scenario(centre, bases[centre - 1], people[centre - 1], ids[centre - 1])
        for centre in range(2, centres + 1)
    ]
    (folder / "scenarios.toml").write_text("\n".join(blocks), encoding="utf-8")


def _spots(count: int) -> tuple[Spot, ...]:
    network = load_network(builtin_map(), Cycling())
    corners = [Place(place_id=str(n), name="", lat=lat, lon=lon) for n, (lat, lon) in enumerate(_CORNERS)]
    return spread_spots(network, corners, count)


def _centres(spots: Sequence[Spot], centres: int, practices: int) -> tuple[list[Spot], list[list[Spot]]]:
    """Return the centres, far from each other, and to each in turn the nearest of the spots that are left."""
    bases, left = list(spots[:centres]), list(spots[centres:])
    homes: list[list[Spot]] = [[] for _centre in bases]
    for _round in range(practices):
        for centre, own in zip(bases, homes, strict=True):
            apart = [float(distance_m(_point(spot), _point(centre))) for spot in left]
            own.append(left.pop(int(np.argmin(apart))))
    return bases, homes


def _point(spot: Spot) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    return np.array((spot.lat, spot.lon))


def _practice(draw: random.Random, centre: int, number: int, spot: Spot) -> list[dict[str, str]]:
    """Return the rows of a practice's two room slots; what describes it stands on the first."""
    id_ = f"p{centre}-{number:02}"
    about = {
        "name": f"Praksis {centre}.{number}",
        "address": f"Eksempelvej {100 * centre + number}",
        "postcode": "2450",
        "city": "København SV",
        "district": f"Område {centre}",
        "lat": f"{spot.lat:.5f}",
        "lon": f"{spot.lon:.5f}",
        "every_weeks": str(draw.choice((1, 2, 2, 2, 3))),
        "conversations": str(draw.choice((1, 1, 2))),
    }
    rooms = []
    for day in sorted(draw.sample(range(5), 2)):
        start, end = draw.choice((_MORNING, _AFTERNOON))
        rooms.append({"practice_id": id_, "weekday": WEEKDAYS_EN[day], "start": start, "end": end})
    return [about | rooms[0], rooms[1]]


def _people(centre: int, count: int) -> list[dict[str, str]]:
    return [
        {"consultant_id": f"r{centre}-{number}", "name": f"Rådgiver {centre}.{number}"}
        for number in range(1, count + 1)
    ]


def _shifts(consultant_id: str) -> list[dict[str, str]]:
    return [
        {"consultant_id": consultant_id, "weekday": day, "start": "08:30", "end": "15:30"}
        for day in WEEKDAYS_EN[:5]
    ]


def _scenario(centre: int, base: Spot, people: Iterable[Mapping[str, str]], practices: Iterable[str]) -> str:
    """Return the scenario in which a centre opens, with its consultants and practices."""
    based_on = f'based_on = "centre-{centre - 1}"\n' if centre > 2 else ""
    base_id = f"b{centre}"
    changes = [
        _change(
            "bases", base_id=base_id, name=f"Jobcenter {centre} (eksempel)", address=f"Eksempelvej {centre}",
            postcode="2450", city="København SV", lat=f"{base.lat:.5f}", lon=f"{base.lon:.5f}",
        ),
        *(_change("consultants", **person, base_id=base_id) for person in people),
        *(_change("shifts", **row) for person in people for row in _shifts(person["consultant_id"])),
        *(_change("candidates", practice_id=id_, base_id=base_id) for id_ in practices),
    ]  # fmt: skip
    return (
        f'[[scenario]]\nname = "centre-{centre}"\ntitle = "{centre} jobcentre"\n{based_on}change = [\n'
        + "".join(f"  {change},\n" for change in changes)
        + "]\n"
    )


def _change(table: str, **cells: str) -> str:
    written = ", ".join(f'{name} = "{cell}"' for name, cell in cells.items())
    return f'{{ add = "{table}", {written} }}'


def _write(file: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    """Write the example into the folder that is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--centres", type=int, default=4)
    parser.add_argument("--practices", type=int, default=20)
    parser.add_argument("--consultants", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    write_example(
        asked.folder,
        centres=asked.centres,
        practices=asked.practices,
        consultants=asked.consultants,
        seed=asked.seed,
    )


if __name__ == "__main__":
    main()
