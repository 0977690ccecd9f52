"""Tracks of many series that move on by a row each, at a cost that does not grow with how far they look. [kernel]

Weights that fall with age are kept as weights that grow with time, divided by what the newest one weighs: what
came before then stays as it is. A row enters the distributions of `track` once and leaves them once, when it is
as old as a track looks back. `Track` says the same; it collects all its rows each time.
"""

from typing import NamedTuple, no_type_check

import numba
import numpy as np
from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray
from gatecast.interval.quantile import LEVELS, MEDIAN
from gatecast.interval.score import FARTHEST, normal_levels
from gatecast.interval.track import (
    CELLS,
    HALF,
    MARGIN,
    PHASE_WORTH,
    PROMISE,
    SLOW_HALF,
    WORTH,
    Pace,
    cells,
    promised,
    read_mass,
)

HEAVIEST = 1e60  # that a row may weigh before all are brought down


class Masses(NamedTuple):
    """Weights of the scores by the cell they fall into: see `track`.

    late     [series, horizon, cells]
    usual    [series, horizon, cells]
    phases   [series, phases, cells]
    weights  [series, 2]  of the newest row: in `late`, and in the others
    """

    late: Float[FloatArray, "series horizon cells"]
    usual: Float[FloatArray, "series horizon cells"]
    phases: Float[FloatArray, "series phases cells"]
    weights: Float[FloatArray, "series 2"]


class Tracks:
    """The scores of the latest outcomes of many series, and their weights.

    places  [series, reach, horizon]  cells of the scores, by the step forecast, that of a row at its step modulo
            the reach; NaN where there is none
    step    [series]  of the newest row
    heard   [series]  how many scores there are
    """

    def __init__(
        self, pace: Pace, places: FloatArray, step: IntArray, heard: IntArray, masses: Masses
    ) -> None:
        self.pace = pace
        self.places = places
        self.step = step
        self.heard = heard
        self.masses = masses

    def push(self, some: Int[IntArray, "some"], scores: Float[FloatArray, "some horizon"]) -> None:
        """Take in a row of some series each: scores of forecasts for it, made 1, 2, … steps before."""
        place = _places(scores)
        growth, stride = self._growth(), float(self.pace.stride)
        _push(self.places, self.step, self.heard, *self.masses, some, place, growth, stride)

    def shifts(self) -> Float[FloatArray, "series horizon levels"]:
        """Normal scores to read the next forecasts' quantiles off at. [series, horizon, levels]"""
        day, x = self.pace.day, normal_levels(LEVELS)
        worth = np.array([WORTH * day, PROMISE * day, PHASE_WORTH])
        first, width = cells()
        options = np.array([*LEVELS, first, width, MARGIN])
        moved = _shifts(self.step, self.heard, *self.masses, worth, promised(), options)
        silent = np.isnan(moved)
        result: FloatArray = np.where(silent, x, moved)
        result[..., MEDIAN] = 0.0
        return result

    def latest(self) -> Float[FloatArray, "series reach horizon"]:
        """The scores, the newest last. [series, reach, horizon]"""
        reach = self.places.shape[1]
        rows = (self.step[:, None] + 1 + np.arange(reach)) % reach
        first, width = cells()
        places = np.take_along_axis(self.places, rows[..., None], axis=1)
        scores: FloatArray = np.sinh(first + width * (places + 0.5))
        return scores

    def copy(self) -> "Tracks":
        """Ones that go their own way."""
        masses = Masses(*(part.copy() for part in self.masses))
        return Tracks(self.pace, self.places.copy(), self.step.copy(), self.heard.copy(), masses)

    def _growth(self) -> FloatArray:
        return 0.5 ** (-1.0 / (self.pace.day * np.array([HALF, SLOW_HALF])))


def new_tracks(pace: Pace, horizon: int, step: Int[IntArray, "series"]) -> Tracks:
    """Tracks without scores; `step` is the newest of each series. [series]"""
    count = len(step)
    masses = Masses(
        np.zeros((count, horizon, CELLS)),
        np.zeros((count, horizon, CELLS)),
        np.zeros((count, pace.phases, CELLS)),
        np.ones((count, 2)),
    )
    places = np.full((count, pace.reach, horizon), np.nan)
    return Tracks(pace, places, step.astype(np.int64).copy(), np.zeros(count, dtype=np.int64), masses)


def _places(scores: FloatArray) -> FloatArray:
    """Where each score lies among the cells."""
    first, width = cells()
    place = (np.arcsinh(np.clip(scores, -FARTHEST, FARTHEST)) - first) / width - 0.5
    placed: FloatArray = np.clip(place, 0.0, CELLS - 1.001)
    return placed


@numba.njit(cache=True)
@no_type_check  # numba wants its own functions, not checked ones
def _enter(late, usual, phase, place, weights, sign):  # pragma: no cover  # compiled
    """Add a row to the masses of one series, or take it away. Returns how many scores it holds."""
    count = 0
    for k in range(len(place)):
        if np.isnan(place[k]):
            continue
        count += 1
        cell = int(place[k])
        upper = place[k] - cell
        lower = 1.0 - upper
        late[k, cell] += sign * weights[0] * lower
        late[k, cell + 1] += sign * weights[0] * upper
        usual[k, cell] += sign * weights[1] * lower
        usual[k, cell + 1] += sign * weights[1] * upper
        phase[cell] += sign * weights[1] * lower
        phase[cell + 1] += sign * weights[1] * upper
    return count


@numba.njit(cache=True)
@no_type_check  # as above
def _push(
    places, step, heard, late, usual, phases, weights, some, place, growth, stride
):  # pragma: no cover  # compiled
    reach, day = places.shape[1], phases.shape[1]
    faded = growth ** (1 - reach)  # of the row that leaves, which is that much older than the newest
    for n in range(len(some)):
        i = some[n]
        row = (step[i] + 1) % reach
        gone = (step[i] + 1 - reach) % day
        heard[i] -= _enter(late[i], usual[i], phases[i, gone], places[i, row], stride * weights[i] * faded, -1.0)
        step[i] += 1
        weights[i] *= growth
        places[i, row] = place[n]
        heard[i] += _enter(late[i], usual[i], phases[i, step[i] % day], place[n], stride * weights[i], 1.0)
        if weights[i, 0] > HEAVIEST:
            late[i] /= weights[i, 0]
            weights[i, 0] = 1.0
        if weights[i, 1] > HEAVIEST:
            usual[i] /= weights[i, 1]
            phases[i] /= weights[i, 1]
            weights[i, 1] = 1.0


@numba.njit(cache=True)
@no_type_check  # as above
def _shifts(
    step, heard, late, usual, phases, weights, worth, promise, options
):  # pragma: no cover  # compiled
    series, horizon, cells_ = late.shape
    day, count = phases.shape[1], len(options) - 3
    moved = np.full((series, horizon, count), np.nan)
    mass, base, whole = np.empty(cells_), np.empty(cells_), np.empty(cells_)
    by_step, by_phase = np.empty((horizon, count)), np.empty((day + 1, count))
    for i in range(series):
        if heard[i] == 0:
            continue
        fast, slowly = weights[i]
        whole[:] = 0.0
        for p in range(day):
            whole += phases[i, p]
        whole /= slowly
        total = whole.sum()
        if total <= 0.0:
            continue
        base[:] = whole / total
        for k in range(min(horizon, day)):  # no other phase is forecast
            p = (step[i] + 1 + k) % day
            mass[:] = phases[i, p] / slowly
            read_mass(mass, worth[2] * horizon, base, options, by_phase[p])
        read_mass(base, worth[2] * horizon, base, options, by_phase[day])
        for k in range(horizon):
            base[:] = usual[i, k] / slowly
            base[:] = (base + worth[1] * promise) / (base.sum() + worth[1])
            mass[:] = late[i, k] / fast
            read_mass(mass, worth[0], base, options, by_step[k])
            lately = mass.sum()
            wider = 1.0 + options[count + 2] * lately / (lately + worth[0])
            p = (step[i] + 1 + k) % day
            for level in range(count):
                both = by_step[k, level] + by_phase[p, level] - by_phase[day, level]
                moved[i, k, level] = wider * both
    return moved
