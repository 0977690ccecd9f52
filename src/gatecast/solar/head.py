"""The distribution: quantiles of clearness that cannot cross, as power within its bounds. [kernel]

    median    k_.5  = m
    upward    k_τi  = k_τ(i-1) + softplus(s_i)        downward likewise
    power     q_τ   = clip(k_τ · C, 0, 1)             shares of capacity

The clip is the censoring: all that the latent distribution puts below zero is probability of zero exactly,
all above capacity of capacity, so that scores and calibration see the bounds as the values do. By night C
has no say and every quantile is 0.
"""

import torch
from jaxtyping import Float
from torch import Tensor

KNOTS = (0.01, 0.025, 0.05, *(round(0.05 * k, 2) for k in range(2, 19)), 0.95, 0.975, 0.99)
MEDIAN = KNOTS.index(0.5)


def clearness(theta: Float[Tensor, "*steps knots"]) -> Float[Tensor, "*steps knots"]:
    """Quantiles of clearness, ascending, from what a network says.

    theta    [..., knots]  the median where the median stands, the steps away from it elsewhere, unbounded
    returns  [..., knots]
    """
    steps = torch.nn.functional.softplus(theta)
    median = theta[..., MEDIAN : MEDIAN + 1]
    above = median + steps[..., MEDIAN + 1 :].cumsum(-1)
    below = median - steps[..., :MEDIAN].flip(-1).cumsum(-1).flip(-1)
    return torch.cat([below, median, above], dim=-1)


def said(
    quantiles: Float[Tensor, "*steps knots"],
) -> Float[Tensor, "*steps knots"]:
    """What a network has to say for quantiles of clearness: the inverse of `clearness`.

    quantiles  [..., knots]  strictly ascending
    """
    steps = torch.diff(quantiles, dim=-1)
    raw = steps + torch.log(-torch.expm1(-steps))
    return torch.cat([raw[..., :MEDIAN], quantiles[..., MEDIAN : MEDIAN + 1], raw[..., MEDIAN:]], dim=-1)


def pinball_of_power(
    target: Float[Tensor, "*steps"],
    theta: Float[Tensor, "*steps knots"],
    envelope: Float[Tensor, "*steps"],
    leak: float,
) -> Float[Tensor, ""]:
    """Mean pinball loss of power, over known steps; knots count by the probability they stand for.

    target    [...]         share of capacity; NaN where unknown
    theta     [..., knots]
    envelope  [...]         share of capacity
    leak      slope of the clip beyond the bounds while training, so that what went astray finds back

    Source: Koenker & Bassett (1978); Powell, Censored regression quantiles (1986).
    """
    levels = torch.tensor(KNOTS, dtype=theta.dtype, device=theta.device)
    edges = torch.cat([levels.new_zeros(1), (levels[1:] + levels[:-1]) / 2, levels.new_ones(1)])
    weights = edges.diff()
    power = clearness(theta) * envelope[..., None]
    bounded = power.clamp(0.0, 1.0)
    bounded = bounded + leak * (power - bounded)
    known = ~torch.isnan(target)
    error = torch.where(known, target, 0.0)[..., None] - bounded
    loss = (torch.maximum(levels * error, (levels - 1) * error) * weights).sum(-1)
    return (loss * known).sum() / known.sum().clamp(min=1)
