"""Last year's holiday acts through the calendar and the weights, not through the memory."""

import pytest
from claim_checks import OTHER_SEED, PAGE_SEED, found


@pytest.mark.slow
@pytest.mark.parametrize("seed", [PAGE_SEED, OTHER_SEED])
def test_the_calendar_is_the_path_and_the_memory_is_not(seed):
    finding = found("holiday", seed)
    assert finding.holds, finding.verdict
