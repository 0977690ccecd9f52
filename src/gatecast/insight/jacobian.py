"""Jacobians of single steps, their largest singular values, and the norm of their product.

    J_t = ∂s_t/∂s_{t-1}        ∂s_T/∂s_{T-k} = J_T J_{T-1} ⋯ J_{T-k+1}

Source: Pascanu, Mikolov & Bengio, On the difficulty of training recurrent neural networks (2013),
arXiv 1211.5063.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.func import jacrev, vmap

from gatecast._types import FloatArray

AT_ONCE = 32  # steps whose Jacobians are in the air together: more is slower, for they leave the cache

Step: TypeAlias = Callable[[Tensor, Tensor], Tensor]


def step_jacobians(
    step: Step, x: Float[Tensor, "time inputs"], before: Float[Tensor, "time state"]
) -> Float[Tensor, "time state state"]:
    """∂s_t/∂s_{t-1} at each step of one series.

    step    s_t from x_t and s_{t-1}, each with a batch axis
    before  [time, state]         s_{t-1}
    returns [time, state, state]  row: of s_t, column: of s_{t-1}
    """

    def alone(x_t: Tensor, s: Tensor) -> Tensor:
        return step(x_t[None], s[None])[0]

    jacobians: Tensor = vmap(jacrev(alone, argnums=1), chunk_size=AT_ONCE)(x, before)
    return jacobians


def largest_singular_values(matrices: Float[Tensor, "count rows columns"]) -> Float[Tensor, "count"]:
    """The spectral norm of each matrix.

    From the eigenvalues of MᵀM, a third faster than from M: small singular values lose digits by it, the
    largest does not.
    """
    squared = torch.linalg.eigvalsh(matrices.mT @ matrices)[:, -1]
    return squared.clamp_min(0).sqrt()


def spectrum(
    step: Step, x: Float[Tensor, "time inputs"], before: Float[Tensor, "time state"]
) -> tuple[Float[FloatArray, "time"], Float[FloatArray, "time"]]:
    """By lag k: the largest singular value of J_{T-k}, and the norm of the product J_T ⋯ J_{T-k+1}.

    The product of no matrices has norm 1, so that is the second's first entry. The product is rescaled on
    its way and its size kept as a logarithm: it is right however long the series is.
    """
    time, size = before.shape
    singular, norms = np.empty(time), np.ones(time)
    product, log_scale = torch.eye(size, dtype=before.dtype), 0.0
    for stop in range(time, 0, -AT_ONCE):
        rows = slice(max(0, stop - AT_ONCE), stop)
        jacobians = step_jacobians(step, x[rows], before[rows]).flip(0)
        lags = slice(time - stop, time - rows.start)
        singular[lags] = largest_singular_values(jacobians).numpy()
        products, scales = [], []
        for jacobian in jacobians:
            product = product @ jacobian
            size_now = float(product.abs().max())
            if size_now > 0:
                product, log_scale = product / size_now, log_scale + float(np.log(size_now))
            products.append(product)
            scales.append(log_scale)
        with np.errstate(over="ignore"):
            found = largest_singular_values(torch.stack(products)).numpy() * np.exp(scales)
        after = slice(lags.start + 1, min(lags.stop + 1, time))
        norms[after] = found[: after.stop - after.start]
    return singular, norms
