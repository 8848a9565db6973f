"""What is drawn in a picture: ink, told from paper, shade and lines, as strokes of usual width."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import Array

FAINTEST = 0.08  # ink this much darker or lighter than its paper is ink at all
SURE = 0.5  # fraction of the strongest ink; what is fainter is noise, shade or a line of the paper
UNSURE = 0.25  # fraction of the strongest ink; what is fainter is paper
DARKEST = 48.0  # gray below which a difference is divided by this number, or noise would grow
COARSE = 48  # pixels of a picture's longer side while its paper is looked for
SIDE = 160  # pixels of a drawing's longer side while its strokes are measured


@dataclass(frozen=True, eq=False)
class Spot:
    """One connected piece of ink.

    Parameters
    ----------
    top, bottom, left, right : int
        Its first and last row and column.
    ink : float
        The sum of its ink.
    rows, columns : array
        Its pixels.
    """

    top: int
    bottom: int
    left: int
    right: int
    ink: float
    rows: Array
    columns: Array

    @property
    def height(self) -> int:
        return self.bottom - self.top + 1

    @property
    def width(self) -> int:
        return self.right - self.left + 1

    def gap(self, other: Spot) -> tuple[int, int]:
        """Return how many rows and columns lie between two pieces; negative if they overlap."""
        return (
            max(self.top, other.top) - min(self.bottom, other.bottom) - 1,
            max(self.left, other.left) - min(self.right, other.right) - 1,
        )


def ink_of(colors: Array) -> Array:
    """Return how much each pixel differs from the paper around it, 0 to 1.

    The paper's color is a wide blur of the picture without its ink, so that light that falls off
    and a soft shadow are paper. A difference counts relative to that color: ink in the shade is as
    black as ink in the light. Ink is what is darker than its paper, or lighter on a dark one.

    Parameters
    ----------
    colors : array (H, W, 3)
        Red, green and blue, 0 to 255.

    Shapes
    ------
    (H, W)
    """
    seen = _blur(np.asarray(colors, float), max(colors.shape[:2]) // 400)
    paper = _paper(seen)
    light = 255 - paper
    darker = np.clip((paper - seen) / np.maximum(paper, DARKEST), 0, 1)
    lighter = np.clip((seen - paper) / np.maximum(light, DARKEST), 0, 1)
    both = [np.sqrt((part**2).mean(axis=2)) for part in (darker, lighter)]
    return max(both, key=lambda part: float((part**3).sum()))


def _paper(seen: Array) -> Array:
    """Return the color of the paper at each pixel: a wide median, then a blur without the ink.

    Both are taken of what remains after a smooth slope, or they would be wrong at the edges.
    """
    size = seen.shape[:2]
    sides = seen[0], seen[-1], seen[:, 0], seen[:, -1]
    usual = np.median(np.concatenate(sides), axis=0)
    alike = [(np.abs(side - usual).max(axis=1) <= 2).mean() for side in sides]
    # a scan, or drawn by a program: without shade
    if max(size) <= 2 * COARSE or (np.mean(alike) > 0.5 and min(alike) > 0.25):
        return np.broadcast_to(usual, seen.shape)
    few = [max(1, round(n * min(1.0, COARSE / max(size)))) for n in size]
    small = average(seen, *few)
    slope = _slope(small)
    rest = small - slope
    reach = COARSE // 4
    windows = np.lib.stride_tricks.sliding_window_view(
        np.pad(rest, ((reach, reach), (reach, reach), (0, 0)), "symmetric"),
        (2 * reach + 1, 2 * reach + 1),
        axis=(0, 1),
    )
    paper: Array = np.median(windows, axis=(3, 4))
    for _ in range(3):
        near = _is_near(rest - paper)[..., None] + 0.0
        paper = _blur(rest * near + 0.02 * paper, 3) / _blur(near + 0.02, 3)
    paper = paper + slope
    for axis, (k, n) in enumerate(zip(few, size, strict=True)):
        paper = _at(paper, (np.arange(n) + 0.5) * (k / n) - 0.5, axis)
    return paper


def _slope(small: Array) -> Array:
    """Return a polynomial of degree 2 through the paper: light that falls off across a page."""
    y, x = (np.linspace(-1, 1, n) for n in small.shape[:2])
    x, y = (part.ravel() for part in np.meshgrid(x, y))
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)
    colors = small.reshape(-1, 3)
    fitted = np.broadcast_to(np.median(colors, axis=0), colors.shape)
    near = np.ones(len(colors), bool)
    for _ in range(6):
        if near.sum() < 2 * terms.shape[1]:
            break
        fitted = terms @ np.linalg.lstsq(terms[near], colors[near], rcond=None)[0]
        near = _is_near((colors - fitted)[None])[0]
    slope: Array = fitted.reshape(small.shape)
    return slope


def _is_near(rest: Array) -> Array:
    """Return True for pixels that differ from the paper no more than most do."""
    far = np.abs(rest).max(axis=2)
    near: Array = far <= max(6.0, 3 * float(np.median(far)))
    return near


def _blur(a: Array, radius: int) -> Array:
    """Return the mean over a square of 2 · radius + 1 pixels; at an edge, over its part inside."""
    for axis in (0, 1):
        if radius:
            n = a.shape[axis]
            sums = np.concatenate([np.zeros_like(a.take([0], axis)), a.cumsum(axis)], axis)
            low = np.maximum(np.arange(n) - radius, 0)
            high = np.minimum(np.arange(n) + radius + 1, n)
            count = (high - low).reshape([-1 if k == axis else 1 for k in range(a.ndim)])
            a = (sums.take(high, axis) - sums.take(low, axis)) / count
    return a


def average(pixels: Array, height: int, width: int) -> Array:
    """Return an image of another size, in which each pixel is the mean of its area.

    Parameters
    ----------
    pixels : array (H, W) or (H, W, C)
        The image.
    height, width : int
        The size of the result, each ≥ 1.
    """
    return _means(_means(pixels, height, 0), width, 1)


def _means(a: Array, k: int, axis: int) -> Array:
    """Return the means of k equal parts of an axis: differences of its running sum.

    (A matrix product would do; but BLAS with more threads than free cores takes a hundred times as
    long.)
    """
    n = a.shape[axis]
    sums = np.concatenate([np.zeros_like(a.take([0], axis), float), a.cumsum(axis)], axis)
    means: Array = np.diff(_at(sums, np.linspace(0, n, k + 1), axis), axis=axis) * (k / n)
    return means


def _at(a: Array, places: Array, axis: int) -> Array:
    """Return values between the pixels of an axis, by linear interpolation."""
    low = np.clip(places.astype(int), 0, max(a.shape[axis] - 2, 0))
    part = np.clip(places - low, 0, 1).reshape([-1 if k == axis else 1 for k in range(a.ndim)])
    high = np.minimum(low + 1, a.shape[axis] - 1)
    between: Array = a.take(low, axis) * (1 - part) + a.take(high, axis) * part
    return between


# ---------------------------------------------------------------- pieces


def spots(ink: Array, sure: Array) -> list[Spot]:
    """Return the connected pieces of a mask, the one with the most ink first.

    Parameters
    ----------
    ink : array (H, W)
        How much ink each pixel has.
    sure : array (H, W) of bool
        The mask. Pixels are connected along edges and corners.
    """
    starts, ends, lines = _runs(sure)
    parent = list(range(len(starts)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    above = 0
    for i in range(len(starts)):
        while above < i and (
            lines[above] < lines[i] - 1
            or (lines[above] == lines[i] - 1 and ends[above] < starts[i])
        ):
            above += 1
        k = above
        while k < i and lines[k] == lines[i] - 1 and starts[k] <= ends[i]:
            parent[root(k)] = root(i)
            k += 1
    pieces: dict[int, list[int]] = {}
    for i in range(len(starts)):
        pieces.setdefault(root(i), []).append(i)
    found = []
    for members in pieces.values():
        columns = np.concatenate([np.arange(starts[i], ends[i]) for i in members])
        rows = np.repeat([lines[i] for i in members], [ends[i] - starts[i] for i in members])
        top, bottom, left, right = (
            int(n) for n in (rows.min(), rows.max(), columns.min(), columns.max())
        )
        total = float(ink[rows, columns].sum())
        found.append(Spot(top, bottom, left, right, total, rows, columns))
    return sorted(found, key=lambda spot: -spot.ink)


def _runs(mask: Array) -> tuple[list[int], list[int], list[int]]:
    """Return begin, end and row of every run of True in the rows of a mask."""
    edges = np.diff(np.pad(mask, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    lines, starts = np.nonzero(edges == 1)
    ends = np.nonzero(edges == -1)[1]
    return starts.tolist(), ends.tolist(), lines.tolist()


def without_lines(found: list[Spot], size: tuple[int, ...]) -> list[Spot]:
    """Return the pieces without lines of the paper, which run from edge to edge.

    A single piece that runs from top to bottom stays: a drawing may fill its picture.
    """

    def sides(spot: Spot) -> tuple[bool, bool]:
        across = spot.left == 0 and spot.right == size[1] - 1
        return spot.top == 0 and spot.bottom == size[0] - 1, across

    left = [spot for spot in found if not any(sides(spot))]
    if not left and len(found) == 1 and not all(sides(found[0])):
        return found
    return left


def is_noise(found: list[Spot], size: tuple[int, ...]) -> bool:
    """Return True if the pieces are grains: the largest is tiny, or has a small share of the ink.

    Parameters
    ----------
    found : list of Spot
        The pieces, the one with the most ink first.
    size : (H, W)
        The size of the picture.
    """
    largest = max(found[0].height, found[0].width)
    few = found[0].ink < 0.2 * sum(spot.ink for spot in found)
    return few or largest < 0.04 * max(size)


def one_drawing(found: list[Spot]) -> tuple[list[Spot], int]:
    """Return the pieces of the main drawing, and the number of other drawings beside it.

    A piece belongs to the drawing if it is near it. Another one counts as a drawing if it is half
    as large as the main one and lies beside it; smaller ones are dust.
    """
    main, *others = found
    side = max(main.height, main.width)
    kept, beside = [main], 0
    for spot in others:
        rows, columns = main.gap(spot)
        large = max(spot.height, spot.width) >= 0.5 * side and spot.ink >= 0.2 * main.ink
        if large and max(rows, columns) > 0.05 * side:
            beside += 1
        elif max(rows, columns) <= 0.12 * side and max(spot.height, spot.width) >= 0.08 * side:
            kept.append(spot)
    return kept, beside


# ---------------------------------------------------------------- strokes


def stroke_width(mask: Array) -> float:
    """Return the mean width of strokes in pixels: twice their area by the length of their edge."""
    wide = np.pad(mask, 1).astype(np.int8)
    edge = sum(int(np.abs(np.diff(wide, axis=axis)).sum()) for axis in (0, 1))
    return float(2 * mask.sum() / max(edge * np.pi / 4, 1))  # a slanted edge has more steps


def thickened(ink: Array, radius: float) -> Array:
    """Return ink that reaches `radius` pixels further in all directions."""
    whole = int(np.ceil(radius))
    ink = np.pad(ink, whole)
    out = ink.copy()
    height, width = ink.shape
    for down in range(-whole, whole + 1):
        for right in range(-whole, whole + 1):
            if down * down + right * right <= radius * radius:
                to, of = (
                    tuple(
                        slice(max(0, sign * k), n + min(0, sign * k))
                        for k, n in ((down, height), (right, width))
                    )
                    for sign in (1, -1)
                )
                np.maximum(out[to], ink[of], out=out[to])
    return out


def center_of_mass(ink: Array) -> tuple[float, float]:
    """Return the row and the column where the ink balances, in pixels from the first edge."""
    total = ink.sum()
    down, right = (
        float((ink.sum(axis=1 - axis) * (np.arange(n) + 0.5)).sum() / total)
        for axis, n in enumerate(ink.shape)
    )
    return down, right
