"""Rows in an order that has to do with what is learned."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ....arrays import Array
from ....data.checks import check_order
from ..case import Case, Rows
from ..evidence import Evidence
from ..measure import Measure, labels_of
from ..suspicion import Cure, Suspicion

BATCHES = 200  # that are looked at
UNLIKE = 3.0  # times the spread of batch means that random batches have


def unshuffled(e: Evidence) -> list[Suspicion]:
    """Batches that differ from each other far more than random ones."""
    order, rows = e.case.options.order, e.case.train
    n = len(rows)
    size = min(e.case.options.batch_size or n, n)
    if order is None or size >= n or n < 8:
        return []
    places = check_order(order(0, n), n)
    y = e.labels if e.labels is not None else rows.y
    if not isinstance(y, np.ndarray):
        return []
    columns = np.asarray(y, float).reshape(n, -1)
    if e.labels is not None:
        columns = (e.labels[:, None] == np.unique(e.labels)).astype(float)
    if e.table is not None and e.table.shape[1] <= 100:
        columns = np.concatenate([columns, e.table], axis=1)
    unlike = _unlike(columns[places], size)
    if unlike < UNLIKE:
        return []
    text = (
        f"The rows are not shuffled: means of batches of {size} spread {unlike:.1f} times as much "
        "as those of random batches, so each batch undoes what the others taught."
    )
    advice = "Let fit shuffle them."
    how = (
        "Shuffle the rows of the stream."
        if e.case.is_stream
        else f"{advice[:-1]}: leave out order=."
    )
    cure = Cure(how, lambda c: c.with_options(order=None))
    return [Suspicion("unshuffled", "order", text, (cure,), advice, True, short="rows in order")]


def _unlike(columns: Array, size: int) -> float:
    """Return the spread of batch means over that of random batches, for the worst column."""
    count = min(len(columns) // size, BATCHES)
    if count < 2:
        return 0.0
    means = columns[: count * size].reshape(count, size, -1).mean(axis=1)
    spread = columns.std(axis=0)
    random = np.where(spread > 0, spread, np.inf) / np.sqrt(size)
    return float(np.max(means.std(axis=0) / random))


def held_apart(e: Evidence) -> list[Suspicion]:
    """Validation rows of other classes than the training rows: sorted rows were cut in two."""
    held = e.case.held
    if (
        held is None
        or e.labels is None
        or e.run.recorded.origin.run.options.validation_data is None
    ):
        return []
    other = labels_of(held.y)
    if other is None or len(other) < 10:
        return []
    classes = np.union1d(e.labels, other)
    a = np.array([np.mean(e.labels == k) for k in classes])
    b = np.array([np.mean(other == k) for k in classes])
    if 0.5 * np.abs(a - b).sum() < 0.5:
        return []
    text = (
        "The validation rows are not like the training rows: their classes differ in "
        f"{50 * np.abs(a - b).sum():.0f} % of the rows. Sorted rows were cut in two."
    )
    cure = Cure(
        "Shuffle the rows before you split them, or write validation_fraction=0.2.",
        _mixed,
        measure=_rest,
    )
    return [Suspicion("unshuffled", "validation rows", text, (cure,), short="sorted rows")]


def _mixed(case: Case) -> Case:
    """Move half of the validation rows into training; the other half measures both runs."""
    assert case.held is not None
    rows, held = case.train, case.held
    half = np.arange(len(held)) % 2 == 0
    moved = held.take(half)

    def both(a: Array, b: Array) -> Array:
        return np.concatenate([a, b])

    x = {name: both(a, moved.x[name]) for name, a in rows.x.items()}
    return case.changed(train=Rows(x, both(rows.y, moved.y)))


def _rest(measure: Measure) -> Measure:
    """Measure on the validation rows that stay in validation."""
    return replace(measure, held=measure.held.take(np.arange(len(measure.held)) % 2 == 1))
