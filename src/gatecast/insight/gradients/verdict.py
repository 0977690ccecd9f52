"""What a gradient's course through time means, and what would change it.

The words are those of Bengio, Simard & Frasconi (1994), doi:10.1109/72.279181, and Pascanu, Mikolov & Bengio
(2013), arXiv 1211.5063: long-term components of the gradient that go to zero, or grow, exponentially against
short-term ones. Neither gives a number, for both speak of the limit. The numbers here are ours: a factor of
a hundred either way. A step whose gradient is 1 % of the last step's is outvoted in every descent; one whose
gradient is a hundred times as large is all that descent sees.

Remedies: a forget bias (Gers, Schmidhuber & Cummins 2000, doi:10.1162/089976600300015015; Jozefowicz, Zaremba
& Sutskever 2015, PMLR 37); chrono initialisation (Tallec & Ollivier 2018, arXiv 1804.11188); orthogonal
matrices (Saxe, McClelland & Ganguli 2014, arXiv 1312.6120); clipping (Pascanu et al.); truncation (Williams &
Peng 1990, doi:10.1162/neco.1990.2.4.490).
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from gatecast._types import FloatArray
from gatecast.insight.words import number

VANISHING = 0.01  # below this share of lag 0's gradient, at the lag judged
EXPLODING = 100.0  # above this multiple of lag 0's gradient, at any lag up to it
TRUNCATED = 10.0  # a window ends before the gradient has grown so far

BLOCKED = (
    "see that the loss depends on what the layer shows, and the layer on its input",
    "scale the inputs to about 1 and start the weights smaller: a unit that is saturated, or a relu that is "
    "off, passes nothing back",
)

Word = Literal["vanishing", "exploding", "healthy"]


@dataclass(frozen=True)
class Verdict:
    """A verdict on a flow.

    word      "vanishing", "exploding" or "healthy"
    lag       it was read at; of an exploding gradient, where that is largest
    value     gradient there, relative to lag 0
    reaches   the last lag at which at least 1 % of lag 0's gradient arrives
    sentence  the same in words
    remedies  what would help, in words; none for what is healthy
    """

    word: Word
    lag: int
    value: float
    reaches: int
    sentence: str
    remedies: tuple[str, ...]


def judge(relative: Float[FloatArray, "lags"], kinds: tuple[str, ...]) -> Verdict:
    """Judge a course of gradients relative to lag 0.

    relative  [lags]  from lag 0 to the lag in question
    kinds     of cell, the first layer first

    >>> verdict = judge(0.5 ** np.arange(101), ("LSTM",))
    >>> verdict.word, verdict.reaches
    ('vanishing', 6)
    >>> verdict.sentence
    "100 steps back the gradient is 7.9e-31 of the last step's; beyond 6 steps less than 1 % arrives"
    """
    if relative[0] == 0:
        words = "no gradient arrives at the last step itself, so none can at an earlier one"
        return Verdict("vanishing", 0, 0.0, 0, words, BLOCKED)
    last = len(relative) - 1
    reaches = int(np.max(np.flatnonzero(relative >= VANISHING), initial=0))
    largest = int(relative.argmax())
    lag = largest if relative[largest] > EXPLODING else last
    value = float(relative[lag])
    words = f"{_steps(lag)} back the gradient is {_times(value)} the last step's"
    if value > EXPLODING:
        words += ": early steps drown late ones"
        return Verdict("exploding", lag, value, reaches, words, _against_exploding(relative, kinds))
    if value < VANISHING:
        words += f"; beyond {_steps(reaches)} less than 1 % arrives"
        return Verdict("vanishing", lag, value, reaches, words, _against_vanishing(last, kinds))
    return Verdict("healthy", lag, value, reaches, words, ())


def forget_bias(half_life: float) -> float:
    """The forget bias with which half of a cell is still there after so many steps, left alone.

    A gate σ(b) at every step leaves σ(b)^n after n, so half of it at n = ln 2 / ln(1 + e^-b).

    >>> [round(forget_bias(steps), 1) for steps in (2.2, 14.3, 100)]
    [1.0, 3.0, 5.0]
    """
    return -math.log(math.expm1(math.log(2) / half_life))


def _against_vanishing(lag: int, kinds: tuple[str, ...]) -> tuple[str, ...]:
    """What lets a gradient through to a lag."""
    lag = max(lag, 3)
    bias = f"{forget_bias(lag):.1f}"
    words = []
    if "Elman" in kinds:
        words += [
            "take an LSTM or a GRU, whose gate carries the state over where this layer computes it anew, and "
            f"start its forget bias at {bias}: at PyTorch's default, near 0, an LSTM fades like this layer",
            "start the recurrent matrix orthogonal, torch.nn.init.orthogonal_(layer.weight_hh_l0): the "
            "gradient then fades later, not never",
        ]
    if "GRU" in kinds:
        words.append(
            f"start the bias of the update gate at {bias}, gatecast.memory.forget_bias_(layer, {bias}): that "
            f"gate keeps the old state, half of which then stays for {_steps(lag)}"
        )
    if set(kinds) - {"Elman", "GRU"}:
        words += [
            f"start the forget bias at {bias}, gatecast.memory.forget_bias_(layer, {bias}): half of the cell "
            f"then stays for {_steps(lag)} (at 1 for 2 steps, at 3 for 14; at the default, near 0, for 1)",
            f"or spread it over the units, gatecast.memory.chrono_(layer, {lag}): b_f = log u with u uniform "
            f"on 1 to {lag - 1}, b_i = -b_f",
        ]
    return (
        *words,
        "bring the past nearer: longer steps, shorter sequences, or the value of that lag as an input",
    )


def _against_exploding(relative: FloatArray, kinds: tuple[str, ...]) -> tuple[str, ...]:
    """What tames a gradient."""
    calm = max(int(np.argmax(relative > TRUNCATED)) - 1, 1)
    words = (
        "clip the gradient's norm while training, torch.nn.utils.clip_grad_norm_(parameters, 1.0): descent "
        "keeps its direction and takes steps of bounded size",
        f"cut backpropagation off after {_steps(calm)}, before it has grown {TRUNCATED:.0f}-fold",
    )
    if "Elman" not in kinds:
        return (
            *words,
            "start the recurrent matrices smaller: what grows is the path through the hidden state",
        )
    return (
        *words,
        "start the recurrent matrix orthogonal, torch.nn.init.orthogonal_(layer.weight_hh_l0), with gain 1, "
        "and take tanh, which is bounded, over relu",
        "take an LSTM or a GRU: what their gates carry over is multiplied by numbers below 1",
    )


def _steps(count: int) -> str:
    return f"{count} step{'' if count == 1 else 's'}"


def _times(value: float) -> str:
    """A ratio: plain where it is near 1, as a power of ten where it is not."""
    if value == 0 or not math.isfinite(value):
        return "nothing of" if value == 0 else "infinitely many times"
    words = number(value) if 1e-3 <= value < 1e6 else f"{value:.1e}"
    return f"{words} times" if value >= 1 else f"{words} of"
