"""A drawing of any network: a box for each layer, an arrow for each value that flows."""

import math
from itertools import pairwise
from typing import Any

from .elements import COLORS, PALE, TEXT, Drawing, clean, document, number, text, width_of
from .layers import Box, layers_of
from .places import in_columns, places

TALL, BETWEEN, GAP = 46.0, 30.0, 34.0  # pixels: a box, the space below it and beside it
LONG = 14  # layers of a chain in one column; a longer chain has several columns
GLYPH = 54.0  # width of the small picture of a shape
INKS = {
    "input": COLORS[2],
    "weights": COLORS[0],
    "plain": "#777777",
    "join": COLORS[4],
    "output": COLORS[3],
}


def diagram(net: Any) -> Drawing:
    """Draw the layers of a network from top to bottom.

    Blue boxes have parameters, orange ones join branches. The small picture shows the shape of a
    layer's result: units as dots, channels as sheets. A tooltip shows the layer's equations.

    Parameters
    ----------
    net : Network
        Any network; if its shapes are not known yet, it is drawn as a chain without them.
    """
    boxes, arrows = layers_of(net)
    wide = [_width(box) for box in boxes]
    chain = arrows == {(k, k + 1) for k in range(len(boxes) - 1)}
    at = in_columns(wide, LONG, GAP) if chain and len(boxes) > LONG + 2 else None
    at = at or places(wide, arrows, gap=GAP)
    xs = [x + side * w / 2 for x, w in zip(at.x, wide, strict=True) for side in (-1, 1)]
    xs += [x + side * 8 for bends in at.bends.values() for _, x in bends for side in (-1, 1)]
    left, right = min(xs), max(xs)
    title = _title(net, boxes)
    width = max(right - left + 48, width_of([title]) + 48)
    shift = (width - (right - left)) / 2 - left
    tops = [60 + r * (TALL + BETWEEN) for r in range(at.rows)]
    parts = [text(width / 2, 22, title, color="#555555")]
    for (a, b), bends in sorted(at.bends.items()):
        points = [(at.x[a] + shift, tops[at.row[a]] + TALL)]
        if at.row[b] <= at.row[a]:  # to the top of the next column
            points += _around(points[0], at.x[b] + shift, (wide[a], wide[b]), tops[0])
        for r, x in bends:
            points += [(x + shift, tops[r]), (x + shift, tops[r] + TALL)]
        points.append((at.x[b] + shift, tops[at.row[b]]))
        parts += _arrow(points)
    for k, box in enumerate(boxes):
        parts += _box(box, at.x[k] + shift, tops[at.row[k]], wide[k])
    return document(width, tops[-1] + TALL + 20, f"network: {title}", parts)


def _around(
    start: tuple[float, float], x: float, widths: tuple[float, float], top: float
) -> list[tuple[float, float]]:
    """Return the points of a line from the end of a column up to the top of the next one."""
    middle = (start[0] + widths[0] / 2 + x - widths[1] / 2) / 2
    return [(middle, start[1] + 12), (middle, top - 16), (x, top - 17)]


def _title(net: Any, boxes: list[Box]) -> str:
    layers = sum(box.layers for box in boxes if box.kind not in ("input", "output"))
    words = f"{layers} layer{'s' if layers != 1 else ''}"
    if not net.is_built:
        return f"{words}; shapes are known after fit, or with inputs="
    total = sum(math.prod(p.shape) for p in net.programs.train.parameters)
    return f"{words}, {total:,} parameters"


def _count(box: Box) -> str:
    words = f"{box.parameters:,} parameter{'s' if box.parameters != 1 else ''}"
    return (words + (", frozen" if box.frozen else "")) if box.parameters else ""


def _width(box: Box) -> float:
    """Return how wide a box is, for its words and its small picture."""
    above = width_of([box.title], 13) * 1.1 + width_of([f"{_beside(box)}  "], 10)
    below = width_of([f"{box.shown} · {_count(box)}"], 11)
    return max(190.0, max(above, below) + 28 + (GLYPH if box.shape else 0))


def _beside(box: Box) -> str:
    """Return what stands beside the title: what the layer is in, or its equation if it is short."""
    if box.within:
        return f"in {box.within}"
    short = len(box.equations) == 1 and len(box.equations[0]) <= 24
    return box.equations[0] if short else ""


def _box(box: Box, x: float, y: float, wide: float) -> list[str]:
    """Return a box around the point (x, y) of its upper edge."""
    ink, start = INKS[box.kind], x - wide / 2
    place = f'x="{number(start)}" y="{number(y)}" height="{number(TALL)}"'
    tip = clean("  |  ".join(box.equations)) or clean(box.kind)
    name = f'<tspan font-weight="bold" font-size="13">{clean(box.title)}</tspan>'
    aside = f'<tspan dx="8" font-size="10" fill="#707070">{clean(_beside(box))}</tspan>'
    note = box.shown + (f" · {_count(box)}" if box.parameters else "")
    base = f'x="{number(start + 14)}" y="{number(y + 19)}" fill="{TEXT}"'
    return [
        f"<g><title>{clean(box.path)}: {tip}</title>",
        f'<rect {place} width="{number(wide)}" rx="5" fill="#FAFAFA" stroke="{PALE}"/>',
        f'<rect {place} width="5" rx="2" fill="{ink}"/>',
        f"<text {base}>{name}{aside}</text>",
        text(start + 14, y + 33, note, anchor="start", size=11, color="#555555"),
        *(_glyph(box, start + wide - GLYPH / 2 - 6, y + TALL / 2, ink) if box.shape else ()),
        "</g>",
    ]


def _arrow(points: list[tuple[float, float]]) -> list[str]:
    """Return a smooth line through the points, with a head at its end."""
    path = f"M{number(points[0][0])} {number(points[0][1])}"
    for (x0, y0), (x1, y1) in pairwise(points):
        half = (y0 + y1) / 2
        path += f" C{number(x0)} {number(half)} {number(x1)} {number(half)}"
        path += f" {number(x1)} {number(y1)}"
    x, y = points[-1]
    head = (
        f"{number(x)},{number(y)} {number(x - 4)},{number(y - 8)} {number(x + 4)},{number(y - 8)}"
    )
    return [
        f'<path d="{path}" fill="none" stroke="{PALE}" stroke-width="1.5"/>',
        f'<polygon points="{head}" fill="{PALE}"/>',
    ]


def _glyph(box: Box, x: float, y: float, ink: str) -> list[str]:
    """Return a small picture of a shape: dots for units, sheets for channels, a grid for steps."""
    if len(box.shape) == 1:
        return _dots(box.shape[0], x, y, ink)
    if len(box.shape) == 2:
        return _strip(x, y, ink)
    sheets = min(4, max(1, math.ceil(math.log2(box.shape[-1] + 1))))
    side = min(24.0, 8 + 3 * math.log2(max(box.shape[:-1]) + 1))
    parts = []
    for k in range(sheets):
        left = x - side / 2 + 4 * ((sheets - 1) / 2 - k)
        top = y - side / 2 - 3 * ((sheets - 1) / 2 - k)
        place = f'x="{number(left)}" y="{number(top)}" width="{number(side)}"'
        parts.append(
            f'<rect {place} height="{number(side)}" fill="white" stroke="{ink}" stroke-width="1.2"/>'
        )
    return parts


def _dots(units: int, x: float, y: float, ink: str) -> list[str]:
    """Return one circle for each unit; of many, the first and the last ones."""
    ring = f'r="3.4" fill="white" stroke="{ink}" stroke-width="1.3"'
    shown = list(range(min(units, 5)))
    parts = []
    for k in shown:
        cx = x + 10 * (k - (len(shown) - 1) / 2)
        if units > 5 and k == 3:
            parts += [
                f'<circle cx="{number(cx + d)}" cy="{number(y)}" r="0.9" fill="{ink}"/>'
                for d in (-3, 0, 3)
            ]
        else:
            parts.append(f'<circle cx="{number(cx)}" cy="{number(y)}" {ring}/>')
    return parts


def _strip(x: float, y: float, ink: str) -> list[str]:
    """Return a strip of columns: a sequence."""
    place = f'y="{number(y - 9)}" width="8" height="18" fill="white" stroke="{ink}"'
    return [f'<rect x="{number(x - 20 + 8 * k)}" {place}/>' for k in range(5)]
