"""The exact filter equals the oracle, statsmodels and brute force."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import toeplitz

from gatecast.linear.ahead import in_lanes, used_lags
from gatecast.linear.arma import whiten
from gatecast.linear.kalman import kalman_filter
from gatecast.linear.lag import is_stable, seasonal_polynomial
from gatecast.linear.lanes import LANES
from gatecast.linear.likelihood import evaluate
from gatecast.linear.position import System, begin
from gatecast.linear.process import autocovariance, coefficients

shapes = st.tuples(
    st.integers(0, 3), st.integers(0, 3), st.integers(0, 2), st.integers(0, 2), st.sampled_from([4, 7, 12])
)


def drawn(shape: tuple[int, ...], seed: int, time: int = 90) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Kernel shape, parameters for every lane, and a series."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1.3, 1.3, (sum(shape[:4]), LANES))
    return np.array(shape, dtype=np.int64), x, rng.normal(size=time).cumsum() * 0.3 + rng.normal(size=time)


def polynomials(c: np.ndarray, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    p, q, P, _, season = shape
    ar = np.convolve(np.append(1.0, -c[:p]), seasonal_polynomial(-c[p + q : p + q + P], season))
    ma = np.convolve(np.append(1.0, c[p : p + q]), seasonal_polynomial(c[p + q + P :], season))
    return ar, ma


@settings(max_examples=40, deadline=None)
@given(shape=shapes, seed=st.integers(0, 10**6))
def test_the_fast_filter_is_the_kalman_filter(shape: tuple[int, ...], seed: int) -> None:
    numbers, x, w = drawn(shape, seed)
    e, log_det = whiten(w[None, :], x, numbers)
    for at in (0, LANES - 1):
        found = kalman_filter(w, *polynomials(coefficients(x, numbers)[:, at], shape))
        np.testing.assert_allclose(e[0, :, at], found.innovations / np.sqrt(found.variances), atol=1e-7)
        np.testing.assert_allclose(log_det[at], np.log(found.variances).sum(), atol=1e-8)


@settings(max_examples=25, deadline=None)
@given(shape=shapes, seed=st.integers(0, 10**6))
def test_every_parameter_set_is_stationary_and_invertible(shape: tuple[int, ...], seed: int) -> None:
    numbers, x, _ = drawn(shape, seed)
    p, q, P, _, _ = shape
    for c in coefficients(x, numbers).T:
        for part, sign in ((c[:p], 1), (c[p : p + q], -1), (c[p + q : p + q + P], 1), (c[p + q + P :], -1)):
            assert is_stable(sign * part)


@settings(max_examples=20, deadline=None)
@given(shape=shapes, seed=st.integers(0, 10**6))
def test_the_likelihood_is_that_of_statsmodels(shape: tuple[int, ...], seed: int) -> None:
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    numbers, x, w = drawn(shape, seed)
    r, loss, _ = evaluate(w[None, :].copy(), 0, x, numbers)
    p, q, P, Q, season = shape
    model = SARIMAX(w, order=(p, 0, q), seasonal_order=(P, 0, Q, season if P + Q else 0))
    c = coefficients(x, numbers)[:, 3]
    scale = whiten(w[None, :], x, numbers)[0][0, :, 3]
    theirs = -2.0 * model.loglike(np.append(c, scale @ scale / len(w)))
    assert loss[3] == pytest.approx(theirs, rel=1e-8, abs=1e-8)
    assert r.shape == (len(w), LANES)


@settings(max_examples=15, deadline=None)
@given(shape=shapes, seed=st.integers(0, 10**6), gaps=st.integers(1, 5))
def test_missing_values_and_regressors_give_the_likelihood_of_statsmodels(
    shape: tuple[int, ...], seed: int, gaps: int
) -> None:
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    numbers, x, w = drawn(shape, seed)
    rng = np.random.default_rng(seed)
    regressors = rng.normal(size=(2, len(w)))
    missing = np.sort(rng.choice(np.arange(len(w)), gaps, replace=False))
    dummies = np.zeros((gaps, len(w)))
    dummies[np.arange(gaps), missing] = 1.0
    columns = np.vstack([w, dummies, regressors])
    _, loss, beta = evaluate(columns, gaps, x, numbers)
    p, q, P, Q, season = shape
    y = w.copy()
    y[missing] = np.nan
    model = SARIMAX(y, regressors.T, order=(p, 0, q), seasonal_order=(P, 0, Q, season if P + Q else 0))
    c = coefficients(x, numbers)[:, 0]
    e = whiten(columns, x, numbers)[0][:, :, 0]
    rest = e[0] - beta[:, 0] @ e[1:]
    sigma2 = rest @ rest / (len(w) - gaps)
    theirs = -2.0 * model.loglike(np.concatenate([beta[gaps:, 0], c, [sigma2]]))
    assert loss[0] == pytest.approx(theirs, rel=1e-8, abs=1e-8)


@settings(max_examples=20, deadline=None)
@given(
    shape=shapes, seed=st.integers(0, 10**6), gaps=st.integers(1, 4), d=st.integers(0, 1), D=st.integers(0, 1)
)
def test_missing_values_are_integrated_out_of_the_differenced_series(
    shape: tuple[int, ...], seed: int, gaps: int, d: int, D: int
) -> None:
    """Brute force: the density of the values seen, given the first ones, is a Gaussian integral."""
    from gatecast.linear.lag import difference, differencer

    numbers, x, y = drawn(shape, seed, 70)
    rng = np.random.default_rng(seed)
    delta = differencer(d, D, shape[4])
    missing = np.sort(rng.choice(np.arange(len(y)), gaps, replace=False))
    dummies = np.zeros((gaps, len(y)))
    dummies[np.arange(gaps), missing] = 1.0
    w, X = difference(y, delta), difference(dummies, delta)
    if np.linalg.matrix_rank(X) < gaps:
        return
    loss = evaluate(np.vstack([w, X]), gaps, x, numbers)[1][0]
    ar, ma = polynomials(coefficients(x, numbers)[:, 0], shape)
    m = max(len(ar), len(ma)) - 1
    gamma = autocovariance(-in_lanes(ar, m), in_lanes(ma, m), used_lags(ma), len(ar) - 1, len(w))[:, 0]
    precision = np.linalg.inv(toeplitz(gamma[: len(w)]))
    inner = X @ precision @ X.T
    best = np.linalg.solve(inner, X @ precision @ w)
    rest = w - best @ X
    seen = len(w) - gaps
    sigma2 = rest @ precision @ rest / seen
    expected = seen * (np.log(2 * np.pi * sigma2) + 1)
    expected += np.linalg.slogdet(toeplitz(gamma[: len(w)]))[1] + np.linalg.slogdet(inner)[1]
    assert loss == pytest.approx(expected, rel=1e-8, abs=1e-6)


def test_a_frozen_gain_changes_nothing() -> None:
    """Long after the gain has stopped moving, the difference equation still gives the exact innovations."""
    numbers, x, w = drawn((2, 1, 1, 1, 4), 5, 3000)
    e = whiten(w[None, :], x, numbers)[0][0, :, 2]
    ar, ma = polynomials(coefficients(x, numbers)[:, 2], (2, 1, 1, 1, 4))
    found = kalman_filter(w, ar, ma)
    np.testing.assert_allclose(e, found.innovations / np.sqrt(found.variances), atol=1e-7)


@pytest.mark.parametrize("near", [4.0, 4.5])
def test_no_innovation_varies_less_than_innovations_do(near: float) -> None:
    """Σ log F is no less than 0: behind a first F of 10⁹, rounding took later ones below 1."""
    x = np.repeat([[near], [-near], [near], [-near], [2.0]], LANES, axis=1)
    time = np.arange(1000.0)
    wave = np.exp(-time / 300) * np.cos(time / 3)
    e, log_det = whiten(wave[None, :], x, np.array([4, 1, 0, 0, 1]))
    assert (log_det > 0.0).all()
    assert np.isfinite(e).all()


def test_rounding_does_not_carry_the_filter_away() -> None:
    """Held to the oracle over a thousand values, where only the first were told exactly."""
    waves = [radius * np.exp(1j * sign / 3) for radius in (0.9985, 0.9984) for sign in (1, -1)]
    ar, ma = np.real(np.poly([*waves, 0.88])), np.array([1.0, 0.988])
    system = System(ar, ma, np.ones(1), -ar[1:])
    time = np.arange(1000.0)
    wave = np.exp(-time / 30) * np.cos(time / 3)
    v, variance = begin(system, wave[:0], 0).innovations(system, wave)
    oracle = kalman_filter(wave, ar, ma)
    assert oracle.variances[0] > 1e9
    assert variance.min() >= 1.0
    assert np.abs(v - oracle.innovations).max() < 1e-5
    assert np.abs(v[100:] - oracle.innovations[100:]).max() < 1e-6
