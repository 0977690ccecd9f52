"""Any forecaster meets a table through the same door."""

import io
import warnings
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Self

import numpy as np
import pandas as pd
import polars as pl
import pytest
from rich.console import Console

from gatecast.bars import Bars
from gatecast.data import Panel
from gatecast.errors import (
    CovariateError,
    GatecastError,
    NotFittedError,
    OptionError,
    SeriesError,
    TableError,
)
from gatecast.forecaster import Forecast, Origins
from gatecast.front import TableDoor
from gatecast.linear import ARIMA
from gatecast.memory import LSTM
from gatecast.progress import Progress, Silent


class Steady(TableDoor):
    """Forecasts the last known value plus the mean of the known covariates, in two parts."""

    def __init__(
        self,
        horizon: int,
        season: int | Sequence[int] | None = None,
        known: Sequence[str] = (),
        past: Sequence[str] = (),
        static: Sequence[str] = (),
        holidays: str | None = None,
        spread: float = 1.0,
    ) -> None:
        self.horizon = horizon
        self.season = season
        self.known = known
        self.past = past
        self.static = static
        self.holidays = holidays
        self.spread = spread

    def learn(self, panel: Panel, progress: Progress) -> Self:
        with progress.task("learning", total=1) as task:
            self.names_ = panel.known_names
            task.advance(loss="0.1")
        return self

    def forecast(self, panel: Panel, origins: Origins, levels: Sequence[float]) -> Forecast:
        last = panel.values[panel.offsets[origins.series] + origins.position]
        point = np.repeat(last[:, None], self.horizon, axis=1)
        width = self.spread * (np.array(levels) - 0.5)
        assert self.names_ == panel.known_names
        return Forecast(origins, np.array(levels), point[:, :, None] + width, point, point - 1, point * 0 + 1)


class Whole(Steady):
    """Has no parts."""

    def forecast(self, panel: Panel, origins: Origins, levels: Sequence[float]) -> Forecast:
        f = super().forecast(panel, origins, levels)
        return Forecast(f.origins, f.levels, f.quantiles, f.point)


class Heard(Silent):
    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, message: str) -> None:
        self.notes.append(message)


def table(rows: int = 60, zone: str | None = None) -> pl.DataFrame:
    stamps = [datetime(2020, 4, 24) + timedelta(hours=h) for h in range(rows)]
    half = pl.DataFrame({"ds": pl.Series(stamps).dt.replace_time_zone(zone), "y": np.arange(float(rows))})
    named = [half.with_columns(unique_id=pl.lit(n), temp=pl.col("y") / 2) for n in ("A", "B")]
    return pl.concat([named[0], named[1][: rows - 10]]).select("unique_id", "ds", "y", "temp")


def test_fit_and_predict_answer_in_kind() -> None:
    model = Steady(horizon=3).fit(table())
    assert model.predict().columns == [
        "unique_id", "ds", "Steady", "Steady-lo-80", "Steady-hi-80", "Steady-lo-95", "Steady-hi-95",
    ]  # fmt: skip
    assert model.predict()["Steady"].to_list() == [59.0] * 3 + [49.0] * 3
    assert isinstance(Steady(horizon=3).fit(table().to_pandas()).predict(), pd.DataFrame)
    wide = model.predict(level=np.array([50, 99.5])).columns  # type: ignore[arg-type]
    assert wide[3:] == ["Steady-lo-50", "Steady-hi-50", "Steady-lo-99.5", "Steady-hi-99.5"]
    assert model.predict(level=[]).columns == ["unique_id", "ds", "Steady"]
    assert model.predict(level=[80, 80]).width == 5


def test_the_interval_is_the_quantiles_asked_for() -> None:
    found = Steady(horizon=1, spread=100).fit(table()).predict(level=[80])
    assert (found["Steady-hi-80"] - found["Steady-lo-80"]).to_list() == pytest.approx([80.0, 80.0])


def test_parts_sum_to_the_forecast() -> None:
    found = Steady(horizon=2).fit(table()).predict(level=[80], parts=True)
    assert found.columns[2:5] == ["Steady", "Steady-linear", "Steady-memory"]
    assert (found["Steady-linear"] + found["Steady-memory"]).to_list() == found["Steady"].to_list()
    with pytest.raises(OptionError, match="parts=True but Whole has no parts; leave it out, or use Hybrid"):
        Whole(horizon=2).fit(table()).predict(parts=True)


def test_known_covariates_are_asked_for_filled_and_used() -> None:
    model = Steady(horizon=2, known=["temp"]).fit(table())
    future = model.make_future_dataframe()
    assert future.columns == ["unique_id", "ds"]
    assert future.height == 4
    assert model.get_missing_future().equals(future)
    with pytest.raises(CovariateError, match="temp missing in 4 of 4 future rows"):
        model.predict()
    filled = future.with_columns(temp=1.0)
    assert model.get_missing_future(filled).is_empty()
    assert model.get_missing_future(filled[1:]).equals(future[:1])
    assert model.predict(X_df=filled).height == 4


def test_rows_of_the_future_that_are_not_used_are_warned_of() -> None:
    model = Steady(horizon=1).fit(table())
    with pytest.warns(UserWarning, match="the future table is not used") as heard:
        model.predict(X_df=table())
    assert heard[0].filename == __file__


def test_holidays_are_known_ahead_without_being_given() -> None:
    model = Steady(horizon=30, holidays="AU-VIC").fit(table(zone="Australia/Melbourne"))
    assert model.panel_.known_names == ("holiday", "holiday_before", "holiday_after")
    assert model.panel_.known[24:48, 0].tolist() == [1.0] * 24  # Anzac Day
    assert model.predict().height == 60
    with pytest.raises(OptionError, match="holidays='XX'"):
        Steady(horizon=1, holidays="XX").fit(table())


def test_other_holidays_than_those_fitted_are_refused_by_name() -> None:
    """With a known covariate beside, the columns no longer met the coefficients: a ValueError of numpy's."""
    df = pl.DataFrame({"ds": [datetime(2024, 1, 1) + timedelta(hours=k) for k in range(60)], "y": range(60)})
    model = ARIMA(2, season=24, holidays="AU-VIC", order=(0, 1, 0)).fit(df.head(58))
    model.set_params(holidays=None)
    for ask in (model.predict, lambda: model.update(df.tail(2))):
        with pytest.raises(
            OptionError, match="holidays=None is not what this ARIMA was fitted with: it knows holi"
        ):
            ask()
    assert len(model.set_params(holidays="AU-VIC").update(df.tail(2)).predict()) == 2


def test_notes_are_kept_and_reported() -> None:
    heard = Heard()
    model = Steady(horizon=1).fit(table().reverse(), progress=heard)
    assert model.notes_ == ("rows stood out of order: sorted by series and time",)
    assert heard.notes == list(model.notes_)


def test_cross_validation_stands_at_the_cutoffs() -> None:
    model = Steady(horizon=4, known=["temp"])
    found = model.cross_validation(table(), n_windows=3, step_size=2, level=[80])
    assert found.columns == ["unique_id", "ds", "cutoff", "y", "Steady", "Steady-lo-80", "Steady-hi-80"]
    assert found.height == 2 * 3 * 4
    assert found["Steady"].to_list()[::4] == [51, 53, 55, 41, 43, 45]
    assert found["y"].to_list()[:4] == [52, 53, 54, 55]
    assert (found["ds"] - found["cutoff"]).dt.total_hours().to_list() == [1, 2, 3, 4] * 6
    assert not hasattr(model, "panel_")


def test_cross_validation_without_a_table_uses_the_one_fitted_and_refits_copies() -> None:
    model = Steady(horizon=4).fit(table())
    panel = model.panel_
    found = model.cross_validation(n_windows=2, refit=True)
    assert found.equals(model.cross_validation(table(), n_windows=2))
    assert model.panel_ is panel


def test_future_rows_of_a_table_are_not_validated_on() -> None:
    ahead = table().with_columns(
        y=pl.when(pl.col("ds") > pl.col("ds").max().over("unique_id") - timedelta(hours=3))
        .then(None)
        .otherwise("y")
    )
    model = Steady(horizon=3, known=["temp"]).fit(ahead)
    assert model.predict()["Steady"].to_list() == [56.0] * 3 + [46.0] * 3
    found = model.cross_validation(n_windows=1)
    assert found["y"].to_list() == [54, 55, 56, 44, 45, 46]


def test_windows_that_do_not_fit_are_refused() -> None:
    with pytest.raises(SeriesError):
        Steady(horizon=24).fit(table()).cross_validation(n_windows=8)


@pytest.mark.parametrize(
    "call", ["predict", "make_future_dataframe", "get_missing_future", "cross_validation"]
)
def test_before_fitting_there_is_no_forecast(call: str) -> None:
    with pytest.raises(NotFittedError, match="this Steady is not fitted; call fit with a table first"):
        getattr(Steady(horizon=1), call)()


@pytest.mark.parametrize("horizon", [0, -3, 1.5, "24", None, True])
def test_a_horizon_is_a_number_of_steps(horizon: Any) -> None:
    with pytest.raises(OptionError, match="is no number of steps; wanted a whole number from 1"):
        Steady(horizon=horizon).fit(table())


@pytest.mark.parametrize("level", [[0], [100], [80, 101], ["80"], [True], [float("nan")]])
def test_a_level_is_a_width_in_percent(level: Any) -> None:
    with pytest.raises(OptionError, match="is no width in percent; wanted numbers between 0 and 100"):
        Steady(horizon=1).fit(table()).predict(level=level)


@pytest.mark.parametrize("level", [80, "80", None])
def test_levels_are_a_list(level: Any) -> None:
    with pytest.raises(
        OptionError, match=r"is not a list; wanted widths in percent, such as level=\[80, 95\]"
    ):
        Steady(horizon=1).fit(table()).predict(level=level)


def test_columns_asked_for_must_be_there() -> None:
    with pytest.raises(CovariateError, match=r"no column 'tmp'; .*did you mean 'temp'\?"):
        Steady(horizon=1, known=["tmp"]).fit(table())
    with pytest.raises(TableError, match="no column 'load'"):
        Steady(horizon=1).fit(table(), target_col="load")
    with pytest.raises(OptionError, match="known='temp' is not a list"):
        Steady(horizon=1, known="temp").fit(table())
    with pytest.raises(OptionError, match="season="):
        Steady(horizon=1, season=0).fit(table())


def test_a_failed_fit_leaves_the_model_unfitted() -> None:
    model = Steady(horizon=1)
    with pytest.raises(GatecastError):
        model.fit(table()[:0])
    with pytest.raises(NotFittedError):
        model.predict()


def test_it_shows_the_options_that_were_given() -> None:
    assert repr(Steady(horizon=48, season=[24, 168])) == "Steady(horizon=48, season=[24, 168])"
    assert repr(Steady(24, spread=2.0)) == "Steady(horizon=24, spread=2.0)"


def test_options_are_got_and_set_as_scikit_learn_does() -> None:
    known = ["temp"]
    model = Steady(horizon=48, known=known)
    options = model.get_params()
    assert list(options) == ["horizon", "season", "known", "past", "static", "holidays", "spread"]
    assert options["known"] is known
    assert model.set_params(horizon=3, spread=2.0) is model
    assert (model.horizon, model.spread) == (3, 2.0)
    assert Steady(**model.get_params()).get_params() == model.get_params()
    with pytest.raises(OptionError, match="Steady has no option horizn; it has horizon, season"):
        model.set_params(horizn=3)


def test_scikit_learn_clones_it() -> None:
    base = pytest.importorskip("sklearn.base")
    model = Steady(horizon=48, known=["temp"])
    assert base.clone(model).get_params() == model.get_params()


# --- bars ----------------------------------------------------------------------------------------


def terminal(*, is_terminal: bool) -> tuple[Bars, io.StringIO]:
    screen = io.StringIO()
    return Bars(Console(file=screen, force_terminal=is_terminal, width=100, color_system=None)), screen


def test_bars_show_what_is_done_and_hide_what_was_within() -> None:
    bars, screen = terminal(is_terminal=True)
    with bars.task("windows [2]", total=2) as outer:
        with bars.task("training", total=5) as inner:
            inner.advance(2, loss="0.25")
            bars.note("a note [with brackets]")
        outer.advance()
        outer.advance()
    shown = screen.getvalue()
    last = shown.rsplit("\x1b[2K", 1)[-1]  # what the terminal shows in the end
    assert "windows [2]" in last
    assert "2/2" in last
    assert "training" not in last
    assert "a note [with brackets]" in shown


def test_without_a_terminal_there_are_notes_but_no_bars() -> None:
    bars, screen = terminal(is_terminal=False)
    with bars.task("training", total=5) as task:
        task.advance()
        bars.note("a note")
    assert screen.getvalue().strip() == "a note"


def test_bars_end_with_the_work_however_it_ends() -> None:
    bars, _ = terminal(is_terminal=True)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt), bars.task("training", total=5):
            raise KeyboardInterrupt
    with bars.task("again", total=1) as task:
        task.advance()


def test_progress_may_be_asked_for_by_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Steady(horizon=1).fit(table(), progress=True)
        Steady(horizon=1).fit(table(), progress=False)
    assert capsys.readouterr().out == ""


class Interrupted(Steady):
    """Says a note, and is interrupted while it learns if told to."""

    interrupt = False

    def learn(self, panel, progress):
        progress.note("the memory fell back")
        if self.interrupt:
            raise KeyboardInterrupt
        return super().learn(panel, progress)


def test_what_a_model_notes_while_learning_is_kept_with_what_reading_noted():
    assert "the memory fell back" in Interrupted(horizon=2).fit(table()).notes_


def test_a_fit_that_is_interrupted_leaves_nothing_of_the_one_before():
    model = Interrupted(horizon=2).fit(table())
    model.interrupt = True
    with pytest.raises(KeyboardInterrupt):
        model.fit(table())
    with pytest.raises(NotFittedError, match="not fitted"):
        model.predict()


def test_a_zone_is_a_name_and_a_season_whole_steps() -> None:
    table = pl.DataFrame({"ds": range(30), "y": np.arange(30.0)})
    with pytest.raises(OptionError, match="zone=5 is not a zone; wanted an IANA name"):
        LSTM(horizon=2).fit(table, zone=5)  # type: ignore[arg-type]  # on purpose
    with pytest.raises(OptionError, match=r"season=7\.0 is not a length in steps"):
        LSTM(horizon=2, season=7.0).fit(table)  # type: ignore[arg-type]  # on purpose


@pytest.mark.parametrize("seed", [-1, 2**63, 1.5, "x", None, True])
def test_a_seed_is_a_whole_number_a_generator_takes(seed: Any) -> None:
    table = pl.DataFrame({"ds": range(30), "y": np.arange(30.0)})
    with pytest.raises(OptionError, match="is no seed; wanted a whole number from 0"):
        LSTM(horizon=2, seed=seed).fit(table)
