"""The base of all optimizers: numbers or schedules, slots, and conventions of other libraries."""

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import MISSING, fields, replace
from difflib import get_close_matches
from functools import cached_property
from typing import Any, ClassVar, Literal, Self, get_args

from ..arrays import Array, zeros_apart
from ..errors import ParameterError
from ..settings import Settings, is_number
from .terms import SYMBOLS, Said

Library = Literal["paper", "torch", "keras", "tf1", "optax", "sklearn"]

Number = float | Any
"""A hyperparameter: a number or a schedule (step -> number). After `at` it is always a number."""

Limits = dict[str, tuple[str, Callable[[float], bool]]]

LIMITS: Limits = {
    "lr": ("> 0", lambda v: v > 0),
    "momentum": ("≥ 0 and < 1", lambda v: 0 <= v < 1),
    "rho": ("≥ 0 and < 1", lambda v: 0 <= v < 1),
    "beta1": ("≥ 0 and < 1", lambda v: 0 <= v < 1),
    "beta2": ("≥ 0 and < 1", lambda v: 0 <= v < 1),
    "eps": ("> 0", lambda v: v > 0),
    "weight_decay": ("≥ 0", lambda v: v >= 0),
}
"""The rule for each name of a hyperparameter: the `limits` of an optimizer, by default."""


class Optimizer(Settings, ABC):
    """θ ← step(t, θ, g, slots): a rule that moves the parameters against their gradient.

    A subclass is the algorithm of its paper on vectors. Its hyperparameters are fields, `slots`
    names the vectors that it remembers, and `step` is its rule. The first paragraph of its
    docstring is the rule as an equation. An optimizer of your own is made in the same way, and
    works wherever these do.

    Examples
    --------
    >>> import numpy as np
    >>> class SignDescent(Optimizer):
    ...     '''θ ← θ − lr sign(g).'''
    ...
    ...     lr: Number = 0.1
    ...
    ...     def step(self, t, theta, g):
    ...         theta -= self.lr * np.sign(g)
    >>> theta = np.array([1.0, -2.0])
    >>> SignDescent().step(1, theta, np.array([3.0, -4.0]))
    >>> theta
    array([ 0.9, -1.9])
    """

    slots: ClassVar[tuple[str, ...]] = ()
    full_batch: ClassVar[bool] = False
    """True for an optimizer that chooses the points at which it needs the loss (L-BFGS)."""
    least_squares: ClassVar[bool] = False
    """True for a full-batch rule that needs the Jacobian of residuals (Levenberg–Marquardt)."""
    by_tensor: ClassVar[bool] = False
    """True for a rule that needs whole tensors (LAMB, Muon). `step` is then called for each tensor
    alone: with (rows, columns) for a hidden matrix of weights, with (n,) for any other tensor."""
    hides_overflow: ClassVar[bool] = False
    """True if θ may stay finite although the gradient is not: then each gradient is checked."""
    limits: ClassVar[Limits] = LIMITS
    paper: ClassVar["type[Optimizer] | None"] = None
    """The class of the paper's rule, for a rule that follows another library."""

    @abstractmethod
    def step(self, t: int, theta: Array, g: Array, *slots: Any) -> None:
        """Update theta and the slots in place, but not g. t = 1 is the first step of the slots."""

    def start(self, theta: Array) -> dict[str, Array]:
        """Return new slots for these parameters, by name: zeros by default."""
        shape, dtype = theta.shape, theta.dtype
        return {name: zeros_apart(shape, dtype, k) for k, name in enumerate(self.slots, start=1)}

    # ---------------------------------------------------------------- what it is made of

    def terms(
        self, t: int, theta: Array, g: Array, old: Mapping[str, Array], new: Mapping[str, Array]
    ) -> Said | None:
        """Return the terms that add up to each new slot and to the new theta; None: they have none.

        A recorded run shows them. A rule without them shows its old numbers and their changes.

        Parameters
        ----------
        t : int
            The step, as in `step`.
        theta, g : arrays
            As in `step`, before it.
        old, new : dict
            The slots before and after the step, by name.

        Examples
        --------
        >>> import numpy as np
        >>> from chainrule import SGD
        >>> said = SGD(lr=0.5).terms(1, np.array([1.0]), np.array([4.0]), {}, {})
        >>> for part in said.parts["theta"]:
        ...     print(part.formula, part.value)
        θ [1.]
        −lr·g [-2.]
        """
        return None

    @property
    def numbers(self) -> dict[str, float]:
        """The hyperparameters that are numbers in this step, by their symbols: lr, β1, ε."""
        values = ((SYMBOLS.get(f.name, f.name), getattr(self, f.name)) for f in fields(self))
        return {symbol: float(value) for symbol, value in values if is_number(value)}

    # ---------------------------------------------------------------- hyperparameters

    def check(self) -> None:
        for f in fields(self):
            if f.name in self.limits:
                rule, holds = self.limits[f.name]
                value = getattr(self, f.name)
                if isinstance(value, type):
                    remedy = f"Write {value.__name__}(...)."
                    self.require(f.name, f"a number {rule} or a schedule", lambda v: False, remedy)
                if not callable(value):
                    self.require_number(
                        f.name, rule, holds, "its paper's" if f.default is MISSING else f.default
                    )

    @cached_property
    def schedules(self) -> dict[str, Callable[[int], float]]:
        """The hyperparameters that change with the step, by name."""
        values = ((f.name, getattr(self, f.name)) for f in fields(self))
        return {name: value for name, value in values if callable(value)}

    def at(self, step: int) -> Self:
        """Return this optimizer with the numbers of this step (1 for the first update)."""
        if not self.schedules:
            return self
        now = copy(self)
        for name, schedule in self.schedules.items():
            value = schedule(step)
            if not is_number(value) or value < 0:
                where = f"{type(self).__name__}({name}={schedule!r})"
                rule = f"a number ≥ 0 for {name} at step {step}"
                raise ParameterError(where, rule, repr(value), "Change the schedule.")
            object.__setattr__(now, name, float(value))
        object.__setattr__(now, "schedules", {})
        return now

    def scaled(self, factor: float) -> Self:
        """Return this optimizer with `factor` times its learning rate, for a layer's own rate."""
        if is_number(factor) and factor == 1:
            return self
        where, lr = f"{self!r}.scaled({factor!r})", getattr(self, "lr", None)
        if not is_number(factor) or factor < 0:
            raise ParameterError(where, "a number ≥ 0", repr(factor), "1 changes nothing.")
        if lr is None:
            remedy = f"Only rules with lr can have one for each layer{self._rule_with_rate()}."
            raise ParameterError(where, "an optimizer with a learning rate", "one without", remedy)
        if callable(lr):
            raise ParameterError(where, "lr as a number", "a schedule", "Call at(step) first.")
        now = copy(self)
        object.__setattr__(now, "lr", lr * float(factor))
        return now

    def _rule_with_rate(self) -> str:
        """Return a hint: the first library whose form of this rule has a learning rate."""
        known = [name for name, form in self.profiles().items() if hasattr(form, "lr")]
        return f", such as {type(self).__name__}.like({known[0]!r})" if known else ""

    # ---------------------------------------------------------------- other libraries

    @classmethod
    def profiles(cls) -> dict[Library, "Optimizer"]:
        """Return this optimizer in the form, and with the defaults, of each library that has it."""
        return {"paper": cls()}

    @classmethod
    def like(cls, library: Library, **settings: Any) -> "Optimizer":
        """Return this optimizer with another library's formula and defaults.

        Parameters
        ----------
        library : "paper", "torch", "keras", "tf1", "optax" or "sklearn"
            The library. If it has no default, chainrule's default is kept.
        **settings
            Hyperparameters that replace the defaults, under chainrule's names.

        Returns
        -------
        Optimizer
            The rule. Its `differences()` lists how it differs from the paper's.

        Raises
        ------
        ParameterError
            There is no such library, it does not have this optimizer, or a setting is impossible.
        """
        known = (cls.paper or cls).profiles()
        if library not in list(known):
            words = ", ".join(map(repr, known))
            lacks = (
                f"{library!r}, which has no {cls.__name__}"
                if library in get_args(Library)
                else repr(library)
            )
            near = get_close_matches(str(library), list(known), 1)
            remedy = f"Write {near[0]!r}." if near else "The paper's form is 'paper'."
            raise ParameterError(
                f"{cls.__name__}.like({library!r})", f"one of {words}", lacks, remedy
            )
        return replace(known[library], **settings)

    def differences(self) -> str:
        """Return as text how the formula and the numbers differ from the paper's."""
        paper = (self.paper or type(self)).profiles()["paper"]
        lines = []
        if type(self) is not type(paper):
            lines += [f"paper:  {_equation(paper)}", f"here:   {_equation(self)}"]
        for f in fields(self):
            here, there = getattr(self, f.name), getattr(paper, f.name, "none")
            if here != there:
                lines.append(f"{f.name} = {here!r} (paper: {there!r})".replace("'none'", "none"))
        title = type(paper).__name__
        if not lines:
            return f"{title}: the paper's form with the paper's numbers."
        return "\n  ".join([f"{title} differs from the paper:", *lines])


def _equation(rule: Optimizer) -> str:
    """Return the first paragraph of a rule's docstring, on one line."""
    return " ".join((inspect.getdoc(rule) or "").split("\n\n")[0].split())
