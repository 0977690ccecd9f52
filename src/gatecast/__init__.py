"""gatecast: energy forecasts made of two halves on view.

Importing the package imports nothing heavy: a name's room is opened when the name is first touched (PEP 562).
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gatecast.artifact import checkpointing as checkpointing
    from gatecast.backtest import cross_validate as cross_validate
    from gatecast.backtest import leaderboard as leaderboard
    from gatecast.data import Panel as Panel
    from gatecast.data import Site as Site
    from gatecast.data import load_sample as load_sample
    from gatecast.data import read_table as read_table
    from gatecast.errors import GatecastError as GatecastError
    from gatecast.forecaster import Forecast as Forecast
    from gatecast.forecaster import Origins as Origins
    from gatecast.front import compare as compare
    from gatecast.hybrid import LinearHalf as LinearHalf
    from gatecast.insight import xray_figure as xray_figure
    from gatecast.linear import ARIMA as ARIMA
    from gatecast.linear import Autoregression as Autoregression
    from gatecast.linear import Drift as Drift
    from gatecast.linear import SeasonalNaive as SeasonalNaive
    from gatecast.memory import read_keras as read_keras
    from gatecast.memory import read_onnx as read_onnx
    from gatecast.memory import record as record
    from gatecast.models import GRU as GRU
    from gatecast.models import LSTM as LSTM
    from gatecast.models import RNN as RNN
    from gatecast.models import Hybrid as Hybrid
    from gatecast.models import load as load
    from gatecast.models import save as save
    from gatecast.solar import SolarHybrid as SolarHybrid
    from gatecast.solar import SolarLinear as SolarLinear

    __version__: str

_ROOM = {
    "Hybrid": "gatecast.models",
    "LinearHalf": "gatecast.hybrid",
    "LSTM": "gatecast.models",
    "GRU": "gatecast.models",
    "RNN": "gatecast.models",
    "SolarHybrid": "gatecast.solar",
    "SolarLinear": "gatecast.solar",
    "Site": "gatecast.data",
    "record": "gatecast.memory",
    "xray_figure": "gatecast.insight",
    "read_keras": "gatecast.memory",
    "read_onnx": "gatecast.memory",
    "ARIMA": "gatecast.linear",
    "Autoregression": "gatecast.linear",
    "SeasonalNaive": "gatecast.linear",
    "Drift": "gatecast.linear",
    "cross_validate": "gatecast.backtest",
    "leaderboard": "gatecast.backtest",
    "save": "gatecast.models",
    "load": "gatecast.models",
    "checkpointing": "gatecast.artifact",
    "compare": "gatecast.front",
    "Panel": "gatecast.data",
    "read_table": "gatecast.data",
    "load_sample": "gatecast.data",
    "Forecast": "gatecast.forecaster",
    "Origins": "gatecast.forecaster",
    "GatecastError": "gatecast.errors",
}

# Rooms whose doors open as attributes, like `gatecast.insight.fan_chart`.
_DOORS = {
    "artifact",
    "backtest",
    "data",
    "demo",
    "hybrid",
    "insight",
    "jobs",
    "lab",
    "linear",
    "memory",
    "report",
    "solar",
}

__all__ = [  # noqa: RUF022  # the order a reader meets them
    "Hybrid",
    "LinearHalf",
    "LSTM",
    "GRU",
    "RNN",
    "ARIMA",
    "Autoregression",
    "SeasonalNaive",
    "Drift",
    "SolarHybrid",
    "SolarLinear",
    "Site",
    "record",
    "xray_figure",
    "read_keras",
    "read_onnx",
    "cross_validate",
    "leaderboard",
    "save",
    "load",
    "checkpointing",
    "compare",
    "Panel",
    "read_table",
    "load_sample",
    "Forecast",
    "Origins",
    "GatecastError",
]


def _version() -> str:
    """What is installed; a checkout that never was installed says so."""
    metadata = import_module("importlib.metadata")
    try:
        return str(metadata.version("gatecast"))
    except metadata.PackageNotFoundError:
        return "0+unknown"


def __getattr__(name: str) -> object:
    """Open the room of a public name when it is first touched."""
    if name == "__version__":
        value: object = _version()
    elif name in _ROOM:
        value = getattr(import_module(_ROOM[name]), name)
    elif name in _DOORS:
        value = import_module(f"gatecast.{name}")
    else:
        raise AttributeError(f"module 'gatecast' has no attribute {name!r}; it has {', '.join(__all__)}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names."""
    return sorted([*__all__, "__version__"])
