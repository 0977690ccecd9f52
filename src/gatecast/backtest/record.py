"""The record of a backtest: what each model said at each origin, and what came."""

from dataclasses import dataclass

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.data import Panel
from gatecast.errors import OptionError
from gatecast.forecaster import Forecast, Origins

# Probabilities are asked for as decimals: 0.1 and 1 - 0.9 are the same level.
_SAME_LEVEL = 1e-9


@dataclass(frozen=True)
class Backtest:
    """Forecasts of several models from the same origins, with the actuals beside them.

    Origins lie series by series, and within a series from the earliest window to the latest.

    panel      what was forecast
    origins    series and position of every origin
    window     [origins]           0 for a series' earliest origin, n_windows - 1 for its latest
    actual     [origins, horizon]  in the unit of the series, NaN where missing
    forecasts  by model, in the order given
    seconds    by model: (learning, forecasting), summed over windows
    levels     [levels]            probabilities, ascending
    scale      [series]            MASE's denominators, from the history before each series' first origin;
                                   NaN or 0 where that history scales nothing
    n_windows  origins of each series
    step       steps from one origin to the next
    refit      whether models learned anew at each window
    """

    panel: Panel
    origins: Origins
    window: IntArray
    actual: FloatArray
    forecasts: dict[str, Forecast]
    seconds: dict[str, tuple[float, float]]
    levels: FloatArray
    scale: FloatArray
    n_windows: int
    step: int
    refit: bool

    @property
    def horizon(self) -> int:
        """Steps ahead."""
        return int(self.actual.shape[1])

    @property
    def names(self) -> tuple[str, ...]:
        """The models, in the order given."""
        return tuple(self.forecasts)

    @property
    def unscaled(self) -> tuple[object, ...]:
        """Ids of series whose history scales nothing, because it is constant or shorter than a season."""
        return tuple(i for i, scale in zip(self.panel.ids, self.scale, strict=True) if not scale > 0)

    def by_series(self, values: FloatArray) -> FloatArray:
        """Lay one value, or row of values, per origin out by series and window.

        values   [origins, ...]
        returns  [series, windows, ...]
        """
        return values.reshape(len(self.panel), self.n_windows, *values.shape[1:])

    def interval(self, name: str, level: float) -> tuple[FloatArray, FloatArray]:
        """Lower and upper bound of a model's central interval. [origins, horizon] each

        level  width in percent, e.g. 80

        Raises OptionError if the backtest did not ask for the two quantiles it takes.
        """
        tail = 0.5 - level / 200.0
        columns = [np.flatnonzero(np.abs(self.levels - q) < _SAME_LEVEL) for q in (tail, 1.0 - tail)]
        if any(len(column) == 0 for column in columns):
            raise OptionError(
                f"the backtest's quantiles are {', '.join(f'{q:g}' for q in self.levels)}; an interval of "
                f"{level:g} % takes {tail:g} and {1.0 - tail:g}: add them to levels"
            )
        quantiles = self.forecasts[name].quantiles
        return quantiles[..., columns[0][0]], quantiles[..., columns[1][0]]
