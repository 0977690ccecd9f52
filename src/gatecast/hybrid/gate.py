"""How the two halves add up, and how much of the memory is believed.

    forecast = pool + share · (what the network says - pool),  pool = linear part + pool part

The share of each series is chosen on origins the network was not trained on, from 0 (the linear half
alone) to 1. Series with little evidence lean on what is best for all; where the memory does not help, the
share is 0 and the forecast is the linear half's, to the bit.
"""

import numpy as np
from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray

SHARES = np.linspace(0.0, 1.0, 11)
LEAN = 20.0  # how many overlapping held-out origins of its own the panel's evidence is worth to a series
WORTH = 0.995  # the memory must bring the loss at least this far down to be heard


def choose_shares(
    actual: Float[FloatArray, "origins horizon"],
    linear: Float[FloatArray, "origins horizon"],
    network: Float[FloatArray, "origins horizon"],
    unit: Float[FloatArray, "origins"],
    series: Int[IntArray, "origins"],
    count: int,
) -> Float[FloatArray, "{count}"]:
    """The share of the memory in each series. [series]

    actual, linear, network  [origins, horizon]  scaled; actual is NaN where unknown
    unit                     [origins]
    series                   [origins]           whose each origin is
    count                    series in the panel
    """
    known = np.isfinite(actual)
    losses = np.empty((len(SHARES), len(series)))
    for row, share in enumerate(SHARES):
        error = np.abs(actual - join(linear, network, share)) / unit[:, None]
        losses[row] = np.where(known, error, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    number = np.bincount(series, minlength=count)
    total = np.stack([np.bincount(series, row, minlength=count) for row in losses])
    pooled = total.sum(axis=1, keepdims=True) / max(len(series), 1)
    mean = (total + LEAN * pooled) / (number + LEAN)
    best = mean.argmin(axis=0)
    worth = mean[best, np.arange(count)] <= WORTH * mean[0]
    shares: FloatArray = np.where(worth, SHARES[best], 0.0)
    return shares


def join(
    linear: Float[FloatArray, "origins horizon"],
    network: Float[FloatArray, "origins horizon"],
    share: Float[FloatArray, "origins 1"] | float,
) -> Float[FloatArray, "origins horizon"]:
    """The linear part plus the believed share of what the network adds to it; exactly linear at share 0."""
    joined: FloatArray = np.where(share == 0.0, linear, linear + share * (network - linear))
    return joined
