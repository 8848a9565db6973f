"""Helpers of all estimators: seeds, verbosity, warnings, refused parameters, failed calls."""

from __future__ import annotations

import os
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from inspect import Parameter, signature
from typing import Any, ClassVar, Self, TypeVar, cast

import numpy as np
import sklearn
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import InvalidParameterError, validate_parameter_constraints

from ..errors import ParameterError

F = TypeVar("F", bound=Callable[..., Any])
REALS = (np.float64, np.float32)
# No warning points to lines of these: this package, and scikit-learn's wrappers around `fit`.
INSIDE = tuple(
    os.path.join(os.path.dirname(os.path.abspath(file)), "")
    for file in (os.path.dirname(__file__), sklearn.__file__)
)


def seed_of(random_state: Any) -> int:
    """Return a seed for a network.

    An int always gives the same seed; None and a RandomState give another one at each call.

    Parameters
    ----------
    random_state : int, RandomState or None
        As everywhere in scikit-learn.
    """
    return int(check_random_state(random_state).randint(2**31 - 1))


def spoken(verbose: Any) -> int:
    """Return `Network.fit`'s verbose, 0 or 1, for scikit-learn's: a bool or a number ≥ 0."""
    return int(verbose > 0)


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn, and name the line of the user that called the estimator."""
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and frame.f_code.co_filename.startswith(INSIDE):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)


@contextmanager
def _kept(*objects: Any) -> Iterator[None]:
    """Give objects their attributes back if what is done here fails."""
    before = [(each, dict(vars(each))) for each in objects]
    try:
        yield
    except BaseException:
        for each, attributes in before:
            vars(each).clear()
            vars(each).update(attributes)
        raise


def all_or_nothing(method: F) -> F:
    """Make a method leave the attributes of its estimator as they were when it fails."""

    @wraps(method)
    def inside(self: Any, *args: Any, **kwargs: Any) -> Any:
        with _kept(self):
            return method(self, *args, **kwargs)

    return cast(F, inside)


class SafeParams:
    """An estimator whose set_params sets all or none. Abstract; list it before other bases."""

    def set_params(self, **params: Any) -> Self:
        """Set parameters. An error leaves all of them as they were.

        Parameters
        ----------
        **params
            Values by name; those of an estimator inside this one as name__parameter.
        """
        inner = [value for value in vars(self).values() if isinstance(value, BaseEstimator)]
        with _kept(self, *inner):
            found: Self = super().set_params(**params)  # type: ignore[misc]
            return found


def _with_article(found: re.Match[str]) -> str:
    """Return "an Optimizer such as Adam()" for 'chainrule.optimizers.base.Optimizer'."""
    such = {
        "Optimizer": " such as Adam()",
        "Loss": " such as Huber()",
        "Layer": " such as ReLU()",
    }.get(found[1], "")
    return f"{'an' if found[1][0] in 'AEIOUaeiou' else 'a'} {found[1]}{such}"


class Checked:
    """An estimator whose `_parameter_constraints` give messages in the project's words.

    An abstract class, to be listed before BaseEstimator.
    """

    _parameter_constraints: ClassVar[dict[str, Any]]

    def _validate_params(self) -> None:
        """Check every parameter as scikit-learn does; `fit` calls this."""
        name, usual = type(self).__name__, signature(type(self)).parameters
        for parameter, value in self.get_params(deep=False).items():  # type: ignore[attr-defined]
            try:
                validate_parameter_constraints(
                    self._parameter_constraints, {parameter: value}, caller_name=name
                )
            except InvalidParameterError as wrong:
                rule = str(wrong).partition(" must be ")[2].rpartition(". Got ")[0]
                rule = re.sub(r"an instance of '(?:\w+\.)*(\w+)'", _with_article, rule)
                default = usual[parameter].default
                remedy = "" if default is Parameter.empty else f" The usual value is {default!r}."
                if isinstance(value, type):
                    remedy = f" Write {value.__name__}()."
                raise ParameterError(
                    f"{name}({parameter}={value!r}): {parameter} must be {rule}.{remedy}"
                ) from None
