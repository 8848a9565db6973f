"""The base of layers, losses, optimizers, schedules and initializers: frozen, checked settings."""

import math
import numbers
from collections.abc import Callable, Collection, Iterable
from dataclasses import MISSING, dataclass, fields
from difflib import get_close_matches
from functools import wraps
from inspect import signature
from typing import Any, dataclass_transform

import numpy as np

from .errors import ParameterError

# Names in other libraries, and ours.
FOREIGN = {
    "learning_rate": "lr",
    "learning_rate_init": "lr",
    "alpha": "lr, slope or rho",
    "betas": "beta1 and beta2",
    "beta_1": "beta1",
    "beta_2": "beta2",
    "epsilon": "eps",
    "nesterov": "the optimizer Nesterov",
    "activation": "a layer of its own, such as ReLU()",
    "use_bias": "bias",
    "kernel_size": "kernel",
    "strides": "stride",
    "kernel_initializer": "init",
    "kernel_regularizer": "penalty",
    "p": "rate",
    "reg": "penalty",
    "restore_best_weights": "restore",
    "translate": "shift",
    "degrees": "rotate",
    "scale_factor": "size",
    "num_groups": "groups",
    "dilation_rate": "dilation",
}


@dataclass_transform(frozen_default=True)
class Settings:
    """An object that is defined by its settings.

    Every subclass becomes a frozen dataclass, and `check` runs when one is made.
    """

    def __init_subclass__(cls, *, eq: bool = True, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own = "__init__" in cls.__dict__  # such as Sequential(*layers)
        dataclass(frozen=True, repr=False, eq=eq)(cls)
        wrap = _known_names if own else _in_our_words
        cls.__init__ = wrap(cls, cls.__init__)  # type: ignore[method-assign]

    def __post_init__(self) -> None:
        self.make_plain()
        self.check()

    def make_plain(self) -> None:
        """Replace NumPy scalars by Python numbers, for `repr`, JSON and arithmetic in float32."""
        for f in fields(self):  # type: ignore[arg-type]
            if isinstance(value := getattr(self, f.name), np.generic):
                object.__setattr__(self, f.name, value.item())

    def check(self) -> None:
        """Raise ParameterError for impossible settings. Subclasses state their rules here."""

    @classmethod
    def unknown_setting(cls, name: str, known: Collection[str]) -> ParameterError:
        """Return the error for a setting that this class does not have."""
        close = get_close_matches(name, known, 1)
        foreign = getattr(cls, "foreign", {}).get(name) or FOREIGN.get(name)
        ours = foreign or (close[0] if close else "")
        settings = ", ".join(known) or "none"
        remedy = f"Here it is called {ours}." if ours else f"Known settings: {settings}."
        return ParameterError(f"{cls.__name__}({name}=...): there is no setting {name!r}. {remedy}")

    def __repr__(self) -> str:
        """Return `Dense(10)` or `Adam(lr=0.1)`: settings at their defaults are left out."""
        shown = []
        for f in sorted(fields(self), key=lambda f: bool(f.kw_only)):  # type: ignore[arg-type]
            value = getattr(self, f.name)
            if not f.kw_only and f.default is MISSING:
                shown.append(repr(value))
            elif f.default_factory is not MISSING or not _same(value, f.default):
                shown.append(f"{f.name}={value!r}")
        return f"{type(self).__name__}({', '.join(shown)})"

    def require(self, name: str, rule: str, holds: Callable[[Any], bool], remedy: str) -> None:
        """Raise ParameterError unless `holds` is true of the setting `name`; `rule` describes it."""
        value = getattr(self, name)
        try:
            fine = bool(holds(value))
        except (TypeError, ValueError, OverflowError):
            fine = False
        if not fine:
            raise ParameterError(
                f"{type(self).__name__}({name}={value!r}): {name} must be {rule}. {remedy}"
            )

    def require_number(
        self, name: str, rule: str, holds: Callable[[float], bool], usual: object
    ) -> None:
        """Require one finite real number; `rule` completes "a number ..."."""
        self.require(
            name,
            f"a number {rule}",
            lambda v: is_number(v) and holds(v),
            f"The usual value is {usual}.",
        )

    def require_size(self, name: str, remedy: str) -> None:
        """Require a whole number ≥ 1."""
        self.require(name, "a whole number ≥ 1", lambda v: is_whole(v) and v >= 1, remedy)


def is_number(value: object) -> bool:
    """Return True for one finite real number (a NumPy scalar counts, True does not)."""
    return isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value)


def is_whole(value: object) -> bool:
    """Return True for one whole number (a NumPy integer counts, True does not)."""
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def _same(value: object, default: object) -> bool:
    """Return True if a setting equals its default, in type as well as in value."""
    return value is default or (
        type(value) is type(default)
        and isinstance(value, (int, float, str, tuple, Settings))
        and value == default
    )


def _check_names(cls: Any, given: Iterable[str], known: Collection[str]) -> None:
    """Raise ParameterError for a name that is not known, with the name that was probably meant."""
    for name in given:
        if name not in known:
            raise cls.unknown_setting(name, known)


def _known_names(cls: type, init: Callable[..., None]) -> Callable[..., None]:
    """Wrap a class's own __init__: an unknown setting gets our message instead of Python's."""
    known = [p.name for p in signature(init).parameters.values() if p.kind is p.KEYWORD_ONLY]

    @wraps(init)
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        _check_names(cls, kwargs, known)
        init(self, *args, **kwargs)

    return __init__


def _in_our_words(cls: type, init: Callable[..., None]) -> Callable[..., None]:
    """Wrap __init__: an unknown or missing setting gets our message instead of Python's."""
    known = {f.name: f for f in fields(cls) if f.init}
    places = [name for name, f in known.items() if not f.kw_only]

    @wraps(init)
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        _check_names(cls, kwargs, known)
        if len(args) > len(places):
            first = (
                f"only {', '.join(places)} may be given by place"
                if places
                else "every setting is given by name"
            )
            others = [name for name, f in known.items() if f.kw_only and name != "name"]
            more = [f"{n}={v!r}" for n, v in zip(others, args[len(places) :], strict=False)]
            usual = ", ".join([*map(repr, args[: len(places)]), *more])
            raise ParameterError(f"{cls.__name__}{args!r}: {first}. Write {cls.__name__}({usual}).")
        if twice := [name for name in places[: len(args)] if name in kwargs]:
            raise ParameterError(
                f"{cls.__name__}(): {twice[0]} is given twice, by place and by name. Leave one out."
            )
        given = {*places[: len(args)], *kwargs}
        missing = [
            n
            for n, f in known.items()
            if f.default is MISSING and f.default_factory is MISSING and n not in given
        ]
        if missing:
            raise ParameterError(
                f"{cls.__name__}(): {missing[0]} is missing. Write {cls.__name__}({missing[0]})."
            )
        init(self, *args, **kwargs)

    return __init__
