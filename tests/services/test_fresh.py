"""The example as a first project: moved to the present quarter, whole, and planned like any other."""

import datetime as dt
from pathlib import Path

import pytest

from scheduler.base import notices
from scheduler.base.errors import InputError
from scheduler.inputs.stored import read_stored
from scheduler.model.clock import NOW_VARIABLE, Week
from scheduler.services.fresh import example_since, make_example
from scheduler.services.workspace import project_in

QUARTERS = [dt.date(year, month, 1) for year in (2025, 2026, 2027, 2032) for month in (1, 4, 7, 10)]


@pytest.mark.parametrize("start", QUARTERS, ids=str)
def test_it_keeps_weekdays_and_rhythms(start: dt.date) -> None:
    then, now = example_since(dt.date(2009, 4, 1)), example_since(start)
    project, rows = read_stored(now)
    assert project.config.period.start == start
    assert {name: len(table) for name, table in now.items()} == {name: len(t) for name, t in then.items()}
    pins = zip(then["pins"], now["pins"], strict=True)
    for old, new in pins:
        was, becomes = dt.date.fromisoformat(old["date"]), dt.date.fromisoformat(new["date"])
        assert was.weekday() == becomes.weekday()
        assert {**old, "date": ""} == {**new, "date": ""}
    weeks = {(Week.parse(new["week"]).monday - Week.parse(old["week"]).monday).days // 7
             for old, new in zip(then["demand"], now["demand"], strict=True)}  # fmt: skip
    moved = {(dt.date.fromisoformat(new["date"]) - dt.date.fromisoformat(old["date"])).days / 7
             for old, new in zip(then["pins"], now["pins"], strict=True)}  # fmt: skip
    assert moved == weeks
    first = Week.of(dt.date(2009, 4, 1))
    (shift,) = weeks
    assert first.shift(shift).number % 2 == first.number % 2
    assert abs((first.shift(shift).monday - Week.of(start).monday).days) <= 14
    assert [row["from"][5:] for row in now["closures"]] == [row["from"][5:] for row in then["closures"]]
    assert {row["year"] for row in now["budget"]} == {str(start.year), str(start.year + 1)}
    assert rows["milestones"][0]["date"].year == start.year


def test_2009_is_the_example_as_it_is() -> None:
    project, _rows = read_stored(example_since(dt.date(2009, 4, 1)))
    assert project.config.period.end == dt.date(2010, 12, 31)
    assert any(pin.date == dt.date(2009, 5, 14) for pin in project.pins)


def test_a_new_folder_gets_it_and_another_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NOW_VARIABLE, "2026-11-30T08:00")
    told: list[str] = []
    with notices.listening(lambda text: told.append(str(text))):
        make_example(tmp_path / "new")
    assert told == []  # nothing of it is old enough to be deleted at once
    project = project_in(tmp_path / "new")
    assert project.config.period.start == dt.date(2026, 10, 1)
    assert len(project.practices) == 20
    assert all(visit.date >= dt.date(2026, 10, 31) for visit in project.home_visits)
    with pytest.raises(InputError, match="not empty"):
        make_example(tmp_path / "new")
