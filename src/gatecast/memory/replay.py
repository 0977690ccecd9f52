"""Every gate of a fused layer, without a loop over matrix products. [kernel]

A fused layer hands out h_t alone. It is all that is needed: the values before activation follow from one
matrix product over all steps,

    Z = X Wᵀ + H_previous Uᵀ + b

and an elementwise scan gives c_t = f_t∘c_{t-1} + i_t∘g_t. A GRU and an Elman layer need no scan. The layer
is trained on the fused operator as before; what is seen is computed when somebody looks.

Time comes first here, [time, batch, ...], so that a step's values lie together.
"""

import inspect
from typing import Any, TypeAlias

import numba
import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

from gatecast.memory.cells.elman import ElmanCell
from gatecast.memory.cells.gru import GRUCell
from gatecast.memory.cells.lstm import LSTMCell
from gatecast.memory.cells.step import Cell, unroll
from gatecast.memory.fused import run_cell
from gatecast.memory.record import ElmanStep, GRUStep, HiddenState, LSTMState, LSTMStep, State, Step

Values: TypeAlias = NDArray[np.floating[Any]]


@torch.no_grad()
def replay(
    cell: Cell,
    x: Float[Tensor, "time batch inputs"],
    first: State,
    hidden: Float[Tensor, "time batch hidden"] | None = None,
) -> Step:
    """All steps of one layer in one direction; a cell that no fused operator computes is stepped through.

    x        [time, batch, inputs]
    first    state before the first step, [batch, ...]
    hidden   [time, batch, hidden]  what the fused layer showed; computed if not given
    returns  a step whose tensors are [time, batch, units]
    """
    if isinstance(cell, LSTMCell) and isinstance(first, LSTMState):
        return replay_lstm(cell, x, first, run_cell(cell, x, first) if hidden is None else hidden)
    if isinstance(cell, GRUCell) and cell.reset_after and isinstance(first, HiddenState):
        return replay_gru(cell, x, first, run_cell(cell, x, first) if hidden is None else hidden)
    if isinstance(cell, ElmanCell) and isinstance(first, HiddenState):
        return replay_elman(cell, x, first, run_cell(cell, x, first) if hidden is None else hidden)
    return stepped(cell, x, first)


def replay_lstm(
    cell: LSTMCell,
    x: Float[Tensor, "time batch inputs"],
    first: LSTMState,
    hidden: Float[Tensor, "time batch hidden"],
) -> LSTMStep:
    """An LSTM's steps: one product, three gates and a candidate, one scan."""
    Z = add_recurrent(products(4, x, cell.W, cell.b), hidden, first.hidden, cell.U)
    i_before, f_before, g_before, o_before = Z
    i, f, g, o = i_before.sigmoid(), f_before.sigmoid(), g_before.tanh(), o_before.sigmoid()
    c = account(f, i, g, first.cell)
    return LSTMStep(i, f, g, o, c, hidden, i_before, f_before, g_before, o_before)


def replay_gru(
    cell: GRUCell,
    x: Float[Tensor, "time batch inputs"],
    first: HiddenState,
    hidden: Float[Tensor, "time batch hidden"],
) -> GRUStep:
    """A GRU's steps; its reset gate acts on the recurrent product, so that is kept apart."""
    x_r, x_z, x_n = products(3, x, cell.W, cell.b)
    before = torch.cat([first.hidden[None], hidden[:-1]])
    h_r, h_z, h_n = products(3, before, cell.U, cell.recurrent_bias)
    r_before, z_before = x_r + h_r, x_z + h_z
    r, z = r_before.sigmoid(), z_before.sigmoid()
    n_before = torch.addcmul(x_n, r, h_n)
    return GRUStep(r, z, n_before.tanh(), hidden, r_before, z_before, n_before)


def replay_elman(
    cell: ElmanCell,
    x: Float[Tensor, "time batch inputs"],
    first: HiddenState,
    hidden: Float[Tensor, "time batch hidden"],
) -> ElmanStep:
    """An Elman layer's steps."""
    (before,) = add_recurrent(products(1, x, cell.W, cell.b), hidden, first.hidden, cell.U)
    return ElmanStep(hidden, before)


def stepped(cell: Cell, x: Float[Tensor, "time batch inputs"], first: State) -> Step:
    """The same by the slow loop."""
    _, record = unroll(cell, x.transpose(0, 1), first)
    kind = type(cell.step(x[0], first)[1])
    step: Step = kind(*(getattr(record, name).transpose(0, 1) for name in kind._fields))
    return step


def products(
    gates: int,
    x: Float[Tensor, "time batch inputs"],
    W: Float[Tensor, "rows inputs"],
    b: Float[Tensor, "rows"],
) -> Float[Tensor, "gates time batch units"]:
    """X Wᵀ + b at every step, as one product; each gate's values lie together, which is quicker to map."""
    time, batch, inputs = x.shape
    steps = x.reshape(time * batch, inputs).expand(gates, -1, -1)
    Z = torch.baddbmm(b.view(gates, 1, -1), steps, W.reshape(gates, -1, inputs).mT)
    return Z.view(gates, time, batch, -1)


def add_recurrent(
    Z: Float[Tensor, "gates time batch units"],
    hidden: Float[Tensor, "time batch hidden"],
    first: Float[Tensor, "batch hidden"],
    U: Float[Tensor, "rows hidden"],
) -> Float[Tensor, "gates time batch units"]:
    """Z + H_previous Uᵀ, in Z itself."""
    gates, time, batch, units = Z.shape
    blocks = U.reshape(gates, units, -1).mT
    Z[:, 0].baddbmm_(first.expand(gates, -1, -1), blocks)
    steps = hidden[:-1].reshape((time - 1) * batch, hidden.shape[-1]).expand(gates, -1, -1)
    Z[:, 1:].view(gates, (time - 1) * batch, units).baddbmm_(steps, blocks)
    return Z


def account(
    kept: Float[Tensor, "time batch units"],
    gate: Float[Tensor, "time batch units"],
    value: Float[Tensor, "time batch units"],
    first: Float[Tensor, "batch units"],
) -> Float[Tensor, "time batch units"]:
    """c_t = kept_t∘c_{t-1} + gate_t∘value_t: compiled on a processor, one operation a step elsewhere.

    >>> half, none = torch.full((3, 1, 1), 0.5), torch.zeros(3, 1, 1)
    >>> account(half, none, none, torch.tensor([[8.0]])).flatten().tolist()
    [4.0, 2.0, 1.0]
    """
    states = torch.empty_like(kept, memory_format=torch.contiguous_format)
    if kept.device.type == "cpu" and kept.dtype in (torch.float32, torch.float64):
        _compiled(
            *(part.detach().contiguous().numpy() for part in (kept, gate, value, first)), states.numpy()
        )
        return states
    return step_by_step(kept, gate * value, first)


def step_by_step(
    kept: Float[Tensor, "time batch units"],
    written: Float[Tensor, "time batch units"],
    first: Float[Tensor, "batch units"],
) -> Float[Tensor, "time batch units"]:
    """c_t = kept_t∘c_{t-1} + written_t by one operation a step."""
    states = torch.empty_like(written, memory_format=torch.contiguous_format)
    state = first
    for f, w, out in zip(kept.unbind(), written.unbind(), states.unbind(), strict=True):
        state = torch.addcmul(w, f, state, out=out)
    return states


def _account(
    kept: Values, gate: Values, value: Values, first: Values, states: Values
) -> None:  # pragma: no cover  # compiled
    time, batch, units = kept.shape
    for t in range(time):
        for b in range(batch):
            before = first[b] if t == 0 else states[t - 1, b]
            for k in range(units):
                states[t, b, k] = kept[t, b, k] * before[k] + gate[t, b, k] * value[t, b, k]


_compiled = numba.njit(inspect.unwrap(_account), cache=True, nogil=True)
