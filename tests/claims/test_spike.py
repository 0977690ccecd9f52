"""A heat spike three days before: the RNN's forecast ignores it, the LSTM's carries it."""

import numpy as np
import pytest
import torch
from claim_checks import OTHER_SEED, PAGE_SEED, found

from gatecast.lab.claims import spike


@pytest.mark.slow
@pytest.mark.parametrize("seed", [PAGE_SEED, OTHER_SEED])
def test_the_lstm_carries_the_spike_and_the_rnn_ignores_it(seed):
    finding = found("spike", seed)
    assert finding.holds, finding.verdict


def test_the_series_reacts_to_a_spike_three_days_later_and_to_nothing_else():
    """Regressed on the spikes of each hour before, demand shows the planted response."""
    windows = spike.draw(40_000, torch.Generator().manual_seed(0))
    lags = spike.HOURS - torch.arange(spike.HOURS)
    fitted = torch.linalg.lstsq(windows.spikes, windows.y[:, None]).solution[:, 0]
    planted = torch.exp(-(((lags - spike.LAG) / spike.WIDTH) ** 2) / 2)
    torch.testing.assert_close(fitted, planted, atol=0.1, rtol=0)


def test_no_two_seeds_share_a_run(monkeypatch):
    """So five seeds are five trials and not three of which most are counted again."""
    asked: list[tuple[str, int]] = []
    monkeypatch.setattr(
        spike, "_moved", lambda kind, seed, *_, **__: asked.append((kind, seed)) or np.zeros(len(spike.LAGS))
    )
    for seed in range(5):
        spike.measure(seed)
    assert len(set(asked)) == len(asked) == 5 * (spike.RUNS + len(spike.PLAIN_RATES))
