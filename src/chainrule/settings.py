"""What layers, losses, optimisers, schedules and initialisers are: a frozen set of settings, checked when it is made."""

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

# What people bring from other libraries, in our words.
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
    """A thing that is its settings. Every subclass becomes a frozen dataclass; `check` runs when one is made."""

    def __init_subclass__(cls, *, eq: bool = True, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own = "__init__" in cls.__dict__  # such as Sequential(*layers)
        dataclass(frozen=True, repr=False, eq=eq)(cls)
        cls.__init__ = _known_names(cls, cls.__init__) if own else _in_our_words(cls, cls.__init__)  # type: ignore[method-assign]

    def __post_init__(self) -> None:
        self.make_plain()
        self.check()

    def make_plain(self) -> None:
        """A NumPy scalar becomes the number it is: its repr needs no NumPy, JSON holds it, and float32 stays float32."""
        for f in fields(self):  # type: ignore[arg-type]
            if isinstance(value := getattr(self, f.name), np.generic):
                object.__setattr__(self, f.name, value.item())

    def check(self) -> None:
        """Raise ParameterError for settings that cannot be. Subclasses say theirs with `require`."""

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
        """`Dense(10)`, `Adam(lr=0.1)`: the first setting by place, then what differs from its default."""
        shown = []
        for f in sorted(fields(self), key=lambda f: bool(f.kw_only)):  # type: ignore[arg-type]
            value = getattr(self, f.name)
            if not f.kw_only and f.default is MISSING:
                shown.append(repr(value))
            elif f.default_factory is not MISSING or not _same(value, f.default):
                shown.append(f"{f.name}={value!r}")
        return f"{type(self).__name__}({', '.join(shown)})"

    def require(self, name: str, rule: str, holds: Callable[[Any], bool], remedy: str) -> None:
        """Setting `name` must be `rule`; else ParameterError in the project's template."""
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
        """As `require`, for one finite real number; `rule` is the end of "a number ..."."""
        self.require(
            name,
            f"a number {rule}",
            lambda v: is_number(v) and holds(v),
            f"The usual value is {usual}.",
        )

    def require_size(self, name: str, remedy: str) -> None:
        """As `require`, for a whole number ≥ 1."""
        self.require(name, "a whole number ≥ 1", lambda v: is_whole(v) and v >= 1, remedy)


def is_number(value: object) -> bool:
    """One finite real number (a NumPy scalar counts, True does not)."""
    return isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value)


def is_whole(value: object) -> bool:
    """One whole number (a NumPy integer counts, True does not)."""
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def _same(value: object, default: object) -> bool:
    return value is default or (
        type(value) is type(default)
        and isinstance(value, (int, float, str, tuple, Settings))
        and value == default
    )


def _check_names(cls: Any, given: Iterable[str], known: Collection[str]) -> None:
    for name in given:
        if name not in known:
            raise cls.unknown_setting(name, known)


def _known_names(cls: type, init: Callable[..., None]) -> Callable[..., None]:
    """An __init__ of its own, whose unknown settings get our message instead of Python's."""
    known = [p.name for p in signature(init).parameters.values() if p.kind is p.KEYWORD_ONLY]

    @wraps(init)
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        _check_names(cls, kwargs, known)
        init(self, *args, **kwargs)

    return __init__


def _in_our_words(cls: type, init: Callable[..., None]) -> Callable[..., None]:
    """An unknown or missing setting gets our message instead of Python's."""
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
