"""The difference and product of two values, entry by entry, and a value times a number."""

from ..arrays import Array
from ..graph.operation import op


def _same_shape(a: Array, b: Array) -> None:
    """Raise ValueError for different shapes: row values never broadcast against each other."""
    if a.shape != b.shape:
        raise ValueError(f"{a.shape} is not {b.shape}")


@op
def subtract(a: Array, b: Array) -> Array:
    """s = a − b"""
    _same_shape(a, b)
    return a - b


@subtract.gradient
def subtract_backward(ds: Array, s: Array, a: Array, b: Array) -> tuple[Array, Array]:
    """da = ds,   db = −ds"""
    return ds, -ds


@op
def multiply(a: Array, b: Array) -> Array:
    """m = a ⊙ b"""
    _same_shape(a, b)
    return a * b


@multiply.gradient
def multiply_backward(dm: Array, m: Array, a: Array, b: Array) -> tuple[Array, Array]:
    """da = dm ⊙ b,   db = dm ⊙ a"""
    return dm * b, dm * a


@op
def scale(a: Array, factor: float) -> Array:
    """m = factor a"""
    return factor * a


@scale.gradient
def scale_backward(dm: Array, m: Array, a: Array, factor: float) -> tuple[Array]:
    """da = factor dm"""
    return (factor * dm,)
