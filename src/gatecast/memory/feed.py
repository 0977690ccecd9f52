"""Rows that arrive, turned into what a network reads of them: `Inputs.rows`, one of each series at a time."""

from dataclasses import dataclass, replace
from typing import NamedTuple, Self, TypeAlias

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray

from gatecast._types import FloatArray, IntArray
from gatecast.data import Frequency, Panel, calendar_of
from gatecast.memory.inputs import Inputs, Rows, change_lags, ordinary
from gatecast.standing import Arrived, Foreseen

Singles: TypeAlias = NDArray[np.float32]


class Newest(NamedTuple):
    """One new row of some series, as `Rows` has it.

    scaled, target  [some]
    history         [some, inputs]
    ahead           [some, ahead]
    """

    scaled: FloatArray
    target: FloatArray
    history: Singles
    ahead: Singles


@dataclass(frozen=True, eq=False)
class Feed:
    """What of each series the next rows are held against. Its arrays are changed in place.

    static  [series, static covariates]  on their common scale
    clock   [series]  position of the last row
    values  [series, kept]  the last ones, scaled, gaps filled, each at its position modulo their number
    """

    inputs: Inputs
    frequency: Frequency
    zone: str | None
    seasons: tuple[int, ...]
    static: Float[FloatArray, "series static"]
    clock: Int[IntArray, "series"]
    values: Float[FloatArray, "series kept"]

    def advance(self, rows: Arrived) -> Newest:
        """Take in one row of some series."""
        series, position = rows.series, self.clock[rows.series] + 1
        target = self.inputs.scale.forward(rows.values, series)
        self.clock[series] = position
        scaled = np.where(np.isnan(target), self._filling(series, position), target)
        self.values[series, position % self.values.shape[1]] = scaled
        ahead = self._ahead(series, rows.times[:, None], rows.known[:, None])[:, 0]
        own = [scaled, *self._moves(series, position, scaled), np.isnan(rows.values).astype(np.float64)]
        past = ordinary(self.inputs.covariates.past_scale.of(rows.past))
        history = np.concatenate([ordinary(np.stack(own, axis=1)), ahead, past], axis=1)
        return Newest(scaled, target, history, ahead)

    def ahead(self, foreseen: Foreseen) -> Singles:
        """What is known of the steps ahead, as `Rows.ahead`. [series, horizon, ahead]"""
        return self._ahead(np.arange(len(self.clock)), foreseen.times, foreseen.known)

    def at(
        self, series: Int[IntArray, "*rows"], position: Int[IntArray, "*rows"]
    ) -> Float[FloatArray, "*rows"]:
        """Values of late, scaled and filled; the first one where a position lies before it. [...]"""
        found: FloatArray = self.values[series, np.maximum(position, 0) % self.values.shape[1]]
        return found

    def gone_by(
        self, series: Int[IntArray, "rows"], origin: Int[IntArray, "rows"], step: IntArray
    ) -> Singles:
        """What a network on its own sees ahead beside `Rows.ahead`: see `lone_extras`. [rows, extra]

        origin  [rows]  positions
        step    [rows]  steps ahead, from 1
        """
        back = [origin] + [origin + step - s * -(-step // s) for s in self.seasons if s > 1]
        return ordinary(np.stack([self.at(series, one) for one in back], axis=-1))

    @property
    def widths(self) -> tuple[int, int]:
        """How many inputs of a past step there are, and how many of a step ahead."""
        calendar = calendar_of(np.zeros(1, dtype=np.int64), None, self.frequency, self.seasons)[0]
        covariates = self.inputs.covariates
        ahead = calendar.shape[1] + len(covariates.known_scale.names) + self.static.shape[1]
        own = 2 + len(change_lags(self.seasons))
        return own + ahead + len(covariates.past_scale.names), ahead

    def copy(self) -> Self:
        """A snapshot, which later rows leave as it is."""
        return replace(self, clock=self.clock.copy(), values=self.values.copy())

    def _filling(self, series: IntArray, position: IntArray) -> FloatArray:
        """What stands in a missing value's place: see `fill_causally`."""
        season = self.seasons[0]
        return self.at(series, np.where(position >= season, position - season, position - 1))

    def _moves(self, series: IntArray, position: IntArray, scaled: FloatArray) -> list[FloatArray]:
        """Movements over each lag."""
        movement = self.inputs.movement[series]
        found = []
        for lag in change_lags(self.seasons):
            moved = np.where(position >= lag, scaled - self.at(series, position - lag), 0.0)
            found.append(np.arcsinh(moved / movement))
        return found

    def _ahead(self, series: IntArray, times: IntArray, known: FloatArray) -> Singles:
        """Calendar, known and static covariates. [some, steps, ahead]"""
        some, steps = times.shape
        alike = some > 1 and bool((times == times[:1]).all())
        seen = times[:1] if alike else times
        calendar = ordinary(calendar_of(seen.ravel(), self.zone, self.frequency, self.seasons)[0])
        shaped = calendar.reshape(*seen.shape, -1)
        covariates = ordinary(self.inputs.covariates.known_scale.of(known))
        static = ordinary(self.static[series])[:, None]
        parts = [
            np.broadcast_to(part, (some, steps, part.shape[-1])) for part in (shaped, covariates, static)
        ]
        return np.concatenate(parts, axis=-1)


def feed_of(inputs: Inputs, panel: Panel, rows: Rows, horizon: int) -> Feed:
    """What stands behind the last known step of each series.

    rows  the panel as `inputs` reads it
    """
    kept = panel.seasons[-1] + horizon + 1
    clock = panel.known_steps - 1
    # position q is kept at q modulo `kept`: the largest position up to the clock that ends up there
    latest = clock[:, None] - (clock[:, None] - np.arange(kept)) % kept
    values = rows.scaled[panel.offsets[:-1, None] + np.maximum(latest, 0)]
    return Feed(
        inputs=inputs,
        frequency=panel.frequency,
        zone=panel.zone,
        seasons=panel.seasons,
        static=inputs.covariates.static_scale.of(panel.static),
        clock=clock.copy(),
        values=np.where(latest >= 0, values, np.nan),
    )
