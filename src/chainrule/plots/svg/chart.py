"""A small line chart."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import DataError
from ..given import as_numbers
from .elements import COLORS, TEXT, Drawing, document, number, text, width_of

WIDTH, HEIGHT = 420.0, 240.0  # size of the area with the lines, in pixels
LEFT, TOP, BOTTOM = 70.0, 20.0, 50.0
BEYOND = 1e200  # larger numbers are not drawn, like infinity
RULE, REMEDY = "arrays (n,) with finite numbers", "Give one loss per epoch."


@dataclass(frozen=True)
class Axis:
    """Where numbers are on an axis: 0 is its beginning, 1 its end."""

    low: float
    high: float
    log: bool

    def place(self, value: float) -> float:
        at = math.log10(value) if self.log else value
        return (at - self.low) / (self.high - self.low) if self.high > self.low else 0.5


def curve(
    curves: Mapping[str, Any] | Array,
    *,
    x: str = "epoch",
    y: str = "loss",
    log: bool = False,
    log_x: bool = False,
    dashed: Collection[str] = (),
    mark: tuple[float, str] | None = None,
    limits: tuple[float, float] | None = None,
) -> Drawing:
    """Draw numbers against their index, or against positions, one line for each array.

    Parameters
    ----------
    curves : dict of Array, or Array
        From a name to the heights (n,) at 1 to n, or to a pair of positions and heights; or a
        single curve. NaN and infinity leave a gap.
    x, y : str
        Labels of the axes.
    log, log_x : bool
        True: a logarithmic y-axis or x-axis, if every number on it is above 0.
    dashed : collection of str
        Names of curves to draw dashed. "val_loss" has the color of "loss".
    mark : tuple of float and str, optional
        A position on the x-axis to mark by a dotted line, and its name.
    limits : tuple of float, optional
        The lowest and the highest number of the y-axis; by default those of the curves.

    Returns
    -------
    svg : Drawing
        A whole SVG document: a str that a notebook shows as a picture.

    Raises
    ------
    DataError
        There is nothing to draw.

    Examples
    --------
    >>> svg = curve({"training": [3.0, 2.0, 1.5], "validation": [3.0, 2.5, 2.4]})
    >>> svg[:4], svg.count("<polyline")
    ('<svg', 2)
    """
    lines = _lines_of(curves)
    at = np.concatenate([pair[0] for pair in lines.values()])
    heights = np.concatenate([pair[1] for pair in lines.values()])
    finite = heights[np.abs(heights) < BEYOND]
    log = log and bool((finite > 1 / BEYOND).all())
    log_x = log_x and bool((at > 1 / BEYOND).all())
    ticks = _decades(finite) if log else _ticks(*limits or (float(finite.min()), finite.max()))
    low, high = (math.log10(t) if log else t for t in (ticks[0], ticks[-1]))
    up = Axis(low, high, log)
    ends = [float(v) for v in (at.min(), at.max())]
    first, last = (math.log10(v) if log_x else v for v in ends)
    along = Axis(first, last, log_x)
    parts = [*_rows(ticks, up), *_columns(ends, along, at), *_labels(x, y)]
    if mark is not None:
        parts += _mark(LEFT + WIDTH * along.place(mark[0]))
    beside = _colors(lines, dashed)
    for name, (steps, values) in lines.items():
        places = [
            (LEFT + WIDTH * along.place(s), TOP + HEIGHT * (1 - up.place(v)))
            if abs(v) < BEYOND
            else None
            for s, v in zip(steps.tolist(), values.tolist(), strict=True)
        ]
        parts += _line(places, beside[name])
    names = {name: ink for name, ink in beside.items() if name}
    if mark is not None:
        names[mark[1]] = f'stroke="{TEXT}" stroke-dasharray="1.5 3"'
    parts += _key(names)
    wide = LEFT + WIDTH + (60 + width_of(list(names)) if names else 24)
    tall = max(TOP + HEIGHT + BOTTOM, TOP + 18 * len(names) + 8)
    return document(wide, tall, f"{y} against {x}", parts)


def _lines_of(curves: Any) -> dict[str, tuple[Array, Array]]:
    """Return positions and heights by name; raise DataError if there is no finite height."""
    given = curves if isinstance(curves, Mapping) else {"": curves}
    lines = {}
    for name, curve in given.items():
        pair = isinstance(curve, tuple) and len(curve) == 2 and np.ndim(curve[0]) == 1
        heights = as_numbers("curve", curve[1] if pair else curve, RULE, REMEDY)
        at = np.arange(1.0, heights.size + 1)
        if pair:
            at = as_numbers("curve", curve[0], RULE, REMEDY)
        if heights.ndim != 1 or at.shape != heights.shape or not np.isfinite(at).all():
            got = f"shape {heights.shape}" if heights.ndim != 1 else "other positions"
            raise DataError("curve", RULE, got, REMEDY)
        lines[str(name)] = (at, heights)
    if not any((np.abs(heights) < BEYOND).any() for _, heights in lines.values()):
        raise DataError("curve", RULE, "none", REMEDY)
    return lines


def _rows(ticks: Sequence[float], up: Axis) -> list[str]:
    """Return the gray lines across the chart and their numbers."""
    digits = 4 if len({f"{tick:.4g}" for tick in ticks}) == len(ticks) else 9
    parts = []
    for tick in ticks:
        height = TOP + HEIGHT * (1 - up.place(tick))
        parts += [
            f'<line {_ends(LEFT, height, LEFT + WIDTH, height)} stroke="#DDDDDD"/>',
            text(LEFT - 8, height, f"{tick:.{digits}g}", anchor="end", size=11),
        ]
    return parts


def _columns(ends: list[float], along: Axis, at: Array) -> list[str]:
    """Return the numbers below the chart."""
    if along.log:
        shown = [tick for tick in _decades(at) if ends[0] <= tick <= ends[1]]
    elif (at % 1 == 0).all():
        inside = (round(t) for t in _ticks(*ends) if ends[0] < t <= ends[1])
        shown = sorted({*inside, round(ends[0])})
    else:
        shown = [t for t in _ticks(*ends) if ends[0] <= t <= ends[1]]
    y = TOP + HEIGHT + 14
    return [text(LEFT + WIDTH * along.place(t), y, f"{t:.9g}", size=11) for t in shown]


def _labels(x: str, y: str) -> list[str]:
    """Return the line below the chart, and what its axes are."""
    box = _ends(LEFT, TOP + HEIGHT, LEFT + WIDTH, TOP + HEIGHT)
    turned = f"translate(14 {number(TOP + HEIGHT / 2)}) rotate(-90)"
    return [
        f'<line {box} stroke="{TEXT}"/>',
        text(LEFT + WIDTH / 2, TOP + HEIGHT + 36, x),
        f'<g transform="{turned}">{text(0, 0, y)}</g>',
    ]


def _mark(x: float) -> list[str]:
    ends = _ends(x, TOP, x, TOP + HEIGHT)
    return [f'<line {ends} stroke="{TEXT}" stroke-dasharray="1.5 3"/>']


def _colors(names: Collection[str], dashed: Collection[str]) -> dict[str, str]:
    """Return the ink of each curve. A validation curve has the color of its training curve."""
    own = list(dict.fromkeys(_own(name, names) for name in names))
    inks = {}
    for name in names:
        k = own.index(_own(name, names))
        ink = f'fill="none" stroke="{COLORS[k % len(COLORS)]}" stroke-width="2"'
        ink += ' stroke-linejoin="round" stroke-linecap="round"'
        broken = name in dashed or k // len(COLORS) % 2
        inks[name] = ink + (' stroke-dasharray="6 5"' if broken else "")
    return inks


def _own(name: str, names: Collection[str]) -> str:
    plain = name.removeprefix("val_")
    return plain if plain in names else name


def _line(places: list[tuple[float, float] | None], ink: str) -> list[str]:
    """Return one curve: a line for each stretch without a gap, a dot where that is one point."""
    stretches: list[list[tuple[float, float]]] = [[]]
    for place in places:
        if place is None:
            stretches.append([])
        else:
            stretches[-1].append(place)
    parts = []
    for stretch in filter(None, stretches):
        points = " ".join(f"{number(x)},{number(y)}" for x, y in stretch)
        parts.append(f'<polyline points="{points}" {ink}/>')
        if len(stretch) == 1:
            (x, y), color = stretch[0], ink.split('stroke="')[1].split('"')[0]
            fill = "white" if "dasharray" in ink else color  # a ring, as a dashed line has gaps
            at = f'cx="{number(x)}" cy="{number(y)}" r="3"'
            parts.append(f'<circle {at} fill="{fill}" stroke="{color}"/>')
    return parts


def _key(inks: Mapping[str, str]) -> list[str]:
    """Return the names beside the chart, each with a piece of its line."""
    parts = []
    for k, (name, ink) in enumerate(inks.items()):
        row, start = TOP + 8 + 18 * k, LEFT + WIDTH + 16
        parts.append(f"<line {_ends(start, row, start + 22, row)} {ink}/>")
        parts.append(text(start + 28, row, name, anchor="start"))
    return parts


def _ends(x1: float, y1: float, x2: float, y2: float) -> str:
    """Return the two ends of a line as attributes."""
    return f'x1="{number(x1)}" y1="{number(y1)}" x2="{number(x2)}" y2="{number(y2)}"'


def _ticks(low: float, high: float) -> list[float]:
    """Return four to nine round numbers that reach from below low to above high."""
    low, high = float(low), float(high)
    if high - low <= max(1e-12 * max(abs(low), abs(high)), 1 / BEYOND):
        low, high = low - max(abs(low), 1) / 2, high + max(abs(high), 1) / 2
    rough = (high - low) / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = max(s * power for s in (1, 2, 5) if s * power <= rough * (1 + 1e-9))
    return [
        k * step for k in range(math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9) + 1)
    ]


def _decades(values: Array) -> list[float]:
    """Return powers of ten that reach beyond the values, seven at most."""
    low, high = math.floor(math.log10(values.min())), math.ceil(math.log10(values.max()))
    high = max(high, low + 1)
    stride = -(-(high - low) // 6)
    return [10.0**k for k in range(low, high + stride, stride)]
