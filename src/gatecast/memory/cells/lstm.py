"""The LSTM, with an optional projection of what it shows. [kernel]

Sources: Hochreiter & Schmidhuber (1997), doi:10.1162/neco.1997.9.8.1735; the forget gate of Gers,
Schmidhuber & Cummins (2000), doi:10.1162/089976600300015015; the projection of Sak, Senior & Beaufays
(2014), arXiv 1402.1128.
"""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from gatecast.errors import RecordError
from gatecast.memory.cells.step import check_parameters
from gatecast.memory.record import LSTMRecord, LSTMState, LSTMStep


class LSTMLedger:
    """What the cells that keep a state c, written through an input gate, have in common."""

    def kept_and_written(
        self, record: LSTMRecord
    ) -> tuple[Float[Tensor, "*axes units"], Float[Tensor, "*axes units"]]:
        """c_t = kept_t∘c_{t-1} + written_t with kept = f, written = i∘g."""
        return record.forget_gate, record.input_gate * record.candidate

    def stored(self, holder: LSTMRecord | LSTMState) -> Float[Tensor, "*axes units"]:
        """What the account is of: the cell state."""
        return holder.cell


@dataclass(frozen=True, eq=False)
class LSTMCell(LSTMLedger):
    """Gates read the input and what was last shown.

        i_t = σ(W_i x_t + U_i h_{t-1} + b_i)
        f_t = σ(W_f x_t + U_f h_{t-1} + b_f)
        g_t = tanh(W_g x_t + U_g h_{t-1} + b_g)
        o_t = σ(W_o x_t + U_o h_{t-1} + b_o)
        c_t = f_t∘c_{t-1} + i_t∘g_t
        h_t = o_t∘tanh(c_t), or P (o_t∘tanh(c_t)) where there is a projection P

    W           [4 units, inputs]  rows i, f, g, o, as PyTorch has them
    U           [4 units, hidden]
    b           [4 units]          PyTorch's two biases summed
    projection  [hidden, units]    P; none if not given
    """

    W: Tensor
    U: Tensor
    b: Tensor
    projection: Tensor | None = None

    def __post_init__(self) -> None:
        check_parameters("LSTMCell", 4, self.W, self.U, {"b": self.b})
        wanted = (self.hidden, self.units)
        if self.projection is not None and self.projection.shape != wanted:
            raise RecordError(
                f"the projection is {list(self.projection.shape)}; for this U it is {list(wanted)}"
            )

    @property
    def inputs(self) -> int:
        """Numbers read at a step."""
        return self.W.shape[1]

    @property
    def units(self) -> int:
        """Numbers kept from step to step."""
        return self.W.shape[0] // 4

    @property
    def hidden(self) -> int:
        """Numbers shown at a step."""
        return self.U.shape[1]

    def start(self, batch: int) -> LSTMState:
        """The state before the first step: zeros."""
        return LSTMState(self.W.new_zeros(batch, self.hidden), self.W.new_zeros(batch, self.units))

    def step(self, x: Float[Tensor, "batch inputs"], state: LSTMState) -> tuple[LSTMState, LSTMStep]:
        """The next state, and all that was computed on the way to it."""
        before = (x @ self.W.T + state.hidden @ self.U.T + self.b).chunk(4, dim=-1)
        i, f, g, o = before[0].sigmoid(), before[1].sigmoid(), before[2].tanh(), before[3].sigmoid()
        c = f * state.cell + i * g
        h = o * c.tanh()
        h = h if self.projection is None else h @ self.projection.T
        return LSTMState(h, c), LSTMStep(i, f, g, o, c, h, *before)
