"""What the stages of one update consist of: quantities with symbol, equation and numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ...arrays import Array
from ...errors import ParameterError
from ...plots import html, mathml
from ...plots.svg.elements import clean
from .words import folded, greek, number, plain, prose

Index = tuple[int, ...]
FEW, FIRST = 40, 4  # numbers of an array that is shown whole, and of a larger one
WIDTH = 80
ABOVE = "margin-top:0.7em"  # between the numbers of one quantity and the next equation


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
    result : float, optional
        The number that `then` gives, compared with the entry; None: it is not compared.
    size : float
        The size of the numbers that meet in `then`, to which its rounding is compared.
    """

    terms: Iterable[Term]
    total: float | None = None
    then: str = ""
    note: str = ""
    result: float | None = None
    size: float = 0.0


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

    def __repr__(self) -> str:
        return f"<Quantity: {greek(self.symbol)} {self.shape}, {self.equation}>"

    def __str__(self) -> str:
        head = self.head()
        if not self.shape:
            value = f" = {number(self.array, 6)}"
            return head if head.endswith(value) else head + value
        return f"{head}\n{numbers(self.array)}"

    def _repr_html_(self) -> str:
        return html.page(*self.as_html())

    def head(self) -> str:
        """Return its equation, shape and path on a line."""
        name = greek(self.symbol)
        text = f"{name}: {self.equation}" if self.given else greek(self.equation)
        shape = f"   {self.shape}" if self.shape else ""
        path = f"   {self.path}" if "/" in self.path else ""
        line = f"  {text}{shape}{path}"
        if len(line) <= WIDTH:
            return line
        return "\n".join([*folded(text, "  "), f"    {(shape + path).strip()}".rstrip()])

    def as_html(self) -> list[str]:
        """Return its equation and its numbers as HTML."""
        name = greek(self.symbol)
        words = html.line(f"{name}: {self.equation}")
        equation = greek(self.equation)
        shown = html.line(equation) if prose(equation) else mathml.formula(equation)
        formula = words if self.given else shown
        path = self.path if "/" in self.path else ""
        a = np.asarray(self.array)
        if not self.shape:
            said = html.line(f"{name} = {number(a, 6)}   {path}".rstrip())
            return [f'<div style="{ABOVE}">{formula}</div>', said]
        about = f"{self.shape} {path}".rstrip()
        if a.ndim in (1, 2) and 0 < a.size <= FEW and a.dtype.kind == "f":
            array = html.grid(np.atleast_2d(a))
        else:
            array = html.code(numbers(a, ""))
        return [f'<div style="{ABOVE}">{formula}</div>', html.line(about), array]


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
        for q in self.quantities:
            if plain(symbol) in (plain(q.symbol), q.path):
                return q.array
        known = ", ".join(greek(q.symbol) for q in self.quantities)
        raise ParameterError(
            f"stage {self.name}", f"a name among {known}", repr(symbol), "Take one of them."
        )

    def __repr__(self) -> str:
        names = ", ".join(greek(q.symbol) for q in self.quantities)
        return f"<Stage: {self.name}: {names}>"

    def __str__(self) -> str:
        head = folded(f"{self.name}: {self.text}".rstrip(": "), "")
        return "\n".join([*head, *map(str, self.quantities)])

    def _repr_html_(self) -> str:
        head = f"<b>{clean(self.name)}</b>"
        parts = [part for q in self.quantities for part in q.as_html()]
        return html.page(head, html.line(self.text), *parts)


class Stages(list[Stage]):
    """The stages of one update, in order: a list that `print` and notebooks write out."""

    def __str__(self) -> str:
        return "\n\n".join(map(str, self))

    def _repr_html_(self) -> str:
        return html.page(*(stage._repr_html_() for stage in self))


def numbers(array: Array, indent: str = "    ") -> str:
    """Return the numbers of an array: all of a small one, the first ones and the range of others.

    Examples
    --------
    >>> print(numbers(np.array([[1.0, -0.5], [0.25, 2.0]])))
        [[ 1.   -0.5 ]
         [ 0.25  2.  ]]
    >>> print(numbers(np.arange(100.0)))
        0, 1, 2, 3, …   from 0 to 99, mean 49.5
    """
    a = np.asarray(array)
    a = a + 0 if a.dtype.kind == "f" else a  # −0 becomes 0
    if a.size <= FEW:
        text = np.array2string(a, precision=4, suppress_small=False, max_line_width=WIDTH - 4)
        return indent + text.replace("\n", "\n" + indent)
    first = ", ".join(number(v) for v in a.flat[:FIRST])
    finite = a[np.isfinite(a)].astype(np.float64)
    if not finite.size:
        return f"{indent}{first}, …   none of them is finite"
    others = a.size - finite.size
    more = f", {others:,} not finite" if others else ""
    low, high, mean = (number(v) for v in (finite.min(), finite.max(), finite.mean()))
    line, rest = f"{indent}{first}, …", f"from {low} to {high}, mean {mean}{more}"
    return f"{line}   {rest}" if len(line + rest) < WIDTH - 2 else f"{line}\n{indent}{rest}"
