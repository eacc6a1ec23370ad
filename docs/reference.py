"""Write what is told of commands, tables, settings and roster.json from the code itself, or check that it is right.

python docs/reference.py            writes
python docs/reference.py --check    ends with 1 where a page says something else

In each page the written part stands between two marks; what is around them is written by hand. The JSON
Schema of roster.json, which the package carries, is a file of its own.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import click

from scheduler.base import i18n
from scheduler.base.i18n import _
from scheduler.cli import cli
from scheduler.cli.translation import translated
from scheduler.inputs import meanings
from scheduler.inputs.schema import TABLES, Column, Table
from scheduler.inputs.settings import known_settings
from scheduler.model import rosterfile

FOLDER = Path(__file__).parent
SCHEMA = Path(rosterfile.__file__).with_name("roster.schema.json")
_WIDTH = 88


def main() -> int:
    """Write or check; return the exit code."""
    check, behind = "--check" in sys.argv[1:], []
    for name, language, parts in PAGES:
        page = FOLDER / name
        text = page.read_text(encoding="utf-8")
        with i18n.using(language):
            right = text
            for part, write in parts.items():
                right = updated(right, part, write())
        if right != text:
            behind.append(name)
            if not check:
                page.write_text(right, encoding="utf-8", newline="\n")
    schema = json.dumps(rosterfile.json_schema(), indent=1) + "\n"
    if not SCHEMA.exists() or SCHEMA.read_text(encoding="utf-8") != schema:
        behind.append(SCHEMA.name)
        if not check:
            SCHEMA.write_text(schema, encoding="utf-8", newline="\n")
    if check and behind:
        print(f"{', '.join(behind)}: behind the code; run `make docs`", file=sys.stderr)
        return 1
    return 0


def updated(page: str, part: str, text: str) -> str:
    """Return a page with a text between the two marks of a part; a `ValueError` without them."""
    begin, end = f"<!-- {part}: written by `make docs` -->\n", f"<!-- {part}: end -->\n"
    before, begun, rest = page.partition(begin)
    _old, ended, after = rest.partition(end)
    if not (begun and ended):
        raise ValueError(f"a page has lost the marks around its {part}")
    return f"{before}{begin}\n{text}\n{end}{after}"


# --- Commands ---------------------------------------------------------------------------------------


def commands() -> str:
    """Return the help of every command."""
    return "\n".join(f"## `{path}`\n\n```text\n{text}\n```\n" for path, text in helps(translated(cli)))


def helps(
    command: click.Command, name: str = "hjul", parent: click.Context | None = None
) -> Iterator[tuple[str, str]]:
    """Yield the path and the help of a command, and of all that are in it."""
    context = click.Context(
        command,
        parent=parent,
        info_name=name,
        terminal_width=_WIDTH,
        max_content_width=_WIDTH,
        **command.context_settings,
    )
    yield context.command_path, command.get_help(context)
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            yield from helps(command.commands[inner], inner, context)


# --- Tables -----------------------------------------------------------------------------------------


def tables() -> str:
    """Return a section about every table."""
    return "\n".join(map(_table, TABLES))


def _table(table: Table) -> str:
    danish = i18n.language() == "da"
    names = (table.danish, table.name) if danish else (table.name, table.danish)
    sentences = [meanings.of_table(table.name)]
    if table.required:
        sentences.append(_("This table must be there, with at least one row."))
    if table.also:
        sentences.append(_("Its sheet may also be called {names}.").format(names=_either(table.also)))
    if table.unique:
        columns = _both(f"`{name}`" for name in table.unique)
        sentences.append(_("No two rows have the same {columns}.").format(columns=columns))
    headings = (
        _("column"),
        _("in English") if danish else _("in Danish"),
        _("how it is written"),
        _("if left out"),
        _("meaning"),
    )
    rows = (
        (
            *((_danish(column), column.name) if danish else (column.name, _danish(column))),
            meanings.form(column),
            _("must be there") if column.required else _code(column.default),
            meanings.of_column(table.name, column.name),
        )
        for column in table.columns
    )
    return f"### {names[0]} · {names[1]}\n\n{' '.join(sentences)}\n\n{_markdown(headings, rows)}"


def _danish(column: Column) -> str:
    also = _(" (or {headings})").format(headings=_either(column.also)) if column.also else ""
    return column.danish + also


def _either(words: Sequence[str]) -> str:
    return _(" or ").join(words)


def _both(words: Iterable[str]) -> str:
    return _(" and ").join(words)


# --- Settings ---------------------------------------------------------------------------------------


def settings() -> str:
    """Return a section about every section of project.toml."""
    return "\n".join(_section(name, values) for name, values in known_settings().items())


def _section(name: str, values: Mapping[str, object]) -> str:
    headings = (_("setting"), _("if left out"), _("meaning"))
    rows = (
        (
            key,
            "–" if value is None else _code(json.dumps(value, ensure_ascii=False)),
            meanings.of_setting(name, key),
        )
        for key, value in values.items()
    )
    return f"### [{name}]\n\n{meanings.of_section(name)}\n\n{_markdown(headings, rows)}"


def _code(value: object) -> str:
    return "–" if value in (None, "") else f"`{value}`"


def _markdown(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


_Parts = dict[str, Callable[[], str]]
_TABLES: _Parts = {"tables": tables, "settings": settings}
#: The pages, their languages, and what is written in them.
PAGES: tuple[tuple[str, str, _Parts], ...] = (
    ("commands.md", "en", {"commands": commands}),
    ("kommandoer.md", "da", {"commands": commands}),
    ("tables.md", "en", _TABLES),
    ("tabeller.md", "da", _TABLES),
)

if __name__ == "__main__":
    sys.exit(main())
