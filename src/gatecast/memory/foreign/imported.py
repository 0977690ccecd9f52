"""What was read from someone else's file: recurrent layers as our cells, under the names they had there."""

from collections.abc import Sequence
from dataclasses import dataclass

from gatecast.errors import ModelFileError, OptionError, listed
from gatecast.memory.cells import Cell


@dataclass(frozen=True)
class ImportedLayer:
    """One recurrent layer of a file.

    name     as in the file
    cells    one a direction, the one that reads forward first
    reverse  whether its only direction reads from the end of time to its beginning
    follows  the layer whose whole output, and nothing else, is this one's input; "" if there is none
    """

    name: str
    cells: tuple[Cell, ...]
    reverse: bool = False
    follows: str = ""


@dataclass(frozen=True)
class Imported:
    """The recurrent layers of a file, in the order it runs them.

    `record(read_keras("model.keras"), x)` shows the gates of all where they are stacked one upon another;
    `record(read_keras("model.keras")["lstm_1"], x)` those of one, x being what enters that layer. Time starts
    from zero states unless you give others.

    source   the file
    layers   all that was read
    """

    source: str
    layers: tuple[ImportedLayer, ...]

    @property
    def cells(self) -> tuple[tuple[Cell, ...], ...]:
        """The cells, layers x directions, of layers that are stacked one upon another.

        Raises ModelFileError where one layer's output is not just the next one's input.
        """
        for before, layer in zip(self.layers, self.layers[1:], strict=False):
            if layer.follows != before.name:
                raise ModelFileError(
                    f"{self.source}: {layer.name} is not fed by {before.name} alone, so the layers are no "
                    "stack; "
                    f"take one of them by its name ({listed([f'{one.name!r}' for one in self.layers])}), "
                    "and give it what enters that layer"
                )
        return tuple(self[layer.name].cells for layer in self.layers)

    def __getitem__(self, name: str) -> ImportedLayer:
        """A layer by its name.

        Raises OptionError for a name that is not there.
        """
        chosen(self.source, [layer.name for layer in self.layers], [name])
        return next(layer for layer in self.layers if layer.name == name)


def chosen(source: str, there: Sequence[str], names: Sequence[str] | None) -> list[str]:
    """The layers to read, in the file's order: those named, or all.

    Raises OptionError for names that are not there.
    """
    missing = [name for name in names or () if name not in there]
    if missing:
        raise OptionError(f"{source} has no recurrent layer {listed(missing)}; it has {listed(there)}")
    return [name for name in there if names is None or name in names]
