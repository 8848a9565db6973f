"""Recorded runs: visit every step again, explain its numbers, branch, compare, diagnose."""

from .compare import Comparison, compare
from .moment import Moment
from .record import Record
from .recording import Recording

__all__ = ["Comparison", "Moment", "Record", "Recording", "compare"]
