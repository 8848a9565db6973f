"""Where the negative phase of an RBM comes from: three ways to draw from the model."""

from dataclasses import KW_ONLY
from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import ParameterError
from ...settings import Settings, is_whole
from .draws import Draws
from .units import Units, Weights

Carry = dict[str, Array]


class Sampler(Settings):
    """Draws v⁻ and E[h | v⁻] from the model. Abstract: `start` makes the chains that a run carries, `sample` moves them."""

    def start(self, units: Units, batch_size: int, dtype: Any) -> Carry:
        """The chains before the first step."""
        return {}

    def sample(
        self, units: Units, w: Weights, v: Array, h: Array, draws: Draws, carry: Carry
    ) -> tuple[Array, Array, Carry]:
        """v⁻, E[h | v⁻] and the chains after them, from the rows v of a batch and their h = E[h | v]."""
        raise ParameterError(
            f"{self!r}: Sampler is abstract. Write a subclass with a method sample, or take PCD()."
        )


class CD(Sampler):
    """Contrastive divergence: k rounds of Gibbs sampling that start at the rows themselves.

    Cheap and low in variance, and biased: where the chain has not come far, it does not see what the model prefers elsewhere.

    Parameters
    ----------
    k : int
        Rounds, ≥ 1.

    Raises
    ------
    ParameterError
        A k below 1.

    References
    ----------
    Hinton, "Training products of experts by minimizing contrastive divergence", Neural Computation 14 (2002), equation 4.

    Examples
    --------
    >>> import chainrule as cr
    >>> cr.energy.CD(k=5)
    CD(k=5)
    """

    _: KW_ONLY
    k: int = 1

    def check(self) -> None:
        self.require_size("k", "The usual value is 1.")

    def sample(
        self, units: Units, w: Weights, v: Array, h: Array, draws: Draws, carry: Carry
    ) -> tuple[Array, Array, Carry]:
        v, mean = gibbs(units, w, bernoulli(h, draws), draws, self.k)
        return v, mean, carry


class PCD(Sampler):
    """Persistent contrastive divergence: chains that go on from step to step, since θ moves less than they do.

    Also called stochastic maximum likelihood. The chains start at h = 0.

    In a long run the weights grow, the chains mix ever more slowly, and the likelihood can fall again, although no estimate is
    wrong. On bars and stripes (14 pictures, 8 hidden units, the whole set a step) Momentum(lr=0.1, momentum=0.8) reaches −5.9
    nats a row and stands between −9 and −19 after 2000 to 8000 epochs, and parallel tempering does no better at such rates; the
    exact gradient with the same rates reaches −2.65 of at best −2.64. SGD(lr=0.1), the default, reaches −4 after 4000 epochs and
    falls later. So watch metrics="log_likelihood" (on large machines `ais`) and stop in time, let lr fall (0.1 / (1 + step/1000)
    gives −3.7 and −5.8 for two seeds after 8000), or take more chains.

    Parameters
    ----------
    k : int
        Rounds at each step, ≥ 1.
    chains : int, optional
        How many, ≥ 1; None: as many as a batch has rows.

    Raises
    ------
    ParameterError
        A k or a number of chains below 1.

    References
    ----------
    Tieleman, "Training restricted Boltzmann machines using approximations to the likelihood gradient", ICML 2008, section 3. The fall: Fischer & Igel, "Empirical analysis of the divergence of Gibbs sampling based learning
    algorithms for restricted Boltzmann machines", ICANN 2010.

    Examples
    --------
    >>> import chainrule as cr
    >>> cr.energy.PCD(chains=100)
    PCD(chains=100)
    """

    _: KW_ONLY
    k: int = 1
    chains: int | None = None

    def check(self) -> None:
        self.require_size("k", "The usual value is 1.")
        check_chains(self)

    def start(self, units: Units, batch_size: int, dtype: Any) -> Carry:
        return {"h": np.zeros((self.chains or batch_size, units.hidden), dtype)}

    def sample(
        self, units: Units, w: Weights, v: Array, h: Array, draws: Draws, carry: Carry
    ) -> tuple[Array, Array, Carry]:
        v, mean = gibbs(units, w, carry["h"], draws, self.k)
        return v, mean, {"h": bernoulli(mean, draws)}


class ParallelTempering(Sampler):
    """Persistent chains at several β between 0 and 1; neighbours change places, so that the last one leaves no mode unvisited.

    Two chains change places with probability min(1, exp((βᵢ − βⱼ) (gⱼ − gᵢ))), g = h·(c + W v) being what β scales.

    Parameters
    ----------
    k : int
        Rounds at each step, ≥ 1.
    chains : int, optional
        How many at each β, ≥ 1; None: as many as a batch has rows.
    temperatures : int
        How many β, evenly from 0 to 1, ≥ 2.

    Raises
    ------
    ParameterError
        A k or a number of chains below 1, fewer than two temperatures.

    References
    ----------
    Desjardins, Courville, Bengio, Vincent & Delalleau, "Tempered Markov chain Monte Carlo for training of restricted Boltzmann
    machines", AISTATS 2010, section 3; equation 6 is the probability.

    Examples
    --------
    >>> import chainrule as cr
    >>> cr.energy.ParallelTempering(temperatures=5)
    ParallelTempering(temperatures=5)
    """

    _: KW_ONLY
    k: int = 1
    chains: int | None = None
    temperatures: int = 10

    def check(self) -> None:
        self.require_size("k", "The usual value is 1.")
        check_chains(self)
        rule = "a whole number ≥ 2"
        self.require(
            "temperatures", rule, lambda v: is_whole(v) and v >= 2, "The usual value is 10."
        )

    def start(self, units: Units, batch_size: int, dtype: Any) -> Carry:
        return {"h": np.zeros((self.temperatures, self.chains or batch_size, units.hidden), dtype)}

    def sample(
        self, units: Units, w: Weights, v: Array, h: Array, draws: Draws, carry: Carry
    ) -> tuple[Array, Array, Carry]:
        h = carry["h"]
        beta = np.linspace(0, 1, self.temperatures, dtype=h.dtype)[:, None, None]
        v, mean = gibbs(units, w, h, draws, self.k, beta)
        h = bernoulli(mean, draws)
        v, h = self.change_places(units, w, v, h, draws)
        return v[-1], units.hidden_mean(w, v[-1]), {"h": h}

    def change_places(
        self, units: Units, w: Weights, v: Array, h: Array, draws: Draws
    ) -> tuple[Array, Array]:
        """From the top of the ladder down, each chain with its neighbour."""
        step = 1 / (self.temperatures - 1)  # βᵢ − βⱼ of neighbours
        g = units.pull(w, v, h)
        v, h = v.copy(), h.copy()
        u = draws.take(self.temperatures - 1, g.shape[1])
        for i in range(self.temperatures - 1, 0, -1):
            change = u[i - 1] < np.exp(np.minimum(0, step * (g[i - 1] - g[i])))
            pair = [i, i - 1]
            for a in (v, h, g):
                a[pair] = np.where(change.reshape(-1, *[1] * (a.ndim - 2)), a[pair[::-1]], a[pair])
        return v, h


def check_chains(sampler: PCD | ParallelTempering) -> None:
    sampler.require(
        "chains",
        "a whole number ≥ 1, or None",
        lambda v: v is None or (is_whole(v) and v >= 1),
        "Leave it out.",
    )


def bernoulli(p: Array, draws: Draws) -> Array:
    """1 with probability p, else 0"""
    u = draws.take(p.size // p.shape[-1], p.shape[-1]).reshape(p.shape)
    return (u < p).astype(p.dtype)


def gibbs(
    units: Units, w: Weights, h: Array, draws: Draws, k: int, beta: Any = 1
) -> tuple[Array, Array]:
    """k rounds h -> v -> h; the last v, and E[h | v] of it."""
    while True:
        u = draws.take(h.size // units.hidden, units.draws).reshape(*h.shape[:-1], units.draws)
        v = units.sample_visible(w, h, u, beta)
        mean = units.hidden_mean(w, v, beta)
        k -= 1
        if k == 0:
            return v, mean
        h = bernoulli(mean, draws)
