"""Values that a running forecast does not believe: each is replaced by what was expected of it.

Only what came before a value decides, so that the past of every origin is what it was then.
"""

import numpy as np

from gatecast._types import FloatArray
from gatecast.linear.ahead import first_state, follow
from gatecast.linear.lag import difference

FAR = 10.0  # standard deviations of the forecast at which a value is not believed
REST = 12  # steps after a move of the level that are believed, whatever they are
MANY, WITHIN = 5, 100  # so many spikes in so many steps, and the noise has grown
BLOCK = 256  # steps filtered again for each spike among them


def without_spikes(
    u: FloatArray, phi: FloatArray, ar: FloatArray, ma: FloatArray, delta: FloatArray, sigma2: float
) -> FloatArray:
    """The levels with each spike replaced by its forecast from what came before it.

    u        [time]  without missing values
    phi      [m]     of the state; ar, ma and delta [lags + 1] as in `ahead`
    returns  [time]
    """
    out, lags = u.copy(), len(delta) - 1
    state, scalars = first_state(ar, ma)
    spikes = [-WITHIN]
    side, moved, first = 0.0, -1, lags
    while first < len(u):
        until = min(first + BLOCK, len(u))
        before = state.copy(), scalars.copy()
        _, _, _, v, variance = follow(difference(out[first - lags : until], delta), phi, state, scalars, 0)
        size = v / np.sqrt(variance * sigma2)
        far = np.flatnonzero(np.abs(size) > FAR) + first
        far = far[far > max(spikes[-1], moved)]
        if not len(far):
            first = until
            continue
        state, scalars = before  # and once more from here, now that this one is judged
        at = int(far[0])
        in_a_row = at == spikes[-1] + 1 and side * size[at - first] > 0.0
        if in_a_row or sum(spike > at - WITHIN for spike in spikes[-MANY:]) == MANY:
            moved = at + REST
        else:
            spikes.append(at)
            side = float(size[at - first])
            out[at] -= v[at - first]
    return out
