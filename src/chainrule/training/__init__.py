"""The training loop: runs, steps, updates, what is minimized, and what is kept of a run."""

from .fit_options import FitOptions
from .loop import loop, run_to_end, step_by_step, train
from .objective import Objective, ProgramObjective
from .run import Run
from .run_state import RunState

__all__ = [
    "FitOptions",
    "Objective",
    "ProgramObjective",
    "Run",
    "RunState",
    "loop",
    "run_to_end",
    "step_by_step",
    "train",
]
