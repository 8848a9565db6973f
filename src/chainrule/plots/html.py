"""What notebooks show: tables, bars and grids as HTML. Everything that users wrote is escaped.

Colors of words and lines are those of the page, so that it may be light or dark.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ..arrays import Array
from .svg.elements import clean

RULE = "1px solid rgba(128,128,128,0.45)"
BLUE, ORANGE = "0,114,178", "213,94,0"  # Okabe & Ito's, as in all pictures


def table(
    rows: Iterable[Sequence[Any]], header: Sequence[str] = (), *, align: str = "", title: str = ""
) -> str:
    """Return a table.

    Parameters
    ----------
    rows : iterable of sequences
        The cells. Values are escaped; a `Raw` is HTML.
    header : sequence of str
        The names of the columns.
    align : str
        One letter a column: l, r or c. The last one holds for all further columns.
    title : str
        A line above the table.
    """
    sides = {"l": "left", "r": "right", "c": "center"}

    def cells(kind: str, row: Sequence[Any], more: str) -> str:
        written = []
        for k, cell in enumerate(row):
            side = sides[(align or "l")[min(k, len(align or "l") - 1)]]
            style = f"text-align:{side};padding:2px 12px 2px 0;background:none;{more}"
            written.append(f'<{kind} style="{style}">{_inside(cell)}</{kind}>')
        return f"<tr>{''.join(written)}</tr>"

    body = [cells("td", row, "vertical-align:baseline;border:0") for row in rows]
    head = cells("th", header, f"border:0;border-bottom:{RULE}") if header else ""
    above = (
        f'<caption style="caption-side:top;text-align:left;padding:0 0 4px;color:inherit">'
        f"{_inside(title)}</caption>"
        if title
        else ""
    )
    style = "border-collapse:collapse;border:0;margin:4px 0;font-variant-numeric:tabular-nums"
    return (
        f'<table style="{style}">{above}<thead>{head}</thead><tbody>{"".join(body)}</tbody></table>'
    )


class Raw(str):
    """HTML that goes into a table as it is."""


def page(*parts: str) -> str:
    """Return parts below each other, in a box that scrolls if one is wider than the page."""
    return f'<div style="overflow-x:auto;line-height:1.4">{"".join(parts)}</div>'


def beside(*parts: str, width: int | None = None) -> str:
    """Return parts side by side, as many as fit; drawings shrink to this width in pixels."""
    size = f' style="flex:0 1 {width}px"' if width else ""
    boxes = "".join(f"<div{size}>{part}</div>" for part in parts)
    return f'<div style="display:flex;flex-wrap:wrap;gap:16px;align-items:flex-start">{boxes}</div>'


def line(words: str) -> str:
    """Return a line of words."""
    return f'<div style="margin:2px 0">{clean(words)}</div>'


def code(words: str) -> str:
    """Return lines of a fixed width."""
    lines = "\n".join(clean(each) for each in words.split("\n"))
    style = "margin:2px 0;background:none;color:inherit;overflow-x:auto;line-height:1.35"
    return f'<pre style="{style}">{lines}</pre>'


def bar(value: float, most: float, *, width: int = 120) -> Raw:
    """Return a bar as long as |value|, blue above 0 and orange below; `most` fills the width."""
    share = min(abs(value) / most, 1.0) if most > 0 and np.isfinite(value) else 0.0
    color = BLUE if value >= 0 else ORANGE
    style = f"width:{width * share:.0f}px;height:0.75em;background:rgb({color})"
    return Raw(f'<div style="width:{width}px"><div style="{style}"></div></div>')


def grid(numbers: Array, inside: Array | None = None, *, digits: int = 3, cell: str = "") -> str:
    """Return a matrix with a color behind each number: orange above 0, blue below, as in `kernels`.

    Parameters
    ----------
    numbers : array (h, w)
        The numbers.
    inside : array (h, w), optional
        False: the number is gray, such as padding.
    digits : int
        Significant digits.
    cell : str
        More style for each cell.
    """
    finite = np.abs(numbers[np.isfinite(numbers)])
    most = float(finite.max()) if finite.size and finite.max() > 0 else 1.0
    rows = []
    for i, row in enumerate(numbers):
        cells = []
        for j, value in enumerate(row):
            strength = 0.6 * min(abs(float(value)) / most, 1.0) if np.isfinite(value) else 0.0
            gray = inside is not None and not inside[i, j]
            style = f"background:rgba({ORANGE if value >= 0 else BLUE},{strength:.2f})"
            style += f";padding:2px 6px;text-align:right;white-space:nowrap;border:{RULE};{cell}"
            style += ";opacity:0.4" if gray else ""
            words = "0" if gray else f"{value:.{digits}g}"
            cells.append(f'<td style="{style}">{clean(words)}</td>')
        rows.append(f"<tr>{''.join(cells)}</tr>")
    style = "border-collapse:collapse;margin:4px 0;font-variant-numeric:tabular-nums"
    return f'<table style="{style}"><tbody>{"".join(rows)}</tbody></table>'


def _inside(cell: Any) -> str:
    return str(cell) if isinstance(cell, Raw) else clean(str(cell))
