"""Small recorded runs of every kind, for the tests of what is drawn of them."""

import warnings

import numpy as np

import chainrule as cr

RNG = np.random.default_rng(0)
X2 = RNG.normal(size=(60, 2)).astype(np.float32)
X5 = RNG.normal(size=(60, 5)).astype(np.float32)
CLASSES = (X5[:, 0] > 0).astype(int) + (X5[:, 1] > 0)
IMAGES = RNG.random((40, 8, 8, 1)).astype(np.float32)


def net(*layers, loss=None, **settings):
    return cr.Network(*layers, loss=loss or cr.SoftmaxCrossEntropy(), seed=1, **settings)


def record(network, X, y=None, **options):
    options = {"epochs": 3, "batch_size": 16, "verbose": 0, **options}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return network.record(X, y, **options)


def plane(**options):
    """Three classes of points of a plane."""
    y = CLASSES[:60]
    return record(net(cr.Dense(6), cr.Tanh(), cr.Dense(3)), X2, y, **options)


def table(**options):
    """Three classes of rows with five columns."""
    return record(net(cr.Dense(6), cr.ReLU(), cr.Dense(3)), X5, CLASSES, **options)


def curve(**options):
    return record(
        net(cr.Dense(6), cr.Tanh(), cr.Dense(1), loss=cr.SquaredError()),
        X2[:, :1],
        np.sin(X2[:, 0]),
        **options,
    )


def field():
    """Numbers over a plane."""
    return record(net(cr.Dense(1), loss=cr.SquaredError()), X2, X2[:, 0] * X2[:, 1], epochs=1)


def numbers():
    return record(net(cr.Dense(2), loss=cr.SquaredError()), X5, X5[:, :2], epochs=1)


def autoencoder():
    flat = IMAGES.reshape(40, 64)
    layers = cr.Dense(8), cr.ReLU(), cr.Dense(64)
    return record(net(*layers, loss=cr.SigmoidCrossEntropy()), flat, flat)


def images():
    """A convolution with BatchNorm and dropout."""
    layers = cr.Conv2D(4), cr.BatchNorm(), cr.ReLU(), cr.Flatten(), cr.Dropout(0.3), cr.Dense(3)
    return record(net(*layers), IMAGES, np.arange(40) % 3)


def heads():
    layers = cr.Dense(4), cr.ReLU(), cr.Heads({"a": cr.Dense(3), "b": cr.Dense(1)})
    losses = {"a": cr.SoftmaxCrossEntropy(), "b": cr.SquaredError()}
    return record(net(*layers, loss=losses), X5, {"a": CLASSES, "b": X5[:, :1]})


def machine(**options):
    rows = (RNG.random((50, 9)) < 0.4).astype(np.float32)
    return record(cr.RBM(6, seed=1), rows, **options)


class Batches:
    """A stream of two batches."""

    def stream(self, epoch, start):
        for k in range(start, 2):
            yield X5[30 * k : 30 * k + 30], CLASSES[30 * k : 30 * k + 30]


def stream():
    return record(net(cr.Dense(3)), Batches())


def failed():
    """A run whose second or third update fails."""
    layers = cr.Dense(6), cr.ReLU(), cr.Dense(1)
    return record(
        net(*layers, loss=cr.SquaredError()),
        20 * X5,
        20 * X5[:, 0],
        optimizer=cr.SGD(0.1),
    )


def failed_at_once():
    network = net(cr.Dense(1), loss=cr.SquaredError())
    return record(network, X5, X5[:, 0], optimizer=cr.SGD(1e39))


def empty():
    return record(net(cr.Dense(3)), X5, CLASSES, epochs=0)


RUNS = {
    "plane": plane,
    "table": table,
    "curve": curve,
    "field": field,
    "numbers": numbers,
    "autoencoder": autoencoder,
    "images": images,
    "heads": heads,
    "machine": machine,
    "stream": stream,
    "failed": failed,
}
