"""Each cell obeys the law its name promises; all stand behind one interface."""

from dataclasses import fields, replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from random_cells import (
    EVERY_CELL,
    INPUTS,
    UNITS,
    WITH_LEDGER,
    coupled,
    drawn,
    elman,
    gru,
    layer_norm,
    lstm,
    peephole,
    random_state,
    slstm,
)
from torch import Tensor, nn
from torch.func import jacrev, vmap

from gatecast.errors import RecordError
from gatecast.memory import (
    Cell,
    ElmanCell,
    GRUCell,
    LSTMCell,
    LSTMState,
    PeepholeLSTMCell,
    SLSTMCell,
    SLSTMState,
    cells_of,
    unroll,
)
from gatecast.memory.record import RECORDS

BATCH, TIME = 3, 7
every_cell = pytest.mark.parametrize("name", EVERY_CELL)
seeds = st.integers(0, 10_000)
some = settings(max_examples=15)


def close(one: Tensor, other: Tensor, to: float = 1e-10) -> bool:
    return one.shape == other.shape and bool((one - other).abs().max() <= to)


@every_cell
def test_every_cell_stands_behind_the_same_interface(name: str) -> None:
    draw = drawn(1)
    cell = EVERY_CELL[name](draw)
    assert isinstance(cell, Cell)
    assert (cell.inputs, cell.units) == (INPUTS, UNITS)
    start = cell.start(BATCH)
    state, step = cell.step(draw(BATCH, INPUTS), start)
    assert [part.shape for part in state] == [part.shape for part in start]
    assert all((part == 0).all() and part.dtype == torch.float64 for part in start)
    assert state.hidden.shape == (BATCH, cell.hidden)
    assert all(torch.equal(getattr(step, part), getattr(state, part)) for part in state._fields)
    assert set(step._fields) <= {field.name for field in fields(RECORDS[type(step)])}
    assert "=" in (type(cell).__doc__ or ""), "a cell's docstring is its equation"


@every_cell
def test_every_cell_can_be_differentiated_and_mapped(name: str) -> None:
    draw = drawn(2)
    cell = EVERY_CELL[name](draw)
    x, state = draw(BATCH, INPUTS), random_state(cell, BATCH, draw)

    def alone(x_t: Tensor, *parts: Tensor) -> tuple[Tensor, ...]:
        one = type(state)(*(part[None] for part in parts))
        return tuple(part[0] for part in cell.step(x_t[None], one)[0])

    mapped = vmap(alone)(x, *state)
    assert all(close(a, b) for a, b in zip(mapped, cell.step(x, state)[0], strict=True))
    slopes = vmap(jacrev(alone, argnums=1))(x, *state)
    nudge = 1e-6 * draw(BATCH, cell.hidden)
    moved = [
        cell.step(x, state._replace(hidden=state.hidden + sign * nudge))[0].hidden for sign in (1.0, -1.0)
    ]
    expected = torch.einsum("bij,bj->bi", slopes[0], nudge)
    assert close((moved[0] - moved[1]) / 2, expected, 1e-12)


@every_cell
@settings(max_examples=5)
@given(seed=seeds)
def test_a_sequence_cut_in_two_is_the_same_sequence(name: str, seed: int) -> None:
    draw = drawn(seed)
    cell = EVERY_CELL[name](draw)
    x, first = draw(BATCH, TIME, INPUTS), random_state(cell, BATCH, draw)
    _, whole = unroll(cell, x, first)
    half, early = unroll(cell, x[:, :3], first)
    _, late = unroll(cell, x[:, 3:], half)
    assert close(whole.hidden, torch.cat([early.hidden, late.hidden], dim=1))


@pytest.mark.parametrize("name", WITH_LEDGER)
@settings(max_examples=5)
@given(seed=seeds)
def test_what_is_stored_is_what_was_kept_and_what_was_written(name: str, seed: int) -> None:
    """stored_t = kept_t∘stored_{t-1} + written_t, so stored_T = Π kept · stored_0 + Σ Π kept · written."""
    draw = drawn(seed)
    cell = WITH_LEDGER[name](draw)
    first = random_state(cell, BATCH, draw)
    _, record = unroll(cell, draw(BATCH, TIME, INPUTS), first)
    kept, written = cell.kept_and_written(record)
    stored = cell.stored(record)
    before = torch.cat([cell.stored(first)[:, None], stored[:, :-1]], dim=1)
    assert close(stored, kept * before + written)
    assert close(cell.stored(record.previous()), before)
    later = torch.stack([kept[:, k + 1 :].prod(dim=1) for k in range(TIME)], dim=1)
    account = kept.prod(dim=1) * cell.stored(first) + (later * written).sum(dim=1)
    assert close(account, stored[:, -1])


def test_an_elman_layer_says_why_it_has_no_ledger() -> None:
    cell = elman(drawn(1))
    with pytest.raises(RecordError, match=r"no ledger: its state is computed anew at every step"):
        cell.kept_and_written(unroll(cell, torch.zeros(1, 2, INPUTS, dtype=torch.float64))[1])
    with pytest.raises(RecordError, match="no ledger"):
        cell.stored(cell.start(1))


@some
@given(seeds)
def test_coupled_gates_share_one_whole(seed: int) -> None:
    draw = drawn(seed)
    _, record = unroll(coupled(draw), draw(BATCH, TIME, INPUTS))
    assert close(record.input_gate + record.forget_gate, torch.ones_like(record.forget_gate))
    assert close(record.input_gate, record.input_gate_before.sigmoid())


@some
@given(seeds)
def test_a_coupled_cell_never_leaves_the_range_of_what_is_written(seed: int) -> None:
    """Its cell is a weighted mean of candidates, which lie in (-1, 1)."""
    draw = drawn(seed)
    _, record = unroll(coupled(draw), 9 * draw(BATCH, 40, INPUTS))
    assert (record.cell.abs() <= 1).all()


@some
@given(seeds)
def test_without_peepholes_a_peephole_cell_is_an_lstm(seed: int) -> None:
    draw = drawn(seed)
    plain, none = lstm(draw), torch.zeros(UNITS, dtype=torch.float64)
    peeping = PeepholeLSTMCell(plain.W, plain.U, plain.b, none, none, none)
    x, first = draw(BATCH, TIME, INPUTS), random_state(plain, BATCH, draw)
    one, other = unroll(plain, x, first)[1], unroll(peeping, x, first)[1]
    for field in ("hidden", "cell", "input_gate", "forget_gate", "candidate", "output_gate"):
        assert close(getattr(one, field), getattr(other, field))


def test_input_and_forget_gate_see_the_old_cell_and_the_output_gate_the_new() -> None:
    draw = drawn(3)
    cell = peephole(draw)
    state, x = random_state(cell, BATCH, draw), draw(BATCH, INPUTS)
    _, with_peeps = cell.step(x, state)
    none = torch.zeros(UNITS, dtype=torch.float64)
    _, without = replace(cell, p_i=none, p_f=none, p_o=none).step(x, state)
    assert close(with_peeps.input_gate_before - without.input_gate_before, cell.p_i * state.cell)
    assert close(with_peeps.forget_gate_before - without.forget_gate_before, cell.p_f * state.cell)
    assert close(with_peeps.output_gate_before - without.output_gate_before, cell.p_o * with_peeps.cell)


@some
@given(seeds, st.floats(0.1, 50.0), st.floats(0.1, 50.0), st.floats(-5.0, 5.0))
def test_a_normalised_cell_does_not_see_the_scale_of_its_weights(
    seed: int, of_input: float, of_state: float, moved: float
) -> None:
    """LN(k z + m) = LN(z): scaling W or U, or moving all of W x by one number, changes nothing."""
    draw = drawn(seed)
    cell = replace(layer_norm(draw), epsilon=1e-30)
    scaled = replace(cell, W=of_input * cell.W, U=of_state * cell.U)
    x, first = draw(BATCH, TIME, INPUTS), random_state(cell, BATCH, draw)
    one, other = unroll(cell, x, first)[1], unroll(scaled, x, first)[1]
    assert close(one.cell, other.cell, 1e-8)
    assert close(one.hidden, other.hidden, 1e-8)
    with_one = torch.cat([x, torch.ones_like(x[..., :1])], dim=-1)
    constant = torch.full_like(cell.W[:, :1], moved)
    shifted = replace(cell, W=torch.cat([cell.W, constant], dim=1))
    assert close(unroll(shifted, with_one, first)[1].hidden, one.hidden, 1e-8)


def test_a_normalised_cell_is_the_papers_equations_by_hand() -> None:
    draw = drawn(4)
    cell = layer_norm(draw)
    state, x = random_state(cell, 1, draw), draw(1, INPUTS)

    def normalised(z: Tensor, alpha: Tensor, beta: Tensor) -> Tensor:
        mean = z.sum() / len(z)
        deviation = (((z - mean) ** 2).sum() / len(z) + cell.epsilon) ** 0.5
        return alpha * (z - mean) / deviation + beta

    before = (
        normalised(cell.U @ state.hidden[0], cell.alpha_h, cell.beta_h)
        + normalised(cell.W @ x[0], cell.alpha_x, cell.beta_x)
        + cell.b
    )
    i, f, g, o = before.view(4, UNITS)
    c = f.sigmoid() * state.cell[0] + i.sigmoid() * g.tanh()
    h = o.sigmoid() * normalised(c, cell.alpha_c, cell.beta_c).tanh()
    after, _ = cell.step(x, state)
    assert close(after.cell[0], c)
    assert close(after.hidden[0], h)


@some
@given(seeds)
def test_an_slstm_is_its_unstabilised_equations_where_those_do_not_overflow(seed: int) -> None:
    """c = f c + i z, n = f n + i, h = o c / n with i = exp(ĩ), f = σ(f̃): no stabiliser anywhere."""
    draw = drawn(seed)
    cell, x = slstm(draw), draw(BATCH, 12, INPUTS)
    h = c = n = torch.zeros(BATCH, UNITS, dtype=torch.float64)
    _, record = unroll(cell, x)
    for t in range(12):
        i, f, z, o = (x[:, t] @ cell.W.T + h @ cell.U.T + cell.b).chunk(4, dim=-1)
        c = f.sigmoid() * c + i.exp() * z.tanh()
        n = f.sigmoid() * n + i.exp()
        h = o.sigmoid() * c / n
        assert close(record.hidden[:, t], h)
        size = record.stabiliser[:, t].exp()
        assert close(record.cell[:, t] * size / c, torch.ones_like(c), 1e-8)
        assert close(record.normaliser[:, t] * size / n, torch.ones_like(n), 1e-8)


def test_the_stabiliser_keeps_an_slstm_finite_where_its_equations_overflow() -> None:
    draw = drawn(5, torch.float32)
    cell = slstm(draw)
    large = SLSTMCell(cell.W, cell.U, cell.b + torch.tensor([200.0, 0, 0, 0]).repeat_interleave(UNITS))
    assert large.b[:UNITS].exp().isinf().any()
    _, record = unroll(large, draw(BATCH, 50, INPUTS))
    assert record.hidden.isfinite().all()
    assert (record.hidden.abs() <= 1).all()
    assert ((record.input_gate > 0) & (record.input_gate <= 1)).all()
    assert ((record.forget_gate >= 0) & (record.forget_gate <= 1)).all()


def test_nothing_has_been_stored_in_an_slstm_that_has_not_begun() -> None:
    cell = slstm(drawn(1))
    assert (cell.stored(cell.start(2)) == 0).all()
    assert isinstance(cell.start(2), SLSTMState)


@some
@given(seeds)
def test_the_two_grus_agree_when_the_reset_gate_is_open(seed: int) -> None:
    """With r = 1 it does not matter on which side of the product it acts."""
    draw = drawn(seed)
    one = gru(draw)
    W, U, b = one.W.clone(), one.U.clone(), one.b.clone()
    W[:UNITS], U[:UNITS], b[:UNITS] = 0.0, 0.0, 50.0
    after = GRUCell(W, U, b, one.recurrent_bias.clone(), reset_after=True)
    x, first = draw(BATCH, TIME, INPUTS), random_state(one, BATCH, draw)
    before = replace(after, reset_after=False)
    assert close(unroll(after, x, first)[1].hidden, unroll(before, x, first)[1].hidden)


@some
@given(seeds)
def test_the_two_grus_agree_when_the_recurrent_weights_of_the_candidate_are_diagonal(seed: int) -> None:
    """r∘(D h) = D (r∘h) for diagonal D, as long as no bias stands inside."""
    draw = drawn(seed)
    one = gru(draw)
    U, d = one.U.clone(), one.recurrent_bias.clone()
    U[2 * UNITS :], d[2 * UNITS :] = torch.diag(draw(UNITS)), 0.0
    after = replace(one, U=U, recurrent_bias=d)
    x, first = draw(BATCH, TIME, INPUTS), random_state(one, BATCH, draw)
    before = replace(after, reset_after=False)
    assert close(unroll(after, x, first)[1].hidden, unroll(before, x, first)[1].hidden)
    inside = (
        replace(after, recurrent_bias=one.recurrent_bias),
        replace(before, recurrent_bias=one.recurrent_bias),
    )
    hidden = [unroll(cell, x, first)[1].hidden for cell in inside]
    assert not close(*hidden, to=1e-6)


def test_a_gru_whose_update_gate_is_shut_keeps_what_it_has() -> None:
    draw = drawn(6)
    cell = gru(draw)
    b = cell.b.clone()
    b[UNITS : 2 * UNITS] = 60.0
    first = random_state(cell, BATCH, draw)
    state, _ = unroll(replace(cell, b=b), draw(BATCH, TIME, INPUTS), first)
    assert close(state.hidden, first.hidden)


def test_torchs_modules_are_read_gate_by_gate() -> None:
    """An LSTM whose forget bias alone is large forgets nothing: it is the second block of rows."""
    layer = nn.LSTM(INPUTS, UNITS).double()
    with torch.no_grad():
        layer.bias_ih_l0[UNITS : 2 * UNITS] = 60.0
    ((cell,),) = cells_of(layer)
    draw = drawn(1)
    _, record = unroll(cell, draw(BATCH, TIME, INPUTS), LSTMState(draw(BATCH, UNITS), draw(BATCH, UNITS)))
    assert (record.forget_gate > 1 - 1e-12).all()
    assert (record.input_gate < 0.99).any()
    assert not cell.W.requires_grad


def test_parameters_that_do_not_fit_are_named() -> None:
    draw = drawn(1)
    with pytest.raises(RecordError, match=r"GRUCell was given W \[8, 3\], .* takes W \[3 units, inputs\]"):
        GRUCell(draw(8, 3), draw(8, 2), draw(8), draw(8))
    with pytest.raises(RecordError, match=r"U \[12, 3\].*U \[3 units, units\]"):
        GRUCell(draw(12, 3), draw(12, 3), draw(12), draw(12))
    with pytest.raises(RecordError, match=r"b \[7\].* each of b \[4 units\]"):
        LSTMCell(draw(8, 3), draw(8, 2), draw(7))
    with pytest.raises(RecordError, match=r"the projection is \[3, 2\]; for this U it is \[2, 2\]"):
        LSTMCell(draw(8, 3), draw(8, 2), draw(8), draw(3, 2))
    with pytest.raises(RecordError, match=r"p_f is \[3\]; with 2 units it is \[2\]"):
        PeepholeLSTMCell(draw(8, 3), draw(8, 2), draw(8), draw(2), draw(3), draw(2))
    with pytest.raises(RecordError, match=r"alpha_c is \[1\]; with 4 units it is \[4\]"):
        replace(layer_norm(draw), alpha_c=draw(1))
    with pytest.raises(RecordError, match=r"nonlinearity is 'selu'; it may be 'tanh' or 'relu'"):
        ElmanCell(draw(2, 3), draw(2, 2), draw(2), "selu")  # type: ignore[arg-type]  # the point


def test_no_steps_are_no_sequence() -> None:
    with pytest.raises(RecordError, match="x has no steps"):
        unroll(elman(drawn(1)), torch.zeros(2, 0, INPUTS, dtype=torch.float64))
