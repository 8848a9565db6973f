"""Optimisers, their schedules, and clipping."""

from .adadelta import Adadelta
from .adagrad import Adagrad
from .adam import Adam
from .adamax import AdaMax
from .adamw import AdamW
from .amsgrad import AMSGrad
from .base import Optimizer
from .clipping import Clip, ClipGlobalNorm, ClipNorm, ClipValue
from .lbfgs import LBFGS
from .momentum import Momentum
from .nadam import Nadam
from .nesterov import Nesterov
from .rmsprop import RMSprop
from .rprop import Rprop
from .schedules import (
    Constant,
    Cosine,
    CosineRestarts,
    ExponentialDecay,
    InverseTimeDecay,
    LinearWarmup,
    OneCycle,
    PolynomialDecay,
    ReduceOnPlateau,
    StepDecay,
)
from .schedules.base import Schedule
from .sgd import SGD

__all__ = [
    "LBFGS",
    "SGD",
    "AMSGrad",
    "AdaMax",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Clip",
    "ClipGlobalNorm",
    "ClipNorm",
    "ClipValue",
    "Constant",
    "Cosine",
    "CosineRestarts",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LinearWarmup",
    "Momentum",
    "Nadam",
    "Nesterov",
    "OneCycle",
    "Optimizer",
    "PolynomialDecay",
    "RMSprop",
    "ReduceOnPlateau",
    "Rprop",
    "Schedule",
    "StepDecay",
]
