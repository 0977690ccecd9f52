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
    '100 steps back the gradient is 7.9e-31 of what it is at the last step; beyond 6 steps less than 1 % arrives'
    """
    last = len(relative) - 1
    reaches = int(np.max(np.flatnonzero(relative >= VANISHING), initial=0))
    if relative[-1] < VANISHING or relative.max() > EXPLODING:
        exploding = relative.max() > EXPLODING
        lag = int(relative.argmax()) if exploding else last
    else:
        exploding, lag = False, last
    value = float(relative[lag])
    if exploding:
        return Verdict(
            "exploding", lag, value, reaches, f"{_steps(lag)} back the gradient is {_times(value)} of what it "
            "is at the last step: early steps drown late ones", _against_exploding(relative, kinds),
        )  # fmt: skip
    share = f"{_steps(lag)} back the gradient is {_times(value)} of what it is at the last step"
    if value < VANISHING:
        words = f"{share}; beyond {_steps(reaches)} less than 1 % arrives"
        return Verdict("vanishing", lag, value, reaches, words, _against_vanishing(last, kinds))
    return Verdict("healthy", lag, value, reaches, share, ())


def forget_bias(half_life: float) -> float:
    """The forget bias with which half of a cell is still there after so many steps, left alone.

    A gate σ(b) at every step leaves σ(b)^n after n, so half of it at n = ln 2 / ln(1 + e^-b).

    >>> [round(forget_bias(steps), 1) for steps in (2.2, 14.3, 100)]
    [1.0, 3.0, 5.0]
    """
    return -math.log(math.expm1(math.log(2) / half_life))


def _against_vanishing(lag: int, kinds: tuple[str, ...]) -> tuple[str, ...]:
    """What lets a gradient through to a lag."""
    bias = f"{forget_bias(lag):.1f}"
    words = []
    if any(kind == "Elman" for kind in kinds):
        words += [
            "take an LSTM or a GRU: their state is carried over by a gate, where this layer computes it anew "
            f"at every step (with a forget bias: at PyTorch's default an LSTM fades like this too; for "
            f"{_steps(lag)} start it at {bias})",
            "start the recurrent matrix orthogonal, torch.nn.init.orthogonal_(rnn.weight_hh_l0): the gradient "
            "fades later, not never",
        ]
    if any(kind == "GRU" for kind in kinds):
        words.append(
            f"start the bias of the update gate, which keeps the old state, at {bias}: half of the state then "
            f"stays for {_steps(lag)}"
        )
    if any(kind not in ("Elman", "GRU") for kind in kinds):
        words += [
            f"start the forget bias at {bias}: half of the cell then stays for {_steps(lag)} "
            "(1 keeps half for 2 steps, 3 for 14; PyTorch's default, near 0, for 1)",
            f"or spread it, chrono initialisation: b_f = log u with u uniform on [1, {max(lag, 2)}], b_i = -b_f",
        ]
    return (
        *words,
        "bring the past nearer: longer steps, shorter sequences, or the value of that lag as an input of its own",
    )


def _against_exploding(relative: FloatArray, kinds: tuple[str, ...]) -> tuple[str, ...]:
    """What tames a gradient."""
    calm = int(np.argmax(relative > TRUNCATED))
    words = [
        "clip the gradient's norm while training, torch.nn.utils.clip_grad_norm_(parameters, 1.0): descent then "
        "takes steps of a bounded size in the same direction",
        f"cut backpropagation off after {_steps(max(calm - 1, 1))}, where it has not yet grown "
        f"{TRUNCATED:.0f}-fold",
    ]
    if any(kind == "Elman" for kind in kinds):
        words += [
            "start the recurrent matrix orthogonal with gain 1, torch.nn.init.orthogonal_(rnn.weight_hh_l0), and "
            "take tanh, which is bounded, over relu",
            "take an LSTM or a GRU: what their gates carry over is multiplied by numbers below 1",
        ]
    else:
        words.append("start the recurrent matrices smaller: what grows is the path through the hidden state")
    return tuple(words)


def _steps(count: int) -> str:
    return f"{count} step{'' if count == 1 else 's'}"


def _times(value: float) -> str:
    """A ratio: plain where it is near 1, as a power of ten where it is not."""
    if value == 0 or not math.isfinite(value):
        return "nothing" if value == 0 else "infinitely many times"
    return number(value) if 1e-3 <= value < 1e6 else f"{value:.1e}"
