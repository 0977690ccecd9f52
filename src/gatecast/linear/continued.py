"""A panel and the rows that came since."""

from dataclasses import replace

import numpy as np

from gatecast.data import Panel, stamps_after
from gatecast.errors import TableError, listed


def continued(panel: Panel, news: Panel) -> Panel:
    """The histories of `panel`, each followed by that of the same id in `news`.

    Raises TableError for series that `panel` does not have and for rows that do not follow its last.
    """
    place = {name: i for i, name in enumerate(news.ids)}
    strange = [name for name in news.ids if name not in set(panel.ids)]
    if strange:
        raise TableError(f"new rows of series never seen: {listed(strange)}; fit with them instead")
    expected = stamps_after(panel, panel.last_origins(), 1)[:, 0]
    pieces, lengths, wrong = [], [], []
    for i, name in enumerate(panel.ids):
        mine = [(panel, panel.history(i))]
        if name in place:
            there = news.history(place[name])
            mine.append((news, there))
            if news.times[there.start] != expected[i]:
                wrong.append(name)
        pieces.append(mine)
        lengths.append(sum(part.stop - part.start for _, part in mine))
    if wrong:
        raise TableError(
            f"new rows do not follow the last ones of {listed(wrong)}; "
            "give every row since the last fit or update"
        )

    def joined(column: str) -> np.ndarray:
        return np.concatenate([getattr(source, column)[part] for mine in pieces for source, part in mine])

    return replace(
        panel,
        values=joined("values"),
        times=joined("times"),
        known=joined("known"),
        past=joined("past"),
        offsets=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        known_steps=np.array(lengths, dtype=np.int64),
    )
