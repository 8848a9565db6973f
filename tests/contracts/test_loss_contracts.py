"""What every loss promises.

It runs over all public losses. A loss without settings, whose targets are any numbers in the shape
of its outputs, needs no entry here.
"""

import inspect
import re
from dataclasses import fields

import numpy as np
import pytest
from tests.naive import ORACLES

import chainrule as cr
from chainrule import losses
from chainrule.engines import native
from chainrule.losses.elementwise import ElementwiseLoss

K = 3


def reals(rng, n):
    return rng.normal(size=(n, K))


def signs(rng, n):
    return rng.choice([-1.0, 1.0], (n, K))


def fractions(rng, n):
    return rng.random((n, K))


def counts(rng, n):
    return rng.poisson(2.0, (n, K))


def answers(rng, n):
    return rng.integers(0, 2, (n, K)).astype(float)


def labels(rng, n):
    return rng.integers(0, K, n)


def distributions(rng, n):
    return rng.dirichlet(np.ones(K), n)


# Losses with settings, or with targets that are not just any numbers.
EXAMPLES = {
    "SquaredError": [
        (cr.SquaredError(), reals),
        (cr.SquaredError(half=True, outputs="sum"), reals),
    ],
    "Huber": [(cr.Huber(), reals), (cr.Huber(delta=0.3), reals)],
    "Quantile": [(cr.Quantile(), reals), (cr.Quantile(q=0.9), reals)],
    "Poisson": [(cr.Poisson(), counts)],
    "Hinge": [(cr.Hinge(), signs)],
    "SquaredHinge": [(cr.SquaredHinge(), signs)],
    "SigmoidCrossEntropy": [(cr.SigmoidCrossEntropy(), fractions)],
    "SoftmaxCrossEntropy": [
        (cr.SoftmaxCrossEntropy(label_smoothing=rate), y)
        for rate in (0.0, 0.1)
        for y in (labels, distributions)
    ],
    "KLDivergence": [(cr.KLDivergence(), distributions)],
    "Focal": [(cr.Focal(), answers), (cr.Focal(gamma=0.0, alpha=0.5), answers)],
}
OUTPUTS = {"GaussianNLL": 2 * K}  # of the network; by default K
LINKS = {
    "Poisson": "exp",
    "SigmoidCrossEntropy": "sigmoid",
    "SoftmaxCrossEntropy": "softmax",
    "KLDivergence": "softmax",
    "Focal": "sigmoid",
    "GaussianNLL": "means_and_deviations",
}
PENALTIES = ("L1", "L2", "ElasticNet")
CLASSES = {
    name: getattr(losses, name) for name in losses.__all__ if name not in ("Loss", *PENALTIES)
}
CASES = [
    (name, *case) for name in CLASSES for case in EXAMPLES.get(name) or [(CLASSES[name](), reals)]
]
case = pytest.mark.parametrize(
    ("name", "loss", "targets"), CASES, ids=[f"{c[0]}-{c[2].__name__}-{c[1]!r}" for c in CASES]
)


def network(loss, dtype="float64", name=""):
    units = OUTPUTS.get(name or type(loss).__name__, K)
    return cr.Network(
        cr.Dense(4), cr.Tanh(), cr.Dense(units), loss=loss, inputs=(2,), seed=3, dtype=dtype
    )


def data(targets, n=6):
    rng = np.random.default_rng(5)
    return rng.normal(size=(n, 2)), targets(rng, n)


def change(loss, **settings):
    kept = {f.name: getattr(loss, f.name) for f in fields(loss)}
    return type(loss)(**kept | settings)


def row_losses(net, X, y):
    return np.array([net.loss_and_grad(X[n : n + 1], y[n : n + 1])[0] for n in range(len(X))])


def test_examples_are_of_losses_that_exist():
    assert set(EXAMPLES) | set(LINKS) <= set(CLASSES)


@case
def test_gradients_are_right(name, loss, targets):
    net = network(loss)
    X, y = data(targets)
    for method in ("complex", "central"):
        report = net.check_gradients(X, y, method=method)
        assert report.passed and report.checked > 0, str(report)


@case
@pytest.mark.skipif(not native.available(), reason="the native engine was not built")
def test_native_gradients_are_right(name, loss, targets):
    report = network(loss).check_gradients(*data(targets), engine="native")
    assert report.passed and report.checked > 0 and report.method == "central differences", str(
        report
    )


@case
def test_a_row_has_one_number_and_the_mean_is_over_rows(name, loss, targets):
    X, y = data(targets)
    mean, total = network(loss), network(change(loss, reduction="sum"))
    mean.build(X, y)
    l = next(v for v in mean.programs.score.values if v.letter == "l")
    assert l.shape == (0,) and l.kind == "row"
    each = row_losses(mean, X, y)
    assert mean.loss_and_grad(X, y)[0] == pytest.approx(each.mean(), rel=1e-12)
    assert total.loss_and_grad(X, y)[0] == pytest.approx(each.sum(), rel=1e-12)


@case
def test_sample_weights_are_c(name, loss, targets):
    X, y = data(targets)
    w = np.array([1.0, 0.0, 2.0, 0.5, 3.0, 0.0])
    mean, total = network(loss), network(change(loss, reduction="sum"))
    each = row_losses(mean, X, y)
    assert mean.loss_and_grad(X, y, sample_weight=w)[0] == pytest.approx(
        w @ each / w.sum(), rel=1e-12
    )
    assert total.loss_and_grad(X, y, sample_weight=w)[0] == pytest.approx(w @ each, rel=1e-12)
    X[1], X[5] = 1e3, -1e3  # rows of weight 0 count for nothing
    kept = w > 0
    weighted = mean.loss_and_grad(X, y, sample_weight=w)[1]
    for symbol, g in mean.loss_and_grad(X[kept], y[kept], sample_weight=w[kept])[1].items():
        assert np.allclose(weighted[symbol], g, rtol=1e-11, atol=1e-13)


@case
def test_outputs_are_averaged_or_summed(name, loss, targets):
    if not isinstance(loss, ElementwiseLoss):
        assert "outputs" not in {f.name for f in fields(loss)}
        return
    X, y = data(targets)
    mean, total = (
        network(change(loss, outputs=outputs)).loss_and_grad(X, y)[0] for outputs in ("mean", "sum")
    )
    assert total == pytest.approx(K * mean, rel=1e-12)


@case
def test_predict_applies_the_link(name, loss, targets):
    X, _ = data(targets)
    z = network(cr.SquaredError(), name=name).predict(X)
    expected = ORACLES[LINKS[name]](z) if name in LINKS else z
    assert np.allclose(network(loss).predict(X), expected, rtol=1e-12)


@case
def test_the_link_is_not_applied_twice(name, loss, targets):
    assert (name in LINKS) == bool(loss.refuses)
    for op in loss.refuses:

        class Last(cr.Layer):
            def __call__(self, z, op=op):
                return op(z)

        with pytest.raises(cr.ParameterError, match=rf"{name}.*{op.name}.*remove Last\(\)"):
            cr.Network(cr.Dense(OUTPUTS.get(name, K)), Last(), loss=loss, inputs=(2,))


def test_a_link_is_only_refused_at_the_end():
    net = cr.Network(
        cr.Dense(K), cr.Softmax(), cr.Dense(K), loss=cr.SoftmaxCrossEntropy(), inputs=(2,)
    )
    assert np.isfinite(net.loss_and_grad([[1.0, 2.0]], [0])[0])


@case
def test_training_lowers_the_loss(name, loss, targets):
    net = network(loss)
    X, y = data(targets, 20)
    history = net.fit(X, y, optimizer=cr.Adam(lr=0.02), epochs=60, batch_size=None, verbose=0)
    assert history.loss[-1] < history.loss[0]


@case
def test_float32_stays_float32(name, loss, targets):
    X, y = data(targets)
    net = network(loss, "float32")
    value, gradients = net.loss_and_grad(X, y)
    assert all(g.dtype == np.float32 for g in gradients.values())
    assert float(value) == pytest.approx(float(network(loss).loss_and_grad(X, y)[0]), rel=1e-4)


@case
def test_bad_targets_are_named_and_nothing_changes(name, loss, targets):
    net = network(loss)
    X, y = data(targets)
    theta = net.theta.copy()
    broken = y.astype(float)
    broken.flat[1] = np.nan
    for bad in (
        np.full(len(X), "yes"),  # words
        broken,  # NaN
        np.full((len(X), K), np.inf),
        np.ones((len(X), K + 2)),  # another number of outputs
        np.ones((len(X), K, 2)),  # another number of axes
        np.ones((len(X) - 1, *y.shape[1:])),  # another number of rows
    ):
        with pytest.raises(cr.DataError, match=r"\by\b.*(expected|has).*(got|but).*\. \S"):
            net.fit(X, bad, verbose=0)
    assert np.array_equal(net.theta, theta)


@case
def test_one_target_a_row_will_not_do_for_several_outputs(name, loss, targets):
    X, _ = data(targets)
    if name != "SoftmaxCrossEntropy":
        with pytest.raises(cr.DataError, match="y"):
            network(loss).loss_and_grad(X, np.ones(len(X)))


@case
def test_a_loss_is_its_settings(name, loss, targets):
    again = eval(repr(loss), vars(losses))
    assert again == loss and type(again) is CLASSES[name]
    with pytest.raises(cr.ParameterError, match=r"reduction must be"):
        CLASSES[name](reduction="max")


@pytest.mark.parametrize("name", CLASSES)
def test_the_docstring_says_everything(name):
    text = inspect.getdoc(
        CLASSES[name]
    )  # without the indentation, which Python 3.13 removes itself
    for heading in ("Parameters", "Shapes", "Raises", "Examples"):
        assert re.search(rf"^{heading}\n-+$", text, re.MULTILINE), heading
    parameters = text.partition("Parameters\n")[2].partition("Shapes\n")[0]
    for f in fields(CLASSES[name]):
        assert re.search(rf"^{f.name} : ", parameters, re.MULTILINE), f.name
