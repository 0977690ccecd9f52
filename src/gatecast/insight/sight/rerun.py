"""Make one forecast again from other inputs or states of its network, many variants at a time.

inputs of the past ──encoder──► hidden state at the origin ──head──► quantiles ──finish──► forecast
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from gatecast._types import FloatArray
from gatecast.data import Panel
from gatecast.forecaster import Forecast
from gatecast.insight.subject import Subject
from gatecast.memory import Workings, one_thread


@dataclass(frozen=True)
class Paths:
    """Forecasts of one origin, each by a variant of what went into it, in the unit of the series.

    point   [variants, horizon]
    linear  [variants, horizon]  None, as memory, where the model is not made of two halves
    memory  [variants, horizon]
    pool    [variants, horizon]  None where all members are linear
    """

    point: Float[FloatArray, "variants horizon"]
    linear: Float[FloatArray, "variants horizon"] | None
    memory: Float[FloatArray, "variants horizon"] | None
    pool: Float[FloatArray, "variants horizon"] | None = None


def gathered(forecasts: Sequence[Forecast]) -> Paths:
    """Forecasts of one origin each, as variants."""
    linear = [f.linear_part[0] for f in forecasts if f.linear_part is not None]
    memory = [f.memory_part[0] for f in forecasts if f.memory_part is not None]
    point = np.stack([forecast.point[0] for forecast in forecasts])
    if len(linear) < len(point) or len(memory) < len(point):
        return Paths(point, None, None)
    pool = [f.pool_part[0] for f in forecasts if f.pool_part is not None]
    return Paths(
        point, np.stack(linear), np.stack(memory), np.stack(pool) if len(pool) == len(point) else None
    )


def of_panels(subject: Subject, panels: Sequence[Panel]) -> Paths:
    """The forecast of every edited panel, the whole way."""
    return gathered([subject.forecast(panel) for panel in panels])


def last_states(workings: Workings, histories: Float[Tensor, "variants context inputs"]) -> Tensor:
    """The hidden state that each variant of the past leaves at the origin. [variants, units]"""
    place = next(workings.network.parameters()).device
    with one_thread(), torch.no_grad():
        states, _ = workings.encoder(histories.to(place))
    last: Tensor = states[:, -1]
    return last


def of_states(workings: Workings, states: Float[Tensor, "variants units"]) -> Paths:
    """The forecast from every variant of the hidden state at the only origin of the workings."""
    return gathered(_forecasts(workings, states))


def forecast_of_state(workings: Workings, state: Float[Tensor, "units"]) -> Forecast:
    """The forecast, quantiles and all, from one hidden state at the only origin of the workings."""
    return _forecasts(workings, state[None])[0]


def _forecasts(workings: Workings, states: Tensor) -> list[Forecast]:
    place = next(workings.network.parameters()).device
    with one_thread(), torch.no_grad():
        output = workings.network.head(states[:, None].to(place), workings.batch.to(place))
    return [workings.finish(variant) for variant in output.quantiles.double().cpu().numpy()]


def of_histories(workings: Workings, histories: Float[Tensor, "variants context inputs"]) -> Paths:
    """The forecast from every variant of the network's past inputs, all else as it was."""
    return of_states(workings, last_states(workings, histories))


def from_zero(workings: Workings, lengths: Sequence[int]) -> Float[Tensor, "lengths units"]:
    """The hidden state at the origin when only the last so many steps are read, beginning at zero.

    lengths  ascending, at most the context

    All are run at once: when the longest has come to where the next begins, that one joins it.
    """
    place = next(workings.network.parameters()).device
    history = workings.batch.history[0].to(place)
    encoder, context = workings.encoder, len(history)
    parts: list[Tensor] | None = None
    output = history
    with one_thread(), torch.no_grad():
        for length, until in zip(reversed(lengths), (*reversed(lengths[:-1]), 0), strict=True):
            parts = _joined(encoder, parts)
            piece = history[context - length : context - until]
            state = tuple(parts) if isinstance(encoder, nn.LSTM) else parts[0]
            output, after = encoder(piece.expand(parts[0].shape[1], *piece.shape).contiguous(), state)
            parts = list(after) if isinstance(encoder, nn.LSTM) else [after]
    return output[:, -1].flip(0)


def _joined(encoder: nn.RNNBase, parts: list[Tensor] | None) -> list[Tensor]:
    """The states under way, [layers, running, units] each, and behind them one that begins at zero."""
    kinds = 2 if isinstance(encoder, nn.LSTM) else 1
    zero = next(encoder.parameters()).new_zeros(1, 1, encoder.hidden_size)
    return [torch.cat([*([] if parts is None else [parts[k]]), zero], dim=1) for k in range(kinds)]
