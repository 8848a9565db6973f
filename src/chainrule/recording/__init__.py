"""Recorded runs: visit every step again, explain its numbers, branch, compare, diagnose."""

from .diagnose import Diagnosis, Finding, Trial
from .moment import Moment
from .record import Record
from .recording import Recording

__all__ = ["Diagnosis", "Finding", "Moment", "Record", "Recording", "Trial"]
