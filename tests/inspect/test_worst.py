"""The worst rows are those with the largest loss, found by hand."""

import numpy as np
import pytest
from tests.inspect.images import IMAGE, X, dense, heads, network

import chainrule as cr
from chainrule import inspect as see

rng = np.random.default_rng(0)


@pytest.mark.parametrize("form", ["labels", "one-hot"])
def test_the_worst_rows_have_the_largest_loss(form):
    net = network()
    images, y = rng.normal(size=(40, 7, 6, 2)), rng.integers(0, 4, 40)
    p = net.predict(images)
    by_hand = sorted(((-np.log(p[n, y[n]]), n) for n in range(40)), reverse=True)[:7]
    found = see.worst(net, images, y if form == "labels" else np.eye(4)[y], 7)
    rows = [n for _, n in by_hand]
    assert found.rows.tolist() == rows and found.loss == pytest.approx(
        [loss for loss, _ in by_hand]
    )
    assert np.array_equal(found.label, y[rows]) and np.array_equal(
        found.predicted, p[rows].argmax(axis=1)
    )
    assert found.probability == pytest.approx(p[rows].max(axis=1))
    assert len(see.worst(net, images, y, 1000).rows) == 40


def test_the_worst_of_two_classes():
    images = rng.normal(size=(12, 7, 6, 2))
    net = network(cr.Flatten(), cr.Dense(1), loss=cr.SigmoidCrossEntropy())
    y = np.arange(12) % 2
    p = net.predict(images)[:, 0]
    loss = -np.log(np.where(y == 1, p, 1 - p))
    found = see.worst(net, images, y, 12)
    assert found.rows.tolist() == np.argsort(-loss).tolist() and found.loss == pytest.approx(
        np.sort(loss)[::-1]
    )
    assert found.probability == pytest.approx(np.maximum(p, 1 - p)[found.rows])
    net = network(cr.Flatten(), cr.Dense(1), loss=cr.Hinge())
    found = see.worst(net, images, 2 * y - 1, 3)
    z = net.predict(images)[:, 0]
    assert found.loss == pytest.approx(np.sort(np.maximum(0, 1 - (2 * y - 1) * z))[::-1][:3])
    assert found.label.tolist() == y[found.rows].tolist() and found.probability == pytest.approx(
        abs(z)[found.rows]
    )


def test_penalties_are_no_fault_of_a_row():
    end = (cr.Flatten(), cr.Dense(4, penalty=cr.L2(100.0)))
    net, y = network(*end), np.array([0, 1, 2, 3, 0])
    p = net.predict(X)
    assert see.worst(net, X, y).loss == pytest.approx(np.sort(-np.log(p[np.arange(5), y]))[::-1])


def test_the_worst_of_one_output():
    net, y = heads(), {"digit": np.arange(5) % 4, "ink": np.ones(5)}
    p = net.predict(X)["digit"]
    found = see.worst(net, X, y, 2, output="digit")
    assert found.loss == pytest.approx(np.sort(-np.log(p[np.arange(5), y["digit"]]))[::-1][:2])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: see.worst(dense(), IMAGE[None], [0], 0),
            cr.ParameterError,
            r"worst\(n=0\): n must be",
        ),
        (
            lambda: see.worst(dense(), IMAGE[None], [0], output="a"),
            cr.ParameterError,
            "this network has one output",
        ),
        (
            lambda: see.worst(heads(), X, {"digit": [0] * 5, "ink": [0.0] * 5}),
            cr.ParameterError,
            "worst: expected one of the outputs digit, ink",
        ),
        (
            lambda: see.worst(network(loss=cr.SquaredError()), X, rng.normal(size=(5, 4))),
            cr.DataError,
            "worst: expected y of class indices",
        ),
    ],
)
def test_what_cannot_be_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
