"""Whether a hybrid's regression bends, and by what: as the options say, and for few series unasked."""

from gatecast.data import Panel
from gatecast.hybrid.boosted import trees
from gatecast.hybrid.curve import Curved, Kind, Learner, curved
from gatecast.hybrid.member import Maker
from gatecast.hybrid.neural import perceptron
from gatecast.hybrid.pool import Pool
from gatecast.progress import Progress

MOST_BENT = 20  # series that get a regression that bends unasked: it takes seconds for each


def bent(panel: Panel, seed: int, *, boost: bool) -> list[Maker]:
    """What makes the member, if there is to be one; trees only where they are asked for."""
    learners: dict[Kind, Learner] = {}
    if boost or len(panel) <= MOST_BENT:
        learners["perceptron"] = perceptron(seed)
    if boost:
        learners["trees"] = trees(seed)
    return [curved(learners)] if learners else []


def note_absent(pool: Pool, name: str, progress: Progress) -> None:
    """Say so where trees were asked for and no series bends."""
    if not any(isinstance(one, Curved) for one in pool.fitted_):
        progress.note(
            f"{name}: boost=True adds nothing here: no series has calendar or covariates to regress on, and "
            "history enough"
        )
