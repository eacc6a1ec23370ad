"""Every kind of page, of projects that ask much of it, and what it is opened with.

`PAGES` names the kinds. `write_pages` writes all of them in a language; `opened_with` are the ways of opening them,
of which `covering` takes so many that each two choices come together once.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations, product
from pathlib import Path
from typing import Literal

import pandas as pd
import samples
from keeping import Planned, publish, store_in
from outputs import stress
from outputs.plot_samples import LONG, PLOTS
from scenario.joiners import PROJECT, write_project
from scenario.test_chancereports import PERIOD
from scenario.test_forecast import TABLES

from scheduler.base import i18n
from scheduler.model.clock import Week
from scheduler.model.geo import Background
from scheduler.model.project import Place
from scheduler.model.roster import Round
from scheduler.outputs import maps, names
from scheduler.outputs.candidatemap import candidate_map
from scheduler.outputs.judging import Judged
from scheduler.outputs.mappage import MapPage
from scheduler.outputs.page import index_html
from scheduler.outputs.report import Section, report
from scheduler.outputs.templates import render
from scheduler.outputs.valuemap import value_map
from scheduler.places.geocoding import Lookup
from scheduler.scenario import (
    Add,
    Drop,
    Runs,
    Scenario,
    Set,
    capacity,
    capacity_report,
    price_of_calm,
    progressreport,
    simulate,
    week_report,
    what_it_takes,
)
from scheduler.scenario.chance.calm import Calm
from scheduler.scenario.compare import Comparison
from scheduler.scenario.forecast import forecast
from scheduler.scenario.goals.road import Capacity
from scheduler.scenario.practices.newcomers import practice_places
from scheduler.scenario.reporting import scenario_report
from scheduler.services import building, editing, log, planner
from scheduler.services.backlog import backlog
from scheduler.services.planner import Prepared
from scheduler.services.progress import progress

#: Every kind of page.
PAGES = (
    "index", "news", "week-map", "round", "round-alone", "round-without-ride", "week-file", "deleted", "network", "candidates",
    "places", "scenarios", "capacity", "chances", "progress", "plots",
)  # fmt: skip
WIDTHS = (320, 390, 1024, 1440)
Medium = Literal["screen", "print"]
Scheme = Literal["light", "dark"]


@dataclass(frozen=True)
class Opening:
    """A page, and how it is opened."""

    page: str
    language: str
    width: int
    scheme: Scheme
    medium: Medium
    script: bool

    def __str__(self) -> str:
        script = "script" if self.script else "no-script"
        return f"{self.page}-{self.language}-{self.width}-{self.scheme}-{self.medium}-{script}"


def openings() -> list[Opening]:
    """Return all ways of opening all pages."""
    choices = (PAGES, i18n.LANGUAGES, WIDTHS, ("light", "dark"), ("screen", "print"), (True, False))
    return [Opening(*each) for each in product(*choices)]  # type: ignore[arg-type]  # of several types


def covering() -> list[Opening]:
    """Return so many of `openings` that each two choices come together, always the same ones."""
    fields = ("page", "language", "width", "scheme", "medium", "script")

    def pairs(each: Opening) -> set[tuple[object, ...]]:
        return {(a, getattr(each, a), b, getattr(each, b)) for a, b in combinations(fields, 2)}

    left = [(each, pairs(each)) for each in openings()]
    open_ = set().union(*(found for _each, found in left))
    chosen = []
    while open_:
        best, found = max(left, key=lambda one: len(one[1] & open_))
        chosen.append(best)
        open_ -= found
    return chosen


def write_pages(folder: Path, language: str, work: Path) -> None:
    """Write every kind of page in a language into a folder; projects are made in `work`, for all languages."""
    folder.mkdir(parents=True, exist_ok=True)
    with i18n.using(language):
        for name, html in _pages(language, work):
            (folder / f"{name}.html").write_text(html, encoding="utf-8")


def _pages(language: str, work: Path) -> Iterator[tuple[str, str]]:
    yield from _week(language)
    yield from _maps()
    yield "scenarios", scenario_report(_scenarios(work / "what-if"))
    prepared, found, needs, calm = _chances(work / "chances")
    yield "capacity", capacity_report(found, needs, 0.9)
    yield "chances", week_report(calm, prepared)
    yield "progress", _progress(work / f"progress-{language}")
    yield "plots", _plots()


def _week(language: str) -> Iterator[tuple[str, str]]:
    files = stress.artifacts(language)
    roster = files.roster
    longest = max(roster.rounds, key=lambda each: len(each.stops))
    yield "index", files[names.INDEX].decode()
    yield "week-map", files[names.WEEK_MAP].decode()
    yield "round", files[names.round_map(longest)].decode()
    yield "round-alone", files.sent()[names.round_map(longest)].decode()
    yield "week-file", files[names.week_file(longest.consultant_id, roster.week)].decode()
    # An edition whose visits were otherwise before: later, and some not at all.
    issued = dt.datetime(2009, 5, 7, 14, 10)
    before = roster.replace(edition=1, issued_at=issued, rounds=tuple(map(_earlier, roster.rounds[1:])))
    yield "news", index_html(roster.replace(edition=2, issued_at=issued), before)
    made = samples.roster(hostile=True)
    at_base = next(each for each in made.rounds if not each.ride_seconds)
    settings = stress.prepared().project.config.map
    rides, background = samples.rides(made, hostile=True), samples.background(hostile=True)
    yield "round-without-ride", maps.round_page(made, at_base, rides, background, map_settings=settings)
    yield "deleted", render("deleted.html", title=stress.LONG_NAME, index=names.INDEX)


def _earlier(round_: Round) -> Round:
    quarter = dt.timedelta(minutes=15)
    stops = [replace(stop, start=stop.start - quarter, end=stop.end - quarter) for stop in round_.stops]
    return replace(round_, stops=tuple(stops))


def _maps() -> Iterator[tuple[str, str]]:
    prepared = stress.prepared()
    project, background = prepared.project, prepared.network.background()
    lookup = Lookup((*project.bases, *project.places), prepared.located, ())
    yield "network", building.network_map(building.Described(project, prepared.network, lookup))
    practices = practice_places(project)
    yield "candidates", _candidates(project.bases, practices, background).html()
    values = pd.DataFrame([
        {
            "lat": 55.645 + 0.003 * (n // 9), "lon": 12.50 + 0.006 * (n % 9), "streets": f"Vej {n}" if n % 5 else "",
            "near": LONG, "points_a_week": 110_000 - 973 * n, "conversations_a_week": 1.25 - n / 60,
            "cycling_minutes_a_week": 12.4 + n, "best_weekday": "tue", "citizens": 100 * n,
            "points_mon": 109_000 - 973 * n, "points_tue": 112_000 - 973 * n,
        }
        for n in range(45)
    ])  # fmt: skip
    yield "places", value_map(
        values, bases=project.bases, practices=practices, background=background, weeks=["2009-W20", "2009-W21"],
        conversations=2, hours_s=(8 * 3600, 12 * 3600), remarks=[LONG],
    ).html()  # fmt: skip


def _candidates(bases: Sequence[Place], practices: Sequence[Place], background: Background) -> MapPage:
    rows = pd.DataFrame([
        {
            "candidate_id": f"c{n}", "base_id": "base", "value_points": 260_262 - 40_000 * n, "due_weeks": 6 * (n < 5),
            "asked_conversations": 12, "own_conversations": 12 - n, "net_conversations": 11 - n,
            "missed_visits_elsewhere": n, "cycling_minutes": 46 - 20 * n, "waiting_minutes": n - 3,
            "conversations_an_adviser_hour": 0.825, "cost_dkk": 2000, "cost_a_conversation_dkk": 182.0, "proven": n < 3,
        }
        for n in range(6)
    ])  # fmt: skip
    total = pd.DataFrame({
        "what": ["today", "together", "difference"], "planned_conversations": [2000, 3101, 1101],
        "expected_held": [1500.2, 2300.56, 800.36], "cycling_km": [3000.0, 4200.04, 1200.04],
        "adviser_hours": [400.0, 520.0, 120.0], "cost_dkk": [2_000_000, 2_500_000, 500_000],
        "cost_a_planned_conversation_dkk": [1000, 806, -194], "cost_a_held_conversation_dkk": [1333, 1086, -247],
        "expected_by_end": [107.6, 166.7, 59.1], "goal_conversations": [900, 900, 0],
    })  # fmt: skip
    places = {
        f"c{n}": Place(
            place_id=f"c{n}", name=stress.LONG_NAME if n == 1 else f"Lægerne {n}", address="Folehaven 70",
            postcode="2500", city="Valby", lat=55.65 + 0.004 * n, lon=12.52 + 0.003 * n,
        )
        for n in range(6)
    }  # fmt: skip
    return candidate_map(
        rows, rows.head(2), places=places, bases=bases, practices=practices, background=background,
        weeks=["2009-W20", "2009-W21"], total=total, remarks=[LONG],
    )  # fmt: skip


@cache
def _scenarios(folder: Path) -> Comparison:
    joins = Add(
        "practices",
        {
            "practice_id": "saxo", "name": stress.LONG_NAME, "address": "Saxogade 94", "postcode": "1662",
            "city": "København V", "district": "Vesterbro",
        },
    )  # fmt: skip
    room = Add("rooms", {"practice_id": "saxo", "weekday": "tir", "start": "8.30", "end": "12.00"})
    scenarios = [
        Scenario("joins", title=LONG, question=f"{LONG}?", changes=(joins, room)),
        Scenario("shorter", title="30 min", changes=(Set("defaults", {"conversation_minutes": 30}),)),
        Scenario("fewer", title="Uden Istedgade", changes=(Drop("practices", {"practice_id": "P2"}),)),
        Scenario("slow", title="Modvind", changes=(Set("cycling", {"speed_kph": 9}),)),
        Scenario("all", title="Det hele", based_on="joins", changes=(Set("cycling", {"speed_kph": 20}),)),
    ]
    return simulate(write_project(folder), scenarios, "2009-W20..2009-W21", runs=Runs(workers=0))


@cache
def _chances(folder: Path) -> tuple[Prepared, Capacity, pd.DataFrame, Calm]:
    settings = PROJECT["settings"].partition("[period]")[0] + PERIOD
    prepared = planner.prepare(write_project(folder, settings=settings))
    runs = Runs(workers=0)
    found = capacity(prepared, draws=2, runs=runs, sampled_weeks=2, consultants=(1, 2), practices=(3, 4))
    calm = price_of_calm(prepared, Week(2009, 20), (5,), draws=50)
    return prepared, found, what_it_takes(found, 0.9), calm


def _progress(folder: Path) -> str:
    made = store_in(folder, **TABLES)
    week, after = Week(2009, 20), Week(2009, 21)
    monday, tuesday = week.days[:2]
    publish(made, week, [Planned("c1", "P1", monday, "9:00", 1), Planned("c2", "P2", tuesday, "9:30", 1)])
    publish(made, after, [Planned("c1", "P1", after.days[0], "9:00", 1)])
    editing.write(made, log.of_visit(made, week, "P1", {"held": 1}), week=str(week))
    found = progress(made, "2009-Q2")
    return progressreport.page(found, forecast(found), backlog(made))


def _plots() -> str:
    """Return a report of all plots, and of tables that are too wide for a phone, for a desk, and for neither."""
    judged = [Judged("35.551 (−16.156 ±1.234)", better) for better in (True, False, None)]
    titles = ["", "I dag", *(f"Scenarie {n} med en lang titel" for n in range(9))]
    rows = [["Omkostninger, kr.", "51.707", *judged * 3], [stress.LONG_NAME, "1", *judged * 3]]
    odd = pd.DataFrame({"": [stress.LONG_NAME.replace(" ", "-")], "x": ["y" * 90], "n": [1]})
    tables = (pd.DataFrame(rows, columns=titles), pd.DataFrame({"": ["a"], "n": ["1"]}), odd)
    sections = [Section(f"Tabel {n}", table=table) for n, table in enumerate(tables)]
    sections += [Section(name, figure=draw()) for name, draw in PLOTS.items()]
    return report(stress.LONG_NAME, f"{LONG}?", [LONG], sections, notes=[LONG])


#: So many sheets a page takes at the most, where it is to be as few as can be.
SHEETS: Mapping[str, int] = {"network": 1, "deleted": 1, "round-without-ride": 1}
