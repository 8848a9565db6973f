"""Helpers of all estimators: seeds, verbosity, warnings, refused parameters, failed calls."""

from __future__ import annotations

import os
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from functools import wraps
from inspect import Parameter, signature
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar, cast

import numpy as np
import sklearn
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import InvalidParameterError, validate_parameter_constraints

from ..errors import DataError, ParameterError
from ..foreign import ESTIMATOR_KEYWORDS, OF_ESTIMATORS, SKLEARN_KEYWORDS, missing_attribute

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


def check_in_memory(estimator: object, X: Any) -> None:
    """Raise DataError for the name of a folder and for a source of rows."""
    if isinstance(X, (str, os.PathLike)):
        got = f"the name {str(X)!r}"
    elif callable(getattr(X, "rows", None)) and not hasattr(X, "__array__"):
        got = f"a {type(X).__name__}"
    else:
        return
    raise DataError(
        f"{type(estimator).__name__}: X",
        "rows in memory",
        got,
        "TableClassifier and TableRegressor take folders of Parquet files, and Network.fit takes "
        "sources.",
    )


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


class UnknownParameter(ParameterError, TypeError):
    """A keyword that an estimator does not have. Also a TypeError, as scikit-learn raises."""


def _unknown(kind: type, method: str, name: str, known: list[str]) -> UnknownParameter:
    """Return the error for a keyword that a method does not have."""
    where = f"{kind.__name__}({name}=...)" if method == "__init__" else f"{method}({name}=...)"
    own = list(signature(kind).parameters)
    tables = (ESTIMATOR_KEYWORDS, SKLEARN_KEYWORDS)
    hints = (t.get(name, "") for t in (tables if "layers" in own else reversed(tables)))
    hint = next((h for h in hints if h and h.partition("=")[0] in own), "")
    if not hint and "layers" in own:
        hint = ESTIMATOR_KEYWORDS.get(name, "")
    close = get_close_matches(name, known, 1)
    ours = hint or (close[0] if close else "")
    if method != "__init__" and (name in own or (hint and hint not in known)):
        remedy = f"Give it to the estimator: {kind.__name__}({hint.partition('=')[0] or name}=...)."
    elif ours:
        remedy = f"Here it is called {ours}."
    else:
        remedy = f"Known ones: {', '.join(known)}."
    return UnknownParameter(f"{where}: there is no parameter {name!r}. {remedy}")


def _in_our_words(kind: type, method: str) -> None:
    """Wrap a method of a class so that an unknown keyword gets our message, not Python's."""
    function = vars(kind).get(method)
    if function is None or not callable(function):
        return
    parameters = signature(function).parameters
    if any(p.kind in (p.VAR_KEYWORD, p.VAR_POSITIONAL) for p in parameters.values()):
        return
    known = [name for name in parameters if name != "self"]
    places = [n for n, p in parameters.items() if n != "self" and p.kind is not p.KEYWORD_ONLY]

    @wraps(function)
    def inside(self: Any, *args: Any, **kwargs: Any) -> Any:
        for name in kwargs:
            if name not in known:
                raise _unknown(type(self), method, name, known)
        if len(args) > len(places):
            given = ", ".join(places)
            rule = f"{given} may be given by place, all else" if given else "all is given"
            layers = " Several layers are one tuple: (Dense(64), ReLU())." * ("layers" in places)
            raise TypeError(f"{type(self).__name__}: {rule} by name.{layers}")
        return function(self, *args, **kwargs)

    setattr(kind, method, inside)


class Helpful:
    """An estimator that knows the words of other libraries and says its own. Abstract."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        for method in ("__init__", "fit", "partial_fit"):
            _in_our_words(cls, method)
        super().__init_subclass__(**kwargs)

    if not TYPE_CHECKING:  # so that types of attributes are still checked

        def __getattr__(self, name: str) -> Any:
            return missing_attribute(self, name, OF_ESTIMATORS)


class SafeParams(Helpful):
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


class Checked(Helpful):
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
