"""What the rows held out for validation say: how sure a classifier may be, how far a number is off.

Each network predicts the rows that it did not learn from; with five networks these are all rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from ...arrays import Array
from ...errors import DataError, FileError, ParameterError
from ...network import Network
from ...settings import is_number
from .kinds import is_finite

SHARPEST, SOFTEST = 0.5, 10.0  # temperatures
TINY = float(np.finfo(np.float32).tiny)
GROUPS = 5  # of predictions, each with its own errors
EACH = 100  # rows that a group has at least
KEPT = 400  # errors of a group that are kept


def temperature(p: Array, labels: Array, weights: Array | None = None) -> float:
    """Return the T for which softmax(z / T) has the least cross-entropy, from ½ to 10.

    Parameters
    ----------
    p : array (N, K)
        Probabilities softmax(z) of rows that were not learned from.
    labels : array (N,)
        The number of the class of each row.
    weights : array (N,), optional
        The weight of each row.

    References
    ----------
    Guo, Pleiss, Sun & Weinberger, "On calibration of modern neural networks", ICML 2017,
    section 4.2: temperature scaling.

    Examples
    --------
    >>> temperature(np.array([[0.99, 0.01]] * 10), np.array([0] * 8 + [1] * 2)) > 2
    True
    """
    z = np.log(np.asarray(p, np.float64).clip(TINY))
    rows = np.arange(len(z))

    def loss(log_t: float) -> float:
        v = z / np.exp(log_t)
        v = v - v.max(axis=1, keepdims=True)
        right = v[rows, labels] - np.log(np.exp(v).sum(axis=1))
        return -float(np.average(right, weights=weights))

    low, high = np.log(SHARPEST), np.log(SOFTEST)
    part = (np.sqrt(5) - 1) / 2
    for _ in range(40):  # golden section: the loss is convex in 1/T
        a, b = high - part * (high - low), low + part * (high - low)
        low, high = (low, b) if loss(a) <= loss(b) else (a, high)
    return float(np.exp((low + high) / 2))


@dataclass(frozen=True)
class Rows:
    """Inputs, targets and weights of rows as the network gets them.

    Parameters
    ----------
    inputs, target : array (N, ...)
        One row for each example.
    weights : array (N,) or None
        The weight of each row; None: all equal.
    """

    inputs: Array
    target: Array
    weights: Array | None

    def __len__(self) -> int:
        return len(self.target)

    def take(self, rows: Array) -> Rows:
        """Return some of the rows, by number."""
        weights = None if self.weights is None else self.weights[rows]
        return Rows(self.inputs[rows], self.target[rows], weights)

    @property
    def width(self) -> int:
        """The number of inputs."""
        return int(self.inputs.shape[1])

    def for_fit(self, weights: Array | None) -> tuple[Any, Any, Any]:
        """Return X, y and sample_weight for `Network.fit`.

        Parameters
        ----------
        weights : array, optional
            The weight of each row.
        """
        return self.inputs, self.target, weights

    def answered(self, net: Network) -> tuple[Rows, Array]:
        """Return the rows, and the network's answers for them."""
        return self, net.predict(self.inputs)


def joined(parts: Sequence[Rows]) -> Rows:
    """Return the rows of several parts as one."""
    inputs, target = (np.concatenate([getattr(p, n) for p in parts]) for n in ("inputs", "target"))
    weights = [p.weights for p in parts if p.weights is not None]
    return Rows(inputs, target, np.concatenate(weights) if weights else None)


@dataclass(frozen=True)
class Errors:
    """Errors y − p of held-out rows, in groups of the predicted number.

    Parameters
    ----------
    edges : list of float
        The predictions that divide the groups, ascending.
    groups : list of list of float
        The errors of each group, ascending.
    """

    edges: list[float]
    groups: list[list[float]]

    @classmethod
    def measure(cls, y: Array, p: Array) -> Self:
        """Return the errors of rows with targets y and predictions p.

        There are up to five groups, of 100 rows or more. A group keeps at most 400 errors: its
        order statistics, evenly spread.
        """
        count = max(1, min(GROUPS, len(y) // EACH))
        edges = np.quantile(p, np.arange(1, count) / count) if count > 1 else np.empty(0)
        edges = np.unique(edges)
        group = np.searchsorted(edges, p, side="right")
        errors = [np.sort((y - p)[group == k]) for k in range(len(edges) + 1)]
        if any(len(e) < EACH / 2 for e in errors):  # many equal predictions
            edges, errors = edges[:0], [np.sort(y - p)]
        kept = [e[np.unique(np.linspace(0, len(e) - 1, KEPT).round().astype(int))] for e in errors]
        return cls(edges.tolist(), [e.tolist() for e in kept])

    def interval(self, p: Array, coverage: float) -> Array:
        """Return the bounds (N, 2) of intervals around p that hold the target this often.

        Of n errors e₍₁₎ ≤ ... ≤ e₍ₙ₎ the bounds are p + e₍ₐ₎ and p + e₍ᵦ₎ with
        b = ⌈(n + 1)(1 + coverage) / 2⌉ and a = n + 1 − b.

        Raises
        ------
        DataError
            There are too few errors for such a coverage.
        """
        low, high = [], []
        for errors in self.groups:
            n = len(errors)
            at = int(np.ceil((n + 1) * (1 + coverage) / 2 - 1e-9))
            if at > n:
                most = (n - 1) / (n + 1)
                raise DataError(
                    "predict_interval",
                    f"coverage of at most {most:.3g} from {n} rows held out",
                    f"{coverage:g}",
                    "Lower coverage, or learn from more rows.",
                )
            low.append(errors[n - at])
            high.append(errors[at - 1])
        group = np.searchsorted(self.edges, p, side="right")
        return np.column_stack([p + np.array(low)[group], p + np.array(high)[group]])

    def as_json(self) -> dict[str, Any]:
        """Return the errors for a file."""
        return {"edges": self.edges, "groups": self.groups}

    @classmethod
    def of_json(cls, about: Any) -> Self | None:
        """Return the errors of a file; None if it has none.

        Raises
        ------
        FileError
            It is no description of errors.
        """
        match about:
            case None:
                return None
            case {"edges": list(edges), "groups": list(groups)} if (
                len(groups) == len(edges) + 1
                and all(isinstance(g, list) and g for g in groups)
                and all(_ascends(part) for part in (edges, *groups))
            ):
                return cls([*map(float, edges)], [[*map(float, g)] for g in groups])
        raise FileError("its errors of held-out rows are not in chainrule's form.")


def _ascends(numbers: Sequence[Any]) -> bool:
    return all(map(is_finite, numbers)) and list(numbers) == sorted(numbers)


def check_coverage(coverage: Any) -> float:
    """Return the coverage.

    Raises
    ------
    ParameterError
        It is no number between 0 and 1.
    """
    if not is_number(coverage) or not 0 < coverage < 1:
        raise ParameterError(
            f"predict_interval(coverage={coverage!r}): coverage must be a number > 0 and < 1. "
            "The usual value is 0.9."
        )
    return float(coverage)
