"""How halves did on days they were not trained on: how far to believe the memory, and calibration."""

from dataclasses import dataclass

import numpy as np

from gatecast._types import FloatArray, IntArray
from gatecast.interval import Calibration, calibrate
from gatecast.solar.envelope import DAY
from gatecast.solar.head import KNOTS
from gatecast.solar.network import SolarNetwork
from gatecast.solar.sequences import BLOCK, Cutter, History, held
from gatecast.solar.train import shares_said

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
LOW, HIGH, SPAN = KNOTS.index(0.1), KNOTS.index(0.9), 2.563  # of a standard normal, between these two
BRIGHT = (0.06, 0.25, 0.6)  # shares of capacity: what parts faint steps from bright ones
NARROWEST = 0.002  # of capacity: widths below say nothing


@dataclass(frozen=True)
class Judged:
    """What networks said of lit steps they had not been trained on, and what came.

    quantiles  [steps, knots]  shares of capacity, within the bounds
    actual     [steps]
    envelope   [steps]         share of capacity
    """

    quantiles: FloatArray
    actual: FloatArray
    envelope: FloatArray


def judge(networks: list[SolarNetwork], cutter: Cutter, history: History, seed: int) -> Judged:
    """Each network on the days that it left out, from a random origin of every day that reaches them."""
    draw, quantiles, actual, envelope = np.random.default_rng(seed), [], [], []
    for left_out, network in enumerate(networks):
        origins = history.draw(draw)
        for _, batch in cutter.portions(origins):
            day = cutter.panel.times[batch.rows] // DAY
            known = np.isfinite(batch.target) & held(day // BLOCK, left_out)
            if known.any():
                quantiles.append(shares_said([network], batch)[known])
                actual.append(batch.target[known])
                envelope.append(batch.envelope[known])
    if not actual:
        return Judged(np.zeros((0, len(KNOTS))), np.zeros(0), np.zeros(0))
    return Judged(np.concatenate(quantiles), np.concatenate(actual), np.concatenate(envelope))


def calibrated(judged: Judged) -> Calibration:
    """How far quantiles are off on days not trained on, by how bright a step can be.

    A faint step is mostly zero and its errors have another shape: each class of brightness is moved by
    itself, or with its neighbours where it is rare, as steps of a horizon are elsewhere.
    """
    mine = brightness(judged.envelope)[:, None] == np.arange(len(BRIGHT) + 1)
    actual = np.where(mine, judged.actual[:, None], np.nan)
    stated = np.repeat(judged.quantiles[:, None], len(BRIGHT) + 1, axis=1)
    return calibrate(actual, stated, own_width(stated), KNOTS)


def settle(calibration: Calibration, quantiles: FloatArray, envelope: FloatArray) -> FloatArray:
    """Calibrated quantiles, within the bounds. [..., knots]"""
    flat, kind = quantiles.reshape(-1, 1, len(KNOTS)), brightness(envelope).reshape(-1)
    moved = np.empty_like(flat)
    for k in range(len(BRIGHT) + 1):
        mine = kind == k
        own = Calibration(calibration.shifts[k : k + 1], calibration.median)
        moved[mine] = own.apply(flat[mine], own_width(flat[mine]))
    bounded: FloatArray = np.clip(moved, 0.0, 1.0).reshape(quantiles.shape)
    return bounded


def brightness(envelope: FloatArray) -> IntArray:
    """Which class of brightness each step is of."""
    kind: IntArray = np.searchsorted(BRIGHT, envelope)
    return kind


def choose_share(line: Judged, network: Judged) -> tuple[float, Judged]:
    """How much of the network serves best on the same steps, and what both say together then."""
    both = [line.quantiles + share * (network.quantiles - line.quantiles) for share in SHARES]
    losses = [mean_pinball(line.actual, quantiles) for quantiles in both]
    best = int(np.argmin(losses))
    return SHARES[best], Judged(both[best], line.actual, line.envelope)


def mean_pinball(actual: FloatArray, quantiles: FloatArray) -> float:
    """Pinball loss averaged over steps and knots, each knot by the probability it stands for."""
    levels = np.array(KNOTS)
    weights = np.diff(np.concatenate([[0.0], (levels[1:] + levels[:-1]) / 2, [1.0]]))
    error = actual[:, None] - quantiles
    return float((np.maximum(levels * error, (levels - 1) * error) @ weights).mean())


def own_width(quantiles: FloatArray) -> FloatArray:
    """How wide a distribution is, in shares of capacity."""
    width: FloatArray = np.maximum((quantiles[..., HIGH] - quantiles[..., LOW]) / SPAN, NARROWEST)
    return width
