"""Figures of flow and ledger show what the records hold, and say where a value lies off the axis."""

import numpy as np
import pytest
import torch
from torch import nn

from gatecast.errors import OptionError
from gatecast.insight import (
    FlowWatch,
    flow,
    flow_figure,
    ledger,
    ledger_figure,
    spectrum_figure,
    training_flow_figure,
)
from gatecast.insight.figures.flow import CEILING, FLOOR
from gatecast.memory import ElmanCell, forget_bias_, record
from memory.random_cells import drawn, lstm, random_state

X = torch.ones(1, 90, 2)


def scaled(factor: float) -> ElmanCell:
    """One linear unit whose gradient is multiplied by a factor at every step."""
    return ElmanCell(*(torch.full(shape, factor).double() for shape in ((1, 2), (1, 1), (1,))), "relu")


def test_a_flow_is_drawn_where_the_axis_reaches_and_along_its_edge_beyond():
    fading = flow(scaled(0.5), X.double())
    figure = flow_figure({"fading <b>": fading})
    line, edge, mark = figure.data
    assert line.name == "fading &lt;b&gt;: vanishing"
    first = int(np.argmax(fading.relative() < FLOOR))
    np.testing.assert_allclose(line.y[:first], fading.relative()[:first])
    assert np.isnan(line.y[first + 1 :]).all()
    assert set(edge.y[first:]) == {FLOOR}
    assert (list(mark.x), list(mark.marker.symbol)) == ([first], ["triangle-down"])
    assert edge.customdata[89] == f"{0.5**89:.1e}"
    assert figure.layout.yaxis.type == "log"
    assert {note.text for note in figure.layout.annotations} == {"vanishing", "exploding"}


def test_what_is_exactly_nothing_or_grows_beyond_the_axis_is_marked_on_its_edge():
    dead = flow(ElmanCell(torch.ones(2, 2), torch.zeros(2, 2), torch.ones(2)), X, spectrum=False)
    growing = flow(scaled(1.5), X.double(), spectrum=False)
    figure = flow_figure({"dead": dead, "growing": growing}, "state")
    marks = [trace for trace in figure.data if trace.mode == "markers"]
    assert [list(mark.marker.symbol) for mark in marks] == [["triangle-down"], ["triangle-up"]]
    assert marks[1].y[0] == CEILING
    edges = [trace for trace in figure.data if trace.line.dash == "1px,5px"]
    assert edges[0].customdata[1] == "0"
    bottom, top = figure.layout.yaxis.range
    assert 10**bottom < FLOOR
    assert 10**top > CEILING


def test_the_course_of_training_has_a_line_a_moment_and_follows_the_lags_asked_for():
    layer = nn.LSTM(2, 5, batch_first=True)
    watch = FlowWatch(layer, X)
    for epoch in range(4):
        forget_bias_(layer, float(2 * epoch))
        watch.see(epoch, 1.0 / (1 + epoch))
    figure = training_flow_figure(watch.curve, lags=[5, 50])
    names = [trace.name for trace in figure.data if trace.mode == "lines"]
    assert {"step 0, loss 1.000", "step 3, loss 0.250", "5 steps back", "50 steps back"} <= set(names)
    followed = next(trace for trace in figure.data if trace.name == "5 steps back")
    np.testing.assert_allclose(followed.y, np.clip(watch.curve.relative()[:, 5], FLOOR, CEILING))
    with pytest.raises(OptionError, match=r"no lag 90; give 0 to 89"):
        training_flow_figure(watch.curve, lags=[90])
    assert len(training_flow_figure(watch.curve).data) > 7


def test_the_spectrum_shows_each_step_and_their_product():
    figure = spectrum_figure({"half": flow(scaled(0.5), X.double())})
    np.testing.assert_allclose(figure.data[0].y, 0.5)
    np.testing.assert_allclose(figure.data[1].y[:30], 0.5 ** np.arange(30))
    with pytest.raises(OptionError, match=r"'quick' has no singular values; compute it with spectrum=True"):
        spectrum_figure({"quick": flow(scaled(0.5), X.double(), spectrum=False)})
    for draw in (spectrum_figure, flow_figure):
        with pytest.raises(OptionError, match=r"there is no flow to draw"):
            draw({})


def test_the_ledger_is_drawn_from_short_memory_to_long_with_its_shares_beneath():
    draw = drawn(0)
    cell = lstm(draw, 3, 6)
    layer = record(cell, draw(2, 24, 3), random_state(cell, 2, draw)).layers[0]
    account = ledger(layer, groups=["<Mon>"] * 12 + ["Tue"] * 12)
    figure = ledger_figure(account, series=1)
    units, bars = figure.data
    assert list(bars.x) == ["before", "&lt;Mon&gt;", "Tue"] == list(units.x)
    shares = account.of(1).share_by_group
    np.testing.assert_allclose(bars.y, [shares["before the first step"], shares["<Mon>"], shares["Tue"]])
    ages = account.half_age()[1]
    drawn_ages = [ages[int(row[0].split()[1])] for row in units.customdata]
    assert drawn_ages == sorted(ages, reverse=True)  # the bottom row comes first
    assert np.abs(units.z).sum(axis=1).max() <= 1 + 1e-12
    assert "half of it was written in the last" in units.customdata[-1][0]


def test_a_ledger_by_step_has_a_column_a_step_and_one_of_nothing_is_drawn_too():
    cell = lstm(drawn(0))
    by_step = ledger_figure(ledger(record(cell, drawn(1)(1, 30, 3)).layers[0]))
    assert len(by_step.data[0].x) == 30
    assert by_step.layout.xaxis2.title.text == "step at which it was written"
    nothing = nn.LSTM(2, 3, bias=False, batch_first=True)
    empty = ledger_figure(ledger(record(nothing, torch.zeros(1, 5, 2)).layers[0]))
    assert "holds nothing" in empty.data[0].customdata[0][0]
