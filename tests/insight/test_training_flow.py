"""Watching a gradient while training changes nothing, and sees what there was to see."""

import numpy as np
import pytest
import torch
from torch import nn

from gatecast.errors import OptionError
from gatecast.insight import FlowWatch, flow, training_flow
from gatecast.memory import Network, Shape, Snapshot, Trained
from memory.random_cells import drawn, randomised


def trained_layer(watched: bool) -> tuple[nn.LSTM, FlowWatch]:
    """A few steps of somebody's training loop with dropout, watched or not."""
    torch.manual_seed(0)
    layer = nn.LSTM(3, 6, num_layers=2, dropout=0.3, batch_first=True)
    optimiser = torch.optim.SGD(layer.parameters(), 0.5)
    watch = FlowWatch(layer, drawn(1, torch.float32)(2, 12, 3))
    for epoch in range(3):
        if watched:
            watch.see(epoch)
        optimiser.zero_grad()
        loss = layer(torch.randn(4, 8, 3))[0][:, -1].square().mean()
        loss.backward()
        if watched:
            watch.see(epoch, float(loss.detach()))
        optimiser.step()
    return layer, watch


def test_watching_changes_neither_weights_nor_gradients_nor_what_is_drawn():
    plain, _ = trained_layer(watched=False)
    drawn_plain = torch.rand(3)
    seen, watch = trained_layer(watched=True)
    assert torch.equal(torch.rand(3), drawn_plain)
    assert seen.training
    assert not seen._forward_hooks
    assert not seen._backward_hooks
    for a, b in zip(plain.parameters(), seen.parameters(), strict=True):
        assert torch.equal(a, b)
        assert torch.equal(a.grad, b.grad)
    assert watch.curve.steps == (0, 0, 1, 1, 2, 2)
    assert np.isnan(watch.curve.losses[0])
    assert watch.curve.losses[1] > 0
    last = watch.see(3)
    wanted = flow(seen, drawn(1, torch.float32)(2, 12, 3), spectrum=False)
    np.testing.assert_array_equal(last.norms["input"], wanted.norms["input"])


def test_what_was_seen_does_not_move_with_the_weights():
    layer = randomised(nn.GRU(3, 4, batch_first=True))
    watch = FlowWatch(layer, torch.ones(1, 9, 3))
    before = watch.see(0).relative().copy()
    with torch.no_grad():
        layer.weight_hh_l0.mul_(3)
    watch.see(1)
    np.testing.assert_array_equal(watch.curve.relative()[0], before)
    assert not np.allclose(*watch.curve.relative()[:, 1:])


def snapshots_of(layer: nn.Module) -> tuple[Snapshot, ...]:
    """Three moments: as the layer is, and with its recurrent weights halved and halved again."""
    weights = {name: w.detach().clone() for name, w in layer.state_dict().items()}
    return tuple(
        Snapshot(step, 1.0 / (1 + step), weights | {"weight_hh_l0": weights["weight_hh_l0"] / 2**step})
        for step in range(3)
    )


def test_every_snapshot_has_its_own_flow():
    network = Network(Shape(3, 2, 0, 4, (0.1, 0.5, 0.9)), "lstm", 6, 0.0, 1.0)
    snapshots = snapshots_of(network.encoder)
    x = drawn(0, torch.float32)(2, 10, 3)
    kept = network.encoder.weight_hh_l0.detach().clone()
    curve = training_flow(Trained(network, (), 1, snapshots), x)
    assert torch.equal(network.encoder.weight_hh_l0, kept)
    assert (curve.steps, curve.losses) == ((0, 1, 2), (1.0, 0.5, 1 / 3))
    for snapshot, row in zip(snapshots, curve.relative(), strict=True):
        network.encoder.load_state_dict(snapshot.weights)
        np.testing.assert_array_equal(row, flow(network.encoder, x, spectrum=False).relative())
    again = training_flow(snapshots, x, network.encoder)
    np.testing.assert_array_equal(again.relative("cell"), curve.relative("cell"))
    assert len(again.verdicts) == 3


def test_nothing_to_look_at_is_refused_in_words():
    network = Network(Shape(3, 2, 0, 4, (0.5,)), "gru", 6, 0.0, 1.0)
    x = torch.zeros(1, 5, 3)
    with pytest.raises(OptionError, match=r"there are no snapshots"):
        training_flow(Trained(network, (), 1), x)
    with pytest.raises(OptionError, match=r"give it as module="):
        training_flow(snapshots_of(network.encoder), x)
    with pytest.raises(OptionError, match=r"nothing was seen yet"):
        _ = FlowWatch(network.encoder, x).curve
