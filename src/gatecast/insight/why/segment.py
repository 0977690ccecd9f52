"""Stretches that stand out: where a score stays high, found in one pass.

A score per step is positive where the step stands out and negative where it does not; a stretch that
stands out is one whose sum no neighbour can improve. Ruzzo & Tompa, A Linear Time Algorithm for Finding All
Maximal Scoring Subsequences (1999).
"""

from typing import NamedTuple

from gatecast._types import FloatArray


class Segment(NamedTuple):
    """Steps from `first` to before `stop`, and the sum of their scores."""

    first: int
    stop: int
    score: float


def segments(scores: FloatArray) -> list[Segment]:
    """All maximal scoring stretches, in order. scores: [steps], finite

    >>> import numpy as np
    >>> [tuple(one) for one in segments(np.array([4.0, -5, 3, -3, 1, 2, -2, 2, -2, 1, 5]))]
    [(0, 1, 4.0), (2, 3, 3.0), (4, 11, 7.0)]
    """
    found: list[tuple[int, int, float, float]] = []  # first, stop, sum before it, sum with it
    total = 0.0
    for step, score in enumerate(scores):
        before, total = total, total + float(score)
        if score <= 0:
            continue
        candidate = (step, step + 1, before, total)
        while found:
            lower = next((j for j in range(len(found) - 1, -1, -1) if found[j][2] < candidate[2]), None)
            if lower is None or found[lower][3] >= candidate[3]:
                break
            candidate = (found[lower][0], candidate[1], found[lower][2], candidate[3])
            del found[lower:]
        found.append(candidate)
    return [Segment(first, stop, end - start) for first, stop, start, end in found]
