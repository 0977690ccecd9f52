"""What the regression leaves is shown to the head as it stood at the origin."""

import numpy as np
import pytest

from gatecast import Hybrid
from gatecast.hybrid.leftover import COLUMNS, leftovers
from gatecast.memory import Training
from gatecast.progress import Silent
from synthetic_panels import hourly_panel

SEASONS, HORIZON, TIME = (4, 12), 6, 60
TINY = Training(units=6, steps=10, windows=8, origins=4)


def case(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    return draw.normal(size=TIME + HORIZON), draw.normal(size=TIME + HORIZON)


def test_each_column_is_what_its_name_says() -> None:
    left, said = case()
    (found,) = leftovers(left, said, np.array([40]), HORIZON, SEASONS, (0.5, 2.0))
    for step in range(1, HORIZON + 1):
        short, long = 40 + step - 4 * (-(-step // 4)), 40 + step - 12
        wanted = [left[short] / 0.5, left[long] / 0.5, left[40] / 0.5, (said[40 + step] - said[short]) / 2.0]
        np.testing.assert_allclose(found[step - 1], np.arcsinh(wanted), atol=1e-4)


@pytest.mark.parametrize("position", [0, 3, 30, TIME - 1])
def test_no_leftover_behind_the_origin_is_read(position: int) -> None:
    left, said = case()
    other = left.copy()
    other[position + 1 :] = 1e3
    before, after = (
        leftovers(x, said, np.array([position]), HORIZON, SEASONS, (1, 1)) for x in (left, other)
    )
    assert before.tobytes() == after.tobytes()


def test_what_the_regression_says_is_read_no_further_than_the_step() -> None:
    left, said = case()
    other = said.copy()
    other[44:] = 1e3
    before, after = (leftovers(left, x, np.array([40]), HORIZON, SEASONS, (1, 1)) for x in (said, other))
    assert before[:, :3].tobytes() == after[:, :3].tobytes()
    assert (before[:, 3:, 3] != after[:, 3:, 3]).all()


def test_a_value_that_is_missing_leaves_nothing() -> None:
    left, said = case()
    left[40] = np.nan
    found = leftovers(left, said, np.array([40]), HORIZON, SEASONS, (1, 1))
    assert (found[..., 2] == 0).all()


def test_a_network_from_before_there_were_leftovers_forecasts_as_it_did(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its head has fewer inputs: it is shown those it knows."""
    panel = hourly_panel((300, 260), future=HORIZON)
    with monkeypatch.context() as before:
        before.setattr("gatecast.hybrid.pool.Pool.regressed", None)
        old = Hybrid(horizon=HORIZON, season=24, training=TINY).learn(panel, Silent())
        old.shares_ = np.ones(len(panel))
        then = old.forecast(panel, panel.last_origins(), (0.5,))
    now = old.forecast(panel, panel.last_origins(), (0.5,))
    assert now.point.tobytes() == then.point.tobytes()
    new = Hybrid(horizon=HORIZON, season=24, training=TINY).learn(panel, Silent())
    more = new.trained_.network.shape.ahead - old.trained_.network.shape.ahead
    assert more == len(COLUMNS)
    assert len(old.workings(panel, panel.last_origins(), (0.5,)).ahead) == old.trained_.network.shape.ahead
