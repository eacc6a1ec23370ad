"""What the rest of a day costs at least, from every stop and start on: the hope by which labels are kept.

Backward over the starts of a day, forgetting which visits were made before, so that a visit may be
made twice: the state space relaxation of Christofides, Mingozzi and Toth (1981). No round can be cheaper.
"""

import numpy as np

from scheduler.solver.block import Block
from scheduler.solver.graph import FAR, Points


def least_ahead(block: Block, own: Points) -> Points:
    """Return the least points that follow each node and start, lunch not yet had and had.

    Parameters
    ----------
    block
        The days.
    own
        What each node costs by itself, prices included: (days, nodes, starts).

    Returns
    -------
    Points of shape (days, nodes, 2, starts), what the node itself costs not counted; `FAR` where the
    day cannot be brought to its end.
    """
    days, size, width = own.shape
    ahead = np.full((days, size, 2, width), FAR)
    ahead[:, 1, 1, 0] = 0.0
    # By engagements over, as only starts with as many over as there are now can come next.
    engaged = np.arange(int(block.engagements.max(initial=0)) + 1)[:, np.newaxis, np.newaxis, np.newaxis]
    itself = np.where(block.engaged == engaged, own, FAR)
    least = np.full((2, *itself.shape[:-1], width + 1), FAR)
    cells = np.arange(days * size).reshape(days, size) * (width + 1)
    for day, node, start in block.waves():
        here = cells[day] + (block.engaged_after[day, node, start] * cells.size * (width + 1))[:, np.newaxis]
        ends_s = block.ends_s[day, node, start][:, np.newaxis]
        for move in block.moves:
            waits = itself + move.wait_points * block.starts_s
            for lunch in (0, 1):
                rest = waits + ahead[:, :, lunch]
                np.minimum.accumulate(rest[..., ::-1], axis=-1, out=least[lunch, ..., -2::-1])
            points = move.points[day, node] - move.wait_points * ends_s
            plain = here + move.first_plain[day, node, start]
            eaten = least[1].take(here + move.first_lunch[day, node, start])
            eaten -= move.lunch_gain[day][:, np.newaxis]
            for lunch in (0, 1):
                onward = least[lunch].take(plain)
                if lunch == 0:
                    np.minimum(onward, eaten, out=onward)
                onward += points
                best = np.minimum(onward.min(axis=1), ahead[day, node, lunch, start])
                ahead[day, node, lunch, start] = best
    return ahead.clip(max=FAR)
