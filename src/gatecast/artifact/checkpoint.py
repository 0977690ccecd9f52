"""Trainings under way on disk: one that was killed goes on to the same bytes.

The file is a container like a saved model's: numbers and text, no code, and a checksum over both.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np

from gatecast.artifact.container import BROKEN, altered, pack, unpack
from gatecast.artifact.store import version
from gatecast.disk import whole
from gatecast.errors import ArtifactError, OptionError
from gatecast.memory import Milestone, Purpose, as_arrays, from_arrays, kept_in

CHECKPOINT = "checkpoint"  # of the document: by which it is told from a model

# what it belongs to, in words, and whether to show both
_WORDS = {
    "label": ("another training", True),
    "seed": ("another seed", True),
    "training": ("other options of training", True),
    "cell": ("another network", True),
    "start": ("a training from other weights", False),
    "made_by": ("another version", True),
    "data": ("another table, or of one that was read otherwise", False),
}


@contextmanager
def checkpointing(path: str | Path) -> Iterator[Path]:
    """Within, trainings leave their state in a file every few steps, and go on from what they find there.

    Run the same again after a kill and the result is that of a run that was never killed, to the byte. The
    file belongs to one table, one choice of options and one seed. It is deleted at the end of the block if
    every training in it was finished; one that Ctrl-C stopped can be gone on with.

    path  `.checkpoint` is the usual ending; what was there must be such a file

    Raises ArtifactError for a file that is none, OptionError for one of another training or a place that
    cannot be written.

    >>> import polars as pl, tempfile
    >>> from gatecast.linear import Drift
    >>> with checkpointing(Path(tempfile.mkdtemp()) / "demand.checkpoint") as path:
    ...     model = Drift(horizon=2).fit(pl.DataFrame({"ds": range(8), "y": [1.0, 2.0] * 4}))
    >>> path.exists()  # this model trains no network
    False
    """
    vault = _File(Path(path))
    with kept_in(vault):
        yield vault.path
    vault.close()


class _File:
    """A file of trainings, in the order they were begun."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._courses: list[tuple[Purpose, Milestone]] = _read(path) if path.exists() else []
        self._begun = 0

    def place(self, purpose: Purpose) -> "_Place":
        """The place of the next training."""
        turn, self._begun = self._begun, self._begun + 1
        if turn < len(self._courses):
            self._refuse_other(self._courses[turn][0], purpose)
        return _Place(self, turn, purpose)

    def milestone(self, turn: int) -> Milestone | None:
        """Where a training got to."""
        return self._courses[turn][1] if turn < len(self._courses) else None

    def put(self, turn: int, purpose: Purpose, milestone: Milestone | None) -> None:
        """Write where a training got to; what was begun after it is void."""
        self._courses[turn:] = [] if milestone is None else [(purpose, milestone)]
        told, arrays = [], {}
        for number, (whose, standing) in enumerate(self._courses):
            words, own = as_arrays(standing)
            told.append({"purpose": asdict(whose), "milestone": words})
            arrays.update({f"{number}/{name}": values for name, values in own.items()})
        raw = pack({"gatecast": version(), CHECKPOINT: told}, arrays)
        try:
            with whole(self.path) as draft:
                draft.write_bytes(raw)
        except OSError as error:
            raise OptionError(
                f"cannot write {self.path}: {error.strerror or error}; name a checkpoint you may write to"
            ) from error

    def close(self) -> None:
        """Delete the file if all is done; what was stopped stays."""
        if self._begun and all(standing.finished for _, standing in self._courses):
            self.path.unlink(missing_ok=True)

    def _refuse_other(self, seen: Purpose, wanted: Purpose) -> None:
        for field in fields(Purpose):
            was, is_now = getattr(seen, field.name), getattr(wanted, field.name)
            if was != is_now:
                what, both = _WORDS[field.name]
                shown = f" ({was}; this is {is_now})" if both else ""
                raise OptionError(
                    f"{self.path} is the checkpoint of {what}{shown}; run what it was begun with, name "
                    "another file, or delete it to train from the start"
                )


class _Place:
    """The place of one training in a file."""

    def __init__(self, file: _File, turn: int, purpose: Purpose) -> None:
        self._file, self._turn, self._purpose = file, turn, purpose

    @property
    def found(self) -> Milestone | None:
        """Where an earlier run got to."""
        return self._file.milestone(self._turn)

    def keep(self, milestone: Milestone) -> None:
        """Write it, unless it is what stands there."""
        found = self.found
        if found is None or (found.footing.step, found.footing.halved, found.finished) != (
            milestone.footing.step,
            milestone.footing.halved,
            milestone.finished,
        ):
            self._file.put(self._turn, self._purpose, milestone)

    def forget(self) -> None:
        """Write the file without it."""
        self._file.put(self._turn, self._purpose, None)


def _read(path: Path) -> list[tuple[Purpose, Milestone]]:
    """The trainings of a file. Raises ArtifactError for a file that is no checkpoint, or is damaged."""
    document, arrays = unpack(path)
    if CHECKPOINT not in document:
        raise ArtifactError(
            f"{path.name!r} is a saved model, not a checkpoint of a training; name another file"
        )
    try:
        return [_course(told, arrays, number) for number, told in enumerate(document[CHECKPOINT])]
    except BROKEN as error:
        raise altered(path.name, f"does not hold together: {str(error)[:300]}") from error


def _course(told: Any, arrays: dict[str, np.ndarray], number: int) -> tuple[Purpose, Milestone]:
    own = {n.removeprefix(f"{number}/"): v for n, v in arrays.items() if n.startswith(f"{number}/")}
    purpose = {field.name: str(told["purpose"][field.name]) for field in fields(Purpose)}
    return Purpose(**purpose), from_arrays(told["milestone"], own)
