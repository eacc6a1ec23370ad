"""What all commands take, and arguments read as the cells of a table are."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from scheduler.base import files, notices
from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import LANGUAGES, N_, _

if TYPE_CHECKING:
    from datetime import datetime

    from scheduler.cli.terminal import Terminal
    from scheduler.model.clock import Week

_Command = TypeVar("_Command", bound=Callable[..., Any])
_Value = TypeVar("_Value")


@dataclass(slots=True)
class Options:
    """The options that every command has."""

    data: Path = Path("data")
    out: Path = Path("out")
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
    options = context.ensure_object(Options)
    if value is not None:
        setattr(options, parameter.name, value)


def common(command: _Command) -> _Command:
    """Give a command the common options, and have it begin with tidying up."""
    folder = click.Path(path_type=Path)
    kept: dict[str, Any] = {"expose_value": False, "callback": _remember}
    options = (
        click.option(
            "--data", type=folder, metavar=N_("DIR"), help=N_("The project folder (default: data)."), **kept
        ),
        click.option(
            "--out",
            type=folder,
            metavar=N_("DIR"),
            help=N_("The folder that rosters are written into (default: out)."),
            **kept,
        ),
        # `language_of` has read it before anything is parsed.
        click.option(
            "--lang",
            type=click.Choice(LANGUAGES),
            expose_value=False,
            help=N_(
                "The language of texts and pages (default: that of HJUL_LANG, the project or the system)."
            ),
        ),
        click.option("--quiet", is_flag=True, default=None, help=N_("Print nothing but errors."), **kept),
    )

    @wraps(command)
    def begun(*arguments: Any, **values: Any) -> Any:
        context = click.get_current_context()
        if context.invoked_subcommand:
            return command(*arguments, **values)
        options = context.ensure_object(Options)
        options.tidy()
        with notices.listening(lambda text: options.terminal().note(text)):
            return command(*arguments, **values)

    decorated: Callable[..., Any] = begun
    for option in reversed(options):
        decorated = option(decorated)
    return cast("_Command", decorated)


week_argument = click.argument("week", nargs=-1, metavar=N_("[WEEK]"))

by_hand_week_option = click.option(
    "--week",
    metavar=N_("WEEK"),
    help=N_("Which week a roster made by hand is of, where it has weekdays and no dates."),
)

online_option = click.option(
    "--online",
    is_flag=True,
    help=N_("Look up addresses that the map does not know at Nominatim; never those of home visits."),
)


yes_option = click.option("--yes", is_flag=True, help=N_("Do it without asking."))


def confirmed(terminal: "Terminal", question: str, *, yes: bool) -> bool:
    """Ask whether to go on; an `InputError` where nobody is there to answer."""
    if yes:
        return True
    if not sys.stdin.isatty():
        raise InputError(_("nothing was changed, as nobody is there to answer; --yes goes on without asking"))
    if click.confirm(question, default=False, err=True):
        return True
    terminal.line(_("Nothing was changed."))
    return False


def count_option(
    name: str, least: int, most: int, usual: int, meaning: str
) -> Callable[[_Command], _Command]:
    """Return an option that is a number from `least` to `most`."""
    return click.option(
        name,
        type=click.IntRange(least, most),
        default=usual,
        show_default=True,
        metavar=N_("N"),
        help=meaning,
    )


def file_option(
    name: str, kind: str, meaning: str, *, to: str = "file", required: bool = False
) -> Callable[[_Command], _Command]:
    """Return an option that is a file to write, of a `kind` like ``FILE.csv``; the command gets it as `to`."""
    return click.option(
        name, to, required=required, metavar=kind, type=click.Path(path_type=Path), help=meaning
    )


since_option = click.option(
    "--from",
    "since",
    metavar=N_("MOMENT"),
    help=N_(
        "What has begun at this MOMENT, like 2009-05-12T07:40, stays as it is; of a week that has begun it is now."
    ),
)
late_option = click.option(
    "--late",
    nargs=2,
    multiple=True,
    metavar=N_("WHO WHEN"),
    help=N_('WHO goes on later than the roster says, like --late anne 10.40, or "tirsdag 10.40".'),
)


def read_since(since: str | None) -> "datetime | None":
    """Read the moment from which on a week is planned again."""
    from scheduler.model import clock

    return read_argument("--from", clock.moment, since) if since else None


def time_limit_option(meaning: str, usual_s: float = 20.0) -> Callable[[_Command], _Command]:
    """Return the option how long may be searched."""
    return click.option(
        "--time-limit",
        type=click.FloatRange(min=0, min_open=True),
        default=usual_s,
        show_default=True,
        metavar=N_("SECONDS"),
        help=meaning,
    )


def seeded(meaning: str) -> Callable[[_Command], _Command]:
    """Return the option that sets the seed."""
    return click.option(
        "--seed",
        type=click.IntRange(0, 2**31 - 1),
        default=0,
        show_default=True,
        metavar=N_("NUMBER"),
        help=meaning,
    )


def read_week(text: str) -> "Week":
    """Read the week of the command line; without one it is the next in Copenhagen."""
    from scheduler.inputs import dates
    from scheduler.model.clock import Week, now

    if not text:
        return Week.of(now().date()).shift(1)
    return read_argument(_("WEEK"), dates.week, text)


def read_argument(name: str, parse: Callable[[str], _Value], text: str) -> _Value:
    """Read an argument as a cell of a table is read."""
    try:
        return parse(text)
    except ValueError as error:
        raise InputError(InputProblem(str(error), name)) from error
