"""Networks drawn by a seed from all that the page can trace, for the tests of the tracer."""

import math
from copy import deepcopy
from typing import Any

import numpy as np

import chainrule as cr
from chainrule.files.settings_as_json import describe
from chainrule.graph.tape import Tape

INIT = cr.initializers
PLAIN = (
    cr.ReLU,
    cr.ReLU6,
    cr.SELU,
    cr.GELU,
    cr.SiLU,
    cr.Mish,
    cr.Softplus,
    cr.Softsign,
    cr.HardSigmoid,
    cr.Sigmoid,
    cr.Tanh,
    cr.Softmax,
    cr.LogSoftmax,
    cr.Identity,
    cr.PReLU,
    cr.BatchNorm,
    cr.LayerNorm,
)
ELEMENTWISE = (
    cr.SquaredError,
    cr.AbsoluteError,
    cr.LogCosh,
    cr.Huber,
    cr.Quantile,
    cr.Hinge,
    cr.SquaredHinge,
    cr.Poisson,
    cr.SigmoidCrossEntropy,
    cr.Focal,
)


def out_of(layer: cr.Layer, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape of a row after a layer."""
    after: tuple[int, ...] = layer(Tape("train").input("x", (0, *shape))).shape[1:]
    return after


class Drawing:
    """Draws one network."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.towers: dict[str, cr.Layer] = {}

    def one(self, *choices: Any) -> Any:
        return choices[self.rng.integers(len(choices))]

    def whole(self, low: int, high: int) -> int:
        return int(self.rng.integers(low, high + 1))

    def number(self, low: float, high: float) -> float:
        """Draw a number of any size: round, small, or with all its digits."""
        digits = self.one(1, 2, 5, 17)
        return float(min(high, max(low, round(self.rng.uniform(low, high), digits))))

    def initializer(self) -> Any:
        return self.one(
            INIT.GlorotUniform(),
            INIT.GlorotNormal(),
            INIT.HeUniform(),
            INIT.HeNormal(),
            INIT.LeCunUniform(),
            INIT.LeCunNormal(),
            INIT.Zeros(),
            INIT.Constant(self.number(-1, 1)),
            INIT.Uniform(-self.number(0, 1), self.number(0.1, 2)),
            INIT.Sparse(self.whole(1, 4)),
            INIT.Normal(self.number(0.01, 1), mean=self.number(-1, 1)),
        )

    def penalty(self) -> Any:
        rate = self.one(1e-5, 1e-4, 0.5, 1.0, self.number(0, 1))
        return self.one(None, None, cr.L2(rate), cr.L1(rate), cr.ElasticNet(rate, 1e-5))

    def weights(self) -> dict[str, Any]:
        init = {"init": self.initializer()} if self.rng.random() < 0.5 else {}
        return {"penalty": self.penalty(), "trainable": self.rng.random() < 0.9} | init

    def name(self) -> str:
        return f"own{self.whole(0, 10**9)}" if self.rng.random() < 0.05 else ""

    def pair(self, low: int, high: int) -> Any:
        return self.one(self.whole(low, high), (self.whole(low, high), self.whole(low, high)))

    # ---------------------------------------------------------------- layers

    def of_rows(self) -> cr.Layer:
        if self.rng.random() < 0.2:
            return cr.Maxout(self.whole(1, 6), self.whole(2, 4), **self.weights())
        return cr.Dense(
            self.whole(1, 9), bias=self.rng.random() < 0.8, **self.weights(), name=self.name()
        )

    def convolution(self, cls: Any, shape: tuple[int, ...]) -> cr.Layer:
        draw = (lambda low, high: self.whole(low, high)) if cls is cr.Conv1D else self.pair
        groups = self.one(*(d for d in range(1, shape[-1] + 1) if shape[-1] % d == 0))
        padding = self.one("valid", "same", draw(0, 2))
        return cls(
            groups * self.whole(1, 3),
            kernel=draw(1, 3),
            stride=draw(1, 2),
            padding=padding,
            dilation=draw(1, 2),
            groups=groups,
            bias=self.rng.random() < 0.8,
            **self.weights(),
        )

    def layer(self, shape: tuple[int, ...], depth: int) -> cr.Layer:
        """Draw a layer; it may not fit this shape."""
        kind = self.one("plain", "plain", "noise", "norm", "shape", "shape", "rows", "nest", "set")
        if kind == "plain":
            cls = self.one(*PLAIN)
            return cls(name=self.name())
        if kind == "set":
            return self.one(
                cr.LeakyReLU(slope=self.number(0, 1)),
                cr.ELU(alpha=self.one(1.0, 0.3)),
                cr.PReLU(init=self.number(0, 1)),
                cr.ActivityPenalty(self.penalty() or cr.L1(1e-3)),
            )
        if kind == "noise":
            rate = self.one(0.5, 0.1, self.number(0, 0.9))
            return self.one(
                cr.Dropout(rate),
                cr.SpatialDropout(rate),
                cr.AlphaDropout(rate),
                cr.GaussianNoise(self.number(0, 2)),
            )
        if kind == "norm":
            return self.one(
                cr.BatchNorm(rate=self.number(0.1, 1), eps=self.one(1e-5, 1e-3)),
                cr.LayerNorm(eps=self.number(0.1, 1), trainable=False),
                cr.GroupNorm(self.whole(1, 3)),
                cr.Standardize(per=self.one("channel", "place")),
            )
        if kind == "shape":
            return self.reshaping(shape)
        if kind == "nest" and depth < 2:
            return self.nested(shape, depth)
        if len(shape) == 1:
            return self.of_rows()
        if len(shape) > 1 and shape[0] < 6 and self.rng.random() < 0.2:
            return cr.EachStep(self.layer(shape[1:], depth + 1))
        if len(shape) == 3 and self.rng.random() < 0.3:
            return self.convolution(cr.TransposedConv2D, shape)
        return self.convolution(cr.Conv1D if len(shape) == 2 else cr.Conv2D, shape)

    def reshaping(self, shape: tuple[int, ...]) -> cr.Layer:
        size = math.prod(shape)
        d = self.one(*(d for d in range(1, size + 1) if size % d == 0))
        if len(shape) == 1:
            e = self.one(*(e for e in range(1, d + 1) if d % e == 0))
            return self.one(
                cr.Reshape(size // d, d),
                cr.Reshape(size // d, e, d // e),
                cr.Flatten(),
                cr.Columns(self.whole(0, 2), self.whole(3, 6)),
            )
        if len(shape) == 2:
            window = {"stride": self.one(None, self.whole(1, 3))}
            pool = self.one(cr.MaxPool1D, cr.AveragePool1D)(self.whole(1, 3), **window)
            return self.one(pool, cr.GlobalMaxPool(), cr.GlobalAveragePool(), cr.Flatten())
        window = {"stride": self.one(None, self.pair(1, 2))}
        return self.one(
            self.one(cr.MaxPool2D, cr.AveragePool2D)(self.pair(1, 3), **window),
            cr.GlobalMaxPool(),
            cr.GlobalAveragePool(),
            cr.Flatten(),
            cr.UpSample(self.pair(1, 2)),
            cr.ZeroPad(self.one(1, (0, 2), (1, 0, 2, 3))),
            cr.Reshape(*shape),
            cr.Images(self.one("first", "last")),
        )

    def nested(self, shape: tuple[int, ...], depth: int) -> cr.Layer:
        chain, after = self.chain(shape, self.whole(1, 3), depth + 1)
        if not chain:
            return cr.Identity()
        if self.rng.random() < 0.2:
            tower = self.one("tower", "other", "towers")
            layer = self.towers.setdefault(tower, cr.Sequential(*chain))
            return cr.Shared(tower, deepcopy(layer))
        if self.rng.random() < 0.2:
            return cr.Concatenate(
                cr.Sequential(*chain), self.layer(shape, depth + 1), cr.Identity()
            )
        if after == shape or len(after) != len(shape):
            return self.one(cr.Residual, cr.Sequential)(*chain, name=self.name())
        if len(shape) == 1:
            shortcut = cr.Dense(after[0], bias=False, **self.weights())
            return cr.Residual(*chain, shortcut=shortcut)
        return cr.Sequential(*chain)

    def chain(
        self, shape: tuple[int, ...], count: int, depth: int
    ) -> tuple[list[cr.Layer], tuple[int, ...]]:
        """Draw layers that fit one another."""
        layers: list[cr.Layer] = []
        for _ in range(3 * count):
            if len(layers) == count:
                break
            layer = self.layer(shape, depth)
            try:
                after = out_of(layer, shape)
            except (cr.ShapeError, cr.ParameterError):
                continue
            if math.prod(after) <= 600:
                layers.append(layer)
                shape = after
        return layers, shape

    # ---------------------------------------------------------------- losses

    def loss(self) -> Any:
        """Draw a loss, with the number of outputs that it needs and the kind of target."""
        reduction = {"reduction": self.one("mean", "mean", "sum")}
        name = self.one("elementwise", "elementwise", "softmax", "vectors")
        if name == "softmax":
            smoothing = self.one(0.0, 0.1, self.number(0, 0.9))
            loss = cr.SoftmaxCrossEntropy(label_smoothing=smoothing, **reduction)
            return loss, self.whole(2, 5), self.one("index", "real")
        if name == "vectors":
            cls = self.one(cr.KLDivergence, cr.GaussianNLL, cr.CosineDistance)
            return cls(**reduction), 2 * self.whole(1, 3), "real"
        cls = self.one(*ELEMENTWISE)
        own = {
            cr.SquaredError: {"half": self.rng.random() < 0.5},
            cr.Huber: {"delta": self.number(0.1, 3)},
            cr.Quantile: {"q": self.number(0.1, 0.9)},
            cr.Focal: {"gamma": self.number(0, 3), "alpha": self.number(0, 1)},
        }
        return cls(**own.get(cls, {}), outputs=self.one("mean", "sum"), **reduction), 0, "real"


def draw(seed: int) -> dict[str, Any]:
    """Return a network of this seed: layers, loss, Programs and description."""
    for again in range(100):
        try:
            return _drawn(Drawing(seed + 10**6 * again))
        except (cr.ParameterError, cr.ShapeError):
            continue  # the layers fit one by one, but not together
    raise AssertionError(seed)


def _drawn(drawing: Drawing) -> dict[str, Any]:
    """Return a network, or raise what its layers raise."""
    one = drawing.one
    start = shape = one(
        (drawing.whole(1, 9),), (drawing.whole(1, 9),), (7, 3), (6, 5, 2), (4, 8, 1)
    )
    layers: list[cr.Layer] = []
    if drawing.rng.random() < 0.1:  # whole numbers that look up vectors
        start = one((), (drawing.whole(1, 4),))
        layers = [cr.Embedding(drawing.whole(2, 9), drawing.whole(1, 5), **drawing.weights())]
        shape = out_of(layers[0], start)
    more, shape = drawing.chain(shape, drawing.whole(1, 8), 0)
    layers += more
    loss, outputs, target = drawing.loss()
    if outputs:
        layers += [*([cr.Flatten()] if len(shape) != 1 else []), cr.Dense(outputs)]
    elif len(shape) == 1 and drawing.rng.random() < 0.5:
        layers.append(cr.Dense(drawing.whole(1, 3), **drawing.weights()))
    y = np.zeros((0, outputs)) if target == "real" and outputs else None
    programs = cr.trace(tuple(layers), loss, start, y=y)
    value = programs.train.values[programs.train.inputs["y"]]
    description = {
        "layers": describe(tuple(layers)),
        "loss": describe(loss),
        "inputs": {"x": list(start)},
        "target": {"number": value.number, "shape": list(value.shape[1:])},
        "seed": int(drawing.rng.integers(2**32)),
        "dtype": one("float32", "float64"),
    }
    return {"layers": layers, "loss": loss, "programs": programs, "description": description}
