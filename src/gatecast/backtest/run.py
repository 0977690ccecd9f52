"""Rolling origins: how any forecaster would have done, had it stood there at the time."""

import copy
import time
from collections.abc import Callable, Sequence

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.backtest.record import Backtest
from gatecast.backtest.scores import seasonal_scale
from gatecast.data import Panel
from gatecast.errors import OptionError, SeriesError, listed
from gatecast.forecaster import Forecast, Forecaster, Origins
from gatecast.interrupt import at_once
from gatecast.progress import Progress, Silent

# The deciles make the CRPS an even integral; the tails add the 95 % interval.
LEVELS = (0.025, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.975)
# A scale, and a lag, need two values: models that need more say so themselves.
_LEAST_HISTORY = 2


def cross_validate(
    forecasters: Sequence[Forecaster],
    panel: Panel,
    *,
    n_windows: int,
    step: int | None = None,
    levels: Sequence[float] = LEVELS,
    refit: bool = False,
    progress: Progress | None = None,
) -> Backtest:
    """Forecast from rolling origins counted back from the end of each series' history.

    Each series' last origin leaves exactly `horizon` known steps behind it; the others lie `step` apart
    before it. Models are copied: those handed in stay as they were. Learning sees the panel as it stood at
    a series' first origin or, with `refit`, at each origin; forecasting never sees the last `horizon`
    steps. Models of the same name are told apart by a number.

    forecasters  all with the same horizon
    n_windows    origins of each series
    step         steps between origins; the horizon unless given
    levels       quantiles to forecast, probabilities in (0, 1)
    refit        learn anew at each origin

    Raises OptionError for an option outside what it may be, or horizons that differ; SeriesError if a
    series is too short for its windows.
    """
    progress = Silent() if progress is None else progress
    horizon = _shared_horizon(forecasters)
    step = horizon if step is None else step
    _check_counts(n_windows, step)
    probabilities = _checked_levels(levels)
    origins, window = _rolling_origins(panel, horizon, n_windows, step)
    rows = panel.offsets[origins.series] + origins.position
    forecasts, seconds = {}, {}
    with at_once():  # a model cut short by Ctrl-C must not be compared with others
        for name, forecaster in _named(forecasters, progress).items():
            forecasts[name], seconds[name] = _run_one(
                name, forecaster, panel, origins, window, probabilities, refit, progress
            )
    return Backtest(
        panel=panel,
        origins=origins,
        window=window,
        actual=panel.values[rows[:, None] + np.arange(1, horizon + 1)],
        forecasts=forecasts,
        seconds=seconds,
        levels=probabilities,
        scale=_scales(panel, _ends(panel, origins, np.min)),
        n_windows=n_windows,
        step=step,
        refit=refit,
    )


def _run_one(
    name: str,
    forecaster: Forecaster,
    panel: Panel,
    origins: Origins,
    window: IntArray,
    levels: FloatArray,
    refit: bool,
    progress: Progress,
) -> tuple[Forecast, tuple[float, float]]:
    """Learn and forecast with one model: once for all windows, or anew for each."""
    n_windows = int(window.max()) + 1
    rounds = [window == w for w in range(n_windows)] if refit else [window >= 0]
    parts, learning, forecasting = [], 0.0, 0.0
    with progress.task(name, total=n_windows) as task:
        for chosen in rounds:
            here = origins.where(chosen)
            begun = time.perf_counter()
            learned = copy.deepcopy(forecaster).learn(panel.seen_until(_ends(panel, here, np.min)), progress)
            ready = time.perf_counter()
            seen = panel.seen_until(_ends(panel, here, np.max))
            forecast = learned.forecast(seen, here, tuple(float(q) for q in levels))
            learning, forecasting = learning + ready - begun, forecasting + time.perf_counter() - ready
            parts.append(_checked_forecast(name, forecast, here, levels, forecaster.horizon))
            task.advance(n_windows // len(rounds))
    whole = parts[0] if len(parts) == 1 else _woven(parts, origins, window)
    missing = int((~np.isfinite(whole.quantiles).all(axis=(1, 2))).sum())
    if missing:
        progress.note(f"{name} gave no number for some step of {missing} of {len(origins)} origins")
    return whole, (learning, forecasting)


def _ends(panel: Panel, origins: Origins, pick: Callable[[IntArray], int]) -> IntArray:
    """Known steps of each series as of its earliest (np.min) or latest (np.max) of these origins. [series]"""
    return np.array([pick(origins.position[origins.series == i]) + 1 for i in range(len(panel))])


def _woven(parts: list[Forecast], origins: Origins, window: IntArray) -> Forecast:
    """One forecast of all origins from one per window."""
    order = np.argsort(np.concatenate([np.flatnonzero(window == w) for w in range(len(parts))]))

    def joined(arrays: list[FloatArray | None]) -> FloatArray | None:
        there = [a for a in arrays if a is not None]
        return np.concatenate(there)[order] if len(there) == len(arrays) else None

    return Forecast(
        origins=origins,
        levels=parts[0].levels,
        quantiles=np.concatenate([p.quantiles for p in parts])[order],
        point=np.concatenate([p.point for p in parts])[order],
        linear_part=joined([p.linear_part for p in parts]),
        memory_part=joined([p.memory_part for p in parts]),
    )


def _rolling_origins(panel: Panel, horizon: int, n_windows: int, step: int) -> tuple[Origins, IntArray]:
    """Every origin and its window, series by series, earliest window first."""
    reach = horizon + (n_windows - 1) * step
    _check_lengths(panel, horizon, n_windows, step, need=reach + _LEAST_HISTORY)
    series = np.repeat(np.arange(len(panel), dtype=np.int64), n_windows)
    window = np.tile(np.arange(n_windows, dtype=np.int64), len(panel))
    position = panel.known_steps[series] - 1 - reach + window * step
    return Origins(series, position.astype(np.int64)), window


def _check_lengths(panel: Panel, horizon: int, n_windows: int, step: int, need: int) -> None:
    if len(panel) == 0:
        raise SeriesError("the panel holds no series; give at least one")
    known = panel.known_steps
    short = [f"{panel.ids[i]!s} has {known[i]}" for i in np.flatnonzero(known < need)]
    if not short:
        return
    fit = (int(known.min()) - horizon - _LEAST_HISTORY) // step + 1
    fewer = f"ask for at most {fit}" if fit > 0 else "ask for fewer"
    raise SeriesError(
        f"{n_windows} windows of {horizon} steps, {step} apart, need {need} known steps of every series: "
        f"{listed(short)}; {fewer} windows, a smaller step or a shorter horizon, or leave short series out"
    )


def _scales(panel: Panel, known_steps: IntArray) -> FloatArray:
    """MASE's denominator of each series, from its first `known_steps` steps. [series]"""
    season = panel.seasons[0] if panel.seasons else 1
    starts = panel.offsets[:-1]
    return np.array(
        [
            seasonal_scale(panel.values[start : start + known], season)
            for start, known in zip(starts, known_steps, strict=True)
        ]
    )


def _named(forecasters: Sequence[Forecaster], progress: Progress) -> dict[str, Forecaster]:
    """Forecasters by name; a name that comes again gets a number."""
    named: dict[str, Forecaster] = {}
    for forecaster in forecasters:
        name, count = forecaster.name, 1
        while name in named:
            count += 1
            name = f"{forecaster.name} {count}"
        if count > 1:
            progress.note(f"two models are called {forecaster.name}; the later one is shown as {name!r}")
        named[name] = forecaster
    return named


def _shared_horizon(forecasters: Sequence[Forecaster]) -> int:
    if not forecasters:
        raise OptionError("there is no model to compare; give at least one forecaster")
    horizons = {f.horizon for f in forecasters}
    if len(horizons) > 1:
        seen = listed([f"{f.name} {f.horizon}" for f in forecasters])
        raise OptionError(f"models cannot be compared at different horizons: {seen}; give all the same one")
    return horizons.pop()


def _check_counts(n_windows: int, step: int) -> None:
    for name, value in (("n_windows", n_windows), ("step", step)):
        whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
        if not whole or value < 1:
            raise OptionError(f"{name} is {value!r}; it must be a whole number, 1 or more")


def _checked_levels(levels: Sequence[float]) -> FloatArray:
    probabilities = np.unique(np.asarray(levels, dtype=np.float64))
    outside = probabilities[~((probabilities > 0) & (probabilities < 1))]
    if len(outside) or len(probabilities) == 0:
        seen = listed([f"{q:g}" for q in outside]) or "empty"
        raise OptionError(
            f"levels are probabilities between 0 and 1, but these are {seen}; "
            f"an interval of 80 % takes 0.1 and 0.9"
        )
    return probabilities


def _checked_forecast(
    name: str, forecast: Forecast, origins: Origins, levels: FloatArray, horizon: int
) -> Forecast:
    """Hold a forecaster to its protocol: a defect of the model, not of the caller."""
    wanted = (len(origins), horizon, len(levels))
    same_origins = np.array_equal(forecast.origins.series, origins.series) and np.array_equal(
        forecast.origins.position, origins.position
    )
    if forecast.quantiles.shape != wanted or not same_origins or not np.allclose(forecast.levels, levels):
        raise ValueError(
            f"{name} was asked for {wanted} [origins, horizon, levels] and answered "
            f"{forecast.quantiles.shape}, or for other origins or levels than asked"
        )
    return forecast
