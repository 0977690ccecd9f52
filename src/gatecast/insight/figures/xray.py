"""The X-ray: what went in, every gate and both states of every unit, on one time axis.

Units are sorted by how long they keep what they hold, by their own gate: the longest memory on top.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go
from jaxtyping import Float
from plotly.subplots import make_subplots

from gatecast._types import BoolArray, FloatArray
from gatecast.data import Frequency
from gatecast.errors import OptionError
from gatecast.insight.figures.palette import BLUE, GREY, NUMBER, VERMILLION, color_of, dressed, faded
from gatecast.memory import ElmanRecord, GRURecord, LayerRecord, LSTMRecord, Record

MOST_STEPS = 672  # drawn unless asked for more: a browser draws so many squares at once
FULL_COLOUR = (
    0.98  # quantile of a state's size from which on its colour is full: one huge unit hides no other
)
NAMED_UNITS = 5  # whose half-lives stand beside a map
MAP_HEIGHT, LINE_HEIGHT, GAP = 150, 120, 0.022
GATES = "Cividis"  # even in lightness, the same to colour-blind eyes
STATES = [[0.0, VERMILLION], [0.5, faded(GREY, 0.12)], [1.0, BLUE]]  # nothing held is nothing seen
_GATE_WORDS = {
    "input_gate": ("input gate", "writes %{z:.0%} of the candidate"),
    "forget_gate": ("forget gate", "keeps %{z:.0%} of what it holds"),
    "output_gate": ("output gate", "shows %{z:.0%} of what it holds"),
    "reset_gate": ("reset gate", "lets %{z:.0%} of the past into the candidate"),
    "update_gate": ("update gate", "keeps %{z:.0%} of what it holds"),
}
_STATE_WORDS = {"cell": ("cell state", "holds %{z:.2f}"), "hidden": ("hidden state", "shows %{z:.2f}")}
_SHOWN: tuple[tuple[type, tuple[str, ...]], ...] = (
    (LSTMRecord, ("input_gate", "forget_gate", "output_gate", "cell", "hidden")),
    (GRURecord, ("reset_gate", "update_gate", "hidden")),
    (ElmanRecord, ("hidden",)),
)


@dataclass(frozen=True)
class Lines:
    """A row of curves above the maps, on their time axis.

    title   what the row shows, with its unit
    curves  name, stamps and values of each
    flag    whether the values say yes or no and hold until the next one
    """

    title: str
    curves: tuple[tuple[str, Any, FloatArray], ...]
    flag: bool = False


def xray_figure(
    record: Record | LayerRecord,
    *,
    layer: int = 0,
    series: int = 0,
    times: np.ndarray | None = None,
    frequency: Frequency | None = None,
    lines: Sequence[Lines] = (),
    history: int | None = None,
    axis: str = "step",
) -> go.Figure:
    """Gates, cell and hidden state of one layer and series; with what went in above them where it is given.

    record     as `record` gives it, or one of its layers
    layer      which layer, from 0
    series     which of the batch, from 0
    times      [time]  stamps of the steps; their numbers if not given
    frequency  of the steps, to speak of half-lives in hours
    lines      rows above the maps
    history    steps to draw; the last 672 when None
    axis       what the time axis says

    Raises OptionError for a layer or a series the record does not have, and for a record of padding alone.
    """
    chosen = _layer(record, layer)
    maps = {name: _of_series(chosen, name, series) for name in _fields(chosen)}
    seen: BoolArray = np.asarray(np.isfinite(next(iter(maps.values()))).all(axis=1))
    x = np.arange(1, len(seen) + 1) if times is None else np.asarray(times)
    if len(x) != len(seen):
        raise OptionError(f"the record has {len(seen)} steps and there are {len(x)} times; give one for each")
    shown = np.flatnonzero(seen & ~_nowhere(x))[-(history or MOST_STEPS) :]
    if not len(shown):
        raise OptionError("the record has no step of this series to draw; look at another series")
    order, kept = sorted_units(chosen, series)
    labels = [_unit_label(int(unit), kept, frequency) for unit in order]
    figure = _rows(lines, maps)
    for row, line in enumerate(lines, start=1):
        _add_lines(figure, line, row)
    for row, (name, values) in enumerate(maps.items(), start=len(lines) + 1):
        arranged = values[shown][:, order] if values.shape[1] == len(order) else values[shown]
        named = labels if values.shape[1] == len(order) else [f"output {u}" for u in range(values.shape[1])]
        _add_map(figure, name, x[shown], arranged, named, row)
    dressed(
        figure,
        x=axis,
        height=110 + LINE_HEIGHT * len(lines) + MAP_HEIGHT * len(maps),
    )
    _name_rows(figure, lines, maps)
    figure.update_layout(hovermode="closest", showlegend=False)
    return figure


def sorted_units(layer: LayerRecord, series: int = 0) -> tuple[np.ndarray, Float[FloatArray, "units"] | None]:
    """The units from the shortest memory to the longest, and how many steps each keeps half of what it holds.

    By the gate that keeps, its geometric mean over the steps; a plain RNN has none: its units are sorted by
    how alike their hidden state is from step to step, and their half-lives are None.
    """
    if isinstance(layer, LSTMRecord | GRURecord):
        name = "forget_gate" if isinstance(layer, LSTMRecord) else "update_gate"
        gate = _of_series(layer, name, series)
        gate = gate[np.isfinite(gate).all(axis=1)]
        mean_log = np.minimum(np.log(np.clip(gate, 1e-12, 1.0)).mean(axis=0), -1e-9)
        half: FloatArray = np.log(0.5) / mean_log
        return np.argsort(half, kind="stable"), half
    hidden = _of_series(layer, "hidden", series)
    hidden = hidden[np.isfinite(hidden).all(axis=1)]
    centred = hidden - hidden.mean(axis=0)
    alike = (centred[1:] * centred[:-1]).sum(axis=0) / np.maximum((centred**2).sum(axis=0), 1e-12)
    return np.argsort(alike, kind="stable"), None


def _layer(record: Record | LayerRecord, layer: int) -> LayerRecord:
    if isinstance(record, LayerRecord):
        return record
    if not 0 <= layer < len(record.layers):
        raise OptionError(f"the record has {len(record.layers)} layers and number {layer} is not among them")
    found: LayerRecord = record.layers[layer]
    return found


def _fields(layer: LayerRecord) -> tuple[str, ...]:
    return next(names for kind, names in _SHOWN if isinstance(layer, kind))


def _of_series(layer: LayerRecord, name: str, series: int) -> FloatArray:
    """One field of one series. [time, units]"""
    values = getattr(layer, name).detach()
    if values.ndim == 3:
        axis = 1 - layer.time_axis
        if not 0 <= series < values.shape[axis]:
            raise OptionError(
                f"the record has {values.shape[axis]} series and number {series} is not among them"
            )
        values = values.select(axis, series)
    array: FloatArray = values.double().cpu().numpy()
    return array


def _nowhere(x: np.ndarray) -> np.ndarray:
    """Which stamps are none: steps before the series began."""
    nowhere: np.ndarray = np.isnat(x) if x.dtype.kind in "mM" else np.zeros(len(x), dtype=bool)
    return nowhere


def _unit_label(unit: int, half: FloatArray | None, frequency: Frequency | None) -> str:
    """A unit with its half-life, as hovering says it."""
    if half is None:
        return f"unit {unit}"
    steps = float(half[unit])
    said = frequency.duration(steps) if frequency is not None else f"{steps:.3g} steps"
    return f"unit {unit}, half-life {said}"


def _rows(lines: Sequence[Lines], maps: dict[str, FloatArray]) -> go.Figure:
    heights = [LINE_HEIGHT] * len(lines) + [MAP_HEIGHT] * len(maps)
    return make_subplots(
        rows=len(heights), cols=1, shared_xaxes=True, vertical_spacing=GAP * 7 / (len(heights) + 1),
        row_heights=heights,
    )  # fmt: skip


def _add_lines(figure: go.Figure, line: Lines, row: int) -> None:
    shape = {"shape": "hv"} if line.flag else {}
    for index, (name, x, values) in enumerate(line.curves):
        color = _curve_color(index)
        figure.add_scatter(
            x=x, y=values, name=name, mode="lines", line={"color": color, "width": 1.7, **shape},
            hovertemplate=f"%{{x}}<br>{name} %{{y:{NUMBER}}}<extra></extra>", row=row, col=1,
        )  # fmt: skip
    if line.flag:
        figure.update_yaxes(range=[-0.08, 1.08], tickvals=[0, 1], row=row, col=1)


def _curve_color(index: int) -> str:
    """The first curve is what everything else is seen against."""
    return GREY if index == 0 else color_of(index - 1)


def _add_map(
    figure: go.Figure, name: str, x: np.ndarray, values: FloatArray, labels: Sequence[str], row: int
) -> None:
    """One map, a row a unit."""
    gate = name in _GATE_WORDS
    title, words = _GATE_WORDS[name] if gate else _STATE_WORDS[name]
    size = 1.0 if gate else max(float(np.quantile(np.abs(values), FULL_COLOUR)), 1e-9)
    low, high = figure.get_subplot(row, 1).yaxis.domain
    squares = np.round(values.T, 3).astype(np.float32)  # half the size of the page
    figure.add_heatmap(
        x=x, y=list(labels), z=squares, zmin=0.0 if gate else -size, zmax=size,
        colorscale=GATES if gate else STATES, name=title,
        hovertemplate=f"%{{y}}<br>%{{x}}<br>{title}: {words}<extra></extra>",
        colorbar={
            "len": high - low, "y": (low + high) / 2, "yanchor": "middle", "thickness": 10, "outlinewidth": 0,
            "tickvals": [0.0, 0.5, 1.0] if gate else [-size, 0.0, size],
            "tickformat": ".0%" if gate else ".2~g",
        },
        row=row, col=1,
    )  # fmt: skip
    some = [labels[i] for i in np.unique(np.linspace(0, len(labels) - 1, NAMED_UNITS).astype(int))]
    spoken = [label.partition("half-life ")[2] for label in some]
    figure.update_yaxes(tickvals=some, ticktext=spoken, showgrid=False, row=row, col=1)


def _name_rows(figure: go.Figure, lines: Sequence[Lines], maps: dict[str, FloatArray]) -> None:
    """What each row shows, above it."""
    words = _GATE_WORDS | _STATE_WORDS
    titles = [*map(_line_title, lines), *(words[name][0] for name in maps)]
    titles[len(lines)] += " (a row a unit, the longest memory on top)"
    for row, title in enumerate(titles, start=1):
        figure.add_annotation(
            text=title, xref="x domain", yref="y domain", x=0, y=1, xanchor="left", yanchor="bottom",
            showarrow=False, font={"size": 12}, row=row, col=1,
        )  # fmt: skip
        figure.update_xaxes(showgrid=row <= len(lines), row=row, col=1)


def _line_title(line: Lines) -> str:
    """What a row of curves shows; where it has several, each named in its colour."""
    others = [
        f'<span style="color:{_curve_color(index)}">{name}</span>'
        for index, (name, _, _) in enumerate(line.curves)
        if index
    ]
    return ", ".join([escape(line.title), *others])
