"""The LSTM that writes exactly as much as it forgets. [kernel]

Source: the variant CIFG of Greff et al., LSTM: A Search Space Odyssey (2017), arXiv 1503.04069.
"""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from gatecast.memory.cells.lstm import LSTMLedger
from gatecast.memory.cells.step import Sized, check_parameters
from gatecast.memory.record import LSTMState, LSTMStep


@dataclass(frozen=True, eq=False)
class CoupledLSTMCell(LSTMLedger, Sized):
    """One gate for both: i = 1 − f.

        f_t = σ(W_f x_t + U_f h_{t-1} + b_f)
        g_t = tanh(W_g x_t + U_g h_{t-1} + b_g)
        o_t = σ(W_o x_t + U_o h_{t-1} + b_o)
        c_t = f_t∘c_{t-1} + (1 − f_t)∘g_t
        h_t = o_t∘tanh(c_t)

    W  [3 units, inputs]  rows f, g, o
    U  [3 units, units]
    b  [3 units]

    Its record has the input gate 1 − f; before the sigmoid that is −f_before, since 1 − σ(a) = σ(−a).
    """

    W: Tensor
    U: Tensor
    b: Tensor

    def __post_init__(self) -> None:
        check_parameters("CoupledLSTMCell", 3, self.W, self.U, {"b": self.b}, square=True)

    def start(self, batch: int) -> LSTMState:
        """The state before the first step: zeros."""
        return LSTMState(self.W.new_zeros(batch, self.units), self.W.new_zeros(batch, self.units))

    def step(self, x: Float[Tensor, "batch inputs"], state: LSTMState) -> tuple[LSTMState, LSTMStep]:
        """The next state, and all that was computed on the way to it."""
        f_before, g_before, o_before = (x @ self.W.T + state.hidden @ self.U.T + self.b).chunk(3, dim=-1)
        f, g, o = f_before.sigmoid(), g_before.tanh(), o_before.sigmoid()
        i = 1 - f
        c = f * state.cell + i * g
        h = o * c.tanh()
        return LSTMState(h, c), LSTMStep(i, f, g, o, c, h, -f_before, f_before, g_before, o_before)
