"""What the network reads at each row: the series' movements, calendar, covariates, all of ordinary size."""

from dataclasses import dataclass, replace

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.data import (
    Panel,
    Scale,
    Standardised,
    calendar_features,
    fill_causally,
    fit_scale,
    joined_scales,
    missing_mask,
    part_of,
    portions,
    standardise,
)
from gatecast.forecaster import Origins
from gatecast.workers import each

CLIP = 6.0
PLACES = 4  # decimals: rounding that differs with the unit of a series must not steer the training


@dataclass(frozen=True)
class Rows:
    """A panel as the network reads it.

    scaled   [rows]           the series, gaps filled causally; NaN in the future
    target   [rows]           the same, NaN where no value was known
    history  [rows, inputs]   what is known of a step once it has passed
    ahead    [rows, ahead]    what is known of it beforehand
    """

    scaled: FloatArray
    target: FloatArray
    history: np.ndarray
    ahead: np.ndarray


@dataclass(frozen=True)
class Extras:
    """What is known at each origin beside the rows, in scaled units.

    ahead    [origins, horizon, extra]
    members  [origins, horizon, members]  linear forecasts; no columns for a network on its own
    prior    [origins, members]           logits
    unit     [origins]                    size of an ordinary error of theirs
    weight   [origins]                    of each origin in the loss
    """

    ahead: np.ndarray
    members: np.ndarray
    prior: np.ndarray
    unit: np.ndarray
    weight: np.ndarray


@dataclass(frozen=True)
class Inputs:
    """How a panel is turned into `Rows`, with statistics learned from history.

    movement  [series]  mean absolute change from one season to the next, scaled
    """

    scale: Scale
    covariates: Standardised
    movement: FloatArray

    def of(self, series: IntArray) -> "Inputs":
        """The same of some series, in this order."""
        return replace(self, scale=self.scale.of(series), movement=self.movement[series])

    def rows(self, panel: Panel) -> Rows:
        """Read a panel: the one learned from, one extended into the future, or an earlier state of it."""
        whose = np.repeat(np.arange(len(panel)), panel.lengths)
        target = self.scale.forward(panel.values, whose)
        scaled = fill_causally(target, panel.offsets, panel.seasons[0])
        covariates = self.covariates.apply(panel)
        calendar, _ = calendar_features(panel)
        static = covariates.static[whose]
        ahead = np.concatenate([calendar, covariates.known, static], axis=1)
        moves = [change(scaled, panel, lag) / self.movement[whose] for lag in change_lags(panel.seasons)]
        own = [scaled, *(np.arcsinh(move) for move in moves), missing_mask(panel).astype(np.float64)]
        history = np.concatenate([np.stack(own, axis=1), ahead, covariates.past], axis=1)
        return Rows(scaled, target, ordinary(history), ordinary(ahead))


def learn_inputs(panel: Panel) -> Inputs:
    """Learn scales from the panel's history."""
    scale = fit_scale(panel)
    whose = np.repeat(np.arange(len(panel)), panel.lengths)
    scaled = fill_causally(scale.forward(panel.values, whose), panel.offsets, panel.seasons[0])
    moves = change(scaled, panel, panel.seasons[0])
    movement = np.ones(len(panel))
    for i in range(len(panel)):
        mine = np.abs(moves[panel.history(i)])
        if len(mine) and np.nanmean(mine) > 1e-9:
            movement[i] = np.nanmean(mine)
    return Inputs(scale, standardise(panel), movement)


def widened(inputs: Inputs, panel: Panel) -> Inputs:
    """Inputs learned from some series, for all of a panel: each in its own unit, covariates in theirs."""
    found = list(each(lambda some: learn_inputs(part_of(panel, some)), portions(panel.lengths)))
    movement = np.concatenate([one.movement for one in found])
    return replace(inputs, scale=joined_scales([one.scale for one in found]), movement=movement)


def change_lags(seasons: tuple[int, ...]) -> tuple[int, ...]:
    """Over which lags a series' movements are read: one step and each season."""
    return tuple(sorted({1, *seasons}))


def change(scaled: FloatArray, panel: Panel, lag: int) -> FloatArray:
    """Each value less the one `lag` steps before in its series; 0 where there is none. [rows]"""
    moved = np.zeros_like(scaled)
    moved[lag:] = scaled[lag:] - scaled[:-lag] if lag < len(scaled) else 0.0
    step = np.arange(len(scaled)) - np.repeat(panel.offsets[:-1], panel.lengths)
    moved[step < lag] = 0.0
    return moved


def lone_extras(panel: Panel, rows: Rows, origins: Origins, horizon: int) -> Extras:
    """What a network on its own sees ahead of each origin beside calendar and covariates: values gone by.

    For each step ahead, the last value and the values one of each season (or more, until they are past)
    before that step.
    """
    step = np.arange(1, horizon + 1)
    start = panel.offsets[origins.series]
    last = rows.scaled[start + origins.position]
    seen = [np.broadcast_to(last[:, None], (len(origins), horizon))]
    for season in (s for s in panel.seasons if s > 1):
        back = np.maximum(origins.position[:, None] + step - season * (-(-step // season)), 0)
        seen.append(rows.scaled[start[:, None] + back])
    seen.append(np.broadcast_to(step / horizon, (len(origins), horizon)))
    nothing = np.zeros((len(origins), 0), dtype=np.float32)
    one = np.ones(len(origins), dtype=np.float32)
    members = np.zeros((len(origins), horizon, 0), dtype=np.float32)
    return Extras(ordinary(np.stack(seen, axis=-1)), members, nothing, one, one)


def ordinary(columns: FloatArray) -> np.ndarray:
    """Finite and within ±6, in single precision; what is unknown becomes 0, the middle. [rows, columns]"""
    bounded = np.minimum(np.maximum(columns, -CLIP), CLIP)
    bounded[np.isnan(bounded)] = 0.0
    return np.round(bounded, PLACES).astype(np.float32)
