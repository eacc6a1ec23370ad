"""What the weeks of a study do not show: one sentence, whatever the number of scenarios and bases."""

from pathlib import Path

import pytest

from benchmarks.centres import write_example
from scheduler.model.clock import Week
from scheduler.scenario import Scenario, Set, scenarios_of
from scheduler.scenario.horizon import unseen
from scheduler.scenario.weeks import study
from scheduler.services.planner import Prepared, prepare

WEEKS = (Week(2009, 18), Week(2009, 19))


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    folder = tmp_path_factory.mktemp("centres")
    write_example(folder, centres=3, practices=3, consultants=1)
    return prepare(folder)


def test_fuller_weeks_are_one_sentence(prepared: Prepared) -> None:
    away = Scenario("slower", changes=(Set("consultants", {"consultant_id": "r1-1", "speed_kph": 12}),))
    told = unseen(study(prepared, (away,), WEEKS), WEEKS)
    fuller = [sentence for sentence in told if "fuller" in sentence]
    assert len(fuller) == 1
    assert fuller[0].startswith("Weeks of the period that are not compared are fuller than any that is: ")
    assert " at Jobcenter 1 (eksempel), most of all " in fuller[0]
    assert " (Today: " in fuller[0]
    assert "slower" not in fuller[0]  # as full as today


def test_every_base_is_told_where_it_is_fullest(prepared: Prepared, tmp_path: Path) -> None:
    write_example(tmp_path, centres=3, practices=3, consultants=1)
    scenarios = scenarios_of(
        (tmp_path / "scenarios.toml").read_text(encoding="utf-8"), prepared.project, tmp_path
    )
    told = [each for each in unseen(study(prepared, scenarios, WEEKS), WEEKS) if "fuller" in each]
    assert len(told) == 1
    for base, scenario in ((1, "Today"), (2, "2 jobcentre"), (3, "3 jobcentre")):
        part = told[0].split(f" at Jobcenter {base} (eksempel), most of all ")[1].split(";")[0]
        week, scenario_told, _asked = part.split(" ", 1)[0], *part.split(" (", 1)[1].split(": ", 1)
        assert scenario_told == scenario
        assert Week.parse(week) not in WEEKS
    assert told[0].count("--weeks") == 1
