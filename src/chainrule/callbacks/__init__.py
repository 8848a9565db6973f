"""What can happen while a network trains."""

from .base import Callback
from .early_stopping import EarlyStopping

__all__ = ["Callback", "EarlyStopping"]
