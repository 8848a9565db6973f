"""Gradients of a convolution if most of dz is 0: C leaves those terms out. Against NumPy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import twin_calls
from tests.strategies import quick

from chainrule.engines import native
from chainrule.ops.convolve import convolve_affine_backward
from chainrule.ops.patches import output_size

pytestmark = pytest.mark.skipif(not native.available(), reason="the native engine was not built")

SETS = native.instruction_sets()
REAL, TOLERANCE = {"f32": np.float32, "f64": np.float64}, {"f32": 1e-5, "f64": 1e-12}


def gradients(engine, real, x, W, dz, attrs, add):
    """dx, dW, db by C; with `add` they start from 1."""
    rows, b = len(x), np.zeros(W.shape[-1], real)
    arrays = [np.ascontiguousarray(a, real) for a in (dz, np.zeros_like(dz), x, W, b)]
    results = [np.full_like(a, 1 if add else np.nan) for a in arrays[2:]]
    given = [
        (a.ravel(), a[0].size if row else 0, a.shape[row:], 0)
        for a, row in zip(arrays, (1, 1, 1, 0, 0), strict=True)
    ]
    asked = [
        (r.reshape(-1), r[0].size if row else 0, r.shape[row:], add)
        for r, row in zip(results, (1, 0, 0), strict=True)
    ]
    numbers = np.array([n for name in sorted(attrs) for n in attrs[name]], np.float64)
    twin_calls.call(engine, "convolve_affine", True, rows, (*given, *asked), numbers)
    return results


@st.composite
def cases(draw):
    """Images of any sizes and a dz of few numbers, each image its own share of them."""
    kernel = draw(st.tuples(st.integers(1, 7), st.integers(1, 7)))
    attrs = {
        "dilation": (draw(st.integers(1, 2)), draw(st.sampled_from([1, 1, 1, 2]))),
        "padding": draw(st.tuples(*[st.integers(0, 3)] * 4)),
        "stride": draw(st.tuples(*[st.integers(1, 2)] * 2)),
    }
    shape = [
        draw(st.integers(d * (k - 1) + 1, 16))
        for d, k in zip(attrs["dilation"], kernel, strict=True)
    ]
    rows, channels, filters = (
        draw(st.integers(1, 4)),
        draw(st.integers(1, 40)),
        draw(st.integers(1, 70)),
    )
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    x, W = rng.normal(size=(rows, *shape, channels)), rng.normal(size=(*kernel, channels, filters))
    places = output_size(shape, kernel, **attrs)
    shares = draw(st.lists(st.sampled_from([0, 0.02, 0.1, 0.2, 1]), min_size=rows, max_size=rows))
    dz = rng.normal(size=(rows, *places, filters))
    dz *= rng.random(dz.shape) < np.array(shares)[:, None, None, None]
    return x, W, dz, attrs


@pytest.mark.parametrize("dtype", ["f32", "f64"])
@quick
@given(case=cases(), add=st.integers(0, 1))
def test_gradients_of_few_numbers(dtype, case, add):
    real, attrs = REAL[dtype], case[-1]
    x, W, dz = (a.astype(real).astype(np.float64) for a in case[:-1])
    expected = convolve_affine_backward(dz, dz, x, W, np.zeros(W.shape[-1]), **attrs)
    results = set()
    for instructions in SETS:
        found = gradients(f"{dtype}_{instructions}", real, x, W, dz, attrs, add)
        for f, e in zip(found, expected, strict=True):
            assert np.abs(f - add - e).max() <= TOLERANCE[dtype] * max(1, np.abs(e).max())
        results |= {b"".join(f.tobytes() for f in found)} if instructions != "plain" else set()
        alone = [
            gradients(f"{dtype}_{instructions}", real, x[[n]], W, dz[[n]], attrs, add)[0][0]
            for n in range(len(x))
        ]
        assert (np.array(alone) == found[0]).all()
    assert len(results) <= 1


def few(rng, shape):
    return rng.normal(size=shape) * (rng.random(shape) < 0.1)


@pytest.mark.parametrize("instructions", SETS)
@pytest.mark.parametrize("where", ["x", "W", "dz"])
@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_what_is_not_finite_meets_the_zeros_too(instructions, where, value):
    """0 times infinity is NaN, in the lists as in NumPy."""
    rng, attrs = (
        np.random.default_rng(0),
        {"dilation": (1, 1), "padding": (1, 1, 1, 1), "stride": (1, 1)},
    )
    x, W, dz = (
        rng.normal(size=(2, 9, 9, 8)),
        rng.normal(size=(3, 3, 8, 32)),
        few(rng, (2, 9, 9, 32)),
    )
    {"x": x[1], "W": W[1], "dz": dz[1]}[where][4 % len(W), 1, 3] = value
    with np.errstate(invalid="ignore"):
        expected = convolve_affine_backward(dz, dz, x, W, np.zeros(32), **attrs)
    for found, e in zip(
        gradients(f"f64_{instructions}", np.float64, x, W, dz, attrs, 0), expected, strict=True
    ):
        assert (np.isnan(found) == np.isnan(e)).all() and (
            np.isfinite(found) == np.isfinite(e)
        ).all()
        assert np.allclose(found[np.isfinite(e)], e[np.isfinite(e)], rtol=0, atol=1e-12)
