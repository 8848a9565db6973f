"""Networks drawn by a seed from all layers, losses and optimizers, to fuzz both engines.

A layer that needs settings, or rows of a certain shape, has a line in MAKERS. For others the
examples of their contract are taken where the shape fits; else they are made without settings.
"""

import math
from copy import deepcopy
from dataclasses import dataclass, fields

import numpy as np
from tests.contracts import test_layer_contracts as layer_contracts
from tests.contracts import test_loss_contracts as loss_contracts

import chainrule as cr

K = loss_contracts.K
VOCABULARY = 11
VECTORS = {"CosineDistance", *loss_contracts.OUTPUTS}  # losses of rows that are vectors


def size(rng):
    """Draw a size: mostly small, sometimes wider than a tile."""
    return int(rng.integers(1, 70 if rng.random() < 0.1 else 20))


def dense(rng, shape, depth):
    if len(shape) == 1:
        penalty = [None, cr.L2(0.01), cr.L1(0.01), cr.ElasticNet(0.01, 0.02)][rng.integers(4)]
        return cr.Dense(size(rng), bias=bool(rng.random() < 0.7), penalty=penalty)
    return None


def reshape(rng, shape, depth):
    total = math.prod(shape)
    divisors = [d for d in range(1, total + 1) if total % d == 0]
    d = int(rng.choice(divisors))
    return cr.Reshape(d, total // d) if rng.random() < 0.5 else cr.Reshape(total)


def inside(layer):
    """Yield the layer and all layers in it."""
    yield layer
    for inner in (*getattr(layer, "layers", ()), getattr(layer, "layer", None)):
        if isinstance(inner, cr.Layer):
            yield from inside(inner)


def residual(rng, shape, depth):
    """Draw a branch whose output has the shape of its input."""
    branch = [
        layer
        for _ in range(rng.integers(1, 3))
        for layer in [drawn(rng, shape, depth + 1, KEEP_SHAPE)]
        if layer
    ]
    if len(shape) == 1 and rng.random() < 0.6:
        branch.append(cr.Dense(shape[0]))
    return cr.Residual(*branch) if branch else None


def sequential(rng, shape, depth):
    chain = []
    for _ in range(rng.integers(1, 4)):
        layer = drawn(rng, shape, depth + 1)
        chain += [layer] if layer else []
        shape = out_of(layer, shape) if layer else shape
    return cr.Sequential(*chain) if chain else None


def shared(rng, shape, depth):
    layer = drawn(rng, shape, depth + 1)
    return cr.Shared(f"tower{rng.integers(10**6)}", layer) if layer else None


def each_step(rng, shape, depth):
    if len(shape) < 2 or shape[0] > 6:
        return None
    layer = drawn(rng, shape[1:], depth + 1)
    if layer is None or any(
        isinstance(inner, cr.BatchNorm) for inner in inside(layer)
    ):  # which cannot follow several steps
        return None
    return cr.EachStep(layer)


MAKERS = {
    "Dense": dense,
    "Reshape": reshape,
    "Residual": residual,
    "Sequential": sequential,
    "Shared": shared,
    "EachStep": each_step,
    "Dropout": lambda rng, shape, depth: cr.Dropout(float(rng.choice([0.1, 0.5, 0.8]))),
    "Flatten": lambda rng, shape, depth: cr.Flatten(),
    "LeakyReLU": lambda rng, shape, depth: cr.LeakyReLU(slope=float(rng.choice([0.01, 0.3]))),
    "ELU": lambda rng, shape, depth: cr.ELU(alpha=float(rng.choice([1.0, 0.7]))),
    "BatchNorm": lambda rng, shape, depth: cr.BatchNorm(rate=0.3, eps=1e-3),
    "LayerNorm": lambda rng, shape, depth: cr.LayerNorm(eps=1e-2),
    "Embedding": lambda rng, shape, depth: None,  # it takes the numbers of words, so it comes first
}
KEEP_SHAPE = sorted(
    {name for name in layer_contracts.CLASSES if name not in layer_contracts.EXAMPLES}
    | {"Dropout", "LeakyReLU", "ELU", "BatchNorm", "LayerNorm"}
)


def out_of(layer, shape):
    """Return the shape of a row after a layer."""
    return cr.trace((layer,), cr.SquaredError(), shape).output[1:]


def drawn(rng, shape, depth=0, names=tuple(layer_contracts.CLASSES)):
    """Draw a layer for rows of this shape, or None; chains are nested at most two deep."""
    name = (
        "Dense"
        if len(shape) == 1 and len(names) > 20 and rng.random() < 0.25
        else str(rng.choice(names))
    )
    if name in MAKERS:
        return (
            None
            if depth > 1 and name in ("Residual", "Sequential", "Shared", "EachStep")
            else MAKERS[name](rng, shape, depth)
        )
    fitting = [layer for layer, s in layer_contracts.EXAMPLES.get(name, []) if s == shape]
    if name in layer_contracts.EXAMPLES:
        # a copy, since one object in two places is warned of
        return deepcopy(fitting[rng.integers(len(fitting))]) if fitting else None
    return layer_contracts.CLASSES[name]()


@dataclass
class Drawn:
    """A network with its data."""

    seed: int
    layers: tuple
    loss: object
    shape: tuple
    X: np.ndarray
    y: np.ndarray
    rng: np.random.Generator

    def network(self, dtype, engine="native", **settings):
        net = cr.Network(
            *self.layers, loss=self.loss, dtype=dtype, engine=engine, seed=self.seed, **settings
        )
        net.build(self.X, self.y)
        return net

    def __str__(self):
        return f"seed {self.seed}: {self.layers}, {self.loss}, {len(self.X)} rows of {self.shape}"


def draw(seed):
    """Return the network of this seed, 1 to 8 layers deep."""
    rng = np.random.default_rng(seed)
    rows = int(rng.integers(1, 40) if rng.random() < 0.7 else rng.integers(40, 300))
    start = [(), (int(rng.integers(1, 5)),)][rng.integers(2)] if rng.random() < 0.15 else None
    if start is not None:
        X, layers = (
            rng.integers(0, VOCABULARY, (rows, *start)),
            [cr.Embedding(VOCABULARY, size(rng))],
        )
        shape = out_of(layers[0], start)
    else:
        shapes = [(size(rng),), (int(rng.integers(1, 6)), int(rng.integers(1, 9))), (2, 3, 2)]
        shapes += [
            s for examples in layer_contracts.EXAMPLES.values() for layer, s in examples if s
        ]
        start = shape = shapes[0] if rng.random() < 0.5 else shapes[rng.integers(len(shapes))]
        X, layers = rng.normal(size=(rows, *shape)), []
    depth = int(rng.integers(1, 9))
    for _ in range(50):
        if len(layers) >= depth:
            break
        if (layer := drawn(rng, shape)) is not None and math.prod(
            after := out_of(layer, shape)
        ) <= 1500:
            layers.append(layer)
            shape = after
    name, loss, targets = loss_contracts.CASES[rng.integers(len(loss_contracts.CASES))]
    if rng.random() < 0.5:
        loss = loss_contracts.change(loss, reduction="sum")
    if "outputs" in {f.name for f in fields(loss)} and rng.random() < 0.5:
        loss = loss_contracts.change(loss, outputs="sum")
    needs_vectors = name in loss_contracts.LINKS or name in VECTORS
    if targets is not loss_contracts.reals or needs_vectors:
        layers[min(depth, 7) - 1 :] = []  # the last layer makes K numbers, or as many as the loss
        shape = out_of(cr.Sequential(*layers), start) if layers else start
        units = loss_contracts.OUTPUTS.get(name, K)
        layers += [*([cr.Flatten()] if len(shape) != 1 else []), cr.Dense(units)]
        y = targets(rng, rows)
    else:
        y = rng.normal(size=(rows, *shape))
    return Drawn(seed, tuple(layers), loss, start, X, y, rng)
