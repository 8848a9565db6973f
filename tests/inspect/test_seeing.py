"""What a network sees: saliency, occlusion, Grad-CAM, feature maps, the worst rows, against slow and obvious oracles."""

import sys

import numpy as np
import pytest

import chainrule as cr
from chainrule import inspect as see
from chainrule.ops.sigmoid import sigmoid
from chainrule.ops.softmax import softmax

rng = np.random.default_rng(0)
X = rng.normal(size=(5, 7, 6, 2))


def network(*end, loss=None, inputs=(7, 6, 2), **settings):
    """A smooth convolutional network in float64."""
    chain = [
        cr.Conv2D(3, padding="same"),
        cr.Tanh(),
        cr.AveragePool2D(2),
        cr.Conv2D(4, kernel=2),
        cr.Tanh(),
    ]
    end = end or (cr.Flatten(), cr.Dense(4))
    loss = loss or cr.SoftmaxCrossEntropy()
    return cr.Network(*chain, *end, loss=loss, inputs=inputs, seed=3, dtype="float64", **settings)


class Sharp(cr.Loss):
    """Its link has three steps."""

    def __call__(self, z, y):
        return cr.SquaredError()(z, y)

    def link(self, z):
        return softmax(sigmoid(z) + z)


# ---------------------------------------------------------------- saliency


def slopes(score, image, step=1e-5):
    """∂score/∂pixel by central differences, pixel by pixel."""
    found = np.zeros(image.shape)
    for place in np.ndindex(image.shape):
        up, down = image.copy(), image.copy()
        up[place] += step
        down[place] -= step
        found[place] = (score(up[None])[0] - score(down[None])[0]) / (2 * step)
    return found


@pytest.mark.parametrize(
    "loss",
    [
        cr.SoftmaxCrossEntropy(),
        cr.KLDivergence(),
        cr.SigmoidCrossEntropy(),
        cr.SquaredError(),
        cr.Hinge(),
        Sharp(),
    ],
    ids=repr,
)
def test_saliency_is_the_slope_of_the_value_before_the_link(loss):
    net = network(loss=loss)
    for label in (0, 3):
        found = see.saliency(net, X[:2], label)
        for n in range(2):
            score = lambda x, label=label: net.activations(x)["z3"][:, label]
            assert found[n] == pytest.approx(slopes(score, X[n]), abs=1e-8)


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


@pytest.mark.parametrize(
    "loss", [cr.SigmoidCrossEntropy(), cr.Hinge(), cr.SquaredHinge()], ids=repr
)
def test_one_output_tells_two_classes_apart(loss):
    net = network(cr.Flatten(), cr.Dense(1), loss=loss)
    one = see.saliency(net, X, 1)
    assert one[0] == pytest.approx(slopes(lambda x: net.activations(x)["z3"][:, 0], X[0]), abs=1e-8)
    assert np.array_equal(see.saliency(net, X, 0), -one)
    says = net.activations(X)["z3"][:, 0] > 0
    assert np.array_equal(see.saliency(net, X), np.where(says[:, None, None, None], one, -one))
    fall = see.occlusion(net, X, 1, patch=(3, 2))
    assert see.occlusion(net, X, 0, patch=(3, 2)) == pytest.approx(-fall, abs=1e-12)


def test_one_output_without_classes_is_a_score():
    net = network(cr.Flatten(), cr.Dense(1), loss=cr.SquaredError())
    assert np.array_equal(see.saliency(net, X), see.saliency(net, X, 0))
    with pytest.raises(cr.ParameterError, match="saliency: expected a label from 0 to 0, got 1"):
        see.saliency(net, X, 1)


def heads(**losses):
    named = {
        "digit": cr.Sequential(cr.Flatten(), cr.Dense(4)),
        "ink": cr.Sequential(cr.Flatten(), cr.Dense(1)),
    }
    losses = losses or {"digit": cr.SoftmaxCrossEntropy(), "ink": (0.5, cr.SquaredError())}
    return network(cr.Heads(named), loss=losses)


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


def test_rows_of_any_shape_have_a_saliency():
    net = cr.Network(cr.Dense(3), loss=cr.SoftmaxCrossEntropy(), inputs=(4,))
    assert see.saliency(net, np.ones(4), 2) == pytest.approx(net.parameters["W1"][:, 2])


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


# ---------------------------------------------------------------- occlusion


def slow_occlusion(probability, image, patch, stride, fill):
    """One patch after the other, one prediction each."""
    H, W, _ = image.shape
    downs = [i for i in range(H) if i + patch[0] <= H and (i % stride[0] == 0 or i + patch[0] == H)]
    overs = [j for j in range(W) if j + patch[1] <= W and (j % stride[1] == 0 or j + patch[1] == W)]
    falls = {}
    for i in downs:
        for j in overs:
            hidden = image.copy()
            hidden[i : i + patch[0], j : j + patch[1]] = fill
            falls[i, j] = float(probability(image[None])[0] - probability(hidden[None])[0])
    found = np.zeros((H, W))
    for a in range(H):
        for b in range(W):
            over = [
                f for (i, j), f in falls.items() if i <= a < i + patch[0] and j <= b < j + patch[1]
            ]
            found[a, b] = sum(over) / len(over)
    return found


@pytest.mark.parametrize(
    ("patch", "stride", "fill"),
    [(1, 1, 0.0), (3, 1, 0.5), ((2, 5), (2, 3), [1.0, -1.0]), ((7, 6), 1, 0), (4, 3, 2)],
)
def test_occlusion_hides_every_patch(patch, stride, fill):
    net = network()
    two = lambda n: n if isinstance(n, tuple) else (n, n)
    found = see.occlusion(net, X[:2], 3, patch=patch, stride=stride, fill=fill)
    for n in range(2):
        slow = slow_occlusion(lambda x: net.predict(x)[:, 3], X[n], two(patch), two(stride), fill)
        assert found[n] == pytest.approx(slow, abs=1e-9)


def test_occlusion_leaves_the_images_as_they_are():
    images = (rng.random((2, 7, 6, 2)) * 255).astype(np.uint8)
    copy = images.copy()
    found = see.occlusion(network(), images, fill=0.5)
    assert np.array_equal(images, copy) and found.dtype == np.float64


# ---------------------------------------------------------------- Grad-CAM


def slow_stretch(small, height, width):
    """Bilinear: pixel i lies at (i + ½) h / H − ½ of the small map, held at its edges."""
    h, w = small.shape
    large = np.zeros((height, width))
    for i in range(height):
        for j in range(width):
            y = min(max((i + 0.5) * h / height - 0.5, 0), h - 1)
            x = min(max((j + 0.5) * w / width - 0.5, 0), w - 1)
            top, left = int(y), int(x)
            down, right = min(top + 1, h - 1), min(left + 1, w - 1)
            a, b = y - top, x - left
            upper = (1 - b) * small[top, left] + b * small[top, right]
            lower = (1 - b) * small[down, left] + b * small[down, right]
            large[i, j] = (1 - a) * upper + a * lower
    return large


@pytest.mark.parametrize(
    ("layer", "A"),
    [(None, "a2"), ("tanh2", "a2"), ("z2", "z2"), ("conv2d1", "z1"), ("average_pool2d1", "h1")],
)
def test_grad_cam_by_hand(layer, A):
    # L = ½ Σ (z − y)² has dz = z − y: with y = z − onehot(c), the gradients of L are those of the score of c
    net = network(loss=cr.SquaredError(outputs="sum", half=True, reduction="sum"))
    values = net.activations(X)
    for label in range(4):
        gradients = net.gradients(X, values["z3"] - np.eye(4)[label])
        found = see.grad_cam(net, X, label, layer=layer)
        for n in range(len(X)):
            small = np.zeros(values[A].shape[1:3])
            for k in range(values[A].shape[3]):
                small += gradients["d" + A][n, :, :, k].mean() * values[A][n, :, :, k]
            small[small < 0] = 0
            assert found[n] == pytest.approx(slow_stretch(small, 7, 6), abs=1e-10)


def test_grad_cam_takes_the_last_convolution_with_what_follows_it():
    chain = [
        cr.Conv2D(4),
        cr.BatchNorm(),
        cr.ReLU(),
        cr.Residual(cr.Conv2D(4, padding="same"), cr.ReLU()),
        cr.Tanh(),
        cr.MaxPool2D(2),
    ]
    net = cr.Network(
        *chain, cr.Flatten(), cr.Dense(3), loss=cr.SoftmaxCrossEntropy(), inputs=(8, 8, 1)
    )
    images = rng.normal(size=(2, 8, 8, 1))
    assert np.array_equal(see.grad_cam(net, images), see.grad_cam(net, images, layer="tanh1"))
    pooled = cr.Network(
        cr.Conv2D(4),
        cr.GlobalAveragePool(),
        cr.Dense(3),
        loss=cr.SoftmaxCrossEntropy(),
        inputs=(8, 8, 1),
    )
    assert np.array_equal(
        see.grad_cam(pooled, images), see.grad_cam(pooled, images, layer="conv2d1")
    )


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


# ---------------------------------------------------------------- feature maps


def test_feature_maps_are_the_images_of_the_layers():
    net = network()
    values, maps = net.activations(X), see.feature_maps(net, X)
    assert list(maps) == ["conv2d1", "tanh1", "average_pool2d1", "conv2d2", "tanh2"]
    for name, symbol in zip(maps, ("z1", "a1", "h1", "z2", "a2"), strict=True):
        assert maps[name] == pytest.approx(values[symbol], abs=1e-12)
    one = see.feature_maps(net, X[0])
    assert {name: a.shape for name, a in one.items()} == {
        name: a.shape[1:] for name, a in maps.items()
    }


def test_a_layer_of_several_steps_gives_its_last():
    net = cr.Network(
        cr.GroupNorm(2), cr.Flatten(), cr.Dense(1), loss=cr.SquaredError(), inputs=(2, 2, 4)
    )
    net.parameters["beta1"][...] = 7
    maps = see.feature_maps(net, np.zeros((2, 2, 4)))
    assert list(maps) == ["group_norm1"] and (maps["group_norm1"] == 7).all()


# ---------------------------------------------------------------- the worst rows


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


# ---------------------------------------------------------------- what cannot be


def several():
    class Both(cr.Layer):
        def __call__(self, given):
            return cr.Dense(2)(given["a"]) + cr.Dense(2)(given["b"])

    return cr.Network(Both(), loss=cr.SoftmaxCrossEntropy(), inputs={"a": (3,), "b": (4,)})


def dense():
    return cr.Network(cr.Flatten(), cr.Dense(3), loss=cr.SoftmaxCrossEntropy(), inputs=(4, 4, 1))


NOT_BUILT = cr.Network(cr.Conv2D(2), cr.Flatten(), cr.Dense(2), loss=cr.SoftmaxCrossEntropy())
IMAGE = np.ones((4, 4, 1))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: see.grad_cam(dense(), IMAGE),
            cr.ParameterError,
            "grad_cam: expected a network with a Conv2D, got one without. saliency",
        ),
        (
            lambda: see.grad_cam(network(), X, layer="dense1"),
            cr.ParameterError,
            r"a layer that gives feature maps: conv2d1, tanh1, .*, got 'dense1'",
        ),
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
            lambda: see.occlusion(network(), X, fill=[[0], [1, 2]]),
            cr.ParameterError,
            "fill must be a number",
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
        (
            lambda: see.occlusion(dense(), IMAGE, patch=5),
            cr.ParameterError,
            "occlusion: expected a patch of at most 4 x 4 pixels, the image, got 5 x 5",
        ),
        (
            lambda: see.occlusion(dense(), IMAGE, patch=0),
            cr.ParameterError,
            r"occlusion\(patch=0\): patch must be a whole number ≥ 1",
        ),
        (
            lambda: see.occlusion(dense(), IMAGE, patch=2, stride=3),
            cr.ParameterError,
            "stride must be at most the patch",
        ),
        (
            lambda: see.occlusion(dense(), IMAGE, fill=[1, 2]),
            cr.ParameterError,
            "fill must be a number, or one for each of 1 channels",
        ),
        (
            lambda: see.occlusion(dense(), IMAGE, fill=np.nan),
            cr.ParameterError,
            "fill must be a number",
        ),
        (
            lambda: see.occlusion(dense(), IMAGE, fill=np.ones((9, 9))),
            cr.ParameterError,
            r"fill=an array of shape \(9, 9\)",
        ),
        (
            lambda: see.occlusion(
                cr.Network(cr.Dense(2), loss=cr.SoftmaxCrossEntropy(), inputs=(3,)), np.ones(3)
            ),
            cr.ShapeError,
            r"a network that takes images \(H, W, C\), got rows of shape \(3,\)",
        ),
        (
            lambda: see.feature_maps(dense(), IMAGE),
            cr.ParameterError,
            "feature_maps: expected a network with layers that give images, got one without",
        ),
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
