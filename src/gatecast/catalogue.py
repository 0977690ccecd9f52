"""Models by name: what a command line, a demo or a configuration calls them.

Nothing here imports a model until one is made, so that a command line can list them at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import gatecast
from gatecast.errors import OptionError

if TYPE_CHECKING:
    from gatecast.data import Sites
    from gatecast.front import TableDoor


@dataclass(frozen=True)
class Entry:
    """One model of the catalogue: the class that makes it, what it is, whether chance plays a part, whether
    its forecasts have a linear and a memory part, whether it has a memory to look into, whether its pool
    takes members that are not linear, and whether it can be given a site, to keep to the sun.
    """

    maker: str
    description: str
    seeded: bool = True
    parts: bool = False
    memory: bool = False
    pool: bool = False
    site: bool = False


MODELS: dict[str, Entry] = {
    "hybrid": Entry(
        "Hybrid", "linear half and LSTM half, joined by a gate", parts=True, memory=True, pool=True, site=True
    ),
    "linear": Entry("LinearHalf", "the hybrid's linear half on its own", seeded=False, site=True),
    "lstm": Entry("LSTM", "an LSTM on its own", memory=True),
    "gru": Entry("GRU", "a GRU on its own", memory=True),
    "rnn": Entry("RNN", "a plain recurrent network on its own", memory=True),
    "arima": Entry("ARIMA", "seasonal ARIMA, orders found automatically", seeded=False),
    "solar": Entry(
        "SolarHybrid", "linear quantiles and an LSTM within the sun's bounds", parts=True, site=True
    ),
    "solar-linear": Entry("SolarLinear", "the solar hybrid's linear half on its own", site=True),
    "autoregression": Entry("Autoregression", "robust seasonal autoregression", seeded=False),
    "naive": Entry("SeasonalNaive", "the value one season ago", seeded=False),
    "drift": Entry("Drift", "a straight line through the first and the last value", seeded=False),
}


def entry_of(name: str) -> Entry:
    """What the catalogue says of a name, without importing the model.

    Raises OptionError for a name that is not in the catalogue.
    """
    entry = MODELS.get(name)
    if entry is None:
        near = get_close_matches(name, MODELS, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise OptionError(f"there is no model {name!r}; {hint}choose from {', '.join(MODELS)}")
    return entry


def model(
    name: str,
    horizon: int,
    *,
    season: int | Sequence[int] | None = None,
    known: Sequence[str] = (),
    past: Sequence[str] = (),
    static: Sequence[str] = (),
    holidays: str | None = None,
    seed: int = 0,
    given: Sequence[str] = (),
    boost: bool = False,
    site: "Sites | None" = None,
) -> "TableDoor":
    """Make the model that goes by a name, ready to be fitted.

    given, boost  of those whose pool takes members that are not linear; the others do without
    site          of those that can keep to the sun over it; likewise

    Raises OptionError for a name that is not in the catalogue.

    >>> model("naive", 24).horizon
    24
    """
    entry = entry_of(name)
    own: dict[str, Any] = {"seed": seed} if entry.seeded else {}
    own |= {"given": given, "boost": boost} if entry.pool else {}
    own |= {"site": site} if entry.site else {}
    made: TableDoor = getattr(gatecast, entry.maker)(
        horizon=horizon, season=season, known=known, past=past, static=static, holidays=holidays, **own
    )
    return made
