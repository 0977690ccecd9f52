"""The pool of a hybrid, with all the members its options ask for."""

from typing import Any

from gatecast.data import Panel
from gatecast.hybrid.bent import bent, note_absent
from gatecast.hybrid.given import given_makers
from gatecast.hybrid.outside import outside
from gatecast.hybrid.pool import Pool
from gatecast.progress import Progress


def pooled(panel: Panel, model: Any, progress: Progress) -> Pool:
    """Fit every member on every known value.

    model  hybrid, whose scale has been learned already
    """
    makers = bent(panel, model.seed, boost=model.boost) + given_makers(panel, model.given)
    makers += [outside(one, model.horizon, progress) for one in model.members]
    pool = Pool(model.horizon, model.inputs_.scale).fit(panel, makers)
    if model.boost:
        note_absent(pool, model.name, progress)
    return pool
