"""Members' forecasts as addends: they sum to what the member says, and each lies where it must."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatecast._types import FloatArray
from gatecast.data import Panel
from gatecast.linear import LEVEL, Autoregression, RecentARIMA, Split, ages_of, repeated, superposed
from gatecast.linear.fitting import Orders, fit_sarima
from gatecast.linear.outlook import forecast_paths
from gatecast.linear.superposition import forecast_by_age
from plain_panels import autoregressive, panel_of

HORIZON = 10
TEMPERATURE = autoregressive(1510, 0.9, 0, noise=2.0)
HOLIDAY = (np.arange(1510) // 24 % 9 == 4).astype(float)
NOISE = np.random.default_rng(8).normal(size=1510)
KNOWN = np.stack([TEMPERATURE, HOLIDAY, NOISE], axis=1)
DAILY = 10 * np.sin(2 * np.pi * np.arange(1500) / 24)
PLANTED = 60 + DAILY + 1.5 * TEMPERATURE[:1500] - 8 * HOLIDAY[:1500] + autoregressive(1500, 0.6, 1)
NAMES = ("temperature", "holiday", "noise")
SOME = np.random.default_rng(2).random(1500) < 0.05
PANELS = {
    "covariates": panel_of(
        np.where(SOME, np.nan, PLANTED - 100), known=[KNOWN], future=10, names=NAMES, seasons=(24, 168)
    ),
    "logarithms": panel_of(100 + DAILY[:600] + autoregressive(600, 0.8, 3), seasons=(24, 168)),
    "spikes": panel_of(100 + autoregressive(600, 0.8, 1) + 90 * (np.arange(600) % 97 == 50), seasons=(24,)),
    "short": panel_of(10 + autoregressive(30, 0.5, 4), seasons=(12,), freq="MS"),
    "few": panel_of(autoregressive(9, 0.5, 4), seasons=(1,), freq=1),
    "constant": panel_of(np.full(80, 42.0), seasons=(7,), freq="D"),
}
FITTED: dict[str, tuple[Autoregression, RecentARIMA]] = {}


def fitted(kind: str) -> tuple[Autoregression, RecentARIMA]:
    """Both members, fitted once per kind of panel."""
    if kind not in FITTED:
        beside = Autoregression(HORIZON)
        beside.fit_paths(PANELS[kind])
        arima = RecentARIMA(beside)
        arima.fit_paths(PANELS[kind])
        FITTED[kind] = beside, arima
    return FITTED[kind]


def total(split: Split) -> FloatArray:
    whole: FloatArray = np.sum(list(split.ahead.values()), axis=0) + split.past.sum(axis=0)
    return whole


def both(kind: str, panel: Panel, position: int) -> list[tuple[Split, FloatArray]]:
    """Each member's split, and what it forecasts on the same scale."""
    beside, arima = fitted(kind)
    left, ages, at = beside.remainder(panel, 0), ages_of(panel), np.array([position])
    ahead = beside.reasons_ahead(panel, 0, position)
    splits = (
        beside.split(panel, 0, position, ages, left, ahead),
        arima.split(panel, 0, position, ages, left, ahead),
    )
    paths = (member.crossed_paths(panel, 0, at, left)[0] for member in (beside, arima))
    return [(split, beside.path_scale_.forward(path, 0)) for split, path in zip(splits, paths, strict=True)]


@settings(max_examples=40)
@given(kind=st.sampled_from(list(PANELS)), when=st.floats(0, 1))
def test_what_a_member_forecasts_is_the_sum_of_its_addends(kind: str, when: float) -> None:
    panel = PANELS[kind]
    for split, path in both(kind, panel, round(when * (int(panel.known_steps[0]) - 1))):
        np.testing.assert_allclose(total(split), path, rtol=1e-9, atol=1e-9)


@settings(max_examples=25)
@given(
    seed=st.integers(0, 1000),
    orders=st.sampled_from([((1, 0, 1), (0, 0, 0)), ((0, 1, 1), (0, 1, 1)), ((2, 0, 0), (1, 0, 0))]),
    steps=st.integers(1, 90),
    gaps=st.booleans(),
)
def test_arima_is_split_exactly_with_gaps_and_spikes(
    seed: int, orders: tuple[tuple[int, int, int], tuple[int, int, int]], steps: int, gaps: bool
) -> None:
    draw = np.random.default_rng(seed)
    u = 5 + autoregressive(90, 0.6, seed, season=6)
    model = fit_sarima(u, np.zeros((0, 90)), 6, Orders(*orders))
    u[draw.integers(0, 90, 3)] += 500.0
    u[draw.random(90) < (0.2 if gaps else 0.0)] = np.nan
    u[0] = 4.0 if seed % 2 else np.nan
    u = u[:steps] if np.isfinite(u[:steps]).any() else np.full(steps, 4.0)
    ages = ages_of(PANELS["short"])
    constant, past = forecast_by_age(model, u, ages, HORIZON, clean=True)
    at = np.array([len(u) - 1])
    whole, _ = forecast_paths(model, u, np.zeros((0, len(u))), at, HORIZON, clean=True)
    np.testing.assert_allclose(constant + past.sum(axis=0), whole[0], rtol=1e-9, atol=1e-8)


def test_the_regressions_reasons_are_those_planted() -> None:
    panel, rows = PANELS["covariates"], np.arange(1000, 1500)
    beside, _ = fitted("covariates")
    unit = beside.path_scale_.spread[0]
    found = [beside.reasons_ahead(panel, 0, at) for at in range(999, 1499, HORIZON)]
    reasons = {
        name: unit * np.concatenate([one["covariate", name] for one in found]) for name in panel.known_names
    }
    weather = 1.5 * (TEMPERATURE - TEMPERATURE[:1500].mean())[rows]
    assert np.abs(reasons["temperature"] - weather).mean() < 0.15 * np.abs(weather).mean()
    assert np.abs(reasons["holiday"] + 8 * HOLIDAY[rows]).mean() < 0.8
    assert np.abs(reasons["noise"]).mean() < 0.03 * np.abs(weather).mean()


def test_reasons_are_all_that_the_regression_says() -> None:
    panel = PANELS["covariates"]
    beside, _ = fitted("covariates")
    for position in (5, 700, 1499):
        found = beside.reasons_ahead(panel, 0, position)
        said = beside.remainder(panel, 0)[1][position + 1 : position + 1 + HORIZON]
        np.testing.assert_allclose(np.sum(list(found.values()), axis=0), said, rtol=1e-10, atol=1e-10)


def test_a_season_repeated_lies_in_the_season_it_repeats() -> None:
    panel = PANELS["covariates"]
    ages, past, at = ages_of(panel), np.arange(1.0, 601.0), np.array([599])
    for season, groups in ((24, (0, 1)), (168, (4,))):
        parts = superposed(past, ages, lambda some, s=season: repeated(some, at, HORIZON, s)[0])
        others = np.delete(parts, groups, axis=0)
        np.testing.assert_array_equal(parts.sum(axis=0), repeated(past, at, HORIZON, season)[0])
        assert not others.any(), ages.names


def test_a_change_in_one_group_of_the_past_moves_its_part_alone() -> None:
    panel, position = PANELS["logarithms"], 500
    beside, _ = fitted("logarithms")
    ages, left = ages_of(panel), beside.remainder(panel, 0)
    ahead, group = beside.reasons_ahead(panel, 0, position), ages.names.index("the day before")
    moved = left[0].copy()
    moved[position + 1 - 48 : position + 1 - 24] += 0.3
    before, after = (beside.split(panel, 0, position, ages, (u, left[1]), ahead) for u in (left[0], moved))
    change = after.past - before.past
    assert np.abs(change[group]).max() > 1e-3
    assert not np.delete(change, group, axis=0).any()
    np.testing.assert_array_equal(after.ahead[LEVEL], before.ahead[LEVEL])


@pytest.mark.parametrize(
    ("freq", "seasons", "names"),
    [
        (
            "30min",
            (48, 336),
            (
                "the last 90 minutes",
                "the rest of the last day",
                "the day before",
                "2 days to 6 days ago",
                "about 7 days ago",
                "longer ago",
            ),
        ),
        (
            "MS",
            (12,),
            ("the last 3 months", "the rest of the last 12 months", "the 12 months before", "longer ago"),
        ),
        ("D", (7,), ("the last 3 days", "the rest of the last 7 days", "the 7 days before", "longer ago")),
        (1, (1,), ("the last 3 steps", "longer ago")),
        (1, (2, 4), ("the last 3 steps", "the 2 steps before", "about 4 steps ago", "longer ago")),
    ],
)
def test_ages_are_named_in_the_unit_of_the_panel(
    freq: str | int, seasons: tuple[int, ...], names: tuple[str, ...]
) -> None:
    ages = ages_of(panel_of(np.zeros(5), freq=freq, seasons=seasons))
    assert ages.names == names
    assert (ages.masks(400).sum(axis=0) == 1).all(), "every step is in one group"
