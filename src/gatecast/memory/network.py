"""The memory network: an encoder over the past, a head that reads known covariates step by step.

    s_t    = encoder(x_1 … x_t)                                    one state per origin t ("forking")
    m_tk   = silu(A s_t + B a_tk + e_k)                            a_tk: what is known ahead about step k
    w_tk   = softmax(prior_t + G m_tk)                             one weight per linear member
    q_tk   = Σ_j w_tkj F_tkj + exp(σ_k) C m_tk ± Σ softplus(D m_tk)

The median is free; every other quantile is the one nearer the median plus or minus a softplus step, so
quantiles cannot cross. Without members the mixture is absent and the network stands alone.

Forking sequences: Wen et al., A Multi-Horizon Quantile Recurrent Forecaster (2017), arXiv 1711.11053.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal, NamedTuple, get_args

import torch
from jaxtyping import Float
from torch import Tensor, nn

from gatecast.memory.initialise import forget_bias_
from gatecast.memory.perceptron import Perceptron

CellKind = Literal["lstm", "gru", "rnn", "mlp"]
CELLS: tuple[CellKind, ...] = get_args(CellKind)

FIRST_SPREAD = 0.5  # standard deviation, in units, of the distribution that training starts from


@dataclass(frozen=True)
class Shape:
    """What the network is built for.

    inputs   covariates of one past step
    ahead    covariates of one future step
    members  linear forecasts to weigh; 0 for none
    horizon  steps ahead
    levels   quantile levels, ascending, .5 among them
    lags     how many steps back an encoder without recurrence looks, beside the present step
    """

    inputs: int
    ahead: int
    members: int
    horizon: int
    levels: tuple[float, ...]
    lags: tuple[int, ...] = ()

    @property
    def median(self) -> int:
        """Where .5 stands among the levels."""
        return self.levels.index(0.5)


class Batch(NamedTuple):
    """Windows of the past with some origins in each.

    history  [batch, time, inputs]
    at       [batch, origins]                    step of each origin within the window
    ahead    [batch, origins, horizon, ahead]
    members  [batch, origins, horizon, members]  scaled linear forecasts
    prior    [batch, origins, members]           logits from each member's recent loss
    unit     [batch, origins]                    size of the linear error, in scaled units
    weight   [batch, origins]                    of each origin in the loss
    target   [batch, origins, horizon]           scaled; NaN where unknown
    """

    history: Tensor
    at: Tensor
    ahead: Tensor
    members: Tensor
    prior: Tensor
    unit: Tensor
    weight: Tensor
    target: Tensor

    def to(self, device: torch.device) -> "Batch":
        """The same batch on a device."""
        return Batch(*(part.to(device) for part in self))


class Output(NamedTuple):
    """What the network says.

    quantiles  [batch, origins, horizon, levels]   scaled
    weights    [batch, origins, horizon, members]  sum to 1
    departure  [batch, origins, horizon]           of the median from the prior mixture, in units
    """

    quantiles: Tensor
    weights: Tensor
    departure: Tensor


class Network(nn.Module):
    """Encoder and horizon head, see the module's equations."""

    def __init__(self, shape: Shape, cell: CellKind, units: int, dropout: float, forget_bias: float) -> None:
        super().__init__()
        self.shape = shape
        self.encoder = encoder(cell, shape, units, forget_bias)
        width = units  # of the head
        self.from_state = nn.Linear(units, width)
        self.from_ahead = nn.Linear(shape.ahead, width, bias=False)
        self.step_offset = nn.Parameter(torch.zeros(shape.horizon, width))
        self.out = nn.Linear(width, shape.members + len(shape.levels))
        self.step_scale = nn.Parameter(torch.zeros(shape.horizon))
        self.dropout = nn.Dropout(dropout)
        self._start()

    def _start(self) -> None:
        """Begin as the prior mixture with the quantiles of a normal distribution around it."""
        with torch.no_grad():
            nn.init.normal_(self.step_offset, std=0.1)
            self.out.weight.mul_(0.1)
            self.out.bias.zero_()
            self.out.bias[self.shape.members + 1 :] = torch.tensor(_normal_gaps(self.shape.levels))

    def forward(self, batch: Batch) -> Output:
        """Quantiles and member weights at every origin of the batch."""
        states, _ = self.encoder(batch.history)
        index = batch.at[..., None].expand(-1, -1, states.shape[-1])
        return self.head(states.gather(1, index), batch)

    def head(self, states: Tensor, batch: Batch) -> Output:
        """What is said of hidden states, the encoder's at the batch's origins or any others.

        states  [batch, origins, units]
        """
        mixed = self.from_state(self.dropout(states))[:, :, None]
        mixed = mixed + self.from_ahead(batch.ahead) + self.step_offset
        out = self.out(self.dropout(nn.functional.silu(mixed)))
        members = self.shape.members
        weights = torch.softmax(batch.prior[:, :, None] + out[..., :members], dim=-1)
        unit = batch.unit[:, :, None]
        center = (weights * batch.members).sum(-1) + unit * self.step_scale.exp() * out[..., members]
        steps = nn.functional.softplus(out[..., members + 1 :]) * unit[..., None]
        mixture = (torch.softmax(batch.prior, dim=-1)[:, :, None] * batch.members).sum(-1)
        departure = (center - mixture) / unit
        return Output(spread(center, steps, self.shape.median), weights, departure)


def spread(
    center: Float[Tensor, "*steps"], steps: Float[Tensor, "*steps gaps"], median: int
) -> Float[Tensor, "*steps gaps+1"]:
    """Quantiles from their median and the steps between neighbours.

    center   [...]
    steps    [..., levels - 1]  >= 0; the first `median` ones go down, nearest the median first
    returns  [..., levels]      non-decreasing
    """
    below = center[..., None] - steps[..., :median].cumsum(-1)
    above = center[..., None] + steps[..., median:].cumsum(-1)
    return torch.cat([below.flip(-1), center[..., None], above], dim=-1)


def encoder(
    cell: CellKind, shape: Shape, units: int, forget_bias: float
) -> nn.LSTM | nn.GRU | nn.RNN | Perceptron:
    """One fused recurrent layer, or a perceptron over a fixed window in its place.

    The LSTM's forget bias is `forget_bias` in all: PyTorch's default draws it near 0, which forgets half
    of the cell at every step before training has begun. GRU and Elman layers have no forget gate; the
    GRU's update bias is set so that it keeps as much (its gate z keeps the old state).
    """
    if cell == "mlp":
        return Perceptron(shape.inputs, units, shape.lags)
    if cell == "rnn":
        return nn.RNN(shape.inputs, units, batch_first=True)
    kind = nn.LSTM if cell == "lstm" else nn.GRU
    return forget_bias_(kind(shape.inputs, units, batch_first=True), forget_bias)


def _normal_gaps(levels: Sequence[float]) -> list[float]:
    """Biases whose softplus are the gaps between standard normal quantiles, nearest the median first."""
    normal = NormalDist(0.0, FIRST_SPREAD)
    quantiles = [normal.inv_cdf(p) for p in levels]
    median = levels.index(0.5)
    below = [quantiles[i + 1] - quantiles[i] for i in range(median - 1, -1, -1)]
    above = [quantiles[i + 1] - quantiles[i] for i in range(median, len(levels) - 1)]
    return [math.log(math.expm1(gap)) for gap in below + above]
