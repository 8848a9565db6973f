"""What the poolings promise: every size and stride against loops."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.layers.networks import engines, network
from tests.naive_images import average_pool, max_pool
from tests.strategies import quick

import chainrule as cr


@st.composite
def pools(draw):
    pair = st.tuples(st.integers(1, 4), st.integers(1, 4))
    size, stride = draw(pair), draw(st.none() | pair)
    shape = (
        size[0] + draw(st.integers(0, 7)),
        size[1] + draw(st.integers(0, 7)),
        draw(st.sampled_from([1, 2, 3, 6, 8, 17])),
    )
    return size, stride, shape, draw(st.sampled_from([1, 1, 2, 5])), draw(st.integers(0, 2**16))


@engines
@pytest.mark.parametrize(
    ("layer", "oracle"), [(cr.MaxPool2D, max_pool), (cr.AveragePool2D, average_pool)]
)
@quick
@given(case=pools())
def test_pools_are_the_loops(layer, oracle, engine, case):
    size, stride, shape, rows, seed = case
    X = (
        np.random.default_rng(seed).integers(-3, 4, (rows, *shape)).astype(float)
    )  # many equal pixels
    net = network(layer(size, stride=stride), inputs=shape, engine=engine)
    assert np.allclose(net.predict(X), oracle(X, size, stride or size), rtol=0, atol=1e-12)
