"""Starting values. Every tensor draws from a stream of its own, so that a new layer does not change the others' start."""

import math
from dataclasses import KW_ONLY
from typing import Any, Protocol

import numpy as np

from ..arrays import Array
from ..errors import ParameterError, ShapeError
from ..settings import Settings, is_number

Shape = tuple[int, ...]


class Draw(Protocol):
    """Numbers of one tensor's own keyed stream: `draw.uniform(shape)` on [0, 1), `draw.normal(shape)`."""

    def uniform(self, shape: Shape) -> Array: ...
    def normal(self, shape: Shape) -> Array: ...


def fans(shape: Shape) -> tuple[int, int]:
    """(fan in, fan out): how many values a unit reads, and how many read it. Kernels are (..., in, out)."""
    if len(shape) < 2:
        return (shape[0] if shape else 1,) * 2
    field = math.prod(shape[:-2])
    return shape[-2] * field, shape[-1] * field


class Initializer(Settings):
    """Makes the starting values of one tensor. Abstract: an initialiser of your own says what `__call__` does."""

    def __call__(self, shape: Shape, draw: Draw) -> Array:
        raise ParameterError(
            f"{self!r}: Initializer is abstract. Write a subclass with __call__(self, shape, draw)."
        )


class Zeros(Initializer):
    """All zeros.

    Examples
    --------
    >>> import chainrule as cr
    >>> W = cr.Network(cr.Dense(2, init=cr.initializers.Zeros()), loss=cr.SquaredError(), inputs=(3,)).parameters["W1"]
    >>> float(abs(W).max())
    0.0
    """

    def __call__(self, shape: Shape, draw: Draw) -> Array:
        return np.zeros(shape)


class Constant(Initializer):
    """All the same number.

    Parameters
    ----------
    value : float
        Any finite number.

    Raises
    ------
    ParameterError
        A value that is no finite number.

    Examples
    --------
    >>> import chainrule as cr
    >>> W = cr.Network(cr.Dense(2, init=cr.initializers.Constant(0.5)), loss=cr.SquaredError(), inputs=(1,)).parameters["W1"]
    >>> W.tolist()
    [[0.5, 0.5]]
    """

    value: float

    def check(self) -> None:
        self.require_number("value", "", lambda v: True, 0)

    def __call__(self, shape: Shape, draw: Draw) -> Array:
        return np.full(shape, float(self.value))


class Uniform(Initializer):
    """Uniform on [low, high).

    Parameters
    ----------
    low, high : float
        The interval, low < high.

    Raises
    ------
    ParameterError
        An interval without width, or no numbers.

    Examples
    --------
    >>> import chainrule as cr
    >>> W = cr.Network(cr.Dense(100, init=cr.initializers.Uniform(0, 2)), loss=cr.SquaredError(), inputs=(100,)).parameters["W1"]
    >>> round(float(W.mean()), 1)  # (low + high) / 2
    1.0
    """

    low: float = -0.05
    high: float = 0.05

    def check(self) -> None:
        self.require_number("low", "", lambda v: True, -0.05)
        self.require_number("high", "> low", lambda v: v > self.low, 0.05)

    def __call__(self, shape: Shape, draw: Draw) -> Array:
        return self.low + (self.high - self.low) * draw.uniform(shape)


class Normal(Initializer):
    """Normal with the given mean and standard deviation.

    Parameters
    ----------
    std : float
        Standard deviation, > 0.
    mean : float
        Any finite number.

    Raises
    ------
    ParameterError
        A std that is not > 0, a mean that is no finite number.

    Examples
    --------
    >>> import chainrule as cr
    >>> W = cr.Network(cr.Dense(100, init=cr.initializers.Normal(0.2)), loss=cr.SquaredError(), inputs=(100,)).parameters["W1"]
    >>> round(float(W.std()), 2)
    0.2
    """

    std: float = 0.05
    _: KW_ONLY
    mean: float = 0.0

    def check(self) -> None:
        self.require_number("std", "> 0", lambda v: v > 0, 0.05)
        self.require_number("mean", "", lambda v: True, 0)

    def __call__(self, shape: Shape, draw: Draw) -> Array:
        return self.mean + self.std * draw.normal(shape)


class GlorotUniform(Initializer):
    """Uniform on ±√(6 / (fan in + fan out)): keeps the variance of values and gradients through tanh layers.

    References
    ----------
    Glorot & Bengio, "Understanding the difficulty of training deep feedforward neural networks", AISTATS 2010, eq. 16.

    Examples
    --------
    >>> import chainrule as cr
    >>> W = cr.Network(cr.Dense(100, init=cr.initializers.GlorotUniform()), loss=cr.SquaredError(), inputs=(200,)).parameters["W1"]
    >>> round(float(abs(W).max()), 3)  # √(6 / 300)
    0.141
    """

    def __call__(self, shape: Shape, draw: Draw) -> Array:
        return math.sqrt(6 / sum(fans(shape))) * (2 * draw.uniform(shape) - 1)


class GlorotNormal(Initializer):
    """Normal with variance 2 / (fan in + fan out).

    References
    ----------
    Glorot & Bengio, "Understanding the difficulty of training deep feedforward neural networks", AISTATS 2010, eq. 12.

    Examples
    --------
    >>> import chainrule as cr
    >>> W = cr.Network(cr.Dense(100, init=cr.initializers.GlorotNormal()), loss=cr.SquaredError(), inputs=(100,)).parameters["W1"]
    >>> round(float(W.std()), 2)  # √(2 / 200)
    0.1
    """

    def __call__(self, shape: Shape, draw: Draw) -> Array:
        return math.sqrt(2 / sum(fans(shape))) * draw.normal(shape)


class HeUniform(Initializer):
    """Uniform on ±√(6 / fan in): for layers that ReLU follows.

    References
    ----------
    He, Zhang, Ren & Sun, "Delving deep into rectifiers", ICCV 2015, eq. 10.

    Examples
    --------
    >>> import chainrule as cr
    >>> W = cr.Network(cr.Dense(100, init=cr.initializers.HeUniform()), loss=cr.SquaredError(), inputs=(96,)).parameters["W1"]
    >>> round(float(abs(W).max()), 2)  # √(6 / 96)
    0.25
    """

    def __call__(self, shape: Shape, draw: Draw) -> Array:
        return math.sqrt(6 / fans(shape)[0]) * (2 * draw.uniform(shape) - 1)


class HeNormal(Initializer):
    """Normal with variance 2 / fan in: for layers that ReLU follows.

    References
    ----------
    He, Zhang, Ren & Sun, "Delving deep into rectifiers", ICCV 2015, eq. 10.

    Examples
    --------
    >>> import chainrule as cr
    >>> W = cr.Network(cr.Dense(200, init=cr.initializers.HeNormal()), loss=cr.SquaredError(), inputs=(50,)).parameters["W1"]
    >>> round(float(W.std()), 2)  # √(2 / 50)
    0.2
    """

    def __call__(self, shape: Shape, draw: Draw) -> Array:
        return math.sqrt(2 / fans(shape)[0]) * draw.normal(shape)


class LeCunUniform(Initializer):
    """Uniform on ±√(3 / fan in): for SELU and other layers of unit slope.

    References
    ----------
    LeCun, Bottou, Orr & Müller, "Efficient BackProp", 1998, eq. 16.

    Examples
    --------
    >>> import chainrule as cr
    >>> W = cr.Network(cr.Dense(100, init=cr.initializers.LeCunUniform()), loss=cr.SquaredError(), inputs=(48,)).parameters["W1"]
    >>> round(float(abs(W).max()), 2)  # √(3 / 48)
    0.25
    """

    def __call__(self, shape: Shape, draw: Draw) -> Array:
        return math.sqrt(3 / fans(shape)[0]) * (2 * draw.uniform(shape) - 1)


class LeCunNormal(Initializer):
    """Normal with variance 1 / fan in.

    References
    ----------
    LeCun, Bottou, Orr & Müller, "Efficient BackProp", 1998, eq. 16.

    Examples
    --------
    >>> import chainrule as cr
    >>> W = cr.Network(cr.Dense(100, init=cr.initializers.LeCunNormal()), loss=cr.SquaredError(), inputs=(100,)).parameters["W1"]
    >>> round(float(W.std()), 2)  # √(1 / 100)
    0.1
    """

    def __call__(self, shape: Shape, draw: Draw) -> Array:
        return math.sqrt(1 / fans(shape)[0]) * draw.normal(shape)


class Orthogonal(Initializer):
    """A random matrix with orthonormal rows or columns, whichever are fewer: keeps lengths through deep linear layers.

    Parameters
    ----------
    gain : float
        Factor, > 0.

    Raises
    ------
    ParameterError
        A gain that is not > 0.

    References
    ----------
    Saxe, McClelland & Ganguli, "Exact solutions to the nonlinear dynamics of learning", ICLR 2014.

    Examples
    --------
    >>> import chainrule as cr, numpy as np
    >>> W = cr.Network(cr.Dense(3, init=cr.initializers.Orthogonal()), loss=cr.SquaredError(), inputs=(3,)).parameters["W1"]
    >>> bool(abs(W.T @ W - np.eye(3)).max() < 1e-6)
    True
    """

    gain: float = 1.0

    def check(self) -> None:
        self.require_number("gain", "> 0", lambda v: v > 0, 1.0)

    def __call__(self, shape: Shape, draw: Draw) -> Array:
        flat = draw.normal((math.prod(shape[:-1]), shape[-1]))
        q, r = np.linalg.qr(flat if flat.shape[0] >= flat.shape[1] else flat.T)
        q = q * np.where(
            np.diag(r) < 0, -1.0, 1.0
        )  # makes the factorisation, and so the draw, unique
        return self.gain * (q if flat.shape[0] >= flat.shape[1] else q.T).reshape(shape)


class Identity(Initializer):
    """Ones on the diagonal of a matrix, zeros elsewhere.

    Parameters
    ----------
    gain : float
        What stands on the diagonal.

    Raises
    ------
    ParameterError
        A gain that is no finite number.
    ShapeError
        A tensor to fill that is no matrix.

    Examples
    --------
    >>> import chainrule as cr
    >>> W = cr.Network(cr.Dense(3, init=cr.initializers.Identity()), loss=cr.SquaredError(), inputs=(2,)).parameters["W1"]
    >>> W.tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    """

    gain: float = 1.0

    def check(self) -> None:
        self.require_number("gain", "", lambda v: True, 1.0)

    def __call__(self, shape: Shape, draw: Draw) -> Array:
        if len(shape) != 2:
            raise ShapeError(
                "Identity()",
                "a matrix to fill",
                f"the shape {shape}",
                "Use another initialiser here.",
            )
        return self.gain * np.eye(*shape)


class Given(Initializer):
    """The user's own numbers. A layer makes it of any array: `Dense(4, init=W)`.

    Parameters
    ----------
    values : nested tuples of float
        Of the shape that the layer needs.

    Raises
    ------
    ParameterError
        No array of finite numbers.
    ShapeError
        An array of another shape than the layer's tensor.

    Examples
    --------
    >>> import chainrule as cr
    >>> W = cr.Network(cr.Dense(1, init=[[1.0], [2.0]]), loss=cr.SquaredError(), inputs=(2,)).parameters["W1"]
    >>> W.tolist()
    [[1.0], [2.0]]
    """

    values: Any

    def check(self) -> None:
        self.require("values", "an array of finite numbers", _finite, "Give a NumPy array.")
        array = np.asarray(self.values)
        object.__setattr__(
            self, "values", _nested(array.astype(float))
        )  # hashable, comparable, and nobody changes it later

    def __call__(self, shape: Shape, draw: Draw) -> Array:
        array = np.asarray(self.values)
        if array.shape != shape:
            raise ShapeError(
                "init", f"an array of shape {shape}", str(array.shape), "Transpose or reshape it."
            )
        return array


def _finite(values: Any) -> bool:
    array = np.asarray(values)
    return array.dtype.kind in "fiub" and bool(np.isfinite(array).all())


def _nested(array: Array) -> Any:
    return tuple(map(_nested, array)) if array.ndim else float(array)


def as_initializer(init: Any) -> Initializer:
    """What stands behind `init=`: an initialiser, a number or an array."""
    if isinstance(init, Initializer):
        return init
    if isinstance(init, type):
        raise ParameterError(
            "init", "an initialiser", f"the class {init.__name__}", f"Write {init.__name__}()."
        )
    if callable(init):
        return init  # type: ignore[no-any-return]  # the user's own function (shape, draw) -> array
    if isinstance(init, str):
        raise ParameterError(
            "init", "an initialiser, a number or an array", repr(init), "Write HeNormal(), say."
        )
    return Constant(float(init)) if is_number(init) else Given(init)
