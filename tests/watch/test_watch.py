"""However rows come, the watch sees the same; what it sees is what the detector sees in the whole history."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatecast.data import Panel, actuals
from gatecast.forecaster import Origins
from gatecast.interval import REFERENCE, drifts_of, mean_scores, mean_sizes
from gatecast.watch import KEPT, Noticed, Watch, begun, caught_up, drifts, forgetting, told
from synthetic_panels import hourly_panel

HORIZON, DAYS, MORE = 24, 80, 30
OLD, ALL = 24 * DAYS, 24 * (DAYS + MORE)


def panel_of(values: np.ndarray) -> Panel:
    """Series of equal length, given as rows."""
    return replace(hourly_panel((values.shape[1],) * len(values)), values=values.ravel().astype(float))


def noise(seed: int, shift: float = 0.0) -> np.ndarray:
    """Two series of standard normal errors; the second shifts ten days behind the fit."""
    values = np.random.default_rng(seed).normal(size=(2, ALL))
    values[1, OLD + 240 :] += shift
    return values


class Scorer:
    """Forecasts N(0, 1) and scores it; counts what it is asked."""

    def __init__(self, panel: Panel) -> None:
        self.panel, self.asked = panel, 0

    def __call__(self, origins: Origins) -> np.ndarray:
        self.asked += len(origins)
        return np.asarray(actuals(self.panel, origins, HORIZON))


def until(values: np.ndarray, steps: int | np.ndarray) -> Panel:
    whole = panel_of(values)
    return whole.seen_until(np.broadcast_to(steps, len(whole)))


def fitted(values: np.ndarray, unseen: int = 0) -> Watch:
    panel = until(values, OLD)
    return begun(panel, HORIZON, np.full(len(panel), unseen), Scorer(panel))


def all_at_once(values: np.ndarray, unseen: int = 0) -> Watch:
    panel = panel_of(values)
    return caught_up(fitted(values, unseen), panel, Scorer(panel))


def same(one: Watch, other: Watch) -> None:
    for name in ("series", "number", "score", "size"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


@settings(deadline=None, max_examples=15)
@given(st.lists(st.integers(1, 200), min_size=1, max_size=12), st.integers(0, 3))
def test_rows_in_batches_and_in_a_replay_are_the_same(batches: list[int], seed: int) -> None:
    values, watch = noise(seed, 3.0), fitted(noise(seed, 3.0))
    for steps in np.minimum(OLD + np.cumsum(batches), ALL):
        panel = until(values, np.array([steps, max(OLD, steps - 30)]))
        watch = caught_up(watch, panel, Scorer(panel))
    watch = caught_up(watch, panel_of(values), Scorer(panel_of(values)))
    same(watch, all_at_once(values))
    assert drifts(watch) == drifts(all_at_once(values))


@settings(deadline=None, max_examples=15)
@given(st.integers(0, ALL - 1), st.integers(0, 1), st.integers(0, 3))
def test_a_correction_is_as_if_it_had_always_been_so(step: int, series: int, seed: int) -> None:
    before, after = noise(seed, 2.0), noise(seed, 2.0)
    after[series, step] = 50.0
    changed = np.full(2, ALL)
    changed[series] = step
    panel = panel_of(after)
    corrected = caught_up(forgetting(all_at_once(before), changed), panel, Scorer(panel))
    wanted = caught_up(fitted(before), panel, Scorer(panel))  # what was learned stays as it was learned
    same(corrected, wanted)


def test_nothing_is_forecast_until_a_stretch_has_ended_and_then_once() -> None:
    values = noise(0)
    panel, watch = until(values, OLD + 23), fitted(values)
    scorer = Scorer(panel)
    assert caught_up(watch, panel, scorer) is watch
    assert scorer.asked == 0
    for more in (24, 47):
        panel = until(values, OLD + more)
        scorer = Scorer(panel)
        watch = caught_up(watch, panel, scorer)
        assert scorer.asked == (2 if more == 24 else 0)


def test_it_finds_what_the_detector_finds_and_where() -> None:
    values = noise(1, 1.0)
    (found,) = drifts(all_at_once(values))
    days = values[1].reshape(-1, 24)
    (wanted,) = drifts_of(
        mean_scores(days), mean_sizes(days), np.zeros(len(days), dtype=np.int64), np.array([DAYS - 1])
    ) or (None,)
    assert wanted is not None
    assert found.series == 1
    assert found.kind == "above"
    assert OLD + 240 <= found.noticed < OLD + 240 + 24 * 6
    assert found.since == OLD + 240
    assert (found.noticed + 1) % 24 == 0


def test_where_too_few_outcomes_were_unseen_the_first_sixty_are_waited_for() -> None:
    values = np.random.default_rng(2).normal(size=(1, OLD + 24 * 80))
    values[0, OLD + 24 * 65 :] += 2.0
    panel = panel_of(values)
    waiting = begun(until(values, OLD), HORIZON, np.array([OLD - 1]), Scorer(panel))
    assert not len(waiting.score)
    early = until(values, OLD + 24 * REFERENCE)
    assert drifts(caught_up(waiting, early, Scorer(early))) == ()
    (found,) = drifts(caught_up(waiting, panel, Scorer(panel)))
    assert found.noticed >= OLD + 24 * 65


def test_missing_outcomes_are_passed_over() -> None:
    values = noise(3, 3.0)
    values[1, OLD + 250 : OLD + 24 * 14] = np.nan
    (found,) = drifts(all_at_once(values))
    assert found.series == 1


def test_a_series_that_never_moved_and_then_does_is_noticed() -> None:
    values = np.zeros((1, ALL))
    values[0, OLD:] = 1e-3
    assert [one.kind for one in drifts(all_at_once(values))] == ["above"]


def test_a_drift_is_said_with_its_series_times_and_remedy() -> None:
    one = Noticed(1, "above", 48, 143, 2.13)
    panel = hourly_panel((200, 200))
    what = (
        "since 2024-01-03 00:00 values lie 2.1 ordinary errors above what was forecast "
        "(noticed 2024-01-06 23:00); refit(warm_start=True) learns from them"
    )
    assert told(one, panel, named=True) == f"'meter 1': {what}"
    assert told(one, panel, named=False) == what


@pytest.mark.parametrize("harm", ["series", "number", "stride", "end"])
def test_a_file_that_holds_nonsense_is_refused(harm: str) -> None:
    watch = all_at_once(noise(0))
    cuts = watch.stretches
    if harm == "series":
        watch = replace(watch, series=watch.series + 1)
    elif harm == "number":
        watch = replace(watch, number=watch.number[::-1].copy())
    else:
        cuts = replace(cuts, **{harm: getattr(cuts, harm) * 0 - (harm == "end")})
    with pytest.raises(ValueError, match="wanted"):
        check(replace(watch, stretches=cuts))


def check(watch: Watch) -> None:
    """What a file's watch has to pass."""
    for name, value in (("watch.stretches", watch.stretches), ("watch", watch)):
        hold = KEPT[name].check
        assert hold is not None
        hold(value)
