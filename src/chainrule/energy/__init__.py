"""Networks that have an energy: memories that fall into valleys, and machines that learn where the valleys are."""

from .hopfield import Hopfield
from .recall import Recall

__all__ = ["Hopfield", "Recall"]
