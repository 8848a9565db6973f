"""The ways in which C adds up the pixels of a convolution's input gradient: equal bits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import twin_calls
from tests.strategies import quick

from chainrule.engines import native
from chainrule.ops.patches import output_size

pytestmark = pytest.mark.skipif(not native.available(), reason="the native engine was not built")

REAL = {"f32": np.float32, "f64": np.float64}


def input_gradient(engine, real, x_shape, W, dz, attrs, add):
    """dx by C; with `add` it starts from 1."""
    rows, x, b = len(dz), np.zeros((len(dz), *x_shape), real), np.zeros(W.shape[-1], real)
    dx = np.full_like(x, 1 if add else np.nan)
    given = [
        (a.ravel(), a[0].size if row else 0, a.shape[row:], 0)
        for a, row in ((dz, 1), (np.zeros_like(dz), 1), (x, 1), (W, 0), (b, 0))
    ]
    asked = [(dx.reshape(-1), dx[0].size, dx.shape[1:], add), (None, 0, W.shape, 0)]
    numbers = np.array([n for name in sorted(attrs) for n in attrs[name]], np.float64)
    asked.append((None, 0, b.shape, 0))
    twin_calls.call(engine, "convolve_affine", True, rows, (*given, *asked), numbers)
    return dx


@st.composite
def cases(draw):
    """Any kernel, stride, padding, dilation and groups; many or few numbers in dz."""
    kernel = draw(st.tuples(st.integers(1, 5), st.integers(1, 5)))
    attrs = {
        "dilation": draw(st.tuples(*[st.integers(1, 3)] * 2)),
        "padding": draw(st.tuples(*[st.integers(0, 4)] * 4)),
        "stride": draw(st.tuples(*[st.integers(1, 3)] * 2)),
    }
    shape = [
        draw(st.integers(d * (k - 1) + 1, 20))
        for d, k in zip(attrs["dilation"], kernel, strict=True)
    ]
    groups = draw(st.sampled_from([1, 1, 1, 2]))
    each, own = draw(st.integers(2, 40)), draw(st.integers(1, 40))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    W = rng.normal(size=(*kernel, each, groups * own))
    dz = rng.normal(size=(2, *output_size(shape, kernel, **attrs), groups * own))
    dz *= rng.random(dz.shape) < draw(st.sampled_from([0.05, 1]))
    return (*shape, groups * each), W, dz, attrs


@pytest.mark.parametrize("dtype", ["f32", "f64"])
@quick
@given(case=cases(), add=st.integers(0, 1))
def test_all_ways_have_the_same_bits(dtype, case, add):
    """With one weight that is not finite the places are added one by one, without zeros."""
    (*shape, channels), W, dz, attrs = case
    real, each = REAL[dtype], W.shape[2]
    W, dz = W.astype(real), dz.astype(real)
    other = W.copy()
    other[0, 0, each - 1, 0] = np.inf
    kept = [c for c in range(channels) if c % each < each - 1]
    found = set()
    for instructions in native.instruction_sets():
        engine = f"{dtype}_{instructions}"
        two = [
            input_gradient(engine, real, (*shape, channels), w, dz, attrs, add)[..., kept] + 0
            for w in (W, other)
        ]
        assert two[0].tobytes() == two[1].tobytes()
        found |= {two[0].tobytes()} if instructions != "plain" else set()
    assert len(found) <= 1
