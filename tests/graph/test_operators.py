"""Operators of Nodes in layers of the user's own, and what a Node cannot do."""

import copy
import math

import numpy as np
import pytest

import chainrule as cr
from chainrule import foreign
from chainrule.graph.initializers import Constant
from chainrule.graph.operators import ARITHMETIC

X = np.array([[0.5, -1.5, 2.0], [1.0, 0.25, -3.0]])
B = np.array([2.0, -1.0, 0.5])
W = np.array([[1.0, 2.0], [0.0, -1.0], [3.0, 1.0]])


class Own(cr.Layer):
    f: object = None

    def __call__(self, z):
        return self.f(z)


def network(f, **options):
    options = {"inputs": (3,), "dtype": "float64", "loss": cr.SquaredError()} | options
    return cr.Network(Own(f), **options)


def b(z):
    return z.tape.param("b", (3,), Constant(0.5))


@pytest.mark.parametrize(
    "f",
    [
        lambda z: z * 2 + 1,
        lambda z: 3 * z - 0.5,
        lambda z: -z,
        lambda z: +z + z,
        lambda z: z / 4,
        lambda z: 2 - z,
        lambda z: z**1 + z**2 + z**3,
        lambda z: z**5 * z**8,
        lambda z: z * z - z,
        lambda z: z / (z * z + 1),
        lambda z: 1 / (z * z + 1),
        lambda z: np.float32(2) * z + np.int64(3),
        lambda z: z * np.float64(0.5) - np.float32(1),
        lambda z: np.multiply(z, z) + np.square(z) - np.negative(z),
        lambda z: np.divide(1, np.add(np.power(z, 2), 1)),
    ],
)
def test_operators_compute_what_they_say(f):
    net = network(f)
    np.testing.assert_allclose(net.predict(X), f(X), rtol=1e-12)
    layers = cr.Dense(3), Own(f)
    net = cr.Network(*layers, loss=cr.SquaredError(), inputs=(3,), dtype="float64")
    assert net.check_gradients(X, X[::-1]).passed


def test_a_vector_serves_all_rows():
    for f, expected in (
        (lambda z: z * b(z), X * 0.5),
        (lambda z: b(z) * z + 1, X * 0.5 + 1),
        (lambda z: z + b(z), X + 0.5),
        (lambda z: b(z) - z, 0.5 - X),
        (lambda z: z - b(z), X - 0.5),
        (lambda z: z / b(z), X / 0.5),
        (lambda z: z * (2 * b(z) + 1), X * 2),
    ):
        net = network(f)
        np.testing.assert_allclose(net.predict(X), expected, rtol=1e-12)
        assert net.check_gradients(X, X[::-1]).passed


def test_a_product_with_a_matrix():
    net = network(lambda z: z @ z.tape.param("W", (3, 2), Constant(0.0)), initial_weights={"W1": W})
    np.testing.assert_allclose(net.predict(X), X @ W, rtol=1e-12)
    assert "z1 = x W1" in str(net.equations())


def test_every_operator_has_a_twin():
    def f(z):
        vector = b(z)
        return (1 - z * vector + vector) / (z**2 + 1)

    net = network(f)
    steps = {step.op.name for step in net.programs.train.steps}
    assert steps >= {"scale_columns", "shift_columns", "scale", "shift", "reciprocal", "multiply"}


@pytest.mark.parametrize(
    ("f", "message"),
    [
        (np.tanh, r"got np.tanh\(z\), z = Node\(x \(N, 3\)\)\. Write Tanh\(\)\(z\)\.$"),
        (np.log, r"got np.log\(z\).*Write an op of your own"),
        (lambda z: np.concatenate([z, z]), r"Write ops.concatenate\(a, b, axis=1\)"),
        (lambda z: np.sum(z), r"got np.sum\(z\)"),
        (lambda z: np.add.reduce(z), r"got np.add\(z\)"),
        (math.tanh, r"got float\(z\) or math.tanh\(z\)"),
        (lambda z: z if z > 0 else -z, r"got z < .* ReLU\(\)\(z\)"),
        (lambda z: z or z, r"got if z"),
        (lambda z: len(z), r"N is not known yet"),
        (lambda z: list(z), r"got a loop over z"),
        (lambda z: z[:, 0], r"got z\[\.\.\.\]"),
        (lambda z: abs(z), r"got abs\(z\)"),
        (lambda z: 2**z, r"n \*\* z"),
        (np.asarray, r"got np.asarray\(z\)"),
        (lambda z: z * np.ones(3), r"each side of \*, got an array of shape \(3,\)"),
        (lambda z: np.ones(3) * z, r"each side of \*, got an array of shape \(3,\)"),
        (lambda z: np.ones((2, 3)) @ z, r"each side of @, got an array of shape \(2, 3\)"),
        (lambda z: z + None, r"each side of \+, got None"),
        (lambda z: z * math.nan, r"each side of \*, got nan"),
        (lambda z: z * 10**400, r"each side of \*, got 1000"),
        (lambda z: z**0.5, r"a whole exponent from 1 to 8"),
        (lambda z: z / 0, r"a divisor other than 0"),
    ],
)
def test_what_a_node_cannot_do_is_said(f, message):
    with pytest.raises(cr.ParameterError, match=rf"(?s)^own1, Own.*{message}"):
        network(f)


def test_shapes_that_do_not_fit():
    with pytest.raises(cr.ShapeError, match=r"s = a \+ b, got a \(N, 3\), b \(3, 2\)"):
        network(lambda z: z + z.tape.param("W", (3, 2), Constant(0.0)))
    with pytest.raises(cr.ShapeError, match=r"a matrix on the right of @, got \(3,\)"):
        network(lambda z: z @ b(z))
    with pytest.raises(cr.ShapeError, match=r"real numbers, got the whole numbers x"):

        def twice(z):
            cr.Embedding(5, 2)(z)
            return z * 2

        network(twice)


def test_attributes_of_other_tensors():
    seen = []
    network(lambda z: seen.append(z) or z + 0)
    with pytest.raises(AttributeError, match=r"^a Node has no attribute 'relu'\. Write ReLU"):
        seen[0].relu()
    assert not hasattr(seen[0], "nothing") and not hasattr(seen[0], "__deepcopy__")
    assert copy.copy(seen[0]) is not None and hash(seen[0]) and seen[0] == seen[0]


def test_hints_name_what_there_is():
    for hint in (*foreign.WITH_NODES.values(), *foreign.NODE_NAMES.values()):
        for name in ("Tanh", "ReLU", "Softmax", "Sigmoid", "Reshape", "Flatten", "GELU"):
            assert name not in hint or hasattr(cr, name)
    assert all(hasattr(np, name) for name in ARITHMETIC)
