"""What a recursion gets wrong at each step ahead, learned directly: a ridge for every step from one Gram.

    u_{t+k} - r_k(t)  =  x_t β_k + e,    x_t = (lags of u at the origin, 1, waves, recent lags × waves)

r is the recursion of an autoregression, waves are sines and cosines of the origin's phase in the day: what is
left of a morning fades otherwise than what is left of an evening. Shrunk towards 0, so towards the recursion.
Marcellino, Stock & Watson, A comparison of direct and iterated multistep AR methods (2006).

All steps share their regressors and weights, so that one factorisation of each Gram serves them all.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray
from gatecast.linear.robust import decay, huber_weights

RIDGE = 100.0  # in rows
HALF_LIFE = 8000.0  # steps
WAVES = 2
MODULATED = (0, 1, 2, 6, 12, 23)  # lags whose effect goes with the time of day, in 24ths of a day
ROWS_PER_COLUMN = 12  # history a column needs before it is worth having
CHUNK = 8192


@dataclass(frozen=True)
class Direct:
    """Corrections of a recursion at every step ahead.

    back          [lags]  steps before the origin, 0 for the origin itself
    modulated     [some]  which of them go with the time of day
    coefficients  [blocks + 1, columns, horizon]  leaving out block 0, 1, …; the last leaves out nothing
    day           steps of a day
    share         how much of the correction is believed, from 0 to 1
    """

    back: Int[IntArray, "lags"]
    modulated: Int[IntArray, "some"]
    coefficients: Float[FloatArray, "_ columns horizon"]
    day: int
    share: float

    def correction(
        self, u: Float[FloatArray, "time"], position: Int[IntArray, "origins"], block: int
    ) -> Float[FloatArray, "origins horizon"]:
        """What to add to the recursion, in the unit of u. [origins, horizon]

        u      [time]  without gaps; an origin whose lags reach before it reads the first value there
        block  whose outcome the coefficients have not seen
        """
        parts = [position[i : i + CHUNK] for i in range(0, len(position), CHUNK)]
        beta = self.share * self.coefficients[block]
        return np.concatenate([self.columns(u, part) @ beta for part in parts])

    def columns(
        self, u: Float[FloatArray, "time"], position: Int[IntArray, "origins"]
    ) -> Float[FloatArray, "origins columns"]:
        """The regressors of some origins. [origins, columns]"""
        read = u[np.maximum(position[:, None] - self.back, 0)]
        waves = waves_of(position, self.day)
        product = (read[:, self.modulated, None] * waves[:, None, :]).reshape(len(position), -1)
        return np.concatenate([read, product, np.ones((len(position), 1)), waves], axis=1)


def waves_of(position: Int[IntArray, "origins"], day: int) -> Float[FloatArray, "origins waves"]:
    """Sines and cosines of the phase of some steps, counted from the start of the series. [origins, waves]"""
    angles = 2 * np.pi * (position[:, None] % day) / day * np.arange(1, WAVES + 1)
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1)


def fit_direct(
    u: Float[FloatArray, "time"],
    back: Int[IntArray, "lags"],
    day: int,
    origin: Int[IntArray, "origins"],
    missed: Float[FloatArray, "origins horizon"],
    block: Int[IntArray, "origins"],
    blocks: int,
) -> Direct | None:
    """Learn corrections from what a recursion has missed; None where they are not worth having.

    u       [time]  without gaps
    origin  [origins]
    missed  [origins, horizon]  outcome less recursion, by coefficients that have not seen it; NaN where
            unknown, which counts as nothing missed
    block   [origins]  cross-fitting block of each
    """
    modulated = np.flatnonzero(np.isin(back, [round(m * day / 24) for m in MODULATED]))
    shape = (blocks + 1, len(back) + 1 + 2 * WAVES + len(modulated) * 2 * WAVES, missed.shape[1])
    empty = Direct(back, modulated, np.zeros(shape), day, 1.0)
    if len(origin) < ROWS_PER_COLUMN * shape[1]:
        return None
    weights = decay(len(origin), HALF_LIFE) * huber_weights(np.abs(np.nan_to_num(missed)).mean(axis=1))
    coefficients = _solved(empty, u, origin, np.nan_to_num(missed), weights, block, blocks)
    learned = Direct(back, modulated, coefficients, day, 1.0)
    share = believed(learned, u, origin, missed, weights, block)
    return Direct(back, modulated, coefficients, day, share) if share > 0.0 else None


def _solved(
    empty: Direct,
    u: FloatArray,
    origin: IntArray,
    missed: FloatArray,
    weights: FloatArray,
    block: IntArray,
    blocks: int,
) -> FloatArray:
    """Coefficients leaving out each block in turn and, last, none. [blocks + 1, columns, horizon]"""
    size, horizon = empty.coefficients.shape[1:]
    grams, moments = np.zeros((blocks + 1, size, size)), np.zeros((blocks + 1, size, horizon))
    for b in range(blocks):
        mine = np.flatnonzero(block == b)
        for part in (mine[i : i + CHUNK] for i in range(0, len(mine), CHUNK)):
            columns = empty.columns(u, origin[part])
            weighted = columns * weights[part, None]
            grams[b] += weighted.T @ columns
            moments[b] += weighted.T @ missed[part]
    total, moment = grams.sum(axis=0), moments.sum(axis=0)
    penalty = np.full(size, RIDGE * float(np.var(u)))
    penalty[-(1 + 2 * WAVES) :] = RIDGE
    for b in range(blocks + 1):
        left = (total, moment) if b == blocks else (total - grams[b], moment - moments[b])
        moments[b] = np.linalg.solve(left[0] + np.diag(penalty + 1e-9), left[1])
    return moments


def believed(
    direct: Direct,
    u: FloatArray,
    origin: IntArray,
    missed: FloatArray,
    weights: FloatArray,
    block: IntArray,
) -> float:
    """The share of the correction that would have served best where its coefficients had not looked."""
    together, own = 0.0, 0.0
    for b in np.unique(block):
        mine = np.flatnonzero(block == b)
        said, target = direct.correction(u, origin[mine], int(b)), missed[mine]
        weight = np.where(np.isfinite(target), weights[mine, None], 0.0)
        together += float((weight * said * np.nan_to_num(target)).sum())
        own += float((weight * said * said).sum())
    return float(np.clip(together / own, 0.0, 1.0)) if own > 0.0 else 0.0
