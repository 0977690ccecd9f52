"""Fitted models on disk: saved whole or not at all, loaded as they were or refused."""

import warnings
from collections.abc import Mapping
from dataclasses import replace
from importlib import metadata
from pathlib import Path

from gatecast.artifact.container import BROKEN, altered, pack, unpack
from gatecast.artifact.forms import UnfitError
from gatecast.artifact.graph import Reader, Writer
from gatecast.artifact.whitelist import MODELS
from gatecast.data import in_polars, is_installed
from gatecast.disk import whole
from gatecast.errors import ArtifactError, GatecastError, NotFittedError, OptionError
from gatecast.front import TableDoor
from gatecast.progress import Progress

Makers = Mapping[str, type[TableDoor]]


def save(model: TableDoor, path: str | Path, makers: Makers = MODELS) -> Path:
    """Write a fitted model, and the table it was fitted on, to one file; the same model gives the same bytes.

    path    an old file stays whole until the new one is; `.gatecast` is the usual ending
    makers  the model's class may be one of these, too

    Raises NotFittedError before `fit`, ArtifactError for what cannot be saved, before anything is written,
    and OptionError where the file cannot be.

    >>> import polars as pl, tempfile
    >>> from gatecast.linear import Drift
    >>> model = Drift(horizon=2).fit(pl.DataFrame({"ds": range(8), "y": [1.0, 2.0] * 4}))
    >>> path = save(model, Path(tempfile.mkdtemp()) / "drift.gatecast")
    >>> load(path).predict(level=[]).equals(model.predict(level=[]))
    True
    """
    path, name = Path(path), _name(model, makers)
    if getattr(model, "reading_", None) is None:
        raise NotFittedError(f"this {model.name} is not fitted; call fit with a table before it is saved")
    try:
        writer = Writer(name, model)
    except (UnfitError, OptionError) as odd:
        raise ArtifactError(f"this {model.name} cannot be saved: {odd}") from odd
    document = {"gatecast": version(), "model": name, "records": writer.records}
    _write(path, pack(document, writer.arrays))
    return path


def load(
    path: str | Path,
    progress: Progress | None = None,
    *,
    always_polars: bool = False,
    makers: Makers = MODELS,
) -> TableDoor:
    """Read a fitted model back: it forecasts, and updates, as it did when it was saved.

    Nothing in the file is run: it holds numbers and names of our own classes, and is checked before it is
    believed. Forecasts come in tables of the library the model was fitted with, or, where that is not
    installed, in polars.

    progress       what there is to note is said there, as a warning unless given
    always_polars  tables come in polars, whatever the model was fitted with
    makers         classes to make models of, by the catalogue's names

    Raises ArtifactError for a file that is not a saved model, is damaged, or is of a newer gatecast.

    >>> load("yesterday.gatecast")
    Traceback (most recent call last):
    gatecast.errors.ArtifactError: 'yesterday.gatecast' is not there; wanted a model saved by gatecast
    """
    path = Path(path)
    document, arrays = unpack(path)
    if "checkpoint" in document:
        raise ArtifactError(
            f"{path.name!r} is the checkpoint of a training, not a saved model; wanted a model"
        )
    try:
        name = document["model"]
        model = Reader(arrays, {**MODELS, **makers}).model(name, document["records"])
    except (GatecastError, *BROKEN) as error:
        raise altered(path.name, f"does not hold together: {str(error)[:300]}") from error
    layout = model.reading_.layout
    if not always_polars and is_installed(layout):
        return model
    model.reading_ = replace(model.reading_, layout=in_polars(layout, model.panel_.ids))
    if not always_polars:
        library = layout.backend.value
        _note(
            f"{library}, which this model was fitted with, is not installed: tables come in polars", progress
        )
    return model


def _name(model: object, makers: Makers) -> str:
    for name, kind in (*makers.items(), *MODELS.items()):
        if type(model) is kind:
            return name
    raise ArtifactError(
        f"a {type(model).__name__} cannot be saved; wanted a model of gatecast's: {', '.join(MODELS)}"
    )


def _note(said: str, progress: Progress | None) -> None:
    if progress is None:
        warnings.warn(said, UserWarning, stacklevel=3)
    else:
        progress.note(said)


def _write(path: Path, raw: bytes) -> None:
    try:
        with whole(path) as draft:
            draft.write_bytes(raw)
    except OSError as error:
        raise OptionError(
            f"cannot write {path}: {error.strerror or error}; name a file in a folder you may write to"
        ) from error


def version() -> str:
    """Of this gatecast, as files of its making say it."""
    try:
        return metadata.version("gatecast")
    except metadata.PackageNotFoundError:
        return "0+unknown"
