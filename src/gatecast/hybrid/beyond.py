"""Beyond the linear members: what makes those a hybrid adds by its options, and by how many series it has."""

from collections.abc import Sequence

from gatecast.data import Panel
from gatecast.forecaster import Forecaster
from gatecast.hybrid.boosted import trees
from gatecast.hybrid.curve import Curved, Kind, Learner, curved
from gatecast.hybrid.given import given_makers
from gatecast.hybrid.member import Maker
from gatecast.hybrid.neural import perceptron
from gatecast.hybrid.outside import outside
from gatecast.hybrid.pool import Pool
from gatecast.progress import Progress

MOST_BENT = 20  # series that get a regression that bends unasked: it takes seconds for each


def bent_makers(panel: Panel, seed: int, *, boost: bool) -> list[Maker]:
    """What makes the regression that bends: asked for, or where series are few.

    Raises OptionError for trees without scikit-learn.
    """
    learners: dict[Kind, Learner] = {}
    if boost or len(panel) <= MOST_BENT:
        learners["perceptron"] = perceptron(seed)
    if boost:
        learners["trees"] = trees(seed)
    return [curved(learners)] if learners else []


def offered_makers(
    panel: Panel, given: Sequence[str], members: Sequence[Forecaster], horizon: int, progress: Progress
) -> list[Maker]:
    """What makes members of forecasts made elsewhere, and of other forecasters."""
    return given_makers(panel, given) + [outside(one, horizon, progress) for one in members]


def note_absent(pool: Pool, name: str, progress: Progress) -> None:
    """Say that trees, asked for, found nothing to bend."""
    if not any(isinstance(one, Curved) for one in pool.fitted_):
        progress.note(
            f"{name}: boost=True adds nothing here: no series has calendar or covariates to regress "
            "on, and history enough"
        )
