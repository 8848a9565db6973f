"""Classes of very different size that the loss ignores."""

from __future__ import annotations

import numpy as np

from ....model.scoring import predict_rows
from ..evidence import Evidence
from ..suspicion import Cure, Suspicion

RARE = 6.0  # times as many rows of the most common class
FOUND = 0.6  # share of the rare rows that should be found


def imbalance(e: Evidence) -> list[Suspicion]:
    """A rare class whose rows are not found."""
    labels = e.labels
    if labels is None or e.is_joint or e.case.train.weights is not None or e.failed:
        return []
    classes, count = np.unique(labels, return_counts=True)
    if len(classes) < 2 or count.max() < RARE * count.min() or count.min() < 3:
        return []
    rare = int(classes[count.argmin()])
    rows = e.case.train.take(np.flatnonzero(labels == rare)[:500])
    p = np.asarray(predict_rows(e.net, rows.given))
    if p.ndim == 1 or p.shape[1] == 1:
        guess = (p.reshape(len(p)) > 0.5).astype(int)
        found = float(np.mean(guess == (rare == classes[-1])))
    else:
        found = float(np.mean(p.argmax(axis=1) == rare))
    if found > FOUND:
        return []
    text = (
        f"The loss ignores that classes are of different size: class {rare} has {count.min():,} of "
        f"{len(labels):,} rows, and {100 * found:.0f} % of them are predicted as such."
    )
    cure = Cure(
        'Give fit(class_weight="balanced").',
        lambda case: case.with_options(class_weight="balanced"),
        measure=lambda m: m.balanced(),
    )
    return [Suspicion("imbalance", f"class {rare}", text, (cure,), short=f"rare class {rare}")]
