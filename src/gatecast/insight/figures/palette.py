"""How every figure looks: colours that colour-blind readers tell apart, on light paper and on dark.

Colours: Okabe & Ito, Color Universal Design (2008).
"""

import plotly.graph_objects as go

BLUE, ORANGE, GREEN, VERMILLION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
SKY, PURPLE = "#56B4E9", "#CC79A7"
GREY = "#7A828C"  # more than 3.9 : 1 against white and against near-black
GRID = "rgba(128, 134, 144, 0.22)"
CYCLE = (BLUE, ORANGE, GREEN, PURPLE, VERMILLION, SKY, GREY)
DASHES = ("solid", "dash", "dot", "dashdot")
NUMBER = ",.4~r"  # d3: four significant digits, thousands apart


def faded(color: str, opacity: float) -> str:
    """A colour of the palette, seen through.

    >>> faded("#0072B2", 0.2)
    'rgba(0, 114, 178, 0.2)'
    """
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {opacity})"


def color_of(index: int) -> str:
    """The colour of the index-th thing compared; after the last the first comes again, with another dash."""
    return CYCLE[index % len(CYCLE)]


def dash_of(index: int) -> str:
    """The dash that tells apart what has the same colour."""
    return DASHES[index // len(CYCLE) % len(DASHES)]


def quantity(name: str, unit: str = "") -> str:
    """A quantity with its unit, as an axis says it.

    >>> quantity("temperature", "°C"), quantity("price")
    ('temperature, °C', 'price')
    """
    return f"{name}, {unit}" if unit else name


def dressed(figure: go.Figure, *, x: str, y: str = "", height: int = 420) -> go.Figure:
    """Dress a figure: transparent paper, quiet grid, legend above, one hover per instant."""
    figure.update_layout(
        template="none",
        height=height,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"color": GREY, "size": 13, "family": "system-ui, sans-serif"},
        margin={"l": 64, "r": 16, "t": 36, "b": 48},
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": 1.01, "yanchor": "bottom"},
        modebar={"bgcolor": "rgba(0,0,0,0)", "color": GREY, "activecolor": BLUE},
        hovermode="x unified",
        hoverlabel={"bgcolor": "#20242b", "font": {"color": "#f2f4f7"}},
    )
    figure.update_xaxes(gridcolor=GRID, linecolor=GRID, zeroline=False, automargin=True)
    figure.update_yaxes(
        gridcolor=GRID, linecolor=GRID, zeroline=False, automargin=True, exponentformat="none"
    )
    last_row = len(list(figure.select_xaxes())) or 1
    figure.update_xaxes(title_text=x, selector=last_row - 1)
    if y:
        figure.update_yaxes(title_text=y, selector=0)
    return figure
