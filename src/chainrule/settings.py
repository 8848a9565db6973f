"""The base of layers, losses, optimizers, schedules and initializers: frozen, checked settings."""

import math
import numbers
from collections.abc import Callable, Collection, Iterable
from dataclasses import MISSING, FrozenInstanceError, dataclass, fields
from difflib import get_close_matches
from functools import wraps
from inspect import signature
from typing import TYPE_CHECKING, Any, NoReturn, dataclass_transform

import numpy as np

from .errors import ParameterError
from .foreign import OF_OPTIMIZERS, missing_attribute

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
    "out_features": "units",
    "out_channels": "filters",
    "embedding_dim": "units",
    "output_dim": "units",
    "num_embeddings": "count",
    "pool_size": "size",
    "negative_slope": "slope",
    "stddev": "std",
    "decay": "a schedule: lr=ExponentialDecay(0.01, steps=1000)",
    "lr_decay": "a schedule: lr=ExponentialDecay(0.01, steps=1000)",
    "bias_regularizer": "nothing: penalty is for W alone",
    "kernel_constraint": "fit(optimizer=(Adam(), MaxNorm(3)))",
    "clipnorm": "fit(optimizer=(ClipNorm(1), Adam()))",
    "clipvalue": "fit(optimizer=(ClipValue(1), Adam()))",
    "global_clipnorm": "fit(optimizer=(ClipGlobalNorm(1), Adam()))",
    "in_features": "Leave it out: the data decide.",
    "in_channels": "Leave it out: the data decide.",
    "num_features": "Leave it out: the data decide.",
    "normalized_shape": "Leave it out: the data decide.",
    "input_dim": "Leave it out: the data decide, or Network(inputs=...).",
    "input_shape": "Leave it out: the data decide, or Network(inputs=...).",
    "from_logits": "Leave it out: a loss takes the values before its link, and predict applies it.",
    "weight": "Give weights to fit: class_weight= or sample_weight=.",
    "pos_weight": "Give weights to fit: class_weight={0: 1, 1: 3}.",
    "bias_initializer": "b starts at 0; Network(initial_weights={'b1': ...}) sets it.",
    "seed": "The network has one seed: Network(seed=0).",
    "dtype": "The network has one: Network(dtype='float64').",
    "device": "There is no GPU: the engine is C or NumPy.",
    "data_format": "Images are channels last: (N, H, W, C).",
    "inplace": "Leave it out: memory is planned for all layers at once.",
    "params": "Leave it out: fit(optimizer=...) knows the parameters.",
    "verbose": "Give it to fit(verbose=...).",
}
# The same word means something else in one class.
FOREIGN_IN = {
    ("SGD", "momentum"): "Write Momentum(lr=0.01, momentum=0.9).",
    ("SGD", "nesterov"): "Write Nesterov(lr=0.01, momentum=0.9).",
    ("SGD", "weight_decay"): "Write Dense(64, penalty=L2(1e-4)), or AdamW(weight_decay=0.01).",
    ("SGD", "dampening"): "Momentum(...) has none.",
    ("Momentum", "nesterov"): "Write Nesterov(lr=0.01, momentum=0.9).",
    ("Adam", "weight_decay"): "Write AdamW(weight_decay=0.01).",
    ("Adam", "amsgrad"): "Write AMSGrad().",
    ("RMSprop", "alpha"): "Here it is called rho.",
    ("LeakyReLU", "alpha"): "Here it is called slope.",
    ("LeakyReLU", "negative_slope"): "Here it is called slope.",
    ("Embedding", "input_dim"): "Here it is called count.",
}


# Numbers by place in another library: what they mean there, with ours by their places.
FOREIGN_PLACES = {
    ("Dense", 2): "The data give the number of inputs: write Dense({1}).",
    ("Conv1D", 3): "The data give the number of channels: write Conv1D({1}, kernel={2}).",
    ("Conv2D", 3): "The data give the number of channels: write Conv2D({1}, kernel={2}).",
    ("TransposedConv2D", 3): "The data give the number of channels: "
    "write TransposedConv2D({1}, kernel={2}).",
    ("BatchNorm", 1): "The data give the number of columns: write BatchNorm().",
    ("LayerNorm", 1): "The data give the number of columns: write LayerNorm().",
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
        cls.__setattr__ = _never_changes  # type: ignore[method-assign]
        wrap = _known_names if own else _in_our_words
        cls.__init__ = wrap(cls, cls.__init__)  # type: ignore[method-assign]

    if not TYPE_CHECKING:  # so that types of attributes are still checked

        def __getattr__(self, name: str) -> Any:
            """Say what to write for a name of another library; Python asks for unknown names."""
            return missing_attribute(self, name, OF_OPTIMIZERS)

    def __post_init__(self) -> None:
        self.make_plain()
        self.check()

    def make_plain(self) -> None:
        """Replace NumPy scalars by Python numbers, for `repr`, JSON and arithmetic in float32."""
        for name, value in vars(self).items():
            if isinstance(value, np.generic):
                object.__setattr__(self, name, value.item())

    def check(self) -> None:
        """Raise ParameterError for impossible settings. Subclasses state their rules here."""

    @classmethod
    def unknown_setting(cls, name: str, known: Collection[str]) -> ParameterError:
        """Return the error for a setting that this class does not have."""
        close = get_close_matches(name, known, 1)
        foreign = getattr(cls, "foreign", {}).get(name) or FOREIGN_IN.get((cls.__name__, name))
        foreign = foreign or FOREIGN.get(name, "")
        ours = foreign or (close[0] if close else "")
        if (
            foreign in ("units", "filters", "count", "size", "slope", "std")
            and foreign not in known
        ):
            ours = ""  # a word of another class
        settings = ", ".join(known) or "none"
        remedy = f"Here it is called {ours}." if ours else f"Known settings: {settings}."
        remedy = ours if ours.endswith(".") else remedy
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


def _never_changes(self: Any, name: str, value: Any) -> NoReturn:
    """Refuse to set an attribute, as a frozen dataclass does, in our words."""
    kind, known = type(self).__name__, [f.name for f in fields(self)]
    if name == "trainable":
        remedy = "Write net.freeze(path) and net.thaw(path)."
    elif name in known:
        remedy = f"Make a new one with another {name}."
    else:
        remedy = f"Its class has no __init__, but fields: write {name}: Any = ... in its body."
    raise FrozenInstanceError(
        f"{kind}.{name} = ...: the settings of a {kind} never change. {remedy}"
    )


def is_number(value: object) -> bool:
    """Return True for one finite real number (a NumPy scalar counts, True does not)."""
    if not isinstance(value, numbers.Real) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond float64
        return False


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
            remedy = f"Write {cls.__name__}({usual})."
            if all(map(is_whole, args)):
                remedy = FOREIGN_PLACES.get((cls.__name__, len(args)), remedy).format(*args)
            shown = ", ".join(map(repr, args))
            raise ParameterError(f"{cls.__name__}({shown}): {first}. {remedy}")
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
