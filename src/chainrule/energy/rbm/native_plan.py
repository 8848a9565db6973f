"""Many steps of an RBM's training in one call of C: rows, uniforms, estimate and update. What `native_steps` drives."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...arrays import Array
from ...engines.many_steps import ManySteps, StepsDone
from ...engines.native import rule_name
from .. import native
from .draws import PATH
from .units import Units


class RbmPlan:
    """The numbers that do not change between steps; `data` and `advance` are those of `engines.native.Native`.

    Parameters
    ----------
    units : Units
        Binary ones, without classes.
    rounds : int
        Of Gibbs sampling at each step.
    limit : float
        A parameter beyond it ends the run, as one that is not finite does.
    optimizer : Optimizer
        With a twin in C; it sees θ as one group.
    dtype : dtype
        Of θ.
    """

    def __init__(self, units: Units, rounds: int, limit: float, optimizer: Any, dtype: Any) -> None:
        self.limit = limit
        self.units, self.rounds, self.dtype = units, rounds, np.dtype(dtype)
        self.rule, self.slots = rule_name(optimizer), tuple(optimizer.slots)

    def data(self, inputs: Mapping[str, Array]) -> Array:
        """The rows in θ's dtype."""
        return np.ascontiguousarray(inputs["x"], self.dtype)

    def advance(
        self,
        theta: Array,
        slots: Mapping[str, Array],
        steps: ManySteps,
        carry: dict[str, Array] | None = None,
    ) -> StepsDone:
        """As `Native.advance`. The chains in `carry` are new arrays after it, and the old ones where a number is not finite."""
        carry = {} if carry is None else carry
        before = carry.get("h")
        h = None if before is None else before.copy()
        starts, epochs, hyper = steps.starts, steps.epochs, steps.hyper
        period = (
            int(starts[-1]) if epochs > 1 else 0
        )  # rows of an epoch: then the batches come again
        if epochs > 1:
            starts = np.append(
                (period * np.arange(epochs)[:, None] + starts[:-1]).ravel(), period * epochs
            )
        losses, count = np.empty(len(starts) - 1), len(starts) - 1
        sizes = self.units.visible, self.units.hidden, 0 if h is None else len(h), self.rounds
        each = (
            hyper.shape[1] if count > 1 and len(hyper) == count else 0
        )  # numbers of its own for each step
        ends = steps.milliseconds, int(steps.careful)
        done, finite = native.rbm_train(
            self.dtype,
            self.rule,
            sizes,
            theta,
            tuple(slots[name] for name in self.slots),
            h,
            steps.data,
            steps.order,
            np.ascontiguousarray(steps.c, self.dtype),
            np.ascontiguousarray(starts, np.int64),
            hyper,
            losses,
            (steps.t, steps.step, steps.seed, PATH, *ends, period, period, each, self.limit),
        )
        if h is not None and finite:
            carry["h"] = h
        return StepsDone(losses, done, bool(finite), None)
