"""The part of a network up to a hidden layer."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ...errors import ParameterError
from ...graph.tape import snake_case
from ...losses.squared_error import SquaredError
from ...network import Network
from ...settings import is_whole


def with_weights(net: Network) -> list[int]:
    """Return the numbers of the layers that have parameters."""
    owners = {p.path.partition("/")[0] for p in net.programs.train.parameters}
    ordinals: Counter[str] = Counter()
    places = []
    for place, layer in enumerate(net.layers):
        kind = snake_case(type(layer).__name__)
        ordinals[kind] += not layer.name
        path = layer.name or f"{kind}{ordinals[kind]}"
        if getattr(layer, "tower", path) in owners:
            places.append(place)
    return places


def hidden_part(where: str, net: Network, layer: Any) -> Network:
    """Return the layers before the next one with weights as a network with a copy of the weights.

    Parameters
    ----------
    where : str
        The name of the caller, for messages.
    net : Network
        A network with known shapes; it stays as it is.
    layer : int
        The number of the hidden layer, from 0; -1 is the last before the output layer.

    Examples
    --------
    >>> import chainrule as cr
    >>> layers = cr.Dense(4), cr.ReLU(), cr.Dropout(0.5), cr.Dense(3), cr.Tanh(), cr.Dense(1)
    >>> net = cr.Network(*layers, loss=cr.SquaredError(), inputs=(2,))
    >>> hidden_part("here", net, -1).layers
    (Dense(4), ReLU(), Dropout(0.5), Dense(3), Tanh())
    """
    places = with_weights(net)[1:]
    if not places:
        raise ParameterError(
            where, "a network with a hidden layer", repr(net), "Add one before the output layer."
        )
    if not is_whole(layer) or not -len(places) <= layer < len(places):
        raise ParameterError(
            f"{where}(layer={layer!r}): layer must be a whole number from {-len(places)} to "
            f"{len(places) - 1}."
        )
    kept: dict[str, Any] = {
        "inputs": net.inputs,
        "dtype": net.dtype.name,
        "engine": net.engine,
        "threads": net.threads,
    }
    part = Network(*net.layers[: places[layer]], loss=SquaredError(), **kept)
    part.take_weights(net)
    return part
