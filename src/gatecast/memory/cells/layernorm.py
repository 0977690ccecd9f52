"""The LSTM with layer normalisation, as its authors wrote it. [kernel]

Source: Ba, Kiros & Hinton, Layer Normalization (2016), arXiv 1607.06450, the LSTM of the supplement: the
input's and the state's product are each normalised over all four gates together, and the cell once more
before it is shown.
"""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import layer_norm

from gatecast.errors import RecordError
from gatecast.memory.cells.lstm import LSTMLedger
from gatecast.memory.cells.step import Sized, check_parameters
from gatecast.memory.record import LSTMState, LSTMStep

EPSILON = 1e-5  # added to the variance; the paper has none, PyTorch's layers have this one


@dataclass(frozen=True, eq=False)
class LayerNormLSTMCell(LSTMLedger, Sized):
    """LN(z; α, β) = α∘(z − mean z) / sd z + β, over the numbers of one step of one series.

        i, f, g, o before activation = LN(U h_{t-1}; α_h, β_h) + LN(W x_t; α_x, β_x) + b
        i_t, f_t, o_t = σ(...);  g_t = tanh(...)
        c_t = f_t∘c_{t-1} + i_t∘g_t
        h_t = o_t∘tanh(LN(c_t; α_c, β_c))

    W                 [4 units, inputs]  rows i, f, g, o
    U                 [4 units, units]
    b                 [4 units]
    alpha_h, beta_h   [4 units]
    alpha_x, beta_x   [4 units]
    alpha_c, beta_c   [units]
    epsilon           added to the variance
    """

    W: Tensor
    U: Tensor
    b: Tensor
    alpha_h: Tensor
    beta_h: Tensor
    alpha_x: Tensor
    beta_x: Tensor
    alpha_c: Tensor
    beta_c: Tensor
    epsilon: float = EPSILON

    def __post_init__(self) -> None:
        names = ("b", "alpha_h", "beta_h", "alpha_x", "beta_x")
        rows = {name: getattr(self, name) for name in names}
        check_parameters("LayerNormLSTMCell", 4, self.W, self.U, rows, square=True)
        for name, value in (("alpha_c", self.alpha_c), ("beta_c", self.beta_c)):
            if value.shape != (self.units,):
                raise RecordError(
                    f"{name} is {list(value.shape)}; with {self.units} units it is [{self.units}]"
                )

    def start(self, batch: int) -> LSTMState:
        """The state before the first step: zeros."""
        return LSTMState(self.W.new_zeros(batch, self.units), self.W.new_zeros(batch, self.units))

    def step(self, x: Float[Tensor, "batch inputs"], state: LSTMState) -> tuple[LSTMState, LSTMStep]:
        """The next state, and all that was computed on the way to it."""
        rows, units, epsilon = self.b.shape, (self.units,), self.epsilon
        from_state = layer_norm(state.hidden @ self.U.T, rows, self.alpha_h, self.beta_h, epsilon)
        from_input = layer_norm(x @ self.W.T, rows, self.alpha_x, self.beta_x, epsilon)
        before = (from_state + from_input + self.b).chunk(4, dim=-1)
        i, f, g, o = before[0].sigmoid(), before[1].sigmoid(), before[2].tanh(), before[3].sigmoid()
        c = f * state.cell + i * g
        h = o * layer_norm(c, units, self.alpha_c, self.beta_c, epsilon).tanh()
        return LSTMState(h, c), LSTMStep(i, f, g, o, c, h, *before)
