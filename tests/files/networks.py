"""Networks that are saved and read back, and what a user may put into one."""

import math
import os
import sys

import numpy as np

import chainrule as cr

X = np.random.default_rng(0).normal(size=(7, 4))


@cr.op
def cube(z):
    """a = z³"""
    return z * z * z


@cube.gradient
def cube_backward(da, a, z):
    """dz = 3 da z²"""
    return (3 * da * z * z,)


class Cube(cr.Layer):
    limit: float = math.inf

    def __call__(self, x):
        return cube(x)


def ones(shape, draw):
    return np.ones(shape)


def halves(shape, draw):
    return np.full(shape, 0.5)


NETWORKS = {
    "plain": lambda: cr.Network(
        cr.Dense(3), cr.Tanh(), cr.Dense(1), loss=cr.SquaredError(), inputs=(4,)
    ),
    "nested": lambda: cr.Network(
        cr.Sequential(cr.Dense(4, name="first"), cr.ReLU(), name="block"),
        cr.Residual(cr.Dense(4, penalty=cr.ElasticNet(1e-3, 1e-4)), cr.LeakyReLU(slope=0.2)),
        cr.Dense(3, bias=False, init=cr.initializers.Orthogonal(2.0)),
        loss=cr.SoftmaxCrossEntropy(label_smoothing=0.1),
        inputs=(4,),
        seed=5,
    ),
    "state": lambda: cr.Network(
        cr.Reshape(2, 2),
        cr.Flatten(),
        cr.Dense(5, init=np.arange(20.0).reshape(4, 5) / 20),
        cr.BatchNorm(),
        cr.Dropout(0.2),
        cr.Dense(2, trainable=False),
        loss=cr.SquaredError(outputs="sum", reduction="sum"),
        inputs=(4,),
        dtype="float64",
    ),
    "shared": lambda: cr.Network(
        cr.Shared("tower", cr.Dense(4)),
        cr.Sigmoid(),
        cr.Shared("tower", cr.Dense(4)),
        loss=cr.Huber(delta=2.0),
        inputs=(4,),
    ),
    "given": lambda: cr.Network(
        cr.Dense(1),
        loss=cr.SigmoidCrossEntropy(),
        inputs=(4,),
        initial_weights={"W1": [[1], [2], [3], [4.5]]},
    ),
    "none": lambda: cr.Network(cr.Identity(), loss=cr.SquaredError(), inputs=(4,)),
}


def environment():
    return os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
