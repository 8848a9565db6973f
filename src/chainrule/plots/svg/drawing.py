"""A drawing of a dense network: units are circles, weights are lines.

The color of a line is the sign of its weight, its thickness is the size. A network that is no chain
of dense layers is drawn by `diagram`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import ParameterError, ShapeError
from ...settings import is_whole
from ..given import a_named
from .diagram import diagram
from .elements import COLORS, PALE, TEXT, Drawing, document, number, text, width_of
from .layers import layers_of

# pixels: radius of a unit, distance between units, distance between layers
RADIUS, ROW, COLUMN = 13.0, 40.0, 150.0
POSITIVE, NEGATIVE = COLORS[:2]
DENSE = ("z = x W + b", "z = x W")  # the equations of a dense layer
DEEP = 6  # dense layers whose units are drawn; of more, only boxes
THICK, KEY = 5.0, 330.0  # thickness of the largest weight, width of the key to the colors


@dataclass(frozen=True)
class Column:
    """One layer on paper: the units that are shown, and their positions (x, and one y per unit)."""

    x: float
    units: list[int]
    y: list[float]
    size: int

    @property
    def shortened(self) -> bool:
        """True if some units are left out."""
        return len(self.units) < self.size


def network(
    sizes: Any,
    weights: Sequence[Array] | None = None,
    biases: Sequence[Array] | None = None,
    *,
    names: Sequence[str] | None = None,
    inputs: Sequence[str] | None = None,
    outputs: Sequence[str] | None = None,
    most: int = 8,
) -> Drawing:
    """Draw a Network, or a network of dense layers from its sizes and weights.

    Lines are blue for weights above 0 and vermilion for weights below 0. A line is as thick as |w|
    is large within its layer; a tooltip shows the number. A bias is drawn as the weight of a unit
    that is always 1.

    Parameters
    ----------
    sizes : sequence of int, or Network
        Units of each layer, the inputs first: [2, 3, 1]. A Network, or an estimator that has one,
        is drawn as `net.draw()` draws it.
    weights : sequence of Array or None
        One matrix for each pair of neighboring layers, (sizes[i], sizes[i + 1]). None: all lines
        look the same.
    biases : sequence of Array or None
        One vector for each layer after the first, (sizes[i + 1],). None: no biases.
    names : sequence of str or None
        Text under each layer, above its size: ["x", "Dense(3), Tanh", "p"].
    inputs, outputs : sequence of str or None
        Names of the units of the first and the last layer.
    most : int
        How many units of a layer are shown, ≥ 2. Of a larger layer, the first and the last units
        are shown, and their total number.

    Returns
    -------
    svg : Drawing
        A whole SVG document: a str that a notebook shows as a picture.

    Raises
    ------
    ParameterError
        sizes or `most` are outside their range.
    ShapeError
        Weights, biases or names do not fit the sizes.

    Examples
    --------
    >>> svg = network([2, 3, 1], names=["x", "hidden", "p"])
    >>> svg[:4], svg.count("<circle"), svg.count("<line")
    ('<svg', 6, 9)
    """
    net = getattr(sizes, "network_", sizes)
    if hasattr(net, "layers") and hasattr(net, "is_built"):
        return _whole(net, most)
    _check(sizes, weights, biases, names, inputs, outputs, most)
    left = (
        24
        + RADIUS
        + max(width_of(inputs or []), width_of([names[0]] if names else []) / 2 - RADIUS)
    )
    right = (
        24
        + RADIUS
        + max(width_of(outputs or []), width_of([names[-1]] if names else []) / 2 - RADIUS)
    )
    step = max(COLUMN, 16 + width_of(names or []))
    width = left + (len(sizes) - 1) * step + right
    if weights is not None and width < KEY:
        left, width = left + (KEY - width) / 2, KEY
    tallest = max(len(_shown(size, most)) + (size > most) for size in sizes) + (biases is not None)
    middle = 24 + tallest * ROW / 2
    columns = [
        _column(size, most, left + i * step, middle, biases is not None)
        for i, size in enumerate(sizes)
    ]
    top_of_words = 24 + tallest * ROW + 12

    parts: list[str] = []
    for i, (here, there) in enumerate(pairwise(columns)):
        W = None if weights is None else np.asarray(weights[i], dtype=float)
        b = None if biases is None else np.asarray(biases[i], dtype=float)
        parts += _lines(i + 1, here, there, W, b)
    for i, column in enumerate(columns):
        parts += _units(column, bias=biases is not None and i < len(columns) - 1)
        if names:
            parts.append(text(column.x, top_of_words, names[i]))
        count = f"{column.size} unit{'s' if column.size > 1 else ''}"
        parts.append(
            text(column.x, top_of_words + (17 if names else 0), count, size=11, color="#555555")
        )
    for column, words, anchor, away in (
        (columns[0], inputs, "end", -1),
        (columns[-1], outputs, "start", 1),
    ):
        for unit, y in zip(column.units, column.y, strict=True) if words else ():
            x = column.x + away * (RADIUS + 7)
            parts.append(text(x, y, words[unit], anchor=anchor))  # type: ignore[index]
    below = top_of_words + (17 if names else 0) + 22
    if weights is not None:
        parts += _key(width / 2, below)
        below += 18
    return document(
        width, below, f"network of {' - '.join(str(size) for size in sizes)} units", parts
    )


def _whole(net: Any, most: int) -> Drawing:
    """Draw a network: its units if it is a chain of dense layers, else its layers as boxes."""
    _check_most(most)
    parts = _dense_chain(net)
    if parts is None:
        return diagram(net)
    sizes, weights, biases, names = parts
    arrays = [*weights, *biases]
    if not all(np.isfinite(a).all() for a in arrays):  # it diverged: there is nothing to compare
        return network(sizes, names=names, most=most)
    given = biases if len(biases) == len(weights) else None
    return network(sizes, weights, given, names=names, most=most)


def _dense_chain(net: Any) -> tuple[list[int], list[Array], list[Array], list[str]] | None:
    """Return sizes, weights, biases and names of a chain of dense layers; None for any other."""
    if not net.is_built:
        return None
    boxes, arrows = layers_of(net)
    chain = arrows == {(k, k + 1) for k in range(len(boxes) - 1)}
    dense = [box for box in boxes if box.parameters]
    if not chain or not 1 <= len(dense) <= DEEP or boxes[0].number != "real":
        return None
    sizes: list[int] = []
    names: list[str] = []
    for box in boxes[:-1]:
        if len(box.shape) != 1 or (box.parameters and box.equations[0] not in DENSE):
            return None
        if box.parameters or not sizes:
            sizes.append(box.shape[0])
            names.append(box.title)
        elif box.shape[0] == sizes[-1]:
            names[-1] += f", {box.title}"
        else:
            return None
    symbols = net.parameters
    weights = [np.asarray(a, float) for a in symbols.values() if a.ndim == 2]
    biases = [np.asarray(a, float) for a in symbols.values() if a.ndim == 1]
    same = [w.shape for w in weights] == list(pairwise(sizes))
    return (sizes, weights, biases, names) if same else None


def _check_most(most: int) -> None:
    """Check the number of units of a layer that are shown."""
    if not (is_whole(most) and most >= 2):
        raise ParameterError(
            f"network(most={most!r}): most must be a whole number ≥ 2. The usual value is 8."
        )


def _shown(size: int, most: int) -> list[int]:
    """Return the units of a layer that are drawn."""
    return (
        list(range(size))
        if size <= most
        else [*range(most - most // 2), *range(size - most // 2, size)]
    )


def _column(size: int, most: int, x: float, middle: float, bias: bool) -> Column:
    """Place the units of a layer, centered, with a free row for the dots and one for the bias."""
    units = _shown(size, most)
    places = [k + (unit != k) for k, unit in enumerate(units)]  # one row lower after the gap
    offset = (places[-1] + bias) / 2
    return Column(x, units, [middle + (place - offset) * ROW for place in places], size)


def _bias_y(column: Column) -> float:
    """Return the height of the bias, below the last unit."""
    return column.y[-1] + ROW


def _lines(layer: int, here: Column, there: Column, W: Array | None, b: Array | None) -> list[str]:
    """Return the lines of one layer's weights, thin ones first, so that thick ones are on top."""
    found = [np.abs(a).max() for a in (W, b) if a is not None]
    largest = max(found) if found and max(found) > 0 else 1.0
    drawn: list[tuple[float, str]] = []
    for j, y_there in zip(there.units, there.y, strict=True):
        for i, y_here in zip(here.units, here.y, strict=True):
            w = None if W is None else float(W[i, j])
            drawn.append(
                _line((here.x, y_here, there.x, y_there), w, largest, f"W{layer}[{i}, {j}]")
            )
        if b is not None:
            start = (here.x, _bias_y(here), there.x, y_there)
            drawn.append(
                _line(start, float(b[j]) if W is not None else None, largest, f"b{layer}[{j}]")
            )
    return [line for _, line in sorted(drawn, key=lambda pair: pair[0])]


def _line(
    ends: tuple[float, float, float, float], w: float | None, largest: float, name: str
) -> tuple[float, str]:
    """Return one weight and its size, for sorting."""
    x1, y1, x2, y2 = (number(end) for end in ends)
    place = f'x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"'
    if w is None:
        return 0.0, f'<line {place} stroke="{PALE}"/>'
    part = abs(w) / largest
    color = POSITIVE if w > 0 else NEGATIVE if w < 0 else PALE
    ink = f'stroke="{color}" stroke-width="{number(max(0.3, THICK * part))}"'
    tip = f"<title>{name} = {w:.6g}</title>"
    return part, f'<line {place} {ink} stroke-opacity="{number(0.25 + 0.65 * part)}">{tip}</line>'


def _units(column: Column, *, bias: bool) -> list[str]:
    """Return the circles of one layer, dots for units left out, and the unit that is always 1."""
    ring = f'r="{number(RADIUS)}" fill="white" stroke="{TEXT}" stroke-width="1.5"'
    x = number(column.x)
    parts = [f'<circle cx="{x}" cy="{number(y)}" {ring}/>' for y in column.y]
    if column.shortened:
        gap = (
            next(
                y
                for unit, y, k in zip(column.units, column.y, range(column.size), strict=False)
                if unit != k
            )
            - ROW
        )
        parts += [
            f'<circle cx="{x}" cy="{number(gap + d)}" r="2" fill="{TEXT}"/>' for d in (-8, 0, 8)
        ]
    if bias:
        y = _bias_y(column)
        box = f'x="{number(column.x - 11)}" y="{number(y - 11)}" width="22" height="22" rx="3"'
        parts += [f'<rect {box} fill="#EEEEEE" stroke="{TEXT}"/>', text(column.x, y, "1")]
    return parts


def _key(x: float, y: float) -> list[str]:
    """Return the key to the colors."""
    parts = []
    for start, color, words in ((x - 150, POSITIVE, "above 0"), (x - 55, NEGATIVE, "below 0")):
        ends = f'x1="{number(start)}" y1="{number(y)}" x2="{number(start + 24)}" y2="{number(y)}"'
        parts += [
            f'<line {ends} stroke="{color}" stroke-width="4"/>',
            text(start + 30, y, words, anchor="start", size=11),
        ]
    return [*parts, text(x + 40, y, "thick: a large weight", anchor="start", size=11)]


def _check(
    sizes: Sequence[int],
    weights: Sequence[Array] | None,
    biases: Sequence[Array] | None,
    names: Sequence[str] | None,
    inputs: Sequence[str] | None,
    outputs: Sequence[str] | None,
    most: int,
) -> None:
    """Check that everything fits the sizes."""
    if not isinstance(sizes, (Sequence, np.ndarray)) or isinstance(sizes, str):
        raise ParameterError(
            f"network: expected sizes such as [2, 3, 1] or a Network, got {a_named(sizes)}. "
            "A Network draws itself: net.draw()."
        )
    if len(sizes) < 2 or not all(is_whole(size) and size >= 1 for size in sizes):
        raise ParameterError(
            f"network({list(sizes)!r}): sizes must be two or more whole numbers ≥ 1, "
            "the inputs first."
        )
    _check_most(most)
    wanted = {"weights": list(pairwise(sizes)), "biases": [(size,) for size in sizes[1:]]}
    for what, arrays in (("weights", weights), ("biases", biases)):
        if arrays is None:
            continue
        try:
            got = [np.shape(a) for a in arrays]
        except (TypeError, ValueError) as error:
            rule = f"{what} of shapes {wanted[what]}"
            raise ShapeError(
                "network", rule, a_named(arrays), "Give one array per layer."
            ) from error
        if got != wanted[what]:
            raise ShapeError(
                "network", f"{what} of shapes {wanted[what]}", f"{got}", "Give one array per layer."
            )
        if not all(np.isfinite(np.asarray(a, dtype=float)).all() for a in arrays):
            raise ShapeError(
                "network", f"finite {what}", "NaN or infinity", "Draw the network before it broke."
            )
    for what, words, count in (
        ("names", names, len(sizes)),
        ("inputs", inputs, sizes[0]),
        ("outputs", outputs, sizes[-1]),
    ):
        if words is not None and not (
            isinstance(words, Sequence) and all(isinstance(word, str) for word in words)
        ):
            raise ShapeError("network", f"{count} {what}", a_named(words), "Give a list of words.")
        if words is not None and len(words) != count:
            raise ShapeError(
                "network", f"{count} {what}", f"{len(words)}", "Give every one a name."
            )
