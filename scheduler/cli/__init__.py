"""The command line ``hjul``: `commands` are what it can do, `run` is how it ends."""

import os
import sys
from collections.abc import Sequence
from io import StringIO, TextIOWrapper

import click

from scheduler.base import i18n
from scheduler.base.errors import SchedulerError, ServiceError
from scheduler.base.i18n import _
from scheduler.cli.commands import cli
from scheduler.cli.interrupt import Terminated, ending_well
from scheduler.cli.language import language_of
from scheduler.cli.translation import teach_click, translated

__all__ = ["cli", "run"]

#: What a shell expects of a program that was interrupted.
_INTERRUPTED = 130

teach_click()


def run(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code; whatever fails is a sentence, not a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A console that lacks a letter (Windows code pages) shows a question mark for it.
            stream.reconfigure(errors="replace")
    with ending_well(), i18n.using(language_of(arguments, os.environ)):
        try:
            code = translated(cli).main(args=list(arguments), prog_name="hjul", standalone_mode=False)
        except click.ClickException as error:
            from scheduler.cli.terminal import clean

            shown = StringIO()
            error.show(shown)
            click.echo("\n".join(map(clean, shown.getvalue().splitlines())), err=True)
            return error.exit_code
        except (Exception, KeyboardInterrupt, Terminated) as error:  # noqa: BLE001 - people get a sentence
            return _explain(error)
        return code if isinstance(code, int) else 0


def _explain(error: BaseException) -> int:
    """Print what went wrong, and return the exit code."""
    from scheduler.cli.terminal import Terminal

    terminal = Terminal()
    if isinstance(error, SchedulerError):
        terminal.error(error)
        return error.exit_code
    if isinstance(error, click.Abort | KeyboardInterrupt):
        terminal.failure(_("Stopped; nothing was written."))
        return _INTERRUPTED
    if isinstance(error, Terminated):
        terminal.failure(_("Stopped from outside; nothing is half written."))
        return error.exit_code
    if os.environ.get("HJUL_DEBUG"):
        raise error
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        terminal.failure(f"{where}{i18n.os_reason(error)}")
        return ServiceError.exit_code
    terminal.failure(
        _(
            "hjul has made a mistake and stopped ({kind}: {error}). Run the same command again with "
            "HJUL_DEBUG=1 set, and send what it prints to those who look after hjul."
        ).format(kind=type(error).__name__, error=error)
    )
    return SchedulerError.exit_code
