"""Files on disk, old or new and never half: written beside the old one, then moved into its place."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Hand out a draft to write; what was written takes the path's place at the end, in one step.

    A kill, or a power cut, at any moment leaves the old file or the new one, and at worst a draft beside it:
    a hidden file that ends in `.draft`. An error within leaves the old file and no draft.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "word"
    >>> with whole(path) as draft:
    ...     _ = draft.write_text("new")
    >>> path.read_text()
    'new'
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        yield draft
        _settle(draft)
        os.replace(draft, path)
        with suppress(OSError):  # not every system lets a folder be opened
            _settle(path.parent)
    finally:
        with suppress(OSError):  # moved into place, or never written
            draft.unlink()


def _settle(path: Path) -> None:
    """Wait until what was written is on the disk: otherwise a name may get there before its contents."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
