"""Clipping against loops."""

import math

import numpy as np
import pytest

from chainrule.errors import ParameterError
from chainrule.optimizers import ClipGlobalNorm, ClipNorm, ClipValue


def test_clipping_against_loops():
    rng = np.random.default_rng(0)
    g, parts = rng.standard_normal(12), [slice(0, 3), slice(3, 4), slice(6, 12)]
    kept, before = slice(4, 6), g.copy()
    for limit in (0.1, 0.9, 100.0):
        by_value, by_norm = ClipValue(limit).clip(g, parts), ClipNorm(limit).clip(g, parts)
        by_global = ClipGlobalNorm(limit).clip(g, parts)
        whole = math.sqrt(sum(v * v for part in parts for v in g[part]))
        for part in parts:
            own = math.sqrt(sum(v * v for v in g[part]))
            assert list(by_value[part]) == [min(max(v, -limit), limit) for v in g[part]]
            assert list(by_norm[part]) == pytest.approx([v * min(1, limit / own) for v in g[part]])
            assert list(by_global[part]) == pytest.approx(
                [v * min(1, limit / whole) for v in g[part]]
            )
        for clipped in (by_value, by_norm, by_global):
            assert (clipped[kept] == g[kept]).all() and clipped.dtype == g.dtype
    assert (g == before).all()


@pytest.mark.parametrize("clip", [ClipValue(1), ClipNorm(1), ClipGlobalNorm(1)], ids=repr)
def test_clipping_extremes(clip):
    huge = np.array([1e30, -1e30], "float32")  # its square is no float32
    clipped = clip.clip(huge, [slice(0, 2)])
    assert clipped.dtype == "float32" and np.abs(clipped).max() <= 1 and np.abs(clipped).min() > 0.5
    assert (clip.clip(np.zeros(2), [slice(0, 2)]) == 0).all()
    with pytest.raises(ParameterError, match=r"limit must be a number > 0"):
        type(clip)(0)
