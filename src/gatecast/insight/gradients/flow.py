"""How a gradient travels back through a recurrent layer, measured: by lag, for the state and for the input.

    a_T = ∂L/∂s_T;   a_{t-1} = J_tᵀ a_t with J_t = ∂s_t/∂s_{t-1};   ∂L/∂x_t = (∂s_t/∂x_t)ᵀ a_t

Everything is computed in double precision by stepping through the cell's own equations. A fused layer hides
its path through time: the gradient of its output is non-zero at the last step only, and plotting that looks
like a gradient that vanished when nothing was measured at all.

Sources: Bengio, Simard & Frasconi (1994), doi:10.1109/72.279181; Pascanu, Mikolov & Bengio (2013),
arXiv 1211.5063.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from gatecast._types import FloatArray
from gatecast.errors import OptionError
from gatecast.insight.gradients.chain import Chain, double
from gatecast.insight.gradients.jacobian import spectrum as find_spectrum
from gatecast.insight.gradients.strand import Strand, strand
from gatecast.insight.gradients.verdict import Verdict, judge
from gatecast.memory import Recurrent, one_thread

Loss: TypeAlias = Callable[[Tensor], Tensor]
Which: TypeAlias = Literal["input", "hidden", "cell", "state"]


@dataclass(frozen=True, eq=False)
class Flow:
    """Gradients of a loss at the last step T by lag: entry k belongs to step T − k.

    what      whose states these are
    kinds     of cell, the first layer first: "LSTM", "GRU", "Elman", ...
    norms     by "input" and by part of the state ("hidden", "cell", ...), [lags] each: ‖∂L/∂x_{T-k}‖ and
              ‖∂L/∂part_{T-k}‖, root mean square over the series; "state" is all parts together
    singular  [lags]  largest singular value of ∂s_{T-k}/∂s_{T-k-1}, the joint state of the first series;
              empty where none was asked for
    product   [lags]  norm of ∂s_T/∂s_{T-k}, of the first series; empty likewise
    """

    what: str
    kinds: tuple[str, ...]
    norms: Mapping[str, Float[FloatArray, "lags"]]
    singular: Float[FloatArray, "some_lags"]
    product: Float[FloatArray, "some_lags"]

    @property
    def lags(self) -> int:
        """How many steps the gradient was followed: as many as the series has."""
        return len(self.norms["input"])

    def relative(self, which: Which = "input") -> Float[FloatArray, "lags"]:
        """Norms as a share of lag 0's: the input's of the input's, a part's of all the state's.

        [lags]  0 where no gradient arrives at lag 0 itself; infinite where double precision overflows

        Raises OptionError for a part the state does not have.
        """
        if which not in self.norms:
            raise OptionError(f"the state of {self.what} has no {which!r}; it has {', '.join(self.norms)}")
        first = self.norms["input" if which == "input" else "state"][0]
        if first == 0:
            return np.zeros(self.lags)
        if not np.isfinite(first):
            return np.full(self.lags, np.inf)
        with np.errstate(over="ignore"):
            shares: FloatArray = self.norms[which] / first
        return shares

    def judged(self, at: int | None = None) -> Verdict:
        """Vanishing, exploding or healthy, read off the input's gradients up to a lag; what would help.

        at  the lag; the oldest step's if not given

        Raises OptionError for a lag beyond the series, and for a series of one step.
        """
        last = self.lags - 1
        if last == 0:
            raise OptionError(
                "the series has one step, so no gradient went back through time; give more steps"
            )
        if at is not None and not 0 < at <= last:
            raise OptionError(f"at={at} is no lag of this flow; give 1 to {last}")
        return judge(self.relative()[: (last if at is None else at) + 1], self.kinds)

    @property
    def verdict(self) -> str:
        """Vanishing, exploding or healthy, over the whole series."""
        return self.judged().word


def flow(
    model: Recurrent,
    x: Tensor,
    loss: Loss | None = None,
    state: Any = None,
    *,
    layer: int | None = None,
    direction: int = 0,
    spectrum: bool = True,
) -> Flow:
    """Follow the gradient of a loss at the last step back through every earlier step of a recurrent model.

    model      torch.nn.LSTM, GRU or RNN, a cell of `gatecast.memory`, or a tuple of cells, one a layer
    x          as the model takes it; for cells [batch, time, inputs] or [time, inputs]
    loss       of the last hidden state [batch, hidden], a number or one a series; the sum of its units if not
               given, whose gradient is 1 for every unit and so depends on no net's own state
    state      before the first step, as the model takes it; zeros if not given
    layer      from 0. One layer by itself: the loss is of its last hidden state, its input is what the layers
               below show, held as it is. If not given, all layers together: the loss is of the uppermost, and
               what reaches a lower layer arrives through those above it
    direction  0 or, in a bidirectional model, 1: the layer that reads from the end, whose last step is the
               first instant. A bidirectional model is followed layer by layer, the uppermost if not given
    spectrum   whether to compute singular values too, most of the work

    The model is not changed: its parameters are copied. Dropout is not applied.

    Raises RecordError for a model, x or state that no record can be made of; OptionError for a layer or a
    direction that is not there and for a loss that is no number or has a gradient that is none.

    >>> seen = flow(torch.nn.LSTM(3, 8, batch_first=True), torch.ones(2, 50, 3))
    >>> seen.what, seen.lags, seen.verdict
    ('LSTM', 50, 'vanishing')
    """
    with one_thread(), torch.inference_mode(False), torch.enable_grad():
        chosen = strand(model, x, state, layer, direction)
        return _followed(chosen, loss, spectrum)


def flows(model: Recurrent, x: Tensor, loss: Loss | None = None, state: Any = None) -> dict[str, Flow]:
    """Each layer and direction of a model by itself, by name, without singular values."""
    found = {}
    for layer, directions in enumerate(Strand.layers(model)):
        for direction in range(len(directions)):
            one = flow(model, x, loss, state, layer=layer, direction=direction, spectrum=False)
            found[one.what] = one
    return found


def _followed(chosen: Strand, loss: Loss | None, spectrum: bool) -> Flow:
    """The flow of one strand."""
    states, inputs = _walk(chosen.chain, chosen.x)
    total = _total(loss, chosen.chain.shown(states[-1]))
    gradients = torch.autograd.grad(total, [*states[1:], *inputs], materialize_grads=True)
    time = len(inputs)
    by_state, by_input = torch.stack(gradients[:time]).flip(0), torch.stack(gradients[time:]).flip(0)
    if not by_state[0].isfinite().all():
        raise OptionError(
            "the gradient of the loss at the last hidden state is NaN or infinite; "
            "give a loss that is smooth there"
        )
    norms = {"input": _norm(by_input), "state": _norm(by_state)}
    for part in dict.fromkeys(name for first in chosen.chain.first for name in first._fields):
        norms[part] = _norm(by_state[..., chosen.chain.columns(part)])
    singular = product = np.empty(0)
    if spectrum:
        before = torch.stack([s[0] for s in states[:-1]]).detach()
        singular, product = find_spectrum(chosen.chain.step, chosen.x[0], before)
    return Flow(chosen.what, chosen.kinds, norms, singular, product)


def _walk(
    chain: Chain, x: Float[Tensor, "batch time inputs"]
) -> tuple[list[Tensor], list[Float[Tensor, "batch inputs"]]]:
    """Joint states s_0 … s_T and inputs x_1 … x_T, all of them kept in one graph."""
    inputs = [double(x_t).requires_grad_() for x_t in x.unbind(1)]
    states = [chain.start.requires_grad_()]
    for x_t in inputs:
        states.append(chain.step(x_t, states[-1]))
    return states, inputs


def _total(loss: Loss | None, hidden: Float[Tensor, "batch hidden"]) -> Tensor:
    """The loss, summed over series."""
    total = hidden.sum() if loss is None else loss(hidden)
    if not isinstance(total, Tensor) or not total.requires_grad:
        raise OptionError(
            f"the loss is {type(total).__name__} and does not depend on the hidden state; give a function of "
            "the last hidden state [batch, hidden] that returns a tensor, such as lambda h: h.square().sum()"
        )
    return total.sum()


def _norm(gradients: Float[Tensor, "lags batch width"]) -> Float[FloatArray, "lags"]:
    """Euclidean norm of each lag's gradient, root mean square over series; infinite where it overflowed."""
    norms: FloatArray = (
        gradients.square().sum(-1).mean(-1).sqrt().nan_to_num(nan=np.inf, posinf=np.inf).numpy()
    )
    return norms
