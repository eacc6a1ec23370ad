"""Options that the commands which plan many weeks share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., Any])

weeks_option = click.option(
    "--weeks",
    default="",
    metavar="WEEKS",
    help="Like 2009-W20..2009-W32. Without it: the first 13 weeks of the project's period, also when that "
    "is over; for a project without a period the 13 weeks from next week on.",
)


def page_option(what: str, folder: str) -> Callable[[_Command], _Command]:
    """Give a command the option where its page is written, if not into a folder of OUT/simulate."""
    return click.option(
        "--to",
        "page",
        metavar="FILE.html",
        type=click.Path(path_type=Path),
        help=f"Write {what} as a page that can be sent on (default: OUT/simulate/{folder}/index.html).",
    )


def planned(command: _Command) -> _Command:
    """Give a command the options about who plans its weeks, and for how long."""
    options = (
        click.option(
            "--workers",
            type=click.IntRange(0, 1024),
            metavar="N",
            help="Plan in N processes (default: one a processor); 0 plans in this one.",
        ),
        click.option(
            "--cluster",
            metavar="ADDRESS",
            help="Plan on a Dask cluster, by the address of its scheduler (tcp://...).",
        ),
        click.option(
            "--time-limit",
            type=click.FloatRange(min=0, min_open=True),
            default=20.0,
            show_default=True,
            metavar="SECONDS",
            help="Search no longer than this for the roster of a week.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command
