"""One picture of every kind, for the tests of plots."""

import numpy as np
import pytest

import chainrule as cr
from chainrule import energy, plots
from chainrule.inspect import Worst

pytest.importorskip("matplotlib")

rng = np.random.RandomState(0)
X = rng.randn(40, 2)
y = (X[:, 0] * X[:, 1] > 0).astype(int)


def two(points):
    """Return two classes from one output (n, 1)."""
    return 1 / (1 + np.exp(-4 * points[:, :1] * points[:, 1:]))


def three(points):
    """Return three classes (n, 3)."""
    weights = np.exp(3 * points @ np.array([[1.0, 0.0, -1.0], [0.0, 1.0, -1.0]]))
    return weights / weights.sum(axis=1, keepdims=True)


def bowl(points):
    return (points**2).sum(axis=1)


def memories(units=12, seed=0):
    stored = np.where(np.random.RandomState(seed).rand(3, units) < 0.5, 1, -1)
    return energy.Hopfield().store(stored)


def start_of_recall(network):
    return network.recall(np.roll(network.patterns[0], 2))


def recorded(**options):
    """A recorded run of a few steps."""
    network = cr.Network(
        cr.Dense(4), cr.ReLU(), cr.Dense(2), loss=cr.SoftmaxCrossEntropy(), inputs=(2,)
    )
    return network.record(X, y, epochs=5, verbose=0, validation_fraction=0.2, **options)


WORST = Worst(*map(np.array, ([7, 0, 3], [3.0, 2.0, 0.1], [0, 1, 2], [1, 2, 2], [0.9, 0.8, 0.9])))
PICTURES = {
    "loss": lambda: plots.loss_curves({"training": [3.0, 2.0, 1.0], "validation": [3.0, 2.5, 2.4]}),
    "training": lambda: plots.training_curves(
        {
            "loss": [3.0, 1.0, 0.1],
            "accuracy": [0.1, 0.5, 0.9],
            "mean_squared_error": [3.0, 2.0, 1.0],
            "val_loss": [3.0, 1.5, 0.2],
            "val_accuracy": [0.1, 0.4, 0.8],
            "val_mean_squared_error": [3.0, 2.5, 2.0],
        },
        best_epoch=1,
    ),
    "one loss": lambda: plots.loss_curves(np.array([1.0, 0.5, 0.25])),
    "lines": lambda: plots.lines(
        {f"run {k}": [1.0, 2.0 + k] for k in range(16)}, title="many", x="step", y="value"
    ),
    "pairs": lambda: plots.lines({"a": ([0.001, 0.1, 10.0], [3, 1, 9])}, log_x=True),
    "two classes": lambda: plots.decision_regions(two, X, y),
    "signs": lambda: plots.decision_regions(lambda p: 2 * two(p) - 1, X, 2 * y - 1),
    "one-hot": lambda: plots.decision_regions(
        lambda p: np.hstack([1 - two(p), two(p)]), X, np.eye(2)[y]
    ),
    "three classes": lambda: plots.decision_regions(
        three, X, three(X).argmax(axis=1), labels=["a", "b", "c"]
    ),
    "activation curves": lambda: plots.activation_curves(
        {"tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2)}
    ),
    "activations": lambda: plots.activations(
        {"z1": rng.randn(30, 4), "a1": np.zeros((30, 4)), "bad": [np.nan, 1, 2]}
    ),
    "weights": lambda: plots.weight_histograms({f"W{k}": rng.randn(5, 5) for k in range(6)}),
    "confusion": lambda: plots.confusion([[9, 1], [0, 10]]),
    "named confusion": lambda: plots.confusion(np.eye(3, dtype=int), ["ant", "bee", "centipede"]),
    "images": lambda: plots.images(rng.rand(5, 8, 8), [f"{k}" for k in range(5)]),
    "flat images": lambda: plots.images(rng.rand(3, 64)),
    "color images": lambda: plots.images(rng.rand(2, 4, 4, 3)),
    "kernels": lambda: plots.kernels(rng.randn(5, 5, 1, 6), title="conv2d1"),
    "kernels of several channels": lambda: plots.kernels(rng.randn(3, 3, 20, 40), title="conv2d2"),
    "one kernel": lambda: plots.kernels(rng.rand(3, 3, 1, 1)),
    "feature maps": lambda: plots.feature_maps(
        {"conv2d1": rng.randn(9, 9, 6), "relu1": rng.rand(4, 4, 33)}
    ),
    "heat": lambda: plots.heat(
        rng.rand(5, 6, 6, 1), rng.randn(5, 6, 6), [f"class {k}" for k in range(5)]
    ),
    "heat of a color image": lambda: plots.heat(rng.rand(6, 6, 3), rng.randn(6, 6, 3)),
    "worst": lambda: plots.worst(rng.rand(9, 8, 8, 1), WORST),
    "named worst": lambda: plots.worst(
        rng.rand(9, 64), WORST, names=["ant", "bee", "centipede"], across=2
    ),
    "valleys": lambda: plots.valleys(energy.landscape(memories())),
    "sampled valleys": lambda: plots.valleys(energy.landscape(memories(30), starts=200)),
    "one valley": lambda: plots.valleys(energy.landscape([[0.0]], thresholds=1.0)),
    "energy map": lambda: plots.energy_map(
        energy.plane(memories(40), start_of_recall(memories(40)), side=21)
    ),
    "map without a path": lambda: plots.energy_map(energy.plane(memories(40), side=9)),
    "recall": lambda: plots.recall_path(start_of_recall(memories(40))),
    "recall without energy": lambda: plots.recall_path(
        energy.Hopfield(rule="perceptron").store(memories().patterns).recall(memories().patterns[0])
    ),
    "capacity": lambda: plots.capacity_curves(
        energy.capacity("hebb", 30, [0.1, 0.2, 0.4], networks=1)
    ),
    "paths": lambda: plots.paths(bowl, {"SGD": [[1, 1], [0.5, 0.5], [0, 0]]}, (-2, 2, -2, 2)),
    "timeline": lambda: plots.timeline(recorded(), moments=5),
    "weights over time": lambda: plots.weights_over_time(recorded(), moments=5),
    "loss surface": lambda: plots.loss_surface(recorded(), side=5),
    "comparison": lambda: cr.compare(
        (run := recorded()), run.branch(at=3, optimizer=cr.SGD(0.5)), moments=5
    ).plot(),
}
