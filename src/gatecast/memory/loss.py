"""Pinball loss: what a quantile forecast is trained on and scored by. [kernel]

Koenker & Bassett (1978): ρ_τ(e) = max(τ e, (τ - 1) e), e = y - q.
"""

import torch
from jaxtyping import Float
from torch import Tensor


def pinball(
    target: Float[Tensor, "*origins horizon"],
    quantiles: Float[Tensor, "*origins horizon levels"],
    levels: Float[Tensor, "levels"],
    unit: Float[Tensor, "*origins"],
    weight: Float[Tensor, "*origins"],
) -> Float[Tensor, ""]:
    """Mean pinball loss over the known targets, in units of `unit`.

    target     [..., horizon]           NaN where unknown
    quantiles  [..., horizon, levels]
    levels     [levels]
    unit       [...]                    size of an ordinary error
    weight     [...]                    of each origin
    returns    []
    """
    known = ~torch.isnan(target)
    error = (torch.where(known, target, 0.0)[..., None] - quantiles) / unit[..., None, None]
    loss = torch.maximum(levels * error, (levels - 1) * error).mean(-1)
    counted = known * weight[..., None]
    return (loss * counted).sum() / counted.sum().clamp(min=1e-12)
