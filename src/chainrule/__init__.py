"""chainrule: neural networks from scratch. The mathematics is the code.

The public names load when they are first used, so that `import chainrule` costs no more than NumPy.
"""

from importlib import import_module as _import_module
from typing import Any as _Any

import numpy as _numpy  # noqa: F401

from .version import __version__

_MODULES = {
    "augmentation": "augmentation",
    "checks": "engines.second_opinions",
    "datasets": "datasets",
    "energy": "energy",
    "equations": "graph.equations",
    "errors": "errors",
    "graph": "graph",
    "initializers": "graph.initializers",
    "inspect": "inspect",
    "layers": "layers",
    "losses": "losses",
    "metrics": "metrics",
    "ops": "ops",
    "optimizers": "optimizers",
    "plots": "plots",
    "random": "random",
    "sources": "data.sources",
    "training": "training",
}
_NAMES = {
    "network": ("Network",),
    "graph.operation": ("Op", "op"),
    "graph": ("Node", "Program", "Tape"),
    "model.tracing": ("Programs", "initial_theta", "trace"),
    "engines.chain_rule": ("loss_and_grad", "vjp"),
    "engines.second_opinions": ("check_gradients", "hvp", "sharpness"),
    "training.loop": ("train",),
    "training.history": ("History",),
    "energy": ("RBM", "Hopfield"),
    "graph.byte_form": ("fingerprint", "to_bytes"),
    "layers": (
        "AveragePool2D",
        "BatchNorm",
        "Concatenate",
        "Conv1D",
        "Conv2D",
        "Dense",
        "Dropout",
        "EachStep",
        "ELU",
        "Embedding",
        "Flatten",
        "GaussianNoise",
        "GELU",
        "GlobalAveragePool",
        "GlobalMaxPool",
        "GroupNorm",
        "Heads",
        "Identity",
        "Layer",
        "LayerNorm",
        "LeakyReLU",
        "LogSoftmax",
        "MaxPool2D",
        "PReLU",
        "ReLU",
        "Reshape",
        "Residual",
        "SELU",
        "Sequential",
        "Shared",
        "Sigmoid",
        "SiLU",
        "Softmax",
        "Softplus",
        "Softsign",
        "SpatialDropout",
        "Tanh",
        "TransposedConv2D",
        "UpSample",
        "ZeroPad",
    ),
    "losses": (
        "AbsoluteError",
        "ElasticNet",
        "Hinge",
        "Huber",
        "KLDivergence",
        "L1",
        "L2",
        "LogCosh",
        "Loss",
        "Poisson",
        "Quantile",
        "SigmoidCrossEntropy",
        "SoftmaxCrossEntropy",
        "SquaredError",
        "SquaredHinge",
    ),
    "optimizers": (
        "SGD",
        "Adadelta",
        "Adagrad",
        "Adam",
        "AdaMax",
        "AdamW",
        "AMSGrad",
        "ClipGlobalNorm",
        "ClipNorm",
        "ClipValue",
        "Constant",
        "EMA",
        "MaxNorm",
        "NonNegative",
        "SWA",
        "UnitNorm",
        "Cosine",
        "CosineRestarts",
        "ExponentialDecay",
        "InverseTimeDecay",
        "LBFGS",
        "LinearWarmup",
        "Momentum",
        "Nadam",
        "Nesterov",
        "OneCycle",
        "Optimizer",
        "PolynomialDecay",
        "ReduceOnPlateau",
        "RMSprop",
        "Rprop",
        "StepDecay",
    ),
    "training.callbacks": ("Callback", "Checkpoint", "CSVLog", "EarlyStopping", "TensorBoardLog"),
    "errors": (
        "ChainruleError",
        "DataError",
        "DependencyError",
        "EngineError",
        "EquationError",
        "FileError",
        "NotBuiltError",
        "OutOfMemoryError",
        "ParameterError",
        "ShapeError",
        "TrainingError",
    ),
}
_HOME = {name: module for module, names in _NAMES.items() for name in names}

__all__ = ["__version__", *sorted(_MODULES), *sorted(_HOME)]


def __getattr__(name: str) -> _Any:
    if name in _HOME:
        value = getattr(_import_module(f"{__name__}.{_HOME[name]}"), name)
    elif name in _MODULES:
        value = _import_module(f"{__name__}.{_MODULES[name]}")
    else:
        from .foreign import missing_name

        raise AttributeError(missing_name(__name__, name))
    globals()[name] = value  # the next use finds it without this function
    return value


def __dir__() -> list[str]:
    return __all__
