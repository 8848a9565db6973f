"""Compare the reference engine with plain NumPy, written by hand.

One core, both sides taking turns in one run.

    python bench/numpy_by_hand.py [--repeats 7]

The numbers are ratios of medians. All that the hand-written sides do is in this file. Import times
are those of fresh processes.
"""

import os

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # before NumPy is loaded
os.environ.pop("OPENBLAS_CORETYPE", None)

import argparse
import subprocess
import sys
from statistics import median
from time import perf_counter

import numpy as np

import chainrule as cr

GOALS = {"neuron, 10,000 steps": 8.0, "digits 64-100-10, 5 epochs": 1.5, "import": 1.3}


def timed(function, before=lambda: None):
    before()
    start = perf_counter()
    function()
    return perf_counter() - start


# ---------------------------------------------------------------- the neuron in nine lines

X = np.array([[0, 0, 1], [1, 1, 1], [1, 0, 1], [0, 1, 1]], float)
Y = np.array([[0, 1, 1, 0]], float).T
W = 2 * np.random.RandomState(1).random_sample((3, 1)) - 1


def neuron_by_hand():
    w = W.copy()
    for _ in range(10000):
        o = 1 / (1 + np.exp(-np.dot(X, w)))
        w += np.dot(X.T, (Y - o) * o * (1 - o))
    return w


def neuron_network():
    loss = cr.SquaredError(half=True, reduction="sum")
    return cr.Network(
        cr.Dense(1, bias=False), cr.Sigmoid(), loss=loss, dtype="float64", initial_weights={"W1": W}
    )


# ---------------------------------------------------------------- the digits network

DIGITS, LABELS = cr.datasets.digits()
DIGITS = (DIGITS / 16).astype(np.float32)
BATCH, EPOCHS = 200, 5


def digits_network():
    return cr.Network(cr.Dense(100), cr.ReLU(), cr.Dense(10), loss=cr.SoftmaxCrossEntropy())


def digits_by_hand(theta):
    """Train the same network with the same batches, starting weights and Adam."""
    W1, b1 = theta[:6400].reshape(64, 100).copy(), theta[6400:6500].copy()
    W2, b2 = theta[6500:7500].reshape(100, 10).copy(), theta[7500:].copy()
    parameters = [W1, b1, W2, b2]
    m, v = ([np.zeros_like(p) for p in parameters] for _ in range(2))
    rng, t, history = np.random.default_rng(0), 0, []
    for _ in range(EPOCHS):
        order, total = rng.permutation(len(DIGITS)), 0.0
        for i in range(0, len(DIGITS), BATCH):
            rows = order[i : i + BATCH]
            x, y, n = DIGITS[rows], LABELS[rows], len(rows)
            z1 = x @ W1 + b1
            a1 = np.maximum(z1, 0)
            z2 = a1 @ W2 + b2
            z2 -= z2.max(axis=1, keepdims=True)
            e = np.exp(z2)
            s = e.sum(axis=1)
            total += float((np.log(s) - z2[np.arange(n), y]).sum())
            dz2 = e / s[:, None]
            dz2[np.arange(n), y] -= 1
            dz2 /= n
            dz1 = dz2 @ W2.T * (z1 > 0)
            t += 1
            for p, g, m_p, v_p in zip(
                parameters, (x.T @ dz1, dz1.sum(0), a1.T @ dz2, dz2.sum(0)), m, v, strict=True
            ):
                m_p += 0.1 * (g - m_p)
                v_p += 0.001 * (g * g - v_p)
                p -= 0.001 * (m_p / (1 - 0.9**t)) / (np.sqrt(v_p / (1 - 0.999**t)) + 1e-8)
        history.append(total / len(DIGITS))
    return parameters


# ---------------------------------------------------------------- the race


def race(name, net, ours, by_hand, repeats):
    # the first warms up
    times = [(timed(ours, net.reset), timed(by_hand)) for _ in range(repeats + 1)][1:]
    a, b = (median(side) for side in zip(*times, strict=True))
    print(
        f"{name:<28} {a * 1e3:9.1f} ms {b * 1e3:9.1f} ms {a / b:7.2f}   ≤ {GOALS[name]}", flush=True
    )


def import_time(module):
    code = f"from time import perf_counter as t; s = t(); import {module}; print(t() - s)"
    return float(
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=7)
    repeats = parser.parse_args().repeats
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    print(f"{'':<28} {'chainrule':>12} {'NumPy':>12} {'ratio':>7}   goal")
    neuron = neuron_network().build(X, Y)

    def fit_neuron():
        neuron.fit(X, Y, optimizer=cr.SGD(lr=1.0), epochs=10000, batch_size=None, verbose=0)

    digits = digits_network().build(DIGITS, LABELS)
    theta = digits.theta.copy()

    def fit_digits():
        digits.fit(DIGITS, LABELS, epochs=EPOCHS, batch_size=BATCH, verbose=0)

    race("neuron, 10,000 steps", neuron, fit_neuron, neuron_by_hand, repeats)
    race("digits 64-100-10, 5 epochs", digits, fit_digits, lambda: digits_by_hand(theta), repeats)
    np.testing.assert_allclose(neuron.theta, neuron_by_hand().ravel(), rtol=1e-10)  # the same work
    times = [(import_time("chainrule"), import_time("numpy")) for _ in range(2 * repeats)]
    a, b = (median(side) for side in zip(*times, strict=True))
    print(f"{'import':<28} {a * 1e3:9.1f} ms {b * 1e3:9.1f} ms {a / b:7.2f}   ≤ {GOALS['import']}")


if __name__ == "__main__":
    main()
