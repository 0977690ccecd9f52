"""What of the watch may stand in a saved model."""

import numpy as np

from gatecast.kept import Kept, demand
from gatecast.watch.stretches import Stretches
from gatecast.watch.watch import Watch

FAR = 2**40  # steps, beyond which counting them would wrap around


def _check_stretches(cut: Stretches) -> None:
    demand(np.all((cut.end >= 0) & (cut.end < FAR)), "ends within reach")
    demand(np.all((cut.stride >= 1) & (cut.parts >= 1)), "stretches of one step or more")
    demand(np.all((cut.stride < FAR) & (cut.parts < 2**20)), "stretches within reason")
    demand(np.all((cut.usual >= 0) & (cut.usual * cut.length <= cut.end)), "ordinary ones within the history")


def _check_watch(watch: Watch) -> None:
    count = len(watch.stretches.end)
    demand(np.all((watch.series >= 0) & (watch.series < count)), "stretches of series there are")
    for i in range(count):
        own = watch.number[watch.series == i]
        demand(len(own) >= watch.stretches.usual[i], "every ordinary stretch")
        wanted = np.arange(-watch.stretches.usual[i], len(own) - watch.stretches.usual[i])
        demand(np.array_equal(own, wanted), "stretches in the order of time, none left out")


KEPT = {
    "watch.stretches": Kept(Stretches, check=_check_stretches),
    "watch": Kept(Watch, check=_check_watch),
}
