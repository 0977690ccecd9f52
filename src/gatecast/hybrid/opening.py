"""Which hybrids can be looked into, and what there is to see."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from gatecast.data import Panel
from gatecast.errors import SeriesError
from gatecast.forecaster import Origins
from gatecast.hybrid.modes import mode_of
from gatecast.memory import Workings, anchored_windows, require_inside, row_columns


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


def opened(
    model: Any, panel: Panel, origins: Origins, levels: Sequence[float], steps: int | None
) -> Workings:
    """What the forecasts of a fitted hybrid from some origins are made of.

    Raises SeriesError where there is nothing of it to show: see `require_open`.
    """
    require_open(model)
    rows = model.inputs_.rows(panel)
    cutter, seen = model._learned().cut(panel, rows, anchored_windows(origins, model.context_, steps))
    history, ahead = row_columns(panel)
    more_history, more_ahead = mode_of(model.mode).columns(panel, model.pool_)
    shifts = cache(lambda: model._shifts(panel, rows, origins))
    return Workings(
        network=model.trained_.network,
        batch=cutter.batch(np.arange(len(origins))),
        history=(*history, *more_history),
        ahead=(*ahead, *more_ahead)[: model.trained_.network.shape.ahead],
        origins=origins,
        linear=seen.mix,
        share=model.shares_[origins.series],
        scale=model.inputs_.scale,
        finish=lambda quantiles: model._finish(quantiles, seen, origins, levels, shifts()),
    )
