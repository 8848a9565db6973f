"""One answer explained: integrated gradients against a plain sum, on every kind of network."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.inspect import explain

RNG = np.random.default_rng(3)
ENDS = RNG.normal(size=(2, 6)) * 3


def network(*layers, loss=None, inputs=(6,), seed=1):
    return cr.Network(*layers, loss=loss or cr.SquaredError(), inputs=inputs, seed=seed)


def slow(net, row, reference, unit, points=20_000):
    """cᵢ as a sum over many points, the gradient of each by the chain rule of `cr.vjp`."""
    program, theta = net.programs.predict, net.theta.astype(float)
    alphas = (np.arange(points) + 0.5) / points
    X = reference + alphas.reshape(-1, *(1,) * row.ndim) * (row - reference)
    out = program.values[program.output]
    seed = np.zeros((points, *out.shape[1:]))
    seed.reshape(points, -1)[:, unit] = 1
    dx = cr.vjp(program, theta, {"x": X}, seeds={out.symbol: seed}, wrt=("x",))["x"]
    return (row - reference) * dx.mean(axis=0)


NETWORKS = {
    "linear": network(cr.Dense(1)),
    "relu": network(cr.Dense(30), cr.ReLU(), cr.Dense(30), cr.ReLU(), cr.Dense(1)),
    "softmax": network(cr.Dense(20), cr.LeakyReLU(), cr.Dense(3), loss=cr.SoftmaxCrossEntropy()),
    "logistic": network(cr.Dense(9), cr.Tanh(), cr.Dense(1), loss=cr.SigmoidCrossEntropy()),
    "norms": network(cr.Dense(9), cr.BatchNorm(), cr.ELU(), cr.LayerNorm(), cr.Dense(1)),
    "residual": network(
        cr.Residual(cr.Dense(6), cr.SELU(), cr.Dropout(0.5)), cr.GELU(), cr.Dense(1)
    ),
    "exp": network(cr.Dense(3), cr.ReLU(), cr.Dense(1), loss=cr.Poisson()),
    "images": network(
        cr.Reshape(2, 3, 1),
        cr.Conv2D(4, padding="same"),
        cr.ReLU(),
        cr.MaxPool2D((2, 1)),
        cr.Flatten(),
        cr.Dense(1),
    ),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_contributions_are_those_of_the_slow_sum_and_add_up(name):
    net = NETWORKS[name]
    why = explain(net, ENDS[0], ENDS[1])
    p, q = (np.ravel(net.predict(row[None])) for row in ENDS)
    unit = int(p.argmax())
    assert (why.output, why.reference_output) == pytest.approx((p[unit], q[unit]), rel=1e-4)
    largest = abs(why.contributions).max()
    assert abs(why.remainder) <= 1e-6 * max(abs(why.output), abs(why.reference_output), largest)
    np.testing.assert_allclose(
        why.contributions, slow(net, *ENDS, unit), atol=5e-4 * largest
    )  # the sum's own error


def test_a_finer_tolerance_is_reached():
    net = NETWORKS["relu"]
    rough, fine = (explain(net, *ENDS, tolerance=t).contributions for t in (1e-2, 1e-9))
    assert np.abs(rough - fine).max() < 0.05 * np.abs(fine).max()
    np.testing.assert_allclose(fine.sum(), explain(net, *ENDS).difference, rtol=1e-8)


def test_a_linear_network_is_its_weights():
    net = network(cr.Dense(1, bias=False))
    np.testing.assert_allclose(
        explain(net, *ENDS).contributions, (ENDS[0] - ENDS[1]) * net.theta, rtol=1e-12
    )


def test_columns_that_do_not_differ_or_do_not_matter_contribute_nothing():
    net = network(cr.Dense(8), cr.ReLU(), cr.Dense(1))
    net.parameters["W1"][2] = 0
    row = ENDS[0].copy()
    row[4] = ENDS[1][4]
    found = explain(net, row, ENDS[1]).contributions
    assert found[2] == found[4] == 0 and (found[[0, 1, 3, 5]] != 0).all()
    assert (explain(net, row, row).contributions == 0).all()


def test_every_class_can_be_asked_and_together_they_cancel():
    net = NETWORKS["softmax"]
    whys = [explain(net, *ENDS, k) for k in range(3)]
    assert [why.label for why in whys] == ["p[0]", "p[1]", "p[2]"]
    np.testing.assert_allclose(sum(why.contributions for why in whys), 0, atol=1e-6)
    chosen = explain(net, *ENDS)
    assert chosen.label == f"p[{net.predict(ENDS[:1])[0].argmax()}]"


def test_images_keep_their_shape():
    net = network(cr.Flatten(), cr.Dense(2), inputs=(2, 3, 1))
    why = explain(net, ENDS[0].reshape(2, 3, 1), np.zeros((1, 2, 3, 1)), 1)
    assert why.contributions.shape == (2, 3, 1) and why.names[3] == "x[1, 0, 0]"


def test_several_outputs_are_named():
    heads = cr.Heads({"digit": cr.Dense(3), "size": cr.Dense(2)})
    net = network(
        cr.Dense(4),
        cr.Tanh(),
        heads,
        loss={"digit": cr.SoftmaxCrossEntropy(), "size": cr.SquaredError()},
    )
    p = net.predict(ENDS)
    for name, k in (("digit", 2), ("size", 1)):
        why = explain(net, *ENDS, (name, k))
        assert (why.output, why.reference_output) == pytest.approx(
            (p[name][0, k], p[name][1, k]), rel=1e-5
        )
    with pytest.raises(cr.ParameterError, match=r"several outputs. Write \('digit', 0\)"):
        explain(net, *ENDS)
    with pytest.raises(
        cr.ParameterError, match="the place in size must be a whole number from 0 to 1"
    ):
        explain(net, *ENDS, ("size", 2))


@cr.op
def staircase(z):
    """a = sign(z)"""
    return np.sign(z)


@staircase.gradient
def staircase_backward(da, a, z):
    """dz = 0 da"""
    return (0 * da,)


class Staircase(cr.Layer):
    """A jump, which no gradient sees."""

    def __call__(self, z):
        return staircase(z)


def test_a_jump_is_said():
    net = network(cr.Dense(4), Staircase(), cr.Dense(1))
    with pytest.raises(cr.TrainingError, match=r"add up to the difference within 1e-06.*jumps"):
        explain(net, *ENDS)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (
            (ENDS[0], ENDS[1][:3]),
            cr.ShapeError,
            r"explain\(reference=\).*one row of shape \(6,\).*\(3,\)",
        ),
        ((ENDS, ENDS[1]), cr.ShapeError, "Explain rows one by one"),
        ((ENDS[0] * np.nan, ENDS[1]), cr.DataError, "NaN"),
        (
            (ENDS[0], ENDS[1], 1),
            cr.ParameterError,
            r"output=1\): output must be a whole number from 0 to 0",
        ),
        ((ENDS[0], ENDS[1], "a"), cr.ParameterError, "output must be a whole number"),
    ],
)
def test_bad_rows_are_refused(arguments, error, words):
    with pytest.raises(error, match=words):
        explain(NETWORKS["linear"], *arguments)


def test_bad_settings_are_refused():
    for tolerance in (0, 1, 1e-12, "a"):
        with pytest.raises(cr.ParameterError, match="tolerance must be"):
            explain(NETWORKS["linear"], *ENDS, tolerance=tolerance)
    with pytest.raises(cr.ParameterError, match="expected 6 names"):
        explain(NETWORKS["linear"], *ENDS, names=["a"])
    with pytest.raises(cr.ParameterError, match="output must be"):
        explain(network(cr.Dense(2)), *ENDS)
    with pytest.raises(cr.NotBuiltError):
        explain(cr.Network(cr.Dense(1), loss=cr.SquaredError()), *ENDS)
    with pytest.raises(cr.DataError, match="real numbers as input"):
        explain(
            network(cr.Embedding(5, 2), cr.Flatten(), cr.Dense(1), inputs=(3,)),
            [1, 2, 3],
            [0, 0, 0],
        )


def test_weights_that_are_not_finite_are_said():
    net = network(cr.Dense(1))
    net.theta[0] = np.inf
    with pytest.raises(cr.TrainingError, match="finite outputs"):
        explain(net, *ENDS)
