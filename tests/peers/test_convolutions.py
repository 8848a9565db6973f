"""Convolutions against PyTorch: outputs and gradients with the same weights, all settings."""

import itertools

import numpy as np
import pytest

import chainrule as cr

pytestmark = pytest.mark.peers

TOLERANCE = {"float32": 1e-5, "float64": 1e-10}  # relative to the largest entry
SETTINGS = list(itertools.product([1, 2, (1, 3)], ["valid", "same", 1, (2, 0)], [1, 2], [1, 2]))
SHAPES = [(1, 7, 9, 4), (3, 8, 7, 2), (2, 5, 11, 6)]


def near(found, expected, dtype):
    expected = expected.detach().numpy() if hasattr(expected, "detach") else expected
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() <= TOLERANCE[dtype] * max(1.0, np.abs(expected).max())


def ours(layer, X, dtype, engine):
    """The layer's output for X, and its gradients for dz = z / size: of half the mean square."""
    net = cr.Network(
        layer,
        loss=cr.SquaredError(half=True),
        inputs=X.shape[1:],
        dtype=dtype,
        engine=engine,
        seed=1,
    )
    net.theta[...] = np.random.default_rng(2).normal(size=net.theta.size)
    z = net.predict(X)
    history = {name: value.copy() for name, value in net.parameters.items()}
    if engine == "native":  # one step of plain descent shows g
        net.fit(X, np.zeros_like(z), optimizer=cr.SGD(lr=1.0), batch_size=None, verbose=0)
        return z, history, {"d" + n: history[n] - net.parameters[n] for n in history}
    gradients = net.gradients(X, np.zeros_like(z))
    return z, history, gradients


def theirs(convolve, X, weights, torch):
    """The same by autograd; convolve(x, W, b) on channels first."""
    x = torch.tensor(np.moveaxis(X, -1, 1), requires_grad=True)
    W, b = (torch.tensor(w, requires_grad=True) for w in weights)
    z = convolve(x, W, b)
    ((z * z).sum() / (2 * z.numel())).backward()
    return z.detach().numpy(), x.grad, W.grad, b.grad


@pytest.mark.parametrize("engine", ["reference", "native"])
@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_conv2d(shape, dtype, engine):
    torch = pytest.importorskip("torch")
    X = np.random.default_rng(0).normal(size=shape).astype(dtype)
    for stride, padding, dilation, groups in SETTINGS:
        layer = cr.Conv2D(
            4, kernel=(3, 2), stride=stride, padding=padding, dilation=dilation, groups=groups
        )
        z, weights, gradients = ours(layer, X, dtype, engine)
        top, bottom, left, right = (
            cr.Network(layer, loss=cr.SquaredError(), inputs=shape[1:])
            .programs.predict.steps[0]
            .attrs["padding"]
        )

        def convolve(
            x, W, b, stride=stride, dilation=dilation, groups=groups, pad=(left, right, top, bottom)
        ):
            x = torch.nn.functional.pad(x, pad)
            return torch.nn.functional.conv2d(
                x, W, b, stride=stride, dilation=dilation, groups=groups
            )

        W = np.ascontiguousarray(weights["W1"].transpose(3, 2, 0, 1))
        z2, _, dW, db = theirs(convolve, X, (W, weights["b1"]), torch)
        near(z, np.moveaxis(z2, 1, -1), dtype)
        near(gradients["dW1"], dW.numpy().transpose(2, 3, 1, 0), dtype)
        near(gradients["db1"], db, dtype)


@pytest.mark.parametrize("engine", ["reference", "native"])
@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_transposed_conv2d(shape, dtype, engine):
    torch = pytest.importorskip("torch")
    X = np.random.default_rng(0).normal(size=shape).astype(dtype)
    for stride, padding, dilation, groups in itertools.product(
        [1, 2, (1, 3)], [0, 1, (1, 0)], [1, 2], [1, 2]
    ):
        layer = cr.TransposedConv2D(
            4, kernel=(3, 2), stride=stride, padding=padding, dilation=dilation, groups=groups
        )
        z, weights, gradients = ours(layer, X, dtype, engine)
        each = shape[-1] // groups

        def convolve(x, W, b, stride=stride, padding=padding, dilation=dilation, groups=groups):
            return torch.nn.functional.conv_transpose2d(
                x, W, b, stride, padding, 0, groups, dilation
            )

        W = (
            weights["W1"]
            .reshape(3, 2, each, groups, 4 // groups)
            .transpose(3, 2, 4, 0, 1)
            .reshape(shape[-1], 4 // groups, 3, 2)
        )
        z2, _, dW, db = theirs(convolve, X, (np.ascontiguousarray(W), weights["b1"]), torch)
        near(z, np.moveaxis(z2, 1, -1), dtype)
        dW = (
            dW.numpy()
            .reshape(groups, each, 4 // groups, 3, 2)
            .transpose(3, 4, 1, 0, 2)
            .reshape(weights["W1"].shape)
        )
        near(gradients["dW1"], dW, dtype)
        near(gradients["db1"], db, dtype)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_gradient_of_the_image(shape, dtype):
    """dx of both engines' op: the gradient of a layer before it depends on it alone."""
    torch = pytest.importorskip("torch")
    X = np.random.default_rng(0).normal(size=shape).astype(dtype)
    for stride, padding, dilation, groups in SETTINGS:
        second = cr.Conv2D(
            4, kernel=(3, 2), stride=stride, padding=padding, dilation=dilation, groups=groups
        )
        for engine in ("reference", "native"):
            net = cr.Network(
                cr.Conv2D(shape[-1], kernel=1),
                second,
                loss=cr.SquaredError(half=True),
                inputs=shape[1:],
                dtype=dtype,
                engine=engine,
            )
            net.theta[...] = np.random.default_rng(2).normal(size=net.theta.size)
            before = {name: value.copy() for name, value in net.parameters.items()}
            top, bottom, left, right = net.programs.predict.steps[1].attrs["padding"]
            y = np.zeros((shape[0], *net.programs.output[1:]), dtype)
            net.fit(X, y, optimizer=cr.SGD(lr=1.0), batch_size=None, verbose=0)

            def convolve(
                x, W, b, w=before, pad=(left, right, top, bottom), s=stride, d=dilation, g=groups
            ):
                first = torch.nn.functional.conv2d(x, W, b)
                W2 = torch.tensor(np.ascontiguousarray(w["W2"].transpose(3, 2, 0, 1)))
                padded = torch.nn.functional.pad(first, pad)
                return torch.nn.functional.conv2d(
                    padded, W2, torch.tensor(w["b2"]), stride=s, dilation=d, groups=g
                )

            W1 = np.ascontiguousarray(before["W1"].transpose(3, 2, 0, 1))
            _, _, dW, db = theirs(convolve, X, (W1, before["b1"]), torch)
            near(before["W1"] - net.parameters["W1"], dW.numpy().transpose(2, 3, 1, 0), dtype)
            near(before["b1"] - net.parameters["b1"], db, dtype)
