"""How long ago, in bands a person thinks in: the last hours, the day before, the week before that."""

from typing import NamedTuple

from gatecast.insight.subject import Subject

AHEAD = "ahead"


class Band(NamedTuple):
    """Past steps of one age: from `first` to below `stop` steps before the origin, which itself is 0."""

    name: str
    first: int
    stop: int


def bands(subject: Subject, context: int) -> tuple[Band, ...]:
    """The ages of the steps a network reads, newest first.

    A quarter of the shortest season, the rest of it, the next one, those up to the longest, and what is
    older; powers of two steps where there is no season.

    context  how many steps it reads
    """
    season, longest = subject.panel.seasons[0], subject.panel.seasons[-1]
    if season >= 4:
        edges = [season // 4, season, 2 * season, 3 * season, longest]
    else:
        edges = [2**k for k in range(12)]
    stops = sorted({edge for edge in edges if edge < context} | {context})
    starts = [0, *stops[:-1]]
    return tuple(Band(_name(subject, a, b), a, b) for a, b in zip(starts, stops, strict=True))


def _name(subject: Subject, first: int, stop: int) -> str:
    """A band in words."""
    said = subject.panel.frequency.duration
    if first == 0:
        return f"last {said(stop)}" if stop > 1 else "last step"
    return f"{said(first)} to {said(stop)} ago"
