"""What of the data room may stand in a saved model."""

import numpy as np

from gatecast.data.covariates import Centering, Standardised
from gatecast.data.frames import WrittenLayout, from_words, in_words
from gatecast.data.frequency import Frequency
from gatecast.data.panel import Panel
from gatecast.data.scale import Scale
from gatecast.data.schema import Schema
from gatecast.data.solar import Site
from gatecast.data.table import Reading
from gatecast.data.writing import Layout
from gatecast.kept import Kept, demand


def _check_panel(panel: Panel) -> None:
    demand(panel.values.ndim == 1, "one row of values")
    demand(len(panel) > 0 and panel.offsets[0] == 0, "series from the first row on")
    demand((panel.known_steps >= 1).all(), "a history of every series")
    demand((panel.known_steps <= panel.lengths).all(), "no history longer than its series")
    demand(panel.seasons and all(1 <= s < 2**31 for s in panel.seasons), "seasons of a step or more")


def _check_scale(scale: Scale) -> None:
    shapes = {a.shape for a in (scale.logs, scale.center, scale.spread, scale.positive)}
    demand(len(shapes) == 1 and scale.logs.ndim == 1, "one number for each series")
    demand(np.all(scale.spread > 0), "a spread above zero")


def _check_centering(centering: Centering) -> None:
    wanted = (len(centering.names),)
    demand(centering.centre.shape == centering.factor.shape == wanted, "one number for each covariate")


KEPT = {
    "data.frequency": Kept(Frequency),
    "data.schema": Kept(Schema),
    "data.panel": Kept(Panel, check=_check_panel),
    "data.written_layout": Kept(WrittenLayout),
    "data.layout": Kept(Layout, through=(WrittenLayout, in_words, from_words)),
    "data.reading": Kept(Reading),
    "data.site": Kept(Site),
    "data.scale": Kept(Scale, check=_check_scale),
    "data.centering": Kept(Centering, check=_check_centering),
    "data.standardised": Kept(Standardised),
}
