"""Shapes at the doors: named in annotations, checked in tests, free of charge for users."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from jaxtyping import TypeCheckError

from gatecast.backtest import mase
from gatecast.forecaster import Forecast, Origins
from gatecast.hybrid.gate import join
from gatecast.interval import untangle
from gatecast.linear.robust import huber_weights, ridge
from gatecast.memory.loss import pinball

SOURCE = Path(__file__).parents[1] / "src"


def test_an_axis_of_another_length_is_caught() -> None:
    with pytest.raises(TypeCheckError, match="'weights'"):
        ridge(np.ones((5, 2)), np.ones(5), np.ones(4), np.ones(2), np.ones(2))


def test_a_missing_axis_is_caught() -> None:
    with pytest.raises(TypeCheckError, match="'residual'"):
        huber_weights(np.ones((5, 1)))
    with pytest.raises(TypeCheckError, match="'quantiles'"):
        untangle(np.array(1.0), median=0)


def test_whole_numbers_are_no_measurements() -> None:
    with pytest.raises(TypeCheckError, match="'actual'"):
        mase(np.array([1, 2]), np.ones(2), np.array(1.0))


def test_a_record_whose_parts_disagree_is_caught() -> None:
    origins = Origins(np.array([0]), np.array([9]))
    with pytest.raises(TypeCheckError, match="'linear_part'"):
        Forecast(origins, np.array([0.5]), np.ones((1, 2, 1)), np.ones((1, 2)), np.ones((1, 3)))


def test_tensors_are_held_to_their_axes_too() -> None:
    with pytest.raises(TypeCheckError, match="'levels'"):
        pinball(torch.ones(4, 3), torch.ones(4, 3, 2), torch.ones(3), torch.ones(4), torch.ones(4))


def test_a_number_stands_for_an_array_only_where_it_may() -> None:
    assert join(np.zeros((1, 2)), np.ones((1, 2)), 1).tolist() == [[1.0, 1.0]]
    with pytest.raises(TypeCheckError, match="'share'"):
        join(np.zeros((3, 2)), np.ones((3, 2)), np.ones(3))


def test_users_are_not_checked() -> None:
    """Where no test runs, beartype need not be there, and a call is a call."""
    code = (
        "import sys, numpy as np; from gatecast.linear.robust import huber_weights; "
        "assert huber_weights(np.ones((5, 1))).shape == (5, 1); assert 'beartype' not in sys.modules"
    )
    environment = os.environ | {"PYTHONPATH": str(SOURCE)}
    command = [sys.executable, "-c", code]
    found = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=False)
    assert found.returncode == 0, found.stderr
