"""The gated recurrent unit, in both conventions. [kernel]

Source: Cho et al. (2014), arXiv 1406.1078; the reset after the product is cuDNN's, which PyTorch and
Keras follow.
"""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from gatecast.memory.cells.step import Sized, check_parameters
from gatecast.memory.record import GRURecord, GRUStep, HiddenState


@dataclass(frozen=True, eq=False)
class GRUCell(Sized):
    """The update gate z says how much of the old state stays.

        r_t = σ(W_r x_t + b_r + U_r h_{t-1} + d_r)
        z_t = σ(W_z x_t + b_z + U_z h_{t-1} + d_z)
        n_t = tanh(W_n x_t + b_n + r_t∘(U_n h_{t-1} + d_n))        reset_after
        n_t = tanh(W_n x_t + b_n + U_n (r_t∘h_{t-1}) + d_n)        not reset_after
        h_t = (1 − z_t)∘n_t + z_t∘h_{t-1}

    W               [3 units, inputs]  rows r, z, n, as PyTorch has them
    U               [3 units, units]
    b               [3 units]
    recurrent_bias  [3 units]          d above
    reset_after     True is PyTorch's, cuDNN's and Keras' convention; False is ONNX' default
    """

    W: Tensor
    U: Tensor
    b: Tensor
    recurrent_bias: Tensor
    reset_after: bool = True

    def __post_init__(self) -> None:
        biases = {"b": self.b, "recurrent_bias": self.recurrent_bias}
        check_parameters("GRUCell", 3, self.W, self.U, biases, square=True)

    def start(self, batch: int) -> HiddenState:
        """The state before the first step: zeros."""
        return HiddenState(self.W.new_zeros(batch, self.units))

    def step(self, x: Float[Tensor, "batch inputs"], state: HiddenState) -> tuple[HiddenState, GRUStep]:
        """The next state, and all that was computed on the way to it."""
        h = state.hidden
        U_r, U_z, U_n = self.U.chunk(3)
        d_r, d_z, d_n = self.recurrent_bias.chunk(3)
        x_r, x_z, x_n = (x @ self.W.T + self.b).chunk(3, dim=-1)
        r_before = x_r + h @ U_r.T + d_r
        z_before = x_z + h @ U_z.T + d_z
        r, z = r_before.sigmoid(), z_before.sigmoid()
        n_before = x_n + (r * (h @ U_n.T + d_n) if self.reset_after else (r * h) @ U_n.T + d_n)
        n = n_before.tanh()
        h = (1 - z) * n + z * h
        return HiddenState(h), GRUStep(r, z, n, h, r_before, z_before, n_before)

    def kept_and_written(
        self, record: GRURecord
    ) -> tuple[Float[Tensor, "*axes units"], Float[Tensor, "*axes units"]]:
        """h_t = kept_t∘h_{t-1} + written_t with kept = z, written = (1 − z)∘n."""
        return record.update_gate, (1 - record.update_gate) * record.candidate

    def stored(self, holder: GRURecord | HiddenState) -> Float[Tensor, "*axes units"]:
        """What the account is of: the hidden state."""
        return holder.hidden
