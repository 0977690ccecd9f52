"""What of the memory room may stand in a saved model; a network as its plan and its weights."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from jaxtyping import Float, Float32, Int
from torch import Tensor, nn

from gatecast._types import BoolArray, FloatArray, IntArray
from gatecast.interval import LEVELS
from gatecast.kept import Kept, demand
from gatecast.memory.alone import GRU, LSTM, RNN
from gatecast.memory.carried import Carried, recurrence_of
from gatecast.memory.chains import SLOTS, Chains
from gatecast.memory.feed import Feed
from gatecast.memory.inputs import Inputs
from gatecast.memory.keeper import Snapshot
from gatecast.memory.network import CellKind, Network, Shape
from gatecast.memory.onward import KINDS
from gatecast.memory.options import Training
from gatecast.memory.reading import device
from gatecast.memory.response import Response
from gatecast.memory.scaled import Calibrated
from gatecast.memory.standing import NetworkStanding
from gatecast.memory.stated import Stating
from gatecast.memory.train import Trained

FAR = 2**40  # steps; more than any clock shows
_GATES = {"lstm": 4, "gru": 3, "rnn": 1}


@dataclass(frozen=True)
class Blueprint:
    """A network without its code: what builds it anew, and its weights by name."""

    shape: Shape
    cell: CellKind
    units: int
    dropout: float
    weights: dict[str, Tensor]


def blueprint(network: Network) -> Blueprint:
    """What a network is built from."""
    layer = network.encoder
    weights = {name: weight.detach().cpu() for name, weight in network.state_dict().items()}
    return Blueprint(network.shape, KINDS[type(layer)], layer.hidden_size, network.dropout.p, weights)


def build(plan: Blueprint) -> Network:
    """The network of a blueprint, where networks are trained: on the GPU if there is one.

    Raises ValueError where the weights are not those of such a network.
    """
    _check_weights(plan)  # first: building takes memory, as much as the weights do
    with torch.random.fork_rng(devices=[]):
        network = Network(plan.shape, plan.cell, plan.units, plan.dropout, forget_bias=0.0)
    network.load_state_dict(plan.weights)
    return network.to(device()).eval()


def _check_weights(plan: Blueprint) -> None:
    shape, units = plan.shape, plan.units
    said = len(shape.levels) + shape.members
    wanted = {
        **_encoder_weights(plan),
        "step_offset": (shape.horizon, units),
        "step_scale": (shape.horizon,),
        "from_state.weight": (units, units),
        "from_state.bias": (units,),
        "from_ahead.weight": (units, shape.ahead),
        "out.weight": (said, units),
        "out.bias": (said,),
    }
    seen = {name: tuple(weight.shape) for name, weight in plan.weights.items()}
    odd = sorted(name for name in wanted | seen if wanted.get(name) != seen.get(name))
    demand(not odd, f"weights of the shapes of the network; {', '.join(odd)} are not")


def _encoder_weights(plan: Blueprint) -> dict[str, tuple[int, ...]]:
    """Their shapes by name."""
    inputs, units = plan.shape.inputs, plan.units
    if plan.cell == "mlp":
        return {
            "encoder.inner.weight": (units, (1 + len(plan.shape.lags)) * inputs),
            "encoder.inner.bias": (units,),
            "encoder.outer.weight": (units, units),
            "encoder.outer.bias": (units,),
        }
    gates = _GATES[plan.cell]
    return {
        "encoder.weight_ih_l0": (gates * units, inputs),
        "encoder.weight_hh_l0": (gates * units, units),
        "encoder.bias_ih_l0": (gates * units,),
        "encoder.bias_hh_l0": (gates * units,),
    }


@dataclass(frozen=True)
class CarriedStates:
    """What of a network that is carried along is not in its weights: see `Chains` and `Carried`."""

    network: Network
    context: int
    clock: Int[IntArray, "series"]
    hidden: Float32[np.ndarray, "series slots units"]
    cell: Float32[np.ndarray, "series slots cells"]
    told: Float32[np.ndarray, "series horizon width"]


def states_of(carried: Carried) -> CarriedStates:
    """What lasts of it."""
    chains = carried.chains
    return CarriedStates(
        carried.network, chains.context, chains.clock, chains.hidden, chains.cell, carried.told
    )


def carried_of(states: CarriedStates) -> Carried:
    """A network that goes on from these states."""
    layer = recurrence_of(states.network.encoder)
    chains = Chains(layer, states.context, states.clock.copy(), states.hidden.copy(), states.cell.copy())
    return Carried(states.network, chains, states.told.copy())


def _check_states(states: CarriedStates) -> None:
    network, series = states.network, len(states.clock)
    demand(type(network.encoder) in (nn.LSTM, nn.GRU, nn.RNN), "a layer that carries a state")
    units, cells = network.from_state.in_features, isinstance(network.encoder, nn.LSTM)
    demand(2 <= states.context < 2**31, "a context of two steps or more")
    demand(np.all((states.clock >= -1) & (states.clock < FAR)), "clocks within reason")
    demand(states.hidden.shape == (series, SLOTS, units), "a state for each anchor in use")
    demand(
        states.cell.shape == (series, SLOTS, units if cells else 0), "a cell for each, where there are cells"
    )
    demand(states.told.shape == (series, network.shape.horizon, units), "what was heard of every last origin")


def _check_feed(feed: Feed) -> None:
    demand(feed.seasons and all(1 <= s < 2**31 for s in feed.seasons), "seasons of a step or more")
    demand(len(feed.inputs.movement) == len(feed.clock), "inputs learned of each series")
    demand(feed.static.shape[1] == len(feed.inputs.covariates.static_scale.names), "every static covariate")
    demand(np.all((feed.clock >= 0) & (feed.clock < FAR)), "clocks within reason")
    demand(feed.values.shape[1] > feed.seasons[-1], "the values of the longest season")


def _check_network_standing(standing: NetworkStanding) -> None:
    feed, horizon = standing.feed, standing.horizon if standing.carried else 0
    clocks = [one.clock for one in standing.carried]
    clocks += [] if standing.tracks is None else [standing.tracks.clock]
    demand(horizon >= 1, "a network")
    demand(all(np.array_equal(clock, feed.clock) for clock in clocks), "one clock")
    demand(feed.values.shape[1] == feed.seasons[-1] + horizon + 1, "the values that are looked back on")
    demand(
        standing.unseen.shape == standing.stating.constant.shape == feed.clock.shape, "what is known of each"
    )
    inputs, ahead = feed.widths
    for one in standing.carried:
        wanted = (inputs, ahead + 2 + sum(s > 1 for s in feed.seasons), 0, horizon, LEVELS)
        shape = one.network.shape
        seen = (shape.inputs, shape.ahead, shape.members, shape.horizon, shape.levels)
        demand(seen == wanted, "networks that read what is fed to them")
    demand(standing.tracks is None or standing.tracks.horizon == horizon, "tracks of every step ahead")
    demand(standing.stating.calibrated.calibration.shifts.shape == (horizon, len(LEVELS)), "every shift")


def _check_shape(shape: Shape) -> None:
    levels = np.array(shape.levels)
    demand(min(shape.inputs, shape.ahead, shape.members) >= 0 and shape.horizon >= 1, "sizes from 0")
    demand(max(shape.inputs, shape.ahead, shape.members, shape.horizon) < 2**31, "sizes within reason")
    demand(np.all((levels > 0) & (levels < 1)) and np.all(np.diff(levels) > 0), "levels ascending in (0, 1)")
    demand(0.5 in shape.levels, "a median among the levels")
    lags = np.array(shape.lags)
    demand(np.all(lags >= 1) and np.all(np.diff(lags) > 0) and np.all(lags < 2**31), "lags ascending from 1")


def _check_blueprint(plan: Blueprint) -> None:
    demand(1 <= plan.units < 2**31 and 0 <= plan.dropout < 1, "a number of units, and a share silenced")


def _check_trained(trained: Trained) -> None:
    alike = all(other.shape == trained.network.shape for other in trained.others)
    demand(alike, "networks of one shape")
    wanted = {name: weight.shape for name, weight in trained.network.encoder.state_dict().items()}
    for snapshot in trained.snapshots:
        seen = {name: weight.shape for name, weight in snapshot.weights.items()}
        demand(seen == wanted, f"the encoder's weights at step {snapshot.step}")


def _check_inputs(inputs: Inputs) -> None:
    demand(inputs.movement.shape == inputs.scale.center.shape, "a movement for each series")


@dataclass(frozen=True)
class ResponseWeights:
    """A perceptron as it was trained, in single precision: it is asked in double, which adds nothing to keep.

    widths   of its input and of every layer
    numbers  each layer's weights, then its biases
    """

    center: Float[FloatArray, "inputs"]
    spread: Float[FloatArray, "inputs"]
    widths: tuple[int, ...]
    numbers: Float32[np.ndarray, "_"]
    unit: float


def weights_of(one: Response) -> ResponseWeights:
    """What lasts of it."""
    numbers = np.concatenate([part.ravel() for layer in one.layers for part in layer]).astype(np.float32)
    widths = (len(one.center), *(len(bias) for _, bias in one.layers))
    return ResponseWeights(one.center, one.spread, widths, numbers, one.unit)


def response_of(one: ResponseWeights) -> Response:
    """A perceptron of these weights."""
    layers, start, numbers = [], 0, one.numbers.astype(np.float64)
    for inputs, outputs in pairwise(one.widths):
        turn = start + inputs * outputs
        layers.append((numbers[start:turn].reshape(outputs, inputs), numbers[turn : turn + outputs]))
        start = turn + outputs
    return Response(one.center, one.spread, tuple(layers), one.unit)


def _check_response(one: Response) -> None:
    sizes = [len(one.center)]
    for weight, bias in one.layers:
        demand(weight.ndim == 2 and weight.shape == (len(bias), sizes[-1]), "layers that fit together")
        sizes.append(len(bias))
    demand(len(one.layers) > 0 and sizes[-1] == 1, "one number said of each row")
    demand(one.spread.shape == one.center.shape and np.all(one.spread > 0), "a spread for each input")


def _check_numbers(one: ResponseWeights) -> None:
    widths = one.widths
    demand(len(widths) > 1 and min(widths) > 0 and widths[-1] == 1, "one number said of each row")
    fitting = sum((inputs + 1) * outputs for inputs, outputs in pairwise(widths))
    demand(len(one.numbers) == fitting, "the weights of every layer")
    demand(one.center.shape == one.spread.shape == widths[:1], "a center and a spread for each input")
    demand(np.all(one.spread > 0), "spreads above 0")


_LEARNED = {
    "inputs_": Inputs,
    "constant_": BoolArray,
    "trained_": Trained,
    "context_": int,
    "calibrated_": Calibrated,
    "unseen_": IntArray | None,
    "standing_": NetworkStanding | None,
}

KEPT = {
    "memory.training": Kept(Training),
    "memory.inputs": Kept(Inputs, check=_check_inputs),
    "memory.shape": Kept(Shape, check=_check_shape),
    "memory.blueprint": Kept(Blueprint, check=_check_blueprint),
    "memory.network": Kept(Network, through=(Blueprint, blueprint, build)),
    "memory.snapshot": Kept(Snapshot),
    "memory.trained": Kept(Trained, check=_check_trained),
    "memory.calibrated": Kept(Calibrated),
    "memory.response_weights": Kept(ResponseWeights, check=_check_numbers),
    "memory.response": Kept(
        Response, check=_check_response, through=(ResponseWeights, weights_of, response_of), plainly=True
    ),
    "memory.feed": Kept(Feed, check=_check_feed),
    "memory.carried_states": Kept(CarriedStates, check=_check_states),
    "memory.carried": Kept(Carried, through=(CarriedStates, states_of, carried_of)),
    "memory.stating": Kept(Stating),
    "memory.standing": Kept(NetworkStanding, check=_check_network_standing),
    "lstm": Kept(LSTM, _LEARNED),
    "gru": Kept(GRU, _LEARNED),
    "rnn": Kept(RNN, _LEARNED),
}
