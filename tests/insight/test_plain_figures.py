"""Curves, strips, bars and the unrolled cell: what is drawn is what was given."""

import numpy as np

from gatecast.insight import Curve, Mark, Strip, bars_figure, curves_figure, strips_figure, unrolled_figure

STEPS = np.arange(3)
EVIL = "<b>x</b>"


def test_what_has_no_logarithm_is_drawn_at_the_floor():
    curve = Curve("vanishes", STEPS, np.array([1.0, 0.0, np.nan]))
    (drawn,) = curves_figure([curve], x="x", y="y", logarithmic=True).data
    assert list(drawn.y) == [1.0, 1e-12, 1e-12]


def test_a_curve_without_a_name_and_a_mark_are_in_the_legend_as_they_should_be():
    curves = [Curve("run", STEPS, STEPS * 1.0), Curve("", STEPS, STEPS * 2.0)]
    figure = curves_figure(curves, x="x", y="y", marks=[Mark("wanted", 1.0)])
    assert [trace.showlegend for trace in figure.data] == [True, False]
    (mark,) = figure.layout.shapes
    assert (mark.name, mark.y0, mark.y1) == ("wanted", 1.0, 1.0)


def test_a_gate_is_drawn_between_shut_and_open_whatever_its_values():
    """An axis that fits the values would make a gate that hardly moves look as if it opened and shut."""
    still = Curve("gate", STEPS, np.array([0.50, 0.51, 0.50]))
    figure = strips_figure([Strip("free", (still,)), Strip("gate", (still,), (0.0, 1.0))], x="days")
    free, gate = figure.select_yaxes()
    assert free.range is None
    assert gate.range[0] < 0.0
    assert gate.range[1] > 1.0
    assert list(gate.tickvals) == [0.0, 0.5, 1.0]


def test_every_bar_says_its_number_and_names_are_no_markup():
    figure = bars_figure(["a", EVIL], {"as it is": [0.1234, float("nan")]}, y="error")
    (bar,) = figure.data
    assert list(bar.text) == ["0.123", "–"]
    assert list(bar.x) == ["a", "&lt;b&gt;x&lt;/b&gt;"]


def test_the_unrolled_cell_has_a_bar_for_each_gate_at_each_step():
    gates = {name: np.array([0.1, 0.9]) for name in ("input", "forget", "output")}
    figure = unrolled_figure(gates, ["clear\nday", EVIL])
    assert [bar.name for bar in figure.data] == ["input gate", "forget gate", "output gate"]
    assert all(list(bar.y) == [0.1, 0.9] for bar in figure.data)
    assert list(figure.layout.xaxis.ticktext) == ["clear<br>day", "&lt;b&gt;x&lt;/b&gt;"]
