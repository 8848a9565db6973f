"""Curves in plain characters, for terminals and logs: with the dots of Braille, or in ASCII."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays import Array
from .svg.chart import BEYOND
from .training_curves import FRACTIONS, by_kind, is_logarithmic

DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # of a Braille cell: row, column
EMPTY = 0x2800  # the Braille cell without dots
FEWEST, LEAST = 3, 16  # rows and columns of a chart, at least
BESIDE = 72  # columns from which two charts are drawn beside each other
GAP = 3  # columns between them
INKS = ("\x1b[38;5;32m", "\x1b[38;5;166m", "\x1b[38;5;35m", "\x1b[38;5;170m")
PLAIN = "\x1b[0m"


@dataclass(frozen=True)
class Style:
    """What a terminal can show.

    Parameters
    ----------
    braille : bool
        True: dots of Braille and lines; False: ASCII.
    color : bool
        True: colors, as ANSI codes, which are readable on light and dark ground.
    """

    braille: bool = True
    color: bool = False


def run_curves(
    columns: Mapping[str, Array],
    *,
    width: int,
    rows: int,
    style: Style,
    step: str = "epoch",
    ends: tuple[str, str] | None = None,
) -> list[str]:
    """Return the lines of charts of a run, one for each kind of quantity, losses first.

    Parameters
    ----------
    columns : dict of Array
        From "loss", "val_loss", "accuracy", ... to one number for each epoch.
    width : int
        Columns of the terminal.
    rows : int
        Rows that there are for everything; kinds that do not fit are left out.
    style : Style
        What the terminal can show.
    step : str
        The meaning of one entry.
    ends : tuple of str, optional
        What is below the first and the last entry; by default their numbers.

    Returns
    -------
    lines : list of str
        At most `rows` lines of at most `width` columns; none if there is nothing to draw.
    """
    charts = []
    across = 2 if width >= BESIDE else 1
    finite = {
        name: a for name, a in columns.items() if (np.abs(np.asarray(a, float)) < BEYOND).any()
    }
    if not finite:
        return []
    kinds = list(by_kind("run_curves", finite).items())
    across = min(across, len(kinds))
    below = min(-(-len(kinds) // across), max(1, rows // (FEWEST + 3)))
    tall = min(9, rows // below - 3)
    tall -= tall > FEWEST and tall % 2 == 0  # so that there is a row in the middle
    if tall < FEWEST:
        return []
    wide = (width - GAP * (across - 1)) // across
    for kind, curves in kinds[: across * below]:
        values = np.concatenate([np.asarray(a, float) for a in curves.values()])
        values = values[np.isfinite(values)]
        share = kind in FRACTIONS and 0 <= values.min() <= values.max() <= 1
        charts.append(
            chart(
                curves,
                width=wide,
                rows=tall,
                style=style,
                log=is_logarithmic(kind, curves),
                limits=(0.0, 1.0) if share else None,
                step=step,
                ends=ends,
            )
        )
    lines: list[str] = []
    for k in range(0, len(charts), across):
        lines += [
            (" " * GAP).join(parts).rstrip() for parts in zip(*charts[k : k + across], strict=True)
        ]
    return lines


def chart(
    curves: Mapping[str, Array],
    *,
    width: int,
    rows: int,
    style: Style,
    log: bool = False,
    limits: tuple[float, float] | None = None,
    step: str = "epoch",
    ends: tuple[str, str] | None = None,
) -> list[str]:
    """Return the lines of one chart: a key with the last numbers, the curves, and an axis below.

    Parameters
    ----------
    curves : dict of Array
        Numbers at 1 to n. NaN and infinity leave a gap; "val_..." is dashed, in ASCII made of o.
    width, rows : int
        Columns of the whole chart, and rows of the curves.
    style : Style
        What the terminal can show.
    log : bool
        True: a logarithmic axis, for numbers above 0.
    limits : tuple of float, optional
        The ends of the axis; by default the smallest and the largest number.
    step : str
        The word below the axis.
    ends : tuple of str, optional
        What is below the first and the last entry; by default their numbers.

    Returns
    -------
    lines : list of str
        rows + 3 lines; each takes `width` columns.

    Examples
    --------
    >>> lines = chart({"loss": [4, 3, 2, 1]}, width=18, rows=3, style=Style(braille=False))
    >>> print("\\n".join(line.rstrip() for line in lines))
      * loss 1
    4 |****
      |    *******
    1 |           ****
      +---------------
       1    epoch    4
    """
    heights = {name: np.asarray(values, float) for name, values in curves.items()}
    finite = np.concatenate([a[np.abs(a) < BEYOND] for a in heights.values()])
    log = log and bool(finite.size) and finite.min() > 0
    low, high = limits or (float(finite.min()), float(finite.max()))
    labels = _labels(low, high, rows, log)
    left = max(map(len, labels.values())) + 1
    inner = max(LEAST - left, width - left - 1)
    if log:
        heights = {name: _log(a) for name, a in heights.items()}
        low, high = math.log10(low), math.log10(high)
    most = max(len(a) for a in heights.values())
    canvas = _Canvas(inner, rows, style)
    names = list(curves)
    for name in sorted(names, key=lambda name: not name.startswith("val_")):  # training on top
        canvas.draw(names.index(name), name.startswith("val_"), heights[name], most, low, high)
    bar, corner, line = ("│", "└", "─") if style.braille else ("|", "+", "-")
    lines = [_key(curves, left, width, style)]
    for k, row in enumerate(canvas.lines()):
        lines.append(f"{labels.get(k, ''):>{left - 1}} {bar}{row}")
    lines.append(" " * left + corner + line * inner)
    begin, end = ends or ("1", f"{most}" if most > 1 else "")
    middle = step.center(inner - len(begin) - len(end))
    lines.append(" " * (left + 1) + begin + middle + end)
    return lines


def _labels(low: float, high: float, rows: int, log: bool) -> dict[int, str]:
    """Return the numbers beside the rows: the ends of the axis, and one between them."""
    if not high > low:
        return {rows // 2: f"{low:.3g}"}
    labels = {0: f"{high:.3g}", rows - 1: f"{low:.3g}"}
    if rows >= 5:
        k = (rows - 1) // 2
        part = 1 - k / (rows - 1)
        labels[k] = f"{low * (high / low) ** part if log else low + part * (high - low):.3g}"
    return labels


class _Canvas:
    """Cells on which curves are drawn; a Braille cell has 2 x 4 dots."""

    def __init__(self, width: int, rows: int, style: Style) -> None:
        self.style = style
        self.dx, self.dy = (2, 4) if style.braille else (1, 1)
        self.width, self.height = width * self.dx, rows * self.dy
        self.cells = np.zeros((rows, width), int)  # dots of Braille, or the code of a character
        self.owner = np.full((rows, width), -1)

    def draw(
        self, ink: int, dashed: bool, heights: Array, most: int, low: float, high: float
    ) -> None:
        """Draw one curve."""
        for x, y0, y1 in _spans(heights, most, low, high, self.width, self.height):
            if dashed and self.style.braille and x % 4 > 1:
                continue
            for y in range(y0, y1 + 1):
                row, column = (self.height - 1 - y) // self.dy, x // self.dx
                if self.style.braille:
                    self.cells[row, column] |= DOTS[(self.height - 1 - y) % 4][x % 2]
                else:
                    self.cells[row, column] = ord("o" if dashed else "*")
                self.owner[row, column] = ink

    def lines(self) -> list[str]:
        """Return the rows of cells, from the top."""
        lines = []
        for cells, owners in zip(self.cells.tolist(), self.owner.tolist(), strict=True):
            text, ink = "", -1
            for cell, owner in zip(cells, owners, strict=True):
                if self.style.color and owner != ink:
                    text += (PLAIN if ink >= 0 else "") + (_ink(owner) if owner >= 0 else "")
                    ink = owner
                text += " " if not cell else chr(EMPTY + cell) if self.style.braille else chr(cell)
            lines.append(text + (PLAIN if ink >= 0 else ""))
        return lines


def _spans(
    heights: Array, most: int, low: float, high: float, width: int, height: int
) -> list[tuple[int, int, int]]:
    """Return (x, lowest y, highest y) of the dots of a curve, one for each column that it has."""
    n = len(heights)
    scale = (height - 1) / (high - low) if high > low else 0.0
    y = np.where(np.abs(heights) < BEYOND, heights, np.nan)
    y = (
        np.clip((y - low) * scale, 0, height - 1)
        if scale
        else np.where(np.isnan(y), y, height // 2)
    )
    x = np.arange(n) * ((width - 1) / (most - 1)) if most > 1 else np.zeros(n)
    if n > 2 * width:  # many epochs in one column: from the lowest to the highest
        return _many(x, y)
    spans: list[tuple[int, int, int]] = []
    last = -1  # the highest column that is drawn, and its height
    before = math.nan
    for k in range(n):
        if math.isnan(y[k]):
            before = math.nan
            continue
        here, at = round(float(x[k])), float(y[k])
        if math.isnan(before):
            spans.append((here, round(at), round(at)))
        elif here == last:
            a, b = sorted((round(before), round(at)))
            spans.append((here, a, b))
        else:
            line = np.rint(np.linspace(before, at, here - last + 1)).astype(int).tolist()
            for i in range(1, len(line)):
                a, b = sorted((line[i - 1], line[i]))
                steps = (a + 1, b) if line[i] > line[i - 1] else (a, max(a, b - 1))
                spans.append((last + i, *(steps if a != b else (a, b))))
        last, before = here, at
    return spans


def _many(x: Array, y: Array) -> list[tuple[int, int, int]]:
    """Return the spans of a curve with more numbers than columns."""
    spans, before = [], math.nan
    places = np.rint(x).astype(int)
    starts = np.flatnonzero(np.r_[True, np.diff(places) > 0])
    for a, b in zip(starts, [*starts[1:], len(y)], strict=True):
        part = y[a:b][~np.isnan(y[a:b])]
        if not part.size:
            before = math.nan
            continue
        low, high = float(part.min()), float(part.max())
        if before < low:  # join it to the column before; false if there is none
            low = min(low, before + 1)
        elif before > high:
            high = max(high, before - 1)
        spans.append((int(places[a]), round(low), round(high)))
        before = float(part[-1])
    return spans


def _log(a: Array) -> Array:
    with np.errstate(all="ignore"):
        return np.asarray(np.where(a > 0, np.log10(np.where(a > 0, a, 1.0)), np.nan))


def _ink(owner: int) -> str:
    return INKS[owner % len(INKS)]


def _key(curves: Mapping[str, Array], left: int, width: int, style: Style) -> str:
    """Return the names of the curves with their last numbers, as far as they fit.

    If they need more columns, "val_accuracy" becomes "val", and numbers lose a digit.
    """
    room = width
    for digits, short in ((4, False), (4, True), (3, True)):
        parts = []
        for k, (name, values) in enumerate(curves.items()):
            dashed = name.startswith("val_")
            sign = ("╌╌" if dashed else "──") if style.braille else ("o" if dashed else "*")
            word = "val" if short and name.removeprefix("val_") in curves and dashed else name
            last = f" {float(values[-1]):.{digits}g}" if len(values) else ""
            parts.append((k, sign, f" {word}{last}"))
        if _width(parts) <= room:
            break
    while _width(parts) > room:
        parts.pop()
    signs = [
        (f"{_ink(k)}{sign}{PLAIN}" if style.color else sign, words) for k, sign, words in parts
    ]
    before = min(left, room - _width(parts))
    return " " * before + "   ".join(map("".join, signs)) + " " * (room - before - _width(parts))


def _width(parts: Sequence[tuple[int, str, str]]) -> int:
    """Return the columns of the parts of a key, with three between two of them."""
    return sum(len(sign) + len(words) + 3 for _, sign, words in parts) - 3 * bool(parts)


def columns_of(text: str) -> int:
    """Return how many columns a line takes on a terminal: colors take none."""
    for code in (*INKS, PLAIN):
        text = text.replace(code, "")
    return len(text)


def wrapped(text: str, width: int) -> Sequence[str]:
    """Return a sentence as lines of at most this many columns."""
    from textwrap import wrap

    return wrap(text, max(width, LEAST), subsequent_indent="  ")
