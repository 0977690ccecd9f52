"""An encoder without recurrence: what a network knows that looks at a fixed window and carries nothing on.

    s_t = tanh(B silu(A [x_t, x_{t-l} for each lag l] + a) + b)

It stands where a recurrent layer stands and reads the same inputs, so that what recurrence is worth can be
measured: all else is equal.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class Perceptron(nn.Module):
    """Two layers over the present step and those at some lags.

    inputs  of one step
    units   of both layers
    lags    how many steps back it looks, ascending, each at least 1
    """

    def __init__(self, inputs: int, units: int, lags: tuple[int, ...]) -> None:
        super().__init__()
        self.hidden_size = units
        self.lags = lags
        self.inner = nn.Linear((1 + len(lags)) * inputs, units)
        self.outer = nn.Linear(units, units)

    def forward(
        self, x: Float[Tensor, "batch time inputs"]
    ) -> tuple[Float[Tensor, "batch time units"], None]:
        """A state at every step, and nothing that is carried on, in the form of a recurrent layer's answer.

        x  [batch, time, inputs]; steps before its first count as zeros
        """
        seen = [x, *(_shifted(x, lag) for lag in self.lags)]
        inner = nn.functional.silu(self.inner(torch.cat(seen, dim=-1)))
        return torch.tanh(self.outer(inner)), None


def look_back(seasons: tuple[int, ...], context: int) -> tuple[int, ...]:
    """At which lags a perceptron looks: the last steps, one and two short seasons, and one long one.

    context  steps of a window; no lag reaches beyond it

    >>> look_back((24, 168), 192), look_back((1,), 64), look_back((48, 336), 384)
    ((1, 2, 3, 24, 48, 168), (1, 2, 3), (1, 2, 3, 48, 96, 336))
    """
    wanted = {1, 2, 3, seasons[0], 2 * seasons[0], seasons[-1]}
    return tuple(sorted(lag for lag in wanted if lag < context))


def _shifted(x: Float[Tensor, "batch time inputs"], lag: int) -> Float[Tensor, "batch time inputs"]:
    return nn.functional.pad(x, (0, 0, lag, 0))[:, : x.shape[1]]
