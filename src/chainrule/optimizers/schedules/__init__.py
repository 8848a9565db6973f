"""Schedules: hyperparameters that change with the step."""

from .constant import Constant
from .cosine import Cosine, CosineRestarts
from .cyclic import Cyclic
from .epochs import Epochs
from .exponential_decay import ExponentialDecay
from .inverse_time_decay import InverseTimeDecay
from .linear_warmup import LinearWarmup
from .one_cycle import OneCycle
from .polynomial_decay import PolynomialDecay
from .reduce_on_plateau import ReduceOnPlateau
from .step_decay import StepDecay

__all__ = [
    "Constant",
    "Cosine",
    "CosineRestarts",
    "Cyclic",
    "Epochs",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LinearWarmup",
    "OneCycle",
    "PolynomialDecay",
    "ReduceOnPlateau",
    "StepDecay",
]
