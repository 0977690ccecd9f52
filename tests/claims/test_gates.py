"""Each gate does its job: forget, write, show."""

import pytest
import torch
from claim_checks import OTHER_SEED, PAGE_SEED, found

from gatecast.lab.claims import gates
from gatecast.lab.planted import learned, unseen
from gatecast.memory import record


@pytest.mark.parametrize("seed", [PAGE_SEED, OTHER_SEED])
def test_each_gate_does_its_job(seed):
    finding = found("gates", seed)
    assert finding.holds, finding.verdict


@pytest.mark.parametrize("gate", gates.ROW)
@pytest.mark.parametrize("at", [0, 1])
def test_a_gate_held_is_exactly_there_at_every_step(gate, at):
    held = gates.hold(learned(PAGE_SEED), gate, at)
    values = getattr(record(held.layer, unseen().x[:2]).layers[0], f"{gate}_gate")
    assert torch.equal(values, torch.full_like(values, at))
