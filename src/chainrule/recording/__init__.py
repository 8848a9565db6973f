"""Recorded runs: visit every step again, explain its numbers, branch, compare, diagnose."""

from .compare import Comparison, compare
from .diagnose import Diagnosis, Finding, Trial
from .moment import Moment
from .record import Record
from .recording import Recording

__all__ = [
    "Comparison",
    "Diagnosis",
    "Finding",
    "Moment",
    "Record",
    "Recording",
    "Trial",
    "compare",
]
