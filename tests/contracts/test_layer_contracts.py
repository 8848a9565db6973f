"""What every layer promises.

It runs over all public layers; one without settings needs no entry here.
"""

import inspect
import re
from dataclasses import FrozenInstanceError, fields

import numpy as np
import pytest

import chainrule as cr
from chainrule import layers, losses
from chainrule.engines import native
from chainrule.graph.operation import op

# Layers with settings, and the shape of a row that they take. Others are made without settings, for
# rows of shape (3,).
EXAMPLES = {
    "Dense": [
        (cr.Dense(2), (3,)),
        (cr.Dense(2, bias=False, init=cr.initializers.HeNormal(), penalty=cr.L2(0.1)), (3,)),
    ],
    "Conv1D": [
        (cr.Conv1D(2), (4, 2)),
        (cr.Conv1D(4, kernel=2, stride=2, padding="same", groups=2), (5, 2)),
    ],
    "Conv2D": [
        (cr.Conv2D(2), (4, 5, 2)),
        (
            cr.Conv2D(4, kernel=(2, 3), stride=2, padding=1, dilation=(1, 2), groups=2, bias=False),
            (4, 5, 2),
        ),
        (
            cr.Conv2D(
                3, padding="same", groups=3, init=cr.initializers.HeNormal(), penalty=cr.L2(0.1)
            ),
            (3, 3, 3),
        ),
    ],
    "TransposedConv2D": [
        (cr.TransposedConv2D(2), (2, 2, 3)),
        (
            cr.TransposedConv2D(2, kernel=(4, 3), stride=2, padding="same", groups=2, bias=False),
            (2, 3, 2),
        ),
    ],
    "LeakyReLU": [(cr.LeakyReLU(), (3,)), (cr.LeakyReLU(slope=0.3), (2, 3))],
    "ELU": [(cr.ELU(), (3,)), (cr.ELU(alpha=0.5), (2, 3))],
    "Standardize": [
        (cr.Standardize(), (3,)),
        (cr.Standardize(), (2, 2, 3)),
        (cr.Standardize(per="place"), (2, 2, 3)),
    ],
    "Flatten": [(cr.Flatten(), (2, 3)), (cr.Flatten(), (3,))],
    "Columns": [(cr.Columns(1, 3), (3,)), (cr.Columns(0, 1), (2,))],
    "Reshape": [(cr.Reshape(3, 2), (6,)), (cr.Reshape(4), (2, 2))],
    "Dropout": [(cr.Dropout(0.5), (3,)), (cr.Dropout(0.2), (2, 3))],
    "Residual": [
        (cr.Residual(cr.Dense(3), cr.Tanh()), (3,)),
        (cr.Residual(cr.Softsign(), name="skip"), (2, 3)),
        (cr.Residual(cr.Dense(3), shortcut=cr.Dense(3, bias=False)), (3,)),
    ],
    "Sequential": [(cr.Sequential(cr.Dense(2), cr.Tanh(), cr.Dense(4)), (3,))],
    "Shared": [(cr.Shared("tower", cr.Dense(2)), (3,))],
    "EachStep": [(cr.EachStep(cr.Dense(2)), (4, 3)), (cr.EachStep(cr.Flatten()), (1, 2, 2))],
    "Embedding": [(cr.Embedding(5, 2), ()), (cr.Embedding(5, 2), (3,))],
    "BatchNorm": [(cr.BatchNorm(), (3,)), (cr.BatchNorm(rate=0.5, eps=1e-3), (2, 2, 3))],
    "GroupNorm": [(cr.GroupNorm(2), (4,)), (cr.GroupNorm(1, eps=1e-3), (2, 2, 3))],
    "PReLU": [(cr.PReLU(), (3,)), (cr.PReLU(init=0.5), (2, 2, 3))],
    "SpatialDropout": [(cr.SpatialDropout(0.5), (2, 2, 3)), (cr.SpatialDropout(0.2), (2, 3))],
    "GaussianNoise": [(cr.GaussianNoise(0.1), (3,)), (cr.GaussianNoise(0.5), (2, 3))],
    "MaxPool2D": [(cr.MaxPool2D(2), (2, 2, 3)), (cr.MaxPool2D((2, 3), stride=1), (5, 4, 2))],
    "AveragePool2D": [
        (cr.AveragePool2D(2), (2, 2, 3)),
        (cr.AveragePool2D((2, 3), stride=1), (5, 4, 2)),
    ],
    "GlobalMaxPool": [(cr.GlobalMaxPool(), (2, 2, 3)), (cr.GlobalMaxPool(), (2, 3))],
    "GlobalAveragePool": [(cr.GlobalAveragePool(), (2, 2, 3)), (cr.GlobalAveragePool(), (2, 3))],
    "UpSample": [(cr.UpSample(), (2, 2, 3)), (cr.UpSample((1, 3)), (2, 2, 3))],
    "Images": [(cr.Images("first"), (3, 2, 4)), (cr.Images(channels="last"), (2, 4, 3))],
    "ZeroPad": [(cr.ZeroPad(), (2, 2, 3)), (cr.ZeroPad((0, 1, 2, 0)), (2, 2, 3))],
    "Concatenate": [
        (cr.Concatenate(cr.Dense(2), cr.Sequential(cr.Tanh(), cr.Dense(1))), (3,)),
        (cr.Concatenate(cr.Identity(), cr.Tanh(), cr.Softsign()), (2, 2, 3)),
    ],
    "Maxout": [(cr.Maxout(2), (3,)), (cr.Maxout(1, 3, penalty=cr.L2(0.1)), (3,))],
    "MaxPool1D": [(cr.MaxPool1D(2), (4, 3)), (cr.MaxPool1D(3, stride=1), (5, 2))],
    "AveragePool1D": [(cr.AveragePool1D(2), (4, 3)), (cr.AveragePool1D(3, stride=1), (5, 2))],
    "AlphaDropout": [(cr.AlphaDropout(0.5), (3,)), (cr.AlphaDropout(0.2), (2, 3))],
    "ActivityPenalty": [
        (cr.ActivityPenalty(cr.L1(0.1)), (3,)),
        (cr.ActivityPenalty(cr.ElasticNet(0.1, 0.2)), (2, 3)),
    ],
    "LayerNorm": [(cr.LayerNorm(), (3,)), (cr.LayerNorm(eps=1e-3), (2, 3))],
}
CLASSES = {
    name: getattr(layers, name) for name in layers.__all__ if name not in ("Layer", "Heads", "Join")
}  # Heads gives a dict, Join takes one
CASES = [
    (name, *case) for name in CLASSES for case in EXAMPLES.get(name) or [(CLASSES[name](), (3,))]
]
case = pytest.mark.parametrize(
    ("name", "layer", "shape"), CASES, ids=[f"{c[0]}{c[2]}" for c in CASES]
)


@op
def weigh(x, w):
    """z = x ⊙ w"""
    return x * w


@weigh.gradient
def weigh_backward(dz, z, x, w):
    """dx = dz ⊙ w,   dw = Σₙ dz ⊙ x"""
    return dz * w, (dz * x).sum(axis=0)


class Weigh(cr.Layer):
    """z = x ⊙ w: parameters before any layer, so that its gradient is asked for."""

    def __call__(self, x):
        return weigh(x, x.tape.param("w", x.shape[1:], cr.initializers.Normal(0.3, mean=1.0)))


def network(layer, shape, seed=0, dtype="float64"):
    before = [] if isinstance(layer, cr.Embedding) else [Weigh()]
    return cr.Network(*before, layer, loss=cr.SquaredError(), inputs=shape, seed=seed, dtype=dtype)


def data(net, layer, shape, n, seed=1):
    rng = np.random.default_rng(seed)
    X = (
        rng.integers(0, 5, (n, *shape))
        if isinstance(layer, cr.Embedding)
        else rng.normal(size=(n, *shape))
    )
    return X, rng.normal(size=(n, *net.programs.output[1:]))


def test_examples_are_of_layers_that_exist():
    assert set(EXAMPLES) <= set(CLASSES)


@case
def test_gradients_are_right_in_score_and_in_train(name, layer, shape):
    net = network(layer, shape)
    X, y = data(net, layer, shape, 5)
    for program in (net.programs.score, net.programs.train):
        inputs = {"x": X, "y": y, "key": (3, 7)}
        for method in ("complex", "central"):
            report = cr.check_gradients(program, net.theta, inputs, method=method)
            assert report.passed, str(report)
            assert report.checked > 0
    assert net.check_gradients(X, y).passed


@case
@pytest.mark.skipif(not native.available(), reason="the native engine was not built")
def test_native_gradients_are_right_in_score_and_in_train(name, layer, shape):
    """They are compared with finite differences, also those of a layer before this one."""
    before = (
        []
        if isinstance(layer, cr.Embedding)
        else [cr.Dense(shape[-1])]
        if len(shape) == 1
        else [cr.EachStep(cr.Dense(3))] * (shape == (2, 3))
    )
    net = cr.Network(
        *before,
        layer,
        cr.Flatten(),
        cr.Dense(2),
        loss=cr.SquaredError(),
        inputs=shape,
        seed=0,
        dtype="float64",
    )
    X, y = data(net, layer, shape, 5)
    for program in (net.programs.score, net.programs.train):
        report = cr.check_gradients(
            program, net.theta, {"x": X, "y": y, "key": (3, 7)}, engine="native"
        )
        assert report.passed and report.checked > 0 and report.method == "central differences", str(
            report
        )


@case
def test_predictions_have_the_traced_shape_and_belong_to_their_row_alone(name, layer, shape):
    net = network(layer, shape)
    X, _ = data(net, layer, shape, 4)
    p = net.predict(X)
    assert p.shape == (4, *net.programs.output[1:]) and p.dtype == np.float64
    for n in range(4):
        assert np.allclose(net.predict(X[n : n + 1]), p[n : n + 1], rtol=1e-12, atol=1e-14)


@case
def test_training_lowers_the_loss_and_a_seed_decides_everything(name, layer, shape):
    nets = [network(layer, shape, seed=seed) for seed in (0, 0, 1)]
    X, y = data(nets[0], layer, shape, 8)
    for net in nets:
        before = net.theta.copy()
        history = net.fit(X, y, optimizer=cr.SGD(lr=0.02), epochs=20, batch_size=None, verbose=0)
        assert np.isfinite(net.theta).all() and (net.theta != before).any()
        assert (
            name in ("Dropout", "AlphaDropout", "SpatialDropout", "GaussianNoise")
            or history.loss[-1] < history.loss[0]
        )
    assert np.array_equal(nets[0].theta, nets[1].theta)
    assert not np.array_equal(nets[0].theta, nets[2].theta)


@case
def test_float32_stays_float32(name, layer, shape):
    net = network(layer, shape, dtype="float32")
    X, y = data(net, layer, shape, 3)
    assert net.predict(X).dtype == np.float32
    assert all(a.dtype == np.float32 for a in net.loss_and_grad(X, y)[1].values())


@case
def test_a_layer_is_its_settings(name, layer, shape):
    again = eval(repr(layer), vars(cr.initializers) | vars(losses) | vars(layers))
    assert again == layer and hash(again) == hash(layer) and type(again) is CLASSES[name]
    with pytest.raises(FrozenInstanceError):
        layer.name = "other"


@case
def test_a_name_is_the_layers_path(name, layer, shape):
    given = [getattr(layer, f.name) for f in fields(layer) if f.name != "name" and not f.kw_only]
    places = given[0] if name in ("Concatenate", "Reshape", "Residual", "Sequential") else given
    named = type(layer)(*places, name="mine")
    net = network(named, shape)
    owned = [v.path for v in net.programs.train.values if v.path.startswith("mine/")]
    assert owned or name in ("Identity", "Shared")
    with pytest.raises(cr.ParameterError, match="a name is a word"):
        type(layer)(*places, name="a/b")


@case
def test_equations_speak_of_every_step(name, layer, shape):
    net = network(layer, shape)
    text = net.equations()
    assert text.startswith("forward\n") and "\nbackward\n" in text
    assert len(text.split("backward")[0].splitlines()) == 1 + len(net.programs.train.steps)


@pytest.mark.parametrize("name", CLASSES)
def test_a_layer_is_wired_and_does_not_compute(name):
    layer = EXAMPLES[name][0][0] if name in EXAMPLES else CLASSES[name]()
    with pytest.raises(cr.ParameterError, match=r"expected a Node, got ndarray"):
        layer(np.ones((2, 3)))


@pytest.mark.parametrize("name", CLASSES)
def test_the_docstring_says_everything(name):
    text = inspect.getdoc(
        CLASSES[name]
    )  # without the indentation, which Python 3.13 removes itself
    for heading in ("Parameters", "Shapes", "Examples"):
        assert re.search(rf"^{heading}\n-+$", text, re.MULTILINE), heading
    parameters = text.partition("Parameters\n")[2].partition("Shapes\n")[0]
    for f in fields(CLASSES[name]):
        assert re.search(rf"^\*?(\w+, )*{f.name}\b.* : ", parameters, re.MULTILINE), f.name
    if "check" in CLASSES[name].__dict__:
        assert "Raises\n" in text
