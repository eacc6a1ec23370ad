"""Options that the commands which plan many weeks share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from scheduler.base.i18n import N_

_Command = TypeVar("_Command", bound=Callable[..., Any])

weeks_option = click.option(
    "--weeks",
    default="",
    metavar=N_("WEEKS"),
    help=N_(
        "Like 2009-W20..2009-W32. Without it: the first 13 weeks of the project's period, also when that is "
        "over; for a project without a period the 13 weeks from next week on."
    ),
)

page_option = click.option(
    "--to",
    "page",
    metavar=N_("FILE.html"),
    type=click.Path(path_type=Path),
    help=N_("Write the page, which can be sent on, here (default: index.html beside the tables)."),
)


def planned(command: _Command) -> _Command:
    """Give a command the options about who plans its weeks, and for how long."""
    options = (
        click.option(
            "--workers",
            type=click.IntRange(0, 1024),
            metavar=N_("N"),
            help=N_("Plan in N processes (default: one a processor); 0 plans in this one."),
        ),
        click.option(
            "--cluster",
            metavar=N_("ADDRESS"),
            help=N_("Plan on a Dask cluster, by the address of its scheduler (tcp://...)."),
        ),
        click.option(
            "--time-limit",
            type=click.FloatRange(min=0, min_open=True),
            default=20.0,
            show_default=True,
            metavar=N_("SECONDS"),
            help=N_("Search no longer than this for the roster of a week."),
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command
