"""The tracks of many series, moved on row by row: `followed`, without walking back over the reach. [kernel]

The masses that `followed` collects anew are kept. A score is added with a weight that grows with its step,

    2^((step - base) / half),   so that all there are shrink by 2^(-1 / half) from step to step

as they should, untouched; what falls behind the reach is taken out with the weight it came with. Every few
days a series' masses are collected anew from the scores kept: weights stay small, and what rounding left is
gone.
"""

import copy
from dataclasses import dataclass
from typing import Self, no_type_check

import numba
import numpy as np
from jaxtyping import Float, Float32, Int

from gatecast._types import FloatArray, IntArray
from gatecast.interval.quantile import LEVELS, MEDIAN
from gatecast.interval.score import normal_levels
from gatecast.interval.track import (
    CELLS,
    HALF,
    MARGIN,
    PHASE_WORTH,
    PROMISE,
    SLOW_HALF,
    WORTH,
    Pace,
    first_edge,
    places,
    promised,
    width_of_cells,
)

ANEW = 10  # days after which masses are collected anew


@dataclass
class Tracks:
    """The scores of the latest outcomes of each series, and their weights by cell.

    clock  [series]  0-based newest step
    kept   [series, reach, scored]  places among the cells of the scores for each step, at its row modulo the
           reach: of those made `stride` apart alone; NaN where none was
    count  [series]  how many there are
    base   [series]  step whose scores were added with a weight of 1
    late   [series, horizon, cells]  weights of the scores of each step ahead, lately
    usual  [series, horizon, cells]  and usually
    day    [series, phases, cells]   and of each phase of the day
    """

    pace: Pace
    horizon: int
    clock: Int[IntArray, "series"]
    kept: Float32[np.ndarray, "series reach scored"]
    count: Int[IntArray, "series"]
    base: Int[IntArray, "series"]
    late: Float[FloatArray, "series horizon cells"]
    usual: Float[FloatArray, "series horizon cells"]
    day: Float[FloatArray, "series phases cells"]

    def fill(self, series: int, scores: Float[FloatArray, "rows horizon"]) -> None:
        """Let these be all that is known of a series: scores for the last steps up to its clock."""
        reach, stride = self.pace.reach, self.pace.stride
        self.kept[series] = np.nan
        for row, step in zip(
            scores[-reach:], np.arange(self.clock[series] + 1)[-len(scores) :][-reach:], strict=True
        ):
            some = places(row[(step - 1) % stride :: stride]).astype(np.float32)
            self.kept[series, step % reach, : len(some)] = some
        self.collect(np.array([series]))

    def collect(self, series: Int[IntArray, "some"]) -> None:
        """Collect the masses of some series from the scores kept."""
        _anew(*self._arrays(), series, self._numbers())

    def advance(self, series: Int[IntArray, "some"], scores: Float[FloatArray, "some horizon"]) -> None:
        """Move some series on by one step.

        scores  of the forecasts for it made 1, 2, … steps before; NaN where none was
        """
        place = places(scores).astype(np.float32)
        _advance(*self._arrays(), series, place, self._numbers())

    def shifts(self, series: Int[IntArray, "some"] | None = None) -> Float[FloatArray, "some horizon levels"]:
        """Normal scores to read the next forecasts' quantiles off at. [some, horizon, levels]

        series  all of them unless given
        """
        chosen = np.arange(len(self.clock)) if series is None else series
        options = np.array([*LEVELS, first_edge(), width_of_cells(), MARGIN])
        worth = np.array([WORTH * self.pace.day, PROMISE * self.pace.day, PHASE_WORTH])
        at = first_edge() + width_of_cells() * np.arange(CELLS)
        edges = np.stack([np.sinh(at), np.cosh(at)])
        found = np.empty((len(chosen), self.horizon, len(LEVELS)))
        _shifts(
            self.clock, self.count, self.base, self.late, self.usual, self.day,
            chosen, self._numbers(), worth, promised(), options, edges, normal_levels(LEVELS), found,
        )  # fmt: skip
        found[..., MEDIAN] = 0.0
        return found

    def copy(self) -> Self:
        """A snapshot, which later steps leave as it is."""
        return copy.deepcopy(self)

    def _arrays(self) -> tuple[np.ndarray, ...]:
        return self.clock, self.kept, self.count, self.base, self.late, self.usual, self.day

    def _numbers(self) -> FloatArray:
        day = self.pace.day
        return np.array(
            [1 / (HALF * day), 1 / (SLOW_HALF * day), self.pace.stride, ANEW * day, self.pace.phases]
        )


def new_tracks(pace: Pace, horizon: int, clock: Int[IntArray, "series"]) -> Tracks:
    """Tracks without scores: nothing moves.

    clock  [series]  newest step of each series
    """
    series, scored = len(clock), -(-horizon // pace.stride)
    late, usual = np.zeros((2, series, horizon, CELLS))
    return Tracks(
        pace=pace,
        horizon=horizon,
        clock=clock.astype(np.int64),
        kept=np.full((series, pace.reach, scored), np.nan, dtype=np.float32),
        count=np.zeros(series, dtype=np.int64),
        base=clock.astype(np.int64),
        late=late,
        usual=usual,
        day=np.zeros((series, pace.phases, CELLS)),
    )


@numba.njit(cache=True, error_model="numpy")
@no_type_check  # numba wants its own functions, not checked ones
def _enter(kept, late, usual, day, row, slot, base, numbers, sign):  # pragma: no cover  # compiled
    """Add the scores of a step's slot to one series' masses, or take them out; how many there are."""
    stride, phases = int(numbers[2]), int(numbers[4])
    fast = sign * stride * 2.0 ** ((row - base) * numbers[0])
    slow = sign * stride * 2.0 ** ((row - base) * numbers[1])
    count, p, first = 0, row % phases, (row - 1) % stride
    for j in range(kept.shape[1]):
        place = np.float64(kept[slot, j])
        k = first + stride * j
        if k < late.shape[0] and not np.isnan(place):
            cell = int(place)
            upper = place - cell
            lower = 1.0 - upper
            late[k, cell] += fast * lower
            late[k, cell + 1] += fast * upper
            usual[k, cell] += slow * lower
            usual[k, cell + 1] += slow * upper
            day[p, cell] += slow * lower
            day[p, cell + 1] += slow * upper
            count += 1
    return count


@numba.njit(cache=True, error_model="numpy")
@no_type_check  # as above
def _anew(clock, kept, count, base, late, usual, day, series, numbers):  # pragma: no cover  # compiled
    """Collect the masses of some series from the scores kept."""
    for i in series:
        late[i], usual[i], day[i], count[i], base[i] = 0.0, 0.0, 0.0, 0, clock[i]
        reach = kept.shape[1]
        for row in range(max(clock[i] - reach + 1, 0), clock[i] + 1):
            count[i] += _enter(kept[i], late[i], usual[i], day[i], row, row % reach, base[i], numbers, 1.0)


@numba.njit(cache=True, error_model="numpy")
@no_type_check  # as above
def _advance(
    clock, kept, count, base, late, usual, day, series, place, numbers
):  # pragma: no cover  # compiled
    """`Tracks.advance`, with scores as places among cells."""
    reach, stride = kept.shape[1], int(numbers[2])
    for n in range(len(series)):
        i = series[n]
        clock[i] += 1
        row, slot = clock[i], clock[i] % reach
        if row >= reach:
            count[i] -= _enter(kept[i], late[i], usual[i], day[i], row - reach, slot, base[i], numbers, -1.0)
        kept[i, slot] = np.nan
        for j, k in enumerate(range((row - 1) % stride, place.shape[1], stride)):
            kept[i, slot, j] = place[n, k]
        # series begin anew in turn, so that no step takes long
        if row - base[i] > numbers[3] and (row + i) % (numbers[3] // 2) == 0:
            _one = np.array([i])
            _anew(clock, kept, count, base, late, usual, day, _one, numbers)
        else:
            count[i] += _enter(kept[i], late[i], usual[i], day[i], row, slot, base[i], numbers, 1.0)


@numba.njit(cache=True, error_model="numpy")
@no_type_check  # as above
def _shifts(
    clock, count, base, late, usual, day, series, numbers, worth, promised, options, edges, unmoved, found
):  # pragma: no cover  # compiled
    """`followed` at the clock of some series, from their masses."""
    horizon, cells, levels, phases = late.shape[1], len(promised), len(unmoved), int(numbers[4])
    mass, whole = np.empty(cells), np.empty(cells)
    by_phase, every = np.empty((phases, levels)), np.empty(levels)
    for n in range(len(series)):
        i = series[n]
        if count[i] == 0:
            found[n] = unmoved
            continue
        fast = 2.0 ** ((base[i] - clock[i]) * numbers[0])
        slow = 2.0 ** ((base[i] - clock[i]) * numbers[1])
        whole[:] = 0.0
        for p in range(phases):
            _blend(1.0, whole, slow, day[i, p], 0.0, whole, whole)
        heard, lent = _sum(whole), worth[2] * horizon
        for step in range(1, min(phases, horizon) + 1):
            p = (clock[i] + step) % phases
            some = _blend(slow, day[i, p], lent / heard, whole, 0.0, whole, mass)
            _quantiles(mass, some + lent, options, edges, by_phase[p])
        _quantiles(whole, heard, options, edges, every)
        for k in range(horizon):
            often = slow * _sum(usual[i, k])
            share = worth[0] / (often + worth[1])
            said = _blend(fast, late[i, k], share * slow, usual[i, k], share * worth[1], promised, mass)
            _quantiles(mass, said + worth[0], options, edges, found[n, k])
            wider = 1.0 + options[levels + 2] * said / (said + worth[0])
            p = (clock[i] + 1 + k) % phases
            for level in range(levels):
                found[n, k, level] = wider * (found[n, k, level] + by_phase[p, level] - every[level])


@numba.njit(cache=True, error_model="numpy", fastmath=True)
@no_type_check  # as above
def _blend(a, x, b, y, c, z, mass):  # pragma: no cover  # compiled
    """Three masses in some proportion; how much of it is the first."""
    first = 0.0
    for cell in range(len(mass)):
        first += a * x[cell]
        mass[cell] = a * x[cell] + b * y[cell] + c * z[cell]
    return first


@numba.njit(cache=True, error_model="numpy", fastmath=True)
@no_type_check  # as above
def _sum(mass):  # pragma: no cover  # compiled
    total = 0.0
    for cell in range(len(mass)):
        total += mass[cell]
    return total


@numba.njit(cache=True, error_model="numpy")
@no_type_check  # as above
def _quantiles(mass, total, options, edges, quantiles):  # pragma: no cover  # compiled
    """The quantiles of all that lies in the cells, each cell's mass spread evenly over it.

    edges  [2, cells]  sinh and cosh of where each cell begins
    """
    width = options[len(quantiles) + 1]
    below, cell = 0.0, 0
    for level in range(len(quantiles)):
        goal = options[level] * total
        while cell < len(mass) - 1 and below + mass[cell] < goal:
            below += mass[cell]
            cell += 1
        here = max(mass[cell], 1e-300)
        b = width * min(max((goal - below) / here, 0.0), 1.0)
        # sinh(a + b); b is at most a cell wide, .04, so that these terms are all there is to double precision
        b2 = b * b
        sinh = b * (1.0 + b2 / 6.0 * (1.0 + b2 / 20.0 * (1.0 + b2 / 42.0)))
        cosh = 1.0 + b2 / 2.0 * (1.0 + b2 / 12.0 * (1.0 + b2 / 30.0 * (1.0 + b2 / 56.0)))
        quantiles[level] = edges[0, cell] * cosh + edges[1, cell] * sinh
