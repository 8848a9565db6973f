"""Why this answer: integrated gradients along the line from a reference row; the sum is checked.

cᵢ = (xᵢ − x′ᵢ) ∫₀¹ ∂F/∂xᵢ (x′ + α (x − x′)) dα,   Σᵢ cᵢ = F(x) − F(x′)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..arrays import Array
from ..engines.chain_rule import program_inputs
from ..engines.reference import Reference, join
from ..errors import DataError, ParameterError, ShapeError, TrainingError
from ..losses.joint import JointLoss
from ..losses.kl_divergence import KLDivergence
from ..losses.softmax_cross_entropy import SoftmaxCrossEntropy
from ..model.model import Model
from ..settings import is_number, is_whole
from .explanation import Explanation

PIECES = 4  # the number of pieces at first
LIMIT = 10_000  # the largest number of pieces
FINEST = 1e-12  # a shorter piece is not cut again: F jumps there
ROOTS = 32  # the largest number of kinks at which a piece is cut at once
NEAR = 1e-9  # a cut this near to an end of its piece was made before
CELLS = 1 << 20  # numbers of input that run at once


def explain(
    net: Model,
    row: Any,
    reference: Any,
    output: Any = None,
    *,
    names: Sequence[str] | None = None,
    tolerance: float = 1e-6,
) -> Explanation:
    """Explain by how much each column moves the answer away from that for a reference row.

    cᵢ = (xᵢ − x′ᵢ) ∫₀¹ ∂F/∂xᵢ (x′ + α (x − x′)) dα for the answer F of `predict`, link applied, in
    float64. The line is cut at the kinks of ReLU and similar activations, and between them, until
    the Gauss-Legendre rule with 10 points agrees with the one with 5 in every column, and with the
    difference of F over each piece.

    Parameters
    ----------
    net : Network
        A network whose shapes are known, with one input.
    row : array (D,) or of the input's shape
        The row to explain.
    reference : array
        The row to compare with, of the same shape, such as the mean of the training rows.
    output : int or (name, int), optional
        Which number of the prediction; for several outputs with the name of one. Without it the
        only number, or the most probable class of a softmax.
    names : sequence of str, optional
        The names of the columns; without it x[0], x[1], ...
    tolerance : float
        The largest |Σᵢ cᵢ − (F(x) − F(x′))|, relative to the largest of |F(x)|, |F(x′)|, |cᵢ|; from
        1e-9 to below 1.

    Returns
    -------
    Explanation
        contributions, output, reference_output, remainder; print it for a bar chart, `plot` it
        for a picture.

    Raises
    ------
    ShapeError, DataError, ParameterError
        Rows or settings that do not fit.
    TrainingError
        The sum cannot be reached: F jumps on the line, has too many kinks, or is not finite.

    References
    ----------
    Sundararajan, Taly & Yan, "Axiomatic attribution for deep networks", ICML 2017, equation 1 and
    proposition 1.

    Examples
    --------
    >>> import chainrule as cr, numpy as np
    >>> start = {"W1": [[3.0], [-1.0]]}
    >>> net = cr.Network(
    ...     cr.Dense(1), loss=cr.SquaredError(), inputs=(2,), initial_weights=start
    ... )
    >>> why = cr.inspect.explain(net, [1.0, 2.0], [0.0, 0.0])
    >>> why.contributions
    array([ 3., -2.])
    >>> print(why)
    z1 = 1; for the reference row 0
      x[0] = 1 (not 0)  +3  ++++++++++++++++++++++++
      x[1] = 2 (not 0)  -2  ----------------
      together          +1
    """
    if not is_number(tolerance) or not 1e-9 <= tolerance < 1:
        raise ParameterError(
            f"explain(tolerance={tolerance!r}): tolerance must be a number ≥ 1e-9 and < 1."
        )
    x, start = (
        _one_row(net, name, given) for name, given in (("row", row), ("reference", reference))
    )
    line = _Line(net, start, x, output)
    found, ends = _integrate(line, float(tolerance))
    given = [f"x[{', '.join(map(str, k))}]" for k in np.ndindex(x.shape)]
    columns = given if names is None else [str(n) for n in names]
    if len(columns) != x.size:
        raise ParameterError(
            f"explain(names=): expected {x.size} names, one for each column, got {len(columns)}."
        )
    cells, others = ([f"{v:.4g}" for v in a.ravel()] for a in (x, start))
    return Explanation(found, float(ends[1]), float(ends[0]), line.label, columns, cells, others)


def _one_row(net: Model, name: str, given: Any) -> Array:
    """Check one row, and return it in float64."""
    inputs = {
        n: net.programs.predict.values[i].shape[1:]
        for n, i in net.programs.predict.inputs.items()
        if n == "x"
    }
    if list(net.inputs or {}) != ["x"] or not inputs:
        raise DataError(
            "explain",
            "a network with one input",
            ", ".join(net.inputs or {}),
            "Join its inputs into one.",
        )
    shape, a = inputs["x"], np.asarray(given)
    if a.shape == (1, *shape):
        a = a[0]
    if a.shape != shape:
        raise ShapeError(
            f"explain({name}=)",
            f"one row of shape {shape}",
            f"{a.shape}",
            "Explain rows one by one.",
        )
    return np.asarray(net.arrays_of(a[None])["x"][0], np.float64)


# ---- the line


class _Line:
    """F and its gradient on the line from x′ to x, in float64, by the reference engine."""

    def __init__(self, net: Model, start: Array, end: Array, output: Any) -> None:
        self.program, self.start, self.step = net.programs.predict, start, end - start
        self.theta = net.theta.astype(np.float64)
        values, x = self.program.values, self.program.inputs["x"]
        if values[x].number == "index":
            raise DataError(
                "explain",
                "real numbers as input",
                "word numbers",
                "They cannot be moved little by little.",
            )
        out = self.program.output
        self.engine = Reference(self.program, wrt=[x], seeds=[out])
        self.x, self.shape = x, values[out].shape[1:]
        # if the Program combines rows, each row is its own batch
        alone = any(step.kind == "reduction" for step in self.program.steps)
        self.rows = 1 if alone else max(1, CELLS // max(1, end.size))
        self.unit = _unit(net, output, self.shape, lambda: self._run(np.ones(1), seeded=False)[0])
        symbol = values[out].symbol
        self.label = symbol if math.prod(self.shape) == 1 else f"{symbol}[{self.unit}]"

    def _run(self, alphas: Array, *, seeded: bool = True) -> tuple[Array, list[Any]]:
        rows = self.start + alphas.reshape(-1, *(1,) * self.step.ndim) * self.step
        batch = program_inputs(self.program, {"x": rows}, np.float64)
        value = self.engine.forward(self.theta, batch, [slice(0, len(rows))])
        return value[self.program.output][0].reshape(len(rows), -1), value

    def values(self, alphas: Array) -> Array:
        """Return F at these places."""
        parts = [self._run(part)[0][:, self.unit] for part in self._parts(alphas)]
        return np.concatenate(parts)

    def kinks(self, alphas: Array) -> Array:
        """Return (n, m) numbers that change their sign at a kink."""
        found = []
        for part in self._parts(alphas):
            value = self._run(part)[1]
            columns = [np.empty((len(part), 0))]
            for step in self.program.steps:
                if step.op.kink is not None:
                    a = step.op.kink(*[value[i][0] for i in step.inputs], **step.attrs)
                    columns.append(np.reshape(a, (len(part), -1)))
            found.append(np.concatenate(columns, axis=1))
        return np.concatenate(found)

    def slopes(self, alphas: Array) -> Array:
        """Return (x − x′) ∂F/∂x at these places: (n, *row)."""
        found = []
        for part in self._parts(alphas):
            F, value = self._run(part)
            seed = np.zeros_like(F)
            seed[:, self.unit] = 1
            grad: Any = self.engine.backward(
                value, {self.program.output: [seed.reshape(value[self.program.output][0].shape)]}
            )
            dx = grad.get(self.x)
            dx = (
                np.zeros((len(part), *self.step.shape))
                if dx is None
                else join(dx)
                if isinstance(dx, list)
                else dx
            )
            found.append(self.step * dx)
        return np.concatenate(found)

    def _parts(self, alphas: Array) -> list[Array]:
        return [alphas[i : i + self.rows] for i in range(0, len(alphas), self.rows)]


def _unit(net: Model, output: Any, shape: tuple[int, ...], predicted: Any) -> int:
    """Return the index of the explained number in a prediction."""
    size, start, rule = math.prod(shape), 0, "output"
    if isinstance(net.loss, JointLoss):
        names = net.loss.names
        if not (isinstance(output, tuple) and len(output) == 2 and output[0] in names):
            raise ParameterError(
                f"explain(output={output!r}): this network has several outputs. "
                f"Write ({names[0]!r}, 0)."
            )
        sizes = {name: math.prod(net.programs.output[name][1:]) for name in names}
        start = sum(sizes[name] for name in names[: names.index(output[0])])
        size, rule, output = sizes[output[0]], f"the place in {output[0]}", output[1]
    elif output is None and size == 1:
        return 0
    elif output is None and isinstance(net.loss, (SoftmaxCrossEntropy, KLDivergence)):
        return int(predicted().argmax())
    if not is_whole(output) or not 0 <= output < size:
        raise ParameterError(
            f"explain(output={output!r}): {rule} must be a whole number from 0 to {size - 1}."
        )
    return start + int(output)


# ---- the integral


def _rule(points: int) -> tuple[Array, Array]:
    """Return the points and weights of the Gauss-Legendre rule on [0, 1]."""
    places, weights = np.polynomial.legendre.leggauss(points)
    return (places + 1) / 2, weights / 2


def _integrate(line: _Line, tolerance: float) -> tuple[Array, Array]:
    """Return ∫₀¹ of the slopes, and F at both ends.

    The error of a piece of width h may be allowed/2 · max(h, 1/LIMIT). So the error of LIMIT pieces
    together is at most `allowed`.
    """
    (fine, weights), (coarse, light) = _rule(10), _rule(5)
    total, ends = np.zeros(line.step.shape), line.values(np.array([0.0, 1.0]))
    edges = np.linspace(0, 1, PIECES + 1)
    a, b, pieces, scale = edges[:-1], edges[1:], 0, 0.0
    with np.errstate(all="ignore"):
        while len(a):
            pieces += len(a)
            h = (b - a).reshape(-1, *(1,) * total.ndim)
            Q, rough = (
                _means(line, a, b, places, w) * h
                for places, w in ((fine, weights), (coarse, light))
            )
            F = line.values(np.concatenate([a, b]))
            if not (np.isfinite(Q).all() and np.isfinite(F).all()):
                raise TrainingError(
                    "explain: expected finite outputs and gradients between reference and row, "
                    "got NaN or infinity."
                )
            if not scale:
                scale = max(float(np.abs(ends).max()), float(np.abs(Q.sum(axis=0)).max(initial=0)))
            missing = F[len(a) :] - F[: len(a)] - Q.reshape(len(a), -1).sum(axis=1)
            error = np.maximum(
                np.abs(missing), np.abs(Q - rough).reshape(len(a), -1).max(axis=1, initial=0)
            )
            good = error <= tolerance * scale / 2 * np.maximum(b - a, 1 / LIMIT)
            total += Q[good].sum(axis=0)
            a, b = a[~good], b[~good]
            if len(a) and (pieces + 2 * len(a) > LIMIT or (b - a).min() < FINEST):
                at = float(a[int(np.argmin(b - a))])
                raise TrainingError(
                    f"explain: expected contributions that add up to the difference within "
                    f"{tolerance:g}, got none after {pieces} pieces: the output jumps or bends too "
                    f"often near {at:.3g} of the way. "
                    "Give a larger tolerance=, or a nearer reference."
                )
            a, b = _cut(line, a, b)
    gap = abs(float(total.sum()) - float(ends[1] - ends[0]))
    if gap > tolerance * scale:
        raise TrainingError(
            f"explain: the contributions miss the difference by {gap:.3g}. "
            "Give a larger tolerance=."
        )
    return total, ends


def _means(line: _Line, a: Array, b: Array, places: Array, weights: Array) -> Array:
    """Return the mean slope of each piece: (n, *row)."""
    slopes = line.slopes((a[:, None] + (b - a)[:, None] * places).ravel())
    return np.tensordot(weights, slopes.reshape(len(a), len(places), *line.step.shape), axes=(0, 1))


def _cut(line: _Line, a: Array, b: Array) -> tuple[Array, Array]:
    """Cut each piece at its kinks, and where the tangents at its ends meet.

    Kinks are found as if their values were straight lines. Tangents meet at a kink that no op has
    named, such as that of max pooling, and in the middle of a parabola.
    """
    if not len(a):
        return a, b
    both, n = np.concatenate([a, b]), len(a)
    kinks, F = line.kinks(both), line.values(both)
    slope = line.slopes(both).reshape(2 * n, -1).sum(axis=1)
    meet = ((F[n:] - F[:n]) / (b - a) - slope[n:]) / (slope[:n] - slope[n:])
    starts, ends = [], []
    for k in range(n):
        before, after = kinks[k], kinks[n + k]
        crossing = before * after < 0
        part = before[crossing] / (before[crossing] - after[crossing])
        part = np.unique(part[(part > NEAR) & (part < 1 - NEAR)])
        part = part[:: max(1, -(-len(part) // ROOTS))]
        if NEAR < meet[k] < 1 - NEAR:
            part = np.append(part, meet[k])
        elif not len(part):
            part = np.array([0.5])
        places = np.unique(
            np.concatenate([a[k : k + 1], a[k] + (b[k] - a[k]) * part, b[k : k + 1]])
        )
        starts.append(places[:-1])
        ends.append(places[1:])
    return np.concatenate(starts), np.concatenate(ends)
