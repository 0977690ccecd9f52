"""The network: a line through the inputs of each step, and beside it a recurrent pass over the lit steps.

    theta = W x + b  +  out(dropout([h→, h←]))        h over z = silu(inp x)

`W` and `out` start at zero and `b` at the quantiles of all days: before training every day is an ordinary
one. The pass forwards and the pass backwards each run over a sequence that begins with its first lit step,
so that what pads a batch lies behind everything that is read.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

import torch
from torch import Tensor, nn

from gatecast.solar.head import KNOTS

Cell: TypeAlias = Literal["lstm", "mlp"]
NOISE = 0.2  # on standardised inputs while training
BLANK = 0.1  # chance that an input is silent for a whole sequence


@dataclass(frozen=True)
class Plan:
    """What a network is built of.

    inputs   leading columns of x that the line reads
    own      leading columns, without the neighbouring steps', that the recurrent pass reads
    units    of its layers; 0 for the line alone
    line     whether there is a line
    """

    inputs: int
    own: int
    units: int
    dropout: float
    cell: Cell
    line: bool


class Days(NamedTuple):
    """A batch of sequences of lit steps, first to last, then what pads them.

    x       [batch, steps, inputs]
    length  [batch]  lit steps in each
    """

    x: Tensor
    length: Tensor


class SolarNetwork(nn.Module):
    """What it says of each lit step: `theta` for the head. [batch, steps, knots]"""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.plan = plan
        self.bias = nn.Parameter(torch.zeros(len(KNOTS)))
        if plan.line:
            self.line = nn.Linear(plan.inputs, len(KNOTS), bias=False)
            nn.init.zeros_(self.line.weight)
        if plan.units:
            self.dropout = nn.Dropout(plan.dropout)
            self.inp = nn.Linear(plan.own, plan.units)
            if plan.cell == "lstm":
                self.forwards = nn.LSTM(plan.units, plan.units, batch_first=True)
                self.backwards = nn.LSTM(plan.units, plan.units, batch_first=True)
            else:
                self.hidden = nn.Linear(plan.units, 2 * plan.units)
            self.out = nn.Linear(2 * plan.units, len(KNOTS))
            nn.init.zeros_(self.out.weight)
            nn.init.zeros_(self.out.bias)

    def forward(self, days: Days) -> Tensor:
        """Say `theta` of every step."""
        theta = self.bias.expand(*days.x.shape[:2], len(KNOTS))
        if self.plan.line:
            theta = theta + self.line(days.x[..., : self.plan.inputs])
        if self.plan.units:
            theta = theta + self.out(self.dropout(self._memory(days)))
        return theta

    def _memory(self, days: Days) -> Tensor:
        x = days.x[..., : self.plan.own]
        if self.training:
            x = x + NOISE * torch.randn_like(x)
            x = x * (torch.rand(len(x), 1, x.shape[2], device=x.device) >= BLANK)
        z = nn.functional.silu(self.inp(x))
        if self.plan.cell == "mlp":
            hidden: Tensor = nn.functional.silu(self.hidden(self.dropout(z)))
            return hidden
        z = self.dropout(z)
        turned = reversal(days.length, z.shape[1])[..., None].expand_as(z)
        there, _ = self.forwards(z)
        back, _ = self.backwards(z.gather(1, turned))
        return torch.cat([there, back.gather(1, turned)], dim=-1)


def reversal(length: Tensor, steps: int) -> Tensor:
    """Where each step comes from when every sequence is turned around within its own length.

    >>> reversal(torch.tensor([3, 2]), 4)
    tensor([[2, 1, 0, 3],
            [1, 0, 2, 3]])
    """
    place = torch.arange(steps, device=length.device).expand(len(length), steps)
    end = length[:, None]
    return torch.where(place < end, end - 1 - place, place)
