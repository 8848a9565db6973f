"""The bases of the poolings: windows of an image or a sequence, and the steps between them."""

from dataclasses import KW_ONLY
from typing import Any

from ..errors import ShapeError
from ..graph.operation import Op
from ..graph.tape import Node
from ..ops.reshape import reshape
from ..ops.windows import Pair
from ..settings import is_whole
from .base import Layer, channels_last, make_image


def pair(value: Any) -> Pair:
    """Return (down, across): 2 becomes (2, 2)."""
    numbers = value if isinstance(value, tuple) else (value, value)
    if len(numbers) != 2 or not all(map(is_whole, numbers)):
        raise ValueError(value)
    return int(numbers[0]), int(numbers[1])


def is_size(value: Any) -> bool:
    """Return True for one or two whole numbers ≥ 1."""
    return min(pair(value)) >= 1


def expect_image(x: Node) -> None:
    """Raise ShapeError unless x is (N, H, W, C) of real numbers."""
    x.expect(4, "(N, H, W, C)", make_image(x.shape[1:]))
    x.expect_real("Give the numbers as an input of their own.")


def expect_positions(x: Node) -> Pair:
    """Return height and width of an image; a sequence (N, T, C) is an image of width 1."""
    if len(x.shape) != 3:
        expect_image(x)
        return x.shape[1], x.shape[2]
    x.expect_real("Give the numbers as an input of their own.")
    return x.shape[1], 1


class Pooling(Layer):
    """The base of poolings: one number for each window and channel of an image. Abstract.

    Parameters
    ----------
    size : int or pair of int
        Height and width of the window in pixels, each ≥ 1.
    stride : int or pair of int, optional
        Pixels from one window to the next; by default the size.
    """

    size: int | Pair
    _: KW_ONLY
    stride: int | Pair | None = None

    def check(self) -> None:
        for name in ("size", "stride"):
            if isinstance(value := getattr(self, name), list):
                object.__setattr__(self, name, tuple(value))
        rule = "a whole number ≥ 1, or one for each axis"
        self.require("size", rule, is_size, "The usual value is 2.")
        self.require(
            "stride",
            rule + ", or None",
            lambda v: v is None or is_size(v),
            "Without it windows lie side by side.",
        )

    def window(self, x: Node) -> dict[str, Pair]:
        """Return size and stride for the op; raise ShapeError if no window fits."""
        expect_image(x)
        size = pair(self.size)
        if any(n < k for n, k in zip(x.shape[1:3], size, strict=True)):
            raise ShapeError(
                x.tape.where(),
                f"an image of at least {size[0]} x {size[1]} pixels",
                f"{x.shape[1]} x {x.shape[2]} of {x.value.shown}",
                f"Take a smaller window, or ZeroPad before it.{channels_last(x.shape[1:])}",
            )
        return {"size": size, "stride": size if self.stride is None else pair(self.stride)}


class SequencePooling(Layer):
    """The base of poolings of sequences, which are images of width 1 to an op. Abstract.

    Parameters
    ----------
    size : int
        Steps of a window, ≥ 1.
    stride : int, optional
        Steps from one window to the next; by default the size.
    """

    size: int
    _: KW_ONLY
    stride: int | None = None

    def check(self) -> None:
        self.require_size("size", "The usual value is 2.")
        if self.stride is not None:
            self.require_size("stride", "Without it windows lie side by side.")

    def pooled(self, x: Node, op: Op) -> Node:
        """Return op of the windows of a sequence; raise ShapeError if no window fits."""
        x.expect(3, "(N, T, C)", "Put Reshape(T, 1) before it, with your own number of steps.")
        x.expect_real("Give the numbers as an input of their own.")
        steps, channels = x.shape[1:]
        if steps < self.size:
            rule, got = f"a sequence of at least {self.size} steps", f"{steps} of {x.value.shown}"
            raise ShapeError(x.tape.where(), rule, got, "Take a smaller window.")
        window = {"size": (self.size, 1), "stride": (self.stride or self.size, 1)}
        h = op(reshape(x, shape=(steps, 1, channels)), **window)
        pooled: Node = reshape(h, shape=(h.shape[1], channels))
        return pooled
