"""The ops that belong to no layer."""

from typing import NoReturn

from ..foreign import missing_name
from ..graph.arithmetic import add, reciprocal, scale_columns, shift, shift_columns
from .arithmetic import multiply, scale, subtract
from .average_pool import average_pool
from .channels_last import channels_last
from .concatenate import concatenate
from .convolve import convolve, convolve_affine
from .exp import exp
from .flatten import flatten
from .last import penalise, weighted_sum
from .log_softmax import log_softmax
from .matmul import matmul
from .max_pool import max_pool
from .pad import pad
from .reshape import reshape
from .scale_and_shift import scale_and_shift
from .sigmoid import sigmoid
from .softmax import softmax
from .softplus import softplus
from .sums import count_positions, mean_rows, sum_rows, variance_rows
from .take_step import take_step
from .transpose_convolve import transpose_convolve, transpose_convolve_affine
from .up_sample import up_sample

__all__ = [
    "add",
    "average_pool",
    "channels_last",
    "concatenate",
    "convolve",
    "convolve_affine",
    "count_positions",
    "exp",
    "flatten",
    "log_softmax",
    "matmul",
    "max_pool",
    "mean_rows",
    "multiply",
    "pad",
    "penalise",
    "reciprocal",
    "reshape",
    "scale",
    "scale_and_shift",
    "scale_columns",
    "shift",
    "shift_columns",
    "sigmoid",
    "softmax",
    "softplus",
    "subtract",
    "sum_rows",
    "take_step",
    "transpose_convolve",
    "transpose_convolve_affine",
    "up_sample",
    "variance_rows",
    "weighted_sum",
]


def __getattr__(name: str) -> NoReturn:
    """Say what a name of another library is called here."""
    raise AttributeError(missing_name(__name__, name))
