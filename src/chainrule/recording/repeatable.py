"""Whether the rows of a run can be read again, and whether they are still the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..arrays import Array
from ..data.augmented import Augmented
from ..data.picked import PickedRows
from ..data.sources import Arrays
from ..data.sparse import SparseRows
from ..errors import DataError
from ..files.checksum import checksum
from ..training.callbacks.base import can_change, is_ours
from ..training.run import Run

MOST = 1 << 26  # bytes; of more data, evenly spaced pieces are looked at
PIECES = 64


def check_repeatable(run: Run) -> None:
    """Raise DataError if the rows of a run cannot be read again, or are others when they are.

    Recording must not change a run, so nothing is read that the run would not read.
    """
    source: Any = run.source
    if run.stream is not None and not getattr(source, "again", True):
        raise DataError(
            "record", "rows that can be read again", "a bare iterator", "Give X and y as arrays."
        )
    epoch = run.epoch
    if run.order is not None and len(source):
        first, again = (np.asarray(run.order(epoch, len(source))) for _ in range(2))
        if not np.array_equal(first, again):
            raise DataError(
                f"record: order({epoch}, {len(source)})",
                "the same row numbers at each call",
                "others at the second one",
                "Draw them from a generator that is made of the epoch: default_rng(epoch).",
            )
    if isinstance(source, Arrays) or not (run.stream or hasattr(source, "rows")):
        return
    some, others = _some(run), _some(run)
    if not (some.keys() == others.keys() and all(_same(some[k], others[k]) for k in some)):
        what = "augment" if isinstance(source, Augmented) else "the source"
        raise DataError(
            f"record: {what}",
            "the same numbers for the same rows and epoch",
            "others at the second reading",
            "Make a generator of its arguments at each call: default_rng((seed, epoch)).",
        )


def has_functions(run: Run) -> bool:
    """Return True if the steps of a run depend on code of the user's, which may have a memory.

    Such as an order, a source, a schedule, an op, an optimizer, or a callback that changes things.
    """
    source: Any = run.source
    changes: tuple[Any, ...] = ()
    if isinstance(source, Augmented):
        source, changes = source.source, source.changes
    clips, rule, constraints, _ = run.options.update_parts()
    schedules = run.update.schedules.values()
    then = [schedule.then for schedule in schedules if getattr(schedule, "then", None) is not None]
    objective: Any = run.objective
    program, sampler = getattr(objective, "program", None), getattr(objective, "sampler", None)
    ops = [] if program is None else [step.op.forward for step in program.steps]
    parts = (*changes, *schedules, *then, *clips, rule, *constraints, sampler, *ops)
    return (
        run.order is not None
        or run.by_step
        or not isinstance(source, Arrays)
        or any(not isinstance(part, (float, int)) and not is_ours(part) for part in parts if part)
        or any(map(can_change, run.options.callback_list()))
    )


def _some(run: Run) -> dict[str, Any]:
    """Return a few rows."""
    source: Any = run.source
    if run.stream is not None:
        return next(iter(source.stream(run.epoch, 0)), {})
    at = source.at(run.epoch) if hasattr(source, "at") else source
    return dict(at.rows(np.arange(min(len(source), 2))))


def _same(a: Any, b: Any) -> bool:
    return np.array_equal(np.asarray(a), np.asarray(b), equal_nan=np.asarray(a).dtype.kind == "f")


# ---- whether they are still the same


def mark_of_data(source: Any) -> str:
    """Return a short text that changes with the numbers in memory, of the user's sources none."""
    return checksum(part for a in _arrays(source) for part in _pieces(a))


def _arrays(source: Any) -> Iterator[Array]:
    source = source.source if isinstance(source, Augmented) else source
    if not isinstance(source, Arrays):
        return
    weights = source.weights if isinstance(source.weights, dict) else {"weights": source.weights}
    for given in [*source.inputs.values(), source.y, *weights.values()]:
        if isinstance(given, SparseRows):
            yield from (given.table.data, given.table.indices, given.table.indptr)
        elif isinstance(given, PickedRows):
            yield from (given.array, given.numbers)
        elif given is not None:
            yield given


def _pieces(a: Array) -> Iterator[Array]:
    if a.nbytes <= MOST:
        yield a
        return
    rows = max(1, len(a) * MOST // (a.nbytes * PIECES))
    for begin in np.linspace(0, len(a) - rows, PIECES).astype(int):
        yield a[begin : begin + rows]
