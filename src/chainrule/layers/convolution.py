"""The base of the convolutions: their settings, their padding and their parameters."""

from dataclasses import KW_ONLY
from typing import Any, ClassVar, Literal

from ..errors import ShapeError
from ..graph.initializers import GlorotUniform, Initializer, Zeros, as_initializer
from ..graph.tape import Node, Penalty
from ..ops.patches import Numbers, span
from ..settings import is_whole
from .base import Layer, channels_last, is_penalty, make_image


class Convolution(Layer):
    """The base of convolutions: one kernel for all positions. Abstract.

    Parameters
    ----------
    filters : int
        Number of kernels, and so of output channels, ≥ 1.
    kernel, stride, dilation : int or a number for each axis
        Size of the kernel; from one position to the next; from one of its cells to the next.
    padding : {"valid", "same"}, int or a number for each axis
        Zeros on each side.
    groups : int
        Number of groups, each of which reads its own channels with its own filters.
    bias : bool
        True: add the bias b.
    init : Initializer, array, number or function
        Starting values of W.
    penalty : Penalty, optional
        A term added to L for W.
    trainable : bool
        False: W and b keep their starting values.
    """

    axes: ClassVar[int] = 2

    filters: int
    _: KW_ONLY
    kernel: int | Numbers = 3
    stride: int | Numbers = 1
    padding: Literal["valid", "same"] | int | Numbers = "valid"
    dilation: int | Numbers = 1
    groups: int = 1
    bias: bool = True
    init: Any = GlorotUniform()
    penalty: Penalty | None = None
    trainable: bool = True

    def check(self) -> None:
        one = type(self).__name__
        self.require_size("filters", f"{one}(32) has 32 filters.")
        for name, usual in (("kernel", 3), ("stride", 1), ("dilation", 1)):
            self._make_tuple(name)
            rule = "a whole number ≥ 1" + self._or_pair
            self.require(
                name,
                rule,
                lambda v: all(n >= 1 for n in self.each(v)),
                f"The usual value is {usual}.",
            )
        self._make_tuple("padding")
        rule = '"valid", "same" or a whole number ≥ 0' + self._or_pair
        self.require(
            "padding", rule, self._is_padding, 'padding="same" keeps the size of the image.'
        )
        self.require_size("groups", "1 lets each filter see all channels.")
        self.require(
            "groups",
            "a divisor of filters",
            lambda v: self.filters % v == 0,
            f"filters is {self.filters}.",
        )
        self.require("bias", "True or False", lambda v: isinstance(v, bool), "")
        self.require("trainable", "True or False", lambda v: isinstance(v, bool), "")
        self.require("penalty", "a penalty", is_penalty, "Write L2(1e-4).")
        if not isinstance(self.init, Initializer):
            object.__setattr__(self, "init", as_initializer(self.init))

    @property
    def _or_pair(self) -> str:
        return ", or one for each axis" if self.axes > 1 else ""

    def _make_tuple(self, name: str) -> None:
        # a tuple, unlike a list, can be hashed
        if isinstance(value := getattr(self, name), list):
            object.__setattr__(self, name, tuple(value))

    def _is_padding(self, value: object) -> bool:
        return (
            value in ("valid", "same")
            if isinstance(value, str)
            else all(n >= 0 for n in self.each(value))
        )

    def each(self, value: Any) -> Numbers:
        """Return one number for each axis: for an image, 3 becomes (3, 3)."""
        numbers = value if isinstance(value, tuple) else (value,) * self.axes
        if len(numbers) != self.axes or not all(map(is_whole, numbers)):
            raise ValueError(value)
        return tuple(map(int, numbers))

    def zeros(self, size: Numbers, places: Numbers) -> Numbers:
        """Return the padding before and after each axis.

        "same" gives as many zeros as `places` positions of the kernel need, an odd one at the end.
        """
        if self.padding == "valid":
            return (0, 0) * self.axes
        if self.padding != "same":
            return tuple(n for n in self.each(self.padding) for _ in range(2))
        steps = zip(
            size,
            places,
            self.each(self.kernel),
            self.each(self.stride),
            self.each(self.dilation),
            strict=True,
        )
        needed = [max(0, (m - 1) * s + span(k, d) - n) for n, m, k, s, d in steps]
        return tuple(half for n in needed for half in (n // 2, n - n // 2))

    def look_at(self, x: Node) -> None:
        """Raise ShapeError unless x is an image with channels that the groups divide."""
        axes = "(N, H, W, C)" if self.axes == 2 else "(N, T, C)"
        remedy = (
            "Put Reshape(100, 1), with your own sizes, before it."
            if self.axes == 1
            else make_image(x.shape[1:])
        )
        x.expect(self.axes + 2, axes, remedy)
        x.expect_real("Give the numbers as an input of their own.")
        if min(x.shape[1:]) < 1:
            raise ShapeError(
                x.tape.where(),
                f"input of shape {axes}, each size ≥ 1",
                x.value.shown,
                "Look at the data.",
            )
        if x.shape[-1] % self.groups:
            raise ShapeError(
                x.tape.where(),
                f"channels that groups={self.groups} divides",
                f"{x.shape[-1]} in {x.value.shown}",
                "Choose groups that divide channels and filters.",
            )

    def parameters(self, x: Node) -> tuple[Node, ...]:
        """Return W (k, k, C / groups, filters) and, if there is a bias, b (filters,)."""
        shape = (*self.each(self.kernel), x.shape[-1] // self.groups, self.filters)
        W = x.tape.param("W", shape, self.init, trainable=self.trainable, penalty=self.penalty)
        return (
            (W, x.tape.param("b", (self.filters,), Zeros(), trainable=self.trainable))
            if self.bias
            else (W,)
        )

    def convolved(self, x: Node, plain: Any, affine: Any) -> Node:
        """Return the convolution of x, by the op without b or by the op with it."""
        self.look_at(x)
        kernel, stride, dilation = (
            self.each(self.kernel),
            self.each(self.stride),
            self.each(self.dilation),
        )
        size = x.shape[1:-1]
        padding = self.zeros(size, tuple(-(-n // s) for n, s in zip(size, stride, strict=True)))
        room = [n + padding[2 * i] + padding[2 * i + 1] for i, n in enumerate(size)]
        if any(n < span(k, d) for n, k, d in zip(room, kernel, dilation, strict=True)):
            spans = " x ".join(str(span(k, d)) for k, d in zip(kernel, dilation, strict=True))
            raise ShapeError(
                x.tape.where(),
                f"an image of at least {spans} pixels, padding included",
                f"{' x '.join(map(str, room))} of {x.value.shown}",
                f'Take a smaller kernel, or padding="same".{channels_last(x.shape[1:])}',
            )
        weights = self.parameters(x)
        op = affine if self.bias else plain
        z: Node = op(x, *weights, stride=stride, padding=padding, dilation=dilation)
        return z
