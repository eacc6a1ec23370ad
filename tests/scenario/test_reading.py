"""Scenario files: what is read, and every problem with its file, line, scenario and key."""

from pathlib import Path

import pytest
from folders import write_folder

from scheduler.base.errors import InputError, ServiceError
from scheduler.inputs import read_project
from scheduler.model.project import Origin, Project
from scheduler.scenario import Add, Scenario, Set, read_scenarios, scenarios_of
from scheduler.scenario.reading import changed_projects

ROOM = '{ add = "rooms", practice_id = "P1", weekday = "ons", start = "9.30", end = 12:00:00 }'
FASTER = '{ set = "consultants", consultant_id = "c1", speed_kph = 18 }'


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return read_project(write_folder(tmp_path / "data"))


def scenario(name: str, *changes: str) -> str:
    return (
        f'[[scenario]]\nname = "{name}"\nchange = [\n'
        + "".join(f"  {change},\n" for change in changes)
        + "]\n"
    )


def problems_of(text: str, project: Project) -> list[str]:
    with pytest.raises(InputError) as caught:
        scenarios_of(text, project)
    return [str(problem) for problem in caught.value.problems]


def test_scenarios_are_read_in_order(project: Project, tmp_path: Path) -> None:
    file = tmp_path / "what-if.toml"
    text = f"# Mine\n{scenario('rooms', ROOM)}\n{scenario('speed', FASTER)}title = 'Hurtigere'\nquestion = 'Hvad så?'\n"
    file.write_text("\ufeff" + text, encoding="utf-8")
    rooms, speed = read_scenarios(file, project)
    assert (rooms.name, rooms.title, rooms.question) == ("rooms", "rooms", "")
    assert (speed.title, speed.question) == ("Hurtigere", "Hvad så?")
    assert speed.changes == (Set("consultants", {"consultant_id": "c1", "speed_kph": 18}),)
    assert isinstance(rooms.changes[0], Add)
    assert [s.origin for s in (rooms, speed)] == [Origin("what-if.toml", 2), Origin("what-if.toml", 8)]
    assert [s.changes[0].origin for s in (rooms, speed)] == [
        Origin("what-if.toml", 5),
        Origin("what-if.toml", 11),
    ]


def test_changes_may_be_written_as_sections(project: Project) -> None:
    text = (
        '[[scenario]]\nname = "a"\n\n[[scenario.change]]\n# add = "nothing"\nadd = "rooms"\npractice_id = "P1"\n'
        'date = 2009-05-13\nstart = 09:30:00\nend = "12.00"\n\n[[scenario.change]]\nweekday = "fri"\ndrop = "shifts"\n'
    )
    assert problems_of(text, project) == [
        "scenarios.toml:14 [a: drop]: there is no row with weekday fri in shifts"
    ]
    (found,) = scenarios_of(text.replace('"fri"', '"thu"'), project)
    assert [change.verb for change in found.changes] == ["add", "drop"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "scenarios.toml: there is no scenario in the file"),
        ("scenario = []", "scenarios.toml: there is no scenario in the file"),
        ("scenario = 3", "scenarios.toml: there is no scenario in the file"),
        ("[scenario]\nname = 'a'", "scenarios.toml: there is no scenario in the file"),
        ("[[scenarios]]\nname = 'a'", 'there is no "scenarios" in a scenario file'),
        ("[[scenario]\n", "scenarios.toml:1: this line is not TOML"),
        ("[[scenario]]\n", "scenarios.toml:1 [scenario 1: name]: this must be filled in"),
        ("[[scenario]]\nname = 'a'\n", "scenarios.toml:1 [a: change]: this must be filled in"),
        ("[[scenario]]\nname = 'a'\nchange = []\n", "scenarios.toml:1 [a]: the scenario has no change"),
        ("[[scenario]]\nname = 'a'\nchange = 'x'\n", "[a: change]: this must be a list of changes"),
        ("[[scenario]]\nname = 'a'\nchange = ['x']\n", "[a: change.0]: this must be a list of changes"),
        ("[[scenario]]\nname = 5\nchange = []\n", "[scenario 1: name]: 5 is not a text; write it in quotes"),
        ("[[scenario]]\nname = 'a'\nweeks = 3\nchange = []\n", "[a: weeks]: there is no such setting; this section may have: name, title"),
        (scenario("a", "{ practice_id = 'P1' }"), "scenarios.toml:1 [a: change]: begin the change with one of add, drop, set, move"),
        (scenario("a", "{ add = 'rooms', drop = 'rooms' }"), "begin the change with one of"),
        (scenario("a", "{ add = 3 }"), "[a: add]: 3 is not a text"),
        (scenario("a", "{ drop = 'rooms', weekday = ['man', 'tir'] }"), "scenarios.toml:4 [a: weekday]: this must be one text"),
        (scenario("a", FASTER, "{ drop = 'rooms', weekday = 'x' }"), 'scenarios.toml:5 [a: weekday]: "x" is not a weekday'),
        (scenario("to do", FASTER), 'scenarios.toml:1 [to do: name]: "to do" is not an id'),
        (scenario("a", FASTER) + 'title = "\\u001b[31m"', "scenarios.toml:1 [a: title]: the text has control characters in it"),
        (scenario("", FASTER), "[scenario 1: name]: this must be filled in"),
        (scenario("Today", FASTER), "[Today: name]: today is the project as it is; choose another name"),
        (scenario("a", FASTER) + scenario("A", ROOM), 'scenarios.toml:6 [A: name]: there is a scenario "A" already'),
        (scenario("a", FASTER) + scenario("b", FASTER), "scenarios.toml:6 [b: change]: the scenario is a copy of a"),
        (scenario("a", ROOM.replace("add", "drop").replace("ons", "mon").replace("9.30", "9.00"),
                  ROOM.replace("ons", "mon").replace("9.30", "9.00")), "[a: change]: the scenario is a copy of today"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_file(project: Project, text: str, said: str) -> None:
    assert said in "\n".join(problems_of(text, project))


def test_problems_of_all_scenarios_are_told_at_once(project: Project) -> None:
    said = problems_of(
        scenario("a", "{ drop = 'practices', practice_id = 'P9' }")
        + scenario("b", ROOM.replace("ons", "x"))
        + scenario("a", FASTER)
        + "[[scenario]]\nname = 7\nchange = []\n",
        project,
    )
    assert sorted(line.partition("]")[0] for line in said) == [
        "scenarios.toml:11 [a: name",
        "scenarios.toml:16 [scenario 4: name",
        "scenarios.toml:4 [a: practice_id",
        "scenarios.toml:9 [b: weekday",
    ]


@pytest.mark.parametrize(
    "text",
    [
        scenario("a", "{ set = 'practices', practice_id = 'P1', note = '010203-1234' }"),
        scenario("010203-1234", FASTER),
        "[[scenario]]\n010203-1234 = 'x'\n",
        "'010203-1234' = 5\n",
        scenario("a", "{ add = '010203-1234' }"),
    ],
)
def test_cpr_numbers_are_not_repeated(project: Project, text: str) -> None:
    said = "\n".join(problems_of(text, project))
    assert "CPR" in said
    assert "1234" not in said


def test_hostile_names_stay_short_and_on_one_line(project: Project) -> None:
    said = problems_of(scenario("x" * 500, FASTER), project)
    assert all(len(line) < 300 and "\n" not in line for line in said)


def test_a_file_that_cannot_be_had(project: Project, tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match=r"nowhere\.toml cannot be read"):
        read_scenarios(tmp_path / "nowhere.toml", project)
    (tmp_path / "latin.toml").write_bytes("title = 'søn'".encode("latin-1"))
    with pytest.raises(InputError, match=r"latin\.toml: the file is no UTF-8 text"):
        read_scenarios(tmp_path / "latin.toml", project)


def test_scenarios_of_a_program_are_checked_alike(project: Project) -> None:
    faster = Set("consultants", {"consultant_id": "c1", "speed_kph": 18})
    with pytest.raises(InputError) as caught:
        changed_projects([Scenario("a", changes=(faster,)), Scenario("b", changes=(faster,))], project)
    assert [str(problem) for problem in caught.value.problems] == [
        "b [change]: the scenario is a copy of a: they are alike in every week"
    ]
