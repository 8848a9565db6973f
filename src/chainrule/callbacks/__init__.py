"""What can happen while a network trains."""

from .base import Callback
from .checkpoint import Checkpoint
from .early_stopping import EarlyStopping

__all__ = ["Callback", "Checkpoint", "EarlyStopping"]
