"""The exception tree: every error says what was seen, what is wanted and how to fix it.

Catching `GatecastError` catches everything a caller can put right; anything else is our defect.
"""

from collections.abc import Sequence

SHOWN = 5


class GatecastError(Exception):
    """Anything wrong that the caller can put right."""


class TableError(GatecastError):
    """A table that cannot be read as series: columns, types, stamps, duplicates, infinities."""


class FrequencyError(TableError):
    """Stamps whose frequency cannot be inferred, or do not lie on the one given."""


class CovariateError(TableError):
    """A covariate that is absent, of the wrong type, or unknown where it must be known ahead."""


class SeriesError(GatecastError):
    """A series too short, or otherwise unfit, for what was asked of it."""


class OptionError(GatecastError):
    """An option outside what it may be."""


class TrainingError(GatecastError):
    """A network whose training broke down."""


class RecordError(GatecastError):
    """A recurrent model, its input or its state that no record can be made of."""


class NotFittedError(GatecastError):
    """A forecast was asked of a model that has not been fitted."""


class ArtifactError(GatecastError):
    """A file that is not a saved model, not whole, or not of this version; a model that cannot be saved."""


class MissingExtraError(GatecastError):
    """An optional package is not installed; the message names the extra that brings it."""


class ModelFileError(GatecastError):
    """A file of someone else's model that cannot be read, or holds a layer for which we have no cell."""


def listed(offenders: Sequence[object], total: int | None = None) -> str:
    """Name the first five offenders and count the rest.

    >>> listed(["a", "b"])
    'a, b'
    >>> listed(list("abcdefg"))
    'a, b, c, d, e and 2 more'
    >>> listed(list("abcde"), total=40)
    'a, b, c, d, e and 35 more'
    """
    total = len(offenders) if total is None else total
    shown = ", ".join(str(o) for o in offenders[:SHOWN])
    rest = total - min(SHOWN, len(offenders))
    return f"{shown} and {rest} more" if rest > 0 else shown
