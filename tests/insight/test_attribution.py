"""Attributions add up to what they explain or are refused, and putting inputs back does what they say."""

import numpy as np
import pytest
import torch

from gatecast import LSTM, Hybrid
from gatecast.errors import OptionError
from gatecast.insight import Subject, attribute, attribution_figure, faithfulness
from gatecast.insight.why.attribution import _refusal
from gatecast.insight.why.path import Inputs, integrate
from gatecast.memory import Training
from gatecast.progress import Silent
from synthetic_panels import hourly_panel

PANEL = hourly_panel((900,), future=12)
TINY = Training(units=8, steps=40, windows=16, origins=4)
MODELS = {
    maker.__name__: maker(horizon=12, season=24, training=TINY).learn(PANEL, Silent())
    for maker in (Hybrid, LSTM)
}
COMPLETE, VARIATION = 1e-3, 1.5


def subject_of(name: str, back: int = 0) -> Subject:
    return Subject(MODELS[name], PANEL, 0, 899 - back)


def one_input(value: float) -> Inputs:
    """A world of one number."""
    nothing = torch.zeros(1, 1, 1, 0, dtype=torch.float64)
    history = torch.full((1, 1, 1), value, dtype=torch.float64)
    return Inputs(history, nothing, nothing, nothing[:, :, 0])


def along(function):
    """A memory of one step that says a function of that number."""
    return lambda inputs: function(inputs.history[:, 0]) + 0 * sum(part.sum() for part in inputs[1:])


@pytest.mark.parametrize("name", MODELS)
def test_attributions_are_complete_or_refused(name):
    for back in (0, 13, 50):
        found = attribute(subject_of(name, back), range(1, 13))
        change = found.memory - found.usual
        for i, why in enumerate(found.refused):
            if why:
                assert np.isnan(found.table[i]).all()
                assert found.variation[i] > VARIATION or found.missed[i] > COMPLETE
            else:
                assert found.missed[i] <= COMPLETE
                assert abs(found.remainder[i]) <= COMPLETE * abs(change[i]) + 1e-3 * np.ptp(
                    PANEL.values[:900]
                )


@pytest.mark.parametrize("name", MODELS)
def test_the_addends_sum_to_the_memory_part(name):
    subject = subject_of(name)
    found, forecast = attribute(subject), subject.forecast()
    part = forecast.point[0] if name == "LSTM" else forecast.memory_part[0]
    np.testing.assert_allclose(found.memory, found.steps @ part, rtol=1e-12)
    for i, why in enumerate(found.refused):
        total = found.usual[i] + found.table[i].sum() + found.remainder[i]
        assert bool(why) or total == pytest.approx(found.memory[i], rel=1e-12)


@pytest.mark.parametrize("name", MODELS)
def test_the_table_is_the_sum_of_its_cells_and_clock_and_calendar_have_none(name):
    found = attribute(subject_of(name, 20))
    for i, cells in enumerate(found.cells):
        whole = sum(float(part.sum()) for part in cells)
        assert found.refused[i] or found.table[i].sum() == pytest.approx(whole, abs=1e-9)
        workings = subject_of(name).workings()
        clock = [j for j, column in enumerate(workings.history) if column.kind == "calendar"]
        assert (cells.history[0][:, clock] == 0).all()


def test_the_integral_of_a_known_function_is_known():
    """F = x² from 1 to 3: all of the change, 8, falls to the one input there is."""
    (found,) = integrate(along(torch.square), one_input(1.0), one_input(3.0), np.ones((1, 1)))
    assert float(found.inputs.history.sum()) == pytest.approx(8.0)
    assert found.variation == pytest.approx(1.0)
    assert not _refusal(found)


def test_a_memory_that_swings_on_the_way_is_refused():
    (found,) = integrate(along(lambda x: torch.sin(9.5 * x)), one_input(0.0), one_input(1.0), np.ones((1, 1)))
    assert found.missed < COMPLETE
    assert found.variation > VARIATION
    assert "no fair share can be given" in _refusal(found)


def test_a_jump_no_number_of_points_can_follow_is_refused():
    steep = along(lambda x: torch.tanh(1e5 * (x - 0.4321)))
    (found,) = integrate(steep, one_input(0.0), one_input(1.0), np.ones((1, 1)))
    assert found.points == 256
    assert "the attributions miss the change" in _refusal(found)


def test_points_are_doubled_until_it_adds_up():
    bent = along(lambda x: torch.tanh(30 * (x - 0.5)))
    (found,) = integrate(bent, one_input(0.0), one_input(1.0), np.ones((1, 1)), points=4)
    assert 4 < found.points <= 256
    assert found.missed <= COMPLETE


@pytest.mark.parametrize("steps", [[0], [13], []])
def test_a_step_that_is_not_forecast_is_refused(steps):
    with pytest.raises(OptionError, match="give steps ahead from 1 to 12"):
        attribute(subject_of("LSTM"), steps)


def test_putting_inputs_back_does_what_was_attributed():
    """Deletions, measured and attributed: together over some origins, so that no lucky one decides."""
    found = [
        faithfulness(subject, attribution)
        for back in (0, 31, 62, 93)
        if (attribution := attribute(subject := subject_of("LSTM", back))).refused[0] == ""
    ]
    assert len(found) >= 3
    assert np.mean([one.correlation for one in found]) >= 0.9
    assert np.mean([one.top_signs for one in found]) >= 0.95
    assert np.mean([one.within_ages for one in found]) >= 0.9
    assert all(one.within_ages > one.recency_alone for one in found)


def test_the_figure_shows_every_addend_or_says_why_there_is_none():
    found = attribute(subject_of("Hybrid", 20))
    shown = next(i for i, why in enumerate(found.refused) if not why)
    figure = attribution_figure(found, shown, unit="kW")
    drawn = {label for bar in figure.data for label in bar.y}
    assert {"usual at this hour", "remainder", "memory part"} <= drawn
    total = sum(x for bar in figure.data for y, x in zip(bar.y, bar.x, strict=True) if y != "memory part")
    assert total == pytest.approx(found.memory[shown])
    swinging = found.__class__(**{**vars(found), "refused": ("it swings", "it swings")})
    assert "No attribution is given: it swings." in attribution_figure(swinging).layout.annotations[0].text


def test_a_single_step_ahead_is_shared_out_once():
    one = Subject(LSTM(1, season=24, training=TINY).learn(PANEL, Silent()), PANEL, 0, 899)
    assert attribute(one).targets == ("12:00 today",)
