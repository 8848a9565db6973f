"""Many steps of an RBM's training in one call of C: rows, uniform numbers, estimate and update."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...arrays import Array
from ...engines.many_steps import ManySteps, StepsDone
from ...engines.native import rule_name
from .. import native
from .draws import PATH
from .sharing import Sharing
from .units import Units


class RbmPlan:
    """The part of training that is fixed between steps; same methods as `engines.native.Native`.

    Parameters
    ----------
    units : Units
        Binary units, without classes.
    rounds : int
        The rounds of Gibbs sampling in each step.
    limit : float
        A parameter beyond it ends the run, as one that is not finite does.
    optimizer : Optimizer
        A rule with a twin in C; it has all of θ as one group.
    dtype : dtype
        The type of θ.
    shared : tuple, optional
        How several processes share the steps; see `sharing.sharing`.
    """

    def __init__(
        self,
        units: Units,
        rounds: int,
        limit: float,
        optimizer: Any,
        dtype: Any,
        shared: Sharing = None,
    ) -> None:
        self.limit, self.shared = limit, shared
        self.units, self.rounds, self.dtype = units, rounds, np.dtype(dtype)
        self.rule, self.slots = rule_name(optimizer), tuple(optimizer.slots)

    def data(
        self, inputs: Mapping[str, Array], in_order: Mapping[str, Array] | None = None
    ) -> Array:
        """Return the rows in θ's dtype; an RBM has no inputs by step."""
        return np.ascontiguousarray(inputs["x"], self.dtype)

    def advance(
        self,
        theta: Array,
        slots: Mapping[str, Array],
        steps: ManySteps,
        carry: dict[str, Array] | None = None,
    ) -> StepsDone:
        """Make steps of training without Python between them; theta and slots change in place.

        Parameters
        ----------
        theta, slots : arrays
            Those of the run.
        steps : ManySteps
            Rows, weights and numbers of the steps.
        carry : dict of arrays, optional
            The chains. It has new arrays afterwards, or its old ones if a number is not finite.
        """
        carry = {} if carry is None else carry
        before = carry.get("h")
        h = None if before is None else before.copy()
        starts, epochs, hyper = steps.starts, steps.epochs, steps.hyper
        period = int(starts[-1]) if epochs > 1 else 0  # rows of an epoch: the batches repeat
        if epochs > 1:
            begins = (period * np.arange(epochs)[:, None] + starts[:-1]).ravel()
            starts = np.append(begins, period * epochs)
        count = len(starts) - 1
        losses = np.empty(count)
        # numbers of the rule in each step if every step has its own
        each = hyper.shape[1] if count > 1 and len(hyper) == count else 0
        done, finite = native.rbm_train(
            self.dtype,
            self.rule,
            (self.units.visible, self.units.hidden, 0 if h is None else len(h), self.rounds),
            theta,
            tuple(slots[name] for name in self.slots),
            h,
            steps.data,
            steps.order,
            np.ascontiguousarray(steps.c, self.dtype),
            np.ascontiguousarray(starts, np.int64),
            hyper,
            losses,
            (
                *(steps.t, steps.step, steps.seed, PATH, steps.milliseconds, int(steps.careful)),
                *(period, period, each, self.limit),
            ),
            self.shared,
        )
        if h is not None and finite:
            carry["h"] = h
        return StepsDone(losses, done, bool(finite), None)
