"""Our side: `fit` and `predict` as a user calls them."""

import os
import sys
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from peers_workloads import (
    BATCH_NORM,
    CLASSES,
    NEURON_STEPS,
    NEURON_W,
    NEURON_Y,
    RESIDUAL_PREDICTED,
    TASKS,
    WIDTHS,
    X4,
    XOR_STEPS,
    XOR_W1,
    XOR_W2,
    XOR_Y,
    adam_vectors,
    classified,
    digits,
    memory,
    one_row,
    predicted,
    product,
    residual,
)

import chainrule as cr
from chainrule.engines import native


def load(cores):
    engine = os.environ.get("CHAINRULE_ENGINE") or ("native" if native.available() else "reference")
    cr.Network, cr.Dense, cr.Adam, cr.SoftmaxCrossEntropy  # names load on first use  # noqa: B018
    instructions = f", {native.variant('f32')[4:]}" if engine == "native" else ""
    workloads = {
        "neuron": neuron,
        "two-layer": two_layer,
        "adam": adam,
        "scale": scale,
        **dict.fromkeys(TASKS, fit),
    }
    workloads |= {"predict": predict, "bare": predict, "forward": forward, "recall": recall}
    workloads |= {"residual": fit_residual, "forward residual": predict_residual}
    if find_spec("sklearn"):  # it loads when it is measured: it counts in no other row's memory
        workloads["classifier"] = classifier
    if engine == "native":
        workloads["gemm"] = gemm
    return f"{cr.__version__} ({engine}{instructions})", workloads


def neuron(_):
    loss = cr.SquaredError(half=True, reduction="sum")
    start = {"W1": NEURON_W}
    net = cr.Network(
        cr.Dense(1, bias=False),
        cr.Sigmoid(),
        loss=loss,
        inputs=(3,),
        dtype="float64",
        initial_weights=start,
    )
    return descend(net, NEURON_Y, NEURON_STEPS)


def two_layer(_):
    net = cr.Network(
        cr.Dense(4, bias=False),
        cr.Sigmoid(),
        cr.Dense(1, bias=False),
        cr.Sigmoid(),
        loss=cr.SquaredError(reduction="sum"),
        inputs=(3,),
        dtype="float64",
        initial_weights={"W1": XOR_W1, "W2": XOR_W2},
    )
    return descend(net, XOR_Y, XOR_STEPS)


def descend(net, Y, steps):
    def run():
        return net.fit(
            X4, Y, optimizer=cr.SGD(lr=1.0), epochs=steps, batch_size=None, verbose=0
        ).loss[-1]

    return net.reset, run


def network(sizes, weights=None, convolutions=(), inputs=None):
    layers = []
    for filters, kernel, padding in convolutions:
        layers += [cr.Conv2D(filters, kernel=kernel, padding=padding), cr.ReLU(), cr.MaxPool2D(2)]
    layers += [cr.Flatten()] if convolutions else []
    layers += [layer for units in sizes[1:] for layer in (cr.Dense(units), cr.ReLU())][:-1]
    names = [f"{letter}{i}" for i in range(1, len(sizes) + len(convolutions)) for letter in "Wb"]
    start = dict(zip(names, weights, strict=True)) if weights else None
    return cr.Network(
        *layers, loss=cr.SoftmaxCrossEntropy(), inputs=inputs or sizes[:1], initial_weights=start
    )


def network_of(task):
    return network(task.sizes, task.start(), task.convolutions, task.X.shape[1:])


def fit(name):
    task = TASKS[name]()
    net = network_of(task)

    def run():
        return net.fit(task.X, task.y, epochs=task.epochs, batch_size=task.batch, verbose=0).loss[
            -1
        ]

    return net.reset, run


def scale(name):
    """Prepare scale SIZES BATCH, to compare one core with two.

    Random rows, at most 200 steps and about a tenth of a second.
    """
    _, shape, batch = name.split()
    sizes, batch = tuple(map(int, shape.split("-"))), int(batch)
    steps = 20 if max(sizes) > 500 else 200
    rng = np.random.default_rng(0)
    X, y = (
        rng.random((steps * batch, sizes[0]), np.float32),
        rng.integers(0, sizes[-1], steps * batch),
    )
    if sizes[-1] == 1:  # the networks of four rows: squares, float64
        layers = [
            layer for units in sizes[1:] for layer in (cr.Dense(units, bias=False), cr.Sigmoid())
        ]
        net = cr.Network(*layers, loss=cr.SquaredError(), inputs=sizes[:1], dtype="float64")
        X, y = X.astype(np.float64), y.astype(np.float64)
    else:
        net = network(sizes)
    return net.reset, lambda: net.fit(X, y, batch_size=batch, verbose=0).loss[-1]


def predict(_):
    net, x = network(digits().sizes), one_row()

    def run():
        for _ in range(1000):
            net.predict(x)

    return lambda: None, run


def forward(name):
    task = predicted(name)
    net = network_of(task)
    return lambda: None, lambda: net.predict(task.X).std(axis=1).mean()


def residual_network(task):
    def convolution(filters, kernel=3, stride=1):
        padding = "same" if kernel > 1 else "valid"
        layer = cr.Conv2D(filters, kernel=kernel, stride=stride, padding=padding, bias=False)
        return layer, cr.BatchNorm(rate=1 - BATCH_NORM["momentum"], eps=BATCH_NORM["eps"])

    layers = [*convolution(WIDTHS[0]), cr.ReLU()]
    for C, filters, stride in task.blocks:
        shortcut = None if filters == C else cr.Sequential(*convolution(filters, 1, stride))
        inner = *convolution(filters, 3, stride), cr.ReLU(), *convolution(filters)
        layers += [cr.Residual(*inner, shortcut=shortcut), cr.ReLU()]
    layers += [cr.GlobalAveragePool(), cr.Dense(CLASSES)]

    def made(weights=None):
        loss = cr.SoftmaxCrossEntropy()
        return cr.Network(*layers, loss=loss, inputs=task.X.shape[1:], initial_weights=weights)

    names = [name for name in made().parameters if name[0] in "Wb" and "beta" not in name]
    return made(dict(zip(names, task.start(), strict=True)))


def fit_residual(_):
    task = residual()
    net = residual_network(task)

    def run():
        return net.fit(task.X, task.y, batch_size=task.batch, verbose=0).loss[-1]

    return net.reset, run


def predict_residual(_):
    task = residual(RESIDUAL_PREDICTED)
    net = residual_network(task)
    return lambda: None, lambda: net.predict(task.X).std(axis=1).mean()


def classifier(_):
    from chainrule.estimators import MLPClassifier

    X, y, settings = classified()
    return lambda: None, lambda: MLPClassifier(**settings).fit(X, y).loss_curve_[-1]


def recall(_):
    patterns, probes = memory()
    network = cr.energy.Hopfield(order="random", seed=1).store(patterns)

    def run():
        return (network.predict(probes) == patterns[: len(probes)]).all(axis=1).mean()

    return lambda: None, run


def twin_calls():
    """What calls one twin by itself: an older engine did so itself."""
    if hasattr(native.native_code, "step"):
        return native.native_code
    sys.path.append(str(Path(__file__).resolve().parent.parent))
    from tests import twin_calls

    return twin_calls


def adam(_):
    """Return the rule alone, by its twin in C if there is one, else by NumPy."""
    theta, g = adam_vectors()
    rule = cr.Adam()
    m, v = rule.start(theta).values()
    if os.environ.get("CHAINRULE_ENGINE") == "reference" or native.rule_name(rule) is None:
        return lambda: None, lambda: rule.step(10, theta, g, m, v)
    hyper = np.array([getattr(rule, name) for name in native.hyper_names(rule)], np.float64)
    engine = native.variant("f32")
    step = twin_calls().step
    return lambda: None, lambda: step(engine, "Adam", 10, theta, g, (m, v), hyper)


def gemm(name):
    """Return the engine's product, by the twin of z = x W; packing and scratch count."""
    A, B = product(name)
    (m, k), n = A.shape, B.shape[1]
    C, attributes, engine = (
        np.empty((m, n), np.float32),
        np.empty(0),
        native.variant("f32"),
    )
    arrays = ((C, n, (n,), 0), (A, k, (k,), 0), (B, 0, (k, n), 0))

    calls, given = twin_calls(), (engine, "linear", False, m, arrays, attributes)
    run = calls.prepared(*given) if hasattr(calls, "prepared") else partial(calls.call, *given)
    run()
    np.testing.assert_allclose(C, A @ B, rtol=1e-4)
    return lambda: None, run
