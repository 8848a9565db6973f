"""The half-steps of contrastive divergence, as stages whose numbers say what they are made of.

The symbols are

    v, w          the rows of the batch, and their weights (1/N without sample_weight)
    zh, ph        field and probability of the hidden units, E[h | v]
    u.h1, h1      uniform numbers, and the hidden sample that they give
    zv1, pv1      field and mean of the visible units in round 1, E[v | h1]
    u.v1, v1      uniform numbers, and the reconstruction of round 1
    zh1, ph1      field and probability of the hidden units, E[h | v1]; then u.h2, h2, zv2 ...
    plus.W        ⟨h v⟩ over the rows, minus.W over the samples; and so for b, c (U, d)
    r, e, L       the reconstruction without randomness, its error by row, and the loss
    dW, db, dc    the gradient, minus − plus (dU, dd with classes)

The columns of v after the visible units are those of the class.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ...arrays import Array
from ...recording.formulas import given
from ...recording.one_update import OneUpdate
from ...recording.stages import Index, Quantity, Stage, Term, Terms
from ...recording.words import factor, number
from . import parameters
from .draws import Draws
from .samplers import CD, PCD, ParallelTempering, Sampler, bernoulli
from .units import Units, Weights, normal


def estimate_stages(
    update: OneUpdate, units: Units, sampler: Sampler, penalty: Any, sparsity: Any
) -> list[Stage]:
    """Return the stages of one estimate, from the rows to the gradient.

    The draws are those of the run, since both engines use the same keys.

    Parameters
    ----------
    update : OneUpdate
        One update of the run.
    units, sampler, penalty, sparsity
        Those of its Estimate.
    """
    with np.errstate(all="ignore"):
        chain = Chain(update, units, sampler)
        stages = [chain.data(), *chain.negative()]
        sums = Sums(chain, penalty, sparsity)
        return [*stages, sums.statistics(), sums.loss(), sums.gradients()]


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
    """

    def __init__(self, units: Units, w: Weights, beta: Array | None = None) -> None:
        self.units, self.w, self.beta = units, w, beta

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
        p = self.units.hidden_mean(self.w, v, beta)
        return Quantity(symbol, f"{symbol} = σ({field.symbol})", p, terms=_sigma(symbol, field, p))

    def visible_mean(self, symbol: str, field: Quantity, h: Array) -> Quantity:
        """Return E[v | h] from the field, by the kind of each unit."""
        units, z = self.units, field.symbol
        mean = units.visible_mean(self.w, h, 1 if self.beta is None else self.beta)
        sigma = _sigma(symbol, field, mean)

        def terms(index: Index) -> Terms:
            if index[-1] < units.visible:
                return sigma(index) if units.kind == "binary" else field.terms(index)  # type: ignore[misc]
            told, x = field.terms(index), float(field.array[index])  # type: ignore[misc]
            entry = f"{symbol}{place(*index)}"
            then = f"{entry} = exp({number(x)}) / Σ exp(fields of the classes)"
            return told._replace(total=x, then=f"{then} = {number(mean[index])}")

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
            _coin(symbol, mean, h, u.taken[0].reshape(h.shape)),
        ]

    def visible_sample(self, symbol: str, mean: Quantity, h: Array, draws: Draws) -> list[Quantity]:
        """Return uniform numbers, and the visible units that they give."""
        units, shape = self.units, (*h.shape[:-1], self.units.draws)
        u = draws.take(h.size // units.hidden, units.draws).reshape(shape)
        v = units.sample_visible(self.w, h, u, 1 if self.beta is None else self.beta)
        coin = _coin(symbol, mean, v, u)

        def terms(index: Index) -> Terms:
            i = index[-1]
            if i < units.visible and units.kind == "binary":
                return coin.terms(index)  # type: ignore[misc]
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


def _sigma(symbol: str, field: Quantity, p: Array) -> Callable[[Index], Terms]:
    """Return the terms of σ(field): those of the field."""

    def terms(index: Index) -> Terms:
        told, z = field.terms(index), float(field.array[index])  # type: ignore[misc]
        entry = f"{symbol}{place(*index)}"
        then = f"{entry} = σ({number(z)}) = {number(p[index])}"
        return told._replace(
            total=z, then=then, result=1 / (1 + math.exp(min(-z, 700.0))), size=1.0
        )

    return terms


def _coin(symbol: str, mean: Quantity, x: Array, u: Array) -> Quantity:
    """Return 1 where a probability is above its uniform number, else 0."""

    def terms(index: Index) -> Terms:
        p, draw, value = float(mean.array[index]), float(u[index]), float(x[index])
        entry = f"{mean.symbol}{place(*index)}"
        numbers = f"{number(p)} > {number(draw)} is {draw < p}"
        sign = ">" if draw < p else "≤"
        note = f"{number(p)} {sign} u = {number(draw)}, so {int(value)}."
        return Terms([Term(f"{entry} > u.{symbol}{place(*index)}", numbers, value)], note=note)

    right = f"1 where {mean.symbol} > u.{symbol}, else 0"
    return Quantity(symbol, f"{symbol} = {right}", x, terms=terms)


def _swapping(pull: Array, u: Array) -> tuple[Quantity, Quantity]:
    """Return the probability that chains i and i + 1 swap, and whether they do."""
    count = len(u)
    step, g, swap = 1 / count, pull.copy(), np.zeros(u.shape, bool)
    at_swap, p = np.empty((count, 2, u.shape[1]), g.dtype), np.empty(u.shape, g.dtype)
    for i in range(count - 1, -1, -1):  # the chain at i + 1 may have come from a swap above
        at_swap[i] = g[i : i + 2]
        p[i] = np.exp(np.minimum(0, step * (g[i] - g[i + 1])))
        swap[i] = u[i] < p[i]
        g[i], g[i + 1] = np.where(swap[i], at_swap[i, ::-1], at_swap[i])

    def terms(index: Index) -> Terms:
        i, m = index
        low, high = (float(x) for x in at_swap[i, :, m])
        made = [
            product(["Δβ", f"pull{place(i, m)}"], [step, low]),
            product(["−Δβ", f"pull{place(i + 1, m)}"], [-step, high]),
        ]
        total = step * (low - high)
        then = f"p.swap{place(i, m)} = exp(min(0, {number(total)})) = {number(p[i, m])}"
        note = "The pulls are those of the states that are at these β when it is their turn."
        return Terms(made, total, then, note)

    equation = "p.swap = exp(min(0, Δβ (pullᵢ − pullᵢ₊₁)))"
    chance = Quantity("p.swap", equation, p, terms=terms)
    return chance, _coin("swap", chance, swap, u)


class Chain:
    """The rows and the Gibbs chain of one estimate, in the order of their draws.

    Parameters
    ----------
    update : OneUpdate
        One update of the run.
    units, sampler
        Those of the Estimate.
    """

    def __init__(self, update: OneUpdate, units: Units, sampler: Sampler) -> None:
        self.update, self.units, self.sampler = update, units, sampler
        self.w, self.v = units.split(update.theta), update.batch["x"]
        self.c = np.asarray(update.batch["c"])
        self.draws = Draws(update.key, update.batch.get("u"))
        fields = Fields(units, self.w)
        self.field = fields.hidden("zh", "v", self.v)
        self.mean = fields.hidden_mean("ph", self.field, self.v)
        # the samples of the model: the symbols and arrays of v⁻ and E[h | v⁻]
        self.model_v, self.model_h = ("v", self.v), ("ph", self.mean.array)
        self.by_row = False  # True if chain n began at row n

    def data(self) -> Stage:
        """Return the rows and E[h | v]."""
        text = (
            "The rows of the batch, and the probability that each hidden unit is on, given a row."
        )
        quantities = [given("v", "the rows of the batch", self.v)]
        if "row" in self.update.batch:
            rows = np.asarray(self.update.batch["row"])
            quantities.append(given("row", "the numbers of these rows in X", rows))
        quantities += [given("w", "the weights of the rows", self.c), self.field, self.mean]
        return Stage("data", tuple(quantities), text)

    def negative(self) -> list[Stage]:
        """Return the half-steps that lead from the data, or from chains, to the samples."""
        draw = getattr(type(self.sampler), "sample", None)
        if draw is CD.sample:
            return self._from_rows()
        if draw is PCD.sample:
            return self._from_chains()
        if draw is ParallelTempering.sample:
            return self._tempered()
        return self._own()

    def _from_rows(self) -> list[Stage]:
        """CD: the chain begins at the rows."""
        self.by_row = True
        fields, k = Fields(self.units, self.w), getattr(self.sampler, "k", 1)
        u, h = fields.hidden_sample("h1", self.mean, self.draws)
        text = "Each hidden unit is 1 with its probability: 1 where ph is above a uniform number."
        return [Stage("hidden sample", (u, h), text), *self._rounds(fields, h.array, k)]

    def _from_chains(self) -> list[Stage]:
        """PCD: the chains continue from the last update."""
        fields, k = Fields(self.units, self.w), getattr(self.sampler, "k", 1)
        h = self.update.carry["h"]
        text = "The hidden states in which the last update left the chains; before the first, 0."
        stages = [
            Stage("chains", (given("h1", "the hidden states of the chains", h),), text),
            *self._rounds(fields, h, k),
        ]
        mean = stages[-1].quantities[-1]
        kept = fields.hidden_sample(f"h{k + 1}", mean, self.draws)
        text = "The hidden sample with which the chains go on in the next update."
        return [*stages, Stage("kept chains", tuple(kept), text)]

    def _rounds(self, fields: Fields, h: Array, rounds: int) -> list[Stage]:
        """Return k rounds h -> v -> h."""
        stages, v = [], self.v
        for k in range(1, rounds + 1):
            found = [fields.visible(f"zv{k}", f"h{k}", h)]
            found.append(fields.visible_mean(f"pv{k}", found[-1], h))
            found += fields.visible_sample(f"v{k}", found[-1], h, self.draws)
            v = found[-1].array
            found.append(fields.hidden(f"zh{k}", f"v{k}", v))
            found.append(fields.hidden_mean(f"ph{k}", found[-1], v))
            self.model_v, self.model_h = (f"v{k}", v), (f"ph{k}", found[-1].array)
            mean, text = found[-1], "Down to the visible units, and up again to the hidden ones."
            if k < rounds:
                found += fields.hidden_sample(f"h{k + 1}", mean, self.draws)
                h = found[-1].array
            name = "reconstruction" if rounds == 1 else f"reconstruction {k}"
            stages.append(Stage(name, tuple(found), text))
        return stages

    def _tempered(self) -> list[Stage]:
        """Parallel tempering: chains at several β, of which neighbors may swap."""
        sampler: Any = self.sampler
        h, k = self.update.carry["h"], sampler.k
        values = np.linspace(0, 1, sampler.temperatures, dtype=h.dtype)
        fields = Fields(self.units, self.w, values[:, None, None])
        text = "The hidden states of the chains; the first axis is β, from 0 to 1."
        chains = (
            given("h1", "the hidden states of the chains", h),
            given("β", "the inverse temperatures", values),
        )
        stages = [Stage("chains", chains, text), *self._rounds(fields, h, k)]
        sampled = fields.hidden_sample(f"h{k + 1}", stages[-1].quantities[-1], self.draws)
        text = "The hidden sample of each chain."
        stages.append(Stage("hidden sample", tuple(sampled), text))
        return [*stages, self._swaps(f"v{k}", f"h{k + 1}", sampled[-1].array)]

    def _swaps(self, v_name: str, h_name: str, h: Array) -> Stage:
        """Return the swaps of neighboring chains, and the samples at β = 1 after them."""
        sampler: Any = self.sampler
        units, w, v = self.units, self.w, self.model_v[1]
        u = Recorded(self.draws)
        pull = units.pull(w, v, h)
        after_v, after_h = sampler.change_places(units, w, v, h, u)
        last = np.ascontiguousarray(after_v[-1])

        def pulls(index: Index) -> Terms:
            row, hidden = v[index], h[index]
            field = w.c + row @ w.W.T
            on = [j for j in range(units.hidden) if hidden[j]]
            terms = [
                product(
                    [f"{h_name}{place(*index, j)}", f"(c[{j}] + Σᵢ W[{j}, i]·{v_name})"],
                    [float(hidden[j]), float(field[j])],
                )
                for j in on
            ]
            return Terms(terms, note=left_out(units.hidden - len(on), "hidden unit"))

        chance, swapped = _swapping(pull, u.taken[0])
        fields = Fields(units, w)
        field = fields.hidden("zh.model", "v.model", last)
        mean = fields.hidden_mean("ph.model", field, last)
        self.model_v, self.model_h = ("v.model", last), ("ph.model", mean.array)
        text = (
            "From β = 1 down, two neighbors swap their states with a probability. v.model are the "
            "states at β = 1 afterwards, h.swapped the hidden states of all."
        )
        equation = f"pull = {h_name}·(c + W {v_name})"
        quantities = (
            Quantity("pull", equation, pull, terms=pulls),
            chance,
            given("u.swap", "uniform numbers of the key of this update", u.taken[0]),
            swapped,
            given("h.swapped", "the hidden states after the swaps", after_h),
            given("v.model", "the samples at β = 1 after the swaps", last),
            field,
            mean,
        )
        return Stage("swaps", quantities, text)

    def _own(self) -> list[Stage]:
        """Return the samples of a sampler that is not ours, whose rounds are not known."""
        arguments = self.units, self.w, self.v, self.mean.array, self.draws, self.update.carry
        v, h, _ = self.sampler.sample(*arguments)
        self.model_v, self.model_h = ("v.model", v), ("ph.model", h)
        text = f"{self.sampler!r} draws samples of the model in its own way; their rounds are not known."
        return [
            Stage(
                "samples",
                (
                    given("v.model", "samples of the model", v),
                    given("ph.model", "E[h | v.model], as the sampler gives it", h),
                ),
                text,
            )
        ]


class Sums:
    """Statistics, loss and gradient: sums over rows and over chains.

    Parameters
    ----------
    chain : Chain
        After its negative phase.
    penalty, sparsity
        Those of the Estimate.
    """

    def __init__(self, chain: Chain, penalty: Any, sparsity: Any) -> None:
        self.chain, self.units, self.c = chain, chain.units, chain.c
        self.penalty, self.sparsity = penalty, sparsity
        self.plus = ("ph", chain.mean.array), ("v", chain.v)
        self.minus = chain.model_h, chain.model_v
        self.share = float(self.c.sum()) / len(chain.model_v[1])
        size = len(chain.update.theta)
        self.places = parameters.views(self.units, np.arange(size))
        self.slope = None if sparsity is None else sparsity.slope(chain.mean.array, self.c)

    def _units(self, name: str, index: Index) -> tuple[int | None, int | None]:
        """Return the hidden and the visible unit of an entry of a parameter."""
        D = self.units.visible
        if name in "WU":
            return index[0], index[1] + D * (name == "U")
        return (index[0], None) if name == "c" else (None, index[0] + D * (name == "d"))

    def _products(self, name: str, index: Index, phase: str, sign: int) -> Iterator[Term]:
        """Yield sign · weight·h·v of each row or chain, without those that are 0."""
        (h_name, h), (v_name, v) = self.plus if phase == "plus" else self.minus
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
                row = n if phase == "plus" or self.chain.by_row else None
                made = product(names, values, row)
                yield made._replace(formula="−" * (sign < 0) + made.formula)

    def _statistic(self, phase: str, name: str) -> Quantity:
        """Return ⟨h v⟩, ⟨v⟩ or ⟨h⟩ of one phase."""
        (h_name, h), (v_name, v) = self.plus if phase == "plus" else self.minus
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
            one = "row" if phase == "plus" else "chain"
            return Terms(made, note=left_out(len(v) - len(made), f"{one}'s product"))

        return Quantity(symbol, f"{symbol} = Σₙ {share} {what}", array, terms=terms)

    def statistics(self) -> Stage:
        """Return ⟨h v⟩, ⟨v⟩, ⟨h⟩ over the rows, and over the samples of the model."""
        found = [self._statistic(phase, n) for n in self.places for phase in ("plus", "minus")]
        if self.slope is not None:
            found += self._sparse()
        text = (
            "How often units are on together: plus over the rows, minus over the samples of the "
            f"model. A row n has the weight w[n], each of the M = {len(self.minus[1][1])} chains "
            f"w/M = Σ w / M = {number(self.share)}."
        )
        return Stage("statistics", tuple(found), text)

    def _sparse(self) -> list[Quantity]:
        """Return the mean of each hidden unit, and the slope of the cost of being on."""
        h, c, wanted = self.chain.mean.array, self.c, self.sparsity
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
        chain, fields = self.chain, Fields(self.units, self.chain.w)
        v, c, h = chain.v, self.c, chain.mean.array
        field = fields.visible("zr", "ph", h)
        r = fields.visible_mean("r", field, h)
        squares = (v - r.array) ** 2
        e, L = squares.sum(axis=1), np.asarray(chain.update.after.loss)

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
        theta = self.chain.update.theta
        g, W = self.chain.update.after.g, theta[where]
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
        slope, v = self.slope, self.chain.v
        assert slope is not None
        j, i = self._units(name, index)
        for n in range(len(v)):
            names, values = [f"slope{place(n, j or 0)}"], [float(slope[n, j or 0])]
            if i is not None:
                names, values = [*names, f"v{place(n, i)}"], [*values, float(v[n, i])]
            if np.prod(values) != 0:
                yield product(names, values, n)
