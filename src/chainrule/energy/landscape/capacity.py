"""Measure capacity: store more and more random patterns, and judge them by three criteria."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ... import random
from ...arrays import Array
from ...errors import DataError, ParameterError
from ...graph.text import Text
from ...plots import pages
from ...settings import is_number, is_whole
from ..hopfield.hopfield import RULES, Hopfield, rule_of
from ..memories.dense_memory import DenseAssociativeMemory
from .theory import theory_lines

CRITERIA = {
    "exact": "stored patterns that are fixed points",
    "overlap": "mean overlap with the pattern after a recall from the pattern itself",
    "recall": "noisy patterns that come back exactly",
}
Z = 1.959964  # standard deviations: 95 % of a normal distribution lie within ±Z


@dataclass(frozen=True)
class Capacity:
    """The result of `capacity`: three criteria at each load, each with its 95 % band.

    Parameters
    ----------
    rule : str
        The rule that was tested.
    units : int
        The number of units N.
    loads, patterns : array (L,)
        α = M / N after rounding, and M.
    exact, overlap, recall : array (L,)
        The fraction of stored patterns that are fixed points; the mean overlap after a recall from
        the pattern itself; the fraction of noisy starts that are recalled exactly.
    exact_band, overlap_band, recall_band : array (L, 2)
        95 % bands: Wilson's interval of a fraction, the normal interval of a mean. Both assume that
        the patterns are independent.
    noise : float
        The fraction of bits flipped for `recall`.
    theory : dict
        The loads at which theory expects a failure; each key names the criterion.
    """

    rule: str
    units: int
    loads: Array
    patterns: Array
    exact: Array
    overlap: Array
    recall: Array
    exact_band: Array
    overlap_band: Array
    recall_band: Array
    noise: float
    theory: dict[str, float]

    def __repr__(self) -> str:
        low, high = self.loads[0], self.loads[-1]
        loads = f"{len(self.loads)} loads from {low:.3g} to {high:.3g}"
        return f"<Capacity: {self.rule}, N = {self.units}, {loads}; see table()>"

    def _repr_html_(self) -> str:
        return pages.capacity(self)

    def table(self) -> str:
        """Return one line for each load, then the meaning of each column and the theory."""
        lines = ["  load  patterns        exact      overlap       recall"]
        rows = zip(self.loads, self.patterns, self.exact, self.overlap, self.recall, strict=True)
        lines += ["{:6.3f}  {:8d}  {:11.3f}  {:11.4f}  {:11.3f}".format(*row) for row in rows]
        lines += [f"{name}: {what}" for name, what in CRITERIA.items()]
        lines[-1] += f", {self.noise:.0%} of the bits flipped"
        lines += [f"theory: {what}: {load:.4g}" for what, load in self.theory.items()]
        return Text("\n".join(lines))


def capacity(
    rule: Any,
    N: int,
    loads: Any,
    *,
    noise: float = 0.1,
    networks: int = 3,
    starts: int = 100,
    seed: int = 0,
) -> Capacity:
    """Store M = α N random patterns of ±1 for each load α, and measure how well they are recalled.

    The three criteria fail at different loads. Under Hebb's rule, with α = 0.13 and N = 1000, only
    one pattern in ten is an exact fixed point, but the mean overlap is still 0.99: 0.138 is the
    limit of *recall with errors*.

    Parameters
    ----------
    rule : str, Rule or DenseAssociativeMemory
        A rule as for Hopfield, or a dense memory with the settings to test.
    N : int
        The number of units, ≥ 2.
    loads : sequence of float
        Each α > 0; M is α N, rounded, at least 1.
    noise : float
        The fraction of bits flipped before `recall`, 0 to 1; the same number in each pattern.
    networks : int
        The number of sets of patterns at each load.
    starts : int
        The largest number of patterns of each set that are recalled. In a two-state network `exact`
        looks at all of them.
    seed : int
        The seed of patterns, noise and orders.

    Returns
    -------
    capacity : Capacity
        The numbers with bands, and `table()`.

    Raises
    ------
    ParameterError
        A setting outside its range.
    DataError
        No loads, or more patterns than the pseudo-inverse can store.

    Examples
    --------
    >>> found = capacity("hebb", 100, [0.05, 0.5], networks=1)
    >>> found.exact.tolist()[0], bool(found.overlap[1] < 0.6)
    (1.0, True)
    """
    loads = np.atleast_1d(np.asarray(loads, dtype=np.float64))
    _check(N, loads, noise, networks, starts, seed)
    dense = isinstance(rule, DenseAssociativeMemory)
    chosen = rule if dense else rule_of(rule, "capacity")
    rows = []
    for k, load in enumerate(loads):
        M = max(1, round(load * N))
        keys = [(seed, k * networks + n) for n in range(networks)]
        parts = [_one_set(chosen, N, M, noise, starts, key) for key in keys]
        rows.append([np.concatenate(column) for column in zip(*parts, strict=True)])
    exact, overlap, recall = (list(column) for column in zip(*rows, strict=True))
    patterns = np.maximum(1, np.round(loads * N)).astype(int)
    name = next((word for word, kind in RULES.items() if type(chosen) is kind), repr(chosen))
    name = f"dense-{rule.n}" if dense else name
    return Capacity(
        rule=repr(rule) if dense else name,
        units=N,
        loads=patterns / N,
        patterns=patterns,
        exact=_means(exact),
        overlap=_means(overlap),
        recall=_means(recall),
        exact_band=np.array([wilson(x) for x in exact]),
        overlap_band=np.array([_normal_band(x) for x in overlap]),
        recall_band=np.array([wilson(x) for x in recall]),
        noise=noise,
        theory=theory_lines("" if dense and rule.function == "exponential" else name, N),
    )


def random_patterns(M: int, N: int, key: tuple[int, int]) -> Array:
    """Return M independent rows of N fair signs for the key (seed, number of the set)."""
    u = random.uniform(key, random.SAMPLE, random.path_hash("capacity/patterns"), np.arange(M), N)
    return np.where(u < 0.5, 1.0, -1.0)


def with_noise(signs: Array, noise: float, key: tuple[int, int]) -> Array:
    """Return the rows, each with exactly round(noise · N) signs flipped at random places."""
    rows, N = signs.shape
    u = random.words(key, random.SAMPLE, random.path_hash("capacity/noise"), np.arange(rows), N)
    rank = np.argsort(np.argsort(u, axis=1, kind="stable"), axis=1, kind="stable")
    return np.where(rank < round(noise * N), -signs, signs)


def wilson(successes: Array) -> tuple[float, float]:
    """Return the 95 % interval of a fraction (Wilson 1927), which holds at 0 and 1 as well."""
    n, p = len(successes), float(np.mean(successes))
    center, spread = p + Z * Z / (2 * n), Z * np.sqrt(p * (1 - p) / n + (Z / (2 * n)) ** 2)
    return float((center - spread) / (1 + Z * Z / n)), float((center + spread) / (1 + Z * Z / n))


def _one_set(
    rule: Any, N: int, M: int, noise: float, starts: int, key: tuple[int, int]
) -> tuple[Array, Array, Array]:
    """Return the results of one set: exact (patterns tested,), overlaps and recalls (starts,)."""
    patterns = random_patterns(M, N, key)
    tried = patterns[:starts]
    if isinstance(rule, DenseAssociativeMemory):
        settings: Any = {"function": rule.function, "sweeps": rule.sweeps}
        memory = DenseAssociativeMemory(rule.n, seed=key[1], **settings).store(patterns)
        exact, predict = (memory.update(tried) == tried).all(axis=1), memory.predict
    else:
        network = Hopfield(rule=rule, seed=key[1]).store(patterns)
        exact, predict = network.stable(patterns), network.predict
    overlap = (predict(tried) * tried).mean(axis=1)
    recall = (predict(with_noise(tried, noise, key)) == tried).all(axis=1)
    return exact, overlap, recall


def _means(columns: list[Array]) -> Array:
    """Return the mean of each column."""
    return np.array([x.mean() for x in columns])


def _normal_band(x: Array) -> tuple[float, float]:
    """Return the 95 % interval of the mean of x."""
    spread = Z * float(x.std(ddof=1)) / np.sqrt(len(x)) if len(x) > 1 else float("nan")
    return float(x.mean() - spread), float(x.mean() + spread)


def _check(N: Any, loads: Array, noise: Any, networks: Any, starts: Any, seed: Any) -> None:
    """Raise ParameterError or DataError for an argument outside its range."""
    for name, value, least in (
        ("N", N, 2),
        ("networks", networks, 1),
        ("starts", starts, 1),
        ("seed", seed, 0),
    ):
        if not is_whole(value) or value < least:
            raise ParameterError(
                f"capacity({name}={value!r}): {name} must be a whole number ≥ {least}."
            )
    if not (is_number(noise) and 0 <= noise <= 1):
        raise ParameterError(
            f"capacity(noise={noise!r}): noise must be a number from 0 to 1, the fraction of bits."
        )
    if loads.ndim != 1 or not loads.size or not (np.isfinite(loads) & (loads > 0)).all():
        remedy = "Give α = M / N, such as [0.05, 0.1]."
        raise DataError("capacity(loads)", "at least one load > 0", f"{loads}", remedy)
