"""A network whose memory is carried along: it reads a row as it comes, and speaks from where it stands.

    carried = carry(network, context, history, offsets, clock)    reads the last rows of each series, once
    carried.look_back(...)     what it said of the step that comes, 1, 2, … steps before it
    carried.advance(...)       reads one row of some series
    carried.ahead(...)         what it says of the steps ahead

What it says is what `read` says of windows from the anchors, but for rounding in single precision.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
from jaxtyping import Float, Float32, Int
from torch import Tensor, nn

from gatecast._types import FloatArray, IntArray
from gatecast.errors import RecordError
from gatecast.memory.anchors import anchors
from gatecast.memory.chains import Chains, Recurrence, Singles, new_chains
from gatecast.memory.heads import Beside, Head
from gatecast.memory.network import Network

PORTION = 20_000  # rows of origins and steps spoken of at a time


@dataclass(frozen=True, eq=False)
class Carried:
    """Where a network stands behind each series. Its arrays are changed in place.

    told  [series, horizon, width]  what its head hears of the states at the last origins, each where its
          position modulo the horizon is
    """

    network: Network
    chains: Chains
    told: Float32[np.ndarray, "series horizon width"]

    @cached_property
    def head(self) -> Head:
        """The network's head, in arrays."""
        return head_of(self.network)

    @property
    def clock(self) -> Int[IntArray, "series"]:
        """Position of the last row read of each series. [series]"""
        return self.chains.clock

    def advance(self, series: Int[IntArray, "some"], rows: Float32[np.ndarray, "some inputs"]) -> None:
        """Read one row of some series, as the encoder reads a past step."""
        self.chains.advance(series, rows)
        place = self.chains.clock[series] % self.told.shape[1]
        self.told[series, place] = self.head.told(self.chains.present(series))

    def ahead(
        self, ahead: Float32[np.ndarray, "series horizon inputs"], beside: Beside | None = None
    ) -> Float[FloatArray, "series horizon levels"]:
        """Quantiles of the steps behind the clock of every series, scaled.

        beside  its rows those of series and step, the step running fastest
        """
        series, horizon, _ = ahead.shape
        now = self.told[np.arange(series), self.clock % horizon]
        whose, step = np.repeat(np.arange(series), horizon), np.tile(np.arange(horizon), series)
        said = self._said(now, whose, step, ahead.reshape(series * horizon, -1), beside)
        return said.reshape(series, horizon, -1)

    def look_back(
        self,
        series: Int[IntArray, "rows"],
        step: Int[IntArray, "rows"],
        ahead: Float32[np.ndarray, "rows inputs"],
        beside: Beside | None = None,
    ) -> Float[FloatArray, "rows levels"]:
        """Quantiles of the step behind the clock as they were stated `step` + 1 steps before it, scaled.

        series, step  [rows]  whose, and from how long before: 0 from the clock itself
        ahead         [rows, inputs]  what is known of that step, as such an origin looks at it
        """
        horizon = self.told.shape[1]
        whose = series * horizon + (self.clock[series] - step) % horizon
        return self._said(self.told.reshape(-1, self.told.shape[2]), whose, step, ahead, beside)

    def copy(self) -> Self:
        """A snapshot, which later rows leave as it is; the network is shared."""
        twin = replace(self, chains=self.chains.copy(), told=self.told.copy())
        twin.__dict__["head"] = self.head
        return twin

    def _said(
        self, told: Singles, whose: IntArray, step: IntArray, ahead: Singles, beside: Beside | None
    ) -> FloatArray:
        found = []
        for start in range(0, max(len(whose), 1), PORTION):
            some = slice(start, start + PORTION)
            own = None
            if beside is not None:
                own = Beside(beside.members[some], beside.prior[some], beside.unit[some])
            found.append(self.head.say(told, whose[some], step[some], ahead[some], own))
        return found[0] if len(found) == 1 else np.concatenate(found)


def carry(
    network: Network,
    context: int,
    history: Float32[np.ndarray, "rows inputs"],
    offsets: Int[IntArray, "ends"],
    clock: Int[IntArray, "series"],
) -> Carried:
    """Read the last rows of each series, from where what is carried behind its clock began.

    history  as `Rows.history`, series i beginning at row offsets[i]
    clock    [series]  position of the last row to read

    Raises RecordError where the network carries nothing on.
    """
    first = anchors(np.maximum(clock - network.shape.horizon + 1, 0), context)
    chains = new_chains(recurrence_of(network.encoder), context, first - 1)
    width = network.from_state.out_features
    told = np.zeros((len(clock), network.shape.horizon, width), dtype=np.float32)
    carried = Carried(network, chains, told)
    for step in range(int((clock - first).max(initial=-1)) + 1):
        some = np.flatnonzero(first + step <= clock)
        carried.advance(some, history[offsets[some] + first[some] + step])
    return carried


def recurrence_of(layer: nn.Module) -> Recurrence:
    """The weights of a recurrent layer, in arrays.

    Raises RecordError for one that is no LSTM, GRU or plain layer: there is no state to carry.
    """
    kinds = {nn.LSTM: "lstm", nn.GRU: "gru", nn.RNN: "rnn"}
    kind = kinds.get(type(layer))
    if kind is None:
        raise RecordError(
            f"{type(layer).__name__} carries no state from step to step; wanted LSTM, GRU or RNN"
        )
    weights = {name: _array(weight) for name, weight in layer.state_dict().items()}
    return Recurrence(
        kind,  # type: ignore[arg-type]  # one of the literals
        np.ascontiguousarray(weights["weight_ih_l0"].T),
        np.ascontiguousarray(weights["weight_hh_l0"].T),
        weights["bias_ih_l0"],
        weights["bias_hh_l0"],
    )


def head_of(network: Network) -> Head:
    """The weights of a network's head, in arrays."""
    return Head(
        state=np.ascontiguousarray(_array(network.from_state.weight).T),
        state_bias=_array(network.from_state.bias),
        ahead=np.ascontiguousarray(_array(network.from_ahead.weight).T),
        offset=_array(network.step_offset),
        out=np.ascontiguousarray(_array(network.out.weight).T),
        out_bias=_array(network.out.bias),
        scale=_array(network.step_scale),
        members=network.shape.members,
        median=network.shape.median,
    )


def _array(weight: Tensor) -> Singles:
    found: Singles = weight.detach().cpu().numpy().copy()
    return found
