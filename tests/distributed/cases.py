"""Runs whose bits must not depend on how many processes make them, each by its name.

A case is a function that returns a network and the arguments of its fit. `bits` trains it, with a
communicator or without, and returns a hash of all that a run leaves.
"""

import warnings
from hashlib import sha256

import numpy as np
from tests.drawn_networks import draw
from tests.engines.test_twins import rules
from tests.users_ops import NETWORKS

import chainrule as cr

CASES = {}
CLASSES = 3
RULES = [cls for cls in rules() if not cls().full_batch]


def case(function):
    """Add a case; its name is that of the function."""
    CASES[function.__name__] = function
    return function


def data(n, d=12, shape=None):
    """Return rows and their classes; each row has the same numbers for every n."""
    X = np.random.default_rng(0).normal(size=(n, d)).astype(np.float32)
    y = (X @ np.random.default_rng(1).normal(size=(d, CLASSES))).argmax(1)
    return X.reshape(n, *(shape or (d,))), y


def classifier(*layers, **settings):
    settings = {"loss": cr.SoftmaxCrossEntropy(), "seed": 1} | settings
    return cr.Network(*layers, cr.Dense(CLASSES), **settings)


def dense(*more, units=17, **settings):
    return classifier(cr.Dense(units), cr.Tanh(), *more, **settings)


def fit(net, n=1000, batch_size=256, **options):
    X, y = data(n)
    return net, {"X": X, "y": y, "batch_size": batch_size, "epochs": 2} | options


class Momentum(cr.Optimizer):
    """An optimizer of the user's own, which has no twin: every step returns to Python."""

    lr: float = 0.05
    slots = ("v",)

    def step(self, t, theta, g, v):
        v[...] = 0.9 * v + g
        theta -= self.lr * v


class OwnRows:
    """A source of the user's own, which counts the rows that it is asked for."""

    def __init__(self, n):
        self.X, self.y = data(n)
        self.read = 0

    def __len__(self):
        return len(self.X)

    def rows(self, indices):
        self.read += len(indices)
        return self.X[indices], self.y[indices]

    def fingerprint(self):
        return "own rows"


class OwnStream:
    """Batches of the user's own, of changing sizes."""

    def stream(self, epoch, start):
        X, y = data(1500)
        for k, begin in enumerate((0, 520, 600, 1300)[start:], start):
            end = (520, 600, 1300, 1500)[k]
            yield X[begin:end], y[begin:end]

    def fingerprint(self):
        return "own stream"


def half_off(rows, key, numbers):
    """Set columns of each row to 0, which depend on the key and on the number of the row."""
    return rows * (cr.random.uniform(key, 7, 3, numbers, rows.shape[1]) > 0.2)


# ---------------------------------------------------------------- the seven of the first prototype


@case
def short_last_batch():
    return fit(dense(), n=1100)


@case
def dropout():
    return fit(dense(cr.Dropout(0.3)), n=900)


@case
def penalty_clip_schedule():
    net = classifier(cr.Dense(17, penalty=cr.ElasticNet(0.001, 0.002)), cr.Tanh())
    return fit(net, optimizer=(cr.ClipGlobalNorm(0.1), cr.Adam(cr.Cosine(1e-2, 8))))


@case
def batch_norm():
    return fit(classifier(cr.Dense(17), cr.BatchNorm(), cr.ReLU(), cr.Dense(9), cr.BatchNorm()))


@case
def convolutions():
    X, y = data(700, 64, (8, 8, 1))
    net = classifier(cr.Conv2D(4, kernel=3), cr.ReLU(), cr.MaxPool2D(2), cr.Flatten())
    return net, {"X": X, "y": y, "batch_size": 300, "epochs": 2}


@case
def class_weights():
    return fit(dense(), class_weight="balanced")


@case
def batches_of_8192():
    return fit(dense(), n=16_384, batch_size=8192)


# ---------------------------------------------------------------- sizes


@case
def n_515():
    return fit(dense(cr.Dropout(0.1)), n=515, batch_size=None)


@case
def n_8192():
    return fit(dense(cr.BatchNorm()), n=8192, batch_size=None)


@case
def fewer_shards_than_processes():
    return fit(dense(cr.Dropout(0.1)), n=300, batch_size=100)


@case
def large_sums():
    return fit(classifier(cr.Dense(150), cr.ReLU(), cr.Dense(150), cr.ReLU()), n=700)


@case
def large_sums_of_8_shards():
    """The first of 3 processes has one node of the tree, the others have two."""
    return fit(classifier(cr.Dense(150), cr.ReLU(), cr.Dense(150)), n=600, batch_size=None)


@case
def several_threads():
    return fit(classifier(cr.Dense(150), cr.BatchNorm(), cr.ReLU(), threads=3), n=1000)


@case
def float64():
    return fit(dense(cr.BatchNorm(), dtype="float64"))


@case
def float64_large():
    net = classifier(cr.Dense(150), cr.ReLU(), cr.Dense(60), cr.ReLU(), dtype="float64")
    return fit(net, n=700, batch_size=350)


# ---------------------------------------------------------------- what a fit can do


@case
def whole_tensors():
    return fit(dense(units=40), optimizer=cr.Muon())


@case
def averages():
    return fit(dense(), optimizer=(cr.Adam(), cr.EMA(0.9)), epochs=3)


@case
def constraints():
    return fit(dense(), optimizer=(cr.ClipNorm(0.5), cr.SGD(0.3), cr.MaxNorm(0.4)))


@case
def augmentation():
    return fit(dense(), augment=(half_off, half_off))


@case
def augmentation_and_weights():
    weights = np.random.default_rng(4).random(1000)
    return fit(dense(cr.Dropout(0.2)), augment=half_off, sample_weight=weights)


@case
def mixed_rows():
    net, options = fit(dense(), augment=cr.augmentation.MixUp(0.4))
    return net, options | {"y": np.eye(CLASSES)[options["y"]]}


@case
def sparse_rows():
    from scipy.sparse import csr_matrix

    net, options = fit(dense())
    return net, options | {"X": csr_matrix(np.maximum(options["X"], 0))}


@case
def early_stopping():
    stop = cr.EarlyStopping(patience=1)
    return fit(
        dense(),
        validation_fraction=0.2,
        metrics=[cr.metrics.accuracy],
        callbacks=[stop],
        epochs=6,
        optimizer=cr.Adam(0.05),
    )


@case
def plateau():
    rate = cr.ReduceOnPlateau(0.1, patience=1)
    return fit(dense(), optimizer=cr.SGD(rate), validation_fraction=0.2, epochs=5)


@case
def own_source():
    return dense(cr.Dropout(0.2)), {"X": OwnRows(1000), "batch_size": 256, "epochs": 2}


@case
def own_stream():
    return dense(), {"X": OwnStream(), "epochs": 2}


@case
def own_optimizer():
    return fit(dense(cr.Dropout(0.2)), optimizer=Momentum())


@case
def own_optimizer_and_augmentation():
    return fit(dense(cr.BatchNorm()), optimizer=Momentum(), augment=half_off)


@case
def own_order():
    return fit(dense(), order=lambda epoch, n: np.roll(np.arange(n), epoch)[5:], drop_last=True)


@case
def frozen():
    net = dense()
    X, y = data(600)
    net.build(X, y)
    net.freeze("dense1")
    return fit(net)


@case
def joint_losses():
    X, y = data(600)
    net = cr.Network(
        cr.Dense(9),
        cr.BatchNorm(),
        cr.Heads({"a": cr.Dense(CLASSES), "b": cr.Dense(1)}),
        loss={"a": cr.SoftmaxCrossEntropy(), "b": (0.5, cr.SquaredError())},
        seed=1,
    )
    targets = {"a": y, "b": X[:, :1]}
    weights = {"a": np.random.default_rng(2).random(600)}
    return net, {"X": X, "y": targets, "batch_size": 256, "epochs": 2, "sample_weight": weights}


@case
def joint_losses_augmented():
    net, options = joint_losses()
    return net, options | {"augment": half_off}


# ---------------------------------------------------------------- ops of one's own


def users(name):
    """Return the case of a network of ops without twins."""

    def made():
        rng = np.random.default_rng(3)
        X, y = rng.normal(size=(400, 9)), rng.normal(size=(400, 4))
        net = cr.Network(*NETWORKS[name], inputs=(9,), loss=cr.SquaredError(), seed=2)
        return net, {"X": X, "y": y, "batch_size": 300, "epochs": 2}

    return made


CASES |= {"own ops: " + name: users(name) for name in NETWORKS}


# ---------------------------------------------------------------- drawn networks


def drawn(seed):
    """Return a drawn network, with enough rows for several shards, and drawn options."""
    one, rng = draw(seed + 1000), np.random.default_rng(seed)
    times = -(-int(rng.integers(140, 560)) // len(one.X))
    X, y = np.concatenate([one.X] * times), np.concatenate([one.y] * times)
    X = X if X.dtype.kind in "iu" else X + rng.normal(size=X.shape) / 9
    net = one.network(["float32", "float64"][seed % 2], threads=1 + seed % 3)
    clips = [[], [cr.ClipNorm(1.0)], [cr.ClipGlobalNorm(0.5), cr.ClipValue(0.1)]][seed % 3]
    after = [[], [cr.MaxNorm(1.0)], [cr.EMA(0.9)]][rng.integers(3)]
    return net, {
        "X": X,
        "y": y,
        "optimizer": (*clips, RULES[seed % len(RULES)](), *after),
        "batch_size": [None, max(1, len(X) // 2), 130, 256][rng.integers(4)],
        "epochs": int(rng.integers(1, 4)),
        "drop_last": bool(rng.random() < 0.2),
        "sample_weight": rng.random(len(X)) + 0.1 if rng.random() < 0.3 else None,
        "validation_fraction": 0.2 if rng.random() < 0.3 else 0.0,
    }


DRAWN = {f"drawn {seed}": (lambda seed=seed: drawn(seed)) for seed in range(60)}


# ---------------------------------------------------------------- bits


def hash_of(net, history):
    """Return a hash of θ, slots, history, averages, and why the run ended."""
    state, digest = net.run_state, sha256(repr((history.stopped, history.best_epoch)).encode())
    arrays = {"theta": state.theta, **state.slots}
    arrays |= {name: history[name] for name in sorted(history.keys())}
    if state.update is not None and state.update.average is not None:
        arrays["averaged"] = net.averaged().theta
    for name, array in arrays.items():
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:16]


def bits(make, comm=None):
    """Train a case, and return the hash of what it leaves; the message if it diverges."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of scale and of single rows
        net, options = make()
        X, y = options.pop("X"), options.pop("y", None)
        try:
            history = net.fit(X, y, verbose=0, comm=comm, **options)
        except cr.TrainingError as error:
            return f"{net.theta.tobytes().hex()[:64]} {error}"
    return hash_of(net, history)


# ---------------------------------------------------------------- runs in two parts


def resumed(folder, epochs, comm=None):
    """Train to so many epochs, from the checkpoint of a folder on, if any; return a hash."""
    net, options = fit(dense(cr.BatchNorm(), cr.Dropout(0.2)), n=1100)
    given = options | {
        "epochs": epochs,
        "optimizer": (cr.ClipGlobalNorm(1.0), cr.Adam(cr.Cosine(1e-2, 20)), cr.EMA(0.9)),
        "callbacks": [cr.Checkpoint(folder / "run.safetensors")],
        "validation_fraction": 0.1,
    }
    folder.mkdir(exist_ok=True)
    X, y = given.pop("X"), given.pop("y")
    history = net.fit(X, y, verbose=0, resume=True, comm=comm, **given)
    return hash_of(net, history)
