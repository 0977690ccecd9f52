"""However the halves are joined, they add up; and each way shows the network what it says it shows."""

from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import pytest

from gatecast import Hybrid, LinearHalf
from gatecast.errors import OptionError, SeriesError
from gatecast.forecaster import Origins
from gatecast.hybrid import linear_ledger
from gatecast.hybrid.joining import joined
from gatecast.hybrid.modes import MODES, ModeName, mode_of
from gatecast.interval import LEVELS
from gatecast.memory import Training, anchored_windows, read_batch
from gatecast.progress import Silent
from synthetic_panels import hourly_panel

HORIZON = 12
TINY = Training(units=8, steps=20, windows=16, origins=4)
PANEL = hourly_panel((300, 260), future=HORIZON)
MEDIAN = LEVELS.index(0.5)
every_mode = pytest.mark.parametrize("mode", list(MODES))


@lru_cache
def learned(mode: ModeName) -> Hybrid:
    """Believed outright, so that there is something to see."""
    model = Hybrid(horizon=HORIZON, season=24, training=TINY, mode=mode).learn(PANEL, Silent())
    model.shares_ = np.ones(len(PANEL))
    return model


def some_origins() -> Origins:
    last = PANEL.last_origins()
    back = (0, 1, 5, 25)
    return Origins(np.tile(last.series, len(back)), np.concatenate([last.position - steps for steps in back]))


@every_mode
def test_the_parts_are_the_forecast_to_the_bit(mode: ModeName) -> None:
    forecast = learned(mode).forecast(PANEL, some_origins(), LEVELS)
    assert forecast.linear_part is not None
    assert forecast.memory_part is not None
    assert (forecast.linear_part + forecast.memory_part).tobytes() == forecast.point.tobytes()
    assert (forecast.memory_part != 0).any()
    assert (np.diff(forecast.quantiles, axis=-1) >= 0).all()


@every_mode
def test_the_linear_part_is_the_linear_half_in_every_mode(mode: ModeName) -> None:
    alone = LinearHalf(horizon=HORIZON, season=24).learn(PANEL, Silent())
    expected = alone.forecast(PANEL, some_origins(), LEVELS).point
    said = learned(mode).forecast(PANEL, some_origins(), LEVELS).linear_part
    assert said is not None
    np.testing.assert_allclose(said, expected, rtol=1e-9)
    ledger = linear_ledger(learned(mode), PANEL, 0, int(PANEL.known_steps[0]) - 1)
    np.testing.assert_allclose(ledger.total(), said[0], rtol=1e-10)


@every_mode
def test_its_workings_are_the_forecast_and_name_every_input(mode: ModeName) -> None:
    pieces = learned(mode).workings(PANEL, some_origins(), LEVELS)
    assert len(pieces.history) == pieces.batch.history.shape[-1]
    assert len(pieces.ahead) == pieces.batch.ahead.shape[-1]
    again = pieces.finish(read_batch(pieces))
    whole = learned(mode).forecast(PANEL, some_origins(), LEVELS)
    np.testing.assert_allclose(again.quantiles, whole.quantiles, rtol=1e-5)


def test_residual_shows_the_mixture_and_no_member() -> None:
    pieces = learned("residual").workings(PANEL, some_origins(), LEVELS)
    assert pieces.linear is not None
    np.testing.assert_allclose(pieces.batch.members[:, 0, :, 0], pieces.linear, atol=1e-5)
    assert pieces.network.shape.members == 1
    names = [column.name for column in (*pieces.history, *pieces.ahead)]
    assert not any("ARIMA" in name or "steps before, moved" in name for name in names)


def test_parallel_shows_nothing_of_the_linear_half() -> None:
    """What the network reads is the same whatever the linear half would say."""
    pieces = learned("parallel").workings(PANEL, some_origins(), LEVELS)
    assert pieces.network.shape.members == 0
    assert not any(column.kind == "members" for column in (*pieces.history, *pieces.ahead))


def test_parallel_at_half_a_share_is_half_of_each() -> None:
    model, origins = learned("parallel"), some_origins()
    said = {}
    for share in (0.0, 0.5, 1.0):
        model.shares_ = np.full(len(PANEL), share)
        windows = anchored_windows(origins, model.context_)
        _, seen = model._learned().cut(PANEL, model.inputs_.rows(PANEL), windows)
        silent = np.zeros((len(origins), HORIZON, len(LEVELS)))
        quantiles = joined(silent, seen.mix, model.shares_[origins.series], model.widening_)
        said[share] = quantiles[..., MEDIAN]
    model.shares_ = np.ones(len(PANEL))
    np.testing.assert_allclose(said[0.5], (said[0.0] + said[1.0]) / 2)


@pytest.mark.parametrize("wrong", ["gated", "", None, 3, ["gate"]])
def test_an_unknown_mode_is_refused_before_time_is_spent(wrong: Any) -> None:
    with pytest.raises(OptionError, match="no way to join the halves; give one of gate, residual, parallel"):
        Hybrid(horizon=HORIZON, season=24, mode=wrong).learn(PANEL, Silent())


def test_every_mode_has_a_name_of_its_own() -> None:
    assert len({id(mode_of(name)) for name in MODES}) == 3


def test_a_perceptron_in_the_hybrid_is_not_looked_into() -> None:
    training = replace(TINY, cell="mlp")
    model = Hybrid(horizon=HORIZON, season=24, training=training).learn(PANEL, Silent())
    assert np.isfinite(model.forecast(PANEL, some_origins(), LEVELS).quantiles).all()
    with pytest.raises(SeriesError, match="no gates to look at"):
        model.workings(PANEL, some_origins(), LEVELS)
