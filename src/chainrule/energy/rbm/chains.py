"""Gibbs chains that show what the machine has learned: dreams, clamped classes, filled holes."""

from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import ParameterError, ShapeError
from .checks import check_count, check_seed
from .draws import Draws
from .machine import Built, Machine
from .rows import labels_of, matrix
from .samplers import bernoulli
from .units import Units, Weights


def dream(machine: Machine, n: Any, steps: Any, start: Any, y: Any, seed: Any, every: Any) -> Array:
    """Check the arguments of `RBM.generate`, and run its chains."""
    for name, value, least in (("n", n, 1), ("steps", steps, 1), ("every", every, 0)):
        check_count("generate", name, value, least)
    check_seed("generate", seed)
    units, w = machine.units, machine.weights
    v, known = at_random(units, w, n, seed), np.zeros(units.width, bool)
    if start is not None:
        v[:, : units.visible] = rows = matrix("start", start, units.visible, machine.dtype)
        if len(rows) != n:
            raise ShapeError("start", f"{n} rows", str(len(rows)), "Give one row for each chain.")
    if y is not None:
        if not units.classes:
            raise ParameterError("generate(y=...): this RBM has no classes. Leave y out.")
        labels = labels_of(machine, np.broadcast_to(y, n), n)
        v[:, units.visible :] = np.eye(units.classes)[labels]
        known[units.visible :] = True
    mean, film = chain(units, w, v, steps, seed=seed, known=known, every=every)
    return (film if every else mean)[..., : units.visible]


def fill_in(built: Built, rows: Array, known: Any, steps: Any, seed: Any) -> Array:
    """Check the arguments of `RBM.inpaint` after its rows, and run its chains."""
    check_count("inpaint", "steps", steps)
    check_seed("inpaint", seed)
    units, given = built.units, np.asarray(known)
    if given.dtype != bool or given.shape not in ((units.visible,), rows.shape):
        expected = f"booleans of shape ({units.visible},) or {rows.shape}"
        got = f"{given.dtype} of shape {given.shape}"
        raise ShapeError("known", expected, got, "True where X is known.")
    v = at_random(units, built.weights, len(rows), seed)
    mask = np.zeros(v.shape, bool)
    mask[:, : units.visible] = given
    v[mask] = rows[mask[:, : units.visible]]
    mean, _ = chain(units, built.weights, v, steps, seed=seed, known=mask)
    return mean[:, : units.visible]


def at_random(units: Units, w: Weights, n: int, seed: int) -> Array:
    """Return n rows of visible units that are drawn from their biases alone."""
    hidden = np.zeros((n, units.hidden), w.b.dtype)
    return units.sample_visible(w, hidden, Draws((seed, 0)).take(n, units.draws), 0)


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
    """Run rounds v -> h -> v from the rows v; `known` units never change.

    Parameters
    ----------
    units, w
        The machine.
    v : array (N, width)
        The rows at the start.
    steps, seed : int
        The number of rounds, and the seed of their random numbers.
    known : array of bool, optional
        The clamped units.
    every : int
        Keep the samples after each `every` rounds; 0: none.

    Returns
    -------
    array, array
        E[v | h] of the last round, with known units unchanged; the kept samples,
        (rounds, N, width).
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
