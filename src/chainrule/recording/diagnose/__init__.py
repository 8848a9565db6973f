"""What is wrong with a run, with evidence, and advice that was tried."""

from .diagnosis import Diagnosis
from .doctor import diagnose
from .finding import Finding, Trial

__all__ = ["Diagnosis", "Finding", "Trial", "diagnose"]
