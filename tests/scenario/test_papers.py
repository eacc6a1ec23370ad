"""Scenarios that are kept: put together from choices, built on one another, and the same thing as a scenario file."""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from folders import FASTER, ON_THE_MAP
from stores import HOMES, STREET, set_clock, with_store

from scheduler.base.errors import InputError
from scheduler.base.i18n import using
from scheduler.base.progress import Silent
from scheduler.scenario import papers, trials
from scheduler.scenario.changes import Change, Drop, Scenario, Set
from scheduler.scenario.choices import CHOICES, changes_of, options
from scheduler.scenario.reading import read_scenarios
from scheduler.services.workspace import project_in, store_of

CANDIDATES = (
    "practice_id,name,address,postcode,city,lat,lon,weekday,start,end\n"
    "new,Ny,Vej 2,2450,København SV,55.66406,12.54832,tue,09:00,12:00\n"
    "new,,,,,,,thu,09:00,12:00\n"
)


@pytest.fixture(autouse=True)
def a_monday(monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock(monkeypatch)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        set_clock(patch)
        return with_store(tmp_path_factory.mktemp("made") / "data", home_visits=HOMES, **ON_THE_MAP)


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "data"))


@contextmanager
def somebody_was_first() -> Iterator[None]:
    with pytest.raises(InputError) as refused:
        yield
    assert type(refused.value).__name__ == "ChangedSinceError"


def chosen(folder: Path, choice: str, **form: str | Sequence[str]) -> list[Change]:
    """Return the changes of a choice, as its form says it."""
    project = project_in(folder)
    given: Mapping[str, Sequence[str]] = {
        name: [value] if isinstance(value, str) else value for name, value in form.items()
    }
    return changes_of(CHOICES[choice], given, project, papers.candidates(folder, project, CANDIDATES))


FORMS: Mapping[str, Mapping[str, str | Sequence[str]]] = {
    "kandidater": {"candidates": ["new"]},
    "lokale": {"practice": "P1", "day": "wed", "start": "09:00", "end": "12:00"},
    "rytme": {"practice": "P1", "every_weeks": "2", "conversations": ""},
    "raadgiver": {"name": "Åse Æ", "days": ["mon", "tue"], "start": "08:30", "end": "15:00", "most": "4"},
    "arbejdstid": {"consultant": "c1", "days": ["mon", "fri"], "start": "09:00", "end": "14:00"},
    "raadgiver-ud": {"consultant": "c2"},
    "base": {
        "name": "Valby", "address": "Vej 3", "postcode": "2500", "city": "Valby", "point": "55.6640, 12.5483",
        "consultants": ["c2"],
    },
    "base-flyttet": {
        "base": "base", "address": "Vej 3", "postcode": "2500", "city": "Valby", "point": "55.6640,12.5483",
    },
    "minutter": {"minutes": "30"},
    "fart": {"kph": "18"},
}  # fmt: skip


@pytest.mark.parametrize("choice", FORMS)
def test_each_choice_is_a_scenario_that_can_be_made_and_written_as_a_file(folder: Path, choice: str) -> None:
    project = project_in(folder)
    scenario = Scenario("s", title="S", changes=tuple(chosen(folder, choice, **FORMS[choice])))
    papers.save(folder, project, [scenario], {})
    (kept,) = papers.kept_scenarios(folder).values()
    assert kept.scenario == scenario
    file = folder / "again.toml"
    file.write_text(papers.file_of([scenario]), encoding="utf-8")
    (read,) = read_scenarios(file, project)
    assert read == scenario
    assert papers.made(project, [read]) != project


def test_every_choice_is_tried() -> None:
    assert set(CHOICES) - set(FORMS) == {"praksis-ud"}


def test_what_a_form_leaves_out_is_told(folder: Path) -> None:
    for choice, form, why in (
        ("lokale", {"practice": "P1"}, "fill in: Weekday"),
        ("raadgiver", {**FORMS["raadgiver"], "days": []}, "fill in: On these days"),
        ("base-flyttet", {**FORMS["base-flyttet"], "point": "55"}, "two numbers"),
        ("kandidater", {}, "fill in: Which"),
    ):
        with pytest.raises(InputError, match=why):
            chosen(folder, choice, **form)
    project = project_in(folder)
    for choice, form, why in (
        ("lokale", {**FORMS["lokale"], "start": "25:00"}, "25:00"),
        ("fart", {"kph": "999"}, "999"),
        ("praksis-ud", {"practice": "P1"}, "no row is left in practices"),
        ("raadgiver-ud", {"consultant": "nobody"}, "nobody"),
    ):
        with pytest.raises(InputError, match=why):
            papers.save(folder, project, [Scenario("s", changes=tuple(chosen(folder, choice, **form)))], {})
    assert papers.kept_scenarios(folder) == {}
    assert options("practice", project, ()) == [("P1", "Vej")]


def test_one_builds_on_another_and_keeps_holding(folder: Path) -> None:
    project = project_in(folder)
    first = Scenario("first", title="A <b>", changes=tuple(chosen(folder, "raadgiver", **FORMS["raadgiver"])))
    then = Scenario(
        "then", based_on="first", changes=(Set("consultants", {"consultant_id": "aase-ae", "speed_kph": 20}),)
    )
    papers.save(folder, project, [first, then], {})
    plain = {name: each.scenario for name, each in papers.kept_scenarios(folder).items()}
    assert [each.name for each in papers.line_of("then", plain)] == ["first", "then"]
    assert len(papers.made(project, papers.line_of("then", plain)).consultants) == 3
    # Whoever is needed by what builds on it stays.
    without = Scenario("first", changes=(Drop("consultants", {"consultant_id": "c2"}),))
    with pytest.raises(InputError, match="aase-ae"):
        papers.save(folder, project, [without], {"first": 1})
    with pytest.raises(InputError, match="then builds on it"):
        papers.take_away(folder, "first", 1)
    with pytest.raises(InputError, match="circle"):
        papers.save(
            folder, project, [Scenario("first", based_on="then", changes=first.changes)], {"first": 1}
        )
    with pytest.raises(InputError, match="no scenario gone"):
        papers.save(folder, project, [Scenario("third", based_on="gone", changes=then.changes)], {})
    assert papers.kept_scenarios(folder)["first"].version == 1


def test_nobody_writes_over_what_they_have_not_seen_and_changes_are_undone(folder: Path) -> None:
    project = project_in(folder)
    begun = Scenario("s", title="S")
    papers.save(folder, project, [begun], {})
    fast = Scenario("s", title="S", changes=tuple(chosen(folder, "fart", kph="18")))
    papers.save(folder, project, [fast], {"s": 1})
    for seen in (0, 1, 3):
        with somebody_was_first():
            papers.save(folder, project, [begun], {"s": seen})
    assert papers.before(folder, "s") == (begun, 2)
    papers.take_away(folder, "s", 2)
    assert papers.kept_scenarios(folder) == {}
    was, version = papers.before(folder, "s")
    assert was == fast
    papers.save(folder, project, [fast], {"s": version})
    assert papers.kept_scenarios(folder)["s"].version == 4


def test_names_of_titles() -> None:
    assert papers.new_name("Tre lægepraksisser på Østerbro!", {}) == "tre-laegepraksisser-paa-oesterbro"
    assert papers.new_name("Today", {"today-2": 1}) == "today-3"
    assert papers.new_name("../{{7*7}}<script>", {}) == "7-7-script"
    assert papers.new_name("日本", {}) == "scenario"


def test_candidates_are_kept_as_a_file(folder: Path) -> None:
    project = project_in(folder)
    assert papers.candidates(folder, project) == ()
    papers.save_candidates(folder, project, CANDIDATES, 0)
    with somebody_was_first():
        papers.save_candidates(folder, project, CANDIDATES, 0)
    row = {"practice_id": "more", "name": "=1+1", "address": "Vej 4", "postcode": "2450", "city": "København SV",
           "district": "Valby", "weekday": "fri", "start": "10:00", "end": "12:00"}  # fmt: skip
    text = papers.with_candidate(CANDIDATES, [row])
    assert papers.with_candidate(CANDIDATES.replace(",", "\t"), [row]) == text
    papers.save_candidates(folder, project, text, 1)
    assert [each.candidate_id for each in papers.candidates(folder, project)] == ["new", "more"]
    with pytest.raises(InputError, match="weekday or a date"):
        papers.save_candidates(
            folder, project, "practice_id,name,address,postcode,city,start,end\nx,X,V 1,2450,K,,\n", 2
        )
    (read,) = papers.read_file(
        folder,
        project,
        '[[scenario]]\nname = "joins"\nchange = [{ add = "candidates", practice_id = "new", every_weeks = 2 }]\n',
    )
    assert [change.table for change in read.changes] == ["practices", "rooms", "rooms"]


class _Told(Silent):
    def __init__(self) -> None:
        self.steps: list[str] = []

    def step(self, text: str) -> None:
        self.steps.append(text)


def _worked_off(folder: Path, *, stop: bool = False) -> _Told:
    """Do the job that waits, as a worker does."""
    from scheduler.store import jobs

    told = _Told()
    with store_of(folder):
        held = jobs.claim("me", kinds=trials.kinds())
        assert held is not None
        trials.carry_out(folder, folder.parent / "out", held, told, lambda: stop)
    return told


def test_a_question_is_answered_side_by_side_in_both_languages(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trials, "cores", lambda: 1)
    project = project_in(folder)
    for found in papers.read_file(folder, project, FASTER):
        papers.save(folder, project, [found], {})
    room = Scenario(
        "room", title="=Room", based_on="faster", changes=tuple(chosen(folder, "rytme", **FORMS["rytme"]))
    )
    papers.save(folder, project, [room, Scenario("empty")], {})
    for names, weeks, draws, why in (
        ((), "", 1, "at least one"),
        (("nothing",), "", 1, "at least one"),
        (("empty",), "", 1, "as today"),
        (("room",), "2009-W20..2019-W20", 1, "too much"),
        (("room",), "2009-W20", 51, "too much"),
        (("room",), "soon", 1, "soon"),
    ):
        with pytest.raises(InputError, match=why):
            trials.ask(folder, names, weeks=weeks, draws=draws)
    number = trials.ask(folder, ["room"], weeks="2009-W20", draws=1)
    told = _worked_off(folder)
    assert any("of 3 weeks are planned" in step for step in told.steps), told.steps
    with store_of(folder):
        from scheduler.store import trials as kept

        trial, answer = kept.trial(number), kept.answer(number)
        assert trial is not None
        assert answer is not None
        assert trial.job is not None
        assert (trial.title, trial.job.state.value, trial.has_answer) == ("=Room", "done", True)
    # Asked of today, or of one another.
    shown = trials.answer(answer, "en")
    assert [title for _name, title in shown.scenarios] == ["Today", "Faster", "=Room"]
    assert shown.from_ == "today"
    rows = {title: (before, [cell.text for cell in cells]) for title, before, cells in shown.rows}
    assert rows["Conversations asked for"][0] == "1"
    assert rows["Conversations asked for"][1][0] == "1 (0)"
    assert shown.causes[0][0] == "Faster"
    other = trials.answer(answer, "en", "faster")
    turned = {title: (before, [cell.text for cell in cells]) for title, before, cells in other.rows}
    assert turned["Conversations asked for"][0] == "1"
    assert len(turned["Conversations asked for"][1]) == 2
    with using("da"):
        danish = trials.answer(answer, "da", "nonsense")
        assert danish.from_ == "today"
        assert danish.scenarios[0][1] == "I dag"
        assert danish.causes[0][1] != shown.causes[0][1]
    assert 'lang="da"' in answer["page"]["da"]
    assert 'lang="en"' in answer["page"]["en"]
    # No home stands anywhere in it, and no formula in its tables.
    whole = json.dumps(answer)
    assert STREET not in whole
    assert '"H1' not in whole
    assert "\n=Room" not in answer["tables"]["comparison"]
    # What is planned already is not planned again.
    again = trials.ask(folder, ["faster"], weeks="2009-W20", draws=1)
    assert not any("weeks are planned" in step for step in _worked_off(folder).steps)
    with store_of(folder):
        assert kept.answer(again) is not None


def test_a_question_that_is_stopped_at_once_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "cores", lambda: 1)
    project = project_in(folder)
    papers.save(folder, project, papers.read_file(folder, project, FASTER), {})
    number = trials.ask(folder, ["faster"], weeks="2009-W22..2009-W24", draws=1)
    with pytest.raises(Exception, match="nothing can be compared"):
        _worked_off(folder, stop=True)
    with store_of(folder):
        from scheduler.store import trials as kept

        assert kept.answer(number) is None
