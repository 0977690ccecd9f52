"""What is asked of a model by name: its options, a seed, widths of intervals."""

import inspect
from collections.abc import Iterable, Mapping
from functools import lru_cache

import numpy as np

from gatecast.errors import OptionError, listed


@lru_cache(maxsize=64)
def options_of(kind: type) -> dict[str, inspect.Parameter]:
    """The options of a class of models, by name."""
    return dict(inspect.signature(kind).parameters)


def same(value: object, default: object) -> bool:
    """Whether an option is what it is unless given."""
    return value is default or (type(value) is type(default) and value == default)


def unchanged(before: Mapping[str, object], now: Mapping[str, object]) -> bool:
    """Whether options are what they were."""
    return before.keys() == now.keys() and all(_equal(before[name], now[name]) for name in now)


def _equal(one: object, other: object) -> bool:
    if isinstance(one, np.ndarray):
        return isinstance(other, np.ndarray) and np.array_equal(one, other)
    return one is other or (type(one) is type(other) and bool(one == other))


def refuse_odd_seed(seed: object) -> None:
    """Raise OptionError for a seed that no generator takes."""
    whole = isinstance(seed, int | np.integer) and not isinstance(seed, bool)
    if not whole or not 0 <= int(seed) < 2**63:  # type: ignore[call-overload]  # an int: just checked
        raise OptionError(f"seed={seed!r} is no seed; wanted a whole number from 0 to 9223372036854775807")


def distinct(level: object) -> list[float]:
    """Widths of intervals, each once. Raises OptionError for what is none."""
    if isinstance(level, str) or not isinstance(level, Iterable):
        raise OptionError(f"level={level!r} is not a list; wanted widths in percent, such as level=[80, 95]")
    widths = list(dict.fromkeys(level))
    wrong = [
        w
        for w in widths
        if isinstance(w, bool) or not isinstance(w, int | float | np.number) or not 0 < w < 100
    ]
    if wrong:
        raise OptionError(f"level {listed(wrong)} is no width in percent; wanted numbers between 0 and 100")
    return widths
