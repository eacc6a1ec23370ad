"""The command line in Danish and in English: which one, help, and errors of usage."""

import datetime as dt
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from babel.messages.extract import extract_from_dir

from scheduler import cli
from scheduler.base import i18n
from scheduler.cli.language import language_of
from scheduler.cli.translation import click_texts, translated

#: Examples are of this year.
_YEAR = dt.date.today().year  # noqa: DTZ011 - that of the clock on the wall
#: Words that no sentence does without for long, and that the other language does not have.
ENGLISH = re.compile(r"\b(the|and|of|with|from|which|what|this|must|not|are|was|been)\b", re.IGNORECASE)
DANISH = re.compile(r"\b(og|ikke|af|som|eller|der|hvad|skal|kan|de|den|på|til)\b", re.IGNORECASE)
#: What Click says to programmers only.
FOR_PROGRAMMERS = re.compile(
    r"declar|same flag|defined twice|standard stream|colour|start character|deprecated\.|UUID|Bash|"
    r"must be an iterable|Choice\(|Editing failed|Windows error|^d$"
)


def commands(command: click.Command = cli.cli, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from commands(inner, *path, name)


COMMANDS = dict(commands())


def words_of(language: re.Pattern[str], text: str) -> list[str]:
    """The words of a language in a text, but for the names of options."""
    return language.findall(re.sub(r"--[a-z-]+", "", text))


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without a project."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def said(capfd: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Run a command line; return all that it prints, each run of white space as one space."""

    def run(*arguments: str) -> str:
        cli.run(arguments)
        return " ".join("".join(capfd.readouterr()).split())

    return run


Said = Callable[..., str]

# --- Which language ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "environment", "project", "expected"),
    [
        ("--help", {}, None, "da"),
        ("--lang en --help", {}, None, "en"),
        ("plan --help --lang en", {}, None, "en"),
        ("plan --lang=en", {"HJUL_LANG": "da"}, "da", "en"),
        ("--lang da plan --lang en", {}, None, "en"),
        ("plan --lang", {"HJUL_LANG": "en"}, None, "en"),
        ("plan --lang fr", {"HJUL_LANG": "en"}, None, "en"),
        ("--lang en plan --lang fr", {}, None, "en"),
        ("plan -- --lang en", {}, None, "da"),
        ("plan", {"HJUL_LANG": "en", "LANG": "da_DK.UTF-8"}, "da", "en"),
        ("plan", {"HJUL_LANG": "sv", "LANG": "da_DK.UTF-8"}, "en", "en"),
        ("plan", {"LANG": "da_DK.UTF-8"}, "en", "en"),
        ("plan", {"LANG": "en_GB.UTF-8"}, "da", "da"),
        ("plan", {"LANG": "en_GB.UTF-8"}, "", "en"),
        ("plan", {"LANG": "en_GB.UTF-8"}, "sv", "en"),
        ("plan", {"LANG": "en_GB.UTF-8", "LC_MESSAGES": "da_DK"}, None, "da"),
        ("plan", {"LANG": "en_GB.UTF-8", "LC_MESSAGES": "da_DK", "LC_ALL": "en"}, None, "en"),
        ("plan", {"LANG": "en_GB.UTF-8", "LC_ALL": "C.UTF-8"}, None, "da"),
        ("plan", {"LANG": "en_GB.UTF-8", "LC_ALL": ""}, None, "en"),
        ("plan", {"LANG": "de_DE.UTF-8"}, None, "da"),
    ],
)
def test_the_language_of_a_command_line(
    elsewhere: Path, arguments: str, environment: dict[str, str], project: str | None, expected: str
) -> None:
    if project is not None:
        (elsewhere / "data").mkdir()
        (elsewhere / "data" / "project.toml").write_text(f'[project]\nlanguage = "{project}"\n', "utf-8")
    assert language_of(arguments.split(), environment) == expected


def test_the_project_is_the_one_of_the_command_line(elsewhere: Path) -> None:
    for name, language in (("data", "da"), ("mine", "en")):
        (elsewhere / name).mkdir()
        (elsewhere / name / "project.toml").write_text(f'[project]\nlanguage = "{language}"\n', "utf-8-sig")
    assert language_of(["plan", "--data", "mine", "--help"], {}) == "en"
    assert language_of(["--data=mine", "plan"], {}) == "en"
    assert language_of(["--data", "data", "plan", "--data", "mine"], {}) == "en"
    assert language_of(["plan", "--data", "nowhere"], {"LANG": "en"}) == "en"
    assert language_of(["plan", "--data", "mine\0"], {"LANG": "en"}) == "en"
    assert language_of(["plan"], {"LANG": "en"}) == "da"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[project",
        b"project = 5",
        b'project = "language"',
        b"[[project]]",
        b"[project]\nlanguage = 5",
        b'[project]\nlanguage = ["en"]',
        b"a = " + b"[" * 5000,
        # These would keep it busy for long.
        b"a." * 30_000 + b'b = 1\n[project]\nlanguage = "da"',
        b'[project]\nlanguage = "da"\n' + b"#\n" * 1_000_000,
    ],
)
def test_a_project_that_says_nothing_sensible(elsewhere: Path, said: Said, content: bytes) -> None:
    (elsewhere / "data").mkdir()
    (elsewhere / "data" / "project.toml").write_bytes(content)
    assert language_of([], {"LANG": "en"}) == "en"
    assert said("--help").startswith("Brug: hjul ")


def test_a_folder_in_the_place_of_the_file(elsewhere: Path) -> None:
    (elsewhere / "data" / "project.toml").mkdir(parents=True)
    assert language_of([], {"LANG": "en"}) == "en"


def test_the_language_asked_for_does_not_outlive_the_command(said: Said) -> None:
    with i18n.using("en"):
        assert said("--help", "--lang", "da").startswith("Brug:")
        assert i18n.language() == "en"


# --- Help -------------------------------------------------------------------------------------------


def texts_of(command: click.Command) -> Iterator[str]:
    """All that a command says in its help, as it stands in the code."""
    for part in (command, *command.params):
        for name in ("help", "short_help", "epilog", "metavar", "options_metavar", "subcommand_metavar"):
            if text := getattr(part, name, None):
                yield text


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: " ".join(path) or "hjul")
def test_every_text_of_a_command_has_its_danish(path: tuple[str, ...]) -> None:
    with i18n.using("da"):
        assert [text for text in texts_of(COMMANDS[path]) if " " in text and i18n._(text) == text] == []
    catalogue = vars(i18n._catalogue("da"))["_catalog"]
    assert [text for text in texts_of(COMMANDS[path]) if text not in catalogue] == []


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: " ".join(path) or "hjul")
def test_every_command_and_option_says_what_it_is(path: tuple[str, ...]) -> None:
    command = COMMANDS[path]
    assert command.help
    for parameter in command.params:
        assert isinstance(parameter, click.Argument) or parameter.help, parameter.name
        if isinstance(parameter, click.Argument):
            # It is told of in the text of its command.
            assert parameter.metavar
            assert parameter.metavar.strip("[]").partition(".")[0].lower() in command.help.lower()


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: " ".join(path) or "hjul")
def test_help_is_in_one_language(said: Said, path: tuple[str, ...]) -> None:
    danish, english = said(*path, "--help", "--lang", "da"), said(*path, "--help", "--lang", "en")
    assert danish.startswith(f"Brug: {' '.join(('hjul', *path))} [TILVALG]")
    assert english.startswith(f"Usage: {' '.join(('hjul', *path))} [OPTIONS]")
    assert words_of(ENGLISH, danish) == words_of(DANISH, english) == []
    assert all(heading not in danish for heading in ("Options:", "Commands:", "default:"))
    sentences = [text for text in (*click_texts(), *texts_of(COMMANDS[path])) if " " in text]
    with i18n.using("da"):
        pairs = {" ".join(text.split()): " ".join(i18n._(text).split()) for text in sentences}
    assert [text for text in pairs if text in danish] == []
    # "tal" is a word of Danish, and not that of total.csv.
    assert [text for text in pairs.values() if re.search(rf"(?<!\w){re.escape(text)}(?!\w)", english)] == []


# --- Errors of usage --------------------------------------------------------------------------------

USAGE = {
    "nothing": "Der er ingen kommando 'nothing'.",
    "geocod": "Der er ingen kommando 'geocod'. Mente du 'geocode'?",
    "network": "Brug: hjul network [TILVALG] KOMMANDO [ARGUMENTER]...",
    "--quiet": "Der mangler en kommando.",
    "network x": "Der er ingen kommando 'x'.",
    "plan --fnug": "Der er intet tilvalg '--fnug'.",
    "plan --onlines": "Der er intet tilvalg '--onlines'. Mente du '--online'?",
    "plan --time-limit 0": "Ugyldig værdi for '--time-limit': 0.0 ligger ikke i området x>0.",
    "plan --time-limit long": "Ugyldig værdi for '--time-limit': 'long' er ikke et tal.",
    "plan --seed -1": "Ugyldig værdi for '--seed': -1 ligger ikke i området 0<=x<=2147483647.",
    "plan --seed x": "Ugyldig værdi for '--seed': 'x' er ikke et helt tal.",
    "plan --lang fr": "Ugyldig værdi for '--lang': 'fr' er ikke en af 'da', 'en'.",
    "plan --data": "Tilvalget '--data' skal have en værdi.",
    "plan --online=yes": "Tilvalget '--online' skal ikke have en værdi.",
    "init": "Der mangler argumentet 'MAPPE'.",
    "check": "Der mangler argumentet 'UGEPLAN'.",
    "travel": "Der mangler tilvalget '--to'.",
    "init one two": "Der er et argument for meget (two)",
    "init one two three": "Der er argumenter for meget (two three)",
    "plan 2009-W54": "UGE: der er ingen uge 54 i 2009; årets sidste er uge 53",
    "forget --before then": f'--before: "then" er ikke en dato; skriv den som {_YEAR}-05-12 eller 12-05-{_YEAR}',
    "simulate week 2009-W20 --slack x": '--slack: "x" er ikke et helt tal',
    "simulate capacity --from x": f'--from: "x" er ikke en uge; skriv den som {_YEAR}-W20 eller uge 20 {_YEAR}',
}


@pytest.mark.parametrize("arguments", USAGE)
def test_errors_of_usage_are_in_one_language(said: Said, arguments: str) -> None:
    danish, english = said(*arguments.split()), said("--lang", "en", *arguments.split())
    assert USAGE[arguments] in danish
    assert words_of(ENGLISH, danish) == words_of(DANISH, english) == []
    assert "Fejl:" not in english
    assert "Error:" not in danish


def test_wrong_usage_says_where_the_help_is(said: Said) -> None:
    assert said("travel").startswith(
        "Brug: hjul travel [TILVALG] Se hjælpen med 'hjul travel --help'. Fejl: "
    )


# --- Click ------------------------------------------------------------------------------------------


def test_all_that_click_says_to_users_is_translated() -> None:
    folder = Path(click.__file__).parent
    found = {
        text if isinstance(text, str) else tuple(text)
        for _file, _line, text, _comments, _context in extract_from_dir(folder)
    }
    forms = {text for texts in found for text in ((texts,) if isinstance(texts, str) else texts)}
    ours = {*click_texts(1), *click_texts(2)}
    assert {text for text in forms - ours if not FOR_PROGRAMMERS.search(text)} == set()


def test_click_speaks_the_language_of_each_thread() -> None:
    wrong: list[str] = []

    def speak(language: str, expected: str) -> None:
        with i18n.using(language):
            for _time in range(50):
                command = translated(cli.cli)
                text = command.get_help(click.Context(command, info_name="hjul"))
                if not text.startswith(expected):
                    wrong.append(text)

    threads = [
        threading.Thread(target=speak, args=pair)
        for pair in (("da", "Brug: hjul [TILVALG]"), ("en", "Usage: hjul [OPTIONS]")) * 2
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_translated_command_leaves_its_model_alone() -> None:
    before = [text for command in COMMANDS.values() for text in texts_of(command)]
    with i18n.using("da"):
        translated(cli.cli)
    assert [text for command in COMMANDS.values() for text in texts_of(command)] == before
