"""Whether ARIMA's kernels are compiled, so that whoever waits for it is told."""

from pathlib import Path
from typing import Any

from gatecast.linear.filter import follow
from gatecast.linear.maximum import maximise


def until_compiled() -> str:
    """What to say before the work: nothing once the kernels are compiled, here or on disk."""
    ready = all(kernel.signatures or _on_disk(kernel) for kernel in (maximise, follow))
    return "" if ready else "compiling, once for this machine, then "


def _on_disk(kernel: Any) -> bool:
    index = Path(kernel.stats.cache_path or "")
    return any(index.glob(f"*{kernel.py_func.__name__}*.nbi"))
