"""Data that have been checked, with the Programs that fit them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from . import random
from .arrays import Array
from .errors import DataError
from .graph import Program
from .losses.joint import JointLoss
from .programs import Programs
from .sources import Arrays, as_array, check_lengths, check_rows, check_weights, class_weights

if TYPE_CHECKING:
    from .network import Network


@dataclass(frozen=True)
class Prepared:
    """Checked data and the Programs that fit them."""

    programs: Programs
    inputs: dict[str, Array]
    y: Any  # an array; of several outputs one by name
    weights: Array | None = None

    def __len__(self) -> int:
        return len(next(iter(self.inputs.values())))

    @property
    def targets(self) -> dict[str, Array]:
        """By the name of the Program's input."""
        return {f"y_{name}": a for name, a in self.y.items()} if isinstance(self.y, dict) else {"y": self.y}

    def take(self, rows: Array) -> Prepared:
        weights = None if self.weights is None else self.weights[rows]
        y = {name: a[rows] for name, a in self.y.items()} if isinstance(self.y, dict) else self.y[rows]
        return Prepared(self.programs, {name: a[rows] for name, a in self.inputs.items()}, y, weights)


def prepare_data(net: Network, X: Any, y: Any, sample_weight: Any = None, class_weight: Any = None) -> Prepared:
    """Arrays for a Program; raises before anything is changed."""
    inputs = net._arrays(X)
    if y is None:
        raise DataError("y is missing: fit(X, y) needs one target for each row of X.")
    joint = isinstance(net.loss, JointLoss)
    given = {f"y[{n!r}]": a for n, a in net.loss.check_targets(y).items()} if joint else {"y": y}
    arrays = {name: check_rows(name, as_array(name, a)) for name, a in given.items()}
    first = next(iter(inputs.values()))
    if first.ndim == 1 and len(inputs) == 1 and np.ndim(y) < 2 and arrays.get("y", first).shape != first.shape:
        remedy = f"One feature in {len(first)} rows is X[:, None], one row alone X[None]."
        raise DataError("X", "one row for each example, (N, D)", f"shape {first.shape}", remedy)
    check_lengths({"X": first, **{n: a for n, a in inputs.items() if n != "x"}, **arrays})
    target: Any = dict(zip(net.loss.names, arrays.values(), strict=True)) if joint else arrays["y"]
    programs = net._trace({name: a.shape[1:] for name, a in inputs.items()}, target)
    target = net.loss.prepare(target, programs.output)
    weights = None if sample_weight is None else check_weights(sample_weight, len(first))
    if class_weight is not None:
        if joint:
            raise DataError("class_weight", "one output", "several", "Use sample_weight.")
        by_class = class_weights(class_weight, target)
        weights = by_class if weights is None else weights * by_class
    return Prepared(programs, inputs, target, weights)


def indices(program: Program) -> frozenset[str]:
    """The inputs that hold whole numbers."""
    return frozenset(name for name, i in program.inputs.items() if program.values[i].number == "index")


def source_of(net: Network, data: Prepared, reduction: Any = None) -> Arrays:
    """The rows as the loop takes them."""
    index = indices(data.programs.train)
    y = None if isinstance(data.y, dict) else data.y
    inputs = data.inputs | (data.targets if y is None else {})
    return Arrays(inputs, y, data.weights, reduction or net.loss.reduction, net.dtype.type, index)


def split_off(data: Prepared, fraction: float, seed: int) -> tuple[Prepared, Prepared]:
    """Training and validation rows, drawn by the seed; stratified where the targets are class labels."""
    n = len(data)
    order = random.permutation((seed, random.path_hash("validation")), n)
    if not isinstance(data.y, dict) and data.y.size == n and data.y.dtype.kind in "iub":  # one whole number a row
        y, rank = data.y.reshape(n), np.empty(n)
        for label in np.unique(y):
            members = order[y[order] == label]
            rank[members] = (np.arange(len(members)) + 0.5) / len(members)  # each class gives its own first part
        order = order[np.argsort(rank[order], kind="stable")]
    held = min(max(round(fraction * n), 1), n - 1)
    if n < 2:
        raise DataError("validation_fraction", "at least two rows to split", str(n), "Give validation_data instead.")
    return data.take(np.sort(order[held:])), data.take(np.sort(order[:held]))
