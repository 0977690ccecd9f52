"""The envelope: what a series gives at each time of day and year when no cloud is there.

    C(slot, season) = .95 quantile of the share of capacity over days near in season, smoothed, + .02

and its night, the slots in which next to nothing was ever seen on such days. Near in season is within 20
days of the date, in any year; where too few such days were seen, within 20 days of the date on which the
sun stands as high on the other side of the solstice; where there are still too few, the days whose sun
comes nearest. Clearness is a value's share of its envelope.

With a clear sky given, the quantile is of the share of that sky instead, and the sky's own course does
what dates far from any seen day cannot.
"""

from dataclasses import dataclass

import numpy as np

from gatecast._types import BoolArray, FloatArray, IntArray

GRID = 73  # seasons a year, five days each
YEAR = 365.2425  # days
SOLSTICE = 355.0  # days into the year at which the sun turns
REACH = 20.0  # days on either side
ENOUGH = 15  # days that a quantile should rest on
NEAREST = 41
SMOOTHING = 8.0  # days, standard deviation
TOP = 0.95
MARGIN = 0.02  # of capacity
NIGHT = 0.005  # of capacity: the most that may be seen in the dark, from an inverter or a sensor's offset
STILL = 1e-4  # of capacity: what may always be
DEEP = 6  # the sixth of the day with the least is surely night, where there is night at all
FAINT = 0.03  # of 1000 W/m²: no share is taken of a sky this dark
TWILIGHT = 2.0  # hours by which a night is shortened where its season was never seen
DAY = 86_400_000_000  # microseconds


@dataclass(frozen=True)
class Envelope:
    """The envelope of one series, by season and time of day.

    top    [seasons, slots]  share of capacity, or of the clear sky's kW/m²
    night  [seasons, slots]  1 where it is night on all days near in season
    """

    top: FloatArray
    night: FloatArray

    def at(self, times: IntArray, clear: FloatArray | None) -> tuple[FloatArray, BoolArray]:
        """The envelope as a share of capacity, and whether it is night. [rows] each

        times  [rows]  microseconds
        clear  [rows]  W/m², where the envelope was learned with one
        """
        slot, season = slots(times, self.top.shape[1]), seasons_of(times) * GRID
        low = np.floor(season).astype(np.int64) % GRID
        high, share = (low + 1) % GRID, season - np.floor(season)
        top = (1 - share) * self.top[low, slot] + share * self.top[high, slot]
        if clear is not None:
            top = top * clear / 1000.0
        night: BoolArray = (self.night[low, slot] == 1) & (self.night[high, slot] == 1)
        return top + MARGIN, night


def slots(times: IntArray, per_day: int) -> IntArray:
    """Which step of the day each instant falls in, 0 at midnight. [rows]"""
    slot: IntArray = (times % DAY) // (DAY // per_day)
    return slot


def seasons_of(times: IntArray) -> FloatArray:
    """Where in the year each day stands, in [0, 1). [rows]"""
    season: FloatArray = (times // DAY / YEAR) % 1.0
    return season


def fit_envelope(times: IntArray, values: FloatArray, per_day: int, clear: FloatArray | None) -> Envelope:
    """Learn the envelope of one series.

    times   [rows]  microseconds, ascending
    values  [rows]  share of capacity; NaN where unknown
    clear   [rows]  W/m², or None for an envelope of the series alone
    """
    day = times // DAY
    days = int(day[-1] - day[0]) + 1 if len(day) else 1
    at = (day - (day[0] if len(day) else 0), slots(times, per_day))
    share, table = np.full((days, per_day), np.nan), np.full((days, per_day), np.nan)
    table[at] = values
    with np.errstate(divide="ignore", invalid="ignore"):
        share[at] = values if clear is None else np.where(clear > 1000 * FAINT, 1000 * values / clear, np.nan)
    seen = np.flatnonzero(np.isfinite(table).any(axis=1))
    season = seasons_of((seen + day[0]) * DAY) if len(seen) else np.empty(0)
    top, night = np.full((GRID, per_day), np.nan), np.zeros((GRID, per_day))
    seen_by_night = _by_night(table)
    for g in range(GRID):
        near, strange = _near(season, g / GRID)
        if len(near):
            top[g] = _quantile(share[seen[near]])
            night[g] = _dark(table[seen[near]], seen_by_night, strange)
    return Envelope(_smooth(_filled(top)), night)


def _near(season: FloatArray, wanted: float) -> tuple[IntArray, bool]:
    """Which seen days stand for a date, and whether none of them is near it."""
    away = _apart(season, wanted)
    near = np.flatnonzero(away <= REACH)
    if len(near) >= ENOUGH:
        return near, False
    turned = _apart(season, (2 * SOLSTICE / YEAR - wanted) % 1.0)
    best = np.minimum(away, turned)
    near = np.flatnonzero(best <= REACH)
    if len(near) >= ENOUGH:
        return near, False
    near = np.sort(np.argsort(best, kind="stable")[:NEAREST])
    return near, bool(len(best) and best.min() > REACH)


def _apart(season: FloatArray, wanted: float) -> FloatArray:
    """Days between dates, whichever way round the year is shorter."""
    away = np.abs(season - wanted) % 1.0
    apart: FloatArray = np.minimum(away, 1.0 - away) * YEAR
    return apart


def _quantile(share: FloatArray) -> FloatArray:
    """The upper quantile of each slot, NaN where nothing is known. [slots]"""
    known = np.isfinite(share)
    count = known.sum(axis=0)
    ranked = np.sort(np.where(known, share, np.inf), axis=0)
    place = TOP * np.maximum(count - 1, 0)
    low = np.floor(place).astype(np.int64)
    high, column = np.minimum(low + 1, np.maximum(count - 1, 0)), np.arange(share.shape[1])
    with np.errstate(invalid="ignore"):
        found: FloatArray = ranked[low, column] + (place - low) * (ranked[high, column] - ranked[low, column])
    return np.where(count > 0, found, np.nan)


def _by_night(table: FloatArray) -> float:
    """The most that counts as dark: what the deepest night shows, within reason. Share of capacity."""
    most = np.sort(np.nanmax(table, axis=0, initial=0.0))
    return float(np.clip(most[: max(len(most) // DEEP, 1)].max(), STILL, NIGHT))


def _dark(table: FloatArray, most_by_night: float, strange: bool) -> FloatArray:
    """1 where a slot was seen and never lit; shortened at both ends where the season itself is unseen."""
    known = np.isfinite(table)
    most = np.where(known, table, -np.inf).max(axis=0)
    dark: BoolArray = known.any(axis=0) & (most <= most_by_night)
    reach = round(TWILIGHT * len(dark) / 24) if strange else 0
    night = np.ones(len(dark))
    for by in range(-reach, reach + 1):
        night *= np.roll(dark, by)
    return night


def _filled(top: FloatArray) -> FloatArray:
    """Slots never seen take what lies between their neighbours; 1 where nothing was seen at all."""
    filled = top.copy()
    slot = np.arange(top.shape[1])
    for row in filled:
        known = np.isfinite(row)
        if known.any():
            row[~known] = np.interp(slot[~known], slot[known], row[known], period=top.shape[1])
    return np.nan_to_num(filled, nan=1.0)


def _smooth(top: FloatArray) -> FloatArray:
    """A normal kernel over the seasons, round the year. [seasons, slots]"""
    apart = _apart(np.arange(GRID) / GRID, 0.0)
    kernel = np.exp(-0.5 * (apart / SMOOTHING) ** 2)
    kernel /= kernel.sum()
    turned = np.stack([np.roll(top, g, axis=0) for g in range(GRID)])
    return np.asarray(np.einsum("g,gsd->sd", kernel, turned), dtype=np.float64)
