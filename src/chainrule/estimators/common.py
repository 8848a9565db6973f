"""What the estimators share: a seed from random_state, how much they say, parameters refused in the project's words."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from inspect import Parameter, signature
from typing import Any, ClassVar, TypeVar, cast

import numpy as np
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import InvalidParameterError, validate_parameter_constraints

from ..errors import ParameterError

F = TypeVar("F", bound=Callable[..., Any])
REALS = (np.float64, np.float32)


def seed_of(random_state: Any) -> int:
    """The seed of a network: the same for the same int, another at each call for None and for a RandomState.

    Parameters
    ----------
    random_state : int, RandomState or None
        As everywhere in scikit-learn.
    """
    return int(check_random_state(random_state).randint(2**31 - 1))


def spoken(verbose: Any) -> int:
    """How much a network shall say, 0 or 1, for what scikit-learn calls verbose: a bool or a number ≥ 0."""
    return int(verbose > 0)


def all_or_nothing(fit: F) -> F:
    """A `fit` that fails leaves the estimator as it was."""

    @wraps(fit)
    def inside(self: Any, *args: Any, **kwargs: Any) -> Any:
        before = dict(vars(self))
        try:
            return fit(self, *args, **kwargs)
        except BaseException:
            vars(self).clear()
            vars(self).update(before)
            raise

    return cast(F, inside)


def _with_article(found: re.Match[str]) -> str:
    """A class as people say it: an Optimizer such as Adam() for 'chainrule.optimizers.base.Optimizer'."""
    such = {
        "Optimizer": " such as Adam()",
        "Loss": " such as Huber()",
        "Layer": " such as ReLU()",
    }.get(found[1], "")
    return f"{'an' if found[1][0] in 'AEIOUaeiou' else 'a'} {found[1]}{such}"


class Checked:
    """An estimator whose `_parameter_constraints` speak in the project's words. Abstract; stands before BaseEstimator."""

    _parameter_constraints: ClassVar[dict[str, Any]]

    def _validate_params(self) -> None:
        """scikit-learn's check of every parameter; called by `fit`."""
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
