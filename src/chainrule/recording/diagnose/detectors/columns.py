"""Columns that say nothing: constant ones, and copies of others."""

from __future__ import annotations

import numpy as np

from ....arrays import Array
from ..case import Case, Rows
from ..evidence import Evidence
from ..finding import rows_of
from ..suspicion import Cure, Suspicion

PICTURE = 36  # columns of a row that may be the pixels of a picture, whose corners never change
FEWEST = 10  # rows in which two columns must move together
EQUAL = 1 - 1e-6  # a correlation
MOST = 400  # columns that are compared


def constant(e: Evidence) -> list[Suspicion]:
    """Columns with one value in all training rows."""
    x = e.table
    if x is None or len(x) < 10:
        return []
    low, high = x.min(axis=0), x.max(axis=0)
    same = low == high
    if e.case.held is not None:  # a rare word that only validation rows have says something
        same &= (low != 0) | (np.asarray(e.case.held.x["x"], float) == 0).all(axis=0)
    if x.shape[1] >= PICTURE:
        same &= low != 0
    if not same.any() or same.all():
        return []
    found = np.flatnonzero(same)
    j = int(found[0])
    many = len(found) > 1
    text = (
        f"{_upper(e, _named(e, found))} {'are' if many else 'is'} constant in the "
        f"training rows ({f'{_one(e, j)} is ' * many}always {x[0, j]:.4g}), so "
        f"{'they say' if many else 'it says'} nothing."
    )
    return [_without(e, "constant_columns", found, text)]


def duplicated(e: Evidence) -> list[Suspicion]:
    """Columns that are copies of others, up to scale and shift."""
    x = e.table
    if x is None or x.shape[1] < 2 or x.shape[1] > MOST:
        return []
    spread = x.std(axis=0)
    often = (x != np.median(x, axis=0)).sum(axis=0) >= FEWEST  # fewer may be equal by chance
    varied = np.flatnonzero(often & (spread > 1e-9 * np.maximum(1, np.abs(x).max(axis=0))))
    if len(varied) < 2:
        return []
    z = (x[:, varied] - x[:, varied].mean(axis=0)) / spread[varied]
    r = np.abs(z.T @ z) / len(z)
    pairs = np.argwhere(np.triu(r > EQUAL, 1) & ~_halves(x[:, varied], z))
    if not len(pairs):
        return []
    i, j = (int(varied[k]) for k in pairs[0])
    found = np.unique(varied[pairs[:, 1]])
    text = f"{_upper(e, e.case.column(j))} is {_one(e, i)} again"
    text += "." if np.array_equal(x[:, i], x[:, j]) else ", on another scale."
    if len(found) > 1:
        which = _named(e, found) if e.case.names else rows_of(found)
        text = f"{len(found)} columns of X are copies of others ({which}). {text}"
    return [_without(e, "duplicated_columns", found, text)]


def _halves(x: Array, z: Array) -> Array:
    """Return True for the two columns of a category of two words: yes and no, one-hot."""
    two = ((x == x.min(axis=0)) | (x == x.max(axis=0))).all(axis=0)
    halves: Array = two[:, None] & two & (z.T @ z < 0)
    return halves


def _named(e: Evidence, found: Array, most: int = 5) -> str:
    """Return columns by their names, else by their numbers."""
    if e.case.names:
        shown = ", ".join(e.case.column(int(j)) for j in found[:most])
        return shown + (f" and {len(found) - most} more" if len(found) > most else "")
    return f"column{'s' * (len(found) > 1)} {rows_of(found)} of X"


def _one(e: Evidence, j: int) -> str:
    return e.case.names[j] if e.case.names else f"column {j}"


def _upper(e: Evidence, words: str) -> str:
    """Begin a sentence with these words; a user's own name stays as it is."""
    return words if e.case.names else words[0].upper() + words[1:]


def _without(e: Evidence, kind: str, found: Array, text: str) -> Suspicion:
    keep = np.setdiff1d(np.arange(e.case.train.x["x"].shape[1]), found)
    which = "this column" if len(found) == 1 else "these columns"
    cure = Cure(f"Leave out {which}.", lambda case: _taken(case, keep))
    advice = "It only costs time." if len(found) == 1 else "They only cost time."
    return Suspicion(kind, _named(e, found), text, (cure,), advice, certain=True, harm=0.02)


def _taken(case: Case, keep: Array) -> Case:
    def some(rows: Rows) -> Rows:
        return Rows({"x": rows.x["x"][:, keep]}, rows.y, rows.weights)

    held = None if case.held is None else some(case.held)
    made = case.changed(train=some(case.train), held=held, given={})
    return made.changed(into=lambda x: x[:, keep])
