"""Where the models of every series stand, and the panel whose end that is: never one without the other."""

from dataclasses import dataclass

import numpy as np

from gatecast._types import FloatArray
from gatecast.data import Panel
from gatecast.linear.fitted import FittedSeries, States


@dataclass(frozen=True)
class Standing:
    """The states behind the last values of a panel; made by `stand`.

    panel    histories as the states have read them
    fitted   [series]
    states   [series]
    horizon, clean  as the states were started
    """

    panel: Panel
    fitted: tuple[FittedSeries, ...]
    states: tuple[States, ...]
    horizon: int
    clean: bool

    def after(self, panel: Panel) -> "Standing":
        """The states behind a panel that continues this one: they read what is new there and nothing else."""
        states = list(self.states)
        for i in np.flatnonzero(panel.known_steps > self.panel.known_steps):
            history = panel.history(int(i))
            news = slice(history.start + int(self.panel.known_steps[i]), history.stop)
            states[i] = self.fitted[i].after(states[i], panel.values[news], panel.known[news].T)
        return Standing(panel, self.fitted, tuple(states), self.horizon, self.clean)

    def ahead(self, panel: Panel, series: int) -> tuple[FloatArray, FloatArray]:
        """Means and variances of the steps behind one history, on the scale of the models. [1, horizon] each

        panel  the same, continued into the future
        """
        future = slice(panel.history(series).stop, panel.rows(series).stop)
        return self.fitted[series].ahead(self.states[series], panel.known[future].T)

    def is_behind(self, panel: Panel, fitted: tuple[FittedSeries, ...], horizon: int, clean: bool) -> bool:
        """Whether these are the states that filtering this very panel with these models would end in."""
        return (
            self.panel is panel and self.fitted is fitted and (self.horizon, self.clean) == (horizon, clean)
        )


def stand(panel: Panel, fitted: tuple[FittedSeries, ...], horizon: int, clean: bool) -> Standing:
    """Filter every history of a panel, once and from its beginning."""
    states = []
    for i, one in enumerate(fitted):
        history = panel.history(i)
        start = one.start(horizon, clean)
        states.append(one.after(start, panel.values[history], panel.known[history].T))
    return Standing(panel, fitted, tuple(states), horizon, clean)
