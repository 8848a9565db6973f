"""Fields, means and samples of one layer of an RBM given the other, as quantities with terms."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ...arrays import Array
from ...recording.stages.formulas import given
from ...recording.stages.stage import Index, Quantity, Term, Terms
from ...recording.stages.words import factor, number
from .draws import Draws
from .native_rows import NativeRows
from .samplers import bernoulli
from .units import Units, Weights, normal


def place(*index: int) -> str:
    """Return an index as people write it: [2, 0]."""
    return f"[{', '.join(map(str, index))}]"


def product(names: list[str], values: list[float], row: int | None = None) -> Term:
    """Return a product as a term."""
    first, *others = values
    numbers = "·".join([number(first), *map(factor, others)])
    return Term("·".join(names), numbers, float(np.prod(values)), row)


def left_out(count: int, what: str) -> str:
    """Return a sentence about terms that are 0."""
    if not count:
        return ""
    return (
        f"1 {what} is 0 and adds nothing."
        if count == 1
        else f"{count} {what}s are 0 and add nothing."
    )


class Fields:
    """Fields, means and samples of one layer given the other, as quantities.

    Parameters
    ----------
    units : Units
        The number of units of each kind.
    w : Weights
        θ of this update.
    beta : array, optional
        β of the chains, along their first axis.
    rows : NativeRows, optional
        Computes means and samples if the run did so in C; None: NumPy.
    """

    def __init__(
        self,
        units: Units,
        w: Weights,
        beta: Array | None = None,
        rows: NativeRows | None = None,
    ) -> None:
        self.units, self.w, self.beta, self.rows = units, w, beta, rows

    def weight(self, j: int, i: int) -> str:
        """Return the name of a weight: W[2, 0], or U[2, 0] of the class."""
        D = self.units.visible
        return f"W{place(j, i)}" if i < D else f"U{place(j, i - D)}"

    def bias(self, i: int) -> str:
        """Return the name of the bias of a visible unit."""
        D = self.units.visible
        return f"b{place(i)}" if i < D else f"d{place(i - D)}"

    def _sum(self, index: Index, bias: tuple[str, float], inputs: Iterator[Any]) -> Terms:
        """Return bias + Σ input·weight of one entry, times β where it belongs."""
        beta = 1.0 if self.beta is None else float(self.beta.flat[index[0]])
        scaled = self.beta is not None
        name, value = bias
        hidden = name.startswith("c")
        terms = [Term(name, number(value), value)]
        if scaled and hidden:
            terms = [product(["β", name], [beta, value])]
        count = 0
        for names, values in inputs:
            if values[0] == 0:
                count += 1
                continue
            terms.append(product(["β", *names] if scaled else names, [beta] * scaled + values))
        note = f"β = {number(beta)}. " if scaled else ""
        return Terms(terms, note=(note + left_out(count, "input")).strip())

    def hidden(self, symbol: str, source: str, v: Array) -> Quantity:
        """Return the field of the hidden units, β (c + W v)."""
        w = self.w
        z = w.c + v @ w.W.T
        z = z if self.beta is None else self.beta * z

        def terms(index: Index) -> Terms:
            *at, j = index
            row = v[tuple(at)]
            inputs = (
                (
                    [f"{source}{place(*at, i)}", self.weight(j, i)],
                    [float(row[i]), float(w.W[j, i])],
                )
                for i in range(len(row))
            )
            return self._sum(index, (f"c[{j}]", float(w.c[j])), inputs)

        right = f"c + {source} {'[W U]' if self.units.classes else 'W'}ᵀ"
        right = right if self.beta is None else f"β ({right})"
        return Quantity(symbol, f"{symbol} = {right}", z, terms=terms)

    def visible(self, symbol: str, source: str, h: Array) -> Quantity:
        """Return the field of the visible units, b + β h W."""
        w = self.w
        z = w.b + h @ w.W if self.beta is None else w.b + self.beta * (h @ w.W)

        def terms(index: Index) -> Terms:
            *at, i = index
            row = h[tuple(at)]
            inputs = (
                (
                    [f"{source}{place(*at, j)}", self.weight(j, i)],
                    [float(row[j]), float(w.W[j, i])],
                )
                for j in range(len(row))
            )
            return self._sum(index, (self.bias(i), float(w.b[i])), inputs)

        b, W = ("[b d]", "[W U]") if self.units.classes else ("b", "W")
        right = f"{b} + {'' if self.beta is None else 'β '}{source} {W}"
        return Quantity(symbol, f"{symbol} = {right}", z, terms=terms)

    def hidden_mean(self, symbol: str, field: Quantity, v: Array) -> Quantity:
        """Return E[h | v] = σ(field)."""
        beta = 1 if self.beta is None else self.beta
        if self.rows is not None:
            p = self.rows.hidden_mean(v)
        else:
            p = self.units.hidden_mean(self.w, v, beta)
        return Quantity(symbol, f"{symbol} = σ({field.symbol})", p, terms=sigma(symbol, field, p))

    def visible_mean(self, symbol: str, field: Quantity, h: Array) -> Quantity:
        """Return E[v | h] from the field, by the kind of each unit."""
        units, z = self.units, field.symbol
        mean = units.visible_mean(self.w, h, 1 if self.beta is None else self.beta)
        binary = sigma(symbol, field, mean)

        def terms(index: Index) -> Terms:
            if index[-1] < units.visible:
                return binary(index) if units.kind == "binary" else field.terms(index)  # type: ignore[misc]
            told, x = field.terms(index), float(field.array[index])  # type: ignore[misc]
            entry = f"{symbol}{place(*index)}"
            then = f"{entry} = exp({number(x)}) / Σ exp(fields of the classes)"
            return Terms(told.terms, x, f"{then} = {number(mean[index])}", told.note)

        kind = f"σ({z})" if units.kind == "binary" else z
        kind += "; softmax for the class" * bool(units.classes)
        return Quantity(symbol, f"{symbol} = {kind}", mean, terms=terms)

    def hidden_sample(self, symbol: str, mean: Quantity, draws: Draws) -> list[Quantity]:
        """Return uniform numbers, and h = 1 where the probability is above them."""
        u = Recorded(draws)
        h = bernoulli(mean.array, u)
        return [
            given(
                f"u.{symbol}",
                "uniform numbers of the key of this update",
                u.taken[0].reshape(h.shape),
            ),
            coin(symbol, mean, h, u.taken[0].reshape(h.shape)),
        ]

    def visible_sample(self, symbol: str, mean: Quantity, h: Array, draws: Draws) -> list[Quantity]:
        """Return uniform numbers, and the visible units that they give."""
        units, shape = self.units, (*h.shape[:-1], self.units.draws)
        u = draws.take(h.size // units.hidden, units.draws).reshape(shape)
        if self.rows is not None:
            v = self.rows.visible_sample(h, u)
        else:
            v = units.sample_visible(self.w, h, u, 1 if self.beta is None else self.beta)
        tossed = coin(symbol, mean, v, u)

        def terms(index: Index) -> Terms:
            i = index[-1]
            if i < units.visible and units.kind == "binary":
                return tossed.terms(index)  # type: ignore[misc]
            if i >= units.visible:
                return self._class(symbol, mean, index, v, u)
            noise = float(normal(u[tuple(index)]).astype(mean.array.dtype))
            first = float(mean.array[index])
            name = f"Φ⁻¹(u.{symbol}{place(*index)})"
            shown = f"Φ⁻¹({number(u[index])})"
            entry = f"{mean.symbol}{place(*index)}"
            return Terms([Term(entry, number(first), first), Term(name, shown, noise)])

        rule = f"1 where {mean.symbol} > u.{symbol}, else 0"
        rule = rule if units.kind == "binary" else f"{mean.symbol} + Φ⁻¹(u.{symbol})"
        rule += "; the class where the cumulative probability passes u" * bool(units.classes)
        made = Quantity(symbol, f"{symbol} = {rule}", v, terms=terms)
        return [given(f"u.{symbol}", "uniform numbers of the key of this update", u), made]

    def _class(self, symbol: str, mean: Quantity, index: Index, v: Array, u: Array) -> Terms:
        """Return why a unit of the class is 1 or 0."""
        *at, i = index
        D = self.units.visible
        p, draw = mean.array[tuple(at)][D:], float(u[tuple(at)][-1])
        sums = ", ".join(number(x) for x in np.cumsum(p))
        chosen, value = int(np.argmax(v[tuple(at)][D:])), float(v[index])
        note = (
            f"The cumulative probabilities of the classes are {sums}. The first above "
            f"u = {number(draw)} is that of class {chosen}, so it is 1 and the others are 0."
        )
        formula = f"class of u.{symbol}{place(*at, D)} is {i - D}"
        return Terms([Term(formula, f"{chosen} = {i - D} is {chosen == i - D}", value)], note=note)


class Recorded(Draws):
    """Draws that keep what they gave.

    Parameters
    ----------
    draws : Draws
        Where the numbers come from.
    """

    def __init__(self, draws: Draws) -> None:
        self.draws, self.taken = draws, list[Array]()

    def take(self, rows: int, columns: int) -> Array:
        """Return the next numbers, (rows, columns)."""
        self.taken.append(self.draws.take(rows, columns))
        return self.taken[-1]


def sigma(symbol: str, field: Quantity, p: Array) -> Callable[[Index], Terms]:
    """Return the terms of σ(field): those of the field."""

    def terms(index: Index) -> Terms:
        told, z = field.terms(index), float(field.array[index])  # type: ignore[misc]
        entry = f"{symbol}{place(*index)}"
        then = f"{entry} = σ({number(z)}) = {number(p[index])}"
        result = 1 / (1 + math.exp(min(-z, 700.0)))
        return Terms(told.terms, z, then, told.note, result, 1.0)

    return terms


def coin(symbol: str, mean: Quantity, x: Array, u: Array) -> Quantity:
    """Return 1 where a probability is above its uniform number, else 0."""

    def terms(index: Index) -> Terms:
        p, draw, value = float(mean.array[index]), float(u[index]), float(x[index])
        entry = f"{mean.symbol}{place(*index)}"
        numbers = f"{number(p)} > {number(draw)} is {bool(value)}"
        sign = ">" if value else "≤"
        note = f"{number(p)} {sign} u = {number(draw)}, so {int(value)}."
        return Terms([Term(f"{entry} > u.{symbol}{place(*index)}", numbers, value)], note=note)

    right = f"1 where {mean.symbol} > u.{symbol}, else 0"
    return Quantity(symbol, f"{symbol} = {right}", x, terms=terms)
