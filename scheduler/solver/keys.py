"""Sets of visits as numbers.

A *key* stands for a set of visits of a day: a field of bits a request, which holds the number of the option
taken. In arrays a key is as many words as its day needs, none of whose fields lies across two; alone it is
a Python integer, which has room for any number of them.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

#: Keys in words: (keys, words).
Keys = NDArray[np.int64]
#: Bits of a word that are used; the sign is not.
_WORD_BITS = 62


class KeyForm:
    """The form of a day's keys.

    Parameters
    ----------
    options
        How many options each request has that the day can meet.

    Attributes
    ----------
    words
        How many words a key has.
    word, shifts, fields
        The word of each request, where its bits begin there, and its bits there.
    added
        What each option adds to the word of its request, request by request.
    """

    def __init__(self, options: Sequence[int]) -> None:
        begins, word, used = [], 0, 0
        for count in options:
            if used + count.bit_length() > _WORD_BITS:
                word, used = word + 1, 0
            begins.append((word, used))
            used += count.bit_length()
        self.words = word + 1
        self.word, self.shifts = np.array(begins, dtype=np.int64).reshape(-1, 2).T
        bits = np.array([count.bit_length() for count in options], dtype=np.int64)
        self.fields = ((1 << bits) - 1) << self.shifts
        numbers = [number for count in options for number in range(1, count + 1)]
        self.added = np.array(numbers, dtype=np.int64) << np.repeat(self.shifts, options)
        #: Where the bits of each request begin in a whole key, and its bits there.
        self._begins = [word * _WORD_BITS + begin for word, begin in begins]
        self._masks = [
            ((1 << count.bit_length()) - 1) << begin
            for count, begin in zip(options, self._begins, strict=True)
        ]
        self._of_bit = {
            bit: local
            for local, (begin, mask) in enumerate(zip(self._begins, self._masks, strict=True))
            for bit in range(begin, mask.bit_length())
        }

    def key(self, visits: Iterable[tuple[int, int]]) -> int:
        """Return the key of visits: requests, by position, each with the number of its option from 1 on."""
        return sum(number << self._begins[local] for local, number in visits)

    def met(self, key: int) -> Iterator[tuple[int, int]]:
        """Yield the requests that a key meets, by position, each with the number of its option."""
        while key:
            local = self._of_bit[(key & -key).bit_length() - 1]
            mask = self._masks[local]
            yield local, (key & mask) >> self._begins[local]
            key &= ~mask

    def without(self, key: int, local: int) -> int:
        """Return a key without a request."""
        return key & ~self._masks[local]

    def whole(self, keys: Keys) -> list[int]:
        """Return keys in words as Python integers."""
        whole: list[int] = keys[:, 0].tolist()
        for word in range(1, keys.shape[1]):
            parts = zip(whole, keys[:, word].tolist(), strict=True)
            whole = [low | (high << (_WORD_BITS * word)) for low, high in parts]
        return whole

    def in_words(self, keys: Sequence[int]) -> Keys:
        """Return whole keys in words."""
        word = (1 << _WORD_BITS) - 1
        rows = [[(key >> (_WORD_BITS * n)) & word for n in range(self.words)] for key in keys]
        return np.array(rows, dtype=np.int64).reshape(-1, self.words)

    def held(self, keys: Keys) -> NDArray[np.int8]:
        """Return the number of each request's option in each key, 0 where there is none: (keys, requests)."""
        return ((keys[:, self.word] & self.fields) >> self.shifts).astype(np.int8)
