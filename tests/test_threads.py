"""Threads share a process: what one of them does, no other notices."""

import json
import re
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import TypeVar

import pytest
from folders import SETTINGS, write_folder
from osmfiles import Xy, at, osm_xml
from outputs.plot_samples import PLOTS

from scheduler.base import resources
from scheduler.base.i18n import language, using
from scheduler.model.clock import Week
from scheduler.outputs.inlinesvg import inline_svg
from scheduler.services import planner

Result = TypeVar("Result")


@dataclass(frozen=True)
class Asked:
    """What one thread is to do."""

    data: Path
    week: str
    lang: str

    def planned(self, out: Path) -> Mapping[str, bytes | dict[str, object]]:
        """Prepare, plan and render the week; return the files, without how long it took."""
        with using(self.lang):
            folder = planner.plan_week(self.data, Week.parse(self.week), out).folder
        files = {
            file.relative_to(folder).as_posix(): file.read_bytes()
            for file in sorted(folder.rglob("*"))
            if file.is_file()
        }
        roster = json.loads(files["roster.json"])
        del roster["solve_seconds"]
        page, count = re.subn(rb"(?<=after |efter )[0-9.,]+ s", b"", files["index.html"])
        assert count == 1
        return {**files, "roster.json": roster, "index.html": page}


def _town(folder: Path, size: int) -> Path:
    """Write a project of so many practices, in a town of its own with as many streets either way."""
    letters = [[chr(ord("A") + size * row + column) for column in range(size)] for row in range(size)]
    nodes: dict[str, Xy] = {
        letter: (150.0 * column, 150.0 * row)
        for row, street in enumerate(letters)
        for column, letter in enumerate(street)
    }
    streets = {f"Gade {n}": "".join(street) for n, street in enumerate(letters)}
    streets |= {f"Vej {n}": "".join(street) for n, street in enumerate(zip(*letters, strict=True))}
    rows, rooms = [], []
    for n in range(size):
        lat, lon = at(*nodes[letters[n][n]])
        rows.append(f"P{n},Klinik {n},Vej {n},2450,København SV,Valby,{lat:.6f},{lon:.6f}\n")
        rooms += [f"P{n},{day},09:00,12:00\n" for day in ("mon", "tue", "wed", "thu")[n % 3 :][:2]]
    lat, lon = at(*nodes["A"])
    write_folder(
        folder,
        settings=SETTINGS.replace("[period]", f"lat = {lat:.6f}\nlon = {lon:.6f}\n\n[period]"),
        practices="practice_id,name,address,postcode,city,district,lat,lon\n" + "".join(rows),
        rooms="practice_id,weekday,start,end\n" + "".join(rooms),
    )
    ways = {name: f"{street} highway=residential" for name, street in streets.items()}
    (folder / "network.osm").write_text(osm_xml(nodes, ways), encoding="utf-8")
    return folder


def at_once(works: Sequence[Callable[[], Result]]) -> list[Result]:
    """Do each in a thread of its own, all at once, and see that none of them has swapped the main module."""
    start, main = Barrier(len(works)), sys.modules["__main__"]

    def beside(work: Callable[[], Result]) -> Result:
        assert language() == "da"  # a new thread knows nothing of the language of the test
        start.wait()
        result = work()
        assert sys.modules["__main__"] is main
        return result

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(beside, works))


@pytest.fixture
def asked(tmp_path: Path) -> list[Asked]:
    """Eight different projects: four small towns, and the example in four weeks."""
    towns = [_town(tmp_path / f"town-{size}", size) for size in (3, 4, 5, 6)]
    examples = [tmp_path / f"example-{number}" for number in range(4)]
    for folder in examples:
        shutil.copytree(resources.example_folder(), folder, ignore=shutil.ignore_patterns("map"))
    weeks = ["2009-W20"] * len(towns) + ["2009-W20", "2009-W20", "2009-W21", "2009-W23"]
    return [
        Asked(data, week, lang)
        for data, week, lang in zip([*towns, *examples], weeks, ["da", "en"] * 4, strict=True)
    ]


def test_threads_get_what_each_gets_alone(
    asked: list[Asked], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = [one.planned(tmp_path / "alone" / str(number)) for number, one in enumerate(asked)]
    monkeypatch.setenv("HJUL_CACHE", str(tmp_path / "cache"))  # a new one: they compile their maps as well
    together = at_once(
        [partial(one.planned, tmp_path / "together" / str(number)) for number, one in enumerate(asked)]
    )
    for one, expected, got in zip(asked, alone, together, strict=True):
        assert got.keys() == expected.keys()
        assert {name for name in got if got[name] != expected[name]} == set()
        assert f'<html lang="{one.lang}"'.encode() in expected["index.html"]
    # One roster in two languages is one roster.
    assert len({str(files["roster.json"]) for files in alone}) == len({(one.data, one.week) for one in asked})
    assert len({str(files["index.html"]) for files in alone}) == len(asked)


def _drawn(names: Sequence[str], lang: str) -> list[str]:
    with using(lang):
        return [inline_svg(PLOTS[name](), 4.0, "p", name) for name in names]


def test_threads_draw_what_each_draws_alone() -> None:
    works = [partial(_drawn, list(PLOTS)[n::4], lang) for n in range(4) for lang in ("da", "en")]
    alone = [work() for work in works]
    assert at_once(works) == alone
    assert all(danish != english for danish, english in zip(alone[::2], alone[1::2], strict=True))
