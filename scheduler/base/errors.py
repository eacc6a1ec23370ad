"""What can go wrong, as sentences for the people who can mend it.

Every error that the product raises on purpose is a `SchedulerError`. The command line prints its
problems one a line and ends with its `exit_code`; a traceback is a bug.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from scheduler.base.cpr import masked

_File = TypeVar("_File")


@dataclass(frozen=True, slots=True)
class InputProblem:
    """One thing that is wrong in the input, and where.

    `row` counts as the user's editor does: 1 is the heading. `column` is the heading as it is
    written in the file. Fields that do not apply are empty. CPR numbers in them are masked.
    """

    reason: str
    file: str = ""
    row: int | None = None
    column: str = ""

    def __post_init__(self) -> None:
        for name in ("reason", "file", "column"):
            text = getattr(self, name)
            if (hidden := masked(text)) != text:
                object.__setattr__(self, name, hidden)

    def __str__(self) -> str:
        where = self.file
        if self.row is not None:
            where += f":{self.row}"
        if self.column:
            where += f" [{self.column}]"
        return f"{where}: {self.reason}" if where else self.reason


class SchedulerError(Exception):
    """An expected failure: `problems` says what is wrong, `hint` what to do about it."""

    exit_code = 1

    def __init__(self, problems: str | InputProblem | Iterable[InputProblem], hint: str = "") -> None:
        if isinstance(problems, str):
            problems = [InputProblem(problems)]
        elif isinstance(problems, InputProblem):
            problems = [problems]
        self.problems: Sequence[InputProblem] = tuple(problems)
        self.hint = masked(hint)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class InputError(SchedulerError, ValueError):
    """The input or the usage is wrong; the user can put it right."""

    exit_code = 2


class ServiceError(SchedulerError, OSError):
    """A service or a file could not be had."""

    exit_code = 3


class InvalidRosterError(SchedulerError):
    """A roster breaks a rule or its score is wrong: a bug in the engine, never written to a file."""


@contextmanager
def told(say: Callable[[_File, OSError], ServiceError], file: _File) -> Iterator[None]:
    """Have people told of what the system refuses in the block; `say` words it of a file or folder."""
    try:
        yield
    except ServiceError:
        raise
    except OSError as error:
        raise say(file, error) from error
