"""One self-contained page: figures, numbers and how to repeat them, readable without a network."""

import os
from contextlib import suppress
from html import escape
from importlib.resources import files
from pathlib import Path

import plotly.offline

from gatecast.errors import OptionError
from gatecast.report import sections
from gatecast.report.contents import Contents

# Nothing may be fetched: the page is as it was written, wherever it is opened.
POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"
NAVIGATION = (
    ("forecast", "Forecast"), ("parts", "Parts"), ("comparison", "Comparison"), ("covariates", "Covariates"),
    ("read", "What was read"), ("repeat", "How to repeat"),
)  # fmt: skip


PARTS = (
    sections.headline_part,
    sections.forecast_section,
    sections.values_part,
    sections.parts_section,
    sections.comparison_section,
    sections.covariates_section,
    sections.read_section,
    sections.repeat_section,
)


def write_report(path: str | Path, contents: Contents) -> Path:
    """Write the page, wholly or not at all, and say where it is.

    Raises OptionError when the file cannot be written.
    """
    path = Path(path)
    text = page(contents)
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        draft.write_text(text, encoding="utf-8")
        os.replace(draft, path)
    except OSError as error:
        raise OptionError(
            f"cannot write the page {path}: {error.strerror}; name a file in a folder you may write to"
        ) from error
    finally:
        with suppress(OSError):  # moved into place, or never written
            draft.unlink()
    return path


def page(contents: Contents) -> str:
    """The page as text."""
    room = files("gatecast.report")
    style, script = ((room / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    body = "".join(part(contents) for part in PARTS)
    links = " ".join(
        f'<a href="#{anchor}">{label}</a>' for anchor, label in NAVIGATION if f'id="{anchor}"' in body
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<title>{escape(contents.title)}</title><style>{style}</style></head>\n"
        f"<body><main><h1>{escape(contents.title)}</h1><nav>{links}</nav>{body}</main>\n"
        f"<script>{plotly.offline.get_plotlyjs()}</script>\n<script>{script}</script></body></html>\n"
    )
