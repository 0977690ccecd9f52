"""What every page has: one self-contained file with its figures, readable without a network."""

from collections.abc import Sequence
from html import escape
from importlib.resources import files
from pathlib import Path

import plotly.offline

from gatecast.disk import whole
from gatecast.errors import OptionError

# Nothing may be fetched: the page is as it was written, wherever it is opened.
POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"


def assembled(title: str, navigation: Sequence[tuple[str, str]], body: str) -> str:
    """The page as text.

    navigation  anchor and label of each section, in order; those the body lacks are left out
    body        HTML, as the functions of `markup` make it
    """
    room = files("gatecast.report")
    style, script = ((room / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    links = " ".join(
        f'<a href="#{anchor}">{escape(label)}</a>' for anchor, label in navigation if f'id="{anchor}"' in body
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<title>{escape(title)}</title><style>{style}</style></head>\n"
        f"<body><main><h1>{escape(title)}</h1><nav>{links}</nav>{body}</main>\n"
        f"<script>{plotly.offline.get_plotlyjs()}</script>\n<script>{script}</script></body></html>\n"
    )


def written(path: str | Path, text: str) -> Path:
    """Write a page, wholly or not at all, and say where it is.

    Raises OptionError when the file cannot be written.
    """
    path = Path(path)
    try:
        with whole(path) as draft:
            draft.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OptionError(
            f"cannot write the page {path}: {error.strerror}; name a file in a folder you may write to"
        ) from error
    return path
