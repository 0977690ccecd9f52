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


def test_a_gate_held_today_alone_leaves_the_past_as_it_was():
    """No gate held: the network as it is. The input gate held from the start: nothing is written."""
    made, test = learned(PAGE_SEED), unseen()
    warmer = gates._warmer(test, slice(gates.TIME - gates.DAY, gates.TIME))
    whole = gates._moved(made, test, warmer)
    assert gates._moved_today(made, made, test, warmer) == pytest.approx(whole, rel=1e-4)
    shut = gates.hold(made, "input", 0)
    assert 0 < gates._moved_today(made, shut, test, warmer) < whole
    assert gates._moved(shut, test, warmer) == 0
