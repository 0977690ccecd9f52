"""What of the solar room may stand in a saved model; a network as its plan and its weights."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from gatecast.interval import Calibration
from gatecast.kept import Kept, demand
from gatecast.solar.envelope import GRID, Envelope
from gatecast.solar.model import SolarHybrid, SolarLinear
from gatecast.solar.network import Plan, SolarNetwork
from gatecast.solar.rows import Inputs

_MOST = 100_000  # columns or units, within reason


@dataclass(frozen=True)
class SolarBlueprint:
    """A solar network without its code: what builds it anew, and its weights by name."""

    plan: Plan
    weights: dict[str, Tensor]


def blueprint(network: SolarNetwork) -> SolarBlueprint:
    """What a network is built from."""
    weights = {name: weight.detach().cpu() for name, weight in network.state_dict().items()}
    return SolarBlueprint(network.plan, weights)


def build(blue: SolarBlueprint) -> SolarNetwork:
    """The network of a blueprint. Raises ValueError where the weights are not those of such a network."""
    with torch.device("meta"):  # shapes without memory: a file may claim any size
        wanted = {name: weight.shape for name, weight in SolarNetwork(blue.plan).state_dict().items()}
    seen = {name: weight.shape for name, weight in blue.weights.items()}
    odd = sorted(name for name in wanted | seen if wanted.get(name) != seen.get(name))
    demand(not odd, f"weights of the shapes of the network; {', '.join(odd)} are not")
    with torch.random.fork_rng(devices=[]):
        network = SolarNetwork(blue.plan)
    network.load_state_dict(blue.weights)
    return network.eval()


def _check_plan(plan: Plan) -> None:
    demand(0 <= plan.own <= plan.inputs <= _MOST, "own columns among the inputs")
    demand(0 <= plan.units <= _MOST and 0 <= plan.dropout < 1, "a number of units, and a share silenced")


def _check_envelope(envelope: Envelope) -> None:
    demand(envelope.top.shape == envelope.night.shape, "a night of the shape of the top")
    demand(envelope.top.ndim == 2 and len(envelope.top) == GRID, f"{GRID} seasons")
    demand(86_400 % envelope.top.shape[1] == 0 or envelope.top.shape[1] > 86_400, "slots that divide a day")
    demand(np.isfinite(envelope.top).all(), "finite tops")


def _check_inputs(inputs: Inputs) -> None:
    series, columns = len(inputs.capacity), len(inputs.centre)
    demand(len(inputs.constant) == len(inputs.envelopes) == series, "an envelope for each series")
    demand(np.all(inputs.capacity > 0), "capacities above zero")
    demand(len(inputs.wet) == len(inputs.known_names), "a scale for each known covariate")
    demand(inputs.size.shape == (series, len(inputs.sunny)), "a size for each sunny covariate")
    demand(len(inputs.skies) == series * len(inputs.sunny), "an envelope for each sunny covariate")
    known = len(inputs.known_names)
    demand(all(0 <= column < known for column in inputs.sunny), "sunny covariates among the known")
    demand(len(inputs.factor) == columns and len(inputs.usual) == columns + 1, "one number for each column")
    past = len(inputs.past_names)
    demand(len(inputs.past_centre) == len(inputs.past_factor) == past, "one number for each past covariate")
    slots = {envelope.top.shape[1] for envelope in (*inputs.envelopes, *inputs.skies)}
    demand(slots == {inputs.per_day}, "as many slots as steps a day")


_LEARNED = {
    "inputs_": Inputs,
    "linear_": list[SolarNetwork],
    "networks_": list[SolarNetwork],
    "share_": float,
    "calibrated_": Calibration | None,
}

KEPT = {
    "solar.envelope": Kept(Envelope, check=_check_envelope),
    "solar.inputs": Kept(Inputs, check=_check_inputs),
    "solar.plan": Kept(Plan, check=_check_plan),
    "solar.blueprint": Kept(SolarBlueprint),
    "solar.network": Kept(SolarNetwork, through=(SolarBlueprint, blueprint, build)),
    "solar": Kept(SolarHybrid, _LEARNED),
    "solar-linear": Kept(SolarLinear, _LEARNED),
}
