"""The LSTM whose gates look at the cell state. [kernel]

Source: Gers, Schraudolph & Schmidhuber, Learning Precise Timing with LSTM Recurrent Networks, Journal of
Machine Learning Research 3 (2002), 115-143.
"""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from gatecast.errors import RecordError
from gatecast.memory.cells.lstm import LSTMLedger
from gatecast.memory.cells.step import Sized, check_parameters
from gatecast.memory.record import LSTMState, LSTMStep


@dataclass(frozen=True, eq=False)
class PeepholeLSTMCell(LSTMLedger, Sized):
    """Input and forget gate see the cell as it was, the output gate as it has become.

        i_t = σ(W_i x_t + U_i h_{t-1} + p_i∘c_{t-1} + b_i)
        f_t = σ(W_f x_t + U_f h_{t-1} + p_f∘c_{t-1} + b_f)
        g_t = tanh(W_g x_t + U_g h_{t-1} + b_g)
        c_t = f_t∘c_{t-1} + i_t∘g_t
        o_t = σ(W_o x_t + U_o h_{t-1} + p_o∘c_t + b_o)
        h_t = o_t∘tanh(c_t)

    W              [4 units, inputs]  rows i, f, g, o
    U              [4 units, units]
    b              [4 units]
    p_i, p_f, p_o  [units]
    """

    W: Tensor
    U: Tensor
    b: Tensor
    p_i: Tensor
    p_f: Tensor
    p_o: Tensor

    def __post_init__(self) -> None:
        check_parameters("PeepholeLSTMCell", 4, self.W, self.U, {"b": self.b}, square=True)
        for name, p in (("p_i", self.p_i), ("p_f", self.p_f), ("p_o", self.p_o)):
            if p.shape != (self.units,):
                raise RecordError(f"{name} is {list(p.shape)}; with {self.units} units it is [{self.units}]")

    def start(self, batch: int) -> LSTMState:
        """The state before the first step: zeros."""
        return LSTMState(self.W.new_zeros(batch, self.units), self.W.new_zeros(batch, self.units))

    def step(self, x: Float[Tensor, "batch inputs"], state: LSTMState) -> tuple[LSTMState, LSTMStep]:
        """The next state, and all that was computed on the way to it."""
        a_i, a_f, g_before, a_o = (x @ self.W.T + state.hidden @ self.U.T + self.b).chunk(4, dim=-1)
        i_before = a_i + self.p_i * state.cell
        f_before = a_f + self.p_f * state.cell
        i, f, g = i_before.sigmoid(), f_before.sigmoid(), g_before.tanh()
        c = f * state.cell + i * g
        o_before = a_o + self.p_o * c
        o = o_before.sigmoid()
        h = o * c.tanh()
        return LSTMState(h, c), LSTMStep(i, f, g, o, c, h, i_before, f_before, g_before, o_before)
