"""The names that the MLPs accept for activations, optimizers, schedules and losses."""

from __future__ import annotations

from typing import Any

from ... import optimizers
from ...errors import ParameterError
from ...layers.base import Layer
from ...layers.elu import ELU
from ...layers.gelu import GELU
from ...layers.leaky_relu import LeakyReLU
from ...layers.prelu import PReLU
from ...layers.relu import ReLU
from ...layers.selu import SELU
from ...layers.sigmoid import Sigmoid
from ...layers.silu import SiLU
from ...layers.softplus import Softplus
from ...layers.softsign import Softsign
from ...layers.tanh import Tanh
from ...losses.absolute_error import AbsoluteError
from ...losses.base import Loss
from ...losses.huber import Huber
from ...losses.log_cosh import LogCosh
from ...losses.poisson import Poisson
from ...losses.quantile import Quantile
from ...losses.sigmoid_cross_entropy import SigmoidCrossEntropy
from ...losses.softmax_cross_entropy import SoftmaxCrossEntropy
from ...losses.squared_error import SquaredError
from ...optimizers.base import Optimizer

SKLEARN_ACTIVATIONS = ("identity", "logistic", "tanh", "relu")
ACTIVATIONS: dict[str, type[Layer] | None] = {
    "identity": None,
    "logistic": Sigmoid,
    "tanh": Tanh,
    "relu": ReLU,
    "elu": ELU,
    "gelu": GELU,
    "leaky_relu": LeakyReLU,
    "prelu": PReLU,
    "selu": SELU,
    "silu": SiLU,
    "softplus": Softplus,
    "softsign": Softsign,
}

OPTIMIZERS: dict[str, type[Optimizer]] = {
    name.lower(): thing
    for name in optimizers.__all__
    if isinstance(thing := getattr(optimizers, name), type)
    and issubclass(thing, Optimizer)
    and thing is not Optimizer
}

SKLEARN_SCHEDULES = ("constant", "invscaling", "adaptive")
SCHEDULES = {  # arguments: the first rate, and the number of steps in max_iter epochs
    "cosine": optimizers.Cosine,
    "exponential_decay": optimizers.ExponentialDecay,
    "inverse_time_decay": optimizers.InverseTimeDecay,
    "one_cycle": optimizers.OneCycle,
    "polynomial_decay": optimizers.PolynomialDecay,
}

SKLEARN_LOSSES = ("squared_error", "poisson", "log_loss")
LOSSES: dict[str, Loss] = {  # for the regressor; the first two are scikit-learn's
    "squared_error": SquaredError(outputs="sum", half=True),
    "poisson": Poisson(outputs="sum"),
    "absolute_error": AbsoluteError(),
    "huber": Huber(),
    "log_cosh": LogCosh(),
    "quantile": Quantile(),
}
# The key is the output activation; the value is the loss that scikit-learn uses with it.
OF_OUTPUTS: dict[str, Loss] = {
    "identity": LOSSES["squared_error"],
    "exp": LOSSES["poisson"],
    "softmax": SoftmaxCrossEntropy(),
    "logistic": SigmoidCrossEntropy(outputs="sum"),
}


def activations(est: Any, layers: int) -> list[Layer | None]:
    """Return the activation of each hidden layer as a layer; None is the identity."""
    where = f"{type(est).__name__}(activation=...)"
    found: list[Layer | None] = []
    for k, word in enumerate(per_layer(where, est.activation, layers)):
        if isinstance(word, str) and word in ACTIVATIONS:
            kind = ACTIVATIONS[word]
            found.append(None if kind is None else kind())
        elif isinstance(word, Layer):
            found.append(word)
        else:
            remedy = (
                f"Write {word.__name__}()."
                if isinstance(word, type) and issubclass(word, Layer)
                else ""
            )
            known = f"a layer such as GELU(), or one of {', '.join(ACTIVATIONS)}"
            raise ParameterError(f"{where}[{k}]", known, repr(word), remedy)
    return found


def per_layer(name: str, given: Any, layers: int) -> list[Any]:
    """Return one value for each hidden layer; a single value counts for all of them."""
    if isinstance(given, str) or not hasattr(given, "__len__"):
        return [given] * layers
    values = list(given)
    if len(values) != layers:
        raise ParameterError(
            name,
            f"one for each of the {layers} hidden layers",
            f"{len(values)}",
            "Give one for all, or as many.",
        )
    return values
