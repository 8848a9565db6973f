"""What an estimator gives its network: its rows and options, without training it."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, NoReturn

from ..errors import ParameterError
from ..training.callbacks.base import Callback

OPTIONS = ("sample_weight", "class_weight", "validation_data", "order", "augment", "optimizer")


class Begun(Exception):
    """Carries a run that has begun out of an estimator's fit."""

    def __init__(self, run: Any) -> None:
        self.run = run


class Begin(Callback):
    """Ends a run before its first step."""

    checkpoints = True  # as Record, for which an estimator keeps the order of its rows
    only_writes = True

    def on_train_begin(self, run: Any) -> NoReturn:
        raise Begun(run)


def as_trained(estimator: Any, X: Any, y: Any) -> tuple[Any, Any, dict[str, Any]]:
    """Return X, y and options of the fit that an estimator begins on these data.

    A copy of the estimator begins it. An estimator in a Pipeline gets what the steps before make.

    Parameters
    ----------
    estimator : estimator with callbacks, or a Pipeline that ends with one
        As it was fitted, or before.
    X, y : arrays
        As they were given to its `fit`.
    """
    copied = deepcopy(estimator)
    name = "callbacks"
    if steps := getattr(copied, "steps", None):
        name = f"{steps[-1][0]}__callbacks"
    if not hasattr(copied, "fit") or name not in copied.get_params():
        raise ParameterError(
            "Recording.load(estimator=...)",
            "an estimator that takes callbacks",
            type(estimator).__name__,
            "Give X and y as its network got them.",
        )
    copied.set_params(**{name: [Begin()]})
    try:
        copied.fit(X, y)
    except Begun as begun:
        run = begun.run
        options = {
            n: getattr(run.options, n) for n in OPTIONS if getattr(run.options, n) is not None
        }
        return (*run.given, options)
    raise ParameterError(
        "Recording.load(estimator=...)",
        "an estimator that trains a network",
        type(estimator).__name__,
        "Give X and y as its network got them.",
    )
