"""A small network of images, and slow oracles of what it sees."""

import numpy as np

import chainrule as cr

X = np.random.default_rng(0).normal(size=(5, 7, 6, 2))


def network(*end, loss=None, inputs=(7, 6, 2), **settings):
    """A smooth convolutional network in float64."""
    chain = [
        cr.Conv2D(3, padding="same"),
        cr.Tanh(),
        cr.AveragePool2D(2),
        cr.Conv2D(4, kernel=2),
        cr.Tanh(),
    ]
    end = end or (cr.Flatten(), cr.Dense(4))
    loss = loss or cr.SoftmaxCrossEntropy()
    return cr.Network(*chain, *end, loss=loss, inputs=inputs, seed=3, dtype="float64", **settings)


def slopes(score, image, step=1e-5):
    """∂score/∂pixel by central differences, pixel by pixel."""
    found = np.zeros(image.shape)
    for place in np.ndindex(image.shape):
        up, down = image.copy(), image.copy()
        up[place] += step
        down[place] -= step
        found[place] = (score(up[None])[0] - score(down[None])[0]) / (2 * step)
    return found


def heads(**losses):
    named = {
        "digit": cr.Sequential(cr.Flatten(), cr.Dense(4)),
        "ink": cr.Sequential(cr.Flatten(), cr.Dense(1)),
    }
    losses = losses or {"digit": cr.SoftmaxCrossEntropy(), "ink": (0.5, cr.SquaredError())}
    return network(cr.Heads(named), loss=losses)


def slow_occlusion(probability, image, patch, stride, fill):
    """One patch after the other, one prediction each."""
    H, W, _ = image.shape
    downs = [i for i in range(H) if i + patch[0] <= H and (i % stride[0] == 0 or i + patch[0] == H)]
    overs = [j for j in range(W) if j + patch[1] <= W and (j % stride[1] == 0 or j + patch[1] == W)]
    falls = {}
    for i in downs:
        for j in overs:
            hidden = image.copy()
            hidden[i : i + patch[0], j : j + patch[1]] = fill
            falls[i, j] = float(probability(image[None])[0] - probability(hidden[None])[0])
    found = np.zeros((H, W))
    for a in range(H):
        for b in range(W):
            over = [
                f for (i, j), f in falls.items() if i <= a < i + patch[0] and j <= b < j + patch[1]
            ]
            found[a, b] = sum(over) / len(over)
    return found


def dense():
    return cr.Network(cr.Flatten(), cr.Dense(3), loss=cr.SoftmaxCrossEntropy(), inputs=(4, 4, 1))


NOT_BUILT = cr.Network(cr.Conv2D(2), cr.Flatten(), cr.Dense(2), loss=cr.SoftmaxCrossEntropy())
IMAGE = np.ones((4, 4, 1))
