"""What an explanation costs: one day of the bundled demand sample, 52,000 half-hours, by a hybrid.

    python bench/explain.py [--steps 240]

The hybrid is fitted first, which is not counted. The first explanation compiles and loads what it needs; then
three more of other days, whose median is compared with the limit of ten seconds on two cores.
"""

import argparse
import os
import platform
import statistics
import time

import torch

from gatecast import jobs
from gatecast.insight import Subject, explain
from gatecast.memory import Training
from gatecast.models import Hybrid
from gatecast.progress import Silent

LIMIT = 10.0
DAYS_BACK = (20, 25, 17, 9)


def main() -> None:
    """Fit, explain four days, print seconds."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--steps", type=int, default=240, help="of training")
    steps = parser.parse_args().steps
    source, _ = jobs.sample_source("demand")
    question = source.question
    model = Hybrid(question.horizon, known=question.schema.known, training=Training(steps=steps))
    model.learn(source.panel, Silent())
    end = int(source.panel.known_steps[0]) - 1
    taken = []
    for days in DAYS_BACK:
        begun = time.perf_counter()
        explain(Subject(model, source.panel, 0, end - days * question.horizon), unit="MW")
        taken.append(time.perf_counter() - begun)
    first, *others = taken
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(f"{platform.processor() or platform.machine()}, {cores} cores, torch {torch.__version__}")
    print(f"first explanation {first:.1f} s; then {', '.join(f'{t:.1f}' for t in others)} s")
    median = statistics.median(others)
    print(f"median {median:.1f} s, limit {LIMIT:g} s: {'met' if median <= LIMIT else 'not met'}")


if __name__ == "__main__":
    main()
