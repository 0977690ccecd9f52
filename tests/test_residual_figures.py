"""Figures of residuals show each where it belongs, and bands that mean what they say."""

from statistics import NormalDist

import numpy as np
import pytest

from gatecast.errors import OptionError
from gatecast.insight import autocorrelation_figure, normality_figure, residuals_figure
from test_figures import PANEL, demand, trace

STEPS = int(PANEL.known_steps[0])
NOISE = np.random.default_rng(0).normal(size=STEPS)


def test_a_residual_stands_at_its_steps_local_time() -> None:
    figure = residuals_figure(PANEL, NOISE)
    shown = trace(figure, "residual")
    np.testing.assert_array_equal(shown.y, NOISE)
    assert shown.x[0] == np.datetime64("2014-03-20T11:00", "ms")
    assert "Australia/Melbourne" in figure.layout.xaxis.title.text
    assert figure.layout.yaxis.title.text == "residual of Victoria, standard deviations"


def test_a_missing_residual_is_a_gap_not_a_zero() -> None:
    gapped = NOISE.copy()
    gapped[:24] = np.nan
    shown = trace(residuals_figure(PANEL, gapped), "residual")
    assert np.isnan(shown.y[:24]).all()
    assert shown.connectgaps is False


def test_a_long_history_is_shown_from_its_end() -> None:
    long = demand(days=120)
    e = np.arange(120 * 24.0)
    np.testing.assert_array_equal(trace(residuals_figure(long, e), "residual").y, e[-2000:])
    assert len(trace(residuals_figure(long, e, history=100), "residual").y) == 100


def test_residuals_of_another_series_are_refused() -> None:
    with pytest.raises(OptionError, match="has 720 steps of history and there are 10 residuals"):
        residuals_figure(PANEL, NOISE[:10])
    with pytest.raises(OptionError, match="history=0 steps would show nothing"):
        residuals_figure(PANEL, NOISE, history=0)


def test_the_band_is_that_of_noise_and_the_season_stands_out() -> None:
    r = np.linspace(0.3, -0.3, 50)
    figure = autocorrelation_figure(r, 400, seasons=PANEL.seasons)
    band = figure.layout.shapes[0]
    assert (band.y0, band.y1) == pytest.approx((-0.098, 0.098))
    seasonal = trace(figure, "at multiples of the season 24")
    np.testing.assert_array_equal(seasonal.x, [24, 48])
    np.testing.assert_array_equal(seasonal.y, r[[23, 47]])
    assert len(trace(figure, "autocorrelation").x) == 48


def test_without_a_season_no_lag_stands_out() -> None:
    assert [t.name for t in autocorrelation_figure(np.zeros(10), 100).data] == ["autocorrelation"]


@pytest.mark.parametrize("count", [10, 5000])
def test_normal_residuals_lie_on_the_line(count: int) -> None:
    e = np.array([NormalDist().inv_cdf((k + 0.5) / count) for k in range(count)])
    shown = trace(normality_figure(np.random.default_rng(0).permutation(e)), "residuals")
    np.testing.assert_allclose(shown.x, shown.y, atol=1e-9)
    assert len(shown.x) == min(count, 500)
    assert (shown.y[0], shown.y[-1]) == (e[0], e[-1])  # the tails are never thinned away


def test_no_residuals_are_nothing_to_show() -> None:
    with pytest.raises(OptionError, match="there are no residuals to show"):
        normality_figure(np.full(5, np.nan))
