"""What the memory half reads of the pool's members: how each has erred of late, where they disagree ahead."""

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from jaxtyping import Float, Float32, Int

from gatecast._types import BoolArray, FloatArray, IntArray
from gatecast.data import Panel
from gatecast.forecaster import Origins
from gatecast.hybrid.earned import outcomes
from gatecast.hybrid.leftover import COLUMNS, leftovers
from gatecast.hybrid.pool import Standing, origins_by_series
from gatecast.linear import Autoregression, trailing_mean
from gatecast.memory import Extras, Inputs, Rows, ordinary

PLACES = 5  # decimals of a forecast, scaled: see PLACES of the memory's inputs
CHUNK = 4096  # origins at a time, to bound what is needed in between
SMALLEST_UNIT = 1e-3  # of a series' spread: a series foreseen to the digit needs no finer one


class Members(Protocol):
    """Forecasts side by side: a pool, or what stands for one."""

    @property
    def horizon(self) -> int:
        """Steps ahead."""

    @property
    def count(self) -> int:
        """How many there are."""

    @property
    def names(self) -> tuple[str, ...]:
        """What each is called, in order."""

    @property
    def linear(self) -> BoolArray:
        """Which members of the pool are linear."""

    @property
    def regressed(self) -> Autoregression | None:
        """The one with a regression on calendar and covariates, if there is one."""

    def stand(
        self,
        panel: Panel,
        scaled: Float[FloatArray, "rows"],
        series: int,
        first: int,
        last: int,
        left: tuple[FloatArray, FloatArray] | None = None,
    ) -> Standing:
        """Forecasts and priors of one series at the origins from `first` to `last`, both included."""


@dataclass(frozen=True)
class View:
    """A panel as the memory half reads it at some origins.

    rows    history with the members' realised errors beside the series' own movements
    extras  the members' forecasts and disagreements at each origin
    mix     [origins, horizon]  the forecast of the pool, scaled
    linear  [origins, horizon]  that of its linear members alone; None where there are no others
    unit    [series]            mean absolute error of that, scaled
    """

    rows: Rows
    extras: Extras
    mix: Float[FloatArray, "origins horizon"]
    unit: Float[FloatArray, "series"]
    linear: Float[FloatArray, "origins horizon"] | None = None

    def part(self, origins: slice) -> "View":
        """The same of some of its origins."""
        own = self.extras
        parts = (own.ahead, own.members, own.prior, own.unit, own.weight)
        linear = None if self.linear is None else self.linear[origins]
        return replace(
            self, extras=Extras(*(one[origins] for one in parts)), mix=self.mix[origins], linear=linear
        )

    def narrowed(self, ahead: int) -> "View":
        """The same for a network of so many inputs ahead, learned when there were fewer of the last ones."""
        own = ahead - self.rows.ahead.shape[1]
        return replace(self, extras=replace(self.extras, ahead=self.extras.ahead[..., :own]))


def view(
    panel: Panel,
    pool: Members,
    inputs: Inputs,
    origins: Origins,
    context: int,
    unit: Float[FloatArray, "series"] | None = None,
    measured_at: int | None = None,
    rows: Rows | None = None,
) -> View:
    """Read a panel for the given origins.

    context      rows before each origin that the network will read
    unit         [series]  mean absolute error of the pool, scaled; measured here if not given
    measured_at  at so many of the leading origins; at all of them unless given
    rows         of the panel, where they have been read already
    """
    rows = inputs.rows(panel) if rows is None else rows
    parts = _Parts(panel, pool, inputs, rows, origins)
    measured = np.full(len(panel), np.nan)
    for series, mine in origins_by_series(origins).items():
        position = origins.position[mine]
        first, last = stretch(position, context, pool.horizon, panel.seasons[0])
        regressed = pool.regressed
        left = None if regressed is None else regressed.remainder(panel, series)
        standing = pool.stand(panel, rows.scaled, series, first, last, left)
        own = rows.target[panel.rows(series)]
        judged = position[: np.searchsorted(mine, len(origins) if measured_at is None else measured_at)]
        measured[series] = (
            error_size(own, judged, standing.mix[judged - first]) if unit is None else unit[series]
        )
        parts.history(series, standing, float(measured[series]))
        for some in np.array_split(mine, -(-len(mine) // CHUNK)):
            parts.ahead(series, some, standing, float(measured[series]))
            if left is not None:
                parts.left(series, some, left, float(measured[series]))
    return parts.assemble(filled(measured) if unit is None else unit)


def stretch(position: Int[IntArray, "origins"], context: int, horizon: int, season: int) -> tuple[int, int]:
    """The first and the last origin of a series from which the members' forecasts are looked at."""
    behind = context + sum(reach(horizon, season))
    return max(int(position.min()) - behind, 0), int(position.max())


def filled(unit: Float[FloatArray, "series"]) -> Float[FloatArray, "series"]:
    """Units with those of series nothing is known of replaced by the mean of the others. [series]"""
    known = np.isfinite(unit)
    return np.where(known, unit, unit[known].mean() if known.any() else 1.0)


class _Parts:
    """The arrays of a view while they are filled, series by series."""

    def __init__(self, panel: Panel, pool: Members, inputs: Inputs, rows: Rows, origins: Origins) -> None:
        self._panel, self._inputs, self._rows, self._origins = panel, inputs, rows, origins
        count, shape = pool.count, (len(origins), pool.horizon)
        self._width = count + 7  # of what does not come from a regression
        width = self._width + (0 if pool.regressed is None else len(COLUMNS))
        self._realised = np.zeros((len(rows.scaled), 5 * count), dtype=np.float32)
        self._ahead = np.zeros((*shape, width), dtype=np.float32)
        self._members = np.zeros((*shape, count), dtype=np.float32)
        self._prior = np.zeros((len(origins), count), dtype=np.float32)
        self._mix, self._linear = np.empty(shape), None if pool.linear.all() else np.empty(shape)

    def history(self, series: int, standing: Standing, unit: float) -> None:
        """Enter how the members have erred on one series."""
        own = self._rows.scaled[self._panel.rows(series)]
        start = int(self._panel.offsets[series]) + standing.first
        season = self._panel.seasons[0]
        self._realised[start : start + len(standing.mix)] = realised_errors(own, standing, unit, season)

    def ahead(self, series: int, mine: IntArray, standing: Standing, unit: float) -> None:
        """Enter what is known ahead of some origins of one series."""
        inputs, season = self._inputs, self._panel.seasons[0]
        own = self._rows.scaled[self._panel.rows(series)]
        position = self._origins.position[mine]
        chosen = position - standing.first
        movement = float(inputs.movement[series])
        apart = disagreements(own, position, standing, unit, movement, season)
        size = np.broadcast_to(sizes(unit, inputs, series), (*apart.shape[:2], 3))
        self._ahead[mine, :, : self._width] = np.concatenate([apart, size], axis=-1)
        self._members[mine] = np.round(standing.paths[chosen], PLACES)
        self._prior[mine] = standing.prior[chosen]
        self._mix[mine] = standing.mix[chosen]
        if self._linear is not None:
            self._linear[mine] = standing.linear.mix[chosen]

    def left(self, series: int, mine: IntArray, left: tuple[FloatArray, FloatArray], unit: float) -> None:
        """Enter what the regression says and leaves ahead of some origins of one series."""
        position, horizon = self._origins.position[mine], self._members.shape[1]
        sizes = unit, float(self._inputs.movement[series])
        found = leftovers(*left, position, horizon, self._panel.seasons, sizes)
        self._ahead[mine, :, self._width :] = found

    def assemble(self, unit: FloatArray) -> View:
        """The view, once every series is in."""
        series = self._origins.series
        history = np.concatenate([self._rows.history, self._realised], axis=1)
        sized, counted = unit[series].astype(np.float32), weights(unit, self._inputs)[series]
        extras = Extras(self._ahead, self._members, self._prior, sized, counted)
        return View(replace(self._rows, history=history), extras, self._mix, unit, self._linear)


def error_size(
    own: Float[FloatArray, "time"],
    position: Int[IntArray, "origins"],
    mix: Float[FloatArray, "origins horizon"],
) -> float:
    """Mean absolute error of the mixture at some origins of one series, NaN where nothing is known.

    own  [time]  scaled, NaN where no value was known
    mix  [origins, horizon]
    """
    error = np.abs(outcomes(own, position, mix.shape[1]) - mix)
    return max(float(np.nanmean(error)), SMALLEST_UNIT) if np.isfinite(error).any() else np.nan


def weights(unit: Float[FloatArray, "series"], inputs: Inputs) -> Float32[np.ndarray, "series"]:
    """How much each series counts in the loss: half equally, half by its relative errors. [series]

    Equal weights alone are MASE's; relative errors are what sMAPE and MAPE add up, and a noisy series
    has most of them.
    """
    scale = inputs.scale
    level = np.where(scale.logs, 1.0, np.maximum(np.abs(scale.center), 1e-9))
    relative = np.minimum(unit * scale.spread / level, 1.0)
    weight: np.ndarray = (0.5 + 0.5 * relative / max(float(relative.mean()), 1e-12)).astype(np.float32)
    return weight


def sizes(unit: float, inputs: Inputs, series: int) -> Float32[np.ndarray, "3"]:
    """What kind of series it is: errors against spread and level, movements against errors. [3]"""
    scale = inputs.scale
    level = 1.0 if scale.logs[series] else max(abs(float(scale.center[series])), 1e-9)
    relative = unit * float(scale.spread[series]) / level
    return ordinary(np.log(np.array([unit, relative, float(inputs.movement[series]) / unit]) + 1e-6) / 2)


def reach(horizon: int, season: int) -> tuple[int, int]:
    """How far ahead the forecasts judged at a step were made, and over how many steps errors are averaged."""
    return min(horizon, season) if season > 1 else horizon, max(season, 4)


def realised_errors(
    own: Float[FloatArray, "time"], standing: Standing, unit: float, season: int
) -> Float32[np.ndarray, "origins _"]:
    """At each step: how wrong each member's forecasts for it were, and how wrong they have been on average.

    own      [time]  the scaled series
    returns  [origins, 5 members]  error one step ahead; error up to a season ahead, its running mean and
             mean size over a season; the prior
    """
    count, horizon, _ = standing.paths.shape
    present = own[standing.first : standing.first + count, None]
    far, window = reach(horizon, season)
    near_error, far_error = np.zeros((2, count, standing.paths.shape[2]))
    near_error[1:] = present[1:] - standing.paths[:-1, 0]
    if far < count:
        far_error[far:] = present[far:] - standing.paths[:-far, far - 1]
    parts = [
        np.arcsinh(near_error / unit),
        np.arcsinh(far_error / unit),
        np.arcsinh(trailing_mean(far_error, window) / unit),
        np.arcsinh(trailing_mean(np.abs(far_error), window) / unit),
        standing.prior / 5.0,
    ]
    return ordinary(np.concatenate(parts, axis=1))


def disagreements(
    own: Float[FloatArray, "time"],
    position: Int[IntArray, "origins"],
    standing: Standing,
    unit: float,
    movement: float,
    season: int,
) -> Float32[np.ndarray, "origins horizon _"]:
    """For each step ahead: where each member stands against the mixture, and the mixture against the past.

    returns  [origins, horizon, members + 4]
    """
    paths, mix = standing.paths[position - standing.first], standing.mix[position - standing.first]
    horizon = mix.shape[1]
    step = np.arange(1, horizon + 1)
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
