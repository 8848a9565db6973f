"""What the numbers of a rule are made of: terms with a formula each, which add up to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..arrays import Array


class Part(NamedTuple):
    """One term of each entry of a vector.

    Parameters
    ----------
    formula : str
        The term in the symbols of the rule: `β1·old.m`, `(1 − β1)·g`. `old.m` is a slot before the
        step, `m` after it.
    value : array
        Its number for each entry.
    where : array of bool, optional
        The entries that have this term; None: all.
    """

    formula: str
    value: Array
    where: Array | None = None


@dataclass(frozen=True)
class Said:
    """How a rule makes its vectors, with the numbers of one step.

    Parameters
    ----------
    parts : dict
        The terms by the name of what they add up to: a slot, or theta. A slot that is not named
        keeps its numbers.
    names : dict
        What further symbols of the formulas are: numbers, or arrays of one number for each entry.
        Hyperparameters, g, θ, old.m and m are known without it.
    notes : tuple of str
        The equations of these symbols: `m̂ = m / (1 − β1ᵗ)`.
    """

    parts: Mapping[str, list[Part]]
    names: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


SYMBOLS = {
    "beta1": "β1",
    "beta2": "β2",
    "eps": "ε",
    "rho": "ρ",
    "momentum": "μ",
    "weight_decay": "λ",
    "grow": "η⁺",
    "shrink": "η⁻",
    "momentum_decay": "ψ",
}
"""The symbols of hyperparameters in formulas, by name; the others are their own symbol."""


def decayed(name: str, decay: str, rate: float, old: Array, what: str, value: Array) -> list[Part]:
    """Return the terms of a running mean: β1·old.m and (1 − β1)·g.

    Parameters
    ----------
    name, decay, what : str
        The symbols of the mean, its decay, and what it is the mean of: m, β1, g.
    rate : float
        The decay.
    old, value : arrays
        The mean before, and what enters it.
    """
    return [
        Part(f"{decay}·old.{name}", rate * old),
        Part(f"(1 − {decay})·{what}", (1 - rate) * value),
    ]


def moments(rule: Any, g: Array, old: Mapping[str, Array]) -> dict[str, list[Part]]:
    """Return the terms of m, the mean of g, and v, the mean of g², for the rules like Adam."""
    return {
        "m": decayed("m", "β1", rule.beta1, old["m"], "g", g),
        "v": decayed("v", "β2", rule.beta2, old["v"], "g²", g * g),
    }
