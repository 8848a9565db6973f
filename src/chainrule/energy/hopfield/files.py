"""A Hopfield network as one safetensors file.

arrays    weights (N, N); thresholds, one or N; patterns (M, N) of ±1, as int8
text      JSON: format, chainrule, model "hopfield", rule, order, temperature, sweeps, seed,
          zero_one (how patterns are spelled), own (True: the user gave the weights)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, TypeVar

import numpy as np

from ...arrays import Array
from ...errors import ChainruleError, FileError
from ...files.container import read, write
from ...version import __version__
from .rules import Delta, Hebb, Perceptron, PseudoInverse, Rule, Storkey, Unlearning
from .stored import Stored

FORMAT = 1
RULES: dict[str, type[Rule]] = {
    rule.__name__: rule for rule in (Delta, Hebb, Perceptron, PseudoInverse, Storkey, Unlearning)
}


class Restorable(Protocol):
    """A network that can be made from its settings and then filled."""

    def __init__(self, **settings: Any) -> None: ...
    def restore(self, stored: Stored) -> Any:
        """Take what is stored as the network's own."""


N = TypeVar("N", bound=Restorable)


def save(path: Any, settings: Mapping[str, Any], stored: Stored) -> None:
    """Write settings, weights and patterns to one file.

    Parameters
    ----------
    path : str or path
        Used as given.
    settings : mapping
        Hopfield's keywords.
    stored : Stored
        Weights and patterns.

    Raises
    ------
    FileError
        A rule or a temperature that a file cannot hold, or a path that cannot be written.
    """
    rule, temperature = settings["rule"], settings["temperature"]
    if RULES.get(type(rule).__name__) is not type(rule):
        remedy = "Keep the weights: np.save, Hopfield.from_weights."
        raise FileError("save", "a rule of energy.rules", repr(rule), remedy)
    if callable(temperature):
        remedy = "Set temperature to a number before."
        raise FileError("save", "a number as temperature", "a function", remedy)
    tensors = {
        "weights": stored.weights,
        "thresholds": np.atleast_1d(settings["thresholds"]).astype(np.float64),
    }
    if stored.patterns.size:
        tensors["patterns"] = stored.patterns.astype(np.int8)
    about = {
        "format": FORMAT,
        "chainrule": __version__,
        "model": "hopfield",
        "rule": [type(rule).__name__, dict(vars(rule))],
        "order": settings["order"],
        "temperature": float(temperature),
        "sweeps": int(settings["sweeps"]),
        "seed": int(settings["seed"]),
        "zero_one": stored.zero_one,
        "own": stored.own,
    }
    write(path, tensors, about)


def load(cls: type[N], path: Any) -> N:
    """Read a network of class `cls` from a file of `save`; run no code of the file.

    Parameters
    ----------
    cls : class
        Hopfield, or a subclass.
    path : str or path
        The file.

    Raises
    ------
    FileError
        A file that is missing, broken, hostile or of another model.
    """
    about, tensors = read(path)
    if about.get("format") != FORMAT or about.get("model") != "hopfield":
        raise FileError(
            f"{path}: expected a Hopfield network, got another file of chainrule. "
            "Use the load of its class."
        )
    try:
        settings, stored = _contents(about, tensors)
        network = cls(**settings)
        network.restore(stored)
    except ChainruleError as error:
        raise FileError(f"{path}: {' '.join(str(error).split())[:300]}") from None
    except (TypeError, ValueError, OverflowError) as error:
        raise FileError(
            f"{path}: its settings are wrong ({str(error)[:200]}). Take another copy of it."
        ) from None
    return network


def _contents(about: dict[str, Any], tensors: dict[str, Array]) -> tuple[dict[str, Any], Stored]:
    """Return the keywords of the constructor, which checks them, and the checked arrays."""
    match about:
        case {
            "rule": [str(name), dict(settings)],
            "order": str(order),
            "temperature": float(temperature),
            "sweeps": int(sweeps),
            "seed": int(seed),
            "zero_one": bool(zero_one),
            "own": bool(own),
        } if name in RULES:
            rule = RULES[name](**settings)
        case _:
            raise FileError(
                "its description of the network is not complete. Take another copy of it."
            )
    W, thresholds = tensors.get("weights", np.zeros(0)), tensors.get("thresholds", np.zeros(0))
    patterns = tensors.get("patterns", np.zeros((0, len(W)), np.int8))
    units = len(W)
    fits = (
        W.shape == (units, units)
        and thresholds.shape in ((1,), (units,))
        and patterns.ndim == 2
        and patterns.shape[1] == units
    )
    if not units or not fits or tensors.keys() - {"weights", "thresholds", "patterns"}:
        raise FileError("its arrays do not have the shapes of a network. Take another copy of it.")
    if W.dtype != np.float64 or not np.isfinite(W).all() or (abs(patterns) != 1).any():
        raise FileError(
            "expected finite float64 weights and patterns of ±1. Take another copy of it."
        )
    words = {
        "rule": rule,
        "order": order,
        "temperature": temperature,
        "thresholds": thresholds if len(thresholds) == units else thresholds[0],
        "sweeps": sweeps,
        "seed": seed,
    }
    return words, Stored(np.array(W), patterns.astype(np.float64), zero_one, own)
