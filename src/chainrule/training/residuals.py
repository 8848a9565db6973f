"""The residuals of a network with a squared error, and their Jacobian, row by row."""

from typing import Any

import numpy as np

from ..arrays import Array
from ..engines.reference import Reference
from ..errors import ParameterError
from ..graph.program import Program, Step
from ..optimizers.base import Optimizer
from .objective import ProgramObjective

MOST_PARAMETERS = 5_000  # P × P numbers of 8 bytes are 200 MB, and two of them are needed
AT_ONCE = 4_000_000  # numbers of the Jacobian that are made at once


def squared_step(program: Program) -> Step | None:
    """Return the step of a Program's only loss if it is a squared error, else None."""
    losses = [step for step in program.steps if step.op.name == "weighted_sum"]
    rows = {i for step in losses for i in step.inputs}
    ends = [step for step in program.steps if step.output in rows]
    alike = len(losses) == len(ends) == 1 and ends[0].op.name == "squared_error"
    return ends[0] if alike else None


def check_residuals(program: Program, rule: Optimizer, parameters: int) -> None:
    """Raise ParameterError for a network that a least-squares rule cannot train.

    Parameters
    ----------
    program : Program
        train.
    rule : Optimizer
        Named in the message.
    parameters : int
        How many parameters are not frozen.
    """
    step, where, instead = squared_step(program), f"fit(optimizer={rule!r})", "Use LBFGS()."
    if step is None:
        raise ParameterError(where, "SquaredError() as the only loss", "others", instead)
    if program.defaults:
        remedy = f"Leave penalty= out (in an MLP: alpha=0). {instead}"
        raise ParameterError(where, "a loss without penalties", "a penalty", remedy)
    if "key" in program.inputs:
        remedy = f"Leave them out. {instead}"
        raise ParameterError(where, "layers without random numbers", "random layers", remedy)
    meets = sum(other.kind == "reduction" for other in program.steps) > 1
    if program.moves or meets or _mixes(program, step):
        got = "layers that combine rows or weights, such as BatchNorm"
        raise ParameterError(where, "layers that compute each row alone", got, instead)
    if parameters > MOST_PARAMETERS:
        raise ParameterError(
            where,
            f"at most {MOST_PARAMETERS:,} parameters that are not frozen",
            f"{parameters:,}",
            f"It solves a system of that many equations at each step. {instead}",
        )


def _mixes(program: Program, step: Step) -> bool:
    """Return True if a parameter reaches the outputs through a shared op."""
    return any(once for once, *_ in Reference(program, seeds=[step.inputs[0]]).back)


class NetworkResiduals:
    """L of one batch as a function of the unfrozen parameters, for a least-squares rule.

    The residuals are e = √(N c / Σ c) (p − y) for N rows with the weights c: p − y if these are equal.

    Parameters
    ----------
    objective : ProgramObjective
        A train Program that `check_residuals` lets pass.
    whole : array
        θ, from which the frozen parameters are taken.
    places : array of int
        The places of the unfrozen parameters in θ.
    batch : dict of arrays
        The rows.
    key : array
        The key of the step.
    loss : callable theta -> (loss, gradient)
        L of the unfrozen parameters.
    """

    def __init__(
        self,
        objective: ProgramObjective,
        whole: Array,
        places: Array,
        batch: dict[str, Any],
        key: Array,
        loss: Any,
    ) -> None:
        step = squared_step(objective.program)
        assert step is not None
        self.p, self.y = step.inputs
        self.engine = Reference(objective.program, wrt=objective.wrt, seeds=[self.p])
        self.objective, self.whole, self.places = objective, whole.astype(np.float64), places
        self.batch = {name: _wide(a) for name, a in objective.inputs(whole, batch, key).items()}
        self.loss = loss

    def __call__(self, theta: Array) -> tuple[float, Array]:
        value: tuple[float, Array] = self.loss(theta)
        return value

    def normal_equations(self, theta: Array) -> tuple[Array, Array]:
        """Return Jᵀ J and Jᵀ e in float64, summed over blocks of rows."""
        self.whole[self.places] = theta
        c, n = self.batch["c"], len(theta)
        H, b = np.zeros((n, n)), np.zeros(n)
        outputs = int(np.prod(self.engine.program.values[self.p].shape[1:]))
        rows = max(1, AT_ONCE // max(1, len(self.whole) * outputs))
        for begin in range(0, len(c), rows):
            e, J = self._block(slice(begin, begin + rows), len(c) / float(c.sum()))
            H += J.T @ J
            b += J.T @ e
        return H, b

    def _block(self, where: slice, scale: float) -> tuple[Array, Array]:
        """Return e and ∂e/∂θ of some rows: (rows · outputs,), (rows · outputs, parameters)."""
        batch = self.batch | {name: self.batch[name][where] for name in self.objective.of_rows}
        count = len(batch["c"])
        value = self.engine.forward(self.whole, batch, [slice(i, i + 1) for i in range(count)])
        weight = np.sqrt(scale * batch["c"])
        p, y = (np.stack([part[0].ravel() for part in value[i]]) for i in (self.p, self.y))
        J = np.zeros((count, p.shape[1], len(self.whole)))
        for k in range(p.shape[1]):
            self._backward(k, value, J[:, k])
        J *= weight[:, None, None]
        e = weight[:, None] * (p - y)
        return e.ravel(), J.reshape(e.size, -1)[:, self.places]

    def _backward(self, k: int, value: Any, J: Array) -> None:
        """Write the gradient of output k of each row: a shard has one row."""
        seeds = []
        for part in value[self.p]:
            seed = np.zeros_like(part)
            seed.ravel()[k] = 1
            seeds.append(seed)
        leaves = self.engine.leaves(value, {self.p: seeds})
        for i, where in self.engine.gradients:
            for row, part in zip(J, leaves.get(i, ()), strict=False):
                row[where] = part.ravel()


def _wide(a: Any) -> Any:
    """Return real numbers in float64; everything else as it is."""
    array = np.asarray(a)
    return array.astype(np.float64) if array.dtype.kind == "f" else a
