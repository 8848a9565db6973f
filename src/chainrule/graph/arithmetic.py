"""Arithmetic of values, entry by entry: with each other, with numbers, with one row for all."""

from ..arrays import Array
from .operation import op


def _same_shape(a: Array, b: Array) -> None:
    """Raise ValueError for different shapes: row values never broadcast against each other."""
    if a.shape != b.shape:
        raise ValueError(f"{a.shape} is not {b.shape}")


@op(entry="s[…] = a[…] + b[…]")
def add(a: Array, b: Array) -> Array:
    """s = a + b"""
    _same_shape(a, b)
    return a + b


@add.gradient
def add_backward(ds: Array, s: Array, a: Array, b: Array) -> tuple[Array, Array]:
    """da = ds,   db = ds"""
    return ds, ds


@op(entry="s[…] = a[…] − b[…]")
def subtract(a: Array, b: Array) -> Array:
    """s = a − b"""
    _same_shape(a, b)
    return a - b


@subtract.gradient
def subtract_backward(ds: Array, s: Array, a: Array, b: Array) -> tuple[Array, Array]:
    """da = ds,   db = −ds"""
    return ds, -ds


@op(entry="m[…] = a[…] b[…]")
def multiply(a: Array, b: Array) -> Array:
    """m = a ⊙ b"""
    _same_shape(a, b)
    return a * b


@multiply.gradient
def multiply_backward(dm: Array, m: Array, a: Array, b: Array) -> tuple[Array, Array]:
    """da = dm ⊙ b,   db = dm ⊙ a"""
    return dm * b, dm * a


@op(entry="m[…] = factor a[…]")
def scale(a: Array, factor: float) -> Array:
    """m = factor a"""
    return factor * a


@scale.gradient
def scale_backward(dm: Array, m: Array, a: Array, factor: float) -> tuple[Array]:
    """da = factor dm"""
    return (factor * dm,)


@op
def shift(a: Array, by: float) -> Array:
    """s = a + by"""
    return a + by


@shift.gradient
def shift_backward(ds: Array, s: Array, a: Array, by: float) -> tuple[Array]:
    """da = ds"""
    return (ds,)


@op
def reciprocal(a: Array) -> Array:
    """m = 1 / a"""
    m: Array = 1 / a
    return m


@reciprocal.gradient
def reciprocal_backward(dm: Array, m: Array, a: Array) -> tuple[Array]:
    """da = −dm m²"""
    return (-dm * m * m,)


# ---------------------------------------------------------------- a vector for all rows


def _same_columns(a: Array, b: Array) -> None:
    """Raise ValueError unless b is a vector with a number for each column of a."""
    if b.ndim != 1 or a.ndim < 2 or a.shape[-1:] != b.shape:
        raise ValueError(f"{b.shape} is not {a.shape[-1:]}")


@op(entry="s[…, d] = a[…, d] + b[d]")
def shift_columns(a: Array, b: Array) -> Array:
    """s = a + b"""
    _same_columns(a, b)
    return a + b


@shift_columns.gradient
def shift_columns_backward(ds: Array, s: Array, a: Array, b: Array) -> tuple[Array, Array]:
    """da = ds,   db = Σₙ ds"""
    return ds, ds.sum(axis=tuple(range(ds.ndim - 1)))


@op(entry="m[…, d] = a[…, d] b[d]")
def scale_columns(a: Array, b: Array) -> Array:
    """m = a ⊙ b"""
    _same_columns(a, b)
    return a * b


@scale_columns.gradient
def scale_columns_backward(dm: Array, m: Array, a: Array, b: Array) -> tuple[Array, Array]:
    """da = dm ⊙ b,   db = Σₙ dm ⊙ a"""
    return dm * b, (dm * a).sum(axis=tuple(range(dm.ndim - 1)))
