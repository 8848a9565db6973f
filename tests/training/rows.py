"""Rows of three classes and a network with everything that depends on the run."""

import numpy as np

import chainrule as cr


def data(n=50, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3))
    return X, (X @ rng.normal(size=(3, 3))).argmax(axis=1)


def rich(**options):
    layers = (
        cr.Dense(8),
        cr.BatchNorm(),
        cr.ReLU(),
        cr.Dropout(0.25),
        cr.Residual(cr.Dense(8), cr.Tanh()),
        cr.Dense(3),
    )
    return cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), **options)
