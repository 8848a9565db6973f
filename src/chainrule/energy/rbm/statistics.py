"""Statistics, loss and gradient of an RBM's estimate: sums over rows and over chains, as stages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from ...arrays import Array
from ...recording.stages.one_update import OneUpdate
from ...recording.stages.stage import Index, Quantity, Stage, Term, Terms
from ...recording.stages.words import factor, number
from . import parameters
from .fields import Fields, left_out, place, product
from .units import Units


class Samples(NamedTuple):
    """Visible units and the means of hidden units that belong to them, with their symbols.

    Parameters
    ----------
    v, h : (str, array)
        Symbol and numbers.
    by_row : bool
        True if sample n began at row n of the batch.
    """

    v: tuple[str, Array]
    h: tuple[str, Array]
    by_row: bool = False


class Statistics:
    """Statistics, loss and gradient: sums over rows and over chains.

    Parameters
    ----------
    update : OneUpdate
        One update of the run.
    units : Units
        The number of units of each kind.
    h : array (N, hidden)
        E[h | v] of the rows.
    samples : Samples
        Those of the model.
    penalty, sparsity
        Those of the Estimate.
    """

    def __init__(
        self,
        update: OneUpdate,
        units: Units,
        h: Array,
        samples: Samples,
        penalty: Any,
        sparsity: Any,
    ) -> None:
        self.update, self.units, self.h = update, units, h
        self.v, self.c = update.batch["x"], np.asarray(update.batch["c"])
        self.penalty, self.sparsity, self.samples = penalty, sparsity, samples
        self.plus = Samples(("v", self.v), ("ph", h), by_row=True)
        self.share = float(self.c.sum()) / len(samples.v[1])
        self.places = parameters.views(units, np.arange(units.size))
        self.slope = None if sparsity is None else sparsity.slope(h, self.c)

    def _units(self, name: str, index: Index) -> tuple[int | None, int | None]:
        """Return the hidden and the visible unit of an entry of a parameter."""
        D = self.units.visible
        if name in "WU":
            return index[0], index[1] + D * (name == "U")
        return (index[0], None) if name == "c" else (None, index[0] + D * (name == "d"))

    def _products(self, name: str, index: Index, phase: str, sign: int) -> Iterator[Term]:
        """Yield sign · weight·h·v of each row or chain, without those that are 0."""
        (v_name, v), (h_name, h), by_row = self.plus if phase == "plus" else self.samples
        j, i = self._units(name, index)
        for n in range(len(v)):
            weight = float(self.c[n]) if phase == "plus" else self.share
            names = [f"w[{n}]" if phase == "plus" else "w/M"]
            values = [sign * weight]
            if j is not None:
                names.append(f"{h_name}{place(n, j)}")
                values.append(float(h[n, j]))
            if i is not None:
                names.append(f"{v_name}{place(n, i)}")
                values.append(float(v[n, i]))
            if np.prod(values) != 0:
                row = n if by_row else None
                made = product(names, values, row)
                yield Term("−" * (sign < 0) + made.formula, *made[1:])

    def _statistic(self, phase: str, name: str) -> Quantity:
        """Return ⟨h v⟩, ⟨v⟩ or ⟨h⟩ of one phase."""
        (v_name, v), (h_name, h), _ = self.plus if phase == "plus" else self.samples
        weight = self.c if phase == "plus" else np.full(len(v), self.share, v.dtype)
        D, weighted = self.units.visible, weight[:, None] * h
        columns = {"W": slice(0, D), "b": slice(0, D), "U": slice(D, None), "d": slice(D, None)}
        if name in "WU":
            array, what = weighted.T @ v[:, columns[name]], f"{h_name} {v_name}"
        elif name == "c":
            array, what = weighted.sum(axis=0), h_name
        else:
            array, what = weight @ v[:, columns[name]], v_name
        share = "w" if phase == "plus" else "w/M"
        symbol = f"{phase}.{name}"

        def terms(index: Index) -> Terms:
            made = list(self._products(name, index, phase, 1))
            return Terms(made, note=left_out(len(v) - len(made), "product"))

        return Quantity(symbol, f"{symbol} = Σₙ {share} {what}", array, terms=terms)

    def statistics(self) -> Stage:
        """Return ⟨h v⟩, ⟨v⟩, ⟨h⟩ over the rows, and over the samples of the model."""
        found = [self._statistic(phase, n) for n in self.places for phase in ("plus", "minus")]
        if self.slope is not None:
            found += self._sparse()
        text = (
            "How often units are on together: plus over the rows, minus over the samples of the "
            f"model. A row n has the weight w[n], each of the M = {len(self.samples.v[1])} chains "
            f"w/M = Σ w / M = {number(self.share)}."
        )
        return Stage("statistics", tuple(found), text)

    def _sparse(self) -> list[Quantity]:
        """Return the mean of each hidden unit, and the slope of the cost of being on."""
        h, c, wanted = self.h, self.c, self.sparsity
        q, slope = c @ h, self.slope
        assert slope is not None

        def means(index: Index) -> Terms:
            (j,) = index
            names = ((n, [f"w[{n}]", f"ph{place(n, j)}"]) for n in range(len(h)))
            return Terms([product(s, [float(c[n]), float(h[n, j])], n) for n, s in names])

        def slopes(index: Index) -> Terms:
            n, j = index
            p, x, at = float(q[j]), float(h[n, j]), place(n, j)
            formula = f"cost·(q[{j}] − target) / (q[{j}]·(1 − q[{j}]))·w[{n}]·ph{at}·(1 − ph{at})"
            numbers = (
                f"{number(wanted.cost)}·({number(p)} − {number(wanted.target)}) / ({number(p)}·"
                f"(1 − {number(p)}))·{number(float(c[n]))}·{number(x)}·(1 − {number(x)})"
            )
            return Terms([Term(formula, numbers, float(slope[n, j]), n)])

        equation = "slope = cost (q − target) / (q (1 − q)) w ph (1 − ph)"
        return [
            Quantity("q", "q = Σₙ w ph", q, terms=means),
            Quantity("slope", equation, slope, terms=slopes),
        ]

    def loss(self) -> Stage:
        """Return the reconstruction without randomness, and its error."""
        fields = Fields(self.units, self.units.split(self.update.theta))
        v, c, h = self.v, self.c, self.h
        field = fields.visible("zr", "ph", h)
        r = fields.visible_mean("r", field, h)
        squares = (v - r.array) ** 2
        e, L = squares.sum(axis=1), np.asarray(self.update.after.loss)

        def errors(index: Index) -> Terms:
            (n,) = index
            made = []
            for i in range(v.shape[1]):
                numbers = f"({number(v[n, i])} − {factor(float(r.array[n, i]))})²"
                at = place(n, i)
                made.append(Term(f"(v{at} − r{at})²", numbers, float(squares[n, i]), n))
            return Terms(made)

        def losses(index: Index) -> Terms:
            return Terms(
                product([f"w[{n}]", f"e[{n}]"], [float(c[n]), float(e[n])], n)
                for n in range(len(e))
            )

        text = "What is reported: how far a row is from its way up and down without randomness."
        quantities = (
            field,
            r,
            Quantity("e", "e = Σᵢ (v − r)²", e, terms=errors),
            Quantity("L", "L = Σₙ w e", L, terms=losses),
        )
        return Stage("loss", quantities, text)

    def gradients(self) -> Stage:
        """Return the gradient: minus − plus, with the slopes of sparsity and of the penalty."""
        found = [self._gradient(name, where) for name, where in self.places.items()]
        text = "The gradient lowers the energy of the rows and raises that of the samples."
        return Stage("gradients", tuple(found), text)

    def _gradient(self, name: str, where: Array) -> Quantity:
        """Return the gradient of one parameter."""
        theta = self.update.theta
        g, W = self.update.after.g, theta[where]
        penalized = self.penalty is not None and name in "WU"
        slopes = [
            (rate, op.backward(W.dtype.type(rate), None, W)[0])
            for rate, op in (self.penalty.terms() if penalized else ())
        ]

        def terms(index: Index) -> Terms:
            made = [*self._products(name, index, "minus", 1)]
            made += self._products(name, index, "plus", -1)
            if self.slope is not None and name in "WUc":
                made += self._sparse_terms(name, index)
            for rate, slope in slopes:
                value, at = float(slope[index]), place(*index)
                each = value / rate if rate else 0.0
                formula, numbers = f"λ·∂Ω/∂{name}{at}", f"{number(rate)}·{factor(each)}"
                made.append(Term(formula, numbers, value))
            return Terms(made)

        right = f"minus.{name} − plus.{name}"
        right += " + Σₙ slope v" if self.slope is not None and name in "WU" else ""
        right += " + Σₙ slope" if self.slope is not None and name == "c" else ""
        right += f" + λ ∂Ω/∂{name}" * bool(slopes)
        return Quantity(f"d{name}", f"d{name} = {right}", g[where], terms=terms)

    def _sparse_terms(self, name: str, index: Index) -> Iterator[Term]:
        """Yield slope·v of each row."""
        slope, v = self.slope, self.v
        assert slope is not None
        j, i = self._units(name, index)
        for n in range(len(v)):
            names, values = [f"slope{place(n, j or 0)}"], [float(slope[n, j or 0])]
            if i is not None:
                names, values = [*names, f"v{place(n, i)}"], [*values, float(v[n, i])]
            if np.prod(values) != 0:
                yield product(names, values, n)
