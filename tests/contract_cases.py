"""The forecasters that stand under the contract: add a line for a new one."""

from collections.abc import Callable
from typing import Any

import gatecast
from contract import Case
from fake_forecasters import HonestNaive
from gatecast.forecaster import Forecaster
from gatecast.memory import Training

PERCEPTRONS = Training(units=16, steps=60, cell="mlp", networks=2)


def _maker(name: str, **options: Any) -> Callable[[int], Forecaster]:
    """One of gatecast's own, by its public name, with the covariates of the contract's panel."""

    def make(horizon: int) -> Forecaster:
        model: Forecaster = getattr(gatecast, name)(
            horizon=horizon, season=24, known=("temperature",), past=("cloud",), **options
        )
        return model

    return make


CASES = [
    Case("HonestNaive", HonestNaive),
    Case("SeasonalNaive", _maker("SeasonalNaive")),
    Case("Drift", _maker("Drift")),
    Case("Autoregression", _maker("Autoregression")),
    Case("ARIMA", _maker("ARIMA")),
    Case("LinearHalf", _maker("LinearHalf")),
    Case("SolarLinear", _maker("SolarLinear"), tolerance=0.05, heavy=True),
    Case("SolarHybrid", _maker("SolarHybrid", training=Training(steps=40)), tolerance=0.05, heavy=True),
    # Rounding grows while a network trains: in another unit the same training ends near the same place.
    Case("LSTM", _maker("LSTM"), tolerance=0.05, heavy=True),
    Case("GRU", _maker("GRU"), tolerance=0.05, heavy=True),
    Case("RNN", _maker("RNN"), tolerance=0.05, heavy=True),
    Case("Hybrid", _maker("Hybrid"), tolerance=0.05, heavy=True),
    Case("HybridOfAll", _maker("Hybrid", boost=True, given=("operator",)), tolerance=0.05, heavy=True),
    Case("Hybrid of residuals", _maker("Hybrid", mode="residual"), tolerance=0.05, heavy=True),
    Case("Hybrid in parallel", _maker("Hybrid", mode="parallel"), tolerance=0.05, heavy=True),
    Case("Hybrid of perceptrons", _maker("Hybrid", training=PERCEPTRONS), tolerance=0.05, heavy=True),
]
