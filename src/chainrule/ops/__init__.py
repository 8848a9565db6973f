"""The ops that no layer owns."""

from .arithmetic import multiply, scale, subtract
from .concatenate import concatenate
from .exp import exp
from .flatten import flatten
from .last import penalise, weighted_sum
from .log_softmax import log_softmax
from .matmul import matmul
from .reshape import reshape
from .sigmoid import sigmoid
from .softmax import softmax
from .softplus import softplus
from .sums import count_positions, mean_rows, sum_rows, variance_rows
from .take_step import take_step

__all__ = [
    "concatenate",
    "count_positions",
    "exp",
    "flatten",
    "log_softmax",
    "matmul",
    "mean_rows",
    "multiply",
    "penalise",
    "reshape",
    "scale",
    "sigmoid",
    "softmax",
    "softplus",
    "subtract",
    "sum_rows",
    "take_step",
    "variance_rows",
    "weighted_sum",
]
