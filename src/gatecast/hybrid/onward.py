"""What a hybrid goes on from: networks of an earlier fit, and from where on they can be judged."""

from typing import Any

import numpy as np

from gatecast._types import IntArray
from gatecast.data import Panel, held_out_start
from gatecast.memory import Earlier, Trained, Training, onward
from gatecast.progress import Progress


def start_of(before: Any, now: Any, panel: Panel, progress: Progress) -> Trained | None:
    """The networks of a fitted hybrid that another one, fitted on this panel, goes on from.

    Those that had not learned from what was held out then: nothing could judge what goes on from the others.
    None, and a note why, where there are none.

    Raises OptionError where their weights do not fit what is asked for now.
    """
    name = now.name
    if before.solar_ is not None or before.linear_ is not None:
        what = "at a site" if before.solar_ is not None else "without a memory"
        progress.note(f"{name}: it was fitted {what}; nothing of that goes on, and it is fitted anew")
        return None
    again = np.array_equal(before.unseen_, before.fitted_steps - 1)
    if before.unseen_ is None or (before.judged_ is None and again):
        progress.note(
            f"{name}: it was saved by an earlier gatecast, without weights to go on from; it is fitted anew"
        )
        return None
    earlier = Earlier(before.judged_ or before.trained_, before.panel_, before.fitted_steps)
    training = now.training or Training()
    return onward(earlier, panel, now.horizon, training.cell, training, name, progress)


def held_out_from(model: Any, panel: Panel) -> IntArray:
    """Position of the first origin that a fitted hybrid's network was not trained on. [series]"""
    last = panel.known_steps - 1
    first: IntArray = held_out_start(panel, model.horizon) - 1
    return last if model.unseen_ is None or np.array_equal(model.unseen_, last) else first
