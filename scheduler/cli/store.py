"""The commands ``hjul store``: tables go in and out, backups, and what was done is undone."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scheduler.base.i18n import N_, _, ngettext, number
from scheduler.cli.options import Options, common, confirmed, yes_option

if TYPE_CHECKING:
    from scheduler.cli.terminal import Terminal
    from scheduler.inputs.stored import Edit

#: So many rows are shown of a table in full.
_MOST_SHOWN = 20


@click.group(
    help=N_(
        "Keep tables, editions and what was held in a store.\n\n"
        "Without a store everything works from the files of the project folder. With one the tables are in it: "
        "import takes them in, export writes them out."
    )
)
@common
def store() -> None: ...


@store.command(
    "init",
    help=N_(
        "Make an empty store.\n\n"
        "It is hjul.db in the project folder, or what HJUL_DATABASE_URL or the setting [store] url names."
    ),
)
@common
@click.pass_obj
def store_init(options: Options) -> None:
    from scheduler.services.storing import make_store

    terminal = options.terminal()
    address = make_store(options.data)
    terminal.line(
        _("The store {address} is made. Take the tables in with: hjul store import").format(address=address)
    )


_source_argument = click.argument(
    "source", metavar=N_("[SOURCE]"), required=False, type=click.Path(path_type=Path)
)


@store.command(
    "import",
    help=N_(
        "Take tables in.\n\n"
        "SOURCE is a project folder or a workbook; without it the project folder's own tables are taken. Shows row by row what would change, and asks. Tables "
        "that the source does not have stay as they are."
    ),
)
@_source_argument
@yes_option
@common
@click.pass_obj
def store_import(options: Options, source: Path | None, *, yes: bool) -> None:
    from scheduler.services import storing

    terminal = options.terminal()
    found = storing.differences(options.data, source)
    terminal.notes(found.notes)
    if not found.edits:
        terminal.line(_("The store has these tables already; nothing changes."))
        return
    show_edits(terminal, found.edits)
    if not confirmed(terminal, _("Take them in?"), yes=yes):
        return
    storing.take_in(options.data, found)
    count = len(found.edits)
    terminal.line(
        ngettext("{n} row is changed.", "{n} rows are changed.", count).format(n=number(count)), style="green"
    )


@store.command(
    "export",
    help=N_("Write the tables out.\n\nTO is a new folder, which is a project then, or a workbook FILE.xlsx."),
)
@click.argument("target", metavar=N_("TO"), type=click.Path(path_type=Path))
@common
@click.pass_obj
def store_export(options: Options, target: Path) -> None:
    from scheduler.services.storing import export

    export(options.data, target)
    options.terminal().line(_("The tables are in {target}.").format(target=target))


@store.command(
    "backup",
    help=N_(
        "Write a copy of the store to a file.\n\nIt has the addresses of home visits in it: keep it as they are kept."
    ),
)
@click.argument("target", metavar=N_("FILE"), type=click.Path(path_type=Path))
@common
@click.pass_obj
def store_backup(options: Options, target: Path) -> None:
    from scheduler.services.storing import back_up

    back_up(options.data, target)
    options.terminal().line(_("The backup is in {target}.").format(target=target))


@store.command(
    "restore",
    help=N_(
        "Make the store what it was when a backup was made.\n\n"
        "FILE is what hjul store backup wrote. What has been done since is lost. What must not be kept any more is deleted from it first."
    ),
)
@click.argument("source", metavar=N_("FILE"), type=click.Path(path_type=Path))
@yes_option
@common
@click.pass_obj
def store_restore(options: Options, source: Path, *, yes: bool) -> None:
    from scheduler.services.storing import restore

    terminal = options.terminal()
    question = _("Everything that was done since {file} was written is lost. Go on?").format(file=source)
    if not confirmed(terminal, question, yes=yes):
        return
    removed = restore(options.data, source)
    terminal.line(_("The store is what it was in {file}.").format(file=source), style="green")
    if removed:
        terminal.note(removed)


@store.command("undo", help=N_("Take back the last change of the tables.\n\nSays what it was, and asks."))
@yes_option
@common
@click.pass_obj
def store_undo(options: Options, *, yes: bool) -> None:
    from scheduler.services import storing

    terminal = options.terminal()
    undone = storing.undoable(options.data)
    terminal.line(undone.told)
    show_edits(terminal, undone.edits)
    if undone.leaves_homes:
        terminal.note(_("Home visits that it changed or removed stay as they are."))
    if confirmed(terminal, _("Undo it?"), yes=yes):
        storing.undo(options.data, undone)
        terminal.line(_("It is undone."), style="green")


@store.command(
    "upgrade", help=N_("Bring a store of an older hjul up to date.\n\nA backup is written to FILE first.")
)
@click.argument("copy", metavar=N_("FILE"), type=click.Path(path_type=Path))
@common
@click.pass_obj
def store_upgrade(options: Options, copy: Path) -> None:
    from scheduler.services.storing import upgrade

    terminal = options.terminal()
    if upgrade(options.data, copy):
        terminal.line(_("The store is up to date; as it was before it is in {file}.").format(file=copy))
    else:
        terminal.line(_("The store is up to date already."))


def show_edits(terminal: "Terminal", edits: "tuple[Edit, ...]") -> None:
    """Show changed rows: what is new, gone, or otherwise, and how; where homes are is not shown."""
    from scheduler.inputs.stored import called
    from scheduler.services.tabling import change_told

    counts = Counter(edit.table for edit in edits)
    shown: Counter[str] = Counter()
    for edit in edits:
        shown[edit.table] += 1
        if shown[edit.table] > _MOST_SHOWN:
            continue
        terminal.line(f"{called(edit.table)}: {change_told(edit.table, edit.before, edit.after)}")
        if shown[edit.table] == _MOST_SHOWN and counts[edit.table] > _MOST_SHOWN:
            left = counts[edit.table] - _MOST_SHOWN
            terminal.line(
                ngettext("{table}: {n} more row", "{table}: {n} more rows", left).format(
                    table=called(edit.table), n=number(left)
                )
            )
