"""The bundled sets are those of cr.datasets; rows are split as cr.datasets.split and fit do."""

import numpy as np
import pytest

import chainrule as cr
from chainrule import random

pytestmark = pytest.mark.slow

SETS = [
    (name, n, noise, seed, arms)
    for name in ("moons", "circles", "spirals")
    for n, noise, seed in ((10, 0.0, 0), (333, 0.1, 7), (1000, 0.5, 2**32 - 1))
    for arms in ((2, 3, 6) if name == "spirals" else (2,))
]


@pytest.fixture(scope="module")
def made(node):
    rng = np.random.default_rng(0)
    targets = [rng.integers(0, k, n).tolist() for k, n in ((2, 40), (3, 101), (6, 57))]
    how = [(0.25, 0, True), (0.5, 3, False), (0.1, 9, True)]
    value = {
        "sets": [
            {"set": name, "n": n, "noise": noise, "seed": seed, "classes": arms}
            for name, n, noise, seed, arms in SETS
        ],
        "splits": [
            {"y": y, "test": test, "seed": seed, "stratify": stratify}
            for y in targets
            for test, seed, stratify in how
        ],
        "offs": [
            {"y": y, "fraction": fraction, "seed": seed, "stratify": stratify}
            for y in targets
            for fraction, seed, stratify in how
        ],
    }
    return value, node("data_datasets.js", value)


def test_the_same_points_as_in_python(made):
    for (name, n, noise, seed, arms), mine in zip(SETS, made[1]["sets"], strict=True):
        more = {"arms": arms} if name == "spirals" else {}
        X, y = getattr(cr.datasets, name)(n, noise=noise, seed=seed, **more)
        x = np.array(mine["x"]).reshape(n, 2)
        np.testing.assert_array_equal(x.astype(np.float32), X.astype(np.float32))
        np.testing.assert_array_equal(mine["y"], y)


def test_the_same_split_as_in_python(made):
    value, found = made
    for about, (train, test) in zip(value["splits"], found["splits"], strict=True):
        y = np.array(about["y"])
        rows = np.arange(len(y))
        a, _, b, _ = (
            cr.datasets.split(rows, y, test=about["test"], seed=about["seed"], stratify=True)
            if about["stratify"]
            else cr.datasets.split(rows, y, test=about["test"], seed=about["seed"])
        )
        assert train == a.tolist()
        assert test == b.tolist()


def test_the_same_validation_rows_as_in_python(made):
    value, found = made
    for about, (train, test) in zip(value["offs"], found["offs"], strict=True):
        y, n = np.array(about["y"]), len(about["y"])
        order = random.permutation((about["seed"], random.path_hash("validation")), n)
        if about["stratify"]:
            rank = np.empty(n)
            for label in np.unique(y):
                members = order[y[order] == label]
                rank[members] = (np.arange(len(members)) + 0.5) / len(members)
            order = order[np.argsort(rank[order], kind="stable")]
        held = min(max(round(about["fraction"] * n), 1), n - 1)
        assert test == sorted(order[:held].tolist())
        assert train == sorted(order[held:].tolist())
