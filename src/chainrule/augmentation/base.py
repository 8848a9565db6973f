"""The base of all augmentations: images in, images out, and random numbers for each row."""

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np

from .. import random
from ..arrays import Array
from ..errors import DataError
from ..settings import Settings

CHUNK = 64  # images changed at once: their coordinates stay in cache
NUMBERS = 1 << 16  # random numbers drawn at once


class Augmentation(Settings, ABC):
    """The base of augmentations: (rows, key, row ids) -> rows.

    It is abstract: a subclass defines how a few images change, given their random numbers.
    """

    normal: ClassVar[bool] = False

    def __call__(self, rows: Array, key: random.Key, ids: Array) -> Array:
        """Return changed images of the same shape.

        Parameters
        ----------
        rows : array
            (N, H, W, C), or lists of these; whole numbers become float32.
        key : (seed, epoch)
            The key of the random numbers.
        ids : array of int
            Numbers of the rows in the data set.
        """
        rows = np.asarray(rows)
        if rows.ndim != 4:
            raise DataError(
                repr(self), "images (N, H, W, C)", f"rows of shape {rows.shape}", "Reshape X first."
            )
        rows = rows if rows.dtype.kind == "f" else rows.astype(np.float32)
        columns = self.columns(*rows.shape[1:])
        out = np.empty_like(rows, order="C")
        block = CHUNK * max(1, NUMBERS // (CHUNK * columns))
        for start in range(0, len(rows), block):
            u = self.draw(key, ids[start : start + block], columns)
            for k in range(0, len(u), CHUNK):
                part = slice(start + k, start + k + CHUNK)
                out[part] = self.change(rows[part], u[k : k + CHUNK])
        return out

    @abstractmethod
    def columns(self, H: int, W: int, C: int) -> int:
        """Return how many random numbers an image needs."""

    @abstractmethod
    def change(self, images: Array, u: Array) -> Array:
        """Return a few images, changed by their random numbers u (N, columns)."""

    def draw(self, key: random.Key, ids: Array, columns: int) -> Array:
        """Return random numbers for each row, uniform on [0, 1) or standard normal.

        Augmentations with different settings have different streams.
        """
        numbers = random.normal if self.normal else random.uniform
        return numbers(key, random.AUGMENT, random.path_hash(repr(self)), ids, columns)
