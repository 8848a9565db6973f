"""One number of an update explained."""

from collections.abc import Sequence
from typing import Any

from .stages import Quantity, Stage

Explained = Any


def find(stages: Sequence[Stage], name: str) -> Quantity:
    """Return the quantity with this symbol or path."""
    return next(q for s in stages for q in s.quantities if name in (q.symbol, q.path))


def explain(stages: Sequence[Stage], where: str, *, most: int = 10) -> Explained:
    """Explain one entry of a quantity."""
    raise NotImplementedError
