"""Several quantiles of one target: a head and a quantile loss for each."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import ParameterError
from ...layers import Dense, Heads
from ...losses.joint import JointLoss
from ...losses.quantile import Quantile
from ...settings import is_number


def check_quantiles(where: str, quantiles: Any, loss: Any, output: Any) -> tuple[float, ...]:
    """Return the quantiles as numbers.

    Raises
    ------
    ParameterError
        Numbers that are not rising between 0 and 1, or a loss or output layer beside them.
    """
    given = tuple(quantiles)
    inside = all(is_number(q) and 0 < q < 1 for q in given)
    if not given or not inside or any(a >= b for a, b in pairwise(given)):
        raise ParameterError(
            f"{where}(quantiles={quantiles!r}): quantiles must be rising numbers between 0 and 1. "
            "The usual value is (0.05, 0.5, 0.95)."
        )
    for name, value in (("loss", loss), ("output", output)):
        if value is not None:
            raise ParameterError(
                f"{where}(quantiles=...)", f"{name}=None", repr(value), "Leave one of them out."
            )
    return tuple(map(float, given))


def names_of(quantiles: tuple[float, ...]) -> list[str]:
    """Return the names of the outputs: q0, q1, ..."""
    return [f"q{k}" for k in range(len(quantiles))]


def heads_of(quantiles: tuple[float, ...]) -> Heads:
    """Return an output layer for each quantile."""
    return Heads({name: Dense(1) for name in names_of(quantiles)})


def loss_of(quantiles: tuple[float, ...]) -> JointLoss:
    """Return the sum of the quantile losses, whose gradients do not mix in the heads."""
    pairs = zip(names_of(quantiles), quantiles, strict=True)
    return JointLoss.of({name: Quantile(q=q) for name, q in pairs})


def columns_of(outputs: Mapping[str, Array]) -> Array:
    """Return the quantiles of each row, (N, K), in rising order.

    Sorting the values of a row keeps quantiles from crossing and never moves them farther from
    the true ones (Chernozhukov, Fernández-Val & Galichon, Econometrica 78, 2010).
    """
    return np.sort(np.hstack(list(outputs.values())), axis=1)
