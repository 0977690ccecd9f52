"""Figures say what the records hold, with units, local time and colours everyone can tell apart."""

import re
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from fake_forecasters import HonestNaive, Shifted
from gatecast.backtest import cross_validate, leaderboard
from gatecast.data import Frequency, Panel
from gatecast.errors import OptionError
from gatecast.forecaster import Forecast, Origins
from gatecast.insight import (
    covariates_figure,
    coverage_figure,
    errors_by_step_figure,
    facts,
    fan_chart,
    leaderboard_figure,
    parts_figure,
)
from gatecast.insight.figures.palette import CYCLE

HOUR = 3_600_000_000
HORIZON = 24
LEVELS = np.array([0.025, 0.1, 0.5, 0.9, 0.975])


def demand(
    days: int = 30, zone: str | None = "Australia/Melbourne", ids: tuple[object, ...] = ("Victoria",)
) -> Panel:
    """Hourly demand with temperature and holidays, and a day of known covariates behind the history."""
    steps = days * 24
    each = steps + HORIZON
    rng = np.random.default_rng(0)
    start = int(datetime(2014, 3, 20, tzinfo=ZoneInfo("UTC")).timestamp() * 1e6)
    clock = np.tile(np.arange(each), len(ids))
    values = 5000 + 900 * np.sin(2 * np.pi * clock / 24) + 60 * rng.standard_normal(len(clock))
    values[clock >= steps] = np.nan
    known = np.column_stack([20 + 8 * np.sin(2 * np.pi * (clock - 3) / 24), (clock // 24) % 7 == 0])
    return Panel(
        values=values,
        offsets=np.arange(len(ids) + 1) * each,
        ids=ids,
        times=start + clock * HOUR,
        known_steps=np.full(len(ids), steps),
        frequency=Frequency("microsecond", HOUR),
        zone=zone,
        seasons=(24, 168),
        known=known.astype(float),
        past=np.empty((len(clock), 0)),
        static=np.empty((len(ids), 0)),
        known_names=("temperature", "holiday"),
    )


def forecast_of(panel: Panel) -> Forecast:
    """A forecast in two parts of every series."""
    origins = panel.last_origins()
    steps = np.tile(np.arange(HORIZON, dtype=float), (len(panel), 1))
    linear, memory = 5000 + 10 * steps, 30 * np.sin(steps)
    point = linear + memory
    spread = np.array([-196.0, -128.0, 0.0, 128.0, 196.0])
    return Forecast(origins, LEVELS, point[..., None] + spread, point, linear, memory)


PANEL = demand()
FORECAST = forecast_of(PANEL)


def trace(figure, name):
    """The trace that goes by a name."""
    return next(t for t in figure.data if t.name == name)


def test_the_fan_shows_history_forecast_and_both_intervals():
    figure = fan_chart(PANEL, FORECAST, unit="MW")
    assert {"history", "forecast", "80 % interval", "95 % interval"} <= {t.name for t in figure.data}
    np.testing.assert_allclose(trace(figure, "80 % interval").y, FORECAST.quantiles[0, :, 3])
    np.testing.assert_allclose(trace(figure, "forecast").y, FORECAST.point[0])
    assert figure.layout.yaxis.title.text == "Victoria, MW"


@pytest.mark.parametrize("steps", [1, 3])
def test_an_interval_is_a_band_however_few_steps_it_has(steps):
    """Below twenty points plotly marks each by default, and between two points there is no area to fill."""
    few = replace(
        FORECAST,
        quantiles=FORECAST.quantiles[:, :steps],
        point=FORECAST.point[:, :steps],
        linear_part=FORECAST.linear_part[:, :steps],
        memory_part=FORECAST.memory_part[:, :steps],
    )
    figure = fan_chart(PANEL, few)
    bands = [t for t in figure.data if t.name not in ("history", "forecast")]
    assert {t.mode for t in bands} == {"lines"}
    band = trace(figure, "80 % interval")
    if steps == 1:
        assert set(band.y) == {few.quantiles[0, 0, 1], few.quantiles[0, 0, 3]}
        assert band.line.width > 1
        assert list(parts_figure(PANEL, few).layout.xaxis2.tickvals) == list(band.x[:1])
    else:
        assert band.fill == "tonexty"


def test_the_time_axis_is_the_local_clock():
    """The first step of the forecast stands at the wall clock time that people in the zone read."""
    figure = fan_chart(PANEL, FORECAST)
    first = PANEL.times[PANEL.known_steps[0]] / 1e6
    wall = datetime.fromtimestamp(first, ZoneInfo("Australia/Melbourne")).replace(tzinfo=None)
    assert trace(figure, "forecast").x[0] == np.datetime64(wall, "ms")
    assert "Australia/Melbourne" in figure.layout.xaxis.title.text


def test_the_forecast_follows_the_history_by_one_step():
    figure = fan_chart(PANEL, FORECAST, history=48)
    gap = trace(figure, "forecast").x[0] - trace(figure, "history").x[-1]
    assert gap == np.timedelta64(1, "h")
    assert len(trace(figure, "history").x) == 48


def test_a_forecast_beyond_the_panels_rows_still_has_its_stamps():
    """A panel without future rows is drawn the same: the times go on by the frequency."""
    steps = int(PANEL.known_steps[0])
    bare = replace(
        PANEL, values=PANEL.values[:steps], times=PANEL.times[:steps], known=PANEL.known[:steps],
        past=PANEL.past[:steps], offsets=np.array([0, steps]),
    )  # fmt: skip
    np.testing.assert_array_equal(
        trace(fan_chart(bare, FORECAST), "forecast").x, trace(fan_chart(PANEL, FORECAST), "forecast").x
    )


def test_integer_steps_are_numbered_not_dated():
    counted = replace(PANEL, frequency=Frequency("step", 1), zone=None, times=np.arange(len(PANEL.values)))
    figure = fan_chart(counted, FORECAST)
    assert trace(figure, "forecast").x[0] == PANEL.known_steps[0]
    assert figure.layout.xaxis.title.text == "step"


def test_what_came_is_shown_when_it_is_known():
    figure = fan_chart(PANEL, FORECAST, actual=FORECAST.point[0] + 5)
    np.testing.assert_allclose(trace(figure, "what came").y, FORECAST.point[0] + 5)


def test_an_interval_that_was_not_forecast_is_refused_with_what_there_is():
    with pytest.raises(
        OptionError, match=r"level 90 needs the quantiles 0\.05 and 0\.95.*holds 0\.025, 0\.1"
    ):
        fan_chart(PANEL, FORECAST, level=[90])


def test_an_origin_that_is_not_there_is_refused():
    with pytest.raises(OptionError, match="has 1 origins and number 3 is not among them"):
        fan_chart(PANEL, FORECAST, 3)


def test_no_history_is_refused():
    with pytest.raises(OptionError, match="history=0 steps would show nothing"):
        fan_chart(PANEL, FORECAST, history=0)


def test_markup_in_an_id_is_shown_not_obeyed():
    panel = demand(ids=("<b>bold</b>",))
    assert fan_chart(panel, forecast_of(panel)).layout.yaxis.title.text == "&lt;b&gt;bold&lt;/b&gt;"


def test_the_parts_shown_sum_to_the_forecast_shown():
    figure = parts_figure(PANEL, FORECAST, unit="MW")
    parts = trace(figure, "linear part").y + trace(figure, "memory part").y
    np.testing.assert_allclose(parts, trace(figure, "forecast, the sum").y)


def test_three_parts_shown_sum_to_the_forecast_too():
    pool = np.full_like(FORECAST.point, 2.0)
    figure = parts_figure(PANEL, replace(FORECAST, memory_part=FORECAST.memory_part - pool, pool_part=pool))
    parts = sum(trace(figure, f"{name} part").y for name in ("linear", "pool", "memory"))
    np.testing.assert_allclose(parts, trace(figure, "forecast, the sum").y)


def test_a_forecast_of_one_part_has_no_parts_to_show():
    with pytest.raises(OptionError, match="no linear and memory part"):
        parts_figure(PANEL, replace(FORECAST, linear_part=None))


def test_covariates_reach_into_the_future_and_the_target_does_not():
    figure = covariates_figure(PANEL, FORECAST, units={"temperature": "°C"})
    assert len(trace(figure, "temperature").x) == len(trace(figure, "Victoria").x) + HORIZON
    assert "temperature, °C" in {a.text for a in figure.layout.annotations}


def test_a_holiday_is_a_step_and_a_temperature_a_line():
    figure = covariates_figure(PANEL, FORECAST)
    assert (trace(figure, "holiday").line.shape, trace(figure, "temperature").line.shape) == ("hv", None)


def test_a_covariate_that_is_not_there_is_named():
    with pytest.raises(OptionError, match="no covariate is called wind; the panel has temperature, holiday"):
        covariates_figure(PANEL, FORECAST, names=["wind"])


def test_a_panel_without_covariates_says_so():
    bare = replace(PANEL, known=np.empty((len(PANEL.values), 0)), known_names=())
    with pytest.raises(OptionError, match="has no covariates to show"):
        covariates_figure(bare, FORECAST)


@pytest.fixture(scope="module")
def backtest():
    models = [HonestNaive(HORIZON), Shifted(HORIZON, 400.0)]
    return cross_validate(models, PANEL, n_windows=8, levels=LEVELS)


def test_the_leaderboard_has_the_best_on_top_and_says_the_verdict(backtest):
    board = leaderboard(backtest, reference="HonestNaive")
    bars = leaderboard_figure(board).data[0]
    assert bars.y[-1] == board.rows[0].model  # plotly draws upwards
    assert any(words.startswith("worse than HonestNaive (p = 0.0") for words in bars.customdata)


def test_errors_by_step_average_to_the_mase(backtest):
    board = leaderboard(backtest)
    figure = errors_by_step_figure(backtest)
    for row in board.rows:
        assert trace(figure, row.model).y.mean() == pytest.approx(row.mase)


def test_coverage_stands_beside_what_was_promised(backtest):
    figure = coverage_figure(backtest)
    promised = {shape.y0 for shape in figure.layout.shapes}
    assert promised == {0.8, 0.95}
    assert trace(figure, "HonestNaive").y.max() <= 1


def test_every_number_axis_has_a_title(backtest):
    for figure in (errors_by_step_figure(backtest), leaderboard_figure(leaderboard(backtest))):
        assert figure.layout.xaxis.title.text


def luminance(color: str) -> float:
    """Relative luminance of a colour, as WCAG 2 defines it."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


@pytest.mark.parametrize("paper", ["#ffffff", "#12151a"])
def test_lines_are_seen_on_light_paper_and_on_dark(paper):
    """Lines need not be read like text: 1.9 : 1 tells them from the paper, yellow being left out for it."""
    for color in CYCLE:
        low, high = sorted([luminance(color), luminance(paper)])
        assert (high + 0.05) / (low + 0.05) > 1.9


def test_colours_of_neighbours_differ_in_lightness_or_hue():
    assert len(set(CYCLE)) == len(CYCLE)
    assert all(a != b for a, b in pairwise(CYCLE))


@pytest.mark.parametrize(
    ("hour", "told"), [(0, "2014-01-01 to 2014-01-03"), (7, "2014-01-01 07:00 to 2014-01-03 07:00")]
)
def test_dates_are_told_without_a_midnight_nobody_wrote(hour, told):
    day = 86_400_000_000
    times = np.datetime64("2014-01-01", "us").astype(np.int64) + day * np.arange(3) + hour * day // 24
    panel = replace(
        PANEL, values=np.ones(3), times=times, offsets=np.array([0, 3]), known_steps=np.array([3]),
        known=np.empty((3, 0)), known_names=(), past=np.empty((3, 0)), past_names=(),
        frequency=Frequency("day", 1), zone=None,
    )  # fmt: skip
    assert dict(facts(panel))["range"] == told


def test_the_facts_name_what_was_read():
    told = dict(facts(PANEL))
    assert told["series"] == "Victoria"
    assert told["covariates"] == "temperature, holiday (known ahead)"
    assert re.match(r"2014-03-20 11:00 to 2014-04-19 \d\d:00", told["range"])
    assert told["missing"] == "none"


def test_the_facts_count_what_is_missing_and_where():
    values = PANEL.values.copy()
    values[[5, 9, 11]] = np.nan
    assert dict(facts(replace(PANEL, values=values)))["missing"] == "3 of 720 values (0.42%)"
    two = demand(ids=("a", "b"))
    values = two.values.copy()
    values[[5, 9]] = np.nan
    assert dict(facts(replace(two, values=values)))["missing"].endswith(": a 2")


def test_origins_of_a_backtest_can_be_looked_at_one_by_one(backtest):
    figure = fan_chart(PANEL, backtest.forecasts["HonestNaive"], origin=2, actual=backtest.actual[2])
    assert trace(figure, "what came").x[0] == trace(figure, "forecast").x[0]
    assert isinstance(backtest.origins, Origins)
