"""The leaderboard says what utilsforecast would, ranks, and calls a difference one only if it is."""

import csv
import math

import numpy as np
import polars as pl
import pytest
import utilsforecast.losses as reference

from fake_forecasters import Blank, HonestNaive, Oracle, Shifted
from gatecast.backtest import (
    coverage_by_series,
    coverage_by_step,
    cross_validate,
    errors_by_step,
    leaderboard,
    share_undercovered,
)
from gatecast.errors import OptionError
from synthetic_panels import hourly_panel, with_values

HORIZON = 12
PANEL = hourly_panel((330, 280, 300))


def backtest_of(*models, panel=PANEL, n_windows=8, **options):
    return cross_validate(list(models), panel, n_windows=n_windows, **options)


@pytest.fixture(scope="module")
def backtest():
    return backtest_of(
        Shifted(HORIZON, 30.0, name="Far"),
        HonestNaive(HORIZON, name="SeasonalNaive"),
        Oracle(PANEL, HORIZON),
        HonestNaive(HORIZON, name="Twin"),
    )


def test_rows_are_ranked_by_mase(backtest):
    board = leaderboard(backtest)
    assert [row.model for row in board.rows] == ["Oracle", "SeasonalNaive", "Twin", "Far"]
    assert board.rows[0].mase == board.rows[0].mae == board.rows[0].rmse == board.rows[0].scaled_crps == 0.0


def test_scores_are_the_means_of_utilsforecasts(backtest):
    """What `utilsforecast.evaluate` on the cross-validation frame gives, averaged over its rows."""
    forecast, levels = backtest.forecasts["Far"], backtest.levels
    origins, steps = np.indices(backtest.actual.shape)
    columns = {f"q{i}": forecast.quantiles[..., i].ravel() for i in range(len(levels))}
    frame = pl.DataFrame(
        {
            "unique_id": backtest.origins.series[origins.ravel()],
            "cutoff": backtest.origins.position[origins.ravel()],
            "ds": steps.ravel(),
            "y": backtest.actual.ravel(),
            "m": forecast.point.ravel(),
            "m-lo-95": forecast.quantiles[..., 0].ravel(),
            "m-hi-95": forecast.quantiles[..., -1].ravel(),
        }
        | columns
    )
    row = next(row for row in leaderboard(backtest).rows if row.model == "Far")
    for score in ("mae", "rmse", "smape"):
        expected = getattr(reference, score)(frame, models=["m"])["m"].mean()
        assert getattr(row, score) == pytest.approx(expected)
    whole = frame.drop("cutoff")  # scaled by all that a series was, not by each window
    crps = reference.scaled_crps(whole, models={"m": list(columns)}, quantiles=levels)["m"].mean()
    assert row.scaled_crps == pytest.approx(crps)
    assert row.coverage_95 == pytest.approx(reference.coverage(frame, models=["m"], level=95)["m"].mean())


def test_the_best_linear_model_is_the_reference(backtest):
    board = leaderboard(backtest)
    assert board.reference == "SeasonalNaive"
    assert {row.model: row.verdict for row in board.rows} == {
        "Oracle": "better",
        "SeasonalNaive": "reference",
        "Twin": "no difference",
        "Far": "worse",
    }
    assert (board.unit, board.units, board.series, board.n_windows) == ("windows", 8, 3, 8)


def test_differences_are_between_scaled_errors(backtest):
    rows = {row.model: row for row in leaderboard(backtest).rows}
    for row in rows.values():
        assert row.difference == pytest.approx(row.mase - rows["SeasonalNaive"].mase)
    assert rows["Twin"].p_value == 1.0


def test_a_reference_can_be_named(backtest):
    board = leaderboard(backtest, reference="Oracle")
    assert {row.verdict for row in board.rows} == {"reference", "worse"}


def test_an_unknown_reference_is_refused_with_those_there_are(backtest):
    with pytest.raises(OptionError, match="'Hybrid' is not in the backtest; it has Far, SeasonalN"):
        leaderboard(backtest, reference="Hybrid")


def test_without_a_linear_model_the_first_is_the_reference():
    board = leaderboard(backtest_of(Shifted(HORIZON, 9.0), HonestNaive(HORIZON)))
    assert board.reference == "Shifted"


def test_noise_is_no_difference():
    class Jittered(HonestNaive):
        def forecast(self, panel, origins, levels):
            honest = super().forecast(panel, origins, levels)
            honest.point[:] += np.random.default_rng(4).normal(0, 0.5, honest.point.shape)
            return honest

    board = leaderboard(backtest_of(HonestNaive(HORIZON), Jittered(HORIZON, name="Jittered")))
    row = next(row for row in board.rows if row.model == "Jittered")
    assert row.verdict == "no difference"
    assert row.p_value > 0.05


def test_one_window_of_many_series_is_tested_over_series():
    panel = hourly_panel((100,) * 20)
    models = HonestNaive(HORIZON), Shifted(HORIZON, 50.0)
    board = leaderboard(backtest_of(*models, panel=panel, n_windows=1))
    assert (board.unit, board.units) == ("series", 20)
    assert board.rows[-1].verdict == "worse"


def test_one_window_of_one_series_tests_nothing():
    board = leaderboard(
        backtest_of(HonestNaive(6), Shifted(6, 50.0), panel=hourly_panel((100,)), n_windows=1)
    )
    assert {row.verdict for row in board.rows} == {"reference", "untested"}
    assert math.isnan(board.rows[-1].p_value)


def test_windows_that_all_overlap_test_nothing():
    board = leaderboard(backtest_of(HonestNaive(24), Shifted(24, 50.0), n_windows=6, step=2))
    assert board.rows[-1].verdict == "untested"
    assert board.rows[-1].difference > 0


def test_a_constant_series_is_left_out_of_mase_and_counted():
    values = PANEL.values.copy()
    values[PANEL.history(1)] = 50.0
    with_constant = backtest_of(HonestNaive(HORIZON), panel=with_values(PANEL, values))
    board = leaderboard(with_constant)
    assert board.unscaled == ("meter 1",)
    others = leaderboard(backtest_of(HonestNaive(HORIZON))).rows[0]
    assert board.rows[0].mase != others.mase
    assert np.isfinite(board.rows[0].mase)
    assert board.rows[0].mae < others.mae


def test_where_nothing_can_be_scaled_the_ranking_is_by_mae():
    panel = with_values(PANEL, np.full(len(PANEL.values), 5.0))
    board = leaderboard(backtest_of(Shifted(HORIZON, 2.0), HonestNaive(HORIZON), panel=panel))
    assert [row.model for row in board.rows] == ["HonestNaive", "Shifted"]
    assert math.isnan(board.rows[0].mase)
    assert len(board.unscaled) == 3


def test_a_model_without_numbers_comes_last_without_scores():
    board = leaderboard(backtest_of(Blank(HORIZON, name="Blank"), HonestNaive(HORIZON)), "HonestNaive")
    assert board.rows[-1].model == "Blank"
    assert math.isnan(board.rows[-1].mae)
    assert board.rows[-1].verdict == "untested"


def test_missing_actuals_are_left_out_not_counted_as_zero():
    values = PANEL.values.copy()
    values[PANEL.known_steps[0] - 40 : PANEL.known_steps[0]] = np.nan
    panel = with_values(PANEL, values)
    board = leaderboard(backtest_of(HonestNaive(HORIZON), Oracle(panel, HORIZON), panel=panel))
    honest = next(row for row in board.rows if row.model == "HonestNaive")
    assert 0.3 < honest.mase < 3
    assert 0.5 < honest.coverage_80 <= 1


def test_levels_that_hold_no_interval_leave_coverage_empty():
    row = leaderboard(backtest_of(HonestNaive(HORIZON), levels=[0.1, 0.5, 0.9])).rows[0]
    assert 0 < row.coverage_80 < 1
    assert math.isnan(row.coverage_95)


def test_the_table_can_be_written_and_read(tmp_path):
    board = leaderboard(backtest_of(HonestNaive(HORIZON), levels=[0.1, 0.5, 0.9]))
    board.to_csv(tmp_path / "board.csv")
    with (tmp_path / "board.csv").open(newline="") as file:
        read = list(csv.DictReader(file))
    assert list(read[0]) == list(board.table()[0])
    assert float(read[0]["mase"]) == board.rows[0].mase
    assert read[0]["coverage_95"] == ""


def test_a_table_that_cannot_be_written_says_so(backtest, tmp_path):
    with pytest.raises(OptionError, match=r"cannot write .*: No such file or directory; give a file"):
        leaderboard(backtest).to_csv(tmp_path / "nowhere" / "board.csv")


def test_errors_by_step_average_to_mase(backtest):
    by_step = errors_by_step(backtest)
    for row in leaderboard(backtest).rows:
        assert by_step[row.model].shape == (HORIZON,)
        assert by_step[row.model].mean() == pytest.approx(row.mase)


def test_coverage_by_step_and_by_series_average_to_the_leaderboards(backtest):
    by_step, by_series = coverage_by_step(backtest, 80), coverage_by_series(backtest, 80)
    for row in leaderboard(backtest).rows:
        assert by_step[row.model].shape == (HORIZON,)
        assert by_series[row.model].shape == (3,)
        assert by_step[row.model].mean() == pytest.approx(row.coverage_80)
        assert by_series[row.model].mean() == pytest.approx(row.coverage_80)


def test_the_share_of_failed_series_counts_those_under_60_percent(backtest):
    by_series, shares = coverage_by_series(backtest, 80), share_undercovered(backtest)
    for name, share in shares.items():
        assert share == pytest.approx(np.mean(by_series[name] < 0.6))
    assert shares["Far"] > shares["SeasonalNaive"]
    assert shares["Oracle"] == 0.0
