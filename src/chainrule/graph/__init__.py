"""What a network is: operations, values, steps, Programs, and the tape that records them."""

from .arithmetic import add
from .program import Mode, Move, Param, Program, Shape, Step, Value, shown
from .tape import Named, Node, Penalty, Tape, snake_case

__all__ = [
    "Mode",
    "Move",
    "Named",
    "Node",
    "Param",
    "Penalty",
    "Program",
    "Shape",
    "Step",
    "Tape",
    "Value",
    "add",
    "shown",
    "snake_case",
]
