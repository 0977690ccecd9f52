"""Every step is the same cell: one set of weights, gate values of its own."""

import pytest
from claim_checks import OTHER_SEED, PAGE_SEED, found


@pytest.mark.parametrize("seed", [PAGE_SEED, OTHER_SEED])
def test_the_steps_share_their_weights_and_differ_in_their_gates(seed):
    finding = found("unrolled", seed)
    assert finding.holds, finding.verdict
