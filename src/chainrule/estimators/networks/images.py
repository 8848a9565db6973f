"""Images: the shape of a row, and a small convolutional network."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...errors import ParameterError, ShapeError
from ...graph.program import Shape
from ...layers import Conv2D, Dense, Flatten, MaxPool2D, ReLU
from ...layers.base import Layer
from ...settings import is_whole


def rank(X: Any) -> int:
    """Return the number of axes; 2 for rows that scikit-learn's checks will refuse."""
    if hasattr(X, "ndim"):
        return int(X.ndim)
    try:
        return np.asarray(X).ndim
    except ValueError:  # rows of different lengths
        return 2


def shape_of_rows(where: str, given: Shape, image_shape: Any, images: bool) -> Shape:
    """Return the shape of one row for the network.

    Parameters
    ----------
    where : str
        The name of the estimator, for messages.
    given : tuple of int
        The shape of one row of X.
    image_shape : (H, W), (H, W, C) or None
        The estimator's parameter.
    images : bool
        True: without image_shape every row is an image; it gets a channel, and a flat row gets
        height 1.
    """
    if image_shape is not None:
        shape = tuple(image_shape)
        if len(shape) not in (2, 3) or not all(is_whole(n) and n >= 1 for n in shape):
            raise ParameterError(
                f"{where}(image_shape={image_shape!r}): image_shape must be (H, W) or (H, W, C), "
                "or None."
            )
        if math.prod(shape) != math.prod(given):
            pixels = f"rows of {' × '.join(map(str, shape))} = {math.prod(shape)} numbers"
            raise ShapeError(
                where, pixels, f"{math.prod(given)}", "Change image_shape=, or the columns of X."
            )
        return tuple(map(int, with_channels(shape)))
    if not images:
        return given
    return (1, *given, 1) if len(given) == 1 else with_channels(given)


def with_channels(shape: Shape) -> Shape:
    """Return (H, W, 1) for (H, W)."""
    return (*shape, 1) if len(shape) == 2 else shape


def small_convnet(shape: Shape) -> tuple[Layer, ...]:
    """Return 3 × 3 convolutions with poolings until no side is longer than 7, and a dense layer.

    There are at least two convolutions: 8 × 8 and 28 × 28 pixels have two, with 32 and 64 filters.

    Parameters
    ----------
    shape : (H, W, C)
        The shape of one image. Along a side of 1, kernels and poolings have size 1.
    """
    if len(shape) != 3:
        raise ShapeError(
            "X",
            "images (N, H, W) or (N, H, W, C)",
            f"rows of shape {shape}",
            "Give image_shape=(H, W).",
        )
    layers: list[Layer] = []
    height, width, filters, blocks = shape[0], shape[1], 32, 0
    while blocks < 2 or max(height, width) > 7:
        kernel, pool = (min(3, height), min(3, width)), (min(2, height), min(2, width))
        layers += [Conv2D(filters, kernel=kernel, padding="same"), ReLU()]
        if pool != (1, 1):
            layers.append(MaxPool2D(pool))
        height, width, filters, blocks = (
            height // pool[0],
            width // pool[1],
            min(2 * filters, 128),
            blocks + 1,
        )
    return (*layers, Flatten(), Dense(64), ReLU())


class OfImages:
    """An estimator whose rows are images. Abstract; to be listed before its other base class."""

    _images = True
    layers: Any

    def _hidden_layers(self, shape: Shape) -> tuple[Layer, ...]:
        if self.layers is None:
            return small_convnet(shape)
        given: tuple[Layer, ...] = super()._hidden_layers(shape)  # type: ignore[misc]
        return given
