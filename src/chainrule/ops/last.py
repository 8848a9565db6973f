"""The last steps of every Program: L = Σₙ c l + Σ λ Ω. Only here are examples combined."""

from ..arrays import Array
from ..graph.operation import op


@op(entry="L = c[n] l[n]")
def weighted_sum(l: Array, c: Array) -> Array:
    """L = Σₙ c l"""
    total: Array = c @ l
    return total


@weighted_sum.gradient
def weighted_sum_backward(dL: Array, L: Array, l: Array, c: Array) -> tuple[Array, None]:
    """dl = dL c"""
    return dL * c, None


@op(entry="L = D + lam Omega")
def penalise(D: Array, lam: Array, Omega: Array) -> Array:
    """L = D + lam Omega"""
    L: Array = D + lam * Omega
    return L


@penalise.gradient
def penalise_backward(
    dL: Array, L: Array, D: Array, lam: Array, Omega: Array
) -> tuple[Array, None, Array]:
    """dD = dL,   dOmega = dL lam"""
    return dL, None, dL * lam
