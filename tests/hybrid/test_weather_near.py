"""Of the last rows a bending regression reads what it reads of them among all."""

from dataclasses import replace

import numpy as np
import pytest

from gatecast.hybrid.curve import FEATURES, Kind
from gatecast.hybrid.weather import switches_of
from gatecast.hybrid.weather_near import near_features
from gatecast.linear import clock_of
from synthetic_panels import hourly_panel


@pytest.mark.parametrize("kind", ["trees", "perceptron"])
@pytest.mark.parametrize("rows", [1, 48, 300])
def test_the_last_rows_are_read_as_among_all(kind: Kind, rows: int) -> None:
    panel = hourly_panel((300,), seasons=(24, 168))
    holiday = (panel.times // 86_400_000_000) % 4 == 0
    panel = replace(
        panel, known=np.column_stack([panel.known, holiday]), known_names=("temperature", "holiday")
    )
    mean, switches = np.random.default_rng(0).normal(size=300), switches_of(panel, 0)
    whole = FEATURES[kind](panel, 0, mean, switches)
    near = near_features(kind, clock_of(panel, 0), panel.known, mean[-rows:], switches)
    np.testing.assert_allclose(near, whole[-rows:], atol=1e-12)
