"""Ctrl-C while something long goes on: the first asks it to stop and keep what it has, the second ends it."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import FrameType

_AT_ONCE = ContextVar("_AT_ONCE", default=False)


class Ear:
    """Hears Ctrl-C; `pressed` says whether it was pressed."""

    def __init__(self) -> None:
        self.pressed = False

    @property
    def patient(self) -> bool:
        """Whether an interruption may be answered by stopping early: it is the first, and nothing forbids."""
        return not self.pressed and not _AT_ONCE.get()

    def hear(self, number: int, frame: FrameType | None) -> None:
        """Remember the first; from now on another one interrupts at once."""
        del number, frame
        self.pressed = True
        signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def listening() -> Iterator[Ear]:
    """Within, the first Ctrl-C is only heard: whoever works asks between steps, and leaves none half done.

    Where Ctrl-C is not Python's own (another handler, another thread than the main one) it stays as it is.
    """
    ear = Ear()
    ours = (
        not _AT_ONCE.get()
        and threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )
    if not ours:
        yield ear
        return
    hear = ear.hear
    signal.signal(signal.SIGINT, hear)
    try:
        yield ear
    finally:
        if signal.getsignal(signal.SIGINT) == hear:
            signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def at_once() -> Iterator[None]:
    """Within, Ctrl-C ends the work: a comparison with a model cut short would say something untrue."""
    before = _AT_ONCE.set(True)
    try:
        yield
    finally:
        _AT_ONCE.reset(before)
