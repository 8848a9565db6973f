"""Names of attractors: a memory, its inverse, a mixture of memories, or none of these."""

from collections.abc import Iterator
from itertools import combinations, product

import numpy as np

from ...arrays import Array

EXHAUSTIVE = 8  # with at most this number of memories every mixture is tried


def names_of(states: Array, patterns: Array) -> list[str]:
    """Return a name for every row: "memory 0", "inverse of 1", "mixture +0 −1 +2" or "other".

    A mixture is sign(±ξ ± ξ ± ξ) over 3, 5, 7 or 9 memories. With up to 8 memories all mixtures are
    tried; with more, those of the memories with the largest overlaps.

    Parameters
    ----------
    states : array (A, N)
        Rows of ±1.
    patterns : array (M, N)
        The memories as rows of ±1.
    """
    known: dict[bytes, str] = {}
    for k, x in enumerate(patterns):
        known.setdefault(_bytes(x), f"memory {k}")
    for k, x in enumerate(patterns):
        known.setdefault(_bytes(-x), f"inverse of {k}")
    if len(patterns) <= EXHAUSTIVE:
        for name, mixture in _all_mixtures(patterns):
            known.setdefault(_bytes(mixture), name)
    return [known.get(_bytes(s)) or _nearest_mixture(s, patterns) or "other" for s in states]


def _bytes(signs: Array) -> bytes:
    """Return a row of ±1 as a key of a dict."""
    return np.asarray(signs, np.int8).tobytes()


def _mixture(
    patterns: Array, members: tuple[int, ...], signs: tuple[float, ...]
) -> tuple[str, Array]:
    """Return the name and the state of a mixture of these memories with these signs."""
    name = " ".join(
        f"{'+' if sign > 0 else '−'}{k}" for k, sign in zip(members, signs, strict=True)
    )
    return f"mixture {name}", np.sign(np.array(signs) @ patterns[list(members)])


def _all_mixtures(patterns: Array) -> Iterator[tuple[str, Array]]:
    """Yield the name and the state of every mixture of an odd number of memories."""
    for size in range(3, len(patterns) + 1, 2):
        for members in combinations(range(len(patterns)), size):
            for signs in product((1.0, -1.0), repeat=size):
                yield _mixture(patterns, members, signs)


def _nearest_mixture(state: Array, patterns: Array) -> str | None:
    """Return the mixture of the memories with the largest overlaps if the state is one.

    Only for more than 8 memories; for fewer all mixtures were tried before.
    """
    overlaps = patterns @ state
    order = np.argsort(-np.abs(overlaps), kind="stable")
    for size in (3, 5, 7, 9):
        if size <= len(patterns) > EXHAUSTIVE:
            members = tuple(sorted(int(k) for k in order[:size]))
            name, mixture = _mixture(
                patterns, members, tuple(np.where(overlaps[list(members)] < 0, -1.0, 1.0))
            )
            if (mixture == state).all():
                return name
    return None
