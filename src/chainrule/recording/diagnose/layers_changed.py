"""Chains of layers with one change: other starting weights, other activations, more units."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from typing import Any

from ...graph.initializers import HeUniform, LeCunNormal
from ...layers.base import Layer
from ...layers.batch_norm import BatchNorm
from ...layers.conv1d import Conv1D
from ...layers.conv2d import Conv2D
from ...layers.dense import Dense
from ...layers.elu import ELU
from ...layers.gelu import GELU
from ...layers.hard_sigmoid import HardSigmoid
from ...layers.leaky_relu import LeakyReLU
from ...layers.mish import Mish
from ...layers.relu import ReLU
from ...layers.relu6 import ReLU6
from ...layers.selu import SELU
from ...layers.sequential import Sequential
from ...layers.sigmoid import Sigmoid
from ...layers.silu import SiLU
from ...layers.softplus import Softplus
from ...layers.softsign import Softsign
from ...layers.tanh import Tanh

Layers = tuple[Any, ...]
HALF = (ReLU, ReLU6, LeakyReLU, ELU, GELU, Mish, SiLU, Softplus)  # about half of the values stay
ACTIVATIONS = (*HALF, SELU, Sigmoid, Tanh, HardSigmoid, Softsign)


def flat(layers: Iterable[Any]) -> list[Any]:
    """Return the layers with those of chains within chains, in order."""
    found: list[Any] = []
    for layer in layers:
        found += flat(layer.layers) if isinstance(layer, Sequential) else [layer]
    return found


def each(layers: Layers, change: Callable[[Any], Any]) -> Layers:
    """Return the chain with every layer changed, also those inside of others."""
    return tuple(_one(layer, change) for layer in layers)


def _one(layer: Any, change: Callable[[Any], Any]) -> Any:
    if type(layer) is Sequential:
        return Sequential(*each(layer.layers, change), name=layer.name)
    if not isinstance(layer, Layer):
        return layer
    inner = {}
    for f in fields(layer):
        value = getattr(layer, f.name)
        if isinstance(value, Layer):
            inner[f.name] = _one(value, change)
        elif isinstance(value, tuple) and value and all(isinstance(v, Layer) for v in value):
            inner[f.name] = each(value, change)
        elif isinstance(value, tuple) and value and all(_is_named(v) for v in value):
            inner[f.name] = tuple((name, _one(own, change)) for name, own in value)
    if not inner:
        return change(layer)
    if "layers" in inner:  # Residual(*layers, shortcut=...)
        rest = {f.name: getattr(layer, f.name) for f in fields(layer)} | inner
        own = rest.pop("layers")
        return type(layer)(*own, **rest)
    return replace(layer, **inner)


def _is_named(pair: Any) -> bool:
    """Return True for a name with a layer, as Heads and Join have them."""
    return isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[1], Layer)


def standard_start(layers: Layers) -> Layers:
    """Return the chain with starting weights that fit its activations: He's, Glorot's, LeCun's."""
    inits = iter(_inits(layers))

    def change(layer: Any) -> Any:
        return replace(layer, init=next(inits)) if hasattr(layer, "init") else layer

    return each(layers, change)


def _inits(layers: Layers) -> list[Any]:
    """Return one initializer for each layer that has one, by the activation that follows."""
    chain: list[Any] = []

    def note(layer: Any) -> Any:
        chain.append(layer)
        return layer

    each(layers, note)
    found = []
    for k, layer in enumerate(chain):
        if not hasattr(layer, "init"):
            continue
        after = next(
            (c for c in chain[k + 1 :] if isinstance(c, ACTIVATIONS) or hasattr(c, "init")), None
        )
        default = next(f.default for f in fields(layer) if f.name == "init")
        made = HeUniform() if isinstance(after, HALF) else default
        found.append(LeCunNormal() if isinstance(after, SELU) else made)
    return found


def is_standard(layers: Layers) -> bool:
    """Return True if every layer has an initializer that people use."""
    known: list[bool] = []

    def look(layer: Any) -> Any:
        if hasattr(layer, "init"):
            known.append(type(layer.init).__name__[:2] in ("Gl", "He", "Le", "Or"))
        return layer

    each(layers, look)
    return all(known)


def with_activation(layers: Layers, old: tuple[type, ...], new: Any) -> Layers:
    """Return the chain with another activation between layers; the last layer stays."""
    last = flat(layers)[-1]
    return each(layers, lambda a: new if isinstance(a, old) and a is not last else a)


def with_norm(layers: Layers) -> Layers:
    """Return the chain with BatchNorm before each activation."""
    return each(layers, lambda a: Sequential(BatchNorm(), a) if isinstance(a, ACTIVATIONS) else a)


def without(layers: Layers, kinds: tuple[type, ...]) -> Layers:
    """Return the chain without layers of these kinds, at its top level."""
    return tuple(a for a in layers if not isinstance(a, kinds))


def last_dense(layers: Layers) -> int | None:
    """Return the place of the last Dense at the top level; None if there is none."""
    return next((k for k in reversed(range(len(layers))) if isinstance(layers[k], Dense)), None)


def wider(layers: Layers, units: int = 64) -> Layers:
    """Return the chain with at least so many units in its hidden layers, one layer at least."""
    layers = tuple(flat(layers))
    last = last_dense(layers)
    if last is None:
        return layers
    made = list(layers)
    hidden = [k for k in range(last) if isinstance(layers[k], (Dense, Conv1D, Conv2D))]
    for k in hidden:
        a = layers[k]
        if isinstance(a, Dense):
            made[k] = replace(a, units=max(units, a.units))
        else:
            made[k] = replace(a, filters=max(16, 2 * a.filters))
    if not any(isinstance(a, Dense) for a in layers[:last]):
        made[last:last] = [Dense(units, init=HeUniform()), ReLU()]
    elif not any(isinstance(a, ACTIVATIONS) for a in flat(layers[:last])):
        made[last:last] = [ReLU()]  # a chain of Dense alone is linear
    return tuple(made)


def deeper(layers: Layers) -> Layers:
    """Return the chain with at least 64 units a layer, and one more hidden layer."""
    made = wider(layers)
    last = last_dense(made)
    if last is None:
        return made
    return (*made[:last], Dense(64, init=HeUniform()), ReLU(), *made[last:])


def narrowest(layers: Layers) -> int | None:
    """Return the fewest units of a hidden layer; 0 if the chain is linear, None if unknown.

    A filter counts as 4 units, since it looks at many places.
    """
    chain = flat(layers)
    places = [k for k, a in enumerate(chain) if isinstance(a, Dense)]
    if not places:
        return None
    if not any(isinstance(a, ACTIVATIONS) for a in chain[: places[-1]]):
        return 0 if all(isinstance(a, Layer) for a in chain) else None
    units = [chain[k].units for k in places[:-1]]
    units += [4 * a.filters for a in chain if isinstance(a, (Conv1D, Conv2D))]
    return min(units, default=None)
