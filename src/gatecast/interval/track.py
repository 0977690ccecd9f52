"""A track of recent scores: quantiles moved as outcomes come in. [kernel]

The scores z of forecasts whose outcome is known at an origin t, weighted by the age of the outcome, have
distributions, and those quantiles:

    usual_k  of step k ahead        weights .5^(age / slow half), with a standard normal of fixed worth: what
                                    calibration on held-out origins promised
    late_k   of step k ahead        weights .5^(age / half), with usual_k of fixed worth
    day_p    of phase p of the day  weights .5^(age / slow half), all steps, with day of fixed worth
    day      of all phases          likewise
    z_k(τ) = (1 + margin · heard) · (late_k(τ) + day_p(τ) - day(τ)),   p = the phase of t + k

The forecast's τ-quantile is read off at z_k(τ); without any score, at τ itself. Only outcomes up to t count,
so moving along with each value that arrives and replaying a history are the same thing.

After Barber, Candès, Ramdas & Tibshirani, Conformal prediction beyond exchangeability (2023): weights that
fall with age bound what a drift can cost. The margin makes up for how few scores the
weights leave, and those of one day much alike.
"""

import math
from dataclasses import dataclass, replace
from functools import cache
from statistics import NormalDist
from typing import no_type_check

import numba
import numpy as np
from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray
from gatecast.interval.quantile import LEVELS, MEDIAN
from gatecast.interval.score import FARTHEST, normal_levels

HALF, SLOW_HALF = 4.0, 21.0  # days, after which a score counts half: lately, usually
REACH = 42  # days looked back
WORTH = 4.0  # days of scores that the usual distribution counts as much as
PROMISE = 10.0  # days of scores that the promise counts as much as in the usual one
PHASE_WORTH = 8.0  # days of scores that all phases count as much as in one
MARGIN = 0.06  # how much wider where recent scores say all
FEWEST = 24  # steps that count as a day where the first season is shorter
READ = 24  # origins of a day whose forecasts are scored
CELLS = 220  # of the distribution of scores, of equal size in asinh z


@dataclass(frozen=True)
class Pace:
    """How a track follows a series.

    phases  steps of the first season
    day     steps that count as a day
    stride  steps from one scored origin to the next
    """

    phases: int
    day: int
    stride: int

    @property
    def reach(self) -> int:
        """How many outcomes back a track looks, in steps."""
        return REACH * self.day


def pace_of(season: int) -> Pace:
    """The pace of a series by its first season.

    >>> pace_of(48), pace_of(1)
    (Pace(phases=48, day=48, stride=2), Pace(phases=1, day=24, stride=1))
    """
    day = max(season, FEWEST)
    return Pace(max(season, 1), day, max(day // READ, 1))


@dataclass(frozen=True)
class Track:
    """The scores of the latest outcomes of one series: all that its next quantiles depend on.

    scores  [reach, horizon]  of forecasts for each step, made 1, 2, … steps before; NaN where none was
    phase   of the newest step within the first season
    """

    pace: Pace
    scores: Float[FloatArray, "reach horizon"]
    phase: int

    def advance(self, scores: Float[FloatArray, "new horizon"]) -> "Track":
        """The track once more outcomes are known. scores: [new, horizon], oldest first"""
        kept = np.concatenate([self.scores, scores])[-len(self.scores) :]
        return replace(self, scores=kept, phase=(self.phase + len(scores)) % self.pace.phases)

    def shifts(self) -> Float[FloatArray, "horizon levels"]:
        """Normal scores to read the next forecast's quantiles off at. [horizon, levels]"""
        newest, horizon = len(self.scores) - 1, self.scores.shape[1]
        phase = (self.phase + np.arange(-newest, horizon + 1)) % self.pace.phases
        shifts: FloatArray = followed(self.scores, phase, np.array([newest]), self.pace)[0]
        return shifts


def new_track(pace: Pace, horizon: int, phase: int) -> Track:
    """A track without scores: nothing moves. `phase` is that of the newest known step."""
    return Track(pace, np.full((pace.reach, horizon), np.nan), phase % pace.phases)


def by_outcome(
    scores: Float[FloatArray, "replayed horizon"],
    position: Int[IntArray, "replayed"],
    first: int,
    steps: int,
) -> Float[FloatArray, "steps horizon"]:
    """Scores of forecasts, laid out by the step they were for. [steps, horizon]

    position  [replayed]  where each forecast was made
    first     step of the first row
    """
    horizon = scores.shape[1]
    rows = np.full((steps, horizon), np.nan)
    for k in range(horizon):
        row = position + k + 1 - first
        inside = (row >= 0) & (row < steps)
        rows[row[inside], k] = scores[inside, k]
    return rows


def followed(
    scores: Float[FloatArray, "time horizon"],
    phase: Int[IntArray, "longer"],
    at: Int[IntArray, "origins"],
    pace: Pace,
) -> Float[FloatArray, "origins horizon levels"]:
    """Normal scores to read quantiles off at, from each origin. [origins, horizon, levels]

    scores  [time, horizon]  by the step forecast
    phase   [time + horizon or more]  of each step and those ahead of it
    at      [origins]        rows of `scores`; none behind it is read
    """
    x = normal_levels(LEVELS)
    age = np.arange(pace.reach) / pace.day
    weights = pace.stride * np.stack([0.5 ** (age / HALF), 0.5 ** (age / SLOW_HALF)])
    worth = np.array([WORTH * pace.day, PROMISE * pace.day, PHASE_WORTH])
    moved = _follow(
        places(scores).astype(np.float32).astype(np.float64),  # as `Tracks` keeps them
        np.ascontiguousarray(phase, dtype=np.int64),
        np.ascontiguousarray(at, dtype=np.int64),
        weights,
        worth,
        promised(),
        np.array([*LEVELS, first_edge(), width_of_cells(), MARGIN]),
        pace.phases,
    )
    silent = np.isnan(moved)
    result: FloatArray = np.where(silent, x, moved)
    result[..., MEDIAN] = 0.0
    return result


@cache
def _edges() -> Float[FloatArray, "edges"]:
    far = math.asinh(FARTHEST)
    return np.linspace(-far, far, CELLS + 1)


def places(scores: Float[FloatArray, "*steps"]) -> Float[FloatArray, "*steps"]:
    """Where scores lie among the cells, counted from the middle of the first one. [...]"""
    place = (np.arcsinh(np.clip(scores, -FARTHEST, FARTHEST)) - first_edge()) / width_of_cells() - 0.5
    found: FloatArray = np.clip(place, 0.0, CELLS - 1.001)
    return found


def first_edge() -> float:
    """Where the cells begin."""
    return float(_edges()[0])


def width_of_cells() -> float:
    """Of each cell."""
    return float(_edges()[1] - _edges()[0])


@cache
def promised() -> Float[FloatArray, "cells"]:
    """How much of a standard normal lies in each cell. [cells]"""
    below = np.array([NormalDist().cdf(math.sinh(edge)) for edge in _edges()])
    below[0], below[-1] = 0.0, 1.0
    return np.diff(below)


@numba.njit(cache=True, nogil=True)
@no_type_check  # numba wants its own functions, not checked ones
def _follow(
    place: FloatArray,
    phase: IntArray,
    at: IntArray,
    weights: FloatArray,
    worth: FloatArray,
    promised: FloatArray,
    options: FloatArray,
    phases: int,
) -> FloatArray:  # pragma: no cover  # compiled
    """`followed`, with scores as places among cells; NaN from origins that no score lies before."""
    horizon, cells, count = place.shape[1], len(promised), len(options) - 3
    moved = np.full((len(at), horizon, count), np.nan)
    fast, slow = np.empty((horizon, cells)), np.empty((horizon, cells))
    day = np.empty((phases + 1, cells))  # the last row for all phases
    usual = np.empty((horizon, cells))
    by_step, by_phase = np.empty((horizon, count)), np.empty((phases + 1, count))
    for n in range(len(at)):
        _collect(place, phase, at[n], weights, fast, slow, day)
        for p in range(phases):
            day[phases] += day[p]
        heard = day[phases].sum()
        if heard == 0.0:
            continue
        day[phases] /= heard
        for k in range(horizon):
            usual[k] = (slow[k] + worth[1] * promised) / (slow[k].sum() + worth[1])
            _read(fast[k], worth[0], usual[k], options, by_step[k])
        for p in range(phases + 1):
            _read(day[p], worth[2] * horizon, day[phases], options, by_phase[p])
        for k in range(horizon):
            heard = fast[k].sum()
            wider = 1.0 + options[count + 2] * heard / (heard + worth[0])
            p = phase[at[n] + 1 + k]
            for level in range(count):
                both = by_step[k, level] + by_phase[p, level] - by_phase[phases, level]
                moved[n, k, level] = wider * both
    return moved


@numba.njit(cache=True)
@no_type_check  # as above
def _collect(
    place: FloatArray,
    phase: IntArray,
    at: int,
    weights: FloatArray,
    fast: FloatArray,
    slow: FloatArray,
    day: FloatArray,
) -> None:  # pragma: no cover  # compiled
    """The weights of all scores up to one origin, by cell: of each step late and usual, of each phase."""
    fast[:], slow[:], day[:] = 0.0, 0.0, 0.0
    for age in range(min(weights.shape[1], at + 1)):
        row = at - age
        p, late, usually = phase[row], weights[0, age], weights[1, age]
        for k in range(place.shape[1]):
            if not np.isnan(place[row, k]):
                cell = int(place[row, k])  # shared with the next one: no score jumps when it rounds
                upper = place[row, k] - cell
                lower = 1.0 - upper
                fast[k, cell] += late * lower
                fast[k, cell + 1] += late * upper
                slow[k, cell] += usually * lower
                slow[k, cell + 1] += usually * upper
                day[p, cell] += usually * lower
                day[p, cell + 1] += usually * upper


@numba.njit(cache=True)
@no_type_check  # as above
def _read(
    mass: FloatArray, worth: float, promised: FloatArray, options: FloatArray, quantiles: FloatArray
) -> None:  # pragma: no cover  # compiled
    """The quantiles of scores and promise together, each cell's mass spread evenly over it."""
    first, width = options[len(quantiles)], options[len(quantiles) + 1]
    total = mass.sum() + worth
    below, cell = 0.0, 0
    for level in range(len(quantiles)):
        goal = options[level] * total
        while cell < len(mass) - 1 and below + mass[cell] + worth * promised[cell] < goal:
            below += mass[cell] + worth * promised[cell]
            cell += 1
        here = max(mass[cell] + worth * promised[cell], 1e-300)
        quantiles[level] = math.sinh(first + width * (cell + min(max((goal - below) / here, 0.0), 1.0)))
