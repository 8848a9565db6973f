"""Gibbs chains that show what the machine has learned: dreams, clamped ones, and pictures with a hole that it fills."""

from typing import Any

import numpy as np

from ...arrays import Array
from .draws import Draws
from .samplers import bernoulli
from .units import Units, Weights


def start(units: Units, w: Weights, n: int, seed: int) -> Array:
    """n rows of visible units that know of no hidden one."""
    coins = np.zeros((n, units.hidden), w.b.dtype)
    return units.sample_visible(w, coins, Draws((seed, 0)).take(n, units.draws), 0)


def chain(
    units: Units,
    w: Weights,
    v: Array,
    steps: int,
    *,
    seed: int,
    known: Array | None = None,
    every: int = 0,
) -> tuple[Array, Array]:
    """Rounds v -> h -> v from the rows v; what is `known` of them never changes.

    Parameters
    ----------
    units, w
        The machine.
    v : array (N, width)
        Where the chains start.
    steps, seed : int
        Rounds, and the seed of their numbers.
    known : array of bool, optional
        Clamped units.
    every : int
        Remember every so many rounds; 0: none.

    Returns
    -------
    array, array
        E[v | h] of the last round, known units as they are; the remembered samples, (rounds, N, width).
    """
    film, mean = [], v
    for step in range(1, steps + 1):
        draws = Draws((seed, step))
        h = bernoulli(units.hidden_mean(w, v), draws)
        sample = units.sample_visible(w, h, draws.take(len(v), units.draws))
        mean = units.visible_mean(w, h)
        if known is not None:
            sample, mean = np.where(known, v, sample), np.where(known, v, mean)
        v = sample
        if every and step % every == 0:
            film.append(v)
    return (mean, np.array(film)) if every else (mean, v[None])


def class_probabilities(units: Units, w: Weights, x: Array) -> Array:
    """P(class | x) = softmaxₖ(−F(x, k)): exact, since a hidden unit sums in closed form (Larochelle & Bengio 2008, equation 3)."""
    from .units import softmax

    return softmax(-free_energies(units, w, x))


def free_energies(units: Units, w: Weights, x: Array) -> Array:
    """F(x, class) for each class, (N, K)."""
    one_hot: Any = np.eye(units.classes, dtype=x.dtype)
    columns = [
        units.free_energy(
            w, np.concatenate([x, np.broadcast_to(row, (len(x), units.classes))], axis=1)
        )
        for row in one_hot
    ]
    return np.stack(columns, axis=1)
