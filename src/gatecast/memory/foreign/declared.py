"""Which recurrent layers a Keras model declares, and where its file keeps their weights.

Keras writes a model's configuration as nested JSON. Nothing in it is built or run here: layers of other
kinds, whatever they would do, are stepped over.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gatecast.errors import ModelFileError

Config = Mapping[str, Any]

MODELS = ("Sequential", "Functional", "Model")
KINDS = {"LSTM": "LSTM", "GRU": "GRU", "SimpleRNN": "SimpleRNN"}
CELLS = {f"{kind}Cell": kind for kind in KINDS}
# Recurrent too, but of no kind that we have a cell for.
STRANGERS = ("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "CuDNNLSTM", "CuDNNGRU")
# Layers that hand on their input as it is once a model is trained.
PASSING = (
    "Dropout",
    "SpatialDropout1D",
    "GaussianDropout",
    "GaussianNoise",
    "AlphaDropout",
    "ActivityRegularization",
)


@dataclass(frozen=True)
class Way:
    """One direction of one layer.

    kind    LSTM, GRU, SimpleRNN, or the name of something that we have no cell for
    config  what Keras says of it
    place   its cell's group in a .keras file
    """

    kind: str
    config: Config
    place: str

    @property
    def variables(self) -> int:
        """How many it has: kernel, recurrent kernel and, unless it goes without, bias."""
        return 3 if self.config["use_bias"] else 2


@dataclass(frozen=True)
class Declared:
    """One recurrent layer of a model.

    name     that of the layer, behind those of the models it is nested in: "encoder/lstm"
    ways     one a direction, the one that reads forward first
    place    its group in a .keras file
    reverse  whether its only direction reads from the end of time
    follows  the layer whose whole output is its only input; "" if there is none
    """

    name: str
    ways: tuple[Way, ...]
    place: str
    reverse: bool
    follows: str


def declared_layers(source: str, model: object) -> tuple[Declared, ...]:
    """The recurrent layers that a model's configuration declares, in its order.

    Raises ModelFileError for a configuration that Keras did not write, and for a model of a class of its own.
    """
    try:
        return tuple(_layers_of(model, "", ""))  # type: ignore[arg-type]  # or it raises one of these
    except ModelFileError as error:
        raise ModelFileError(f"{source}: {error}") from None
    except (KeyError, TypeError, AttributeError, ValueError, IndexError, RecursionError) as error:
        raise ModelFileError(
            f"{source}: its configuration is not as Keras writes it ({type(error).__name__}: {error}); "
            "save the model anew with model.save('name.keras')"
        ) from error


def _layers_of(model: Config, prefix: str, place: str) -> Iterator[Declared]:
    if model["class_name"] not in MODELS:
        raise ModelFileError(
            f"the model is a {model['class_name']}, a class of its own whose layers its file does not "
            "declare; build it from Sequential or keras.Model(inputs, outputs), and save that"
        )
    layers = model["config"]["layers"]
    feeders = _feeders(layers, chained=model["class_name"] == "Sequential")
    used: dict[str, int] = {}
    for layer in layers:
        name = prefix + layer["config"]["name"]
        group = f"{place}layers/{_numbered(layer['class_name'], used)}"
        feeder = feeders.get(layer["config"]["name"], "")
        if layer["class_name"] in MODELS:
            yield from _layers_of(layer, f"{name}/", f"{group}/")
        else:
            yield from _layer(layer, name, group, feeder and prefix + feeder)


def _layer(layer: Config, name: str, group: str, follows: str) -> Iterator[Declared]:
    """The layer if it is a recurrent one; one layer for each cell of a stack of cells."""
    kind, config = layer["class_name"], layer["config"]
    if kind == "Bidirectional":
        ways = _both_ways(config, group)
        if ways:
            yield Declared(name, ways, group, False, follows)
    elif kind == "RNN" and config["cell"]["class_name"] == "StackedRNNCells":
        used: dict[str, int] = {}
        for cell in config["cell"]["config"]["cells"]:
            own = f"{name}/{cell['config']['name']}"
            place = f"{group}/cell/cells/{_numbered(cell['class_name'], used)}"
            yield Declared(own, (_cell(cell, place),), group, bool(config["go_backwards"]), follows)
            follows = own
    elif _is_recurrent(layer):
        yield Declared(name, (_way(layer, group),), group, bool(config["go_backwards"]), follows)


def _is_recurrent(layer: Config) -> bool:
    return layer["class_name"] in (*KINDS, *STRANGERS, "RNN")


def _way(layer: Config, group: str) -> Way:
    """A layer with one direction: its own weights, or those of the cell it runs."""
    if layer["class_name"] == "RNN":
        return _cell(layer["config"]["cell"], f"{group}/cell")
    return Way(layer["class_name"], layer["config"], f"{group}/cell")


def _cell(cell: Config, place: str) -> Way:
    kind: str = cell["class_name"]
    return Way(CELLS.get(kind, kind), cell["config"], place)


def _both_ways(config: Config, group: str) -> tuple[Way, ...]:
    """The two directions of a Bidirectional layer; nothing if it wraps no recurrent one.

    Keras 2 leaves the backward layer out where it is the forward one turned round.
    """
    forward, backward = config["layer"], config.get("backward_layer") or config["layer"]
    if not _is_recurrent(forward):
        return ()
    ways = _way(forward, f"{group}/forward_layer"), _way(backward, f"{group}/backward_layer")
    if forward["config"]["go_backwards"]:
        raise ModelFileError(
            f"the Bidirectional layer {config['name']} has a forward layer that reads backward, which "
            "leaves its "
            "output in two orders of time at once; make it anew with go_backwards=False"
        )
    return ways


def _feeders(layers: Sequence[Config], chained: bool) -> dict[str, str]:
    """For each layer the recurrent one whose whole output, and nothing else, it reads; both by name."""
    by_name = {layer["config"]["name"]: layer for layer in layers}
    names = list(by_name)
    into = {
        name: {names[k - 1]} if chained and k else set(_sources(layer.get("inbound_nodes", [])))
        for k, (name, layer) in enumerate(by_name.items())
    }
    feeders = {}
    for name in names:
        before = into[name]
        for _ in names:  # back through what changes nothing, and no further than there are layers
            one = by_name.get(next(iter(before))) if len(before) == 1 else None
            if one is None or one["class_name"] not in PASSING:
                break
            before = into[one["config"]["name"]]
        if one is not None and _hands_on_all(one):
            feeders[name] = one["config"]["name"]
    return feeders


def _hands_on_all(layer: Config) -> bool:
    """Whether it is recurrent and its output is every step, in order, its directions side by side."""
    config = layer["config"]
    if layer["class_name"] == "Bidirectional":
        inner = config["layer"]["config"]
        return config.get("merge_mode") == "concat" and bool(inner.get("return_sequences"))
    return _is_recurrent(layer) and bool(config["return_sequences"]) and not config["go_backwards"]


def _sources(node: object) -> Iterator[str]:
    """Names of the layers whose outputs appear in an `inbound_nodes` entry, of Keras 3 or of Keras 2."""
    if isinstance(node, Mapping):
        history = node.get("keras_history")
        yield from [history[0] if history[2] == 0 else ""] if history else _sources(list(node.values()))
    elif isinstance(node, list) and len(node) >= 3 and isinstance(node[0], str) and isinstance(node[1], int):
        yield node[0] if node[2] == 0 else ""
        yield from _sources(node[3:])
    elif isinstance(node, list):
        for part in node:
            yield from _sources(part)


def _numbered(kind: str, used: dict[str, int]) -> str:
    """The group Keras keeps a layer in: its class in snake case, numbered from the second on.

    >>> used = {}
    >>> [_numbered(kind, used) for kind in ("LSTM", "SimpleRNN", "LSTM")]
    ['lstm', 'simple_rnn', 'lstm_1']
    """
    words = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", kind))
    name = re.sub(r"([a-z])([A-Z])", r"\1_\2", words).lower()
    used[name] = used.get(name, -1) + 1
    return f"{name}_{used[name]}" if used[name] else name
