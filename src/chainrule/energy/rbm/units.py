"""The mathematics of a restricted Boltzmann machine: energies, means, samples, sums over states.

    E(v, h) = E(v) − h·c − h W v        each hidden unit is binary, h ∈ {0, 1}
    E(v)    = −b·v          binary v:   v | h is 1 with probability σ(b + h W)
            = ½ |v − b|²    Gaussian v: v | h is normal around b + h W with variance 1
    a class: K further visible units of which exactly one is 1, P(class | h) = softmax(b + h W)

With β < 1 hidden biases and weights are multiplied by β. At β = 0 every hidden unit is a fair coin
and visible units are independent. Annealing and tempering change β step by step.
"""

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from ... import random
from ...arrays import Array
from ...ops.sigmoid import sigmoid as sigmoid_op
from ...ops.softplus import softplus as softplus_op

Kind = Literal["binary", "gaussian"]
LOG_2PI = 1.8378770664093453
HALF_A_STEP = (
    2.0**-25
)  # half a step of a 24-bit uniform number: the middle of an interval is never 0


class Weights(NamedTuple):
    """The three parameters: W (hidden, visible), b of visible units, c of hidden units."""

    W: Array
    b: Array
    c: Array


@dataclass(frozen=True)
class Units:
    """The number of units of each kind, which gives the shape of θ = [W | b | c].

    Parameters
    ----------
    hidden, visible : int
        The numbers of units, without the units of the class.
    kind : {"binary", "gaussian"}
        The kind of the visible units.
    classes : int
        The number K of one-of-K units after the visible ones; 0: none.
    """

    hidden: int
    visible: int
    kind: Kind = "binary"
    classes: int = 0

    @property
    def width(self) -> int:
        """The number of all visible units, with those of the class."""
        return self.visible + self.classes

    @property
    def size(self) -> int:
        """The length of θ."""
        return self.hidden * self.width + self.width + self.hidden

    @property
    def draws(self) -> int:
        """The number of uniform numbers that one row of visible units needs."""
        return self.visible + (self.classes > 0)

    @property
    def plain(self) -> bool:
        """True for binary units without classes, which the kernel in C can compute."""
        return self.kind == "binary" and not self.classes

    def split(self, theta: Array) -> Weights:
        """Return W, b, c as views into θ."""
        area = self.hidden * self.width
        return Weights(
            theta[:area].reshape(self.hidden, self.width),
            theta[area : area + self.width],
            theta[area + self.width :],
        )

    # ---- one layer given the other

    def hidden_mean(self, w: Weights, v: Array, beta: Any = 1) -> Array:
        """E[h | v] = σ(β (c + W v))"""
        return sigmoid(beta * (w.c + v @ w.W.T))

    def visible_mean(self, w: Weights, h: Array, beta: Any = 1) -> Array:
        """E[v | h], from the field b + β h W"""
        return self.mean_of(w.b + beta * (h @ w.W))

    def mean_of(self, field: Array) -> Array:
        """E[v] = σ(field) or field; softmax(field) of the units of the class"""
        x, y = field[..., : self.visible], field[..., self.visible :]
        mean = sigmoid(x) if self.kind == "binary" else x
        return np.concatenate([mean, softmax(y)], axis=-1) if self.classes else mean

    def sample_visible(self, w: Weights, h: Array, u: Array, beta: Any = 1) -> Array:
        """v ~ p(v | h), from uniform numbers of shape (..., draws)"""
        mean = self.visible_mean(w, h, beta)
        x, u_x = mean[..., : self.visible], u[..., : self.visible]
        if self.kind == "binary":
            v = (u_x < x).astype(mean.dtype)
        else:
            v = x + normal(u_x).astype(mean.dtype)
        if not self.classes:
            return v
        return np.concatenate([v, one_of(mean[..., self.visible :], u[..., -1:])], axis=-1)

    # ---- energies

    def visible_energy(self, w: Weights, v: Array) -> Array:
        """E(v), the terms without hidden units"""
        x, y = v[..., : self.visible], v[..., self.visible :]
        b, d = w.b[: self.visible], w.b[self.visible :]
        own = -(x @ b) if self.kind == "binary" else ((x - b) ** 2).sum(axis=-1) / 2
        return own - y @ d if self.classes else own

    def energy(self, w: Weights, v: Array, h: Array) -> Array:
        """E(v, h) = E(v) − h·c − h W v"""
        return self.visible_energy(w, v) - self.pull(w, v, h)

    def pull(self, w: Weights, v: Array, h: Array) -> Array:
        """h·(c + W v): the part of −E that β scales"""
        return (h * (w.c + v @ w.W.T)).sum(axis=-1)  # type: ignore[no-any-return]

    def free_energy(self, w: Weights, v: Array, beta: Any = 1) -> Array:
        """F(v) = −log Σₕ e^−E(v, h) = E(v) − Σⱼ softplus(β (c + W v)ⱼ)"""
        F: Array = self.visible_energy(w, v) - softplus(beta * (w.c + v @ w.W.T)).sum(axis=-1)
        return F

    def log_sum_over_visible(self, w: Weights, h: Array) -> Array:
        """log Σᵥ e^−E(v, h); an integral for Gaussian v"""
        field = w.b + h @ w.W
        x, y, b = field[..., : self.visible], field[..., self.visible :], w.b[: self.visible]
        if self.kind == "binary":
            total = softplus(x).sum(axis=-1)
        else:  # ∫ exp(−½ |v − b|² + v·(x − b)) dv = (2π)^D/2 exp(½ |x|² − ½ |b|²)
            total = ((x * x).sum(axis=-1) - b @ b + self.visible * LOG_2PI) / 2
        if self.classes:
            total = total + log_sum_exp(y)
        return total + h @ w.c  # type: ignore[no-any-return]


# ---------------------------------------------------------------- functions of the field


def sigmoid(z: Array) -> Array:
    """σ(z)"""
    return sigmoid_op.forward(z)


def softplus(z: Array) -> Array:
    """log(1 + eᶻ), without overflow"""
    return softplus_op.forward(z)


def log_sum_exp(z: Array) -> Array:
    """log Σₖ e^zₖ, over the last axis"""
    top = z.max(axis=-1, keepdims=True)
    total: Array = (top + np.log(np.exp(z - top).sum(axis=-1, keepdims=True)))[..., 0]
    return total


def softmax(z: Array) -> Array:
    """e^zₖ / Σ e^zᵢ, over the last axis"""
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)  # type: ignore[no-any-return]


def normal(u: Array) -> Array:
    """Φ⁻¹(u)"""
    return random.inverse_normal(np.clip(u + HALF_A_STEP, 1e-9, 1 - 1e-9))


def one_of(p: Array, u: Array) -> Array:
    """Return one class for each row: the first whose cumulative probability exceeds u."""
    which = np.minimum((np.cumsum(p, axis=-1) <= u).sum(axis=-1), p.shape[-1] - 1)
    return np.eye(p.shape[-1], dtype=p.dtype)[which]  # type: ignore[no-any-return]
