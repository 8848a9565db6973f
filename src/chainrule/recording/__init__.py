"""Recorded runs: visit every step again, explain its numbers, branch, compare, diagnose."""

from .diagnose import Diagnosis, Finding, Trial
from .moment import Moment
from .record import Record
from .recording import Recording
from .views.compare import Comparison, compare

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
