"""Compare the CPU time of the MLP estimators with scikit-learn's, both sides taking turns.

Whole fits and predictions, on one core.

OMP_NUM_THREADS=1 taskset -c 0 python bench/mlp.py [repeats] [digits]
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("CHAINRULE_THREADS", "1")

import sys
import warnings
from time import process_time

import numpy as np
from sklearn import datasets
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier as TheirClassifier
from sklearn.neural_network import MLPRegressor as TheirRegressor

from chainrule.estimators import MLPClassifier, MLPRegressor

PAIRS = {"classes": (MLPClassifier, TheirClassifier), "numbers": (MLPRegressor, TheirRegressor)}


def seconds(function):
    start = process_time()
    function()
    return process_time() - start


def compare(name, ours, theirs, repeats):
    """Return the medians of pairs, after one call of each that does not count."""
    ours(), theirs()
    times = np.array([(seconds(ours), seconds(theirs)) for _ in range(repeats)])
    mine, other = 1000 * np.median(times, axis=0)
    print(
        f"{name:26} {mine:10.2f} ms {other:10.2f} ms   "
        f"{np.median(times[:, 1] / times[:, 0]):6.2f} x",
        flush=True,
    )


def fits(name, kind, X, y, repeats, **settings):
    a, b = (lambda cls=cls: cls(random_state=0, **settings).fit(X, y) for cls in PAIRS[kind])
    compare(name, a, b, repeats)


def predictions(name, kind, X, y, rows, times, repeats):
    a, b = (cls(random_state=0, max_iter=5).fit(X, y) for cls in PAIRS[kind])
    compare(
        name,
        lambda: [a.predict(rows) for _ in range(times)],
        lambda: [b.predict(rows) for _ in range(times)],
        repeats,
    )


def main(repeats, only_digits):
    print(f"{'':26} {'chainrule':>13} {'scikit-learn':>13}")
    digits = datasets.load_digits()
    X, y = digits.data / 16, digits.target
    fits("digits, 50 epochs", "classes", X, y, repeats, max_iter=50, tol=0, n_iter_no_change=1000)
    predictions("digits, 100 single rows", "classes", X, y, X[:1].copy(), 100, repeats)
    if only_digits:
        return
    rng = np.random.default_rng(0)
    pixels, labels = rng.random((10_000, 784)), rng.integers(0, 10, 10_000)
    fits(
        "784-256-10, 5 epochs",
        "classes",
        pixels,
        labels,
        repeats,
        hidden_layer_sizes=256,
        max_iter=5,
    )
    fits(
        "the same, float32",
        "classes",
        pixels.astype("f4"),
        labels,
        repeats,
        hidden_layer_sizes=256,
        max_iter=5,
    )
    for name in ("iris", "wine", "breast_cancer", "digits", "diabetes", "linnerud"):
        X, y = getattr(datasets, f"load_{name}")(return_X_y=True)
        X = (X - X.mean(axis=0)) / (X.std(axis=0) + 1e-9)
        kind = "numbers" if name in ("diabetes", "linnerud") else "classes"
        for solver in ("adam", "sgd", "lbfgs"):
            scale = (y.mean(axis=0), y.std(axis=0)) if kind == "numbers" else (0, 1)
            target = y if kind == "classes" else (y - scale[0]) / scale[1]
            fits(f"{name}, {solver}", kind, X, target, repeats, solver=solver)
        predictions(f"{name}, all rows", kind, X, y, X, 10, repeats)


if __name__ == "__main__":
    warnings.simplefilter("ignore", ConvergenceWarning)
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5, "digits" in sys.argv)
