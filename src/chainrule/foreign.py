"""Names and keywords of other libraries, and what they are called here.

They are not aliases: the name stays unknown, and the error message gives the right one.
"""

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from functools import wraps
from inspect import signature
from typing import Any, TypeVar

from .errors import ParameterError

F = TypeVar("F", bound=Callable[..., Any])

NAMES = {
    "Linear": "Dense",
    "Conv2d": "Conv2D",
    "Conv1d": "Conv1D",
    "ConvTranspose2d": "TransposedConv2D",
    "Conv2DTranspose": "TransposedConv2D",
    "MaxPool2d": "MaxPool2D",
    "MaxPooling2D": "MaxPool2D",
    "AvgPool2d": "AveragePool2D",
    "AveragePooling2D": "AveragePool2D",
    "GlobalAveragePooling2D": "GlobalAveragePool",
    "GlobalMaxPooling2D": "GlobalMaxPool",
    "BatchNorm1d": "BatchNorm",
    "BatchNorm2d": "BatchNorm",
    "BatchNormalization": "BatchNorm",
    "LayerNormalization": "LayerNorm",
    "Dropout2d": "SpatialDropout",
    "SpatialDropout2D": "SpatialDropout",
    "UpSampling2D": "UpSample",
    "ZeroPadding2D": "ZeroPad",
    "Swish": "SiLU",
    "Activation": "a layer of its own, such as ReLU()",
    "Model": "Network",
    "MSE": "SquaredError",
    "MSELoss": "SquaredError",
    "MeanSquaredError": "SquaredError",
    "L1Loss": "AbsoluteError",
    "MAE": "AbsoluteError",
    "MeanAbsoluteError": "AbsoluteError",
    "HuberLoss": "Huber",
    "CrossEntropy": "SoftmaxCrossEntropy",
    "CrossEntropyLoss": "SoftmaxCrossEntropy",
    "CategoricalCrossentropy": "SoftmaxCrossEntropy",
    "NLLLoss": "SoftmaxCrossEntropy",
    "SparseCategoricalCrossentropy": "SoftmaxCrossEntropy",
    "BCELoss": "SigmoidCrossEntropy",
    "KLDivLoss": "KLDivergence",
    "BCEWithLogitsLoss": "SigmoidCrossEntropy",
    "BinaryCrossentropy": "SigmoidCrossEntropy",
    "ModelCheckpoint": "Checkpoint",
    "CSVLogger": "CSVLog",
    "TensorBoard": "TensorBoardLog",
    "load_model": "Network.load",
    "MLPClassifier": "from chainrule.estimators import MLPClassifier",
    "MLPRegressor": "from chainrule.estimators import MLPRegressor",
    "BernoulliRBM": "from chainrule.estimators import BernoulliRBM",
    "estimators": "from chainrule import estimators",
}

# What NumPy computes, and how a layer of the user's own writes it with Nodes.
WITH_NODES = {
    "tanh": "Tanh()(z)",
    "exp": "ops.exp(z)",
    "maximum": "ReLU()(z) for max(z, 0)",
    "matmul": "z @ W",
    "dot": "z @ W",
    "einsum": "z @ W",
    "square": "z ** 2",
    "concatenate": "ops.concatenate(a, b, axis=1)",
    "hstack": "ops.concatenate(a, b, axis=1)",
    "reshape": "Reshape(4, 2)(z), with your own sizes",
    "ravel": "Flatten()(z)",
    "expit": "Sigmoid()(z)",
    "erf": "GELU()(z)",
}
# Attributes of other libraries' tensors.
NODE_NAMES = {
    "tanh": "Tanh()(z)",
    "sigmoid": "Sigmoid()(z)",
    "relu": "ReLU()(z)",
    "softmax": "Softmax()(z)",
    "exp": "ops.exp(z)",
    "matmul": "z @ W",
    "mm": "z @ W",
    "dot": "z @ W",
    "square": "z ** 2",
    "pow": "z ** 2",
    "reshape": "Reshape(4, 2)(z), with your own sizes",
    "view": "Reshape(4, 2)(z), with your own sizes",
    "flatten": "Flatten()(z)",
    "abs": "an op of your own",
    "sum": "an op of your own, or GlobalAveragePool()(z) for a mean over positions",
    "mean": "an op of your own, or GlobalAveragePool()(z) for a mean over positions",
    "T": "ops.matmul(a, b), or an op of your own",
    "transpose": "an op of your own",
    "size": "z.shape",
    "ndim": "len(z.shape)",
    "dim": "len(z.shape)",
    "numpy": "net.activations(X), after the network is built",
    "detach": "net.activations(X), after the network is built",
    "item": "net.activations(X), after the network is built",
}

ELSEWHERE = {
    "device": "There is no GPU: engine='native' is C, engine='reference' is NumPy.",
    "epoch": "Here it is called epochs.",
    "nb_epoch": "Here it is called epochs.",
    "max_iter": "Here it is called epochs.",
    "validation_split": "Here it is called validation_fraction.",
    "input_shape": "Here it is called inputs: the shape of one row.",
    "input_dim": "Here it is called inputs: the shape of one row.",
    "random_state": "Here it is called seed.",
    "lr": "Give it to the optimizer: fit(optimizer=Adam(lr=0.001)).",
    "learning_rate": "Give it to the optimizer: fit(optimizer=Adam(lr=0.001)).",
    "shuffle": "Rows come in a new order in each epoch; order= gives one of your own.",
    "layers": "Write the layers one after another: Network(Dense(4), ReLU(), loss=...).",
}


def missing_name(module: str, name: str) -> str:
    """Return the message of an AttributeError. (Python itself suggests names spelled alike.)"""
    ours = NAMES.get(name, "")
    hint = (
        f". Write: {ours}"
        if ours.startswith("from ")
        else f". Here it is called {ours}."
        if ours
        else ""
    )
    return f"module {module!r} has no attribute {name!r}{hint}"


def unknown_keyword(
    where: str, name: str, known: Iterable[str], elsewhere: Mapping[str, str]
) -> ParameterError:
    """Return the error for a keyword that `where` does not have: it says what to write instead."""
    known = list(known)
    close = get_close_matches(name, known, 1)
    others = ", ".join(name for name in known if name not in ("self", "net", "X", "y"))
    near = f"Here it is called {close[0]}." if close else f"Known ones: {others}."
    remedy = elsewhere.get(name) or ELSEWHERE.get(name) or near
    return ParameterError(f"{where}({name}=...): there is no keyword {name!r}. {remedy}")


def known_keywords(where: str, elsewhere: Mapping[str, str]) -> Callable[[F], F]:
    """Decorate a function so that an unknown keyword raises ParameterError with a suggestion."""

    def decorate(function: F) -> F:
        known = [
            p.name
            for p in signature(function).parameters.values()
            if p.kind is not p.VAR_POSITIONAL
        ]

        @wraps(function)
        def checked(*args: Any, **kwargs: Any) -> Any:
            for name in kwargs:
                if name not in known:
                    raise unknown_keyword(where, name, known, elsewhere)
            return function(*args, **kwargs)

        return checked  # type: ignore[return-value]

    return decorate
