"""Targets and predictions, for the tests of metrics."""

import numpy as np

Y = np.array([0, 1, 2, 2, 1, 0])
P = np.array(
    [
        [0.6, 0.3, 0.1],
        [0.3, 0.4, 0.3],
        [0.5, 0.2, 0.3],
        [0.1, 0.2, 0.7],
        [0.1, 0.2, 0.7],
        [0.8, 0.1, 0.1],
    ]
)
PREDICTED = P.argmax(axis=1)  # 0 1 0 2 2 0: four of six


def rows(seed, n=80, classes=4):
    """Targets, and probabilities that lean toward them."""
    random = np.random.RandomState(seed)
    y = random.randint(0, classes, n)
    p = random.rand(n, classes) + np.eye(classes)[y] * random.rand(n, 1)
    return y, p / p.sum(axis=1, keepdims=True)
