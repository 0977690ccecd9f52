"""What was read, in words: the lines a command prints and a page shows before any forecast."""

import numpy as np

from gatecast.data import Panel
from gatecast.errors import listed
from gatecast.insight.stamps import said_stamp, stamps


def facts(panel: Panel) -> tuple[tuple[str, str], ...]:
    """Label and sentence for each thing worth knowing about a panel before trusting a forecast of it."""
    known = [panel.history(i) for i in range(len(panel))]
    total = sum(rows.stop - rows.start for rows in known)
    missing = [int(np.isnan(panel.values[rows]).sum()) for rows in known]
    lines = [
        ("series", f"{len(panel)}: {listed(panel.ids)}" if len(panel) > 1 else str(panel.ids[0])),
        ("frequency", panel.frequency.describe()),
        ("range", _range(panel)),
        ("steps", _steps(panel, total)),
        ("missing", _missing(panel, missing, total)),
        ("seasons", f"{', '.join(str(s) for s in panel.seasons)} steps"),
        ("covariates", _covariates(panel)),
    ]
    if panel.frequency.unit != "step":
        lines.insert(3, ("time zone", panel.zone or "none; stamps are taken as they stand"))
    return tuple(lines)


def _range(panel: Panel) -> str:
    """First and last known stamp of the whole panel."""
    histories = [panel.times[panel.history(i)] for i in range(len(panel))]
    ends = np.array([min(h[0] for h in histories), max(h[-1] for h in histories)])
    first, last = map(said_stamp, stamps(ends, panel.zone, panel.frequency))
    if panel.frequency.unit in ("day", "month"):
        first, last = first.removesuffix(" 00:00"), last.removesuffix(" 00:00")
    return f"{first} to {last}"


def _steps(panel: Panel, total: int) -> str:
    """How long the histories are."""
    if len(panel) == 1:
        return f"{total:,}"
    return f"{total:,} in all, {panel.known_steps.min():,} to {panel.known_steps.max():,} a series"


def _missing(panel: Panel, missing: list[int], total: int) -> str:
    """How many values lack, and where."""
    if not sum(missing):
        return "none"
    share = f"{sum(missing):,} of {total:,} values ({sum(missing) / total:.2%})"
    if len(panel) == 1:
        return share
    return f"{share}: {listed([f'{i} {n}' for i, n in zip(panel.ids, missing, strict=True) if n])}"


def _covariates(panel: Panel) -> str:
    """The covariates and what is known of them when."""
    roles = {
        "known ahead": panel.known_names,
        "known up to now": panel.past_names,
        "static": panel.static_names,
        "given forecasts": panel.given_names,
    }
    return "; ".join(f"{', '.join(names)} ({role})" for role, names in roles.items() if names) or "none"
