"""Where a model reports to while it works."""

import warnings

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
