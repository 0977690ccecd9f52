"""Reach, washout and half-lives are what they are known to be where the memory was made by hand."""

from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gatecast.data import Frequency
from gatecast.errors import OptionError, SeriesError
from gatecast.insight import (
    Reach,
    half_life_figure,
    half_lives,
    reach,
    reach_figure,
    washout,
    washout_figure,
)
from gatecast.insight.figures.reach import _mark
from gatecast.insight.sight.halflife import crossing
from gatecast.insight.sight.lags import duration, lag_grid
from gatecast.insight.sight.pulse import column_of, edited, pulse_of, pulsed_histories
from planted_memory import (
    CHANGES,
    PANEL,
    SHUT,
    UNITS,
    accumulating,
    cut_loop,
    deaf,
    forgetful,
    hold,
    subject_of,
)

LEAST = 1e-6  # single precision rounds batches of different size differently
LAGS = (0, 1, 2, 5, 23, 24, 25, 60)


# -- reach ---------------------------------------------------------------------------------------


def test_a_memory_that_keeps_nothing_sees_no_further_than_its_last_step():
    seen = reach(subject_of(alter=forgetful), "temperature", LAGS)
    assert seen.carried[0].mean() > 0
    assert seen.carried[1:].max() < LEAST
    assert (seen.change[1:] == 0).all()
    assert seen.sees("carried") == seen.sees() == seen.horizon_hours == 0
    assert seen.sentence() == "this model sees no temperature before the origin's own"


def test_of_the_series_such_a_memory_sees_what_its_changes_look_back_on():
    seen = reach(subject_of(alter=forgetful), lags=LAGS)
    moved = {int(lag) for lag, size in zip(*seen.profile("carried"), strict=True) if size > LEAST}
    assert moved == {0, *CHANGES}


def test_an_input_the_network_does_not_read_moves_nothing():
    seen = reach(subject_of(alter=deaf("temperature")), "temperature", LAGS)
    assert (seen.change == 0).all()
    assert seen.carried.max() < LEAST
    assert seen.sees() is None
    assert seen.horizon_hours is None
    assert seen.sentence("carried") == "its memory does not see past values of temperature"


@pytest.mark.parametrize("name", ["temperature", "cloud"])
def test_a_lone_network_sees_past_covariates_through_its_recurrent_state_and_no_other_way(name):
    seen = reach(subject_of(), name, LAGS)
    _, whole, carried = np.intersect1d(seen.lags, seen.carried_lags, return_indices=True)
    np.testing.assert_allclose(seen.change[whole], seen.carried[carried], rtol=2e-3, atol=1e-5)
    assert (seen.change[seen.lags >= seen.context] == 0).all()


def test_an_adding_memory_sees_to_the_end_of_its_context():
    seen = reach(subject_of(alter=accumulating), "temperature")
    assert seen.sees("carried") == seen.context - 1
    assert "to the end of its context" in seen.sentence("carried")


def test_the_linear_half_does_not_read_a_past_covariate_and_the_memory_does():
    seen = reach(subject_of("Hybrid"), "cloud", (0, 1, 24))
    assert (seen.linear == 0).all()
    assert seen.memory[0].mean() > 0
    np.testing.assert_allclose(seen.change, seen.memory, atol=1e-9)


def test_a_change_is_no_larger_than_those_of_its_parts():
    seen = reach(subject_of("Hybrid"), lags=(0, 24))
    assert (seen.change <= seen.linear + seen.memory + 1e-9).all()
    assert seen.sees("linear") == 24


def test_between_the_last_lag_seen_and_the_next_more_are_tried():
    seen = reach(subject_of(alter=lambda n: (cut_loop(n), hold(n.encoder, {"forget": 1.0}))), "temperature")
    coarse = set(lag_grid(int(subject_of().workings().begun[0]) - 1, PANEL.seasons).tolist())
    assert set(seen.carried_lags.tolist()) > coarse
    assert (np.diff(seen.carried_lags) > 0).all()


@pytest.mark.parametrize("name", [None, "temperature", "cloud"])
def test_a_pulse_leaves_clock_and_calendar_alone(name):
    one = subject_of()
    pieces, pulse = one.workings(), pulse_of(one, name or "series", 1.0)
    own = [j for j, column in enumerate(pieces.history) if column.source != pulse.name]
    for _, histories in pulsed_histories(one, pieces, pulse, np.array(LAGS[:-1])):
        assert (histories != pieces.batch.history).any()
        assert (histories[..., own] == pieces.batch.history[..., own]).all()


@pytest.mark.parametrize("name", ["series", "temperature", "cloud"])
def test_pulsed_inputs_are_those_read_off_a_panel_with_the_pulse(name):
    one = subject_of()
    pulse, lags = pulse_of(one, name, 1.0), np.array([0, 1, 7, 24, 40])
    moved = pulse.on(column_of(one, name)[one.row - lags])
    both = zip(moved, pulsed_histories(one, one.workings(), pulse, lags), strict=True)
    for direction, (where, histories) in both:
        assert (direction.open == where).all()
        for k in np.flatnonzero(where):
            rows = one.row - lags[k : k + 1]
            panel = edited(one, name, rows, direction.values[k : k + 1])
            torch.testing.assert_close(
                histories[k], one.workings(panel).batch.history[0], rtol=2e-3, atol=2e-3
            )


@given(lag=st.integers(0, 200), size=st.floats(0.1, 3))
def test_a_pulse_stays_within_what_history_has_seen_or_goes_to_the_farther_end(lag, size):
    one = subject_of()
    pulse = pulse_of(one, "temperature", size)
    at = column_of(one, "temperature")[one.row - lag : one.row - lag + 1]
    for moved in pulse.on(at):
        if moved.open[0] and pulse.size <= (pulse.high - pulse.low) / 2:
            assert pulse.low <= moved.values[0] <= pulse.high
    assert any(moved.open[0] for moved in pulse.on(at))


def test_what_cannot_be_pulsed_is_refused_in_words():
    one = subject_of()
    still = replace(one, panel=one.with_covariate("temperature", np.arange(300), np.full(300, 7.0)))
    with pytest.raises(OptionError, match="does not read 'wind'; it reads series, temperature, cloud"):
        reach(one, "wind")
    with pytest.raises(OptionError, match=r"size=0 is no pulse; give a positive number"):
        reach(one, size=0)
    with pytest.raises(OptionError, match=r"lags=\[0, 300\] are not all in the history; .* 0 to 299"):
        reach(one, lags=[0, 300])
    with pytest.raises(OptionError, match="no part 'linear' of this reach; it has whole, carried"):
        reach(one, "cloud", [0]).profile("linear")
    with pytest.raises(OptionError, match="'temperature' has never varied up to the origin"):
        pulse_of(still, "temperature", 1.0)


def test_an_early_origin_is_measured_as_far_as_its_series_goes():
    seen = reach(subject_of(position=40), "temperature")
    assert seen.lags[-1] == seen.carried_lags[-1] == 40
    assert np.isfinite(seen.carried).all()


def test_durations_are_said_in_the_frequency_of_the_panel():
    quarter = Frequency("microsecond", 900_000_000)
    assert [duration(n, quarter) for n in (1, 4, 50, 192)] == ["15 minutes", "1 hour", "12.5 hours", "2 days"]
    assert duration(3, Frequency("day", 7)) == "21 days"


@given(
    longest=st.integers(0, 3000),
    seasons=st.sampled_from([(1,), (24,), (48, 336)]),
    detail=st.sampled_from(["fine", "middle", "coarse"]),
)
def test_a_grid_of_lags_rises_from_the_origin_to_its_end_and_has_the_seasons(longest, seasons, detail):
    lags = lag_grid(longest, seasons, detail).tolist()
    assert lags == sorted(set(lags))
    assert (lags[0], lags[-1]) == (0, longest)
    assert {s for s in seasons if s <= longest} <= {*lags, 1}


# -- washout -------------------------------------------------------------------------------------


def test_a_memory_that_keeps_nothing_needs_one_step_of_history():
    need = washout(subject_of(alter=forgetful))
    assert need.needed == 1
    assert np.abs(need.difference).max() < LEAST
    assert need.sentence().startswith("the memory needs 1 hour of history")


def test_an_adding_memory_needs_all_its_context():
    need = washout(subject_of(alter=accumulating), tolerance=0.0)
    assert need.needed == need.context == subject_of().workings().context
    assert "needs all" in need.sentence()


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN", "Hybrid"])
def test_read_whole_the_forecast_is_the_one_there_is(kind):
    one = subject_of(kind)
    need = washout(one)
    assert (need.difference[-1] == 0).all()
    assert (np.abs(need.difference[need.steps >= need.needed]) <= need.tolerance).all()


def test_each_length_is_read_as_if_it_were_alone():
    one = subject_of("GRU")
    pieces, need = one.workings(), washout(one)
    for k in (0, 5, len(need.steps) - 2):
        short = pieces.batch.history[:, -int(need.steps[k]) :]
        with torch.no_grad():
            states = pieces.network.encoder(short)[0][:, -1:]
            quantiles = pieces.network.head(states, pieces.batch).quantiles[:, 0].double().numpy()
        alone = pieces.finish(quantiles).point[0] - one.forecast().point[0]
        np.testing.assert_allclose(need.difference[k], alone, atol=1e-4)


def test_a_memory_without_a_share_needs_no_history_and_says_why():
    one = subject_of("Hybrid")
    one.model.shares_ = np.zeros(2)
    assert washout(one).sentence().startswith("the memory has no share in the forecast of this series")
    assert reach(one, "cloud", [0]).sentence("memory") == "its memory part does not see past values of cloud"


def test_a_negative_tolerance_is_refused():
    with pytest.raises(OptionError, match="tolerance=-1 is no difference; give a number from 0"):
        washout(subject_of(), tolerance=-1)


# -- half-lives ----------------------------------------------------------------------------------


@pytest.mark.parametrize("bias", [-1.0, 1.0, 3.0])
def test_a_constant_forget_gate_has_the_half_life_of_its_closed_form(bias):
    lives = half_lives(subject_of(alter=lambda n: (cut_loop(n), hold(n.encoder, {"forget": bias}))))
    known = np.log(0.5) / np.log(1 / (1 + np.exp(-bias)))
    np.testing.assert_allclose(lives.measured_half_life, known, rtol=1e-3)
    np.testing.assert_allclose(lives.implied_half_life, known, rtol=1e-5)
    assert lives.show_implied


def test_without_a_loop_what_is_measured_is_what_the_gates_imply():
    lives = half_lives(subject_of(alter=cut_loop))
    np.testing.assert_allclose(lives.left, lives.implied, atol=1e-5)
    assert lives.spearman > 0.99


def test_a_shut_gate_keeps_nothing_and_an_open_one_everything():
    shut = half_lives(subject_of(alter=forgetful))
    assert (shut.measured_half_life < 1).all()
    everything = half_lives(subject_of(alter=accumulating))
    assert np.isinf(everything.measured_half_life).all()
    assert "more than" in everything.sentence()


def test_where_pulses_come_back_through_the_loop_the_gates_are_not_shown():
    def echo(network: torch.nn.Module) -> None:  # shut gates, yet each unit writes itself anew at every step
        layer = network.encoder
        hold(layer, {"forget": -3.0, "input": 10.0, "output": 10.0})
        own = slice(2 * UNITS, 3 * UNITS)
        layer.weight_hh_l0[own] = 1.2 * torch.eye(UNITS)
        layer.weight_ih_l0[own] *= 0.05
        layer.bias_ih_l0[own] = layer.bias_hh_l0[own] = 0.0

    lives = half_lives(subject_of(alter=echo))
    assert not lives.show_implied
    assert "implied by the gates" not in [trace.name for trace in half_life_figure(lives).data]


def test_a_gru_keeps_by_its_update_gate_and_a_plain_network_has_no_gate_to_ask():
    lives = half_lives(subject_of("GRU", lambda n: (cut_loop(n), hold(n.encoder, {"update": 2.0}))))
    np.testing.assert_allclose(lives.measured_half_life, lives.implied_half_life, rtol=1e-3)
    plain = half_lives(subject_of("RNN"))
    assert plain.implied is None
    assert plain.implied_half_life is None
    assert not plain.show_implied
    assert np.isfinite(plain.measured_half_life).all()


def test_silent_and_full_units_are_named():
    def alter(network: torch.nn.Module) -> None:
        layer = network.encoder
        layer.bias_ih_l0[3 * UNITS] = SHUT  # unit 0 shows nothing
        layer.bias_ih_l0[[1, UNITS + 1, 2 * UNITS + 1]] = 100.0  # unit 1 only ever fills

    lives = half_lives(subject_of(alter=alter))
    assert lives.dead[0]
    assert lives.saturated[1]
    assert "dead" in lives.sentence()
    assert "saturated" in lives.sentence()


def test_a_half_life_is_where_the_logarithm_crosses_half():
    left = np.array([[0.8, 0.4, 1.0, np.nan], [0.4, 0.1, 1.0, np.nan]])
    found = crossing(np.array([1, 3]), left)
    np.testing.assert_allclose(found[:2], [1 + 2 * np.log(0.8 / 0.5) / np.log(2), np.log(0.5) / np.log(0.4)])
    assert np.isinf(found[2])
    assert np.isnan(found[3])


def test_a_model_without_memory_is_refused():
    one = subject_of("Hybrid")
    one.model.linear_ = object()
    for ask in (reach, washout, half_lives):
        with pytest.raises(SeriesError, match="has no memory to look into"):
            ask(one)


# -- figures -------------------------------------------------------------------------------------


def test_the_reach_figure_draws_each_part_and_says_how_far():
    seen = reach(subject_of("Hybrid"), "temperature", (0, 1, 2, 24))
    figure = reach_figure(seen, unit="MW")
    assert [trace.name for trace in figure.data] == [
        "whole model", "linear part", "memory part", "carried by the memory alone",
    ]  # fmt: skip
    np.testing.assert_allclose(figure.data[0].y[0], seen.profile()[1][0])
    assert figure.layout.yaxis.title.text == "mean change of the forecast, MW"
    assert any("sees" in note.text for note in figure.layout.annotations)
    lone = reach_figure(reach(subject_of(), "cloud", (0, 1)))
    assert [trace.name for trace in lone.data] == ["whole model", "carried by the memory alone"]


def test_the_washout_figure_marks_what_is_needed():
    need = washout(subject_of())
    figure = washout_figure(need, unit="MW")
    words = [note.text for note in figure.layout.annotations]
    assert any(word.startswith("needs") for word in words)
    assert any("MW" in word for word in words)


def test_the_half_life_figure_sorts_units_and_tells_saturated_ones_apart():
    lives = half_lives(subject_of(alter=cut_loop))
    figure = half_life_figure(lives)
    names = [trace.name for trace in figure.data]
    assert names[-1] == "implied by the gates"
    assert ("measured, saturated unit" in names) == lives.saturated.any()
    units = {
        x: row[0] for trace in figure.data[:-1] for x, row in zip(trace.x, trace.customdata, strict=True)
    }
    assert [units[rank] for rank in sorted(units)] == lives.order.tolist()
    heights = {x: y for trace in figure.data[:-1] for x, y in zip(trace.x, trace.y, strict=True)}
    assert (np.diff([heights[rank] for rank in sorted(heights)]) <= 0).all()


def test_figures_of_a_forecast_that_does_not_move_are_drawn():
    figure = reach_figure(reach(subject_of(alter=deaf("temperature")), "temperature", (0, 1)))
    assert np.isfinite(figure.layout.yaxis.range).all()
    assert not any("sees" in note.text for note in figure.layout.annotations)
    assert len(washout_figure(washout(subject_of(alter=forgetful))).data) == 1


def test_a_gap_between_the_last_lag_seen_and_the_next_is_not_passed_over():
    """Of what lies between the two nothing is known; side by side they bound what is seen."""
    one = subject_of(alter=deaf("temperature"))
    sees = {(0, 20): "sees the origin's own value, but not of 20 hours ago, the next lag tried"}
    sees[0, 1, 20] = "sees no value of the series before the origin's own"
    for lags, said in sees.items():
        found = reach(one, lags=lags)
        change = np.where(np.arange(len(lags))[:, None] > 0, 0.0, np.ones_like(found.change))
        coarse = replace(found, carried=change, carried_lags=np.array(lags))
        assert coarse.sentence("carried") == f"its memory {said}"
    assert "sees temperature of 3 hours ago, but not of 24 hours ago" in _seen_to(3, (0, 3, 24)).sentence()
    assert "cannot see past 23 hours of temperature" in _seen_to(23, (0, 23, 24)).sentence()


def _seen_to(last: int, lags: tuple[int, ...]) -> Reach:
    """A reach that sees temperature up to a lag."""
    found = reach(subject_of(), "temperature", lags)
    return replace(found, change=np.where(found.lags[:, None] <= last, 1.0, 0.0) * np.ones_like(found.change))


def test_what_is_carried_is_asked_densely_however_few_lags_the_whole_is_asked_at():
    seen = reach(subject_of(), "temperature", (0, 24))
    assert seen.lags.tolist() == [0, 24]
    assert {1, 2, 3, 4, 5, 6, 23, 24, 25} <= set(seen.carried_lags.tolist())


@pytest.mark.parametrize(("at", "side"), [(2.0, "left"), (300.0, "right")])
def test_a_mark_near_the_end_is_told_on_the_side_with_room(at, side):
    """To the right of the last lag its words were cut off by the edge."""
    figure = go.Figure(go.Scatter(x=[1, 10, 337], y=[1, 1, 1]))
    _mark(figure, at, "sees far", "#000000")
    assert [note.xanchor for note in figure.layout.annotations] == [side]
