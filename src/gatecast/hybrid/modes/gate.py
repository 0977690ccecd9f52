"""The gate: the network sees every member and weighs them anew, and adds a correction.

network = Σ softmax(prior + gate)_k F_k + unit · correction
"""

from gatecast.data import Panel
from gatecast.hybrid.columns import disagreement_columns, realised_columns
from gatecast.hybrid.features import view
from gatecast.hybrid.modes.mode import Mode
from gatecast.hybrid.pool import Pool
from gatecast.memory import Column


def columns(panel: Panel, pool: Pool) -> tuple[tuple[Column, ...], tuple[Column, ...]]:
    """Each member's errors of late; where each stands ahead."""
    del panel  # the members say it all
    return realised_columns(pool), disagreement_columns(pool)


GATE = Mode(view, columns)
