"""The figure of a changed regime shows each policy's errors, the change, and where drift was said."""

import numpy as np

from gatecast.insight import regime_figure


def test_every_policy_has_a_line_and_every_day_its_place() -> None:
    days = np.arange("2024-01-01", "2024-01-11", dtype="datetime64[D]")
    errors = {"updated": np.arange(10.0), "refitted": np.ones(10)}
    figure = regime_figure(days, errors, changed=days[3], noticed=[days[5]], unit="MW")
    assert [trace.name for trace in figure.data] == ["updated", "refitted"]
    np.testing.assert_array_equal(figure.data[0].y, errors["updated"])
    assert [shape.x0 for shape in figure.layout.shapes][1:] == ["2024-01-04T00:00:00", "2024-01-06T00:00:00"]
    assert [note.text for note in figure.layout.annotations] == ["changed", "drift said"]
    assert figure.layout.yaxis.title.text == "mean absolute error, MW"
    assert figure.layout.yaxis.range[1] > 9
