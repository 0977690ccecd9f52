"""The record of a fused layer: equal to the fused run and to the slow loop, and it rebuilds its states."""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from random_cells import EVERY_CELL, drawn, gru, lstm, random_state, randomised
from torch import Tensor, nn
from torch.nn.utils import parametrizations, prune
from torch.nn.utils.rnn import pack_padded_sequence, pack_sequence, pad_packed_sequence

import gatecast
from gatecast.memory import (
    GRURecord,
    LayerRecord,
    LSTMCell,
    LSTMRecord,
    LSTMState,
    Record,
    cells_of,
    record,
    unroll,
)
from gatecast.memory.replay import account, step_by_step

FUSED_TO = 1e-6
BATCH, TIME, INPUTS, UNITS = 4, 9, 3, 6
KINDS: dict[str, Callable[..., nn.RNNBase]] = {
    "LSTM": nn.LSTM,
    "GRU": nn.GRU,
    "RNN": nn.RNN,
    "RNN relu": lambda *sizes, **options: nn.RNN(*sizes, nonlinearity="relu", **options),
    "LSTM projected": lambda *sizes, **options: nn.LSTM(*sizes, proj_size=2, **options),
}
every_kind = pytest.mark.parametrize("kind", KINDS)


def layer_of(kind: str, seed: int = 1, dtype: torch.dtype = torch.float32, **options: Any) -> nn.RNNBase:
    """A torch layer of some kind with weights of its own for every gate."""
    return randomised(KINDS[kind](INPUTS, UNITS, **options), seed, dtype)


def state_for(model: nn.RNNBase, batch: int | None = BATCH, seed: int = 9) -> Any:
    """An initial state, as the model takes it."""
    draw, dtype = drawn(seed), model.weight_ih_l0.dtype
    stacked = model.num_layers * (2 if model.bidirectional else 1)
    axes = (stacked,) if batch is None else (stacked, batch)
    hidden = draw(*axes, model.proj_size or model.hidden_size).to(dtype)
    return (hidden, draw(*axes, model.hidden_size).to(dtype)) if isinstance(model, nn.LSTM) else hidden


def furthest(one: Tensor, other: Tensor) -> float:
    """The largest difference, relative where values are above 1 (relu's are); NaN stands where NaN does."""
    assert one.shape == other.shape
    assert torch.equal(one.isnan(), other.isnan())
    one, other = one.detach().nan_to_num(), other.detach().nan_to_num()
    return float(((one - other).abs() / other.abs().clamp(min=1.0)).max())


def tensors(layer: LayerRecord) -> dict[str, Tensor]:
    """A record's arrays by name."""
    return {f.name: v for f in fields(layer) if isinstance(v := getattr(layer, f.name), Tensor)}


@every_kind
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("stated", [False, True])
def test_the_replay_is_the_fused_run(
    kind: str, layers: int, bidirectional: bool, batch_first: bool, bias: bool, stated: bool
) -> None:
    model = layer_of(kind, num_layers=layers, bidirectional=bidirectional, batch_first=batch_first, bias=bias)
    x = drawn(2, torch.float32)(*((BATCH, TIME) if batch_first else (TIME, BATCH)), INPUTS)
    state = state_for(model) if stated else None
    seen = record(model, x, state)
    output, last = model(x, state)
    assert furthest(seen.output, output) <= FUSED_TO
    assert len(seen.layers) == layers
    assert_rebuilt(seen, FUSED_TO)
    ends = last[1] if isinstance(model, nn.LSTM) else last
    for k, layer in enumerate(seen.layers):
        for d, direction in enumerate(layer.directions):
            kept = direction.cell if isinstance(direction, LSTMRecord) else direction.hidden
            end = kept.select(direction.time_axis, 0 if d else -1)
            assert furthest(end, ends[k * len(layer.directions) + d]) <= FUSED_TO


@every_kind
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("ordered", [False, True])
@pytest.mark.parametrize("stated", [False, True])
def test_packed_sequences_come_back_padded_and_in_order(
    kind: str, bidirectional: bool, batch_first: bool, ordered: bool, stated: bool
) -> None:
    model = layer_of(kind, num_layers=2, bidirectional=bidirectional, batch_first=batch_first)
    lengths = [9, 7, 7, 2] if ordered else [2, 9, 1, 7]
    sequences = [drawn(k, torch.float32)(n, INPUTS) for k, n in enumerate(lengths)]
    packed = pack_sequence(sequences, enforce_sorted=ordered)
    state = state_for(model) if stated else None
    seen = record(model, packed, state)
    output, _ = pad_packed_sequence(model(packed, state)[0], batch_first, float("nan"))
    assert furthest(seen.output, output) <= FUSED_TO
    assert seen.lengths is not None
    assert seen.lengths.tolist() == lengths
    assert_rebuilt(seen, FUSED_TO)


@every_kind
def test_one_series_without_a_batch_axis_is_as_one_in_a_batch(kind: str) -> None:
    model = layer_of(kind, bidirectional=True, batch_first=True)
    x, state = drawn(2, torch.float32)(TIME, INPUTS), state_for(model, None)
    seen = record(model, x, state)
    output, _ = model(x, state)
    assert furthest(seen.output, output) <= FUSED_TO
    assert_rebuilt(seen, FUSED_TO)
    lifted = tuple(s[:, None] for s in state) if isinstance(state, tuple) else state[:, None]
    for name, value in tensors(record(model, x[None], lifted).layers[0]).items():
        assert furthest(tensors(seen.layers[0])[name], value[0]) == 0


@settings(max_examples=40)
@given(
    st.sampled_from(["LSTM", "GRU", "RNN", "RNN relu"]),
    st.integers(1, 4),
    st.integers(1, 12),
    st.integers(1, 5),
    st.integers(1, 6),
    st.integers(0, 99),
)
def test_the_replay_is_the_slow_loop(
    kind: str, batch: int, time: int, inputs: int, units: int, seed: int
) -> None:
    model = randomised(KINDS[kind](inputs, units, batch_first=True), seed, torch.float64)
    draw = drawn(seed + 1)
    ((cell,),) = cells_of(model)
    x, first = draw(batch, time, inputs), random_state(cell, batch, draw)
    state = tuple(part[None] for part in first)
    seen = record(model, x, state if len(state) > 1 else state[0]).layers[0]
    _, slow = unroll(cell, x, first)
    assert tensors(seen).keys() == tensors(slow).keys()
    for name, value in tensors(slow).items():
        assert furthest(tensors(seen)[name], value) <= 1e-10, name


def test_a_projected_replay_is_the_slow_loop() -> None:
    model = layer_of("LSTM projected", dtype=torch.float64, batch_first=True)
    x = drawn(3)(BATCH, TIME, INPUTS)
    _, slow = unroll(cells_of(model)[0][0], x)
    for name, value in tensors(record(model, x).layers[0]).items():
        assert furthest(value, tensors(slow)[name]) <= 1e-10, name


def assert_rebuilt(seen: Record, tolerance: float) -> None:
    """Gates lie in range and rebuild the states by the model's own equations."""
    for layer in seen.layers:
        for one in layer.directions:
            here, before = ~one.hidden[..., 0].isnan(), one.previous()
            if isinstance(one, LSTMRecord):
                for gate in (one.input_gate, one.forget_gate, one.output_gate):
                    assert ((gate > 0) & (gate < 1))[here].all()
                assert (one.candidate.abs() < 1)[here].all()
                assert furthest(one.input_gate, one.input_gate_before.sigmoid()) <= tolerance
                assert furthest(one.forget_gate, one.forget_gate_before.sigmoid()) <= tolerance
                assert furthest(one.output_gate, one.output_gate_before.sigmoid()) <= tolerance
                assert furthest(one.candidate, one.candidate_before.tanh()) <= tolerance
                cell = one.forget_gate * before.cell + one.input_gate * one.candidate
                assert furthest(one.cell, cell) <= tolerance
                if one.hidden.shape == one.cell.shape:
                    assert furthest(one.hidden, one.output_gate * one.cell.tanh()) <= tolerance
            elif isinstance(one, GRURecord):
                for gate in (one.reset_gate, one.update_gate):
                    assert ((gate > 0) & (gate < 1))[here].all()
                assert (one.candidate.abs() < 1)[here].all()
                assert furthest(one.reset_gate, one.reset_gate_before.sigmoid()) <= tolerance
                assert furthest(one.candidate, one.candidate_before.tanh()) <= tolerance
                hidden = (1 - one.update_gate) * one.candidate + one.update_gate * before.hidden
                assert furthest(one.hidden, hidden) <= tolerance
            else:
                active = one.hidden_before.tanh(), one.hidden_before.relu()
                assert min(furthest(one.hidden, a) for a in active) <= tolerance


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN", "RNN relu"])
def test_in_float64_the_gates_rebuild_the_states_to_the_last_digits(kind: str) -> None:
    model = layer_of(kind, dtype=torch.float64, num_layers=2, bidirectional=True)
    sequences = [drawn(k)(n, INPUTS) for k, n in enumerate([5, 40, 1])]
    assert_rebuilt(record(model, pack_sequence(sequences, enforce_sorted=False)), 1e-10)
    assert_rebuilt(record(model, drawn(1)(40, BATCH, INPUTS), state_for(model)), 1e-10)


@pytest.mark.parametrize("swapped", [(0, 1), (1, 3), (0, 3), (2, 3), (1, 2)])
def test_swapping_two_gates_would_be_seen(swapped: tuple[int, int]) -> None:
    """The comparisons above are able to fail: with two gates' rows exchanged no gate that moved agrees."""
    model = layer_of("LSTM", batch_first=True)
    x = drawn(2, torch.float32)(BATCH, TIME, INPUTS)
    order = [0, 1, 2, 3]
    a, b = swapped
    order[a], order[b] = b, a
    ((cell,),) = cells_of(model)
    W, U, bias = (torch.cat([part.chunk(4)[k] for k in order]) for part in (cell.W, cell.U, cell.b))
    wrong = record(LSTMCell(W, U, bias), x)
    assert furthest(wrong.output, model(x)[0].detach()) > 1e-2
    right = record(model, x).layers[0]
    names = ("input_gate", "forget_gate", "candidate", "output_gate")
    for k in swapped:
        assert furthest(getattr(wrong.layers[0], names[k]), getattr(right, names[k])) > 1e-2


def test_torchs_gru_resets_after_the_product() -> None:
    model = layer_of("GRU", batch_first=True, dtype=torch.float64)
    x = drawn(2)(BATCH, TIME, INPUTS)
    ((cell,),) = cells_of(model)
    assert cell.reset_after
    output = model(x)[0].detach()
    assert furthest(unroll(cell, x)[1].hidden, output) <= 1e-10
    assert furthest(unroll(replace(cell, reset_after=False), x)[1].hidden, output) > 1e-2


@pytest.mark.parametrize("name", EVERY_CELL)
def test_every_cell_can_be_recorded_and_stacked(name: str) -> None:
    draw = drawn(5)
    cell = EVERY_CELL[name](draw)
    x, first = draw(BATCH, TIME, INPUTS), random_state(cell, BATCH, draw)
    _, slow = unroll(cell, x, first)
    for part, value in tensors(record(cell, x, first).layers[0]).items():
        assert furthest(value, tensors(slow)[part]) <= 1e-10, part
    above = lstm(draw, inputs=cell.hidden)
    both = record((cell, above), x)
    _, second = unroll(above, unroll(cell, x)[1].hidden)
    assert furthest(both.output, second.hidden) <= 1e-10
    alone = record((cell, above), x[0]).output
    assert furthest(alone, both.output[0]) <= 1e-10


def test_a_pair_of_cells_is_a_layer_of_two_directions() -> None:
    model = layer_of("GRU", dtype=torch.float64, num_layers=2, bidirectional=True, batch_first=True)
    x = drawn(2)(BATCH, TIME, INPUTS)
    seen = record(cells_of(model), x)
    assert furthest(seen.output, model(x)[0].detach()) <= 1e-10
    firsts = tuple(tuple(random_state(c, BATCH, drawn(k)) for k, c in enumerate(p)) for p in cells_of(model))
    given = torch.cat([start.hidden[None] for pair in firsts for start in pair])
    stated = record(cells_of(model), x, firsts)
    assert furthest(stated.output, model(x, given)[0].detach()) <= 1e-10


def test_the_scan_is_the_same_compiled_and_step_by_step() -> None:
    draw = drawn(7)
    kept, gate, value = (draw(11, 2, 3) for _ in range(3))
    first, state = draw(2, 3), None
    state, slow = first, []
    for t in range(11):
        state = kept[t] * state + gate[t] * value[t]
        slow.append(state)
    assert furthest(account(kept, gate, value, first), torch.stack(slow)) <= 1e-12
    assert furthest(step_by_step(kept, gate * value, first), torch.stack(slow)) <= 1e-12


def test_dropout_between_layers_is_not_applied() -> None:
    model = layer_of("LSTM", num_layers=2, dropout=0.5, batch_first=True)
    x = drawn(2, torch.float32)(BATCH, TIME, INPUTS)
    calm = model(x)[0].detach()
    assert furthest(record(model.train(), x).output, calm) <= FUSED_TO
    assert model.training


def test_a_record_keeps_no_graph_and_leaves_the_model_as_it_was() -> None:
    model = layer_of("LSTM", batch_first=True)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    x = drawn(2, torch.float32)(BATCH, TIME, INPUTS).requires_grad_()
    state = tuple(part.requires_grad_() for part in state_for(model))
    layer = record(model, x, state).layers[0]
    assert not any(value.requires_grad for value in tensors(layer).values())
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all(p.grad is None for p in model.parameters())
    assert isinstance(layer.first, LSTMState)


def test_the_directions_of_a_layer_stand_alone_in_time_order() -> None:
    model = layer_of("LSTM", bidirectional=True, batch_first=True, dtype=torch.float64)
    x = drawn(2)(BATCH, TIME, INPUTS)
    layer = record(model, x).layers[0]
    forward, backward = layer.directions
    _, slow = unroll(cells_of(model)[0][1], x.flip(1))
    assert furthest(backward.cell, slow.cell.flip(1)) <= 1e-10
    assert backward.backward
    assert not forward.backward
    assert torch.equal(layer.forget_gate, torch.cat([forward.forget_gate, backward.forget_gate], dim=-1))
    assert torch.equal(layer.previous().cell[:, 0, :UNITS], layer.first.cell[:, :UNITS])


def test_pruned_or_normalised_weights_are_those_that_act() -> None:
    model = layer_of("LSTM", batch_first=True)
    nn.utils.parametrizations.weight_norm(model, "weight_hh_l0")
    with torch.no_grad():
        model.parametrizations.weight_hh_l0.original0.mul_(1.7)
    x = drawn(2, torch.float32)(BATCH, TIME, INPUTS)
    assert furthest(record(model, x).output, model(x)[0].detach()) <= FUSED_TO


def test_the_record_is_at_the_front_door() -> None:
    layer = gatecast.record(nn.LSTM(3, 5), torch.zeros(7, 2, 3)).layers[0]
    assert layer.forget_gate.shape == (7, 2, 5)


def test_reset_before_the_product_is_recorded_too() -> None:
    draw = drawn(4)
    cell = gru(draw, reset_after=False)
    seen = record(cell, draw(2, 5, 3))
    assert_rebuilt(seen, 1e-10)


def test_padding_by_length_equals_packing_by_hand() -> None:
    """What stands behind a sequence's end cannot act on it."""
    model = layer_of("LSTM", bidirectional=True, batch_first=True)
    x, lengths = drawn(2, torch.float32)(BATCH, TIME, INPUTS), torch.tensor([9, 4, 1, 6])
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    seen = record(model, packed)
    for k, n in enumerate(lengths.tolist()):
        assert furthest(seen.output[k, :n], record(model, x[k, :n]).output) <= FUSED_TO
        assert seen.output[k, n:].isnan().all()


@pytest.mark.filterwarnings("ignore:.*weight_norm.* is deprecated")
@pytest.mark.parametrize(
    "shaped",
    [
        lambda model: prune.random_unstructured(model, "weight_hh_l1", 0.5),
        lambda model: nn.utils.weight_norm(model, "weight_hh_l1"),
        lambda model: nn.utils.spectral_norm(model, "weight_hh_l1"),
        lambda model: parametrizations.weight_norm(model, "weight_hh_l1"),
    ],
)
def test_weights_that_are_computed_are_those_of_the_next_run(shaped: Callable[..., nn.Module]) -> None:
    """After a step of training the attribute is still the weight of the run before it."""
    torch.manual_seed(0)  # what is pruned, and where a norm begins, is drawn
    model = shaped(layer_of("LSTM", num_layers=2))
    x = drawn(2, torch.float32)(TIME, BATCH, INPUTS)
    model(x)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.3)
    kept = {name: value.clone() for name, value in model.state_dict().items()}
    model.eval()
    stale = model.weight_hh_l1.clone()
    seen = record(model, x)
    assert torch.equal(model.weight_hh_l1, stale)
    assert all(torch.equal(value, kept[name]) for name, value in model.state_dict().items())
    assert furthest(seen.output, model(x)[0]) <= FUSED_TO


def test_autocast_around_it_changes_nothing() -> None:
    model, x = layer_of("LSTM"), drawn(2, torch.float32)(TIME, BATCH, INPUTS)
    with torch.autocast("cpu", torch.bfloat16):
        seen = record(model, x)
    assert torch.equal(seen.layers[0].cell, record(model, x).layers[0].cell)
