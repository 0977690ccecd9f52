"""ARIMA at the door: tables, options, updates, and errors that help."""

import numpy as np
import polars as pl
import pytest

from gatecast.errors import NotFittedError, OptionError, SeriesError, TableError
from gatecast.linear.arima import ARIMA
from gatecast.linear.outlook import forecast_paths
from gatecast.linear.transform import BoxCox, guerrero


def table(days: int = 12, series: int = 2) -> pl.DataFrame:
    rng = np.random.default_rng(0)
    step = np.arange(24 * days)
    parts = []
    for i in range(series):
        noise = rng.normal(size=len(step))
        y = 100 + 20 * np.sin(step * 2 * np.pi / 24) + noise + 5 * i
        parts.append(
            pl.DataFrame({"unique_id": f"m{i}", "ds": step, "y": y, "x": rng.normal(size=len(step))})
        )
    return pl.concat(parts).with_columns(y=pl.col("y") + 3 * pl.col("x"))


PLAIN = ["unique_id", "ds", "y"]


def test_it_forecasts_tables() -> None:
    model = ARIMA(horizon=6, season=24).fit(table().select(PLAIN))
    found = model.predict(level=[80])
    assert found.columns == ["unique_id", "ds", "ARIMA", "ARIMA-lo-80", "ARIMA-hi-80"]
    assert len(found) == 12
    assert (found["ARIMA-lo-80"] < found["ARIMA"]).all()


def test_a_known_covariate_narrows_the_intervals() -> None:
    whole, future = table(13), 24 * 12
    df, ahead = whole.filter(pl.col("ds") < future), whole.filter(pl.col("ds") >= future)
    without = ARIMA(24, season=24).fit(df.select(PLAIN)).predict(level=[80])
    given = ARIMA(24, season=24, known=["x"]).fit(df).predict(level=[80], X_df=ahead.drop("y"))
    width = [(t["ARIMA-hi-80"] - t["ARIMA-lo-80"]).mean() for t in (without, given)]
    assert width[1] < 0.6 * width[0]


def test_updating_is_having_seen_the_rows_without_fitting_again() -> None:
    df = table().select(PLAIN)
    old, new = df.filter(pl.col("ds") < 280), df.filter(pl.col("ds") >= 280)
    model = ARIMA(4, season=24).fit(old)
    before = [f.members[0].model for f in model.fitted_]
    rolling = model.cross_validation(df, n_windows=1, step_size=1, level=[])
    model.update(new)
    assert [f.members[0].model for f in model.fitted_] == before
    assert model.predict(level=[])["ds"].min() == 288
    assert len(rolling) == 8
    again = ARIMA(4, season=24).fit(old)
    for t in range(280, 288):
        again.update(df.filter(pl.col("ds") == t))
    np.testing.assert_allclose(
        again.predict(level=[])["ARIMA"].to_numpy(), model.predict(level=[])["ARIMA"].to_numpy(), atol=1e-10
    )


def test_rows_that_cannot_be_of_the_table_are_refused() -> None:
    df = table().select(PLAIN)
    model = ARIMA(4, season=24).fit(df)
    with pytest.raises(TableError, match="stand before the history that was fitted"):
        model.update(df.with_columns(ds=pl.col("ds") - 300))
    with pytest.raises(TableError, match="never seen: other"):
        model.update(df.with_columns(unique_id=pl.lit("other")).head(3))


def test_the_blend_is_the_mean_of_its_members() -> None:
    df = table(series=1).select(PLAIN)
    model = ARIMA(5, season=24, blend=True).fit(df)
    assert len(model.fitted_[0].members) == 2
    assert model.fitted_[0].members[1].model.D == 0
    y, steps, last = model.panel_.values, np.zeros((0, 24 * 12 + 5)), np.array([24 * 12 - 1])
    parts = [
        forecast_paths(member.model, y, member.regressors(steps), last, 5, clean=True)[0][0]
        for member in model.fitted_[0].members
    ]
    assert np.abs(parts[0] - parts[1]).max() > 0.01
    np.testing.assert_allclose(model.predict(level=[])["ARIMA"].to_numpy(), np.mean(parts, axis=0))


def test_a_given_seasonal_difference_does_not_end_the_regression_of_a_blend() -> None:
    """With D taken over, differencing took its waves away and both members were the same model."""
    df = table(series=1).select(PLAIN)
    model = ARIMA(5, season=24, order=(1, 0, 0), seasonal_order=(0, 1, 1), blend=True).fit(df)
    plain, regression = (member.model for member in model.fitted_[0].members)
    assert (plain.D, regression.D) == (1, 0)
    assert regression.shape[:4] == plain.shape[:4] == (1, 0, 0, 1)
    assert np.abs(regression.beta).max() > 5.0


def test_a_series_too_short_for_the_waves_of_a_blend_has_its_other_member() -> None:
    df = table(series=1).select(PLAIN).head(10)
    blend, plain = ARIMA(5, season=24, blend=True).fit(df), ARIMA(5, season=24).fit(df)
    assert len(blend.fitted_[0].members) == 1
    assert blend.predict()["ARIMA"].equals(plain.predict()["ARIMA"])


def test_a_second_season_is_held_by_fourier_terms() -> None:
    step = np.arange(168 * 4)
    week = 10 * np.sin(step * 2 * np.pi / 168)
    y = 100 + 20 * np.sin(step * 2 * np.pi / 24) + week + np.random.default_rng(0).normal(size=len(step))
    df = pl.DataFrame({"ds": step, "y": y})
    train = df.filter(pl.col("ds") < 168 * 3)
    truth = y[168 * 3 :]
    errors = []
    for harmonics in (0, 2):
        model = ARIMA(168, season=[24, 168], harmonics=harmonics).fit(train)
        errors.append(np.abs(model.predict(level=[])["ARIMA"].to_numpy() - truth).mean())
    assert errors[1] < 0.7 * errors[0]


def test_logarithms_go_back_to_the_median_or_to_the_mean() -> None:
    df = table(series=1).select(PLAIN)
    median = ARIMA(5, season=24, transform="log").fit(df).predict(level=[80])
    mean = ARIMA(5, season=24, transform="log", mean=True).fit(df).predict(level=[80])
    assert (mean["ARIMA"] > median["ARIMA"]).all()
    np.testing.assert_allclose(mean["ARIMA-lo-80"].to_numpy(), median["ARIMA-lo-80"].to_numpy())


def test_the_mean_is_that_of_simulated_values() -> None:
    z = np.random.default_rng(0).normal(2.0, 0.1, 400_000)
    for power in (0.0, 0.5, 0.3):
        scale = BoxCox(power)
        expected = scale.inverse(z).mean()
        assert scale.mean(np.array(2.0), np.array(0.01)) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("power", [-2.0, -0.5, 0.5, 1.0, 1.5, 3.0, "box-cox"])
@pytest.mark.parametrize("unit", [1e-9, 1e12])
def test_a_transformed_series_is_forecast_alike_in_any_unit(power: float | str, unit: float) -> None:
    """To the power of 1.5 numbers of 1e-9 vanished beside the one that Box and Cox take off."""
    df = table(series=1).select(PLAIN)
    options = {"season": 24, "order": (0, 0, 1), "seasonal_order": (0, 1, 1), "transform": power}
    whole = ARIMA(5, **options).fit(df).predict(level=[80])  # type: ignore[arg-type]
    found = ARIMA(5, **options).fit(df.with_columns(pl.col("y") * unit)).predict(level=[80])  # type: ignore[arg-type]
    for name in ("ARIMA", "ARIMA-lo-80", "ARIMA-hi-80"):
        np.testing.assert_allclose(found[name].to_numpy() / unit, whole[name].to_numpy(), rtol=1e-6)


def test_guerrero_finds_logarithms_where_the_spread_grows_with_the_level() -> None:
    rng = np.random.default_rng(0)
    y = np.exp(
        0.01 * np.arange(600) + 0.3 * np.sin(np.arange(600) * 2 * np.pi / 12) + 0.02 * rng.normal(size=600)
    )
    assert abs(guerrero(y, 12)) < 0.15


def test_the_summary_says_what_a_statistician_asks() -> None:
    text = (
        ARIMA(5, season=24, order=(1, 0, 0), seasonal_order=(0, 1, 1))
        .fit(table(series=1).select(PLAIN))
        .summary()
    )
    for wanted in ("ARIMA(1,0,0)(0,1,1)[24]", "std. error", "sma1", "AICc", "Ljung–Box(", "MA roots, moduli"):
        assert wanted in text


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e12])
def test_the_summary_gives_a_coefficient_and_its_error_in_any_unit(unit: float) -> None:
    df = table(series=1).with_columns(pl.col("y") * unit).rename({"x": "degrees of the afternoon"})
    known, orders = ["degrees of the afternoon"], {"order": (1, 0, 0), "seasonal_order": (0, 1, 1)}
    text = ARIMA(5, season=24, known=known, **orders).fit(df).summary()  # type: ignore[arg-type]
    line = next(line for line in text.splitlines() if line.startswith(known[0]))
    estimate, error, ratio = (float(word) for word in line.removeprefix(known[0]).split())
    assert estimate == pytest.approx(3.0 * unit, abs=4 * error)
    assert ratio == pytest.approx(estimate / error, rel=0.01)


def test_options_are_checked_and_the_errors_help() -> None:
    df = table(series=1).select(PLAIN)
    with pytest.raises(OptionError, match='transform=\'cube\' is none of "log", "box-cox" or a power'):
        ARIMA(3, season=24, transform="cube").fit(df)
    for power in (float("nan"), float("inf")):
        with pytest.raises(OptionError, match=f"transform={power} is none of"):
            ARIMA(3, season=24, transform=power).fit(df)
    for order in (2, np.array([1, 0, 0])):
        with pytest.raises(OptionError, match=r"order=.* is not three whole numbers"):
            ARIMA(3, season=24, order=order).fit(df)  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="order=\\(1, 0\\) is not three whole numbers"):
        ARIMA(3, season=24, order=(1, 0)).fit(df)  # type: ignore[arg-type]
    with pytest.raises(OptionError, match=r"seasonal_order=\(0, 1, 1\) but the series have no season"):
        ARIMA(3, season=1, seasonal_order=(0, 1, 1)).fit(df)
    with pytest.raises(SeriesError, match="needs positive values, but 'm0' goes down to -"):
        ARIMA(3, season=24, transform="log").fit(df.with_columns(y=pl.col("y") - 200))
    with pytest.raises(NotFittedError, match="call fit with a table first"):
        ARIMA(3).predict()


def test_a_history_too_short_to_difference_is_not_and_says_so_only_where_it_was_asked_to() -> None:
    y: list[float | None] = [10.0 + 3.0 * (k % 24 < 12) + k * 7919 % 13 / 20 for k in range(60)]
    y[1:-1] = [value if k % 5 == 0 else None for k, value in enumerate(y[1:-1])]
    short = pl.DataFrame({"ds": range(60), "y": y})
    forecast = ARIMA(horizon=3, season=24).fit(short).predict(level=[])["ARIMA"]
    assert forecast.is_between(9.0, 15.0).all()
    asked = ARIMA(horizon=3, season=24, seasonal_order=(0, 1, 1))
    with pytest.raises(SeriesError, match=r"'series': d=\d, D=1 at season 24 takes 2\d .* there are 14;"):
        asked.fit(short)


def test_a_series_that_was_never_negative_is_not_forecast_negative() -> None:
    falling = pl.DataFrame({"ds": range(60), "y": [60.0 - k + k * 7919 % 13 / 20 for k in range(60)]})
    found = ARIMA(horizon=20, order=(0, 2, 1)).fit(falling).predict()
    below = ARIMA(horizon=20, order=(0, 2, 1)).fit(falling.with_columns(y=pl.col("y") - 1.5)).predict()
    assert found.drop("ds").min_horizontal().min() == 0.0
    assert below.drop("ds").min_horizontal().min() < -10.0
