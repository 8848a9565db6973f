"""The steps that one call of the native engine makes, as one object."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from ..arrays import Array


@dataclass(eq=False, slots=True)
class ManySteps:
    """The rows, weights and numbers of some steps of training.

    Parameters
    ----------
    data : tuple or array
        The whole data set, as the plan's `data` made it.
    order : array of int32, optional
        The row numbers of all epochs, one batch after another; None: rows in the order of `data`.
    c : array
        The weights of the rows of one epoch, one batch after another.
    starts : array of int64
        The place in these arrays at which each batch of an epoch begins, and the end of the last.
    hyper : array of float64
        (steps, groups, numbers of the rule), or (1, ...) if they are the same for all steps.
    t, step, seed : int
        For the first step: the number of updates of these slots + 1, of all updates, and the seed.
    milliseconds : int
        The call returns after the step in which this time is over; 0: there is no limit.
    careful : bool
        True: check that every gradient is finite. θ is always checked when the call ends.
    epochs : int
        How often the batches are repeated.
    numbers : array of int32, optional
        Without an order: the row numbers, which random steps need; None: the positions.
    constants : array of float64, optional
        Replaces the λ of the Program, in the same order.
    """

    data: Any
    order: Array | None
    c: Array
    starts: Array
    hyper: Array
    t: int
    step: int
    seed: int
    milliseconds: int = 0
    careful: bool = False
    epochs: int = 1
    numbers: Array | None = None
    constants: Array | None = None


class StepsDone(NamedTuple):
    """The result of one call of the native engine.

    Parameters
    ----------
    losses : array
        L of each step.
    done : int
        The number of steps that were done.
    finite : bool
        True if θ is finite, and every gradient that was checked.
    error : exception or None
        The exception of a step outside of C. The training steps before it are done; its own
        training step changed nothing.
    """

    losses: Array
    done: int
    finite: bool
    error: BaseException | None
