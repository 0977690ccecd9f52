"""Future rows: a panel continued by the steps to be forecast, their known covariates filled.

Arrays in, arrays out: the frame libraries stay in `table`.
"""

from dataclasses import dataclass, replace

import numpy as np

from gatecast._types import BoolArray, FloatArray, IntArray
from gatecast.data.grid import stamps_after, written
from gatecast.data.panel import Panel
from gatecast.errors import CovariateError, OptionError, listed

MOST_AHEAD = 10_000_000  # rows ahead of all series: beyond lies a mistyped horizon, not a question


@dataclass(frozen=True)
class Offered:
    """Known covariates somebody offers for the future.

    series  [rows]  index into the panel, -1 where it has no such series
    times   [rows]  as in `Panel.times`
    known   [rows, known covariates, then given forecasts]
    """

    series: IntArray
    times: IntArray
    known: FloatArray


@dataclass(frozen=True)
class Ahead:
    """The steps ahead of every series and what is known of them.

    times   [series, horizon]
    known   [series, horizon, known covariates, then given forecasts]  NaN where nothing was offered
    unused  rows offered that lie beyond the horizon or belong to no series of the panel
    """

    times: IntArray
    known: FloatArray
    unused: int


def look_ahead(panel: Panel, horizon: int, offered: Offered | None) -> Ahead:
    """The `horizon` steps behind each history, filled from what is offered, else from the panel itself.

    Raises CovariateError if the same step is offered twice, OptionError for more rows than memory holds.
    """
    if len(panel) * horizon > MOST_AHEAD:
        raise OptionError(
            f"horizon={horizon} makes {len(panel) * horizon} rows ahead of {len(panel)} series; "
            f"wanted at most {MOST_AHEAD}: give a shorter horizon, or fewer series at a time"
        )
    times = stamps_after(panel, panel.last_origins(), horizon)
    known = np.full((*times.shape, len(panel.ahead_names)), np.nan)
    own, filled = np.minimum(panel.lengths - panel.known_steps, horizon), panel.ahead
    for i in np.flatnonzero(own):
        start = panel.history(int(i)).stop
        known[i, : own[i]] = filled[start : start + own[i]]
    if offered is None:
        return Ahead(times, known, 0)
    found, place = _find(times, offered)
    twice = np.flatnonzero(np.bincount(place) > 1) if len(place) else place
    if len(twice):
        names = _named(panel, times, twice)
        raise CovariateError(f"{len(twice)} future rows are given twice: {names}; keep one row for each")
    known.reshape(times.size, known.shape[2])[place] = offered.known[found]
    last = panel.times[panel.offsets[:-1] + panel.known_steps - 1]
    past = (offered.series >= 0) & (offered.times <= last[offered.series])
    return Ahead(times, known, int((~found & ~past).sum()))


def _find(times: IntArray, offered: Offered) -> tuple[BoolArray, IntArray]:
    """Which offered rows lie ahead, and where among `times`, counted row by row."""
    stamps = np.unique(times)
    rank = np.minimum(np.searchsorted(stamps, offered.times), len(stamps) - 1)
    key = offered.series * len(stamps) + rank
    wanted = (np.arange(len(times))[:, None] * len(stamps) + np.searchsorted(stamps, times)).ravel()
    place = np.minimum(np.searchsorted(wanted, key), len(wanted) - 1)
    found: BoolArray = (offered.series >= 0) & (stamps[rank] == offered.times) & (wanted[place] == key)
    return found, place[found]


def _named(panel: Panel, times: IntArray, steps: IntArray) -> str:
    series = steps // times.shape[1]
    shown = written(times.ravel()[steps[:5]], panel.frequency, panel.zone)
    return listed([f"{panel.ids[i]} at {t}" for i, t in zip(series[:5], shown, strict=True)], len(steps))


def append(panel: Panel, ahead: Ahead) -> Panel:
    """The panel's history followed by the steps ahead, and nothing else.

    Raises CovariateError naming the steps whose known covariates are absent or infinite.
    """
    _refuse_unknown(panel, ahead)
    series, horizon = ahead.times.shape
    lengths = panel.known_steps + horizon
    offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
    step = np.arange(offsets[-1]) - np.repeat(offsets[:-1], lengths)
    history = step < np.repeat(panel.known_steps, lengths)
    kept = (np.repeat(panel.offsets[:-1], lengths) + step)[history]

    def joined(column: FloatArray, future: FloatArray | float) -> FloatArray:
        full = np.empty((len(step), *column.shape[1:]), dtype=column.dtype)
        full[history], full[~history] = column[kept], future
        return full

    times = np.empty(len(step), dtype=np.int64)
    times[history], times[~history] = panel.times[kept], ahead.times.ravel()
    future, own = ahead.known.reshape(series * horizon, ahead.known.shape[2]), len(panel.known_names)
    return replace(
        panel,
        values=joined(panel.values, np.nan),
        offsets=offsets,
        times=times,
        known=joined(panel.known, future[:, :own]),
        given=joined(panel.given, future[:, own:]),
        past=joined(panel.past, np.nan),
    )


def unknown_steps(ahead: Ahead) -> BoolArray:
    """Steps ahead that lack a known covariate. [series, horizon]"""
    return np.asarray(~np.isfinite(ahead.known).all(axis=2))


def _refuse_unknown(panel: Panel, ahead: Ahead) -> None:
    lacking = unknown_steps(ahead)
    if not lacking.any():
        return
    columns = [n for j, n in enumerate(panel.ahead_names) if not np.isfinite(ahead.known[:, :, j]).all()]
    endless = ", or infinite," if np.isinf(ahead.known).any() else ""
    raise CovariateError(
        f"{listed(columns)} missing{endless} in {lacking.sum()} of {lacking.size} future rows: "
        f"{_named(panel, ahead.times, np.flatnonzero(lacking))}; give them as X_df "
        "(make_future_dataframe makes the frame to fill, get_missing_future lists what is missing)"
    )
