"""An almanac says of each time what the calendar says, however often and in whatever order it is asked."""

from dataclasses import replace

import numpy as np
import pytest

from gatecast.data import calendar_features
from gatecast.linear import clock_of, trailed_of
from plain_panels import panel_of

KINDS = {"hours": ("h", (24, 168)), "days": ("D", (7,)), "steps": (1, (7, 21)), "months": ("MS", (12,))}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_an_almanac_says_what_the_calendar_says(kind: str) -> None:
    freq, seasons = KINDS[kind]
    holiday = (np.arange(400) // 24 % 5 == 0).astype(np.float64)[:, None]
    panel = panel_of(np.ones(400), known=[holiday], names=("holiday",), freq=freq, seasons=seasons)
    panel = replace(panel, zone="Europe/Madrid" if kind == "hours" else None)
    almanac = trailed_of(panel).almanac
    whole, features = clock_of(panel, 0), calendar_features(panel)[0]
    draw = np.random.default_rng(0)
    for _ in range(5):
        rows = draw.integers(0, 400, 50)
        clock = almanac.clock(panel.times[rows], panel.known[rows])
        np.testing.assert_array_equal(clock.day, whole.day[rows])
        np.testing.assert_array_equal(clock.kind, whole.kind[rows])
        assert (clock.year is None) == (whole.year is None)
        if clock.year is not None and whole.year is not None:
            np.testing.assert_array_equal(clock.year, whole.year[rows])
        np.testing.assert_array_equal(almanac.features(panel.times[rows]), features[rows])
    assert almanac.steps == whole.steps
