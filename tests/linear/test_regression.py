"""The regression of calendar and covariates against brute force, and against what was planted."""

import numpy as np
import pytest

import gatecast.linear.regression as regression
from gatecast._types import FloatArray, IntArray
from gatecast.data import Panel
from gatecast.linear.design import Design, columns, design_for
from gatecast.linear.regression import RHO, RIDGE, Regression, fit_regression
from gatecast.linear.robust import huber_weights
from plain_panels import autoregressive, panel_of

HISTORY, DAY, BLOCKS = 5000, 24, 4
BLOCK = (np.arange(HISTORY) // 500) % BLOCKS


def temperature(rows: int, seed: int = 0) -> FloatArray:
    slow = 8 * np.sin(2 * np.pi * np.arange(rows) / (24 * 60))
    return 15 + slow + autoregressive(rows, 0.95, seed, noise=1.5)


def comfort(t: FloatArray) -> FloatArray:
    """Heating below 12 degrees, cooling above 22."""
    return 0.10 * np.maximum(12 - t, 0) + 0.15 * np.maximum(t - 22, 0)


def heated_panel(noise: float = 0.2, history: int = HISTORY) -> tuple[Panel, FloatArray]:
    known = temperature(history)
    hour = np.arange(history) % DAY
    mean = comfort(known) + 0.5 * np.sin(2 * np.pi * hour / DAY)
    values = mean + noise * np.random.default_rng(3).normal(size=history)
    values[100:130] = np.nan
    return panel_of(values, known=[known[:, None]]), mean


def prepared(panel: Panel) -> tuple[Design, FloatArray]:
    design = design_for(panel, 0)
    assert design is not None
    return design, panel.values


def brute_force(panel: Panel, design: Design, block: IntArray, left_out: int) -> FloatArray:
    """All rows at once: quasi-difference, drop the block, one Huber step whose weights come from all rows."""
    full = columns(*design.terms(panel, 0), slice(None))
    x, y = full[DAY:] - RHO * full[:-DAY], panel.values[DAY:] - RHO * panel.values[:-DAY]
    penalty = np.full(full.shape[1], RIDGE * (1 - RHO) ** 2)
    penalty[0] = 1e-6

    def solved(weights: FloatArray, rows: FloatArray) -> FloatArray:
        w = np.minimum(weights[DAY:], weights[:-DAY])
        rows = rows & np.isfinite(y) & (w > 0)
        a = np.concatenate([x[rows] * np.sqrt(w[rows])[:, None], np.diag(np.sqrt(penalty))])
        return np.linalg.lstsq(a, np.append(y[rows] * np.sqrt(w[rows]), np.zeros(len(penalty))), rcond=None)[
            0
        ]

    known = np.isfinite(panel.values)
    every = np.ones(len(y), dtype=bool)
    weights = known.astype(float)
    weights[known] = huber_weights((panel.values - full @ solved(weights, every))[known])
    return solved(weights, block[DAY:] != left_out)


@pytest.fixture(scope="module")
def fitted() -> tuple[Panel, Regression, FloatArray]:
    panel, mean = heated_panel()
    design, values = prepared(panel)
    return panel, fit_regression(panel, 0, design, values, DAY, BLOCK, BLOCKS), mean


def test_leaving_a_block_out_is_fitting_without_its_rows(
    fitted: tuple[Panel, Regression, FloatArray],
) -> None:
    panel, found, _ = fitted
    assert found.coefficients.shape[0] == BLOCKS + 1
    full = columns(*found.design.terms(panel, 0), slice(None))
    for left_out in (0, 2, BLOCKS):
        expected = brute_force(panel, found.design, BLOCK, left_out)
        np.testing.assert_allclose(full @ found.coefficients[left_out], full @ expected, atol=1e-6)


def test_what_happened_in_a_block_does_not_move_the_coefficients_without_it() -> None:
    """Up to the day behind each stretch, whose differences reach into it, and the weights of all rows."""
    panel, _ = heated_panel()
    design, values = prepared(panel)
    block = np.where(np.arange(HISTORY) < 2500, 0, 1)
    other = values.copy()
    other[:2400] += 0.3 * np.random.default_rng(9).normal(size=2400)
    one, two = (fit_regression(panel, 0, design, v, DAY, block, 2) for v in (values, other))
    full = columns(*design.terms(panel, 0), slice(2500, None))
    moved = np.abs(full @ (one.coefficients - two.coefficients).T).mean(axis=0)
    assert moved[0] < 0.3 * moved[2]


def test_chunks_do_not_matter(
    fitted: tuple[Panel, Regression, FloatArray], monkeypatch: pytest.MonkeyPatch
) -> None:
    panel, found, _ = fitted
    mean = found.mean(panel, 0, BLOCK)
    monkeypatch.setattr(regression, "CHUNK", 333)
    again = fit_regression(panel, 0, found.design, panel.values, DAY, BLOCK, BLOCKS)
    np.testing.assert_allclose(again.mean(panel, 0, BLOCK), mean, atol=1e-8)


def test_each_rows_mean_comes_from_coefficients_that_left_its_block_out(
    fitted: tuple[Panel, Regression, FloatArray],
) -> None:
    panel, found, _ = fitted
    full = columns(*found.design.terms(panel, 0), slice(None))
    expected = np.einsum("tc,tc->t", full, found.coefficients[BLOCK])
    np.testing.assert_allclose(found.mean(panel, 0, BLOCK), expected, atol=1e-9)
    none = np.full(HISTORY, -1)
    np.testing.assert_allclose(found.mean(panel, 0, none), full @ found.coefficients[-1], atol=1e-9)


def test_a_planted_effect_of_temperature_is_found(fitted: tuple[Panel, Regression, FloatArray]) -> None:
    panel, found, mean = fitted
    error = found.mean(panel, 0, np.full(HISTORY, -1)) - mean
    assert np.sqrt(np.mean(error**2)) < 0.2 * mean.std()


def test_a_planted_straight_effect_is_found_in_its_unit() -> None:
    """A short history carries straight lines only: their slope is the one planted."""
    known = np.random.default_rng(5).normal(10, 4, 600)
    values = 3 + 0.7 * known + autoregressive(600, 0.5, 6, noise=0.3)
    panel = panel_of(values, known=[known[:, None]])
    design, values = prepared(panel)
    assert design.detail.covariates == 0
    found = fit_regression(panel, 0, design, values, DAY, np.zeros(600, dtype=np.int64), 1)
    slope = found.coefficients[-1][-1] / design.spread[0]
    assert slope == pytest.approx(0.7, rel=0.02)


def test_outliers_hardly_move_the_mean(fitted: tuple[Panel, Regression, FloatArray]) -> None:
    panel, found, _ = fitted
    spiked = panel.values.copy()
    spiked[np.random.default_rng(7).choice(HISTORY, 50, replace=False)] += 30.0
    none = np.full(HISTORY, -1)
    again = fit_regression(panel, 0, found.design, spiked, DAY, BLOCK, BLOCKS)
    moved = np.abs(again.mean(panel, 0, none) - found.mean(panel, 0, none)).mean()
    assert moved < 0.12  # the spikes alone raise the plain mean by 0.3


def test_a_history_of_few_days_is_fitted_without_differences() -> None:
    panel, _ = heated_panel(history=150)
    design, values = prepared(panel)
    found = fit_regression(panel, 0, design, values, 48, np.zeros(150, dtype=np.int64), 1)
    assert np.isfinite(found.coefficients).all()


def test_future_rows_change_no_coefficient() -> None:
    panel, _ = heated_panel()
    known = np.append(panel.known, temperature(100, 9)[:, None], axis=0)
    longer = panel_of(panel.values, known=[known], future=100)
    design, values = prepared(panel)
    block = np.append(BLOCK, np.full(100, -1))
    one = fit_regression(panel, 0, design, values, DAY, BLOCK, BLOCKS)
    two = fit_regression(longer, 0, design, longer.values, DAY, block, BLOCKS)
    np.testing.assert_allclose(one.coefficients, two.coefficients, atol=1e-8)
