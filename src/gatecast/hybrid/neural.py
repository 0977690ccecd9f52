"""A perceptron as the learner of a regression that bends: smooth, and part of the core."""

import numpy as np

from gatecast.hybrid.curve import Learner, Lesson
from gatecast.memory import Practice, Response, learn_response

PRACTICE = Practice(units=32, steps=200, rows=512)


def perceptron(seed: int) -> Learner:
    """Learns by a perceptron; the same seed gives the same one."""

    def learn(lesson: Lesson) -> Response:
        rows, day = lesson.rows, lesson.day
        pairs = np.flatnonzero(rows[day:] & rows[:-day]) + day
        return learn_response(lesson.features, lesson.target, pairs, day, seed, PRACTICE)

    return learn
