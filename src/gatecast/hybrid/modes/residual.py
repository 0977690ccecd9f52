"""Residual: the network sees the linear half as one forecast, and predicts what it leaves.

    network = mixture + unit · correction

What is left is that of every step ahead, by coefficients that have not seen the outcome: in-sample residuals
are too small, and look like noise where the forecasts to be corrected have structure.
Source: Zhang, Time series forecasting using a hybrid ARIMA and neural network model (2003).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from gatecast._types import BoolArray, FloatArray
from gatecast.data import Panel
from gatecast.forecaster import Origins
from gatecast.hybrid.columns import disagreement_columns, realised_columns
from gatecast.hybrid.features import View, view
from gatecast.hybrid.modes.mode import Mode
from gatecast.hybrid.pool import Pool, Standing
from gatecast.linear import Autoregression
from gatecast.memory import Column, Inputs, Rows


@dataclass(frozen=True)
class Mixed:
    """A pool that shows its mixture alone, as the only member: there is nothing to weigh."""

    pool: Pool
    count: int = 1
    names: tuple[str, ...] = ("linear mixture",)

    @property
    def horizon(self) -> int:
        """Steps ahead."""
        return self.pool.horizon

    @property
    def linear(self) -> BoolArray:
        """Which members of the pool are."""
        return self.pool.linear

    @property
    def regressed(self) -> Autoregression | None:
        """The member with a regression: the network sees what that leaves, not the member."""
        return self.pool.regressed

    def stand(
        self,
        panel: Panel,
        scaled: Float[FloatArray, "rows"],
        series: int,
        first: int,
        last: int,
        left: tuple[FloatArray, FloatArray] | None = None,
    ) -> Standing:
        """The mixture of one series at the origins from `first` to `last`, both included."""
        whole = self.pool.stand(panel, scaled, series, first, last, left)
        return Standing(first, whole.mix[..., None], np.zeros((len(whole.mix), 1)), whole.mix, whole.apart)


def look(
    panel: Panel,
    pool: Pool,
    inputs: Inputs,
    origins: Origins,
    context: int,
    unit: Float[FloatArray, "series"] | None = None,
    measured_at: int | None = None,
    rows: Rows | None = None,
) -> View:
    """Read a panel at some origins, of the linear half its mixture alone."""
    return view(panel, Mixed(pool), inputs, origins, context, unit, measured_at, rows)


def columns(panel: Panel, pool: Pool) -> tuple[tuple[Column, ...], tuple[Column, ...]]:
    """The mixture's errors of late; where it stands ahead."""
    del panel  # the mixture says it all
    return realised_columns(Mixed(pool)), disagreement_columns(Mixed(pool))


RESIDUAL = Mode(look, columns)
