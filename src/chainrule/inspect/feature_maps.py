"""What every layer makes of an image."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import Array
from ..data.sources import Arrays
from ..engines.reference import Reference
from ..errors import ParameterError
from ..model.model import Model
from ..model.prepared import indices
from .scores import feature_maps_of, images_of, rows_at_once


def feature_maps(net: Model, X: Any) -> dict[str, Array]:
    """The image that each layer gives, by the layer's path. (Every value by its symbol: `net.activations`.)

    Parameters
    ----------
    net : Network
        With layers that give images: convolutions, poolings, what stands between them.
    X : array
        One image (H, W, C), or images (N, H, W, C); rows of any other shape that the network takes.

    Returns
    -------
    maps : dict of arrays
        {"conv2d1": (H', W', C'), "relu1": ..., ...} in the network's order; of several images with N in front. Layers
        without positions, such as Dense, are not in it.

    Raises
    ------
    ParameterError
        A network none of whose layers gives an image, or one with several inputs.
    ShapeError
        Images that do not fit.

    Examples
    --------
    >>> import chainrule as cr, numpy as np
    >>> layers = cr.Conv2D(4), cr.ReLU(), cr.MaxPool2D(2), cr.Flatten(), cr.Dense(10)
    >>> net = cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), inputs=(8, 8, 1))
    >>> {name: a.shape for name, a in feature_maps(net, np.ones((8, 8, 1))).items()}
    {'conv2d1': (6, 6, 4), 'relu1': (6, 6, 4), 'max_pool2d1': (3, 3, 4)}
    """
    rows, single = images_of("feature_maps", net, X)
    built = net.built_for({"x": rows.shape[1:]})
    program = built.programs.predict
    wanted = feature_maps_of(program)
    if not wanted:
        raise ParameterError(
            "feature_maps",
            "a network with layers that give images",
            "one without",
            "net.activations has all values.",
        )
    source = Arrays({"x": rows}, dtype=net.dtype.type, index=indices(program))
    engine, chunk = Reference(program), rows_at_once(program, net.dtype.itemsize)
    parts: dict[str, list[Array]] = {name: [] for name in wanted}
    for begin in range(0, len(rows), chunk):
        some = slice(begin, min(begin + chunk, len(rows)))
        with np.errstate(all="ignore"):
            value = engine.forward(
                net.theta_in(built), source.rows(some), [slice(0, some.stop - begin)]
            )
        for name, i in wanted.items():
            parts[name].append(value[i][0])
    net.adopt(built)
    return {name: part[0][0] if single else np.concatenate(part) for name, part in parts.items()}
