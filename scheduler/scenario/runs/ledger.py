"""The book of a run: who asks what, and what has come of it."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from scheduler.scenario.model import Failure, Task
from scheduler.scenario.runs.results import Results
from scheduler.scenario.runs.tasks import Outcome, question

if TYPE_CHECKING:
    import pandas as pd


class Ledger:
    """Which tasks ask what, and what has come of it.

    `askers` are the tasks that ask each question; `open` has one of them for each question that has
    neither an answer nor failed.
    """

    def __init__(self, tasks: Sequence[Task], results: Results) -> None:
        self.askers: dict[str, list[Task]] = {}
        for task in tasks:
            self.askers.setdefault(question(task), []).append(task)
        self.open = {asked: askers[0] for asked, askers in self.askers.items() if asked not in results}
        self.results = results
        self._reasons: dict[str, str] = {}
        self._rank = _ranks(tasks)
        for asked, askers in self.askers.items():
            if asked in results:
                results.write(asked, askers)

    def enter(self, asked: str, outcome: Outcome) -> None:
        """Note what a question came to."""
        del self.open[asked]
        if outcome.row is None:
            self._reasons[asked] = outcome.reason
        else:
            self.results.add(asked, outcome.row)
            self.results.write(asked, self.askers[asked])

    def table(self, columns: Sequence[str]) -> "pd.DataFrame":
        """Return the rows of all tasks that are done."""
        import pandas as pd

        done = [(asked, task) for asked, task in self._in_order() if asked in self.results]
        rows = [self.results.row(asked, task) for asked, task in done]
        return pd.DataFrame(rows, columns=list(rows[0] if rows else columns))

    def failures(self) -> Iterator[Failure]:
        """Yield the tasks that failed."""
        for asked, task in self._in_order():
            if asked in self._reasons:
                yield Failure(scenario=task.scenario, week=task.week, reason=self._reasons[asked])

    def _in_order(self) -> list[tuple[str, Task]]:
        pairs = [(asked, task) for asked, tasks in self.askers.items() for task in tasks]
        return sorted(pairs, key=lambda pair: self._rank[pair[1].scenario, pair[1].week])


def _ranks(tasks: Sequence[Task]) -> dict[tuple[str, str], tuple[int, int]]:
    """Return where each scenario and week comes, in the order in which they first appear."""
    scenarios = {scenario: rank for rank, scenario in enumerate(dict.fromkeys(t.scenario for t in tasks))}
    weeks = {week: rank for rank, week in enumerate(dict.fromkeys(t.week for t in tasks))}
    return {(task.scenario, task.week): (scenarios[task.scenario], weeks[task.week]) for task in tasks}
