"""How long work tells where it is, without knowing who looks."""

from typing import Protocol, runtime_checkable


class Progress(Protocol):
    """Told of every step, and of the best roster and bound known so far."""

    def step(self, text: str) -> None:
        """Begin a step; `text` is already in the user's language."""

    def bounds(self, score: int, bound: int) -> None:
        """Report the best score found and the proven lower bound, in points."""


@runtime_checkable
class Counting(Protocol):
    """What a `Progress` may also be: told how much of a step is done that consists of equal parts."""

    def counted(self, done: int, total: int, left_s: float) -> None:
        """Report how many parts are done, and how many seconds the others will take at this pace."""


class Silent:
    """Tells nobody."""

    def step(self, text: str) -> None:
        """Do nothing."""

    def bounds(self, score: int, bound: int) -> None:
        """Do nothing."""
