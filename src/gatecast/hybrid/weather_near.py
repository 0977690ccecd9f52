"""What a regression that bends reads of the last rows of a series: those rows alone are made.

`weather_features` and `row_features` say the same of every row.
"""

from typing import no_type_check

import numba
import numpy as np
from jaxtyping import Bool, Float

from gatecast._types import BoolArray, FloatArray
from gatecast.hybrid.curve import Kind
from gatecast.hybrid.weather import MEAN_DAYS, RECENT_HOURS, WAVES
from gatecast.linear import DAY_TYPES, Clock, harmonics


def near_features(
    kind: Kind,
    clock: Clock,
    known: Float[FloatArray, "tail known"],
    mean: Float[FloatArray, "rows"],
    switches: Bool[BoolArray, "known"],
) -> Float[FloatArray, "rows features"]:
    """The features of the last rows.

    clock, known  [tail]  up to the last of them, as far back as anything looks, or from the start
    mean          [rows]  what the linear regression says of them
    """
    rows, steps = len(mean), clock.steps
    now, tail = slice(len(known) - rows, None), np.arange(len(known) - rows, len(known))
    today, day = clock.kind[now], clock.day[now]
    yesterday = clock.kind[np.maximum(tail - steps, 0)]
    year = None if clock.year is None else clock.year[now]
    backs = np.array(sorted({max(1, round(hours * steps / 24)) for hours in RECENT_HOURS}), dtype=np.int64)
    means = np.array([days * steps for days in MEAN_DAYS if days * steps > 1], dtype=np.int64)
    covariates = [
        _covariate(np.ascontiguousarray(own), rows, steps, backs, means, bool(switch))
        for own, switch in zip(known.T, switches, strict=True)
    ]
    if kind == "trees":
        columns = [mean, day, today.astype(np.float64), yesterday.astype(np.float64)]
        if year is not None:
            columns += [np.sin(2 * np.pi * year), np.cos(2 * np.pi * year)]
        return np.concatenate([np.stack(columns, axis=1), *covariates], axis=1)
    week = (today + day) / DAY_TYPES
    years = [] if year is None else [harmonics(year, WAVES)[:, 1:]]
    waves = [harmonics(day, WAVES)[:, 1:], harmonics(week, WAVES)[:, 1:], *years]
    types = [np.eye(DAY_TYPES)[today], np.eye(DAY_TYPES)[yesterday]]
    return np.concatenate([*waves, *types, mean[:, None], *covariates], axis=1)


@numba.njit(cache=True)
@no_type_check  # numba wants its own functions, not checked ones
def _covariate(x, rows, day, backs, means, switch):  # pragma: no cover  # compiled
    """A covariate now and before, its means and its extremes of a day; of a 0/1 one now and a day before."""
    time = len(x)
    width = 2 if switch else 1 + len(backs) + len(means) + (2 if day > 1 else 0)
    out, total = np.empty((rows, width)), np.zeros(time + 1)
    for t in range(time):
        total[t + 1] = total[t] + x[t]
    for n in range(rows):
        t = time - rows + n
        out[n, 0] = x[t]
        if switch:
            out[n, 1] = x[max(t - day, 0)]
            continue
        at = 1
        for back in backs:
            out[n, at] = x[max(t - back, 0)]
            at += 1
        for steps in means:
            start = max(t + 1 - steps, 0)
            out[n, at] = (total[t + 1] - total[start]) / (t + 1 - start)
            at += 1
        if day > 1:
            high, low = x[t], x[t]
            for back in range(min(day, t + 1)):
                high, low = max(high, x[t - back]), min(low, x[t - back])
            out[n, at], out[n, at + 1] = high, low
    return out
