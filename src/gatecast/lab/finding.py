"""What a claim comes to when it is measured: its numbers, whether they hold, and the figures."""

import math
from dataclasses import dataclass

import plotly.graph_objects as go

from gatecast.insight import number


@dataclass(frozen=True)
class Measure:
    """One number, and what it is held to; one held to nothing stands beside the others for comparison.

    what   was measured, in words
    value  NaN where there is no number
    below  what it must be below; `above` what it must be above
    """

    what: str
    value: float
    unit: str = ""
    below: float | None = None
    above: float | None = None

    @property
    def holds(self) -> bool:
        """Whether the number is what it must be; what is no number never is."""
        if self.below is None and self.above is None:
            return True
        return (
            not math.isnan(self.value)
            and (self.below is None or self.value < self.below)
            and (self.above is None or self.value > self.above)
        )

    @property
    def said(self) -> str:
        """The number with its unit.

        >>> Measure("error", 0.00124, "MSE").said
        '0.00124 MSE'
        """
        return f"{_digits(self.value)} {self.unit}".strip()

    @property
    def wanted(self) -> str:
        """What the number is held to, in words.

        >>> Measure("error", 0.2, below=0.01).wanted, Measure("baseline", 0.2).wanted
        ('below 0.01', '')
        """
        bounds = [
            f"{word} {_digits(bound)}"
            for word, bound in (("above", self.above), ("below", self.below))
            if bound is not None
        ]
        return " and ".join(bounds)


@dataclass(frozen=True)
class Drawn:
    """A figure and what is to be seen on it."""

    figure: go.Figure
    caption: str


@dataclass(frozen=True)
class Finding:
    """A claim, measured.

    name      what the command line calls it
    title     the claim in a line
    told      sentences: what was done and what came out, true whatever it was
    shows     sentences: what follows from it; said only where the claim holds
    limits    sentences: what this does not show
    measures  the first is the claim's headline
    figures   with their captions
    seed      of whatever is left to chance
    seconds   of processor it took; 0 until it is timed
    broken    what kept it from being measured, in words; empty where nothing did
    """

    name: str
    title: str
    told: tuple[str, ...]
    limits: tuple[str, ...]
    measures: tuple[Measure, ...]
    figures: tuple[Drawn, ...]
    seed: int
    seconds: float = 0.0
    shows: tuple[str, ...] = ()
    broken: str = ""

    @property
    def holds(self) -> bool:
        """Whether it was measured and every number is what it must be."""
        return not self.broken and all(measure.holds for measure in self.measures)

    @property
    def headline(self) -> str:
        """The first number, and what it is the number of."""
        return f"{self.measures[0].what}: {self.measures[0].said}" if self.measures else "no number"

    @property
    def verdict(self) -> str:
        """Whether the claim holds with this seed and, if not, which numbers say so."""
        if self.broken:
            return f"could not be measured with seed {self.seed}: {self.broken}"
        if self.holds:
            return f"holds with seed {self.seed}"
        failed = "; ".join(f"{m.what} is {m.said}, wanted {m.wanted}" for m in self.measures if not m.holds)
        return f"does not hold with seed {self.seed}: {failed}"

    @property
    def command(self) -> str:
        """The line that measures it again."""
        return f"gatecast lab --claim {self.name} --seed {self.seed} --out {self.name}.html"


def _digits(value: float) -> str:
    """A number of any size, short.

    >>> _digits(3.1e-14), _digits(2.0), _digits(12345.6), _digits(float("inf"))
    ('3.1e-14', '2', '12,346', 'no finite number')
    """
    if not math.isfinite(value):
        return "no finite number"
    size = abs(value)
    if value == round(value) and size < 1e7:
        return f"{value:,.0f}"
    return f"{value:.2g}" if 0 < size < 1e-3 or size >= 1e7 else number(value)
