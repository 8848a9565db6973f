"""Rows of three classes, a network for them, and sources that a user might write."""

import numpy as np

import chainrule as cr


def data(n=50, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3))
    return X, (X @ rng.normal(size=(3, 3))).argmax(axis=1)


def network(*middle, engine=None, **options):
    layers = cr.Dense(8), *middle, cr.ReLU(), cr.Dropout(0.25), cr.Dense(3)
    return cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), engine=engine, inputs=(3,), **options)


class StopAt(cr.Callback):
    """Stops the run after a step."""

    def __init__(self, step):
        self.step = step

    def on_batch_end(self, run):
        return run.step == self.step


class Rows:
    """A source with numbers: len and rows(indices)."""

    def __init__(self, n=50):
        self.X, self.y = data(n)

    def __len__(self):
        return len(self.X)

    def rows(self, indices):
        return self.X[indices], self.y[indices]


class Stream:
    """A source of batches of some sizes."""

    def __init__(self, *sizes):
        self.sizes = sizes

    def stream(self, epoch, start):
        for n in self.sizes[start:]:
            yield data(n)
