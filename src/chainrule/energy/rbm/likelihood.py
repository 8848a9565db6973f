"""The probability of rows: log Z exactly or by annealing, and pseudo-likelihood."""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ...arrays import Array
from ...errors import ParameterError
from ...settings import is_whole
from .draws import Draws
from .samplers import bernoulli
from .units import Units, Weights, log_sum_exp, softplus

FEW = 24  # the most units of a layer for which all states are visited
BLOCK = 4096  # states or flipped rows in one piece


class LogZ(NamedTuple):
    """An estimate of log Z and its standard error.

    Parameters
    ----------
    log_z : float
        The estimate, in nats.
    error : float
        Its standard error, in nats.
    """

    log_z: float
    error: float


def wide(w: Weights) -> Weights:
    """Return the weights in float64, which sums over states need."""
    return Weights(*(a.astype(np.float64) for a in w))


# ---------------------------------------------------------------- exactly


def states(n: int) -> Iterator[Array]:
    """Yield all 2ⁿ rows of n zeros and ones, in blocks."""
    for start in range(0, 2**n, BLOCK):
        numbers = np.arange(start, min(start + BLOCK, 2**n))
        yield (numbers[:, None] >> np.arange(n) & 1).astype(np.float64)


def check_few(units: Units) -> int:
    """Return the size of the smaller binary layer; raise ParameterError if it is too large."""
    few = min(units.hidden, units.visible) if units.plain else units.hidden
    if few > FEW:
        raise ParameterError(
            f"log_z: expected a layer of at most {FEW} binary units, got {units.hidden} hidden and "
            f"{units.visible} visible ones. ais() estimates log Z for any size."
        )
    return few


def log_z(units: Units, w: Weights) -> float:
    """log Z = log Σᵥ Σₕ e^−E(v, h), over all states of the smaller layer.

    The other layer sums in closed form.
    """
    w, few = wide(w), check_few(units)
    if few == units.hidden:
        return _log_total(units.log_sum_over_visible(w, block) for block in states(few))
    return _log_total(-units.free_energy(w, block) for block in states(few))


def _log_total(parts: Iterator[Array]) -> float:
    """Return log Σ e^x over all blocks."""
    return float(log_sum_exp(np.array([log_sum_exp(part) for part in parts])))


# ---------------------------------------------------------------- annealed importance sampling


def ais(units: Units, w: Weights, *, seed: int = 0, chains: int = 500, steps: int = 1000) -> LogZ:
    """log Z ≈ log Z₀ + log mean exp Σₜ (log p*_t(vₜ) − log p*_t₋₁(vₜ)).

    Each chain walks from β = 0, where log Z₀ is known, to β = 1.

    Parameters
    ----------
    units, w
        The machine.
    seed : int
        The seed of the chains.
    chains : int
        The number of independent chains, ≥ 2; the error falls with its square root.
    steps : int
        The number of steps of β, ≥ 1; the variance of a chain falls with it.

    References
    ----------
    Salakhutdinov & Murray, "On the quantitative analysis of deep belief networks", ICML 2008,
    section 3, equations 14 to 18.
    """
    for name, value, least in (("chains", chains, 2), ("steps", steps, 1)):
        if not is_whole(value) or value < least:
            raise ParameterError(f"ais({name}={value!r}): {name} must be a whole number ≥ {least}.")
    w = wide(w)
    nothing = np.zeros((1, units.hidden))
    base = units.log_sum_over_visible(w, nothing)[0] + units.hidden * math.log(2)
    draws = Draws((seed, 0))
    v = units.sample_visible(w, nothing.repeat(chains, axis=0), draws.take(chains, units.draws), 0)
    total = np.zeros(chains)
    for step in range(1, steps + 1):
        before, now = (step - 1) / steps, step / steps
        z = w.c + v @ w.W.T
        # E(v) is the same for every β
        total += (softplus(now * z) - softplus(before * z)).sum(axis=1)
        if step < steps:
            draws = Draws((seed, step))
            h = bernoulli(units.hidden_mean(w, v, now), draws)
            v = units.sample_visible(w, h, draws.take(chains, units.draws), now)
    mean = float(log_sum_exp(total) - math.log(chains))
    weight = np.exp(total - mean)  # its mean is 1, so its standard error is that of log Z
    return LogZ(float(base) + mean, float(weight.std(ddof=1) / math.sqrt(chains)))


# ---------------------------------------------------------------- pseudo-likelihood


def check_plain(units: Units) -> None:
    """Raise ParameterError unless the visible units are binary and there are no classes."""
    if not units.plain:
        raise ParameterError(
            "pseudo_likelihood: expected binary visible units without classes. "
            "Use log_likelihood or ais."
        )


def pseudo_likelihood(units: Units, w: Weights, v: Array) -> Array:
    """Σᵢ log p(vᵢ | all others) = Σᵢ log σ(F(v with bit i flipped) − F(v)) of each row."""
    check_plain(units)
    w = wide(w)
    total = np.empty(len(v))
    rows = max(1, BLOCK // units.visible)
    for start in range(0, len(v), rows):
        total[start : start + rows] = _of_rows(w, v[start : start + rows].astype(np.float64))
    return total


def _of_rows(w: Weights, v: Array) -> Array:
    """Return the pseudo-likelihood of some rows."""
    z = w.c + v @ w.W.T
    F = softplus(z).sum(axis=1)
    change = 1 - 2 * v  # the change of each bit when it is flipped
    flipped = softplus(z[:, None, :] + change[:, :, None] * w.W.T).sum(axis=2)
    gain = flipped + change * w.b - F[:, None]  # F(v) − F(flipped)
    total: Array = -softplus(gain).sum(axis=1)
    return total
