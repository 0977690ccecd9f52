"""A hybrid that moves on by rows forecasts as one that reads the longer table."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gatecast.data import Panel
from gatecast.forecaster import Forecast
from gatecast.front import Replayed
from gatecast.hybrid import Hybrid
from gatecast.hybrid.hybrid_standing import AloneStanding, HybridStanding
from gatecast.memory import Training
from gatecast.progress import Silent
from rows_that_come import arrivals, cut, foreseen_behind, origins_at, row_at
from synthetic_panels import hourly_panel, with_given

HORIZON, COMING = 9, 70
LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)
SMALL = Training(units=6, steps=12, windows=8, origins=4)


def whole_panel(lengths: tuple[int, ...] = (760, 700)) -> Panel:
    panel = hourly_panel(lengths, seasons=(24, 168))
    values, gaps = panel.values.copy(), np.random.default_rng(8).random(len(panel.values)) < 0.04
    values[gaps] = np.nan
    holiday = (panel.times // 86_400_000_000) % 8 == 0
    return replace(
        panel,
        values=values,
        known=np.column_stack([panel.known, holiday]),
        known_names=("temperature", "holiday"),
    )


WHOLE = whole_panel()
KINDS: dict[str, dict[str, Any]] = {
    "gate": {"mode": "gate"},
    "residual": {"mode": "residual"},
    "parallel": {"mode": "parallel"},
    "two of another cell": {"training": replace(SMALL, cell="gru", networks=2)},
    "members that are not linear": {"given": ("operator",)},
}


def learned(kind: str) -> tuple[Hybrid, Panel]:
    whole = WHOLE
    if kind.startswith("members"):
        whole = whole_panel((1700,))
        whole = with_given(replace(whole, values=np.nan_to_num(whole.values, nan=120.0)), 0)
    options = {"training": SMALL} | KINDS[kind]
    model = Hybrid(HORIZON, **options).learn(cut(whole, whole.known_steps - COMING), Silent())
    assert model.linear_ is None
    model.shares_ = np.linspace(0.4, 0.9, len(whole))  # so that what the network says is heard
    return model, whole


def same(now: Forecast, replayed: Forecast) -> None:
    size = np.abs(replayed.point).max()
    for part in ("point", "quantiles", "linear_part", "memory_part", "pool_part"):
        mine, theirs = getattr(now, part), getattr(replayed, part)
        assert (mine is None) == (theirs is None), part
        if mine is not None:
            np.testing.assert_allclose(mine, theirs, rtol=0.0, atol=1e-5 * size, err_msg=part)
    assert now.linear_part is not None
    np.testing.assert_allclose(now.linear_part, replayed.linear_part, rtol=1e-9)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_hybrid_forecasts_as_from_the_longer_table(kind: str) -> None:
    """At several clocks, whichever series rows came for, and wherever it stood before."""
    model, whole = learned(kind)
    start = whole.known_steps - COMING
    for before, came in ((0, 0), (0, 50), (23, 11)):
        standing = model._stand(cut(whole, start + before))
        assert isinstance(standing, HybridStanding)
        assert model._stands(standing)
        draw = np.random.default_rng(came)
        for _ in range(came):
            some = np.flatnonzero(draw.random(len(whole)) < 0.8)
            some = some[standing.clock[some] < whole.known_steps[some] - 1 - HORIZON]
            standing.advance(row_at(whole, some, standing.clock[some] + 1))
        now = standing.ahead(foreseen_behind(whole, standing.clock, HORIZON), LEVELS)
        longer = cut(whole, standing.clock + 1, HORIZON)
        same(now, model.forecast(longer, origins_at(standing.clock), LEVELS))


def test_a_snapshot_of_a_hybrid_stays_where_it_was() -> None:
    model, whole = learned("gate")
    standing = model._stand(cut(whole, whole.known_steps - COMING))
    foreseen = foreseen_behind(whole, standing.clock, HORIZON)
    before, snapshot = standing.ahead(foreseen, LEVELS), standing.copy()
    for row in arrivals(whole, standing.clock.copy(), standing.clock + 30):
        standing.advance(row)
    np.testing.assert_array_equal(snapshot.ahead(foreseen, LEVELS).quantiles, before.quantiles)
    moved, stayed = standing.state(), snapshot.state()
    assert {"clock", "hidden", "cell", "interval scores", "prior of the members"} <= moved.keys()
    assert all(part.shape[0] == len(whole) for part in moved.values())
    assert all(not np.array_equal(moved[name], stayed[name]) for name in ("clock", "hidden", "cell"))


def test_a_hybrid_without_a_memory_stands_as_its_linear_half() -> None:
    whole = hourly_panel((60, 50), seasons=(24,))
    model = Hybrid(16, training=SMALL).learn(cut(whole, whole.known_steps - 25), Silent())
    assert model.linear_ is not None
    standing = model._stand(cut(whole, whole.known_steps - 25))
    assert isinstance(standing, AloneStanding)
    for row in arrivals(whole, standing.clock.copy(), standing.clock + 7):
        standing.advance(row)
    now = standing.copy().ahead(foreseen_behind(whole, standing.clock, 16), LEVELS)
    longer = cut(whole, standing.clock + 1, 16)
    same(now, model.forecast(longer, origins_at(standing.clock), LEVELS))


def test_a_perceptron_carries_nothing_and_reads_again() -> None:
    panel = cut(WHOLE, WHOLE.known_steps - COMING)
    model = Hybrid(HORIZON, training=replace(SMALL, cell="mlp")).learn(panel, Silent())
    assert model.linear_ is None
    assert isinstance(model._stand(panel), Replayed)
