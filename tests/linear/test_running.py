"""A running state says what filtering the whole history says, whatever is missing, however it came."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatecast.linear import position
from gatecast.linear.filter import EVERY, MANY, MOST, REST, WITHIN
from gatecast.linear.kalman import stationary_covariance, system
from gatecast.linear.outlook import forecast_paths
from gatecast.linear.position import begin, system_of
from gatecast.linear.running import FAR, Running, spike_limit, start_running
from gatecast.linear.sarima import Sarima
from gatecast.linear.shape import Shape

HORIZON = 15
SMALL = 1e-10  # standard deviations of the forecast
NOTHING = np.zeros((0, 1000))

orders = st.tuples(*(st.integers(0, 2) for _ in range(6)), st.sampled_from([2, 4, 7, 12]))


def model_of(order: tuple[int, ...], seed: int = 0) -> Sarima:
    """(p, d, q, P, D, Q, season) with coefficients drawn at random."""
    p, d, q, P, D, Q, season = order
    c = np.random.default_rng(seed).uniform(-0.45, 0.45, p + q + P + Q)
    none = np.zeros(0)
    shape = Shape(p, q, P, Q, False)
    return Sarima(d, D, season, shape, c, none, 0.0, 1.3, 0.0, 0.0, 100, np.zeros((0, 0)), none)


def drawn(seed: int, time: int, missing: float = 0.0, spikes: int = 0) -> np.ndarray:
    """A wandering series that begins with a value."""
    rng = np.random.default_rng(seed)
    y = rng.normal(size=time).cumsum() + 5 * np.sin(np.arange(time) * 2 * np.pi / 12)
    y[rng.integers(0, time, spikes)] += 400.0
    y[1:][rng.uniform(size=time - 1) < missing] = np.nan
    return y


def in_parts(running: Running, y: np.ndarray, cuts: list[int]) -> Running:
    for part in np.split(y, sorted(cuts)):
        running = running.after(part, NOTHING)
    return running


def agree(mine: tuple[np.ndarray, ...], theirs: tuple[np.ndarray, ...], within: float = SMALL) -> None:
    deviation = np.sqrt(theirs[1])
    np.testing.assert_allclose((mine[0] - theirs[0]) / deviation, 0.0, atol=within)
    np.testing.assert_allclose(np.sqrt(mine[1]) / deviation, 1.0, atol=within)


def dense(model: Sarima, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A Kalman filter anyone can check: ARMA in Harvey's form over the last levels, covariance in full."""
    T, R = system(model.ar, model.ma)
    size, lags = len(R), len(model.delta) - 1
    H = np.concatenate([np.eye(size)[0], -model.delta[1:]])
    A = np.zeros((size + lags, size + lags))
    A[:size, :size] = T
    if lags:
        A[size] = H
        A[size + 1 :, size:-1] = np.eye(lags - 1)
    noise = np.concatenate([R, np.zeros(lags)])
    x, P = np.concatenate([np.zeros(size), u[:lags][::-1]]), np.zeros(A.shape)
    P[:size, :size] = stationary_covariance(T, R)
    for value in u[lags:]:
        if np.isfinite(value):
            gain = P @ H / (H @ P @ H)
            x, P = x + gain * (value - H @ x), P - np.outer(gain, H @ P)
        x, P = A @ x, A @ P @ A.T + np.outer(noise, noise)
    mean, variance = np.empty(HORIZON), np.empty(HORIZON)
    for k in range(HORIZON):
        mean[k], variance[k] = H @ x, H @ P @ H
        x, P = A @ x, A @ P @ A.T + np.outer(noise, noise)
    return mean, variance * model.sigma2


@settings(max_examples=60)
@given(
    order=orders,
    seed=st.integers(0, 10**6),
    missing=st.sampled_from([0.0, 0.02, 0.4]),
    spikes=st.integers(0, 4),
    clean=st.booleans(),
    cuts=st.lists(st.integers(0, 150), max_size=6),
)
def test_however_the_values_came_it_is_filtering_the_whole_history(
    order: tuple[int, ...], seed: int, missing: float, spikes: int, clean: bool, cuts: list[int]
) -> None:
    model, y = model_of(order, seed), drawn(seed, 150, missing, spikes)
    mine = in_parts(start_running(model, HORIZON, clean=clean), y, cuts).ahead(NOTHING)
    whole = forecast_paths(model, y, NOTHING, np.array([len(y) - 1]), HORIZON, clean=clean)
    agree(mine, (whole[0][0], whole[1][0]))


@settings(max_examples=40)
@given(order=orders, seed=st.integers(0, 10**6), missing=st.sampled_from([0.01, 0.1, 0.6]))
def test_with_gaps_it_is_the_kalman_filter(order: tuple[int, ...], seed: int, missing: float) -> None:
    model, y = model_of(order, seed), drawn(seed, 150, missing)
    lags = len(model.delta) - 1
    y[:lags] = drawn(seed, 150)[:lags]  # a missing start is diffuse here, which the textbook's filter is not
    mine = in_parts(start_running(model, HORIZON), y, [7, 31, 32, 90]).ahead(NOTHING)
    agree(mine, dense(model, y), 1e-10)  # the covariance in full loses more digits than its factor does


@settings(max_examples=40)
@given(order=orders, seed=st.integers(0, 10**6), cut=st.integers(0, 40))
def test_one_value_at_a_time_is_all_at_once_from_the_first_on(
    order: tuple[int, ...], seed: int, cut: int
) -> None:
    """Also while values are too few to difference."""
    model, y = model_of(order, seed), drawn(seed, 40, 0.2)
    running = start_running(model, HORIZON, clean=True)
    for value in y[:cut]:
        running = running.after(np.array([value]), NOTHING)
    agree(
        running.ahead(NOTHING),
        start_running(model, HORIZON, clean=True).after(y[:cut], NOTHING).ahead(NOTHING),
    )
    if cut:
        whole = forecast_paths(model, y, NOTHING, np.array([cut - 1]), HORIZON, clean=True)
        agree(running.ahead(NOTHING), (whole[0][0], whole[1][0]))


def without_spikes(model: Sarima, y: np.ndarray) -> np.ndarray:
    """Slow and readable: filter all, judge the first value that lies far off, filter all again, and so on."""
    parts, out, lags = system_of(model), y.copy(), len(model.delta) - 1
    spikes: list[tuple[int, float]] = []
    at, believed_to, credit = -1, -1, MOST * EVERY
    while True:
        *_, v, variance = begin(parts, out[:lags], 0).move(parts, out[lags:].copy(), np.inf)
        far = np.flatnonzero(np.abs(v) > FAR * np.sqrt(variance * model.sigma2))
        far = far[far > at]
        if not len(far):
            return out
        credit = min(MOST * EVERY, credit + int(far[0]) - at)
        at = int(far[0])
        if at <= believed_to or credit < EVERY:
            continue
        in_a_row = spikes and spikes[-1][0] == at - 1 and spikes[-1][1] * v[at] > 0
        if in_a_row or (len(spikes) >= MANY and spikes[-MANY][0] > at - WITHIN):
            believed_to = at + REST
        else:
            spikes.append((at, v[at]))
            credit -= EVERY
            out[lags + at] -= v[at]


@settings(max_examples=30)
@given(order=orders, seed=st.integers(0, 10**6), spikes=st.integers(1, 60))
def test_spikes_are_found_on_the_way_as_by_filtering_anew_after_each(
    order: tuple[int, ...], seed: int, spikes: int
) -> None:
    model, y = model_of(order, seed), drawn(seed, 400, spikes=spikes)
    mine = in_parts(start_running(model, HORIZON, clean=True), y, [100, 101, 300]).ahead(NOTHING)
    cleaned = without_spikes(model, y)
    whole = start_running(model, HORIZON).after(cleaned, NOTHING).ahead(NOTHING)
    size = float(np.abs(np.append(whole[0], cleaned)).max())  # forecasts in the place of values may run away
    agree(mine, whole, 1e-9 + 2e-14 * size)  # and take their place with rounding of their own size


def believed(model: Sarima, y: np.ndarray) -> np.ndarray:
    """The levels as the filter takes them."""
    parts, out, lags = system_of(model), y.copy(), len(model.delta) - 1
    begin(parts, out[:lags], 0).move(parts, out[lags:], spike_limit(model, True))
    return out


NOISE = replace(model_of((1, 0, 0, 0, 0, 0, 1)), sigma2=1.0)


def test_a_spike_is_not_believed_but_a_step_is() -> None:
    y = np.random.default_rng(0).normal(size=100)
    spiky, stepped = y.copy(), y.copy()
    spiky[50] += 40.0
    stepped[50:] += 40.0
    assert abs(believed(NOISE, spiky)[50]) < 3.0
    assert (believed(NOISE, stepped)[51:] == stepped[51:]).mean() > 0.9


def test_a_spike_behind_a_gap_is_not_believed_either() -> None:
    model, y = model_of((1, 1, 1, 0, 1, 1, 4)), drawn(0, 100)
    y[50:52] = np.nan
    running = start_running(model, HORIZON, clean=True)
    plain = running.after(y, NOTHING).ahead(NOTHING)[0]
    y[-1] += 400.0
    assert np.abs(running.after(y, NOTHING).ahead(NOTHING)[0] - plain).max() < 20.0
    assert np.abs(start_running(model, HORIZON).after(y, NOTHING).ahead(NOTHING)[0] - plain).max() > 100.0


def test_a_spike_soon_after_another_is_not_believed_either() -> None:
    y = np.random.default_rng(0).normal(size=100)
    y[[50, 55, 61]] += 40.0
    y[62] -= 40.0  # two in a row, to either side: no level
    assert np.abs(believed(NOISE, y)[[50, 55, 61, 62]]).max() < 3.0


def test_what_is_believed_of_the_past_does_not_change_with_the_future() -> None:
    model, y = model_of((1, 0, 2, 1, 1, 1, 12)), drawn(0, 140)
    y[[50, 70, 75, 110]] += 400.0
    whole = believed(model, y)
    for origin in (52, 70, 90, 138):
        np.testing.assert_allclose(believed(model, y[: origin + 1]), whole[: origin + 1], atol=1e-9)


def test_the_latest_of_many_spikes_is_no_more_believed_than_the_first() -> None:
    y = np.random.default_rng(0).normal(size=12_000)
    y[90::90] += 40.0
    assert np.abs(believed(NOISE, y)).max() < 6.0


def test_where_every_other_value_is_a_spike_it_is_the_noise_that_has_grown() -> None:
    y = np.random.default_rng(0).normal(size=1000)
    y[500:] *= 40.0
    assert (believed(NOISE, y)[520:] == y[520:]).mean() > 0.8


def test_where_spikes_go_on_and_on_they_are_the_process() -> None:
    """The first value of a level that moved is taken for a spike, and so is that hour of the days to come."""
    model = replace(model_of((0, 0, 0, 0, 1, 0, 24)), sigma2=1.0)
    y = np.random.default_rng(0).normal(size=24 * 60)
    y[500:] += 40.0
    nothing = np.zeros((0, len(y)))
    running = start_running(model, 24, clean=True)
    assert running.after(y, nothing).ahead(nothing)[0].min() > 30.0


def test_the_states_left_behind_in_parts_are_those_left_at_once() -> None:
    model, y = model_of((2, 1, 1, 1, 0, 1, 6), 8), drawn(8, 400)
    parts, lags = system_of(model), len(model.delta) - 1
    start = begin(parts, y[:lags], 5)
    whole = start.after(parts, y[:0], np.inf).move(parts, y[lags:].copy(), np.inf)[1]
    some = [start.move(parts, part.copy(), np.inf)[1] for part in np.split(y[lags:], [150, 151])]
    np.testing.assert_allclose(np.concatenate(some), whole, rtol=0, atol=1e-10)


@pytest.mark.parametrize("clean", [False, True])
def test_a_value_costs_no_more_behind_a_long_history(monkeypatch: pytest.MonkeyPatch, clean: bool) -> None:
    """Counted in values the filter is handed and in rows it carries through each, not in seconds."""
    handed: list[tuple[int, int]] = []
    original = position.follow

    def counting(u: np.ndarray, *rest: np.ndarray) -> object:
        handed.append((len(u), int(rest[5][2])))
        return original(u, *rest)

    model = model_of((1, 1, 1, 0, 1, 1, 12))
    monkeypatch.setattr(position, "follow", counting)
    most = 0
    nothing = np.zeros((0, 20000))
    for length in (200, 2000, 20000):
        y = drawn(1, length, 0.02, spikes=3)
        running = start_running(model, HORIZON, clean=clean).after(y, nothing)
        handed.clear()
        running.after(np.array([1.0, np.nan, 2.0]), NOTHING)
        assert sum(count for count, _ in handed) <= 3 + len(handed) - 1
        assert len(handed) <= 2  # once more where there was no room for a column
        columns = handed[0][1]
        most = columns if length == 200 else most
        assert columns <= max(2 * most, 20)


def test_uncertainty_has_no_more_columns_than_the_state_has_numbers_to_be_uncertain_of() -> None:
    model = model_of((2, 1, 1, 1, 1, 1, 4))
    size = len(system_of(model).phi) + len(model.delta) - 1
    running = start_running(model, HORIZON).after(np.append(np.zeros(40), np.full(500, np.nan)), NOTHING)
    assert running.position is not None
    assert running.position.counts[2] <= max(position.FEW, 2 * size)
    variance = running.ahead(NOTHING)[1]
    assert np.isfinite(variance).all()
    assert variance[0] > 1e4


def test_what_was_missing_is_forgotten_once_it_no_longer_matters() -> None:
    model = model_of((1, 0, 1, 0, 1, 0, 12))
    y = drawn(0, 900)
    y[[100, 200, 201]] = np.nan
    running = start_running(model, HORIZON).after(y, NOTHING)
    assert running.position is not None
    assert running.position.counts[2] == 0
    assert running.position.scalars[1] == 0.0


def test_moving_on_leaves_the_state_it_came_from_alone() -> None:
    model, y = model_of((2, 1, 1, 0, 1, 1, 4)), drawn(3, 100, 0.1)
    running = start_running(model, HORIZON, clean=True).after(y, NOTHING)
    before = running.ahead(NOTHING)
    running.after(np.array([5.0, np.nan, 500.0]), NOTHING)
    np.testing.assert_array_equal(running.ahead(NOTHING), before)
    assert running.steps == 100


def test_regressors_and_drift_are_read_from_where_the_series_stands() -> None:
    rng = np.random.default_rng(5)
    x = rng.normal(size=(2, 300))
    model = replace(model_of((1, 1, 1, 0, 0, 1, 4)), beta=np.array([3.0, -1.0]), constant=0.4)
    y = drawn(2, 200, 0.05) + model.mean(x[:, :200])
    running = start_running(model, HORIZON)
    for first in range(0, 200, 7):
        last = min(first + 7, 200)
        running = running.after(y[first:last], x[:, first:last])
    whole = forecast_paths(model, y, x, np.array([199]), HORIZON)
    agree(running.ahead(x[:, 200:]), (whole[0][0], whole[1][0]))
