"""Slow, obvious oracles of the RBM: loops over every state; and machines to test."""

import itertools
import math

import numpy as np
import pytest

import chainrule as cr

KINDS = [("binary", 0), ("gaussian", 0), ("binary", 3), ("gaussian", 2)]
kinds = pytest.mark.parametrize(("kind", "classes"), KINDS, ids=lambda v: str(v))


def machine(kind="binary", classes=0, hidden=4, visible=3, seed=0, scale=1.0, **options):
    """Normal weights in float64."""
    rbm = cr.RBM(hidden, visible=visible, kind=kind, classes=classes, dtype="float64", **options)
    rbm.theta[...] = scale * np.random.default_rng(seed).normal(size=rbm.theta.size)
    return rbm


def naive_energy(rbm, v, h):
    """E(v, h) by its sums; v has the class behind it."""
    w, D = rbm.weights, rbm.units.visible
    E = 0.0
    for i, x in enumerate(v):
        E += (x - w.b[i]) ** 2 / 2 if i < D and rbm.kind == "gaussian" else -w.b[i] * x
    for j, on in enumerate(h):
        E -= on * (w.c[j] + sum(w.W[j, i] * x for i, x in enumerate(v)))
    return E


def bits(n):
    return list(itertools.product([0.0, 1.0], repeat=n))


def all_visible(rbm, points=None):
    """Every state of the visible units; of Gaussian ones a grid."""
    D, K = rbm.units.visible, rbm.classes
    rows = bits(D) if rbm.kind == "binary" else list(itertools.product(points, repeat=D))
    return [(*row, *label) for row in rows for label in (np.eye(K).tolist() if K else [()])]


def naive_free_energy(rbm, v):
    return -math.log(sum(math.exp(-naive_energy(rbm, v, h)) for h in bits(rbm.hidden)))


def naive_log_z(rbm):
    """Sums over binary states; integrals over Gaussian ones by rectangles, exact to ten digits."""
    if rbm.kind == "binary":
        return math.log(sum(math.exp(-naive_free_energy(rbm, v)) for v in all_visible(rbm)))
    points = np.arange(-10, 10, 0.5)
    grid = np.array(all_visible(rbm, points))
    h = np.array(bits(rbm.hidden))
    w, D = rbm.weights, rbm.units.visible
    E = ((grid[:, :D] - w.b[:D]) ** 2).sum(1) / 2 - grid[:, D:] @ w.b[D:]
    total = np.exp(-E[:, None] + h @ w.c + grid @ w.W.T @ h.T).sum()
    return math.log(total * 0.5**D)


def some_rows(rbm, n, seed=2):
    rng = np.random.default_rng(seed)
    D, K = rbm.units.visible, rbm.classes
    X = (
        rng.normal(size=(n, D))
        if rbm.kind == "gaussian"
        else rng.integers(0, 2, (n, D)).astype(float)
    )
    return np.concatenate([X, np.eye(K)[rng.integers(0, K, n)]], axis=1) if K else X


def batch(rows):
    return {"x": rows, "c": np.full(len(rows), 1 / len(rows))}


def bars_and_stripes():
    """The 14 pictures of 3 × 3 pixels whose rows, or columns, are each of one colour."""
    lines = np.array(list(itertools.product([0.0, 1.0], repeat=3)))
    rows = np.repeat(lines, 3, axis=1)
    columns = np.tile(lines, (1, 3))
    return np.unique(np.concatenate([rows, columns]), axis=0)


BARS = bars_and_stripes()


def same(one, other):
    return one.theta.tobytes() == other.theta.tobytes()
