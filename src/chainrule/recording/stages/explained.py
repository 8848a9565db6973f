"""One number of an update, and the numbers that made it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import ParameterError
from ...graph import equations
from ...plots import html, mathml
from ...settings import is_whole
from .names import entry_of, named
from .names import find as find
from .stage import Index, Quantity, Stage, Term, Terms
from .term_list import TermList, agrees, tolerance
from .words import folded, greek, indexed, number, prose

WIDTH = 80
EXAMPLES = 6  # rows that are shown
FIRST = 12  # terms of a sum that may fit into a line


class Explained:
    """One entry of a value, and the terms that it is the sum of; `print` writes it out.

    Parameters
    ----------
    quantity : Quantity
        The array and its equation.
    at : tuple of int
        The entry.
    rows : array, optional
        The numbers of the batch's rows in the user's data.
    most : int
        The terms that are shown.
    hint : str
        A last line.

    Attributes
    ----------
    where : str
        The entry: "dW1[2, 0]".
    value : float
        Its number.
    equation : str
        How its array is made.
    formula, numbers : str
        The sum of the terms in the order of the equation, in symbols and in numbers.
    terms : list of Term
        The terms, largest first.
    rows : list of (int, float)
        For a sum over examples: the number of each row in the user's data and what it added,
        largest first.
    error : float
        The sum of the terms minus the number.
    """

    def __init__(
        self,
        quantity: Quantity,
        at: Index,
        rows: Array | None = None,
        most: int = 10,
        hint: str = "",
    ) -> None:
        self.quantity, self.at, self.most, self.hint = quantity, at, most, hint
        self.where = indexed(quantity.symbol, at)
        self.value = float(np.asarray(quantity.array)[at])
        self.equation = greek(quantity.equation)
        self.data_rows = rows
        found = Terms(()) if quantity.terms is None else quantity.terms(at)
        self.made: Terms = found
        given = found.terms
        self._terms: Sequence[Term] = given if isinstance(given, TermList) else list(given)
        values = given.values if isinstance(given, TermList) else [t.value for t in self._terms]
        self.values = np.asarray(values, np.float64)
        sizes = np.nan_to_num(np.abs(self.values), nan=np.inf)  # NaN is what a reader looks for
        self.order = np.argsort(-sizes, kind="stable")

    # ---- numbers

    @cached_property
    def terms(self) -> list[Term]:
        """The terms, largest first."""
        return [self._terms[int(k)] for k in self.order]

    @property
    def total(self) -> float:
        """The sum of the terms."""
        return float(self.values.sum())

    @property
    def expected(self) -> float:
        """The number that the terms add up to: the entry, or what leads to it."""
        return self.value if self.made.total is None else float(self.made.total)

    @property
    def error(self) -> float:
        """The sum of the terms minus the number that they should give."""
        return self.total - self.expected if len(self.values) else 0.0

    @property
    def adds_up(self) -> bool:
        """True if the terms give the number, within rounding."""
        return self._sum_is_right() and self._rest_is_right()

    def _sum_is_right(self) -> bool:
        limit = tolerance(np.asarray(self.quantity.array))
        return not len(self.values) or agrees(self.values, self.expected, limit)

    def _rest_is_right(self) -> bool:
        result, limit = self.made.result, tolerance(np.asarray(self.quantity.array))
        if result is None or not math.isfinite(self.value):
            return True
        return abs(result - self.value) <= limit * (abs(self.value) + self.made.size)

    @cached_property
    def rows(self) -> list[tuple[int, float]]:
        """What each example of the batch added, largest first."""
        if isinstance(self._terms, TermList):
            places = self._terms.rows
        else:
            places = np.array([-1 if t.row is None else t.row for t in self._terms], int)
        some = places >= 0
        if not some.any():
            return []
        sums = np.bincount(places[some], weights=self.values[some])
        numbers = np.arange(len(sums)) if self.data_rows is None else np.asarray(self.data_rows)
        present = np.unique(places[some])
        shares = [(int(numbers[n]), float(sums[n])) for n in present]
        return sorted(shares, key=lambda share: -abs(share[1]))

    # ---- words

    def __repr__(self) -> str:
        return f"<Explained: {self.where} = {number(self.value, 6)}, {len(self.values)} terms>"

    def __str__(self) -> str:
        return "\n".join([*self._head(), *self._table(), *self._foot()])

    def _head(self) -> list[str]:
        path = f"   ({self.quantity.path})" if "/" in self.quantity.path else ""
        lines = [f"{self.where} = {number(self.value, 6)}{path}", *folded(self.equation, "  ")]
        if not len(self.values):
            return lines
        lines += folded(f"{self._left}= {self.formula}", "  ")
        if self.numbers not in ("", self.formula):
            lines += folded(f"{self._left}= {self.numbers}", "  ")
        return lines

    @property
    def _left(self) -> str:
        """What is on the left of the terms: nothing if they are the entry, else their sum."""
        gap = abs(self.expected - self.value)
        return "sum " if gap > 1e-3 * max(abs(self.value), abs(self.expected)) else ""

    @property
    def formula(self) -> str:
        """The terms in symbols, in the order of the equation: "x[0, 0]·W1[0, 0] + b1[0]"."""
        return self._sum([self._terms[k].formula for k in range(min(len(self.values), FIRST))])

    @property
    def numbers(self) -> str:
        """The same with numbers: "0.5·(−2) + 0.1"; "" if a term has none."""
        parts = [self._terms[k].numbers for k in range(min(len(self.values), FIRST))]
        return self._sum(parts) if all(parts) else ""

    def _sum(self, parts: Sequence[str]) -> str:
        """Return the sum of the first terms in their own order, as many as fit in a line."""
        text = parts[0] if parts else ""
        for k, part in enumerate(parts[1:], start=1):
            longer = text + (f" − {part[1:]}" if part.startswith("−") else f" + {part}")
            left = len(self.values) - k - 1
            if len(longer) + (4 if left else 0) > WIDTH - 4:
                return f"{text} + …"
            text = longer
        return text if len(parts) == len(self.values) else f"{text} + …"

    def _table(self) -> list[str]:
        if len(self.values) < 2:
            return []
        shown = [self._terms[int(k)] for k in self.order[: self.most]]
        rest = self.values[self.order[self.most :]]
        rows = " (row: its row of the data)" if self.rows and self.data_rows is not None else ""
        lines = [f"  {len(self.values):,} terms, largest first{rows}:"]
        column = [signed(t.value) for t in shown]
        if len(rest):
            column.append(signed(float(rest.sum())))
        column.append(signed(self.total, 6))
        wide = max(map(len, column))
        for text, term in zip(column, shown, strict=False):
            lines += self._said(f"  {text:>{wide}}  ", term)
        if len(rest):
            words = f"the other {len(rest):,} terms together" if len(rest) > 1 else "the last term"
            lines.append(f"  {column[-2]:>{wide}}  {words}")
        lines.append(f"  {column[-1]:>{wide}}  sum")
        return lines

    def _said(self, begin: str, term: Term) -> list[str]:
        """Return the lines of one term: its number, its formula, the same with numbers, its row."""
        row = ""
        if term.row is not None and self.data_rows is not None:
            row = f"   row {int(self.data_rows[term.row])}"
        if not term.numbers:
            return [f"{begin}{term.formula}{row}"]
        line = f"{begin}{term.formula} = {term.numbers}{row}"
        if len(line) <= WIDTH:
            return [line]
        return [f"{begin}{term.formula}{row}", f"{'':{len(begin)}}= {term.numbers}"]

    def _foot(self) -> list[str]:
        lines = folded(self.made.then, "  ")
        if len(self.rows) > 1:
            size = sum(abs(share) for _, share in self.rows) or 1.0
            what = "batch" if self.data_rows is None else "data"
            lines.append(f"  Rows of the {what} that made it, largest first:")
            parts = [
                f"row {n}: {signed(share)} ({abs(share) / size:.0%})"
                for n, share in self.rows[:EXAMPLES]
            ]
            more = len(self.rows) - EXAMPLES
            parts += [f"and {more} more"] if more > 0 else []
            lines += _wrapped(parts)
        lines += [part for line in self.made.note.split("\n") for part in folded(line, "  ")]
        if not len(self.values) and not self.made.note:
            lines.append("  It is given." if self.quantity.given else "  It has no smaller parts.")
        lines += [f"  {self.hint}"] if self.hint else []
        wrong = "which differs by more than rounding explains from"
        if not self._sum_is_right():
            said = f"The terms give {number(self.total, 9)}, {wrong} {number(self.expected, 9)}."
            lines += folded(said, "  ")
        if not self._rest_is_right():
            result = number(self.made.result, 9)
            lines += folded(f"This gives {result}, {wrong} {number(self.value, 9)}.", "  ")
        return lines

    def latex(self) -> str:
        """Return the equation, the sum and its numbers as a LaTeX block."""
        left, _, right = self.equation.partition(" = ")
        lines = [f"{equations.latex(left)} &= {_latex(right)}"] if right else []
        shown = [self._terms[int(k)] for k in self.order[: self.most]]
        if shown:
            more = [r"\dots"] if len(self.values) > len(shown) else []
            formulas = " + ".join([*(_latex(t.formula) for t in shown), *more])
            left = "\\text{sum}" if self._left else equations.latex(self.where)
            lines.append(f"{left} &= {formulas}")
            if all(t.numbers for t in shown):
                numbers = " + ".join([*(_latex(t.numbers) for t in shown), *more])
                lines.append(f"&= {numbers}")
            total = self.expected if self._left else self.value
            lines.append(f"&= {equations.latex(number(total, 6))}")
        if not shown or self._left:
            lines.append(
                f"{equations.latex(self.where)} &= {equations.latex(number(self.value, 6))}"
            )
        body = " \\\\\n".join(lines).replace("+ -", "- ")
        return f"\\[\\begin{{aligned}}\n{body}\n\\end{{aligned}}\\]"

    def _repr_html_(self) -> str:
        head, *lines = self._head()
        shown = [self._terms[int(k)] for k in self.order[: self.most]]
        largest = float(np.abs(self.values).max(initial=0.0))
        rows: list[tuple[Any, ...]] = []
        for term in shown:
            row = "" if term.row is None else str(term.row)
            if term.row is not None and self.data_rows is not None:
                row = str(int(self.data_rows[term.row]))
            bar = html.bar(term.value, largest)
            rows.append((_math(term.formula), _math(term.numbers), signed(term.value), bar, row))
        rest = self.values[self.order[self.most :]]
        if len(rest):
            total = float(rest.sum())
            rows.append((f"{len(rest):,} other terms", "", signed(total), "", ""))
        if len(self.values) > 1:
            rows.append(("sum", "", signed(self.total, 6), "", ""))
        header = ("term", "numbers", "value", "", "row" if self.rows else "")
        parts = [html.line(head), *(f"<div>{_math(line.strip())}</div>" for line in lines[:1])]
        parts += [html.table(rows, header, align="llrlr")] if rows else []
        return html.page(*parts, *(html.line(line.strip()) for line in self._foot()))


def explain(stages: Iterable[Stage], where: str, most: int = 10) -> Explained:
    """Explain one entry of any value of an update: the terms that made it.

    Parameters
    ----------
    stages : iterable of Stage
        The stages of one update.
    where : str
        A name as in the equations, or a path, and an index counted from 0: "dW1[2, 0]",
        "z1[3, 1]", "dense1/W[0, 0]", "loss".
    most : int
        The terms that are shown, ≥ 1.

    Returns
    -------
    explained : Explained
        `print` writes out the formula, the same with numbers, and the terms, largest first.

    Raises
    ------
    ParameterError
        There is no such name, or no such entry, or `most` is below 1.

    Examples
    --------
    >>> import chainrule as cr
    >>> layer = cr.Dense(1, init=np.array([[0.5], [-1.0]]))
    >>> run = cr.Network(layer, loss=cr.SquaredError()).record([[3.0, 4.0]], [1.0], verbose=0)
    >>> print(run.at(step=0).explain("z1[0, 0]"))
    z1[0, 0] = −2.5   (dense1/z)
      z1 = x W1 + b1
      = x[0, 0]·W1[0, 0] + x[0, 1]·W1[1, 0] + b1[0]
      = 3·0.5 + 4·(−1) + 0
      3 terms, largest first:
        −4  x[0, 1]·W1[1, 0] = 4·(−1)
      +1.5  x[0, 0]·W1[0, 0] = 3·0.5
        +0  b1[0] = 0
      −2.5  sum
    """
    if not is_whole(most) or most < 1:
        got = "Write most=10."
        raise ParameterError("explain", "most as a whole number ≥ 1", repr(most), got)
    stages = list(stages)
    quantity, at = entry_of(stages, where)
    quantities = [q for stage in stages for q in stage.quantities]
    row = named([q for q in quantities if q.given], "row")
    later = named(quantities, f"new.{quantity.symbol}") if quantity.given else None
    hint = f"After the update it is {indexed(later.symbol, at)}." if later is not None else ""
    return Explained(quantity, at, None if row is None else row.array, most, hint)


def signed(value: float, digits: int = 4) -> str:
    """Return a number with its sign: +0.25, −0.25."""
    text = number(value, digits)
    return text if text.startswith("−") else "+" + text


def _wrapped(parts: Sequence[str]) -> list[str]:
    """Return parts with commas between them, in lines of 80 columns."""
    lines, line = [], "   "
    for k, part in enumerate(parts):
        word = f" {part}" + ("," if k < len(parts) - 1 else "")
        if len(line) + len(word) > WIDTH and line.strip():
            lines.append(line)
            line = "   "
        line += word
    return [*lines, line]


def _latex(text: str) -> str:
    if prose(text):
        return f"\\text{{{text}}}"
    written = equations.latex(text).replace("\\cdot\\,", "\\cdot ")
    return written.replace("∂", "\\partial ").replace("…", "\\dots ").replace("∞", "\\infty ")


def _math(text: str) -> Any:
    return text if prose(text) or not text else html.Raw(mathml.formula(text))
