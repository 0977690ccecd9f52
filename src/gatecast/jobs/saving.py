"""Results on disk: checked before the work begins, written when it is done."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gatecast.disk import whole
from gatecast.errors import OptionError

TABLES, PAGES, ARTIFACTS = (".csv", ".parquet"), (".html", ".htm"), (".gatecast", ".safetensors")
CHECKPOINTS = (".checkpoint",)


def check_targets(out: Path | None, report: Path | None) -> None:
    """Refuse now, before any work, files that could not be written afterwards.

    Raises OptionError for an unknown suffix, a missing folder, a folder in its place or no right to write.
    """
    for path, suffixes in ((out, TABLES), (report, PAGES)):
        if path is not None:
            _check(path, suffixes)


def check_model(path: Path | None) -> None:
    """Refuse now, before any work, a file that no model could be saved in.

    Raises OptionError as `check_targets` does.
    """
    if path is not None:
        _check(path, ARTIFACTS)


def check_checkpoint(path: Path | None) -> None:
    """Refuse now, before any work, a file that no training could leave its state in.

    Raises OptionError as `check_targets` does.
    """
    if path is not None:
        _check(path, CHECKPOINTS)


def keep_inputs(inputs: Sequence[Path | None], targets: Sequence[Path | None]) -> None:
    """Refuse to write over a file that is read.

    Raises OptionError naming the file.
    """
    for target in targets:
        for table in inputs:
            if target and table and target.exists() and table.exists() and target.samefile(table):
                raise OptionError(
                    f"cannot write {target}: it is a file this command reads and would be lost; "
                    "name another file"
                )


def check_folder(path: Path) -> Path:
    """Make a folder for results, or refuse now.

    Raises OptionError when it cannot be made or written to.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OptionError(_refusal(path, error)) from error
    _check(path / "forecast.csv", TABLES)
    return path


def save(frame: Any, path: Path) -> Path:
    """Write a polars frame, as its file's suffix says.

    Raises OptionError when the disk will not have it.
    """
    try:
        with whole(path) as draft:
            if path.suffix.lower() == ".csv":
                draft.write_text(as_csv(frame), encoding="utf-8", newline="")
            else:
                frame.write_parquet(draft)
    except OSError as error:
        raise OptionError(_refusal(path, error)) from error
    return path


def as_csv(frame: Any) -> str:
    """A polars frame as CSV, stamps in ISO with their offsets."""
    zoned = any(getattr(kind, "time_zone", None) for kind in frame.dtypes)
    text: str = frame.write_csv(datetime_format="%Y-%m-%dT%H:%M:%S%.f" + ("%:z" if zoned else ""))
    return text


def _check(path: Path, suffixes: Sequence[str]) -> None:
    if path.suffix.lower() not in suffixes:
        seen = path.suffix or "nothing"
        raise OptionError(f"cannot write {path}: its name ends in {seen}; wanted {' or '.join(suffixes)}")
    try:
        fresh = not path.exists()
        path.open("ab").close()
        if fresh:
            path.unlink()
    except OSError as error:
        raise OptionError(_refusal(path, error)) from error


def _refusal(path: Path, error: OSError) -> str:
    return f"cannot write {path}: {error.strerror or error}; name a file in a folder you may write to"
