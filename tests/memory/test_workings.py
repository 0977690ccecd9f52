"""The pieces that are handed out are the ones a forecast is made of."""

import numpy as np
import pytest

from gatecast import LSTM, Hybrid
from gatecast.forecaster import Origins
from gatecast.memory import Training, Workings, read_batch
from gatecast.memory.anchors import anchors
from gatecast.progress import Silent
from synthetic_panels import hourly_panel

PANEL = hourly_panel((300, 260), future=12)
LEVELS = (0.1, 0.5, 0.9)
TINY = Training(units=8, steps=20, windows=16, origins=4)
ORIGINS = Origins(np.array([0, 1, 1]), np.array([299, 200, 259]))
MODELS = {
    maker.__name__: maker(horizon=12, season=24, training=TINY).learn(PANEL, Silent())
    for maker in (Hybrid, LSTM)
}


def workings_of(name: str) -> Workings:
    return MODELS[name].workings(PANEL, ORIGINS, LEVELS)


@pytest.mark.parametrize("name", MODELS)
def test_the_forecast_is_made_again_from_its_pieces_to_the_bit(name):
    pieces = workings_of(name)
    again, forecast = pieces.finish(read_batch(pieces)), MODELS[name].forecast(PANEL, ORIGINS, LEVELS)
    np.testing.assert_array_equal(again.point, forecast.point)
    np.testing.assert_array_equal(again.quantiles, forecast.quantiles)


@pytest.mark.parametrize("name", MODELS)
def test_every_input_of_the_network_has_a_name_of_its_own(name):
    pieces = workings_of(name)
    for columns, array in ((pieces.history, pieces.batch.history), (pieces.ahead, pieces.batch.ahead)):
        assert len(columns) == array.shape[-1]
        assert len({column.name for column in columns}) == len(columns)


@pytest.mark.parametrize("name", MODELS)
def test_a_named_input_holds_what_its_name_says(name):
    pieces = workings_of(name)
    temperature = next(i for i, column in enumerate(pieces.history) if column.source == "temperature")
    seen = pieces.batch.history[0, : pieces.begun[0], temperature].numpy()
    raw = PANEL.known[PANEL.rows(0)][: ORIGINS.position[0] + 1, 0][-len(seen) :]
    assert np.corrcoef(seen, raw)[0, 1] > 0.9999
    ahead = next(i for i, column in enumerate(pieces.ahead) if column.source == "temperature")
    coming = PANEL.known[PANEL.rows(0)][ORIGINS.position[0] + 1 :, 0]
    assert np.corrcoef(pieces.batch.ahead[0, 0, :, ahead].numpy(), coming)[0, 1] > 0.9999


def test_the_memory_part_is_the_believed_share_of_what_the_network_adds():
    pieces, forecast = workings_of("Hybrid"), MODELS["Hybrid"].forecast(PANEL, ORIGINS, LEVELS)
    network = read_batch(pieces)[..., pieces.network.shape.median]
    joined = pieces.linear + pieces.share[:, None] * (network - pieces.linear)
    point = pieces.scale.inverse(joined, ORIGINS.series[:, None])
    np.testing.assert_allclose(point, forecast.point, rtol=1e-12)


def test_a_window_ends_at_its_origin_and_begins_at_its_anchor_or_where_it_is_told_to():
    model, lone = MODELS["LSTM"], Origins(np.array([0]), np.array([5]))
    early = model.workings(PANEL, lone, LEVELS)
    assert (early.context, early.begun.tolist()) == (6, [6])
    several = workings_of("LSTM")
    assert (
        several.begun.tolist() == (ORIGINS.position - anchors(ORIGINS.position, model.context_) + 1).tolist()
    )
    assert several.context == several.begun.max()
    recent = model.workings(PANEL, ORIGINS, LEVELS, 7)
    assert recent.begun.tolist() == [7] * 3
    np.testing.assert_array_equal(
        recent.batch.history[0], several.batch.history[0, several.begun[0] - 7 : several.begun[0]]
    )
