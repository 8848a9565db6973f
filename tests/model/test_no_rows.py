"""No rows: a network that has shapes answers with no rows, of the right shape and type."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines import native

X = np.random.default_rng(0).normal(size=(6, 5)).astype(np.float32)
ENGINES = [
    pytest.param(
        "native",
        marks=pytest.mark.skipif(not native.available(), reason="the engine was not built"),
    ),
    "reference",
]
engines = pytest.mark.parametrize("engine", ENGINES)


def network(**settings):
    layers = cr.Dense(7), cr.Tanh(), cr.Dense(3)
    return cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), inputs=(5,), **settings)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@engines
def test_no_rows_give_no_answers(engine, dtype):
    net = network(dtype=dtype, engine=engine)
    for rows in (X[:0], X[:0].astype(int), X[:0].astype(object), np.empty((0, 0))):
        for _ in range(2):  # with and without a plan
            none = net.predict(rows)
            assert none.shape == (0, *net.predict(X).shape[1:]) and none.dtype == dtype
    some, none = net.activations(X), net.activations(X[:0])
    assert {name: (0, *a.shape[1:]) for name, a in some.items()} == {
        name: a.shape for name, a in none.items()
    }


def test_no_rows_of_several_inputs_and_outputs_of_pictures_and_of_words():
    net = cr.Network(
        cr.Dense(4),
        cr.Heads({"a": cr.Dense(2), "b": cr.Dense(1)}),
        loss={"a": cr.SoftmaxCrossEntropy(), "b": cr.SquaredError()},
        inputs=(5,),
    )
    assert {k: v.shape for k, v in net.predict(X[:0]).items()} == {"a": (0, 2), "b": (0, 1)}
    pictures = cr.Network(
        cr.Conv2D(2, kernel=3), cr.Flatten(), cr.Dense(2), loss=cr.SquaredError(), inputs=(4, 4, 1)
    )
    assert pictures.predict(np.empty((0, 4, 4, 1))).shape == (0, 2)
    assert pictures.predict(np.empty((0, 0, 0, 0))).shape == (0, 2)
    words = cr.Network(
        cr.Embedding(9, 3), cr.Flatten(), cr.Dense(2), loss=cr.SquaredError(), inputs=(4,)
    )
    assert words.predict(np.empty((0, 4), np.int64)).shape == (0, 2)


def test_no_rows_of_a_network_that_is_random():
    net = cr.Network(cr.Dense(3), cr.Dropout(0.5), cr.Dense(2), loss=cr.SquaredError(), inputs=(5,))
    drawn = net.predict(X[:0], samples=3)
    assert drawn.values.shape == (3, 0, 2) and drawn.mean.shape == (0, 2)
    assert drawn.interval()[0].shape == (0, 2)


def test_no_rows_are_too_few_where_something_is_learned_or_averaged():
    net = network()
    for call in (
        lambda net: net.evaluate(X[:0], np.zeros(0, int)),
        lambda net: net.fit(X[:0], np.zeros(0, int)),
        lambda net: net.calibrate(X[:0]),
        lambda net: cr.Network(cr.Dense(2), loss=cr.SquaredError()).predict(X[:0]),
    ):
        with pytest.raises(cr.DataError, match="at least one row"):
            call(net)


def test_a_sparse_table_without_rows():
    sparse = pytest.importorskip("scipy.sparse")
    assert network().predict(sparse.csr_array((0, 5))).shape == (0, 3)
    with pytest.raises(cr.ShapeError, match="rows like the first ones"):
        network().predict(sparse.csr_array((0, 4)))
