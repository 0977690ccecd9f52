"""The table door: how any forecaster meets a table."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Self

import numpy as np

from gatecast.backtest import cross_validate
from gatecast.data import (
    Panel,
    Reading,
    Schema,
    extend,
    forecast_frame,
    make_future,
    missing_future,
    panel_from,
)
from gatecast.errors import OptionError
from gatecast.forecaster import Origins, probabilities
from gatecast.front.current import Current, Frame
from gatecast.front.options import distinct, options_of, refuse_odd_seed, same
from gatecast.front.reporting import Warnings, reports_of
from gatecast.front.snapshot import Snapshot, snapshot_of
from gatecast.front.steps import foreseen_in
from gatecast.front.stream import Stream
from gatecast.progress import Noting, Progress

FITTED = ("reading_", "panel_", "notes_", "_standing", "_trail", "_recent", "_news")


class TableDoor(Current):
    """A forecaster that is fitted on a table and forecasts in a table of the same kind.

    A subclass implements `learn` and `forecast`. One with options of its own names them all in `__init__`,
    stores its own there under their names, and does no work. What fitting finds ends in an underscore:
    `panel_`, `reading_` and `notes_`, what was treated or fell back, in words.
    """

    def fit(
        self,
        df: Frame,
        *,
        id_col: str = "unique_id",
        time_col: str = "ds",
        target_col: str = "y",
        freq: str | int | None = None,
        zone: str | None = None,
        progress: Progress | bool | None = None,
    ) -> Self:
        """Learn from a table.

        df        pandas or polars DataFrame or pyarrow Table; without `unique_id` it is one series
        freq      step between rows, such as "30min", "h", "D" or 1; inferred unless given
        zone      IANA zone people live in, where stamps are naive or in UTC
        progress  True draws bars

        Raises OptionError for an option, TableError for a table that is not what it must be.
        """
        reports = Noting(reports_of(progress))
        schema = self._schema(id_col, time_col, target_col)
        reading = panel_from(df, schema, freq=freq, season=self.season, zone=zone)
        for note in reading.notes:
            reports.note(note)
        panel = self._with_holidays(reading.panel)
        for earlier in FITTED:  # a fit cut short leaves no half of the old one behind
            self.__dict__.pop(earlier, None)
        return self.learn(panel, reports).keep(reading, panel, reports.notes)

    def keep(self, reading: Reading, panel: Panel, notes: tuple[str, ...]) -> Self:
        """Know the table behind the panel given to `learn`, as `fit` does, so that `predict` goes on from it.

        panel  the reading's, with its holidays
        """
        self.reading_, self.panel_, self.notes_ = reading, panel, notes
        return self

    def predict(
        self, level: Sequence[float] = (80, 95), X_df: Frame | None = None, *, parts: bool = False
    ) -> Frame:
        """Forecast the `horizon` steps behind each series, in a table of the kind that was fitted.

        level  widths of central intervals in percent
        X_df   ids, times and known covariates of these steps, where there are any
        parts  add the linear and the memory part, and the pool's where it has members that are not linear:
               they sum to the forecast

        Raises NotFittedError before `fit`, CovariateError naming the steps whose known covariates lack.
        """
        layout, standing = self._layout(), self.standing_
        quantiles = probabilities(distinct(level))
        if standing is None:
            panel = self._continued(self.reading_.panel, X_df)
            forecast = self._ahead(panel, quantiles)
        else:  # all that is needed of the history is its end
            recent = self._came()
            panel = self._continued(recent.tail, X_df)
            forecast = standing.ahead(foreseen_in(panel, self.horizon), quantiles)
            origins = forecast.origins
            shown = Origins(origins.series, origins.position - recent.before[origins.series])
            forecast = replace(forecast, origins=shown)
        if parts and forecast.linear_part is None:
            raise OptionError(f"parts=True but {self.name} has no parts; leave it out, or use Hybrid")
        return forecast_frame(forecast, panel, layout, self.name, distinct(level), parts=parts)

    def cross_validation(
        self,
        df: Frame | None = None,
        n_windows: int = 8,
        step_size: int | None = None,
        refit: bool = False,
        level: Sequence[float] = (80, 95),
        *,
        id_col: str = "unique_id",
        time_col: str = "ds",
        target_col: str = "y",
        freq: str | int | None = None,
        zone: str | None = None,
        progress: Progress | bool | None = None,
    ) -> Frame:
        """Forecast from rolling origins of a table: id, time, cutoff, target and the forecast's columns.

        df         the table; the one that was fitted unless given
        n_windows  origins of each series
        step_size  steps between origins; the horizon unless given
        refit      learn anew at each origin rather than once, before the first

        This forecaster stays as it was. Raises SeriesError if a series is too short for its windows.
        """
        reports, quantiles = reports_of(progress), probabilities(distinct(level))
        schema = self._schema(id_col, time_col, target_col)
        if df is None:
            reading = self._fitted()
        else:
            reading = panel_from(df, schema, freq=freq, season=self.season, zone=zone)
            for note in reading.notes:
                reports.note(note)
        panel = self._with_holidays(reading.panel)
        fresh = type(self)(**self.get_params())
        backtest = cross_validate(
            [fresh],
            panel,
            n_windows=n_windows,
            step=step_size,
            levels=quantiles,
            refit=refit,
            progress=reports,
        )
        (forecast,) = backtest.forecasts.values()
        return forecast_frame(
            forecast, panel, reading.layout, self.name, distinct(level), cutoff=True, actual=True
        )

    def ahead(self, X_df: Frame | None = None) -> Panel:
        """The fitted panel continued by the steps `predict` forecasts, their known covariates filled.

        Raises NotFittedError before `fit`, CovariateError naming the steps whose known covariates lack.
        """
        return self._continued(self._fitted().panel, X_df)

    def make_future_dataframe(self) -> Frame:
        """The ids and times `predict` forecasts: fill in the known covariates and give it as `X_df`."""
        layout = self._layout()
        return make_future(self._came().tail, layout, self.horizon)

    def get_missing_future(self, X_df: Frame | None = None) -> Frame:
        """The ids and times for which `X_df` lacks a known covariate; empty when nothing lacks."""
        layout = self._layout()
        return missing_future(self._came().tail, layout, self.horizon, X_df)

    def stream(self) -> Stream:
        """Where the model stands, for a service: arrays in, arrays out; this model stays as it is.

        Raises NotFittedError before `fit`.
        """
        self._layout()
        standing, tail = self._standing_anyhow(), self._came().tail
        self._as_fitted(tail)
        return Stream(standing.copy(), tail, self.horizon, self.holidays)

    def snapshot(self) -> Snapshot:
        """What the model remembers behind the last row of each series, by name; `compare` holds two together.

        Raises NotFittedError before `fit`.
        """
        layout = self._layout()
        return snapshot_of(self.name, self._standing_anyhow(), self.__dict__["reading_"].panel, layout)

    def __repr__(self) -> str:
        defaults = {name: p.default for name, p in options_of(type(self)).items()}
        given = {n: v for n, v in self.get_params().items() if not same(v, defaults[n])}
        return f"{type(self).__name__}({', '.join(f'{n}={v!r}' for n, v in given.items())})"

    def _schema(self, id_col: str, time_col: str, target_col: str) -> Schema:
        horizon: object = self.horizon
        if isinstance(horizon, bool) or not isinstance(horizon, int | np.integer) or horizon < 1:
            raise OptionError(f"horizon={horizon!r} is no number of steps; wanted a whole number from 1")
        refuse_odd_seed(getattr(self, "seed", 0))
        given = getattr(self, "given", ())  # an option of those that can follow forecasts made elsewhere
        roles = {"known": self.known, "past": self.past, "static": self.static, "given": given}
        return Schema(id_col, time_col, target_col, **roles)  # type: ignore[arg-type]  # any list of names

    def _continued(self, panel: Panel, X_df: Frame | None) -> Panel:
        """Histories, or their ends, with the steps ahead."""
        return self._as_fitted(extend(panel, self._layout(), self.horizon, X_df, Warnings()))
