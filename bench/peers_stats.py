"""statsforecast's models as forecasters of a panel, for bench/peers.py."""

import multiprocessing
import warnings
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any, Self

import numpy as np

from gatecast.data import Panel
from gatecast.forecaster import Forecast, Origins
from gatecast.progress import Progress

REMEMBERED = 1344  # steps before an origin that ARIMA is fitted on, or moved on to: eight weeks of hours


def without_intervals(origins: Origins, levels: Sequence[float], point: np.ndarray) -> Forecast:
    """A forecast of which only the points are compared."""
    return Forecast(origins, np.asarray(levels), np.full((*point.shape, len(levels)), np.nan), point)


class Naive:
    """The value one season before, by statsforecast."""

    def __init__(self, horizon: int, season: int) -> None:
        self.horizon = horizon
        self.season = season

    @property
    def name(self) -> str:
        """Its own name."""
        return "SeasonalNaive"

    def learn(self, panel: Panel, progress: Progress) -> Self:
        """There is nothing to learn."""
        del panel, progress
        return self

    def forecast(self, panel: Panel, origins: Origins, levels: Sequence[float]) -> Forecast:
        """From each origin."""
        from statsforecast.models import SeasonalNaive

        model = SeasonalNaive(season_length=self.season)
        point = [
            model.forecast(panel.values[panel.offsets[s] : panel.offsets[s] + p + 1], self.horizon)["mean"]
            for s, p in zip(origins.series, origins.position, strict=True)
        ]
        return without_intervals(origins, levels, np.stack(point))


class Arima:
    """statsforecast's AutoARIMA: orders once for each series, then moved on to the steps before an origin.

    chosen  series it runs on
    limit   seconds it has for one; beyond that the series is forecast by the value one season before
    """

    def __init__(self, horizon: int, season: int, chosen: np.ndarray, limit: float) -> None:
        self.horizon = horizon
        self.season = season
        self.chosen = chosen
        self.limit = limit

    @property
    def name(self) -> str:
        """Its own name."""
        return "AutoARIMA"

    def learn(self, panel: Panel, progress: Progress) -> Self:
        """Fit each series in a process of its own, which can be ended."""
        self.fitted_ = {
            int(i): in_time(self.limit, panel.values[rows], self.regressors(panel, rows), self.season)
            for i in self.chosen
            for rows in [self.before(panel, int(i), int(panel.known_steps[i]))]
        }
        self.learned_ = panel.known_steps
        late = sum(model is None for model in self.fitted_.values())
        if late:
            progress.note(f"AutoARIMA took longer than {self.limit:g} s for {late} of {len(self.fitted_)}")
        return self

    def forecast(self, panel: Panel, origins: Origins, levels: Sequence[float]) -> Forecast:
        """From each origin of a chosen series."""
        point = np.full((len(origins), self.horizon), np.nan)
        for k, (series, position) in enumerate(zip(origins.series, origins.position, strict=True)):
            if int(series) in self.fitted_:
                point[k] = self.one(panel, int(series), int(position) + 1)
        return without_intervals(origins, levels, point)

    def one(self, panel: Panel, series: int, known: int) -> np.ndarray:
        """From one origin."""
        model, rows = self.fitted_[series], self.before(panel, series, known)
        y = panel.values[rows]
        if model is None:
            return np.asarray(np.resize(y[-self.season :], self.horizon))
        ahead = self.regressors(panel, slice(rows.stop, rows.stop + self.horizon))
        if known == self.learned_[series]:
            return np.asarray(model.predict(self.horizon, X=ahead)["mean"])
        told = model.forward(y=y, h=self.horizon, X=self.regressors(panel, rows), X_future=ahead)
        return np.asarray(told["mean"])

    @staticmethod
    def before(panel: Panel, series: int, known: int) -> slice:
        """Rows up to an origin, as many as are remembered."""
        start = int(panel.offsets[series])
        return slice(start + max(0, known - REMEMBERED), start + known)

    @staticmethod
    def regressors(panel: Panel, rows: slice) -> np.ndarray | None:
        """What is known ahead, or nothing."""
        return panel.known[rows].astype(np.float64) if panel.known_names else None


def in_time(limit: float, y: np.ndarray, x: np.ndarray | None, season: int) -> Any:
    """A fitted AutoARIMA, or nothing where that took too long."""
    context = multiprocessing.get_context("fork")  # the library is imported once, not for every series
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=fit_and_send, args=(theirs, y, x, season), daemon=True)
    process.start()
    theirs.close()
    model = ours.recv() if ours.poll(limit) else None
    process.kill()
    process.join()
    return model


def fit_and_send(pipe: Connection, y: np.ndarray, x: np.ndarray | None, season: int) -> None:
    """Fit, and hand the model back."""
    from statsforecast.models import AutoARIMA

    warnings.simplefilter("ignore")
    pipe.send(AutoARIMA(season_length=season, approximation=True).fit(y, X=x))
