"""What the gate reads of the linear members: how each has erred of late, where they disagree ahead."""

from dataclasses import dataclass, replace

import numpy as np

from gatecast._types import FloatArray
from gatecast.data import Panel
from gatecast.forecaster import Origins
from gatecast.hybrid.pool import Pool, Standing, origins_by_series
from gatecast.memory import Extras, Inputs, Rows, ordinary


@dataclass(frozen=True)
class View:
    """A panel as the gate reads it at some origins.

    rows    history with the members' realised errors beside the series' own movements
    extras  the members' forecasts and disagreements at each origin
    mix     [origins, horizon]  the linear half's own forecast, scaled
    """

    rows: Rows
    extras: Extras
    mix: FloatArray


def view(panel: Panel, pool: Pool, inputs: Inputs, unit: FloatArray, origins: Origins, context: int) -> View:
    """Read a panel for the given origins.

    unit     [series]  size of an ordinary error of the linear half, scaled
    context  rows before each origin that the network will read
    """
    rows = inputs.rows(panel)
    horizon = pool.horizon
    realised, ahead, members, prior, mix = None, None, None, None, np.empty((len(origins), horizon))
    for series, mine in origins_by_series(origins).items():
        position = origins.position[mine]
        first, last = max(int(position.min()) - context - 2 * horizon, 0), int(position.max())
        standing = pool.stand(panel, rows.scaled, series, first, last)
        if members is None or realised is None or ahead is None or prior is None:
            count = standing.paths.shape[2]
            realised = np.zeros((len(rows.scaled), 5 * count), dtype=np.float32)
            ahead = np.zeros((len(origins), horizon, count + 7), dtype=np.float32)
            members = np.zeros((len(origins), horizon, count), dtype=np.float32)
            prior = np.zeros((len(origins), count), dtype=np.float32)
        own = rows.scaled[panel.rows(series)]
        start = int(panel.offsets[series])
        seen = slice(start + first, start + last + 1)
        realised[seen] = realised_errors(own, standing, unit[series], panel.seasons[0])
        chosen = position - first
        size = sizes(unit[series], inputs, series)
        apart = disagreements(own, position, standing, chosen, unit[series], inputs.movement[series], panel)
        ahead[mine] = np.concatenate([apart, np.broadcast_to(size, (*apart.shape[:2], len(size)))], axis=-1)
        members[mine], prior[mine], mix[mine] = (
            standing.paths[chosen],
            standing.prior[chosen],
            standing.mix[chosen],
        )
    if realised is None or ahead is None or members is None or prior is None:
        raise ValueError("a view needs at least one origin")
    history = np.concatenate([rows.history, realised], axis=1)
    weight = weights(unit, inputs)[origins.series]
    extras = Extras(ahead, members, prior, unit[origins.series].astype(np.float32), weight)
    return View(replace(rows, history=history), extras, mix)


def weights(unit: FloatArray, inputs: Inputs) -> np.ndarray:
    """How much each series counts in the loss: half equally, half by its relative errors. [series]

    Equal weights alone are MASE's; relative errors are what sMAPE and MAPE add up, and a noisy series
    has most of them.
    """
    scale = inputs.scale
    level = np.where(scale.logs, 1.0, np.maximum(np.abs(scale.center), 1e-9))
    relative = np.minimum(unit * scale.spread / level, 1.0)
    weight: np.ndarray = (0.5 + 0.5 * relative / max(float(relative.mean()), 1e-12)).astype(np.float32)
    return weight


def sizes(unit: float, inputs: Inputs, series: int) -> np.ndarray:
    """What kind of series it is: errors against spread and level, movements against errors. [3]"""
    scale = inputs.scale
    level = 1.0 if scale.logs[series] else max(abs(float(scale.center[series])), 1e-9)
    relative = unit * float(scale.spread[series]) / level
    return ordinary(np.log(np.array([unit, relative, float(inputs.movement[series]) / unit]) + 1e-6) / 2)


def realised_errors(own: FloatArray, standing: Standing, unit: float, season: int) -> np.ndarray:
    """At each step: how wrong each member's forecasts for it were, and how wrong they have been on average.

    own      [time]  the scaled series
    returns  [origins, 5 members]  error one step ahead; error up to a season ahead, its running mean and
             mean size over a season; the prior
    """
    count, horizon, _ = standing.paths.shape
    present = own[standing.first : standing.first + count, None]
    far = min(horizon, season if season > 1 else horizon)
    near_error, far_error = np.zeros((2, count, standing.paths.shape[2]))
    near_error[1:] = present[1:] - standing.fits[:-1, 0]
    if far < count:
        far_error[far:] = present[far:] - standing.fits[:-far, far - 1]
    window = max(season, 4)
    parts = [
        np.arcsinh(near_error / unit),
        np.arcsinh(far_error / unit),
        np.arcsinh(running_mean(far_error, window) / unit),
        np.arcsinh(running_mean(np.abs(far_error), window) / unit),
        standing.prior / 5.0,
    ]
    return ordinary(np.concatenate(parts, axis=1))


def disagreements(
    own: FloatArray,
    position: np.ndarray,
    standing: Standing,
    chosen: np.ndarray,
    unit: float,
    movement: float,
    panel: Panel,
) -> np.ndarray:
    """For each step ahead: where each member stands against the mixture, and the mixture against the past.

    returns  [origins, horizon, members + 4]
    """
    paths, mix = standing.paths[chosen], standing.mix[chosen]
    horizon = mix.shape[1]
    step = np.arange(1, horizon + 1)
    season = panel.seasons[0]
    back = position[:, None] + step - season * (-(-step // season))
    earlier = own[np.maximum(back, 0)]
    ramp = np.broadcast_to(step / horizon, mix.shape)
    parts = [
        np.arcsinh((paths - mix[..., None]) / unit),
        mix[..., None],
        np.arcsinh((mix - own[position][:, None]) / movement)[..., None],
        np.arcsinh((mix - earlier) / movement)[..., None],
        ramp[..., None],
    ]
    return ordinary(np.concatenate(parts, axis=-1))


def running_mean(columns: FloatArray, window: int) -> FloatArray:
    """Mean of the last `window` rows, fewer at the beginning. [rows, columns]"""
    total = np.concatenate([np.zeros((1, columns.shape[1])), np.cumsum(columns, axis=0)])
    end = np.arange(1, len(columns) + 1)
    start = np.maximum(end - window, 0)
    mean: FloatArray = (total[end] - total[start]) / (end - start)[:, None]
    return mean
