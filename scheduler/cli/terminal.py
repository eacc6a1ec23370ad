"""What the command line prints: progress, tables, errors.

Names come from tables that anybody may have written: every text is shown as it is (no markup), with
control characters taken out, so that a name can neither colour nor steer the terminal.
"""

import contextlib
import dataclasses
import time
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from scheduler.base import limits
from scheduler.base.cpr import masked
from scheduler.base.i18n import _, hours, ngettext, number

if TYPE_CHECKING:
    from rich.console import JustifyMethod
    from rich.status import Status

    from scheduler.base.errors import InputProblem, SchedulerError

#: Of the problems of one column so many are told, and of one problem so many rows.
_MOST_OF_A_COLUMN = 10
_MOST_ROWS = 5

#: Where the output is no terminal there is no width to keep to: wide enough for any table here.
_PIPE_WIDTH = 160


def clean(text: object) -> str:
    """Return a text on one line without control, formatting and unpaired surrogate characters, nor CPR numbers."""
    return "".join(
        " " if character in "\t\n\r" else character
        for character in masked(str(text))
        if character in "\t\n\r" or not unicodedata.category(character).startswith("C")
    )


def summed(problems: Iterable["InputProblem"]) -> list[str]:
    """Return a line for every cause of problems: what a column has in many rows is told of once.

    Of a column that has many different ones the first are told, and how many others there are.
    """
    causes: dict[tuple[str, str, str], list[InputProblem]] = {}
    for problem in problems:
        causes.setdefault((problem.file, problem.column, problem.reason), []).append(problem)
    lines: dict[object, str] = {}
    told: Counter[tuple[str, str]] = Counter()
    others: dict[tuple[str, str], list[InputProblem]] = {}
    for cause, same in causes.items():
        column = cause[:2]
        told[column] += 1
        if column[1] and told[column] > _MOST_OF_A_COLUMN:
            others.setdefault(column, []).extend(same)
            lines[column] = str(dataclasses.replace(others[column][0], reason=_others(len(others[column]))))
        else:
            lines[cause] = f"{same[0]}{_also_in(same[1:])}"
    return list(lines.values())


def _others(count: int) -> str:
    return ngettext(
        "{n} more cell of this column, from this row on, has a problem",
        "{n} more cells of this column, from this row on, have problems",
        count,
    ).format(n=number(count))


def _also_in(problems: Sequence["InputProblem"]) -> str:
    """Say in which other rows a problem shows, or how often."""
    rows = [str(problem.row) for problem in problems if problem.row is not None]
    if not rows:
        return ""
    if len(rows) <= _MOST_ROWS:
        text = ngettext("(also in row {rows})", "(also in rows {rows})", len(rows))
    else:
        text = _("(also in rows {rows} and {n} more)")
    return " " + text.format(rows=", ".join(rows[:_MOST_ROWS]), n=number(len(rows) - _MOST_ROWS))


class Terminal:
    """Prints to standard output, and progress, warnings and errors to standard error.

    With `quiet` only errors are printed. Colours and moving lines appear on a terminal only, and
    ``NO_COLOR`` is respected.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self._out = _console(stderr=False)
        self._err = _console(stderr=True)

    def line(self, text: object = "", style: str = "") -> None:
        """Print a line; a long one is left to the terminal to wrap, so that paths can be copied."""
        if not self.quiet:
            self._out.print(Text(clean(text), style=style), soft_wrap=True)

    def note(self, text: object) -> None:
        """Print a remark on standard error, after the word "Note"."""
        if not self.quiet:
            self._err.print(Text(_("Note:"), style="yellow"), Text(clean(text)), soft_wrap=True)

    def notes(self, problems: Iterable["InputProblem"]) -> None:
        """Print a remark for every cause of what is remarkable in the input."""
        for line in summed(problems):
            self.note(line)

    def failure(self, text: object) -> None:
        """Print one line about a failure on standard error, also with `quiet`."""
        self._err.print(Text(clean(text), style="red"), soft_wrap=True)

    def error(self, error: "SchedulerError") -> None:
        """Print an error on standard error: one line a problem by file and row, then what to do about it."""
        problems = summed(sorted(error.problems, key=lambda problem: (problem.file, problem.row or 0)))
        for problem in problems[: limits.PROBLEMS]:
            self.failure(problem)
        more = len(problems) - limits.PROBLEMS
        if more > 0:
            self.failure(
                ngettext("and {n} more problem", "and {n} more problems", more).format(n=number(more))
            )
        if error.hint:
            self._err.print(Text(clean(error.hint)), soft_wrap=True)

    def table(
        self,
        columns: Sequence[str],
        sections: Iterable[Iterable[Sequence[object]]],
        *,
        numbers: int,
        title: str = "",
    ) -> None:
        """Print a table of rows, with a line between its sections; its last `numbers` columns are figures."""
        if self.quiet:
            return
        table = Table(
            title=Text(clean(title), style="bold") if title else None,
            title_justify="left",
            box=box.SIMPLE_HEAD,
            pad_edge=False,
        )
        for position, heading in enumerate(columns):
            justify: JustifyMethod = "right" if position >= len(columns) - numbers else "left"
            table.add_column(Text(clean(heading)), justify=justify)
        for section in sections:
            for row in section:
                table.add_row(*(Text(clean(cell)) for cell in row))
            table.add_section()
        self._out.print(table)

    @contextlib.contextmanager
    def progress(self) -> Iterator["StepProgress"]:
        """Show the steps of long work while the `with` block lasts."""
        progress = StepProgress(self._err, quiet=self.quiet)
        try:
            yield progress
            progress.finish_step()
        finally:
            progress.close()


def _console(*, stderr: bool) -> Console:
    console = Console(stderr=stderr, markup=False, emoji=False, highlight=False)
    if not console.is_terminal:
        console.width = _PIPE_WIDTH
    return console


class StepProgress:
    """Shows each step and how long it took, and the gap between best roster and proof as it falls.

    On a terminal one line moves; elsewhere each step is a plain line, and the gap is printed when it
    has changed, at most once a second. So is, less often, how much of a step is done that has parts.
    `has_roster` tells whether a roster has been found.
    """

    def __init__(self, console: Console, *, quiet: bool) -> None:
        self._console = console
        self._quiet = quiet
        self._status: Status | None = None
        self._text = ""
        self._began = time.monotonic()
        self._detail_text = ""
        self._detail_shown = 0.0
        self.has_roster = False

    def step(self, text: str) -> None:
        """Begin a step."""
        self.finish_step()
        self._text, self._began, self._detail_text = text, time.monotonic(), ""
        if self._quiet:
            return
        if not self._console.is_terminal:
            self._console.print(Text(clean(text)), soft_wrap=True)
        elif self._status is None:
            self._status = self._console.status(Text(clean(text)))
            self._status.start()
        else:
            self._status.update(Text(clean(text)))

    def bounds(self, score: int, bound: int) -> None:
        """Show the best score found, the proven bound, and the gap between them."""
        self.has_roster = True
        gap = 100 * (score - bound) / score if score else 0.0
        gap_text = _("best {score}, bound {bound}, gap {gap} %").format(
            score=number(score), bound=number(bound), gap=number(gap, 1)
        )
        self._detail(gap_text, at_once=score == bound, every_s=1)

    def counted(self, done: int, total: int, left_s: float) -> None:
        """Show how many parts of the step are done, and about how long the others will take."""
        time_left = hours(left_s) if left_s >= 60 else _("{seconds} s").format(seconds=number(left_s))
        text = _("{done} of {total}") if done == total else _("{done} of {total}, about {time} left")
        text = text.format(done=number(done), total=number(total), time=time_left)
        self._detail(text, at_once=done == total, every_s=10)

    def _detail(self, text: str, *, at_once: bool, every_s: float) -> None:
        """Show how a step gets on; where no line moves, print it now and then, or `at_once`."""
        now = time.monotonic()
        if self._quiet or text == self._detail_text:
            return
        self._detail_text = text
        if self._status is not None:
            self._status.update(Text(f"{clean(self._text)}: {text}"))
        elif at_once or now - self._detail_shown >= every_s:
            self._detail_shown = now
            self._console.print(Text(f"  {text}"), soft_wrap=True)

    def finish_step(self) -> None:
        """Leave a line about the step that is done, where a moving line showed it."""
        if self._status is None or not self._text:
            return
        took = _("{seconds} s").format(seconds=number(time.monotonic() - self._began, 1))
        detail = f": {self._detail_text}" if self._detail_text else ""
        self._console.print(Text(f"{clean(self._text)}{detail}  {took}", style="dim"), soft_wrap=True)
        self._text = ""

    def close(self) -> None:
        """Take away the moving line."""
        if self._status is not None:
            self._status.stop()
            self._status = None
