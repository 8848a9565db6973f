"""The loss and gradient of an MLP on all rows at once, with each sum in scikit-learn's order.

L-BFGS on relu units is chaotic: a difference in the last bit at the start leads to another minimum
after some hundred iterations. So the same answers need the same bits. The Program computes the same
mathematics with its sums in another order. The other solvers run it, since there differences do not
grow, and the tests compare it with this module.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from scipy.special import expit, xlogy

from ...arrays import Array


class Whole:
    """L = Σ w ℓ / Σ w + ½ α Σ W² / Σ w and its gradient, at any weights.

    Parameters
    ----------
    est : MLPClassifier or MLPRegressor
        The shapes of its coefs_, and its activation, out_activation_ and alpha are read.
    X : array or sparse matrix (N, D)
        Rows.
    target : array
        Targets, as the loss takes them.
    weights : array or None
        One number for each row.
    """

    def __init__(self, est: Any, X: Any, target: Array, weights: Array | None) -> None:
        self.X, self.weights, self.alpha = X, weights, est.alpha
        self.hidden, self.output = est.activation, est.out_activation_
        self.y = target if target.ndim == 2 else target[:, None] == np.arange(len(est.classes_))
        if hasattr(est, "classes_"):  # for float32 rows SciPy's x log y of booleans is float64
            self.y = self.y.astype(bool)
        self.total = X.shape[0] if weights is None else weights.sum()
        self.products: dict[int, Array] = {}  # memory of the last call, by place
        shapes = [W.shape for W in est.coefs_]
        ends = np.cumsum(
            [0, *(rows * columns for rows, columns in shapes), *(columns for _, columns in shapes)]
        ).tolist()
        parts = [slice(*pair) for pair in pairwise(ends)]
        self.Ws, self.bs = list(zip(parts, shapes, strict=False)), parts[len(shapes) :]

    def split(self, flat: Array) -> tuple[list[Array], list[Array]]:
        """Return views of every W and of every b in a vector of all W, then all b."""
        return [flat[where].reshape(shape) for where, shape in self.Ws], [
            flat[where] for where in self.bs
        ]

    def __call__(self, flat: Array) -> tuple[Any, Array]:
        """Return L and dL at these weights."""
        Ws, bs = self.split(flat)
        values, last = [self.X], len(Ws) - 1
        for k, (W, b) in enumerate(zip(Ws, bs, strict=True)):
            z = self._product(2 * k, values[-1], W)
            z += b
            _activate(self.hidden if k < last else self.output, z)
            values.append(z)
        p, weights, total = values.pop(), self.weights, self.total
        if self.y.dtype == bool and p.dtype == np.float64:
            self.y = self.y.astype(np.float64)
        squares = sum(np.dot(W.ravel(), W.ravel()) for W in Ws)
        L = self._cost(p) + (0.5 * self.alpha) * squares / total
        dz = p - self.y
        if weights is not None:
            dz *= weights.reshape(-1, 1)
        dWs, dbs = [], []
        for W, a in zip(reversed(Ws), reversed(values), strict=True):
            dW = a.T @ dz
            dW += self.alpha * W
            dW /= total
            dWs.append(dW.ravel())
            dbs.append(dz.sum(axis=0) / total)
            if a is not self.X:
                dz = self._product(2 * len(dWs) + 1, dz, W.T)
                _derive(self.hidden, a, dz)
        return L, np.concatenate([*reversed(dWs), *reversed(dbs)])

    def _product(self, place: int, a: Any, b: Array) -> Array:
        """Return a b in the memory of the last call: to allocate it costs more than to compute."""
        product = self.products.get(place)
        if product is not None and product.dtype == np.result_type(a, b):
            np.matmul(a, b, out=product)
        elif isinstance(a, np.ndarray):
            product = self.products[place] = a @ b
        else:
            product = a @ b
        return product

    def _cost(self, p: Array) -> Any:
        """Return Σ w ℓ / Σ w; probabilities are cut off at ε and 1 − ε."""
        y = self.y
        if self.output == "identity":
            return 0.5 * self._mean((y - p) ** 2).mean()
        if self.output == "exp":
            return self._mean(xlogy(y, y / p) - y + p).sum()
        eps = np.finfo(p.dtype).eps
        p = p.clip(eps, 1 - eps)
        return -self._mean(
            xlogy(y, p) if self.output == "softmax" else xlogy(y, p) + xlogy(1 - y, 1 - p)
        ).sum()

    def _mean(self, costs: Array) -> Array:
        mean: Array = (
            costs.mean(axis=0)
            if self.weights is None
            else np.average(costs, weights=self.weights, axis=0)
        )
        return mean


def _activate(name: str, z: Array) -> None:
    """Compute a = f(z) in place."""
    if name == "logistic":
        expit(z, out=z)
    elif name == "tanh":
        np.tanh(z, out=z)
    elif name == "relu":
        np.maximum(z, 0, out=z)
    elif name == "exp":
        np.exp(z, out=z)
    elif name == "softmax":
        np.exp(z - z.max(axis=1)[:, None], out=z)
        z /= z.sum(axis=1)[:, None]


def _derive(name: str, a: Array, da: Array) -> None:
    """Compute dz = da · f'(z) from a, in place of da."""
    if name == "logistic":
        da *= a
        da *= 1 - a
    elif name == "tanh":
        da *= 1 - a**2
    elif name == "relu":
        da[a == 0] = 0
