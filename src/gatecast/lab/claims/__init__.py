"""The claims, one file each, in the order of the page: a function of a seed that gives a `Finding`."""

from collections.abc import Callable

from gatecast.lab.claims import (
    adding,
    gates,
    gradient,
    halves,
    holiday,
    solar,
    spike,
    states,
    unrolled,
)
from gatecast.lab.finding import Finding

Claim = Callable[[int], Finding]
_FILES = (gradient, spike, gates, unrolled, states, solar, holiday, halves, adding)
CLAIMS: dict[str, Claim] = {file.NAME: file.measure for file in _FILES}
TITLES: dict[str, str] = {file.NAME: file.TITLE for file in _FILES}
