"""What the regression says and leaves, as the head reads it of each step ahead.

A calendar-and-weather regression that was wrong at this hour yesterday and a week ago may well be so again,
and a step at which it says much else than a season before is one at which it may be wrong. Members' forecasts
alone do not show either.

    left(t) = z_t - m_t         m_t what the regression says of step t, by coefficients that have not seen it
"""

import numpy as np
from jaxtyping import Float, Float32, Int

from gatecast._types import FloatArray, IntArray
from gatecast.linear import repeated
from gatecast.memory import Column, ordinary

COLUMNS = (
    "left by the regression a season before",
    "left by the regression a long season before",
    "left by the regression now",
    "regression less a season before",
)


def leftovers(
    left: Float[FloatArray, "time"],
    said: Float[FloatArray, "time"],
    position: Int[IntArray, "origins"],
    horizon: int,
    seasons: tuple[int, ...],
    sizes: tuple[float, float],
) -> Float32[np.ndarray, "origins horizon _"]:
    """Leftovers gone by and movements of the regression, for each step ahead of some origins of one series.

    left     [time]  scaled; NaN where no value was known, which counts as nothing left
    said     [time]  scaled, as far as known covariates reach
    sizes    of an ordinary error and of an ordinary movement over a season, scaled
    returns  [origins, horizon, columns]
    """
    error, movement = sizes
    left = np.nan_to_num(left)
    ahead = np.minimum(position[:, None] + np.arange(1, horizon + 1), len(said) - 1)
    short, long = (repeated(left, position, horizon, season) for season in (seasons[0], seasons[-1]))
    now = np.broadcast_to(left[position][:, None], short.shape)
    moved = said[ahead] - repeated(said, position, horizon, seasons[0])
    parts = [np.arcsinh(part / size) for part, size in ((short, error), (long, error), (now, error))]
    parts.append(np.arcsinh(moved / movement))
    return ordinary(np.stack(parts, axis=-1))


def leftover_columns() -> tuple[Column, ...]:
    """The names of what `leftovers` gives, in order."""
    return tuple(Column(name, "members", "members") for name in COLUMNS)
