"""Unit ablation: what the forecast loses when one unit of the memory says nothing at the origin.

A unit's hidden output is set to its mean over the window, or to zero, and the head reads the rest as it was:
the unit's own past stays, and with it what it told the others.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float, Int

from gatecast._types import FloatArray, IntArray
from gatecast.errors import OptionError
from gatecast.insight.sight.rerun import of_states
from gatecast.insight.subject import Subject
from gatecast.memory import one_thread


@dataclass(frozen=True)
class Ablation:
    """How each unit's silence changes the forecast, in the unit of the series.

    change    [units, horizon]  forecast without the unit less forecast
    hidden    [units]           what each said at the origin
    replaced  [units]           what was put there
    """

    change: Float[FloatArray, "units horizon"]
    hidden: Float[FloatArray, "units"]
    replaced: Float[FloatArray, "units"]

    @property
    def size(self) -> Float[FloatArray, "units"]:
        """Mean size of the change over the steps ahead."""
        size: FloatArray = np.abs(self.change).mean(axis=1)
        return size

    @property
    def ranking(self) -> Int[IntArray, "units"]:
        """The units by how much hangs on each, the most first."""
        order: IntArray = np.argsort(-self.size, kind="stable")
        return order


def unit_ablation(subject: Subject, to: Literal["mean", "zero"] = "mean") -> Ablation:
    """Silence each unit at the origin, one at a time.

    to  what its output becomes: its mean over the window's steps, or zero

    Raises OptionError for anything else, SeriesError where the model has no memory.
    """
    if to not in ("mean", "zero"):
        raise OptionError(f"to={to!r} is nothing to put in a unit's place; wanted 'mean' or 'zero'")
    workings = subject.workings()
    network = workings.network
    with one_thread(), torch.no_grad():
        place = next(network.parameters()).device
        states = network.encoder(workings.batch.history.to(place))[0][0]
    last = states[-1]
    instead = states.mean(dim=0) if to == "mean" else torch.zeros_like(last)
    silenced = last.repeat(len(last) + 1, 1)
    units = torch.arange(len(last))
    silenced[units, units] = instead
    paths = of_states(workings, silenced)
    return Ablation(
        change=paths.point[:-1] - paths.point[-1],
        hidden=last.double().cpu().numpy(),
        replaced=instead.double().cpu().numpy(),
    )
