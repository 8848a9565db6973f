"""Forty set-ups that a good practitioner would call fine: `diagnose` must have no finding.

Many of them look like an ill run at first sight, and are none: noise that cannot be learned, units
in dollars behind Standardize, rows sorted in the file and shuffled by `fit`, rare classes that are
weighted, pixels that are always white, rows that repeat because a table has few categories, frozen
layers, a linear model for a linear problem.

The first twenty are "open", the others "held" out, as the faults are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

import chainrule as cr

from .bases import BASES, conv1d
from .of_rows import by_target, only, rare, raw, raw_inputs
from .setups import Rows, Setup, rows


@dataclass(frozen=True)
class Special:
    """A set-up that `Setup` cannot say: several inputs or outputs, or words."""

    make: Callable[[], tuple[Any, Any, Any, dict]]
    validation: bool = True

    def rows(self) -> None:
        return None


class Healthy(NamedTuple):
    """One healthy set-up. `least` is the skill that it must reach; None: its loss must halve."""

    name: str
    half: str
    setup: Any
    least: float | None

    @property
    def make(self) -> Callable[[], tuple[Any, Any, Any, dict]]:
        return self.setup.make


def healthy(half: str | None = None) -> Iterator[Healthy]:
    """Yield the healthy set-ups of a half ("open", "held") or of both."""
    for part, cases in (("open", open_half()), ("held", held_half())):
        if half in (None, part):
            for name, setup, *least in cases:
                yield Healthy(name, part, setup, *(least or [0.5]))


def itself(rows: Rows) -> Rows:
    """Make the inputs the targets: an autoencoder."""
    flat = rows.inputs(lambda X: X.reshape(len(X), -1))
    return flat._replace(y=flat.X, yv=flat.Xv, task="numbers", outputs=flat.X.shape[1])


def residual(outputs: int) -> tuple:
    blocks = [cr.Residual(cr.Dense(24), cr.BatchNorm(), cr.ReLU(), cr.Dense(24)) for _ in range(4)]
    return cr.Dense(24), *blocks, cr.BatchNorm(), cr.ReLU(), cr.Dense(outputs)


def conv_normed(outputs: int) -> tuple:
    first = cr.Conv2D(8, kernel=3, bias=False), cr.BatchNorm(), cr.ReLU(), cr.MaxPool2D(2)
    return *first, cr.Conv2D(16, kernel=3), cr.ReLU(), cr.GlobalAveragePool(), cr.Dense(outputs)


def conv_dropped(outputs: int) -> tuple:
    first = cr.Conv2D(12, padding="same"), cr.ReLU(), cr.MaxPool2D(2), cr.Flatten()
    return *first, cr.Dense(32), cr.ReLU(), cr.Dropout(0.2), cr.Dense(outputs)


def self_normalizing(outputs: int) -> tuple:
    init = {"init": cr.initializers.LeCunNormal()}
    hidden = [
        layer
        for units in (40, 40, 40)
        for layer in (cr.Dense(units, **init), cr.SELU(), cr.AlphaDropout(0.05))
    ]
    return *hidden, cr.Dense(outputs, **init)


def layer_normed(outputs: int) -> tuple:
    hidden = cr.Dense(32), cr.LayerNorm(), cr.GELU(), cr.Dense(32), cr.LayerNorm(), cr.GELU()
    return *hidden, cr.Dense(outputs)


def two_heads() -> tuple[Any, Any, Any, dict]:
    """Return a network that says which digit a picture shows, and how much ink it has."""
    r = rows("digits", 700, 5)

    def answers(X: Any, y: Any) -> dict[str, Any]:
        return {"digit": y, "ink": (X.mean(axis=1) - 0.3) / 0.05}

    heads = cr.Heads({"digit": cr.Dense(10), "ink": cr.Dense(1)})
    loss = {"digit": cr.SoftmaxCrossEntropy(), "ink": (0.5, cr.SquaredError())}
    net = cr.Network(cr.Dense(48), cr.ReLU(), heads, loss=loss, seed=5)
    held = r.Xv, answers(r.Xv, r.yv)
    options = {"optimizer": cr.Adam(0.003), "epochs": 15, "validation_data": held, "verbose": 0}
    return net, r.X, answers(r.X, r.y), options


def two_inputs() -> tuple[Any, Any, Any, dict]:
    """Return a network for a table with three numbers and a category."""
    rng = np.random.default_rng(6)
    numbers, color = rng.normal(size=(900, 3)), rng.integers(0, 6, 900)
    y = numbers @ (1, -0.5, 0.3) + np.array([0, 1.5, -1, 0.7, -0.4, 0.9])[color]
    y = (y + 0.2 * rng.normal(size=900)) / 1.4
    join = cr.Join({"numbers": cr.Dense(12), "color": cr.Embedding(6, 4)})
    layers = join, cr.Dense(24), cr.ReLU(), cr.Dense(1)
    net = cr.Network(*layers, loss=cr.SquaredError(), seed=6)
    X, Xv = ({"numbers": numbers[at], "color": color[at]} for at in np.split(np.arange(900), [600]))
    held = Xv, y[600:]
    options = {"optimizer": cr.Adam(0.01), "epochs": 30, "validation_data": held, "verbose": 0}
    return net, X, y[:600], options


def words() -> tuple[Any, Any, Any, dict]:
    """Return a network that reads sentences of 12 words; three words are praise, three blame."""
    rng = np.random.default_rng(7)
    X = rng.integers(0, 40, (900, 12))
    score = np.isin(X, (3, 9, 21)).sum(axis=1) - np.isin(X, (5, 17, 30)).sum(axis=1)
    X, y = X[score != 0], (score[score != 0] > 0) + 0
    layers = cr.Embedding(40, 8), cr.GlobalAveragePool(), cr.Dense(1)
    net = cr.Network(*layers, loss=cr.SigmoidCrossEntropy(), seed=7)
    held = X[-200:], y[-200:]
    options = {"optimizer": cr.Adam(0.03), "epochs": 30, "validation_data": held, "verbose": 0}
    return net, X[:-200], y[:-200], options


def tuned() -> tuple[Any, Any, Any, dict]:
    """Return a network that knew the digits 0 to 4, with a new head for all; the rest is frozen."""
    five, ten = rows("digits", 500, 8, classes=5), rows("digits", 800, 9)
    body = cr.Dense(64), cr.ReLU()
    before = cr.Network(*body, cr.Dense(5, name="five"), loss=cr.SoftmaxCrossEntropy(), seed=8)
    before.fit(five.X, five.y, epochs=15, verbose=0)
    net = cr.Network(*body, cr.Dense(10, name="ten"), loss=cr.SoftmaxCrossEntropy(), seed=9)
    net.build(ten.X, ten.y).take_weights(before)
    held = ten.Xv, ten.yv
    options = {"optimizer": cr.Adam(0.01), "epochs": 15, "validation_data": held, "verbose": 0}
    return net.freeze("dense1"), ten.X, ten.y, options


def uncertain() -> tuple[Any, Any, Any, dict]:
    """Return a network that answers with a mean and a deviation, for noise that grows with x."""
    rng = np.random.default_rng(10)
    x = rng.uniform(-2, 2, (900, 1))
    y = np.sin(2 * x[:, 0]) + (0.1 + 0.15 * np.abs(x[:, 0])) * rng.normal(size=900)
    net = cr.Network(cr.Dense(24), cr.Tanh(), cr.Dense(2), loss=cr.GaussianNLL(), seed=10)
    held = x[600:], y[600:]
    options = {"optimizer": cr.Adam(0.01), "epochs": 60, "validation_data": held, "verbose": 0}
    return net, x[:600], y[:600], options


def open_half() -> list[tuple]:
    S, B = Setup, BASES
    accuracy = {"metrics": [cr.metrics.accuracy]}
    stops = {"callbacks": [cr.EarlyStopping(patience=8)]}
    balanced = accuracy | {"class_weight": "balanced"}
    eight = cr.Dense(64), cr.ReLU(), cr.Dense(16), cr.ReLU(), cr.Dense(64), cr.ReLU()
    code = {"layers": lambda n: (*eight, cr.Dense(n), cr.Sigmoid()), "spoil": itself}
    return [
        ("xor", S(("xor", 4), (8,), cr.Tanh, cr.Adam(0.1), 120, None, validation=False)),
        (
            "digits, 64-100-10",
            S(("digits", 1200), (100,), optimizer=cr.Adam(), epochs=20, validation=False),
            0.9,
        ),
        (
            "images with BatchNorm",
            S(
                ("digits", 900, {"flat": False}),
                layers=conv_normed,
                optimizer=cr.Adam(0.005),
                epochs=12,
                batch=64,
                options=accuracy,
            ),
        ),
        (
            "moons that overlap",
            S(("moons", 800, {"noise": 0.3}), (12,), cr.Tanh, cr.Adam(0.01), 20, options=accuracy),
        ),
        (
            "friedman with dropout and Huber's loss",
            S(
                ("friedman", 900),
                (48, 24),
                loss=cr.Huber(),
                dropout=0.05,
                epochs=40,
                dtype="float64",
            ),
        ),
        (
            "diabetes, linear, with a penalty",
            S(
                ("diabetes", 300),
                layers=lambda n: (cr.Dense(n, penalty=cr.L2(1e-3)),),
                optimizer=cr.SGD(0.02),
                epochs=30,
                options=stops,
            ),
            0.3,
        ),
        (
            "wine in its units, Standardize first",
            B["wine"].but(data=raw("wine"), first=(cr.Standardize(),)),
        ),
        (
            "one loan in ten fails, weighted",
            B["loans"].but(
                data=("loans", 2500),
                spoil=rare(0, share=0.11),
                epochs=12,
                options=balanced,
                dtype="float32",
            ),
        ),
        (
            "residual blocks",
            S(
                ("table", 1500, {"columns": 6}),
                layers=residual,
                optimizer=cr.Adam(0.002),
                epochs=10,
                seed=3,
            ),
        ),
        (
            "autoencoder of digits, sigmoid output",
            S(("digits", 900), optimizer=cr.Adam(0.003), epochs=30, **code),
            None,
        ),
        (
            "houses, AdamW and OneCycle",
            B["houses"].but(optimizer=cr.AdamW(cr.OneCycle(0.02)), epochs=20, batch=50),
        ),
        (
            "sine, whole set, Momentum and a clip",
            B["sine"].but(
                optimizer=(cr.ClipNorm(1.0), cr.Momentum(0.05)),
                batch=None,
                epochs=400,
                validation=True,
                dtype="float64",
            ),
        ),
        ("categories, equal rows", B["shops"].but(validation=True, optimizer=cr.SGD(0.1))),
        ("waves", S(("waves", 500), layers=conv1d, optimizer=cr.Adam(0.005), epochs=20, batch=25)),
        (
            "counts, Poisson",
            S(
                ("visits", 900),
                (16,),
                cr.Tanh,
                cr.Adam(0.01),
                30,
                loss=cr.Poisson(),
                validation=0.2,
            ),
            0.3,
        ),
        ("two spirals", B["spirals"], 0.9),
        (
            "five clusters, smoothed labels",
            B["blobs"].but(loss=cr.SoftmaxCrossEntropy(label_smoothing=0.1)),
        ),
        ("two heads", Special(two_heads), None),
        ("sorted in the file, shuffled by fit", B["digits"].but(spoil=by_target, validation=False)),
        (
            "a class of a fifth",
            B["moons"].but(
                data=("moons", 1200, {"noise": 0.2}),
                spoil=rare(1, share=0.25),
                epochs=30,
                options=accuracy | stops,
            ),
        ),
    ]


def held_half() -> list[tuple]:
    S, B = Setup, BASES
    accuracy = {"metrics": [cr.metrics.accuracy]}
    stops = {"callbacks": [cr.EarlyStopping(patience=10)]}
    weights = {"class_weight": {0: 1.0, 1: 4.0}} | accuracy
    shift = {"augment": cr.augmentation.Affine(shift=0.5, rotate=5)}
    eight = cr.Dense(16), cr.Tanh(), cr.Dense(8), cr.Tanh(), cr.Dense(16), cr.Tanh()
    code = {"layers": lambda n: (*eight, cr.Dense(n)), "spoil": itself}
    penalty = cr.L2(3e-3)
    small = cr.Dense(12, penalty=penalty), cr.Tanh()
    return [
        (
            "and, one neuron",
            S(("and", 4), (), optimizer=cr.SGD(1.0), epochs=300, batch=None, validation=False),
        ),
        ("five digits, sigmoid units", B["five"].but(options=accuracy), 0.9),
        (
            "images, shifted and dropped out",
            S(
                ("digits", 800, {"flat": False}),
                layers=conv_dropped,
                optimizer=cr.Adam(0.003),
                epochs=15,
                options=shift,
                seed=31,
            ),
        ),
        ("circles", B["circles"].but(epochs=25, validation=0.25)),
        (
            "houses in their units, Standardize first",
            B["houses"].but(
                data=raw("houses"),
                spoil=raw_inputs,
                first=(cr.Standardize(),),
                optimizer=cr.Adam(0.01),
            ),
        ),
        ("patients, dropout", B["cancer"].but(dropout=0.2, epochs=25)),
        ("iris, a linear model", B["iris"].but(hidden=(), optimizer=cr.SGD(0.3), epochs=40)),
        (
            "one row in fifteen, weighted",
            S(
                ("circles", 2500, {"noise": 0.1}),
                (24, 12),
                cr.Tanh,
                cr.Adam(0.01),
                25,
                64,
                spoil=rare(1, share=0.07),
                options=weights,
                seed=32,
            ),
        ),
        ("two outputs, LayerNorm", B["machine"].but(layers=layer_normed, epochs=40)),
        (
            "a plane, a linear model",
            B["plane"].but(hidden=(), dtype="float64", optimizer=cr.SGD(0.05)),
        ),
        (
            "autoencoder of waves",
            S(("waves", 800), optimizer=cr.Adam(0.005), epochs=60, **code),
            None,
        ),
        (
            "three spirals, cosine schedule",
            B["arms"].but(optimizer=cr.Adam(cr.Cosine(0.02)), epochs=120, validation=False),
            0.9,
        ),
        (
            "eight clusters, BatchNorm",
            S(
                ("blobs", 900, {"classes": 8, "columns": 10, "spread": 1.3}),
                (48, 24),
                norm=cr.BatchNorm,
                optimizer=cr.Momentum(0.02),
                epochs=12,
                batch=36,
                seed=33,
            ),
        ),
        (
            "the median of a curve",
            S(("friedman", 800, {"noise": 1.0}), (32, 16), loss=cr.Quantile(), epochs=40, seed=34),
        ),
        ("words", Special(words), None),
        ("wide digits, SGD", B["wide"].but(validation=True, optimizer=cr.SGD(0.1)), 0.8),
        (
            "self-normalizing digits",
            S(
                ("digits", 1000),
                layers=self_normalizing,
                optimizer=cr.Adam(0.001),
                epochs=20,
                seed=35,
            ),
            0.85,
        ),
        ("a new head on frozen layers", Special(tuned), None),
        ("numbers and a category", Special(two_inputs), None),
        (
            "60 rows, a penalty, early stopping",
            S(
                ("moons", 400, {"noise": 0.15}),
                layers=lambda n: (*small, cr.Dense(n, penalty=penalty)),
                spoil=only(60),
                optimizer=cr.Adam(0.02),
                batch=20,
                epochs=100,
                options=stops,
                seed=36,
            ),
        ),
    ]
