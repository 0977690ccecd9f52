"""Origins share the rows they are read from, and each is answered as if it stood alone."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from small_training import HORIZON, Setting, cut, small_setting

from gatecast.forecaster import Origins
from gatecast.memory import CellKind, Network, anchored_windows, most_read, read
from gatecast.memory.anchors import anchors, apart
from gatecast.memory.cutter import Cutter

PLACES = {"rtol": 1e-5, "atol": 1e-5}  # what a batch of another size rounds


@given(context=st.integers(2, 60), position=st.lists(st.integers(0, 500), min_size=1, max_size=20))
@settings(max_examples=60)
def test_an_origin_reads_a_context_and_less_than_half_of_one_more(context: int, position: list[int]) -> None:
    """Or all there is; anchors are `apart` and no more than three are in use or will be."""
    at = np.array(position)
    first = anchors(at, context)
    rows = at - first + 1
    assert ((rows >= context) | (first == 0)).all()
    assert (rows <= most_read(context)).all()
    assert (first % apart(context) == 0).all()
    assert (at // apart(context) - first // apart(context) < 3).all()


@pytest.fixture(scope="module")
def setting() -> Setting:
    return small_setting()


def network_of(setting: Setting, cell: CellKind) -> Network:
    torch.manual_seed(1)
    return Network(setting.windows.shape, cell, 8, 0.0, 1.0).eval()


def read_at(setting: Setting, network: Network, origins: Origins) -> np.ndarray:
    return read(network, cut(setting.panel, anchored_windows(origins, setting.plan.context)))[0]


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn", "mlp"])
def test_an_origin_is_answered_alike_alone_and_in_any_company(setting: Setting, cell: CellKind) -> None:
    network, panel = network_of(setting, cell), setting.panel
    draw = np.random.default_rng(0)
    series = draw.integers(len(panel), size=90)
    origins = Origins(series, (draw.random(90) * panel.known_steps[series]).astype(np.int64))
    together = read_at(setting, network, origins)
    for row in range(0, 90, 9):
        np.testing.assert_allclose(
            read_at(setting, network, origins.where(np.array([row])))[0], together[row], **PLACES
        )


def test_passes_say_what_windows_one_by_one_say(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    """The slow way reads a window an origin; passes hold every origin once, few or many at a time."""
    network = network_of(setting, "lstm")
    origins = Origins(np.repeat([1, 0], 60), np.tile(np.arange(100, 160), 2))
    windows = cut(setting.panel, anchored_windows(origins, setting.plan.context))
    with torch.no_grad():
        slow = network(windows.batch(np.arange(120))).quantiles[:, 0].double().numpy()
    np.testing.assert_allclose(read(network, windows)[0], slow, **PLACES)
    monkeypatch.setattr("gatecast.memory.cutter.MOST_ORIGINS", 7)
    assert sorted(np.concatenate([one.origins for one in windows.passes()])) == list(range(120))
    assert max(len(one.history) for one in windows.passes()) == 1
    np.testing.assert_allclose(read(network, windows)[0], slow, **PLACES)


def test_training_windows_are_read_the_same_way(setting: Setting) -> None:
    """Several origins to a window, some of them the same."""
    network, few = network_of(setting, "gru"), replace_windows(setting, 20)
    with torch.no_grad():
        slow = network(few.batch(np.arange(20))).quantiles.flatten(0, 1).double().numpy()
    np.testing.assert_allclose(read(network, few)[0], slow, **PLACES)


def replace_windows(setting: Setting, count: int) -> Cutter:
    """The first training windows."""
    whole = setting.plan.training
    origins = whole.origins.where(np.arange(count * whole.per_window))
    return cut(setting.panel, replace(whole, origins=origins, first=whole.first[:count]))


def test_a_forecast_reads_no_row_behind_its_origin(setting: Setting) -> None:
    """Those of its company stand behind it in the same pass."""
    network, panel = network_of(setting, "lstm"), setting.panel
    at = Origins(np.zeros(1, dtype=np.int64), np.array([120]))
    before = read_at(setting, network, at)
    known = panel.known.copy()
    known[120 + HORIZON + 1 :] += 3.0
    changed = replace(setting, panel=replace(panel, known=known))
    rows = Cutter(
        changed.panel, setting.windows._rows, anchored_windows(at, setting.plan.context),
        cut(panel, anchored_windows(at, setting.plan.context))._extras, HORIZON,
    )  # fmt: skip
    np.testing.assert_array_equal(read(network, rows)[0], before)
