"""Make a forecast again with something changed, and say by how much it moved and how sure the network is.

The forecast is made the whole way from the table's values up, both halves apart. How sure: the network's
head is asked again with units silenced at random, as in its training, the same ones in both worlds (Gal &
Ghahramani, Dropout as a Bayesian Approximation, 2016, arXiv 1506.02142); what the change itself varies by is
its noise.
"""

import copy
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float

from gatecast._types import FloatArray
from gatecast.data import Panel
from gatecast.forecaster import Forecast
from gatecast.insight.subject import Subject
from gatecast.memory import Workings, one_thread, read_batch

MASKS = 32
SEED = 0


@dataclass(frozen=True)
class Effect:
    """How a forecast moves, in the unit of the series.

    total   [horizon]  of the whole forecast
    linear  [horizon]  of its linear part; zeros for a network on its own
    memory  [horizon]  of its memory part
    noise   [horizon]  spread of the total over the network's dropout
    halves  whether there is more than a network
    pool    [horizon]  of its pool part; None where all members are linear
    """

    total: Float[FloatArray, "horizon"]
    linear: Float[FloatArray, "horizon"]
    memory: Float[FloatArray, "horizon"]
    noise: Float[FloatArray, "horizon"]
    halves: bool
    pool: Float[FloatArray, "horizon"] | None = None

    @property
    def parts(self) -> dict[str, Float[FloatArray, "horizon"]]:
        """Its addends by name, in the order in which they are added; their sum is the total."""
        if not self.halves:
            return {"network": self.memory}
        named = {"linear part": self.linear, "pool part": self.pool, "memory part": self.memory}
        return {name: part for name, part in named.items() if part is not None}


@dataclass(frozen=True)
class World:
    """One forecast with what is needed to hold another against it.

    forecast  at one origin
    masked    [masks, horizon]  the point forecast with units of the head silenced
    """

    forecast: Forecast
    masked: Float[FloatArray, "masks horizon"]

    @property
    def linear(self) -> Float[FloatArray, "horizon"]:
        """The linear part, zeros where there is none. [horizon]"""
        part = self.forecast.linear_part
        return np.zeros(self.forecast.point.shape[1]) if part is None else part[0]

    @property
    def pool(self) -> Float[FloatArray, "horizon"] | None:
        """What members that are not linear add, None where there are none. [horizon]"""
        part = self.forecast.pool_part
        return None if part is None else part[0]


def world(subject: Subject, panel: Panel | None = None) -> World:
    """The forecast from the subject's origin, of an edited panel where one is given."""
    workings = subject.workings(panel)
    return World(workings.finish(read_batch(workings)), _masked(workings))


def effect(before: World, after: World) -> Effect:
    """What moved from one world to the other."""
    total = after.forecast.point[0] - before.forecast.point[0]
    linear = after.linear - before.linear
    noise = (after.masked - before.masked).std(axis=0)
    halves = after.forecast.linear_part is not None
    if before.pool is None or after.pool is None:
        return Effect(total, linear, total - linear, noise, halves)
    pool = after.pool - before.pool
    return Effect(total, linear, total - linear - pool, noise, halves, pool)


def edited(subject: Subject, source: str, rows: slice, values: FloatArray) -> Panel:
    """The panel with other values of the series, "", or of a covariate on some rows. values: [rows]"""
    where = np.arange(rows.start, rows.stop)
    return (
        subject.with_values(where, values) if source == "" else subject.with_covariate(source, where, values)
    )


def _masked(workings: Workings) -> Float[FloatArray, "masks horizon"]:
    """The point forecast with units of the head silenced at random, the same ones at every call."""
    network, batch = copy.deepcopy(workings.network).cpu().train(), workings.batch
    with one_thread(), torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        states = network.encoder(batch.history)[0][:, -1:].expand(MASKS, -1, -1)
        many = type(batch)(*(part.expand(MASKS, *part.shape[1:]) for part in batch))
        medians = network.head(states, many).quantiles[:, 0, :, network.shape.median].double().numpy()
    linear = workings.linear
    joined = medians if linear is None else linear + float(workings.share[0]) * (medians - linear)
    points: FloatArray = workings.scale.inverse(joined, int(workings.origins.series[0]))
    return points
