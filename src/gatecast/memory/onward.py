"""Whether a training may go on from the weights of an earlier fit, and from which.

What comes out is judged and calibrated on the held-out part of the new history. So the old weights must not
have learned from that part: of a longer history they have not, since what is held out moves on with its end.
"""

from dataclasses import dataclass, replace

import numpy as np
from torch import nn

from gatecast._types import IntArray
from gatecast.data import Panel, held_out_start
from gatecast.errors import OptionError, listed
from gatecast.memory.network import CellKind
from gatecast.memory.options import Training
from gatecast.memory.perceptron import Perceptron
from gatecast.memory.train import Trained
from gatecast.progress import Progress

KINDS: dict[type, CellKind] = {nn.LSTM: "lstm", nn.GRU: "gru", nn.RNN: "rnn", Perceptron: "mlp"}


@dataclass(frozen=True)
class Earlier:
    """Networks of an earlier fit.

    trained  they, none of which has learned from the part that was held out then
    panel    the one they were fitted on, longer by now or not
    end      [series]  steps it had then
    """

    trained: Trained
    panel: Panel
    end: IntArray


def onward(
    earlier: Earlier, panel: Panel, horizon: int, cell: CellKind, training: Training, name: str,
    progress: Progress,
) -> Trained | None:  # fmt: skip
    """The networks to go on from; None, and a note why, where the new held-out part is known to them.

    Raises OptionError where the model, or the table, is no longer what it was.
    """
    changed = _changed(earlier, panel, horizon, cell, training)
    if changed:
        raise OptionError(
            f"the weights of this {name} do not fit any more: {listed(changed)}; set that back, or refit "
            "without warm_start"
        )
    known = _known(earlier, panel, horizon)
    if known:
        progress.note(
            f"{name}: the part of {listed([repr(one) for one in known])} that is held out to judge by is one "
            "the old weights have learned from; training begins anew"
        )
        return None
    return earlier.trained


def _changed(earlier: Earlier, panel: Panel, horizon: int, cell: CellKind, training: Training) -> list[str]:
    """What the weights depend on and is not as it was, in words."""
    network, old = earlier.trained.network, earlier.panel
    pairs = {
        "horizon": (network.shape.horizon, horizon),
        "cell": (KINDS[type(network.encoder)], cell),
        "units": (network.encoder.hidden_size, training.units),
        "networks": (1 + len(earlier.trained.others), training.networks),
        "seasons": (old.seasons, panel.seasons),
        "known covariates": (old.known_names, panel.known_names),
        "past covariates": (old.past_names, panel.past_names),
        "static covariates": (old.static_names, panel.static_names),
        "given forecasts": (old.given_names, panel.given_names),
    }
    return [
        f"{name} {_said(was)} before, {_said(now)} now" for name, (was, now) in pairs.items() if was != now
    ]


def _said(what: object) -> str:
    return (", ".join(map(str, what)) or "none") if isinstance(what, tuple) else str(what)


def _known(earlier: Earlier, panel: Panel, horizon: int) -> list[object]:
    """Ids of series whose new held-out part begins before the old one did."""
    old, place = earlier.panel, {name: i for i, name in enumerate(earlier.panel.ids)}
    began = held_out_start(replace(old, known_steps=earlier.end), horizon)
    begins = held_out_start(panel, horizon)
    both = [(i, place[name]) for i, name in enumerate(panel.ids) if name in place]
    mine, theirs = np.array(both, dtype=np.int64).reshape(-1, 2).T
    now = panel.times[panel.offsets[mine] + begins[mine] - 1]
    then = old.times[old.offsets[theirs] + began[theirs] - 1]
    return [panel.ids[i] for i in mine[now < then]]
