"""Where the boxes of a drawing go: in rows, so that arrows point down and lines cross little.

The rows are those of Sugiyama, Tagawa & Toda, "Methods for visual understanding of hierarchical
system structures", IEEE Trans. Systems, Man and Cybernetics 11, 1981: the longest path decides the
row, an arrow over several rows gets a point in each of them, and means of neighbors give the order.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

SWEEPS = 8


@dataclass(frozen=True)
class Places:
    """The row and the middle of each box, and the points of each arrow between its ends."""

    row: list[int]
    x: list[float]
    bends: dict[tuple[int, int], list[tuple[int, float]]]  # row and x

    @property
    def rows(self) -> int:
        return max(self.row) + 1


def places(widths: Sequence[float], arrows: set[tuple[int, int]], *, gap: float) -> Places:
    """Return places for boxes of these widths; arrows lead from a lower number to a higher row.

    Parameters
    ----------
    widths : sequence of float
        The width of each box.
    arrows : set of pairs of int
        From a box to a box, without circles.
    gap : float
        The space between two neighbors.
    """
    row = _rows(len(widths), arrows)
    size, rows, chains = list(widths), [[] for _ in range(max(row) + 1)], {}  # type: ignore[var-annotated]
    for k, r in enumerate(row):
        rows[r].append(k)
    links: list[tuple[int, int]] = []
    for a, b in sorted(arrows):
        between = []
        for r in range(row[a] + 1, row[b]):
            between.append(len(size))
            rows[r].append(len(size))
            size.append(gap / 2)
        chains[a, b] = between
        links += list(zip([a, *between], [*between, b], strict=True))
    above: list[list[int]] = [[] for _ in size]
    below: list[list[int]] = [[] for _ in size]
    for a, b in links:
        above[b].append(a)
        below[a].append(b)
    _order(rows, above, below)
    x = _across(rows, size, above, below, len(widths), gap)
    bends = {
        arrow: [(row[arrow[0]] + 1 + k, x[point]) for k, point in enumerate(points)]
        for arrow, points in chains.items()
    }
    return Places(row, x[: len(widths)], bends)


def in_columns(widths: Sequence[float], tall: int, gap: float) -> Places:
    """Return places for a chain of boxes, in columns of at most `tall` boxes from left to right."""
    each = -(-len(widths) // -(-len(widths) // tall))  # as even as possible
    columns = [widths[k : k + each] for k in range(0, len(widths), each)]
    row: list[int] = []
    x: list[float] = []
    left = 0.0
    for column in columns:
        row += range(len(column))
        x += [left + max(column) / 2] * len(column)
        left += max(column) + gap
    return Places(row, x, {(k, k + 1): [] for k in range(len(widths) - 1)})


def _rows(count: int, arrows: set[tuple[int, int]]) -> list[int]:
    """Return the row of each box: the length of the longest path to it."""
    row = [0] * count
    for _ in range(count):
        moved = False
        for a, b in arrows:
            if row[b] <= row[a]:
                row[b], moved = row[a] + 1, True
        if not moved:
            break
    return row


def _order(rows: list[list[int]], above: list[list[int]], below: list[list[int]]) -> None:
    """Sort each row by the mean place of its neighbors, down and up in turn."""
    place = {k: float(at) for row in rows for at, k in enumerate(row)}
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for row in rows[1:] if down else rows[-2::-1]:
            near = above if down else below
            mean = {
                k: sum(place[n] for n in near[k]) / len(near[k]) if near[k] else place[k]
                for k in row
            }
            row.sort(key=lambda k: mean[k])
            place |= {k: float(at) for at, k in enumerate(row)}


def _across(
    rows: list[list[int]],
    size: list[float],
    above: list[list[int]],
    below: list[list[int]],
    boxes: int,
    gap: float,
) -> list[float]:
    """Return the middle of each box and bend: boxes near their neighbors, bends around them."""
    x = [0.0] * len(size)
    for row in rows:
        at = 0.0
        for k in row:
            x[k] = at + size[k] / 2
            at += size[k] + gap
    for sweep in range(2 * SWEEPS):
        down = sweep % 2 == 0
        for row in rows if down else rows[::-1]:
            wish = {k: _wish(k, x, (above if down else below)[k], boxes) for k in row}
            apart = [0.0]  # the least distance from the first one
            for a, b in itertools.pairwise(row):
                apart.append(apart[-1] + (size[a] + size[b]) / 2 + gap)
            real = [i for i, k in enumerate(row) if k < boxes]
            _place(row, real, apart, wish, x)
            _fit(row, real, apart, wish, x, boxes)
    return x


def _wish(k: int, x: list[float], near: list[int], boxes: int) -> float:
    """Return where a box would be: at the mean of its neighbors, boxes before bends."""
    near = [n for n in near if n < boxes] or near
    return sum(x[n] for n in near) / len(near) if near else x[k]


def _place(
    row: list[int], real: list[int], apart: list[float], wish: dict[int, float], x: list[float]
) -> None:
    """Put the boxes of a row where they wish to be, pushed apart evenly."""
    left: list[float] = []
    for n, i in enumerate(real):
        low = left[-1] + apart[i] - apart[real[n - 1]] if n else -1e9
        left.append(max(wish[row[i]], low))
    right = list(left)
    for n in range(len(real) - 1, -1, -1):
        high = right[n + 1] - apart[real[n + 1]] + apart[real[n]] if n + 1 < len(real) else 1e9
        right[n] = min(wish[row[real[n]]], high)
    for n, i in enumerate(real):
        x[row[i]] = (left[n] + right[n]) / 2


def _fit(
    row: list[int],
    real: list[int],
    apart: list[float],
    wish: dict[int, float],
    x: list[float],
    boxes: int,
) -> None:
    """Put the bends of a row between its boxes, each as near as it can to where it wishes."""
    placed = list(real)
    for i, k in enumerate(row):
        if k >= boxes:
            low = max((x[row[j]] + apart[i] - apart[j] for j in placed if j < i), default=-1e9)
            high = min((x[row[j]] - apart[j] + apart[i] for j in placed if j > i), default=1e9)
            x[k] = min(max(wish[k], low), high)
            placed.append(i)
