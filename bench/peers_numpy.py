"""Plain NumPy, written by hand for speed: no temporaries if `out=` avoids them, one vector."""

import numpy as np
from peers_workloads import (
    BETA1,
    BETA2,
    CHAINS,
    COPY_BYTES,
    EPS,
    LR,
    NEURON_STEPS,
    NEURON_W,
    NEURON_Y,
    X4,
    XOR_STEPS,
    XOR_W1,
    XOR_W2,
    XOR_Y,
    adam_vectors,
    digits,
    memory,
    one_row,
    product,
)


def load(cores):
    workloads = {"neuron": neuron, "two-layer": two_layer, "adam": adam, "copy": copy, "gemm": gemm}
    workloads |= {"predict": predict, "bare": predict, "recall": recall}
    return np.__version__, workloads | dict.fromkeys(CHAINS, fit)


def nothing():
    """Restore the start before a run."""


def neuron(_):
    def run():
        w, errors = NEURON_W.copy(), np.empty((NEURON_STEPS, 4, 1))
        for i in range(NEURON_STEPS):
            o = 1 / (1 + np.exp(-np.dot(X4, w)))
            errors[i] = e = NEURON_Y - o
            w += np.dot(X4.T, e * o * (1 - o))
        return ((errors**2).sum(axis=(1, 2)) / 2)[-1]

    return nothing, run


def two_layer(_):
    def run():
        W1, W2, errors = XOR_W1.copy(), XOR_W2.copy(), np.empty((XOR_STEPS, 4, 1))
        for i in range(XOR_STEPS):
            a = 1 / (1 + np.exp(-np.dot(X4, W1)))
            o = 1 / (1 + np.exp(-np.dot(a, W2)))
            errors[i] = e = XOR_Y - o
            d2 = 2 * e * o * (1 - o)
            d1 = np.dot(d2, W2.T) * a * (1 - a)
            W2 += np.dot(a.T, d2)
            W1 += np.dot(X4.T, d1)
        return (errors**2).sum(axis=(1, 2))[-1]

    return nothing, run


class Adam:
    """Apply the paper's algorithm to one vector, with two vectors of scratch."""

    def __init__(self, theta):
        self.theta, self.t = theta, 0
        self.m, self.v, self.a, self.b = (np.zeros_like(theta) for _ in range(4))

    def step(self, g):
        m, v, a, b = self.m, self.v, self.a, self.b
        self.t += 1
        np.subtract(g, m, out=a)
        a *= 1 - BETA1
        m += a  # m += (1 - beta1) (g - m)
        np.multiply(g, g, out=a)
        a -= v
        a *= 1 - BETA2
        v += a  # v += (1 - beta2) (g² - v)
        correction = np.sqrt(1 - BETA2**self.t)
        np.sqrt(v, out=a)
        a += EPS * correction
        np.divide(m, a, out=b)
        b *= LR * correction / (1 - BETA1**self.t)
        self.theta -= b


def views(vector, like):
    places = np.cumsum([0, *(p.size for p in like)])
    return [vector[a:b].reshape(p.shape) for a, b, p in zip(places, places[1:], like, strict=False)]


def fit(name):
    task = CHAINS[name]()
    start, everyone = task.start(), np.arange(task.batch)

    def run():
        theta = np.concatenate([p.ravel() for p in start])
        g = np.empty_like(theta)
        parameters, gradients, adam = views(theta, start), views(g, start), Adam(theta)
        rng, history = np.random.default_rng(0), []
        for _ in range(task.epochs):
            order, total = rng.permutation(len(task.X)), 0.0
            for i in range(0, len(order), task.batch):
                rows = order[i : i + task.batch]
                total += gradient(task.X[rows], task.y[rows], parameters, gradients, everyone)
                adam.step(g)
            history.append(total / task.steps)
        return history[-1]

    return nothing, run


def gradient(x, y, parameters, gradients, everyone):
    inputs = [x]
    for k in range(0, len(parameters), 2):
        z = inputs[-1] @ parameters[k]
        z += parameters[k + 1]
        if k + 2 < len(parameters):
            np.maximum(z, 0, out=z)
        inputs.append(z)
    z = inputs.pop()
    z -= z.max(axis=1, keepdims=True)
    picked = z[everyone, y]
    np.exp(z, out=z)
    sums = z.sum(axis=1)
    loss = float((np.log(sums) - picked).mean())
    z /= sums[:, None]
    z[everyone, y] -= 1
    z /= len(z)
    for k in range(len(parameters) - 2, -1, -2):
        a = inputs.pop()
        np.matmul(a.T, z, out=gradients[k])
        z.sum(axis=0, out=gradients[k + 1])
        if k:
            z = z @ parameters[k].T
            z *= a > 0
    return loss


def predict(_):
    W1, b1, W2, b2 = digits().start()
    x = one_row()

    def run():
        for _ in range(1000):
            h = x @ W1
            h += b1
            np.maximum(h, 0, out=h)
            z = h @ W2
            z += b2
            z -= z.max()
            np.exp(z, out=z)
            z /= z.sum()

    return nothing, run


def adam(_):
    theta, g = adam_vectors()
    rule = Adam(theta)
    return nothing, lambda: rule.step(g)


def copy(_):
    source, target = np.ones(COPY_BYTES // 4, np.float32), np.zeros(COPY_BYTES // 4, np.float32)
    return nothing, lambda: np.copyto(target, source)


def plain_loop(counts: np.ndarray, probes: np.ndarray, order: list[np.ndarray]) -> np.ndarray:
    """Recall as one writes it first: a dot product for each unit, until a sweep changes nothing."""
    found = probes.copy()
    for s in found:
        for visit in order:
            before = s.copy()
            for i in visit:
                h = counts[i] @ s
                if h != 0:
                    s[i] = 1.0 if h > 0 else -1.0
            if (s == before).all():
                break
    return found


def recall(_):
    """Recall as one writes it first: a dot product for each unit until a sweep changes nothing."""
    patterns, probes = memory()
    counts = patterns.T @ patterns
    np.fill_diagonal(counts, 0)
    rng = np.random.default_rng(0)
    order = [rng.permutation(patterns.shape[1]) for _ in range(10)]

    def run():
        found = plain_loop(counts, probes, order)
        return (found == patterns[: len(probes)]).all(axis=1).mean()

    return nothing, run


def gemm(name):
    A, B = product(name)
    C = np.empty((len(A), B.shape[1]), np.float32)

    def run():
        np.matmul(A, B, out=C)

    return nothing, run
