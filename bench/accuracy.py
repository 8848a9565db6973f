"""Compare the MLP estimators with scikit-learn's on twelve data sets.

5 folds × 3 seeds, default settings, standardized columns.

    OMP_NUM_THREADS=1 python bench/accuracy.py > docs/accuracy.md

Accuracy of classifiers, R² of regressors, on rows that were not trained on. Both sides get the same
folds and random_state. The difference is the mean over the 15 fits, ± its standard error; "none"
means that no fit differs by more than 1e-9: same weights. The targets are as they are, so 200
epochs are too few for regressors of large ones, on both sides.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import sys
import warnings

import numpy as np
from sklearn import __version__, datasets
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score
from sklearn.neural_network import MLPClassifier as TheirClassifier
from sklearn.neural_network import MLPRegressor as TheirRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from chainrule.estimators import MLPClassifier, MLPRegressor

CLASSES, NUMBERS = (MLPClassifier, TheirClassifier), (MLPRegressor, TheirRegressor)
ROWS = {
    "iris": (CLASSES, lambda: datasets.load_iris(return_X_y=True)),
    "wine": (CLASSES, lambda: datasets.load_wine(return_X_y=True)),
    "breast_cancer": (CLASSES, lambda: datasets.load_breast_cancer(return_X_y=True)),
    "digits": (CLASSES, lambda: datasets.load_digits(return_X_y=True)),
    "diabetes": (NUMBERS, lambda: datasets.load_diabetes(return_X_y=True)),
    "linnerud": (NUMBERS, lambda: datasets.load_linnerud(return_X_y=True)),
    "make_moons": (CLASSES, lambda: datasets.make_moons(500, noise=0.3, random_state=0)),
    "make_circles": (
        CLASSES,
        lambda: datasets.make_circles(500, noise=0.2, factor=0.5, random_state=0),
    ),
    "make_classification": (CLASSES, lambda: datasets.make_classification(500, random_state=0)),
    "make_friedman1": (NUMBERS, lambda: datasets.make_friedman1(500, noise=1.0, random_state=0)),
    "make_regression": (
        NUMBERS,
        lambda: datasets.make_regression(500, 20, noise=10.0, random_state=0),
    ),
    "make_blobs": (
        CLASSES,
        lambda: datasets.make_blobs(500, centers=5, cluster_std=2.5, random_state=0),
    ),
}
SEEDS = range(3)


def scores(cls, splitter, X, y):
    """Return one score for each fold and seed."""
    found = []
    for seed in SEEDS:
        folds = splitter(5, shuffle=True, random_state=seed)
        found += list(
            cross_val_score(make_pipeline(StandardScaler(), cls(random_state=seed)), X, y, cv=folds)
        )
    return np.array(found)


def main():
    print("# The MLP estimators beside scikit-learn's\n")
    print(
        *__doc__.split("\n\n")[3].splitlines(),
        f"Measured with scikit-learn {__version__} by `bench/accuracy.py`.\n",
    )
    print("| data | chainrule | scikit-learn | difference |\n|---|--:|--:|--:|")
    for name, (pair, load) in ROWS.items():
        X, y = load()
        splitter = StratifiedKFold if pair is CLASSES else KFold
        ours, theirs = (scores(cls, splitter, X, y) for cls in pair)
        off = ours - theirs
        error = off.std(ddof=1) / np.sqrt(len(off))
        said = "none" if abs(off).max() < 1e-9 else f"{off.mean():+.4f} ± {error:.4f}"
        print(f"| {name} | {ours.mean():.4f} | {theirs.mean():.4f} | {said} |", flush=True)
        if said != "none" and off.mean() < -2 * error:
            sys.exit(f"{name}: worse by more than two standard errors")


if __name__ == "__main__":
    warnings.simplefilter("ignore", ConvergenceWarning)
    main()
