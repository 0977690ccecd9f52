"""What a fitted model warns of, as notes: nobody on a command line reads a warning with a line of code."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from gatecast.progress import Progress


@contextmanager
def warnings_noted(reports: Progress) -> Iterator[None]:
    """Report as notes what is warned of meanwhile."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always", UserWarning)
        yield
    for one in said:
        reports.note(str(one.message))
