"""Options that these commands share."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

import click

from scheduler.base.i18n import N_
from scheduler.cli.options import file_option, seeded, time_limit_option

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

page_option = file_option(
    "--to",
    N_("FILE.html"),
    N_("Write the page, which can be sent on, here (default: index.html beside the tables)."),
    to="page",
)

seed_option = seeded(N_("Other draws with another seed."))


def planned(command: _Command) -> _Command:
    """Give a command the options about who plans its weeks, and for how long: as `how`, for `Runs`."""

    @wraps(command)
    def told(
        *arguments: Any, workers: int | None, cluster: str | None, time_limit: float, **values: Any
    ) -> None:
        how = {"workers": workers, "cluster": cluster, "time_limit_s": time_limit}
        command(*arguments, how=how, **values)

    decorated: Callable[..., Any] = told
    for option in (
        time_limit_option(N_("Search no longer than this for the roster of a week.")),
        click.option(
            "--cluster",
            metavar=N_("ADDRESS"),
            help=N_("Plan on a Dask cluster, by the address of its scheduler (tcp://...)."),
        ),
        click.option(
            "--workers",
            type=click.IntRange(0, 1024),
            metavar=N_("N"),
            help=N_("Plan in N processes (default: one a processor); 0 plans in this one."),
        ),
    ):
        decorated = option(decorated)
    return cast("_Command", decorated)
