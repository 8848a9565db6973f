"""What patches.py promises."""

import itertools

import numpy as np
import pytest

from chainrule.ops.patches import fold, patches


@pytest.mark.parametrize(
    ("stride", "dilation", "padding"),
    [*itertools.product([1, 2], [1, 2], [(0, 0, 0, 0), (1, 2, 0, 1)])],
)
def test_fold_is_the_transpose_of_patches(stride, dilation, padding):
    """⟨patches(x), p⟩ = ⟨x, fold(p)⟩ for all x and p."""
    rng, numbers = np.random.default_rng(0), ((stride, 1), padding, (1, dilation))
    x = rng.normal(size=(2, 6, 7, 4))
    seen, places = patches(x, (2, 3), 2, *numbers)
    p = rng.normal(size=seen.shape)
    assert np.isclose(
        (seen * p).sum(), (x * fold(p, (6, 7), places, (2, 3), *numbers)).sum(), rtol=1e-13
    )
