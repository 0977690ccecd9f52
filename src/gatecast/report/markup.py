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


def table(
    head: Sequence[str], rows: Sequence[Sequence[str]], *, best: int | None = None, words: int | None = None
) -> str:
    """A table that scrolls by itself on a narrow screen.

    best   the row to set off
    words  the column that holds sentences
    """
    kinds = [' class="words"' if column == words else "" for column in range(len(head))]
    titles = "".join(f'<th scope="col"{kind}>{escape(h)}</th>' for kind, h in zip(kinds, head, strict=True))
    body = "".join(_row(row, index == best, words) for index, row in enumerate(rows))
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


def _row(cells: Sequence[str], best: bool, words: int | None) -> str:
    """One row of a table."""
    inside = "".join(
        f'<td class="words">{escape(cell)}</td>' if column == words else f"<td>{escape(cell)}</td>"
        for column, cell in enumerate(cells)
    )
    return f'<tr class="best">{inside}</tr>' if best else f"<tr>{inside}</tr>"
