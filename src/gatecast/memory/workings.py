"""What a network's forecasts are made of: its inputs by name, and the way from its word to a forecast.

A forecaster that has a network hands these out, so that whoever explains a forecast makes it again from the
same pieces, one of them changed, instead of guessing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import torch
from jaxtyping import Float, Int
from torch import nn

from gatecast._types import FloatArray, IntArray
from gatecast.data import Panel, Scale, calendar_features
from gatecast.errors import RecordError
from gatecast.forecaster import Forecast, Origins
from gatecast.memory.inputs import change_lags
from gatecast.memory.network import Batch, Network
from gatecast.memory.perceptron import Perceptron
from gatecast.memory.reading import one_thread

Kind = Literal["series", "calendar", "covariate", "static", "members"]


class Column(NamedTuple):
    """One input of the network: what it is called, what kind of thing it tells of, and of which one."""

    name: str
    kind: Kind
    source: str  # the covariate's name; the kind's own for all others
    lag: int = 0  # how far a change looks back; 0 for what looks at its own step alone


@dataclass(frozen=True)
class Workings:
    """The pieces of a network's forecasts, one window of the past for each origin.

    A window ends at its origin; behind the shorter ones stand zeros, which nothing reads.

    network  in evaluation mode
    batch    history [origins, context, inputs], and what is known ahead of each origin
    history  names of the inputs of a past step
    ahead    names of the inputs of a step ahead
    linear   [origins, horizon]  the linear half's word, scaled; None for a network on its own
    share    [origins]           how much of what the network adds to that is believed; 1 on its own
    scale    from the series' unit to that of the network and back
    finish   from the network's quantiles [origins, horizon, levels], scaled, to the forecast at some levels
    """

    network: Network
    batch: Batch
    history: tuple[Column, ...]
    ahead: tuple[Column, ...]
    origins: Origins
    linear: Float[FloatArray, "origins horizon"] | None
    share: Float[FloatArray, "origins"]
    scale: Scale
    finish: Callable[[FloatArray], Forecast]

    @property
    def encoder(self) -> nn.LSTM | nn.GRU | nn.RNN:
        """The recurrent layer.

        Raises RecordError where a perceptron stands in its place.
        """
        layer = self.network.encoder
        if isinstance(layer, Perceptron):
            raise RecordError("this network has a perceptron, no recurrent layer: there are no gates")
        return layer

    @property
    def context(self) -> int:
        """Past steps the network reads, at most; of a single origin, all of them and nothing else."""
        return int(self.batch.history.shape[1])

    @property
    def begun(self) -> Int[IntArray, "origins"]:
        """Past steps it reads of each origin; none before its series began. [origins]"""
        begun: IntArray = self.batch.at[:, 0].numpy() + 1
        return begun


def row_columns(panel: Panel) -> tuple[tuple[Column, ...], tuple[Column, ...]]:
    """The columns of `Rows.history` and of `Rows.ahead`, in order."""
    _, calendar = calendar_features(panel)
    known = [
        *(Column(name, "calendar", "calendar") for name in calendar),
        *(Column(name, "covariate", name) for name in panel.known_names),
        *(Column(name, "static", name) for name in panel.static_names),
    ]
    own = [
        Column("value", "series", "series"),
        *(Column(change_name(lag), "series", "series", lag) for lag in change_lags(panel.seasons)),
        Column("missing", "series", "series"),
    ]
    past = [Column(name, "covariate", name) for name in panel.past_names]
    return (*own, *known, *past), tuple(known)


def lone_columns(panel: Panel) -> tuple[Column, ...]:
    """The columns of what a network on its own sees ahead beside calendar and covariates, in order."""
    seasons = [season for season in panel.seasons if season > 1]
    return (
        Column("last value", "series", "series"),
        *(Column(f"value {season} steps before", "series", "series") for season in seasons),
        Column("steps ahead", "calendar", "calendar"),
    )


def change_name(lag: int) -> str:
    """What a movement over some steps is called.

    >>> change_name(1), change_name(48)
    ('change over 1 step', 'change over 48 steps')
    """
    return f"change over {lag} step{'s' if lag > 1 else ''}"


def read_batch(workings: Workings) -> Float[FloatArray, "origins horizon levels"]:
    """The network's quantiles at each origin, scaled, as `Workings.finish` takes them."""
    with one_thread(), torch.no_grad():
        place = next(workings.network.parameters()).device
        output = workings.network(workings.batch.to(place))
    quantiles: FloatArray = output.quantiles[:, 0].double().cpu().numpy()
    return quantiles
