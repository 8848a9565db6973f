"""Slow, obvious oracles of the energy models: loops over units, nothing from chainrule."""

from itertools import product

import numpy as np

DIGITS = {
    "0": "01110 10001 10001 10001 10001 01110",
    "1": "01100 00100 00100 00100 00100 00100",
    "2": "11100 00010 00010 01100 10000 11111",
}


def digits():
    """The three patterns of 30 units, as 0 and 1."""
    return np.array([[int(c) for c in text.replace(" ", "")] for text in DIGITS.values()])


def hebb(patterns):
    N = patterns.shape[1]
    W = np.zeros((N, N))
    for i, j in product(range(N), repeat=2):
        if i != j:
            W[i, j] = sum(float(x[i] * x[j]) for x in patterns) / N
    return W


def storkey(patterns, keep_diagonal=False, twice=False):
    """Entry by entry.

    `twice`: for i = j the term w_ii x_i is left out twice, which is wrong but easily written.
    """
    N = patterns.shape[1]
    W = np.zeros((N, N))
    for x in patterns:
        h = {(i, j): _heard(W, x, i, j, twice) for i, j in product(range(N), repeat=2)}
        W = W.copy()
        for i, j in h:
            W[i, j] += (x[i] * x[j] - x[i] * h[j, i] - h[i, j] * x[j]) / N
    return W if keep_diagonal else W - np.diag(np.diag(W))


def _heard(W, x, i, j, twice):
    """h_ij = Σ w_ik x_k over k ≠ i, j."""
    if twice:
        return W[i] @ x - W[i, i] * x[i] - W[i, j] * x[j]
    return sum(W[i, k] * x[k] for k in range(len(x)) if k not in (i, j))


def energy(W, theta, s):
    N = len(s)
    pairs = sum(W[i, j] * s[i] * s[j] for i, j in product(range(N), repeat=2))
    return -pairs / 2 + sum(theta[i] * s[i] for i in range(N))


def recall(W, theta, s, orders):
    """Unit by unit, sweep by sweep; a field at its threshold changes nothing.

    The state and how many sweeps it took.
    """
    s = np.array(s, dtype=float)
    for sweep, order in enumerate(orders):
        before = s.copy()
        for i in order:
            h = W[i] @ s
            if h > theta[i]:
                s[i] = 1
            elif h < theta[i]:
                s[i] = -1
        if (s == before).all():
            return s, sweep + 1
    return s, 0


def every_state(N):
    """All states; bit i of a state's number is unit i."""
    return np.array([[1 if k >> i & 1 else -1 for i in range(N)] for k in range(2**N)])
