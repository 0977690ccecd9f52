"""The pinball loss is the published one, and counts what is known by its weight."""

import numpy as np
import pytest
import scoringrules
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from utilsforecast.losses import quantile_loss

from gatecast.interval import LEVELS
from gatecast.memory.loss import pinball

TAU = torch.tensor(LEVELS)


def random_case(seed: int, origins: int = 5, horizon: int = 7) -> tuple[torch.Tensor, torch.Tensor]:
    draw = torch.Generator().manual_seed(seed)
    target = torch.randn(origins, horizon, generator=draw)
    return target, torch.randn(origins, horizon, len(LEVELS), generator=draw)


def loss_of(target: torch.Tensor, quantiles: torch.Tensor, weight: torch.Tensor | None = None) -> float:
    one = torch.ones(target.shape[0])
    return float(pinball(target, quantiles, TAU, one, one if weight is None else weight))


@given(seed=st.integers(0, 10_000))
@settings(max_examples=20)
def test_it_is_the_quantile_score_of_scoringrules(seed: int) -> None:
    target, quantiles = random_case(seed)
    theirs = scoringrules.quantile_score(target.numpy()[..., None], quantiles.numpy(), np.array(LEVELS))
    assert loss_of(target, quantiles) == pytest.approx(theirs.mean(), rel=1e-5)


def test_it_is_the_quantile_loss_of_utilsforecast() -> None:
    pandas = pytest.importorskip("pandas")
    target, quantiles = random_case(3)
    theirs = []
    for column, level in enumerate(LEVELS):
        frame = pandas.DataFrame(
            {"unique_id": "a", "y": target.ravel(), "model": quantiles[..., column].ravel()}
        )
        theirs.append(quantile_loss(frame, {"model": "model"}, q=level)["model"].item())
    assert loss_of(target, quantiles) == pytest.approx(np.mean(theirs), rel=1e-5)


def test_unknown_targets_are_left_out_of_loss_and_gradient() -> None:
    target, quantiles = random_case(1)
    target[0, 2:], target[3] = np.nan, np.nan
    known = ~torch.isnan(target)
    quantiles.requires_grad_()
    one = torch.ones(len(target))
    loss = pinball(target, quantiles, TAU, one, one)
    loss.backward()
    error = target[known][:, None] - quantiles[known]
    torch.testing.assert_close(loss, torch.maximum(TAU * error, (TAU - 1) * error).mean())
    assert quantiles.grad is not None
    assert torch.isfinite(quantiles.grad).all()
    assert (quantiles.grad[~known] == 0).all()


def test_nothing_known_costs_nothing() -> None:
    target, quantiles = random_case(1)
    assert loss_of(torch.full_like(target, np.nan), quantiles) == 0.0


def test_an_origin_counts_by_its_weight() -> None:
    """Weight 2 is as if it stood there twice, weight 0 as if it did not stand there."""
    target, quantiles = random_case(2, origins=3)
    weighted = loss_of(target, quantiles, torch.tensor([2.0, 1.0, 0.0]))
    twice = torch.tensor([0, 0, 1])
    assert weighted == pytest.approx(loss_of(target[twice], quantiles[twice]), rel=1e-6)


def test_errors_are_counted_in_units_of_their_own_series() -> None:
    target, quantiles = random_case(4, origins=2)
    unit, one = torch.tensor([1.0, 1000.0]), torch.ones(2)
    scaled = pinball(target * unit[:, None], quantiles * unit[:, None, None], TAU, unit, one)
    assert float(scaled) == pytest.approx(loss_of(target, quantiles), rel=1e-5)
