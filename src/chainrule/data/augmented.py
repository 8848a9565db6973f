"""A source whose rows are changed when they are read, differently in each epoch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import random
from ..arrays import Array
from ..augmentation.mixup import MixUp
from ..errors import DataError, ParameterError
from ..settings import Settings
from .sources import Batch, Rows, Source, Stream, in_places

GOLDEN = 0x9E3779B9  # 2³² / φ: multiples of it are seeds that are far from each other
Change = Callable[[Array, random.Key, Array], Array]


@dataclass(frozen=True, eq=False)
class Augmented:
    """Rows of `source` whose input x goes through `changes` one after another.

    At the end rows may be mixed with each other.

    Parameters
    ----------
    source : Source
        The rows.
    changes : tuple of functions
        (rows, key, row ids) -> rows.
    mix : MixUp, optional
        The last change.
    seed : int
        The seed of the key (seed, epoch).
    epoch : int
        The epoch for which rows are made.
    """

    source: Source
    changes: tuple[Change, ...]
    mix: MixUp | None
    seed: int
    epoch: int = 0

    @classmethod
    def of(
        cls, source: Source | Stream, augment: Any, seed: int, inputs: Any, index: Any
    ) -> Augmented:
        """Check what the user gave as `augment=`, and return its source."""
        given = tuple(augment) if isinstance(augment, (tuple, list)) else (augment,)
        for change in given:
            if isinstance(change, type) or not (callable(change) or isinstance(change, MixUp)):
                raise ParameterError(
                    "fit(augment=...)",
                    "augmentations or functions (rows, key, row ids) -> rows",
                    repr(change),
                    "Write augment=Affine(rotate=10).",
                )
        if isinstance(source, Stream):
            raise DataError(
                "fit(augment=...)",
                "rows with numbers",
                "a stream",
                "Change its batches where they are made.",
            )
        if "x" not in inputs or "x" in index:
            raise DataError(
                "fit(augment=...)",
                "an input x of real numbers",
                ", ".join(inputs),
                "It changes the input that is called x.",
            )
        mix = given[-1] if given and isinstance(given[-1], MixUp) else None
        changes = given[:-1] if mix else given
        if any(isinstance(change, MixUp) for change in changes):
            raise ParameterError(
                "fit(augment=...): expected MixUp as the last, got it before others. "
                "Put it at the end."
            )
        if mix and (
            labels := sorted(name for name in index if name == "y" or name.startswith("y_"))
        ):
            raise DataError(
                "fit(augment=MixUp(...))",
                "targets that can be mixed",
                f"class numbers as {labels[0]}",
                "Give one-hot rows, np.eye(K)[y].",
            )
        return cls(source, changes, mix, seed)

    @property
    def shown(self) -> str:
        """A text that is equal for equal changes."""
        names = [
            c if isinstance(c, Settings) else getattr(c, "__name__", type(c).__name__)
            for c in self.changes
        ]
        return ", ".join(map(str, [*names, *([self.mix] if self.mix else [])]))

    def __len__(self) -> int:
        return len(self.source)

    def at(self, epoch: int) -> Augmented:
        """Return the rows of another epoch."""
        return Augmented(self.source, self.changes, self.mix, self.seed, epoch)

    def rows(self, indices: Rows) -> Batch:
        """Return the inputs of a Program for these rows, changed and mixed."""
        return self._mixed(self._changed(self.source.rows(indices), slice(None)), slice(None))

    @property
    def part(self) -> Callable[[Array, Array], Batch]:
        """(numbers of rows, places) -> their batch, in which rows at other places may be 0.

        AttributeError if the source has no such method.
        """
        part: Callable[[Array, Array], Batch] = self.source.part  # type: ignore[attr-defined]
        return lambda indices, own: self._mixed(self._changed(part(indices, own), own), own)

    def _mixed(self, batch: Batch, places: Rows) -> Batch:
        """Mix the rows at these places with others, if rows are mixed."""
        if self.mix is None:
            return batch
        row = batch["row"][places]
        other, share = self.mix.partners((self.seed, self.epoch), row, len(self))
        second = self._changed(self.source.rows(other), slice(None))
        for name in batch:
            if name == "x" or name == "y" or name.startswith("y_"):
                a = batch[name] = batch[name].copy()
                own = share.astype(a.dtype).reshape(-1, *[1] * (a.ndim - 1))
                a[places] = own * a[places] + (1 - own) * second[name]
        return batch

    def _changed(self, batch: Batch, places: Rows) -> Batch:
        """Change the rows at these places of a batch."""
        whole = isinstance(places, slice)
        for k, change in enumerate(self.changes):
            again = self.changes[:k].count(change)  # equal changes draw different numbers
            key = (self.seed + again * GOLDEN) % 2**32, self.epoch
            before = batch["x"] if whole else batch["x"][places]
            x = np.asarray(change(before, key, batch["row"][places]))
            if x.shape != before.shape:
                raise DataError(
                    f"augment: {getattr(change, '__name__', change)}",
                    f"rows of shape {before.shape}",
                    str(x.shape),
                    "A change keeps the shape.",
                )
            x = np.ascontiguousarray(x, before.dtype)
            batch["x"] = x if whole else in_places(x, np.asarray(places), len(batch["x"]))
        return batch

    def fingerprint(self) -> str:
        """Return the fingerprint of the rows before they are changed."""
        return self.source.fingerprint()
