"""A report: one page with question, assumptions, tables, plots and maps that can be sent on as it is.

Nothing is fetched when it is opened. It can be read on a wide screen, on a phone and on paper: each plot
is there in two widths, of which one is shown.
"""

import datetime as dt
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup

from scheduler.base.i18n import _, clock, day, hours, number
from scheduler.outputs.inlinesvg import inline_svg
from scheduler.outputs.judging import Judged
from scheduler.outputs.judging import key as judging_key
from scheduler.outputs.plots.style import NARROW_IN, WIDE_IN
from scheduler.outputs.templates import render, script_hash

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

_SCRIPT = re.compile(r"<script\b[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)
_LINK = re.compile(r'(<script\b.*?</script>)|<a (?=href="https:)', re.DOTALL | re.IGNORECASE)
#: A cell that is a number, maybe with a sign, a unit, an error, or a difference in brackets; or a range of
#: numbers; or a share that is over or under another.
_AMOUNT = r"[+−±]?\d(?:[\d.,]*\d)?(\s?(%|\w{1,4}\.?))?( ±[\d.,]+)?"
_NUMERIC = re.compile(rf"{_AMOUNT}( \({_AMOUNT}\)| (til|to|–) {_AMOUNT})?|[^\W\d]+ [\d.,]+ %")
#: What a framed page shows on paper, where nobody can scroll in it: the map and the key to its marks.
_FRAMED = "<style>@media print { main > :not(.key) { display: none !important } }</style></head>"
_UNKNOWN = "–"
_BOOLS = (bool, np.bool_)


@dataclass(frozen=True, eq=False)
class Section:
    """A part of a report, in this order.

    Attributes
    ----------
    title
        What it is about.
    text
        Paragraphs, with a blank line between them.
    table
        Its first column names the rows; the index is not shown. Numbers are written as the language has
        them, with as many decimals as their size asks for; columns that need others hold texts. What is better
        or worse than something is `judging.Judged`.
    figure
        A plot. It is drawn at two widths; its size is left as it was.
    html
        A map, trusted: part of a page, or a whole page, which is shown in a frame of its own and may run
        its scripts there.
    """

    title: str
    text: str = ""
    table: "pd.DataFrame | None" = None
    figure: "Figure | None" = None
    html: str = ""


def report(
    title: str,
    question: str,
    assumptions: Sequence[str],
    sections: Sequence[Section],
    *,
    notes: Sequence[str] = (),
) -> str:
    """Return a report as an HTML page, in the language in force.

    All texts are shown as they are, whatever is in them; only `Section.html` is taken for HTML.

    Parameters
    ----------
    title
        Of the page.
    question
        What is to be answered, in a sentence.
    assumptions
        What the answer rests on.
    sections
        In order.
    notes
        Remarks for the end.
    """
    parts = [_Part(number_, section) for number_, section in enumerate(sections, start=1)]
    return render(
        "report.html",
        title=title,
        question=question,
        assumptions=assumptions,
        parts=parts,
        notes=notes,
        # The policy lets no other script run and nothing be fetched. It holds for the frames, too.
        script_hashes=sorted(set(chain.from_iterable(_script_hashes(part.html) for part in parts))),
    )


class _Part:
    """A section as the template shows it."""

    def __init__(self, number_: int, section: Section) -> None:
        self.id = f"part-{number_}"
        self.title = section.title
        self.paragraphs = [text for text in re.split(r"\n\s*\n", section.text) if text.strip()]
        self.table = None if section.table is None else _Table(section.table)
        self.wide = self.narrow = Markup()
        if section.figure is not None:
            self.wide = inline_svg(section.figure, WIDE_IN, f"{self.id}-wide", section.title)
            self.narrow = inline_svg(section.figure, NARROW_IN, f"{self.id}-narrow", section.title)
        self.html = section.html
        is_page = section.html.lstrip()[:9].lower() == "<!doctype"
        self.page = _LINK.sub(_outside, section.html).replace("</head>", _FRAMED) if is_page else ""
        self.fragment = Markup("" if is_page else section.html)  # noqa: S704  # trusted, by its docstring


class _Table:
    """A table in words: headings, rows of cells, and which columns are set to the right."""

    def __init__(self, table: "pd.DataFrame") -> None:
        self.headings = [str(name) for name in table.columns]
        columns = [_written(table.iloc[:, at].tolist()) for at in range(table.shape[1])]
        self.numeric = [at > 0 and _is_numeric(cells) for at, cells in enumerate(columns)]
        self.judged = [any(cell.mark for cell in cells) for cells in columns]
        self.key = judging_key() if any(self.judged) else ""
        self.rows = list(zip(*columns, strict=True))


def _is_numeric(cells: Sequence[Judged]) -> bool:
    """Tell whether most cells of a column are numbers: among them may be one like "over 99 %"."""
    known = [cell.text for cell in cells if cell.text not in ("", _UNKNOWN)]
    return 2 * sum(_NUMERIC.fullmatch(text) is not None for text in known) > len(known)


def _written(values: Sequence[Any]) -> list[Judged]:
    """Write a column, all its numbers with the same decimals."""
    import pandas as pd

    known: list[Any] = [
        None if pd.api.types.is_scalar(value) and pd.isna(value) else value for value in values
    ]
    sizes = [abs(float(value)) for value in known if _is_number(value)]
    most = max(sizes, default=0.0)
    whole = all(size == round(size) for size in sizes)
    decimals = 0 if whole or most >= 100 else 1 if most >= 10 else 2
    return [value if isinstance(value, Judged) else Judged(_cell(value, decimals)) for value in known]


def _is_number(value: Any) -> bool:
    return not isinstance(value, _BOOLS) and isinstance(value, Real) and math.isfinite(value)


def _cell(value: Any, decimals: int) -> str:
    if value is None:
        return _UNKNOWN
    if isinstance(value, _BOOLS):
        return _("yes") if value else _("no")
    if _is_number(value):
        return number(value, decimals)
    if isinstance(value, dt.timedelta):
        return hours(value.total_seconds())
    if isinstance(value, dt.datetime):
        date = day(value, "year")
        return date if value.time() == dt.time() else f"{date} {clock(value)}"
    return day(value, "year") if isinstance(value, dt.date) else str(value)


def _outside(match: re.Match[str]) -> str:
    """Let a link of a framed page open outside the frame; scripts stay as they are."""
    return match[1] or '<a target="_blank" '


def _script_hashes(html: str) -> list[str]:
    """Return the hashes of the scripts in a page, for the policy that lets them run."""
    return [script_hash(match[1]) for match in _SCRIPT.finditer(html)]
