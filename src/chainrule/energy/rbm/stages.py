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

from typing import Any

import numpy as np

from ...arrays import Array
from ...recording.stages.formulas import given
from ...recording.stages.one_update import OneUpdate
from ...recording.stages.stage import Index, Quantity, Stage, Terms
from ...recording.stages.words import number
from .draws import Draws
from .fields import Fields, Recorded, coin, left_out, place, product
from .native_rows import NativeRows
from .samplers import CD, PCD, ParallelTempering, Sampler
from .statistics import Samples, Statistics
from .units import Units


def estimate_stages(
    update: OneUpdate,
    units: Units,
    sampler: Sampler,
    penalty: Any,
    sparsity: Any,
    *,
    in_c: bool = False,
) -> list[Stage]:
    """Return the stages of one estimate, from the rows to the gradient.

    The draws are those of the run, since both engines use the same keys, and so are the samples.

    Parameters
    ----------
    update : OneUpdate
        One update of the run.
    units, sampler, penalty, sparsity
        Those of its Estimate.
    in_c : bool
        True if C computes the estimate.
    """
    with np.errstate(all="ignore"):
        rows = NativeRows(units, update.theta) if in_c else None
        chain = Chain(update, units, sampler, rows)
        stages = [chain.data(), *chain.negative()]
        h, samples = chain.mean.array, chain.samples
        sums = Statistics(update, units, h, samples, penalty, sparsity)
        return [*stages, sums.statistics(), sums.loss(), sums.gradients()]


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
    return chance, coin("swap", chance, swap, u)


class Chain:
    """The rows and the Gibbs chain of one estimate, in the order of their draws.

    Parameters
    ----------
    update : OneUpdate
        One update of the run.
    units, sampler
        Those of the Estimate.
    rows : NativeRows, optional
        As for `Fields`.
    """

    def __init__(
        self, update: OneUpdate, units: Units, sampler: Sampler, rows: NativeRows | None = None
    ) -> None:
        self.update, self.units, self.sampler = update, units, sampler
        self.w, self.v = units.split(update.theta), update.batch["x"]
        self.c = np.asarray(update.batch["c"])
        self.draws = Draws(update.key, update.batch.get("u"))
        self.fields = fields = Fields(units, self.w, rows=rows)
        self.field = fields.hidden("zh", "v", self.v)
        self.mean = fields.hidden_mean("ph", self.field, self.v)
        self.samples = Samples(("v", self.v), ("ph", self.mean.array))  # of the model, later

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
        fields, k = self.fields, getattr(self.sampler, "k", 1)
        u, h = fields.hidden_sample("h1", self.mean, self.draws)
        text = "Each hidden unit is 1 with its probability: 1 where ph is above a uniform number."
        return [Stage("hidden sample", (u, h), text), *self._rounds(fields, h.array, k, True)]

    def _from_chains(self) -> list[Stage]:
        """PCD: the chains continue from the last update."""
        fields, k = self.fields, getattr(self.sampler, "k", 1)
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

    def _rounds(self, fields: Fields, h: Array, rounds: int, by_row: bool = False) -> list[Stage]:
        """Return k rounds h -> v -> h."""
        stages, v = [], self.v
        for k in range(1, rounds + 1):
            found = [fields.visible(f"zv{k}", f"h{k}", h)]
            found.append(fields.visible_mean(f"pv{k}", found[-1], h))
            found += fields.visible_sample(f"v{k}", found[-1], h, self.draws)
            v = found[-1].array
            found.append(fields.hidden(f"zh{k}", f"v{k}", v))
            found.append(fields.hidden_mean(f"ph{k}", found[-1], v))
            self.samples = Samples((f"v{k}", v), (f"ph{k}", found[-1].array), by_row)
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
        units, w, v = self.units, self.w, self.samples.v[1]
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
        self.samples = Samples(("v.model", last), ("ph.model", mean.array))
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
        self.samples = Samples(("v.model", v), ("ph.model", h))
        text = f"{self.sampler!r} draws samples of the model in its own way: no rounds are shown."
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
