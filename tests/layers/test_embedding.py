"""What the layer of embedding.py promises beyond the contracts."""

import numpy as np
import pytest
from tests.layers.networks import network

import chainrule as cr


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: cr.Embedding(0, 2), r"count must be a whole number ≥ 1"),
        (lambda: cr.Embedding(2, 3, penalty=0.1), r"penalty must be a penalty. Write L2\(1e-4\)"),
        (lambda: cr.Embedding(2, 3, penalty=cr.L2), r"penalty must be a penalty. Write L2\(1e-4\)"),
        (lambda: cr.Embedding(2, "3"), r"units must be a whole number ≥ 1"),
    ],
)
def test_wrong_settings_are_named(make, message):
    with pytest.raises(cr.ParameterError, match=message):
        make()


@pytest.mark.parametrize(
    ("chain", "inputs", "message"),
    [
        (
            [cr.Dense(2), cr.Embedding(3, 2)],
            (3,),
            r"embedding1, .*expected whole numbers, straight from an input, got reals. Make",
        ),
    ],
)
def test_shapes_that_do_not_fit_are_named(chain, inputs, message):
    with pytest.raises(cr.ShapeError, match=message):
        network(*chain, inputs=inputs)


def test_an_embedding_looks_up_rows_and_collects_repeated_ones():
    W = np.arange(6.0).reshape(3, 2)
    net = network(cr.Embedding(3, 2, init=W), inputs=(2,))
    X = [[2, 0], [2, 2]]
    assert np.array_equal(net.predict(X), W[np.array(X)])
    g = net.loss_and_grad(X, np.zeros((2, 2, 2)))[1]["W1"]
    assert g == pytest.approx(
        np.array([[1.0], [0.0], [3.0]]) * 2 * W / 8
    )  # dL/dp = 2 p / 4 outputs / 2 rows


@pytest.mark.parametrize(
    ("wrong", "words"), [(3, r"Make it Embedding\(4, 2\)"), (-1, "Number from 0")]
)
def test_an_unknown_word_is_named(wrong, words):
    net = network(cr.Embedding(3, 2), inputs=(2,))
    with pytest.raises(
        cr.DataError,
        match=rf"X: expected numbers from 0 to 2 .*, got {wrong} at X\[0, 1\]. {words}",
    ):
        net.predict([[0, wrong]])
