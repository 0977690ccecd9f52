"""Whoever keeps the Forecaster protocol may stand in the pool; the parts sum, and the linear one stays so."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from fake_forecasters import HonestNaive, Shifted
from gatecast import ARIMA, Hybrid, LinearHalf, save
from gatecast.errors import ArtifactError, OptionError
from gatecast.forecaster import Origins
from gatecast.hybrid import curve, linear_ledger
from gatecast.hybrid.member import Seen
from gatecast.hybrid.outside import Outside, since
from gatecast.memory import Training
from gatecast.progress import Silent
from synthetic_panels import hourly_panel, with_given

HORIZON, LEVELS = 12, (0.1, 0.5, 0.9)
TINY = Training(units=8, steps=8, windows=8, origins=4)
PANEL = with_given(hourly_panel((500, 420), future=HORIZON), HORIZON)


@pytest.fixture(scope="module")
def model() -> Hybrid:
    chosen = Hybrid(HORIZON, boost=True, given=["operator"], members=[HonestNaive(HORIZON)], training=TINY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(curve, "FEWEST_DAYS", 10)  # of a history so short
        return chosen.learn(PANEL, Silent())


def some_origins() -> Origins:
    last = PANEL.last_origins()
    return Origins(np.tile(last.series, 3), np.concatenate([last.position - back for back in (0, 9, 40)]))


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_three_parts_sum_to_the_forecast_to_the_bit(model: Hybrid, share: float) -> None:
    before, model.shares_ = model.shares_, np.full(len(PANEL), share)
    try:
        found = model.forecast(PANEL, some_origins(), LEVELS)
    finally:
        model.shares_ = before
    assert found.linear_part is not None
    assert found.pool_part is not None
    assert found.memory_part is not None
    whole = (found.linear_part + found.pool_part) + found.memory_part
    assert whole.tobytes() == found.point.tobytes()
    assert found.quantiles[..., 1].tobytes() == found.point.tobytes()
    assert found.pool_part.any()
    assert bool(found.memory_part.any()) == (share > 0)


def test_the_linear_part_is_the_linear_halfs_whoever_else_is_in_the_pool(model: Hybrid) -> None:
    alone = LinearHalf(HORIZON).learn(PANEL, Silent()).forecast(PANEL, some_origins(), LEVELS)
    found = model.forecast(PANEL, some_origins(), LEVELS)
    np.testing.assert_allclose(found.linear_part, alone.point, rtol=1e-9)


def test_the_ledger_splits_the_linear_part_only(model: Hybrid) -> None:
    origins = some_origins()
    said = model.forecast(PANEL, origins, LEVELS).linear_part
    assert said is not None
    for series, position, part in zip(origins.series, origins.position, said, strict=True):
        ledger = linear_ledger(model, PANEL, int(series), int(position))
        np.testing.assert_allclose(ledger.total(), part, rtol=1e-10)
        assert "regression that bends" not in ledger.member_names


def test_every_member_is_named_and_told_apart(model: Hybrid) -> None:
    pool = model.pool_
    unlike = [name for name, linear in zip(pool.names, pool.linear, strict=True) if not linear]
    assert unlike == [
        "regression that bends",
        "operator as given",
        "operator, its recent error mended",
        "HonestNaive",
    ]


def test_each_half_is_forecast_by_what_learned_from_the_other(model: Hybrid) -> None:
    (outside,) = (one for one in model.pool_.fitted_ if isinstance(one, Outside))
    learned = [one.learned_from for one in outside.learned]  # type: ignore[attr-defined]
    assert [steps[0].tolist() for steps in learned] == [[250, 210], [250, 210], [500, 420]]
    assert not np.array_equal(outside.learned[0].errors_[0], outside.learned[1].errors_[0])  # type: ignore[attr-defined]


def test_which_one_speaks_depends_on_where_the_outcome_lies(model: Hybrid) -> None:
    marks = tuple(Shifted(HORIZON, shift).learn(PANEL, Silent()) for shift in (0.0, 1000.0, 2000.0))
    panel = PANEL
    outside = Outside("marked", marks, np.array([250, 210]), np.array([500, 420]))
    pool = model.pool_
    own = pool.scaled(panel)[panel.rows(0)]
    seen = Seen(panel, 0, own, pool.full_.remainder(panel, 0), pool.full_, pool.scale_, HORIZON)
    middle = HORIZON // 2 + 1
    at = np.array([249 - middle, 250 - middle, 499 - middle, 500 - middle])
    said = pool.scale_.inverse(outside.paths(seen, at), 0)
    honest = HonestNaive(HORIZON).learn(panel, Silent())
    plain = honest.forecast(panel, Origins(np.zeros(4, dtype=np.int64), at), (0.5,)).point
    assert (said - plain).mean(axis=1).round().tolist()[1:3] == [0.0, 0.0]
    assert (said - plain)[0].mean() > 100
    assert (said - plain)[3].mean() > 100


def test_a_panel_cut_at_its_beginning_is_the_rest_of_it() -> None:
    rest = since(PANEL, np.array([100, 20]))
    assert rest.known_steps.tolist() == [400, 400]
    for i, first in enumerate((100, 20)):
        for name in ("values", "times", "known", "past", "given"):
            whole, part = getattr(PANEL, name)[PANEL.rows(i)], getattr(rest, name)[rest.rows(i)]
            np.testing.assert_array_equal(part, whole[first:])


def test_a_member_of_another_horizon_is_refused() -> None:
    with pytest.raises(OptionError, match="HonestNaive forecasts 5 steps, the hybrid 12"):
        Hybrid(HORIZON, members=[HonestNaive(5)], training=TINY).learn(PANEL, Silent())


def test_the_member_that_was_given_stays_as_it_was() -> None:
    member = ARIMA(HORIZON, order=(1, 0, 0), seasonal_order=(0, 1, 0))
    Hybrid(HORIZON, members=[member], training=TINY).learn(PANEL, Silent())
    assert not hasattr(member, "fitted_")


def test_a_hybrid_with_outside_members_says_that_it_cannot_be_saved(tmp_path: Path) -> None:
    step = np.arange(200)
    table = pl.DataFrame({"ds": step, "y": 5 + step % 7 + np.random.default_rng(1).normal(0, 0.2, 200)})
    model = Hybrid(6, season=7, members=[HonestNaive(6, season=7)], training=TINY).fit(table)
    with pytest.raises(ArtifactError, match="cannot be saved"):
        save(model, tmp_path / "m.gatecast")
    assert not list(tmp_path.iterdir())
