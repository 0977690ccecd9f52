"""What was read from someone else's file: recurrent layers as our cells, under the names they had there."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from gatecast.errors import ModelFileError, OptionError, listed
from gatecast.memory.cells import Cell


@dataclass(frozen=True)
class ImportedLayer:
    """One recurrent layer of a file; `record` takes it, with what enters that layer.

    source   the file
    name     as in the file
    ways     its cells, one a direction, the one that reads forward first
    reverse  whether its only direction reads from the end of time to its beginning
    follows  the layer whose whole output, and nothing else, is this one's input; "" if there is none
    """

    source: str
    name: str
    ways: tuple[Cell, ...]
    reverse: bool = False
    follows: str = ""

    @property
    def cells(self) -> tuple[tuple[Cell, ...], ...]:
        """The cells, layers x directions, as `cells_of` gives those of a torch module.

        Raises ModelFileError for a layer that reads from the end of time only.
        """
        if self.reverse:
            raise ModelFileError(
                f"{self.source}: {self.name} reads from the end of time only; turn your input round "
                "and record its cell: record(layer.ways[0], x.flip(1)), whose steps run from last to first"
            )
        return (self.ways,)


@dataclass(frozen=True)
class Imported:
    """The recurrent layers of a file, in the order it has them.

    `record` takes it where its layers are stacked one upon another; else take one of them by its name.
    Time starts from zero states unless you give others: those of the file are not read.

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
        for before, layer in pairwise(self.layers):
            if layer.follows != before.name:
                raise ModelFileError(
                    f"{self.source}: {layer.name} is not fed by {before.name} alone, so they are no stack; "
                    f"take one layer by its name, such as [{before.name!r}], with what enters that layer"
                )
        return tuple(cells for layer in self.layers for cells in layer.cells)

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
