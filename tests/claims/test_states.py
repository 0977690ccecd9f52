"""The cell remembers for days, the hidden state for hours; the output gate lies between."""

import numpy as np
import pytest
import torch
from claim_checks import OTHER_SEED, PAGE_SEED, found

from gatecast.lab.claims.states import LONGEST, _most_hidden, half_lives


@pytest.mark.parametrize("seed", [PAGE_SEED, OTHER_SEED])
def test_the_cell_remembers_longer_than_the_hidden_state(seed):
    finding = found("states", seed)
    assert finding.holds, finding.verdict


def test_the_half_life_of_an_autoregression_is_what_its_coefficient_says():
    """.9^k falls below one half at k = 7; noise forgets at once; a constant never."""
    chance = np.random.default_rng(0)
    slow = np.zeros((50, 2000))
    for t in range(1, slow.shape[1]):
        slow[:, t] = 0.9 * slow[:, t - 1] + chance.normal(size=50)
    walk = np.cumsum(chance.normal(size=slow.shape), axis=1)
    values = torch.tensor(np.stack([slow, chance.normal(size=slow.shape), walk], axis=-1))
    assert half_lives(values).tolist() == [7, 1, LONGEST]


def test_the_unit_shown_hides_most_of_those_that_live_longest():
    """Unit 3 hides more, and is not one of them; by day nothing counts."""
    opened = torch.tensor([[True, False]])
    shown = torch.tensor([[[0.9, 0.5, 0.5, 1.0], [0.4, 0.5, -0.5, 1.0]]])
    hidden = torch.tensor([[[0.0, 0.5, 0.5, 0.0], [0.3, 0.2, -0.1, 0.0]]])
    assert _most_hidden(np.array([0, 1, 2]), shown, hidden, opened) == 2
