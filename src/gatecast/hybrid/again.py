"""A network learned again from the whole history: its latest part says most of what comes next."""

from gatecast.errors import TrainingError
from gatecast.hybrid.lessons import Lessons
from gatecast.memory import Plan, Trained, Training, learn_networks, own_width, read_mean
from gatecast.progress import Progress

NEWS = 1.1  # times as much history, held-out part included, from which on it is learned from again


def worth_again(plan: Plan, trained: Trained) -> bool:
    """Whether there is enough that the network has not seen, it has learned, and nobody is in a hurry.

    A network that went on from old weights and found none better has nothing to do again.
    """
    return plan.growth >= NEWS and trained.best > 0 and not trained.stopped


def learn_again(
    first: Trained,
    plan: Plan,
    read: Lessons,
    training: Training,
    seed: int,
    progress: Progress,
    name: str,
    start: Trained | None,
) -> tuple[Trained, float] | None:
    """Train anew on the whole history, and say how much wider its quantiles must be; None where that breaks.

    As far as served best before, in proportion to what there is to learn. Shares and calibration stay
    those of the network that had not seen the held-out part: nothing could judge this one. It is surer of
    what it has seen, so its width is brought back to the first one's there.

    first  the network that was judged
    start  what that one went on from
    """
    until, label = round(first.best * plan.growth), f"{name}: with the latest steps"
    try:
        again = learn_networks(training.cell, read.everything, until, training, seed, progress, label, start)
    except TrainingError as broken:
        progress.note(f"{broken}; the memory stays as it was learned from the earlier steps")
        return None
    before, after = (own_width(read_mean(one, read.calibrating)).mean() for one in (first, again))
    return again, float(before / after)
