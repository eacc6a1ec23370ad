"""What all commands take, and arguments read as the cells of a table are."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from scheduler import files, i18n
from scheduler.errors import InputError, InputProblem

if TYPE_CHECKING:
    from scheduler.cli.terminal import Terminal
    from scheduler.model import Week

_Command = TypeVar("_Command", bound=Callable[..., Any])
_Value = TypeVar("_Value")


@dataclass(slots=True)
class Settings:
    """The options that every command has."""

    data: Path = Path("data")
    out: Path = Path("out")
    lang: str = "da"
    quiet: bool = False

    def terminal(self) -> "Terminal":
        """Return where to print."""
        from scheduler.cli.terminal import Terminal

        return Terminal(quiet=self.quiet)

    def tidy(self) -> None:
        """Put right what commands that were killed have left in these folders and beside them."""
        for folder in (self.data.parent, self.data, self.out, *self.out.glob("simulate/**")):
            files.tidy(folder)


def _remember(context: click.Context, parameter: click.Parameter, value: object) -> None:
    """Keep an option, given before or after the command's name (there it wins)."""
    settings = context.ensure_object(Settings)
    if value is None or parameter.name is None:
        return
    setattr(settings, parameter.name, value)
    if parameter.name == "lang":
        i18n.use(settings.lang)


def common(command: _Command) -> _Command:
    """Give a command the common options, and have it begin with tidying up."""
    folder = click.Path(path_type=Path)
    options: tuple[tuple[tuple[str, ...], dict[str, Any]], ...] = (
        (("--data",), {"type": folder, "metavar": "DIR", "help": "The project folder (default: data)."}),
        (("--out",), {"type": folder, "metavar": "DIR", "help": "Where rosters are written (default: out)."}),
        (
            ("--lang",),
            {
                "type": click.Choice(i18n.LANGUAGES),
                "help": "The language of texts and pages (default: da).",
                "is_eager": True,
            },
        ),
        (("--quiet",), {"is_flag": True, "default": None, "help": "Print nothing but errors."}),
    )

    @wraps(command)
    def begun(*arguments: Any, **values: Any) -> Any:
        context = click.get_current_context()
        if not context.invoked_subcommand:
            context.ensure_object(Settings).tidy()
        return command(*arguments, **values)

    decorated: Callable[..., Any] = begun
    for names, arguments in reversed(options):
        decorated = click.option(*names, expose_value=False, callback=_remember, **arguments)(decorated)
    return cast("_Command", decorated)


online_option = click.option(
    "--online",
    is_flag=True,
    help="Look up addresses that the map does not know at Nominatim; never those of home visits.",
)


def read_week(text: str) -> "Week":
    """Read the week of the command line; without one it is the next in Copenhagen."""
    from scheduler.inputs import cells
    from scheduler.model import TIMEZONE, Week

    if not text:
        return Week.of(dt.datetime.now(TIMEZONE).date()).shift(1)
    return read_argument("WEEK", cells.week, text)


def read_argument(name: str, parse: Callable[[str], _Value], text: str) -> _Value:
    """Read an argument as a cell of a table is read."""
    try:
        return parse(text)
    except ValueError as error:
        raise InputError(InputProblem(str(error), name)) from error
