"""Silencing a unit changes the forecast by what the head reads of it, and by nothing else."""

import numpy as np
import pytest
import torch

from gatecast.errors import OptionError
from gatecast.insight import unit_ablation
from planted_memory import UNITS, subject_of


def heard(*units: int):
    """A network whose head hears some units only, the later the louder."""

    def alter(network: torch.nn.Module) -> None:
        kept = network.from_state.weight.clone()
        network.from_state.weight.zero_()
        for loudness, unit in enumerate(units, start=1):
            network.from_state.weight[:, unit] = loudness * kept[:, 0]

    return alter


def test_units_the_head_does_not_hear_change_nothing():
    lost = unit_ablation(subject_of(alter=heard(2, 5)), to="zero")
    silent = np.delete(lost.change, [2, 5], axis=0)
    assert np.abs(silent).max() < 1e-6
    assert set(lost.ranking[:2].tolist()) == {2, 5}


@pytest.mark.parametrize("to", ["mean", "zero"])
@pytest.mark.parametrize("kind", ["LSTM", "Hybrid"])
def test_a_unit_is_silenced_as_if_it_had_been_written_so(kind, to):
    one = subject_of(kind)
    lost, pieces = unit_ablation(one, to=to), one.workings()
    with torch.no_grad():
        states = pieces.network.encoder(pieces.batch.history)[0]
        state = states[:, -1:].clone()
        state[..., 3] = 0.0 if to == "zero" else states[0, :, 3].mean()
        quantiles = pieces.network.head(state, pieces.batch).quantiles[:, 0].double().numpy()
    by_hand = pieces.finish(quantiles).point[0] - one.forecast().point[0]
    np.testing.assert_allclose(lost.change[3], by_hand, atol=1e-4)
    assert lost.hidden.shape == lost.replaced.shape == (UNITS,)


def test_units_are_ranked_by_what_hangs_on_them():
    lost = unit_ablation(subject_of())
    assert (np.diff(lost.size[lost.ranking]) <= 0).all()


def test_anything_else_in_its_place_is_refused():
    with pytest.raises(OptionError, match="to='noise' is nothing to put in a unit's place"):
        unit_ablation(subject_of(), to="noise")  # type: ignore[arg-type]
