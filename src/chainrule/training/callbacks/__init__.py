"""Callbacks: actions while a network trains."""

from .base import Callback
from .checkpoint import Checkpoint
from .csv_log import CSVLog
from .early_stopping import EarlyStopping
from .tensorboard_log import TensorBoardLog
from .watch import Watch

__all__ = ["CSVLog", "Callback", "Checkpoint", "EarlyStopping", "TensorBoardLog", "Watch"]
