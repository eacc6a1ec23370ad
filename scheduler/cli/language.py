"""Which language the command line speaks."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise, takewhile
from pathlib import Path

from scheduler.base import limits
from scheduler.base.i18n import LANGUAGES

_DEFAULT = "da"
_DEFAULT_FOLDER = "data"
#: Where the system says its language; the first that says anything decides.
_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")


def language_of(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """Return the language of a command line before it is parsed, so that help and errors are in it, too.

    It is that of ``--lang``, wherever that stands, else of ``HJUL_LANG``, else of the project, else of the
    system, else Danish. What names no language that hjul has is passed over.
    """
    for choice in _choices(arguments, environment):
        # What a system calls da_DK.UTF-8 is da.
        language = choice.replace(".", "_").partition("_")[0].lower()
        if language in LANGUAGES:
            return language
    return _DEFAULT


def _choices(arguments: Sequence[str], environment: Mapping[str, str]) -> Iterator[str]:
    yield from _given("--lang", arguments)
    yield environment.get("HJUL_LANG", "")
    yield _of_project(Path(next(_given("--data", arguments), _DEFAULT_FOLDER)))
    yield next((environment[name] for name in _LOCALE if environment.get(name)), "")


def _given(option: str, arguments: Sequence[str]) -> Iterator[str]:
    """Yield what an option is given, the last one first, as that one wins."""
    options = list(takewhile(lambda argument: argument != "--", arguments))
    for argument, value in reversed(list(pairwise([*options, ""]))):
        if argument == option:
            yield value
        elif argument.startswith(f"{option}="):
            yield argument.partition("=")[2]


def _of_project(folder: Path) -> str:
    """Return what the project's settings say; "" where they say nothing or cannot be read.

    What is wrong with them is told by whatever reads the project, not here.
    """
    try:
        text = limits.read(folder / "project.toml", limits.TOML_BYTES).decode("utf-8-sig")
        if limits.endless_toml(text):
            return ""
        import tomllib

        return str(tomllib.loads(text)["project"]["language"])
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return ""
