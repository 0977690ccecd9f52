"""Which hybrids can be looked into."""

from typing import Any

from gatecast.errors import SeriesError
from gatecast.memory import require_inside


def require_open(model: Any) -> None:
    """Raise SeriesError unless a fitted hybrid has one network, with a state that is carried on and recorded.

    None is where it fell back to its linear half, and none that is recorded at a site.
    """
    if model.solar_ is not None:
        raise SeriesError(
            f"this {model.name} forecasts at a site: its memory passes over the lit steps both ways, and its "
            "gates are not recorded; fit without a site to look inside"
        )
    if model.linear_ is not None:
        raise SeriesError(
            f"this {model.name} has no memory to look into: it fell back to its linear half "
            f"({'; '.join(getattr(model, 'notes_', ())) or 'too little history'}); give more history"
        )
    require_inside(model.trained_, model.name)
