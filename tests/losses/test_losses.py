"""What single losses promise beyond the contracts: their values, their limits, and what they say about bad targets."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import quick

import chainrule as cr


def network(loss, outputs=1, dtype="float64"):
    """The prediction is the input."""
    return cr.Network(cr.Identity(), loss=loss, inputs=(outputs,), dtype=dtype)


def value(loss, p, y):
    """Of one row."""
    p = np.atleast_2d(np.asarray(p, float))
    return float(network(loss, p.shape[1]).loss_and_grad(p, y)[0])


def classifier(K, **settings):
    return network(cr.SoftmaxCrossEntropy(**settings), K)


# ---------------------------------------------------------------- values


@pytest.mark.parametrize(
    ("loss", "p", "y", "expected"),
    [
        (cr.SquaredError(), [1, 2], [0, 0], 2.5),
        (cr.SquaredError(outputs="sum"), [1, 2], [0, 0], 5),
        (cr.SquaredError(half=True), [3], [1], 2),
        (cr.SquaredError(half=True, outputs="sum"), [1, 2], [0, 0], 2.5),
        (cr.AbsoluteError(), [1, -2], [0, 0], 1.5),
        (cr.AbsoluteError(outputs="sum"), [1, -2], [0, 0], 3),
        (cr.Huber(), [0.5], [0], 0.125),
        (cr.Huber(), [3], [0], 2.5),
        (cr.Huber(delta=2), [-3], [0], 4),
        (cr.LogCosh(), [1e-4], [0], 5e-9),
        (cr.LogCosh(), [-1000], [0], 1000 - math.log(2)),
        (cr.Quantile(q=0.9), [0], [10], 9),
        (cr.Quantile(q=0.9), [10], [0], 1),
        (cr.Poisson(), [math.log(3)], [3], 3 - 3 * math.log(3)),
        (cr.Hinge(), [0.25], [1], 0.75),
        (cr.Hinge(), [2], [1], 0),
        (cr.Hinge(), [2], [-1], 3),
        (cr.SquaredHinge(), [2], [-1], 9),
        (cr.SigmoidCrossEntropy(), [0], [1], math.log(2)),
        (cr.SigmoidCrossEntropy(), [40], [1], math.exp(-40)),
        (cr.SigmoidCrossEntropy(), [-40], [0], math.exp(-40)),
        (cr.SigmoidCrossEntropy(), [1000], [0], 1000),
        (cr.SoftmaxCrossEntropy(), [0, 0, 0, 0], 2, math.log(4)),
        (cr.SoftmaxCrossEntropy(), [1000, 0], 1, 1000),
        (cr.SoftmaxCrossEntropy(), [1000, 0], [0.5, 0.5], 500),
        (cr.KLDivergence(), [0, 0], [1, 0], math.log(2)),
        (cr.KLDivergence(), [5, 5], [0.5, 0.5], 0),
    ],
    ids=repr,
)
def test_a_value_by_hand(loss, p, y, expected):
    y = [y] if np.ndim(y) or isinstance(y, int) else y
    assert value(loss, p, y) == pytest.approx(expected, rel=1e-7, abs=1e-14)


@pytest.mark.parametrize("size", [0.0, 1.0, 1000.0, -1000.0])
@pytest.mark.parametrize(
    "loss",
    [
        "SquaredError",
        "AbsoluteError",
        "Huber",
        "LogCosh",
        "Quantile",
        "Poisson",
        "Hinge",
        "SquaredHinge",
        "SigmoidCrossEntropy",
        "SoftmaxCrossEntropy",
        "KLDivergence",
    ],
)
def test_float32_far_out_is_finite(loss, size):
    y = [[1.0, 0.0]] if loss in ("SoftmaxCrossEntropy", "KLDivergence") else [[1.0, 1.0]]
    net = cr.Network(cr.Dense(2, init=[[size, -size]]), loss=getattr(cr, loss)(), inputs=(1,))
    L, g = net.loss_and_grad([[1.0]], y)
    assert np.isfinite(L) and all(np.isfinite(d).all() for d in g.values())
    assert np.isfinite(net.predict([[1.0]])).all()


# ---------------------------------------------------------------- what the losses are to each other


@quick
@given(st.integers(1, 5), st.integers(2, 6), st.integers(0, 999))
def test_labels_and_one_hot_rows_are_the_same(n, K, seed):
    rng = np.random.default_rng(seed)
    z, y = rng.normal(size=(n, K)), rng.integers(0, K, n)
    for rate in (0.0, 0.2):
        a, b = (
            classifier(K, label_smoothing=rate).loss_and_grad(z, t)[0] for t in (y, np.eye(K)[y])
        )
        assert a == pytest.approx(b, rel=1e-12)
        smooth = (1 - rate) * np.eye(K)[y] + rate / K
        assert a == pytest.approx(classifier(K).loss_and_grad(z, smooth)[0], rel=1e-12)


@quick
@given(st.integers(1, 5), st.integers(2, 6), st.integers(0, 999))
def test_the_divergence_is_the_cross_entropy_without_the_entropy_of_y(n, K, seed):
    rng = np.random.default_rng(seed)
    z, y = rng.normal(size=(n, K)), rng.dirichlet(np.ones(K), n)
    entropy = -(y * np.log(y)).sum(axis=1).mean()
    divergence = network(cr.KLDivergence(), K).loss_and_grad(z, y)[0]
    assert divergence == pytest.approx(classifier(K).loss_and_grad(z, y)[0] - entropy)
    assert divergence >= 0


def test_the_divergence_of_its_own_prediction_is_zero():
    z = np.random.default_rng(0).normal(size=(3, 4))
    net = network(cr.KLDivergence(), 4)
    assert net.loss_and_grad(z, net.predict(z))[0] == pytest.approx(0, abs=1e-15)


@quick
@given(st.lists(st.floats(-30, 30), min_size=1, max_size=5), st.integers(0, 999))
def test_two_classes_by_softmax_are_one_by_sigmoid(scores, seed):
    z = np.array(scores)[:, None]
    y = np.random.default_rng(seed).integers(0, 2, len(z))
    two = classifier(2).loss_and_grad(np.hstack([np.zeros_like(z), z]), y)[0]
    assert network(cr.SigmoidCrossEntropy()).loss_and_grad(z, y)[0] == pytest.approx(
        two, rel=1e-9, abs=1e-12
    )


def test_huber_and_log_cosh_lie_between_square_and_absolute():
    d = np.linspace(-5, 5, 41)[:, None]
    rows = {loss: [value(loss, [v], [0]) for v in d.ravel()] for loss in (cr.Huber(), cr.LogCosh())}
    square, absolute = d.ravel() ** 2 / 2, np.abs(d.ravel())
    for each in rows.values():
        assert (np.array(each) <= square + 1e-12).all() and (
            np.array(each) <= absolute + 1e-12
        ).all()
    assert value(cr.Quantile(q=0.5), [3], [1]) == value(cr.AbsoluteError(), [3], [1]) / 2


@pytest.mark.parametrize("q", [0.25, 0.5, 0.9])
def test_the_best_constant_is_the_quantile(q):
    y = np.random.default_rng(1).gamma(2.0, size=41)
    grid = np.sort(y)
    costs = [network(cr.Quantile(q=q)).loss_and_grad(np.full((41, 1), c), y)[0] for c in grid]
    assert grid[np.argmin(costs)] == pytest.approx(np.quantile(y, q, method="inverted_cdf"))


def test_at_a_kink_the_gradient_is_the_fields():
    def gradient(loss, p, y):
        net = cr.Network(cr.Dense(1, init=[[p]]), loss=loss, inputs=(1,), dtype="float64")
        return net.loss_and_grad([[1.0]], [[y]])[1]["W1"].item()

    assert gradient(cr.AbsoluteError(), 2.0, 2.0) == 0
    assert gradient(cr.Quantile(q=0.9), 2.0, 2.0) == -0.9
    assert gradient(cr.Hinge(), 1.0, 1.0) == 0
    assert gradient(cr.Huber(), 1.0, 0.0) == 1


# ---------------------------------------------------------------- targets


@pytest.mark.parametrize(
    ("loss", "outputs", "y", "message"),
    [
        (
            cr.SoftmaxCrossEntropy(),
            10,
            [0, 10],
            "y has class 10 but the network has 10 outputs (classes 0 to 9). Make the last layer Dense(11).",
        ),
        (
            cr.SoftmaxCrossEntropy(),
            3,
            [0, -1],
            "y has class -1 but the network has 3 outputs (classes 0 to 2). Number the classes from 0.",
        ),
        (cr.SoftmaxCrossEntropy(), 3, [0, 1.5], "y: expected whole numbers as classes, got 1.5."),
        (
            cr.SoftmaxCrossEntropy(),
            3,
            [[0], [1]],
            "y: expected class numbers (N,) or rows (N, 3), got (2, 1). Write y.ravel() for class numbers.",
        ),
        (
            cr.SoftmaxCrossEntropy(),
            3,
            [[1, 1, 0], [1, 0, 0]],
            "y: expected rows that sum to 1, got 2 in row 0.",
        ),
        (
            cr.SoftmaxCrossEntropy(),
            3,
            [[2, -1, 0], [1, 0, 0]],
            "y: expected probabilities ≥ 0, got -1",
        ),
        (cr.KLDivergence(), 3, [0, 1], "y: expected class numbers (N,) or rows (N, 3), got (2,)"),
        (
            cr.SigmoidCrossEntropy(),
            1,
            [-1, 1],
            "y: expected targets between 0 and 1, got -1. Write (y + 1) / 2.",
        ),
        (
            cr.SigmoidCrossEntropy(),
            1,
            [0, 2],
            "y: expected targets between 0 and 1, got 2. Several classes need SoftmaxCrossEntropy.",
        ),
        (cr.Hinge(), 1, [0, 1], "y: expected targets -1 and +1, got 0. Write 2 * y - 1."),
        (
            cr.SquaredHinge(),
            1,
            [True, False],
            "y: expected targets -1 and +1, got 0. Write 2 * y - 1.",
        ),
        (
            cr.Hinge(),
            1,
            [2, 1],
            "y: expected targets -1 and +1, got 2. Hinge losses have two classes.",
        ),
        (cr.Poisson(), 1, [1, -2], "y: expected counts ≥ 0, got -2"),
        (
            cr.SquaredError(),
            3,
            [0, 1],
            "y: expected targets of shape (N, 3), got (2,). Each output unit needs one target. Class numbers need",
        ),
        (
            cr.SquaredError(),
            3,
            np.ones((2, 4)),
            "y: expected targets of shape (N, 3), got (2, 4). Each output unit needs one target.",
        ),
    ],
)
def test_bad_targets_are_named(loss, outputs, y, message):
    with pytest.raises(cr.DataError, match=re.escape(message)):
        network(loss, outputs).loss_and_grad(np.ones((2, outputs)), y)


def test_one_output_is_no_class_score():
    with pytest.raises(
        cr.ShapeError,
        match=r"at least two outputs, one per class, got \(N, 1\). One output needs SigmoidC",
    ):
        network(cr.SoftmaxCrossEntropy(), 1)
    with pytest.raises(
        cr.ShapeError, match=r"expected input of shape \(N, K\), one score per class, got \(N, 2, 2\)"
    ):
        cr.Network(cr.Identity(), loss=cr.KLDivergence(), inputs=(2, 2))


@pytest.mark.parametrize("dtype", [np.int8, np.int64, np.uint8, np.float32, bool])
def test_class_numbers_of_any_dtype(dtype):
    z = np.array([[0.0, 1.0], [2.0, 0.0]])
    expected = classifier(2).loss_and_grad(z, [1, 0])[0]
    assert classifier(2).loss_and_grad(z, np.array([1, 0], dtype))[0] == expected


def test_targets_without_an_axis_go_with_one_output():
    p = np.array([[1.0], [2.0]])
    for loss in (
        cr.SquaredError(),
        cr.AbsoluteError(),
        cr.SigmoidCrossEntropy(),
        cr.Poisson(),
        cr.Huber(),
    ):
        assert (
            network(loss).loss_and_grad(p, [1, 0])[0]
            == network(loss).loss_and_grad(p, [[1], [0]])[0]
        )


def test_several_axes_of_outputs_are_one_sum():
    rng = np.random.default_rng(2)
    p, y = rng.normal(size=(2, 3, 2, 2))
    for loss in (
        cr.SquaredError(),
        cr.AbsoluteError(outputs="sum"),
        cr.Huber(),
        cr.LogCosh(),
        cr.Quantile(),
    ):
        images = cr.Network(cr.Identity(), loss=loss, inputs=(2, 2), dtype="float64").loss_and_grad(
            p, y
        )[0]
        rows = network(loss, 4).loss_and_grad(p.reshape(3, 4), y.reshape(3, 4))[0]
        assert images == pytest.approx(rows)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: cr.SquaredError(outputs="max"), r'outputs must be "mean" or "sum"'),
        (lambda: cr.SquaredError(half=1), r"half must be True or False"),
        (
            lambda: cr.Huber(delta=0),
            r"Huber\(delta=0\): delta must be a number > 0. The usual value is 1.0",
        ),
        (lambda: cr.Quantile(q=1), r"q must be a number between 0 and 1"),
        (
            lambda: cr.SoftmaxCrossEntropy(label_smoothing=1),
            r"label_smoothing must be a number from 0 to below 1",
        ),
        (lambda: cr.SoftmaxCrossEntropy(reduction="none"), r'reduction must be "mean" or "sum"'),
        (lambda: cr.Huber(1.0), r"every setting is given by name"),
    ],
)
def test_wrong_settings_are_named(make, message):
    with pytest.raises(cr.ParameterError, match=message):
        make()


def test_the_plain_equation_stays_plain():
    plain = cr.Network(cr.Dense(3), loss=cr.SoftmaxCrossEntropy(), inputs=(2,))
    smooth = cr.Network(cr.Dense(3), loss=cr.SoftmaxCrossEntropy(label_smoothing=0.1), inputs=(2,))
    assert "l = log Σₖ exp(z1) − z1[y]\n" in plain.equations()
    assert "l = log Σₖ exp(z1) − (1 − 0.1) z1[y] − 0.1 Σₖ z1 / K\n" in smooth.equations()
