"""Cuts of small graphs against every cut."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import naive_energy as naive

import chainrule as cr
from chainrule.energy import max_cut

SEEDS = st.integers(0, 10**6)


@given(st.integers(2, 9), SEEDS)
def test_the_largest_cut_of_a_small_graph(N, seed):
    rng = np.random.RandomState(seed)
    A = np.triu(rng.randint(0, 4, (N, N)), 1)
    A = A + A.T

    def cut(s):
        return sum(A[i, j] for i in range(N) for j in range(i) if s[i] != s[j])

    found = max_cut(A)
    assert found.value == cut(found.sides) == found.values.max()
    assert found.value == max(cut(s) for s in naive.every_state(N))
    assert (found.values >= A.sum() / 4).all()  # a local optimum cuts at least half of all weight


def test_cuts_that_cannot_be():
    with pytest.raises(cr.ParameterError, match="not symmetric"):
        max_cut([[0, 1], [0, 0]])
    with pytest.raises(cr.ShapeError, match="vertex"):
        max_cut([[0, 1]])
    with pytest.raises(cr.ParameterError, match="starts"):
        max_cut([[0, 1], [1, 0]], starts=0)
