"""Rolling origins stand where they should, and models see what they may."""
# ruff: noqa: ARG002  # the protocol's signatures name what a fake need not use

import copy
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake_forecasters import Blank, HonestNaive
from gatecast.backtest import cross_validate, seasonal_scale
from gatecast.errors import OptionError, SeriesError
from gatecast.forecaster import Forecast
from synthetic_panels import corrupted_after, hourly_panel, with_values

LEVELS = (0.1, 0.5, 0.9)
PANEL = hourly_panel((200, 150), future=24)


class Heard:
    """Progress that remembers."""

    def __init__(self):
        self.steps, self.totals, self.notes = {}, {}, []

    @contextmanager
    def task(self, label, total):
        self.totals[label], self.steps[label] = total, 0
        heard = self

        class Task:
            def advance(self, steps=1, **detail):
                heard.steps[label] += steps

        yield Task()

    def note(self, message):
        self.notes.append(message)


@given(horizon=st.integers(1, 12), n_windows=st.integers(1, 5), step=st.integers(1, 12))
def test_origins_are_counted_back_from_the_end_of_each_history(horizon, n_windows, step):
    backtest = cross_validate([HonestNaive(horizon)], PANEL, n_windows=n_windows, step=step, levels=LEVELS)
    position = backtest.by_series(backtest.origins.position)
    np.testing.assert_array_equal(position[:, -1], PANEL.known_steps - 1 - horizon)
    np.testing.assert_array_equal(np.diff(position, axis=1), step)
    np.testing.assert_array_equal(backtest.by_series(backtest.window), [range(n_windows)] * 2)
    for row, (series, at) in enumerate(zip(backtest.origins.series, position.ravel(), strict=True)):
        values = PANEL.values[PANEL.history(series)]
        np.testing.assert_array_equal(backtest.actual[row], values[at + 1 : at + 1 + horizon])


def test_windows_are_a_horizon_apart_unless_told():
    backtest = cross_validate([HonestNaive(12)], PANEL, n_windows=3)
    assert backtest.step == 12
    assert backtest.horizon == 12


def test_learning_stops_at_the_first_origin_of_each_series():
    model = Spy(12)
    cross_validate([model], PANEL, n_windows=3, step=10, levels=LEVELS)
    np.testing.assert_array_equal(Spy.learned, [PANEL.known_steps - 12 - 20])


def test_refitting_learns_anew_at_each_window():
    cross_validate([Spy(12)], PANEL, n_windows=3, step=10, levels=LEVELS, refit=True)
    expected = [PANEL.known_steps - 12 - back for back in (20, 10, 0)]
    np.testing.assert_array_equal(Spy.learned, expected)


class Spy(HonestNaive):
    """Leaves word of what every copy of it learned from."""

    learned: list[np.ndarray]

    def __init__(self, horizon):
        super().__init__(horizon, name="Spy")
        Spy.learned = []

    def learn(self, panel, progress):
        Spy.learned.append(panel.known_steps)
        assert np.isnan(panel.values[panel.offsets[0] + panel.known_steps[0] :][:12]).all()
        return super().learn(panel, progress)


@pytest.mark.parametrize("refit", [False, True])
def test_models_handed_in_stay_as_they_were(refit):
    model = HonestNaive(12)
    before = copy.deepcopy(vars(model))
    cross_validate([model], PANEL, n_windows=2, levels=LEVELS, refit=refit)
    assert vars(model) == before


def test_refitting_gives_rows_to_the_origins_they_belong_to():
    """The naive's point needs no learning: both ways must agree row by row."""
    once, anew = (
        cross_validate([HonestNaive(12)], PANEL, n_windows=4, step=5, levels=LEVELS, refit=refit)
        for refit in (False, True)
    )
    np.testing.assert_array_equal(once.forecasts["HonestNaive"].point, anew.forecasts["HonestNaive"].point)
    np.testing.assert_array_equal(anew.forecasts["HonestNaive"].origins.position, anew.origins.position)


def test_parts_survive_refitting():
    class InParts(HonestNaive):
        def forecast(self, panel, origins, levels):
            f = super().forecast(panel, origins, levels)
            return Forecast(f.origins, f.levels, f.quantiles, f.point, f.point - 1.0, np.ones_like(f.point))

    backtest = cross_validate([InParts(6)], PANEL, n_windows=3, levels=LEVELS, refit=True)
    whole = backtest.forecasts["HonestNaive"]
    np.testing.assert_allclose(whole.linear_part + whole.memory_part, whole.point)


@pytest.mark.parametrize("refit", [False, True])
def test_what_comes_after_the_last_origin_moves_no_forecast(refit):
    """Even a model that read everything it is given could not read this."""
    horizon = 12
    other = corrupted_after(PANEL, PANEL.known_steps - horizon)

    class Greedy(HonestNaive):
        def forecast(self, panel, origins, levels):
            point = np.full((len(origins), self.horizon), np.nansum(panel.values))
            return Forecast(origins, np.asarray(levels), np.repeat(point[..., None], len(levels), 2), point)

    first, second = (
        cross_validate([Greedy(horizon)], p, n_windows=1, levels=LEVELS, refit=refit) for p in (PANEL, other)
    )
    np.testing.assert_array_equal(first.forecasts["HonestNaive"].point, second.forecasts["HonestNaive"].point)


def test_the_scale_comes_from_before_the_first_window():
    backtest = cross_validate([HonestNaive(12)], PANEL, n_windows=3, levels=LEVELS)
    expected = [seasonal_scale(PANEL.values[PANEL.history(i)][: -12 * 3], 24) for i in range(2)]
    np.testing.assert_allclose(backtest.scale, expected)
    assert backtest.unscaled == ()


def test_missing_actuals_stay_missing():
    values = PANEL.values.copy()
    values[PANEL.known_steps[0] - 3] = np.nan
    backtest = cross_validate([HonestNaive(12)], with_values(PANEL, values), n_windows=2, levels=LEVELS)
    assert np.isnan(backtest.actual).sum() == 1
    assert np.isfinite(backtest.forecasts["HonestNaive"].point).all()


def test_levels_are_sorted_and_named_once():
    backtest = cross_validate([HonestNaive(6)], PANEL, n_windows=1, levels=[0.9, 0.1, 0.5, 0.1])
    np.testing.assert_array_equal(backtest.levels, LEVELS)
    assert backtest.forecasts["HonestNaive"].quantiles.shape[-1] == 3


def test_models_of_one_name_are_told_apart_and_it_is_said():
    heard = Heard()
    models = [HonestNaive(6), HonestNaive(6, season=12), HonestNaive(6, season=6)]
    backtest = cross_validate(models, PANEL, n_windows=1, levels=LEVELS, progress=heard)
    assert backtest.names == ("HonestNaive", "HonestNaive 2", "HonestNaive 3")
    assert heard.notes[0] == "two models are called HonestNaive; the later one is shown as 'HonestNaive 2'"


@pytest.mark.parametrize("refit", [False, True])
def test_every_window_of_every_model_is_reported(refit):
    heard = Heard()
    models = [HonestNaive(6, name="a"), HonestNaive(6, name="b")]
    backtest = cross_validate(models, PANEL, n_windows=3, levels=LEVELS, refit=refit, progress=heard)
    assert heard.totals == heard.steps == {"a": 3, "b": 3}
    assert all(second >= 0 for both in backtest.seconds.values() for second in both)


def test_a_model_without_numbers_is_noted():
    heard = Heard()
    cross_validate([Blank(6)], PANEL, n_windows=3, levels=LEVELS, progress=heard)
    assert heard.notes == ["HonestNaive gave no number for some step of 6 of 6 origins"]


def test_an_interval_nobody_asked_for_says_what_it_takes():
    backtest = cross_validate([HonestNaive(6)], PANEL, n_windows=1, levels=LEVELS)
    lower, upper = backtest.forecasts["HonestNaive"].interval(80)
    assert (lower <= upper).all()
    with pytest.raises(OptionError, match=r"level 95 needs .* 0.025 and 0.975, .* holds 0.1, 0.5, 0.9"):
        backtest.forecasts["HonestNaive"].interval(95)


def test_short_series_are_named_with_what_they_have_and_what_fits():
    panel = hourly_panel((100, 30, 40))
    with pytest.raises(SeriesError) as error:
        cross_validate([HonestNaive(12)], panel, n_windows=4, levels=LEVELS)
    assert str(error.value) == (
        "4 windows of 12 steps, 12 apart, need 50 known steps of every series: "
        "meter 1 has 30, meter 2 has 40; ask for at most 2 windows, "
        "a smaller step or a shorter horizon, or leave short series out"
    )
    cross_validate([HonestNaive(12)], panel, n_windows=2, levels=LEVELS)


def test_a_series_shorter_than_the_horizon_fits_no_window():
    with pytest.raises(SeriesError, match="meter 0 has 10; ask for fewer windows"):
        cross_validate([HonestNaive(12)], hourly_panel((10,)), n_windows=1, levels=LEVELS)


def test_only_history_counts_as_known():
    panel = hourly_panel((20,), future=100)
    with pytest.raises(SeriesError, match="meter 0 has 20"):
        cross_validate([HonestNaive(24)], panel, n_windows=1, levels=LEVELS)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"n_windows": 0}, "n_windows is 0; it must be a whole number, 1 or more"),
        ({"n_windows": 2.5}, "n_windows is 2.5"),
        ({"n_windows": True}, "n_windows is True"),
        ({"step": -1}, "step is -1; it must be a whole number, 1 or more"),
        ({"levels": [80, 0.5]}, "probabilities between 0 and 1, but these are 80; an interval of 80 %"),
        ({"levels": []}, "these are empty"),
        ({"levels": [float("nan")]}, "these are nan"),
    ],
)
def test_options_outside_what_they_may_be_are_refused(option, message):
    with pytest.raises(OptionError, match=message):
        cross_validate([HonestNaive(6)], PANEL, **({"n_windows": 1} | option))


def test_no_models_are_refused():
    with pytest.raises(OptionError, match="give at least one forecaster"):
        cross_validate([], PANEL, n_windows=1)


def test_horizons_must_agree():
    with pytest.raises(OptionError, match="different horizons: a 6, b 12; give all the same one"):
        cross_validate([HonestNaive(6, name="a"), HonestNaive(12, name="b")], PANEL, n_windows=1)


def test_a_model_that_answers_another_question_is_a_defect():
    class Deaf(HonestNaive):
        def forecast(self, panel, origins, levels):
            return super().forecast(panel, origins, (0.5,))

    with pytest.raises(ValueError, match="HonestNaive was asked for"):
        cross_validate([Deaf(6)], PANEL, n_windows=1, levels=LEVELS)


def test_an_interrupt_is_not_swallowed():
    class Interrupted(HonestNaive):
        def learn(self, panel, progress):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cross_validate([Interrupted(6)], PANEL, n_windows=1, levels=LEVELS)
