"""Training rows in the validation set."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace

import numpy as np

from ....arrays import Array
from ..case import Rows
from ..evidence import Evidence
from ..finding import number
from ..suspicion import Suspicion

MANY = 0.03  # share of the validation rows
OFTEN = 3  # a training row that is there so often repeats by nature, such as one of zeros
MOST = 50_000  # rows that are compared


def leaked(e: Evidence) -> list[Suspicion]:
    """Validation rows that are training rows too, where rows do not repeat by nature."""
    held, rows = e.case.held, e.case.train
    if held is None:
        return []
    own, other = _keys(rows), _keys(held)
    count = Counter(own)
    known = {key for key in own if count[key] < OFTEN}
    inside = np.array([key in known for key in other])
    share = float(inside.mean())
    twice = 1 - len(count) / len(own)
    if inside.sum() < 2 or share < MANY or (twice > share / 3 and not _continuous(rows)):
        return []
    text = (
        f"Training rows are in the validation set: {int(inside.sum()):,} of {len(held):,} "
        f"validation rows ({100 * share:.0f} %) are equal to a training row."
    )
    if not e.failed and not inside.all() and len(held) == len(inside):
        numbers = [
            e.measure.one(e.case, e.net, replace(held.take(m), weights=None))
            for m in (inside, ~inside)
        ]
        text += f" Their loss is {number(numbers[0])}, that of the others {number(numbers[1])}."
    rows_in = np.flatnonzero(inside)
    advice = (
        "Take these rows out of the validation set, and look for copies before you split. "
        "Until then its numbers look better than the network is."
    )
    return [
        Suspicion(
            "leaked_validation",
            "validation rows",
            text,
            advice=advice,
            certain=True,
            harm=0.5 + 0.5 * share,
            short=f"{100 * share:.0f} % copies in validation",
            rows=rows_in if e.case.held_places is None else e.case.held_places[rows_in],
        )
    ]


def _keys(rows: Rows) -> list[bytes]:
    n = min(len(rows), MOST)
    flat = [
        np.ascontiguousarray(np.asarray(a[:n], np.float64)).reshape(n, -1) for a in rows.x.values()
    ]
    table = np.ascontiguousarray(np.concatenate(flat, axis=1))
    return [hashlib.blake2b(row.tobytes(), digest_size=12).digest() for row in table]


def _continuous(rows: Rows) -> bool:
    """Return True if equal rows cannot be chance: some column has many values of its own."""
    for a in rows.x.values():
        flat: Array = np.asarray(a[:2000]).reshape(min(len(a), 2000), -1)
        values = [len(np.unique(flat[:, j])) for j in range(min(flat.shape[1], 50))]
        if max(values) > 0.3 * len(flat) and sorted(values)[len(values) // 2] > 10:
            return True
    return False
