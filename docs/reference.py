"""Write the command reference in README.md from the commands themselves, or check that it is right.

python docs/reference.py            writes
python docs/reference.py --check    ends with 1 where the README says something else
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from scheduler import i18n
from scheduler.cli import cli
from scheduler.cli.translation import translated

README = Path(__file__).parent.parent / "README.md"
BEGIN = "<!-- The commands begin. Written by `make docs`. -->\n"
END = "<!-- The commands end. -->\n"
_WIDTH = 88


def commands(
    command: click.Command, name: str = "hjul", parent: click.Context | None = None
) -> Iterator[tuple[str, str]]:
    """Yield the path and the help text of a command, and of all that are in it."""
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
            yield from commands(command.commands[inner], inner, context)


def reference() -> str:
    """Return the reference as Markdown."""
    with i18n.using("en"):
        return "\n".join(
            f"### `{path}`\n\n```text\n{help_text}\n```\n" for path, help_text in commands(translated(cli))
        )


def updated(readme: str) -> str:
    """Return the README with the reference between its two marks; a `ValueError` without them."""
    before, begin, rest = readme.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError("README.md has lost the marks around the command reference")
    return f"{before}{BEGIN}\n{reference()}\n{END}{after}"


def main() -> int:
    """Write or check; return the exit code."""
    readme = README.read_text(encoding="utf-8")
    right = updated(readme)
    if "--check" in sys.argv[1:]:
        if readme != right:
            print("README.md is behind the commands: run `make docs`", file=sys.stderr)
            return 1
    elif readme != right:
        README.write_text(right, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
