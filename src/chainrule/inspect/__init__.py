"""Looking inside: values and gradients, one answer explained, tables, pictures."""

from .explaining import explain
from .explanation import Explanation

__all__ = ["Explanation", "explain"]
