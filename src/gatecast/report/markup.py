"""Small pieces of HTML. Whatever comes from a table goes through `escape`."""

from collections.abc import Sequence
from html import escape

import plotly.graph_objects as go
import plotly.io


def paragraph(text: str, kind: str = "") -> str:
    """One paragraph of plain text.

    >>> paragraph("a < b", "quiet")
    '<p class="quiet">a &lt; b</p>'
    """
    return f'<p class="{kind}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"


def bullets(lines: Sequence[str]) -> str:
    """A list of sentences."""
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"


def preformatted(text: str) -> str:
    """Lines to be typed as they stand."""
    return f"<pre>{escape(text)}</pre>"


def section(anchor: str, heading: str, *content: str) -> str:
    """A part of the page with its heading."""
    return f'<section id="{anchor}"><h2>{escape(heading)}</h2>{"".join(content)}</section>'


def subheading(text: str) -> str:
    """A heading within a part."""
    return f"<h3>{escape(text)}</h3>"


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    best: int | None = None,
    words: int | Sequence[int] | None = None,
    kinds: Sequence[str] = (),
    links: Sequence[str] = (),
) -> str:
    """A table that scrolls by itself on a narrow screen.

    best   the row to set off
    words  the columns that hold sentences
    kinds  [rows]  a class of the style sheet for each row, "" for none
    links  [rows]  the anchor on this page that a row's first cell leads to
    """
    kinds = kinds or ["best" if index == best else "" for index in range(len(rows))]
    links = links or [""] * len(rows)
    wordy = {words} if isinstance(words, int) else set(words or ())
    sorts = [' class="words"' if column in wordy else "" for column in range(len(head))]
    titles = "".join(f'<th scope="col"{sort}>{escape(h)}</th>' for sort, h in zip(sorts, head, strict=True))
    body = "".join(_row(row, kind, wordy, link) for row, kind, link in zip(rows, kinds, links, strict=True))
    return f'<div class="scroll"><table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table></div>'


def facts_table(lines: Sequence[tuple[str, str]]) -> str:
    """Labels and what they say."""
    rows = "".join(f"<tr><td>{escape(label)}</td><td>{escape(said)}</td></tr>" for label, said in lines)
    return f'<table class="facts"><tbody>{rows}</tbody></table>'


def plot(anchor: str, figure: go.Figure, caption: str) -> str:
    """A figure as data beside the place where the page's script draws it."""
    data = plotly.io.to_json(figure)  # escapes < and / itself
    return (
        f'<figure><div class="plot" data-figure="{anchor}-data" role="img" '
        f'aria-label="{escape(caption)}"></div>'
        f'<script type="application/json" id="{anchor}-data">{data}</script>'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )


def _row(cells: Sequence[str], kind: str, words: set[int], link: str) -> str:
    """One row of a table."""
    said = [escape(cell) for cell in cells]
    if link:
        said[0] = f'<a href="#{escape(link)}">{said[0]}</a>'
    inside = "".join(
        f'<td class="words">{cell}</td>' if column in words else f"<td>{cell}</td>"
        for column, cell in enumerate(said)
    )
    return f'<tr class="{kind}">{inside}</tr>' if kind else f"<tr>{inside}</tr>"
