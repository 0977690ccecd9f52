"""The table door: how any forecaster meets a table."""

import inspect
import warnings
from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, Self, TypeAlias

import numpy as np

from gatecast.backtest import cross_validate
from gatecast.bars import Bars
from gatecast.data import (
    Panel,
    Reading,
    Schema,
    add_holidays,
    extend,
    forecast_frame,
    make_future,
    missing_future,
    panel_from,
)
from gatecast.errors import NotFittedError, OptionError, listed
from gatecast.forecaster import Forecast, Origins, probabilities
from gatecast.progress import Noting, Progress, Silent
from gatecast.watch import Watching

FITTED = ("reading_", "panel_", "notes_", "watch_")
Frame: TypeAlias = Any  # a pandas or polars DataFrame or a pyarrow Table: what comes in goes out


class TableDoor(Watching):
    """A forecaster that is fitted on a table and forecasts in a table of the same kind.

    A subclass implements `learn` and `forecast`. One with options of its own names them all in `__init__`,
    stores its own there under their names, and does no work. What fitting finds ends in an underscore:
    `panel_`, `reading_` and `notes_`, what was treated or fell back, in words.
    """

    def __init__(
        self,
        horizon: int,
        season: int | Sequence[int] | None = None,
        known: Sequence[str] = (),
        past: Sequence[str] = (),
        static: Sequence[str] = (),
        holidays: str | None = None,
    ) -> None:
        self.horizon = horizon
        self.season = season
        self.known = known
        self.past = past
        self.static = static
        self.holidays = holidays

    @abstractmethod
    def learn(self, panel: Panel, progress: Progress) -> Self:
        """Fit on every known value of the panel."""

    @abstractmethod
    def forecast(self, panel: Panel, origins: Origins, levels: Sequence[float]) -> Forecast:
        """Forecast `horizon` steps from each origin, reading no value behind it."""

    @property
    def name(self) -> str:
        """What the columns and the leaderboard call it."""
        return type(self).__name__

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
        reading = self._fitted()
        quantiles = probabilities(_distinct(level))
        panel = self._continued(X_df)
        forecast = self._ahead(panel, quantiles)
        if parts and forecast.linear_part is None:
            raise OptionError(f"parts=True but {self.name} has no parts; leave it out, or use Hybrid")
        return forecast_frame(forecast, panel, reading.layout, self.name, _distinct(level), parts=parts)

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
        reports, quantiles = reports_of(progress), probabilities(_distinct(level))
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
            forecast, panel, reading.layout, self.name, _distinct(level), cutoff=True, actual=True
        )

    def ahead(self, X_df: Frame | None = None) -> Panel:
        """The fitted panel continued by the steps `predict` forecasts, their known covariates filled.

        Raises NotFittedError before `fit`, CovariateError naming the steps whose known covariates lack.
        """
        return self._continued(X_df)

    def make_future_dataframe(self) -> Frame:
        """The ids and times `predict` forecasts: fill in the known covariates and give it as `X_df`."""
        reading = self._fitted()
        return make_future(reading.panel, reading.layout, self.horizon)

    def get_missing_future(self, X_df: Frame | None = None) -> Frame:
        """The ids and times for which `X_df` lacks a known covariate; empty when nothing lacks."""
        reading = self._fitted()
        return missing_future(reading.panel, reading.layout, self.horizon, X_df)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The options by name, as given; scikit-learn's `clone` works by it."""
        del deep  # no option is itself an estimator
        return {name: getattr(self, name) for name in _options(type(self))}

    def set_params(self, **options: Any) -> Self:
        """Change options by name. Raises OptionError for a name there is not."""
        known = _options(type(self))
        unknown = [name for name in options if name not in known]
        if unknown:
            raise OptionError(f"{self.name} has no option {listed(unknown)}; it has {', '.join(known)}")
        for name, value in options.items():
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        defaults = {name: p.default for name, p in _options(type(self)).items()}
        given = {n: v for n, v in self.get_params().items() if not _same(v, defaults[n])}
        return f"{type(self).__name__}({', '.join(f'{n}={v!r}' for n, v in given.items())})"

    def _ahead(self, panel: Panel, levels: Sequence[float]) -> Forecast:
        """Forecast behind the last steps of `panel_`, which is given here continued into the future.

        One that keeps the state behind these steps need not read the history again.
        """
        return self.forecast(panel, panel.last_origins(), levels)

    def _schema(self, id_col: str, time_col: str, target_col: str) -> Schema:
        horizon: object = self.horizon
        if isinstance(horizon, bool) or not isinstance(horizon, int | np.integer) or horizon < 1:
            raise OptionError(f"horizon={horizon!r} is no number of steps; wanted a whole number from 1")
        _refuse_odd_seed(getattr(self, "seed", 0))
        given = getattr(self, "given", ())  # an option of those that can follow forecasts made elsewhere
        roles = {"known": self.known, "past": self.past, "static": self.static, "given": given}
        return Schema(id_col, time_col, target_col, **roles)  # type: ignore[arg-type]  # any list of names

    def _fitted(self) -> Reading:
        reading: Reading | None = getattr(self, "reading_", None)
        if reading is None:
            raise NotFittedError(f"this {self.name} is not fitted; call fit with a table first")
        return reading

    def _continued(self, X_df: Frame | None) -> Panel:
        reading = self._fitted()
        return self._as_fitted(extend(reading.panel, reading.layout, self.horizon, X_df, _Warnings()))

    def _as_fitted(self, panel: Panel) -> Panel:
        """A panel that continues the fitted one, with its holidays; OptionError if they are others by now."""
        whole = self._with_holidays(panel)
        if whole.known_names != self.panel_.known_names:
            raise OptionError(
                f"holidays={self.holidays!r} is not what this {self.name} was fitted with: it knows "
                f"{listed(self.panel_.known_names) or 'no covariates'}; set it back, or fit again"
            )
        return whole

    def _with_holidays(self, panel: Panel) -> Panel:
        return panel if self.holidays is None else add_holidays(panel, self.holidays)


def _options(kind: type) -> dict[str, inspect.Parameter]:
    return dict(inspect.signature(kind).parameters)


def _same(value: object, default: object) -> bool:
    return value is default or (type(value) is type(default) and value == default)


def _refuse_odd_seed(seed: object) -> None:
    whole = isinstance(seed, int | np.integer) and not isinstance(seed, bool)
    if not whole or not 0 <= int(seed) < 2**63:  # type: ignore[call-overload]  # an int: just checked
        raise OptionError(f"seed={seed!r} is no seed; wanted a whole number from 0 to 9223372036854775807")


def _distinct(level: object) -> list[float]:
    if isinstance(level, str) or not isinstance(level, Iterable):
        raise OptionError(f"level={level!r} is not a list; wanted widths in percent, such as level=[80, 95]")
    widths = list(dict.fromkeys(level))
    wrong = [
        w
        for w in widths
        if isinstance(w, bool) or not isinstance(w, int | float | np.number) or not 0 < w < 100
    ]
    if wrong:
        raise OptionError(f"level {listed(wrong)} is no width in percent; wanted numbers between 0 and 100")
    return widths


def reports_of(progress: Progress | bool | None) -> Progress:
    """Where to report to, as an option says it."""
    if progress is True:
        return Bars()
    return Silent() if progress is None or progress is False else progress


class _Warnings(Silent):
    """Says notes as warnings, where nobody gave somewhere to report to."""

    def note(self, message: str) -> None:
        """Warn whoever called `predict` or `ahead`."""
        warnings.warn(message, UserWarning, stacklevel=5)
