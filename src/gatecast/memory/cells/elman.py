"""The plain recurrent network. [kernel]

Source: Elman, Finding Structure in Time, Cognitive Science 14 (1990), doi:10.1207/s15516709cog1402_1.
"""

from dataclasses import dataclass
from typing import Literal, NoReturn

from jaxtyping import Float
from torch import Tensor

from gatecast.errors import RecordError
from gatecast.memory.cells.step import Sized, check_parameters
from gatecast.memory.record import ElmanRecord, ElmanStep, HiddenState


@dataclass(frozen=True, eq=False)
class ElmanCell(Sized):
    """h_t = tanh(W x_t + U h_{t-1} + b), or relu of the same.

    W             [units, inputs]
    U             [units, units]
    b             [units]
    nonlinearity  "tanh" or "relu"
    """

    W: Tensor
    U: Tensor
    b: Tensor
    nonlinearity: Literal["tanh", "relu"] = "tanh"

    def __post_init__(self) -> None:
        check_parameters("ElmanCell", 1, self.W, self.U, {"b": self.b}, square=True)
        if self.nonlinearity not in ("tanh", "relu"):
            raise RecordError(f"nonlinearity is {self.nonlinearity!r}; it may be 'tanh' or 'relu'")

    def start(self, batch: int) -> HiddenState:
        """The state before the first step: zeros."""
        return HiddenState(self.W.new_zeros(batch, self.units))

    def step(self, x: Float[Tensor, "batch inputs"], state: HiddenState) -> tuple[HiddenState, ElmanStep]:
        """The next state, and all that was computed on the way to it."""
        before = x @ self.W.T + state.hidden @ self.U.T + self.b
        h = before.tanh() if self.nonlinearity == "tanh" else before.relu()
        return HiddenState(h), ElmanStep(h, before)

    def kept_and_written(self, record: ElmanRecord) -> NoReturn:  # noqa: ARG002  # the interface
        """Refused: an Elman layer keeps nothing apart from what it computes anew.

        Raises RecordError.
        """
        raise RecordError(
            "an Elman layer has no ledger: its state is computed anew at every step, with no part kept and "
            "no part written; take a GRU or an LSTM, or look at its gradient flow instead"
        )

    def stored(self, holder: ElmanRecord | HiddenState) -> NoReturn:  # noqa: ARG002  # the interface
        """Refused, as `kept_and_written` is."""
        raise RecordError("an Elman layer has no ledger, so nothing stored to give an account of")
