"""The ledger of an ARIMA forecast: its regressors, and its own past by superposition."""

import numpy as np
from jaxtyping import Float

from gatecast._types import FloatArray
from gatecast.data import Panel
from gatecast.linear.arima import ARIMA
from gatecast.linear.ledger import FLOOR, Addends, LinearLedger, balanced, with_past
from gatecast.linear.split import LEVEL, Reason, ages_of
from gatecast.linear.transform import BoxCox

MEAN: Reason = ("level", "how far the mean lies from the median")


def arima_ledger(model: ARIMA, panel: Panel, series: int, position: int) -> LinearLedger:
    """One series' forecast from one origin. Members are the one model, or the two of a blend."""
    one, ages, rows = model.fitted_[series], ages_of(panel), panel.rows(series)
    y, known = panel.values[rows][: position + 1], panel.known[rows].T
    path, variance = one.paths(y, known, np.array([position]), model.horizon, model.clean)
    linear = one.outcome(path, variance, np.zeros(0), model.mean)[1][0]
    splits = one.splits(y, known, panel.known_names, ages, model.horizon, model.clean)
    members = [with_past(split.ahead, ages, split.past) for split in splits]
    paths = np.stack([np.sum(list(addends.values()), axis=0) for addends in members])
    scaled: Addends = {}
    for addends in members:
        for reason, part in addends.items():
            scaled[reason] = scaled.get(reason, 0.0) + part / len(members)
    center, base, unit = _secant(one.scale, y, path[0])
    median = base + unit * (path[0] - center)
    parts = {reason: unit * part for reason, part in scaled.items()}
    parts[LEVEL] = parts[LEVEL] + base - unit * center
    if one.scale is None and (linear != path[0]).any():
        parts[FLOOR] = linear - median
    if one.scale is not None and model.mean:
        parts[MEAN] = linear - median
    weights = np.full(len(members), 1.0 / len(members))
    own = paths if one.scale is None else one.scale.inverse(paths)
    shares = weights[:, None] * (linear + unit * (paths - paths.mean(axis=0)))
    names = tuple(str(member.model) for member in one.members)
    return balanced(parts, linear, panel, ages, (names, weights, own, shares))


def _secant(
    scale: BoxCox | None, y: Float[FloatArray, "time"], path: Float[FloatArray, "horizon"]
) -> tuple[float, float, Float[FloatArray, "horizon"]]:
    """A history's mean on the models' scale, its value, and units of the series by scaled one."""
    if scale is None:
        return 0.0, 0.0, np.ones(len(path))
    center = float(np.nanmean(scale.forward(y)))
    base = float(scale.inverse(np.array([center]))[0])
    away = path - center
    near = np.abs(away) < 1e-9
    slope = base ** (1.0 - scale.power) * (scale.unit**scale.power if scale.power else 1.0)
    rise = (scale.inverse(path) - base) / np.where(near, 1.0, away)
    return center, base, np.where(near, slope, rise)
