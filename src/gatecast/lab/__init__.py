"""The lab: what is said of LSTMs, measured on the spot, a claim that fails included."""

from gatecast.lab.claims import CLAIMS
from gatecast.lab.finding import Drawn, Finding, Measure
from gatecast.lab.page import command, write_lab
from gatecast.lab.running import chosen_claims, measure_claims

__all__ = [
    "CLAIMS",
    "Drawn",
    "Finding",
    "Measure",
    "chosen_claims",
    "command",
    "measure_claims",
    "write_lab",
]
