"""A forecaster whose rule is known, in the shape of one with a network: what it explains can be checked.

The network is built by hand: one input ahead, the rule's forecast, comes out at the other end as it went in
(silu is the identity far to the right).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from planted import DAY

from gatecast.data import Panel, Scale
from gatecast.forecaster import Forecast, Origins
from gatecast.interval import LEVELS, at_levels
from gatecast.memory import Batch, Column, Network, Shape, Workings

FAR = 1000.0  # where silu is the identity to the last digit
Rule = Callable[[Panel, int], np.ndarray]


def through(horizon: int) -> Network:
    """A network that says what it is told ahead."""
    network = Network(Shape(1, 1, 0, horizon, LEVELS), "lstm", 2, 0.0, 1.0)
    with torch.no_grad():
        for weight in network.parameters():
            weight.zero_()
        network.from_ahead.weight[0, 0] = 1.0
        network.step_offset[:, 0] = FAR
        network.out.weight[0, 0] = 1.0
        network.out.bias[0] = -FAR
    return network.eval()


@dataclass
class KnownModel:
    """Forecasts by a rule: from a panel and the row of the origin to the steps ahead."""

    rule: Rule
    horizon: int = DAY
    name: str = "known"
    context: int = 32

    def forecast(self, panel: Panel, origins: Origins, levels: Sequence[float]) -> Forecast:
        rows = panel.offsets[origins.series] + origins.position
        point = np.stack([self.rule(panel, int(row)) for row in rows])
        quantiles = np.repeat(point[..., None], len(levels), axis=-1)
        return Forecast(origins, np.asarray(levels, dtype=np.float64), quantiles, point)

    def workings(
        self, panel: Panel, origins: Origins, levels: Sequence[float], steps: int | None = None
    ) -> Workings:
        del steps  # always the same
        count = len(origins)
        ahead = torch.from_numpy(self.forecast(panel, origins, levels).point)[:, None, :, None]
        one = torch.ones(count, 1, dtype=torch.float64)
        batch = Batch(
            torch.zeros(count, self.context, 1, dtype=torch.float64),
            torch.full((count, 1), self.context - 1),
            ahead,
            torch.zeros(count, 1, self.horizon, 0, dtype=torch.float64),
            torch.zeros(count, 1, 0, dtype=torch.float64),
            one,
            one,
            torch.full((count, 1, self.horizon), torch.nan),
        )

        def finish(quantiles: np.ndarray) -> Forecast:
            stated = at_levels(quantiles, LEVELS, levels)
            point = quantiles[..., LEVELS.index(0.5)]
            return Forecast(origins, np.asarray(levels, dtype=np.float64), stated, point)

        column = Column("said", "covariate", panel.past_names[0] if panel.past_names else "nothing")
        return Workings(
            through(self.horizon).double(),
            batch,
            (column,),
            (column,),
            origins,
            None,
            np.ones(count),
            Scale(np.zeros(1, bool), np.zeros(1), np.ones(1), np.zeros(1, bool)),
            finish,
        )


def true_rule(panel: Panel, row: int) -> np.ndarray:
    """What `planted.panel_of_days` does, read off the panel: of the third day before, the last, the next."""
    names = panel.past_names
    ahead = np.arange(row + 1, row + 1 + DAY)
    said = 100 + 5 * np.sin(2 * np.pi * np.arange(DAY) / DAY)
    if "temperature" in names and row >= 3 * DAY:
        said = said + 0.8 * panel.past[ahead[2] - 3 * DAY, names.index("temperature")]
    if "cloud" in names:
        said = said - 2.0 * panel.past[ahead - DAY, names.index("cloud")].mean()
    return said - 12.0 * panel.known[np.minimum(ahead, len(panel.known) - 1), 0]
