"""The head keeps its promises: ascending quantiles, bounds as point masses, the loss by hand."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from gatecast.solar.head import KNOTS, MEDIAN, clearness, pinball_of_power, said
from gatecast.solar.network import reversal

NUMBERS = st.lists(st.floats(-20, 20), min_size=len(KNOTS), max_size=len(KNOTS))


def slowly(theta: list[float]) -> list[float]:
    """Quantiles one by one, from the median outwards."""
    quantiles = [0.0] * len(KNOTS)
    quantiles[MEDIAN] = theta[MEDIAN]
    for i in range(MEDIAN + 1, len(KNOTS)):
        quantiles[i] = quantiles[i - 1] + np.log1p(np.exp(theta[i]))
    for i in range(MEDIAN - 1, -1, -1):
        quantiles[i] = quantiles[i + 1] - np.log1p(np.exp(theta[i]))
    return quantiles


def loss_slowly(target: float, theta: list[float], envelope: float) -> float:
    """Pinball loss of one step, knot by knot, each by the probability between its neighbours' middles."""
    levels, total = [0.0, *KNOTS, 1.0], 0.0
    for i, (level, k) in enumerate(zip(KNOTS, slowly(theta), strict=True), start=1):
        low = 0.0 if i == 1 else (levels[i - 1] + level) / 2
        high = 1.0 if i == len(KNOTS) else (levels[i + 1] + level) / 2
        power = min(max(k * envelope, 0.0), 1.0)
        error = target - power
        total += (high - low) * (level * error if error > 0 else (level - 1) * error)
    return total


@given(NUMBERS)
def test_quantiles_are_those_of_the_slow_version_and_never_cross(theta):
    fast = clearness(torch.tensor(theta, dtype=torch.float64))
    np.testing.assert_allclose(fast.numpy(), slowly(theta), rtol=1e-9, atol=1e-9)
    assert (fast.diff() >= 0).all()
    assert fast[MEDIAN] == theta[MEDIAN]


@given(NUMBERS, st.floats(0, 1), st.floats(0.02, 1.2))
def test_the_loss_is_that_of_the_slow_version(theta, target, envelope):
    tensors = (torch.tensor([[v]], dtype=torch.float64) for v in (target, envelope))
    y, c = (t[:, 0] for t in tensors)
    fast = pinball_of_power(y, torch.tensor([theta], dtype=torch.float64), c, leak=0.0)
    np.testing.assert_allclose(float(fast), loss_slowly(target, theta, envelope), rtol=1e-8, atol=1e-12)


def test_unknown_values_cost_nothing():
    theta = torch.randn(3, len(KNOTS), generator=torch.Generator().manual_seed(0))
    target, envelope = torch.tensor([0.2, float("nan"), 0.4]), torch.tensor([0.5, 0.9, 0.7])
    known = torch.tensor([0, 2])
    there = pinball_of_power(target, theta, envelope, 0.0)
    assert torch.equal(there, pinball_of_power(target[known], theta[known], envelope[known], 0.0))


def test_what_is_said_for_quantiles_gives_these_quantiles():
    quantiles = torch.linspace(-0.2, 1.1, len(KNOTS), dtype=torch.float64)
    np.testing.assert_allclose(clearness(said(quantiles)), quantiles, atol=1e-9)


@given(st.lists(st.integers(0, 7), min_size=1, max_size=5))
def test_turning_a_sequence_around_twice_leaves_it_as_it_was(lengths):
    length = torch.tensor(lengths)
    turned = reversal(length, 7)
    assert torch.equal(turned.gather(1, turned), torch.arange(7).expand(len(lengths), 7))
    for row, count in zip(turned.tolist(), lengths, strict=True):
        assert row[:count] == list(range(count))[::-1]
        assert row[count:] == list(range(count, 7))
