"""A look at the global heaps of an HDF5 file before its library follows them.

Legacy Keras files keep their words in such heaps. The library walks a heap object by object, and one that
claims to take no room keeps it walking for ever; so every object must move on and stay inside.
Source: HDF5 File Format Specification 3.0, section III.E.
"""

import mmap
from pathlib import Path

SIGNATURE = b"GCOL\x01\x00\x00\x00"
HEADER = 16  # bytes, of a heap and of each object in it


def heaps_are_sound(path: Path) -> bool:
    """Whether walking every global heap of a file comes to an end."""
    if path.stat().st_size == 0:
        return True
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        start = content.find(SIGNATURE)
        while start >= 0:
            if not _ends(content, start):
                return False
            start = content.find(SIGNATURE, start + len(SIGNATURE))
    return True


def _ends(content: mmap.mmap, start: int) -> bool:
    """Whether the objects of a heap fill it; object 0 is what is free, its header included."""
    end = start + _number(content, start + 8, 8)
    at = start + HEADER
    while at + HEADER <= end <= len(content):
        index, size = _number(content, at, 2), _number(content, at + 8, 8)
        step = size if index == 0 else HEADER + -(-size // 8) * 8
        if step < HEADER:
            return False
        at += step
    return at <= end <= len(content)


def _number(content: mmap.mmap, at: int, width: int) -> int:
    return int.from_bytes(content[at : at + width], "little")
