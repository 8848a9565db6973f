"""What the layer of group_norm.py promises beyond the contracts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.layers.networks import engines, network, predict
from tests.naive_images import standardise_groups
from tests.strategies import quick

import chainrule as cr


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: cr.GroupNorm(0), r"groups must be a whole number ≥ 1"),
        (lambda: cr.GroupNorm(2, eps=0), r"eps must be a number > 0"),
        (lambda: cr.GroupNorm(2, trainable=1), r"trainable must be True or False"),
    ],
)
def test_wrong_settings_are_named(make, message):
    with pytest.raises(cr.ParameterError, match=message):
        make()


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (
            cr.GroupNorm(4),
            (2, 2, 6),
            r"^group_norm1, GroupNorm\(4\): expected channels that groups=4 divides, got 6 "
            r"in \(N, 2, 2, 6\)\. Choose a divisor",
        ),
        (cr.GroupNorm(1), (), r"expected input with channels"),
    ],
)
def test_images_that_do_not_fit_are_named(layer, shape, message):
    with pytest.raises(cr.ShapeError, match=message):
        network(layer, inputs=shape)


def test_one_group_a_channel_is_instance_norm_and_any_batch_gives_the_same():
    X = np.random.default_rng(0).normal(size=(4, 3, 3, 6)) * 5 + 2
    h = predict(cr.GroupNorm(6), X)
    assert np.allclose(h.mean(axis=(1, 2)), 0, atol=1e-12) and np.allclose(
        h.var(axis=(1, 2)), 1, atol=1e-4
    )
    assert np.array_equal(predict(cr.GroupNorm(3), X)[1:2], predict(cr.GroupNorm(3), X[1:2]))


@engines
@quick
@given(
    groups=st.integers(1, 4),
    each=st.integers(1, 5),
    rows=st.integers(1, 3),
    seed=st.integers(0, 2**16),
)
def test_group_norm_is_the_loops(engine, groups, each, rows, seed):
    X = np.random.default_rng(seed).normal(size=(rows, 3, 2, groups * each))
    net = network(cr.GroupNorm(groups), inputs=X.shape[1:], engine=engine)
    assert np.allclose(net.predict(X), standardise_groups(X, groups, 1e-5), rtol=0, atol=1e-10)
