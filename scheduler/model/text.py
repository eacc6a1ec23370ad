"""Sentences before anybody has worded them: a code, and what is to be said with it.

One roster is read in Danish and in English, maybe years after it was made. So it carries no worded sentences,
but what they say; `texts` words them when they are shown, in the language of whoever reads.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Union

# Of `|` no forward reference can be made.
Param = Union[str, int, float, "Text", tuple[Union[str, "Text"], ...]]


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence before it is worded.

    Attributes
    ----------
    code
        Which sentence, like ``lunch_waived``.
    params
        What is said with it, by name: ids, ISO dates, whole seconds, numbers, further texts, or tuples of ids or
        texts. What people wrote themselves in their tables, like the reason of a closure, may be one too; a
        name that the roster has is not, but its id.
    """

    code: str
    params: Mapping[str, Param] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.code, frozenset(self.params.items())))
