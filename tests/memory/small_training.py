"""A small panel cut into windows, and a training that takes a fraction of a second."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from gatecast.data import Panel
from gatecast.memory import (
    CellKind,
    Cutter,
    Plan,
    Trained,
    Training,
    anchored_windows,
    learn_inputs,
    learn_network,
    plan_windows,
)
from gatecast.memory.inputs import lone_extras
from gatecast.memory.windows import Windows
from gatecast.progress import Silent
from synthetic_panels import hourly_panel

HORIZON = 6
TINY = Training(units=6, steps=20, windows=8, origins=4, checks=4)


@dataclass(frozen=True)
class Setting:
    """Windows to train on and to judge by."""

    panel: Panel
    plan: Plan
    windows: Cutter
    judged: Cutter


def small_setting(seed: int = 0) -> Setting:
    panel = hourly_panel((220, 180))
    plan = plan_windows(panel, HORIZON, TINY.origins, TINY.drawn, seed)
    assert plan is not None
    return Setting(
        panel,
        plan,
        cut(panel, plan.training),
        cut(panel, anchored_windows(plan.choosing, plan.context)),
    )


def cut(panel: Panel, windows: Windows, unit: float = 1.0) -> Cutter:
    """Windows of a panel as a network on its own reads them, errors counted in this unit."""
    rows = learn_inputs(panel).rows(panel)
    extras = lone_extras(panel, rows, windows.origins, HORIZON)
    sized = replace(extras, unit=np.full(len(windows.origins), unit, dtype=np.float32))
    return Cutter(panel, rows, windows, sized, HORIZON)


def trained(
    setting: Setting,
    seed: int = 0,
    cell: CellKind = "lstm",
    training: Training = TINY,
    progress: Silent | None = None,
) -> Trained:
    reports = progress or Silent()
    return learn_network(cell, setting.windows, setting.judged, training, seed, reports, "small")


class Interrupting(Silent):
    """Presses Ctrl-C at the third step of any task that trains."""

    @contextmanager
    def task(self, label: str, total: int) -> Iterator["_Pressing"]:
        yield _Pressing(after=3 if "training" in label else total + 1)


class _Pressing:
    def __init__(self, after: int) -> None:
        self._left = after

    def advance(self, steps: int = 1, **detail: str) -> None:
        del detail
        self._left -= steps
        if self._left <= 0:
            raise KeyboardInterrupt
