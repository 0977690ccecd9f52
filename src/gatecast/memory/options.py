"""How a network is built and trained: what may be chosen, checked once."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self, TypeAlias

import numpy as np

from gatecast.errors import OptionError
from gatecast.memory.network import CELLS, CellKind

MOST_WINDOWS = 8000
SOONER, SLOWER = 3, 4  # of a training that goes on from old weights: fewer steps, a lower rate

# what each option of training may be, in code and in words
_Rule: TypeAlias = tuple[Callable[[float], bool], str]
_COUNT: _Rule = (lambda v: isinstance(v, int | np.integer) and v >= 1, "a whole number from 1")
_SIZE: _Rule = (lambda v: v > 0, "a number above 0")
_NONE_OR_MORE: _Rule = (lambda v: v >= 0, "a number from 0")
_FITTING: dict[str, _Rule] = {
    **dict.fromkeys(("units", "steps", "windows", "origins", "checks", "networks"), _COUNT),
    **dict.fromkeys(("rate", "clip"), _SIZE),
    "dropout": (lambda v: 0 <= v < 1, "a share of units from 0 up to, not including, 1"),
    **dict.fromkeys(("weight_decay", "restraint"), _NONE_OR_MORE),
    "forget_bias": (lambda _: True, "a finite number"),
}


@dataclass(frozen=True)
class Training:
    """How a network is built and trained.

    units         size of the cell, of the hidden state and of the head
    dropout       share of units silenced while training, in [0, 1)
    forget_bias   where the forget gate starts: 1 forgets 27 % of the cell at each step, 3 forgets 5 %
    steps         of gradient descent, at most
    windows       in each batch
    origins       in each window
    rate          highest learning rate
    weight_decay  of AdamW
    clip          largest norm of the gradient
    restraint     price of departing from the linear half, added to the loss: for each unit of an ordinary
                  error when large, less when small; a network on its own has nothing to depart from
    checks        how often the held-out origins are asked, evenly over the second half of the steps
    cell          of the hybrid's network: lstm, gru, rnn, or mlp, which looks at a fixed window and carries
                  nothing on; a network on its own has its own
    networks      how many are trained, each from a seed of its own; their quantiles are averaged
    """

    units: int = 64
    dropout: float = 0.1
    forget_bias: float = 2.0
    steps: int = 240
    windows: int = 32
    origins: int = 8
    rate: float = 1e-2
    weight_decay: float = 0.01
    clip: float = 1.0
    restraint: float = 0.1
    checks: int = 6
    cell: CellKind = "lstm"
    networks: int = 1

    @property
    def drawn(self) -> int:
        """How many windows to draw in all: no more than are needed, nor than memory holds."""
        return min(self.steps * self.windows, MOST_WINDOWS)

    def continued(self) -> Self:
        """The same for a network that goes on from old weights: a third of the steps, a quarter of the rate.

        >>> Training(steps=240, rate=1e-2).continued().steps
        80
        """
        return replace(self, steps=max(1, self.steps // SOONER), rate=self.rate / SLOWER)

    def __post_init__(self) -> None:
        if self.cell not in CELLS:
            raise OptionError(f"cell is {self.cell!r}; give one of {', '.join(CELLS)}")
        for name, (fits, wanted) in _FITTING.items():
            value = getattr(self, name)
            number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
            if not (number and math.isfinite(value) and fits(value)):
                raise OptionError(f"{name} is {value!r}; give {wanted}")
