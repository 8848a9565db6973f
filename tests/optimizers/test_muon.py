"""muon.py: the published iteration in loops, what it does to singular values, and AdamW."""

import math

import numpy as np
import pytest

from chainrule.optimizers import AdamW, Muon
from chainrule.optimizers.muon import orthogonal

RNG = np.random.default_rng(0)


def product(A, B):
    return [
        [sum(a * b for a, b in zip(row, column, strict=True)) for column in zip(*B, strict=True)]
        for row in A
    ]


def turned(A):
    return [list(row) for row in zip(*A, strict=True)]


def newton_schulz(G):
    """The published program on lists: it turns a matrix of more rows than columns."""
    a, b, c = 3.4445, -4.7750, 2.0315
    tall = len(G) > len(G[0])
    X = turned(G) if tall else [list(row) for row in G]
    norm = math.sqrt(sum(x * x for row in X for x in row)) + 1e-7
    X = [[x / norm for x in row] for row in X]
    for _ in range(5):
        A = product(X, turned(X))
        AA = product(A, A)
        B = [
            [b * x + c * y for x, y in zip(*rows, strict=True)] for rows in zip(A, AA, strict=True)
        ]
        BX = product(B, X)
        X = [[a * x + y for x, y in zip(*rows, strict=True)] for rows in zip(X, BX, strict=True)]
    return turned(X) if tall else X


SHAPES = [(4, 4), (3, 7), (7, 3), (1, 5), (5, 1)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_newton_schulz_is_the_published_one(shape):
    G = RNG.normal(size=shape)
    assert orthogonal(G) == pytest.approx(np.array(newton_schulz(G.tolist())), abs=1e-12)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_steps_are_those_of_the_published_program(shape):
    W, muon = RNG.normal(size=shape), Muon(lr=0.1, weight_decay=0.2)
    slots, expected = muon.start(W), W.tolist()
    m = np.zeros(shape)
    for t in range(1, 5):
        g = RNG.normal(size=shape)
        muon.step(t, W, g, *slots.values())
        m = 0.95 * m + (1 - 0.95) * g
        O = np.array(newton_schulz((0.95 * m + (1 - 0.95) * g).tolist()))
        scale = max(1, shape[1] / shape[0]) ** 0.5
        expected = np.array(expected) * (1 - 0.1 * 0.2) - 0.1 * scale * O
    assert pytest.approx(expected, abs=1e-12) == W
    assert not slots["v"].any()


def test_singular_values_become_about_one():
    U, _, V = np.linalg.svd(RNG.normal(size=(20, 30)), full_matrices=False)
    S = np.geomspace(1, 0.05, 20)
    O = orthogonal((U * S) @ V)
    values = np.diag(U.T @ O @ V.T)
    assert (values > 0.6).all() and (values < 1.3).all()
    assert np.abs(O - (U * values) @ V).max() < 1e-12


def test_a_matrix_without_gradient_stays():
    W, muon = np.ones((3, 2)), Muon()
    muon.step(1, W, np.zeros((3, 2)), *muon.start(W).values())
    assert (W == 1).all()


def test_a_vector_is_trained_by_adamw():
    one, two = np.linspace(-1, 1, 5), np.linspace(-1, 1, 5)
    muon = Muon(lr=0.2, weight_decay=0.1)
    adamw = AdamW(lr=0.2 * 0.015, beta2=0.95, eps=1e-10, weight_decay=0.1)
    slots, others = muon.start(one), adamw.start(two)
    for t in range(1, 9):
        g = RNG.normal(size=5)
        muon.step(t, one, g, *slots.values())
        adamw.step(t, two, g, *others.values())
    assert (one == two).all()


def test_published_numbers():
    muon = Muon()
    assert (muon.lr, muon.momentum, muon.weight_decay) == (0.02, 0.95, 0.0)
    assert muon.lr * muon.adamw_ratio == pytest.approx(3e-4)
    assert (muon.beta1, muon.beta2, muon.eps) == (0.9, 0.95, 1e-10)
