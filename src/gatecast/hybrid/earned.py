"""What forecasts have earned of late, and their mixture by it. [kernel]

r_k = clip(loss_k / min loss - 1, 0, 3)   over origins whose outcome is known
"""

import numpy as np
from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray

WORST = 3.0


def recent_ratio(
    scaled: Float[FloatArray, "time"],
    begin: int,
    paths: Float[FloatArray, "origins horizon members"],
    recent: int,
) -> Float[FloatArray, "origins members"]:
    """Each member's recent loss over that of the best, less 1, at each origin. [origins, members]

    Only outcomes known at the origin count: the last forecast judged was made one horizon earlier.

    scaled  [time]
    begin   position of the first origin
    paths   [origins, horizon, members]
    recent  how many origins to look back on
    """
    count, horizon, members = paths.shape
    outcome = outcomes(scaled, begin + np.arange(count), horizon)
    known = np.isfinite(outcome).all(axis=1)
    loss = np.zeros((count, members))
    for member in range(members):  # one at a time: all at once would take a multiple of the paths' memory
        size = np.abs(outcome - paths[..., member]).mean(axis=1)
        loss[known, member] = size[known]
    total = np.concatenate([np.zeros((1, members)), np.cumsum(loss, axis=0)])
    number = np.concatenate([[0], np.cumsum(known)])
    end = np.maximum(np.arange(count) - horizon + 1, 0)  # forecasts made before `end` are judged
    start = np.maximum(end - recent, 0)
    seen = (number[end] - number[start])[:, None]
    mean = (total[end] - total[start]) / np.maximum(seen, 1)
    best = mean.min(axis=1, keepdims=True)
    ratio: FloatArray = np.clip(mean / np.maximum(best, 1e-9) - 1.0, 0.0, WORST)
    return np.where(seen > 0, ratio, 0.0)


def outcomes(
    own: Float[FloatArray, "time"], position: Int[IntArray, "origins"], horizon: int
) -> Float[FloatArray, "origins {horizon}"]:
    """What came in the steps after some origins of one series, NaN past its end. [origins, horizon]

    own       [time]
    position  [origins]
    """
    steps = position[:, None] + np.arange(1, horizon + 1)
    return np.where(steps < len(own), own[np.minimum(steps, len(own) - 1)], np.nan)


def mixture(
    paths: Float[FloatArray, "origins horizon members"], prior: Float[FloatArray, "origins members"]
) -> Float[FloatArray, "origins horizon"]:
    """Members weighted by softmax of the prior. [origins, horizon]"""
    mixed: FloatArray = (paths * weights_of(prior)[:, None, :]).sum(axis=-1)
    return mixed


def weights_of(prior: Float[FloatArray, "*origins members"]) -> Float[FloatArray, "*origins members"]:
    """Softmax of the prior. [..., members]"""
    weights: FloatArray = np.exp(prior - prior.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    return weights
