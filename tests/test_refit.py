"""Fitting again learns from what came since, from old weights where asked; a failure leaves the old model."""

import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import gatecast
from gatecast.data import actuals
from gatecast.errors import NotFittedError, OptionError, TableError
from gatecast.forecaster import Origins
from gatecast.front import TableDoor
from gatecast.memory import Training
from gatecast.progress import Silent

HORIZON = 6
TINY = Training(units=8, steps=60, windows=8, origins=4, checks=3)
OLD, ALL = 24 * 30, 24 * 42
NETWORKS = ["LSTM", "Hybrid"]


@lru_cache
def table(steps: int = ALL, seed: int = 0) -> pl.DataFrame:
    """One series with a temperature; its level moves up with the rows behind OLD."""
    draw, hour = np.random.default_rng(seed), np.arange(steps)
    warm = 10 + 5 * np.cos(2 * np.pi * hour / 24) + draw.normal(size=steps)
    y = 100 + 20 * np.sin(2 * np.pi * hour / 24) + warm + draw.normal(size=steps) + 8 * (hour >= OLD)
    begin = datetime(2024, 1, 1)
    stamps = pl.datetime_range(begin, begin + pl.duration(hours=steps - 1), "1h", eager=True)
    return pl.DataFrame({"ds": stamps, "y": y, "temperature": warm})


def made(name: str, **options: Any) -> TableDoor:
    training = {"training": TINY} if name in NETWORKS else {}
    model: TableDoor = getattr(gatecast, name)(horizon=HORIZON, known=["temperature"], **training | options)
    return model


@lru_cache
def saved(name: str) -> bytes:
    """A fitted model's file, from which each test has one of its own."""
    path = Path(tempfile.mkdtemp()) / "old.gatecast"
    return gatecast.save(made(name).fit(table().head(OLD)), path).read_bytes()


def current(name: str, folder: Path, until: int = ALL) -> TableDoor:
    """A fitted model that has been fed what came since."""
    path = folder / "old.gatecast"
    path.write_bytes(saved(name))
    model = gatecast.load(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("warnings.warn", lambda *_, **__: None)
        return model.update(table().head(until).tail(until - OLD))


def said_by(model: TableDoor) -> np.ndarray:
    ahead = model.make_future_dataframe().with_columns(temperature=pl.lit(10.0))
    return model.predict(level=[80], X_df=ahead).drop("ds").to_numpy()


class Listening(Silent):
    """Keeps notes and labels; presses Ctrl-C at some steps of a training, as a terminal does."""

    def __init__(self, *presses: int) -> None:
        self.notes: list[str] = []
        self.labels: list[str] = []
        self._presses = presses

    def note(self, message: str) -> None:
        self.notes.append(message)

    @contextmanager
    def task(self, label: str, total: int) -> Iterator[Any]:
        self.labels.append(f"{label} {total}")
        yield _Counting(self._presses if label.endswith("training") else ())


class _Counting:
    def __init__(self, presses: tuple[int, ...]) -> None:
        self._presses, self._done = presses, 0

    def advance(self, steps: int = 1, **detail: str) -> None:
        del detail
        self._done += steps
        for _ in range(self._presses.count(self._done)):
            os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.parametrize("name", ["Autoregression", "ARIMA", *NETWORKS])
def test_fitting_again_is_fitting_on_all_that_was_read(name: str, tmp_path: Path) -> None:
    again, fresh = current(name, tmp_path).refit(), made(name).fit(table())
    np.testing.assert_array_equal(said_by(again), said_by(fresh))
    one, other = (gatecast.save(m, tmp_path / f"{k}.gatecast") for k, m in enumerate((again, fresh)))
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("name", ["Autoregression", "LSTM"])
def test_another_table_may_be_given(name: str, tmp_path: Path) -> None:
    again = current(name, tmp_path, until=OLD + 24).refit(table())
    np.testing.assert_array_equal(said_by(again), said_by(made(name).fit(table())))


@pytest.mark.parametrize("name", NETWORKS)
def test_a_warm_start_takes_a_third_of_the_steps_and_changes_the_forecast(name: str, tmp_path: Path) -> None:
    model, reports = current(name, tmp_path), Listening()
    before = said_by(model)
    model.refit(warm_start=True, progress=reports)
    trainings = [label for label in reports.labels if "training" in label]
    assert trainings[0] == f"{name}: training 20"
    assert np.abs(said_by(model) - before).max() > 1e-3
    assert len(model.panel_.values) == ALL
    assert len(model.drift()) == 0


@pytest.mark.parametrize("name", NETWORKS)
def test_the_same_seed_gives_the_same_bytes_after_a_warm_start(name: str, tmp_path: Path) -> None:
    files = []
    for k in range(2):
        model = current(name, tmp_path).refit(warm_start=True)
        files.append(gatecast.save(model, tmp_path / f"{k}.gatecast").read_bytes())
    assert files[0] == files[1]


@pytest.mark.parametrize("name", NETWORKS)
def test_old_weights_are_judged_first_so_held_out_losses_begin_with_theirs(name: str, tmp_path: Path) -> None:
    trained = current(name, tmp_path).refit(warm_start=True)
    kept = getattr(trained, "judged_", None) or trained.trained_  # type: ignore[attr-defined]
    assert min(kept.losses) <= kept.losses[0]
    assert len(kept.losses) > 1


@pytest.mark.parametrize("name", NETWORKS)
def test_quantiles_are_calibrated_after_a_warm_start(name: str, tmp_path: Path) -> None:
    """Judged on what came after the second fit."""
    whole = table(24 * 70)
    model = current(name, tmp_path).refit(whole.head(24 * 50), warm_start=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("warnings.warn", lambda *_, **__: None)
        model.update(whole.tail(24 * 20))
    last = np.arange(24 * 50, 24 * 70 - HORIZON - 1)
    origins = Origins(np.zeros(len(last), dtype=np.int64), last)
    forecast = model.forecast(model.panel_, origins, [0.1, 0.5, 0.9])
    came = actuals(model.panel_, origins, HORIZON)
    inside = (forecast.quantiles[..., 0] <= came) & (came <= forecast.quantiles[..., 2])
    assert 0.72 <= inside.mean() <= 0.88


def state_of(model: TableDoor, folder: Path) -> bytes:
    return gatecast.save(model, folder / "state.gatecast").read_bytes()


@pytest.mark.parametrize("name", NETWORKS)
def test_ctrl_c_keeps_the_best_so_far_and_a_second_one_the_old_model(name: str, tmp_path: Path) -> None:
    model, reports = current(name, tmp_path), Listening(12)
    model.refit(warm_start=True, progress=reports)
    assert any("stopped at step 12 of 20; the weights of step" in note for note in reports.notes)
    assert len(model.panel_.values) == ALL
    model = current(name, tmp_path)
    before = state_of(model, tmp_path)
    with pytest.raises(KeyboardInterrupt):
        model.refit(warm_start=True, progress=Listening(5, 5))
    assert state_of(model, tmp_path) == before


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"training": replace(TINY, units=9)}, "units 8 before, 9 now"),
        ({"training": replace(TINY, networks=2)}, "networks 1 before, 2 now"),
        ({"horizon": 7}, "horizon 6 before, 7 now"),
    ],
)
@pytest.mark.parametrize("name", NETWORKS)
def test_options_that_old_weights_do_not_fit_are_named_and_nothing_is_lost(
    name: str, changes: dict[str, Any], said: str, tmp_path: Path
) -> None:
    model = current(name, tmp_path)
    before, options = state_of(model, tmp_path), {option: getattr(model, option) for option in changes}
    model.set_params(**changes)
    with pytest.raises(OptionError, match=f"{said}; set that back, or refit without warm_start"):
        model.refit(warm_start=True)
    assert state_of(model.set_params(**options), tmp_path) == before
    assert np.isfinite(said_by(model.set_params(**changes).refit())).all()


def test_a_cell_that_is_another_is_named(tmp_path: Path) -> None:
    model = current("Hybrid", tmp_path).set_params(training=replace(TINY, cell="gru"))
    with pytest.raises(OptionError, match="cell lstm before, gru now"):
        model.refit(warm_start=True)


def test_weights_of_another_mode_are_refused_in_words(tmp_path: Path) -> None:
    model = current("Hybrid", tmp_path).set_params(mode="parallel")
    with pytest.raises(OptionError, match="network of another shape"):
        model.refit(warm_start=True)


def test_columns_that_were_not_read_need_the_table(tmp_path: Path) -> None:
    model = current("Autoregression", tmp_path).set_params(known=[])
    with pytest.raises(OptionError, match="give refit the table, too"):
        model.refit()
    model.refit(table().drop("temperature"))
    assert model.panel_.known_names == ()


def test_a_table_that_is_none_leaves_the_model(tmp_path: Path) -> None:
    model = current("Autoregression", tmp_path)
    before = said_by(model)
    with pytest.raises(TableError, match="no column"):
        model.refit(table().drop("y"))
    np.testing.assert_array_equal(said_by(model), before)


def test_a_held_out_part_that_old_weights_know_is_not_judged_by_them(tmp_path: Path) -> None:
    model, reports = current("LSTM", tmp_path), Listening()
    model.refit(table().head(OLD - 24 * 5), warm_start=True, progress=reports)
    assert any(
        "one the old weights have learned from; training begins anew" in note for note in reports.notes
    )
    fresh = made("LSTM").fit(table().head(OLD - 24 * 5))
    np.testing.assert_array_equal(said_by(model), said_by(fresh))


@pytest.mark.parametrize("name", ["ARIMA", "LinearHalf", "SeasonalNaive"])
def test_what_is_not_a_network_says_that_nothing_goes_on(name: str, tmp_path: Path) -> None:
    model, reports = current(name, tmp_path), Listening()
    model.refit(warm_start=True, progress=reports)
    wanted = f"{name}: nothing of it goes on from an earlier fit; it is learned anew"
    assert wanted in reports.notes
    assert wanted in model.notes_


def test_a_hybrid_that_fell_back_says_so_and_is_fitted_anew() -> None:
    model, reports = made("Hybrid").fit(table().head(40)), Listening()
    model.refit(table(), warm_start=True, progress=reports)
    assert any("fitted without a memory; nothing of that goes on" in note for note in reports.notes)
    assert not any("fell back" in note for note in model.notes_)


def test_before_a_fit_there_is_nothing_to_refit() -> None:
    with pytest.raises(NotFittedError, match="call fit"):
        made("LSTM").refit(table())
