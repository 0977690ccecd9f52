"""Solar forecasts keep to the sun: never negative, never above capacity, dark by night; halves add up."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from gatecast import SolarHybrid, SolarLinear, load_sample
from gatecast.data import Panel, Site, actuals, every_origin, sky_of, target_rows
from gatecast.errors import CovariateError, OptionError, SeriesError
from gatecast.forecaster import Forecast, Origins
from gatecast.memory import Training
from gatecast.progress import Noting, Silent
from gatecast.solar.rows import read_rows
from gatecast.solar.sequences import Cutter
from gatecast.solar.train import shares_said
from sunny_panels import GOLDEN, blind, sunny_panel

QUICK = Training(steps=40, units=16, dropout=0.1)
LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)
FINE = tuple(np.arange(1, 100) / 100)
KINDS: dict[str, Callable[[], tuple[SolarHybrid | SolarLinear, Panel]]] = {
    "hybrid at a site": lambda: (SolarHybrid(24, training=QUICK, site=GOLDEN), sunny_panel()),
    "hybrid": lambda: (SolarHybrid(24, training=QUICK), sunny_panel()),
    "hybrid of history alone": lambda: (SolarHybrid(24, training=QUICK), blind(sunny_panel())),
    "mlp": lambda: (SolarHybrid(24, training=QUICK, recurrent="mlp"), sunny_panel()),
    "memory alone": lambda: (SolarHybrid(24, training=QUICK, line=False), sunny_panel()),
    "linear": lambda: (SolarLinear(24), sunny_panel()),
    "two days by quarter hours": lambda: (
        SolarHybrid(192, training=QUICK), sunny_panel(days=12, minutes=15, future=192),
    ),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _quick_line(monkeypatch):
    """The line has 1500 steps to its optimum; laws hold long before."""
    monkeypatch.setattr("gatecast.solar.model.LINE_STEPS", 60)


@lru_cache
def learned(kind: str) -> tuple[SolarHybrid | SolarLinear, Panel]:
    """Fitted once; of a hybrid, the whole memory is believed, so that laws hold of it."""
    model, panel = KINDS[kind]()
    model.learn(panel, Silent())
    if isinstance(model, SolarHybrid):
        assert model.networks_
        model.share_ = 1.0
    return model, panel


def all_hours(panel: Panel, days: int = 2) -> Origins:
    last = panel.known_steps - 1
    return every_origin(panel, last - days * panel.seasons[0], last)


def forecast_of(kind: str, levels: tuple[float, ...] = LEVELS) -> tuple[Forecast, Panel]:
    model, panel = learned(kind)
    return model.forecast(panel, all_hours(panel), levels), panel


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_negative_above_capacity_or_crossing(kind):
    forecast, panel = forecast_of(kind, FINE)
    most = np.array([np.nanmax(panel.values[panel.rows(i)]) for i in range(len(panel))])
    for stated in (forecast.quantiles, forecast.point[..., None], forecast.linear_part):
        if stated is not None:
            assert (stated >= 0).all()
            bound = most[forecast.origins.series].reshape(-1, *[1] * (stated.ndim - 1))
            assert (stated <= bound).all()
    assert (np.diff(forecast.quantiles, axis=-1) >= 0).all()
    assert (forecast.quantiles[..., -1] > forecast.quantiles[..., 0]).any()


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_dark_by_night(kind):
    forecast, panel = forecast_of(kind)
    rows = target_rows(panel, forecast.origins, forecast.point.shape[1])
    night = sky_of(panel, GOLDEN).elevation[rows] < -8  # without a site the twilight is not known so well
    assert night.mean() > 0.2
    assert (forecast.quantiles[night] == 0).all()
    assert (forecast.point[night] == 0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_the_median_is_the_point(kind):
    forecast, _ = forecast_of(kind)
    np.testing.assert_array_equal(forecast.point, forecast.quantiles[..., LEVELS.index(0.5)])


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "linear"])
def test_both_halves_sum_to_the_point_exactly_and_the_memory_says_something(kind):
    forecast, _ = forecast_of(kind)
    assert (forecast.linear_part + forecast.memory_part == forecast.point).all()
    assert np.abs(forecast.memory_part).max() > 0


def test_the_linear_part_is_what_the_linear_half_says_on_its_own():
    both, _ = forecast_of("hybrid")
    alone, _ = forecast_of("linear")
    np.testing.assert_array_equal(both.linear_part, alone.point)


def test_a_memory_that_is_not_believed_leaves_the_linear_half_to_the_bit():
    model, panel = SolarHybrid(24, training=replace(QUICK, rate=1e-12)), sunny_panel()
    model.learn(panel, Silent())
    model.share_, model.calibrated_ = 0.0, learned("linear")[0].calibrated_
    said, alone = model.forecast(panel, all_hours(panel), LEVELS), forecast_of("linear")[0]
    assert said.quantiles.tobytes() == alone.quantiles.tobytes()
    assert (said.memory_part == 0).all()


def test_what_came_later_moves_nothing():
    for kind in ("hybrid at a site", "hybrid of history alone"):
        model, panel = learned(kind)
        for back in (30, 13, 1):
            known = panel.known_steps - back
            origins = Origins(np.arange(len(panel)), known - 1)
            later = np.arange(len(panel.values)) - np.repeat(panel.offsets[:-1], panel.lengths)
            values = np.where(later >= np.repeat(known, panel.lengths), 7.0, panel.values)
            weather = panel.known.copy()
            weather[later >= np.repeat(known + 24, panel.lengths)] += 100.0
            other = replace(panel, values=values, known=weather)
            first, second = (model.forecast(p, origins, LEVELS) for p in (panel, other))
            assert first.quantiles.tobytes() == second.quantiles.tobytes()


def test_what_a_batch_holds_beside_it_moves_no_forecast():
    model, panel = learned("hybrid")
    origins = all_hours(panel)
    together = model.forecast(panel, origins, LEVELS).quantiles
    for i in (0, 7, 30):
        alone = model.forecast(panel, origins.where(np.array([i])), LEVELS).quantiles[0]
        np.testing.assert_allclose(alone, together[i], atol=1e-4)


def test_the_recurrent_pass_reads_the_whole_day_and_the_mlp_only_its_neighbours():
    """Weather six hours later moves an hour's forecast through the backwards pass, through nothing else."""
    for kind, moved in (("hybrid", True), ("mlp", False)):
        model, panel = learned(kind)
        origins = Origins(np.array([0]), panel.known_steps[:1] - 1)
        weather = panel.known.copy()
        weather[panel.known_steps[0] + 22] += 3.0  # 22 UTC: afternoon
        other = replace(panel, known=weather)
        inputs = (Cutter(p, read_rows(model.inputs_, p, None), 24).cut(origins) for p in (panel, other))
        before, after = (shares_said(model.networks_, batch)[0] for batch in inputs)
        assert (np.abs(after - before)[:4].max() > 0) == moved


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others():
    panel = sunny_panel(days=20)
    origins, bytes_of = all_hours(panel), []
    for seed in (0, 0, 1):
        model = SolarHybrid(24, training=QUICK, seed=seed).learn(panel, Silent())
        model.share_ = 1.0
        bytes_of.append(model.forecast(panel, origins, LEVELS).quantiles.tobytes())
    assert bytes_of[0] == bytes_of[1] != bytes_of[2]


def test_the_order_of_the_series_changes_next_to_nothing():
    """Their days are drawn in another order: the same forecast but for what training leaves to chance."""
    panel = sunny_panel()
    half = len(panel.values) // 2
    turned = replace(
        panel, values=np.roll(panel.values, half), known=np.roll(panel.known, half, axis=0),
        ids=panel.ids[::-1],
    )  # fmt: skip
    point = [
        SolarLinear(24).learn(p, Silent()).forecast(p, p.last_origins(), LEVELS).point
        for p in (panel, turned)
    ]
    assert np.abs(point[0] - point[1][::-1]).max() < 0.5  # of 20 kW


def test_gaps_are_left_out_of_learning_and_bridged_in_the_past():
    panel = sunny_panel()
    values = panel.values.copy()
    values[np.random.default_rng(0).random(len(values)) < 0.1] = np.nan
    values[panel.known_steps[0] - 40 : panel.known_steps[0]] = np.nan
    gappy = replace(panel, values=values)
    model = SolarHybrid(24, training=QUICK, site=GOLDEN).learn(gappy, Silent())
    forecast = model.forecast(gappy, all_hours(gappy), LEVELS)
    assert np.isfinite(forecast.quantiles).all()
    came = actuals(panel, forecast.origins, 24)
    assert np.nanmean(np.abs(came - forecast.point)) < 0.3 * np.nanmean(came)


def test_a_capacity_given_bounds_forecasts_where_none_was_seen_so_high():
    panel = sunny_panel()
    site = replace(GOLDEN, capacity=3.0)
    model = SolarLinear(24, site=site).learn(panel, Silent())
    assert model.forecast(panel, all_hours(panel), FINE).quantiles.max() <= 3.0


def test_a_cloud_that_stays_for_hours_is_remembered_for_hours():
    """The last hour's surprise counts an hour ahead, half a day ahead no more."""
    panel = blind(sunny_panel(days=150, series=1))
    known = panel.known_steps - 40 * 24
    model = SolarHybrid(24, training=replace(QUICK, steps=120)).learn(panel.seen_until(known), Silent())
    origins = every_origin(panel, known - 1, panel.known_steps - 25)
    came = actuals(panel, origins, 24)
    hour = (panel.times // 3_600_000_000) % 24
    usual = np.array([np.nanmedian(panel.values[: known[0]][hour[: known[0]] == h]) for h in range(24)])
    rows = target_rows(panel, origins, 24)
    mean = usual[hour[rows]]
    forecast = model.forecast(panel, origins, LEVELS).point
    bright = sky_of(panel, GOLDEN).elevation[rows] > 10
    gain = [
        1
        - np.abs(came - forecast)[:, k][bright[:, k]].mean() / np.abs(came - mean)[:, k][bright[:, k]].mean()
        for k in (0, 17)
    ]
    assert gain[0] > 0.3
    assert gain[0] > gain[1] + 0.15


def test_eighty_percent_of_days_it_has_not_seen_lie_in_the_80_percent_interval(monkeypatch):
    monkeypatch.setattr("gatecast.solar.model.LINE_STEPS", 300)
    panel = sunny_panel(days=200, series=2, seed=3)
    known = panel.known_steps - 30 * 24
    model = SolarLinear(24, site=GOLDEN).learn(panel.seen_until(known), Silent())
    origins = every_origin(panel, known - 1, panel.known_steps - 25, stride=5)
    forecast, came = model.forecast(panel, origins, LEVELS), actuals(panel, origins, 24)
    day = sky_of(panel, GOLDEN).elevation[target_rows(panel, origins, 24)] > 10
    low, high = forecast.interval(80)
    assert 0.74 < ((came >= low) & (came <= high))[day].mean() < 0.86


def test_histories_too_short_for_a_memory_fall_back_to_the_linear_half_and_say_so():
    panel, reports = sunny_panel(days=5), Noting(Silent())
    forecast = SolarHybrid(24).learn(panel, reports).forecast(panel, panel.last_origins(), LEVELS)
    assert (forecast.memory_part == 0).all()
    assert any("too short to train a memory" in note for note in reports.notes)


def test_a_training_that_breaks_down_falls_back_and_says_so():
    panel, reports = sunny_panel(days=20), Noting(Silent())
    broken = SolarHybrid(24, training=replace(QUICK, rate=1e30))
    forecast = broken.learn(panel, reports).forecast(panel, panel.last_origins(), LEVELS)
    assert np.isfinite(forecast.quantiles).all()
    assert (forecast.memory_part == 0).all()
    assert any("linear half's alone" in note for note in reports.notes)


def test_a_site_on_the_other_side_of_the_earth_is_refused_in_words():
    with pytest.raises(
        OptionError, match=r"gives \d+ % of its output while the sun is below the horizon.*sign"
    ):
        SolarLinear(24, site=Site(39.74, 105.18)).learn(sunny_panel(), Silent())


def test_what_cannot_be_is_refused_in_words():
    panel = sunny_panel(days=20)
    with pytest.raises(OptionError, match="recurrent='gru' is no kind of memory; wanted 'lstm' or 'mlp'"):
        SolarHybrid(24, recurrent="gru").learn(panel, Silent())
    empty = replace(
        panel, values=np.where(np.arange(len(panel.values)) < panel.offsets[1], np.nan, panel.values)
    )
    with pytest.raises(SeriesError, match="series 'roof 0' has no known value"):
        SolarLinear(24).learn(empty, Silent())
    with pytest.raises(OptionError, match="steps that divide a day, but rows are 1 day apart"):
        SolarLinear(1).fit(load_sample("solar").gather_every(24))
    model, _ = learned("linear")
    with pytest.raises(CovariateError, match=r"learned from \['clarity'\]"):
        model.forecast(blind(sunny_panel()), sunny_panel().last_origins(), LEVELS)


def test_it_meets_a_table_like_any_other_model():
    table = load_sample("solar").tail(24 * 40)
    model = SolarHybrid(24, known=["ghi", "temperature"], training=QUICK)
    frame = model.fit(table.head(-24)).predict(level=[80], X_df=table.tail(24).drop("y"), parts=True)
    assert frame["SolarHybrid"].min() == 0
    assert (frame["SolarHybrid-linear"] + frame["SolarHybrid-memory"] == frame["SolarHybrid"]).all()
    assert len(model.cross_validation(n_windows=2, level=[80])) == 48
