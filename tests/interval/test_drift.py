"""The drift detector sees what was planted, where it was planted, and cries wolf as seldom as is said."""

import numpy as np
import pytest

from gatecast.errors import OptionError
from gatecast.interval import LEVELS, REFERENCE, Drift, find_drifts, outcome_scores
from gatecast.interval.quantile import at_levels

FEW = (0.1, 0.5, 0.9)
HORIZON, REFERENCED, JUDGED = 3, 180, 200


def scores(seed: int, r: float = 0.0, count: int = REFERENCED + JUDGED) -> np.ndarray:
    """Stationary autoregressive scores of unit variance."""
    noise, series = np.random.default_rng(seed).normal(size=count), np.zeros(count)
    for t in range(1, count):
        series[t] = r * series[t - 1] + np.sqrt(1 - r**2) * noise[t]
    return series


def drifts(*series: np.ndarray, reference: int = REFERENCED) -> tuple[Drift, ...]:
    """What is found in series of scores, as outcomes of forecasts of N(50, 4)."""
    whose = np.repeat(np.arange(len(series)), [len(one) for one in series])
    actual = 50 + 2 * np.repeat(np.concatenate(series)[:, None], HORIZON, axis=1)
    normal = at_levels(np.array([-1.2815515655, 0.0, 1.2815515655]), FEW, LEVELS)
    quantiles = np.broadcast_to(50 + 2 * normal, (*actual.shape, len(LEVELS)))
    return find_drifts(actual, quantiles, LEVELS, whose, reference)


def changed(seed: int, r: float, change: str) -> np.ndarray:
    series = scores(seed, r)
    behind = np.arange(JUDGED - 50)
    series[REFERENCED + 50 :] = {
        "up": lambda tail: tail + 2.0,
        "down": lambda tail: tail - 2.0,
        "wider": lambda tail: tail * 3.0,
        "trend": lambda tail: tail + behind / 25,
    }[change](series[REFERENCED + 50 :])
    return series


@pytest.mark.parametrize("r", [0.0, 0.3])
@pytest.mark.parametrize(
    ("change", "kind", "within"),
    [("up", "above", 20), ("down", "below", 20), ("wider", "wider", 40), ("trend", "above", 75)],
)
def test_a_planted_change_is_noticed_in_time_and_named(r: float, change: str, kind: str, within: int) -> None:
    begun, seen = REFERENCED + 50, []
    for seed in range(20):
        (drift,) = drifts(changed(seed, r, change)) or (None,)
        if drift is not None and begun <= drift.noticed < begun + within:
            seen.append(drift)
    assert len(seen) >= 18
    assert sum(drift.kind == kind for drift in seen) >= 0.8 * len(seen)
    if change in ("up", "down"):
        assert np.median([abs(drift.since - begun) for drift in seen]) <= 5
        assert np.median([abs(drift.size) for drift in seen]) == pytest.approx(2.0, abs=0.6)


@pytest.mark.parametrize("r", [0.0, 0.6])
def test_stationary_errors_seldom_give_an_alarm(r: float) -> None:
    """The documentation promises a rate for a year; here are 60 stretches of 200 origins."""
    assert sum(bool(drifts(scores(seed, r))) for seed in range(60)) <= 6


def test_only_the_series_that_drifted_is_named_and_in_its_own_origins() -> None:
    still = scores(3)
    found = drifts(still, changed(4, 0.0, "up"))
    assert [one.series for one in found] == [1]
    assert found[0].noticed >= len(still) + REFERENCED + 50
    assert found[0].since <= found[0].noticed


def test_what_is_said_names_when_and_how_much() -> None:
    said = str(Drift(0, "above", 120, 126, 1.84))
    assert (
        said
        == "since origin 120 values lie 1.8 ordinary errors above what was forecast (noticed at origin 126)"
    )
    assert "errors are 2.5 times as large as they were" in str(Drift(0, "wider", 1, 2, 2.5))


def test_the_past_decides_alone() -> None:
    """An alarm does not change with what comes after it."""
    series = changed(0, 0.0, "up")
    (whole,) = drifts(series)
    later = series.copy()
    later[whole.noticed + 1 :] = 0.0
    assert drifts(later) == (whole,)


def test_one_wild_value_is_no_drift() -> None:
    series = scores(1)
    series[REFERENCED + 20] = 1e6
    assert not drifts(series)


def test_unknown_outcomes_and_forecasts_without_width_are_passed_over() -> None:
    series = changed(0, 0.0, "up")
    (before,) = drifts(series)
    holes = series.copy()
    holes[REFERENCED + 5 : REFERENCED + 15] = np.nan
    (after,) = drifts(holes)
    assert after.kind == before.kind
    assert abs(after.noticed - before.noticed) <= 3
    assert np.isnan(outcome_scores(np.array([1.0]), np.ones((1, 3)), FEW)).all()


def test_scores_of_calibrated_forecasts_are_standard_normal() -> None:
    draw = np.random.default_rng(0).normal(size=20_000)
    quantiles = np.broadcast_to(
        at_levels(np.array([-1.2815515655, 0.0, 1.2815515655]), FEW, LEVELS), (20_000, 11)
    )
    found = outcome_scores(draw, quantiles, LEVELS)
    assert abs(found.mean()) < 0.02
    assert found.std() == pytest.approx(1.0, abs=0.02)


def test_too_short_a_reference_is_refused() -> None:
    with pytest.raises(OptionError, match=f"reference is 10; give {REFERENCE} origins or more"):
        drifts(scores(0), reference=10)
