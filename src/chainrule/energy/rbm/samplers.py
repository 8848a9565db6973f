"""The negative phase of an RBM: three ways to draw samples from the model."""

from dataclasses import KW_ONLY
from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import FileError, ParameterError
from ...settings import Settings, is_whole
from .draws import Draws
from .units import Units, Weights

Carry = dict[str, Array]


class Sampler(Settings):
    """Draws v⁻ and E[h | v⁻] from the model. Abstract.

    `start` makes the chains that a run keeps, `sample` moves them.
    """

    def start(self, units: Units, batch_size: int, dtype: Any) -> Carry:
        """Return the chains before the first step."""
        return {}

    def sample(
        self, units: Units, w: Weights, v: Array, h: Array, draws: Draws, carry: Carry
    ) -> tuple[Array, Array, Carry]:
        """Return v⁻, E[h | v⁻] and the chains after them.

        v are the rows of a batch, h = E[h | v].
        """
        raise ParameterError(
            f"{self!r}: Sampler is abstract. Write a subclass with a method sample, or take PCD()."
        )


class CD(Sampler):
    """Contrastive divergence: k rounds of Gibbs sampling that start at the rows themselves.

    It is cheap and has a low variance, but it is biased: a short chain stays near the rows and does
    not reach other regions of high probability.

    Parameters
    ----------
    k : int
        The number of rounds, ≥ 1.

    Raises
    ------
    ParameterError
        A k below 1.

    References
    ----------
    Hinton, "Training products of experts by minimizing contrastive divergence", Neural Computation
    14 (2002), equation 4.

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
    """Persistent contrastive divergence: chains that continue from step to step.

    This works since θ moves more slowly than the chains. It is also called stochastic maximum
    likelihood. The chains start at h = 0.

    In a long run the weights grow, the chains mix ever more slowly, and the likelihood can fall
    again, although each estimate is correct. On bars and stripes (14 pictures, 8 hidden units, the
    whole set in each step) Momentum(lr=0.1, momentum=0.8) reaches −5.9 nats a row, and is between
    −9 and −19 after 2000 to 8000 epochs. Parallel tempering is not better at such rates. The exact
    gradient with the same rates reaches −2.65; the best possible value is −2.64. SGD(lr=0.1), the
    default, reaches −4 after 4000 epochs and falls later. So watch metrics="log_likelihood" (for
    large machines `ais`) and stop in time, let lr decrease (0.1 / (1 + step/1000) gives −3.7 and
    −5.8 for two seeds after 8000 epochs), or use more chains.

    Parameters
    ----------
    k : int
        The number of rounds in each step, ≥ 1.
    chains : int, optional
        The number of chains, ≥ 1; None: as many as a batch has rows.

    Raises
    ------
    ParameterError
        A k or a number of chains below 1.

    References
    ----------
    Tieleman, "Training restricted Boltzmann machines using approximations to the likelihood
    gradient", ICML 2008, section 3. The falling likelihood: Fischer & Igel, "Empirical analysis of
    the divergence of Gibbs sampling based learning algorithms for restricted Boltzmann machines",
    ICANN 2010.

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
    """Persistent chains at several β between 0 and 1, where neighbors swap their states.

    So the chain at β = 1 can visit every mode. Two chains swap with probability
    min(1, exp((βᵢ − βⱼ) (gⱼ − gᵢ))), where g = h·(c + W v) is the part of −E that β scales.

    Parameters
    ----------
    k : int
        The number of rounds in each step, ≥ 1.
    chains : int, optional
        The number of chains at each β, ≥ 1; None: as many as a batch has rows.
    temperatures : int
        The number of values of β, evenly spaced from 0 to 1, ≥ 2.

    Raises
    ------
    ParameterError
        A k or a number of chains below 1, fewer than two temperatures.

    References
    ----------
    Desjardins, Courville, Bengio, Vincent & Delalleau, "Tempered Markov chain Monte Carlo for
    training of restricted Boltzmann machines", AISTATS 2010, section 3; equation 6 is the
    probability.

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
        """Swap chains of neighboring β, from β = 1 down."""
        step = 1 / (self.temperatures - 1)  # βᵢ − βⱼ of neighbors
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
    """Raise ParameterError unless `chains` is a whole number ≥ 1 or None."""
    sampler.require(
        "chains",
        "a whole number ≥ 1, or None",
        lambda v: v is None or (is_whole(v) and v >= 1),
        "Leave it out.",
    )


def bernoulli(p: Array, draws: Draws) -> Array:
    """Return 1 with probability p, else 0."""
    u = draws.take(p.size // p.shape[-1], p.shape[-1]).reshape(p.shape)
    return (u < p).astype(p.dtype)


def gibbs(
    units: Units, w: Weights, h: Array, draws: Draws, k: int, beta: Any = 1
) -> tuple[Array, Array]:
    """Make k rounds h -> v -> h; return the last v and its E[h | v]."""
    while True:
        u = draws.take(h.size // units.hidden, units.draws).reshape(*h.shape[:-1], units.draws)
        v = units.sample_visible(w, h, u, beta)
        mean = units.hidden_mean(w, v, beta)
        k -= 1
        if k == 0:
            return v, mean
        h = bernoulli(mean, draws)


def described(sampler: Any) -> Any:
    """Return one of these samplers as JSON; FileError for another one."""
    if type(sampler) not in (CD, PCD, ParallelTempering):
        raise FileError(f"a file cannot hold {sampler!r}. Give sampler= again when it is loaded.")
    return {"sampler": type(sampler).__name__, "settings": dict(vars(sampler))}


def from_json(text: Any) -> Any:
    """Return the sampler that `described` described; a sampler stays as it is."""
    match text:
        case {"sampler": str(name), "settings": dict(settings)}:
            for cls in (CD, PCD, ParallelTempering):
                if cls.__name__ == name:
                    return cls(**settings)
            raise FileError(f"it names a sampler {name!r}, which this chainrule does not have.")
    return text
