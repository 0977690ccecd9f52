"""Last year's holiday acts through the calendar and the weights, not through the memory."""

from types import SimpleNamespace

import numpy as np
import pytest
from claim_checks import OTHER_SEED, PAGE_SEED, found

from gatecast.data import Schema, load_sample, panel_from
from gatecast.lab.claims import holiday


@pytest.mark.slow
@pytest.mark.parametrize("seed", [PAGE_SEED, OTHER_SEED])
def test_the_calendar_is_the_path_and_the_memory_is_not(seed):
    finding = found("holiday", seed)
    assert finding.holds, finding.verdict


def test_declaring_a_holiday_changes_that_day_and_none_before():
    """A forecaster that counts the holiday hours it reads, two weeks back and a day ahead, finds a day's."""
    table = load_sample("demand").gather_every(2)
    schema = Schema(known=holiday.WITH)
    panel = panel_from(table, schema, freq=None, season=None, zone=None).panel

    def counted(panel, origins, _):
        at, column = int(origins.position[0]), panel.known_names.index("holiday")
        return SimpleNamespace(point=np.full((1, 24), panel.known[at - 336 : at + 25, column].sum()))

    assert holiday._declared(SimpleNamespace(forecast=counted), panel, holiday._tested(panel)) == 24
