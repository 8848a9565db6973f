"""Rows and set-ups for the test of `diagnose`.

A `Rows` is a training and a validation set. A `Setup` is everything that a user writes to train one
network on it. A fault is a Setup with one field changed.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

import chainrule as cr


class Rows(NamedTuple):
    """Training and validation rows. `task` is "numbers", "binary" or "classes"."""

    X: Any
    y: Any
    Xv: Any
    yv: Any
    task: str
    outputs: int

    def inputs(self, change: Callable[[Any], Any]) -> Rows:
        """Return the rows with other inputs, changed alike in both sets."""
        return self._replace(X=change(self.X), Xv=change(self.Xv))

    def targets(self, change: Callable[[Any], Any]) -> Rows:
        """Return the rows with other targets, changed alike in both sets."""
        return self._replace(y=change(self.y), yv=change(self.yv))

    def standardized(self, *, targets: bool = True) -> Rows:
        """Return the rows with columns of mean 0 and deviation 1, by the training set."""
        mu, sigma = self.X.mean(axis=0), self.X.std(axis=0)
        rows = self.inputs(lambda X: (X - mu) / np.where(sigma > 0, sigma, 1))
        if self.task != "numbers" or not targets:
            return rows
        low, wide = self.y.mean(axis=0), self.y.std(axis=0)
        return rows.targets(lambda y: (y - low) / wide)


# ---------------------------------------------------------------- rows


def rows(name: str, n: int = 400, seed: int = 0, *, raw: bool = False, **how: Any) -> Rows:
    """Return n training rows and half as many for validation (at least 150, if there are so many).

    Tables are standardized unless `raw`: then they have the units in which they were measured.
    """
    X, y, task = SETS[name](2 * n + 300, seed, **how)
    if len(X) <= 4:  # a truth table: there are no other rows
        return Rows(X, y, X, y, task, 1)
    order = np.random.default_rng(seed + 77).permutation(len(X))
    n = min(n, int(0.7 * len(X)))
    held = order[n : n + max(n // 2, 150)]
    K = {"numbers": y.shape[1] if y.ndim > 1 else 1, "binary": 1, "classes": 0}[task]
    found = Rows(X[order[:n]], y[order[:n]], X[held], y[held], task, K or int(y.max()) + 1)
    return found if raw or name in UNIT else found.standardized()


def _points(make):
    return lambda n, seed, **how: (*make(n, seed=seed, **how), "binary")


def _spirals(n, seed, arms=2, noise=0.02):
    X, y = cr.datasets.spirals(n, arms=arms, noise=noise, seed=seed)
    return 2 * X, y, "binary" if arms == 2 else "classes"


def _digits(n, seed, classes=10, flat=True):
    X, y = cr.datasets.digits()
    X, y = X[y < classes] / 16, y[y < classes]
    return (X if flat else X.reshape(-1, 8, 8, 1)), y, "classes"


def _blobs(n, seed, classes=4, columns=6, spread=1.0):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % classes
    X = 2 * rng.normal(size=(classes, columns))[y] + spread * rng.normal(size=(n, columns))
    return X, y, "classes" if classes > 2 else "binary"


def _bundled(name, classes, columns, size):
    """Return a function for a set of scikit-learn's; without it, clusters of the same shape."""

    def load(n, seed):
        try:
            from sklearn import datasets
        except ImportError:
            X, y, task = _blobs(size, seed, classes, columns, 0.3 * columns**0.5)
            return (X + 4) * np.logspace(-1, 2.9, columns), y, task
        X, y = getattr(datasets, f"load_{name}")(return_X_y=True)
        return X, y, "classes" if classes > 2 else "binary"

    return load


def _diabetes(n, seed):
    try:
        from sklearn import datasets
    except ImportError:
        X, y, task = _friedman(442, seed, noise=3.0)
        return X, 152 + 15 * (y - y.mean()), task
    return (*datasets.load_diabetes(return_X_y=True), "numbers")


def _friedman(n, seed, noise=0.5, columns=7):
    rng = np.random.default_rng(seed)
    X = rng.uniform(size=(n, columns))
    y = 10 * np.sin(np.pi * X[:, 0] * X[:, 1]) + 20 * (X[:, 2] - 0.5) ** 2 + 10 * X[:, 3]
    return X, y + 5 * X[:, 4] + noise * rng.normal(size=n), "numbers"


def _houses(n, seed):
    """Return houses: area in m², rooms, year built, way to town in m, share of green; price in $."""
    rng = np.random.default_rng(seed)
    area, rooms = rng.gamma(9, 13, n), rng.integers(1, 8, n)
    year, way, green = rng.integers(1930, 2021, n), rng.gamma(2, 3000, n), rng.beta(2, 4, n)
    price = 1400 * area + 9000 * rooms + 800 * (year - 1930) - 5 * way + 60_000 * green
    price = price * (1 + 0.2 * np.tanh((area - 110) / 40)) + rng.normal(0, 9000, n)
    return np.stack([area, rooms, year, way, green], axis=1), price, "numbers"


def _loans(n, seed):
    """Return loans: income in $, debt as a share, age, months at the job; was it paid back?"""
    rng = np.random.default_rng(seed)
    income, debt = rng.lognormal(10.7, 0.4, n), rng.beta(2, 3, n)
    age, months = rng.uniform(20, 70, n), rng.gamma(2, 30, n)
    score = 2.2 * (np.log(income) - 10.7) - 6 * (debt - 0.4) + 0.012 * months - 0.7
    score = score * 2 + 2 * np.sin((age - 20) / 8) + 0.3 * rng.normal(size=n)
    return np.stack([income, debt, age, months], axis=1), (score > 0) + 0, "binary"


def _machine(n, seed):
    """Return a machine: pressure in Pa, temperature in °C, speed, load; two numbers to predict."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(n, 4))
    X = z * (900, 12, 150, 0.1) + (101_325, 60, 1500, 0.5)
    a = np.tanh(z[:, 0] + z[:, 1]) + 0.5 * z[:, 2]
    b = z[:, 3] * z[:, 2] + 0.5 * z[:, 1]
    return X, np.stack([a, b], axis=1) + 0.05 * rng.normal(size=(n, 2)), "numbers"


def _sine(n, seed, noise=0.1):
    rng = np.random.default_rng(seed)
    x = rng.uniform(-3, 3, (n, 1))
    return x, np.sin(2 * x[:, 0]) + noise * rng.normal(size=n), "numbers"


def _plane(n, seed, columns=8, noise=0.1):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, columns))
    return X, X @ rng.normal(size=columns) + noise * rng.normal(size=n), "numbers"


def _waves(n, seed, length=24):
    """Return noisy sine waves (N, T, 1) of three frequencies."""
    rng = np.random.default_rng(seed)
    y, phase = np.arange(n) % 3, rng.uniform(0, 2 * np.pi, (n, 1))
    t = 2 * np.pi * np.arange(length) / length
    X = np.sin((2 + 2 * y)[:, None] * t + phase) + 0.3 * rng.normal(size=(n, length))
    return X[..., None], y, "classes"


def _table(n, seed, columns=8, noise=0.3):
    """Return a table with a smooth, curved border between two classes."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, columns))
    score = X[:, 0] * X[:, 1] + X[:, 2] - 0.5 * X[:, 3] ** 2 + 0.5 + noise * rng.normal(size=n)
    return X, (score > 0) + 0, "binary"


def _shops(n, seed):
    """Return shops: three categories, one-hot, so that many rows are equal; takings."""
    rng = np.random.default_rng(seed)
    town, kind, day = rng.integers(0, 5, n), rng.integers(0, 4, n), rng.integers(0, 7, n)
    X = np.concatenate([np.eye(5)[town], np.eye(4)[kind], np.eye(7)[day]], axis=1)
    y = np.array([0.2, -1, 1.4, 0.5, -0.6])[town] * np.array([1, -0.5, 0.3, 1.2])[kind]
    return X, y + 0.6 * (day > 4) + 0.4 * rng.normal(size=n), "numbers"


def _visits(n, seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 5))
    return X, rng.poisson(np.exp(0.6 * X[:, 0] + 0.4 * np.sin(2 * X[:, 1]) + 1)) + 0.0, "numbers"


def _truth(name):
    def four(n, seed):
        X, y = cr.datasets.truth_table(name)
        return X, y, "binary"

    return four


SETS = {
    "xor": _truth("xor"),
    "and": _truth("and"),
    "moons": _points(cr.datasets.moons),
    "circles": _points(cr.datasets.circles),
    "spirals": _spirals,
    "digits": _digits,
    "blobs": _blobs,
    "iris": _bundled("iris", 3, 4, 150),
    "wine": _bundled("wine", 3, 13, 178),
    "cancer": _bundled("breast_cancer", 2, 30, 569),
    "diabetes": _diabetes,
    "friedman": _friedman,
    "houses": _houses,
    "loans": _loans,
    "machine": _machine,
    "sine": _sine,
    "plane": _plane,
    "waves": _waves,
    "table": _table,
    "shops": _shops,
    "visits": _visits,
}
UNIT = ("digits", "waves", "spirals", "shops", "visits")  # their numbers are of unit size already


# ---------------------------------------------------------------- set-ups


def usual_loss(rows: Rows) -> Any:
    return {
        "numbers": cr.SquaredError,
        "binary": cr.SigmoidCrossEntropy,
        "classes": cr.SoftmaxCrossEntropy,
    }[rows.task]()


@dataclass(frozen=True)
class Setup:
    """All that one user writes: rows, network, options of `fit`.

    `data` is (name, n, more of `rows`); `spoil` changes these rows; `layers` replaces the chain
    that `hidden`, `act` and the other fields describe. `validation` is True for a set of its own, a
    share for validation_fraction, or False.
    """

    data: tuple
    hidden: tuple = (32, 16)
    act: Any = cr.ReLU
    optimizer: Any = field(default_factory=lambda: cr.Adam(0.005))
    epochs: int = 30
    batch: int | None = 32
    spoil: Callable[[Rows], Rows] | None = None
    first: tuple = ()
    last: tuple = ()
    norm: Any = None
    dropout: float = 0.0
    init: Any = None
    layers: Callable[[int], tuple] | None = None
    loss: Any = None
    start: dict = field(default_factory=dict)
    after: Callable[[Any], Any] | None = None
    validation: bool | float = True
    options: dict = field(default_factory=dict)
    dtype: str = "float32"
    engine: str | None = None
    seed: int = 1

    def rows(self) -> Rows:
        name, n, *more = self.data
        found = rows(name, n, **(more[0] if more else {}))
        return self.spoil(found) if self.spoil else found

    def chain(self, outputs: int) -> tuple:
        if self.layers:
            return self.layers(outputs)
        init = {} if self.init is None else {"init": self.init}
        layers = list(self.first)
        for units in self.hidden:
            layers += [cr.Dense(units, **init)]
            layers += [self.norm()] if self.norm else []
            layers += [self.act()]
            layers += [cr.Dropout(self.dropout)] if self.dropout else []
        # a head of its own scale: wild starts of `init` are planted in the layers before it
        return (*layers, cr.Dense(outputs), *self.last)

    def make(self) -> tuple[Any, Any, Any, dict]:
        """Return (net, X, y, options of fit)."""
        rows = self.rows()
        net = cr.Network(
            *self.chain(rows.outputs),
            loss=self.loss or usual_loss(rows),
            seed=self.seed,
            dtype=self.dtype,
            engine=self.engine,
            initial_weights=self.start or None,
        )
        if self.after:
            self.after(net.build(rows.X, rows.y))
        options = {"optimizer": self.optimizer, "epochs": self.epochs, "batch_size": self.batch}
        if self.validation is True:
            options["validation_data"] = (rows.Xv, rows.yv)
        elif self.validation:
            options["validation_fraction"] = self.validation
        return net, rows.X, rows.y, options | self.options | {"verbose": 0}

    def but(self, **fields: Any) -> Setup:
        return replace(self, **fields)


class Trained(NamedTuple):
    """A set-up after its training; history is None if the loss became NaN or infinite."""

    setup: Setup
    net: Any
    rows: Rows
    history: Any
    said: list

    @property
    def skill(self) -> float:
        """Return 1 for perfect predictions of the validation rows, 0 for a constant guess."""
        return self.skill_on(self.rows.Xv, self.rows.yv)

    def skill_on(self, X: Any, y: Any) -> float:
        if self.history is None:
            return 0.0
        p = np.asarray(self.net.predict(X), float)
        if self.rows.task == "numbers":
            y = np.asarray(y, float).reshape(p.shape)
            return float(np.mean(1 - ((y - p) ** 2).mean(axis=0) / y.var(axis=0)))
        y, K = np.asarray(y), self.rows.outputs
        y = y.argmax(axis=1) if y.ndim > 1 and y.shape[1] > 1 else y.ravel()
        p = p.argmax(axis=1) if p.shape[1] > 1 else np.clip(np.round(p[:, 0]), 0, max(K - 1, 1))
        classes = np.unique(y)
        hits = np.mean([(p[y == k] == k).mean() for k in classes])
        return float((hits - 1 / len(classes)) / (1 - 1 / len(classes)))

    @property
    def loss(self) -> float:
        """Return the last loss, on validation rows if there are any."""
        if self.history is None:
            return np.inf
        last = self.history["val_loss" if self.setup.validation else "loss"]
        return float(last[-1])


def train(setup: Setup) -> Trained:
    """Train a set-up as `fit` does; keep the library's warnings instead of showing them."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        net, X, y, options = setup.make()
        try:
            history = net.fit(X, y, **options)
        except cr.TrainingError:
            history = None
    return Trained(setup, net, setup.rows(), history, [str(w.message) for w in said])
