"""Optimizers, their schedules, clips, constraints and averages."""

from typing import NoReturn

from ..foreign import missing_name
from .adabelief import AdaBelief
from .adadelta import Adadelta
from .adagrad import Adagrad
from .adam import Adam
from .adamax import AdaMax
from .adamw import AdamW
from .amsgrad import AMSGrad
from .averages import EMA, SWA, Average
from .base import Optimizer
from .clipping import Clip, ClipGlobalNorm, ClipNorm, ClipValue
from .conjugate_gradients import FletcherReeves, PolakRibiere
from .constraints import Constraint, MaxNorm, NonNegative, UnitNorm
from .lamb import LAMB
from .lbfgs import LBFGS
from .levenberg_marquardt import LevenbergMarquardt
from .lion import Lion
from .momentum import Momentum
from .muon import Muon
from .nadam import Nadam
from .nesterov import Nesterov
from .radam import RAdam
from .rmsprop import RMSprop
from .rprop import Rprop
from .schedules import (
    Constant,
    Cosine,
    CosineRestarts,
    Cyclic,
    Epochs,
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
    "EMA",
    "LAMB",
    "LBFGS",
    "SGD",
    "SWA",
    "AMSGrad",
    "AdaBelief",
    "AdaMax",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Average",
    "Clip",
    "ClipGlobalNorm",
    "ClipNorm",
    "ClipValue",
    "Constant",
    "Constraint",
    "Cosine",
    "CosineRestarts",
    "Cyclic",
    "Epochs",
    "ExponentialDecay",
    "FletcherReeves",
    "InverseTimeDecay",
    "LevenbergMarquardt",
    "LinearWarmup",
    "Lion",
    "MaxNorm",
    "Momentum",
    "Muon",
    "Nadam",
    "Nesterov",
    "NonNegative",
    "OneCycle",
    "Optimizer",
    "PolakRibiere",
    "PolynomialDecay",
    "RAdam",
    "RMSprop",
    "ReduceOnPlateau",
    "Rprop",
    "Schedule",
    "StepDecay",
    "UnitNorm",
]


def __getattr__(name: str) -> NoReturn:
    """Say what a name of another library is called here."""
    raise AttributeError(missing_name(__name__, name))
