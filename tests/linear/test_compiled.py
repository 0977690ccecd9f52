"""Whoever waits for kernels to be compiled is told, and nobody else is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gatecast import ARIMA
from gatecast.linear import until_compiled
from gatecast.progress import Silent
from synthetic_panels import hourly_panel

LEARN = """
import polars as pl
from gatecast import {model}
from gatecast.progress import Silent
class Labels(Silent):
    def task(self, label, total):
        print(label)
        return super().task(label, total)
y = [float(10 + k % 4 + k * 7919 % 13 / 50) for k in range(80)]
{model}(horizon=4, season=4).fit(pl.DataFrame({{"ds": range(80), "y": y}}), progress=Labels())
"""


def labels(model: str, cache: Path) -> list[str]:
    """What a new process says while it fits."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(cache), "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", LEARN.format(model=model)]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return done.stdout.splitlines()


@pytest.mark.slow
def test_the_first_start_on_a_machine_says_that_it_compiles_and_the_next_does_not(tmp_path: Path) -> None:
    assert labels("ARIMA", tmp_path) == ["ARIMA: compiling, once for this machine, then fitting"]
    assert labels("ARIMA", tmp_path) == ["ARIMA: fitting"]
    assert labels("LinearHalf", tmp_path) == ["LinearHalf: fitting"]
    assert labels("SeasonalNaive", tmp_path / "another") == ["SeasonalNaive: fitting"]


def test_where_kernels_are_compiled_there_is_nothing_to_say() -> None:
    ARIMA(horizon=4).learn(hourly_panel((120,)), Silent())
    assert until_compiled() == ""
