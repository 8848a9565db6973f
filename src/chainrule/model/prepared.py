"""Data that have been checked, with the Programs that fit them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import random
from ..arrays import Array
from ..data.cells import check_finite
from ..data.checks import (
    as_array,
    check_lengths,
    check_rows,
    check_sum,
    check_weights,
    class_weights,
)
from ..data.picked import PickedRows, is_large_map
from ..data.sources import Arrays
from ..data.sparse import SparseRows
from ..errors import DataError
from ..graph.program import Program
from ..losses.joint import JointLoss
from .checks import check_words
from .model import Built, Model
from .tracing import Programs


@dataclass(frozen=True)
class Prepared:
    """Checked data and the Programs that fit them."""

    built: Built  # the model for these rows; it is adopted later
    inputs: dict[str, Array]
    y: Any  # an array; for several outputs, one array each by name
    weights: Array | dict[str, Array] | None = None  # a dict: by output, for the inputs c_name
    numbers: Array | None = None  # of a part of the rows: their numbers in the whole
    mark: str = ""  # the fingerprint of the rows, if their source has one

    @property
    def programs(self) -> Programs:
        """The Programs for these rows."""
        return self.built.programs

    def __len__(self) -> int:
        return len(next(iter(self.inputs.values())))

    @property
    def targets(self) -> dict[str, Array]:
        """Return the targets. The keys are the names of the Program's inputs."""
        return (
            {f"y_{name}": a for name, a in self.y.items()}
            if isinstance(self.y, dict)
            else {"y": self.y}
        )

    @property
    def is_read(self) -> bool:
        """True if rows are made when they are read: of a sparse table, or picked from a map."""
        return any(isinstance(a, (SparseRows, PickedRows)) for a in self.inputs.values())

    def take(self, rows: Array) -> Prepared:
        """Return some of the rows."""

        def some(a: Any) -> Any:
            if isinstance(a, dict):
                return {name: own[rows] for name, own in a.items()}
            return None if a is None else a[rows]

        def input_rows(a: Any) -> Any:
            if isinstance(a, (SparseRows, PickedRows)):
                return a.pick(rows)
            return PickedRows(a, rows) if is_large_map(a) else a[rows]

        inputs = {name: input_rows(a) for name, a in self.inputs.items()}
        return Prepared(self.built, inputs, some(self.y), some(self.weights), rows)


def prepare_data(
    model: Model,
    X: Any,
    y: Any,
    sample_weight: Any = None,
    class_weight: Any = None,
    *,
    part: bool = False,
    like: Built | None = None,
) -> Prepared:
    """Return checked arrays and the Programs for them; the model does not change.

    Parameters
    ----------
    model : Model
        The network.
    X, y : arrays
        Rows and targets.
    sample_weight, class_weight : optional
        As for `fit`.
    part : bool
        True if more rows follow, so that all of these may have weight 0.
    like : Built, optional
        If the model is not built yet: the build that the rows must fit.
    """
    missing = "y is missing: fit(X, y) needs one target for each row of X."
    if y is None and isinstance(X, (tuple, list)) and len(X) == 2 and isinstance(X[0], np.ndarray):
        raise DataError(f"{missing} Write a pair (X, y) as two arguments.")
    inputs = model.arrays_of(X, like)
    if y is None:
        raise DataError(missing)
    joint = isinstance(model.loss, JointLoss)
    given = {f"y[{n!r}]": a for n, a in model.loss.check_targets(y).items()} if joint else {"y": y}
    arrays = {name: check_rows(name, as_array(name, a), model.dtype) for name, a in given.items()}
    first = next(iter(inputs.values()))
    if (
        first.ndim == 1
        and len(inputs) == 1
        and np.ndim(y) < 2
        and arrays.get("y", first).shape != first.shape
    ):
        remedy = f"One feature in {len(first)} rows is X[:, None], one row alone X[None]."
        raise DataError("X", "one row for each example, (N, D)", f"shape {first.shape}", remedy)
    check_lengths({"X": first, **{n: a for n, a in inputs.items() if n != "x"}, **arrays})
    target: Any = (
        dict(zip(model.loss.names, arrays.values(), strict=True)) if joint else arrays["y"]
    )
    by_output = joint and (isinstance(sample_weight, Mapping) or class_weight is not None)
    built = model.built_for_rows(inputs, target, by_output=by_output, like=like)
    target = model.loss.prepare(target, built.programs.output)
    check_words(
        built.programs, {f"y_{n}": a for n, a in target.items()} if joint else {"y": target}
    )
    weigh: Any = _weights_by_output if by_output else _weights
    weights = weigh(sample_weight, class_weight, target, len(first), part)
    if model.loss.reduction == "sum":  # weights are not divided by their sum
        for name, w in (weights if isinstance(weights, dict) else {"": weights}).items():
            if w is not None:
                check_finite(f"sample_weight{name}", w, model.dtype)
    return Prepared(built, inputs, target, weights)


def _weights(
    sample_weight: Any, class_weight: Any, target: Any, n: int, part: bool, of: str = ""
) -> Array | None:
    """Return sample_weight times class_weight; None if all rows count alike."""
    weights = (
        None
        if sample_weight is None
        else check_weights(sample_weight, n, f"sample_weight{of}", part=part)
    )
    if class_weight is not None:
        by_class = class_weights(class_weight, target, f"class_weight{of}")
        with np.errstate(over="ignore", invalid="ignore"):
            weights = by_class if weights is None else weights * by_class
        check_sum(f"{'' if sample_weight is None else 'sample_weight · '}class_weight{of}", weights)
        if not weights.any():
            raise DataError(
                f"class_weight{of}",
                "some row that counts",
                "weights that are all 0",
                "Raise one of them.",
            )
    return weights


def _weights_by_output(
    sample_weight: Any, class_weight: Any, targets: dict[str, Array], n: int, part: bool
) -> dict[str, Array]:
    """Return the weights of each output, with the keys c_name. Missing weights are 1."""
    given: dict[str, Mapping[str, Any]] = {}
    for where, value in (("sample_weight", sample_weight), ("class_weight", class_weight)):
        if value is None or (where == "sample_weight" and not isinstance(value, Mapping)):
            given[where] = dict.fromkeys(targets, value)  # the same for all outputs
            continue
        names = value if isinstance(value, Mapping) else [value]
        if unknown := [name for name in names if name not in targets]:
            raise DataError(
                where,
                f"a dict by the outputs {', '.join(targets)}",
                repr(unknown[0]),
                "Name the output.",
            )
        given[where] = value
    found = {}
    for name, target in targets.items():
        samples, classes = (given[where].get(name) for where in ("sample_weight", "class_weight"))
        weights = _weights(samples, classes, target, n, part, f"[{name!r}]")
        found[f"c_{name}"] = np.ones(n) if weights is None else weights
    return found


def indices(program: Program) -> frozenset[str]:
    """Return the names of the inputs that hold whole numbers."""
    return frozenset(
        name for name, i in program.inputs.items() if program.values[i].number == "index"
    )


def source_of(model: Model, data: Prepared, reduction: Any = None) -> Arrays:
    """Return the rows as a source for the training loop."""
    index = indices(data.programs.train)
    y = None if isinstance(data.y, dict) else data.y
    inputs = data.inputs | (data.targets if y is None else {})
    reduction = reduction or model.loss.reduction
    return Arrays(inputs, y, data.weights, reduction, model.dtype.type, index, data.mark)


def split_off(data: Prepared, fraction: float, seed: int) -> tuple[Prepared, Prepared]:
    """Return training and validation rows, drawn by the seed; stratified for class labels."""
    labels = None if isinstance(data.y, dict) else data.y
    rest, held = split_numbers(labels, len(data), fraction, seed)
    return data.take(rest), data.take(held)


def split_numbers(y: Array | None, n: int, fraction: float, seed: int) -> tuple[Array, Array]:
    """Return the numbers of training and of validation rows, sorted.

    Parameters
    ----------
    y : array, optional
        The targets: with one whole number a row, each class gives its share.
    n : int
        The number of rows.
    fraction : float
        The share of the validation rows.
    seed : int
        The seed that draws them.
    """
    order = random.permutation((seed, random.path_hash("validation")), n)
    if y is not None and y.size == n and y.dtype.kind in "iub":  # one whole number a row
        y, rank = y.reshape(n), np.empty(n)
        for label in np.unique(y):
            members = order[y[order] == label]
            rank[members] = (np.arange(len(members)) + 0.5) / len(
                members
            )  # each class gives its own first part
        order = order[np.argsort(rank[order], kind="stable")]
    held = min(max(round(fraction * n), 1), n - 1)
    if n < 2:
        raise DataError(
            "validation_fraction",
            "at least two rows to split",
            str(n),
            "Give validation_data instead.",
        )
    return np.sort(order[held:]), np.sort(order[:held])
