"""Cuts of the relaxation: of three requests, two cannot be met together by more than one round.

Subset-row inequalities (Jepsen, Petersen, Spoorendonk and Pisinger 2008): whole rounds keep them since
every request is met once, while three halves of rounds that meet two each do not.
"""

from itertools import combinations
from typing import Any

import numpy as np
from scipy import sparse

from scheduler.solver.weeks import Floats

#: By how much a cut is broken at least, and how many are taken at a time.
_BROKEN = 0.03
_MOST = 40
#: Less than this of a round is nothing.
_NOTHING = 1e-6


class Cuts:
    """The cuts found so far, for some rounds.

    Parameters
    ----------
    meets
        Sparse (rounds, requests) matrix of ones: which requests each round meets.

    Attributes
    ----------
    triples
        The three requests of each cut.
    matrix
        Sparse (rounds, cuts): 1 where a round meets at least two of the three. These add up to 1 at most.
    """

    def __init__(self, meets: Any) -> None:
        self._meets = sparse.csr_array(meets)
        self.triples: list[tuple[int, int, int]] = []
        self.matrix: Any = sparse.csr_array((self._meets.shape[0], 0))

    def add(self, share: Floats) -> int:
        """Add the cuts that a share of each round breaks most, and return how many these are."""
        found = [triple for triple in self._broken(share) if triple not in self.triples]
        if found:
            self.triples += found
            column = np.repeat(np.arange(len(found)), 3)
            members = sparse.csr_array(
                (np.ones(3 * len(found)), (np.array(found).ravel(), column)),
                shape=(self._meets.shape[1], len(found)),
            )
            twice = sparse.csr_array(self._meets @ members >= 2, dtype=float)
            self.matrix = sparse.csr_array(sparse.hstack([self.matrix, twice]))
        return len(found)

    def _broken(self, share: Floats) -> list[tuple[int, int, int]]:
        """Return the triples that a share of each round breaks, those first that it breaks most."""
        taken = np.flatnonzero(share > _NOTHING)
        meets = self._meets[taken].toarray()
        by_share = meets * share[taken, np.newaxis]
        # How much is taken of rounds that meet two requests, for each two; where a round meets all of
        # three, it counts for each two of them, but once in the cut.
        both: Floats = meets.T @ by_share
        np.fill_diagonal(both, 0.0)
        broken: dict[tuple[int, int, int], float] = {}
        for first, second in combinations(np.flatnonzero(both.any(axis=0)).tolist(), 2):
            if not both[first, second]:
                continue
            three: Floats = meets[:, first] * meets[:, second] @ by_share
            sums = both[first, second] + both[first] + both[second] - 2 * three
            sums[[first, second]] = 0.0
            for third in np.flatnonzero(sums > 1 + _BROKEN).tolist():
                first_, second_, third_ = sorted((first, second, third))
                broken[first_, second_, third_] = float(sums[third])
        return sorted(broken, key=lambda triple: (-broken[triple], triple))[:_MOST]
