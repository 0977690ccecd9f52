"""What a solar model reads of each row: weather, season, the sun, time of day and the past.

Columns of a row, in order: the weather (each known covariate in standard deviations, wet ones on a
logarithm; of each one that is dark by night its share of its own envelope), then season, envelope, the sun
where a site is given, time of day, series, static covariates. Neighbouring steps add their weather.
"""

from dataclasses import dataclass

import numpy as np

from gatecast._types import BoolArray, FloatArray, IntArray
from gatecast.data import Panel, Sites, sky_of
from gatecast.errors import CovariateError
from gatecast.solar.envelope import SOLSTICE, YEAR, Envelope, seasons_of, slots
from gatecast.solar.history import Past, follow

CLIP = 4.0  # standard deviations
MOST_SERIES, MOST_SLOTS = 24, 24  # that get a column of their own
MOST_CLEARNESS = 1.5
READABLE = 0.06  # of capacity: a lower envelope makes clearness a quotient of two small numbers
WAVES = 4  # columns of season; the first tells how high the sun stands, the others which date it is


@dataclass(frozen=True)
class Inputs:
    """What was learned of a panel before any training; shares are of capacity.

    capacity   [series]  unit of the series
    constant   [series]  the only value ever seen, as a share; NaN where there were several
    envelopes  of each series
    wet        [known]   scale of the logarithm, 0 for none
    sunny      [sunny]   known covariates that are dark by night
    size       [series, sunny]  largest value of each
    skies      envelopes of those, series by series
    centre, factor  [columns]   how columns are scaled; a factor of 0 silences one that never varies
    past_centre, past_factor  [past]
    usual      [columns + 1]    a plain line from columns to clearness, its constant last
    """

    capacity: FloatArray
    constant: FloatArray
    envelopes: tuple[Envelope, ...]
    wet: FloatArray
    sunny: IntArray
    size: FloatArray
    skies: tuple[Envelope, ...]
    centre: FloatArray
    factor: FloatArray
    past_centre: FloatArray
    past_factor: FloatArray
    usual: FloatArray
    per_day: int
    known_names: tuple[str, ...]
    past_names: tuple[str, ...]
    static_names: tuple[str, ...]


@dataclass(frozen=True)
class Rows:
    """Every row of a panel as a solar model reads it.

    x         [rows, columns]
    weather   leading columns that neighbouring steps lend
    envelope  [rows]  share of capacity
    lit       [rows]
    target    [rows]  share of capacity, within [0, 1]; NaN where unknown or dark
    past      what was known at each row
    hours     length of a step
    """

    x: FloatArray
    weather: int
    envelope: FloatArray
    lit: BoolArray
    target: FloatArray
    past: Past
    hours: float


def read_rows(inputs: Inputs, panel: Panel, site: Sites | None) -> Rows:
    """Read a panel. Raises CovariateError if its covariates are not the ones learned."""
    learned = (inputs.known_names, inputs.past_names, inputs.static_names)
    if learned != (panel.known_names, panel.past_names, panel.static_names):
        raise CovariateError(
            f"the covariates are {list(panel.known_names + panel.past_names + panel.static_names)}, but the "
            f"model learned from {list(sum(learned, ()))}; give the same ones, in the same order"
        )
    raw, weather, envelope, lit = columns_of(inputs, panel, site)
    x = np.clip((raw - inputs.centre) * inputs.factor, -CLIP, CLIP)
    x = np.nan_to_num(x)  # a covariate that is missing says what it says on average
    shares = shares_of(panel, inputs.capacity)
    clearness = clearness_of(shares, envelope, lit)
    surprise = clearness - np.clip(x @ inputs.usual[:-1] + inputs.usual[-1], 0.0, MOST_CLEARNESS)
    beside = np.clip((panel.past - inputs.past_centre) * inputs.past_factor, -CLIP, CLIP)
    hours = 24.0 / inputs.per_day
    past = follow(surprise, beside, panel.offsets, hours)
    return Rows(x, weather, envelope, lit, np.where(lit, shares, np.nan), past, hours)


def shares_of(panel: Panel, capacity: FloatArray) -> FloatArray:
    """Values as shares of capacity, within the bounds. [rows]"""
    shares: FloatArray = np.clip(panel.values / np.repeat(capacity, panel.lengths), 0.0, 1.0)
    return shares


def columns_of(
    inputs: Inputs, panel: Panel, site: Sites | None
) -> tuple[FloatArray, int, FloatArray, BoolArray]:
    """Columns before scaling [rows, columns], how many are weather, the envelope and what is lit."""
    sky = None if site is None else sky_of(panel, site)
    envelope, lit = np.empty(len(panel.times)), np.empty(len(panel.times), dtype=bool)
    sunlight = np.empty((len(panel.times), len(inputs.sunny)))
    for i in range(len(panel)):
        rows = panel.rows(i)
        times, clear = panel.times[rows], None if sky is None else sky.clear[rows]
        envelope[rows], night = inputs.envelopes[i].at(times, clear)
        lit[rows] = ~night if sky is None else ~(night | sky.night[rows])
        for j, column in enumerate(inputs.sunny):
            usual, _ = inputs.skies[j * len(panel) + i].at(times, clear)
            sunlight[rows, j] = np.clip(
                panel.known[rows, column] / inputs.size[i, j] / usual, 0, MOST_CLEARNESS
            )
    wet = inputs.wet > 0
    weather = panel.known.copy()
    weather[:, wet] = np.log1p(np.maximum(weather[:, wet], 0.0) / inputs.wet[wet])
    phase = 2 * np.pi * (seasons_of(panel.times) - SOLSTICE / YEAR)
    waves = [f(k * phase) for k in (1, 2) for f in (np.cos, np.sin)]
    sun = [] if sky is None else [sky.elevation, sky.clear]
    per = -(-inputs.per_day // MOST_SLOTS)
    slot = slots(panel.times, inputs.per_day) // per
    hour = (slot[:, None] == np.arange(inputs.per_day // per)).astype(np.float64)
    whose = np.repeat(np.arange(len(panel)), panel.lengths)
    series = (whose[:, None] == np.arange(len(panel) if 1 < len(panel) <= MOST_SERIES else 0)).astype(
        np.float64
    )
    parts = [weather, sunlight, *waves, envelope, *sun, hour, series, panel.static[whose]]
    return np.column_stack(parts), weather.shape[1] + sunlight.shape[1], envelope, lit


def clearness_of(shares: FloatArray, envelope: FloatArray, lit: BoolArray) -> FloatArray:
    """What came as a share of the envelope, where that can be told. [rows]"""
    readable = lit & (envelope >= READABLE)
    clearness: FloatArray = np.where(readable, np.clip(shares / envelope, 0, MOST_CLEARNESS), np.nan)
    return clearness
