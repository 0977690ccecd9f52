"""The arithmetic of bench/energy.py: what is held out, what is paired, what is farthest off."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

import numpy as np
import polars as pl
import pytest

import energy
from energy_print import HEADINGS, header, printed, write
from energy_run import Column, Outcome, compared, run
from energy_scores import (
    apart,
    daily,
    hits,
    paired_by_day,
    paired_by_series,
    percentage_errors,
    share_undercovered,
    worst_coverage,
)
from energy_sets import M4, held_out, load_held, m4_held, spain, victoria
from gatecast.data import Panel, target_rows
from gatecast.forecaster import Forecast, Origins
from gatecast.progress import Progress
from plain_panels import panel_of

HOURS, HELD, HORIZON = 400, 72, 24


class Constant:
    """A forecaster that says the actual value times a factor, with an interval of a tenth on each side."""

    def __init__(self, actual: np.ndarray, factor: float) -> None:
        self.point = actual * factor
        self.horizon = actual.shape[1]
        self.name = "Constant"

    def learn(self, panel: Panel, progress: Progress) -> Self:
        del panel, progress
        return self

    def forecast(self, panel: Panel, origins: Origins, levels: Sequence[float]) -> Forecast:
        del panel
        wide = self.point[..., None] * (1 + 0.2 * (np.asarray(levels) - 0.5))
        return Forecast(origins, np.asarray(levels), wide, self.point)


def load(tune: bool = False, series: int = 1):
    rng = np.random.default_rng(0)
    values = [100 + rng.normal(size=HOURS).cumsum() for _ in range(series)]
    return load_held("load", panel_of(*values, seasons=(24, 168)), HELD, HORIZON, tune), values


def weekly(series: int = 12, steps: int = 120) -> pl.DataFrame:
    rng = np.random.default_rng(1)
    return pl.concat(
        pl.DataFrame(
            {"unique_id": f"W{i}", "ds": range(1, steps + 1), "y": 50 + rng.normal(size=steps).cumsum()}
        )
        for i in range(series)
    )


def test_every_hour_of_the_part_is_an_origin_and_every_target_lies_in_it():
    held, (values,) = load()
    assert held.origins.position.tolist() == list(range(HOURS - HELD - 1, HOURS - HORIZON))
    assert np.array_equal(held.actual[0], values[-HELD : -HELD + HORIZON])
    assert np.array_equal(held.actual[-1], values[-HORIZON:])
    assert np.isfinite(held.actual).all()


def test_nothing_of_the_part_may_be_learned_from():
    held, _ = load()
    assert held.learn.known_steps.tolist() == [HOURS - HELD]
    assert np.isnan(held.learn.values[HOURS - HELD :]).all()


def test_what_is_tuned_on_ends_where_what_is_reported_begins():
    held, (values,) = load(tune=True)
    assert np.isnan(held.panel.values[HOURS - HELD :]).all()
    assert np.array_equal(held.actual[-1], values[HOURS - HELD - HORIZON : HOURS - HELD])
    assert held.learn.known_steps.tolist() == [HOURS - 2 * HELD]


def test_hours_and_days_are_those_of_the_clock():
    held, _ = load()
    position = held.origins.position
    assert np.array_equal(held.hour[:, 0], (position + 1) % 24)  # the series begins at midnight
    assert np.array_equal(held.day - held.day[0], position // 24 - position[0] // 24)


def test_victorian_half_hours_become_means_of_whole_hours_in_utc(tmp_path: Path):
    first = datetime(2011, 12, 31, 23)  # UTC+10: midnight of the new year where people are
    pl.DataFrame(
        {
            "unique_id": "VIC",
            "ds": [first + timedelta(minutes=30 * k) for k in range(96)],
            "y": [float(k) for k in range(96)],
            "temperature": [20.0, 22.0] * 48,
            "holiday": [1] * 48 + [0] * 48,
        }
    ).write_parquet(tmp_path / "vic_elec.parquet")
    table, zone = victoria(tmp_path)
    assert table["ds"][0].replace(tzinfo=None) == datetime(2011, 12, 31, 13)
    assert table["ds"].dt.convert_time_zone(zone)[0].replace(tzinfo=None) == datetime(2012, 1, 1)
    assert table["y"].to_list() == [2 * k + 0.5 for k in range(48)]
    assert set(table["temperature"]) == {21.0}
    assert table["holiday"].sum() == 24


def test_missing_spanish_values_stay_missing(tmp_path: Path):
    stamps = [datetime(2015, 1, 1) + timedelta(hours=k) for k in range(3)]
    pl.DataFrame({"unique_id": "load", "ds": stamps, "y": [1.0, None, 3.0]}).write_parquet(
        tmp_path / "spain_load.parquet"
    )
    assert spain(tmp_path)[0]["y"].to_list() == [1.0, None, 3.0]


def test_naive2_is_what_owa_is_measured_in():
    held = m4_held("weekly", M4("weekly", (52,), 1, 13), weekly(), Path(), tune=False)
    last = held.learn.values[held.learn.offsets[:-1] + held.learn.known_steps - 1]
    naive = np.repeat(last[:, None], 13, axis=1)
    outcome = run(Constant(naive, 1.0), held)
    assert outcome.losses.mean() == pytest.approx(1.0)
    assert outcome.scores == pytest.approx(held.scaling.reference)


@pytest.mark.parametrize("tune", [False, True])
def test_m4_is_cut_at_its_last_steps_or_as_many_before(tune: bool):
    table = weekly(series=2)
    held = m4_held("weekly", M4("weekly", (52,), 1, 13), table, Path(), tune)
    end = 120 - 13 * tune
    assert np.array_equal(held.actual[1], table.filter(pl.col("unique_id") == "W1")["y"][end - 13 : end])
    assert held.learn.known_steps.tolist() == [end - 13] * 2
    assert held.day is None


def test_the_hour_of_an_m4_step_counts_from_its_start(tmp_path: Path):
    table = weekly(series=1, steps=200)
    info = pl.DataFrame({"unique_id": ["W0"], "start": [datetime(2015, 7, 1, 12)]})
    info.write_parquet(tmp_path / "hours_info.parquet")
    held = m4_held("hours", M4("hours", (24,), 24, 48), table, tmp_path, tune=False)
    assert held.hour[0, 0] == (12 + 200 - 48) % 24
    assert held.hour[0, 47] == (12 + 199) % 24


def test_fewer_series_are_spread_over_the_set(tmp_path: Path):
    weekly(series=9).write_parquet(tmp_path / "m4_weekly_train.parquet")
    assert held_out("m4-weekly", tmp_path, series=3).learn.ids == ("W0", "W4", "W8")


def test_a_day_of_origins_is_one_pair():
    losses = np.array([[1.0, 3.0], [np.nan, 5.0], [7.0, 9.0], [np.nan, np.nan]])
    assert daily(losses, np.array([10, 10, 12, 13])).tolist()[:2] == [3.0, 8.0]
    assert np.isnan(daily(losses, np.array([10, 10, 12, 13]))[2])


def test_a_model_a_little_better_every_day_is_found_better():
    rng = np.random.default_rng(2)
    day = np.repeat(np.arange(60), 24)
    others = 2 + 0.5 * rng.random((60 * 24, HORIZON))
    better = paired_by_day(others - 0.1 * rng.random(others.shape), others, day, HORIZON)
    assert better.statistic < -3
    assert better.units == 60
    assert paired_by_day(others, others, day, HORIZON).statistic == 0


def test_hours_that_repeat_a_day_are_no_more_evidence_than_the_day():
    rng = np.random.default_rng(3)
    per_day = rng.normal(size=(40, 1))
    day = np.repeat(np.arange(40), 24)
    repeated = np.repeat(per_day, 24, axis=0)
    assert paired_by_day(repeated, 0 * repeated, day, HORIZON) == pytest.approx(
        paired_by_day(per_day, 0 * per_day, np.arange(40), HORIZON)
    )


def test_rounding_is_no_difference():
    others = np.array([1.0, 2.0, 3.0])
    assert not apart(others * (1 + 1e-13), others).any()
    assert paired_by_series(others * (1 + 1e-13), others).statistic == 0
    assert apart(others * 1.001, others).all()


def test_the_worst_step_and_hour_are_the_planted_ones():
    rng = np.random.default_rng(4)
    inside = (rng.random((4000, HORIZON)) < 0.8).astype(float)
    hour = (np.arange(4000)[:, None] + np.arange(1, HORIZON + 1)) % 24
    step = np.broadcast_to(np.arange(1, HORIZON + 1), inside.shape)
    inside[hour == 7] = rng.random((hour == 7).sum()) < 0.5
    assert worst_coverage(inside, hour, 80).group == 7
    assert worst_coverage(inside, hour, 80).points == pytest.approx(-30, abs=3)
    inside[:, 4] = 1.0
    assert worst_coverage(inside, step, 80) == (pytest.approx(20), 5)


def test_coverage_leaves_out_what_was_never_measured():
    actual = np.array([[1.0, np.nan, 5.0]])
    inside = hits(actual, np.zeros((1, 3)), np.full((1, 3), 2.0))
    assert inside[0, [0, 2]].tolist() == [1, 0]
    assert np.isnan(inside[0, 1])
    assert worst_coverage(inside[:, :2], np.array([[1, 2]]), 80) == (20.0, 1)
    assert worst_coverage(np.full((1, 3), np.nan), np.ones((1, 3)), 80).group == -1


def test_series_below_sixty_percent_are_counted():
    inside = np.array([[1.0] * 10, [1.0] * 6 + [0.0] * 4, [1.0] * 5 + [0.0] * 5])
    assert share_undercovered(inside, np.array([0, 1, 2])) == pytest.approx(1 / 3)


def test_percentage_errors_are_of_the_actual_value():
    held, _ = load()
    outcome = run(Constant(held.actual, 1.03), held)
    assert outcome.losses == pytest.approx(3.0)
    assert outcome.scores == pytest.approx((3.0,))
    assert np.isnan(percentage_errors(np.array([[0.0]]), np.array([[1.0]]))).all()


def test_a_missing_forecast_is_not_forgiven():
    held, _ = load()
    model = Constant(held.actual, 1.0)
    model.point[3, 3] = np.nan
    assert np.isinf(run(model, held).scores[0])


def test_someone_elses_column_is_read_on_the_steps_ahead():
    values = np.arange(100.0)
    panel = replace(panel_of(values), given=10 * values[:, None], given_names=("given",))
    origins = Origins(np.array([0, 0]), np.array([10, 50]))
    told = Column(HORIZON, "given").forecast(panel, origins, (0.1, 0.9))
    assert np.array_equal(told.point, 10.0 * target_rows(panel, origins, HORIZON))
    assert np.isnan(told.quantiles).all()


def test_a_set_of_few_series_has_a_line_for_each_and_they_average_to_the_whole():
    held, _ = load(series=3)
    linear, other = (run(Constant(held.actual, f), held) for f in (1.02, 1.01))
    lines = compared("hybrid", other, held, [linear, other], {"rival": linear})
    assert [line.set for line in lines] == ["load", "load meter 0", "load meter 1", "load meter 2"]
    assert lines[0].error == pytest.approx(np.mean([line.error for line in lines[1:]]))
    assert lines[0].relative == pytest.approx(-0.5)
    assert lines[0].against_best.difference == 0  # the better half is itself
    relative, test = lines[2].rivals["rival"]
    assert relative == pytest.approx(-0.5)
    assert test.difference == pytest.approx(-1.0)


def test_a_model_gatecast_lacks_is_skipped_and_said_to_be(capsys, monkeypatch):
    monkeypatch.setitem(energy.ROWS, "odd", energy.Row(energy.hybrid(mode_of_another_day=True)))
    bench = energy.Bench("victoria", Path("nowhere"), tune=False, seed=0)
    assert bench.outcome("odd") is None
    assert "odd is skipped" in capsys.readouterr().out


def test_a_line_has_a_cell_for_each_heading(tmp_path: Path):
    held, _ = load()
    outcome: Outcome = run(Constant(held.actual, 1.01), held)
    lines = compared("linear", outcome, held, [outcome], {})
    assert printed(lines[0], markdown=True).count("|") == len(HEADINGS) + 1
    assert header(markdown=True).splitlines()[1].count("|") == len(HEADINGS) + 1
    write(lines, tmp_path / "table.csv")
    read = pl.read_csv(tmp_path / "table.csv")
    assert read["error"].to_list() == pytest.approx([1.0])
    assert read["coverage_80"].to_list() == [1.0]
