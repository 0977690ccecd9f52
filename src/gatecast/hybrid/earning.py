"""What members earn as outcomes come in: `recent_ratio` without reading a history again. [kernel]

A row judges the last forecasts at once: step k of the one made k steps before it, on the diagonal.
"""

from typing import NamedTuple, no_type_check

import numba
import numpy as np
from jaxtyping import Bool, Float, Int

from gatecast._types import BoolArray, FloatArray, IntArray
from gatecast.hybrid.earned import WORST


class Units(NamedTuple):
    """How what members keep becomes a forecast on the pool's scale.

    around  [members]             whether it is an error around a mean, on a scale of the member's own
    scales  [members, series, 4]  logarithm, center, spread, never negative; of that scale
    pool    [series, 3]           logarithm, center, spread
    bounds  [series, 2]           between which a forecast is believed
    limit   of a scaled logarithm, in logarithms
    """

    around: Bool[BoolArray, "members"]
    scales: Float[FloatArray, "members series 4"]
    pool: Float[FloatArray, "series 3"]
    bounds: Float[FloatArray, "series 2"]
    limit: float


class Ledger(NamedTuple):
    """What the latest origins of every series keep; the origin at p stands at p modulo their number.

    paths   [series, horizon, horizon, members]  by origin and step: see `moving`
    sizes   [series, horizon, members]           absolute errors so far, added up, of each origin
    losses  [series, recent, members]            their means, of the latest origins whose outcomes are known
    """

    paths: Float[FloatArray, "series horizon horizon members"]
    sizes: Float[FloatArray, "series horizon members"]
    losses: Float[FloatArray, "series recent members"]


def judge(
    ledger: Ledger,
    units: Units,
    some: Int[IntArray, "some"],
    position: Int[IntArray, "some"],
    own: Float[FloatArray, "some"],
    means: Float[FloatArray, "some members"],
) -> Float[FloatArray, "some horizon members"]:
    """Enter a row of some series; the forecasts for it, from 1, 2, … steps before, NaN where there was none.

    position  [some]           of the row
    own       [some]           on the pool's scale, gaps filled
    means     [some, members]  what each knows of the row
    """
    forecasts: FloatArray = _judge(*ledger, *units, some, position, own, means)
    return forecasts


def forecasts_of(
    kept: Float[FloatArray, "some horizon members"],
    units: Units,
    some: Int[IntArray, "some"],
    means: Float[FloatArray, "some horizon members"],
) -> Float[FloatArray, "some horizon members"]:
    """Forecasts on the pool's scale, from what is kept and what is known of the rows."""
    forecasts: FloatArray = _forecasts(np.ascontiguousarray(kept), *units, some, means)
    return forecasts


def ratio_of(
    losses: Float[FloatArray, "some recent members"], seen: Int[IntArray, "some"]
) -> Float[FloatArray, "some members"]:
    """Each member's recent loss over that of the best, less 1, as `recent_ratio` has it.

    losses  [some, recent, members]  0 where there is none
    seen    [some]  how many there are
    """
    mean = losses.sum(axis=1) / np.maximum(seen, 1)[:, None]
    best = mean.min(axis=1, keepdims=True)
    ratio: FloatArray = np.clip(mean / np.maximum(best, 1e-9) - 1.0, 0.0, WORST)
    return np.where(seen[:, None] > 0, ratio, 0.0)


@numba.njit(cache=True, error_model="numpy")
@no_type_check  # numba wants its own functions, not checked ones
def _settled(x, scale, pool, bounds, limit):  # pragma: no cover  # compiled
    """From a member's scale to the pool's, within bounds; where there is no logarithm, the lowest."""
    moved = x * scale[2]
    if scale[0]:
        moved = min(max(moved, -limit), limit)
        if pool[0] and scale[1] == pool[1] and scale[2] == pool[2]:
            return min(max(moved / pool[2], bounds[0]), bounds[1])
        value = np.exp(moved + scale[1])
    else:
        value = moved + scale[1]
    if scale[3] and value < 0.0:
        value = 0.0
    if pool[0]:
        if not value > 0.0:
            return bounds[0]
        value = np.log(value)
    z = (value - pool[1]) / pool[2]
    if not np.isfinite(z):
        return bounds[0]
    return min(max(z, bounds[0]), bounds[1])


@numba.njit(cache=True, error_model="numpy")
@no_type_check  # as above
def _judge(
    paths, sizes, losses, around, scales, pool, bounds, limit, some, position, own, means
):  # pragma: no cover  # compiled
    horizon, members = paths.shape[1], paths.shape[3]
    out = np.full((len(some), horizon, members), np.nan)
    for n in range(len(some)):
        i = some[n]
        for k in range(min(horizon, position[n])):
            origin = position[n] - 1 - k
            slot = origin % horizon
            for m in range(members):
                z = paths[i, slot, k, m]
                if around[m]:
                    z = _settled(z + means[n, m], scales[m, i], pool[i], bounds[i], limit)
                else:
                    z = min(max(z + means[n, m], bounds[i, 0]), bounds[i, 1])
                out[n, k, m] = z
                sizes[i, slot, m] += abs(own[n] - z)
        origin = position[n] - horizon
        if origin >= 0:
            losses[i, origin % losses.shape[1]] = sizes[i, origin % horizon] / horizon
    return out


@numba.njit(cache=True, error_model="numpy")
@no_type_check  # as above
def _forecasts(kept, around, scales, pool, bounds, limit, some, means):  # pragma: no cover  # compiled
    out = np.empty_like(kept)
    for n in range(len(some)):
        i = some[n]
        for k in range(kept.shape[1]):
            for m in range(kept.shape[2]):
                z = kept[n, k, m] + means[n, k, m]
                if around[m]:
                    z = _settled(z, scales[m, i], pool[i], bounds[i], limit)
                out[n, k, m] = min(max(z, bounds[i, 0]), bounds[i, 1])
    return out
