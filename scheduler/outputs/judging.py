"""What is better or worse than today: told by a mark and a word, and not by colour alone."""

from dataclasses import dataclass

from scheduler.base.i18n import _

_MARKS = {True: "✓", False: "!", None: ""}


@dataclass(frozen=True, slots=True)
class Judged:
    """A text, and whether what it tells is better than today or worse; None where it is neither, or not certain."""

    text: str
    better: bool | None = None

    def __str__(self) -> str:
        return f"{self.text} {self.mark}" if self.mark else self.text

    @property
    def mark(self) -> str:
        """The mark that stands beside the text."""
        return mark(self.better)

    @property
    def spoken(self) -> str:
        """What a screen reader says in place of the mark."""
        return {True: _("better"), False: _("worse"), None: ""}[self.better]


def judge(difference: float, good: int, error: float = 0.0) -> bool | None:
    """Tell whether a difference is for the better, where it is larger than what it may be off by.

    Parameters
    ----------
    difference
        How much more there is than today.
    good
        1 where more is better, -1 where less is, 0 where neither is.
    error
        How far the difference may be off.
    """
    if not good or not abs(difference) > error:
        return None
    return difference * good > 0


def mark(better: bool | None) -> str:  # noqa: FBT001 - what it is about
    """Return the mark of what is better or worse."""
    return _MARKS[better]


def key() -> str:
    """Say what the marks mean."""
    return _("{better} better than today · {worse} worse than today").format(
        better=_MARKS[True], worse=_MARKS[False]
    )
