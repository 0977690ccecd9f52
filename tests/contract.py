"""What every Forecaster must do: one suite for all of them, and for the fakes that break it.

Each law is a function of a `Case`; laws that only forecast share one fit per case.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from gatecast.data import Panel
from gatecast.forecaster import Forecast, Forecaster, Origins
from gatecast.front import TableDoor
from gatecast.front.steps import arrivals, foreseen_in
from gatecast.progress import Silent
from synthetic_panels import SEASON, corrupted_after, hourly_panel, with_given, with_values

HORIZON = 24
LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)
PANEL = with_given(hourly_panel(future=HORIZON), HORIZON)
# Vectorised logarithms round by their neighbours, networks in single precision. Nonsense in the thousands
# that moves a forecast by less has not been read.
UNMOVED = 1e-6
# Quantiles follow scores, which are errors over widths, and those far out weigh one fifty-fold: test_track.
STATED = 100 * UNMOVED
HELD_OUT = 100  # steps at the end of each history that nothing has learned from


@dataclass(frozen=True)
class Case:
    """A forecaster under the contract.

    make       one with so long a horizon, never fitted
    tolerance  how far another unit may move a forecast, in standard deviations of the series
    heavy      fits take seconds: laws that need further fits are marked slow
    """

    name: str
    make: Callable[[int], Forecaster]
    tolerance: float = 1e-6
    heavy: bool = False


@lru_cache(maxsize=1)
def learned(case: Case) -> Forecaster:
    """Fitted once per case, on all but the held-out end."""
    return case.make(HORIZON).learn(PANEL.seen_until(PANEL.known_steps - HELD_OUT), Silent())


def origins_back(panel: Panel, *steps: int) -> Origins:
    """For every series, origins so many steps before the end of its history."""
    last = panel.last_origins()
    return Origins(
        np.concatenate([last.series for _ in steps]), np.concatenate([last.position - back for back in steps])
    )


def spread(panel: Panel) -> np.ndarray:
    """Standard deviation of each series. [series]"""
    return np.array([np.nanstd(panel.values[panel.history(i)]) for i in range(len(panel))])


def same(
    panel: Panel, first: Forecast, second: Forecast, tolerance: float, stated: float | None = None
) -> None:
    """Two forecasts from the same origins agree within a share of their series' standard deviation.

    stated  share for the quantiles, where that is another one
    """
    scale = spread(panel)[first.origins.series][:, None]
    apart = np.abs(first.point - second.point) / scale
    stated_apart = np.abs(first.quantiles - second.quantiles) / scale[..., None]
    assert apart.max() <= tolerance, f"points are {apart.max():.2g} standard deviations apart"
    assert stated_apart.max() <= (stated or tolerance), (
        f"quantiles are {stated_apart.max():.2g} standard deviations apart"
    )


def reads_nothing_behind_its_origin(case: Case) -> None:
    """Neither what came later, nor whether anything came, moves a forecast."""
    for back in (HELD_OUT, 37, HORIZON, 1):
        origins, known = origins_back(PANEL, back), PANEL.known_steps - back
        honest = learned(case).forecast(PANEL, origins, LEVELS)
        for other in (corrupted_after(PANEL, known), PANEL.seen_until(known)):
            same(PANEL, honest, learned(case).forecast(other, origins, LEVELS), UNMOVED)


def reads_known_covariates_no_further_than_its_horizon(case: Case) -> None:
    """Weather behind the last step asked for is not there yet when a forecast is made for real."""
    for back in (HELD_OUT, 61, 37):
        origins = origins_back(PANEL, back)
        known, given = PANEL.known.copy(), PANEL.given.copy()
        for i, at in zip(origins.series, origins.position, strict=True):
            later = slice(int(PANEL.offsets[i] + at + HORIZON + 1), int(PANEL.offsets[i + 1]))
            known[later] += 1e3
            given[later] += 1e3
        honest = learned(case).forecast(PANEL, origins, LEVELS)
        other = replace(PANEL, known=known, given=given)
        same(PANEL, honest, learned(case).forecast(other, origins, LEVELS), UNMOVED)


def forecasting_leaves_no_trace(case: Case) -> None:
    """A forecast is the same whatever was forecast before it, and from a copy."""
    origins = origins_back(PANEL, 80, 0)
    first = learned(case).forecast(PANEL, origins, LEVELS)
    learned(case).forecast(PANEL, origins_back(PANEL, 33), (0.5,))
    for model in (learned(case), copy.deepcopy(learned(case))):
        again = model.forecast(PANEL, origins, LEVELS)
        assert first.quantiles.tobytes() == again.quantiles.tobytes()
        assert first.point.tobytes() == again.point.tobytes()


def answers_what_was_asked(case: Case) -> None:
    """Origins, levels, horizon and shapes are those asked for, and every number is finite."""
    origins = origins_back(PANEL, HELD_OUT, 50, 0)
    forecast = learned(case).forecast(PANEL, origins, LEVELS)
    np.testing.assert_array_equal(forecast.origins.series, origins.series)
    np.testing.assert_array_equal(forecast.origins.position, origins.position)
    np.testing.assert_allclose(forecast.levels, LEVELS)
    assert forecast.point.shape == (len(origins), HORIZON)
    assert forecast.quantiles.shape == (len(origins), HORIZON, len(LEVELS))
    assert np.isfinite(forecast.point).all()
    assert np.isfinite(forecast.quantiles).all()


def its_quantiles_do_not_cross(case: Case) -> None:
    """Quantiles never decrease along levels."""
    fine = tuple(np.linspace(0.01, 0.99, 25))
    forecast = learned(case).forecast(PANEL, origins_back(PANEL, 90, 60, 0), fine)
    assert (np.diff(forecast.quantiles, axis=-1) >= 0).all()


def its_point_is_its_median(case: Case) -> None:
    """The point forecast is the middle of the distribution."""
    forecast = learned(case).forecast(PANEL, origins_back(PANEL, 90, 0), LEVELS)
    np.testing.assert_allclose(forecast.point, forecast.quantiles[..., LEVELS.index(0.5)], rtol=1e-9)


def a_quantile_stands_alone(case: Case) -> None:
    """A quantile is the same whichever others are asked for beside it."""
    origins = origins_back(PANEL, 80)
    together = learned(case).forecast(PANEL, origins, LEVELS)
    alone = learned(case).forecast(PANEL, origins, (0.9,))
    np.testing.assert_allclose(alone.quantiles[..., 0], together.quantiles[..., LEVELS.index(0.9)], rtol=1e-9)
    np.testing.assert_allclose(alone.point, together.point, rtol=1e-9)


def the_order_of_origins_changes_nothing(case: Case) -> None:
    """Each origin has its own row, whatever stands around it."""
    origins = origins_back(PANEL, 95, 70, 45, 24)
    order = np.random.default_rng(0).permutation(len(origins))
    whole = learned(case).forecast(PANEL, origins, LEVELS)
    for chosen in (order, order[:1], order[:5]):
        part = learned(case).forecast(PANEL, origins.where(chosen), LEVELS)
        expected = replace(
            whole,
            origins=part.origins,
            quantiles=whole.quantiles[chosen],
            point=whole.point[chosen],
            linear_part=None,
            memory_part=None,
            pool_part=None,
        )
        same(PANEL, expected, part, tolerance=1e-4)  # a batch of another size rounds otherwise


def early_origins_get_numbers(case: Case) -> None:
    """Little history makes a poor forecast, not a missing one."""
    origins = Origins(np.arange(3), np.array([1, SEASON, 2 * SEASON + 5]))
    forecast = learned(case).forecast(PANEL, origins, LEVELS)
    assert np.isfinite(forecast.quantiles).all()


def its_parts_sum_to_the_point(case: Case) -> None:
    """Where the parts are shown, they are the whole forecast."""
    forecast = learned(case).forecast(PANEL, origins_back(PANEL, 90, 0), LEVELS)
    assert (forecast.linear_part is None) == (forecast.memory_part is None)
    if forecast.linear_part is not None and forecast.memory_part is not None:
        before = forecast.without_memory
        assert before is not None
        np.testing.assert_allclose(before + forecast.memory_part, forecast.point, rtol=1e-12)


def the_panel_stays_as_it_was(case: Case) -> None:
    """Neither learning nor forecasting writes into the caller's arrays."""
    panel = with_gaps(PANEL)
    before = [a.tobytes() for a in (panel.values, panel.known, panel.past, panel.times, panel.known_steps)]
    forecaster = case.make(HORIZON).learn(panel, Silent())
    forecaster.forecast(panel, panel.last_origins(), LEVELS)
    after = [a.tobytes() for a in (panel.values, panel.known, panel.past, panel.times, panel.known_steps)]
    assert before == after


def the_same_seed_gives_the_same_bytes(case: Case) -> None:
    """Two models made alike and taught alike say alike, to the last bit."""
    again = case.make(HORIZON).learn(PANEL.seen_until(PANEL.known_steps - HELD_OUT), Silent())
    origins = origins_back(PANEL, 90, 0)
    first, second = (m.forecast(PANEL, origins, LEVELS) for m in (learned(case), again))
    assert first.quantiles.tobytes() == second.quantiles.tobytes()
    assert first.point.tobytes() == second.point.tobytes()


def the_unit_does_not_matter(case: Case) -> None:
    """In kilowatts the forecast is a thousand times that in megawatts."""
    kilo = replace(with_values(PANEL, PANEL.values * 1000.0), given=PANEL.given * 1000.0)
    there = case.make(HORIZON).learn(kilo.seen_until(kilo.known_steps - HELD_OUT), Silent())
    origins = origins_back(PANEL, 90, 0)
    mega, scaled = learned(case).forecast(PANEL, origins, LEVELS), there.forecast(kilo, origins, LEVELS)
    in_mega = replace(mega, quantiles=scaled.quantiles / 1000, point=scaled.point / 1000)
    same(PANEL, mega, in_mega, case.tolerance)


def missing_values_are_tolerated(case: Case) -> None:
    """Scattered gaps, a long one, and one at the origin itself: still a number for every step."""
    panel = with_gaps(PANEL)
    forecaster = case.make(HORIZON).learn(panel, Silent())
    forecast = forecaster.forecast(panel, origins_back(panel, 60, 30, 0), LEVELS)
    assert np.isfinite(forecast.quantiles).all()
    assert (np.diff(forecast.quantiles, axis=-1) >= 0).all()
    level = np.array([np.nanmean(panel.values[panel.history(i)]) for i in range(len(panel))])
    assert (np.abs(forecast.point / level[forecast.origins.series][:, None] - 1) < 0.5).all()


def a_constant_series_stays_constant(case: Case) -> None:
    """One constant series among others is forecast at its constant."""
    values = PANEL.values.copy()
    values[PANEL.history(1)] = 50.0
    panel = with_values(PANEL, values)
    forecaster = case.make(HORIZON).learn(panel, Silent())
    forecast = forecaster.forecast(panel, origins_back(panel, 40, 0), LEVELS)
    flat = forecast.point[forecast.origins.series == 1]
    assert np.isfinite(forecast.quantiles).all()
    np.testing.assert_allclose(flat, 50.0, rtol=1e-3)


def the_horizon_is_respected(case: Case) -> None:
    """One step ahead is a horizon too."""
    forecaster = case.make(1).learn(PANEL, Silent())
    assert forecaster.horizon == 1
    assert forecaster.forecast(PANEL, PANEL.last_origins(), LEVELS).point.shape == (len(PANEL), 1)


def with_gaps(panel: Panel) -> Panel:
    """The panel with 5 % of its values gone, 30 in a row from one series, and the last of another."""
    values = panel.values.copy()
    values[np.random.default_rng(2).random(len(values)) < 0.05] = np.nan
    values[panel.offsets[0] + 150 : panel.offsets[0] + 180] = np.nan
    values[panel.offsets[1] + panel.known_steps[1] - 1] = np.nan
    return with_values(panel, values)


Law = Callable[[Case], None]


def it_stands_where_reading_again_would(case: Case) -> None:
    """Moved on by rows, some of them missing, it says what reading the longer histories says."""
    model = learned(case)
    if not isinstance(model, TableDoor):
        return
    stood = model._stand(PANEL.seen_until(PANEL.known_steps - 30))
    before = stood.copy()
    for rows in arrivals(PANEL, before.clock):
        stood.advance(rows)
    mine = stood.ahead(foreseen_in(PANEL, HORIZON), LEVELS)
    same(PANEL, model.forecast(PANEL, PANEL.last_origins(), LEVELS), mine, UNMOVED, STATED)
    np.testing.assert_array_equal(before.clock, PANEL.known_steps - 31)
    np.testing.assert_array_equal(stood.clock, PANEL.known_steps - 1)
    assert all(len(values) == len(PANEL) for values in stood.state().values())


LAWS_OF_FORECASTING: tuple[Law, ...] = (
    reads_nothing_behind_its_origin,
    reads_known_covariates_no_further_than_its_horizon,
    forecasting_leaves_no_trace,
    answers_what_was_asked,
    its_quantiles_do_not_cross,
    its_point_is_its_median,
    a_quantile_stands_alone,
    the_order_of_origins_changes_nothing,
    early_origins_get_numbers,
    its_parts_sum_to_the_point,
    it_stands_where_reading_again_would,
)
LAWS_OF_LEARNING: tuple[Law, ...] = (
    the_panel_stays_as_it_was,
    the_same_seed_gives_the_same_bytes,
    the_unit_does_not_matter,
    missing_values_are_tolerated,
    a_constant_series_stays_constant,
    the_horizon_is_respected,
)
