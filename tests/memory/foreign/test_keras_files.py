"""Keras files, read without Keras: layers give what Keras gave, and what cannot be read is said in words."""

import io
import json
import zipfile
from collections.abc import Callable
from contextlib import suppress
from itertools import permutations
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gatecast.errors import GatecastError, ModelFileError, OptionError
from gatecast.memory.cells import unroll
from gatecast.memory.foreign import Imported, ImportedLayer, keras, read_keras

FIXTURES = Path(__file__).parents[1] / "fixtures"
STACK, BRANCHES, LEGACY = (FIXTURES / name for name in ("stack.keras", "branches.keras", "legacy.h5"))
ANSWERS = np.load(FIXTURES / "keras.npz")
STRANGE = "strange"  # the fixture's layer with an activation of its own


def shown(layer: ImportedLayer, x: torch.Tensor) -> torch.Tensor:
    """What a layer shows at every step, by the slow loop; its directions side by side."""
    ways = []
    for d, cell in enumerate(layer.ways):
        hidden = unroll(cell, x.flip(1) if d or layer.reverse else x)[1].hidden
        ways.append(hidden.flip(1) if d else hidden)
    return torch.cat(ways, dim=-1)


def distance(file: Path, read: Imported, name: str) -> float:
    """How far a layer is from what Keras itself computed with it."""
    entering, wanted = (ANSWERS[f"{file.stem}:{name}:{which}"] for which in ("in", "out"))
    got = torch.from_numpy(entering)
    for one in [layer for layer in read.layers if layer.name == name or layer.name.startswith(f"{name}/")]:
        got = shown(one, got)
    if name == "summed":
        got = sum(got.chunk(2, dim=-1))
    got = got if wanted.ndim == 3 else got[:, -1]
    return float(np.abs(got.numpy() - wanted).max())


def names_in(file: Path) -> list[str]:
    """The recurrent layers Keras found in a file."""
    return [key.split(":")[1] for key in ANSWERS if key.startswith(f"{file.stem}:") and key.endswith(":out")]


EVERY = [(file, name) for file in (STACK, BRANCHES, LEGACY) for name in names_in(file) if name != STRANGE]
READ = {
    STACK: read_keras(STACK),
    LEGACY: read_keras(LEGACY),
    BRANCHES: read_keras(
        BRANCHES,
        names=[name for name in names_in(BRANCHES) if name not in (STRANGE, "of_cells")]
        + ["of_cells/first", "of_cells/second"],
    ),
}


@pytest.mark.parametrize(("file", "name"), EVERY, ids=[f"{file.stem}-{name}" for file, name in EVERY])
def test_a_layer_gives_what_keras_gave(file, name):
    assert distance(file, READ[file], name) < 1e-6


def test_the_fixture_has_every_kind():
    assert len(EVERY) == 3 + 12 + 4


@pytest.mark.parametrize(("kind", "name"), [("LSTM", "low"), ("GRU", "middle")])
def test_gates_in_any_other_order_would_be_noticed(kind, name, monkeypatch):
    """The comparison above has eyes: no permutation of the gates passes it."""
    order = keras.ORDER[kind]
    for other in map("".join, permutations(order)):
        monkeypatch.setitem(keras.ORDER, kind, other)
        assert (distance(STACK, read_keras(STACK, names=[name]), name) < 1e-6) == (other == order)


def test_stacked_layers_keep_their_names_and_come_as_a_stack():
    """Dropout between two layers does not part them; what follows the last does not matter."""
    assert [layer.name for layer in READ[STACK].layers] == ["low", "middle", "top"]
    assert [len(layer) for layer in READ[STACK].cells] == [1, 2, 1]
    assert [(cell.inputs, cell.units) for (cell, *_) in READ[STACK].cells] == [(3, 4), (4, 4), (8, 2)]


def test_layers_side_by_side_are_no_stack():
    assert [layer.name for layer in READ[BRANCHES].layers if layer.follows] == ["of_cells/second"]
    with pytest.raises(ModelFileError, match="backward is not fed by unbiased alone, so they are no stack"):
        _ = READ[BRANCHES].cells
    assert {layer.name: layer.follows for layer in READ[LEGACY].layers if layer.follows} == {
        "of_cells/second": "of_cells/first",
        "follower": "both",
    }


def test_a_layer_that_reads_backward_says_how_to_record_it():
    with pytest.raises(ModelFileError, match=r"backward reads from the end of time only.*x\.flip\(1\)"):
        _ = READ[BRANCHES]["backward"].cells


def test_activations_of_another_kind_are_refused_by_name():
    with pytest.raises(
        ModelFileError, match="strange has the activation 'relu' and the recurrent activation"
    ):
        read_keras(BRANCHES)


def test_unknown_names_are_answered_with_the_known():
    with pytest.raises(OptionError, match="no recurrent layer lowest; it has low, middle, top"):
        read_keras(STACK, names=["lowest"])


Change = Callable[[dict[str, Any]], None]


def rewritten(path: Path, change: Change | None = None, weights: bytes | None = None) -> Path:
    """The stacked model's file with its configuration or its weights changed."""
    with zipfile.ZipFile(STACK) as archive:
        config = json.loads(archive.read("config.json"))
        content = archive.read("model.weights.h5") if weights is None else weights
    if change is not None:
        change(config)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("model.weights.h5", content)
    return path


def layer_config(config: dict[str, Any], place: int = 1) -> dict[str, Any]:
    return config["config"]["layers"][place]["config"]


def another_class(config: dict[str, Any]) -> None:
    config["config"]["layers"][1]["class_name"] = "ConvLSTM2D"


def turned(config: dict[str, Any]) -> None:
    layer_config(config, 3)["layer"]["config"]["go_backwards"] = True


CHANGES: dict[str, tuple[Change, str]] = {
    "hard sigmoid": (lambda c: layer_config(c).update(recurrent_activation="hard_sigmoid"), "'hard_sigmoid'"),
    "custom": (
        lambda c: layer_config(c).update(activation={"class_name": "mine"}),
        "activation {'class_name'",
    ),
    "another class": (another_class, "low is a ConvLSTM2D, for which we have no cell"),
    "more units": (
        lambda c: layer_config(c).update(units=5),
        r"among the weights of 5 LSTM units .* shape \(3, 16\) where \(3, 20\) is wanted",
    ),
    "unknown model": (lambda c: c.update(class_name="Mine"), "the model is a Mine, a class of its own"),
    "turned round": (turned, "middle has a forward layer that reads backward"),
    "no layers": (lambda c: c["config"].update(layers=[]), "has no recurrent layer: no LSTM, GRU"),
    "no list": (lambda c: c["config"].update(layers=3), "configuration is not as Keras writes it"),
    "no names": (lambda c: layer_config(c).pop("name"), "configuration is not as Keras writes it"),
    "no bias": (lambda c: layer_config(c).pop("use_bias"), "its configuration has no use_bias"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_configuration_that_no_cell_fits_is_refused_in_words(what, tmp_path):
    change, words = CHANGES[what]
    with pytest.raises(ModelFileError, match=words):
        read_keras(rewritten(tmp_path / "changed.keras", change))


def test_other_layers_are_read_beside_one_that_is_refused(tmp_path):
    path = rewritten(tmp_path / "changed.keras", CHANGES["custom"][0])
    assert [layer.name for layer in read_keras(path, names=["middle", "top"]).layers] == ["middle", "top"]


def edited(change: Callable[[h5py.File], None] | None = None) -> bytes:
    """The stacked model's weights, changed."""
    with zipfile.ZipFile(STACK) as archive:
        buffer = io.BytesIO(archive.read("model.weights.h5"))
    if change is not None:
        with h5py.File(buffer, "r+") as file:
            change(file)
    return buffer.getvalue()


KERNEL = "layers/lstm/cell/vars/0"


def replaced(file: h5py.File, **what: Any) -> None:
    del file[KERNEL]
    file.create_dataset(KERNEL, **what)


def linked(file: h5py.File) -> None:
    del file[KERNEL]
    file[KERNEL] = h5py.ExternalLink("/etc/passwd", "/")


def virtual(file: h5py.File) -> None:
    del file[KERNEL]
    layout = h5py.VirtualLayout((3, 16), "f4")
    layout[:] = h5py.VirtualSource("elsewhere.h5", "w", (3, 16))
    file.create_virtual_dataset(KERNEL, layout)


def outside(file: h5py.File) -> None:
    del file[KERNEL]
    file.create_dataset(KERNEL, (3, 16), "f4", external=[("/etc/passwd", 0, 192)])


WEIGHTS: dict[str, tuple[Callable[[h5py.File], None], str]] = {
    "missing": (
        lambda f: f.__delitem__("layers/lstm/cell"),
        "layers/lstm/cell/vars/0 is no array in this file",
    ),
    "huge": (lambda f: replaced(f, shape=(2**40, 16), dtype="f4"), "and 0 bytes are stored"),
    "huge and chunked": (lambda f: replaced(f, shape=(2**40, 16), dtype="f4", chunks=(64, 16)), "0 bytes"),
    "whole numbers": (lambda f: replaced(f, data=np.ones((3, 16), int)), "of int64.* floating-point weights"),
    "words": (lambda f: replaced(f, data="no"), "floating-point weights are wanted"),
    "of another shape": (
        lambda f: replaced(f, data=np.ones((3, 12), "f4")),
        r"\(3, 12\) where \(3, 16\) is wanted",
    ),
    "of one axis": (lambda f: replaced(f, data=np.ones(16, "f4")), r"shape \(16,\) where \(16, 16\)"),
    "no axis": (lambda f: replaced(f, data=np.float32(1)), r"shape \(\) where \(1, 16\)"),
    "in another file": (linked, "weights in other files are not read"),
    "virtual": (virtual, "weights in other files are not read"),
    "in bytes of another file": (outside, "weights in other files are not read"),
}


@pytest.mark.parametrize("what", WEIGHTS)
def test_weights_that_are_not_what_they_seem_are_refused_in_words(what, tmp_path):
    change, words = WEIGHTS[what]
    with pytest.raises(ModelFileError, match=words):
        read_keras(rewritten(tmp_path / "changed.keras", weights=edited(change)))


def test_weights_alone_are_not_enough(tmp_path):
    path = tmp_path / "model.weights.h5"
    path.write_bytes(edited())
    with pytest.raises(ModelFileError, match=r"holds weights only.*give the whole model, as model\.save"):
        read_keras(path)


def test_what_is_no_keras_file_is_spoken_of(tmp_path):
    with pytest.raises(ModelFileError, match=r"there is no file .*absent\.keras"):
        read_keras(tmp_path / "absent.keras")
    other = tmp_path / "other.keras"
    for content in (b"", b"unique_id,ds,y\n", WHOLE[:200]):
        other.write_bytes(content)
        with pytest.raises(
            ModelFileError, match=r"neither a \.keras archive nor an HDF5 file|no cell|archive"
        ):
            read_keras(other)
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("notes.txt", "nothing")
    with pytest.raises(ModelFileError, match=r"archive without config\.json and model\.weights\.h5"):
        read_keras(other)


def test_an_archive_that_would_unpack_to_far_more_is_refused_before_it_does(tmp_path):
    path = tmp_path / "bomb.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", " " * 50_000_000)
        archive.writestr("model.weights.h5", b"")
    with pytest.raises(ModelFileError, match=r"config\.json would unpack from \d+ to 50000000 bytes"):
        read_keras(path)


def test_words_that_lead_nowhere_are_refused_before_they_are_followed(tmp_path):
    """A heap object that takes no room would keep the HDF5 library walking for ever."""
    path, content = tmp_path / "endless.h5", bytearray(LEGACY.read_bytes())
    first = content.index(b"GCOL") + 16
    content[first : first + 16] = bytes(16)
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match="what it keeps its words in leads nowhere"):
        read_keras(path)


def test_a_configuration_nested_without_end_is_refused(tmp_path):
    path = tmp_path / "deep.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", "[" * 100_000)
        archive.writestr("model.weights.h5", b"")
    with pytest.raises(ModelFileError, match=r"neither a \.keras archive"):
        read_keras(path)


WHOLE = STACK.read_bytes()
HELD = edited()


@given(
    place=st.integers(0, 2**20),
    value=st.integers(0, 255),
    what=st.sampled_from(["cut", "archive", "weights"]),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_file_is_read_or_refused_in_words(place, value, what, tmp_path):
    """Wherever it is cut or a byte is another, in archive or weights: an error of ours, or none."""
    path, content = tmp_path / "damaged.keras", HELD if what == "weights" else WHOLE
    place %= len(content)
    damaged = content[:place] + (b"" if what == "cut" else bytes([value]) + content[place + 1 :])
    if what == "weights":
        rewritten(path, weights=damaged)
    else:
        path.write_bytes(damaged)
    with suppress(GatecastError):
        assert read_keras(path).layers
