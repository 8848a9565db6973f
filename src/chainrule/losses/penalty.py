"""Penalties on weights: what a layer adds to L, λ Ω(W)."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..arrays import Array
from ..graph.entries import Entry, Part, product
from ..graph.operation import Op, op
from ..settings import Settings
from .elementwise import absolute, per_output, sign, sum_outputs


def _kink(W: Array) -> Array:
    return W


@op(kink=_kink)
def l1_norm(W: Array) -> Array:
    """Omega = Σ |W|"""
    norm: Array = (W * np.sign(W.real)).sum()
    return norm


@l1_norm.gradient
def l1_norm_backward(dOmega: Array, Omega: Array, W: Array) -> tuple[Array]:
    """dW = dOmega sign(W)"""
    return (dOmega * np.sign(W.real),)


@op
def half_squared_norm(W: Array) -> Array:
    """Omega = ½ Σ W²"""
    half: Array = (W * (W / 2)).sum()
    return half


@half_squared_norm.gradient
def half_squared_norm_backward(dOmega: Array, Omega: Array, W: Array) -> tuple[Array]:
    """dW = dOmega W"""
    return (dOmega * W,)


def _all(W: Array) -> tuple[Array, ...]:
    """Return the index of every entry."""
    return np.unravel_index(np.arange(W.size), W.shape)


@l1_norm.terms("Omega")
def _l1_terms(at: tuple[int, ...], arrays: Mapping[str, Array], **attrs: Any) -> Entry:
    W = arrays["W"]
    return Entry([Part("|W|", {"W": _all(W)}, np.abs(W).ravel())])


@half_squared_norm.terms("Omega")
def _half_squared_terms(at: tuple[int, ...], arrays: Mapping[str, Array], **attrs: Any) -> Entry:
    W = arrays["W"]
    return Entry([Part("½·W²", {"W": _all(W)}, np.square(W, dtype=np.float64).ravel() / 2)])


@l1_norm.terms("dW")
def _l1_slope(at: tuple[int, ...], arrays: Mapping[str, Array], **attrs: Any) -> Entry:
    value = arrays["dOmega"] * np.sign(arrays["W"][at])
    return Entry([Part("dOmega·sign(W)", {"dOmega": (), "W": at}, value)])


@half_squared_norm.terms("dW")
def _half_squared_slope(at: tuple[int, ...], arrays: Mapping[str, Array], **attrs: Any) -> Entry:
    return Entry([product(arrays, {"dOmega": (), "W": at})])


# ---------------------------------------------------------------- of the values of each row


@op(kink=_kink)
def l1_of_rows(x: Array) -> Array:
    """Omega = Σ |x|"""
    return sum_outputs(absolute(x))


@l1_of_rows.gradient
def l1_of_rows_backward(dOmega: Array, Omega: Array, x: Array) -> tuple[Array]:
    """dx = dOmega sign(x)"""
    return (per_output(dOmega, x) * sign(x),)


@op
def half_square_of_rows(x: Array) -> Array:
    """Omega = ½ Σ x²"""
    return sum_outputs(x * (x / 2))


@half_square_of_rows.gradient
def half_square_of_rows_backward(dOmega: Array, Omega: Array, x: Array) -> tuple[Array]:
    """dx = dOmega x"""
    return (per_output(dOmega, x) * x,)


class L1(Settings):
    """Ω = Σ |W|: it pulls weights to exactly 0. Its gradient is λ sign W.

    Parameters
    ----------
    rate : float
        Strength λ, ≥ 0.

    Examples
    --------
    >>> import chainrule as cr
    >>> cr.Dense(2, penalty=cr.L1(1e-3))
    Dense(2, penalty=L1(0.001))
    """

    rate: float

    def check(self) -> None:
        self.require_number("rate", "≥ 0", lambda v: v >= 0, 1e-5)

    def terms(self) -> tuple[tuple[float, Op], ...]:
        """Return pairs of λ and an op W -> Ω."""
        return ((float(self.rate), l1_norm),)

    def row_terms(self) -> tuple[tuple[float, Op], ...]:
        """Return pairs of λ and an op x -> Ω of each row."""
        return ((float(self.rate), l1_of_rows),)


class L2(Settings):
    """Ω = ½ Σ W²: it keeps weights small.

    With the ½ its gradient is λ W, so λ is the `weight_decay` of plain SGD.

    Parameters
    ----------
    rate : float
        Strength λ, ≥ 0.

    Examples
    --------
    >>> import chainrule as cr
    >>> dense = cr.Dense(1, penalty=cr.L2(0.5), init=2.0)
    >>> net = cr.Network(dense, loss=cr.SquaredError(), inputs=(1,))
    >>> float(net.loss_and_grad([[0.0]], [[0.0]])[1]["W1"][0, 0])
    1.0
    """

    rate: float

    def check(self) -> None:
        self.require_number("rate", "≥ 0", lambda v: v >= 0, 1e-4)

    def terms(self) -> tuple[tuple[float, Op], ...]:
        """Return pairs of λ and an op W -> Ω."""
        return ((float(self.rate), half_squared_norm),)

    def row_terms(self) -> tuple[tuple[float, Op], ...]:
        """Return pairs of λ and an op x -> Ω of each row."""
        return ((float(self.rate), half_square_of_rows),)


class ElasticNet(Settings):
    """Ω₁ = Σ |W| and Ω₂ = ½ Σ W², each with its own λ.

    Parameters
    ----------
    l1, l2 : float
        Strengths λ₁ and λ₂, each ≥ 0.

    References
    ----------
    Zou & Hastie, "Regularization and variable selection via the elastic net", JRSS B 67 (2005).

    Examples
    --------
    >>> import chainrule as cr
    >>> cr.Dense(2, penalty=cr.ElasticNet(1e-3, 1e-4))
    Dense(2, penalty=ElasticNet(0.001, 0.0001))
    """

    l1: float
    l2: float

    def check(self) -> None:
        self.require_number("l1", "≥ 0", lambda v: v >= 0, 1e-5)
        self.require_number("l2", "≥ 0", lambda v: v >= 0, 1e-4)

    def terms(self) -> tuple[tuple[float, Op], ...]:
        """Return pairs of λ and an op W -> Ω."""
        return (float(self.l1), l1_norm), (float(self.l2), half_squared_norm)

    def row_terms(self) -> tuple[tuple[float, Op], ...]:
        """Return pairs of λ and an op x -> Ω of each row."""
        return (float(self.l1), l1_of_rows), (float(self.l2), half_square_of_rows)
