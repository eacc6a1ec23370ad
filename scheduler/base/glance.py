"""Results at a glance: figures as text for a prompt, rows as a table for a notebook."""

from collections.abc import Iterable, Mapping
from html import escape


def text(title: str, figures: Mapping[str, str], heading: str, lines: Iterable[str]) -> str:
    """Return figures by their names below an underlined title, and below a heading lines, if there are any."""
    width = max(map(len, figures))
    shown = [title, "=" * len(title), *(f"{name:>{width}}: {figure}" for name, figure in figures.items())]
    if more := list(lines):
        shown += ["", heading, "-" * len(heading), *more]
    return "\n".join(map(_printable, shown))


def table(
    caption: str, headings: Iterable[str], rows: Iterable[Iterable[str]], heading: str, lines: Iterable[str]
) -> str:
    """Return an HTML table, and below it a heading and lines, if there are any."""
    body = "".join(f"<tr>{_each('td', row)}</tr>" for row in rows)
    more = _each("li", lines)
    return (
        f"<table>{_each('caption', [caption])}<thead><tr>{_each('th', headings)}</tr></thead>"
        f"<tbody>{body}</tbody></table>" + (f"{_each('p', [heading])}<ul>{more}</ul>" if more else "")
    )


def _printable(line: str) -> str:
    """Return a line without what a terminal could take for an order."""
    return "".join(char if char.isprintable() else " " for char in line)


def _each(tag: str, texts: Iterable[str]) -> str:
    return "".join(f"<{tag}>{escape(_printable(text))}</{tag}>" for text in texts)
