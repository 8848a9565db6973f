"""Checks of the chain rule: complex steps, central differences, and second derivatives.

They are public, because learners need them.

Im L(θ + i h eⱼ) / h with h = 10⁻³⁰ is ∂L/∂θⱼ to rounding error. Nothing is subtracted, so the step
need not be chosen with care.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from .. import random
from ..arrays import Array
from ..errors import ParameterError, ShapeError, TrainingError
from ..graph.program import Program
from .chain_rule import as_theta, program_inputs
from .native import Native
from .reference import Reference

Method = Literal["complex", "central"] | None
Whose = Literal["reference", "native"]
COMPLEX_STEP = 1e-30
CENTRAL_STEP = 1e-6


@dataclass(frozen=True)
class GradientReport:
    """The result of `check_gradients`.

    Parameters
    ----------
    method : str
        "complex step" or "central differences".
    worst : float
        The largest error, relative to the largest |g| of the Program.
    where : str
        The entry with that error, such as "dense1/W[0, 2]".
    got, expected : float
        The value of this entry by the chain rule, and by the second method.
    checked : int
        Number of entries that were compared.
    kinks : tuple of str
        Entries whose step crosses a kink (of ReLU, say). They neither pass nor fail.
    tolerance : float
        The largest error that passes.
    """

    method: str
    worst: float
    where: str
    got: float
    expected: float
    checked: int
    kinks: tuple[str, ...]
    tolerance: float

    @property
    def passed(self) -> bool:
        """True if entries were compared, and none was wrong."""
        return self.checked > 0 and self.worst <= self.tolerance

    def __bool__(self) -> bool:
        return self.passed

    def __repr__(self) -> str:
        return "<GradientReport: " + str(self).replace(" at ", "\n  at ", 1) + ">"

    def __str__(self) -> str:
        if self.checked == 0:
            at_kinks = f"all {len(self.kinks)} entries are on a kink, or there are no parameters"
            return f"gradients not checked: {at_kinks}"
        verdict = "right" if self.passed else "WRONG"
        text = f"gradients {verdict} by {self.method}: {self.checked} entries, "
        text += f"worst error {self.worst:.1e} of the largest |g|"
        text += f" at {self.where} (chain rule {self.got:.10g}, {self.method} {self.expected:.10g})"
        return text + (f"; kink: {', '.join(self.kinks)}" if self.kinks else "")


def check_gradients(
    program: Program,
    theta: Array,
    inputs: Mapping[str, Any],
    *,
    method: Method = None,
    limit: int = 200,
    engine: Whose = "reference",
) -> GradientReport:
    """Compare the gradients of the chain rule with a second method, entry by entry, in float64.

    Parameters
    ----------
    program : Program
        A score or train Program.
    theta : array
        The point at which to compare.
    inputs : dict
        x, y and any other inputs of the Program.
    method : {"complex", "central"}, optional
        The second method. By default the complex step, or central differences if an op is not
        analytic.
    limit : int
        Largest number of entries per tensor, ≥ 1. Of a larger tensor, a random sample of this
        size is checked. The sample is the same in every call.
    engine : {"reference", "native"}
        The engine whose gradient is checked. The gradient of the native engine is compared with
        central differences of its own losses, because C has no complex numbers.

    Returns
    -------
    GradientReport
        True if the gradients agree: to 1e-12 with the complex step, to 1e-6 with central
        differences.

    Raises
    ------
    ParameterError
        The method or engine is unknown, or the native engine should use the complex step.
    ShapeError
        theta or an input has another shape than in the Program.

    Examples
    --------
    >>> import chainrule as cr, numpy as np
    >>> program = cr.trace((cr.Dense(1), cr.Tanh()), cr.SquaredError(), (2,)).score
    >>> theta, inputs = np.array([0.1, 0.2, 0.3]), {"x": [[1.0, 2.0]], "y": [[1.0]]}
    >>> cr.check_gradients(program, theta, inputs).passed
    True
    """
    if method not in (None, "complex", "central"):
        raise ParameterError(
            f"check_gradients(method={method!r}): method must be 'complex', 'central' or None."
        )
    if engine not in ("reference", "native"):
        raise ParameterError(
            f"check_gradients(engine={engine!r}): engine must be 'reference' or 'native'."
        )
    if (engine, method) == ("native", "complex"):
        raise ParameterError(
            "check_gradients(engine='native'): method must be 'central' or None. "
            "C has no complex step."
        )
    theta = as_theta(program, theta, np.float64)
    batch = program_inputs(program, inputs, np.float64)
    look = _Natively(program, batch) if engine == "native" else _InNumPy(program, batch)
    g = look.gradient(theta)
    central = (
        method == "central"
        if method
        else engine == "native" or not all(s.op.analytic for s in program.steps)
    )
    opinion = _central if central else _complex
    sizes = np.abs(np.concatenate([g[:0], *(g[p.where] for p in program.parameters)]))
    largest = float(sizes[np.isfinite(sizes)].max(initial=0.0)) or 1.0
    worst, where, got, expected, checked, kinks = 0.0, "", 0.0, 0.0, 0, []
    for p in program.parameters:
        size = math.prod(p.shape)
        entries = (
            np.arange(size)
            if size <= limit
            else np.sort(random.permutation((0, random.path_hash(p.path)), size)[:limit])
        )
        for j in entries:
            name = f"{p.path}[{', '.join(str(k) for k in np.unravel_index(j, p.shape))}]"
            second, kink = opinion(look, theta, p.start + j)
            if kink:
                kinks.append(name)
                continue
            checked += 1
            error = abs(g[p.start + j] - second) / largest
            error = error if math.isfinite(error) else math.inf
            if error > worst or not where:
                worst, where, got, expected = error, name, float(g[p.start + j]), second
    label, tolerance = ("central differences", 1e-6) if central else ("complex step", 1e-12)
    return GradientReport(
        label, float(worst), where, got, expected, checked, tuple(kinks), tolerance
    )


class _InNumPy:
    """A Program on one batch: its gradient, its losses, and the arrays that show kinks."""

    def __init__(self, program: Program, batch: dict[str, Any]) -> None:
        self.program, self.batch, self.shards = program, batch, [slice(0, len(batch["c"]))]
        self.engine = Reference(program)

    def gradient(self, theta: Array) -> Array:
        """Return the gradient by the chain rule."""
        return self.engine.loss_and_grad(theta, self.batch, self.shards)[1]

    def loss(self, theta: Array) -> tuple[Any, list[Array]]:
        """Return L, and for each op with kinks an array that changes sign at a kink."""
        value = self.engine.forward(theta, self.batch, self.shards)
        return value[self.program.output][0], _kinks(self.program, value)


class _Natively(_InNumPy):
    """A Program on one batch, with gradient and losses from the native engine."""

    def __init__(self, program: Program, batch: dict[str, Any]) -> None:
        super().__init__(program, batch)
        rows, wrt = len(batch["c"]), [p.value for p in program.parameters]
        self.both, self.forward = (
            Native(program, rows, np.float64, wrt=wrt),
            Native(program, rows, np.float64),
        )

    def gradient(self, theta: Array) -> Array:
        return self.both.loss_and_grad(theta, self.batch)[1]

    def loss(self, theta: Array) -> tuple[Any, list[Array]]:
        return self.forward.loss(theta, self.batch), super().loss(theta)[1]


def _complex(look: _InNumPy, theta: Array, j: int) -> tuple[float, bool]:
    """Return ∂L/∂θⱼ, and True if θⱼ moves a value that is exactly on a kink."""
    moved = theta.astype(np.complex128)
    moved[j] += 1j * COMPLEX_STEP
    L, kinks = look.loss(moved)
    kink = any(bool(((k.real == 0) & (k.imag != 0)).any()) for k in kinks if np.iscomplexobj(k))
    return float(L.imag / COMPLEX_STEP), kink


def _central(look: _InNumPy, theta: Array, j: int) -> tuple[float, bool]:
    """Return (L(θ + h eⱼ) − L(θ − h eⱼ)) / 2h, and True if a value crosses a kink on the way."""
    h = CENTRAL_STEP * max(1.0, abs(float(theta[j])))
    losses, signs = [], []
    for step in (h, -h):
        moved = theta.copy()
        moved[j] += step
        L, kinks = look.loss(moved)
        losses.append(L)
        signs.append([np.sign(k.real) for k in kinks])
    kink = any(bool((a != b).any()) for a, b in zip(*signs, strict=True))
    return float((losses[0] - losses[1]) / (2 * h)), kink


def _kinks(program: Program, value: list[Any]) -> list[Array]:
    """Return, for each op with kinks, an array that changes sign at a kink."""
    return [
        s.op.kink(*[value[i][0] for i in s.inputs], **s.attrs)
        for s in program.steps
        if s.op.kink is not None
    ]


# ---------------------------------------------------------------- second derivatives


def hvp(program: Program, theta: Array, inputs: Mapping[str, Any], v: Array) -> Array:
    """Return H v, the second derivative of L along v.

    It is the imaginary part of a gradient at θ + i h v, divided by h.

    Parameters
    ----------
    program : Program
        A score or train Program.
    theta, v : array
        Vectors of the program's size. The entries of v that belong to state are ignored.
    inputs : dict
        x, y and any other inputs of the Program.

    Returns
    -------
    array
        A vector of the program's size. Its entries that belong to state are 0.

    Raises
    ------
    ParameterError
        An op is not analytic.
    ShapeError
        theta or v has another shape than in the Program.

    Examples
    --------
    >>> import chainrule as cr, numpy as np
    >>> program = cr.trace((cr.Dense(1, bias=False),), cr.SquaredError(), (1,)).score
    >>> inputs = {"x": [[1.0], [3.0]], "y": [[0.0], [0.0]]}
    >>> cr.hvp(program, np.array([2.0]), inputs, [1.0])  # L = Σₙ (w x)² / 2
    array([10.])
    """
    if blind := next((s.op.name for s in program.steps if not s.op.analytic), ""):
        raise ParameterError(
            f"hvp: expected ops that are analytic, got {blind}. "
            "Its second derivatives cannot be had by a complex step."
        )
    theta, v = as_theta(program, theta, np.float64), np.array(v, np.float64)
    if v.shape != theta.shape:
        raise ShapeError(
            "hvp", f"a direction of shape {theta.shape}", str(v.shape), "A direction is like theta."
        )
    state = np.ones(theta.shape, bool)
    for p in program.parameters:
        state[p.where] = False
    v[state] = 0
    batch = program_inputs(program, inputs, np.float64)
    _, g = Reference(program).loss_and_grad(
        theta + 1j * COMPLEX_STEP * v, batch, [slice(0, len(batch["c"]))]
    )
    H_v: Array = g.imag / COMPLEX_STEP
    H_v[state] = 0
    return H_v


def sharpness(
    program: Program, theta: Array, inputs: Mapping[str, Any], *, iterations: int = 10_000
) -> float:
    """Return the largest eigenvalue of the Hessian H of L, by power iteration on H + s I.

    s is so large that no eigenvalue of H + s I is negative. Without it, iteration would not
    converge if H had two eigenvalues ±λ.

    Parameters
    ----------
    program : Program
        A score or train Program.
    theta : array
        A vector of the program's size.
    inputs : dict
        x, y and any other inputs of the Program.
    iterations : int
        Largest number of iterations, ≥ 1.

    Raises
    ------
    TrainingError
        The iteration does not converge within `iterations`.

    Examples
    --------
    >>> import chainrule as cr, numpy as np
    >>> program = cr.trace((cr.Dense(1, bias=False),), cr.SquaredError(), (1,)).score
    >>> inputs = {"x": [[1.0], [3.0]], "y": [[0.0], [0.0]]}
    >>> round(cr.sharpness(program, np.array([2.0]), inputs), 9)
    10.0
    """

    v = random.normal(
        (0, 0), random.SAMPLE, random.path_hash("sharpness"), np.arange(program.size), 1
    )[:, 0]
    for p in program.state:
        v[p.where] = 0
    v = start = v / (np.linalg.norm(v) or 1.0)
    size = 0.0
    for _ in range(20):  # ‖H v‖ increases to the largest |λ|
        H_v = hvp(program, theta, inputs, v)
        size = max(size, float(np.linalg.norm(H_v)))
        if not size:
            return 0.0
        v = H_v / np.linalg.norm(H_v) if H_v.any() else start
    shift = 2 * size
    v, before, calm = start, math.inf, 0
    for _ in range(iterations):
        v = v / np.linalg.norm(v)
        H_v = hvp(program, theta, inputs, v) + shift * v
        value = float(v @ H_v)  # Rayleigh's quotient
        residual = float(np.linalg.norm(H_v - value * v))
        calm = calm + 1 if abs(value - before) <= 1e-13 * abs(value) else 0
        if residual <= 1e-9 * abs(value) or calm >= 20:
            return value - shift
        before, v = value, H_v
    raise TrainingError(
        f"sharpness: expected to settle in {iterations} iterations, got no fixed value. "
        "Give more iterations."
    )
