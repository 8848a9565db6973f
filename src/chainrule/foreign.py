"""What people write who come from another library: its names and keywords, answered in our words.

No alias: the name stays unknown, and the error says what it is called here.
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
    """The message of an AttributeError; Python adds names that are spelled alike by itself."""
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
    """Decorate a function: a keyword that it does not have gets our message instead of Python's."""

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
