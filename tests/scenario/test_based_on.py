"""Scenarios that go on from another, and that take candidates by their id."""

from pathlib import Path

import pandas as pd
import pytest
from scenario.joiners import HEADING, KRUSAAGADE, SAXOGADE, write_candidates, write_project

from scheduler.base.errors import InputError, ServiceError
from scheduler.model.project import Project
from scheduler.scenario import Add, Drop, Scenario, Set, apply, read_scenarios, scenarios_of
from scheduler.scenario.changes import same
from scheduler.scenario.compare import Comparison
from scheduler.scenario.explaining import readings
from scheduler.scenario.practices.newcomers import locate_candidates
from scheduler.scenario.reading import changed_projects
from scheduler.scenario.runs.tasks import question
from scheduler.scenario.scenariofile import written
from scheduler.scenario.taking import taken
from scheduler.scenario.weeks import study
from scheduler.services import planner
from scheduler.services.planner import Prepared

FASTER = Set("consultants", {"consultant_id": "c1", "speed_kph": 18})
SLOWER = Set("consultants", {"consultant_id": "c1", "speed_kph": 12})
ROOM = Add("rooms", {"practice_id": "P1", "weekday": "wed", "start": "9.00", "end": "12.00"})


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return planner.prepare(write_project(tmp_path_factory.mktemp("project")))


@pytest.fixture(scope="module")
def project(prepared: Prepared) -> Project:
    return prepared.project


def problems_of(text: str, project: Project, folder: Path = Path()) -> list[str]:
    with pytest.raises(InputError) as caught:
        scenarios_of(text, project, folder)
    return [str(problem) for problem in caught.value.problems]


def block(name: str, based_on: str = "") -> str:
    speed = 15 + len(name)
    based = f'based_on = "{based_on}"\n' if based_on else ""
    row = f'{{ set = "consultants", consultant_id = "c1", speed_kph = {speed}, note = "{name}" }}'
    return f'[[scenario]]\nname = "{name}"\n{based}change = [{row}]\n'


# --- based_on -----------------------------------------------------------------------------------------------


def test_a_scenario_goes_on_from_another_wherever_that_stands(project: Project) -> None:
    later = Scenario("later", based_on="First", changes=(SLOWER,))
    first = Scenario("first", changes=(FASTER, ROOM))
    made = changed_projects((later, first), project)
    assert list(made) == ["later", "first"]
    assert same(made["first"], apply(project, first))
    # What the first one has said may be said otherwise.
    assert made["later"].consultants[0].speed_kph == 12
    assert made["later"].rooms == made["first"].rooms
    assert made["later"].sha256 != made["first"].sha256


def test_today_is_what_all_are_based_on(project: Project) -> None:
    (alone,) = changed_projects((Scenario("a", based_on="today", changes=(FASTER,)),), project).values()
    assert same(alone, apply(project, Scenario("a", changes=(FASTER,))))


def test_what_goes_back_is_a_copy(project: Project) -> None:
    there = Scenario("there", changes=(ROOM,))
    back = Scenario(
        "back", based_on="there", changes=(Drop("rooms", {"practice_id": "P1", "weekday": "wed"}),)
    )
    with pytest.raises(InputError, match=r"back.*the scenario is a copy of today"):
        changed_projects((there, back), project)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            block("a") + block("b", "c"),
            ['scenarios.toml:4 [b: based_on]: there is no scenario "c"; there are a, b'],
        ),
        (
            block("a", "a"),
            ["scenarios.toml:1 [a: based_on]: these scenarios build on each other in a circle: a – a"],
        ),
        (
            block("x", "a") + block("a", "b") + block("b", "c") + block("c", "a"),
            ["scenarios.toml:5 [a: based_on]: these scenarios build on each other in a circle: a – b – c – a"],
        ),
        # What builds on a broken one is not looked at.
        (
            block("a").replace("c1", "c9") + block("b", "a"),
            ["scenarios.toml:3 [a: consultant_id]: there is no c9 in consultants"],
        ),
        (block("a", "b").replace('"b"', "3"), ["scenarios.toml:1 [a: based_on]: 3 is not a text"]),
    ],
)  # fmt: skip
def test_what_cannot_be_based_on(project: Project, text: str, said: list[str]) -> None:
    found = problems_of(text, project)
    assert len(found) == len(said)
    assert all(line.startswith(start) for line, start in zip(found, said, strict=True)), found


def test_how_a_date_was_read_is_told_once_a_file(prepared: Prepared) -> None:
    text = "".join(
        f'[[scenario]]\nname = "{name}"\nchange = [{{ add = "closures", who = "P1", from = "{first}", to = "{last}" }}]\n'
        for name, first, last in (("a", "2026-08-01", "2026-08-02"), ("b", "12/08/2026", "13/08/2026"), ("c", "01/09/2026", "02/09/2026"))
    )  # fmt: skip
    scenarios = scenarios_of(text, prepared.project)
    asked = study(prepared, scenarios, "2009-W20")
    comparison = Comparison(study=asked, results=pd.DataFrame(), failures=(), interrupted=False)
    assert list(readings(comparison)) == [
        'scenarios.toml:6 [b: from]: "12/08/2026" was read as 12 August 2026; so are other dates written like it'
    ]


# --- Candidates by id ---------------------------------------------------------------------------------------

TAKES = '[[scenario]]\nname = "a"\nchange = [\n  { add = "candidates", practice_id = "Saxo" },\n]\n'


def test_candidates_are_taken_from_beside_the_file(prepared: Prepared, tmp_path: Path) -> None:
    write_candidates(tmp_path, SAXOGADE, KRUSAAGADE, name="candidates.csv")
    (tmp_path / "what-if.toml").write_text(TAKES, encoding="utf-8")
    (found,) = read_scenarios(tmp_path / "what-if.toml", prepared.project)
    assert [(change.verb, change.table) for change in found.changes] == [
        ("add", "practices"),
        ("add", "rooms"),
    ]
    assert found.changes[0].row["address"] == "Saxogade 94"
    assert found.changes[1].row == {"practice_id": "saxo", "weekday": "tue", "start": "08:30", "end": "12:00"}
    named = f'candidates = "more/who.csv"\n{TAKES}'
    (tmp_path / "more").mkdir()
    write_candidates(tmp_path / "more", SAXOGADE.replace("94", "90"))
    (other,) = scenarios_of(named, prepared.project, tmp_path)
    assert other.changes[0].row["address"] == "Saxogade 90"


def test_what_the_change_says_besides_comes_first(prepared: Prepared, tmp_path: Path) -> None:
    write_candidates(tmp_path, KRUSAAGADE, name="candidates.csv")
    text = TAKES.replace('"Saxo"', '"krus", conversations = 1, Aktiv_fra = "1.6.2009"')
    (found,) = scenarios_of(text, prepared.project, tmp_path)
    changed = apply(prepared.project, found)
    (krus,) = (practice for practice in changed.practices if practice.practice_id == "krus")
    assert (krus.conversations, krus.every_weeks, str(krus.active_from)) == (1, 2, "2009-06-01")


def test_a_candidate_alone_is_the_scenario_with_it(prepared: Prepared, tmp_path: Path) -> None:
    nothing = "nil,Lægerne Istedgade,Istedgade 89,1650,København V,,0,0,mon,09:00,12:00\n"
    file = write_candidates(tmp_path, SAXOGADE, KRUSAAGADE, nothing)
    candidates, _exact, _notes = locate_candidates(file, prepared)
    for candidate in candidates:
        scenario = Scenario(candidate.candidate_id, changes=taken(prepared.project, candidate))
        changed = apply(prepared.project, scenario)
        assert changed.practices[-1] == candidate.practice
        assert changed.rooms[-len(candidate.rooms) :] == candidate.rooms
        (place,) = (p for p in changed.places if p.place_id == candidate.candidate_id)
        assert (place.lat, place.lon) == (candidate.place.lat, candidate.place.lon)


def test_a_scenario_is_written_as_it_is_read(prepared: Prepared, tmp_path: Path) -> None:
    file = write_candidates(tmp_path, SAXOGADE.replace("Saxogade,", '"Saxo\\ ""gade"" #1",', 1), KRUSAAGADE)
    candidates, _exact, _notes = locate_candidates(file, prepared)
    changes = [change for candidate in candidates for change in taken(prepared.project, candidate)]
    scenario = Scenario("both", title='Begge "to"', question="Hvad så?", changes=tuple(changes))
    (found,) = scenarios_of(written(scenario), prepared.project)
    assert found == scenario
    tasks = {
        name: [question(task) for task in study(prepared, (each,), ["2009-W20", "2009-W21"]).tasks]
        for name, each in (("read", found), ("made", scenario))
    }
    assert tasks["read"] == tasks["made"]


@pytest.mark.parametrize(
    ("id_", "said"),
    [
        ('"nobody"', "scenarios.toml:4 [a: practice_id]: there is no candidate nobody in candidates.csv; there are saxo, krus"),
        ('""', "scenarios.toml:4 [a: practice_id]: there is no candidate  in candidates.csv"),
        ('"saxo", speed = 3', "scenarios.toml:4 [a: speed]: "),
        ('"saxo", conversations = -1', "scenarios.toml:4 [a: conversations]: "),
    ],
)  # fmt: skip
def test_what_cannot_be_taken(prepared: Prepared, tmp_path: Path, id_: str, said: str) -> None:
    write_candidates(tmp_path, SAXOGADE, KRUSAAGADE, name="candidates.csv")
    text = TAKES.replace('"Saxo"', id_) + block("b", "a") + block("c", "b")
    (found,) = problems_of(text, prepared.project, tmp_path)
    assert found.startswith(said), found


def test_a_candidate_without_an_id_and_a_broken_file(prepared: Prepared, tmp_path: Path) -> None:
    write_candidates(tmp_path, SAXOGADE.replace("tue", "someday"), heading=HEADING, name="candidates.csv")
    (line,) = problems_of(TAKES, prepared.project, tmp_path)
    assert line.startswith('candidates.csv:2 [weekday]: "someday" is not a weekday')
    text = TAKES.replace(', practice_id = "Saxo"', "")
    assert "scenarios.toml:4 [a: practice_id]: this must be filled in" in problems_of(text, prepared.project)
    with pytest.raises(ServiceError, match=r"missing\.csv"):
        scenarios_of(f'candidates = "missing.csv"\n{TAKES}', prepared.project, tmp_path)
    (wrong,) = problems_of(f"candidates = 3\n{TAKES}", prepared.project, tmp_path)
    assert wrong.startswith("scenarios.toml: candidates: 3 is not a text")
