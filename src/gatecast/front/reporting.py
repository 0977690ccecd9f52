"""Where a model reports to while it works."""

import warnings
from collections.abc import Sequence

from gatecast.bars import Bars
from gatecast.progress import Progress, Silent


def reports_of(progress: Progress | bool | None) -> Progress:
    """Where to report to, as an option says it."""
    if progress is True:
        return Bars()
    return Silent() if progress is None or progress is False else progress


class Warnings(Silent):
    """Says notes as warnings, where nobody gave somewhere to report to."""

    def note(self, message: str) -> None:
        """Warn whoever called `predict` or `ahead`."""
        warnings.warn(message, UserWarning, stacklevel=5)


def said_or_warned(progress: Progress | bool | None, notes: Sequence[str]) -> None:
    """Say what nobody should miss: as warnings to whoever called the caller, where nothing is reported."""
    for one in notes:
        if progress is None:
            warnings.warn(one, UserWarning, stacklevel=3)
        else:
            reports_of(progress).note(one)
