"""Passes between valleys against a search over paths."""

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from chainrule.energy import landscape
from chainrule.energy.landscape.saddles import passes

SEEDS = st.integers(0, 10**6)


def weights(seed, N):
    W = np.random.RandomState(seed).randn(N, N)
    W = W + W.T
    np.fill_diagonal(W, 0)
    return W


@given(st.integers(2, 6), SEEDS)
def test_passes_are_the_lowest_of_all_paths(N, seed):
    """A path from a to b stays below h if both lie in one piece of {E ≤ h}, found by walking."""
    W = weights(seed, N)
    found = landscape(W)

    def reachable(start, h):
        seen, todo = {start}, [start]
        while todo:
            k = todo.pop()
            for n in (k ^ 1 << i for i in range(N)):
                if n not in seen and found.energies[n] <= h:
                    seen.add(n)
                    todo.append(n)
        return seen

    numbers = [int(sum(1 << i for i in range(N) if s[i] > 0)) for s in found.attractors]
    for (a, start), (b, end) in product(enumerate(numbers), repeat=2):
        if a != b:
            lowest = min(
                h
                for h in found.energies
                if h >= found.energies[start] and end in reachable(start, h)
            )
            assert found.saddles[a, b] == lowest
            np.testing.assert_allclose(found.barriers[a, b], lowest - found.depths[a])
    assert (np.diag(found.barriers) == 0).all()


def test_three_valleys_in_a_row():
    """Valleys 0 and 2 meet only through valley 1, whose two passes have the heights 5 and 3."""
    energies = np.array([0.0, 5.0, 9.0, 1.0, 9.0, 9.0, 2.0, 3.0])
    valley = np.array([0, 1, 0, 1, 0, 1, 2, 1])
    found = passes(energies, valley, 3)
    assert (np.diag(found) == -np.inf).all()
    np.testing.assert_array_equal(found, found.T)
    assert found[0, 1] == 5 and found[1, 2] == 3 and found[0, 2] == 5
