"""One line for a cause, however often it shows."""

import pytest

from scheduler.base.errors import InputError, InputProblem
from scheduler.cli.terminal import Terminal, summed


def problem(
    row: int | None, reason: str = "wrong", column: str = "start", file: str = "rooms.csv"
) -> InputProblem:
    return InputProblem(reason, file, row, column)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([4], ""),
        ([4, 7], " (also in row 7)"),
        ([4, 7, 9], " (also in rows 7, 9)"),
        ([4, 7, 9, 10, 12, 13], " (also in rows 7, 9, 10, 12, 13)"),
        ([*range(4, 1010)], " (also in rows 5, 6, 7, 8, 9 and 1,000 more)"),
    ],
)
def test_the_same_in_many_rows_is_one_line(rows: list[int], said: str) -> None:
    assert summed(map(problem, rows)) == [f"rooms.csv:4 [start]: wrong{said}"]


def test_what_differs_is_told_by_itself() -> None:
    different = [
        problem(2),
        problem(2, column="end"),
        problem(2, "bad"),
        problem(2, file="shifts.csv"),
        problem(None),
    ]
    assert summed(different) == [
        "rooms.csv:2 [start]: wrong", "rooms.csv:2 [end]: wrong", "rooms.csv:2 [start]: bad", "shifts.csv:2 [start]: wrong",
    ]  # fmt: skip


def test_of_many_in_one_column_the_first_are_told() -> None:
    lines = summed(
        [problem(row, f"{row} is wrong") for row in (*range(2, 20), 19, 19)] + [problem(3, "bad", "end")]
    )
    assert lines[:10] == [f"rooms.csv:{row} [start]: {row} is wrong" for row in range(2, 12)]
    assert lines[10:] == [
        "rooms.csv:12 [start]: 10 more cells of this column, from this row on, have problems",
        "rooms.csv:3 [end]: bad",
    ]


def test_endless_causes_end(capfd: pytest.CaptureFixture[str]) -> None:
    Terminal().error(InputError(problem(row, f"{row} is wrong", "") for row in range(1, 1004)))
    said = capfd.readouterr().err.splitlines()
    assert said[999:] == ["rooms.csv:1000: 1000 is wrong", "and 3 more problems"]


def test_what_stands_in_no_column_is_all_told() -> None:
    assert len(summed(problem(row, f"{row} is wrong", "") for row in range(2, 20))) == 18
