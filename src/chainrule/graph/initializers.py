"""Starting values of tensors.

Every tensor draws from its own random stream, so a new layer does not change the others' start.
"""

import math
from dataclasses import KW_ONLY
from typing import Any, Protocol

import numpy as np

from ..arrays import Array
from ..errors import ParameterError, ShapeError
from ..settings import Settings, is_number

Shape = tuple[int, ...]


class Draw(Protocol):
    """The random stream of one tensor: `uniform(shape)` on [0, 1) and `normal(shape)`."""

    def uniform(self, shape: Shape) -> Array: ...
    def normal(self, shape: Shape) -> Array: ...


def fans(shape: Shape) -> tuple[int, int]:
    """Return (fan in, fan out): how many values a unit reads, and how many units read a value.

    Kernels have the shape (..., in, out).
    """
    if len(shape) < 2:
        return (shape[0] if shape else 1,) * 2
    field = math.prod(shape[:-2])
    return shape[-2] * field, shape[-1] * field


class Initializer(Settings):
    """The base of initializers, which make the starting values of one tensor.

    It is abstract: an initializer of your own defines `__call__`.
    """

    def __call__(self, shape: Shape, draw: Draw) -> Array:
        raise ParameterError(
            f"{self!r}: Initializer is abstract. Write a subclass with __call__(self, shape, draw)."
        )


class Zeros(Initializer):
    """All zeros.

    Examples
    --------
    >>> import chainrule as cr
    >>> dense = cr.Dense(2, init=cr.initializers.Zeros())
    >>> W = cr.Network(dense, loss=cr.SquaredError(), inputs=(3,)).parameters["W1"]
    >>> float(abs(W).max())
    0.0
    """

    def __call__(self, shape: Shape, draw: Draw) -> Array:
        return np.zeros(shape)


class Constant(Initializer):
    """The same number everywhere.

    Parameters
    ----------
    value : float
        Any finite number.

    Raises
    ------
    ParameterError
        The value is not a finite number.

    Examples
    --------
    >>> import chainrule as cr
    >>> dense = cr.Dense(2, init=cr.initializers.Constant(0.5))
    >>> W = cr.Network(dense, loss=cr.SquaredError(), inputs=(1,)).parameters["W1"]
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
        The bounds are not numbers, or low is not below high.

    Examples
    --------
    >>> import chainrule as cr
    >>> dense = cr.Dense(100, init=cr.initializers.Uniform(0, 2))
    >>> W = cr.Network(dense, loss=cr.SquaredError(), inputs=(100,)).parameters["W1"]
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
        std is not > 0, or mean is not a finite number.

    Examples
    --------
    >>> import chainrule as cr
    >>> dense = cr.Dense(100, init=cr.initializers.Normal(0.2))
    >>> W = cr.Network(dense, loss=cr.SquaredError(), inputs=(100,)).parameters["W1"]
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
    """Uniform on ±√(6 / (fan in + fan out)).

    It keeps the variance of values and gradients through tanh layers.

    References
    ----------
    Glorot & Bengio, "Understanding the difficulty of training deep feedforward neural networks",
    AISTATS 2010, eq. 16.

    Examples
    --------
    >>> import chainrule as cr
    >>> dense = cr.Dense(100, init=cr.initializers.GlorotUniform())
    >>> W = cr.Network(dense, loss=cr.SquaredError(), inputs=(200,)).parameters["W1"]
    >>> round(float(abs(W).max()), 3)  # √(6 / 300)
    0.141
    """

    def __call__(self, shape: Shape, draw: Draw) -> Array:
        return math.sqrt(6 / sum(fans(shape))) * (2 * draw.uniform(shape) - 1)


class GlorotNormal(Initializer):
    """Normal with variance 2 / (fan in + fan out).

    References
    ----------
    Glorot & Bengio, "Understanding the difficulty of training deep feedforward neural networks",
    AISTATS 2010, eq. 12.

    Examples
    --------
    >>> import chainrule as cr
    >>> dense = cr.Dense(100, init=cr.initializers.GlorotNormal())
    >>> W = cr.Network(dense, loss=cr.SquaredError(), inputs=(100,)).parameters["W1"]
    >>> round(float(W.std()), 2)  # √(2 / 200)
    0.1
    """

    def __call__(self, shape: Shape, draw: Draw) -> Array:
        return math.sqrt(2 / sum(fans(shape))) * draw.normal(shape)


class HeUniform(Initializer):
    """Uniform on ±√(6 / fan in), for layers followed by ReLU.

    References
    ----------
    He, Zhang, Ren & Sun, "Delving deep into rectifiers", ICCV 2015, eq. 10.

    Examples
    --------
    >>> import chainrule as cr
    >>> dense = cr.Dense(100, init=cr.initializers.HeUniform())
    >>> W = cr.Network(dense, loss=cr.SquaredError(), inputs=(96,)).parameters["W1"]
    >>> round(float(abs(W).max()), 2)  # √(6 / 96)
    0.25
    """

    def __call__(self, shape: Shape, draw: Draw) -> Array:
        return math.sqrt(6 / fans(shape)[0]) * (2 * draw.uniform(shape) - 1)


class HeNormal(Initializer):
    """Normal with variance 2 / fan in, for layers followed by ReLU.

    References
    ----------
    He, Zhang, Ren & Sun, "Delving deep into rectifiers", ICCV 2015, eq. 10.

    Examples
    --------
    >>> import chainrule as cr
    >>> dense = cr.Dense(200, init=cr.initializers.HeNormal())
    >>> W = cr.Network(dense, loss=cr.SquaredError(), inputs=(50,)).parameters["W1"]
    >>> round(float(W.std()), 2)  # √(2 / 50)
    0.2
    """

    def __call__(self, shape: Shape, draw: Draw) -> Array:
        return math.sqrt(2 / fans(shape)[0]) * draw.normal(shape)


class LeCunUniform(Initializer):
    """Uniform on ±√(3 / fan in), for SELU and other activations with slope 1 at 0.

    References
    ----------
    LeCun, Bottou, Orr & Müller, "Efficient BackProp", 1998, eq. 16.

    Examples
    --------
    >>> import chainrule as cr
    >>> dense = cr.Dense(100, init=cr.initializers.LeCunUniform())
    >>> W = cr.Network(dense, loss=cr.SquaredError(), inputs=(48,)).parameters["W1"]
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
    >>> dense = cr.Dense(100, init=cr.initializers.LeCunNormal())
    >>> W = cr.Network(dense, loss=cr.SquaredError(), inputs=(100,)).parameters["W1"]
    >>> round(float(W.std()), 2)  # √(1 / 100)
    0.1
    """

    def __call__(self, shape: Shape, draw: Draw) -> Array:
        return math.sqrt(1 / fans(shape)[0]) * draw.normal(shape)


class Orthogonal(Initializer):
    """A random matrix with orthonormal rows or columns, whichever are fewer.

    It keeps the lengths of vectors through deep linear layers.

    Parameters
    ----------
    gain : float
        Factor, > 0.

    Raises
    ------
    ParameterError
        gain is not > 0.

    References
    ----------
    Saxe, McClelland & Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep
    linear neural networks", ICLR 2014.

    Examples
    --------
    >>> import chainrule as cr, numpy as np
    >>> dense = cr.Dense(3, init=cr.initializers.Orthogonal())
    >>> W = cr.Network(dense, loss=cr.SquaredError(), inputs=(3,)).parameters["W1"]
    >>> bool(abs(W.T @ W - np.eye(3)).max() < 1e-6)
    True
    """

    gain: float = 1.0

    def check(self) -> None:
        self.require_number("gain", "> 0", lambda v: v > 0, 1.0)

    def __call__(self, shape: Shape, draw: Draw) -> Array:
        flat = draw.normal((math.prod(shape[:-1]), shape[-1]))
        q, r = np.linalg.qr(flat if flat.shape[0] >= flat.shape[1] else flat.T)
        # a positive diagonal makes the factorization, and so the draw, unique
        q = q * np.where(np.diag(r) < 0, -1.0, 1.0)
        return self.gain * (q if flat.shape[0] >= flat.shape[1] else q.T).reshape(shape)


class Sparse(Initializer):
    """`count` normal weights into each unit, zeros elsewhere.

    However many values a unit reads, the spread of its sum is the same, and units differ in what
    they read.

    Parameters
    ----------
    count : int
        Weights of a unit that are not 0, ≥ 1; all of them if it has fewer.
    std : float
        Standard deviation of these weights, > 0.

    Raises
    ------
    ParameterError
        count is not a whole number ≥ 1, or std is not > 0.

    References
    ----------
    Martens, "Deep learning via Hessian-free optimization", ICML 2010, section 5 (15 weights).

    Examples
    --------
    >>> import chainrule as cr
    >>> dense = cr.Dense(4, init=cr.initializers.Sparse(3))
    >>> W = cr.Network(dense, loss=cr.SquaredError(), inputs=(10,)).parameters["W1"]
    >>> (W != 0).sum(axis=0).tolist()
    [3, 3, 3, 3]
    """

    count: int = 15
    _: KW_ONLY
    std: float = 1.0

    def check(self) -> None:
        self.require_size("count", "The usual value is 15.")
        self.require_number("std", "> 0", lambda v: v > 0, 1.0)

    def __call__(self, shape: Shape, draw: Draw) -> Array:
        if len(shape) < 2:
            return self.std * draw.normal(shape)
        read, units = math.prod(shape[:-1]), shape[-1]
        # one call: two would give the same random bits, and the choice would follow the weights
        lots, weights = draw.normal((2, read, units))
        chosen = np.argsort(lots, axis=0, kind="stable")[: self.count]
        W = np.zeros((read, units))
        np.put_along_axis(W, chosen, self.std * np.take_along_axis(weights, chosen, 0), 0)
        return W.reshape(shape)


class Identity(Initializer):
    """Ones on the diagonal of a matrix, zeros elsewhere.

    Parameters
    ----------
    gain : float
        The number on the diagonal.

    Raises
    ------
    ParameterError
        gain is not a finite number.
    ShapeError
        The tensor to fill is not a matrix.

    Examples
    --------
    >>> import chainrule as cr
    >>> dense = cr.Dense(3, init=cr.initializers.Identity())
    >>> W = cr.Network(dense, loss=cr.SquaredError(), inputs=(2,)).parameters["W1"]
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
                "Use another initializer here.",
            )
        return self.gain * np.eye(*shape)


class Given(Initializer):
    """Numbers that the user gives. `Dense(4, init=W)` makes one from any array W.

    Parameters
    ----------
    values : nested tuples of float
        Numbers in the shape of the layer's tensor.

    Raises
    ------
    ParameterError
        The values are not an array of finite numbers.
    ShapeError
        The array does not have the shape of the layer's tensor.

    Examples
    --------
    >>> import chainrule as cr
    >>> dense = cr.Dense(1, init=[[1.0], [2.0]])
    >>> W = cr.Network(dense, loss=cr.SquaredError(), inputs=(2,)).parameters["W1"]
    >>> W.tolist()
    [[1.0], [2.0]]
    """

    values: Any

    def check(self) -> None:
        self.require("values", "an array of finite numbers", _finite, "Give a NumPy array.")
        array = np.asarray(self.values)
        # tuples can be hashed and compared, and cannot be changed later
        object.__setattr__(self, "values", _nested(array.astype(float)))

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
    """Return the initializer that `init=` means: itself, or one made of a number or an array."""
    if isinstance(init, Initializer):
        return init
    if isinstance(init, type):
        raise ParameterError(
            "init", "an initializer", f"the class {init.__name__}", f"Write {init.__name__}()."
        )
    if callable(init):
        return init  # type: ignore[no-any-return]  # the user's own function (shape, draw) -> array
    if isinstance(init, str):
        raise ParameterError(
            "init", "an initializer, a number or an array", repr(init), "Write HeNormal(), say."
        )
    return Constant(float(init)) if is_number(init) else Given(init)
