"""A small line chart."""

import math
from collections.abc import Mapping

import numpy as np

from ...arrays import Array
from ...errors import DataError
from .elements import COLORS, TEXT, document, number, text, width_of

WIDTH, HEIGHT = 420.0, 240.0  # size of the area with the lines, in pixels
LEFT, TOP, BOTTOM = 70.0, 20.0, 50.0
BEYOND = 1e200  # larger numbers are not drawn, like infinity


def curve(
    curves: Mapping[str, Array] | Array, *, x: str = "epoch", y: str = "loss", log: bool = False
) -> str:
    """Draw numbers against their index, one line for each array.

    Parameters
    ----------
    curves : dict of Array, or Array
        From a name to the heights (n,) at 1 to n; or a single curve. NaN and infinity leave a gap.
    x, y : str
        Labels of the axes.
    log : bool
        True: a logarithmic y-axis, if every number is above 0.

    Returns
    -------
    svg : str
        A whole SVG document.

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
    given = curves if isinstance(curves, Mapping) else {"": curves}
    heights = {name: np.asarray(values, dtype=float) for name, values in given.items()}
    finite = [values[np.abs(values) < BEYOND] for values in heights.values()]
    if (
        not finite
        or any(values.ndim != 1 for values in heights.values())
        or not any(values.size for values in finite)
    ):
        raise DataError(
            "curve", "arrays (n,) with finite numbers", "none", "Give one loss per epoch."
        )
    everything = np.concatenate(finite)
    log = log and bool((everything > 1 / BEYOND).all())
    ticks = (
        _decades(everything) if log else _ticks(float(everything.min()), float(everything.max()))
    )
    low, high = (math.log10(t) if log else t for t in (ticks[0], ticks[-1]))
    longest = max(values.size for values in heights.values())

    def across(step: float) -> float:
        return LEFT + WIDTH * ((step - 1) / (longest - 1) if longest > 1 else 0.5)

    def up(value: float) -> float:
        return TOP + HEIGHT * (1 - ((math.log10(value) if log else value) - low) / (high - low))

    digits = 4 if len({f"{tick:.4g}" for tick in ticks}) == len(ticks) else 9
    parts = []
    for tick in ticks:
        ends = _ends(LEFT, up(tick), LEFT + WIDTH, up(tick))
        parts += [
            f'<line {ends} stroke="#DDDDDD"/>',
            text(LEFT - 8, up(tick), f"{tick:.{digits}g}", anchor="end", size=11),
        ]
    for step in sorted({round(t) for t in _ticks(1, longest) if 1 < t <= longest} | {1}):
        parts.append(text(across(step), TOP + HEIGHT + 14, str(step), size=11))
    box = _ends(LEFT, TOP + HEIGHT, LEFT + WIDTH, TOP + HEIGHT)
    parts += [f'<line {box} stroke="{TEXT}"/>', text(LEFT + WIDTH / 2, TOP + HEIGHT + 36, x)]
    parts.append(
        f'<g transform="translate(14 {number(TOP + HEIGHT / 2)}) rotate(-90)">{text(0, 0, y)}</g>'
    )
    for k, (name, values) in enumerate(heights.items()):
        color = COLORS[k % len(COLORS)]
        ink = f'fill="none" stroke="{color}" stroke-width="2" stroke-linejoin="round"'
        ink += ' stroke-linecap="round"'
        ink += ' stroke-dasharray="6 5"' if k // len(COLORS) % 2 else ""
        for run in _runs(values):
            points = [(number(across(i + 1)), number(up(values[i]))) for i in run]
            parts.append(
                f'<polyline points="{" ".join(",".join(point) for point in points)}" {ink}/>'
            )
            if len(run) == 1:
                (at_x, at_y), radius = points[0], 3
                parts.append(f'<circle cx="{at_x}" cy="{at_y}" r="{radius}" fill="{color}"/>')
        if name:
            row, start = TOP + 8 + 18 * k, LEFT + WIDTH + 16
            ends = _ends(start, row, start + 22, row)
            parts.append(f"<line {ends} {ink}/>")
            parts.append(text(start + 28, row, name, anchor="start"))
    names = [name for name in heights if name]
    beside = 60 + width_of(names) if names else 24
    tall = max(TOP + HEIGHT + BOTTOM, TOP + 18 * len(names) + 8)
    return document(LEFT + WIDTH + beside, tall, f"{y} against {x}", parts)


def _ends(x1: float, y1: float, x2: float, y2: float) -> str:
    """Return the two ends of a line as attributes."""
    return f'x1="{number(x1)}" y1="{number(y1)}" x2="{number(x2)}" y2="{number(y2)}"'


def _ticks(low: float, high: float) -> list[float]:
    """Return four to nine round numbers that reach from below low to above high."""
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


def _runs(values: Array) -> list[list[int]]:
    """Return the indices of finite numbers, split at numbers that are not finite."""
    runs: list[list[int]] = [[]]
    for i, good in enumerate((np.abs(values) < BEYOND).tolist()):
        if good:
            runs[-1].append(i)
        else:
            runs.append([])
    return [run for run in runs if run]
