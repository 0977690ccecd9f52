"""What a model's memory did on the way to one forecast: its record, with times and inputs."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from gatecast._types import FloatArray
from gatecast.data import is_binary
from gatecast.forecaster import Forecast
from gatecast.insight.figures.stretch import axis_title
from gatecast.insight.figures.xray import Lines, xray_figure
from gatecast.insight.subject import Subject
from gatecast.insight.why.deviation import seen
from gatecast.memory import Record, Workings, record

MOST_COVARIATES = 4  # drawn above the gates


@dataclass(frozen=True, eq=False)
class Inspection:
    """One forecast and what the network computed on its way to it.

    subject   model, series and origin
    workings  the network with its inputs by name
    record    of the encoder: arrays [1, context, units], the last step is the origin
    forecast  with its parts
    """

    subject: Subject
    workings: Workings
    record: Record
    forecast: Forecast

    @property
    def layers(self) -> tuple[Any, ...]:
        """The layers' records: gates, cell and hidden state, before and after activation."""
        return self.record.layers

    @property
    def steps(self) -> int:
        """Past steps that the network read: from its anchor to the origin."""
        return self.workings.context

    @property
    def times(self) -> np.ndarray:
        """Local stamps, or step numbers, of these steps. [steps]"""
        return self.subject.stamps(self.subject.past(self.steps))

    def figure(self, *, layer: int = 0, history: int | None = None, unit: str = "") -> go.Figure:
        """The X-ray: forecast, covariates, gates and states on one time axis.

        layer    of the network
        history  past steps to draw; all the network reads, up to 672, when None
        unit     of the series

        Raises OptionError for a layer there is not, or where nothing is to be drawn.
        """
        drawn = self.steps if history is None else min(history, self.steps)
        return xray_figure(
            self.record,
            layer=layer,
            times=self.times,
            frequency=self.subject.panel.frequency,
            lines=self._lines(drawn, unit),
            history=drawn,
            axis=axis_title(self.subject.panel),
        )

    def _lines(self, history: int, unit: str) -> tuple[Lines, ...]:
        """The series with its forecast, and the covariates, each a row."""
        subject, panel = self.subject, self.subject.panel
        past, ahead = subject.past(history), subject.future
        title = f"{panel.ids[subject.series]}{f', {unit}' if unit else ''}"
        stamps = subject.stamps(slice(past.start, past.stop))
        coming = subject.coming()
        curves: list[tuple[str, Any, FloatArray]] = [
            ("value", stamps, panel.values[past]),
            ("forecast", coming, self.forecast.point[0]),
        ]
        if np.isfinite(subject.actual()).any():
            curves.append(("what came", coming, subject.actual()))
        whole = slice(past.start, ahead.stop)
        rows = [Lines(title, tuple(curves))]
        names = [*panel.known_names, *panel.past_names][:MOST_COVARIATES]
        for name in names:
            values = seen(subject, name)[whole]
            rows.append(Lines(name, ((name, subject.stamps(whole), values),), flag=is_binary(values)))
        return tuple(rows)


def inspect(subject: Subject) -> Inspection:
    """Record what the network computes on its way to one forecast."""
    workings = subject.workings()
    return Inspection(subject, workings, record(workings.encoder, workings.batch.history), subject.forecast())
