"""What a hybrid with a site hands over to: the solar one, whose distribution keeps to the sun."""

from collections.abc import Mapping
from typing import Any, Literal

from gatecast.data import Panel
from gatecast.errors import OptionError
from gatecast.memory import Training
from gatecast.progress import Progress
from gatecast.solar import SolarHybrid

RECURRENT = ("lstm", "mlp")


def learn_sunlit(panel: Panel, options: Mapping[str, Any], progress: Progress) -> SolarHybrid:
    """The solar hybrid, learned with a hybrid's options.

    Raises OptionError for those that make no sense with a site.
    """
    training: Training | None = options["training"]
    _refuse_members(options)
    _refuse_networks(training)
    recurrent: Literal["lstm", "mlp"] = "mlp" if training is not None and training.cell == "mlp" else "lstm"
    solar = SolarHybrid(
        options["horizon"],
        seed=options["seed"],
        training=training,
        site=options["site"],
        recurrent=recurrent,
    )
    return solar.learn(panel, progress)


def _refuse_members(options: Mapping[str, Any]) -> None:
    mode, given = options["mode"], list(options["given"])
    odd = [f"mode={mode!r}"] if mode != "gate" else []
    odd += [f"given={given!r}"] if given else []
    odd += ["boost=True"] if options["boost"] else []
    odd += ["members=[...]"] if options["members"] else []
    if odd:
        raise OptionError(
            f"{' and '.join(odd)} beside a site: there the hybrid is the solar one, whose linear half is one "
            "quantile regression of clearness and no pool of members; leave out the one or the other"
        )


def _refuse_networks(training: Training | None) -> None:
    if training is not None and training.cell not in RECURRENT:
        raise OptionError(
            f"Training(cell={training.cell!r}) beside a site: there the memory passes over the lit steps "
            f"both ways and is one of {', '.join(RECURRENT)}; give one of these, or leave the site out"
        )
    if training is not None and training.networks != 1:
        raise OptionError(
            f"Training(networks={training.networks}) beside a site: there two networks are trained, each "
            "without some of the days; leave networks, or the site, out"
        )
