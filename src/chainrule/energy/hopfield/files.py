"""A Hopfield network as one safetensors file.

arrays    weights (N, N); thresholds, one or N; patterns (M, N) of ±1, as int8
text      JSON: format, chainrule, model "hopfield", rule, order, temperature, sweeps, seed, zero_one (how patterns are spelled),
          own (weights that no rule has learned)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...arrays import Array
from ...errors import ChainruleError, FileError
from ...files.container import read, write
from .rules import Delta, Hebb, Perceptron, PseudoInverse, Storkey, Unlearning

if TYPE_CHECKING:
    from .hopfield import Hopfield

FORMAT = 1
RULES: dict[str, Any] = {
    rule.__name__: rule for rule in (Delta, Hebb, Perceptron, PseudoInverse, Storkey, Unlearning)
}


def save(network: Hopfield, path: Any) -> None:
    """Write settings, weights and patterns to one file."""
    from ... import __version__

    weights, rule = network.weights, network.rule
    if RULES.get(type(rule).__name__) is not type(rule):
        raise FileError(
            "save",
            "a rule of energy.rules",
            repr(rule),
            "Keep the weights: np.save, Hopfield.from_weights.",
        )
    if callable(network.temperature):
        raise FileError(
            "save", "a number as temperature", "a function", "Set temperature to a number before."
        )
    patterns = network._patterns.astype(np.int8)
    tensors = {
        "weights": weights,
        "thresholds": np.atleast_1d(network._thresholds).astype(np.float64),
    }
    tensors |= {"patterns": patterns} if patterns.size else {}
    about = {
        "format": FORMAT,
        "chainrule": __version__,
        "model": "hopfield",
        "rule": [type(rule).__name__, dict(vars(rule))],
        "order": network.order,
        "temperature": float(network.temperature),
        "sweeps": int(network.sweeps),
        "seed": int(network.seed),
        "zero_one": network._zero_one,
        "own": not network._learned,
    }
    write(path, tensors, about)


def load(path: Any) -> Hopfield:
    """Read a network from a file of `save`; runs no code of the file.

    Raises
    ------
    FileError
        A file that is missing, broken, hostile or not a Hopfield network's.
    """
    about, tensors = read(path)
    if about.get("format") != FORMAT or about.get("model") != "hopfield":
        raise FileError(
            f"{path}: expected a Hopfield network, got another file of chainrule. Use the load of its class."
        )
    try:
        return _network(about, tensors)
    except ChainruleError as error:
        raise FileError(f"{path}: {' '.join(str(error).split())[:300]}") from None
    except (TypeError, ValueError, OverflowError) as error:
        raise FileError(
            f"{path}: its settings are wrong ({str(error)[:200]}). Take another copy of it."
        ) from None


def _network(about: dict[str, Any], tensors: dict[str, Array]) -> Hopfield:
    from .hopfield import Hopfield

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
            words: Any = {"order": order}  # checked by the constructor
        case _:
            raise FileError(
                "its description of the network is not complete. Take another copy of it."
            )
    W, thresholds = tensors.get("weights", np.zeros(0)), tensors.get("thresholds", np.zeros(0))
    patterns = tensors.get("patterns", np.zeros((0, len(W)), np.int8))
    N = len(W)
    fits = (
        W.shape == (N, N)
        and thresholds.shape in ((1,), (N,))
        and patterns.ndim == 2
        and patterns.shape[1] == N
    )
    if not N or not fits or tensors.keys() - {"weights", "thresholds", "patterns"}:
        raise FileError("its arrays do not have the shapes of a network. Take another copy of it.")
    if W.dtype != np.float64 or not np.isfinite(W).all() or (abs(patterns) != 1).any():
        raise FileError(
            "expected finite float64 weights and patterns of ±1. Take another copy of it."
        )
    theta = thresholds if len(thresholds) == N else thresholds[0]
    network = Hopfield(
        rule=RULES[name](**settings),
        temperature=temperature,
        thresholds=theta,
        sweeps=sweeps,
        seed=seed,
        **words,
    )
    network._take(np.array(W), patterns.astype(np.float64), zero_one, own=own)
    return network
