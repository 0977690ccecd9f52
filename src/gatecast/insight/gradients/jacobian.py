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

from gatecast._types import FloatArray

NUMBERS_AT_ONCE = 2**23  # in the Jacobians held together: 64 MB
FEWEST_AT_ONCE = 16  # steps

Step: TypeAlias = Callable[[Tensor, Tensor], Tensor]


def step_jacobians(
    step: Step, x: Float[Tensor, "time inputs"], before: Float[Tensor, "time state"]
) -> Float[Tensor, "time state state"]:
    """∂s_t/∂s_{t-1} at each step of one series.

    Steps do not see each other here, so they go through together as a batch, and each backward pass gives
    one row of every step's Jacobian.

    step    s_t from x_t and s_{t-1}, each with a batch axis
    before  [time, state]         s_{t-1}
    returns [time, state, state]  row: of s_t, column: of s_{t-1}
    """
    with torch.enable_grad():
        before = before.detach().requires_grad_()
        after = step(x, before)
        rows = [torch.autograd.grad(one.sum(), before, retain_graph=True)[0] for one in after.unbind(-1)]
    return torch.stack(rows, dim=1)


def largest_singular_values(matrices: Float[Tensor, "count rows columns"]) -> Float[Tensor, "count"]:
    """The spectral norm of each matrix.

    From the eigenvalues of MᵀM, a third faster than from M: small singular values lose digits by it, the
    largest does not.
    """
    squared: Tensor = torch.linalg.eigvalsh(matrices.mT @ matrices)[:, -1]
    return squared.clamp_min(0).sqrt()


def spectrum(
    step: Step, x: Float[Tensor, "time inputs"], before: Float[Tensor, "time state"]
) -> tuple[Float[FloatArray, "time"], Float[FloatArray, "time"]]:
    """By lag k: the largest singular value of J_{T-k}, and the norm of the product J_T ⋯ J_{T-k+1}.

    The product of no matrices has norm 1, so that is the second's first entry. It is rescaled on its way and
    its size kept as a logarithm, so it neither runs out of range nor becomes slow to multiply.
    """
    time, size = before.shape
    at_once = max(FEWEST_AT_ONCE, NUMBERS_AT_ONCE // size**2)
    singular, norms = [], [np.ones(1)]
    product, log_scale = torch.eye(size, dtype=before.dtype), 0.0
    for stop in range(time, 0, -at_once):
        rows = slice(max(0, stop - at_once), stop)
        jacobians = step_jacobians(step, x[rows], before[rows]).flip(0)
        singular.append(largest_singular_values(jacobians).numpy())
        products, scales = [], []
        for jacobian in jacobians:
            product = product @ jacobian
            largest = float(product.abs().max())
            if largest > 0:
                product, log_scale = product / largest, log_scale + float(np.log(largest))
            products.append(product)
            scales.append(log_scale)
        with np.errstate(over="ignore", under="ignore"):
            norms.append(largest_singular_values(torch.stack(products)).numpy() * np.exp(scales))
    return np.concatenate(singular), np.concatenate(norms)[:time]
