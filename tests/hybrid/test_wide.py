"""A wide panel is learned from some series and read in portions, and nobody can tell but by the clock."""

import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import contract
from contract import LAWS_OF_FORECASTING, LAWS_OF_LEARNING, Case, Law
from contract_cases import CASES
from gatecast import LSTM, Autoregression, Hybrid, LinearHalf, load, save
from gatecast.data import Panel, fit_scale, is_wide, part_of, taught
from gatecast.forecaster import Forecast, Origins
from gatecast.front import TableDoor
from gatecast.hybrid.likewise import fit_likewise, joined_pools, part_of_pool
from gatecast.hybrid.pool import Pool
from gatecast.insight.subject import choose
from gatecast.memory import Training, read_batch
from gatecast.progress import Noting, Silent
from synthetic_panels import hourly_panel

HORIZON, LEVELS = 12, (0.1, 0.5, 0.9)
TINY = Training(units=8, steps=20, windows=16, origins=4)
PANEL = hourly_panel((300, 260, 280, 240, 320, 250), future=HORIZON)
SHORT = hourly_panel((40, 30, 35, 36, 33, 32), future=HORIZON)
WIDE = {"gatecast.data.part.MOST_ROWS": 100, "gatecast.data.part.PORTION": 600}

Make = Callable[[], Any]
MODELS: dict[str, Make] = {
    "Hybrid": lambda: Hybrid(HORIZON, season=24, training=TINY),
    "residual": lambda: Hybrid(HORIZON, season=24, training=TINY, mode="residual"),
    "parallel": lambda: Hybrid(HORIZON, season=24, training=TINY, mode="parallel"),
    "LinearHalf": lambda: LinearHalf(HORIZON, season=24),
    "LSTM": lambda: LSTM(HORIZON, season=24, training=TINY),
    "Autoregression": lambda: Autoregression(HORIZON, season=24),
}
every_model = pytest.mark.parametrize("name", MODELS)
when_wide = pytest.mark.usefixtures("wide")


@pytest.fixture
def wide() -> Iterator[pytest.MonkeyPatch]:
    """Three of the panel's series teach; within, it is wide."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in WIDE.items():
            patch.setattr(name, value)
        patch.setattr("gatecast.data.part.MOST_TAUGHT", 3)
        patch.setattr("gatecast.hybrid.bent.MOST_BENT", 0)
        yield patch


def some_origins(panel: Panel) -> Origins:
    """In no order."""
    last = panel.last_origins()
    series = np.concatenate([last.series[::-1], last.series[:2], last.series[-1:]])
    back = np.arange(len(series)) % 3
    return Origins(series, last.position[series] - back)


def forecast(model: TableDoor, panel: Panel = PANEL) -> Forecast:
    return model.forecast(panel, some_origins(panel), LEVELS)


def same(one: Forecast, other: Forecast, tolerance: float) -> None:
    for name in ("point", "quantiles", "linear_part", "memory_part", "pool_part"):
        a, b = getattr(one, name), getattr(other, name)
        assert (a is None) == (b is None)
        if a is not None:
            np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance * np.abs(one.point).max())


@when_wide
@every_model
def test_a_forecast_in_portions_is_the_forecast(name: str) -> None:
    """To the byte where no network takes part, whose single precision rounds by what stands beside it."""
    with pytest.MonkeyPatch.context() as narrow:
        narrow.setattr("gatecast.data.part.MOST_ROWS", 10**9)
        model = MODELS[name]().learn(PANEL, Silent())
        whole = forecast(model)
    assert is_wide(PANEL)
    same(whole, forecast(model), 0.0 if name in ("LinearHalf", "Autoregression") else 1e-5)


@when_wide
@every_model
def test_the_order_of_series_says_nothing(name: str) -> None:
    order = np.array([3, 1, 5, 0, 4, 2])
    turned = part_of(PANEL, order)
    model, other = (MODELS[name]().learn(panel, Silent()) for panel in (PANEL, turned))
    asked = some_origins(PANEL)
    elsewhere = Origins(np.argsort(order)[asked.series], asked.position)
    found = other.forecast(turned, elsewhere, LEVELS)
    same(model.forecast(PANEL, asked, LEVELS), found, 1e-9 if name == "LinearHalf" else 1e-5)


@when_wide
@pytest.mark.parametrize("name", ["Hybrid", "LinearHalf", "LSTM"])
def test_a_wide_model_is_saved_and_loaded(name: str, tmp_path: Path) -> None:
    table = as_table(PANEL)
    models = [MODELS[name]().fit(table) for _ in range(2)]
    files = [save(model, tmp_path / f"{k}.gatecast") for k, model in enumerate(models)]
    assert files[0].read_bytes() == files[1].read_bytes()
    assert load(files[0]).predict().equals(models[0].predict())


@when_wide
def test_what_teaches_is_learned_as_on_a_panel_of_its_own() -> None:
    noted = Noting(Silent())
    model = MODELS["Hybrid"]().learn(PANEL, noted)
    assert any("3 of them teach" in note for note in noted.notes)
    chosen = taught(PANEL, 0)
    alone = MODELS["Hybrid"]().learn(part_of(PANEL, chosen), Silent())
    np.testing.assert_array_equal(model.shares_[chosen], alone.shares_)
    np.testing.assert_array_equal(model.unit_[chosen], alone.unit_)
    others = np.setdiff1d(np.arange(len(PANEL)), chosen)
    assert (model.shares_[others] == model.common_).all()


@when_wide
def test_short_histories_leave_the_linear_half_alone() -> None:
    model = MODELS["Hybrid"]().learn(SHORT, Silent())
    assert model.linear_ is not None
    found, alone = forecast(model, SHORT), forecast(MODELS["LinearHalf"]().learn(SHORT, Silent()), SHORT)
    np.testing.assert_array_equal(found.point, alone.point)
    np.testing.assert_array_equal(found.memory_part, np.zeros_like(found.point))


def test_pools_taken_apart_and_joined_are_the_pool() -> None:
    pool = Pool(HORIZON, fit_scale(PANEL)).fit(PANEL)
    order = np.array([4, 0, 3, 1, 5, 2])
    parts = [part_of_pool(pool, order[:2]), part_of_pool(pool, order[2:3]), part_of_pool(pool, order[3:])]
    joined, scaled = joined_pools(parts, np.argsort(order)), pool.scaled(PANEL)
    for i in range(len(PANEL)):
        one, other = (each.stand(PANEL, scaled, i, 200, 220) for each in (pool, joined))
        assert one.paths.tobytes() == other.paths.tobytes()
        assert one.prior.tobytes() == other.prior.tobytes()


def test_a_pool_fitted_likewise_says_nearly_the_same() -> None:
    """It leaves out what is slow: half an ordinary error is the most that may cost."""
    panel = hourly_panel((900, 1000), future=HORIZON)
    slow = Pool(HORIZON, fit_scale(panel)).fit(panel)
    quick, scaled = fit_likewise(slow, panel, slow.scale_), slow.scaled(panel)
    assert quick.names == slow.names
    for i, steps in enumerate(panel.known_steps):
        own = scaled[panel.rows(i)]
        first, last = int(steps) - 120, int(steps) - 1 - HORIZON
        came = own[np.arange(first, last + 1)[:, None] + np.arange(1, HORIZON + 1)]
        mixed = [pool.stand(panel, scaled, i, first, last).mix for pool in (slow, quick)]
        errs = [np.abs(mix - came).mean() for mix in mixed]
        assert errs[1] < 1.1 * errs[0]
        assert np.abs(mixed[1] - mixed[0]).mean() < 0.5 * errs[0]


def test_memory_does_not_go_with_the_number_of_series(wide: pytest.MonkeyPatch) -> None:
    """What a forecast needs in between is that of a portion on each processor: here on one."""
    wide.setattr("gatecast.workers.processors", lambda: 1)
    panel = hourly_panel((300,) * 48, future=HORIZON)
    model = MODELS["LinearHalf"]().learn(panel, Silent())
    taken = {}
    for count in (8, 48):
        last = panel.last_origins().where(np.arange(count))
        model.forecast(panel, last, LEVELS)
        tracemalloc.start()
        model.forecast(panel, last, LEVELS)
        taken[count] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert taken[48] < 1.5 * taken[8]


@when_wide
@pytest.mark.parametrize("name", ["Hybrid", "LSTM"])
def test_one_series_of_many_is_looked_into_alone(name: str) -> None:
    model = MODELS[name]().learn(PANEL, Silent())
    subject = choose(model, PANEL, lambda: PANEL, series="meter 4")
    assert len(subject.panel) == 1
    asked = Origins(np.array([4]), PANEL.known_steps[[4]] - 1)
    found, wanted = subject.forecast(), model.forecast(PANEL, asked, (0.1, 0.5, 0.9))
    np.testing.assert_allclose(found.quantiles, wanted.quantiles, rtol=1e-5)
    told = subject.workings()
    np.testing.assert_allclose(told.finish(read_batch(told)).point, wanted.point, rtol=1e-5)


WIDE_CASES = [case for case in CASES if case.name in ("Hybrid", "LinearHalf", "LSTM", "Autoregression")]


def _marked(law: Law, case: Case) -> object:
    marks = [pytest.mark.slow] if case.heavy else []
    renamed = Case(f"wide {case.name}", case.make, case.tolerance, case.heavy)
    return pytest.param(law, renamed, id=f"{case.name}-{law.__name__}", marks=marks)


LAWS = LAWS_OF_FORECASTING + LAWS_OF_LEARNING


@pytest.mark.parametrize(("law", "case"), [_marked(law, case) for case in WIDE_CASES for law in LAWS])
def test_it_keeps_the_contract_when_wide(law: Law, case: Case, wide: pytest.MonkeyPatch) -> None:
    """Two of its three series teach."""
    wide.setattr("gatecast.data.part.MOST_TAUGHT", 2)
    assert is_wide(contract.PANEL)
    law(case)


def as_table(panel: Panel) -> Any:
    """The history of a panel as a polars table, without covariates."""
    rows = np.concatenate([np.arange(len(panel.values))[panel.history(i)] for i in range(len(panel))])
    ids = np.repeat(np.array(panel.ids), panel.known_steps)
    stamps = panel.times[rows].astype("datetime64[us]")
    return pl.DataFrame({"unique_id": ids, "ds": stamps, "y": panel.values[rows]})
