"""The scores that all maps ask for: which class, which output, some images at a time."""

import sys

import numpy as np
import pytest
from tests.inspect.images import IMAGE, NOT_BUILT, X, heads, network, slopes, slow_occlusion

import chainrule as cr
from chainrule import inspect as see
from chainrule.inspect import scores
from chainrule.inspect.scores import before_link, map_named, of_class, pair, rows_at_once

rng = np.random.default_rng(0)


def test_the_predicted_class_is_taken_where_none_is_given():
    net = network()
    labels = net.predict(X).argmax(axis=1)
    assert len(set(labels.tolist())) > 1
    for f in (see.saliency, see.occlusion, see.grad_cam):
        assert np.array_equal(f(net, X), f(net, X, labels))
        assert f(net, X[2], int(labels[2])) == pytest.approx(f(net, X)[2], abs=1e-12), (
            "one image, one map"
        )
        assert np.array_equal(f(net, X, 1), f(net, X, [1] * 5))


def test_of_several_outputs_one_is_chosen():
    for losses in ({}, {"ink": cr.SigmoidCrossEntropy(), "digit": cr.SoftmaxCrossEntropy()}):
        net = heads(**losses)
        symbols = {
            v.path.split("/")[1]: v.symbol
            for v in net.programs.predict.values
            if v.path.endswith("dense1/z")
        }
        for output, label in (("digit", 2), ("ink", len(losses) // 2)):
            found = see.saliency(net, X[0], label, output=output)
            unit = 0 if output == "ink" else label
            score = lambda x, net=net, z=symbols[output], unit=unit: net.activations(x)[z][:, unit]
            assert found == pytest.approx(slopes(score, X[0]), abs=1e-8)
        slow = slow_occlusion(
            lambda x, net=net: net.predict(x)["digit"][:, 2], X[0], (2, 2), (1, 1), 0.0
        )
        assert see.occlusion(net, X[0], 2, patch=2, output="digit") == pytest.approx(slow, abs=1e-9)
        assert see.grad_cam(net, X, output="digit").shape == (5, 7, 6)


def test_little_memory_changes_nothing(monkeypatch):
    net = network()
    calls = [
        lambda: see.saliency(net, X),
        lambda: see.occlusion(net, X, patch=3),
        lambda: see.grad_cam(net, X),
        lambda: see.feature_maps(net, X)["tanh1"],
    ]
    before = [call() for call in calls]
    for module in ("scores", "occlusion"):
        monkeypatch.setattr(
            sys.modules[f"chainrule.inspect.{module}"], "AT_ONCE", 3000
        )  # bytes: a row or four
    for call, whole in zip(calls, before, strict=True):
        assert call() == pytest.approx(whole, abs=1e-12)


def test_flat_rows_that_become_images():
    start = {"seed": 1, "loss": cr.SoftmaxCrossEntropy()}
    rest = (cr.Conv2D(4), cr.ReLU(), cr.Flatten(), cr.Dense(3))
    flat = cr.Network(cr.Reshape(8, 8, 1), *rest, inputs=(64,), **start)
    image = cr.Network(*rest, inputs=(8, 8, 1), **start)
    rows = rng.normal(size=(3, 64))
    images = rows.reshape(3, 8, 8, 1)
    assert np.array_equal(see.grad_cam(flat, rows), see.grad_cam(image, images))
    assert np.array_equal(
        see.saliency(flat, rows).reshape(images.shape), see.saliency(image, images)
    )
    assert list(see.feature_maps(flat, rows[0])) == ["reshape1", "conv2d1", "relu1"]


def several():
    class Both(cr.Layer):
        def __call__(self, given):
            return cr.Dense(2)(given["a"]) + cr.Dense(2)(given["b"])

    return cr.Network(Both(), loss=cr.SoftmaxCrossEntropy(), inputs={"a": (3,), "b": (4,)})


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: see.saliency(network(), X, 4),
            cr.ParameterError,
            "saliency: expected a label from 0 to 3, got 4. Classes count from 0.",
        ),
        (
            lambda: see.saliency(network(), X, [0, 1, -1, 0, 0]),
            cr.ParameterError,
            "a label from 0 to 3, got -1",
        ),
        (
            lambda: see.saliency(network(), X, [0, 1]),
            cr.ParameterError,
            r"or one for each of 5 images, got int64 of shape \(2,\)",
        ),
        (
            lambda: see.saliency(network(), X, [[0], [1, 2]]),
            cr.ParameterError,
            r"expected a class as label.*got \[\[0\], \[1, 2\]\]",
        ),
        (
            lambda: see.saliency(network(), X, "cat"),
            cr.ParameterError,
            "expected a class as label.*got 'cat'",
        ),
        (
            lambda: see.saliency(network(), X[:, :, :, 0]),
            cr.ShapeError,
            "expected rows like the first ones",
        ),
        (
            lambda: see.saliency(network(), X[0, :, :, 0]),
            cr.ShapeError,
            r"X: expected rows of shape \(N, 7, 6, 2\), got \(7, 6\)",
        ),
        (lambda: see.saliency(network(), X[:0]), cr.DataError, "at least one"),
        (
            lambda: see.saliency(network(), X, output="digit"),
            cr.ParameterError,
            "this network has one output",
        ),
        (
            lambda: see.saliency(heads(), X),
            cr.ParameterError,
            "saliency: expected one of the outputs digit, ink, got None. Write output='digit'",
        ),
        (
            lambda: see.saliency(several(), {"a": np.ones((1, 3)), "b": np.ones((1, 4))}),
            cr.ParameterError,
            "expected a network with one input and images as an array, got inputs a, b",
        ),
        (
            lambda: see.saliency(network(cr.Tanh(), loss=cr.SquaredError()), X),
            cr.ShapeError,
            r"gives scores \(N, K\), one a class, got \(N, 2, 2, 4\)",
        ),
        (
            lambda: see.saliency(
                cr.Network(
                    cr.Embedding(5, 2),
                    cr.Flatten(),
                    cr.Dense(2),
                    loss=cr.SoftmaxCrossEntropy(),
                    inputs=(3,),
                ),
                [1, 2, 3],
            ),
            cr.ParameterError,
            "It has no pixels",
        ),
        (lambda: see.saliency(NOT_BUILT, IMAGE), cr.NotBuiltError, "fit first, or give inputs="),
    ],
)
def test_what_cannot_be_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize(("given", "size"), [(3, (3, 3)), ((2, 5), (2, 5)), ([1, 4], (1, 4))])
def test_a_size_is_one_number_or_two(given, size):
    assert pair("occlusion", "patch", given) == size
    assert pair("occlusion", "patch", np.int64(3)) == (3, 3)


@pytest.mark.parametrize("given", [0, -1, 2.0, True, None, "3", (1,), (1, 2, 3), (1, 0), (1, 2.5)])
def test_what_is_no_size_is_refused(given):
    with pytest.raises(cr.ParameterError, match=r"^occlusion\(stride=.*must be a whole number ≥ 1"):
        pair("occlusion", "stride", given)


def test_the_value_before_the_link_is_that_of_the_last_layer():
    for loss in (cr.SoftmaxCrossEntropy(), cr.SigmoidCrossEntropy(), cr.SquaredError()):
        program = network(loss=loss).programs.predict
        assert program.values[before_link("saliency", program, program.output)].symbol == "z3"


def test_few_rows_run_at_once_if_their_values_are_large(monkeypatch):
    program = network().programs.predict
    each = sum(v.size for v in one_row(program))
    monkeypatch.setattr(scores, "AT_ONCE", 5 * 8 * each + 7)
    assert rows_at_once(program, 8) == 5 and rows_at_once(program, 4) == 10
    monkeypatch.setattr(scores, "AT_ONCE", each)
    assert rows_at_once(program, 8) == 1
    monkeypatch.setattr(scores, "AT_ONCE", 1 << 40)
    assert rows_at_once(program, 8) == 256


def one_row(program):
    """Arrays like the values of one row."""
    return [np.empty(v.shape[1:]) for v in program.values if v.kind == "row"]


def test_a_feature_map_has_a_symbol_a_path_and_the_name_of_its_layer():
    program = network().programs.predict
    for name, symbol in (("tanh2", "a2"), ("z2", "z2"), ("conv2d2", "z2"), ("conv2d1/z", "z1")):
        assert program.values[map_named("grad_cam", program, name)].symbol == symbol
    with pytest.raises(cr.ParameterError, match="a layer that gives feature maps: conv2d1, tanh1"):
        map_named("grad_cam", program, "z3")  # scores have no positions


def test_of_two_classes_the_other_one_has_the_rest():
    p, labels = np.array([[0.9], [0.2]]), np.array([0, 1])
    assert of_class(p, labels, linked=True) == pytest.approx([0.1, 0.2])
    assert of_class(p, labels, linked=False) == pytest.approx([-0.9, 0.2])
