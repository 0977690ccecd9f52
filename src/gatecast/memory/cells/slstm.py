"""The sLSTM: exponential gates, a normaliser, and a stabiliser that keeps them finite. [kernel]

Source: Beck et al., xLSTM: Extended Long Short-Term Memory (2024), arXiv 2405.04517, section 2.2.
"""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor, maximum
from torch.nn.functional import logsigmoid

from gatecast.memory.cells.step import Sized, check_parameters
from gatecast.memory.record import SLSTMRecord, SLSTMState, SLSTMStep


@dataclass(frozen=True, eq=False)
class SLSTMCell(Sized):
    """What is shown is a weighted mean of all that was written, with weights that gates multiply.

        z_t = tanh(W_z x_t + U_z h_{t-1} + b_z)
        o_t = σ(W_o x_t + U_o h_{t-1} + b_o)
        log i_t = W_i x_t + U_i h_{t-1} + b_i
        log f_t = log σ(W_f x_t + U_f h_{t-1} + b_f)
        m_t = max(log f_t + m_{t-1}, log i_t)
        i'_t = exp(log i_t − m_t);  f'_t = exp(log f_t + m_{t-1} − m_t)
        c_t = f'_t∘c_{t-1} + i'_t∘z_t
        n_t = f'_t∘n_{t-1} + i'_t
        h_t = o_t∘c_t/n_t

    W  [4 units, inputs]  rows i, f, z, o: the order of this library's other cells
    U  [4 units, units]   the paper's heads are blocks of it
    b  [4 units]

    Its record has i' and f' as gates, z as candidate, n as normaliser and m as stabiliser. Of the paper's two
    forget gates this is the sigmoid.
    """

    W: Tensor
    U: Tensor
    b: Tensor

    def __post_init__(self) -> None:
        check_parameters("SLSTMCell", 4, self.W, self.U, {"b": self.b}, square=True)

    def start(self, batch: int) -> SLSTMState:
        """The state before the first step: zeros."""
        return SLSTMState(*(self.W.new_zeros(batch, self.units) for _ in range(4)))

    def step(self, x: Float[Tensor, "batch inputs"], state: SLSTMState) -> tuple[SLSTMState, SLSTMStep]:
        """The next state, and all that was computed on the way to it."""
        pre_i, pre_f, pre_z, pre_o = (x @ self.W.T + state.hidden @ self.U.T + self.b).chunk(4, dim=-1)
        log_i, log_f, z, o = pre_i, logsigmoid(pre_f), pre_z.tanh(), pre_o.sigmoid()
        m = maximum(log_f + state.stabiliser, log_i)
        i = (log_i - m).exp()
        f = (log_f + state.stabiliser - m).exp()
        c = f * state.cell + i * z
        n = f * state.normaliser + i
        h = o * c / n
        return SLSTMState(h, c, n, m), SLSTMStep(i, f, z, o, c, h, pre_i, pre_f, pre_z, pre_o, n, m)

    def kept_and_written(
        self, record: SLSTMRecord
    ) -> tuple[Float[Tensor, "*axes units"], Float[Tensor, "*axes units"]]:
        """The account of c/n, which is exact: each step keeps the share 1 − i'/n and writes i'/n of z."""
        share = record.input_gate / record.normaliser
        return 1 - share, share * record.candidate

    def stored(self, holder: SLSTMRecord | SLSTMState) -> Float[Tensor, "*axes units"]:
        """What the account is of: cell over normaliser, 0 where nothing has been written yet."""
        nothing = holder.normaliser == 0
        return holder.cell.masked_fill(nothing, 0.0) / holder.normaliser.masked_fill(nothing, 1.0)
