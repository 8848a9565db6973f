"""Rows of some classes, and a small classifier for them."""

import numpy as np

import chainrule as cr


def data(n=40, columns=3, classes=3, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, columns))
    return X, (X @ rng.normal(size=(columns, classes))).argmax(axis=1)


def classifier(**options):
    return cr.Network(cr.Dense(5), cr.Tanh(), cr.Dense(3), loss=cr.SoftmaxCrossEntropy(), **options)
