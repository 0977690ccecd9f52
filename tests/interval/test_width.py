"""An ordinary error's size is found by series, step and phase."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gatecast.interval import fit_width

SERIES, HORIZON, PHASES = 3, 12, 6


def planted(origins: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Residuals whose size is a product of three factors. residual, series, phase, true size"""
    rng = np.random.default_rng(seed)
    series = rng.integers(0, SERIES, origins)
    phase = (rng.integers(0, PHASES, origins)[:, None] + np.arange(HORIZON)) % PHASES
    step, of_day = np.linspace(0.5, 2, HORIZON), np.array([0.3, 0.6, 1, 1.5, 2, 1])
    size = np.array([1.0, 10.0, 0.01])[series][:, None] * step * of_day[phase]
    return rng.normal(size=size.shape) * size, series, phase, size


def test_planted_sizes_are_found_up_to_one_factor() -> None:
    residual, series, phase, size = planted(6000)
    ratio = fit_width(residual, series, phase, (SERIES, PHASES)).at(series, phase) / size
    assert ratio.std() / ratio.mean() < 0.05


def test_missing_residuals_say_nothing() -> None:
    residual, series, phase, _ = planted(500)
    holes = residual.copy()
    holes[np.random.default_rng(1).random(residual.shape) < 0.3] = np.nan
    kept = fit_width(holes, series, phase, (SERIES, PHASES)).at(series, phase)
    whole = fit_width(residual, series, phase, (SERIES, PHASES)).at(series, phase)
    assert np.isfinite(kept).all()
    np.testing.assert_allclose(kept, whole, rtol=0.35)


@given(st.integers(0, 20), st.floats(1e-12, 1e12), st.integers(0, 1000))
def test_widths_are_positive_whatever_has_been_seen(origins: int, unit: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    residual = unit * rng.normal(size=(origins, 4)) * (rng.random((origins, 1)) < 0.5)
    residual[rng.random(residual.shape) < 0.3] = np.nan
    series, phase = rng.integers(0, 2, origins), rng.integers(0, 5, (origins, 4))
    width = fit_width(residual, series, phase, (3, 5)).at(np.array([0, 1, 2]), np.zeros((3, 4), dtype=int))
    assert np.isfinite(width).all()
    assert (width > 0).all()


def test_a_series_never_seen_has_the_width_of_all() -> None:
    residual, series, phase, _ = planted(400)
    width = fit_width(residual, series, phase, (SERIES + 1, PHASES))
    np.testing.assert_allclose(width.series[SERIES], np.abs(residual).mean())


def test_widths_come_in_the_residuals_unit() -> None:
    residual, series, phase, _ = planted(300)
    plain = fit_width(residual, series, phase, (SERIES, PHASES)).at(series, phase)
    kilo = fit_width(residual * 1000, series, phase, (SERIES, PHASES)).at(series, phase)
    np.testing.assert_allclose(kilo, 1000 * plain)
