"""A gradient vanishes, explodes or survives; in the LSTM the forget bias decides; clipping tames it."""

import pytest
from claim_checks import OTHER_SEED, PAGE_SEED, found

from gatecast.lab.claims import gradient


@pytest.mark.parametrize("seed", [PAGE_SEED, pytest.param(OTHER_SEED, marks=pytest.mark.slow)])
def test_the_forget_bias_decides_and_clipping_tames(seed):
    finding = found("gradient", seed)
    assert finding.holds, finding.verdict


def test_lstms_of_one_seed_differ_by_their_biases_alone():
    """So what the gradients differ by is the forget bias."""
    layers = []
    for name in (gradient.DEFAULT, gradient.THREE):
        with gradient.seeded(0):
            layers.append(dict(gradient._layer(name).named_parameters()))
    default, three = layers
    units = gradient.UNITS
    for name, value in default.items():
        same = (value == three[name]).flatten(1).all(1) if value.ndim > 1 else value == three[name]
        changed = set((~same).nonzero().flatten().tolist())
        assert changed <= (set(range(units, 2 * units)) if name.startswith("bias") else set())
