"""Images: the shape of a row, and a small convolutional network."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...data.image_layout import seems_channels_first, square
from ...errors import ParameterError, ShapeError
from ...graph.program import Shape
from ...layers import Conv2D, Dense, Flatten, Images, MaxPool2D, ReLU
from ...layers.base import Layer
from ...settings import is_whole
from ..common import warn


def rank(X: Any) -> int:
    """Return the number of axes; 2 for rows that scikit-learn's checks will refuse."""
    if hasattr(X, "ndim"):
        return int(X.ndim)
    try:
        return np.asarray(X).ndim
    except ValueError:  # rows of different lengths
        return 2


def shape_of_rows(
    where: str, given: Shape, image_shape: Any, images: bool, channels: Any = None
) -> Shape:
    """Return the shape of one row for the network.

    Parameters
    ----------
    where : str
        The name of the estimator, for messages.
    given : tuple of int
        The shape of one row of X.
    image_shape : (H, W), (H, W, C) or None
        The estimator's parameter; (C, H, W) if channels is "first".
    images : bool
        True: without image_shape every row is an image; it gets a channel, and a flat row becomes a
        square image, or one of height 1 if its length is not that of a square.
    channels : {"first", "last"} or None
        Where the channels of image_shape are.
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
        if len(shape) == 3 and channels == "first":
            shape = (*shape[1:], shape[0])
        return tuple(map(int, with_channels(shape)))
    if not images:
        return given
    if len(given) == 1:
        return square(given[0]) or (1, *given, 1)
    return with_channels(given)


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
    image_shape: Any
    channels: Any = None

    def _hidden_layers(self, shape: Shape) -> tuple[Layer, ...]:
        settled = (Images(channels="last"),) if seems_channels_first(shape) else ()
        if self.layers is None:
            return *settled, *small_convnet(shape)
        given: tuple[Layer, ...] = super()._hidden_layers(shape)  # type: ignore[misc]
        return *settled, *given

    def _shape_of_rows(self, given: Shape) -> Shape:
        """Return the shape of one image for the network."""
        return shape_of_rows(
            type(self).__name__, given, self.image_shape, images=True, channels=self.channels
        )

    def _rows(
        self, X: Any, y: Any = "no_validation", *, reset: bool = False, **options: Any
    ) -> Any:
        """Return checked images (N, H, W, C); with y a pair of images and y."""
        name, flat = type(self).__name__, rank(X) < 3
        if rank(X) == 4:
            X = self._channels_last(name, np.asarray(X))
        elif flat and self.channels is None and self.image_shape is not None:
            _check_layout(name, tuple(self.image_shape), "image_shape")
        found = super()._rows(X, y, reset=reset, **options)  # type: ignore[misc]
        images = found[0] if isinstance(found, tuple) else found
        n, height, width, channels = len(images), *with_channels(images.shape[1:])[-3:]
        if flat and self.channels == "first" and channels > 1:
            images = np.moveaxis(images.reshape(n, channels, height, width), 1, -1)
            images = np.ascontiguousarray(images)
        if reset and flat and self.image_shape is None and square(height * width * channels):
            warn(_said(name, height, channels, self.channels))
        return (images, *found[1:]) if isinstance(found, tuple) else images

    def _channels_last(self, name: str, X: Any) -> Any:
        """Return images with their channels last, or raise ShapeError if they may be first."""
        if self.channels == "first":
            return np.moveaxis(X, 1, -1)
        net = getattr(self, "network_", None)
        if self.channels is None and not (net and net.inputs == {"x": X.shape[1:]}):
            _check_layout(name, X.shape[1:], "X")
        return X


def _check_layout(name: str, shape: Shape, what: str) -> None:
    """Raise ShapeError if the images may have their channels first."""
    if seems_channels_first(shape):
        first, height, width = shape
        raise ShapeError(
            f"{name}: {what}",
            "images with their channels last, (N, H, W, C)",
            f"(N, {', '.join(map(str, shape))}), which looks like channels first",
            f'Write {name}(channels="first"). If these are images of {first} x {height} pixels '
            f'with {width} channels, write channels="last".',
        )


def _said(name: str, side: int, channels: int, layout: Any) -> str:
    """Return the line that says which images were made of flat rows."""
    if channels == 1:
        return (
            f"{name} reads rows of {side * side} numbers as images of {side} x {side} pixels. "
            f"image_shape=({side}, {side}) says the same without this line."
        )
    first = f'image_shape=({channels}, {side}, {side}), channels="first"'
    last = f'image_shape=({side}, {side}, {channels}), channels="last"'
    one, other = (first, last) if layout == "first" else (last, first)
    order = "color by color" if layout == "first" else "pixel by pixel"
    return (
        f"{name} reads rows of {side * side * channels} numbers as images of {side} x {side} "
        f"pixels with {channels} channels, {order}. {one} says the same without this line; "
        f"{other} reads them the other way."
    )
