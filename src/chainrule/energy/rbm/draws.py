"""The uniform numbers of a Gibbs chain, in the order in which they are used: drawn by their key, or given."""

from typing import Any

import numpy as np

from ... import random
from ...arrays import Array
from ...engines.native import available
from ...errors import ShapeError
from .. import native

PATH = random.path_hash("rbm")


def uniforms(key: Any, row: int, rows: int, columns: int) -> Array:
    """`random.uniform((seed, step), SAMPLE, "rbm", rows from `row` on, columns)`, in C where it was built: the same numbers."""
    if available():
        return native.uniforms(key, PATH, row, rows, columns)
    return random.uniform(key, random.SAMPLE, PATH, np.arange(row, row + rows), columns)


class Draws:
    """Uniform numbers on [0, 1) for one step, each used once.

    Parameters
    ----------
    key : (seed, step)
        Of Philox.
    given : array, optional
        One flat array of numbers to use instead.
    """

    def __init__(self, key: Any, given: Array | None = None) -> None:
        self.key, self.given, self.row = key, given, 0

    def take(self, rows: int, columns: int) -> Array:
        """The next ones, (rows, columns)."""
        n, start = rows * columns, self.row
        if self.given is None:
            self.row += rows
            return uniforms(self.key, start, rows, columns)
        self.row += n
        if self.row > len(self.given):
            raise ShapeError(
                "u",
                f"at least {self.row} uniform numbers",
                str(len(self.given)),
                "Give one for each sample of the step.",
            )
        return self.given[start : self.row].reshape(rows, columns)

    def flat(self, *shapes: tuple[int, int]) -> Array:
        """Several shapes one after another, as one flat array."""
        return np.concatenate([self.take(*shape).ravel() for shape in shapes])
