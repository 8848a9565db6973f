"""Integrated gradients of many rows at once, for networks whose answers are smooth.

cᵢ = (xᵢ − x′ᵢ) ∫₀¹ ∂F/∂xᵢ (x′ + α (x − x′)) dα,   Σᵢ cᵢ = F(x) − F(x′)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..arrays import Array
from ..engines.chain_rule import program_inputs
from ..engines.reference import Reference
from ..layers.dense import affine, linear
from ..model.model import Model
from .explaining import explain

# The Gauss-Kronrod rule with 7 and 15 points on [−1, 1]: the points ≥ 0 from the outermost, their
# weights, and the weights of every second point in the rule with 7 points.
POINTS = (
    *(0.991455371120812639206854697526329, 0.949107912342758524526189684047851),
    *(0.864864423359769072789712788640926, 0.741531185599394439863864773280788),
    *(0.586087235467691130294144691693013, 0.405845151377397166906606412076961),
    *(0.207784955007898467600689403773245, 0.0),
)
FINE = (
    *(0.022935322010529224963732008058970, 0.063092092629978553290700663189204),
    *(0.104790010322250183839876322541518, 0.140653259715525918745189590510238),
    *(0.169004726639267902826583426598550, 0.190350578064785409913256402421014),
    *(0.204432940075298892414161999234649, 0.209482141084727828012999174891714),
)
COARSE = (
    *(0.129484966168869693270611432679082, 0.279705391489276667901467771423780),
    *(0.381830050505118944950369775488975, 0.417959183673469387755102040816327),
)
DEEPEST = 10  # halvings of the line
CELLS = 1 << 17  # numbers of input that run at once


def contributions_of_rows(
    net: Model, rows: Array, reference: Array, units: Array, tolerance: float = 1e-6
) -> tuple[Array, Array, Array]:
    """Return the contributions (N, D), and the answers F for the rows and for the reference row.

    The line from the reference row is halved until the Gauss-Kronrod rule with 15 points agrees
    with the difference of F over each piece, and is so near to the one with 7 in every column that
    its own error is below the tolerance. A row whose line has kinks that this cannot reach is
    explained by itself.

    Parameters
    ----------
    net : Network
        A network with one input of shape (D,) that treats each row by itself.
    rows : array (N, D)
        The rows to explain.
    reference : array (D,)
        The row to compare with.
    units : array (N,)
        Which number of the prediction is explained, for each row.
    tolerance : float
        As for `explain`.

    Raises
    ------
    TrainingError
        As for `explain`.

    References
    ----------
    Sundararajan, Taly & Yan, "Axiomatic attribution for deep networks", ICML 2017, equation 1. The
    rules: Piessens, de Doncker-Kapenga, Überhuber & Kahaner, "QUADPACK", Springer 1983.
    """
    found = np.empty(rows.shape)
    answers, starts = np.empty(len(rows)), np.empty(len(rows))
    size = max(1, CELLS // (17 * max(1, rows.shape[1])))
    lines = _Lines(net, reference)
    for at in range(0, len(rows), size):
        part = slice(at, at + size)
        found[part], answers[part], starts[part], good = lines.integrate(
            rows[part], units[part], tolerance
        )
        for k in at + np.flatnonzero(~good):
            why = explain(net, rows[k], reference, int(units[k]), tolerance=tolerance)
            found[k], answers[k], starts[k] = why.contributions, why.output, why.reference_output
    return found, answers, starts


class _Lines:
    """F and its gradient on the lines from one row to others, in float64."""

    def __init__(self, net: Model, start: Array) -> None:
        self.program, self.start = net.programs.predict, np.asarray(start, np.float64)
        self.x, self.out = self.program.inputs["x"], self.program.output
        self.theta = net.theta.astype(np.float64)
        self.engine = Reference(self.program, wrt=[self.x], seeds=[self.out])
        self.moving = {self.x}  # the values that depend on x
        for step in self.program.steps:
            self.moving |= {step.output} if self.moving & set(step.inputs) else set()
        half = np.array(POINTS)
        places = np.concatenate([-half, half[-2::-1]])
        self.places = np.concatenate([[0.0], (places + 1) / 2, [1.0]])  # with both ends
        self.fine = np.concatenate([FINE, FINE[-2::-1]]) / 2
        self.coarse = np.zeros(15)
        self.coarse[1::2] = np.concatenate([COARSE, COARSE[-2::-1]]) / 2

    def integrate(
        self, rows: Array, units: Array, tolerance: float
    ) -> tuple[Array, Array, Array, Array]:
        """Return contributions, F at both ends of each line, and which rows are good."""
        steps = rows - self.start
        total = np.zeros(rows.shape)
        owner, a, b = np.arange(len(rows)), np.zeros(len(rows)), np.ones(len(rows))
        good = np.ones(len(rows), bool)
        ends, scale = np.zeros((len(rows), 2)), np.zeros(len(rows))
        with np.errstate(all="ignore"):
            for depth in range(DEEPEST + 1):
                Q, rough, F = self._pieces(steps[owner], units[owner], a, b)
                if not depth:
                    ends = F
                    scale = np.maximum(np.abs(F).max(axis=1), np.abs(Q).max(axis=1, initial=0))
                missing = np.abs(F[:, 1] - F[:, 0] - Q.sum(axis=1))
                unit = np.where(scale > 0, scale, 1)[owner]
                apart = np.abs(Q - rough).max(axis=1, initial=0) / unit
                # the orders of the rules are 24 and 14: the finer one is this near, at least
                error = np.maximum(2 * missing / unit, apart**1.5)
                done = error <= tolerance * (b - a)
                np.add.at(total, owner[done], Q[done])
                owner, a, b = owner[~done], a[~done], b[~done]
                if not len(owner):
                    break
                middle = (a + b) / 2
                owner = np.concatenate([owner, owner])
                a, b = np.concatenate([a, middle]), np.concatenate([middle, b])
        good[owner] = False
        return total, ends[:, 1], ends[:, 0], good

    def _pieces(self, steps: Array, units: Array, a: Array, b: Array) -> tuple[Array, Array, Array]:
        """Return both rules' integrals of each piece (n, D), and F at its ends (n, 2)."""
        n, m = len(a), len(self.places)
        alphas = a[:, None] + (b - a)[:, None] * self.places
        points = self.start + alphas[:, :, None] * steps[:, None, :]
        points = points.reshape(n * m, -1)
        batch = program_inputs(self.program, {"x": points}, np.float64)
        value = self.engine.forward(self.theta, batch, [slice(0, n * m)])
        out = value[self.out][0]
        which = np.arange(n * m), np.repeat(units, m)
        F = out.reshape(n * m, -1)[which].reshape(n, m)
        seed = np.zeros((n * m, out[0].size))
        seed[which] = 1
        slopes = self._slopes([v[0] if v else None for v in value], seed.reshape(out.shape))
        inner = slopes.reshape(n, m, -1)[:, 1:-1] * (steps * (b - a)[:, None])[:, None]
        Q, rough = (np.einsum("p,npd->nd", w, inner) for w in (self.fine, self.coarse))
        return Q, rough, F[:, [0, -1]]

    def _slopes(self, value: list[Any], seed: Array) -> Array:
        """Return ∂F/∂x of rows by the chain rule, without the gradients of parameters."""
        found: dict[int, Array] = {self.out: seed}
        for step in reversed(self.program.steps):
            if step.output not in found or step.output not in self.moving:
                continue
            dz, given = found.pop(step.output), [value[i] for i in step.inputs]
            if step.op is affine or step.op is linear:  # dx = dz Wᵀ; dW would take twice as long
                parts: Sequence[Any] = [dz @ given[1].T]
            else:
                assert step.op.backward is not None
                parts = step.op.backward(dz, value[step.output], *given, **step.attrs)
            for i, d in zip(step.inputs, parts, strict=False):
                if i in self.moving:
                    found[i] = found[i] + d if i in found else d
        slopes: Array = found.get(self.x, np.zeros_like(value[self.x]))
        return slopes
