"""Fourier terms: a season as a few sines and cosines, where an ARMA state would be too long. [kernel]"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from gatecast._types import FloatArray


def fourier(
    time: int, seasons: Sequence[int], harmonics: int, start: int = 0
) -> Float[FloatArray, "terms {time}"]:
    """Sines and cosines of the first harmonics of every season, each frequency once. [terms, time]

    start  the step of the first one; a season begins at step 0

    >>> fourier(4, [4], 2).round(6) + 0.0
    array([[ 0.,  1.,  0., -1.],
           [ 1.,  0., -1.,  0.],
           [ 1., -1.,  1., -1.]])
    """
    step = start + np.arange(time)
    seen: set[float] = set()
    rows = []
    for season in seasons:
        for k in range(1, min(harmonics, season // 2) + 1):
            if k / season in seen:
                continue
            seen.add(k / season)
            angle = 2.0 * np.pi * (k * step % season) / season
            if 2 * k != season:  # at half the season every sine is zero
                rows.append(np.sin(angle))
            rows.append(np.cos(angle))
    return np.array(rows) if rows else np.zeros((0, time))
