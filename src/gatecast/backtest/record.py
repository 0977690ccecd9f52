"""The record of a backtest: what each model said at each origin, and what came."""

from dataclasses import dataclass

from jaxtyping import Float, Int, Num

from gatecast._types import FloatArray, IntArray
from gatecast.data import Panel
from gatecast.forecaster import Forecast, Origins


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
    window: Int[IntArray, "origins"]
    actual: Float[FloatArray, "origins horizon"]
    forecasts: dict[str, Forecast]
    seconds: dict[str, tuple[float, float]]
    levels: Float[FloatArray, "levels"]
    scale: Float[FloatArray, "series"]
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

    def by_series(self, values: Num[FloatArray, "origins *more"]) -> Num[FloatArray, "series windows *more"]:
        """Lay one value, or row of values, per origin out by series and window.

        values   [origins, ...]
        returns  [series, windows, ...]
        """
        return values.reshape(len(self.panel), self.n_windows, *values.shape[1:])
