"""Small networks for the tests of layers."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines import native

ENGINES = [
    "reference",
    pytest.param("native", marks=pytest.mark.skipif(not native.available(), reason="not built")),
]
engines = pytest.mark.parametrize("engine", ENGINES)


def network(*layers, inputs, **settings):
    """Return a network of these layers in float64, for rows of the shape `inputs`."""
    settings = {"loss": cr.SquaredError(), "dtype": "float64"} | settings
    return cr.Network(*layers, inputs=inputs, **settings)


def predict(layer, X, **settings):
    """Return what one layer makes of X."""
    return network(layer, inputs=np.shape(X)[1:], **settings).predict(X)


def image(*lines):
    """Return one image of one channel."""
    return np.array(lines, float)[None, ..., None]
