"""The ledger of the linear part: it balances, its entries are what was planted, and bounds are named."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatecast import ARIMA, Autoregression, Hybrid, LinearHalf
from gatecast._types import FloatArray
from gatecast.data import Panel
from gatecast.errors import NotFittedError, OptionError
from gatecast.forecaster import Origins
from gatecast.hybrid import LinearLedger, linear_ledger
from gatecast.hybrid.member import Seen
from gatecast.linear import ages_of, superposed
from gatecast.progress import Silent
from plain_panels import autoregressive, panel_of
from synthetic_panels import hourly_panel, with_values

HORIZON = 10
STEPS = 2800
HOUR = np.arange(STEPS + HORIZON)
TEMPERATURE = autoregressive(STEPS + HORIZON, 0.9, 0, noise=2.0)
HOLIDAY = (HOUR // 24 % 9 == 4).astype(float)
PLANTED = 10 * np.sin(2 * np.pi * HOUR / 24) + 1.5 * TEMPERATURE + autoregressive(STEPS + HORIZON, 0.6, 1)
SUN = np.maximum(np.sin(2 * np.pi * (np.arange(500) - 6) / 24), 0) * (
    3 + autoregressive(500, 0.9, 2, noise=0.3)
)


def with_gaps(values: FloatArray, seed: int = 0) -> FloatArray:
    return np.where(np.random.default_rng(seed).random(len(values)) < 0.05, np.nan, values)


MEASURED = hourly_panel((330, 280), future=HORIZON)
PANELS = {
    "logarithms": with_values(MEASURED, with_gaps(MEASURED.values)),
    "raw": with_values(MEASURED, MEASURED.values - 115.0),
    "two weeks": hourly_panel((500,), future=HORIZON, seasons=(24, 168)),
    "holidays": panel_of(
        (PLANTED - 12 * HOLIDAY)[:STEPS],
        known=[np.stack([TEMPERATURE, HOLIDAY], axis=1)],
        future=HORIZON,
        names=("temperature", "holiday"),
    ),
    "bare": panel_of(100 + autoregressive(300, 0.8, 3, season=24), future=HORIZON),
    "short": panel_of(10 + autoregressive(30, 0.5, 4), seasons=(12,), freq="MS"),
    "steps": panel_of(10 + autoregressive(200, 0.5, 4, season=7), 5 + HOUR[:90] % 7.0, seasons=(7,), freq=1),
    "sun": panel_of(np.maximum(SUN, 0), seasons=(24,), future=HORIZON),
    "constant": panel_of(np.full(120, 42.0), seasons=(24,)),
}
REGRESSED = ("autoregression", "ARIMA")
FITTED: dict[str, LinearHalf] = {}


def half(kind: str) -> LinearHalf:
    """Fitted once per kind of panel, without its intervals."""
    if kind not in FITTED:
        FITTED[kind] = LinearHalf(HORIZON)
        FITTED[kind].fit_paths(PANELS[kind])
    return FITTED[kind]


def linear_part(kind: str, panel: Panel, series: int, position: int) -> FloatArray:
    paths: FloatArray = half(kind).paths(panel, Origins(np.array([series]), np.array([position])))
    return paths[0]


def last(kind: str, panel: Panel | None = None) -> LinearLedger:
    panel = PANELS[kind] if panel is None else panel
    return linear_ledger(half(kind), panel, 0, int(panel.known_steps[0]) - 1)


@settings(max_examples=30)
@given(kind=st.sampled_from(list(PANELS)), series=st.integers(0, 1), when=st.floats(0, 1))
def test_the_parts_sum_to_the_linear_part(kind: str, series: int, when: float) -> None:
    panel = PANELS[kind]
    series %= len(panel)
    position = round(when * (int(panel.known_steps[series]) - 1))
    ledger, linear = (
        linear_ledger(half(kind), panel, series, position),
        linear_part(kind, panel, series, position),
    )
    size = np.abs(ledger.parts).sum(axis=0)
    assert (np.abs(ledger.total() - linear) <= 1e-10 * np.abs(linear) + 1e-15 * size).all()
    np.testing.assert_allclose(ledger.member_parts.sum(axis=0), linear, rtol=1e-10, atol=1e-12 * size.max())
    np.testing.assert_allclose(ledger.weights.sum(), 1.0, rtol=1e-12)
    assert len(set(ledger.names)) == len(ledger.names) == len(ledger.parts)


@pytest.mark.parametrize("kind", ["logarithms", "raw", "two weeks", "holidays", "bare"])
def test_an_ordinary_forecast_touches_no_bound(kind: str) -> None:
    """So the addends sum to it by themselves: what rounding leaves is less than a bound is."""
    assert "bound" not in last(kind).kinds


def test_on_a_plain_scale_members_bring_their_forecasts_by_weight() -> None:
    ledger = last("raw")
    np.testing.assert_allclose(ledger.member_parts, ledger.weights[:, None] * ledger.member_paths, rtol=1e-9)
    assert len(ledger.member_names) == len(set(ledger.member_names)) == len(ledger.weights)


def test_a_planted_holiday_and_planted_weather_are_found() -> None:
    panel, model = PANELS["holidays"], half("holidays")
    found, steps = [], []
    for position in range(STEPS - 400, STEPS - HORIZON, 4 * HORIZON):
        found.append(linear_ledger(model, panel, 0, position))
        steps.append(position + 1 + np.arange(HORIZON))
    weather, holiday = (np.concatenate([one.part(n) for one in found]) for n in ("temperature", "holiday"))
    at = np.concatenate(steps)
    expected = 1.5 * (TEMPERATURE[at] - TEMPERATURE[:STEPS].mean())
    regressed = [found[0].member_names.index(n) for n in REGRESSED]
    believed = np.concatenate([np.full(HORIZON, one.weights[regressed].sum()) for one in found])
    assert np.corrcoef(weather, expected)[0, 1] > 0.97
    assert np.abs(weather - believed * expected).mean() < 0.25 * np.abs(expected).mean()
    assert np.abs(holiday + believed * 12 * HOLIDAY[at]).mean() < 1.5
    assert HOLIDAY[at].any()


@pytest.mark.parametrize("name", ["temperature", "holiday"])
def test_another_covariate_ahead_moves_the_linear_part_by_its_own_part(name: str) -> None:
    panel, column = PANELS["holidays"], PANELS["holidays"].known_names.index(name)
    known = panel.known.copy()
    known[-HORIZON:, column] = known[-HORIZON:, column] + 3.0 if name == "temperature" else 1.0
    before, after = last("holidays"), last("holidays", replace(panel, known=known))
    assert before.names == after.names
    moved = np.abs(after.parts - before.parts).max(axis=1)
    whole = np.abs(after.total() - before.total()).max()
    assert whole > 1.0
    assert moved[before.names.index(name)] == pytest.approx(whole, rel=1e-9)
    others = np.delete(moved, before.names.index(name))
    assert others.max() < (1e-9 if name == "temperature" else 0.05) * whole


def test_a_covariate_without_effect_has_a_small_part() -> None:
    noise = np.random.default_rng(5).normal(size=STEPS + HORIZON)
    panel = panel_of(PLANTED[:1500], known=[np.stack([TEMPERATURE, noise], axis=1)[:1510]], future=HORIZON)
    model = Autoregression(HORIZON)
    model.fit_paths(panel)
    ledgers = [linear_ledger(model, panel, 0, at) for at in range(1200, 1500, 30)]
    weather, noisy = (
        np.mean([np.abs(one.part(name)) for one in ledgers]) for name in ("covariate 0", "covariate 1")
    )
    assert noisy < 0.05 * weather


def test_an_autoregression_alone_is_split_by_the_coefficients_it_forecasts_with() -> None:
    for kind, logs in (("logarithms", True), ("logarithms", False), ("raw", True), ("sun", True)):
        panel, model = PANELS[kind], Autoregression(HORIZON, logs=logs)
        model.fit_paths(panel)
        at = int(panel.known_steps[0]) - 3
        path = model.paths(panel, Origins(np.array([0]), np.array([at])))[0]
        ledger = linear_ledger(model, panel, 0, at)
        np.testing.assert_allclose(ledger.total(), path, rtol=1e-10, atol=1e-12)
        assert "bound" not in ledger.kinds or kind == "sun"


WEATHER = autoregressive(310, 0.8, 4)
WAVE = 20 + 3 * np.sin(2 * np.pi * np.arange(300) / 12) + autoregressive(300, 0.7, 5)
OWN = {
    "plain": ({}, WAVE + 2 * WEATHER[:300]),
    "gaps": (
        {"order": (1, 1, 1), "seasonal_order": (0, 1, 1)},
        with_gaps(WAVE),
    ),
    "log": ({"transform": "log", "mean": True}, np.exp((WAVE) / 20)),
    "box-cox": ({"transform": 0.5, "blend": True}, 30 + (WAVE) ** 2),
    "zero": ({"seasonal_order": (0, 0, 0)}, np.maximum(autoregressive(300, 0.95, 6), 0)),
}


@pytest.mark.parametrize("kind", list(OWN))
def test_an_arima_is_split_on_its_own(kind: str) -> None:
    options, values = OWN[kind]
    panel = panel_of(values, known=[WEATHER[:, None]], future=HORIZON, seasons=(12,), names=("weather",))
    model = ARIMA(HORIZON, **options).learn(panel, Silent())
    for position in (299, 150, 20, 5):
        point = model.forecast(panel, Origins(np.array([0]), np.array([position])), [0.5]).point[0]
        ledger = linear_ledger(model, panel, 0, position)
        np.testing.assert_allclose(ledger.total(), point, rtol=1e-10, atol=1e-10)
        np.testing.assert_allclose(ledger.member_parts.sum(axis=0), point, rtol=1e-9, atol=1e-9)
        assert ("bound" in ledger.kinds) == (kind == "zero" and (point == 0.0).any())
    ledger = linear_ledger(model, panel, 0, 299)
    assert abs(ledger.part("level")[0] / np.nanmean(values) - 1) < 0.5 or kind == "zero"
    if kind == "plain":
        effect = 2 * (WEATHER[300:] - WEATHER[:300].mean())
        np.testing.assert_allclose(ledger.part("weather"), effect, atol=0.2 * np.abs(effect).max())


def test_a_floor_at_zero_is_an_entry_of_its_own() -> None:
    panel = PANELS["sun"]
    entries = [linear_ledger(half("sun"), panel, 0, position) for position in range(430, 480, 5)]
    floors = [
        one.part("kept from falling below zero")
        for one in entries
        if "kept from falling below zero" in one.names
    ]
    assert floors, "some night is foreseen below zero"
    assert (np.stack(floors) >= 0).all()
    assert all((one.total() >= -1e-12).all() for one in entries)


def test_a_forecast_that_runs_away_is_held_and_says_so() -> None:
    values = MEASURED.values.copy()
    values[MEASURED.history(0)][-12:] *= 100
    ledger = last("logarithms", with_values(MEASURED, values))
    assert "held within its past range" in ledger.names
    assert np.isfinite(ledger.parts).all()


def test_the_naive_members_past_lies_where_they_look() -> None:
    pool, panel, ledger = half("two weeks").pool_, PANELS["two weeks"], last("two weeks")
    ages, past = ages_of(panel), pool.scaled(panel)[:500]
    left = pool.full_.remainder(panel, 0)

    def naive(some: FloatArray) -> FloatArray:
        seen = Seen(panel, 0, some, left, pool.full_, pool.scale_, pool.horizon)
        return np.stack(pool.naive_paths(seen, np.array([499])), axis=-1)[0]

    found = superposed(past, ages, naive)
    looked = {
        name: {ages.names[g] for g in np.flatnonzero(np.abs(part).max(axis=1) > 1e-9)}
        for name, part in zip(ledger.member_names[-6:], np.moveaxis(found, -1, 0), strict=True)
    }
    today, week = {"the last 3 hours", "the rest of the last day"}, "about 7 days ago"
    assert looked == {
        "the value 24 steps before": looked["the value 24 steps before"] & today,
        "the value 168 steps before": {week},
        "the value 168 steps before, moved to the present level": {*today, week},
        "the mean of 4 cycles of 168 steps": {week, "longer ago"},
        "the last value": {"the last 3 hours"},
        "the present level": today,
    }
    assert "the rest of the last day" in looked["the value 24 steps before"]


def test_what_is_not_there_cannot_be_split() -> None:
    for model in (LinearHalf(HORIZON), Hybrid(HORIZON), Autoregression(HORIZON)):
        with pytest.raises(NotFittedError, match="not fitted; call fit with a table first"):
            linear_ledger(model, PANELS["bare"], 0, 50)
    for series, position in ((1, 50), (-1, 50), (0, 310), (0, -1)):
        with pytest.raises(
            OptionError, match=f"series {series}, position {position} is not in this panel of 1"
        ):
            linear_ledger(half("bare"), PANELS["bare"], series, position)
    with pytest.raises(OptionError, match="no part is called 'wind'; there are level, "):
        last("bare").part("wind")
