"""The command ``hjul serve``: the web app."""

import re

import click

from scheduler.base.errors import InputError
from scheduler.base.i18n import N_, _
from scheduler.cli.options import Options, common, count_option

_BIND = re.compile(r"(?:(?P<host>[\w.-]+|\[[0-9a-fA-F:]+\]):)?(?P<port>\d{1,5})", re.ASCII)
_MOST_PORT = 65_535


@click.command(
    help=N_(
        "Serve the web app.\n\n"
        "The project is that of --data, with its tables in a store; a folder that is not there yet is made, with the "
        "example moved to the present quarter, or empty, to be filled in step by step. Prints where the app is, and the first time a link that signs in once."
    )
)
@click.option(
    "--bind",
    default="localhost:8000",
    show_default=True,
    metavar=N_("HOST:PORT"),
    help=N_("Where it listens; other machines reach it only where this is one of this machine's addresses."),
)
@count_option("--workers", 1, 64, 1, N_("So many processes answer."))
@count_option("--jobs", 0, 64, 1, N_("So many processes plan; what they do can be ended at any time."))
@click.option(
    "--sign-in", default="", metavar=N_("NAME"), help=N_("Print a new link for somebody who has lost theirs.")
)
@click.option("--empty", is_flag=True, help=N_("Begin an empty project instead of the example."))
@common
@click.pass_obj
def serve(options: Options, bind: str, workers: int, jobs: int, sign_in: str, *, empty: bool) -> None:
    found = _BIND.fullmatch(bind)
    if found is None or not 0 < int(found["port"]) <= _MOST_PORT:
        raise InputError(_("{bind} is no address; write it like localhost:8000").format(bind=bind))
    host, port = (found["host"] or "localhost").strip("[]"), int(found["port"])

    from scheduler.web import server

    terminal = options.terminal()
    if server.ready(options.data, empty=empty):
        made = (
            _("A new, empty project is in {folder}; the app says step by step what it needs.")
            if empty
            else _(
                "A new project is in {folder}: the example, moved to this quarter. An empty one is begun with --empty."
            )
        )
        terminal.line(made.format(folder=options.data))
    server.start(options.data, options.out)
    where = f"http://{found['host'] or 'localhost'}:{port}/"
    if secret := server.first_link(sign_in):
        terminal.line(_("Sign in once with this link, within half an hour:"))
        terminal.line(f"  {where}ind/{secret}")
    terminal.line(_("The app is at {where} until Ctrl-C.").format(where=where), style="green")
    server.run(host, port, options.data, options.out, workers=workers, jobs=jobs)
