"""The training loop: runs, their steps, their state, what they minimize, and what is kept of them."""

from .fit_options import FitOptions
from .loop import loop, run_to_end, step_by_step, train
from .objective import Objective, ProgramObjective, program_objective
from .run import Run
from .run_state import RunState
from .steps import Steps

__all__ = [
    "FitOptions",
    "Objective",
    "ProgramObjective",
    "Run",
    "RunState",
    "Steps",
    "loop",
    "program_objective",
    "run_to_end",
    "step_by_step",
    "train",
]
