"""Across a hundred steps an LSTM adds two numbers; a plain RNN cannot."""

import pytest
import torch
from claim_checks import OTHER_SEED, PAGE_SEED, found

from gatecast.lab.claims.adding import BASELINE, LENGTH, draw


@pytest.mark.slow
@pytest.mark.parametrize("seed", [PAGE_SEED, OTHER_SEED])
def test_the_lstm_adds_and_the_rnn_does_not(seed):
    finding = found("adding", seed)
    assert finding.holds, finding.verdict


def test_always_answering_one_scores_one_sixth():
    _, y = draw(200_000, torch.Generator().manual_seed(0))
    assert float((y - 1).square().mean()) == pytest.approx(BASELINE, rel=0.01)


def test_the_sum_is_of_the_two_marked_numbers_one_in_each_half():
    x, y = draw(100, torch.Generator().manual_seed(0))
    marks = x[..., 1]
    torch.testing.assert_close((x[..., 0] * marks).sum(1), y)
    assert marks[:, : LENGTH // 2].sum(1).eq(1).all()
    assert marks[:, LENGTH // 2 :].sum(1).eq(1).all()
