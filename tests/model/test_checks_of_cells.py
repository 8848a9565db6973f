"""Every call that takes rows checks them before they are cast, and says which cell is wrong."""

import re
import warnings

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines import native
from chainrule.ops.concatenate import concatenate

ENGINES = [
    "reference",
    pytest.param("native", marks=pytest.mark.skipif(not native.available(), reason="not built")),
]
TABLE = [[0.0], [10.0], [20.0], [30.0], [40.0]]


def words(engine=None, **options):
    layers = cr.Embedding(5, 1, init=TABLE), cr.Flatten(), cr.Dense(1, init=1.0)
    return cr.Network(*layers, loss=cr.SquaredError(), engine=engine, **options)


def pair(engine=None, **options):
    """Two inputs, a of two numbers and b of three."""
    return cr.Network(Join(), cr.Dense(1), loss=cr.SquaredError(), engine=engine, **options)


class Join(cr.Layer):
    """h = concat(a, b)"""

    def __call__(self, inputs):
        return concatenate(inputs["a"], inputs["b"], axis=-1)


class Rows:
    def __init__(self, X, y):
        self.X, self.y = X, y

    def __len__(self):
        return len(self.X)

    def rows(self, indices):
        return self.X[indices], self.y[indices]


class Batches(Rows):
    def stream(self, epoch, start):
        return iter([(self.X[:2], self.y[:2]), (self.X[2:], self.y[2:])][start:])


CALLS = {
    "predict": lambda net, X, y: net.predict(X),
    "build": lambda net, X, y: net.build(X),
    "activations": lambda net, X, y: net.activations(X),
    "calibrate": lambda net, X, y: net.calibrate(X),
    "fit": lambda net, X, y: net.fit(X, y, verbose=0),
    "train": lambda net, X, y: list(net.train(X, y)),
    "evaluate": lambda net, X, y: net.evaluate(X, y),
    "gradients": lambda net, X, y: net.gradients(X, y),
    "loss_and_grad": lambda net, X, y: net.loss_and_grad(X, y),
    "influence": lambda net, X, y: net.influence("b1", X, y),
    "check_gradients": lambda net, X, y: net.check_gradients(X, y),
    "hvp": lambda net, X, y: net.hvp(np.ones(net.theta.shape), X, y),
    "sharpness": lambda net, X, y: net.sharpness(X, y),
    "find_learning_rate": lambda net, X, y: net.find_learning_rate(X, y),
}
WRONG = {
    "beyond int32": (2**32 + 1, "4294967297 at X[2, 1]"),
    "beyond int64": (2**70, "at X[2, 1]"),
    "a fraction": (1.7, "expected whole numbers, got 1.7 at X[2, 1]"),
    "a fraction below 0": (-0.9, "expected whole numbers, got -0.9 at X[2, 1]"),
    "below 0": (-1, "-1 at X[2, 1]. Number from 0."),
    "below int32": (-(2**32) + 1, "-4294967295 at X[2, 1]. Number from 0."),
    "one too many": (5, "from 0 to 4 for this Embedding, got 5 at X[2, 1]"),
}


def with_cell(value):
    X = [[0, 1], [2, 3], [4, 4], [1, 0]]
    X[2][1] = value
    return X


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", WRONG)
def test_a_word_is_checked_before_it_is_cast(case, engine):
    value, said = WRONG[case]
    net = words(engine, inputs=(2,))
    for name, call in CALLS.items():
        if name != "influence":
            with pytest.raises(cr.DataError, match=re.escape(said)):
                call(net, with_cell(value), np.zeros(4))
    for source in (Rows, Batches):
        given = source(np.array(with_cell(value), np.result_type(type(value), float)), np.zeros(4))
        if abs(value) < 2**53:
            with pytest.raises(cr.DataError, match=r"X\["):
                net.fit(given, batch_size=4, verbose=0)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int64", "uint64", "float32", "float64", "?"])
def test_right_words_of_any_type_are_taken(dtype):
    X = np.array([[0, 1], [1, 1]], dtype)
    assert words(inputs=(2,)).activations(X)["e1"].ravel().tolist() == [0.0, 10.0, 10.0, 10.0]


@pytest.mark.parametrize("call", CALLS)
def test_inputs_of_different_lengths_are_refused_everywhere(call):
    rng = np.random.default_rng(0)
    A, B = rng.normal(size=(7, 2)), rng.normal(size=(7, 3))
    net = pair().build({"a": A, "b": B})
    for short, said in (
        ({"a": A[:5], "b": B}, "b has 7 rows but a has 5. Each row of a needs one in b."),
        ({"a": A, "b": B[:5]}, "b has 5 rows but a has 7. Each row of a needs one in b."),
    ):
        with pytest.raises(cr.DataError, match=re.escape(said)):
            CALLS[call](net, short, np.zeros((7, 1)))


BEYOND = {"1e39": 1e39, "-1e39": -1e39, "rounds to infinity": 3.4028236e38}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("value", BEYOND)
def test_a_number_beyond_float32_is_refused(value, engine):
    net = cr.Network(cr.Dense(1), loss=cr.SquaredError(), inputs=(2,), engine=engine)
    X = np.ones((4, 2))
    X[2, 1] = BEYOND[value]
    said = f"X: expected numbers that float32 can hold, got {BEYOND[value]:g} at X["
    for call in CALLS.values():
        with pytest.raises(cr.DataError, match=re.escape(said)):
            call(net, X, np.zeros(4))
    with pytest.raises(cr.DataError, match=re.escape("y: expected numbers that float32 can hold")):
        net.fit(np.ones((4, 2)), X[:, 1], verbose=0)
    with pytest.raises(cr.DataError, match=re.escape(said)):
        net.fit(Rows(X, np.zeros(4)), batch_size=None, verbose=0)


def test_the_largest_float32_and_float64_networks_are_not_refused():
    largest = np.finfo(np.float32).max
    net = cr.Network(cr.Dense(1, init=0.5), loss=cr.SquaredError(), inputs=(1,), dtype="float32")
    for X in ([[float(largest)]], np.array([[largest]]), np.asfortranarray([[float(largest)]])):
        assert net.predict(X).item() == np.float32(largest) / 2
    wide = cr.Network(cr.Dense(1, init=0.5), loss=cr.SquaredError(), inputs=(1,), dtype="float64")
    assert wide.predict([[1e39]]).item() == 5e38


@pytest.mark.parametrize("engine", ENGINES)
def test_predictions_that_overflow_are_said_once(engine):
    net = cr.Network(cr.Dense(1, init=1e30), loss=cr.SquaredError(), inputs=(1,), engine=engine)
    X = np.ones((5, 1), np.float32)
    X[2:4] = 1e30
    with pytest.warns(UserWarning, match=r"predict: inf at row 2, .*; 2 of 5 rows") as caught:
        p = net.predict(X)
    assert len(caught) == 1 and caught[0].filename == __file__
    assert np.isposinf(p[2:4]).all() and p[0] == np.float32(1e30)
    with pytest.warns(UserWarning, match="predict: inf at row 0"):
        net.predict(X[2:3])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        net.predict(X[:2])
    net.theta[0] = np.nan
    with pytest.warns(UserWarning, match="predict: nan at row 0.*the weights are not finite"):
        net.predict(X[:1])


WEIGHTS = {
    "a sum beyond float64": ({"sample_weight": [1e307] * 100}, "sample_weight: expected"),
    "a product": (
        {"sample_weight": [1e300] * 100, "class_weight": {0: 1e300}},
        "sample_weight · class_weight: expected",
    ),
    "class weights": ({"class_weight": {0: 1e307}}, "class_weight: expected"),
}


@pytest.mark.parametrize("case", WEIGHTS)
def test_weights_whose_sum_overflows_are_refused(case):
    options, said = WEIGHTS[case]
    net = cr.Network(cr.Dense(2), loss=cr.SoftmaxCrossEntropy(), inputs=(2,))
    X, y = np.ones((100, 2)), np.zeros(100, int)
    with pytest.raises(cr.DataError, match=re.escape(said) + ".*a sum that is finite"):
        net.fit(X, y, verbose=0, **options)
    if "class_weight" not in options:
        with pytest.raises(cr.DataError, match="a sum that is finite"):
            net.evaluate(X, y, **options)


def test_a_sum_of_weights_beyond_float32_is_refused():
    loss = cr.SquaredError(reduction="sum")
    net = cr.Network(cr.Dense(1), loss=loss, inputs=(2,))
    with pytest.raises(cr.DataError, match="sample_weight: expected numbers that float32 can hold"):
        net.fit(np.ones((3, 2)), np.zeros(3), sample_weight=[1.0, 1e39, 1.0], verbose=0)
    mean = cr.Network(cr.Dense(1), loss=cr.SquaredError(), inputs=(2,))
    assert np.isfinite(
        mean.evaluate(np.ones((3, 2)), np.zeros(3), sample_weight=[1e39] * 3)["loss"]
    )


def test_weights_and_visible_units_beyond_float32_are_refused():
    said = "numbers that float32 can hold, got 1e\\+39"
    with pytest.raises(cr.DataError, match=f"W1: expected {said}"):
        cr.Network(
            cr.Dense(1), loss=cr.SquaredError(), inputs=(1,), initial_weights={"W1": [[1e39]]}
        )
    with pytest.raises(cr.DataError, match=f"X: expected {said}"):
        cr.RBM(2).fit(np.full((3, 2), 1e39), verbose=0)
    with pytest.raises(cr.DataError, match=f"W: expected {said}"):
        cr.RBM(2, visible=1, initial_weights={"W": [[1e39], [0]]})
