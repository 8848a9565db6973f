"""What the stages of one update consist of: quantities with symbol, equation and numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ..arrays import Array

Index = tuple[int, ...]


class Term(NamedTuple):
    """One of the numbers that add up to an entry.

    Parameters
    ----------
    formula : str
        The term in symbols, with indices: `x[3, 2]·dz1[3, 0]`.
    numbers : str
        The same with numbers: `0.25·(−0.5)`.
    value : float
        The number.
    row : int, optional
        The place in the batch of the example that made it, if one example did.
    """

    formula: str
    numbers: str
    value: float
    row: int | None = None


class Terms(NamedTuple):
    """The terms of one entry, and what is done with their sum.

    Parameters
    ----------
    terms : sequence of Term
        They add up to `total`.
    total : float, optional
        The number that the terms add up to, if it is not the entry itself, such as the sum in a
        bracket; None: the entry.
    then : str
        What turns the total into the entry: `a1[3, 0] = tanh(0.3) = 0.291`; "" if nothing does.
    note : str
        A sentence for the reader, such as why there are no smaller terms.
    """

    terms: Iterable[Term]
    total: float | None = None
    then: str = ""
    note: str = ""


@dataclass(frozen=True, eq=False)
class Quantity:
    """An array of one update, with its name and its equation.

    Parameters
    ----------
    symbol : str
        Its name in equations: z1, dW1, m, W1.
    equation : str
        How it is made, in symbols: `z1 = x W1 + b1`.
    array : array
        Its numbers.
    path : str
        Its path, if it has one: dense1/W.
    terms : function, optional
        index -> Terms: what one entry is made of. None: there is no smaller part.
    given : bool
        True if it is not computed in this update, such as a batch or weights before the update.
    """

    symbol: str
    equation: str
    array: Array
    path: str = ""
    terms: Callable[[Index], Terms] | None = None
    given: bool = False

    @property
    def shape(self) -> Index:
        """The shape of its array."""
        return np.shape(self.array)


@dataclass(frozen=True, eq=False)
class Stage:
    """One part of an update: forward, loss, deltas, gradients, clips, slots, new weights.

    Parameters
    ----------
    name : str
        What happens in it.
    quantities : tuple of Quantity
        What is computed in it, in this order.
    text : str
        A sentence that says what happens, for a reader who sees it for the first time.
    """

    name: str
    quantities: tuple[Quantity, ...]
    text: str = ""

    def __getitem__(self, symbol: str) -> Any:
        return next(q.array for q in self.quantities if symbol in (q.symbol, q.path))
