"""How long work tells where it is, without knowing who looks."""

from typing import Protocol


class Progress(Protocol):
    """Told of every step, and of the best roster and bound known so far."""

    def step(self, text: str) -> None:
        """Begin a step; `text` is already in the user's language."""

    def bounds(self, score: int, bound: int) -> None:
        """Report the best score found and the proven lower bound, in points."""


class Silent:
    """Tells nobody."""

    def step(self, text: str) -> None:
        """Do nothing."""

    def bounds(self, score: int, bound: int) -> None:
        """Do nothing."""
