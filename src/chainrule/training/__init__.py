"""The training loop: runs, steps, updates, what is minimized, and what is kept of a run."""

from .loop import fit, loop, train
from .objective import Objective, ProgramObjective
from .run import Run
from .run_state import RunState

__all__ = ["Objective", "ProgramObjective", "Run", "RunState", "fit", "loop", "train"]
